/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shortcuts for the common packets: TCP and UDP without IP options,
 * fragmentation or GSO, with their headers in the linear part.
 */
#ifndef NF_CSUM_PLAIN_H
#define NF_CSUM_PLAIN_H

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>

#include <nf_csum/packet.h>

/* The pseudo-header's sum, to be folded; inline, unlike csum_ipv6_magic(). */
static inline __wsum nf_csum_ipv6_nofold(const struct ipv6hdr *ip6h,
					 unsigned int len)
{
	const __be32 *s = ip6h->saddr.s6_addr32, *d = ip6h->daddr.s6_addr32;
	u64 sum = (__force u32)htonl(len + ip6h->nexthdr);

	sum += (__force u32)s[0];
	sum += (__force u32)s[1];
	sum += (__force u32)s[2];
	sum += (__force u32)s[3];
	sum += (__force u32)d[0];
	sum += (__force u32)d[1];
	sum += (__force u32)d[2];
	sum += (__force u32)d[3];
	sum = (u32)sum + (sum >> 32);
	return (__force __wsum)((u32)sum + (u32)(sum >> 32));
}

static inline bool nf_csum_plain_ipv4(struct nf_csum_packet *pkt, __wsum *seed)
{
	const struct sk_buff *skb = pkt->skb;
	const struct iphdr *iph = (const struct iphdr *)skb->data;

	pkt->thoff = sizeof(*iph);
	if (skb_headlen(skb) < pkt->thoff + sizeof(struct tcphdr) ||
	    iph->version != 4 || iph->ihl != pkt->thoff / 4 ||
	    ip_is_fragment(iph) || ntohs(iph->tot_len) != skb->len)
		return false;
	pkt->len = skb->len - pkt->thoff;
	pkt->proto = iph->protocol;
	*seed = csum_tcpudp_nofold(iph->saddr, iph->daddr, pkt->len,
				   pkt->proto, 0);
	return true;
}

static inline bool nf_csum_plain_ipv6(struct nf_csum_packet *pkt, __wsum *seed)
{
	const struct sk_buff *skb = pkt->skb;
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;

	pkt->thoff = sizeof(*ip6h);
	if (skb_headlen(skb) < pkt->thoff + sizeof(struct tcphdr) ||
	    ip6h->version != 6)
		return false;
	pkt->len = skb->len - pkt->thoff;
	if (ntohs(ip6h->payload_len) != pkt->len)
		return false;
	pkt->proto = ip6h->nexthdr;
	*seed = nf_csum_ipv6_nofold(ip6h, pkt->len);
	return true;
}

/* Fills in what plain headers say. */
static inline bool nf_csum_plain_headers(struct nf_csum_packet *pkt)
{
	const u8 *data = pkt->skb->data;
	const struct udphdr *uh;
	__wsum seed;

	if (pkt->family == NFPROTO_IPV4 ? !nf_csum_plain_ipv4(pkt, &seed) :
					  !nf_csum_plain_ipv6(pkt, &seed))
		return false;
	if (pkt->proto == IPPROTO_TCP) {
		pkt->field = pkt->thoff + offsetof(struct tcphdr, check);
	} else if (pkt->proto == IPPROTO_UDP) {
		uh = (const struct udphdr *)(data + pkt->thoff);
		if (ntohs(uh->len) != pkt->len)
			return false;
		pkt->field = pkt->thoff + offsetof(struct udphdr, check);
	} else {
		return false;
	}
	pkt->found = *(const __sum16 *)(data + pkt->field);
	pkt->seed = ~csum_fold(seed);
	return true;
}

/**
 * nf_csum_is_plainly_ok - say of most packets that are all right that they are
 * @skb: the packet; skb->data is at the network header
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * Any context. Return: true if nf_csum_inspect() would say NF_CSUM_OK, which
 * takes several times as long; false if that cannot be said at a glance.
 */
static inline bool nf_csum_is_plainly_ok(struct sk_buff *skb, u8 family)
{
	struct nf_csum_packet pkt = { .skb = skb, .family = family };

	return skb->ip_summed != CHECKSUM_PARTIAL && !skb_is_gso(skb) &&
	       nf_csum_plain_headers(&pkt) && pkt.found &&
	       pkt.found != pkt.seed;
}

/**
 * nf_csum_is_plainly_pending - the same of a pending checksum with a sound seed
 * @pkt: a packet of which @skb and @family are set
 *
 * Any context. Return: true if nf_csum_inspect() would say NF_CSUM_PARTIAL, and
 * what else that fills in has been filled in; false if that cannot be said at
 * a glance.
 */
static inline bool nf_csum_is_plainly_pending(struct nf_csum_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;

	return skb->ip_summed == CHECKSUM_PARTIAL && !skb_is_gso(skb) &&
	       !skb->csum_not_inet && nf_csum_plain_headers(pkt) &&
	       pkt->found == pkt->seed &&
	       skb_checksum_start_offset(skb) == pkt->thoff &&
	       pkt->thoff + skb->csum_offset == pkt->field;
}

#endif /* NF_CSUM_PLAIN_H */
