/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fast path. The common packets are TCP and UDP without IP options or
 * fragmentation, with their headers in the linear part. Of those it says the same as
 * nf_csum_inspect(), which takes several times as long. Only the packet path includes
 * this, and the tests and proofs that compare the two. The code for TCP over IPv4,
 * which is most of bulk, lies in one piece: payload that was just copied pushes other
 * code out of the cache.
 */
#ifndef NF_CSUM_FASTPATH_H
#define NF_CSUM_FASTPATH_H

#include <linux/bitops.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/overflow.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>

#include <nf_csum/packet.h>

struct nf_csum_word {
	u64 word;
} __packed;

/* Not memcpy(): where the compiler may not inline it, that is a call. */
static __always_inline u64 nf_csum_load64(const void *from)
{
	const struct nf_csum_word *at = from;

	return at->word;
}

/* Adds with the carry coming around. */
static __always_inline u64 nf_csum_add64(u64 a, u64 b)
{
	bool carry = check_add_overflow(a, b, &a);

	return a + carry;
}

/* Sums the pseudo-header; inline, unlike csum_ipv6_magic(). */
static __always_inline u32 nf_csum_pseudo_ipv6(const struct ipv6hdr *ip6h)
{
	u64 sum = (__force u16)ip6h->payload_len;

	sum += (__force u32)htonl(ip6h->nexthdr);
	sum = nf_csum_add64(sum, nf_csum_load64(&ip6h->saddr.s6_addr[0]));
	sum = nf_csum_add64(sum, nf_csum_load64(&ip6h->saddr.s6_addr[8]));
	sum = nf_csum_add64(sum, nf_csum_load64(&ip6h->daddr.s6_addr[0]));
	sum = nf_csum_add64(sum, nf_csum_load64(&ip6h->daddr.s6_addr[8]));
	/* The carry of the lower halves comes around in the upper ones. */
	return (sum + rol64(sum, 32)) >> 32;
}

/* @len is the length that UDP has to have, @sum the pseudo-header's. */
static __always_inline bool nf_csum_fast_transport(struct nf_csum_packet *pkt,
						   unsigned int thoff,
						   __be16 len, u32 sum)
{
	const void *header = pkt->skb->data + thoff;

	pkt->thoff = thoff;
	if (pkt->proto == IPPROTO_TCP) {
		pkt->field = thoff + offsetof(struct tcphdr, check);
		pkt->found = ((const struct tcphdr *)header)->check;
	} else if (pkt->proto == IPPROTO_UDP &&
		   ((const struct udphdr *)header)->len == len) {
		pkt->field = thoff + offsetof(struct udphdr, check);
		pkt->found = ((const struct udphdr *)header)->check;
	} else {
		return false;
	}
	/* Folded in the same way, but not inverted as csum_fold() does. */
	pkt->seed = (__force __sum16)((sum + rol32(sum, 16)) >> 16);
	return true;
}

static __always_inline bool nf_csum_fast_ipv4(struct nf_csum_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const unsigned int thoff = sizeof(*iph);
	__wsum sum;

	if (skb_headlen(skb) < thoff + sizeof(struct tcphdr) ||
	    *(const u8 *)iph != (4 << 4 | thoff / 4) || ip_is_fragment(iph) ||
	    ntohs(iph->tot_len) != skb->len)
		return false;
	pkt->len = skb->len - thoff;
	pkt->proto = iph->protocol;
	sum = csum_tcpudp_nofold(iph->saddr, iph->daddr, pkt->len, pkt->proto,
				 0);
	return nf_csum_fast_transport(pkt, thoff, htons(pkt->len),
				       (__force u32)sum);
}

static __always_inline bool nf_csum_fast_ipv6(struct nf_csum_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;
	const unsigned int thoff = sizeof(*ip6h);

	if (skb_headlen(skb) < thoff + sizeof(struct tcphdr) ||
	    ip6h->version != 6)
		return false;
	pkt->len = skb->len - thoff;
	if (ntohs(ip6h->payload_len) != pkt->len)
		return false;
	pkt->proto = ip6h->nexthdr;
	return nf_csum_fast_transport(pkt, thoff, ip6h->payload_len,
				       nf_csum_pseudo_ipv6(ip6h));
}

/* Fills in what the headers say, if they are of the common kind. */
static __always_inline bool nf_csum_fast_headers(struct nf_csum_packet *pkt)
{
	if (likely(pkt->family == NFPROTO_IPV4))
		return nf_csum_fast_ipv4(pkt);
	return nf_csum_fast_ipv6(pkt);
}

/**
 * nf_csum_fast_ok - say of most packets that are all right that they are
 * @skb: a packet that is not CHECKSUM_PARTIAL; skb->data is at the network header
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * Context: Any.
 * Return: true if nf_csum_inspect() would say NF_CSUM_OK; false if that takes a
 * full judgement.
 */
static __always_inline bool nf_csum_fast_ok(struct sk_buff *skb, u8 family)
{
	struct nf_csum_packet pkt = { .skb = skb, .family = family };

	return !skb_is_gso(skb) && nf_csum_fast_headers(&pkt) && pkt.found &&
	       pkt.found != pkt.seed;
}

/**
 * nf_csum_fast_pending - the same of a pending checksum with a sound seed
 * @pkt: a packet of which @skb and @family are set
 *
 * Context: Any.
 * Return: true if nf_csum_inspect() would say NF_CSUM_PARTIAL,
 * NF_CSUM_PARTIAL_INNER or NF_CSUM_GSO, which @state then is, and all that
 * repair relies on has been filled in; false if that takes a full judgement.
 */
static __always_inline bool nf_csum_fast_pending(struct nf_csum_packet *pkt)
{
	struct sk_buff *skb = pkt->skb;
	int start;

	if (skb->ip_summed != CHECKSUM_PARTIAL || skb_csum_is_sctp(skb) ||
	    !nf_csum_fast_headers(pkt))
		return false;
	pkt->state = skb_is_gso(skb) ? NF_CSUM_GSO : NF_CSUM_PARTIAL;
	/* Other kinds, a tunnel's for one, are left to segmentation unjudged. */
	if (pkt->state == NF_CSUM_GSO && unlikely(!nf_csum_gso_is_judged(pkt)))
		return true;
	start = skb_checksum_start_offset(skb);
	if (likely(start == pkt->thoff))
		return pkt->found == pkt->seed &&
		       pkt->thoff + skb->csum_offset == pkt->field;
	if (pkt->state == NF_CSUM_GSO || pkt->proto != IPPROTO_UDP)
		return false;
	pkt->state = NF_CSUM_PARTIAL_INNER;
	return start >= (int)(pkt->thoff + sizeof(struct udphdr)) &&
	       nf_csum_offload_in_bounds(pkt);
}

/**
 * nf_csum_fast_partial - the same where nothing but the state matters
 * @skb: a packet that is CHECKSUM_PARTIAL and not GSO; skb->data is at the network
 *	header
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * Context: Any.
 * Return: true if nf_csum_inspect() would say NF_CSUM_PARTIAL, and the packet is no
 * SCTP; false if that takes a full judgement.
 */
static __always_inline bool nf_csum_fast_partial(struct sk_buff *skb, u8 family)
{
	struct nf_csum_packet pkt = { .skb = skb, .family = family };

	return !skb_csum_is_sctp(skb) && nf_csum_fast_headers(&pkt) &&
	       pkt.found == pkt.seed &&
	       skb_checksum_start_offset(skb) == pkt.thoff &&
	       pkt.thoff + skb->csum_offset == pkt.field;
}

#endif /* NF_CSUM_FASTPATH_H */
