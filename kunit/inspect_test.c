// SPDX-License-Identifier: GPL-2.0
/*
 * What nf_csum_inspect() says of a packet: every case in both families, at
 * both hooks and in every shape that it can have, unless it says otherwise.
 */
#include <kunit/test.h>

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <net/ipv6.h>

#include <nf_csum/packet.h>
#include <nf_csum/fastpath.h>

#include "inspected.h"
#include "skb_builder.h"

struct inspect_case {
	const char *name;
	struct recipe packet;
	enum nf_csum_counter state;
	bool verified;
};

static void inspect_desc(const struct inspect_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

/* What repair will rely on. */
static void expect_fields(struct kunit *test, const struct packet *p,
			  const struct nf_csum_packet *pkt, const char *name)
{
	switch (pkt->state) {
	case NF_CSUM_PARTIAL:
	case NF_CSUM_PARTIAL_BAD_SEED:
	case NF_CSUM_GSO_BAD:
	case NF_CSUM_ZEROED:
	case NF_CSUM_SEED:
		KUNIT_EXPECT_EQ_MSG(test, pkt->field, p->field, "%s", name);
		KUNIT_EXPECT_EQ_MSG(test, (__force u16)pkt->found,
				    (__force u16)htons(p->found), "%s", name);
		KUNIT_EXPECT_EQ_MSG(test, (__force u16)pkt->seed,
				    (__force u16)htons(p->seed), "%s", name);
		fallthrough;
	case NF_CSUM_PARTIAL_INNER:
		KUNIT_EXPECT_EQ_MSG(test, pkt->proto, p->proto, "%s", name);
		KUNIT_EXPECT_EQ_MSG(test, pkt->thoff, p->thoff, "%s", name);
		KUNIT_EXPECT_EQ_MSG(test, pkt->len, p->len, "%s", name);
		break;
	default:
		break;
	}
}

static void inspect_in_all_variants(struct kunit *test)
{
	const struct inspect_case *c = test->param_value;
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &c->packet)) {
		struct nf_csum_packet pkt;

		packet_build(test, &p, &c->packet, &v);
		pkt = inspected(&p, v.hook);
		EXPECT_STATE(test, &pkt, c->state, v.name);
		/* The shortcut may miss what is all right, and nothing else. */
		if (p.skb->ip_summed != CHECKSUM_PARTIAL &&
		    nf_csum_fast_ok(p.skb, p.family))
			EXPECT_STATE(test, &pkt, NF_CSUM_OK, v.name);
		if (pkt.state == NF_CSUM_GSO_BAD ||
		    pkt.state == NF_CSUM_PARTIAL_BAD_SEED)
			KUNIT_EXPECT_EQ_MSG(test, pkt.verified, c->verified,
					    "%s", v.name);
		if (pkt.state == c->state)
			expect_fields(test, &p, &pkt, v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(&p, p.skb), "%s",
				      v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_meta(&p), "%s", v.name);
		packet_free(&p);
	}
}

/* Packets without offload. */

static const struct inspect_case finished_cases[] = {
	{
		.name = "tcp, right",
		.packet = { .proto = IPPROTO_TCP, .payload = 1000 },
		.state = NF_CSUM_OK,
	}, {
		.name = "tcp, right, no payload",
		.packet = { .proto = IPPROTO_TCP },
		.state = NF_CSUM_OK,
	}, {
		.name = "tcp, wrong but finished: nobody asked for verification",
		.packet = { .proto = IPPROTO_TCP, .payload = 99,
			    .field = FIELD_WRONG },
		.state = NF_CSUM_OK,
	}, {
		.name = "tcp, zero",
		.packet = { .proto = IPPROTO_TCP, .payload = 1459,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_ZEROED,
	}, {
		.name = "tcp, zero, no payload",
		.packet = { .proto = IPPROTO_TCP, .field = FIELD_ZERO },
		.state = NF_CSUM_ZEROED,
	}, {
		.name = "tcp, zero, vouched for",
		.packet = { .proto = IPPROTO_TCP, .payload = 4,
			    .field = FIELD_ZERO,
			    .ip_summed = CHECKSUM_UNNECESSARY },
		.state = NF_CSUM_ZEROED,
	}, {
		.name = "tcp, zero, summed by the device",
		.packet = { .proto = IPPROTO_TCP, .payload = 333,
			    .field = FIELD_ZERO,
			    .ip_summed = CHECKSUM_COMPLETE },
		.state = NF_CSUM_ZEROED,
	}, {
		.name = "tcp, zero is right",
		.packet = { .proto = IPPROTO_TCP, .payload = 101,
			    .right = RIGHT_ZERO },
		.state = NF_CSUM_OK,
	}, {
		.name = "tcp, zero is right, summed by the device",
		.packet = { .proto = IPPROTO_TCP, .payload = 101,
			    .right = RIGHT_ZERO,
			    .ip_summed = CHECKSUM_COMPLETE },
		.state = NF_CSUM_OK,
	}, {
		.name = "tcp, seed",
		.packet = { .proto = IPPROTO_TCP, .payload = 1460,
			    .field = FIELD_SEED },
		.state = NF_CSUM_SEED,
	}, {
		.name = "tcp, seed, vouched for",
		.packet = { .proto = IPPROTO_TCP, .payload = 7,
			    .field = FIELD_SEED,
			    .ip_summed = CHECKSUM_UNNECESSARY },
		.state = NF_CSUM_SEED,
	}, {
		.name = "tcp, seed, summed by the device",
		.packet = { .proto = IPPROTO_TCP, .payload = 60,
			    .field = FIELD_SEED,
			    .ip_summed = CHECKSUM_COMPLETE },
		.state = NF_CSUM_SEED,
	}, {
		.name = "tcp, the seed is right",
		.packet = { .proto = IPPROTO_TCP, .payload = 64,
			    .right = RIGHT_SEED },
		.state = NF_CSUM_OK,
	}, {
		.name = "tcp, the seed is right, summed by the device",
		.packet = { .proto = IPPROTO_TCP, .payload = 65,
			    .right = RIGHT_SEED,
			    .ip_summed = CHECKSUM_COMPLETE },
		.state = NF_CSUM_OK,
	}, {
		.name = "tcp, zero where the seed is right",
		.packet = { .proto = IPPROTO_TCP, .payload = 64,
			    .right = RIGHT_SEED, .field = FIELD_ZERO },
		.state = NF_CSUM_ZEROED,
	}, {
		.name = "udp, right",
		.packet = { .proto = IPPROTO_UDP, .payload = 1001 },
		.state = NF_CSUM_OK,
	}, {
		.name = "udp, no checksum in use",
		.packet = { .proto = IPPROTO_UDP, .payload = 100,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_NO_CHECKSUM,
	}, {
		.name = "udp, no checksum in use, vouched for",
		.packet = { .proto = IPPROTO_UDP, .payload = 100,
			    .field = FIELD_ZERO,
			    .ip_summed = CHECKSUM_UNNECESSARY },
		.state = NF_CSUM_NO_CHECKSUM,
	}, {
		.name = "udp, comes to zero, sent as 0xffff",
		.packet = { .proto = IPPROTO_UDP, .payload = 100,
			    .right = RIGHT_ZERO },
		.state = NF_CSUM_OK,
	}, {
		.name = "udp, seed",
		.packet = { .proto = IPPROTO_UDP, .payload = 33,
			    .field = FIELD_SEED },
		.state = NF_CSUM_SEED,
	}, {
		.name = "udp, the seed is right",
		.packet = { .proto = IPPROTO_UDP, .payload = 33,
			    .right = RIGHT_SEED },
		.state = NF_CSUM_OK,
	}, {
		.name = "icmp, right",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP,
			    .payload = 56 },
		.state = NF_CSUM_OK,
	}, {
		.name = "icmp, zero, which is the seed, too",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP,
			    .payload = 56, .field = FIELD_ZERO },
		.state = NF_CSUM_ZEROED,
	}, {
		.name = "icmp, zero is right",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP,
			    .payload = 57, .right = RIGHT_ZERO },
		.state = NF_CSUM_OK,
	}, {
		.name = "icmp, wrong",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP,
			    .payload = 57, .field = FIELD_WRONG },
		.state = NF_CSUM_OK,
	}, {
		.name = "icmpv6, right",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_ICMPV6,
			    .payload = 56 },
		.state = NF_CSUM_OK,
	}, {
		.name = "icmpv6, zero",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_ICMPV6,
			    .payload = 56, .field = FIELD_ZERO },
		.state = NF_CSUM_ZEROED,
	}, {
		.name = "icmpv6, seed",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_ICMPV6,
			    .payload = 33, .field = FIELD_SEED },
		.state = NF_CSUM_SEED,
	}, {
		.name = "icmpv6, the seed is right",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_ICMPV6,
			    .payload = 33, .right = RIGHT_SEED },
		.state = NF_CSUM_OK,
	}, {
		.name = "bytes after the packet count for nothing",
		.packet = { .proto = IPPROTO_TCP, .payload = 2, .trailer = 6,
			    .right = RIGHT_ZERO },
		.state = NF_CSUM_OK,
	}, {
		.name = "bytes after the packet, in the device's sum, too",
		.packet = { .proto = IPPROTO_TCP, .payload = 3, .trailer = 6,
			    .right = RIGHT_ZERO,
			    .ip_summed = CHECKSUM_COMPLETE },
		.state = NF_CSUM_OK,
	}, {
		.name = "bytes after a zeroed packet",
		.packet = { .proto = IPPROTO_TCP, .payload = 2, .trailer = 6,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_ZEROED,
	},
};

KUNIT_ARRAY_PARAM(finished, finished_cases, inspect_desc);

static void inspect_finished(struct kunit *test)
{
	inspect_in_all_variants(test);
}

/* Pending offloads. */

static const struct inspect_case partial_cases[] = {
	{
		.name = "udp, complete already",
		.packet = { .proto = IPPROTO_UDP, .payload = 301,
			    .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
		.verified = true,
	}, {
		.name = "tcp",
		.packet = { .proto = IPPROTO_TCP, .payload = 1000,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_PARTIAL,
	}, {
		.name = "tcp, no payload",
		.packet = { .proto = IPPROTO_TCP,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_PARTIAL,
	}, {
		.name = "udp",
		.packet = { .proto = IPPROTO_UDP, .payload = 501,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_PARTIAL,
	}, {
		.name = "icmp: its seed is zero",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP,
			    .payload = 20, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_PARTIAL,
	}, {
		.name = "icmpv6",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_ICMPV6,
			    .payload = 20, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_PARTIAL,
	}, {
		.name = "tcp, field zero",
		.packet = { .proto = IPPROTO_TCP, .payload = 1000,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
	}, {
		.name = "tcp, complete already",
		.packet = { .proto = IPPROTO_TCP, .payload = 1000,
			    .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
		.verified = true,
	}, {
		.name = "tcp, any other field",
		.packet = { .proto = IPPROTO_TCP, .payload = 10,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_WRONG },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
	}, {
		.name = "udp, field zero: the sender wants a checksum",
		.packet = { .proto = IPPROTO_UDP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
	}, {
		.name = "icmp, field not zero",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP,
			    .payload = 20, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_WRONG },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
	}, {
		.name = "icmpv6, field zero",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_ICMPV6,
			    .payload = 20, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_PARTIAL_BAD_SEED,
	}, {
		.name = "vxlan",
		.packet = { .proto = IPPROTO_UDP, .tunnel = true, .gap = 22,
			    .payload = 400, .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_INNER,
	}, {
		.name = "vxlan without an outer checksum",
		.packet = { .proto = IPPROTO_UDP, .tunnel = true, .gap = 22,
			    .payload = 400, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_PARTIAL_INNER,
	}, {
		.name = "gre",
		.packet = { .proto = IPPROTO_GRE, .tunnel = true, .gap = 4,
			    .payload = 41, .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_INNER,
	}, {
		.name = "ipip",
		.packet = { .proto = IPPROTO_IPIP, .tunnel = true,
			    .payload = 41, .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_PARTIAL_INNER,
	}, {
		.name = "csum_start just past the header",
		.packet = { .proto = IPPROTO_TCP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .start = 20 },
		.state = NF_CSUM_PARTIAL_INNER,
	}, {
		.name = "csum_start in the header",
		.packet = { .proto = IPPROTO_TCP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .start = 4 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "csum_start in the header, field where it belongs",
		.packet = { .proto = IPPROTO_TCP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .start = 4, .offset = -4 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "inner field ends with the packet",
		.packet = { .proto = IPPROTO_TCP, .payload = 18,
			    .ip_summed = CHECKSUM_PARTIAL, .start = 20 },
		.state = NF_CSUM_PARTIAL_INNER,
	}, {
		.name = "inner field ends a byte after the packet",
		.packet = { .proto = IPPROTO_TCP, .payload = 17,
			    .ip_summed = CHECKSUM_PARTIAL, .start = 20 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "csum_start is the end of the packet",
		.packet = { .proto = IPPROTO_TCP, .payload = 16,
			    .ip_summed = CHECKSUM_PARTIAL, .start = 36,
			    .offset = -16 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "csum_start beyond the packet",
		.packet = { .proto = IPPROTO_UDP, .payload = 16,
			    .ip_summed = CHECKSUM_PARTIAL, .start = 9000 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "csum_start in the IP header",
		.packet = { .proto = IPPROTO_TCP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .start = -10 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "csum_start in the IP header, field where it belongs",
		.packet = { .proto = IPPROTO_UDP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .start = -2, .offset = 2 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "csum_start before the packet",
		.packet = { .proto = IPPROTO_TCP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .start = -70 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "csum_offset is another one",
		.packet = { .proto = IPPROTO_TCP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .offset = -10 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "csum_offset is odd",
		.packet = { .proto = IPPROTO_UDP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .offset = 1 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "csum_offset beyond the packet",
		.packet = { .proto = IPPROTO_UDP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .offset = 0xfff0 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "icmp, csum_offset of tcp",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP,
			    .payload = 100, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO, .offset = 14 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "bytes after the packet, which a device would sum",
		.packet = { .proto = IPPROTO_TCP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .trailer = 6 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "bytes after the packet, bad seed",
		.packet = { .proto = IPPROTO_TCP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO, .trailer = 1 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "another protocol, sound seed",
		.packet = { .proto = IPPROTO_DCCP, .payload = 30,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .offset = 6 },
		.state = NF_CSUM_PARTIAL,
	}, {
		.name = "another protocol, csum_start a byte behind its begin",
		.packet = { .proto = IPPROTO_DCCP, .payload = 30,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .start = 1, .offset = 6 },
		.state = NF_CSUM_PARTIAL_INNER,
	}, {
		.name = "another protocol, csum_offset beyond the packet",
		.packet = { .proto = IPPROTO_DCCP, .payload = 30,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .offset = 30 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "another protocol, no seed",
		.packet = { .proto = IPPROTO_DCCP, .payload = 30,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_WRONG, .offset = 6 },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "another protocol, field zero",
		.packet = { .proto = IPPROTO_DCCP, .payload = 30,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO, .offset = 6 },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "gre, its own checksum, which has no pseudo-header",
		.packet = { .proto = IPPROTO_GRE, .payload = 30,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO, .offset = 4 },
		.state = NF_CSUM_PARTIAL,
	}, {
		.name = "another protocol, csum_start in the IP header",
		.packet = { .proto = IPPROTO_DCCP, .payload = 30,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .offset = 6, .start = -4 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "not an Internet checksum",
		.packet = { .proto = IPPROTO_TCP, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL, .not_inet = true,
			    .field = FIELD_SEED },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "udp-lite has a coverage of its own",
		.packet = { .proto = IPPROTO_UDPLITE, .payload = 100,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .offset = 6 },
		.state = NF_CSUM_OPAQUE,
	},
};

KUNIT_ARRAY_PARAM(partial, partial_cases, inspect_desc);

static void inspect_partial(struct kunit *test)
{
	inspect_in_all_variants(test);
}

/* Headers, sound and broken. */

#define OPTION(len, ...) .options_len = (len), .options = { __VA_ARGS__ }
#define HOP { .type = NEXTHDR_HOP, .len = 8, .bytes = { 0, 0, 1, 4 } }
#define DEST { .type = NEXTHDR_DEST, .len = 8, .bytes = { 0, 0, 1, 4 } }
#define DEST_HAO { .type = NEXTHDR_DEST, .len = 24, \
	.bytes = { 0, 2, 1, 2, 0, 0, 0xc9, 16, 0x20, 0x01 } }
#define ROUTING(left) { .type = NEXTHDR_ROUTING, .len = 24, \
	.bytes = { 0, 2, 2, (left), 0, 0, 0, 0, 0x20, 0x01 } }
/* The reserved byte is where others have their length. */
#define FRAGMENT(high, low) { .type = NEXTHDR_FRAGMENT, .len = 8, \
	.bytes = { 0, 99, (high), (low), 1, 2, 3, 4 } }
/* A NOP, and a time stamp option without room for any. */
#define NOP_AND_STAMP IPOPT_NOOP, IPOPT_TIMESTAMP, 3, 5
#define TWICE(...) __VA_ARGS__, __VA_ARGS__
#define AUTH { .type = NEXTHDR_AUTH, .len = 24, .bytes = { 0, 4 } }

static const struct inspect_case header_cases[] = {
	{
		.name = "v4, options",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .payload = 9, .field = FIELD_ZERO,
			    .options_len = 40,
			    .options = { [0 ... 39] = IPOPT_NOOP } },
		.state = NF_CSUM_ZEROED,
	}, {
		.name = "v4, options in more steps than anybody sends",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .payload = 9, .field = FIELD_ZERO,
			    .options_len = 40,
			    .options = { TWICE(NOP_AND_STAMP),
					 TWICE(NOP_AND_STAMP),
					 TWICE(NOP_AND_STAMP),
					 TWICE(NOP_AND_STAMP) } },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "v4, record route",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_UDP,
			    .payload = 9, .field = FIELD_SEED,
			    OPTION(8, 7, 7, 4, 0, 0, 0, 0, 0) },
		.state = NF_CSUM_SEED,
	}, {
		.name = "v4, what follows the end of options is no option",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .payload = 9, .field = FIELD_ZERO,
			    OPTION(8, 1, 0, 0x83, 99) },
		.state = NF_CSUM_ZEROED,
	}, {
		.name = "v4, loose source route",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .payload = 9, .field = FIELD_ZERO,
			    OPTION(8, 0x83, 7, 4, 192, 0, 2, 99, 0) },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "v4, strict source route after others, pending offload",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .payload = 9, .field = FIELD_ZERO,
			    .ip_summed = CHECKSUM_PARTIAL,
			    OPTION(12, 1, 7, 3, 4, 0x89, 7, 4, 192, 0, 2, 99) },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "v4, option longer than the header",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .payload = 9, .field = FIELD_ZERO,
			    OPTION(4, 7, 6, 4) },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "v4, option of length zero",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .payload = 9, .field = FIELD_ZERO,
			    OPTION(4, 7, 0, 4) },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "v4, option without a length",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .payload = 9, .field = FIELD_ZERO,
			    OPTION(4, 1, 1, 1, 7) },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "v4, first fragment",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .payload = 64, .field = FIELD_ZERO,
			    .frag_off = 0x2000 },
		.state = NF_CSUM_FRAGMENT,
	}, {
		.name = "v4, last fragment",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .payload = 64, .field = FIELD_ZERO,
			    .frag_off = 0x0001 },
		.state = NF_CSUM_FRAGMENT,
	}, {
		.name = "v4, fragment with a pending offload",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_UDP,
			    .payload = 64, .field = FIELD_SEED,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .frag_off = 0x2000 },
		.state = NF_CSUM_FRAGMENT,
	}, {
		.name = "v4, must not be fragmented",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .payload = 64, .field = FIELD_ZERO,
			    .frag_off = 0x4000 },
		.state = NF_CSUM_ZEROED,
	}, {
		.name = "v4, ihl 4",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .payload = 64, .field = FIELD_ZERO, .ihl = 4 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "v4, header longer than the packet",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .ihl = 15 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "v4, total length shorter than the header",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .ip_len = -21 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "wrong version",
		.packet = { .proto = IPPROTO_TCP, .version = 5 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "longer than what came",
		.packet = { .proto = IPPROTO_TCP, .payload = 5, .ip_len = 1 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "longer than what came, pending offload",
		.packet = { .proto = IPPROTO_TCP, .payload = 5, .ip_len = 1,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "v4, half an IP header",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_TCP,
			    .shorten = 30 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "v6, half an IP header",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .shorten = 40 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "tcp header a byte short",
		.packet = { .proto = IPPROTO_TCP, .shorten = 1 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "tcp header missing",
		.packet = { .proto = IPPROTO_TCP, .shorten = 20 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "tcp header a byte short, pending offload",
		.packet = { .proto = IPPROTO_TCP, .shorten = 1,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "tcp header a byte short, but there are bytes behind",
		.packet = { .proto = IPPROTO_TCP, .shorten = 1,
			    .trailer = 20 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "udp header a byte short",
		.packet = { .proto = IPPROTO_UDP, .shorten = 1 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "icmp header a byte short",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP,
			    .shorten = 1 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "icmpv6 header a byte short",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_ICMPV6,
			    .shorten = 1 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "udp length less than its header",
		.packet = { .proto = IPPROTO_UDP, .payload = 10,
			    .udp_len = -11 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "udp length more than the packet",
		.packet = { .proto = IPPROTO_UDP, .payload = 10,
			    .udp_len = 1 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "udp length less than the packet",
		.packet = { .proto = IPPROTO_UDP, .payload = 10,
			    .udp_len = -1, .field = FIELD_SEED },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "udp length less than the packet, pending offload",
		.packet = { .proto = IPPROTO_UDP, .payload = 10,
			    .udp_len = -1, .field = FIELD_SEED,
			    .ip_summed = CHECKSUM_PARTIAL },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "v6, options that change nothing",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 12, .field = FIELD_ZERO,
			    .ext = { HOP, DEST, ROUTING(0) } },
		.state = NF_CSUM_ZEROED,
	}, {
		.name = "v6, options that change nothing, pending offload",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_UDP,
			    .payload = 12, .field = FIELD_SEED,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .ext = { HOP, DEST, ROUTING(0) } },
		.state = NF_CSUM_PARTIAL,
	}, {
		.name = "v6, icmp under options",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_ICMPV6,
			    .payload = 12, .field = FIELD_ZERO,
			    .ext = { HOP } },
		.state = NF_CSUM_ZEROED,
	}, {
		.name = "v6, segments left",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 12, .field = FIELD_ZERO,
			    .ext = { ROUTING(1) } },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "v6, segments left, pending offload",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 12, .field = FIELD_ZERO,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .ext = { HOP, ROUTING(1) } },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "v6, home address",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 12, .field = FIELD_ZERO,
			    .ext = { DEST_HAO } },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "v6, authentication header",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 12, .field = FIELD_ZERO,
			    .ext = { AUTH } },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "v6, first fragment",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 12, .field = FIELD_ZERO,
			    .ext = { FRAGMENT(0, 1) } },
		.state = NF_CSUM_FRAGMENT,
	}, {
		.name = "v6, last fragment",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 12, .field = FIELD_ZERO,
			    .ext = { HOP, FRAGMENT(0, 8) } },
		.state = NF_CSUM_FRAGMENT,
	}, {
		.name = "v6, atomic fragment is a whole packet",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 12, .field = FIELD_ZERO,
			    .ext = { FRAGMENT(0, 0) } },
		.state = NF_CSUM_ZEROED,
	}, {
		.name = "v6, extension header longer than the packet",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 12,
			    .ext = { { .type = NEXTHDR_HOP, .len = 8,
				       .bytes = { 0, 9, 1, 4 } } } },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "v6, extension header longer than the packet, bytes behind",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 12, .trailer = 99,
			    .ext = { { .type = NEXTHDR_HOP, .len = 8,
				       .bytes = { 0, 9, 1, 4 } } } },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "v6, half an extension header",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .shorten = 24, .ext = { DEST } },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "v6, half an extension header, but bytes behind",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .shorten = 24, .trailer = 99, .ext = { DEST } },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "v6, destination option longer than its header",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 64, .field = FIELD_ZERO,
			    .ext = { { .type = NEXTHDR_DEST, .len = 8,
				       .bytes = { 0, 0, 1, 5 } } } },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "v6, eight destination options",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 64, .field = FIELD_ZERO,
			    .ext = { { .type = NEXTHDR_DEST, .len = 16,
				       .bytes = { 0, 1, [9] = IPV6_TLV_PADN, 5 } } } },
		.state = NF_CSUM_ZEROED,
	}, {
		.name = "v6, nine destination options",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 64, .field = FIELD_ZERO,
			    .ext = { { .type = NEXTHDR_DEST, .len = 16,
				       .bytes = { 0, 1, [10] = IPV6_TLV_PADN, 4 } } } },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "v6, eight destination options and one more header",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 64, .field = FIELD_ZERO,
			    .ext = { { .type = NEXTHDR_DEST, .len = 16,
				       .bytes = { 0, 1, [9] = IPV6_TLV_PADN, 5 } },
				     HOP } },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "v6, one destination option of one byte too many",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 64, .field = FIELD_ZERO,
			    .ext = { { .type = NEXTHDR_DEST, .len = 8,
				       .bytes = { 0, 0, [7] = IPV6_TLV_PADN } } } },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "v6, no next header",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_NONE,
			    .payload = 12 },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "v6, icmp of v4 is just another protocol",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_ICMP,
			    .payload = 12, .field = FIELD_ZERO },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "v4, icmp of v6 is just another protocol",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_ICMPV6,
			    .payload = 12, .field = FIELD_ZERO },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "esp",
		.packet = { .proto = IPPROTO_ESP, .payload = 100 },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "v4, ah",
		.packet = { .family = NFPROTO_IPV4, .proto = IPPROTO_AH,
			    .payload = 100 },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "gre",
		.packet = { .proto = IPPROTO_GRE, .payload = 100 },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "udp-lite",
		.packet = { .proto = IPPROTO_UDPLITE, .payload = 100 },
		.state = NF_CSUM_OPAQUE,
	},
};

KUNIT_ARRAY_PARAM(header, header_cases, inspect_desc);

static void inspect_headers(struct kunit *test)
{
	inspect_in_all_variants(test);
}

/* To be segmented. */

#define GSO_TCP .proto = IPPROTO_TCP, .payload = 2501, .gso_size = 1000, \
	.gso_type = SKB_GSO_TCPV4
#define GSO_UDP .proto = IPPROTO_UDP, .payload = 2501, .gso_size = 1000, \
	.gso_type = SKB_GSO_UDP_L4

static const struct inspect_case gso_cases[] = {
	{
		.name = "tcp, bytes after its end, pending",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .trailer = 6 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "tcp, bytes after its end",
		.packet = { GSO_TCP, .trailer = 6 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "tcp",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_GSO,
	}, {
		.name = "tcp from a guest",
		.packet = { GSO_TCP | SKB_GSO_DODGY | SKB_GSO_TCP_ECN |
			    SKB_GSO_TCP_FIXEDID,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_GSO,
	}, {
		.name = "udp",
		.packet = { GSO_UDP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_GSO,
	}, {
		.name = "tcp, seed zero",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_GSO_BAD,
	}, {
		.name = "tcp, seed wrong",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_WRONG },
		.state = NF_CSUM_GSO_BAD,
	}, {
		.name = "udp, seed zero",
		.packet = { GSO_UDP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_GSO_BAD,
	}, {
		.name = "tcp, seed wrong, from a guest",
		.packet = { GSO_TCP | SKB_GSO_DODGY,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_WRONG },
		.state = NF_CSUM_GSO_BAD,
	}, {
		.name = "tcp, seed zero, congested, from a guest",
		.packet = { GSO_TCP | SKB_GSO_DODGY | SKB_GSO_TCP_ECN |
			    SKB_GSO_TCP_FIXEDID,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_GSO_BAD,
	}, {
		.name = "tcp, csum_start in the payload",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .start = 20 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "tcp, csum_start in the IP header",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .start = -12 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "tcp, csum_offset of udp",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .offset = -10 },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "tcp, whole checksum",
		.packet = { GSO_TCP },
		.state = NF_CSUM_GSO_BAD,
		.verified = true,
	}, {
		.name = "tcp, whole checksum is zero",
		.packet = { GSO_TCP, .right = RIGHT_ZERO },
		.state = NF_CSUM_GSO_BAD,
		.verified = true,
	}, {
		.name = "tcp, whole checksum, vouched for",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_UNNECESSARY },
		.state = NF_CSUM_GSO,
	}, {
		.name = "tcp, zero, vouched for",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_UNNECESSARY,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_GSO_BAD,
	}, {
		.name = "tcp, seed, vouched for",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_UNNECESSARY,
			    .field = FIELD_SEED },
		.state = NF_CSUM_GSO_BAD,
	}, {
		.name = "tcp, whole checksum, summed by the device",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_COMPLETE },
		.state = NF_CSUM_GSO_BAD,
		.verified = true,
	}, {
		.name = "tcp, zero",
		.packet = { GSO_TCP, .field = FIELD_ZERO },
		.state = NF_CSUM_GSO_BAD,
	}, {
		.name = "tcp, seed without the offload",
		.packet = { GSO_TCP, .field = FIELD_SEED },
		.state = NF_CSUM_GSO_BAD,
	}, {
		.name = "tcp, corrupt",
		.packet = { GSO_TCP, .field = FIELD_WRONG },
		.state = NF_CSUM_CORRUPT,
	}, {
		.name = "tcp, aggregated by a device",
		.packet = { GSO_TCP, .field = FIELD_WRONG,
			    .ip_summed = CHECKSUM_UNNECESSARY },
		.state = NF_CSUM_GSO,
	}, {
		.name = "udp, whole checksum",
		.packet = { GSO_UDP },
		.state = NF_CSUM_GSO_BAD,
		.verified = true,
	}, {
		.name = "udp, seed without the offload",
		.packet = { GSO_UDP, .field = FIELD_SEED },
		.state = NF_CSUM_GSO,
	}, {
		.name = "udp, seed without the offload, vouched for",
		.packet = { GSO_UDP, .field = FIELD_SEED,
			    .ip_summed = CHECKSUM_UNNECESSARY },
		.state = NF_CSUM_GSO_BAD,
	}, {
		.name = "udp, corrupt",
		.packet = { GSO_UDP, .field = FIELD_WRONG },
		.state = NF_CSUM_CORRUPT,
	}, {
		.name = "udp, no checksum in use",
		.packet = { GSO_UDP, .field = FIELD_ZERO },
		.state = NF_CSUM_NO_CHECKSUM,
	}, {
		.name = "udp to be fragmented",
		.packet = { .proto = IPPROTO_UDP, .payload = 3000,
			    .gso_size = 1000, .gso_type = SKB_GSO_UDP,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_GSO,
	}, {
		.name = "udp in whole pieces",
		.packet = { GSO_UDP | SKB_GSO_FRAGLIST,
			    .ip_summed = CHECKSUM_UNNECESSARY,
			    .field = FIELD_WRONG },
		.state = NF_CSUM_GSO,
	}, {
		.name = "in a udp tunnel",
		.packet = { GSO_TCP | SKB_GSO_UDP_TUNNEL,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_GSO,
	}, {
		.name = "in a udp tunnel with checksums",
		.packet = { GSO_UDP | SKB_GSO_UDP_TUNNEL_CSUM,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO, .start = 30 },
		.state = NF_CSUM_GSO,
	}, {
		.name = "in gre",
		.packet = { .proto = IPPROTO_GRE, .payload = 2500,
			    .gso_size = 1000,
			    .gso_type = SKB_GSO_TCPV4 | SKB_GSO_GRE,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO, .start = 24, .offset = 16 },
		.state = NF_CSUM_GSO,
	}, {
		.name = "in ipip, which does not say so",
		.packet = { .proto = IPPROTO_IPIP, .payload = 2500,
			    .gso_size = 1000, .gso_type = SKB_GSO_TCPV4,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO, .start = 20, .offset = 16 },
		.state = NF_CSUM_GSO,
	}, {
		.name = "partial gso",
		.packet = { GSO_TCP | SKB_GSO_PARTIAL,
			    .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_GSO,
	}, {
		.name = "esp gso",
		.packet = { GSO_TCP | SKB_GSO_ESP, .field = FIELD_ZERO },
		.state = NF_CSUM_GSO,
	}, {
		.name = "sctp",
		.packet = { .proto = IPPROTO_SCTP, .payload = 2500,
			    .gso_size = 1000, .gso_type = SKB_GSO_SCTP,
			    .ip_summed = CHECKSUM_PARTIAL, .not_inet = true,
			    .field = FIELD_ZERO, .offset = 8 },
		.state = NF_CSUM_GSO,
	}, {
		.name = "v6, tcp under options",
		.packet = { .family = NFPROTO_IPV6, GSO_TCP, .ext = { HOP },
			    .field = FIELD_ZERO },
		.state = NF_CSUM_GSO_BAD,
	}, {
		.name = "v4, source route",
		.packet = { .family = NFPROTO_IPV4, GSO_TCP,
			    .field = FIELD_ZERO,
			    OPTION(8, 0x83, 7, 4, 192, 0, 2, 99, 0) },
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "tcp header a byte short",
		.packet = { .proto = IPPROTO_TCP, .gso_size = 1000,
			    .gso_type = SKB_GSO_TCPV4 | SKB_GSO_DODGY,
			    .ip_summed = CHECKSUM_PARTIAL, .shorten = 1,
			    .field = FIELD_SEED },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "longer than what came",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED, .ip_len = 1 },
		.state = NF_CSUM_MALFORMED,
	},
};

KUNIT_ARRAY_PARAM(gso, gso_cases, inspect_desc);

static void inspect_gso(struct kunit *test)
{
	inspect_in_all_variants(test);
}

/* Packets whose length is not in their IP header. */

static const struct inspect_case jumbo_cases[] = {
	{
		.name = "big tcp",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_SEED },
		.state = NF_CSUM_GSO,
	}, {
		.name = "big tcp, seed zero",
		.packet = { GSO_TCP, .ip_summed = CHECKSUM_PARTIAL,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_GSO_BAD,
	}, {
		.name = "too short for a jumbogram",
		.packet = { .family = NFPROTO_IPV6, .proto = IPPROTO_TCP,
			    .payload = 3001, .field = FIELD_ZERO,
			    .ext = { HOP } },
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "neither",
		.packet = { .proto = IPPROTO_TCP, .payload = 3001,
			    .field = FIELD_ZERO },
		.state = NF_CSUM_MALFORMED,
	},
};

KUNIT_ARRAY_PARAM(jumbo, jumbo_cases, inspect_desc);

static void inspect_without_length(struct kunit *test)
{
	const struct inspect_case *c = test->param_value;
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &c->packet)) {
		struct nf_csum_packet pkt;

		packet_build(test, &p, &c->packet, &v);
		packet_store(&p, v.family == NFPROTO_IPV4 ? 2 : 4, "\0", 2);
		pkt = inspected(&p, v.hook);
		EXPECT_STATE(test, &pkt, c->state, v.name);
		if (pkt.state == c->state)
			expect_fields(test, &p, &pkt, v.name);
		packet_free(&p);
	}
}

/*
 * On the way in what the device summed counts, not the payload; afterwards
 * headers have changed, and the payload counts.
 */
static void inspect_believes_complete_on_the_way_in(struct kunit *test)
{
	static const struct recipe recipe = {
		.proto = IPPROTO_TCP,
		.payload = 203,
		.right = RIGHT_ZERO,
		.ip_summed = CHECKSUM_COMPLETE,
	};
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &recipe)) {
		bool in = v.hook == NF_INET_PRE_ROUTING;
		struct nf_csum_packet pkt;

		/* The sum says right, the payload says wrong. */
		packet_build(test, &p, &recipe, &v);
		packet_store(&p, p.skb->len - 3, "\x5a\xa5", 2);
		pkt = inspected(&p, v.hook);
		EXPECT_STATE(test, &pkt, in ? NF_CSUM_OK : NF_CSUM_ZEROED,
			     v.name);
		packet_free(&p);

		/* The other way round: a sum that does not fit is not believed. */
		packet_build(test, &p, &recipe, &v);
		p.skb->csum = csum_add(p.skb->csum, (__force __wsum)htons(1));
		pkt = inspected(&p, v.hook);
		EXPECT_STATE(test, &pkt, NF_CSUM_OK, v.name);
		packet_free(&p);
	}
}

/* Before it is segmented, what a device aggregated can be checked. */
static void aggregates_are_checked_on_request(struct kunit *test)
{
	static const struct {
		struct recipe recipe;
		enum nf_csum_counter state;
	} cases[] = {
		{ { GSO_TCP, .ip_summed = CHECKSUM_UNNECESSARY },
		  NF_CSUM_GSO_BAD },
		{ { GSO_TCP, .ip_summed = CHECKSUM_UNNECESSARY,
		    .field = FIELD_WRONG }, NF_CSUM_CORRUPT },
		{ { GSO_UDP, .ip_summed = CHECKSUM_UNNECESSARY,
		    .field = FIELD_WRONG }, NF_CSUM_CORRUPT },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct variant v = {};
		struct packet p;

		while (variant_next(&v, &cases[i].recipe)) {
			struct nf_csum_packet pkt = {};

			packet_build(test, &p, &cases[i].recipe, &v);
			pkt.skb = p.skb;
			pkt.family = p.family;
			pkt.hook = v.hook;
			pkt.verify = true;
			nf_csum_inspect(&pkt);
			EXPECT_STATE(test, &pkt, cases[i].state, v.name);
			packet_free(&p);
		}
	}
}

/* What most packets are takes the shortcut; what is not sure does not. */
static void common_packets_take_the_fast_path(struct kunit *test)
{
	static const struct plain_case {
		struct recipe packet;
		bool plain;
	} cases[] = {
		{ { .proto = IPPROTO_TCP, .payload = 1448 }, true },
		{ { .proto = IPPROTO_TCP }, true },
		{ { .proto = IPPROTO_UDP, .payload = 12 }, true },
		{ { .proto = IPPROTO_UDP, .payload = 1400,
		    .ip_summed = CHECKSUM_UNNECESSARY }, true },
		{ { .proto = IPPROTO_TCP, .payload = 9,
		    .ip_summed = CHECKSUM_COMPLETE }, true },
		{ { .proto = IPPROTO_TCP, .payload = 99, .field = FIELD_ZERO } },
		{ { .proto = IPPROTO_TCP, .payload = 99, .field = FIELD_SEED } },
		{ { .proto = IPPROTO_UDP, .payload = 99, .field = FIELD_ZERO } },
		{ { .proto = IPPROTO_UDP, .payload = 99, .udp_len = -1 } },
		{ { .proto = IPPROTO_TCP, .payload = 99, .trailer = 1 } },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct variant v = {};
		struct packet p;

		while (variant_next(&v, &cases[i].packet)) {
			bool whole = v.shape == SHAPE_LINEAR ||
				     (v.shape != SHAPE_SPLIT &&
				      cases[i].packet.proto == IPPROTO_TCP);

			packet_build(test, &p, &cases[i].packet, &v);
			KUNIT_EXPECT_EQ_MSG(test,
					    nf_csum_fast_ok(p.skb, p.family),
					    cases[i].plain && whole,
					    "case %u, %s", i, v.name);
			packet_free(&p);
		}
	}
}

/* Headers that are not linear are copied once, and not without end. */
static void far_headers_are_not_followed(struct kunit *test)
{
	static const struct recipe recipes[] = {
		{ .family = NFPROTO_IPV6, .proto = IPPROTO_TCP, .payload = 64,
		  .field = FIELD_ZERO,
		  .ext = { { .type = NEXTHDR_DEST, .len = 168,
			     .bytes = { 0, 20, IPV6_TLV_PADN, 164 } } } },
		{ .family = NFPROTO_IPV6, .proto = IPPROTO_UDP, .payload = 64,
		  .field = FIELD_ZERO,
		  .ext = { { .type = NEXTHDR_HOP, .len = 168,
			     .bytes = { 0, 20, IPV6_TLV_PADN, 164 } } } },
		{ .family = NFPROTO_IPV6, .proto = IPPROTO_TCP, .payload = 64,
		  .field = FIELD_ZERO,
		  .ext = { { .type = NEXTHDR_ROUTING, .len = 168,
			     .bytes = { 0, 20, 4, 0 } }, HOP } },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(recipes); i++) {
		bool udp = recipes[i].proto == IPPROTO_UDP;
		struct variant v = {};
		struct packet p;

		while (variant_next(&v, &recipes[i])) {
			struct nf_csum_packet pkt;

			packet_build(test, &p, &recipes[i], &v);
			pkt = inspected(&p, v.hook);
			EXPECT_STATE(test, &pkt, v.shape == SHAPE_SPLIT ?
				     NF_CSUM_OPAQUE : udp ?
				     NF_CSUM_NO_CHECKSUM : NF_CSUM_ZEROED,
				     v.name);
			packet_free(&p);
		}
	}
}

static struct kunit_case inspect_cases[] = {
	KUNIT_CASE_PARAM(inspect_finished, finished_gen_params),
	KUNIT_CASE_PARAM(inspect_partial, partial_gen_params),
	KUNIT_CASE_PARAM(inspect_headers, header_gen_params),
	KUNIT_CASE_PARAM(inspect_gso, gso_gen_params),
	KUNIT_CASE_PARAM(inspect_without_length, jumbo_gen_params),
	KUNIT_CASE(inspect_believes_complete_on_the_way_in),
	KUNIT_CASE(common_packets_take_the_fast_path),
	KUNIT_CASE(far_headers_are_not_followed),
	KUNIT_CASE(aggregates_are_checked_on_request),
	{}
};

static struct kunit_suite inspect_suite = {
	.name = "nf_csum_inspect",
	.test_cases = inspect_cases,
};

kunit_test_suite(inspect_suite);
