// SPDX-License-Identifier: GPL-2.0
/*
 * From a recipe to an skb: first the bytes, flat, with what they ought to be;
 * then the damage; then an skb of the shape asked for around them.
 */
#include <kunit/test.h>

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/string.h>
#include <linux/udp.h>

#include "oracle.h"
#include "skb_builder.h"

#define HEADROOM 64

static const u8 addresses4[] = { 192, 0, 2, 1, 198, 51, 100, 77 };
static const u8 addresses6[] = {
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11,
	0x20, 0x01, 0x0d, 0xb8, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0x22,
};

static const char *const shape_names[] = {
	[SHAPE_LINEAR] = "linear",
	[SHAPE_FRAGS] = "frags",
	[SHAPE_FRAG_LIST] = "frag list",
	[SHAPE_SPLIT] = "split header",
};

static void put_word(u8 *to, u16 word)
{
	to[0] = word >> 8;
	to[1] = word;
}

static unsigned int header_len(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 20;
	case IPPROTO_UDP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 8;
	default:
		return 0;
	}
}

static unsigned int field_offset(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
		return 6;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 2;
	default:
		return 0;
	}
}

/* Steps through the families, hooks and shapes that @recipe can have. */
bool variant_next(struct variant *v, const struct recipe *recipe)
{
	do {
		if (v->index == 4 * PACKET_SHAPES)
			return false;
		v->family = v->index & 1 ? NFPROTO_IPV6 : NFPROTO_IPV4;
		v->hook = v->index & 2 ? NF_INET_POST_ROUTING :
					 NF_INET_PRE_ROUTING;
		v->shape = v->index / 4;
		v->index++;
	} while (recipe->family && recipe->family != v->family);

	snprintf(v->name, sizeof(v->name), "%s, %s, %s",
		 v->family == NFPROTO_IPV4 ? "IPv4" : "IPv6",
		 v->hook == NF_INET_PRE_ROUTING ? "PREROUTING" : "POSTROUTING",
		 shape_names[v->shape]);
	return true;
}

static void put_ipv4(u8 *ip, const u8 *addresses, u8 proto,
		     unsigned int header, unsigned int len)
{
	ip[0] = 4 << 4 | header / 4;
	put_word(ip + 2, len);
	put_word(ip + 4, 0xbeef);
	ip[8] = 64;
	ip[9] = proto;
	memcpy(ip + 12, addresses, 8);
	put_word(ip + 10, ~oracle_sum(ip, header));
}

static void put_transport(u8 *header, u8 proto, unsigned int len)
{
	switch (proto) {
	case IPPROTO_TCP:
		put_word(header, 40000);
		put_word(header + 2, 80);
		put_word(header + 6, 0x1234);
		header[12] = 5 << 4;
		header[13] = 0x10;
		put_word(header + 14, 512);
		break;
	case IPPROTO_UDP:
		put_word(header, 40000);
		put_word(header + 2, 4789);
		put_word(header + 4, len);
		break;
	case IPPROTO_ICMP:
		header[0] = 8;
		put_word(header + 6, 1);
		break;
	case IPPROTO_ICMPV6:
		header[0] = 128;
		put_word(header + 6, 1);
		break;
	}
}

/* Writes the IP headers but for what depends on the length; says how long. */
static unsigned int put_network(u8 *bytes, const struct recipe *r, u8 family)
{
	unsigned int header, i;
	u8 *next;

	if (family == NFPROTO_IPV4) {
		memcpy(bytes + 20, r->options, r->options_len);
		return 20 + r->options_len;
	}
	bytes[0] = 6 << 4;
	bytes[7] = 64;
	memcpy(bytes + 8, addresses6, sizeof(addresses6));
	header = 40;
	next = bytes + 6;
	for (i = 0; i < ARRAY_SIZE(r->ext) && r->ext[i].len; i++) {
		*next = r->ext[i].type;
		next = bytes + header;
		memcpy(next, r->ext[i].bytes, r->ext[i].len);
		header += r->ext[i].len;
	}
	*next = r->proto;
	return header;
}

static void put_length(u8 *bytes, const struct recipe *r, u8 family,
		       unsigned int header, unsigned int len)
{
	if (family == NFPROTO_IPV6) {
		put_word(bytes + 4, len - 40);
		return;
	}
	put_ipv4(bytes, addresses4, r->proto, header, len);
	put_word(bytes + 6, r->frag_off);
	put_word(bytes + 10, 0);
	put_word(bytes + 10, ~oracle_sum(bytes, header));
}

/* Puts a right TCP packet over IPv4 at @ip, as a tunnel's payload. */
static void put_inner(u8 *ip, unsigned int payload)
{
	static const u8 addresses[] = { 10, 0, 0, 1, 10, 0, 0, 2 };

	put_transport(ip + 20, IPPROTO_TCP, 20 + payload);
	put_ipv4(ip, addresses, IPPROTO_TCP, 20, 40 + payload);
	put_word(ip + 36, oracle_checksum(ip, IPPROTO_TCP, 20, 20 + payload,
					  36));
}

/* Chooses a word of the payload so that the checksum comes to @want. */
static void steer(struct packet *p, unsigned int at, u16 want)
{
	put_word(p->bytes + at, 0);
	p->right = oracle_checksum(p->bytes, p->proto, p->thoff, p->len,
				   p->field);
	put_word(p->bytes + at, oracle_add(~want, p->right));
	p->right = want;
}

static u16 field_value(const struct packet *p, enum recipe_field field)
{
	u16 wrong = p->right;

	switch (field) {
	case FIELD_ZERO:
		return 0;
	case FIELD_SEED:
		return p->seed;
	case FIELD_WRONG:
		do {
			wrong ^= 0x5a5a;
			wrong++;
		} while (!wrong || wrong == 0xffff || wrong == p->right ||
			 wrong == p->seed);
		return wrong;
	case FIELD_RIGHT:
		break;
	}
	return p->right || p->proto != IPPROTO_UDP ? p->right : 0xffff;
}

/* The checksum, as the recipe wants it. */
static void put_checksum(struct kunit *test, struct packet *p,
			 const struct recipe *r)
{
	unsigned int payload = p->thoff + header_len(r->proto);

	p->seed = oracle_pseudo(p->bytes, p->proto, p->len);
	p->right = oracle_checksum(p->bytes, p->proto, p->thoff, p->len,
				   p->field);
	if (r->right == RIGHT_ZERO)
		steer(p, payload, 0);
	else if (r->right == RIGHT_SEED)
		steer(p, payload, p->seed);
	else if (header_len(r->proto))
		KUNIT_ASSERT_TRUE(test, p->right && p->right != p->seed);
	p->found = field_value(p, r->field);
	if (header_len(r->proto) || r->ip_summed == CHECKSUM_PARTIAL)
		put_word(p->bytes + p->field, p->found);
}

/* What makes a packet wrong in more than its checksum; returns its new size. */
static unsigned int damage(struct packet *p, const struct recipe *r,
			   unsigned int header, unsigned int size)
{
	unsigned int i;

	size -= r->shorten;
	if (r->shorten || r->ip_len) {
		put_length(p->bytes, r, p->family, header, size + r->ip_len);
		p->len -= r->shorten;
	}
	if (r->udp_len)
		put_word(p->bytes + p->thoff + 4, p->len + r->udp_len);
	if (r->version)
		p->bytes[0] = (p->bytes[0] & 0x0f) | r->version << 4;
	if (r->ihl)
		p->bytes[0] = (p->bytes[0] & 0xf0) | r->ihl;
	/* Not zeros, so that they would spoil a sum. */
	for (i = 0; i < r->trailer; i++)
		p->bytes[size++] = 0xa5 + i;
	return size;
}

static void add_frags(struct kunit *test, struct sk_buff *skb,
		      const u8 *bytes, unsigned int len)
{
	/* Halves, but an odd number of bytes in the first. */
	unsigned int size = len > 1 ? (len / 2) | 1 : len;
	struct page *page;
	int i;

	for (i = 0; len; i++) {
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_ASSERT_LE(test, size, (unsigned int)PAGE_SIZE);
		/* Up to the end of the page, where overruns show. */
		memcpy(page_address(page) + PAGE_SIZE - size, bytes, size);
		skb_add_rx_frag(skb, i, page, PAGE_SIZE - size, size,
				PAGE_SIZE);
		bytes += size;
		len -= size;
		size = len;
	}
}

static void add_frag_list(struct kunit *test, struct sk_buff *skb,
			  const u8 *bytes, unsigned int len)
{
	struct sk_buff **last = &skb_shinfo(skb)->frag_list;
	unsigned int size = len > 1 ? (len / 2) | 1 : len;

	while (len) {
		struct sk_buff *part = alloc_skb(size, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, part);
		skb_put_data(part, bytes, size);
		skb->len += size;
		skb->data_len += size;
		skb->truesize += part->truesize;
		*last = part;
		last = &part->next;
		bytes += size;
		len -= size;
		size = len;
	}
}

static void put_skb(struct kunit *test, struct packet *p,
		    const struct variant *v, unsigned int header,
		    unsigned int size)
{
	unsigned int headroom = v->tight ? 0 : HEADROOM;
	unsigned int linear = size;
	struct sk_buff *skb;

	if (v->shape == SHAPE_SPLIT)
		linear = header + 5;
	else if (v->shape != SHAPE_LINEAR)
		linear = p->thoff + header_len(p->proto);
	linear = min(linear, size);

	skb = alloc_skb(headroom + linear, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, headroom);
	skb_put_data(skb, p->bytes, linear);
	if (v->shape == SHAPE_FRAG_LIST)
		add_frag_list(test, skb, p->bytes + linear, size - linear);
	else
		add_frags(test, skb, p->bytes + linear, size - linear);
	skb_reset_network_header(skb);
	skb_reset_mac_header(skb);
	skb->protocol = htons(p->family == NFPROTO_IPV4 ? ETH_P_IP :
							  ETH_P_IPV6);
	p->skb = skb;
}

static void put_offload(struct packet *p, const struct recipe *r)
{
	struct skb_shared_info *shinfo = skb_shinfo(p->skb);
	struct sk_buff *skb = p->skb;
	unsigned int start = p->thoff;

	if (r->tunnel)
		start = p->inner;
	skb->ip_summed = r->ip_summed;
	skb->csum_not_inet = r->not_inet;
	if (skb->ip_summed == CHECKSUM_COMPLETE) {
		u16 sum = oracle_sum(p->bytes, skb->len);

		skb->csum = (__force __wsum)htons(sum);
	} else if (skb->ip_summed == CHECKSUM_PARTIAL) {
		skb->csum_start = skb_headroom(skb) + start + r->start;
		skb->csum_offset = r->offset +
				   (r->tunnel ? 16 : field_offset(r->proto));
	}
	if (!r->gso_size)
		return;
	shinfo->gso_size = r->gso_size;
	shinfo->gso_segs = DIV_ROUND_UP(p->len - header_len(p->proto),
					r->gso_size);
	shinfo->gso_type = r->gso_type;
	if (p->family == NFPROTO_IPV6 && r->gso_type & SKB_GSO_TCPV4)
		shinfo->gso_type ^= SKB_GSO_TCPV4 | SKB_GSO_TCPV6;
}

static void packet_init(struct kunit *test, struct packet *p, u8 proto,
			const struct variant *v)
{
	memset(p, 0, sizeof(*p));
	p->bytes = kzalloc(2 * PACKET_MAX, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p->bytes);
	p->scratch = p->bytes + PACKET_MAX;
	p->family = v->family;
	p->proto = proto;
}

/* Makes the packet that @recipe describes; packet_free() it. */
void packet_build(struct kunit *test, struct packet *p,
		  const struct recipe *r, const struct variant *v)
{
	unsigned int header, payload, size, i;

	packet_init(test, p, r->proto, v);
	p->thoff = put_network(p->bytes, r, v->family);
	payload = p->thoff + header_len(r->proto);
	size = payload + r->payload + (r->tunnel ? r->gap + 40 : 0);
	KUNIT_ASSERT_LE(test, size + r->trailer, PACKET_MAX);
	header = v->family == NFPROTO_IPV4 ? p->thoff : 40;
	p->len = size - p->thoff;
	p->field = p->thoff + field_offset(r->proto);
	if (!header_len(r->proto))
		p->field += r->offset;
	for (i = payload; i < size; i++)
		p->bytes[i] = i * 31 + 17 + (i >> 8);

	put_length(p->bytes, r, v->family, header, size);
	put_transport(p->bytes + p->thoff, r->proto, p->len);
	if (r->tunnel) {
		put_inner(p->bytes + payload + r->gap, r->payload);
		p->inner = payload + r->gap + 20;
	}
	put_checksum(test, p, r);
	if (r->tunnel && r->ip_summed == CHECKSUM_PARTIAL)
		put_word(p->bytes + p->inner + 16,
			 oracle_pseudo(p->bytes + p->inner - 20, IPPROTO_TCP,
				       20 + r->payload));
	size = damage(p, r, header, size);
	put_skb(test, p, v, header, size);
	put_offload(p, r);
	packet_remember(p);
}

/* Makes a packet of @bytes: TCP over IPv4 without options, to the end. */
void packet_from_bytes(struct kunit *test, struct packet *p, const u8 *bytes,
		       unsigned int size, const struct variant *v)
{
	packet_init(test, p, IPPROTO_TCP, v);
	memcpy(p->bytes, bytes, size);
	p->thoff = 20;
	p->len = size - p->thoff;
	p->field = p->thoff + field_offset(p->proto);
	p->seed = oracle_pseudo(p->bytes, p->proto, p->len);
	p->right = oracle_checksum(p->bytes, p->proto, p->thoff, p->len,
				   p->field);
	p->found = oracle_word(p->bytes + p->field);
	put_skb(test, p, v, p->thoff, size);
	packet_remember(p);
}

/* Makes somebody else hold the same bytes; they must not change under him. */
void packet_clone(struct kunit *test, struct packet *p)
{
	p->clone = skb_clone(p->skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p->clone);
}

/* Puts what is linear into a fragment, as some devices do before the kernel pulls it. */
void packet_unpull(struct kunit *test, struct packet *p)
{
	struct skb_shared_info *shinfo = skb_shinfo(p->skb);
	unsigned int len = skb_headlen(p->skb);
	struct page *page;

	if (!len || len > PAGE_SIZE || skb_cloned(p->skb) ||
	    shinfo->nr_frags == MAX_SKB_FRAGS)
		return;
	page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	memcpy(page_address(page) + PAGE_SIZE - len, p->skb->data, len);
	memmove(&shinfo->frags[1], &shinfo->frags[0],
		shinfo->nr_frags++ * sizeof(shinfo->frags[0]));
	__skb_fill_page_desc(p->skb, 0, page, PAGE_SIZE - len, len);
	p->skb->data_len += len;
	skb_set_tail_pointer(p->skb, 0);
}

void packet_free(struct packet *p)
{
	kfree_skb(p->clone);
	kfree_skb(p->skb);
	kfree(p->bytes);
}

/* What @skb says about itself now. */
void packet_read_meta(const struct sk_buff *skb, struct packet_meta *meta)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);

	/* Compared as memory, so the padding counts. */
	memset(meta, 0, sizeof(*meta));
	meta->len = skb->len;
	meta->data_len = skb->data_len;
	meta->nr_frags = shinfo->nr_frags;
	meta->gso_type = shinfo->gso_type;
	meta->gso_size = shinfo->gso_size;
	meta->gso_segs = shinfo->gso_segs;
	meta->network_offset = skb_network_offset(skb);
	meta->transport_offset = skb_transport_header_was_set(skb) ?
				 skb_transport_offset(skb) : INT_MIN;
	meta->mac_offset = skb_mac_offset(skb);
	meta->csum = (__force u32)skb->csum;
	meta->ip_summed = skb->ip_summed;
	meta->csum_valid = skb->csum_valid;
	meta->csum_level = skb->csum_level;
	meta->csum_not_inet = skb->csum_not_inet;
	meta->protocol = skb->protocol;
}

/* Takes the packet as it is now for the one to compare with. */
void packet_remember(struct packet *p)
{
	skb_copy_bits(p->skb, 0, p->bytes, p->skb->len);
	packet_read_meta(p->skb, &p->meta);
}

/* Changes the packet where its bytes lie, and what it is compared with. */
void packet_store(struct packet *p, unsigned int offset, const void *from,
		  unsigned int len)
{
	skb_store_bits(p->skb, offset, from, len);
	packet_remember(p);
}

/* A flat copy of @skb, good until the next call. */
const u8 *packet_bytes(const struct packet *p, const struct sk_buff *skb)
{
	skb_copy_bits(skb, 0, p->scratch, min(skb->len, PACKET_MAX + 0U));
	return p->scratch;
}

/* What the checksum field holds now. */
u16 packet_field(const struct packet *p)
{
	return oracle_word(packet_bytes(p, p->skb) + p->field);
}

/* Whether a receiver would accept the packet. */
bool packet_verifies(const struct packet *p)
{
	return oracle_verifies(packet_bytes(p, p->skb), p->proto, p->thoff,
			       p->len);
}

/* Whether @skb has the bytes that are remembered. */
bool packet_same_bytes(const struct packet *p, const struct sk_buff *skb)
{
	return skb->len == p->meta.len &&
	       !memcmp(packet_bytes(p, skb), p->bytes, skb->len);
}

/* Whether all else is as remembered. */
bool packet_same_meta(const struct packet *p)
{
	struct packet_meta meta;

	packet_read_meta(p->skb, &meta);
	return !memcmp(&meta, &p->meta, sizeof(meta));
}

/* Whether a fragment list is in a fragment list, where no CRC32c can be computed. */
bool packet_is_nested(const struct packet *p)
{
	const struct sk_buff *part;

	skb_walk_frags(p->skb, part)
		if (skb_has_frag_list(part))
			return true;
	return false;
}
