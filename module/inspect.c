// SPDX-License-Identifier: GPL-2.0
/*
 * What is this packet? Reads headers and metadata, changes nothing, and sums
 * the payload only where the checksum field makes it worth it. Every field of
 * a packet and every offload offset is taken to be hostile.
 */
#include <kunit/visibility.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/sctp.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

#include <nf_csum/packet.h>
#include <nf_csum/plain.h>

/* More extension headers than this is an attack, not traffic. */
#define MAX_EXTHDRS	8

/* These have a checksum of their own bytes only. */
static bool lacks_pseudo_header(const struct nf_csum_packet *pkt)
{
	return pkt->proto == IPPROTO_GRE || pkt->proto == IPPROTO_SCTP ||
	       (pkt->proto == IPPROTO_ICMP && pkt->family == NFPROTO_IPV4);
}

/*
 * A source route means that the header's destination need not be the one in
 * the pseudo-header.
 */
static enum nf_csum_counter walk_ipv4_options(const struct sk_buff *skb,
					      unsigned int left)
{
	u8 buf[MAX_IPOPTLEN];
	const u8 *opt;

	opt = skb_header_pointer(skb, sizeof(struct iphdr), left, buf);
	if (!opt)
		return NF_CSUM_MALFORMED;

	while (left) {
		unsigned int len = 1;

		switch (opt[0]) {
		case IPOPT_END:
			return NF_CSUM_OK;
		case IPOPT_NOOP:
			break;
		case IPOPT_LSRR:
		case IPOPT_SSRR:
			return NF_CSUM_OPAQUE;
		default:
			if (left < 2 || opt[1] < 2 || opt[1] > left)
				return NF_CSUM_MALFORMED;
			len = opt[1];
		}
		opt += len;
		left -= len;
	}
	return NF_CSUM_OK;
}

/* Fills in the offsets, the protocol and the seed; OK if there are any. */
static enum nf_csum_counter parse_ipv4(struct nf_csum_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;
	enum nf_csum_counter state;
	const struct iphdr *iph;
	unsigned int total;
	struct iphdr buf;

	iph = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!iph || iph->version != 4 || iph->ihl < 5)
		return NF_CSUM_MALFORMED;

	total = ntohs(iph->tot_len);
	if (!total && skb_is_gso(skb))	/* BIG TCP */
		total = skb->len;
	pkt->thoff = iph->ihl * 4;
	if (total < pkt->thoff || total > skb->len)
		return NF_CSUM_MALFORMED;
	if (ip_is_fragment(iph))
		return NF_CSUM_FRAGMENT;
	if (unlikely(pkt->thoff > sizeof(*iph))) {
		state = walk_ipv4_options(skb, pkt->thoff - sizeof(*iph));
		if (state != NF_CSUM_OK)
			return state;
	}

	pkt->len = total - pkt->thoff;
	pkt->proto = iph->protocol;
	pkt->seed = lacks_pseudo_header(pkt) ? 0 :
		~csum_tcpudp_magic(iph->saddr, iph->daddr, pkt->len,
				   pkt->proto, 0);
	return NF_CSUM_OK;
}

/*
 * With a home address option the source in the pseudo-header is the option's,
 * not the header's.
 */
static enum nf_csum_counter walk_destopts(const struct sk_buff *skb,
					  unsigned int off, unsigned int end)
{
	const u8 *opt;
	u8 buf[2];

	off += sizeof(struct ipv6_opt_hdr);
	while (off < end) {
		opt = skb_header_pointer(skb, off, 1, buf);
		if (opt && opt[0] == IPV6_TLV_PAD1) {
			off++;
			continue;
		}
		opt = skb_header_pointer(skb, off, sizeof(buf), buf);
		if (!opt || off + sizeof(buf) + opt[1] > end)
			return NF_CSUM_MALFORMED;
		if (opt[0] == IPV6_TLV_HAO)
			return NF_CSUM_OPAQUE;
		off += sizeof(buf) + opt[1];
	}
	return NF_CSUM_OK;
}

/* One extension header; moves @off and @nexthdr past it if that is all right. */
static enum nf_csum_counter skip_exthdr(const struct sk_buff *skb,
					unsigned int *off, unsigned int total,
					u8 *nexthdr)
{
	enum nf_csum_counter state = NF_CSUM_OK;
	unsigned int len;
	const u8 *hdr;
	u8 buf[8];

	if (*off + sizeof(buf) > total)
		return NF_CSUM_MALFORMED;
	hdr = skb_header_pointer(skb, *off, sizeof(buf), buf);
	if (!hdr)
		return NF_CSUM_MALFORMED;

	len = ipv6_optlen((const struct ipv6_opt_hdr *)hdr);
	if (*nexthdr == NEXTHDR_FRAGMENT) {
		const struct frag_hdr *fh = (const struct frag_hdr *)hdr;

		/* An atomic fragment is a whole packet. */
		if (fh->frag_off & htons(IP6_OFFSET | IP6_MF))
			return NF_CSUM_FRAGMENT;
		len = sizeof(*fh);
	}
	if (*off + len > total)
		return NF_CSUM_MALFORMED;

	/* With segments left the final destination is in the routing header. */
	if (*nexthdr == NEXTHDR_ROUTING &&
	    ((const struct ipv6_rt_hdr *)hdr)->segments_left)
		return NF_CSUM_OPAQUE;
	if (*nexthdr == NEXTHDR_DEST)
		state = walk_destopts(skb, *off, *off + len);

	*nexthdr = hdr[0];
	*off += len;
	return state;
}

static bool is_exthdr(u8 nexthdr)
{
	return nexthdr == NEXTHDR_HOP || nexthdr == NEXTHDR_ROUTING ||
	       nexthdr == NEXTHDR_DEST || nexthdr == NEXTHDR_FRAGMENT;
}

static enum nf_csum_counter parse_ipv6(struct nf_csum_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;
	const struct ipv6hdr *ip6h;
	enum nf_csum_counter state;
	unsigned int total, i;
	struct ipv6hdr buf;
	u8 nexthdr;

	ip6h = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!ip6h || ip6h->version != 6)
		return NF_CSUM_MALFORMED;

	nexthdr = ip6h->nexthdr;
	total = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	if (!ip6h->payload_len && (nexthdr == NEXTHDR_HOP || skb_is_gso(skb)))
		total = skb->len;	/* jumbogram, BIG TCP */
	if (total > skb->len)
		return NF_CSUM_MALFORMED;

	pkt->thoff = sizeof(*ip6h);
	for (i = 0; is_exthdr(nexthdr); i++) {
		if (i == MAX_EXTHDRS)
			return NF_CSUM_OPAQUE;
		state = skip_exthdr(skb, &pkt->thoff, total, &nexthdr);
		if (state != NF_CSUM_OK)
			return state;
	}

	pkt->len = total - pkt->thoff;
	pkt->proto = nexthdr;
	pkt->seed = lacks_pseudo_header(pkt) ? 0 :
		~csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, pkt->len,
				 pkt->proto, 0);
	return NF_CSUM_OK;
}

/* No bytes behind the IP packet's end? */
static bool ends_with_packet(const struct nf_csum_packet *pkt)
{
	return pkt->skb->len == pkt->thoff + pkt->len;
}

static bool is_right(const struct nf_csum_packet *pkt)
{
	return !csum_fold(csum_add(pkt->sum, csum_unfold(pkt->seed)));
}

/* Does the checksum hold? Leaves the sum behind, so that filling need not walk again. */
static bool verify(struct nf_csum_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;

	/*
	 * A device's sum spares the walk, but only on the way in: forwarding
	 * changes the header behind its back.
	 */
	if (skb->ip_summed == CHECKSUM_COMPLETE &&
	    pkt->hook == NF_INET_PRE_ROUTING && ends_with_packet(pkt))
		pkt->sum = csum_sub(skb->csum,
				    skb_checksum(skb, 0, pkt->thoff, 0));
	else
		pkt->sum = skb_checksum(skb, pkt->thoff, pkt->len, 0);

	return is_right(pkt);
}

/* Is it the checksum of the outermost transport header that is pending? */
static bool offload_is_outermost(const struct nf_csum_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;

	return skb_checksum_start_offset(skb) == pkt->thoff &&
	       pkt->thoff + skb->csum_offset == pkt->field;
}

static enum nf_csum_counter judge_gso(struct nf_csum_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;

	/* Segmentation takes the seed to cover everything up to the end. */
	if (!ends_with_packet(pkt))
		return NF_CSUM_MALFORMED;
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		if (!offload_is_outermost(pkt))
			return NF_CSUM_MALFORMED;
		return pkt->found == pkt->seed ? NF_CSUM_GSO : NF_CSUM_GSO_BAD;
	}
	if (pkt->proto == IPPROTO_UDP && !pkt->found)
		return NF_CSUM_NO_CHECKSUM;

	if (!skb_frags_readable(skb))
		return NF_CSUM_GSO;

	/* Segmentation would make any field look right: look before it does. */
	pkt->verified = verify(pkt);
	if (pkt->verified || !pkt->found || pkt->found == pkt->seed)
		return NF_CSUM_GSO_BAD;
	return NF_CSUM_CORRUPT;
}

static enum nf_csum_counter judge_partial(const struct nf_csum_packet *pkt,
					  unsigned int hdrlen)
{
	struct sk_buff *skb = pkt->skb;

	if (skb_csum_is_sctp(skb))	/* not an Internet checksum */
		return NF_CSUM_OPAQUE;
	/* So does a device that is to finish the sum. */
	if (!nf_csum_offload_in_bounds(pkt) || !ends_with_packet(pkt))
		return NF_CSUM_MALFORMED;
	if (skb_checksum_start_offset(skb) >= (int)(pkt->thoff + hdrlen))
		return NF_CSUM_PARTIAL_INNER;
	if (!offload_is_outermost(pkt))
		return NF_CSUM_MALFORMED;
	return pkt->found == pkt->seed ? NF_CSUM_PARTIAL :
					 NF_CSUM_PARTIAL_BAD_SEED;
}

/*
 * The checksum is a CRC of 32 bits, without a pseudo-header and so without a
 * seed: csum_not_inet is what says that it is pending.
 */
static enum nf_csum_counter judge_sctp(struct nf_csum_packet *pkt)
{
	struct sk_buff *skb = pkt->skb;
	const struct sctphdr *sh;
	struct sctphdr buf;

	if (pkt->len < sizeof(*sh))
		return NF_CSUM_MALFORMED;
	if (skb_is_gso(skb))
		return NF_CSUM_GSO;
	pkt->field = pkt->thoff + offsetof(struct sctphdr, checksum);
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		if (!skb_csum_is_sctp(skb))
			return NF_CSUM_OPAQUE;
		return offload_is_outermost(pkt) && ends_with_packet(pkt) ?
			NF_CSUM_PARTIAL : NF_CSUM_MALFORMED;
	}

	sh = skb_header_pointer(skb, pkt->thoff, sizeof(buf), &buf);
	if (!sh)
		return NF_CSUM_MALFORMED;
	pkt->found_crc = sh->checksum;
	if (likely(pkt->found_crc && !pkt->verify))
		return NF_CSUM_OK;
	if (!nf_csum_crc32c(pkt, &pkt->crc))
		return NF_CSUM_OPAQUE;
	if (pkt->found_crc == pkt->crc)
		return NF_CSUM_OK;
	return pkt->found_crc ? NF_CSUM_CORRUPT : NF_CSUM_ZEROED;
}

static enum nf_csum_counter judge_finished(struct nf_csum_packet *pkt)
{
	if (likely(pkt->found && pkt->found != pkt->seed && !pkt->verify))
		return NF_CSUM_OK;
	if (pkt->proto == IPPROTO_UDP && !pkt->found)
		return NF_CSUM_NO_CHECKSUM;
	if (!skb_frags_readable(pkt->skb))	/* in a device's memory */
		return NF_CSUM_OPAQUE;

	/* Now and then a right checksum is 0, or looks like the seed. */
	if (verify(pkt))
		return NF_CSUM_OK;
	if (!pkt->found)
		return NF_CSUM_ZEROED;
	return pkt->found == pkt->seed ? NF_CSUM_SEED : NF_CSUM_CORRUPT;
}

/*
 * A protocol whose header is not known here: a pending offload tells where its
 * checksum is, and a sound seed there shows that it means what it says.
 */
static enum nf_csum_counter judge_other(struct nf_csum_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;
	const __sum16 *found;
	__sum16 buf;

	if (skb_is_gso(skb))
		return NF_CSUM_GSO;
	switch (pkt->proto) {
	case IPPROTO_AH:
	case IPPROTO_ESP:
	case IPPROTO_NONE:
	case IPPROTO_UDPLITE:	/* coverage of its own */
		return NF_CSUM_OPAQUE;
	}
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return NF_CSUM_OPAQUE;

	pkt->field = pkt->thoff + skb->csum_offset;
	if (skb_checksum_start_offset(skb) == pkt->thoff) {
		found = skb_header_pointer(skb, pkt->field, sizeof(buf), &buf);
		if (found && *found != pkt->seed)
			return NF_CSUM_OPAQUE;
		pkt->found = pkt->seed;
	}
	return judge_partial(pkt, 1);
}

/*
 * A datagram shorter than its IP payload carries bytes that nobody sums, and is
 * not judged. But a voucher for it is one for what its length covers, and a
 * length that was damaged must not get away with it.
 */
static enum nf_csum_counter judge_short_udp(struct nf_csum_packet *pkt,
					    const struct udphdr *uh)
{
	unsigned int len = ntohs(uh->len);
	__wsum sum;

	if (!pkt->verify || skb_is_gso(pkt->skb) || !uh->check ||
	    pkt->skb->ip_summed == CHECKSUM_PARTIAL ||
	    !skb_frags_readable(pkt->skb))
		return NF_CSUM_OPAQUE;

	/* The seed is of the IP payload's length. */
	sum = skb_checksum(pkt->skb, pkt->thoff, len, 0);
	sum = csum_sub(sum, (__force __wsum)htonl(pkt->len));
	pkt->sum = csum_add(sum, (__force __wsum)htonl(len));
	pkt->found = uh->check;
	return is_right(pkt) ? NF_CSUM_OPAQUE : NF_CSUM_CORRUPT;
}

static enum nf_csum_counter check_udp_len(struct nf_csum_packet *pkt)
{
	const struct udphdr *uh;
	struct udphdr buf;
	unsigned int len;

	uh = skb_header_pointer(pkt->skb, pkt->thoff, sizeof(buf), &buf);
	if (!uh)
		return NF_CSUM_MALFORMED;
	len = ntohs(uh->len);
	if (!len && pkt->len > U16_MAX)		/* jumbogram */
		return NF_CSUM_OK;
	if (len < sizeof(*uh) || len > pkt->len)
		return NF_CSUM_MALFORMED;
	return len < pkt->len ? judge_short_udp(pkt, uh) : NF_CSUM_OK;
}

static noinline enum nf_csum_counter judge(struct nf_csum_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;
	enum nf_csum_counter state;
	const __sum16 *found;
	unsigned int hdrlen;
	__sum16 buf;

	state = pkt->family == NFPROTO_IPV4 ? parse_ipv4(pkt) : parse_ipv6(pkt);
	if (state != NF_CSUM_OK)
		return state;

	if (pkt->proto == IPPROTO_TCP) {
		hdrlen = sizeof(struct tcphdr);
		pkt->field = pkt->thoff + offsetof(struct tcphdr, check);
	} else if (pkt->proto == IPPROTO_UDP) {
		hdrlen = sizeof(struct udphdr);
		pkt->field = pkt->thoff + offsetof(struct udphdr, check);
	} else if (pkt->proto == IPPROTO_ICMP &&
		   pkt->family == NFPROTO_IPV4) {
		hdrlen = sizeof(struct icmphdr);
		pkt->field = pkt->thoff + offsetof(struct icmphdr, checksum);
	} else if (pkt->proto == IPPROTO_ICMPV6 &&
		   pkt->family == NFPROTO_IPV6) {
		hdrlen = sizeof(struct icmp6hdr);
		pkt->field = pkt->thoff + offsetof(struct icmp6hdr, icmp6_cksum);
	} else if (pkt->proto == IPPROTO_SCTP) {
		return judge_sctp(pkt);
	} else {
		return judge_other(pkt);
	}

	if (pkt->len < hdrlen)
		return NF_CSUM_MALFORMED;
	if (skb_is_gso(skb) && !nf_csum_is_plain_gso(pkt))
		return NF_CSUM_GSO;
	if (pkt->proto == IPPROTO_UDP) {
		state = check_udp_len(pkt);
		if (state != NF_CSUM_OK)
			return state;
	}

	found = skb_header_pointer(skb, pkt->field, sizeof(buf), &buf);
	if (!found)
		return NF_CSUM_MALFORMED;
	pkt->found = *found;

	if (skb_is_gso(skb))
		return judge_gso(pkt);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		return judge_partial(pkt, hdrlen);
	return judge_finished(pkt);
}

/**
 * nf_csum_inspect - say what a packet's headers and metadata are evidence of
 * @pkt: @skb, @family, @hook and @verify are the caller's; the rest is filled in
 *
 * Changes nothing in the packet, allocates nothing, may be called in any
 * context. Fields are network byte order, offsets and lengths host order.
 */
void nf_csum_inspect(struct nf_csum_packet *pkt)
{
	pkt->ip_summed = pkt->skb->ip_summed;
	pkt->verified = false;
	if (!nf_csum_is_plainly_pending(pkt))
		pkt->state = judge(pkt);
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_inspect);
