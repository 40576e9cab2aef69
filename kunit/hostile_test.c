// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that a guest might forge, through inspect, decide and repair: sound
 * ones with random damage to bytes, lengths and metadata. The kernel's own checks
 * (WARN, BUG) judge, too: the console has to stay clean.
 */
#include <kunit/test.h>

#include <linux/in.h>
#include <linux/netfilter.h>

#include <nf_csum/packet.h>
#include <nf_csum/policy.h>

#include "forge.h"
#include "inspected.h"
#include "oracle.h"
#include "skb_builder.h"

#define REPAIRED (~BIT(NF_CSUM_UNTRUSTED))

struct hostile {
	struct forger forger;
	unsigned int states[NF_CSUM_COUNTERS];
	unsigned int actions[NF_CSUM_COUNTERS];
};

/* The offset of the one word that a repair may write. */
static unsigned int repaired_field(const struct nf_csum_packet *pkt, u32 done)
{
	if (pkt->state == NF_CSUM_PARTIAL_INNER &&
	    done & BIT(NF_CSUM_FINISHED))
		return skb_checksum_start_offset(pkt->skb) +
		       pkt->skb->csum_offset;
	return pkt->field;
}

static bool is_sound(const struct packet *p, const struct nf_csum_packet *pkt,
		     u32 done, unsigned int field)
{
	unsigned int size = pkt->proto == IPPROTO_SCTP ? 4 : 2;
	u8 *now = p->scratch;

	packet_bytes(p, p->skb);
	if (p->skb->len != p->meta.len || skb_network_offset(p->skb))
		return false;
	if (memcmp(now, p->bytes, field) ||
	    memcmp(now + field + size, p->bytes + field + size,
		   p->skb->len - field - size))
		return false;
	if (pkt->proto == IPPROTO_SCTP) {
		u32 crc = oracle_le32(now + field);

		memset(now + field, 0, size);
		return crc == oracle_crc32c(now + pkt->thoff, pkt->len);
	}
	if (done & (BIT(NF_CSUM_RESEEDED) | BIT(NF_CSUM_REARMED)) &&
	    !(done & BIT(NF_CSUM_FINISHED)))
		return p->skb->ip_summed == CHECKSUM_PARTIAL &&
		       oracle_word(now + field) ==
		       oracle_pseudo(now, pkt->proto, pkt->len);
	if (pkt->state == NF_CSUM_PARTIAL_INNER)
		return true;
	return oracle_verifies(now, pkt->proto, pkt->thoff, pkt->len);
}

static void survive(struct kunit *test, struct hostile *h, unsigned int i)
{
	const struct nf_csum_knobs knobs = {
		.mode = forge_pick(&h->forger, 16) ? NF_CSUM_MODE_REPAIR : NF_CSUM_MODE_OBSERVE,
		.trust = forge_pick(&h->forger, 2) ? NF_CSUM_SCOPE_ALL : NF_CSUM_SCOPE_NONE,
	};
	const bool after_snat = !forge_pick(&h->forger, 4);
	const u32 finish = forge_pick(&h->forger, 2) ? BIT(NF_CSUM_FINISHED) : 0;
	struct nf_csum_packet pkt;
	u32 allowed, actions, done, bit;
	unsigned int field;
	struct variant v;
	struct packet p;

	forge(test, &h->forger, &p, &v);
	pkt = inspected(&p, v.hook);
	KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(&p, p.skb) &&
			      packet_same_meta(&p),
			      "packet %u: inspect changed it, %s", i, v.name);
	KUNIT_ASSERT_LE(test, (int)pkt.state, NF_CSUM_MALFORMED);
	h->states[pkt.state]++;

	allowed = nf_csum_allowed(&knobs, p.skb, 0);
	if (allowed)
		allowed |= finish;
	if (after_snat)
		allowed = BIT(NF_CSUM_OUTER_REFRESHED);
	actions = nf_csum_decide(&pkt, allowed);
	if (actions & BIT(NF_CSUM_OUTER_REFRESHED))
		nf_csum_remember_outer(p.skb, NF_CSUM_OUTER_RIGHT);
	field = repaired_field(&pkt, actions);
	done = nf_csum_repair(&pkt, actions);
	/* What was remembered of the outer checksum is forgotten. */
	if (actions & BIT(NF_CSUM_OUTER_REFRESHED))
		p.meta.csum_valid = 0;
	for (bit = 0; bit < NF_CSUM_COUNTERS; bit++)
		h->actions[bit] += !!(done & BIT(bit));
	if (pkt.proto == IPPROTO_SCTP && packet_is_nested(&p)) {
		KUNIT_EXPECT_FALSE(test, done & REPAIRED & ~BIT(NF_CSUM_FAILED));
		done = 0;
	}

	KUNIT_EXPECT_EQ_MSG(test, done & ~actions, 0U, "packet %u, %s, %s", i,
			    state_name(pkt.state), v.name);
	if (!(done & REPAIRED))
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(&p, p.skb) &&
				      packet_same_meta(&p),
				      "packet %u, %s, %s", i,
				      state_name(pkt.state), v.name);
	else if (!(done & BIT(NF_CSUM_OUTER_REFRESHED)))
		KUNIT_EXPECT_TRUE_MSG(test, is_sound(&p, &pkt, done, field),
				      "packet %u, %s, %s, done %x", i,
				      state_name(pkt.state), v.name, done);
	if (p.clone)
		KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(&p, p.clone),
				      "packet %u: its clone changed, %s", i,
				      v.name);
	packet_free(&p);
}

static void hostile_packets(struct kunit *test)
{
	unsigned int packets, i;
	struct hostile *h;

	h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, h);
	packets = forge_start(test, &h->forger, 20);
	for (i = 0; i < packets; i++)
		survive(test, h, i);

	/* So few that chance may leave one out. */
	if (packets < 100000)
		return;
	/* All that can be seen and done was; a state unseen is one untested. */
	for (i = NF_CSUM_OK; i <= NF_CSUM_MALFORMED; i++)
		KUNIT_EXPECT_GT_MSG(test, h->states[i], 20U, "%s",
				    state_name(i));
	for (i = NF_CSUM_FINISHED; i <= NF_CSUM_UNTRUSTED; i++)
		KUNIT_EXPECT_GT_MSG(test, h->actions[i], 20U, "action %u",
				    i - NF_CSUM_FINISHED);
}

static struct kunit_case hostile_cases[] = {
	KUNIT_CASE(hostile_packets),
	{}
};

static struct kunit_suite hostile_suite = {
	.name = "nf_csum_hostile",
	.test_cases = hostile_cases,
};

kunit_test_suite(hostile_suite);
