// SPDX-License-Identifier: GPL-2.0
/*
 * What nf_csum_repair() does to a packet: every case in both families, at both
 * hooks and in every shape that it can have, alone and with its bytes shared.
 */
#include <kunit/test.h>

#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/sched.h>
#include <net/checksum.h>
#include <net/gso.h>
#include <net/ipv6.h>

#include <nf_csum/packet.h>

#include "inspected.h"
#include "oracle.h"
#include "receiver.h"
#include "skb_builder.h"
#include "vectors.h"

#define FINISHED	BIT(NF_CSUM_FINISHED)
#define RESEEDED	BIT(NF_CSUM_RESEEDED)
#define REARMED		BIT(NF_CSUM_REARMED)
#define FILLED		BIT(NF_CSUM_FILLED)
#define OUTER		BIT(NF_CSUM_OUTER_REFRESHED)
#define UNTRUSTED	BIT(NF_CSUM_UNTRUSTED)
#define FAILED		BIT(NF_CSUM_FAILED)

#define HOP { .type = NEXTHDR_HOP, .len = 8, .bytes = { 0, 0, 1, 4 } }
#define VXLAN .proto = IPPROTO_UDP, .tunnel = true, .gap = 22
#define GSO_TCP .proto = IPPROTO_TCP, .payload = 2501, .gso_size = 1000, \
	.gso_type = SKB_GSO_TCPV4
#define GSO_UDP .proto = IPPROTO_UDP, .payload = 2501, .gso_size = 1000, \
	.gso_type = SKB_GSO_UDP_L4

struct repair_case {
	const char *name;
	struct recipe packet;
	enum nf_csum_counter state;
	u32 actions;
};

static void repair_desc(const struct repair_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

/* Nothing may differ from what is remembered but the word at @field. */
static void expect_only(struct kunit *test, const struct packet *p,
			unsigned int field, const char *name)
{
	const u8 *now = packet_bytes(p, p->skb);

	KUNIT_EXPECT_EQ_MSG(test, p->skb->len, p->meta.len, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, skb_network_offset(p->skb), 0, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(now, p->bytes, field), 0, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(now + field + 2, p->bytes + field + 2,
					 p->meta.len - field - 2), 0,
			    "%s", name);
	if (p->clone)
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(p, p->clone),
				      "the clone, %s", name);
}

/* Vouched for on the way in, on the way out to be checked by the receiver. */
static void expect_vouched(struct kunit *test, const struct sk_buff *skb,
			   const struct variant *v)
{
	bool in = v->hook == NF_INET_PRE_ROUTING;

	KUNIT_EXPECT_EQ_MSG(test, (int)skb->ip_summed,
			    in ? CHECKSUM_UNNECESSARY : CHECKSUM_NONE,
			    "%s", v->name);
	KUNIT_EXPECT_EQ_MSG(test, nf_csum_has_own_voucher(skb), in, "%s",
			    v->name);
}

/* Pending, and where it ought to be. */
static void expect_pending(struct kunit *test, const struct packet *p,
			   const char *name)
{
	KUNIT_EXPECT_EQ_MSG(test, (int)p->skb->ip_summed, CHECKSUM_PARTIAL,
			    "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, skb_checksum_start_offset(p->skb),
			    (int)p->thoff, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, p->thoff + p->skb->csum_offset, p->field,
			    "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, packet_field(p), p->seed, "%s", name);
}

/* Builds the packet of a case and has it inspected; even variants are shared. */
static struct nf_csum_packet prepare(struct kunit *test, struct packet *p,
				     const struct repair_case *c,
				     const struct variant *v, bool shared)
{
	struct nf_csum_packet pkt;

	packet_build(test, p, &c->packet, v);
	if (shared)
		packet_clone(test, p);
	pkt = inspected(p, v->hook);
	EXPECT_STATE(test, &pkt, c->state, v->name);
	return pkt;
}

/* What ends with a right checksum. */

static const struct repair_case compute_cases[] = {
	{
		.name = "finish tcp",
		.packet = { .proto = IPPROTO_TCP, .payload = 1000,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_PARTIAL,
		.actions = FINISHED,
	}, {
		.name = "finish tcp, odd",
		.packet = { .proto = IPPROTO_TCP, .payload = 1459,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_PARTIAL,
		.actions = FINISHED,
	}, {
		.name = "finish tcp, no payload",
		.packet = { .proto = IPPROTO_TCP,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_PARTIAL,
		.actions = FINISHED,
	}, {
		.name = "finish udp",
		.packet = { .proto = IPPROTO_UDP, .payload = 3,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_PARTIAL,
		.actions = FINISHED,
	}, {
		.name = "finish udp that comes to zero",
		.packet = { .proto = IPPROTO_UDP, .payload = 30,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .right = RIGHT_ZERO, .field = FIELD_SEED },
		.state = NF_CSUM_PARTIAL,
		.actions = FINISHED,
	}, {
		.name = "finish icmp",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP,
			    .payload = 56, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_PARTIAL,
		.actions = FINISHED,
	}, {
		.name = "finish icmpv6",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_ICMPV6,
			    .payload = 56, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_PARTIAL,
		.actions = FINISHED,
	}, {
		.name = "finish dccp",
		.packet = { .proto = IPPROTO_DCCP, .payload = 31,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .offset = 6 },
		.state = NF_CSUM_PARTIAL,
		.actions = FINISHED,
	}, {
		.name = "finish gre",
		.packet = { .proto = IPPROTO_GRE, .payload = 31,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO, .offset = 4 },
		.state = NF_CSUM_PARTIAL,
		.actions = FINISHED,
	}, {
		.name = "finish tcp under options, v6",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 77, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .ext = { HOP } },
		.state = NF_CSUM_PARTIAL,
		.actions = FINISHED,
	}, {
		.name = "reseed and finish tcp",
		.packet = { .proto = IPPROTO_TCP, .payload = 501,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
		.actions = RESEEDED | FINISHED,
	}, {
		.name = "reseed and finish udp",
		.packet = { .proto = IPPROTO_UDP, .payload = 500,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
		.actions = RESEEDED | FINISHED,
	}, {
		.name = "reseed and finish icmp",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP,
			    .payload = 56, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_WRONG },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
		.actions = RESEEDED | FINISHED,
	}, {
		.name = "fill zeroed tcp",
		.packet = { .proto = IPPROTO_TCP, .payload = 1459,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_ZEROED,
		.actions = FILLED,
	}, {
		.name = "fill zeroed tcp, vouched for",
		.packet = { .proto = IPPROTO_TCP, .payload = 1460,
			    .field = FIELD_ZERO,
			    .ip_summed = CHECKSUM_UNNECESSARY },
		.state = NF_CSUM_ZEROED,
		.actions = FILLED,
	}, {
		.name = "fill zeroed tcp, summed by the device",
		.packet = { .proto = IPPROTO_TCP, .payload = 1460,
			    .field = FIELD_ZERO,
			    .ip_summed = CHECKSUM_COMPLETE },
		.state = NF_CSUM_ZEROED,
		.actions = FILLED,
	}, {
		.name = "fill zeroed tcp, bytes after the packet",
		.packet = { .proto = IPPROTO_TCP, .payload = 1, .trailer = 5,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_ZEROED,
		.actions = FILLED,
	}, {
		.name = "fill zeroed tcp, bytes after the packet, summed",
		.packet = { .proto = IPPROTO_TCP, .payload = 1, .trailer = 5,
			    .field = FIELD_ZERO,
			    .ip_summed = CHECKSUM_COMPLETE },
		.state = NF_CSUM_ZEROED,
		.actions = FILLED,
	}, {
		.name = "fill zeroed tcp whose seed is right",
		.packet = { .proto = IPPROTO_TCP, .payload = 50,
			    .right = RIGHT_SEED, .field = FIELD_ZERO },
		.state = NF_CSUM_ZEROED,
		.actions = FILLED,
	}, {
		.name = "fill seed tcp",
		.packet = { .proto = IPPROTO_TCP, .payload = 1000,
			    .field = FIELD_SEED },
		.state = NF_CSUM_SEED,
		.actions = FILLED,
	}, {
		.name = "fill seed tcp, summed by the device",
		.packet = { .proto = IPPROTO_TCP, .payload = 999,
			    .field = FIELD_SEED,
			    .ip_summed = CHECKSUM_COMPLETE },
		.state = NF_CSUM_SEED,
		.actions = FILLED,
	}, {
		.name = "fill seed tcp under options, v6, summed by the device",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 999, .field = FIELD_SEED,
			    .ip_summed = CHECKSUM_COMPLETE,
			    .ext = { HOP } },
		.state = NF_CSUM_SEED,
		.actions = FILLED,
	}, {
		.name = "fill seed udp",
		.packet = { .proto = IPPROTO_UDP, .payload = 61,
			    .field = FIELD_SEED },
		.state = NF_CSUM_SEED,
		.actions = FILLED,
	}, {
		.name = "fill seed udp that comes to zero",
		.packet = { .proto = IPPROTO_UDP, .payload = 62,
			    .right = RIGHT_ZERO, .field = FIELD_SEED },
		.state = NF_CSUM_SEED,
		.actions = FILLED,
	}, {
		.name = "fill seed udp that comes to zero, summed by the device",
		.packet = { .proto = IPPROTO_UDP, .payload = 63,
			    .right = RIGHT_ZERO, .field = FIELD_SEED,
			    .ip_summed = CHECKSUM_COMPLETE },
		.state = NF_CSUM_SEED,
		.actions = FILLED,
	}, {
		.name = "fill zeroed icmp",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP,
			    .payload = 57, .field = FIELD_ZERO },
		.state = NF_CSUM_ZEROED,
		.actions = FILLED,
	}, {
		.name = "fill seed icmpv6",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_ICMPV6,
			    .payload = 57, .field = FIELD_SEED },
		.state = NF_CSUM_SEED,
		.actions = FILLED,
	},
};

KUNIT_ARRAY_PARAM(compute, compute_cases, repair_desc);

static void compute(struct kunit *test, const struct repair_case *c,
		    const struct variant *v, bool shared)
{
	struct nf_csum_packet pkt;
	struct packet p;
	bool other;

	pkt = prepare(test, &p, c, v, shared);
	KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, c->actions), c->actions,
			    "%s", v->name);
	KUNIT_EXPECT_TRUE_MSG(test, packet_verifies(&p), "%s", v->name);
	if (p.proto == IPPROTO_UDP)
		KUNIT_EXPECT_EQ_MSG(test, packet_field(&p), p.right ?: 0xffff,
				    "%s", v->name);
	expect_vouched(test, p.skb, v);
	expect_only(test, &p, p.field, v->name);

	/* The packet may come by again; some can only be judged by an offload. */
	other = p.proto == IPPROTO_DCCP || p.proto == IPPROTO_GRE;
	pkt = inspected(&p, v->hook);
	EXPECT_STATE(test, &pkt, other ? NF_CSUM_OPAQUE : NF_CSUM_OK, v->name);
	packet_free(&p);
}

static void repair_computes(struct kunit *test)
{
	const struct repair_case *c = test->param_value;
	struct variant v = {};

	while (variant_next(&v, &c->packet)) {
		compute(test, c, &v, false);
		compute(test, c, &v, true);
	}
}

/* A device's sum that does not fit the payload is not what a packet is filled from. */
static void fill_from_complete(struct kunit *test)
{
	static const struct recipe recipe = {
		.proto = IPPROTO_TCP,
		.payload = 900,
		.field = FIELD_ZERO,
		.ip_summed = CHECKSUM_COMPLETE,
	};
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &recipe)) {
		struct nf_csum_packet pkt;

		packet_build(test, &p, &recipe, &v);
		packet_store(&p, p.skb->len - 3, "\x5a\xa5", 2);
		pkt = inspected(&p, v.hook);
		KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, FILLED), FILLED,
				    "%s", v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_verifies(&p), "%s", v.name);
		packet_free(&p);
	}
}

/* What ends with a sound seed, the rest being left to a device. */

static const struct repair_case pending_cases[] = {
	{
		.name = "reseed tcp",
		.packet = { .proto = IPPROTO_TCP, .payload = 501,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
		.actions = RESEEDED,
	}, {
		.name = "reseed udp",
		.packet = { .proto = IPPROTO_UDP, .payload = 501,
			    .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
		.actions = RESEEDED,
	}, {
		.name = "reseed icmp",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP,
			    .payload = 2, .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
		.actions = RESEEDED,
	}, {
		.name = "reseed icmpv6",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_ICMPV6,
			    .payload = 2, .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
		.actions = RESEEDED,
	}, {
		.name = "reseed tcp gso",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_GSO_BAD,
		.actions = RESEEDED,
	}, {
		.name = "reseed udp gso",
		.packet = { GSO_UDP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_WRONG },
		.state = NF_CSUM_GSO_BAD,
		.actions = RESEEDED,
	}, {
		.name = "rearm zeroed tcp gso",
		.packet = { GSO_TCP, .field = FIELD_ZERO },
		.state = NF_CSUM_GSO_BAD,
		.actions = REARMED,
	}, {
		.name = "rearm zeroed tcp gso, vouched for",
		.packet = { GSO_TCP, .field = FIELD_ZERO,
			    .ip_summed = CHECKSUM_UNNECESSARY },
		.state = NF_CSUM_GSO_BAD,
		.actions = REARMED,
	}, {
		.name = "rearm zeroed tcp gso, summed by the device",
		.packet = { GSO_TCP, .field = FIELD_ZERO,
			    .ip_summed = CHECKSUM_COMPLETE },
		.state = NF_CSUM_GSO_BAD,
		.actions = REARMED,
	}, {
		.name = "rearm seed tcp gso",
		.packet = { GSO_TCP, .field = FIELD_SEED },
		.state = NF_CSUM_GSO_BAD,
		.actions = REARMED,
	}, {
		.name = "rearm right tcp gso",
		.packet = { GSO_TCP },
		.state = NF_CSUM_GSO_BAD,
		.actions = REARMED,
	}, {
		.name = "rearm right tcp gso from a guest",
		.packet = { GSO_TCP | SKB_GSO_DODGY },
		.state = NF_CSUM_GSO_BAD,
		.actions = REARMED,
	}, {
		.name = "rearm right tcp gso under options, v6",
		.packet = { .family = NFPROTO_IPV6, GSO_TCP, .ext = { HOP } },
		.state = NF_CSUM_GSO_BAD,
		.actions = REARMED,
	}, {
		.name = "rearm right udp gso",
		.packet = { GSO_UDP },
		.state = NF_CSUM_GSO_BAD,
		.actions = REARMED,
	}, {
		.name = "rearm seed udp gso",
		.packet = { GSO_UDP, .field = FIELD_SEED,
			    .ip_summed = CHECKSUM_UNNECESSARY },
		.state = NF_CSUM_GSO_BAD,
		.actions = REARMED,
	},
};

KUNIT_ARRAY_PARAM(pending, pending_cases, repair_desc);

/* What leaves the host in the end are the segments. */
static void expect_sound_segments(struct kunit *test, struct packet *p,
				  const char *name)
{
	struct sk_buff *segs, *next, *seg;
	unsigned int count = 0;

	local_bh_disable();
	segs = skb_gso_segment(p->skb, 0);
	local_bh_enable();
	KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(test, segs, "%s", name);
	if (IS_ERR_OR_NULL(segs))
		return;

	skb_list_walk_safe(segs, seg, next) {
		const u8 *bytes = packet_bytes(p, seg);

		count++;
		KUNIT_EXPECT_NE_MSG(test, (int)seg->ip_summed,
				    CHECKSUM_PARTIAL, "%s", name);
		KUNIT_EXPECT_TRUE_MSG(test,
				      oracle_verifies(bytes, p->proto,
						      p->thoff,
						      seg->len - p->thoff),
				      "segment %u, %s", count, name);
		kfree_skb(seg);
	}
	KUNIT_EXPECT_EQ_MSG(test, count, p->meta.gso_segs, "%s", name);
}

static void make_pending(struct kunit *test, const struct repair_case *c,
			 const struct variant *v, bool shared)
{
	struct nf_csum_packet pkt;
	struct packet p;

	pkt = prepare(test, &p, c, v, shared);
	/* Where IPv6 is, with extension headers to walk: it has to stay there. */
	skb_set_transport_header(p.skb, 4);
	KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, c->actions), c->actions,
			    "%s", v->name);
	KUNIT_EXPECT_EQ_MSG(test, skb_transport_offset(p.skb), 4, "%s",
			    v->name);
	expect_pending(test, &p, v->name);
	expect_only(test, &p, p.field, v->name);

	pkt = inspected(&p, v->hook);
	EXPECT_STATE(test, &pkt, p.meta.gso_size ? NF_CSUM_GSO :
						   NF_CSUM_PARTIAL, v->name);
	/* A frag list is segmented where GRO joined it, and it did not. */
	if (p.meta.gso_size && v->shape != SHAPE_FRAG_LIST)
		expect_sound_segments(test, &p, v->name);
	packet_free(&p);
}

static void repair_makes_pending(struct kunit *test)
{
	const struct repair_case *c = test->param_value;
	struct variant v = {};

	while (variant_next(&v, &c->packet)) {
		make_pending(test, c, &v, false);
		make_pending(test, c, &v, true);
	}
}

/* Tunnels: the pending checksum is the inner one. */

static const struct repair_case inner_cases[] = {
	{
		.name = "vxlan",
		.packet = { VXLAN, .payload = 400,
			    .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_INNER,
		.actions = FINISHED,
	}, {
		.name = "vxlan, odd",
		.packet = { VXLAN, .payload = 401,
			    .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_INNER,
		.actions = FINISHED,
	}, {
		.name = "vxlan without an outer checksum",
		.packet = { VXLAN, .payload = 400, .field = FIELD_ZERO,
			    .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_INNER,
		.actions = FINISHED,
	}, {
		.name = "inner header at an odd offset",
		.packet = { VXLAN - 1, .payload = 400,
			    .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_INNER,
		.actions = FINISHED,
	}, {
		.name = "gre",
		.packet = { .proto = IPPROTO_GRE, .tunnel = true, .gap = 4,
			    .payload = 41, .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_INNER,
		.actions = FINISHED,
	}, {
		.name = "ipip",
		.packet = { .proto = IPPROTO_IPIP, .tunnel = true,
			    .payload = 41, .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_INNER,
		.actions = FINISHED,
	},
};

KUNIT_ARRAY_PARAM(inner, inner_cases, repair_desc);

static bool inner_verifies(const struct packet *p, const u8 *bytes)
{
	return oracle_verifies(bytes + p->inner - 20, IPPROTO_TCP, 20,
			       p->meta.len - p->inner);
}

static void finish_inner(struct kunit *test, const struct repair_case *c,
			 const struct variant *v, bool shared)
{
	struct nf_csum_packet pkt;
	struct packet p;

	pkt = prepare(test, &p, c, v, shared);
	KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, FINISHED), FINISHED,
			    "%s", v->name);
	KUNIT_EXPECT_TRUE_MSG(test,
			      inner_verifies(&p, packet_bytes(&p, p.skb)),
			      "%s", v->name);
	/* Nobody computed the outermost one. */
	KUNIT_EXPECT_EQ_MSG(test, (int)p.skb->ip_summed, CHECKSUM_NONE, "%s",
			    v->name);
	KUNIT_EXPECT_EQ_MSG(test, (int)p.skb->csum_valid, 0, "%s", v->name);
	expect_only(test, &p, p.inner + 16, v->name);
	if (p.proto == IPPROTO_UDP && p.found)
		KUNIT_EXPECT_TRUE_MSG(test, packet_verifies(&p), "%s", v->name);
	packet_free(&p);
}

static void repair_finishes_inner(struct kunit *test)
{
	const struct repair_case *c = test->param_value;
	struct variant v = {};

	while (variant_next(&v, &c->packet)) {
		finish_inner(test, c, &v, false);
		finish_inner(test, c, &v, true);
	}
}

/* A flat copy in which the inner checksum is finished, as a device would. */
static const u8 *finished_copy(const struct packet *p)
{
	u8 *bytes = p->scratch;
	u16 sum;

	packet_bytes(p, p->skb);
	sum = oracle_checksum(bytes + p->inner - 20, IPPROTO_TCP, 20,
			      p->skb->len - p->inner, 36);
	bytes[p->inner + 16] = sum >> 8;
	bytes[p->inner + 17] = sum;
	return bytes;
}

static bool outer_verifies(const struct packet *p)
{
	return oracle_verifies(finished_copy(p), p->proto, p->thoff, p->len);
}

/* What MASQUERADE does: another source address, the outer field as a seed. */
static void snat(struct packet *p)
{
	const u8 to[16] = { 203, 0, 113, 9, 0x20, 0x01, 0xd, 0xb8, 9, 9, 9, 9 };
	unsigned int saddr = p->family == NFPROTO_IPV4 ? 12 : 8;
	unsigned int len = p->family == NFPROTO_IPV4 ? 4 : 16;
	__sum16 field;

	skb_copy_bits(p->skb, p->field, &field, sizeof(field));
	if (field && p->family == NFPROTO_IPV4) {
		__be32 from4, to4;

		memcpy(&from4, p->bytes + saddr, 4);
		memcpy(&to4, to, 4);
		inet_proto_csum_replace4(&field, p->skb, from4, to4, true);
	} else if (field) {
		__be32 from6[4], to6[4];

		memcpy(from6, p->bytes + saddr, 16);
		memcpy(to6, to, 16);
		inet_proto_csum_replace16(&field, p->skb, from6, to6, true);
	}
	packet_store(p, p->field, &field, sizeof(field));
	packet_store(p, saddr, to, len);
}

static void refresh(struct kunit *test, const struct repair_case *c,
		    const struct variant *v, bool shared)
{
	struct nf_csum_packet pkt;
	struct packet p;

	packet_build(test, &p, &c->packet, v);
	KUNIT_EXPECT_TRUE_MSG(test, outer_verifies(&p), "%s", v->name);
	pkt = inspected(&p, v->hook);
	KUNIT_EXPECT_EQ_MSG(test, nf_csum_inspect_outer(&pkt),
			    NF_CSUM_OUTER_RIGHT, "%s", v->name);
	snat(&p);
	KUNIT_EXPECT_FALSE_MSG(test, outer_verifies(&p),
			       "NAT has broken nothing, %s", v->name);
	if (shared)
		packet_clone(test, &p);

	pkt = inspected(&p, v->hook);
	EXPECT_STATE(test, &pkt, NF_CSUM_PARTIAL_INNER, v->name);
	nf_csum_remember_outer(p.skb, NF_CSUM_OUTER_RIGHT);
	KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, OUTER), OUTER, "%s",
			    v->name);
	KUNIT_EXPECT_TRUE_MSG(test, outer_verifies(&p), "%s", v->name);
	KUNIT_EXPECT_TRUE_MSG(test, inner_verifies(&p, finished_copy(&p)),
			      "%s", v->name);
	expect_only(test, &p, p.field, v->name);
	KUNIT_EXPECT_TRUE_MSG(test, packet_same_meta(&p) ||
			      v->shape == SHAPE_SPLIT, "%s", v->name);

	/* Once is enough. */
	pkt = inspected(&p, v->hook);
	KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, OUTER), 0U, "%s",
			    v->name);
	packet_free(&p);
}

static const struct repair_case refresh_cases[] = {
	{
		.name = "vxlan",
		.packet = { VXLAN, .payload = 400,
			    .ip_summed = CHECKSUM_PARTIAL },
	}, {
		.name = "vxlan, odd",
		.packet = { VXLAN, .payload = 55,
			    .ip_summed = CHECKSUM_PARTIAL },
	}, {
		.name = "vxlan under options, v6",
		.packet = { .family = NFPROTO_IPV6, VXLAN, .payload = 55,
			    .ip_summed = CHECKSUM_PARTIAL, .ext = { HOP } },
	},
};

KUNIT_ARRAY_PARAM(refresh, refresh_cases, repair_desc);

static void repair_refreshes_outer(struct kunit *test)
{
	const struct repair_case *c = test->param_value;
	struct variant v = {};

	while (variant_next(&v, &c->packet)) {
		refresh(test, c, &v, false);
		refresh(test, c, &v, true);
	}
}

static void refreshed_outer_zero_is_all_ones(struct kunit *test)
{
	static const struct recipe recipe = {
		VXLAN, .payload = 50, .ip_summed = CHECKSUM_PARTIAL,
		.right = RIGHT_ZERO, .field = FIELD_WRONG,
	};
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &recipe)) {
		struct nf_csum_packet pkt;

		packet_build(test, &p, &recipe, &v);
		pkt = inspected(&p, v.hook);
		nf_csum_remember_outer(p.skb, NF_CSUM_OUTER_RIGHT);
		KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, OUTER), OUTER,
				    "%s", v.name);
		KUNIT_EXPECT_EQ_MSG(test, packet_field(&p), 0xffff, "%s",
				    v.name);
		packet_free(&p);
	}
}

static const struct repair_case unrefreshed_cases[] = {
	{
		.name = "outer checksum right",
		.packet = { VXLAN, .payload = 400,
			    .ip_summed = CHECKSUM_PARTIAL },
	}, {
		.name = "outer checksum right, and all ones",
		.packet = { VXLAN, .payload = 400, .right = RIGHT_ZERO,
			    .ip_summed = CHECKSUM_PARTIAL },
	}, {
		.name = "no outer checksum in use",
		.packet = { VXLAN, .payload = 400, .field = FIELD_ZERO,
			    .ip_summed = CHECKSUM_PARTIAL },
	}, {
		.name = "inner header at an odd offset",
		.packet = { VXLAN - 1, .payload = 400, .field = FIELD_WRONG,
			    .ip_summed = CHECKSUM_PARTIAL },
	}, {
		.name = "inner field at an odd offset",
		.packet = { VXLAN, .payload = 400, .field = FIELD_WRONG,
			    .ip_summed = CHECKSUM_PARTIAL, .offset = 1 },
	}, {
		.name = "gre",
		.packet = { .proto = IPPROTO_GRE, .tunnel = true, .gap = 4,
			    .payload = 41, .ip_summed = CHECKSUM_PARTIAL },
	}, {
		.name = "ipip",
		.packet = { .proto = IPPROTO_IPIP, .tunnel = true,
			    .payload = 41, .ip_summed = CHECKSUM_PARTIAL },
	}, {
		.name = "tcp",
		.packet = { .proto = IPPROTO_TCP, .payload = 41, .start = 20,
			    .field = FIELD_WRONG,
			    .ip_summed = CHECKSUM_PARTIAL },
	},
};

KUNIT_ARRAY_PARAM(unrefreshed, unrefreshed_cases, repair_desc);

static void repair_leaves_outer(struct kunit *test)
{
	const struct repair_case *c = test->param_value;
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &c->packet)) {
		struct nf_csum_packet pkt;
		u32 actions;

		packet_build(test, &p, &c->packet, &v);
		pkt = inspected(&p, v.hook);
		nf_csum_remember_outer(p.skb, NF_CSUM_OUTER_RIGHT);
		actions = nf_csum_decide(&pkt, OUTER);
		KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, actions), 0U,
				    "%s", v.name);
		if (pkt.state == NF_CSUM_PARTIAL_INNER)
			KUNIT_EXPECT_EQ_MSG(test, (int)p.skb->csum_valid, 0,
					    "%s", v.name);
		p.skb->csum_valid = p.meta.csum_valid;
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(&p, p.skb), "%s",
				      v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_meta(&p), "%s",
				      v.name);
		packet_free(&p);
	}
}

/* Nothing to do, and bookkeeping. */
static void repair_without_actions(struct kunit *test)
{
	static const struct recipe recipe = {
		.proto = IPPROTO_TCP,
		.payload = 100,
		.field = FIELD_ZERO,
	};
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &recipe)) {
		struct nf_csum_packet pkt;

		packet_build(test, &p, &recipe, &v);
		pkt = inspected(&p, v.hook);
		KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, 0), 0U, "%s",
				    v.name);
		KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, UNTRUSTED),
				    UNTRUSTED, "%s", v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(&p, p.skb), "%s",
				      v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_meta(&p), "%s",
				      v.name);
		packet_free(&p);
	}
}

/* No memory. */

static const struct repair_case failing_cases[] = {
	{
		.name = "finish",
		.packet = { .proto = IPPROTO_TCP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_PARTIAL,
		.actions = FINISHED,
	}, {
		.name = "finish sctp",
		.packet = { .proto = IPPROTO_SCTP, .payload = 100, .offset = 8,
			    .ip_summed = CHECKSUM_PARTIAL, .not_inet = true },
		.state = NF_CSUM_PARTIAL,
		.actions = FINISHED,
	}, {
		.name = "finish inner",
		.packet = { VXLAN, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_INNER,
		.actions = FINISHED,
	}, {
		.name = "reseed",
		.packet = { .proto = IPPROTO_UDP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
		.actions = RESEEDED,
	}, {
		.name = "reseed and finish",
		.packet = { .proto = IPPROTO_TCP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
		.actions = RESEEDED | FINISHED,
	}, {
		.name = "reseed gso",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_GSO_BAD,
		.actions = RESEEDED,
	}, {
		.name = "rearm",
		.packet = { GSO_TCP, .field = FIELD_ZERO },
		.state = NF_CSUM_GSO_BAD,
		.actions = REARMED,
	}, {
		.name = "rearm, vouched for",
		.packet = { GSO_UDP, .ip_summed = CHECKSUM_UNNECESSARY,
			    .field = FIELD_SEED },
		.state = NF_CSUM_GSO_BAD,
		.actions = REARMED,
	}, {
		.name = "fill",
		.packet = { .proto = IPPROTO_TCP, .payload = 100,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_ZEROED,
		.actions = FILLED,
	}, {
		.name = "fill, summed by the device",
		.packet = { .proto = IPPROTO_UDP, .payload = 100,
			    .field = FIELD_SEED,
			    .ip_summed = CHECKSUM_COMPLETE },
		.state = NF_CSUM_SEED,
		.actions = FILLED,
	}, {
		.name = "refresh outer",
		.packet = { VXLAN, .payload = 100, .field = FIELD_WRONG,
			    .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_INNER,
		.actions = OUTER,
	},
};

KUNIT_ARRAY_PARAM(failing, failing_cases, repair_desc);

static void repair_without_memory(struct kunit *test)
{
#ifdef CONFIG_FAILSLAB
	const struct repair_case *c = test->param_value;
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &c->packet)) {
		struct nf_csum_packet pkt;
		unsigned int left;
		u32 done;

		/* Shared bytes have to be copied, and there is no room. */
		pkt = prepare(test, &p, c, &v, true);
		if (c->actions == OUTER)
			nf_csum_remember_outer(p.skb, NF_CSUM_OUTER_RIGHT);
		current->fail_nth = 1;
		done = nf_csum_repair(&pkt, c->actions);
		left = current->fail_nth;
		current->fail_nth = 0;

		KUNIT_EXPECT_EQ_MSG(test, left, 0U, "nothing failed, %s",
				    v.name);
		KUNIT_EXPECT_EQ_MSG(test, done, FAILED, "%s", v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(&p, p.skb), "%s",
				      v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(&p, p.clone),
				      "%s", v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_meta(&p), "%s",
				      v.name);

		/* It can be made up for. */
		if (c->actions == OUTER)
			nf_csum_remember_outer(p.skb, NF_CSUM_OUTER_RIGHT);
		pkt = inspected(&p, v.hook);
		EXPECT_STATE(test, &pkt, c->state, v.name);
		KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, c->actions),
				    c->actions, "%s", v.name);
		packet_free(&p);
	}
#else
	kunit_skip(test, "needs CONFIG_FAILSLAB");
#endif
}

/* Packets from the field. */

/* DNAT to 172.17.0.4, as the kernel's NAT does it. */
static void dnat(struct packet *p)
{
	__be32 to = htonl(SYN_DNAT_TO), from;
	__sum16 field;

	skb_copy_bits(p->skb, 16, &from, sizeof(from));
	skb_copy_bits(p->skb, p->field, &field, sizeof(field));
	inet_proto_csum_replace4(&field, p->skb, from, to, true);
	packet_store(p, p->field, &field, sizeof(field));
	packet_store(p, 16, &to, sizeof(to));
}

static const struct recipe ipv4_only = { .family = NFPROTO_IPV4 };

static void syn_is_filled_before_dnat(struct kunit *test)
{
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &ipv4_only)) {
		struct nf_csum_packet pkt;

		packet_from_bytes(test, &p, syn_vector, sizeof(syn_vector),
				  &v);
		pkt = inspected(&p, v.hook);
		EXPECT_STATE(test, &pkt, NF_CSUM_ZEROED, v.name);
		KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, FILLED), FILLED,
				    "%s", v.name);
		KUNIT_EXPECT_EQ_MSG(test, packet_field(&p), SYN_CHECKSUM, "%s",
				    v.name);
		dnat(&p);
		KUNIT_EXPECT_EQ_MSG(test, packet_field(&p), SYN_DNAT_FILLED,
				    "%s", v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_verifies(&p), "%s", v.name);
		packet_free(&p);
	}
}

/* After DNAT a zero is no longer to be told from a corrupted checksum. */
static void syn_is_lost_after_dnat(struct kunit *test)
{
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &ipv4_only)) {
		struct nf_csum_packet pkt;

		packet_from_bytes(test, &p, syn_vector, sizeof(syn_vector),
				  &v);
		dnat(&p);
		KUNIT_EXPECT_EQ_MSG(test, packet_field(&p), SYN_DNAT_ZERO,
				    "%s", v.name);
		KUNIT_EXPECT_FALSE_MSG(test, packet_verifies(&p), "%s",
				       v.name);
		pkt = inspected(&p, v.hook);
		EXPECT_STATE(test, &pkt, NF_CSUM_OK, v.name);
		packet_free(&p);
	}
}

static void seed_from_the_field_is_filled(struct kunit *test)
{
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &ipv4_only)) {
		struct nf_csum_packet pkt;

		packet_from_bytes(test, &p, seed_vector, sizeof(seed_vector),
				  &v);
		pkt = inspected(&p, v.hook);
		EXPECT_STATE(test, &pkt, NF_CSUM_SEED, v.name);
		KUNIT_EXPECT_EQ_MSG(test, (__force u16)pkt.seed,
				    (__force u16)htons(SEED_FOUND), "%s",
				    v.name);
		KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, FILLED), FILLED,
				    "%s", v.name);
		KUNIT_EXPECT_EQ_MSG(test, packet_field(&p), p.right, "%s",
				    v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_verifies(&p), "%s", v.name);
		packet_free(&p);
	}
}

static void zeros_are_filled(struct kunit *test, u8 ip_summed)
{
	const struct recipe recipe = {
		.family = NFPROTO_IPV4, .proto = IPPROTO_ICMP, .payload = 32,
	};
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &recipe)) {
		static const u8 zeros[40];
		struct nf_csum_packet pkt;

		packet_build(test, &p, &recipe, &v);
		packet_store(&p, p.thoff, zeros, sizeof(zeros));
		p.skb->ip_summed = ip_summed;
		if (ip_summed == CHECKSUM_COMPLETE)
			p.skb->csum = skb_checksum(p.skb, 0, p.skb->len, 0);
		pkt = inspected(&p, v.hook);
		EXPECT_STATE(test, &pkt, NF_CSUM_ZEROED, v.name);
		KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, FILLED), FILLED,
				    "%s", v.name);
		KUNIT_EXPECT_EQ_MSG(test, packet_field(&p), 0xffff, "%s",
				    v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_verifies(&p), "%s", v.name);
		packet_free(&p);
	}
}

/* An echo reply can be nothing but zeros, and that sums to minus zero. */
static void icmp_of_zeros_is_filled(struct kunit *test)
{
	zeros_are_filled(test, CHECKSUM_NONE);
}

/* Zeros taken off a device's sum are the other zero, which looks right. */
static void icmp_of_zeros_summed_by_a_device_is_filled(struct kunit *test)
{
	zeros_are_filled(test, CHECKSUM_COMPLETE);
}

/* Whatever NAT makes of it: also if it hits upon the value that fits. */
static void damaged_outer(struct kunit *test, const struct variant *v, bool lucky)
{
	static const struct recipe recipe = {
		VXLAN, .payload = 50, .ip_summed = CHECKSUM_PARTIAL,
	};
	struct nf_csum_packet pkt;
	struct packet p;
	__sum16 fits;

	packet_build(test, &p, &recipe, v);
	/* The VNI, on the way here. */
	packet_store(&p, p.thoff + 12, "\x63", 1);
	pkt = inspected(&p, v->hook);
	EXPECT_STATE(test, &pkt, NF_CSUM_PARTIAL_INNER, v->name);
	KUNIT_EXPECT_EQ_MSG(test, nf_csum_inspect_outer(&pkt),
			    NF_CSUM_OUTER_WRONG, "%s", v->name);
	nf_csum_remember_outer(p.skb, NF_CSUM_OUTER_WRONG);
	fits = nf_csum_expected(&pkt);
	if (lucky)
		packet_store(&p, p.field, &fits, sizeof(fits));
	else
		snat(&p);
	KUNIT_EXPECT_EQ_MSG(test, outer_verifies(&p), lucky, "%s", v->name);

	pkt = inspected(&p, v->hook);
	KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, OUTER), 0U, "%s",
			    v->name);
	KUNIT_EXPECT_FALSE_MSG(test, outer_verifies(&p), "%s", v->name);
	KUNIT_EXPECT_NE_MSG(test, packet_field(&p), 0, "%s", v->name);
	packet_free(&p);
}

static void damaged_outer_stays_wrong(struct kunit *test)
{
	static const struct recipe any = {};
	struct variant v = {};

	while (variant_next(&v, &any)) {
		damaged_outer(test, &v, false);
		damaged_outer(test, &v, true);
	}
}

/* NAT hit upon @right for a packet that was wrong: it is made wrong again. */
static void lucky_outer(struct kunit *test, const struct variant *v, u16 right)
{
	static const struct recipe recipe = {
		VXLAN, .payload = 300, .ip_summed = CHECKSUM_PARTIAL,
	};
	struct nf_csum_packet pkt;
	unsigned int field, vni;
	u8 word[2] = {};
	struct packet p;
	u8 *sent;
	u16 sum;

	packet_build(test, &p, &recipe, v);
	sent = p.scratch;
	vni = p.thoff + 12;
	packet_store(&p, vni, word, 2);
	word[0] = right >> 8;
	word[1] = right;
	packet_store(&p, p.field, word, 2);
	/* A word of the tunnel's header makes that the right one. */
	packet_bytes(&p, p.skb);
	KUNIT_ASSERT_TRUE(test, receiver_finish(p.skb, sent, &field));
	sum = oracle_add(oracle_pseudo(sent, p.proto, p.len),
			 oracle_sum(sent + p.thoff, p.len));
	word[0] = (u16)~sum >> 8;
	word[1] = ~sum;
	packet_store(&p, vni, word, 2);
	packet_bytes(&p, p.skb);
	receiver_finish(p.skb, sent, &field);
	KUNIT_ASSERT_TRUE(test, oracle_verifies(sent, p.proto, p.thoff, p.len));

	pkt = inspected(&p, v->hook);
	EXPECT_STATE(test, &pkt, NF_CSUM_PARTIAL_INNER, v->name);
	nf_csum_remember_outer(p.skb, NF_CSUM_OUTER_WRONG);
	KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, OUTER), 0U, "%s", v->name);
	packet_bytes(&p, p.skb);
	receiver_finish(p.skb, sent, &field);
	KUNIT_EXPECT_FALSE_MSG(test, oracle_verifies(sent, p.proto, p.thoff, p.len),
			       "%u, %s", right, v->name);
	KUNIT_EXPECT_NE_MSG(test, (u32)packet_field(&p), 0U, "%u, %s", right, v->name);
	packet_free(&p);
}

static void lucky_outer_is_made_wrong(struct kunit *test)
{
	static const struct recipe any = {};
	struct variant v = {};

	while (variant_next(&v, &any)) {
		/* Those that it is made wrong with, in either byte order. */
		lucky_outer(test, &v, 0x0001);
		lucky_outer(test, &v, 0x0100);
		lucky_outer(test, &v, 0x0002);
		lucky_outer(test, &v, 0x0200);
		lucky_outer(test, &v, 0x1234);
	}
}

/* The voucher given on the way in does not leave the host; no other is touched. */
static void only_our_voucher_is_ours(struct kunit *test)
{
	static const struct recipe recipe = {
		.proto = IPPROTO_TCP, .payload = 100, .field = FIELD_ZERO,
	};
	static const struct recipe gso = { GSO_TCP };
	struct variant v = {};
	struct packet p, g;

	while (variant_next(&v, &recipe)) {
		struct nf_csum_packet pkt;
		struct sk_buff *skb;

		if (v.hook != NF_INET_PRE_ROUTING)
			continue;
		packet_build(test, &p, &recipe, &v);
		pkt = inspected(&p, v.hook);
		KUNIT_EXPECT_EQ(test, nf_csum_repair(&pkt, FILLED), FILLED);
		skb = p.skb;
		KUNIT_EXPECT_TRUE(test, nf_csum_has_own_voucher(skb));
		KUNIT_EXPECT_FALSE(test, nf_csum_is_vouched_for(skb));

		skb->csum_valid = 1;
		KUNIT_EXPECT_TRUE(test, nf_csum_has_own_voucher(skb));
		skb->csum_level = 1;
		KUNIT_EXPECT_FALSE(test, nf_csum_has_own_voucher(skb));
		skb->csum_level = 0;
		skb->ip_summed = CHECKSUM_NONE;
		KUNIT_EXPECT_FALSE(test, nf_csum_has_own_voucher(skb));
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		/* What a tunnel carried is another packet. */
		__skb_pull(skb, 1);
		KUNIT_EXPECT_FALSE(test, nf_csum_has_own_voucher(skb));
		KUNIT_EXPECT_TRUE(test, nf_csum_is_vouched_for(skb));
		__skb_push(skb, 1);
		KUNIT_EXPECT_TRUE(test, nf_csum_has_own_voucher(skb));

		packet_build(test, &g, &gso, &v);
		g.skb->ip_summed = CHECKSUM_UNNECESSARY;
		g.skb->csum = nf_csum_signature(g.skb);
		KUNIT_EXPECT_FALSE(test, nf_csum_has_own_voucher(g.skb));
		packet_free(&g);

		nf_csum_unvouch(skb);
		KUNIT_EXPECT_EQ(test, (int)skb->ip_summed, CHECKSUM_NONE);
		KUNIT_EXPECT_EQ(test, (int)skb->csum_valid, 0);
		/* Nor is it ours when somebody else vouches now. */
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		KUNIT_EXPECT_FALSE(test, nf_csum_has_own_voucher(skb));
		packet_free(&p);
	}
}

/* A device that vouches for inner headers, too, is not overruled. */
static void voucher_for_inner_headers_stays(struct kunit *test)
{
	static const struct recipe recipe = {
		.proto = IPPROTO_UDP, .payload = 100, .field = FIELD_SEED,
		.ip_summed = CHECKSUM_UNNECESSARY,
	};
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &recipe)) {
		struct nf_csum_packet pkt;

		if (v.hook != NF_INET_PRE_ROUTING)
			continue;
		packet_build(test, &p, &recipe, &v);
		p.skb->csum_level = 1;
		pkt = inspected(&p, v.hook);
		KUNIT_EXPECT_EQ(test, nf_csum_repair(&pkt, FILLED), FILLED);
		KUNIT_EXPECT_TRUE_MSG(test, packet_verifies(&p), "%s", v.name);
		KUNIT_EXPECT_EQ(test, (int)p.skb->ip_summed,
				CHECKSUM_UNNECESSARY);
		KUNIT_EXPECT_EQ(test, (int)p.skb->csum_level, 1);
		KUNIT_EXPECT_FALSE(test, nf_csum_has_own_voucher(p.skb));
		packet_free(&p);
	}
}

/* What somebody else may write to meanwhile is copied before it is summed. */
static void shared_fragments_are_copied(struct kunit *test)
{
	static const struct recipe recipe = {
		.proto = IPPROTO_TCP, .payload = 500, .field = FIELD_SEED,
		.ip_summed = CHECKSUM_PARTIAL,
	};
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &recipe)) {
		bool shared = v.shape == SHAPE_FRAGS || v.shape == SHAPE_SPLIT;
		struct nf_csum_packet pkt;

		packet_build(test, &p, &recipe, &v);
		if (shared)
			skb_shinfo(p.skb)->flags |= SKBFL_SHARED_FRAG;
		pkt = inspected(&p, v.hook);
		KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, FINISHED),
				    FINISHED, "%s", v.name);
		KUNIT_EXPECT_EQ_MSG(test, skb_is_nonlinear(p.skb),
				    v.shape == SHAPE_FRAG_LIST, "%s", v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_verifies(&p), "%s", v.name);
		packet_free(&p);
	}
}

/* A pending checksum that is complete already is not summed into a wrong one. */
static void complete_is_believed(struct kunit *test)
{
	static const struct recipe recipes[] = {
		{ .proto = IPPROTO_TCP, .payload = 300,
		  .ip_summed = CHECKSUM_PARTIAL },
		{ .proto = IPPROTO_UDP, .payload = 301,
		  .ip_summed = CHECKSUM_PARTIAL },
		{ .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP, .payload = 8,
		  .ip_summed = CHECKSUM_PARTIAL },
	};
	const u32 uncovered = RESEEDED | UNTRUSTED;
	const u32 covered = uncovered | FINISHED;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(recipes); i++) {
		struct variant v = {};
		struct packet p;

		while (variant_next(&v, &recipes[i])) {
			struct nf_csum_packet pkt;
			u32 actions;

			packet_build(test, &p, &recipes[i], &v);
			pkt = inspected(&p, v.hook);
			EXPECT_STATE(test, &pkt, NF_CSUM_PARTIAL_BAD_SEED,
				     v.name);
			actions = nf_csum_decide(&pkt, covered);
			KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, actions),
					    FINISHED, "%s", v.name);
			KUNIT_EXPECT_TRUE_MSG(test,
					      packet_same_bytes(&p, p.skb),
					      "%s", v.name);
			expect_vouched(test, p.skb, &v);
			packet_free(&p);

			packet_build(test, &p, &recipes[i], &v);
			pkt = inspected(&p, v.hook);
			actions = nf_csum_decide(&pkt, uncovered);
			KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, actions),
					    RESEEDED, "%s", v.name);
			expect_pending(test, &p, v.name);
			packet_free(&p);
		}
	}
}

static struct kunit_case repair_test_cases[] = {
	KUNIT_CASE_PARAM(repair_computes, compute_gen_params),
	KUNIT_CASE(fill_from_complete),
	KUNIT_CASE_PARAM(repair_makes_pending, pending_gen_params),
	KUNIT_CASE_PARAM(repair_finishes_inner, inner_gen_params),
	KUNIT_CASE_PARAM(repair_refreshes_outer, refresh_gen_params),
	KUNIT_CASE(refreshed_outer_zero_is_all_ones),
	KUNIT_CASE_PARAM(repair_leaves_outer, unrefreshed_gen_params),
	KUNIT_CASE(repair_without_actions),
	KUNIT_CASE_PARAM(repair_without_memory, failing_gen_params),
	KUNIT_CASE(syn_is_filled_before_dnat),
	KUNIT_CASE(syn_is_lost_after_dnat),
	KUNIT_CASE(seed_from_the_field_is_filled),
	KUNIT_CASE(icmp_of_zeros_is_filled),
	KUNIT_CASE(icmp_of_zeros_summed_by_a_device_is_filled),
	KUNIT_CASE(only_our_voucher_is_ours),
	KUNIT_CASE(voucher_for_inner_headers_stays),
	KUNIT_CASE(damaged_outer_stays_wrong),
	KUNIT_CASE(lucky_outer_is_made_wrong),
	KUNIT_CASE(shared_fragments_are_copied),
	KUNIT_CASE(complete_is_believed),
	{}
};

static struct kunit_suite repair_suite = {
	.name = "nf_csum_repair",
	.test_cases = repair_test_cases,
};

kunit_test_suite(repair_suite);
