// SPDX-License-Identifier: GPL-2.0
/*
 * What the hooks make of one packet under one policy: where knobs, devices and
 * routes decide. The rest of what they do is in the tests of random packets.
 */
#include <kunit/test.h>

#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_netdev.h>
#include <linux/workqueue.h>
#include <net/dst.h>
#include <net/dst_ops.h>
#include <net/xfrm.h>

#include <nf_csum/evidence.h>
#include <nf_csum/packet.h>
#include <nf_csum/path.h>
#include <nf_csum/policy.h>

#include "hooked.h"
#include "inspected.h"
#include "oracle.h"
#include "skb_builder.h"
#include "traced.h"

#define PRE	NF_INET_PRE_ROUTING
#define POST	NF_INET_POST_ROUTING
#define NONE	NF_CSUM_SCOPE_NONE
#define AUTO	NF_CSUM_SCOPE_AUTO
#define ALL	NF_CSUM_SCOPE_ALL
#define ANY_GSO	(NETIF_F_GSO_MASK | NETIF_F_SG | NETIF_F_FRAGLIST)

/**
 * struct policy_case - a packet, a policy, and what comes of it
 * @name: of the case
 * @packet: the packet
 * @hook: where it is met
 * @observe: mode 1
 * @finish: the knob
 * @trust: the knob
 * @verify: the knob
 * @in: flags of the device that it came from
 * @out: flags of the device that it leaves through
 * @own: it is the host's, and came from nowhere
 * @features: of the device that it leaves through
 * @routed: it has a route
 * @path: how much larger than the packet the path's MTU is
 * @link: how much larger the device's is
 * @encrypted: it is going to be encrypted
 * @decrypted: it was
 * @deeds: what is counted
 * @right: whether its checksum is right then; a seed is not
 */
struct policy_case {
	const char *name;
	struct recipe packet;
	u8 hook;
	bool observe;
	u8 finish;
	u8 trust;
	u8 verify;
	unsigned long in;
	unsigned long out;
	bool own;
	netdev_features_t features;
	bool routed;
	int path;
	int link;
	bool encrypted;
	bool decrypted;
	u32 deeds;
	bool right;
};

#define SCTP_PENDING { .proto = IPPROTO_SCTP, .payload = 100, .offset = 8, \
	.ip_summed = CHECKSUM_PARTIAL, .not_inet = true }
#define TCP_PENDING(what) { .proto = IPPROTO_TCP, .payload = 100, \
	.field = FIELD_##what, .ip_summed = CHECKSUM_PARTIAL }
#define TCP_VOUCHED { .proto = IPPROTO_TCP, .payload = 100, \
	.field = FIELD_WRONG, .ip_summed = CHECKSUM_UNNECESSARY }
#define TCP_ZEROED { .proto = IPPROTO_TCP, .payload = 100, .field = FIELD_ZERO }
#define GSO_VOUCHED { .proto = IPPROTO_TCP, .payload = 300, .gso_size = 100, \
	.gso_type = SKB_GSO_TCPV4, .field = FIELD_WRONG, \
	.ip_summed = CHECKSUM_UNNECESSARY }

static const struct policy_case policy_cases[] = {
	/* Where the kernel would ruin what is pending. */
	{ "sctp, no route", SCTP_PENDING, POST, .deeds = BIT(NF_CSUM_PARTIAL) },
	{ "sctp, fits", SCTP_PENDING, POST, .routed = true,
	  .deeds = BIT(NF_CSUM_PARTIAL) },
	{ "sctp, the path is narrower", SCTP_PENDING, POST, .routed = true,
	  .path = -1, .deeds = BIT(NF_CSUM_PARTIAL) | BIT(NF_CSUM_FINISHED),
	  .right = true },
	{ "sctp, the device is narrower", SCTP_PENDING, POST, .routed = true,
	  .link = -1, .deeds = BIT(NF_CSUM_PARTIAL) | BIT(NF_CSUM_FINISHED),
	  .right = true },
	{ "sctp, narrower, comes in", SCTP_PENDING, PRE, .routed = true,
	  .path = -1, .link = -1, .deeds = BIT(NF_CSUM_PARTIAL) },
	{ "sctp, narrower, observed", SCTP_PENDING, POST, .routed = true,
	  .path = -1, .observe = true, .deeds = BIT(NF_CSUM_PARTIAL) },
	{ "tcp, narrower", TCP_PENDING(SEED), POST, .routed = true,
	  .path = -1, .link = -1, .deeds = BIT(NF_CSUM_PARTIAL) },
	{ "tcp, wrong seed, narrower", TCP_PENDING(ZERO), POST, .routed = true,
	  .path = -1, .link = -1,
	  .deeds = BIT(NF_CSUM_PARTIAL_BAD_SEED) | BIT(NF_CSUM_RESEEDED) },

#ifdef CONFIG_XFRM
	{ "sctp, to be encrypted", SCTP_PENDING, POST, .routed = true,
	  .encrypted = true, .right = true,
	  .deeds = BIT(NF_CSUM_PARTIAL) | BIT(NF_CSUM_FINISHED) },
	{ "sctp, was encrypted", SCTP_PENDING, PRE, .routed = true,
	  .encrypted = true, .deeds = BIT(NF_CSUM_PARTIAL) },
	{ "tcp, to be encrypted", TCP_PENDING(SEED), POST, .routed = true,
	  .encrypted = true, .deeds = BIT(NF_CSUM_PARTIAL) },
	{ "wrong, was decrypted", TCP_VOUCHED, PRE, .decrypted = true,
	  .verify = NF_CSUM_VERIFY_DROP, .deeds = BIT(NF_CSUM_OK) },
#endif
	{ "wrong, was not", TCP_VOUCHED, PRE, .verify = NF_CSUM_VERIFY_DROP,
	  .deeds = BIT(NF_CSUM_CORRUPT) | BIT(NF_CSUM_DROPPED) },
	{ "wrong, leaves", TCP_VOUCHED, POST, .verify = NF_CSUM_VERIFY_DROP,
	  .deeds = BIT(NF_CSUM_OK) },

	/* Whose pending checksums are finished. */
	{ "finish none", TCP_PENDING(SEED), POST, .finish = NONE,
	  .out = NF_CSUM_IFACE_FINISH, .deeds = BIT(NF_CSUM_PARTIAL) },
	{ "finish auto, covered", TCP_PENDING(SEED), POST, .finish = AUTO,
	  .out = NF_CSUM_IFACE_FINISH, .right = true,
	  .deeds = BIT(NF_CSUM_PARTIAL) | BIT(NF_CSUM_FINISHED) },
	{ "finish auto, only where it came from", TCP_PENDING(SEED), POST,
	  .finish = AUTO, .in = NF_CSUM_IFACE_FINISH,
	  .deeds = BIT(NF_CSUM_PARTIAL) },
	{ "finish all", TCP_PENDING(SEED), POST, .finish = ALL, .right = true,
	  .deeds = BIT(NF_CSUM_PARTIAL) | BIT(NF_CSUM_FINISHED) },
	{ "finish all, observed", TCP_PENDING(SEED), POST, .finish = ALL,
	  .observe = true, .deeds = BIT(NF_CSUM_PARTIAL) },
	{ "finish all, to itself", TCP_PENDING(SEED), POST, .finish = ALL,
	  .out = NF_CSUM_IFACE_LOOPBACK, .deeds = BIT(NF_CSUM_PARTIAL) },
	{ "finish all, comes in", TCP_PENDING(SEED), PRE, .finish = ALL,
	  .deeds = BIT(NF_CSUM_PARTIAL) },
	{ "complete, finished where it comes in", TCP_PENDING(RIGHT), PRE,
	  .finish = ALL, .right = true,
	  .deeds = BIT(NF_CSUM_PARTIAL_BAD_SEED) | BIT(NF_CSUM_FINISHED) },
	{ "complete, seeded where nothing is finished", TCP_PENDING(RIGHT), PRE,
	  .finish = NONE,
	  .deeds = BIT(NF_CSUM_PARTIAL_BAD_SEED) | BIT(NF_CSUM_RESEEDED) },
	{ "never begun, comes in", TCP_PENDING(ZERO), PRE, .finish = ALL,
	  .deeds = BIT(NF_CSUM_PARTIAL_BAD_SEED) | BIT(NF_CSUM_RESEEDED) },
	{ "never begun, comes in, zero is right",
	  { .proto = IPPROTO_TCP, .payload = 100, .right = RIGHT_ZERO,
	    .ip_summed = CHECKSUM_PARTIAL }, PRE, .finish = ALL,
	  .deeds = BIT(NF_CSUM_PARTIAL_BAD_SEED) | BIT(NF_CSUM_RESEEDED) },
	{ "never begun, leaves", TCP_PENDING(ZERO), POST, .finish = ALL,
	  .right = true,
	  .deeds = BIT(NF_CSUM_PARTIAL_BAD_SEED) | BIT(NF_CSUM_RESEEDED) |
		   BIT(NF_CSUM_FINISHED) },

	/* Who is trusted. */
	{ "trust auto, from a tap", TCP_ZEROED, PRE, .trust = AUTO,
	  .in = NF_CSUM_IFACE_TRUST, .right = true,
	  .deeds = BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_FILLED) },
	{ "trust auto, from elsewhere", TCP_ZEROED, PRE, .trust = AUTO,
	  .out = NF_CSUM_IFACE_TRUST,
	  .deeds = BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_UNTRUSTED) },
	{ "trust auto, was from a tap", TCP_ZEROED, POST, .trust = AUTO,
	  .in = NF_CSUM_IFACE_TRUST, .right = true,
	  .deeds = BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_FILLED) },
	{ "trust auto, goes to a tap", TCP_ZEROED, POST, .trust = AUTO,
	  .out = NF_CSUM_IFACE_TRUST,
	  .deeds = BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_UNTRUSTED) },
	{ "trust auto, its own", TCP_ZEROED, POST, .trust = AUTO,
	  .in = NF_CSUM_IFACE_TRUST, .own = true,
	  .deeds = BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_UNTRUSTED) },
	{ "trust nobody", TCP_ZEROED, PRE, .trust = NONE,
	  .in = NF_CSUM_IFACE_TRUST,
	  .deeds = BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_UNTRUSTED) },
	{ "trust everybody", TCP_ZEROED, PRE, .trust = ALL, .right = true,
	  .deeds = BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_FILLED) },

	/* What is checked. */
	{ "aggregated, goes on as it is", GSO_VOUCHED, POST,
	  .verify = NF_CSUM_VERIFY_DROP, .features = ANY_GSO,
	  .deeds = BIT(NF_CSUM_GSO) },
	{ "aggregated, is to be segmented", GSO_VOUCHED, POST,
	  .verify = NF_CSUM_VERIFY_COUNT, .deeds = BIT(NF_CSUM_CORRUPT) },
	{ "aggregated, is to be segmented and dropped", GSO_VOUCHED, POST,
	  .verify = NF_CSUM_VERIFY_DROP,
	  .deeds = BIT(NF_CSUM_CORRUPT) | BIT(NF_CSUM_DROPPED) },
	{ "aggregated, not checked", GSO_VOUCHED, POST,
	  .deeds = BIT(NF_CSUM_GSO) },
	{ "aggregated, comes in", GSO_VOUCHED, PRE,
	  .verify = NF_CSUM_VERIFY_DROP, .deeds = BIT(NF_CSUM_GSO) },
};

static void policy_desc(const struct policy_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(policy, policy_cases, policy_desc);

/* A route that nothing is known of but how much it carries. */
struct fake_route {
	struct dst_entry dst;
	struct dst_ops ops;
	struct net_device *dev;
};

static unsigned int route_mtu;

static unsigned int fake_mtu(const struct dst_entry *dst)
{
	return route_mtu;
}

static void put_route(struct fake_route *route, struct packet *p,
		      struct net_device *dev, const struct policy_case *c)
{
	route->ops.mtu = fake_mtu;
	route->dst.ops = &route->ops;
	route->dst.dev = dev;
	route_mtu = p->skb->len + c->path;
	dev->mtu = p->skb->len + c->link;
#ifdef CONFIG_XFRM
	if (c->encrypted)
		route->dst.xfrm = (struct xfrm_state *)route;
	if (c->decrypted)
		secpath_set(p->skb);
#endif
	if (c->routed)
		p->skb->_skb_refdst = (unsigned long)&route->dst | SKB_DST_NOREF;
}

static bool is_right(const struct packet *p)
{
	const u8 *bytes = packet_bytes(p, p->skb);
	u8 *copy = p->scratch;
	u32 crc;

	if (p->proto != IPPROTO_SCTP)
		return packet_verifies(p);
	crc = oracle_le32(bytes + p->field);
	memset(copy + p->field, 0, sizeof(crc));
	return crc == oracle_crc32c(bytes + p->thoff, p->len);
}

static void under_policy(struct kunit *test, const struct policy_case *c,
			 const struct variant *v)
{
	struct host *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	struct fake_route *route = kunit_kzalloc(test, sizeof(*route), GFP_KERNEL);
	struct hooked_counts before, after;
	unsigned int verdict;
	struct packet p;
	u32 deeds;

	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_ASSERT_NOT_NULL(test, route);
	host_init(test, h);
	h->nfc.knobs.mode = c->observe ? NF_CSUM_MODE_OBSERVE : NF_CSUM_MODE_REPAIR;
	h->nfc.knobs.finish = c->finish;
	h->nfc.knobs.trust = c->trust;
	h->nfc.knobs.verify = c->verify;
	h->in_iface.flags = c->in;
	h->out_iface.flags = c->out;
	h->out->features = c->features;
	packet_build(test, &p, &c->packet, v);
	p.skb->skb_iif = c->own ? 0 : HOST_IN;
	put_route(route, &p, h->out, c);

	hooked_count(&before, h, v->hook);
	traced_start(test);
	rcu_read_lock();
	verdict = hooked(h, &p, v->hook);
	rcu_read_unlock();
	traced_stop();
	hooked_count(&after, h, v->hook);
	deeds = hooked_deeds(&before, &after);
	KUNIT_EXPECT_EQ_MSG(test, deeds, c->deeds, "%s", v->name);
	KUNIT_EXPECT_EQ_MSG(test, traced_count(),
			    (unsigned int)traced_wanted(deeds), "%s", v->name);
	KUNIT_EXPECT_EQ_MSG(test, verdict == NF_ACCEPT,
			    !(c->deeds & BIT(NF_CSUM_DROPPED)), "%s", v->name);
	if ((verdict & NF_VERDICT_MASK) == NF_STOLEN)
		p.skb = NULL;
	if (verdict == NF_ACCEPT) {
		KUNIT_EXPECT_EQ_MSG(test, is_right(&p), c->right, "%s", v->name);
		p.skb->_skb_refdst = 0;
	}
	packet_free(&p);
	host_free(test, h);
}

static void under_every_policy(struct kunit *test)
{
	const struct policy_case *c = test->param_value;
	struct variant v = {};

	while (variant_next(&v, &c->packet))
		if (v.hook == c->hook)
			under_policy(test, c, &v);
}

/* Whose far end is asked about, by what it is then: what leaves in TCP's GSO. */
static void expect_far_end(struct kunit *test, u8 proto, u8 hook, u8 was, u8 is)
{
	const struct recipe recipe = {
		.proto = proto, .payload = 300, .gso_size = 100,
		.gso_type = proto == IPPROTO_TCP ? SKB_GSO_TCPV4 : SKB_GSO_UDP_L4,
		.field = FIELD_SEED, .ip_summed = CHECKSUM_PARTIAL,
	};
	struct host *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	struct variant v = {};
	struct packet p;

	KUNIT_ASSERT_NOT_NULL(test, h);
	host_init(test, h);
	h->nfc.knobs.no_offload = NF_CSUM_SCOPE_AUTO;
	while (variant_next(&v, &recipe)) {
		/* The fast path asks. */
		if (v.hook != hook || v.shape == SHAPE_SPLIT)
			continue;
		h->in_iface.far_end = was;
		h->out_iface.far_end = was;
		packet_build(test, &p, &recipe, &v);
		KUNIT_EXPECT_EQ(test, hooked(h, &p, hook), NF_ACCEPT);
		KUNIT_EXPECT_EQ_MSG(test, (int)h->in_iface.far_end, was, "%s",
				    v.name);
		KUNIT_EXPECT_EQ_MSG(test, (int)h->out_iface.far_end, is, "%s",
				    v.name);
		packet_free(&p);
	}
	host_free(test, h);
}

static void far_ends_are_asked_about(struct kunit *test)
{
	/* None of these needs watching, which settles it. */
	expect_far_end(test, IPPROTO_TCP, POST, NF_CSUM_FAR_UNKNOWN,
		       NF_CSUM_FAR_SETTLED);
	expect_far_end(test, IPPROTO_TCP, POST, NF_CSUM_FAR_WATCHED,
		       NF_CSUM_FAR_WATCHED);
	expect_far_end(test, IPPROTO_TCP, PRE, NF_CSUM_FAR_UNKNOWN,
		       NF_CSUM_FAR_UNKNOWN);
	expect_far_end(test, IPPROTO_UDP, POST, NF_CSUM_FAR_UNKNOWN,
		       NF_CSUM_FAR_UNKNOWN);
}

#ifdef CONFIG_NETFILTER_INGRESS

static void expect_wanted(struct kunit *test, const struct recipe *recipe,
			  u8 hook, u8 trust, bool others, bool wanted)
{
	struct host *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	struct nf_hook_entries *hooks;
	struct variant v = {};
	struct packet p;

	KUNIT_ASSERT_NOT_NULL(test, h);
	hooks = kunit_kzalloc(test, sizeof(*hooks), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, hooks);
	host_init(test, h);
	h->nfc.knobs.trust = trust;
	h->nfc.knobs.finish = ALL;
	if (others) {
		rcu_assign_pointer(h->in->nf_hooks_ingress, hooks);
		rcu_assign_pointer(h->out->nf_hooks_ingress, hooks);
	}
	while (variant_next(&v, recipe)) {
		if (v.hook != hook)
			continue;
		h->in_iface.ingress_wanted = false;
		packet_build(test, &p, recipe, &v);
		rcu_read_lock();
		KUNIT_EXPECT_EQ(test, hooked(h, &p, hook), NF_ACCEPT);
		rcu_read_unlock();
		KUNIT_EXPECT_EQ_MSG(test, h->in_iface.ingress_wanted, wanted,
				    "%s", v.name);
		KUNIT_EXPECT_FALSE(test, h->out_iface.ingress_wanted);
		packet_free(&p);
	}
	host_free(test, h);
}

/* What was repaired on the way in may not come by there next time. */
static void repaired_packets_are_watched_for(struct kunit *test)
{
	static const struct recipe zeroed = TCP_ZEROED;
	static const struct recipe unseeded = TCP_PENDING(ZERO);
	static const struct recipe complete = TCP_PENDING(RIGHT);
	static const struct recipe gso = {
		.proto = IPPROTO_TCP, .payload = 300, .gso_size = 100,
		.gso_type = SKB_GSO_TCPV4,
	};

	expect_wanted(test, &zeroed, PRE, ALL, true, true);
	expect_wanted(test, &zeroed, PRE, ALL, false, false);
	expect_wanted(test, &zeroed, PRE, NONE, true, false);
	expect_wanted(test, &zeroed, POST, ALL, true, false);
	expect_wanted(test, &unseeded, PRE, NONE, true, true);
	expect_wanted(test, &complete, PRE, NONE, true, false);
	expect_wanted(test, &gso, PRE, NONE, true, true);
}

static unsigned int synced;

static void count_sync(struct work_struct *work)
{
	synced++;
}

/* Where nobody else is hooked in any more, nor need the module be. */
static void ingress_sees_that_it_is_alone(struct kunit *test)
{
	static const struct recipe recipe = { .proto = IPPROTO_TCP };
	struct nf_hook_state state = { .hook = NF_NETDEV_INGRESS,
				       .pf = NFPROTO_NETDEV };
	struct host *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	struct nf_hook_entries *hooks;
	struct variant v = {};
	unsigned int others;
	struct packet p;

	KUNIT_ASSERT_NOT_NULL(test, h);
	hooks = kunit_kzalloc(test, sizeof(*hooks), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, hooks);
	host_init(test, h);
	INIT_WORK(&h->nfc.link.sync, count_sync);
	h->nfc.link.closing = false;
	state.in = h->in;
	variant_next(&v, &recipe);
	packet_build(test, &p, &recipe, &v);
	for (others = 0; others < 3; others++) {
		synced = 0;
		hooks->num_hook_entries = 1 + others;
		rcu_assign_pointer(h->in->nf_hooks_ingress, hooks);
		rcu_read_lock();
		nf_csum_ingress(&h->nfc, p.skb, &state);
		rcu_read_unlock();
		flush_work(&h->nfc.link.sync);
		KUNIT_EXPECT_EQ(test, synced, (unsigned int)!others);
	}
	packet_free(&p);
	host_free(test, h);
}

#endif /* CONFIG_NETFILTER_INGRESS */

static struct kunit_case policy_test_cases[] = {
	KUNIT_CASE_PARAM(under_every_policy, policy_gen_params),
	KUNIT_CASE(far_ends_are_asked_about),
#ifdef CONFIG_NETFILTER_INGRESS
	KUNIT_CASE(repaired_packets_are_watched_for),
	KUNIT_CASE(ingress_sees_that_it_is_alone),
#endif
	{}
};

static struct kunit_suite policy_suite = {
	.name = "nf_csum_policy",
	.test_cases = policy_test_cases,
};

kunit_test_suite(policy_suite);
