// SPDX-License-Identifier: GPL-2.0
/*
 * Faults that the module's own counters show. partial and finished are none: they
 * rise on every healthy host with containers. Packets pass through the interface
 * that they leave by, so that only what came in is an interface's fault.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "cure.h"
#include "text.h"

/* States that nobody wants to see. */
static const char * const bad[] = {
	"partial_bad_seed", "gso_bad", "zeroed", "seed", "corrupt", "malformed",
};

#define BAD		6
#define NAMESPACES	8	/* as many are named */
#define REPAIRED	4	/* as many of them are repaired in mode 2 */
#define RESERVE		32	/* one part in so many of the memory is reserve enough */

/**
 * came_in - count what came in by an interface
 * @iface: the interface
 * @counter: which counter
 *
 * Return: packets, those in a bridge, too.
 */
uint64_t came_in(const struct iface *iface, const char *counter)
{
	return proc_of_iface(iface, counter, PRE) + proc_of_iface(iface, counter, LINK);
}

static uint64_t total_in(const struct snapshot *s, const char *counter)
{
	return proc_total(s, counter, PRE) + proc_total(s, counter, LINK);
}

/**
 * packets - say how many packets
 * @pool: whose the result is
 * @n: how many
 *
 * Return: as '1 packet', '1,234 packets'.
 */
const char *packets(struct pool *pool, uint64_t n)
{
	return pool_print(pool, "%s packet%s", text_spaced(pool, n), n == 1 ? "" : "s");
}

/* What was counted of some counters at a finding's interfaces, as they came in. */
static void say_seen(struct findings *findings, struct finding *finding,
		     const char *const *counters, int count)
{
	const struct snapshot *seen = &finding->scene->seen;
	struct pool *pool = findings->scenes->pool;
	const char *text = "";
	uint64_t sum;
	int i, k;

	for (k = 0; k < count; k++) {
		for (i = 0, sum = 0; i < finding->ifaces.count; i++) {
			const struct iface *iface = proc_iface(seen, finding->ifaces.names[i]);

			sum += iface ? came_in(iface, counters[k]) : 0;
		}
		if (!sum)
			continue;
		text = pool_print(pool, "%s%s%s %s", text, *text ? ", " : "", counters[k],
				  text_spaced(pool, sum));
		if (sum > finding->count)
			finding->count = sum;
	}
	finding_says(findings, finding, "seen", pool_print(pool, "received: %s", text));
}

static void say_meaning(struct findings *findings, struct finding *finding,
			const char *counter)
{
	const struct word *word = word_find(counter);

	finding_says(findings, finding, counter, word->says);
}

/* One loop for all namespaces that are entered in the same way. */
static void turn_on(struct findings *findings, struct finding *finding, bool named)
{
	struct scenes *scenes = findings->scenes;
	const char *list = "";
	int i;

	for (i = 0; i < scenes->scope->all.count; i++) {
		const struct netns *ns = scenes->of[i].ns;
		bool by_name = !strncmp(ns->enter, "ip netns", 8);

		if (!scenes->of[i].selected || proc_choice(&scenes->of[i].now, "mode") ||
		    !*ns->enter || by_name != named || (!named && !ns->pid))
			continue;
		if (named)
			list = pool_print(scenes->pool, "%s %s", list, ns->name);
		else
			list = pool_print(scenes->pool, "%s %d", list, ns->pid);
	}
	if (*list)
		finding_run(findings, finding, "run",
			    pool_print(scenes->pool, "for i in%s; do %s sysctl -w net.netfilter.nf_csum_mode=2; done",
				       list, named ? "ip netns exec $i" : "nsenter -t $i -n"));
}

/**
 * check_off - is the module off anywhere
 * @findings: all that is said
 *
 * Many namespaces in which it is off are one finding.
 */
void check_off(struct findings *findings)
{
	struct scenes *scenes = findings->scenes;
	struct scene *last = NULL, *own = NULL;
	struct finding *finding;
	const char *list = "", *name;
	int i, count = 0;

	for (i = 0; i < scenes->scope->all.count; i++) {
		struct scene *scene = &scenes->of[i];

		if (!scene->selected || proc_choice(&scene->now, "mode") != 0)
			continue;
		last = scene;
		if (!*scene->ns->enter)
			own = scene;
		name = text_plain(scenes->pool, scene->ns->name);
		if (count++ < NAMESPACES)
			list = pool_print(scenes->pool, "%s%s%s", list, *list ? ", " : "",
					  *name ? name : scene->ns->title);
	}
	if (!count)
		return;
	finding = finding_add(findings, count == 1 ? last : NULL, LEVEL_UNKNOWN, "mode-0",
			      count == 1 ? "The module is off here: it looks at no packet, so that nothing can be told." :
			      pool_print(scenes->pool, "The module is off in %d network namespaces: it looks at no packet there, so that nothing can be told.",
					 count));
	if (count == 1) {
		cure_knob(findings, finding, "mode", "2");
	} else {
		if (count > NAMESPACES)
			list = pool_print(scenes->pool, "%s and %d more", list,
					  count - NAMESPACES);
		finding_says(findings, finding, "where", list);
		if (own)
			finding_run(findings, finding, "run",
				    "sysctl -w net.netfilter.nf_csum_mode=2");
		turn_on(findings, finding, true);
		turn_on(findings, finding, false);
		finding_run(findings, finding, "keep",
			    "echo 'options nf_csum mode=2' >>/etc/modprobe.d/nf_csum.conf");
	}
	finding_says(findings, finding, "or",
		     "1 instead of 2 looks, and changes nothing. Then call nf-csum doctor again when there has been traffic.");
}

/**
 * check_mode - may the module repair
 * @findings: all that is said
 * @scene: the namespace
 */
void check_mode(struct findings *findings, struct scene *scene)
{
	const struct snapshot *seen = &scene->seen;
	struct finding *finding;
	int i, k;

	if (proc_choice(&scene->now, "mode") != 1)
		return;
	finding = finding_add(findings, scene, LEVEL_TODO, "mode-1",
			      "Packets are broken, and the module only observes: it repairs nothing.");
	for (i = 0; i < seen->ifaces_count; i++) {
		/* What comes behind those is repaired in no mode. */
		for (k = 0; k < REPAIRED; k++)
			if (came_in(&seen->ifaces[i], bad[k]))
				break;
		if (k < REPAIRED)
			finding_iface(findings, finding, seen->ifaces[i].name);
	}
	if (!finding_where(findings, finding))
		return;
	say_seen(findings, finding, bad, REPAIRED);
	cure_knob(findings, finding, "mode", "2");
	finding_says(findings, finding, "then",
		     "Call nf-csum doctor again when there has been traffic: it may be that somebody is to be trusted.");
}

static const char *kind_of(struct findings *findings, struct scene *scene,
			   const char *name)
{
	const struct link *link;

	link = links_by_name(scene_links(findings->scenes, scene), name);
	return link ? link->kind : "";
}

static bool is_trusted(struct findings *findings, struct scene *scene, const char *name)
{
	long trust = proc_choice(&scene->now, "trust");
	const char *kind = kind_of(findings, scene, name);

	if (trust != 1)
		return trust == 2;
	return !strcmp(kind, "tap") ||
	       glob_listed(proc_setting(&scene->now, "trust_ifaces"), name);
}

/* Whose fault it is, by what kind of device the packets came in. */
static void say_source(struct findings *findings, struct finding *finding,
		       const char *const kind, const char *name)
{
	struct scene *scene = finding->scene;
	const struct links *links = scene_links(findings->scenes, scene);
	const struct link *link = links_by_name(links, name);
	struct pool *pool = findings->scenes->pool;
	const char *ports = "";
	struct far far;
	int i;

	if (!strcmp(kind, "tap")) {
		finding_says(findings, finding, "source",
			     "The process behind the tap has to pass the offload metadata on with each packet (virtio_net_hdr).");
	} else if (!strcmp(kind, "veth")) {
		far = scene_far(findings->scenes, scene, link);
		if (far.link)
			cure_ethtool(findings, finding, "source", far.scene, far.link->name,
				     "tx off");
		finding_says(findings, finding, "",
			     "That, at the other end of each pair, is the better cure if the sender is there, and costs it segmentation offload.");
	} else if (!strcmp(kind, "bridge")) {
		for (i = 0; i < links->count; i++)
			if (links->links[i].master == link->index)
				ports = pool_print(pool, "%s %s", ports,
						   text_plain(pool, links->links[i].name));
		finding_says(findings, finding, "source",
			     pool_print(pool, "The sender is behind one of the ports:%s. There: ethtool -K <device> tx off",
					ports));
	} else {
		finding_says(findings, finding, "source",
			     "At the sender, somewhere behind this device: ethtool -K <device> tx off");
	}
}

/* One hint for each kind of device. */
static void say_sources(struct findings *findings, struct finding *finding)
{
	const char *said = " ";
	int i;

	for (i = 0; i < finding->ifaces.count; i++) {
		const char *name = finding->ifaces.names[i];
		const char *kind = kind_of(findings, finding->scene, name);

		if (strstr(said, pool_print(findings->scenes->pool, " %s ", kind)))
			continue;
		said = pool_print(findings->scenes->pool, "%s%s ", said, kind);
		say_source(findings, finding, kind, name);
	}
}

/**
 * check_unfilled - are there checksums that nobody fills in
 * @findings: all that is said
 * @scene: the namespace
 */
void check_unfilled(struct findings *findings, struct scene *scene)
{
	static const char * const counters[] = {
		"zeroed", "seed", "partial_bad_seed", "gso_bad", "untrusted",
	};
	const struct snapshot *seen = &scene->seen;
	bool only_taps = true;
	struct finding *finding;
	int i;

	if (proc_choice(&scene->now, "mode") != 2)
		return;
	finding = finding_add(findings, scene, LEVEL_TODO, "untrusted",
			      "Packets come in without their checksum, and nobody vouched for them: they go on as they came, and their receivers drop them.");
	for (i = 0; i < seen->ifaces_count; i++) {
		const char *name = seen->ifaces[i].name;

		if (!came_in(&seen->ifaces[i], "untrusted") ||
		    (!findings->scenes->seconds && is_trusted(findings, scene, name)))
			continue;
		finding_iface(findings, finding, name);
		only_taps = only_taps && !strcmp(kind_of(findings, scene, name), "tap");
	}
	if (!finding_where(findings, finding))
		return;
	say_seen(findings, finding, counters, 5);
	if (proc_choice(&scene->now, "trust") == 0)
		cure_knob(findings, finding, "trust", "1");
	if (!only_taps)
		cure_list(findings, finding, "trust_ifaces");
	finding_says(findings, finding, "mind",
		     "Trust these interfaces only if nothing between their senders and here can damage packets: whatever is filled in looks right afterwards.");
	say_sources(findings, finding);
}

/**
 * check_corrupt - do devices vouch for damaged packets
 * @findings: all that is said
 * @scene: the namespace
 */
void check_corrupt(struct findings *findings, struct scene *scene)
{
	static const char * const counters[] = { "corrupt", "unvouched", "dropped" };
	const struct snapshot *seen = &scene->seen;
	bool treated = proc_choice(&scene->now, "verify") >= 2 &&
		       proc_choice(&scene->now, "mode") == 2;
	struct finding *finding;
	const char *name;
	int i;

	finding = finding_add(findings, scene, treated ? LEVEL_GOOD : LEVEL_TODO, "corrupt",
			      treated ? "Damaged packets come in, for which their devices vouch. They do not get through." :
			      "Damaged packets come in, and look right to their receivers, because their devices vouch for them.");
	for (i = 0; i < seen->ifaces_count; i++)
		if (came_in(&seen->ifaces[i], "corrupt"))
			finding_iface(findings, finding, seen->ifaces[i].name);
	if (!finding_where(findings, finding))
		return;
	say_seen(findings, finding, counters, 3);
	if (!treated) {
		if (proc_choice(&scene->now, "mode") == 1)
			cure_knob(findings, finding, "mode", "2");
		cure_knob(findings, finding, "verify", "2");
		finding_says(findings, finding, "then",
			     "Their receivers drop them, and count them in their InCsumErrors. verify=3 drops them here.");
	}
	name = finding->ifaces.names[0];
	finding_says(findings, finding, "source",
		     "Something damages packets before they get here: look for broken cables, cards, drivers, memory. To have the device vouch for nothing:");
	cure_ethtool(findings, finding, "", scene, name, "rx off");
}

/**
 * check_malformed - does anybody send packets that make no sense
 * @findings: all that is said
 * @scene: the namespace
 */
void check_malformed(struct findings *findings, struct scene *scene)
{
	static const char * const counters[] = { "malformed" };
	const struct snapshot *seen = &scene->seen;
	struct finding *finding;
	int i;

	finding = finding_add(findings, scene, LEVEL_TODO, "malformed",
			      "Packets come in that are cut off, or whose offload metadata points outside of them: their sender is broken or hostile.");
	for (i = 0; i < seen->ifaces_count; i++)
		if (came_in(&seen->ifaces[i], "malformed"))
			finding_iface(findings, finding, seen->ifaces[i].name);
	if (!finding_where(findings, finding))
		return;
	say_seen(findings, finding, counters, 1);
	finding_says(findings, finding, "here",
		     "They are left alone: no knob cures that. Find the sender and mend it, or drop what it sends.");
	finding_run(findings, finding, "see",
		    pool_print(findings->scenes->pool, "nf-csum trace -s malformed%s%s",
			       finding->ifaces.count == 1 &&
			       text_is_harmless(finding->ifaces.names[0]) ? " -i " : "",
			       finding->ifaces.count == 1 &&
			       text_is_harmless(finding->ifaces.names[0]) ?
			       finding->ifaces.names[0] : ""));
	finding_says(findings, finding, "then",
		     "nf-csum doctor 10 judges only what comes in meanwhile.");
}

static long vm_number(struct pool *pool, const char *file, const char *line)
{
	const char *text = pool_read(pool, netns_host_path(pool, file), NULL);

	text = text ? strstr(text, line) : NULL;
	return text ? atol(text + strlen(line)) : 0;
}

/* Puts free memory together, and keeps more of it free for those who cannot wait. */
static void cure_memory(struct findings *findings, struct finding *finding)
{
	long reserve, all;
	struct pool *pool = findings->scenes->pool;

	reserve = vm_number(pool, "proc/sys/vm/min_free_kbytes", "");
	all = vm_number(pool, "proc/meminfo", "MemTotal:");
	if (!access(netns_host_path(pool, "proc/sys/vm/compact_memory"), F_OK))
		finding_run(findings, finding, "run", "sysctl -w vm.compact_memory=1");
	if (!reserve)
		return;
	if (reserve * 2 > all / RESERVE) {
		finding_says(findings, finding, "here",
			     pool_print(pool, "vm.min_free_kbytes is %s already: it is more memory that is needed.",
					text_spaced(pool, reserve)));
		return;
	}
	finding_run(findings, finding, "run",
		    pool_print(pool, "sysctl -w vm.min_free_kbytes=%ld", reserve * 2));
	finding_run(findings, finding, "keep",
		    pool_print(pool, "echo 'vm.min_free_kbytes = %ld' >>/etc/sysctl.d/nf_csum.conf",
			       reserve * 2));
}

/**
 * check_failed - was there a repair that could not be made
 * @findings: all that is said
 * @scene: the namespace
 */
void check_failed(struct findings *findings, struct scene *scene)
{
	struct pool *pool = findings->scenes->pool;
	const struct counter *failed;
	struct finding *finding;

	failed = proc_counter(scene->seen.totals, scene->seen.totals_count, "failed");
	if (!failed || proc_is_zero(failed))
		return;
	finding = finding_add(findings, scene, LEVEL_TODO, "failed",
			      "Some packets could not be repaired: there was no memory, or they cannot be written to. They went on, no worse than they came.");
	finding->count = failed->n[PRE] + failed->n[POST] + failed->n[LINK];
	finding_says(findings, finding, "seen",
		     pool_print(pool, "failed %s", text_spaced(pool, finding->count)));
	finding_says(findings, finding, "why",
		     "A packet that somebody else holds, too, as tcpdump does, is copied before it is changed: at once, and in one piece. Memory was short, or in small pieces.");
	finding_run(findings, finding, "see",
		    "free -m; cat /proc/buddyinfo; dmesg | grep -i 'page allocation failure'");
	cure_memory(findings, finding);
	finding_says(findings, finding, "then",
		     "Find out what takes the memory, or give the host more. nf-csum doctor 10 tells whether it goes on.");
}

/*
 * Packets with these counters that this host sent, and did not receive like that.
 * Those that it did receive are told of where they came in.
 */
static uint64_t made_here(const struct snapshot *s, const char *const *counters,
			  int count, const char *cured)
{
	uint64_t in = 0, out = 0;
	int i;

	for (i = 0; i < count; i++) {
		in += total_in(s, counters[i]);
		out += proc_total(s, counters[i], POST);
	}
	/* What was cured on the way in does not leave like that. */
	out += proc_total(s, cured, PRE);
	return out > in ? out - in : 0;
}

/**
 * check_own - does a program of this host send packets without a checksum
 * @findings: all that is said
 * @scene: the namespace
 */
void check_own(struct findings *findings, struct scene *scene)
{
	static const char * const counters[] = { "zeroed", "seed" };
	const struct snapshot *seen = &scene->seen;
	struct finding *finding;
	uint64_t sent;
	int i;

	sent = made_here(seen, counters, 2, "filled");
	if (!sent || !proc_total(seen, "untrusted", POST) ||
	    proc_choice(&scene->now, "trust") == 2)
		return;
	finding = finding_add(findings, scene, LEVEL_TODO, "own",
			      "A program of this host sends packets without their checksum: they were sent, and never received like that.");
	finding->count = sent;
	for (i = 0; i < seen->ifaces_count; i++)
		if (proc_of_iface(&seen->ifaces[i], "untrusted", POST))
			finding_iface(findings, finding, seen->ifaces[i].name);
	if (!finding_where(findings, finding))
		return;
	finding_says(findings, finding, "seen",
		     pool_print(findings->scenes->pool, "%s sent",
				packets(findings->scenes->pool, sent)));
	finding_says(findings, finding, "source",
		     "The program that makes these packets, with a raw or a packet socket, has to fill in their checksums.");
	finding_says(findings, finding, "or",
		     "trust=2 covers them, which trusts everybody else, too.");
}

/**
 * check_gone - were there bad packets whose interface has gone
 * @findings: all that is said
 * @scene: the namespace
 *
 * The totals know. Nothing can be named that is no longer there, and nothing can be
 * done for it, unless it happens right now.
 */
void check_gone(struct findings *findings, struct scene *scene)
{
	static const char * const counters[] = {
		"partial_bad_seed", "gso_bad", "zeroed", "seed", "corrupt", "malformed",
		"reseeded", "rearmed", "filled", "untrusted", "unvouched", "dropped",
	};
	const struct snapshot *seen = &scene->seen;
	struct pool *pool = findings->scenes->pool;
	uint64_t states = 0, gone, harm = 0, treated = 0;
	bool repaired = false;
	struct finding *finding;
	const char *text = "";
	int i, k;

	for (k = 0; k < 12; k++) {
		gone = total_in(seen, counters[k]);
		for (i = 0; i < seen->ifaces_count; i++) {
			uint64_t here = came_in(&seen->ifaces[i], counters[k]);

			gone = gone > here ? gone - here : 0;
		}
		if (!gone)
			continue;
		text = pool_print(pool, "%s%s%s %s", text, *text ? ", " : "", counters[k],
				  text_spaced(pool, gone));
		if (k < BAD)
			states += gone;
		if (!strcmp(counters[k], "corrupt") || !strcmp(counters[k], "malformed") ||
		    !strcmp(counters[k], "untrusted"))
			harm += gone;
		if (!strcmp(counters[k], "unvouched") || !strcmp(counters[k], "dropped"))
			treated += gone;
		repaired = repaired || (k >= BAD && k < BAD + 3);
	}
	if (!states)
		return;
	harm = harm > treated ? harm - treated : 0;
	finding = finding_add(findings, scene,
			      harm && findings->scenes->seconds ? LEVEL_TODO :
			      harm || !repaired ? LEVEL_NOTE : LEVEL_GOOD, "gone",
			      harm || !repaired ?
			      "Bad packets came in by interfaces that have gone." :
			      "Bad packets came in by interfaces that have gone, and were repaired.");
	finding->count = states;
	finding_says(findings, finding, "seen", pool_print(pool, "received: %s", text));
	finding_says(findings, finding, "where",
		     "The counts of an interface go with it; the totals stay. If it comes again, and with it the fault, doctor names it.");
	if (harm)
		finding_run(findings, finding, "see", "nf-csum trace");
}

/**
 * check_cured - which interfaces are at fault, and cured here
 * @findings: all that is said
 * @scene: the namespace
 */
void check_cured(struct findings *findings, struct scene *scene)
{
	static const char * const counters[] = {
		"partial_bad_seed", "gso_bad", "zeroed", "seed",
		"reseeded", "rearmed", "filled", "untrusted",
	};
	const struct snapshot *seen = &scene->seen;
	bool trusted_now = false;
	struct finding *finding;
	uint64_t refreshed;
	int i;

	if (proc_choice(&scene->now, "mode") != 2)
		return;
	finding = finding_add(findings, scene, LEVEL_GOOD, "cured",
			      "Packets come in without their checksum, or without what is needed to finish it, and are repaired.");
	for (i = 0; i < seen->ifaces_count; i++) {
		const struct iface *iface = &seen->ifaces[i];
		bool untrusted = came_in(iface, "untrusted");

		if (untrusted && (findings->scenes->seconds ||
				  !is_trusted(findings, scene, iface->name)))
			continue;
		if (!untrusted && !came_in(iface, "filled") && !came_in(iface, "reseeded") &&
		    !came_in(iface, "rearmed"))
			continue;
		trusted_now = trusted_now || untrusted;
		finding_iface(findings, finding, iface->name);
	}
	if (finding_where(findings, finding)) {
		say_seen(findings, finding, counters, 8);
		if (trusted_now)
			finding_says(findings, finding, "here",
				     "All are trusted now; untrusted packets are from before.");
		say_sources(findings, finding);
	}
	refreshed = proc_total(seen, "outer_refreshed", POST);
	if (!refreshed)
		return;
	finding = finding_add(findings, scene, LEVEL_GOOD, "tunnel",
			      "The outer checksums of tunnels, which NAT breaks, are set right again, at the cost of headers only.");
	finding->count = refreshed;
	for (i = 0; i < seen->ifaces_count; i++)
		if (proc_of_iface(&seen->ifaces[i], "outer_refreshed", POST))
			finding_iface(findings, finding, seen->ifaces[i].name);
	if (!finding_where(findings, finding))
		return;
	say_meaning(findings, finding, "outer_refreshed");
	finding_says(findings, finding, "source", word_find("outer_refreshed")->advice);
}
