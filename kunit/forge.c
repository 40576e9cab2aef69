// SPDX-License-Identifier: GPL-2.0
/* From sound packets to those that a guest might forge, by random damage. */
#include <kunit/test.h>

#include <linux/in.h>
#include <linux/moduleparam.h>
#include <linux/netfilter.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <net/ipv6.h>
#include <net/xfrm.h>

#include "forge.h"
#include "oracle.h"
#include "skb_builder.h"

static unsigned int packets = 1000000;
module_param(packets, uint, 0444);
MODULE_PARM_DESC(packets, "how many packets are made up at random, by all tests together");

static unsigned int seed;
module_param(seed, uint, 0444);
MODULE_PARM_DESC(seed, "what random packets begin from; 0 (default): a random one, which is printed");

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
	{ .proto = IPPROTO_UDP, .tunnel = true, .gap = 22, .payload = 33,
	  .field = FIELD_WRONG, .ip_summed = CHECKSUM_PARTIAL },
	{ .proto = IPPROTO_UDP, .tunnel = true, .gap = 21, .payload = 33,
	  .ip_summed = CHECKSUM_PARTIAL },
	{ .proto = IPPROTO_GRE, .tunnel = true, .gap = 4, .payload = 33,
	  .ip_summed = CHECKSUM_PARTIAL },
	{ .proto = IPPROTO_DCCP, .payload = 16, .field = FIELD_SEED,
	  .ip_summed = CHECKSUM_PARTIAL, .offset = 6 },
	{ .proto = IPPROTO_SCTP, .payload = 41, .offset = 8, .not_inet = true,
	  .ip_summed = CHECKSUM_PARTIAL },
	{ .proto = IPPROTO_SCTP, .payload = 303, .offset = 8, .not_inet = true,
	  .ip_summed = CHECKSUM_PARTIAL, .gso_size = GSO_BY_FRAGS,
	  .gso_type = SKB_GSO_SCTP },
	{ .proto = IPPROTO_TCP, .payload = 300, .gso_size = 100,
	  .gso_type = SKB_GSO_TCPV4, .ip_summed = CHECKSUM_PARTIAL,
	  .field = FIELD_SEED },
	{ .proto = IPPROTO_TCP, .payload = 300, .gso_size = 100,
	  .gso_type = SKB_GSO_TCPV4 | SKB_GSO_DODGY },
	{ .proto = IPPROTO_UDP, .payload = 300, .gso_size = 100,
	  .gso_type = SKB_GSO_UDP_L4, .field = FIELD_SEED },
	{ .proto = IPPROTO_TCP, .payload = 300, .gso_size = 100,
	  .gso_type = SKB_GSO_TCPV4, .field = FIELD_WRONG,
	  .ip_summed = CHECKSUM_UNNECESSARY },
	{ .proto = IPPROTO_TCP, .payload = 44, .ip_summed = CHECKSUM_PARTIAL },
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
	/* What a device vouches for, and what it does not. */
	{ .proto = IPPROTO_TCP, .payload = 61, .field = FIELD_ZERO,
	  .ip_summed = CHECKSUM_UNNECESSARY },
	{ .proto = IPPROTO_UDP, .payload = 18, .field = FIELD_SEED,
	  .ip_summed = CHECKSUM_UNNECESSARY },
	{ .proto = IPPROTO_TCP, .payload = 12, .field = FIELD_WRONG,
	  .ip_summed = CHECKSUM_UNNECESSARY },
	{ .proto = IPPROTO_UDP, .payload = 12, .field = FIELD_WRONG },
	{ .proto = IPPROTO_UDP, .payload = 31, .field = FIELD_WRONG,
	  .ip_summed = CHECKSUM_PARTIAL },
	{ .proto = IPPROTO_UDP, .payload = 16, .trailer = 9,
	  .ip_summed = CHECKSUM_UNNECESSARY },
	{ .proto = IPPROTO_TCP, .payload = 16, .field = FIELD_SEED, .trailer = 6 },
	/* Right ones that look unfinished. */
	{ .proto = IPPROTO_TCP, .payload = 20, .right = RIGHT_ZERO },
	{ .proto = IPPROTO_UDP, .payload = 20, .right = RIGHT_SEED },
	{ .proto = IPPROTO_UDP, .payload = 20, .right = RIGHT_ZERO,
	  .field = FIELD_SEED, .ip_summed = CHECKSUM_UNNECESSARY },
	/* Tunnels whose inner checksum is finished, or whose outer one is none. */
	{ .proto = IPPROTO_UDP, .tunnel = true, .gap = 22, .payload = 33 },
	{ .proto = IPPROTO_UDP, .tunnel = true, .gap = 22, .payload = 33,
	  .field = FIELD_ZERO, .ip_summed = CHECKSUM_PARTIAL },
	{ .proto = IPPROTO_UDP, .tunnel = true, .gap = 22, .payload = 33,
	  .field = FIELD_SEED, .ip_summed = CHECKSUM_PARTIAL },
	{ .proto = IPPROTO_UDP, .tunnel = true, .gap = 22, .payload = 33,
	  .field = FIELD_WRONG, .ip_summed = CHECKSUM_UNNECESSARY },
	/* Parts of packets. */
	{ .family = NFPROTO_IPV4, .proto = IPPROTO_TCP, .payload = 40,
	  .field = FIELD_ZERO, .frag_off = 0x2000 },
	{ .family = NFPROTO_IPV4, .proto = IPPROTO_UDP, .payload = 40,
	  .field = FIELD_SEED, .frag_off = 185 },
	{ .family = NFPROTO_IPV6, .proto = IPPROTO_UDP, .payload = 40,
	  .field = FIELD_SEED,
	  .ext = { { .type = NEXTHDR_FRAGMENT, .len = 8, .bytes = { 0, 0, 0, 1 } } } },
	{ .proto = IPPROTO_SCTP, .payload = 40 },
};

/* A number below that. */
unsigned int forge_pick(struct forger *f, unsigned int below)
{
	return prandom_u32_state(&f->rnd) % below;
}

static void damage_bytes(struct forger *f, struct packet *p)
{
	unsigned int offset = forge_pick(f, min(p->skb->len, 100U));
	u8 byte = prandom_u32_state(&f->rnd);

	skb_store_bits(p->skb, offset, &byte, 1);
}

/* All of the headers, but for the version, or nobody would look further. */
static void damage_headers(struct forger *f, struct packet *p)
{
	unsigned int i;

	for (i = 1; i < min(p->skb->len, 64U); i++) {
		u8 byte = prandom_u32_state(&f->rnd);

		skb_store_bits(p->skb, i, &byte, 1);
	}
}

/* Others, all of whose carries count; what was seeded goes on to be. */
static void change_addresses(struct forger *f, struct packet *p)
{
	unsigned int offset = p->family == NFPROTO_IPV4 ? 12 : 8, i;
	unsigned int size = p->family == NFPROTO_IPV4 ? 8 : 32;
	u8 bytes[32];
	bool seeded;

	if (p->skb->len < max(offset + size, p->field + 2))
		return;
	seeded = packet_field(p) == p->seed;
	for (i = 0; i < size; i++)
		bytes[i] = forge_pick(f, 3) ? 0xff : prandom_u32_state(&f->rnd);
	skb_store_bits(p->skb, offset, bytes, size);
	p->seed = oracle_pseudo(packet_bytes(p, p->skb), p->proto, p->len);
	bytes[0] = p->seed >> 8;
	bytes[1] = p->seed;
	if (seeded)
		skb_store_bits(p->skb, p->field, bytes, 2);
}

static void damage_field(struct forger *f, struct packet *p)
{
	__be16 field = forge_pick(f, 2) ? 0 : htons(p->seed);

	if (p->field + 2 <= p->skb->len)
		skb_store_bits(p->skb, p->field, &field, sizeof(field));
}

static void damage_offload(struct forger *f, struct packet *p)
{
	struct sk_buff *skb = p->skb;

	if (forge_pick(f, 2)) {
		skb->csum_start = prandom_u32_state(&f->rnd);
		skb->csum_offset = prandom_u32_state(&f->rnd);
		return;
	}
	/* Close to what it should be is worse. */
	skb->csum_start = skb_headroom(skb) + forge_pick(f, skb->len + 4) - 2;
	skb->csum_offset = forge_pick(f, 20);
}

static void damage_summed(struct forger *f, struct packet *p)
{
	p->skb->ip_summed = forge_pick(f, 4);
	p->skb->csum_level = forge_pick(f, 4);
	p->skb->csum_valid = forge_pick(f, 2);
	p->skb->csum_not_inet = !forge_pick(f, 8);
}

static void damage_gso(struct forger *f, struct packet *p)
{
	struct skb_shared_info *shinfo = skb_shinfo(p->skb);

	/* Of one kind more, or less. */
	if (forge_pick(f, 2)) {
		shinfo->gso_type ^= BIT(forge_pick(f, 20));
		return;
	}
	shinfo->gso_size = forge_pick(f, 2) ? prandom_u32_state(&f->rnd) : 0;
	shinfo->gso_segs = prandom_u32_state(&f->rnd);
	shinfo->gso_type = forge_pick(f, 2) ? prandom_u32_state(&f->rnd) :
					BIT(forge_pick(f, 20));
}

static void damage_length(struct forger *f, struct packet *p)
{
	/* Not freed if it fails: it is only ever cut. */
	if (!pskb_trim(p->skb, forge_pick(f, p->skb->len) + 1))
		skb_reset_network_header(p->skb);
}

/* What the IP header says: nothing, or not quite how long the packet is. */
static void damage_ip_len(struct forger *f, struct packet *p)
{
	bool v6 = p->family == NFPROTO_IPV6;
	__be16 len = 0;

	if (p->skb->len < 40)
		return;
	if (forge_pick(f, 2))
		len = htons(p->skb->len - (v6 ? 40 : 0) + forge_pick(f, 5) - 2);
	skb_store_bits(p->skb, v6 ? 4 : 2, &len, sizeof(len));
}

/* A fragment list in a fragment list, or a part of no bytes. */
static void damage_list(struct forger *f, struct packet *p)
{
	struct skb_shared_info *shinfo = skb_shinfo(p->skb);
	struct sk_buff *first = shinfo->frag_list, *second;

	if (!first)
		return;
	second = first->next;
	if (second && !skb_has_frag_list(first) && forge_pick(f, 2)) {
		first->next = second->next;
		second->next = NULL;
		skb_shinfo(first)->frag_list = second;
		first->len += second->len;
		first->data_len += second->len;
		return;
	}
	shinfo->frag_list = alloc_skb(0, GFP_KERNEL | __GFP_NOFAIL);
	shinfo->frag_list->next = first;
}

/* It says that there is a tunnel, with headers wherever. */
static void damage_inner(struct forger *f, struct packet *p)
{
	p->skb->encapsulation = 1;
	p->skb->inner_mac_header = prandom_u32_state(&f->rnd);
	p->skb->inner_network_header = prandom_u32_state(&f->rnd);
	p->skb->inner_transport_header = prandom_u32_state(&f->rnd);
}

/* It was decrypted. */
static void damage_secpath(struct forger *f, struct packet *p)
{
#ifdef CONFIG_XFRM
	secpath_set(p->skb);
#endif
}

/* Somebody else may write to the fragments at any time. */
static void damage_sharing(struct forger *f, struct packet *p)
{
	if (skb_shinfo(p->skb)->nr_frags)
		skb_shinfo(p->skb)->flags |= SKBFL_SHARED_FRAG;
}

static void (*const damages[])(struct forger *f, struct packet *p) = {
	damage_bytes, damage_bytes, damage_headers, damage_field,
	damage_offload, damage_summed, damage_gso, damage_length,
	damage_sharing, change_addresses, change_addresses,
	damage_ip_len, damage_list, damage_list, damage_inner, damage_secpath,
};

static struct variant any_variant(struct forger *f, const struct recipe *r)
{
	struct variant v = { .index = forge_pick(f, 4 * PACKET_SHAPES) };

	if (!variant_next(&v, r)) {
		v.index = 0;
		variant_next(&v, r);
	}
	v.tight = !forge_pick(f, 8);
	return v;
}

/* A sound packet, damaged up to four times, and as often as not shared. */
void forge(struct kunit *test, struct forger *f, struct packet *p,
	   struct variant *v)
{
	const struct recipe *recipe = &sound[forge_pick(f, ARRAY_SIZE(sound))];
	unsigned int i;

	*v = any_variant(f, recipe);
	packet_build(test, p, recipe, v);
	for (i = forge_pick(f, 5); i; i--)
		damages[forge_pick(f, ARRAY_SIZE(damages))](f, p);
	packet_remember(p);
	if (forge_pick(f, 2))
		packet_clone(test, p);
}

/* How many packets a test makes up: @share of all, in per cent. */
unsigned int forge_start(struct kunit *test, struct forger *f, unsigned int share)
{
	unsigned int count = packets / 100 * share;

	while (!seed)
		seed = get_random_u32();
	prandom_seed_state(&f->rnd, seed);
	kunit_info(test, "%u packets, seed=%u", count, seed);
	return count;
}
