// SPDX-License-Identifier: GPL-2.0
/*
 * The fast path and the slow path of packets made up at random: what the fast one
 * says has to be what nf_csum_inspect() says, and what the hooks make of a packet
 * is what inspect, decide and repair come to.
 */
#include <kunit/test.h>

#include <linux/netfilter.h>
#include <linux/percpu.h>

#include <nf_csum/count.h>
#include <nf_csum/fastpath.h>
#include <nf_csum/netns.h>
#include <nf_csum/packet.h>
#include <nf_csum/path.h>
#include <nf_csum/policy.h>

#include "forge.h"
#include "inspected.h"
#include "skb_builder.h"

/* How often the fast path said each of these. */
struct said {
	unsigned int ok;
	unsigned int partial;
	unsigned int state[NF_CSUM_COUNTERS];
};

static void expect_same(struct kunit *test, const struct nf_csum_packet *fast,
			const struct nf_csum_packet *slow, const char *name)
{
	EXPECT_STATE(test, fast, slow->state, name);
	/* Repair relies on nothing else for GSO that is left alone. */
	if (slow->state == NF_CSUM_GSO)
		return;
	KUNIT_EXPECT_EQ_MSG(test, fast->proto, slow->proto, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, fast->thoff, slow->thoff, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, fast->len, slow->len, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, fast->field, slow->field, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, (__force u16)fast->found,
			    (__force u16)slow->found, "%s", name);
	/* The seed has two forms of zero. */
	if (slow->seed && (__force u16)slow->seed != 0xffff)
		KUNIT_EXPECT_EQ_MSG(test, (__force u16)fast->seed,
				    (__force u16)slow->seed, "%s", name);
}

static void fast_is_slow(struct kunit *test)
{
	struct said *said = kunit_kzalloc(test, sizeof(*said), GFP_KERNEL);
	unsigned int packets, i;
	struct forger forger;
	struct variant v;
	struct packet p;

	KUNIT_ASSERT_NOT_NULL(test, said);
	packets = forge_start(test, &forger);
	for (i = 0; i < packets; i++) {
		struct nf_csum_packet fast = {}, slow;

		forge(test, &forger, &p, &v);
		slow = inspected(&p, v.hook);
		fast.skb = p.skb;
		fast.family = p.family;
		if (p.skb->ip_summed == CHECKSUM_PARTIAL &&
		    !skb_is_gso(p.skb) &&
		    nf_csum_fast_partial(p.skb, p.family)) {
			EXPECT_STATE(test, &slow, NF_CSUM_PARTIAL, v.name);
			said->partial++;
		}
		if (p.skb->ip_summed != CHECKSUM_PARTIAL &&
		    nf_csum_fast_ok(p.skb, p.family)) {
			EXPECT_STATE(test, &slow, NF_CSUM_OK, v.name);
			said->ok++;
		} else if (nf_csum_fast_pending(&fast)) {
			expect_same(test, &fast, &slow, v.name);
			said->state[fast.state]++;
		}
		packet_free(&p);
	}
	/* It takes a good part of what it is made for. */
	KUNIT_EXPECT_GT(test, said->ok, packets / 50);
	KUNIT_EXPECT_GT(test, said->partial, packets / 100);
	KUNIT_EXPECT_EQ(test, said->partial, said->state[NF_CSUM_PARTIAL]);
	KUNIT_EXPECT_GT(test, said->state[NF_CSUM_PARTIAL_INNER], packets / 200);
	KUNIT_EXPECT_GT(test, said->state[NF_CSUM_GSO], packets / 200);
}

/* The device that packets come from and go to. */
static struct {
	struct net_device dev;
	struct nf_csum_iface iface;
	bool known;
} device;

static void choose_device(struct nf_csum_net *nfc, struct forger *forger)
{
	device.dev.ifindex = 7;
	device.iface.ifindex = 7;
	device.iface.flags = forge_pick(forger, 2) ? NF_CSUM_IFACE_FINISH : 0;
	device.known = forge_pick(forger, 4);
	nfc->ifaces.cache[7] = device.known ? &device.iface : NULL;
}

/* What the hooks are to do, from the parts that the other tests test. */
static u32 expected_deeds(struct packet *p, const struct nf_csum_knobs *knobs,
			  const struct variant *v, enum nf_csum_counter *state)
{
	bool finishes = knobs->finish == NF_CSUM_SCOPE_ALL ||
			(knobs->finish == NF_CSUM_SCOPE_AUTO &&
			 device.known && device.iface.flags);
	struct nf_csum_packet pkt = inspected(p, v->hook);
	u32 allowed = nf_csum_allowed(knobs, p->skb, 0), done;

	/* On the way in only what is pending in a tunnel, or is complete. */
	if (allowed && finishes &&
	    (v->hook == NF_INET_POST_ROUTING || pkt.verified ||
	     pkt.state == NF_CSUM_PARTIAL_INNER))
		allowed |= BIT(NF_CSUM_FINISHED);
	/* The last moment to tell that it was NAT that broke the outer one. */
	if (allowed & BIT(NF_CSUM_FINISHED) && v->hook == NF_INET_POST_ROUTING &&
	    nf_csum_recall_outer(p->skb) == NF_CSUM_OUTER_RIGHT)
		allowed |= BIT(NF_CSUM_OUTER_REFRESHED);
	done = nf_csum_repair(&pkt, nf_csum_decide(&pkt, allowed));

	*state = pkt.state;
	/* What goes on pending has its outer checksum looked at. */
	if (pkt.state == NF_CSUM_PARTIAL_INNER &&
	    p->skb->ip_summed == CHECKSUM_PARTIAL) {
		bool out = v->hook == NF_INET_POST_ROUTING;
		enum nf_csum_outer outer = nf_csum_inspect_outer(&pkt);

		if (out && nf_csum_recall_outer(p->skb) == NF_CSUM_OUTER_RIGHT)
			return done;
		if (!out && outer == NF_CSUM_OUTER_WRONG)
			outer = NF_CSUM_OUTER_NONE;
		if (outer == NF_CSUM_OUTER_WRONG)
			*state = NF_CSUM_CORRUPT;
		if (nf_csum_repairs(knobs))
			nf_csum_remember_outer(p->skb, outer);
	}
	return done;
}

static unsigned long total(const struct nf_csum_net *nfc, const struct variant *v,
			   enum nf_csum_counter counter)
{
	unsigned int column = v->hook == NF_INET_PRE_ROUTING ?
			      NF_CSUM_PREROUTING : NF_CSUM_POSTROUTING;
	struct nf_csum_mib sum = {};

	nf_csum_add_cpus(&sum, nfc->stats, cpu_possible_mask);
	return sum.mibs[column * NF_CSUM_COUNTERS + counter];
}

static unsigned int call_hook(struct nf_csum_net *nfc, struct packet *p,
			      const struct variant *v)
{
	const struct nf_hook_state state = {
		.hook = v->hook,
		.pf = v->family,
		.in = v->hook == NF_INET_PRE_ROUTING ? &device.dev : NULL,
		.out = v->hook == NF_INET_PRE_ROUTING ? NULL : &device.dev,
	};

	if (v->hook == NF_INET_PRE_ROUTING)
		return v->family == NFPROTO_IPV4 ?
			nf_csum_prerouting_ipv4(nfc, p->skb, &state) :
			nf_csum_prerouting_ipv6(nfc, p->skb, &state);
	return v->family == NFPROTO_IPV4 ?
		nf_csum_postrouting_ipv4(nfc, p->skb, &state) :
		nf_csum_postrouting_ipv6(nfc, p->skb, &state);
}

/* @twin is the same packet as @p; exactly that counts which was done. */
static void compare_ways(struct kunit *test, struct nf_csum_net *nfc,
			 struct packet *p, struct packet *twin,
			 const struct variant *v)
{
	unsigned long before[NF_CSUM_COUNTERS];
	enum nf_csum_counter state, i;
	u32 done;

	for (i = 0; i < NF_CSUM_COUNTERS; i++)
		before[i] = total(nfc, v, i);
	done = expected_deeds(twin, &nfc->knobs, v, &state);
	packet_remember(twin);
	KUNIT_EXPECT_EQ_MSG(test, call_hook(nfc, p, v), NF_ACCEPT, "%s",
			    v->name);
	for (i = 0; i < NF_CSUM_COUNTERS; i++)
		KUNIT_EXPECT_EQ_MSG(test, total(nfc, v, i) - before[i],
				    (unsigned long)(i == state || done & BIT(i)),
				    "counter %d, state %s, done %x, %s", i,
				    state_name(state), done, v->name);
	p->meta = twin->meta;
	/* Where the bytes lie may differ. */
	KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(twin, p->skb),
			      "state %s, done %x, %s", state_name(state), done,
			      v->name);
	KUNIT_EXPECT_TRUE_MSG(test, packet_same_meta(p),
			      "state %s, done %x, %s", state_name(state), done,
			      v->name);
}

static void hooks_do_what_was_decided(struct kunit *test)
{
	struct nf_csum_net *nfc = kunit_kzalloc(test, sizeof(*nfc), GFP_KERNEL);
	struct forger forger, same;
	unsigned int packets, i;
	struct packet p, twin;
	struct variant v;

	KUNIT_ASSERT_NOT_NULL(test, nfc);
	nfc->stats = alloc_percpu(struct nf_csum_mib);
	KUNIT_ASSERT_TRUE(test, nfc->stats);
	xa_init(&nfc->ifaces.by_index);

	packets = forge_start(test, &forger) / 4;
	for (i = 0; i < packets; i++) {
		nfc->knobs.mode = forge_pick(&forger, 16) ?
			NF_CSUM_MODE_REPAIR : NF_CSUM_MODE_OBSERVE;
		nfc->knobs.finish = forge_pick(&forger, 3);
		nfc->knobs.trust = forge_pick(&forger, 3);
		choose_device(nfc, &forger);
		same = forger;
		forge(test, &forger, &p, &v);
		forge(test, &same, &twin, &v);
		compare_ways(test, nfc, &p, &twin, &v);
		packet_free(&p);
		packet_free(&twin);
	}
	free_percpu(nfc->stats);
}

/* A tunnel packet goes from a device that is not finished for to one that is. */
static void forward(struct kunit *test, struct nf_csum_net *nfc,
		    const struct variant *way, bool damaged)
{
	static const struct recipe recipe = {
		.proto = IPPROTO_UDP, .tunnel = true, .gap = 22, .payload = 400,
		.ip_summed = CHECKSUM_PARTIAL,
	};
	struct variant v = *way;
	struct packet p;
	__sum16 field;

	packet_build(test, &p, &recipe, &v);
	if (damaged)		/* the VNI, on the way here */
		packet_store(&p, p.thoff + 12, "\x63", 1);
	v.hook = NF_INET_PRE_ROUTING;
	nfc->knobs.finish = NF_CSUM_SCOPE_NONE;
	KUNIT_EXPECT_EQ_MSG(test, call_hook(nfc, &p, &v), NF_ACCEPT, "%s", v.name);
	KUNIT_EXPECT_EQ_MSG(test, (int)p.skb->ip_summed, CHECKSUM_PARTIAL, "%s",
			    v.name);

	/* DNAT takes it for a seed. */
	field = (__force __sum16)((__force u16)htons(packet_field(&p)) ^ 0x55aa);
	packet_store(&p, p.field, &field, sizeof(field));
	v.hook = NF_INET_POST_ROUTING;
	nfc->knobs.finish = NF_CSUM_SCOPE_ALL;
	KUNIT_EXPECT_EQ_MSG(test, call_hook(nfc, &p, &v), NF_ACCEPT, "%s", v.name);
	KUNIT_EXPECT_EQ_MSG(test, (int)p.skb->ip_summed, CHECKSUM_NONE, "%s",
			    v.name);
	KUNIT_EXPECT_EQ_MSG(test, packet_verifies(&p), !damaged, "%s", v.name);
	packet_free(&p);
}

static void finished_behind_dnat(struct kunit *test)
{
	struct nf_csum_net *nfc = kunit_kzalloc(test, sizeof(*nfc), GFP_KERNEL);
	static const struct recipe any = {};
	struct variant v = {};

	KUNIT_ASSERT_NOT_NULL(test, nfc);
	nfc->stats = alloc_percpu(struct nf_csum_mib);
	KUNIT_ASSERT_TRUE(test, nfc->stats);
	xa_init(&nfc->ifaces.by_index);
	nfc->knobs.mode = NF_CSUM_MODE_REPAIR;

	while (variant_next(&v, &any)) {
		if (v.hook != NF_INET_PRE_ROUTING)
			continue;
		forward(test, nfc, &v, false);
		forward(test, nfc, &v, true);
	}
	free_percpu(nfc->stats);
}

static struct kunit_case path_test_cases[] = {
	KUNIT_CASE(finished_behind_dnat),
	KUNIT_CASE(fast_is_slow),
	KUNIT_CASE(hooks_do_what_was_decided),
	{}
};

static struct kunit_suite path_suite = {
	.name = "nf_csum_path",
	.test_cases = path_test_cases,
};

kunit_test_suite(path_suite);
