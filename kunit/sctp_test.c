// SPDX-License-Identifier: GPL-2.0
/*
 * SCTP, whose checksum is a CRC32c: what nf_csum_inspect() says of it and what
 * nf_csum_repair() makes of it, in both families, at both hooks, in every shape.
 */
#include <kunit/test.h>

#include <linux/in.h>
#include <linux/netfilter.h>

#include <nf_csum/packet.h>

#include "inspected.h"
#include "oracle.h"
#include "skb_builder.h"

#define FIELD	8	/* of the checksum in the header */

/* What the field is given. */
enum crc_field {
	CRC_RIGHT,
	CRC_ZERO,
	CRC_WRONG,
};

struct sctp_case {
	const char *name;
	struct recipe packet;
	enum crc_field field;
	bool verify;
	enum nf_csum_counter state;
	u32 actions;
};

#define SCTP(size) .proto = IPPROTO_SCTP, .payload = (size), .offset = FIELD
#define PENDING .ip_summed = CHECKSUM_PARTIAL, .not_inet = true

static const struct sctp_case sctp_cases[] = {
	{
		.name = "right",
		.packet = { SCTP(100) },
		.state = NF_CSUM_OK,
	}, {
		.name = "wrong, which nobody checks",
		.packet = { SCTP(100) },
		.field = CRC_WRONG,
		.state = NF_CSUM_OK,
	}, {
		.name = "right, checked",
		.packet = { SCTP(101), .ip_summed = CHECKSUM_UNNECESSARY },
		.verify = true,
		.state = NF_CSUM_OK,
	}, {
		.name = "wrong, checked",
		.packet = { SCTP(102), .ip_summed = CHECKSUM_UNNECESSARY },
		.field = CRC_WRONG, .verify = true,
		.state = NF_CSUM_CORRUPT,
	}, {
		.name = "zeroed",
		.packet = { SCTP(1451) },
		.field = CRC_ZERO,
		.state = NF_CSUM_ZEROED,
		.actions = BIT(NF_CSUM_FILLED),
	}, {
		.name = "zeroed, with a device's Internet sum",
		.packet = { SCTP(99), .ip_summed = CHECKSUM_COMPLETE },
		.field = CRC_ZERO,
		.state = NF_CSUM_ZEROED,
		.actions = BIT(NF_CSUM_FILLED),
	}, {
		.name = "zeroed, nothing but a header",
		.packet = { SCTP(12) },
		.field = CRC_ZERO,
		.state = NF_CSUM_ZEROED,
		.actions = BIT(NF_CSUM_FILLED),
	}, {
		.name = "zeroed, bytes after the packet",
		.packet = { SCTP(40), .trailer = 6 },
		.field = CRC_ZERO,
		.state = NF_CSUM_ZEROED,
		.actions = BIT(NF_CSUM_FILLED),
	}, {
		.name = "pending",
		.packet = { SCTP(1452), PENDING },
		.field = CRC_ZERO,
		.state = NF_CSUM_PARTIAL,
		.actions = BIT(NF_CSUM_FINISHED),
	}, {
		.name = "pending, nothing but a header",
		.packet = { SCTP(12), PENDING },
		.field = CRC_ZERO,
		.state = NF_CSUM_PARTIAL,
		.actions = BIT(NF_CSUM_FINISHED),
	}, {
		.name = "pending, something in the field",
		.packet = { SCTP(200), PENDING },
		.field = CRC_WRONG,
		.state = NF_CSUM_PARTIAL,
		.actions = BIT(NF_CSUM_FINISHED),
	}, {
		.name = "pending as if it were an Internet checksum",
		.packet = { SCTP(100), .ip_summed = CHECKSUM_PARTIAL },
		.field = CRC_ZERO,
		.state = NF_CSUM_OPAQUE,
	}, {
		.name = "pending somewhere else",
		.packet = { SCTP(100), PENDING, .start = 4 },
		.field = CRC_ZERO,
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "pending before the header",
		.packet = { SCTP(100), PENDING, .start = -4 },
		.field = CRC_ZERO,
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "pending, bytes after the packet",
		.packet = { SCTP(100), PENDING, .trailer = 4 },
		.field = CRC_ZERO,
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "short of a header",
		.packet = { SCTP(12), .shorten = 1 },
		.field = CRC_ZERO,
		.state = NF_CSUM_MALFORMED,
	}, {
		.name = "to be segmented",
		.packet = { SCTP(2500), PENDING, .gso_size = 1000,
			    .gso_type = SKB_GSO_SCTP },
		.field = CRC_ZERO,
		.state = NF_CSUM_GSO,
	},
};

static void sctp_desc(const struct sctp_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(sctp, sctp_cases, sctp_desc);

/* The field as it ought to be, as its bytes are on the wire. */
static u32 right_crc(const struct packet *p)
{
	u8 *bytes = p->scratch;

	packet_bytes(p, p->skb);
	memset(bytes + p->thoff + FIELD, 0, 4);
	return oracle_crc32c(bytes + p->thoff, p->len);
}

static u32 field_of(const struct packet *p)
{
	return oracle_le32(packet_bytes(p, p->skb) + p->thoff + FIELD);
}

static void put_field(struct packet *p, enum crc_field field)
{
	u32 crc = right_crc(p);
	u8 bytes[4] = {};
	unsigned int i;

	if (field == CRC_WRONG)
		crc ^= 0x00010000;
	if (field != CRC_ZERO)
		for (i = 0; i < sizeof(bytes); i++)
			bytes[i] = crc >> 8 * i;
	packet_store(p, p->thoff + FIELD, bytes, sizeof(bytes));
}

static void expect_right(struct kunit *test, const struct packet *p,
			 const struct variant *v)
{
	bool in = v->hook == NF_INET_PRE_ROUTING;
	unsigned int field = p->thoff + FIELD;
	const u8 *now;

	KUNIT_EXPECT_EQ_MSG(test, field_of(p), right_crc(p), "%s", v->name);
	KUNIT_EXPECT_EQ_MSG(test, (int)p->skb->ip_summed,
			    in ? CHECKSUM_UNNECESSARY : CHECKSUM_NONE,
			    "%s", v->name);
	KUNIT_EXPECT_EQ_MSG(test, (int)p->skb->csum_not_inet, 0, "%s", v->name);
	now = packet_bytes(p, p->skb);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(now, p->bytes, field), 0, "%s",
			    v->name);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(now + field + 4, p->bytes + field + 4,
					 p->meta.len - field - 4), 0,
			    "%s", v->name);
	KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(p, p->clone),
			      "the clone, %s", v->name);
}

static void sctp_packets(struct kunit *test)
{
	const u32 allowed = BIT(NF_CSUM_FINISHED) | BIT(NF_CSUM_FILLED);
	const struct sctp_case *c = test->param_value;
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &c->packet)) {
		struct nf_csum_packet pkt = {};
		u32 actions;

		packet_build(test, &p, &c->packet, &v);
		if (!c->packet.shorten)
			put_field(&p, c->field);
		packet_clone(test, &p);

		pkt.skb = p.skb;
		pkt.family = p.family;
		pkt.hook = v.hook;
		pkt.verify = c->verify;
		nf_csum_inspect(&pkt);
		EXPECT_STATE(test, &pkt, c->state, v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(&p, p.skb), "%s",
				      v.name);
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_meta(&p), "%s", v.name);

		actions = nf_csum_decide(&pkt, allowed);
		KUNIT_EXPECT_EQ_MSG(test, actions, c->actions, "%s", v.name);
		KUNIT_EXPECT_EQ_MSG(test, nf_csum_repair(&pkt, actions),
				    actions, "%s", v.name);
		if (actions)
			expect_right(test, &p, &v);
		else
			KUNIT_EXPECT_TRUE_MSG(test,
					      packet_same_bytes(&p, p.skb),
					      "%s", v.name);
		packet_free(&p);
	}
}

/* Somebody who does not trust the sender leaves its packets alone. */
static void untrusted_sctp_is_left_alone(struct kunit *test)
{
	const u32 allowed = BIT(NF_CSUM_UNTRUSTED);
	const struct recipe recipe = { SCTP(64) };
	struct variant v = {};
	struct packet p;

	while (variant_next(&v, &recipe)) {
		struct nf_csum_packet pkt;

		packet_build(test, &p, &recipe, &v);
		put_field(&p, CRC_ZERO);
		pkt = inspected(&p, v.hook);
		KUNIT_EXPECT_EQ_MSG(test, nf_csum_decide(&pkt, allowed),
				    BIT(NF_CSUM_UNTRUSTED), "%s", v.name);
		packet_free(&p);
	}
}

static struct kunit_case sctp_test_cases[] = {
	KUNIT_CASE_PARAM(sctp_packets, sctp_gen_params),
	KUNIT_CASE(untrusted_sctp_is_left_alone),
	{}
};

static struct kunit_suite sctp_suite = {
	.name = "nf_csum_sctp",
	.test_cases = sctp_test_cases,
};

kunit_test_suite(sctp_suite);
