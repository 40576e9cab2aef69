// SPDX-License-Identifier: GPL-2.0
/*
 * Headers made up from the few values that matter: lengths that just fit and just do
 * not, options, extension headers, fragments, and what of all that is linear. What
 * nf_csum_inspect() has to say of them is what a second reader comes to, which
 * follows the same rules in its own way, and counts what it may cost.
 */
#include <kunit/test.h>

#include <linux/in.h>
#include <linux/mm.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include <nf_csum/packet.h>

#include "forge.h"
#include "inspected.h"
#include "oracle.h"

#define SIZE	512
#define STEPS	8	/* options and extension headers that are followed */
#define COPY	64	/* bytes that are copied once, if they are not linear */

struct headers {
	struct forger forger;
	u8 family;
	unsigned int len;	/* of all */
	unsigned int linear;	/* of that in the linear part */
	unsigned int transport;	/* where that was put */
	bool gso;
	bool verify;
	u8 bytes[SIZE];
	/* Of the reader: */
	bool copied;
	unsigned int copy_at;
	unsigned int copy_end;
	u8 proto;
	unsigned int thoff;
	unsigned int end;
	unsigned int steps;
	unsigned int states[NF_CSUM_COUNTERS];
};

static unsigned int one_of(struct headers *h, const u8 *values, unsigned int count)
{
	return values[forge_pick(&h->forger, count)];
}

#define ONE_OF(h, ...) ({ \
	static const u8 values[] = { __VA_ARGS__ }; \
	one_of(h, values, ARRAY_SIZE(values)); })

static bool rarely(struct headers *h)
{
	return !forge_pick(&h->forger, 12);
}

static void put16(u8 *to, u16 value)
{
	to[0] = value >> 8;
	to[1] = value;
}

/* --- How they are made up --- */

/* Fills @size bytes with options of IPv4, sound or not. */
static void make_options(struct headers *h, u8 *to, unsigned int size)
{
	unsigned int i = 0, len;

	/* Few that are long, or many that are short. */
	bool longer = forge_pick(&h->forger, 2);

	while (i < size) {
		if (!forge_pick(&h->forger, 3)) {
			len = ONE_OF(h, 1, 1, 2, 7, 8, 8, 9, 16, 40);
			while (len-- && i < size)
				to[i++] = 1;
			continue;
		}
		to[i] = rarely(h) ? ONE_OF(h, 0, 131, 137) :
				    ONE_OF(h, 2, 7, 68, 130, 148);
		len = longer ? ONE_OF(h, 3, 4, 7, 8, 11) : 2;
		if (rarely(h))
			len = ONE_OF(h, 0, 1, 2, 255);
		else if (rarely(h) || i + len > size)
			len = size - i + (rarely(h) ? ONE_OF(h, 1, 2) : 0);
		if (i + 1 < size)
			to[i + 1] = len;
		i += max(len, 1U);
	}
}

/* The same of destination options. */
static void make_destopts(struct headers *h, u8 *to, unsigned int size)
{
	bool longer = forge_pick(&h->forger, 3);
	unsigned int i = 0, len;

	while (i < size) {
		if (!forge_pick(&h->forger, longer ? 6 : 2)) {
			to[i++] = 0;
			continue;
		}
		to[i] = rarely(h) ? 201 : ONE_OF(h, 1, 1, 4, 5, 30);
		len = longer ? ONE_OF(h, 1, 2, 4, 6, 12, 20) : ONE_OF(h, 0, 1);
		if (rarely(h) || i + 2 + len > size)
			len = size - i - 2 + (rarely(h) ? ONE_OF(h, 1, 2) : 0);
		if (i + 1 < size)
			to[i + 1] = len;
		i += 2 + len;
	}
}

static u8 any_proto(struct headers *h)
{
	return ONE_OF(h, IPPROTO_TCP, IPPROTO_TCP, IPPROTO_TCP, IPPROTO_UDP,
		      IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_SCTP,
		      IPPROTO_GRE, IPPROTO_ESP);
}

static u8 make_ipv4(struct headers *h)
{
	unsigned int header = forge_pick(&h->forger, 2) ?
			      20 + 4 * forge_pick(&h->forger, 11) : 20;
	u8 *b = h->bytes;

	b[0] = 4 << 4 | header / 4;
	put16(b + 6, ONE_OF(h, 0, 0, 0, 0, 0x40, 0x40, 0x40, 0x20, 0x1f) << 8);
	if (rarely(h))
		b[7] = ONE_OF(h, 1, 185);
	b[9] = any_proto(h);
	make_options(h, b + 20, header - 20);
	h->transport = header;
	return b[9];
}

static u8 make_ipv6(struct headers *h)
{
	unsigned int at = 40, size, count = forge_pick(&h->forger, 4);
	u8 *b = h->bytes, *next = b + 6, type;

	if (rarely(h))
		count = ONE_OF(h, 7, 8, 9, 10);
	b[0] = 6 << 4;
	while (count--) {
		type = ONE_OF(h, 0, 43, 44, 60, 60, 60);
		size = type == 44 || count > 3 ? 8 : 8 * ONE_OF(h, 1, 1, 2, 3, 7, 8, 9);
		*next = type;
		next = b + at;
		memset(next, 0, size);
		next[1] = size / 8 - 1;
		if (type == 44) {
			next[1] = ONE_OF(h, 0, 0, 7);
			next[3] = rarely(h) ? ONE_OF(h, 1, 6, 8) : 0;
			next[2] = rarely(h) ? 1 : 0;
		} else if (type == 43) {
			next[3] = rarely(h);
		} else if (type == 60) {
			make_destopts(h, next + 2, size - 2);
		}
		at += size;
		if (rarely(h) && type != 44)
			next[1] = ONE_OF(h, 0, 1, 2, 20);
	}
	*next = any_proto(h);
	h->transport = at;
	return *next;
}

static unsigned int field_of(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
		return 6;
	case IPPROTO_SCTP:
		return 8;
	default:
		return 2;
	}
}

static void put_right(struct headers *h, u8 proto, u8 *th, unsigned int size)
{
	unsigned int len = size, i;
	u16 sum;
	u32 crc;

	if (proto == IPPROTO_SCTP) {
		crc = oracle_crc32c(th, size);
		for (i = 0; i < 4; i++)
			th[8 + i] = crc >> (8 * i);
		return;
	}
	/* A datagram may be shorter than what it is in. */
	if (proto == IPPROTO_UDP && oracle_word(th + 4) < size)
		len = oracle_word(th + 4);
	sum = oracle_add(oracle_pseudo(h->bytes, proto, len), oracle_sum(th, len));
	put16(th + field_of(proto), ~sum);
}

static void make(struct headers *h)
{
	unsigned int payload = forge_pick(&h->forger, 30), size, i;
	bool v6 = forge_pick(&h->forger, 2);
	u8 *b = h->bytes, *th, proto;

	memset(b, 0, SIZE);
	h->family = v6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	for (i = v6 ? 8 : 12; i < (v6 ? 40 : 20); i++)
		b[i] = prandom_u32_state(&h->forger.rnd);
	proto = v6 ? make_ipv6(h) : make_ipv4(h);
	th = b + h->transport;
	size = ONE_OF(h, 20, 20, 20, 8, 12, 7, 11, 19, 0) + payload;
	if (rarely(h))
		size = ONE_OF(h, 0, 7, 8, 11, 12, 19, 20);
	for (i = 0; i < size; i++)
		th[i] = prandom_u32_state(&h->forger.rnd);
	h->len = h->transport + size;
	if (proto == IPPROTO_UDP)
		put16(th + 4, rarely(h) ? ONE_OF(h, 0, 7, 8, 9) :
			      size + (rarely(h) ? forge_pick(&h->forger, 3) - 1 : 0));
	i = h->len;
	if (rarely(h))
		i += forge_pick(&h->forger, 3) - 1;
	if (rarely(h))
		i = h->transport - (v6 ? 0 : forge_pick(&h->forger, 2));
	/* In the middle of an option, or of an extension header. */
	if (rarely(h))
		i = (v6 ? 40 : 0) + forge_pick(&h->forger, h->transport);
	put16(v6 ? b + 4 : b + 2, v6 ? i - 40 : i);
	h->gso = !forge_pick(&h->forger, 30);
	if (!forge_pick(&h->forger, 30))
		put16(v6 ? b + 4 : b + 2, 0);
	if (!forge_pick(&h->forger, 60))
		b[0] = ONE_OF(h, 0x34, 0x35, 0x54, 0x55, 0x44, 0x43, 0x50, 0x70);
	/* What the field holds is what makes the difference. */
	if (size >= field_of(proto) + 4 && forge_pick(&h->forger, 8)) {
		put16(th + field_of(proto), 0);
		if (proto == IPPROTO_SCTP)
			put16(th + 10, 0);
		switch (forge_pick(&h->forger, 3)) {
		case 0:
			put16(th + field_of(proto), oracle_pseudo(b, proto, size));
			break;
		case 1:
			put_right(h, proto, th, size);
			break;
		}
	}
	h->verify = forge_pick(&h->forger, 2);
	if (rarely(h))
		h->len += forge_pick(&h->forger, 5);
	if (!forge_pick(&h->forger, 20))
		h->len = 1 + forge_pick(&h->forger, h->len);
	h->linear = forge_pick(&h->forger, 2) ? h->len :
		    forge_pick(&h->forger, h->len + 1);
}

/* --- How they are read --- */

/* May @len bytes at @at be looked at? One copy is free. */
static bool readable(struct headers *h, unsigned int at, unsigned int len)
{
	if (at + len <= h->linear)
		return true;
	if (!h->copied && len <= COPY) {
		h->copied = true;
		h->copy_at = at;
		h->copy_end = min(at + COPY, h->len);
	}
	return h->copied && at >= h->copy_at && at + len <= h->copy_end;
}

static enum nf_csum_counter read_options(struct headers *h, const u8 *b,
					 unsigned int size)
{
	unsigned int i = 0, run;

	while (i < size) {
		if (h->steps++ == STEPS)
			return NF_CSUM_OPAQUE;
		switch (b[i]) {
		case 0:
			return NF_CSUM_OK;
		case 1:
			for (run = 0; run < 8 && i + run < size; run++)
				if (b[i + run] != 1)
					break;
			i += run == 8 ? 8 : 1;
			continue;
		case 131:
		case 137:
			return NF_CSUM_OPAQUE;
		}
		if (size - i == 1 || b[i + 1] < 2 || b[i + 1] > size - i)
			return NF_CSUM_MALFORMED;
		i += b[i + 1];
	}
	return NF_CSUM_OK;
}

static enum nf_csum_counter read_ipv4(struct headers *h)
{
	const u8 *b = h->bytes;
	unsigned int header = (b[0] & 15) * 4;

	if (h->len < 20)
		return NF_CSUM_MALFORMED;
	readable(h, 0, 20);
	h->end = oracle_word(b + 2);
	if (!h->end && h->gso)
		h->end = h->len;
	if (b[0] >> 4 != 4 || header < 20 || header > h->end || h->end > h->len)
		return NF_CSUM_MALFORMED;
	if (oracle_word(b + 6) & 0x3fff)
		return NF_CSUM_FRAGMENT;
	h->thoff = header;
	h->proto = b[9];
	if (header == 20)
		return NF_CSUM_OK;
	if (!readable(h, 20, header - 20))
		return NF_CSUM_OPAQUE;
	return read_options(h, b + 20, header - 20);
}

static enum nf_csum_counter read_destopts(struct headers *h, const u8 *b,
					  unsigned int size)
{
	unsigned int i = 0;

	while (i < size) {
		if (h->steps == STEPS)
			return NF_CSUM_OPAQUE;
		h->steps++;
		if (b[i] == 0) {
			i++;
			continue;
		}
		if (size - i == 1 || b[i + 1] + 2 > size - i)
			return NF_CSUM_MALFORMED;
		if (b[i] == 201)
			return NF_CSUM_OPAQUE;
		i += 2 + b[i + 1];
	}
	return NF_CSUM_OK;
}

static enum nf_csum_counter read_ipv6(struct headers *h)
{
	enum nf_csum_counter state;
	const u8 *b = h->bytes;
	unsigned int at = 40, size;

	if (h->len < 40)
		return NF_CSUM_MALFORMED;
	readable(h, 0, 40);
	h->proto = b[6];
	h->end = 40 + oracle_word(b + 4);
	if (h->end == 40 && (h->gso || (h->proto == 0 && h->len - 40 > 65535)))
		h->end = h->len;
	if (b[0] >> 4 != 6 || h->end > h->len)
		return NF_CSUM_MALFORMED;
	for (; h->proto == 0 || h->proto == 43 || h->proto == 44 || h->proto == 60;
	     h->steps++) {
		if (h->steps >= STEPS)
			return NF_CSUM_OPAQUE;
		if (at + 8 > h->end)
			return NF_CSUM_MALFORMED;
		if (!readable(h, at, 8))
			return NF_CSUM_OPAQUE;
		if (h->proto == 44 && oracle_word(b + at + 2) & 0xfff9)
			return NF_CSUM_FRAGMENT;
		size = h->proto == 44 ? 8 : 8 + 8 * b[at + 1];
		if (at + size > h->end)
			return NF_CSUM_MALFORMED;
		if (h->proto == 43 && b[at + 3])
			return NF_CSUM_OPAQUE;
		if (h->proto == 60) {
			if (!readable(h, at, size))
				return NF_CSUM_OPAQUE;
			state = read_destopts(h, b + at + 2, size - 2);
			if (state != NF_CSUM_OK)
				return state;
		}
		h->proto = b[at];
		at += size;
	}
	h->thoff = at;
	return NF_CSUM_OK;
}

static enum nf_csum_counter read_sctp(struct headers *h, unsigned int len)
{
	const u8 *th = h->bytes + h->thoff;
	static const u8 zeros[4];
	u32 found, crc;

	if (len < 12)
		return NF_CSUM_MALFORMED;
	if (h->gso)
		return NF_CSUM_GSO;
	if (!readable(h, h->thoff, 12))
		return NF_CSUM_OPAQUE;
	found = oracle_le32(th + 8);
	if (found && !h->verify)
		return NF_CSUM_OK;
	/* Its field is zeros, as it is summed. */
	crc = oracle_crc32c_more(~0, th, 8);
	crc = oracle_crc32c_more(crc, zeros, sizeof(zeros));
	crc = oracle_crc32c_more(crc, th + 12, len - 12);
	if (found == ~crc)
		return NF_CSUM_OK;
	return found ? NF_CSUM_CORRUPT : NF_CSUM_ZEROED;
}

/* What is checked of a datagram that does not fill its packet is what it covers. */
static enum nf_csum_counter read_short_udp(const struct headers *h, unsigned int len)
{
	if (!h->verify || h->gso || !oracle_word(h->bytes + h->thoff + 6))
		return NF_CSUM_OPAQUE;
	return oracle_verifies(h->bytes, IPPROTO_UDP, h->thoff, len) ?
	       NF_CSUM_OPAQUE : NF_CSUM_CORRUPT;
}

static enum nf_csum_counter read_transport(struct headers *h)
{
	unsigned int len = h->end - h->thoff, field, udp;
	bool v6 = h->family == NFPROTO_IPV6;
	bool seed;
	u16 found;

	if (h->proto == IPPROTO_SCTP)
		return read_sctp(h, len);
	if (h->proto != IPPROTO_TCP && h->proto != IPPROTO_UDP &&
	    h->proto != (v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return h->gso ? NF_CSUM_GSO : NF_CSUM_OPAQUE;
	if (len < (h->proto == IPPROTO_TCP ? 20 : 8))
		return NF_CSUM_MALFORMED;
	if (h->gso && h->proto != IPPROTO_TCP)
		return NF_CSUM_GSO;
	if (h->proto == IPPROTO_UDP) {
		if (!readable(h, h->thoff, 8))
			return NF_CSUM_OPAQUE;
		udp = oracle_word(h->bytes + h->thoff + 4);
		if (udp < 8 || udp > len)
			return NF_CSUM_MALFORMED;
		if (udp < len)
			return read_short_udp(h, udp);
	}
	field = h->thoff + field_of(h->proto);
	if (!readable(h, field, 2))
		return NF_CSUM_OPAQUE;
	if (h->gso && h->end != h->len)
		return NF_CSUM_MALFORMED;
	found = oracle_word(h->bytes + field);
	seed = found == oracle_pseudo(h->bytes, h->proto, len);
	if (found && !seed && !h->gso && !h->verify)
		return NF_CSUM_OK;
	if (h->proto == IPPROTO_UDP && !found)
		return NF_CSUM_NO_CHECKSUM;
	if (oracle_verifies(h->bytes, h->proto, h->thoff, len))
		return h->gso ? NF_CSUM_GSO_BAD : NF_CSUM_OK;
	if (found && !seed)
		return NF_CSUM_CORRUPT;
	if (h->gso)
		return NF_CSUM_GSO_BAD;
	return found ? NF_CSUM_SEED : NF_CSUM_ZEROED;
}

static enum nf_csum_counter read_headers(struct headers *h)
{
	enum nf_csum_counter state;

	h->copied = false;
	h->steps = 0;
	state = h->family == NFPROTO_IPV4 ? read_ipv4(h) : read_ipv6(h);
	return state == NF_CSUM_OK ? read_transport(h) : state;
}

static struct sk_buff *as_skb(struct kunit *test, const struct headers *h)
{
	struct sk_buff *skb = alloc_skb(h->linear + 1, GFP_KERNEL);
	unsigned int rest = h->len - h->linear;
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_data(skb, h->bytes, h->linear);
	skb_reset_network_header(skb);
	if (rest) {
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		/* Up to the end of the page, where overruns show. */
		memcpy(page_address(page) + PAGE_SIZE - rest,
		       h->bytes + h->linear, rest);
		skb_add_rx_frag(skb, 0, page, PAGE_SIZE - rest, rest, PAGE_SIZE);
	}
	if (h->gso) {
		skb_shinfo(skb)->gso_size = 100;
		skb_shinfo(skb)->gso_type = h->family == NFPROTO_IPV4 ?
					    SKB_GSO_TCPV4 : SKB_GSO_TCPV6;
	}
	return skb;
}

static void headers_are_read_by_the_rules(struct kunit *test)
{
	struct headers *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	enum nf_csum_counter state;
	unsigned int packets, i;

	KUNIT_ASSERT_NOT_NULL(test, h);
	packets = forge_start(test, &h->forger, 20);
	for (i = 0; i < packets; i++) {
		struct nf_csum_packet pkt = {};

		make(h);
		state = read_headers(h);
		h->states[state]++;
		pkt.skb = as_skb(test, h);
		pkt.family = h->family;
		pkt.hook = NF_INET_PRE_ROUTING;
		pkt.verify = h->verify;
		nf_csum_inspect(&pkt);
		KUNIT_EXPECT_STREQ_MSG(test, state_name(pkt.state),
				       state_name(state),
				       "packet %u, IPv%u, %u bytes, %u linear, %*ph",
				       i, h->family == NFPROTO_IPV4 ? 4 : 6,
				       h->len, h->linear, 64, h->bytes);
		if (state == NF_CSUM_ZEROED || state == NF_CSUM_SEED) {
			KUNIT_EXPECT_EQ(test, pkt.thoff, h->thoff);
			KUNIT_EXPECT_EQ(test, pkt.len, h->end - h->thoff);
			KUNIT_EXPECT_EQ(test, pkt.proto, h->proto);
		}
		kfree_skb(pkt.skb);
	}
	if (packets < 20000)
		return;
	/* Each is seen often enough. */
	KUNIT_EXPECT_GT(test, h->states[NF_CSUM_OK], packets / 50);
	KUNIT_EXPECT_GT(test, h->states[NF_CSUM_ZEROED], packets / 50);
	KUNIT_EXPECT_GT(test, h->states[NF_CSUM_SEED], packets / 50);
	KUNIT_EXPECT_GT(test, h->states[NF_CSUM_CORRUPT], packets / 50);
	KUNIT_EXPECT_GT(test, h->states[NF_CSUM_FRAGMENT], packets / 50);
	KUNIT_EXPECT_GT(test, h->states[NF_CSUM_OPAQUE], packets / 50);
	KUNIT_EXPECT_GT(test, h->states[NF_CSUM_MALFORMED], packets / 50);
}

/* Datagrams of IPv6 that are too long for their own length, or say so. */
static void expect_jumbogram(struct kunit *test, u8 hook, unsigned int payload,
			     unsigned int udp_len, bool seed,
			     enum nf_csum_counter state)
{
	const unsigned int thoff = 48, len = 8 + payload, linear = 100;
	u8 *bytes = kvzalloc(thoff + len, GFP_KERNEL);
	struct nf_csum_packet pkt = {};
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	bytes[0] = 6 << 4;
	bytes[8] = 0x20;
	bytes[24] = 0x30;
	bytes[40] = IPPROTO_UDP;
	/* The jumbo payload option, whose value nobody reads. */
	bytes[42] = 194;
	bytes[43] = 4;
	put16(bytes + thoff + 4, udp_len);
	bytes[thoff + len - 1] = 0x55;
	put16(bytes + thoff + 6, oracle_pseudo(bytes, IPPROTO_UDP, len));
	if (!seed)
		put16(bytes + thoff + 6, 0x1234);

	pkt.skb = alloc_skb(linear, GFP_KERNEL);
	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 5);
	KUNIT_ASSERT_NOT_NULL(test, pkt.skb);
	KUNIT_ASSERT_NOT_NULL(test, page);
	skb_put_data(pkt.skb, bytes, linear);
	skb_reset_network_header(pkt.skb);
	memcpy(page_address(page), bytes + linear, thoff + len - linear);
	skb_add_rx_frag(pkt.skb, 0, page, 0, thoff + len - linear, PAGE_SIZE << 5);
	pkt.family = NFPROTO_IPV6;
	pkt.hook = hook;
	nf_csum_inspect(&pkt);
	EXPECT_STATE(test, &pkt, state, seed ? "seed" : "any other");
	kfree_skb(pkt.skb);
	kvfree(bytes);
}

static void jumbograms_say_no_length(struct kunit *test)
{
	const u8 pre = NF_INET_PRE_ROUTING;

	expect_jumbogram(test, pre, 65536 - 8, 0, true, NF_CSUM_SEED);
	expect_jumbogram(test, pre, 65536 - 8, 0, false, NF_CSUM_OK);
	/* One byte less has a length, and more than that is not all of it. */
	expect_jumbogram(test, pre, 65535 - 8, 0, true, NF_CSUM_MALFORMED);
	expect_jumbogram(test, pre, 65535 - 8, 65535, true, NF_CSUM_SEED);
	expect_jumbogram(test, pre, 65536 - 8, 65535, true, NF_CSUM_OPAQUE);
	expect_jumbogram(test, pre, 65536 - 8, 8, false, NF_CSUM_OPAQUE);
	/* With the options that is 65535 bytes, which IP could say, and 65536. */
	expect_jumbogram(test, pre, 65519, 65527, true, NF_CSUM_MALFORMED);
	expect_jumbogram(test, pre, 65520, 65528, true, NF_CSUM_SEED);
	/* IP has cut off what is behind the packet, of a frame nobody has. */
	expect_jumbogram(test, NF_INET_FORWARD, 65536 - 8, 0, true,
			 NF_CSUM_MALFORMED);
	expect_jumbogram(test, NF_INET_FORWARD, 65536 - 8, 0, false,
			 NF_CSUM_MALFORMED);
}

static struct kunit_case headers_test_cases[] = {
	KUNIT_CASE(jumbograms_say_no_length),
	KUNIT_CASE(headers_are_read_by_the_rules),
	{}
};

static struct kunit_suite headers_suite = {
	.name = "nf_csum_headers",
	.test_cases = headers_test_cases,
};

kunit_test_suite(headers_suite);
