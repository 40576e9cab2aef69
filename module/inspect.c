// SPDX-License-Identifier: GPL-2.0
/*
 * What is this packet? Reads headers and metadata, and changes nothing. Sums the
 * payload only where the checksum field looks unfinished, or where it is asked for.
 * Every field of a packet and every offload offset is taken to be hostile.
 */
#include <kunit/visibility.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netfilter.h>
#include <linux/sctp.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>

#include <nf_csum/headers.h>
#include <nf_csum/packet.h>

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
	 * changes the header behind its back. And only if it says 'right': if it
	 * does not, that may be the device's fault. Of an ICMP message of nothing
	 * but zeros it says nothing: the subtraction leaves the other zero of
	 * ones' complement, which would look right.
	 */
	if (skb->ip_summed == CHECKSUM_COMPLETE && (pkt->found || pkt->seed) &&
	    pkt->hook == NF_INET_PRE_ROUTING && ends_with_packet(pkt)) {
		pkt->sum = csum_sub(skb->csum,
				    skb_checksum(skb, 0, pkt->thoff, 0));
		if (is_right(pkt))
			return true;
	}
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

	/* UDP_SEGMENT where the device sums nothing: that is so by intent. */
	if (skb->ip_summed == CHECKSUM_NONE && pkt->found == pkt->seed &&
	    skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4)
		return NF_CSUM_GSO;
	/* Aggregated by a device, which left the field of one segment. */
	if (skb->ip_summed == CHECKSUM_UNNECESSARY && pkt->found &&
	    pkt->found != pkt->seed && !pkt->verify)
		return NF_CSUM_GSO;
	if (!skb_frags_readable(skb))
		return NF_CSUM_GSO;

	/* Segmentation would make any field look right: look before it does. */
	pkt->verified = verify(pkt);
	if (pkt->verified || !pkt->found || pkt->found == pkt->seed)
		return NF_CSUM_GSO_BAD;
	return NF_CSUM_CORRUPT;
}

static enum nf_csum_counter judge_partial(struct nf_csum_packet *pkt,
					  unsigned int hdrlen)
{
	struct sk_buff *skb = pkt->skb;

	if (skb_csum_is_sctp(skb))	/* not an Internet checksum */
		return NF_CSUM_OPAQUE;
	/* A device that finishes it sums up to the end, too. */
	if (!nf_csum_offload_in_bounds(pkt) || !ends_with_packet(pkt))
		return NF_CSUM_MALFORMED;
	if (skb_checksum_start_offset(skb) >= (int)(pkt->thoff + hdrlen))
		return NF_CSUM_PARTIAL_INNER;
	if (!offload_is_outermost(pkt))
		return NF_CSUM_MALFORMED;
	if (pkt->found == pkt->seed)
		return NF_CSUM_PARTIAL;
	/* Its sender may have computed it, and said by mistake that it did not. */
	if (pkt->found && skb_frags_readable(skb))
		pkt->verified = verify(pkt);
	return NF_CSUM_PARTIAL_BAD_SEED;
}

/*
 * The checksum is a CRC of 32 bits. It has no pseudo-header, and so no seed. That it
 * is pending is said by CHECKSUM_PARTIAL with csum_not_inet.
 */
static enum nf_csum_counter judge_sctp(struct nf_csum_packet *pkt,
				       struct nf_csum_window *window)
{
	struct sk_buff *skb = pkt->skb;
	const struct sctphdr *sh;

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

	sh = nf_csum_peek(window, pkt->thoff, sizeof(*sh));
	if (!sh)
		return NF_CSUM_OPAQUE;
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
 * A protocol whose header is not known here. A pending offload tells where its
 * checksum is, and a sound seed at that place shows that this is true.
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
 * A datagram shorter than its IP payload carries bytes that nobody sums, and is not
 * judged. But where a device vouched for it, what its length covers is checked:
 * damage to the length itself must not pass as a short datagram.
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

static enum nf_csum_counter check_udp_len(struct nf_csum_packet *pkt,
					  struct nf_csum_window *window)
{
	const struct udphdr *uh;
	unsigned int len;

	uh = nf_csum_peek(window, pkt->thoff, sizeof(*uh));
	if (!uh)
		return NF_CSUM_OPAQUE;
	len = ntohs(uh->len);
	if (!len && pkt->len > U16_MAX)		/* jumbogram */
		return NF_CSUM_OK;
	if (len < sizeof(*uh) || len > pkt->len)
		return NF_CSUM_MALFORMED;
	return len < pkt->len ? judge_short_udp(pkt, uh) : NF_CSUM_OK;
}

static enum nf_csum_counter judge(struct nf_csum_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;
	struct nf_csum_window window;
	enum nf_csum_counter state;
	const __sum16 *found;
	unsigned int hdrlen;

	/* Not an initializer, which would clear the bytes, too. */
	window.skb = skb;
	window.len = 0;
	state = nf_csum_parse(pkt, &window);
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
		return judge_sctp(pkt, &window);
	} else {
		return judge_other(pkt);
	}

	if (pkt->len < hdrlen)
		return NF_CSUM_MALFORMED;
	if (skb_is_gso(skb) && !nf_csum_gso_is_judged(pkt))
		return NF_CSUM_GSO;
	if (pkt->proto == IPPROTO_UDP) {
		state = check_udp_len(pkt, &window);
		if (state != NF_CSUM_OK)
			return state;
	}

	found = nf_csum_peek(&window, pkt->field, sizeof(*found));
	if (!found)
		return NF_CSUM_OPAQUE;
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
 * Changes nothing in the packet, allocates nothing. Fields are network byte order,
 * offsets and lengths host order.
 *
 * Context: Any.
 */
void nf_csum_inspect(struct nf_csum_packet *pkt)
{
	pkt->ip_summed = pkt->skb->ip_summed;
	pkt->verified = false;
	pkt->state = judge(pkt);
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_inspect);

/**
 * nf_csum_inspect_outer - say whether a tunnel's outer checksum is right
 * @pkt: an inspected packet that is PARTIAL_INNER; @sum is set unless the answer
 *	is NF_CSUM_OUTER_NONE, so that nf_csum_expected() says what is right
 *
 * With an inner checksum pending, everything from csum_start on will sum up to
 * the complement of the inner seed: the outer checksum follows from the headers
 * (local checksum offload).
 *
 * Context: Any.
 * Return: NF_CSUM_OUTER_RIGHT or _WRONG; _NONE if there is none, or it cannot be
 * told.
 */
enum nf_csum_outer nf_csum_inspect_outer(struct nf_csum_packet *pkt)
{
	unsigned int start = skb_checksum_start_offset(pkt->skb);
	const __sum16 *inner;
	__sum16 buf;

	if (pkt->proto != IPPROTO_UDP || !pkt->found)
		return NF_CSUM_OUTER_NONE;
	/* At an odd distance the inner bytes would count swapped. */
	if ((start - pkt->thoff) % 2)
		return NF_CSUM_OUTER_NONE;
	inner = skb_header_pointer(pkt->skb, start + pkt->skb->csum_offset,
				   sizeof(buf), &buf);
	if (!inner)
		return NF_CSUM_OUTER_NONE;

	pkt->sum = skb_checksum(pkt->skb, pkt->thoff, start - pkt->thoff,
				~csum_unfold(*inner));
	return is_right(pkt) ? NF_CSUM_OUTER_RIGHT : NF_CSUM_OUTER_WRONG;
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_inspect_outer);
