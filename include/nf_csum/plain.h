/* SPDX-License-Identifier: GPL-2.0 */
/* The common packet, told from the others at a glance. */
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

/* TCP or UDP with a field that is not 0 and not the seed? */
static inline bool nf_csum_looks_finished(const struct sk_buff *skb, u8 proto,
					  unsigned int thoff, __wsum seed)
{
	const void *header = skb->data + thoff;
	const struct udphdr *uh = header;
	__sum16 found;

	if (proto == IPPROTO_TCP)
		found = ((const struct tcphdr *)header)->check;
	else if (proto == IPPROTO_UDP && ntohs(uh->len) == skb->len - thoff)
		found = uh->check;
	else
		return false;
	if (unlikely(!found))
		return false;
	return (__force u16)~found != (__force u16)csum_fold(seed);
}

static inline bool nf_csum_is_plain_ipv4(const struct sk_buff *skb)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const unsigned int thoff = sizeof(*iph);

	if (skb_headlen(skb) < thoff + sizeof(struct tcphdr) ||
	    iph->version != 4 || iph->ihl != thoff / 4 || ip_is_fragment(iph) ||
	    ntohs(iph->tot_len) != skb->len)
		return false;
	return nf_csum_looks_finished(skb, iph->protocol, thoff,
			csum_tcpudp_nofold(iph->saddr, iph->daddr,
					   skb->len - thoff, iph->protocol, 0));
}

static inline bool nf_csum_is_plain_ipv6(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;
	const unsigned int thoff = sizeof(*ip6h);

	if (skb_headlen(skb) < thoff + sizeof(struct tcphdr) ||
	    ip6h->version != 6 || ntohs(ip6h->payload_len) != skb->len - thoff)
		return false;
	return nf_csum_looks_finished(skb, ip6h->nexthdr, thoff,
			nf_csum_ipv6_nofold(ip6h, skb->len - thoff));
}

/**
 * nf_csum_is_plain - say whether a packet is the common one, and all right
 * @skb: the packet; skb->data is at the network header
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * Nothing but a shortcut: of these nf_csum_inspect() would say NF_CSUM_OK, at
 * several times the cost. Any context.
 *
 * Return: true for TCP and UDP without options, fragmentation or offload whose
 * checksum looks finished; false if that cannot be said of it at a glance.
 */
static inline bool nf_csum_is_plain(const struct sk_buff *skb, u8 family)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL || skb_is_gso(skb))
		return false;
	return family == NFPROTO_IPV4 ? nf_csum_is_plain_ipv4(skb) :
					nf_csum_is_plain_ipv6(skb);
}

#endif /* NF_CSUM_PLAIN_H */
