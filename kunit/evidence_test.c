// SPDX-License-Identifier: GPL-2.0
/* What is concluded about a device's far end from what TCP sends again. */
#include <kunit/test.h>

#include <nf_csum/evidence.h>

#define KEY 42
#define MSS 1448

/* What happens, one step after the other. */
struct step {
	enum { END, GSO, SPLIT, PLAIN, ACK, SYN } what;
	u32 at;			/* sequence number */
	unsigned int len;
	bool lost;		/* nf_csum_watch_sent() says so */
	enum nf_csum_far_end far_end;
	u64 key;		/* KEY if 0 */
};

#define LOST_PAIR(at) LOST_PAIR_OF(at, KEY)
#define LOST_SPLIT(at) \
	{ SPLIT, at, 2 * MSS }, { PLAIN, at, MSS }, { PLAIN, (at) + MSS, MSS, true }

#define LOST_PAIR_OF(at, of) \
	{ GSO, at, 2 * MSS, .key = of }, { PLAIN, at, MSS, .key = of }, \
	{ PLAIN, (at) + MSS, MSS, true, .key = of }

static const struct evidence_case {
	const char *name;
	struct step steps[32];
	bool foreign;
} evidence_cases[] = {
	{ "a GSO packet gets there", {
		{ GSO, 1000, 2 * MSS },
		{ ACK, 1000 + MSS, .far_end = NF_CSUM_FAR_WATCHED },
		{ ACK, 1000 + 2 * MSS, .far_end = NF_CSUM_FAR_SETTLED } } },
	{ "four are lost", {
		LOST_PAIR(10000),
		{ ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(20000),
		{ ACK, 20000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(30000),
		{ ACK, 30000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(40000),
		{ ACK, 40000 + 2 * MSS, .far_end = NF_CSUM_FAR_LOSES } } },
	{ "one that arrives among three that were lost settles nothing", {
		LOST_PAIR(10000), LOST_PAIR(20000),
		{ ACK, 20000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(30000),
		{ ACK, 30000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		{ GSO, 40000, 2 * MSS },
		{ ACK, 40000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(50000),
		{ ACK, 50000 + 2 * MSS, .far_end = NF_CSUM_FAR_LOSES } } },
	{ "two that arrive after two that were lost do", {
		LOST_PAIR(10000), LOST_PAIR(20000),
		{ ACK, 20000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		{ GSO, 40000, 2 * MSS },
		{ ACK, 40000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		{ GSO, 50000, 2 * MSS },
		{ ACK, 50000 + 2 * MSS, .far_end = NF_CSUM_FAR_SETTLED } } },
	{ "lost and not acknowledged tells nothing", {
		LOST_PAIR(10000), LOST_PAIR(20000), LOST_PAIR(30000),
		LOST_PAIR(40000),
		{ ACK, 10000, .far_end = NF_CSUM_FAR_WATCHED } } },
	/* A far end that is silent for a moment looks like that. */
	{ "all four at once are one event", {
		LOST_PAIR(10000), LOST_PAIR(20000), LOST_PAIR(30000),
		LOST_PAIR(40000),
		{ ACK, 40000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		{ GSO, 50000, 2 * MSS },
		{ ACK, 50000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		{ GSO, 60000, 2 * MSS },
		{ ACK, 60000 + 2 * MSS, .far_end = NF_CSUM_FAR_SETTLED } } },
	{ "of four connections, too", {
		LOST_PAIR_OF(10000, 1), LOST_PAIR_OF(10000, 2),
		LOST_PAIR_OF(10000, 3), LOST_PAIR_OF(10000, 4),
		{ ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED, .key = 1 },
		{ ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED, .key = 2 },
		{ ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED, .key = 3 },
		{ ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED, .key = 4 } } },
	{ "two of each of two events are enough", {
		LOST_PAIR(10000), LOST_PAIR(20000), LOST_PAIR(30000),
		{ ACK, 30000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(40000), LOST_PAIR(50000),
		{ ACK, 40000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		{ ACK, 50000 + 2 * MSS, .far_end = NF_CSUM_FAR_LOSES } } },
	{ "what is left over of an event is no other one", {
		LOST_PAIR_OF(10000, 1), LOST_PAIR_OF(10000, 2),
		{ ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED, .key = 1 },
		LOST_PAIR_OF(20000, 1),
		{ ACK, 20000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED, .key = 1 },
		{ ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED, .key = 2 },
		LOST_PAIR_OF(30000, 1),
		{ ACK, 30000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED, .key = 1 },
		LOST_PAIR_OF(40000, 1),
		{ ACK, 40000 + 2 * MSS, .far_end = NF_CSUM_FAR_LOSES, .key = 1 } } },
	{ "who is not on this host is no witness of a loss", {
		LOST_PAIR(10000),
		{ ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(20000),
		{ ACK, 20000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(30000),
		{ ACK, 30000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(40000),
		{ ACK, 40000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED } },
	  .foreign = true },
	{ "that segments get there proves nothing", {
		{ SPLIT, 1000, 2 * MSS },
		{ ACK, 1000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		{ GSO, 10000, 2 * MSS },
		{ ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_SETTLED } } },
	{ "segments are lost, too", {
		LOST_SPLIT(10000),
		{ ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(20000),
		{ ACK, 20000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(30000),
		{ ACK, 30000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(40000),
		{ ACK, 40000 + 2 * MSS, .far_end = NF_CSUM_FAR_LOSES } } },
	/* Then it is the way that loses some, and who reads bytes loses all. */
	{ "but not by a far end that takes some", {
		{ SPLIT, 1000, 2 * MSS },
		{ ACK, 1000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(10000),
		{ ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(20000),
		{ ACK, 20000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(30000),
		{ ACK, 30000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(40000),
		{ ACK, 40000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(50000),
		{ ACK, 50000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED } } },
	{ "nor by one that is seen to take them later", {
		LOST_SPLIT(10000),
		{ ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(20000),
		{ ACK, 20000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		{ SPLIT, 30000, 2 * MSS },
		{ ACK, 30000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		{ SPLIT, 40000, 2 * MSS },
		{ ACK, 40000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(50000),
		{ ACK, 50000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(60000),
		{ ACK, 60000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		/* One that is taken whole settles it. */
		{ GSO, 70000, 2 * MSS },
		{ ACK, 70000 + 2 * MSS, .far_end = NF_CSUM_FAR_SETTLED } } },
	{ "who takes segments can lose what is whole", {
		{ SPLIT, 1000, 2 * MSS },
		{ ACK, 1000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(10000),
		{ ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(20000),
		{ ACK, 20000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(25000),
		{ ACK, 25000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(30000),
		{ ACK, 30000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(40000),
		{ ACK, 40000 + 2 * MSS, .far_end = NF_CSUM_FAR_LOSES } } },
	{ "one of segments that seems to arrive hides no loss", {
		LOST_SPLIT(10000),
		{ ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(20000),
		{ ACK, 20000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		{ SPLIT, 25000, 2 * MSS },
		{ ACK, 25000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(30000),
		{ ACK, 30000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_SPLIT(40000),
		{ ACK, 40000 + 2 * MSS, .far_end = NF_CSUM_FAR_LOSES } } },
	{ "but for others like it of what got there", {
		{ GSO, 1000, 2 * MSS },
		{ ACK, 1000 + 2 * MSS, .far_end = NF_CSUM_FAR_SETTLED } },
	  .foreign = true },
	{ "another connection with the same ports acknowledges nothing", {
		{ GSO, 1000, 2 * MSS }, { SYN },
		{ ACK, 1000000, .far_end = NF_CSUM_FAR_WATCHED } } },
	{ "nor confirms", {
		LOST_PAIR(10000), { ACK, 10000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(20000), { ACK, 20000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(30000), { ACK, 30000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(40000), { SYN },
		{ ACK, 1000000, .far_end = NF_CSUM_FAR_WATCHED } } },
	{ "nor does one whose beginning was not seen", {
		{ GSO, 1000, 2 * MSS },
		{ ACK, 1000000, .far_end = NF_CSUM_FAR_WATCHED },
		{ ACK, 1000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED } } },
	{ "of what goes another way, too", {
		{ GSO, 1000, 2 * MSS }, { PLAIN, 1000 + 2 * MSS, MSS },
		{ ACK, 1000 + 4 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		/* And when it comes this way again, all is well. */
		{ GSO, 1000 + 4 * MSS, 2 * MSS },
		{ ACK, 1000 + 6 * MSS, .far_end = NF_CSUM_FAR_SETTLED } } },
	{ "the end of a connection is acknowledged, too", {
		{ GSO, 1000, 2 * MSS },
		{ ACK, 1000 + 2 * MSS + 1, .far_end = NF_CSUM_FAR_SETTLED } } },
	{ "so is what came behind it, and what came again after that", {
		{ GSO, 1000, 2 * MSS }, { GSO, 1000 + 2 * MSS, MSS },
		{ PLAIN, 1000, MSS },
		{ ACK, 1000 + 3 * MSS, .far_end = NF_CSUM_FAR_SETTLED } } },
	{ "another connection that begins is another one", {
		{ GSO, 1000, 2 * MSS },
		{ SYN, .key = KEY + NF_CSUM_WATCH_FLOWS },
		{ ACK, 1000 + 2 * MSS, .far_end = NF_CSUM_FAR_SETTLED } } },
	{ "sequence numbers wrap around", {
		LOST_PAIR(0xfffffff0),
		{ ACK, 0xfffffff0, .far_end = NF_CSUM_FAR_WATCHED },
		{ ACK, 0xfffffff0 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		{ GSO, 0xfffffff0 + 2 * MSS, 2 * MSS },
		{ ACK, 0xfffffff0 + 4 * MSS,
		  .far_end = NF_CSUM_FAR_SETTLED } } },
	{ "a segment twice is no evidence", {
		{ GSO, 1000, 2 * MSS }, { PLAIN, 1000, MSS },
		{ PLAIN, 1000, MSS }, { PLAIN, 1000 + MSS, MSS },
		{ ACK, 1000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED } } },
	{ "half of it came again", {
		{ GSO, 1000, 2 * MSS }, { PLAIN, 1000, MSS },
		{ ACK, 1000 + 2 * MSS, .far_end = NF_CSUM_FAR_SETTLED } } },
	{ "the last segment is short", {
		{ GSO, 1000, 2 * MSS + 7 }, { PLAIN, 1000, MSS },
		{ PLAIN, 1000 + MSS, MSS }, { PLAIN, 1000 + 2 * MSS, 7, true } } },
	{ "the last segment comes first", {
		{ GSO, 1000, 3 * MSS }, { PLAIN, 1000 + 2 * MSS, MSS },
		{ PLAIN, 1000, MSS }, { PLAIN, 1000 + MSS, MSS, true },
		{ ACK, 1000 + 3 * MSS, .far_end = NF_CSUM_FAR_WATCHED } } },
	{ "the last two come first", {
		{ GSO, 1000, 3 * MSS }, { PLAIN, 1000 + 2 * MSS, MSS },
		{ PLAIN, 1000 + MSS, MSS }, { PLAIN, 1000, MSS, true } } },
	{ "one from the middle comes first", {
		{ GSO, 1000, 3 * MSS }, { PLAIN, 1000 + MSS, MSS },
		{ PLAIN, 1000, MSS }, { PLAIN, 1000 + 2 * MSS, MSS },
		{ ACK, 1000 + 3 * MSS, .far_end = NF_CSUM_FAR_WATCHED } } },
	{ "a head that runs into the tail", {
		{ GSO, 1000, 3 * MSS }, { PLAIN, 1000 + 2 * MSS, MSS },
		{ PLAIN, 1000, MSS }, { PLAIN, 1000 + MSS, MSS + 1 },
		{ ACK, 1000 + 3 * MSS, .far_end = NF_CSUM_FAR_WATCHED } } },
	{ "a tail that runs into the head", {
		{ GSO, 1000, 3 * MSS }, { PLAIN, 1000, MSS },
		{ PLAIN, 1000 + MSS - 1, 2 * MSS + 1 },
		{ ACK, 1000 + 3 * MSS, .far_end = NF_CSUM_FAR_WATCHED } } },
	{ "all of it came again, then some", {
		LOST_PAIR(1000), { PLAIN, 1000 + MSS, MSS },
		{ ACK, 1000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED },
		LOST_PAIR(10000), { PLAIN, 10000, MSS },
		LOST_PAIR(20000), LOST_PAIR(30000), LOST_PAIR(40000),
		{ ACK, 40000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED } } },
	{ "options that have grown make smaller segments", {
		{ GSO, 1000, 2 * MSS }, { PLAIN, 1000, MSS - 8 },
		{ PLAIN, 1000 + MSS - 8, MSS - 8 },
		{ PLAIN, 1000 + 2 * MSS - 16, 16, true } } },
	{ "segments reach beyond it at both ends", {
		{ GSO, 1000, 2 * MSS }, { PLAIN, 1000 - MSS / 2, MSS },
		{ PLAIN, 1000 + MSS / 2, MSS },
		{ PLAIN, 1000 + MSS + MSS / 2, MSS, true } } },
	{ "GSO that is sent again is no evidence", {
		{ GSO, 1000, 2 * MSS }, { GSO, 1000 + MSS, 2 * MSS },
		{ ACK, 1000 + 3 * MSS, .far_end = NF_CSUM_FAR_WATCHED } } },
	{ "new data right behind it is", {
		{ GSO, 1000, 2 * MSS }, { PLAIN, 1000 + 2 * MSS, MSS },
		{ ACK, 1000 + 3 * MSS, .far_end = NF_CSUM_FAR_SETTLED } } },
	{ "one segment only is not remembered", {
		{ GSO, 1000, MSS },
		{ ACK, 1000 + MSS, .far_end = NF_CSUM_FAR_WATCHED } } },
	{ "big TCP is", {
		{ GSO, 1000, 130 * MSS },
		{ ACK, 1000 + 130 * MSS, .far_end = NF_CSUM_FAR_SETTLED } } },
	{ "no more than four ranges are remembered", {
		{ GSO, 1 * 9000, 2 * MSS }, { GSO, 2 * 9000, 2 * MSS },
		{ GSO, 3 * 9000, 2 * MSS }, { GSO, 4 * 9000, 2 * MSS },
		{ GSO, 5 * 9000, 2 * MSS },
		{ PLAIN, 5 * 9000, MSS }, { PLAIN, 5 * 9000 + MSS, MSS } } },
	{ "another connection's acknowledgments are its own", {
		{ GSO, 1000, 2 * MSS },
		{ ACK, 1000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED,
		  .key = KEY + 1 },
		{ ACK, 1000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED,
		  .key = KEY + NF_CSUM_WATCH_FLOWS } } },
	{ "a connection in use keeps its place", {
		{ GSO, 1000, 2 * MSS },
		{ GSO, 1000, 2 * MSS, .key = KEY + NF_CSUM_WATCH_FLOWS },
		{ ACK, 1000 + 2 * MSS, .far_end = NF_CSUM_FAR_WATCHED,
		  .key = KEY + NF_CSUM_WATCH_FLOWS },
		{ ACK, 1000 + 2 * MSS, .far_end = NF_CSUM_FAR_SETTLED } } },
	{ "nothing but acknowledgments", {
		{ PLAIN, 1000, 0 },
		{ ACK, 1000, .far_end = NF_CSUM_FAR_WATCHED } } },
};

static void evidence_desc(const struct evidence_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(evidence, evidence_cases, evidence_desc);

static void evidence_is_weighed(struct kunit *test)
{
	const struct evidence_case *c = test->param_value;
	struct nf_csum_watch *watch;
	const struct step *s;

	watch = kunit_kzalloc(test, sizeof(*watch), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, watch);
	watch->foreign = c->foreign;
	for (s = c->steps; s->what != END; s++) {
		u64 key = s->key ?: KEY;

		if (s->what == SYN)
			nf_csum_watch_began(watch, key);
		else if (s->what == ACK)
			KUNIT_EXPECT_EQ_MSG(test,
					    nf_csum_watch_acked(watch, key, s->at),
					    s->far_end, "step %zu",
					    s - c->steps);
		else
			KUNIT_EXPECT_EQ_MSG(test,
					    nf_csum_watch_sent(watch, key, s->at,
							       s->len,
							       s->what == PLAIN ?
							       0 : MSS,
							       s->what != SPLIT),
					    s->lost, "step %zu", s - c->steps);
	}
}

/* A device whose acknowledgments come another way is not watched for ever. */
static void patience_ends(struct kunit *test)
{
	struct nf_csum_watch *watch;
	unsigned int i;

	watch = kunit_kzalloc(test, sizeof(*watch), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, watch);
	for (i = 0; i < 100000; i++) {
		/* The second is sent again, so there is room. */
		nf_csum_watch_sent(watch, KEY, 1000, 2 * MSS, MSS, true);
		nf_csum_watch_sent(watch, KEY, 1000, 2 * MSS, MSS, true);
		if (nf_csum_watch_acked(watch, KEY + 1, 0) ==
		    NF_CSUM_FAR_SETTLED)
			break;
	}
	KUNIT_EXPECT_GT(test, i, 100U);
	KUNIT_EXPECT_LT(test, i, 5000U);
}

/* Nor one that is never acknowledged anything at all, whose places are all taken. */
static void silence_ends_it(struct kunit *test)
{
	struct nf_csum_watch *watch;
	unsigned int i;

	watch = kunit_kzalloc(test, sizeof(*watch), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, watch);
	for (i = 0; i < 1000000 && !nf_csum_watch_is_vain(watch); i++)
		nf_csum_watch_sent(watch, KEY + i % 100, i * 2 * MSS, 2 * MSS,
				   MSS, true);
	/* Long after one that loses all would have been found. */
	KUNIT_EXPECT_GT(test, i, 20000U);
	KUNIT_EXPECT_LT(test, i, 500000U);
}

static struct kunit_case evidence_test_cases[] = {
	KUNIT_CASE(silence_ends_it),
	KUNIT_CASE_PARAM(evidence_is_weighed, evidence_gen_params),
	KUNIT_CASE(patience_ends),
	{}
};

static struct kunit_suite evidence_suite = {
	.name = "nf_csum_evidence",
	.test_cases = evidence_test_cases,
};

kunit_test_suite(evidence_suite);
