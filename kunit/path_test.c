// SPDX-License-Identifier: GPL-2.0
/*
 * The fast path and the slow path of packets made up at random: what the fast one
 * says has to be what nf_csum_inspect() says, and what the hooks make of a packet
 * is what inspect, decide and repair come to.
 */
#include <kunit/test.h>

#include <linux/netfilter.h>
#include <linux/percpu.h>

#include <nf_csum/fastpath.h>
#include <nf_csum/netns.h>
#include <nf_csum/packet.h>
#include <nf_csum/path.h>
#include <nf_csum/policy.h>

#include "forge.h"
#include "hooked.h"
#include "inspected.h"
#include "receiver.h"
#include "skb_builder.h"

/* How often the fast path said each of these. */
struct said {
	unsigned int ok;
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

/*
 * Headers that the fast path is for: TCP and UDP without anything special, up to
 * the end of the packet, and as much of them linear as TCP has.
 */
static bool has_common_headers(const struct packet *p, const struct reading *r)
{
	return r->plain && r->size &&
	       (r->proto == IPPROTO_TCP || r->proto == IPPROTO_UDP) &&
	       r->thoff + r->len == p->skb->len &&
	       skb_headlen(p->skb) >= r->thoff + 20;
}

static bool is_fast_ok(const struct packet *p, const struct reading *r)
{
	return !skb_shinfo(p->skb)->gso_size && has_common_headers(p, r) &&
	       r->found && r->found != r->seed;
}

/* Are all of its kinds ones that segmentation of plain TCP or UDP knows? */
static bool is_plain_gso(unsigned int type, u8 proto)
{
	const unsigned int tcp = SKB_GSO_TCPV4 | SKB_GSO_TCPV6;
	const unsigned int udp = SKB_GSO_UDP | SKB_GSO_UDP_L4;
	const unsigned int also = SKB_GSO_DODGY | SKB_GSO_TCP_ECN |
				  SKB_GSO_TCP_ACCECN | SKB_GSO_TCP_FIXEDID;

	if (type & ~(tcp | udp | also))
		return false;
	return type & (proto == IPPROTO_TCP ? tcp : udp);
}

/* The state, or NF_CSUM_COUNTERS if the fast path is not for it. */
static enum nf_csum_counter fast_pending(const struct packet *p,
					 const struct reading *r)
{
	const struct skb_shared_info *shinfo = skb_shinfo(p->skb);
	int start = skb_checksum_start_offset(p->skb);
	unsigned int field = start + p->skb->csum_offset;

	if (p->skb->csum_not_inet || !has_common_headers(p, r))
		return NF_CSUM_COUNTERS;
	if (shinfo->gso_size && !is_plain_gso(shinfo->gso_type, r->proto))
		return NF_CSUM_GSO;
	if (start == r->thoff) {
		if (field != r->field || r->found != r->seed)
			return NF_CSUM_COUNTERS;
		return shinfo->gso_size ? NF_CSUM_GSO : NF_CSUM_PARTIAL;
	}
	if (shinfo->gso_size || r->proto != IPPROTO_UDP ||
	    start < (int)r->thoff + 8 || p->skb->csum_offset % 2 ||
	    field + 2 > p->skb->len)
		return NF_CSUM_COUNTERS;
	return NF_CSUM_PARTIAL_INNER;
}

static void fast_is_slow(struct kunit *test)
{
	struct said *said = kunit_kzalloc(test, sizeof(*said), GFP_KERNEL);
	enum nf_csum_counter expected;
	unsigned int packets, i;
	struct forger forger;
	struct reading r;
	struct variant v;
	struct packet p;

	KUNIT_ASSERT_NOT_NULL(test, said);
	packets = forge_start(test, &forger, 20);
	for (i = 0; i < packets; i++) {
		struct nf_csum_packet fast = {}, slow;

		forge(test, &forger, &p, &v);
		slow = inspected(&p, v.hook);
		fast.skb = p.skb;
		fast.family = p.family;
		receiver_read(&r, p.bytes, p.skb->len, p.family);
		if (p.skb->ip_summed != CHECKSUM_PARTIAL) {
			bool ok = nf_csum_fast_ok(p.skb, p.family);

			KUNIT_EXPECT_EQ_MSG(test, ok, is_fast_ok(&p, &r),
					    "packet %u, %s", i, v.name);
			if (ok)
				EXPECT_STATE(test, &slow, NF_CSUM_OK, v.name);
			said->ok += ok;
			KUNIT_EXPECT_FALSE(test, nf_csum_fast_pending(&fast));
			packet_free(&p);
			continue;
		}
		expected = fast_pending(&p, &r);
		if (!skb_shinfo(p.skb)->gso_size)
			KUNIT_EXPECT_EQ_MSG(test,
					    nf_csum_fast_partial(p.skb, p.family),
					    expected == NF_CSUM_PARTIAL,
					    "packet %u, %s", i, v.name);
		if (nf_csum_fast_pending(&fast)) {
			KUNIT_EXPECT_STREQ_MSG(test, state_name(fast.state),
					       state_name(expected),
					       "packet %u, %s", i, v.name);
			expect_same(test, &fast, &slow, v.name);
			said->state[fast.state]++;
		} else {
			KUNIT_EXPECT_EQ_MSG(test, expected, NF_CSUM_COUNTERS,
					    "packet %u, %s", i, v.name);
		}
		packet_free(&p);
	}
	/* Chance may leave something out of few. */
	if (packets < 20000)
		return;
	/* It takes a good part of what it is made for. */
	KUNIT_EXPECT_GT(test, said->ok, packets / 50);
	KUNIT_EXPECT_GT(test, said->state[NF_CSUM_PARTIAL], packets / 200);
	KUNIT_EXPECT_GT(test, said->state[NF_CSUM_PARTIAL_INNER], packets / 200);
	KUNIT_EXPECT_GT(test, said->state[NF_CSUM_GSO], packets / 200);
}

/* A tunnel's csum_start is behind UDP's header, and may be just behind it. */
static void inner_begins_behind_udp(struct kunit *test)
{
	int start;

	for (start = 1; start < 12; start++) {
		const struct recipe recipe = {
			.proto = IPPROTO_UDP, .payload = 60, .start = start,
			.ip_summed = CHECKSUM_PARTIAL,
		};
		struct variant v = {};
		struct packet p;

		while (variant_next(&v, &recipe)) {
			struct nf_csum_packet fast = {}, slow;

			/* As much is linear as the fast path needs. */
			if (v.shape != SHAPE_LINEAR)
				continue;
			packet_build(test, &p, &recipe, &v);
			fast.skb = p.skb;
			fast.family = p.family;
			KUNIT_EXPECT_EQ_MSG(test, nf_csum_fast_pending(&fast),
					    start >= 8, "%d, %s", start, v.name);
			slow = inspected(&p, v.hook);
			EXPECT_STATE(test, &slow, start >= 8 ?
				     NF_CSUM_PARTIAL_INNER : NF_CSUM_MALFORMED,
				     v.name);
			packet_free(&p);
		}
	}
}

/* What the hooks are to do, from the parts that the other tests test. */
static u32 expected_deeds(struct packet *p, const struct nf_csum_knobs *knobs,
			  const struct variant *v, enum nf_csum_counter *state)
{
	struct nf_csum_packet pkt = inspected(p, v->hook);
	u32 allowed = nf_csum_allowed(knobs, p->skb, 0), done;

	/* On the way in only what is pending in a tunnel, or is complete. */
	if (allowed && knobs->finish == NF_CSUM_SCOPE_ALL &&
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

/* @twin is the same packet as @p; exactly that counts which was done. */
static void compare_ways(struct kunit *test, struct host *h,
			 struct packet *p, struct packet *twin,
			 const struct variant *v)
{
	struct hooked_counts before, after;
	enum nf_csum_counter state, i;
	u32 done;

	hooked_count(&before, h, v->hook);
	done = expected_deeds(twin, &h->nfc.knobs, v, &state);
	packet_remember(twin);
	KUNIT_EXPECT_EQ_MSG(test, hooked(h, p, v->hook), NF_ACCEPT, "%s",
			    v->name);
	hooked_count(&after, h, v->hook);
	for (i = 0; i < NF_CSUM_COUNTERS; i++)
		KUNIT_EXPECT_EQ_MSG(test, after.of[i] - before.of[i],
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

static void compare_at_random(struct kunit *test, struct host *h, unsigned int share)
{
	struct forger forger, same;
	unsigned int packets, i;
	struct packet p, twin;
	struct variant v;

	packets = forge_start(test, &forger, share);
	for (i = 0; i < packets; i++) {
		h->nfc.knobs.mode = forge_pick(&forger, 16) ?
			NF_CSUM_MODE_REPAIR : NF_CSUM_MODE_OBSERVE;
		h->nfc.knobs.finish = forge_pick(&forger, 3);
		h->nfc.knobs.trust = forge_pick(&forger, 3);
		same = forger;
		forge(test, &forger, &p, &v);
		forge(test, &same, &twin, &v);
		compare_ways(test, h, &p, &twin, &v);
		packet_free(&p);
		packet_free(&twin);
	}
}

static void hooks_do_what_was_decided(struct kunit *test)
{
	struct host *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, h);
	host_init(test, h);
	compare_at_random(test, h, 10);
	host_free(test, h);
}

/* Memory was short when the devices came: only the namespace counts. */
static void unknown_devices_are_no_different(struct kunit *test)
{
	struct host *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	unsigned int at;
	int cpu;

	KUNIT_ASSERT_NOT_NULL(test, h);
	host_init(test, h);
	memset(h->nfc.ifaces.cache, 0, sizeof(h->nfc.ifaces.cache));
	compare_at_random(test, h, 100);
	for (at = 0; at < NF_CSUM_COLUMNS * NF_CSUM_COUNTERS; at++) {
		KUNIT_EXPECT_EQ(test, host_count(h->in_iface.stats, at), 0UL);
		KUNIT_EXPECT_EQ(test, host_count(h->out_iface.stats, at), 0UL);
	}
	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(h->nfc.stats, cpu), 0, sizeof(*h->nfc.stats));

	/* They are known, but others have their places in the cache. */
	xa_store(&h->nfc.ifaces.by_index, HOST_IN, &h->in_iface, GFP_KERNEL);
	xa_store(&h->nfc.ifaces.by_index, HOST_OUT, &h->out_iface, GFP_KERNEL);
	compare_at_random(test, h, 100);
	xa_destroy(&h->nfc.ifaces.by_index);
	host_free(test, h);
}

/* A tunnel packet goes from a device that is not finished for to one that is. */
static void forward(struct kunit *test, struct host *h, const struct variant *way, bool damaged)
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
	h->nfc.knobs.finish = NF_CSUM_SCOPE_NONE;
	KUNIT_EXPECT_EQ_MSG(test, hooked(h, &p, v.hook), NF_ACCEPT, "%s", v.name);
	KUNIT_EXPECT_EQ_MSG(test, (int)p.skb->ip_summed, CHECKSUM_PARTIAL, "%s",
			    v.name);

	/* DNAT takes it for a seed. */
	field = (__force __sum16)((__force u16)htons(packet_field(&p)) ^ 0x55aa);
	packet_store(&p, p.field, &field, sizeof(field));
	v.hook = NF_INET_POST_ROUTING;
	h->nfc.knobs.finish = NF_CSUM_SCOPE_ALL;
	KUNIT_EXPECT_EQ_MSG(test, hooked(h, &p, v.hook), NF_ACCEPT, "%s", v.name);
	KUNIT_EXPECT_EQ_MSG(test, (int)p.skb->ip_summed, CHECKSUM_NONE, "%s",
			    v.name);
	KUNIT_EXPECT_EQ_MSG(test, packet_verifies(&p), !damaged, "%s", v.name);
	packet_free(&p);
}

static void finished_behind_dnat(struct kunit *test)
{
	struct host *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	static const struct recipe any = {};
	struct variant v = {};

	KUNIT_ASSERT_NOT_NULL(test, h);
	host_init(test, h);

	while (variant_next(&v, &any)) {
		if (v.hook != NF_INET_PRE_ROUTING)
			continue;
		forward(test, h, &v, false);
		forward(test, h, &v, true);
	}
	host_free(test, h);
}

static const struct after_snat_case {
	const char *name;
	u8 mode;
	u32 mark;
	bool undone;
} after_snat_cases[] = {
	{ "repaired", NF_CSUM_MODE_REPAIR, 0, true },
	{ "with a mark of others", NF_CSUM_MODE_REPAIR, 8, true },
	{ "exempt from then on", NF_CSUM_MODE_REPAIR, 4, false },
	{ "observed from then on", NF_CSUM_MODE_OBSERVE, 0, false },
};

static void after_snat_desc(const struct after_snat_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(after_snat, after_snat_cases, after_snat_desc);

/* What was right before SNAT is right again behind it, if it is still to be repaired. */
static void undone_behind_snat(struct kunit *test)
{
	static const struct recipe recipe = {
		.proto = IPPROTO_UDP, .tunnel = true, .gap = 22, .payload = 400,
		.ip_summed = CHECKSUM_PARTIAL,
	};
	const struct after_snat_case *c = test->param_value;
	struct host *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	struct variant v = {};

	KUNIT_ASSERT_NOT_NULL(test, h);
	host_init(test, h);
	h->nfc.knobs.exempt_mark = 4;
	while (variant_next(&v, &recipe)) {
		const struct nf_hook_state state = {
			.hook = NF_INET_POST_ROUTING, .pf = v.family, .out = h->out,
		};
		__sum16 field;
		u16 right, broken;
		struct packet p;

		if (v.hook != NF_INET_PRE_ROUTING)
			continue;
		packet_build(test, &p, &recipe, &v);
		right = packet_field(&p);
		h->nfc.knobs.mode = NF_CSUM_MODE_REPAIR;
		KUNIT_EXPECT_EQ(test, hooked(h, &p, v.hook), NF_ACCEPT);
		/* It takes the field for a seed. */
		broken = right ^ 0x55aa;
		field = (__force __sum16)htons(broken);
		packet_store(&p, p.field, &field, sizeof(field));
		p.skb->mark = c->mark;
		h->nfc.knobs.mode = c->mode;
		KUNIT_EXPECT_EQ(test, nf_csum_after_snat(&h->nfc, p.skb, &state),
				NF_ACCEPT);
		KUNIT_EXPECT_EQ_MSG(test, packet_field(&p), c->undone ? right : broken,
				    "%s", v.name);
		packet_free(&p);
	}
	host_free(test, h);
}

static struct kunit_case path_test_cases[] = {
	KUNIT_CASE(finished_behind_dnat),
	KUNIT_CASE(inner_begins_behind_udp),
	KUNIT_CASE(fast_is_slow),
	KUNIT_CASE(hooks_do_what_was_decided),
	KUNIT_CASE(unknown_devices_are_no_different),
	KUNIT_CASE_PARAM(undone_behind_snat, after_snat_gen_params),
	{}
};

static struct kunit_suite path_suite = {
	.name = "nf_csum_path",
	.test_cases = path_test_cases,
};

kunit_test_suite(path_suite);
