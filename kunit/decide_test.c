// SPDX-License-Identifier: GPL-2.0
/* What nf_csum_decide() makes of each state under each policy. */
#include <kunit/test.h>

#include <linux/skbuff.h>

#include <nf_csum/packet.h>

#define FINISHED	BIT(NF_CSUM_FINISHED)
#define RESEEDED	BIT(NF_CSUM_RESEEDED)
#define REARMED		BIT(NF_CSUM_REARMED)
#define FILLED		BIT(NF_CSUM_FILLED)
#define OUTER		BIT(NF_CSUM_OUTER_REFRESHED)
#define UNTRUSTED	BIT(NF_CSUM_UNTRUSTED)

/* The actions with neither, with one or the other, with both; after SNAT. */
static const struct decide_case {
	const char *name;
	enum nf_csum_counter state;
	u8 ip_summed;
	bool verified;
	u16 found;
	u32 neither;
	u32 finish;
	u32 trusted;
	u32 both;
	u32 after_snat;
} decide_cases[] = {
	{ "ok", NF_CSUM_OK },
	{ "no checksum", NF_CSUM_NO_CHECKSUM },
	{ "partial", NF_CSUM_PARTIAL, CHECKSUM_PARTIAL, false, 0,
	  0, FINISHED, 0, FINISHED, 0 },
	{ "partial inner", NF_CSUM_PARTIAL_INNER, CHECKSUM_PARTIAL, false, 0,
	  0, FINISHED, 0, FINISHED, OUTER },
	{ "partial, bad seed", NF_CSUM_PARTIAL_BAD_SEED, CHECKSUM_PARTIAL,
	  false, 0, RESEEDED, RESEEDED | FINISHED, RESEEDED,
	  RESEEDED | FINISHED, 0 },
	{ "partial, wrong seed", NF_CSUM_PARTIAL_BAD_SEED, CHECKSUM_PARTIAL,
	  false, 7, UNTRUSTED, UNTRUSTED, RESEEDED, RESEEDED | FINISHED, 0 },
	{ "partial, complete", NF_CSUM_PARTIAL_BAD_SEED, CHECKSUM_PARTIAL,
	  true, 7, RESEEDED, FINISHED, RESEEDED, FINISHED, 0 },
	{ "gso", NF_CSUM_GSO, CHECKSUM_PARTIAL },
	{ "gso bad, pending", NF_CSUM_GSO_BAD, CHECKSUM_PARTIAL, false, 0,
	  RESEEDED, RESEEDED, RESEEDED, RESEEDED, 0 },
	{ "gso bad, pending, wrong seed", NF_CSUM_GSO_BAD, CHECKSUM_PARTIAL,
	  false, 7, UNTRUSTED, UNTRUSTED, RESEEDED, RESEEDED, 0 },
	{ "gso bad, right", NF_CSUM_GSO_BAD, CHECKSUM_NONE, true, 0,
	  REARMED, REARMED, REARMED, REARMED, 0 },
	{ "gso bad, right, vouched for", NF_CSUM_GSO_BAD,
	  CHECKSUM_UNNECESSARY, true, 0, REARMED, REARMED, REARMED, REARMED, 0 },
	{ "gso bad", NF_CSUM_GSO_BAD, CHECKSUM_NONE, false, 0,
	  UNTRUSTED, UNTRUSTED, REARMED, REARMED, 0 },
	{ "gso bad, vouched for", NF_CSUM_GSO_BAD, CHECKSUM_UNNECESSARY,
	  false, 0, UNTRUSTED, UNTRUSTED, REARMED, REARMED, 0 },
	{ "zeroed", NF_CSUM_ZEROED, CHECKSUM_NONE, false, 0,
	  UNTRUSTED, UNTRUSTED, FILLED, FILLED, 0 },
	{ "zeroed, summed by the device", NF_CSUM_ZEROED, CHECKSUM_COMPLETE,
	  false, 0, UNTRUSTED, UNTRUSTED, FILLED, FILLED, 0 },
	{ "seed", NF_CSUM_SEED, CHECKSUM_NONE, false, 0,
	  UNTRUSTED, UNTRUSTED, FILLED, FILLED, 0 },
	{ "seed, vouched for", NF_CSUM_SEED, CHECKSUM_UNNECESSARY, false, 0,
	  UNTRUSTED, UNTRUSTED, FILLED, FILLED, 0 },
	{ "corrupt", NF_CSUM_CORRUPT },
	{ "fragment", NF_CSUM_FRAGMENT },
	{ "fragment, pending", NF_CSUM_FRAGMENT, CHECKSUM_PARTIAL },
	{ "opaque", NF_CSUM_OPAQUE },
	{ "opaque, pending", NF_CSUM_OPAQUE, CHECKSUM_PARTIAL },
	{ "malformed", NF_CSUM_MALFORMED },
	{ "malformed, pending", NF_CSUM_MALFORMED, CHECKSUM_PARTIAL },
};

static void decide_desc(const struct decide_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(decide, decide_cases, decide_desc);

/* What repair mode allows, whatever else. */
#define REPAIR (RESEEDED | REARMED | UNTRUSTED)

static u32 expected(const struct decide_case *c, bool finish, bool trusted)
{
	if (finish)
		return trusted ? c->both : c->finish;
	return trusted ? c->trusted : c->neither;
}

static void decide_under_every_policy(struct kunit *test)
{
	const struct decide_case *c = test->param_value;
	struct nf_csum_packet pkt = {
		.state = c->state,
		.verified = c->verified,
		.found = (__force __sum16)c->found,
	};
	unsigned int i;

	pkt.skb = alloc_skb(0, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pkt.skb);
	pkt.skb->ip_summed = c->ip_summed;

	for (i = 0; i < 4; i++) {
		bool finish = i & 1, trusted = i & 2;
		u32 allowed = REPAIR | (finish ? FINISHED : 0) |
			      (trusted ? FILLED : 0);

		KUNIT_EXPECT_EQ_MSG(test, nf_csum_decide(&pkt, allowed),
				    expected(c, finish, trusted),
				    "finish %d, trusted %d", finish, trusted);
	}
	KUNIT_EXPECT_EQ(test, nf_csum_decide(&pkt, 0), 0U);
	KUNIT_EXPECT_EQ(test, nf_csum_decide(&pkt, OUTER), c->after_snat);
	kfree_skb(pkt.skb);
}

/* Every state has to have its place in the table. */
static void decide_knows_every_state(struct kunit *test)
{
	u32 seen = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(decide_cases); i++)
		seen |= BIT(decide_cases[i].state);
	/* The states come first, the actions after them. */
	KUNIT_EXPECT_EQ(test, seen, BIT(NF_CSUM_MALFORMED + 1) - 1U);
}

static struct kunit_case decide_test_cases[] = {
	KUNIT_CASE_PARAM(decide_under_every_policy, decide_gen_params),
	KUNIT_CASE(decide_knows_every_state),
	{}
};

static struct kunit_suite decide_suite = {
	.name = "nf_csum_decide",
	.test_cases = decide_test_cases,
};

kunit_test_suite(decide_suite);
