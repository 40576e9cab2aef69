// SPDX-License-Identifier: GPL-2.0
/* The judge of all the other tests, tested against what others published. */
#include <kunit/test.h>

#include <linux/in.h>

#include "oracle.h"
#include "vectors.h"

static const struct sum_case {
	const char *name;
	u8 bytes[20];
	size_t len;
	u16 sum;
} sum_cases[] = {
	{
		.name = "RFC 1071, section 3",
		.bytes = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 },
		.len = 8,
		.sum = 0xddf2,
	}, {
		.name = "nothing",
		.sum = 0,
	}, {
		.name = "an odd byte counts as the high one",
		.bytes = { 0x12, 0x34, 0x56 },
		.len = 3,
		.sum = 0x6834,
	}, {
		.name = "a carry comes around",
		.bytes = { 0xff, 0xff, 0x00, 0x01 },
		.len = 4,
		.sum = 0x0001,
	}, {
		.name = "a whole IPv4 header sums to all ones",
		.bytes = { 0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00,
			   0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01,
			   0xc0, 0xa8, 0x00, 0xc7 },
		.len = 20,
		.sum = 0xffff,
	},
};

static void sum_desc(const struct sum_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(sum, sum_cases, sum_desc);

static void sums_as_published(struct kunit *test)
{
	const struct sum_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, oracle_sum(c->bytes, c->len), c->sum);
}

static void tcp_syn_from_the_field(struct kunit *test)
{
	u8 packet[sizeof(syn_vector)];

	memcpy(packet, syn_vector, sizeof(packet));
	KUNIT_EXPECT_EQ(test, oracle_checksum(packet, IPPROTO_TCP, 20, 40, 36),
			SYN_CHECKSUM);
	KUNIT_EXPECT_FALSE(test, oracle_verifies(packet, IPPROTO_TCP, 20, 40));
	packet[36] = SYN_CHECKSUM >> 8;
	packet[37] = SYN_CHECKSUM & 0xff;
	KUNIT_EXPECT_TRUE(test, oracle_verifies(packet, IPPROTO_TCP, 20, 40));
	/* What the field holds does not matter to what it ought to hold. */
	KUNIT_EXPECT_EQ(test, oracle_checksum(packet, IPPROTO_TCP, 20, 40, 36),
			SYN_CHECKSUM);
}

static void tcp_seed_from_the_field(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, oracle_pseudo(seed_vector, IPPROTO_TCP, 40),
			SEED_FOUND);
}

static void icmp_has_no_pseudo_header(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, oracle_pseudo(syn_vector, IPPROTO_ICMP, 40), 0);
}

/* Summed by hand: 2001 + 0db8 + 1 + 2001 + 0db8 + 2 + 10 + 17 = 5b90. */
static void ipv6_pseudo_header(struct kunit *test)
{
	u8 packet[40] = {
		0x60, [8] = 0x20, 0x01, 0x0d, 0xb8, [23] = 0x01,
		[24] = 0x20, 0x01, 0x0d, 0xb8, [39] = 0x02,
	};

	KUNIT_EXPECT_EQ(test, oracle_pseudo(packet, IPPROTO_UDP, 10), 0x5b90);
	/* The length has 32 bits. */
	KUNIT_EXPECT_EQ(test, oracle_pseudo(packet, IPPROTO_UDP, 0x1000a),
			0x5b91);
}

/* RFC 3720, appendix B.4, and the check value that CRCs are listed by. */
static void crc32c_as_published(struct kunit *test)
{
	static const u8 zeros[32];

	KUNIT_EXPECT_EQ(test, oracle_crc32c("123456789", 9), 0xe3069283);
	KUNIT_EXPECT_EQ(test, oracle_crc32c(zeros, sizeof(zeros)), 0x8a9136aa);
}

static struct kunit_case oracle_cases[] = {
	KUNIT_CASE_PARAM(sums_as_published, sum_gen_params),
	KUNIT_CASE(tcp_syn_from_the_field),
	KUNIT_CASE(tcp_seed_from_the_field),
	KUNIT_CASE(icmp_has_no_pseudo_header),
	KUNIT_CASE(ipv6_pseudo_header),
	KUNIT_CASE(crc32c_as_published),
	{}
};

static struct kunit_suite oracle_suite = {
	.name = "nf_csum_oracle",
	.test_cases = oracle_cases,
};

kunit_test_suite(oracle_suite);

/*
 * What the module exports to its tests, it exports under this name. Whether
 * MODULE_IMPORT_NS() takes a name or a string depends on the kernel.
 */
MODULE_INFO(import_ns, "EXPORTED_FOR_KUNIT_TESTING");
MODULE_DESCRIPTION("Unit tests of nf_csum");
MODULE_LICENSE("GPL");
