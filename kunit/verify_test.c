// SPDX-License-Identifier: GPL-2.0
/*
 * The knob verify: what becomes of packets that a device vouched for, and that
 * nobody else is touched by it.
 */
#include <kunit/test.h>

#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include <nf_csum/packet.h>
#include <nf_csum/policy.h>

#include "inspected.h"
#include "oracle.h"
#include "skb_builder.h"

#define UNTRUSTED	BIT(NF_CSUM_UNTRUSTED)
#define UNVOUCHED	BIT(NF_CSUM_UNVOUCHED)
#define DROPPED		BIT(NF_CSUM_DROPPED)
#define FILLED		BIT(NF_CSUM_FILLED)

/*
 * A packet, its state if a device vouched for it and the knob is on, and if not;
 * whether the knob may do anything if nobody trusts it.
 */
static const struct verify_case {
	const char *name;
	struct recipe packet;
	enum nf_csum_counter vouched;
	enum nf_csum_counter otherwise;
	bool wrong;
} verify_cases[] = {
	{
		.name = "tcp, right",
		.packet = { .proto = IPPROTO_TCP, .payload = 1459 },
		.vouched = NF_CSUM_OK, .otherwise = NF_CSUM_OK,
	}, {
		.name = "tcp, corrupt",
		.packet = { .proto = IPPROTO_TCP, .payload = 1459,
			    .field = FIELD_WRONG },
		.vouched = NF_CSUM_CORRUPT, .otherwise = NF_CSUM_OK,
		.wrong = true,
	}, {
		.name = "tcp, corrupt, no payload",
		.packet = { .proto = IPPROTO_TCP, .field = FIELD_WRONG },
		.vouched = NF_CSUM_CORRUPT, .otherwise = NF_CSUM_OK,
		.wrong = true,
	}, {
		.name = "tcp, zeroed",
		.packet = { .proto = IPPROTO_TCP, .payload = 700,
			    .field = FIELD_ZERO },
		.vouched = NF_CSUM_ZEROED, .otherwise = NF_CSUM_ZEROED,
		.wrong = true,
	}, {
		.name = "tcp, seed",
		.packet = { .proto = IPPROTO_TCP, .payload = 701,
			    .field = FIELD_SEED },
		.vouched = NF_CSUM_SEED, .otherwise = NF_CSUM_SEED,
		.wrong = true,
	}, {
		.name = "tcp, zero is right",
		.packet = { .proto = IPPROTO_TCP, .payload = 101,
			    .right = RIGHT_ZERO },
		.vouched = NF_CSUM_OK, .otherwise = NF_CSUM_OK,
	}, {
		.name = "tcp, the seed is right",
		.packet = { .proto = IPPROTO_TCP, .payload = 102,
			    .right = RIGHT_SEED },
		.vouched = NF_CSUM_OK, .otherwise = NF_CSUM_OK,
	}, {
		.name = "udp, right",
		.packet = { .proto = IPPROTO_UDP, .payload = 33 },
		.vouched = NF_CSUM_OK, .otherwise = NF_CSUM_OK,
	}, {
		.name = "udp, corrupt",
		.packet = { .proto = IPPROTO_UDP, .payload = 33,
			    .field = FIELD_WRONG },
		.vouched = NF_CSUM_CORRUPT, .otherwise = NF_CSUM_OK,
		.wrong = true,
	}, {
		.name = "udp, no checksum in use",
		.packet = { .proto = IPPROTO_UDP, .payload = 33,
			    .field = FIELD_ZERO },
		.vouched = NF_CSUM_NO_CHECKSUM,
		.otherwise = NF_CSUM_NO_CHECKSUM,
	}, {
		.name = "icmp, corrupt",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP,
			    .payload = 57, .field = FIELD_WRONG },
		.vouched = NF_CSUM_CORRUPT, .otherwise = NF_CSUM_OK,
		.wrong = true,
	}, {
		.name = "icmpv6, corrupt",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_ICMPV6,
			    .payload = 58, .field = FIELD_WRONG },
		.vouched = NF_CSUM_CORRUPT, .otherwise = NF_CSUM_OK,
		.wrong = true,
	}, {
		.name = "udp, shorter than the packet",
		.packet = { .proto = IPPROTO_UDP, .payload = 60,
			    .udp_len = -8 },
		.vouched = NF_CSUM_CORRUPT, .otherwise = NF_CSUM_OPAQUE,
		.wrong = true,
	}, {
		.name = "another protocol",
		.packet = { .proto = IPPROTO_DCCP, .payload = 40 },
		.vouched = NF_CSUM_OPAQUE, .otherwise = NF_CSUM_OPAQUE,
	},
};

static void verify_desc(const struct verify_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(verify, verify_cases, verify_desc);

static const struct voucher {
	const char *name;
	u8 ip_summed;
	u8 csum_level;
} vouchers[] = {
	{ "nobody vouches", CHECKSUM_NONE },
	{ "vouched for", CHECKSUM_UNNECESSARY, 0 },
	{ "vouched for, with an inner checksum", CHECKSUM_UNNECESSARY, 1 },
	{ "summed by the device", CHECKSUM_COMPLETE },
};

/* What the knob does to a wrong packet; COUNT and NOT do nothing. */
static u32 knob_action(u8 verify)
{
	switch (verify) {
	case NF_CSUM_VERIFY_UNVOUCH:
		return UNVOUCHED;
	case NF_CSUM_VERIFY_DROP:
		return DROPPED;
	default:
		return 0;
	}
}

static u32 expected_actions(const struct verify_case *c, bool vouched,
			    bool trusted, u8 verify)
{
	bool unfinished = c->otherwise == NF_CSUM_ZEROED ||
			  c->otherwise == NF_CSUM_SEED;
	u32 actions = 0;

	if (unfinished && trusted)
		return FILLED;
	if (unfinished)
		actions = UNTRUSTED;
	if (vouched && c->wrong)
		actions |= knob_action(verify);
	return actions;
}

static void verify_one(struct kunit *test, const struct verify_case *c,
		       const struct variant *v, const struct voucher *by,
		       bool trusted, u8 verify)
{
	const struct nf_csum_knobs knobs = {
		.mode = NF_CSUM_MODE_REPAIR,
		.trust = trusted ? NF_CSUM_SCOPE_ALL : NF_CSUM_SCOPE_NONE,
		.verify = verify,
	};
	bool vouched = by->ip_summed == CHECKSUM_UNNECESSARY;
	struct recipe recipe = c->packet;
	struct nf_csum_packet pkt = {};
	struct packet p;
	u32 actions;
	char name[100];

	snprintf(name, sizeof(name), "%s, %s, verify %u, trusted %u", v->name,
		 by->name, verify, trusted);
	recipe.ip_summed = by->ip_summed;
	packet_build(test, &p, &recipe, v);
	p.skb->csum_level = by->csum_level;
	packet_remember(&p);

	pkt.skb = p.skb;
	pkt.family = p.family;
	pkt.hook = v->hook;
	pkt.verify = vouched && verify;
	nf_csum_inspect(&pkt);
	EXPECT_STATE(test, &pkt, pkt.verify ? c->vouched : c->otherwise, name);
	KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(&p, p.skb), "%s", name);
	KUNIT_EXPECT_TRUE_MSG(test, packet_same_meta(&p), "%s", name);

	actions = nf_csum_decide(&pkt, nf_csum_allowed(&knobs, p.skb, 0));
	KUNIT_EXPECT_EQ_MSG(test, actions,
			    expected_actions(c, vouched, trusted, verify),
			    "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, actions), actions, "%s",
			    name);

	/* Only filling writes, and only un-vouching touches what is said. */
	if (actions & FILLED) {
		KUNIT_EXPECT_TRUE_MSG(test, packet_verifies(&p), "%s", name);
	} else {
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(&p, p.skb), "%s",
				      name);
		if (actions & UNVOUCHED) {
			KUNIT_EXPECT_EQ_MSG(test, (int)p.skb->ip_summed,
					    CHECKSUM_NONE, "%s", name);
			KUNIT_EXPECT_FALSE_MSG(test, p.skb->csum_valid, "%s",
					       name);
		} else {
			KUNIT_EXPECT_TRUE_MSG(test, packet_same_meta(&p), "%s",
					      name);
		}
	}
	packet_free(&p);
}

static void verify_vouched(struct kunit *test)
{
	const struct verify_case *c = test->param_value;
	struct variant v = {};
	unsigned int i;
	u8 verify;

	while (variant_next(&v, &c->packet)) {
		if (v.hook != NF_INET_PRE_ROUTING)
			continue;
		for (i = 0; i < ARRAY_SIZE(vouchers); i++) {
			for (verify = NF_CSUM_VERIFY_NOT;
			     verify <= NF_CSUM_VERIFY_DROP; verify++) {
				verify_one(test, c, &v, &vouchers[i], false,
					   verify);
				verify_one(test, c, &v, &vouchers[i], true,
					   verify);
			}
		}
	}
}

static enum nf_csum_counter inspected_vouched(const struct packet *p, u8 hook)
{
	struct nf_csum_packet pkt = {
		.skb = p->skb,
		.family = p->family,
		.hook = hook,
		.verify = true,
	};

	nf_csum_inspect(&pkt);
	return pkt.state;
}

/* The checksum of a datagram ends where its length says, whatever follows. */
static void short_datagrams_are_checked(struct kunit *test)
{
	const struct recipe recipe = {
		.proto = IPPROTO_UDP, .payload = 61,
		.ip_summed = CHECKSUM_UNNECESSARY,
	};
	const unsigned int len = 8 + 33;
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &recipe)) {
		__be16 word = htons(len);
		u8 byte = 0xa5;

		packet_build(test, &p, &recipe, &v);
		packet_store(&p, p.thoff + 4, &word, sizeof(word));
		word = htons(oracle_checksum(packet_bytes(&p, p.skb), p.proto,
					     p.thoff, len, p.field));
		packet_store(&p, p.field, &word, sizeof(word));
		KUNIT_EXPECT_EQ_MSG(test, inspected_vouched(&p, v.hook),
				    NF_CSUM_OPAQUE, "%s, right", v.name);

		packet_store(&p, p.thoff + len, &byte, sizeof(byte));
		KUNIT_EXPECT_EQ_MSG(test, inspected_vouched(&p, v.hook),
				    NF_CSUM_OPAQUE, "%s, changed behind it",
				    v.name);
		byte = packet_bytes(&p, p.skb)[p.thoff + len - 1] ^ 0xff;
		packet_store(&p, p.thoff + len - 1, &byte, sizeof(byte));
		KUNIT_EXPECT_EQ_MSG(test, inspected_vouched(&p, v.hook),
				    NF_CSUM_CORRUPT, "%s, changed in it",
				    v.name);
		/* What is pending is no device's word. */
		p.skb->ip_summed = CHECKSUM_PARTIAL;
		KUNIT_EXPECT_EQ_MSG(test, inspected_vouched(&p, v.hook),
				    NF_CSUM_OPAQUE, "%s, pending", v.name);
		packet_free(&p);
	}
}

/* On the way out nobody is asked: the receiver is another machine. */
static void verify_is_for_the_way_in(struct kunit *test)
{
	const u32 allowed = UNTRUSTED | DROPPED;
	const struct recipe recipe = {
		.proto = IPPROTO_TCP, .payload = 100, .field = FIELD_ZERO,
		.ip_summed = CHECKSUM_UNNECESSARY,
	};
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &recipe)) {
		struct nf_csum_packet pkt;

		if (v.hook == NF_INET_PRE_ROUTING)
			continue;
		packet_build(test, &p, &recipe, &v);
		pkt = inspected(&p, v.hook);
		KUNIT_EXPECT_EQ_MSG(test, nf_csum_decide(&pkt, allowed),
				    UNTRUSTED, "%s", v.name);
		packet_free(&p);
	}
}

/* Segmentation would give it a checksum that looks right. */
static void corrupt_gso_is_dropped(struct kunit *test)
{
	const struct recipe recipe = {
		.proto = IPPROTO_TCP, .payload = 4000, .field = FIELD_WRONG,
		.gso_size = 1000, .gso_type = SKB_GSO_TCPV4,
	};
	struct variant v = {};
	struct packet p;
	u8 verify;

	while (variant_next(&v, &recipe)) {
		struct nf_csum_packet pkt;

		packet_build(test, &p, &recipe, &v);
		pkt = inspected(&p, v.hook);
		EXPECT_STATE(test, &pkt, NF_CSUM_CORRUPT, v.name);
		for (verify = NF_CSUM_VERIFY_NOT; verify <= NF_CSUM_VERIFY_DROP;
		     verify++) {
			struct nf_csum_knobs knobs = {
				.mode = NF_CSUM_MODE_REPAIR,
				.trust = NF_CSUM_SCOPE_ALL,
				.verify = verify,
			};
			u32 allowed = nf_csum_allowed(&knobs, p.skb, 0);

			KUNIT_EXPECT_EQ_MSG(test, nf_csum_decide(&pkt, allowed),
					    verify >= NF_CSUM_VERIFY_UNVOUCH ?
						DROPPED : 0,
					    "%s, verify %u", v.name, verify);
			knobs.mode = NF_CSUM_MODE_OBSERVE;
			allowed = nf_csum_allowed(&knobs, p.skb, 0);
			KUNIT_EXPECT_EQ_MSG(test, nf_csum_decide(&pkt, allowed),
					    0, "%s, verify %u, observe",
					    v.name, verify);
		}
		packet_free(&p);
	}
}

static struct kunit_case verify_test_cases[] = {
	KUNIT_CASE_PARAM(verify_vouched, verify_gen_params),
	KUNIT_CASE(short_datagrams_are_checked),
	KUNIT_CASE(verify_is_for_the_way_in),
	KUNIT_CASE(corrupt_gso_is_dropped),
	{}
};

static struct kunit_suite verify_suite = {
	.name = "nf_csum_verify",
	.test_cases = verify_test_cases,
};

kunit_test_suite(verify_suite);
