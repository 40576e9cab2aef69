// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that a guest might forge: sound ones with random damage to bytes,
 * lengths and metadata, the same ones every time, through inspect, decide and
 * repair. The kernel's own checks (WARN, BUG) judge, too: the console has to
 * stay clean.
 */
#include <kunit/test.h>

#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/prandom.h>
#include <net/ipv6.h>

#include <nf_csum/packet.h>
#include <nf_csum/plain.h>

#include "judge.h"
#include "oracle.h"
#include "skb_builder.h"

#define PACKETS 30000

#define REPAIRED (~BIT(NF_CSUM_UNTRUSTED))

static const struct recipe sound[] = {
	{ .proto = IPPROTO_TCP, .payload = 77 },
	{ .proto = IPPROTO_TCP, .payload = 1, .field = FIELD_ZERO },
	{ .proto = IPPROTO_TCP, .field = FIELD_SEED },
	{ .proto = IPPROTO_TCP, .payload = 30, .field = FIELD_SEED,
	  .ip_summed = CHECKSUM_PARTIAL },
	{ .proto = IPPROTO_TCP, .payload = 90, .field = FIELD_ZERO,
	  .ip_summed = CHECKSUM_COMPLETE },
	{ .proto = IPPROTO_UDP, .payload = 60, .field = FIELD_SEED },
	{ .proto = IPPROTO_UDP, .payload = 9, .field = FIELD_SEED,
	  .ip_summed = CHECKSUM_PARTIAL },
	{ .proto = IPPROTO_UDP, .tunnel = true, .gap = 22, .payload = 33,
	  .ip_summed = CHECKSUM_PARTIAL },
	{ .proto = IPPROTO_GRE, .tunnel = true, .gap = 4, .payload = 33,
	  .ip_summed = CHECKSUM_PARTIAL },
	{ .proto = IPPROTO_DCCP, .payload = 16, .field = FIELD_SEED,
	  .ip_summed = CHECKSUM_PARTIAL, .offset = 6 },
	{ .proto = IPPROTO_SCTP, .payload = 41, .offset = 8, .not_inet = true,
	  .ip_summed = CHECKSUM_PARTIAL },
	{ .proto = IPPROTO_TCP, .payload = 300, .gso_size = 100,
	  .gso_type = SKB_GSO_TCPV4, .ip_summed = CHECKSUM_PARTIAL,
	  .field = FIELD_SEED },
	{ .proto = IPPROTO_TCP, .payload = 300, .gso_size = 100,
	  .gso_type = SKB_GSO_TCPV4 | SKB_GSO_DODGY },
	{ .proto = IPPROTO_UDP, .payload = 300, .gso_size = 100,
	  .gso_type = SKB_GSO_UDP_L4, .field = FIELD_SEED },
	{ .family = NFPROTO_IPV4, .proto = IPPROTO_ICMP, .payload = 56,
	  .field = FIELD_ZERO },
	{ .family = NFPROTO_IPV6, .proto = IPPROTO_ICMPV6, .payload = 56,
	  .field = FIELD_SEED },
	{ .family = NFPROTO_IPV4, .proto = IPPROTO_TCP, .payload = 5,
	  .field = FIELD_ZERO, .options_len = 12,
	  .options = { 7, 7, 4, 0, 0, 0, 0, 1, 1, 1, 1, 0 } },
	{ .family = NFPROTO_IPV6, .proto = IPPROTO_UDP, .payload = 5,
	  .field = FIELD_SEED,
	  .ext = { { .type = NEXTHDR_HOP, .len = 8, .bytes = { 0, 0, 1, 4 } },
		   { .type = NEXTHDR_DEST, .len = 8, .bytes = { 0, 0, 1, 4 } },
		   { .type = NEXTHDR_FRAGMENT, .len = 8 } } },
};

struct hostile {
	struct rnd_state rnd;
	unsigned int states[NF_CSUM_COUNTERS];
	unsigned int actions[NF_CSUM_COUNTERS];
};

static unsigned int pick(struct hostile *h, unsigned int below)
{
	return prandom_u32_state(&h->rnd) % below;
}

static void damage_bytes(struct hostile *h, struct packet *p)
{
	unsigned int offset = pick(h, min(p->skb->len, 100U));
	u8 byte = prandom_u32_state(&h->rnd);

	skb_store_bits(p->skb, offset, &byte, 1);
}

/* All of the headers, but for the version, or nobody would look further. */
static void damage_headers(struct hostile *h, struct packet *p)
{
	unsigned int i;

	for (i = 1; i < min(p->skb->len, 64U); i++) {
		u8 byte = prandom_u32_state(&h->rnd);

		skb_store_bits(p->skb, i, &byte, 1);
	}
}

static void damage_field(struct hostile *h, struct packet *p)
{
	__be16 field = pick(h, 2) ? 0 : htons(p->seed);

	if (p->field + 2 <= p->skb->len)
		skb_store_bits(p->skb, p->field, &field, sizeof(field));
}

static void damage_offload(struct hostile *h, struct packet *p)
{
	struct sk_buff *skb = p->skb;

	if (pick(h, 2)) {
		skb->csum_start = prandom_u32_state(&h->rnd);
		skb->csum_offset = prandom_u32_state(&h->rnd);
		return;
	}
	/* Close to what it should be is worse. */
	skb->csum_start = skb_headroom(skb) + pick(h, skb->len + 4) - 2;
	skb->csum_offset = pick(h, 20);
}

static void damage_summed(struct hostile *h, struct packet *p)
{
	p->skb->ip_summed = pick(h, 4);
	p->skb->csum_level = pick(h, 4);
	p->skb->csum_valid = pick(h, 2);
	p->skb->csum_not_inet = !pick(h, 8);
}

static void damage_gso(struct hostile *h, struct packet *p)
{
	struct skb_shared_info *shinfo = skb_shinfo(p->skb);

	shinfo->gso_size = pick(h, 2) ? prandom_u32_state(&h->rnd) : 0;
	shinfo->gso_segs = prandom_u32_state(&h->rnd);
	shinfo->gso_type = pick(h, 2) ? prandom_u32_state(&h->rnd) :
					BIT(pick(h, 20));
}

static void damage_length(struct hostile *h, struct packet *p)
{
	/* Not freed if it fails: it is only ever cut. */
	if (!pskb_trim(p->skb, pick(h, p->skb->len) + 1))
		skb_reset_network_header(p->skb);
}

static void (*const damages[])(struct hostile *h, struct packet *p) = {
	damage_bytes, damage_bytes, damage_headers, damage_field,
	damage_offload, damage_summed, damage_gso, damage_length,
};

static struct variant any_variant(struct hostile *h, const struct recipe *r)
{
	struct variant v = { .index = pick(h, 4 * PACKET_SHAPES) };

	if (!variant_next(&v, r)) {
		v.index = 0;
		variant_next(&v, r);
	}
	return v;
}

static void forge(struct kunit *test, struct hostile *h, struct packet *p,
		  struct variant *v)
{
	const struct recipe *recipe = &sound[pick(h, ARRAY_SIZE(sound))];
	unsigned int i;

	*v = any_variant(h, recipe);
	packet_build(test, p, recipe, v);
	for (i = pick(h, 5); i; i--)
		damages[pick(h, ARRAY_SIZE(damages))](h, p);
	packet_remember(p);
	if (pick(h, 2))
		packet_clone(test, p);
}

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

/* A copy with nothing but the IP header in its linear part: no shortcut takes it. */
static struct sk_buff *not_plain(struct kunit *test, const struct packet *p)
{
	const unsigned int linear = p->family == NFPROTO_IPV4 ? 20 : 40;
	struct sk_buff *skb = skb_copy(p->skb, GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned int size;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_NOT_NULL(test, page);
	size = skb->len - linear;
	KUNIT_ASSERT_EQ(test, 0, skb_copy_bits(skb, linear, page_address(page),
					       size));
	__skb_trim(skb, linear);
	skb_add_rx_frag(skb, 0, page, 0, size, size);
	return skb;
}

/* What is judged at a glance has to be what a closer look says. */
static void expect_same_state(struct kunit *test, const struct packet *p,
			      const struct nf_csum_packet *pkt, const char *name)
{
	struct nf_csum_packet glance = { .skb = p->skb, .family = p->family };
	struct nf_csum_packet closer = *pkt;

	/* skb_copy() wants no fragment lists to be segmented. */
	if (skb_shinfo(p->skb)->gso_type & SKB_GSO_FRAGLIST ||
	    !nf_csum_is_plainly_pending(&glance))
		return;
	closer.skb = not_plain(test, p);
	nf_csum_inspect(&closer);
	EXPECT_STATE(test, &closer, pkt->state, name);
	kfree_skb(closer.skb);
}

static void survive(struct kunit *test, struct hostile *h, unsigned int i)
{
	const unsigned int policies = pick(h, 16);
	const struct nf_csum_policy policy = {
		.repair = pick(h, 16),
		.finish = policies & 1,
		.trusted = policies & 2,
		.after_snat = !(policies & 12),
	};
	struct nf_csum_packet pkt;
	u32 actions, done, bit;
	unsigned int field;
	struct variant v;
	struct packet p;

	forge(test, h, &p, &v);
	pkt = judge(&p, v.hook);
	KUNIT_EXPECT_TRUE_MSG(test, packet_same_bytes(&p, p.skb) &&
			      packet_same_meta(&p),
			      "packet %u: inspect changed it, %s", i, v.name);
	KUNIT_ASSERT_LE(test, (int)pkt.state, NF_CSUM_MALFORMED);
	if (p.skb->ip_summed != CHECKSUM_PARTIAL &&
	    nf_csum_is_plainly_ok(p.skb, p.family))
		EXPECT_STATE(test, &pkt, NF_CSUM_OK, "at a glance");
	expect_same_state(test, &p, &pkt, v.name);
	h->states[pkt.state]++;

	actions = nf_csum_decide(&pkt, &policy);
	if (actions & BIT(NF_CSUM_OUTER_REFRESHED))
		nf_csum_remember_outer(p.skb, NF_CSUM_OUTER_RIGHT);
	field = repaired_field(&pkt, actions);
	done = nf_csum_repair(&pkt, actions);
	/* What was remembered of the outer checksum is forgotten. */
	if (actions & BIT(NF_CSUM_OUTER_REFRESHED))
		p.meta.csum_valid = 0;
	for (bit = 0; bit < NF_CSUM_COUNTERS; bit++)
		h->actions[bit] += !!(done & BIT(bit));

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
	struct hostile *h;
	unsigned int i;

	h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, h);
	prandom_seed_state(&h->rnd, 1071);
	for (i = 0; i < PACKETS; i++)
		survive(test, h, i);

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
