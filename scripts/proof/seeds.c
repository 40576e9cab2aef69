// SPDX-License-Identifier: GPL-2.0
/*
 * The seed: what is summed for it, and how. And the fast path, which has to say
 * what the slow one says.
 */
#include "kernel.h"

#include "module/headers.c"
#include "module/inspect.c"
#include "include/nf_csum/fastpath.h"

static u8 bytes[60];

/* Nothing is summed where the fast path has an answer. */
__wsum skb_checksum(const struct sk_buff *skb, int off, int len, __wsum sum)
{
	prove(false, "no payload is walked");
	return 0;
}

int skb_copy_bits(const struct sk_buff *skb, int off, void *to, int len)
{
	return -1;
}

bool nf_csum_crc32c(const struct nf_csum_packet *pkt, __le32 *right)
{
	return false;
}

static void any_packet(struct nf_csum_packet *pkt, struct sk_buff *skb,
		       u8 family)
{
	__CPROVER_havoc_object(bytes);
	skb->data = bytes;
	assume(skb->headlen <= skb->len && skb->len < 1 << 24);
	assume(skb->headlen <= sizeof(bytes) && skb->headroom < 1 << 15);
	pkt->skb = skb;
	pkt->family = family;
}

/* The sum itself is the kernel's; of IPv6 also that of prove_pseudo_ipv6(). */
static u16 pseudo_ipv4, pseudo_ipv6;

__wsum nofold_ipv4(__be32 saddr, __be32 daddr, u32 len, u8 proto, __wsum sum)
{
	__be32 addresses[2];

	memcpy(addresses, bytes + 12, sizeof(addresses));
	prove(saddr == addresses[0] && daddr == addresses[1],
	      "the addresses of the header are summed");
	prove(!sum && (len == (bytes[2] << 8 | bytes[3]) - bytes[0] % 16 * 4 ||
		       (!bytes[2] && !bytes[3])), "and the length");
	prove(proto == bytes[9], "and the protocol");
	return any_sum(pseudo_ipv4);
}

void prove_seed_ipv4(void)
{
	struct nf_csum_window window;
	struct nf_csum_packet pkt;
	struct sk_buff skb;

	any_packet(&pkt, &skb, NFPROTO_IPV4);
	pseudo_ipv4 = nondet_u16();
	window.skb = &skb;
	window.len = 0;
	if (nf_csum_parse(&pkt, &window) == NF_CSUM_OK)
		prove(pkt.seed == (pkt.proto == IPPROTO_ICMP ||
				   pkt.proto == IPPROTO_GRE ||
				   pkt.proto == IPPROTO_SCTP ? 0 : pseudo_ipv4),
		      "the seed is that sum, not inverted");
}

__sum16 magic_ipv6(const struct in6_addr *saddr, const struct in6_addr *daddr,
		   u32 len, u8 proto, __wsum sum)
{
	const u8 *header = bytes;

	prove((const u8 *)saddr == header + 8 && (const u8 *)daddr == header + 24,
	      "the addresses of the header are summed");
	prove(!sum && len == (bytes[4] << 8 | bytes[5]), "and the length");
	prove(proto == bytes[6], "and the protocol");
	return ~pseudo_ipv6;
}

u32 pseudo_ipv6_proven(const struct ipv6hdr *ip6h)
{
	prove((const u8 *)ip6h == bytes, "the header is summed");
	return any_sum(pseudo_ipv6);
}

void prove_seed_ipv6(void)
{
	struct nf_csum_window window;
	struct nf_csum_packet pkt;
	struct sk_buff skb;

	any_packet(&pkt, &skb, NFPROTO_IPV6);
	pseudo_ipv6 = nondet_u16();
	/* Neither extension headers, which prove_ipv6() walks, nor BIG TCP. */
	assume(!is_exthdr(bytes[6]) && (bytes[4] || bytes[5]));
	window.skb = &skb;
	window.len = 0;
	if (nf_csum_parse(&pkt, &window) == NF_CSUM_OK)
		prove(pkt.seed == (pkt.proto == IPPROTO_GRE ||
				   pkt.proto == IPPROTO_SCTP ? 0 : pseudo_ipv6),
		      "the seed is that sum, not inverted");
}

static u64 sum_so_far;
static unsigned int words;

/* What prove_add64() says, of each word of the addresses once. */
u64 add64_proven(u64 a, u64 b)
{
	u64 word;

	memcpy(&word, bytes + 8 + 8 * words, sizeof(word));
	prove(words < 4 && b == word, "one word after the other");
	if (words++)
		prove(a == sum_so_far, "to the sum so far");
	else
		prove(a == (bytes[4] | bytes[5] << 8) + ((u64)bytes[6] << 24),
		      "to length and protocol");
	sum_so_far = nondet_u64();
	return sum_so_far;
}

void prove_pseudo_ipv6(void)
{
	u32 sum, halves;

	__CPROVER_havoc_object(bytes);
	sum = nf_csum_pseudo_ipv6((const struct ipv6hdr *)bytes);
	prove(words == 4, "both addresses");
	halves = (u32)sum_so_far + (u32)(sum_so_far >> 32);
	prove(sum == halves + (halves < (u32)sum_so_far), "and both halves");
}

/* Modulo 2^64 - 1, of which 2^16 - 1 is a divisor. */
void prove_add64(void)
{
	u64 a = nondet_u64(), b = nondet_u64(), sum = nf_csum_add64(a, b);
	unsigned __int128 exact = (unsigned __int128)a + b;

	prove(sum == exact || sum == exact - ~0ULL, "a carry comes around");
	prove(!sum == (!a && !b), "zeros alone are zero");
}

/* The fast path takes linear headers only. */
const void *peek_linear(struct nf_csum_window *window, unsigned int off,
			unsigned int len)
{
	prove(off + len <= window->skb->headlen, "headers are linear");
	return window->skb->data + off;
}

static void fast_is_slow(u8 family)
{
	struct nf_csum_packet fast = {}, slow = {};
	struct sk_buff skb;

	any_packet(&slow, &skb, family);
	pseudo_ipv4 = nondet_u16();
	pseudo_ipv6 = nondet_u16();
	fast.skb = &skb;
	fast.family = family;
	if (skb.ip_summed != CHECKSUM_PARTIAL) {
		if (!nf_csum_fast_ok(&skb, family))
			return;
		nf_csum_inspect(&slow);
		prove(slow.state == NF_CSUM_OK, "ok");
		return;
	}
	if (!skb_is_gso(&skb) && nf_csum_fast_partial(&skb, family)) {
		nf_csum_inspect(&slow);
		prove(slow.state == NF_CSUM_PARTIAL, "partial");
	} else if (nf_csum_fast_pending(&fast)) {
		nf_csum_inspect(&slow);
		prove(slow.state == fast.state, "pending");
		prove(slow.thoff == fast.thoff && slow.len == fast.len &&
		      slow.proto == fast.proto, "the same transport");
		if (fast.state != NF_CSUM_GSO)
			prove(slow.seed == fast.seed &&
			      slow.found == fast.found &&
			      slow.field == fast.field, "the same field");
	}
}

void prove_fast_ipv4(void)
{
	fast_is_slow(NFPROTO_IPV4);
}

void prove_fast_ipv6(void)
{
	fast_is_slow(NFPROTO_IPV6);
}
