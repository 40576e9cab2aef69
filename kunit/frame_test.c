// SPDX-License-Identifier: GPL-2.0
/*
 * Frames at a bridge and where a device receives: what is counted, what is done, and
 * that whoever is next finds the frame where it was.
 */
#include <kunit/test.h>

#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>

#include <nf_csum/packet.h>
#include <nf_csum/path.h>
#include <nf_csum/policy.h>

#include "hooked.h"
#include "inspected.h"
#include "skb_builder.h"
#include "traced.h"

/* What is in front of the IP header. */
enum frame_tag {
	TAG_NONE,
	TAG_8021Q,
	TAG_8021AD,
	TAG_ALIEN,	/* and behind it, too: not IP */
	TAG_CUT,	/* the frame ends in it */
	NO_IP,
};

struct frame_case {
	const char *name;
	struct recipe packet;
	enum frame_tag tag;
	u8 mode;
	u8 verify;
	u32 mark;
	u32 bridge;	/* what the bridge's hook counts */
	u32 ingress;	/* and a device's */
	bool right;	/* the checksum is right behind the bridge's */
	bool by_ingress;	/* and behind the device's */
};

#define REPAIR	NF_CSUM_MODE_REPAIR
#define VOUCHED .ip_summed = CHECKSUM_UNNECESSARY
#define ZEROED_TCP { .proto = IPPROTO_TCP, .payload = 100, .field = FIELD_ZERO, VOUCHED }

static const struct frame_case frame_cases[] = {
	{ "right", { .proto = IPPROTO_TCP, .payload = 10 }, TAG_NONE, REPAIR,
	  .bridge = BIT(NF_CSUM_OK), .right = true, .by_ingress = true },
	{ "zeroed", ZEROED_TCP, TAG_NONE, REPAIR,
	  .bridge = BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_FILLED),
	  .ingress = BIT(NF_CSUM_FILLED), .right = true, .by_ingress = true },
	{ "zeroed, behind a tag", ZEROED_TCP, TAG_8021Q, REPAIR,
	  .bridge = BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_FILLED),
	  .ingress = BIT(NF_CSUM_FILLED), .right = true, .by_ingress = true },
	{ "zeroed, behind a service tag", ZEROED_TCP, TAG_8021AD, REPAIR,
	  .bridge = BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_FILLED),
	  .ingress = BIT(NF_CSUM_FILLED), .right = true, .by_ingress = true },
	{ "zeroed, of no protocol that is known", ZEROED_TCP, NO_IP, REPAIR },
	{ "zeroed, of none behind a tag", ZEROED_TCP, TAG_ALIEN, REPAIR },
	{ "cut in its tag", ZEROED_TCP, TAG_CUT, REPAIR },
	{ "zeroed, observed", ZEROED_TCP, TAG_8021Q, NF_CSUM_MODE_OBSERVE,
	  .bridge = BIT(NF_CSUM_ZEROED) },
	{ "zeroed, exempt", ZEROED_TCP, TAG_8021Q, REPAIR, .mark = 4,
	  .bridge = BIT(NF_CSUM_EXEMPT) },
	{ "zeroed, another mark", ZEROED_TCP, TAG_8021Q, REPAIR, .mark = 3,
	  .bridge = BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_FILLED),
	  .ingress = BIT(NF_CSUM_FILLED), .right = true, .by_ingress = true },
	{ "zeroed, nobody vouched",
	  { .proto = IPPROTO_TCP, .payload = 100, .field = FIELD_ZERO },
	  TAG_NONE, REPAIR,
	  .bridge = BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_UNTRUSTED) },
	{ "pending stays so",
	  { .proto = IPPROTO_TCP, .payload = 100, .field = FIELD_SEED,
	    .ip_summed = CHECKSUM_PARTIAL },
	  TAG_8021Q, REPAIR, .bridge = BIT(NF_CSUM_PARTIAL) },
	{ "pending from zero is seeded",
	  { .proto = IPPROTO_TCP, .payload = 100, .field = FIELD_ZERO,
	    .ip_summed = CHECKSUM_PARTIAL },
	  TAG_8021Q, REPAIR,
	  .bridge = BIT(NF_CSUM_PARTIAL_BAD_SEED) | BIT(NF_CSUM_RESEEDED),
	  .ingress = BIT(NF_CSUM_RESEEDED) },
	{ "wrong and vouched for, believed",
	  { .proto = IPPROTO_UDP, .payload = 100, .field = FIELD_WRONG, VOUCHED },
	  TAG_8021Q, REPAIR, .bridge = BIT(NF_CSUM_OK) },
	{ "wrong and vouched for, counted",
	  { .proto = IPPROTO_UDP, .payload = 100, .field = FIELD_WRONG, VOUCHED },
	  TAG_8021Q, REPAIR, NF_CSUM_VERIFY_COUNT, .bridge = BIT(NF_CSUM_CORRUPT) },
	{ "wrong and vouched for, not any more",
	  { .proto = IPPROTO_UDP, .payload = 100, .field = FIELD_WRONG, VOUCHED },
	  TAG_8021Q, REPAIR, NF_CSUM_VERIFY_UNVOUCH,
	  .bridge = BIT(NF_CSUM_CORRUPT) | BIT(NF_CSUM_UNVOUCHED) },
	{ "wrong and vouched for, dropped",
	  { .proto = IPPROTO_UDP, .payload = 100, .field = FIELD_WRONG, VOUCHED },
	  TAG_8021Q, REPAIR, NF_CSUM_VERIFY_DROP,
	  .bridge = BIT(NF_CSUM_CORRUPT) | BIT(NF_CSUM_DROPPED) },
	{ "wrong, nobody vouched, not looked at",
	  { .proto = IPPROTO_UDP, .payload = 100, .field = FIELD_WRONG },
	  TAG_8021Q, REPAIR, NF_CSUM_VERIFY_DROP, .bridge = BIT(NF_CSUM_OK) },
	{ "GSO that a device aggregated, not looked at",
	  { .proto = IPPROTO_TCP, .payload = 300, .gso_size = 100,
	    .gso_type = SKB_GSO_TCPV4, .field = FIELD_WRONG, VOUCHED },
	  TAG_8021Q, REPAIR, NF_CSUM_VERIFY_DROP, .bridge = BIT(NF_CSUM_GSO) },
	{ "GSO that is right is armed",
	  { .proto = IPPROTO_TCP, .payload = 300, .gso_size = 100,
	    .gso_type = SKB_GSO_TCPV4 },
	  TAG_8021Q, REPAIR,
	  .bridge = BIT(NF_CSUM_GSO_BAD) | BIT(NF_CSUM_REARMED),
	  .ingress = BIT(NF_CSUM_REARMED) },
};

static void frame_desc(const struct frame_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(frame, frame_cases, frame_desc);

/* Puts @tag in front of the packet; returns how long it is. */
static unsigned int put_tag(struct packet *p, enum frame_tag tag)
{
	struct sk_buff *skb = p->skb;
	__be16 inside = tag == TAG_ALIEN ? htons(ETH_P_ARP) : skb->protocol;
	struct vlan_hdr *vlan;

	if (tag == TAG_NONE)
		return 0;
	if (tag == NO_IP) {
		skb->protocol = htons(ETH_P_ARP);
		return 0;
	}
	vlan = skb_push(skb, VLAN_HLEN);
	vlan->h_vlan_TCI = htons(7);
	vlan->h_vlan_encapsulated_proto = inside;
	skb->protocol = htons(tag == TAG_8021AD ? ETH_P_8021AD : ETH_P_8021Q);
	if (tag == TAG_CUT)
		__pskb_trim(skb, VLAN_HLEN - 1);
	return VLAN_HLEN;
}

static void pass(struct kunit *test, const struct frame_case *c,
		 const struct variant *v, bool ingress)
{
	struct host *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	u32 expected = ingress ? c->ingress : c->bridge, deeds;
	struct hooked_counts before, after;
	unsigned int verdict, tag, len;
	struct nf_hook_state state;
	struct packet p;

	KUNIT_ASSERT_NOT_NULL(test, h);
	host_init(test, h);
	h->nfc.knobs.mode = c->mode;
	h->nfc.knobs.verify = c->verify;
	h->nfc.knobs.trust = NF_CSUM_SCOPE_AUTO;
	h->nfc.knobs.finish = NF_CSUM_SCOPE_ALL;
	h->nfc.knobs.exempt_mark = 4;
	packet_build(test, &p, &c->packet, v);
	p.skb->mark = c->mark;
	tag = put_tag(&p, c->tag);
	len = p.skb->len;

	state = (struct nf_hook_state) {
		.hook = ingress ? NF_NETDEV_INGRESS : NF_BR_FORWARD,
		.pf = ingress ? NFPROTO_NETDEV : NFPROTO_BRIDGE,
		.in = h->in,
		.out = ingress ? NULL : h->out,
	};
	hooked_count_in(&before, h, NF_CSUM_LINK);
	traced_start(test);
	rcu_read_lock();
	verdict = ingress ? nf_csum_ingress(&h->nfc, p.skb, &state) :
			    nf_csum_bridge_forward(&h->nfc, p.skb, &state);
	rcu_read_unlock();
	hooked_count_in(&after, h, NF_CSUM_LINK);
	deeds = hooked_deeds(&before, &after);
	traced_stop();
	/* Frames that are exempt there cannot be traced. */
	if (!(deeds & BIT(NF_CSUM_EXEMPT)))
		KUNIT_EXPECT_EQ_MSG(test, traced_count(),
				    (unsigned int)traced_wanted(deeds), "%s",
				    v->name);
	KUNIT_EXPECT_EQ_MSG(test, deeds, expected, "%s", v->name);
	KUNIT_EXPECT_EQ_MSG(test, verdict == NF_ACCEPT,
			    !(expected & BIT(NF_CSUM_DROPPED)), "%s", v->name);
	if (verdict != NF_ACCEPT) {
		if ((verdict & NF_VERDICT_MASK) == NF_STOLEN)
			p.skb = NULL;
		goto out;
	}
	KUNIT_EXPECT_EQ_MSG(test, p.skb->len, len, "%s", v->name);
	if (tag && c->tag != TAG_CUT) {
		KUNIT_EXPECT_EQ_MSG(test, ((u8 *)p.skb->data)[1], 7, "%s", v->name);
		skb_pull(p.skb, tag);
	}
	/* In a frame of VLAN or not, only the field may be different. */
	if (c->tag != TAG_CUT && !(expected & BIT(NF_CSUM_RESEEDED))) {
		KUNIT_EXPECT_EQ_MSG(test, packet_verifies(&p),
				    ingress ? c->by_ingress : c->right ||
				    (c->packet.gso_size && c->packet.field == FIELD_RIGHT &&
				     !(expected & BIT(NF_CSUM_REARMED))),
				    "%s", v->name);
	}
	if (expected & (BIT(NF_CSUM_RESEEDED) | BIT(NF_CSUM_REARMED)))
		KUNIT_EXPECT_EQ_MSG(test, packet_field(&p), p.seed, "%s", v->name);
	if (c->packet.ip_summed == CHECKSUM_PARTIAL)
		KUNIT_EXPECT_EQ_MSG(test, (int)p.skb->ip_summed,
				    CHECKSUM_PARTIAL, "%s", v->name);
	if (expected & BIT(NF_CSUM_UNVOUCHED))
		KUNIT_EXPECT_EQ_MSG(test, (int)p.skb->ip_summed, CHECKSUM_NONE,
				    "%s", v->name);
out:
	packet_free(&p);
	host_free(test, h);
}

static void frames_pass(struct kunit *test)
{
	const struct frame_case *c = test->param_value;
	struct variant v = {};

	while (variant_next(&v, &c->packet)) {
		if (v.hook != NF_INET_PRE_ROUTING)
			continue;
		pass(test, c, &v, false);
		pass(test, c, &v, true);
	}
}

static struct kunit_case frame_test_cases[] = {
	KUNIT_CASE_PARAM(frames_pass, frame_gen_params),
	{}
};

static struct kunit_suite frame_suite = {
	.name = "nf_csum_frame",
	.test_cases = frame_test_cases,
};

kunit_test_suite(frame_suite);
