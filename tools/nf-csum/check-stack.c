// SPDX-License-Identifier: GPL-2.0
/*
 * Faults that show where the module's counters and those of the network stack are
 * put next to each other: packets that nobody vouched for and that receivers found
 * wrong, resets, and protocols that NAT breaks.
 */
#include <string.h>

#include "checks.h"
#include "cure.h"
#include "text.h"

/* One damaged packet in so many is what cables and radio do. */
#define NORMAL_DAMAGE	10000

/* All packets that the module looked at as they came in. */
static uint64_t looked_at(const struct snapshot *s)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < s->totals_count; i++)
		if (!s->totals[i].is_action)
			sum += s->totals[i].n[PRE];
	return sum;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/**
 * check_unjudged - do receivers find checksums wrong that the module let pass
 * @findings: all that is said
 * @scene: the namespace
 *
 * What nobody vouched for is not checked: its receiver does that, and drops it.
 */
void check_unjudged(struct findings *findings, struct scene *scene)
{
	const struct snmp *snmp = scene_snmp(findings->scenes, scene);
	const struct snapshot *seen = &scene->seen;
	unsigned int seconds = findings->scenes->seconds;
	struct pool *pool = findings->scenes->pool;
	uint64_t errors, known;
	struct finding *finding;
	bool normal;

	known = proc_total(seen, "untrusted", PRE) + proc_total(seen, "unvouched", PRE) +
		proc_total(seen, "partial_bad_seed", PRE);
	errors = minus(snmp_csum_errors(snmp), known);
	if (!errors || proc_choice(&scene->now, "mode") == 0)
		return;
	normal = !seconds && errors < looked_at(seen) / NORMAL_DAMAGE;
	finding = finding_add(findings, scene, normal ? LEVEL_NOTE : LEVEL_TODO, "unjudged",
			      pool_print(pool, "Receivers in this namespace dropped %s with wrong checksums that nf_csum counted as ok.",
					 packets(pool, errors)));
	finding->count = errors;
	finding_says(findings, finding, "seen", snmp_list(pool, snmp));
	finding_says(findings, finding, "why",
		     "Nobody vouched for them, so that their receivers checked them, and dropped them, as is right. nf_csum does not check such packets, and cannot say which interface they came in by.");
	if (normal) {
		finding_says(findings, finding, "here",
			     "So few are normal, and some may be from before the module was loaded.");
		return;
	}
	if (!seconds) {
		finding_says(findings, finding, "mind",
			     "Some may be from before the module was loaded. This tells whether it goes on:");
		finding_run(findings, finding, "see",
			    pool_print(pool, "%snf-csum doctor 10", scene->ns->enter));
	}
	finding_says(findings, finding, "source",
		     "Something damages packets, or sends them with a wrong checksum: a cable, a card, a driver, or a program that rewrites them. Which senders they are from:");
	finding_run(findings, finding, "see",
		    pool_print(pool, "%stcpdump -nvi any 'not outbound' 2>/dev/null | grep -Ei 'bad .*cksum|incorrect'",
			       scene->ns->enter));
}

/* How many namespaces, beside this one, have sent resets. */
static uint64_t resets_of(struct findings *findings, struct scene *scene,
			  const char **who)
{
	struct scenes *scenes = findings->scenes;
	uint64_t sum = 0, n;
	int i;

	*who = "";
	for (i = 0; i < scenes->scope->all.count; i++) {
		struct scene *other = &scenes->of[i];

		if (other != scene && !scenes->scope->may_enter)
			continue;
		n = scene_snmp(scenes, other)->resets;
		if (!n)
			continue;
		sum += n;
		*who = pool_print(scenes->pool, "%s%s%s: %s", *who, **who ? ", " : "",
				  other->ns->title, text_spaced(scenes->pool, n));
	}
	return sum;
}

/* What has to be set where such packets do harm: 3 with DNAT, else 2. */
static const char *value_for(struct findings *findings, struct scene *scene)
{
	return scene_rules(findings->scenes, scene)->destination_nat ? "3" : "2";
}

static void say_why_invalid(struct findings *findings, struct finding *finding,
			    struct scene *scene)
{
	const struct nft *nft = scene_rules(findings->scenes, scene);

	finding_says(findings, finding, "why",
		     "NAT does not translate a packet that conntrack calls INVALID. Whoever gets it knows nothing of the connection, and answers with a reset: connections die with 'connection reset by peer'.");
	if (nft->destination_nat)
		finding_says(findings, finding, "here",
			     "Destinations are translated here (DNAT): where such a service is not masqueraded, the packet goes on to the client itself, and only invalid=3 stops it. 3 is not for hosts where replies take another way than requests.");
	else
		finding_says(findings, finding, "here",
			     "Connections are masqueraded here: the packet is this host's own, and invalid=2 keeps it from the sockets.");
}

/* With invalid=0 the module knows nothing of them, and conntrack counts only. */
static void check_uncounted(struct findings *findings, struct scene *scene)
{
	const struct snmp *snmp = scene_snmp(findings->scenes, scene);
	const struct nft *nft = scene_rules(findings->scenes, scene);
	struct pool *pool = findings->scenes->pool;
	struct finding *finding;
	uint64_t resets;
	const char *who;

	if (!snmp->invalid || (!nft->destination_nat && !nft->source_nat))
		return;
	resets = resets_of(findings, scene, &who);
	finding = finding_add(findings, scene, resets ? LEVEL_UNKNOWN : LEVEL_NOTE,
			      "invalid-0",
			      pool_print(pool, "conntrack called %s INVALID, and with invalid=0 nf_csum cannot know whether connections were reset because of that.",
					 packets(pool, snmp->invalid)));
	finding->count = snmp->invalid;
	say_why_invalid(findings, finding, scene);
	if (resets) {
		finding_says(findings, finding, "seen",
			     pool_print(pool, "resets were sent (%s), for this or another reason", who));
		cure_knob(findings, finding, "invalid", value_for(findings, scene));
		finding_says(findings, finding, "or",
			     "invalid=1 only counts, by cause.");
	} else {
		finding_says(findings, finding, "seen",
			     pool_print(pool, "no resets were sent; invalid=%s keeps it like that, invalid=1 counts by cause",
					value_for(findings, scene)));
	}
}

/**
 * check_invalid - do packets that conntrack calls INVALID do harm
 * @findings: all that is said
 * @scene: the namespace
 */
void check_invalid(struct findings *findings, struct scene *scene)
{
	const struct snapshot *seen = &scene->seen;
	struct pool *pool = findings->scenes->pool;
	long invalid = proc_choice(&scene->now, "invalid");
	uint64_t checksum = proc_total(seen, "invalid_checksum", PRE);
	uint64_t other = proc_total(seen, "invalid_other", PRE);
	uint64_t left = minus(checksum + other, proc_total(seen, "invalid_dropped", PRE));
	const struct nft *nft;
	struct finding *finding;
	int i;

	if (invalid < 0 || proc_choice(&scene->now, "mode") == 0)
		return;
	if (invalid == 0) {
		check_uncounted(findings, scene);
		return;
	}
	nft = scene_rules(findings->scenes, scene);
	if (!checksum && !other)
		return;
	/* What is not translated anyway does no harm. */
	if (!left || (!nft->destination_nat && !nft->source_nat) || invalid == 3 ||
	    (invalid == 2 && !nft->destination_nat)) {
		finding = finding_add(findings, scene, LEVEL_GOOD, "invalid",
				      pool_print(pool, "conntrack called %s INVALID, and %s were dropped, as invalid=%ld says.",
						 packets(pool, checksum + other),
						 text_spaced(pool, checksum + other - left),
						 invalid));
		finding->count = checksum + other;
		return;
	}
	finding = finding_add(findings, scene, LEVEL_TODO, "invalid",
			      pool_print(pool, "conntrack called %s INVALID, and %s went on: each can end a connection.",
					 packets(pool, checksum + other), text_spaced(pool, left)));
	finding->count = left;
	for (i = 0; i < seen->ifaces_count; i++)
		if (came_in(&seen->ifaces[i], "invalid_checksum") ||
		    came_in(&seen->ifaces[i], "invalid_other"))
			finding_iface(findings, finding, seen->ifaces[i].name);
	if (finding->ifaces.count && !finding_where(findings, finding))
		return;
	finding_says(findings, finding, "seen",
		     pool_print(pool, "invalid_checksum %s, invalid_other %s, invalid_dropped %s",
				text_spaced(pool, checksum), text_spaced(pool, other),
				text_spaced(pool, checksum + other - left)));
	say_why_invalid(findings, finding, scene);
	cure_knob(findings, finding, "invalid", value_for(findings, scene));
	if (checksum)
		finding_says(findings, finding, "source",
			     "Those with a wrong checksum were damaged on their way: look for what damages them.");
}

/* Only an untracked packet is left alone by NAT. */
static const char *untrack(struct pool *pool, const struct scene *scene,
			   const struct translated *t)
{
	return pool_print(pool,
			  "%snft 'table inet untracked_%u { chain output { type filter hook output priority raw; meta l4proto %u notrack; }; chain prerouting { type filter hook prerouting priority raw; meta l4proto %u notrack; }; }'",
			  scene->ns->enter, t->protocol, t->protocol, t->protocol);
}

/**
 * check_translated - does NAT break a protocol that the module does not judge
 * @findings: all that is said
 * @scene: the namespace
 */
void check_translated(struct findings *findings, struct scene *scene)
{
	const struct snapshot *seen = &scene->seen;
	struct pool *pool = findings->scenes->pool;
	const struct conntrack *conntrack;
	struct finding *finding;
	uint64_t opaque;
	int i;

	opaque = proc_total(seen, "opaque", PRE) + proc_total(seen, "opaque", POST);
	if (!opaque)
		return;
	conntrack = scene_conntrack(findings->scenes, scene);
	for (i = 0; i < conntrack->translated_count; i++) {
		const struct translated *t = &conntrack->translated[i];

		finding = finding_add(findings, scene, LEVEL_TODO, "translated",
				      pool_print(pool, "NAT translates %s, and leaves its checksum as it was: receivers drop the packets.",
						 t->name));
		finding->count = opaque;
		finding_says(findings, finding, "seen",
			     pool_print(pool, "%u connection%s: %s; opaque %s", t->connections,
					t->connections == 1 ? "" : "s", t->example,
					text_spaced(pool, opaque)));
		finding_says(findings, finding, "why",
			     pool_print(pool, "The checksum of %s covers the addresses. Neither NAT nor nf_csum knows the protocol, so that its packets have to be left out of NAT.",
					t->name));
		finding_run(findings, finding, "run", untrack(pool, scene, t));
		finding_says(findings, finding, "keep",
			     "Put the same table into /etc/nftables.conf, or leave the protocol out in the rules that masquerade.");
	}
}
