// SPDX-License-Identifier: GPL-2.0
/*
 * From the IP header to the transport header. Whatever a packet says, it costs at
 * most one copy of bytes that are not linear, and a fixed number of steps through
 * options and extension headers. A packet that wants more is not judged.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

#include <nf_csum/headers.h>
#include <nf_csum/packet.h>

/* An option or an extension header is a step. Real packets take up to five. */
#define MAX_STEPS	8

/* These have a checksum of their own bytes only. */
static bool lacks_pseudo_header(const struct nf_csum_packet *pkt)
{
	return pkt->proto == IPPROTO_GRE || pkt->proto == IPPROTO_SCTP ||
	       (pkt->proto == IPPROTO_ICMP && pkt->family == NFPROTO_IPV4);
}

/**
 * nf_csum_peek - read a few bytes of a packet's headers
 * @window: of the packet, with @skb set and @len 0 before the first call
 * @off: offset from skb->data, in bytes
 * @len: how many bytes; at most the size of the window, and not beyond the
 *	packet's end
 *
 * Context: Any.
 * Return: the bytes, good as long as the packet and the window are; NULL if that
 * would take a second copy, or they cannot be read.
 */
const void *nf_csum_peek(struct nf_csum_window *window, unsigned int off,
			 unsigned int len)
{
	const struct sk_buff *skb = window->skb;

	if (likely(off + len <= skb_headlen(skb)))
		return skb->data + off;
	if (!window->len && len <= sizeof(window->bytes)) {
		window->off = off;
		window->len = min_t(unsigned int, sizeof(window->bytes),
				    skb->len - off);
		if (skb_copy_bits(skb, off, window->bytes, window->len))
			return NULL;
	}
	if (!window->len || off < window->off ||
	    off + len > window->off + window->len)
		return NULL;
	return window->bytes + (off - window->off);
}

/*
 * A source route means that the header's destination need not be the one in
 * the pseudo-header.
 */
static enum nf_csum_counter walk_ipv4_options(const u8 *opt, unsigned int left)
{
	static const u8 nops[] = { [0 ... 7] = IPOPT_NOOP };
	unsigned int steps, len;

	for (steps = 0; left; steps++, opt += len, left -= len) {
		if (steps == MAX_STEPS)
			return NF_CSUM_OPAQUE;
		if (opt[0] == IPOPT_END)
			return NF_CSUM_OK;
		if (opt[0] == IPOPT_NOOP) {
			/* There may be forty: eight in a row are one step. */
			len = left >= sizeof(nops) &&
			      !memcmp(opt, nops, sizeof(nops)) ?
				sizeof(nops) : 1;
			continue;
		}
		if (opt[0] == IPOPT_LSRR || opt[0] == IPOPT_SSRR)
			return NF_CSUM_OPAQUE;
		if (left < 2 || opt[1] < 2 || opt[1] > left)
			return NF_CSUM_MALFORMED;
		len = opt[1];
	}
	return NF_CSUM_OK;
}

static enum nf_csum_counter parse_ipv4(struct nf_csum_packet *pkt,
				       struct nf_csum_window *window)
{
	const struct sk_buff *skb = pkt->skb;
	enum nf_csum_counter state;
	const struct iphdr *iph;
	unsigned int total;
	const u8 *options;

	if (skb->len < sizeof(*iph))
		return NF_CSUM_MALFORMED;
	iph = nf_csum_peek(window, 0, sizeof(*iph));
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
		options = nf_csum_peek(window, sizeof(*iph),
				       pkt->thoff - sizeof(*iph));
		if (!options)
			return NF_CSUM_OPAQUE;
		state = walk_ipv4_options(options, pkt->thoff - sizeof(*iph));
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
static enum nf_csum_counter walk_destopts(const u8 *opt, unsigned int left,
					  unsigned int *steps)
{
	unsigned int len;

	for (; left; ++*steps, opt += len, left -= len) {
		if (*steps == MAX_STEPS)
			return NF_CSUM_OPAQUE;
		if (opt[0] == IPV6_TLV_PAD1) {
			len = 1;
			continue;
		}
		if (left < 2 || 2 + opt[1] > left)
			return NF_CSUM_MALFORMED;
		if (opt[0] == IPV6_TLV_HAO)
			return NF_CSUM_OPAQUE;
		len = 2 + opt[1];
	}
	return NF_CSUM_OK;
}

/* One extension header; moves @off and @nexthdr past it if that is all right. */
static enum nf_csum_counter skip_exthdr(struct nf_csum_window *window,
					unsigned int *off, unsigned int total,
					u8 *nexthdr, unsigned int *steps)
{
	enum nf_csum_counter state = NF_CSUM_OK;
	const u8 *hdr;
	unsigned int len;

	if (*off + 8 > total)
		return NF_CSUM_MALFORMED;
	hdr = nf_csum_peek(window, *off, 8);
	if (!hdr)
		return NF_CSUM_OPAQUE;

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
	if (*nexthdr == NEXTHDR_DEST) {
		hdr = nf_csum_peek(window, *off, len);
		if (!hdr)
			return NF_CSUM_OPAQUE;
		state = walk_destopts(hdr + sizeof(struct ipv6_opt_hdr),
				      len - sizeof(struct ipv6_opt_hdr), steps);
	}

	*nexthdr = hdr[0];
	*off += len;
	return state;
}

static bool is_exthdr(u8 nexthdr)
{
	return nexthdr == NEXTHDR_HOP || nexthdr == NEXTHDR_ROUTING ||
	       nexthdr == NEXTHDR_DEST || nexthdr == NEXTHDR_FRAGMENT;
}

/*
 * BIG TCP and jumbograms say 0, for what is too long to be said. Anything else that
 * says so has no length: what follows may as well be padding. In a frame a jumbogram
 * may have that, too: it is IP that reads the option, and cuts off what is behind.
 */
static bool lacks_length(const struct nf_csum_packet *pkt, u8 nexthdr)
{
	const struct sk_buff *skb = pkt->skb;

	return skb_is_gso(skb) ||
	       (nexthdr == NEXTHDR_HOP && pkt->hook != NF_INET_FORWARD &&
		skb->len - sizeof(struct ipv6hdr) > U16_MAX);
}

static enum nf_csum_counter parse_ipv6(struct nf_csum_packet *pkt,
				       struct nf_csum_window *window)
{
	const struct sk_buff *skb = pkt->skb;
	const struct ipv6hdr *ip6h;
	enum nf_csum_counter state;
	unsigned int total, steps;
	u8 nexthdr;

	if (skb->len < sizeof(*ip6h))
		return NF_CSUM_MALFORMED;
	ip6h = nf_csum_peek(window, 0, sizeof(*ip6h));
	if (!ip6h || ip6h->version != 6)
		return NF_CSUM_MALFORMED;

	nexthdr = ip6h->nexthdr;
	total = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	if (!ip6h->payload_len && lacks_length(pkt, nexthdr))
		total = skb->len;
	if (total > skb->len)
		return NF_CSUM_MALFORMED;

	pkt->thoff = sizeof(*ip6h);
	for (steps = 0; is_exthdr(nexthdr); steps++) {
		if (steps >= MAX_STEPS)
			return NF_CSUM_OPAQUE;
		state = skip_exthdr(window, &pkt->thoff, total, &nexthdr,
				    &steps);
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

/**
 * nf_csum_parse - find the transport header of a packet
 * @pkt: @skb, @family and @hook are the caller's; @thoff, @len, @proto and @seed are
 *	filled in
 * @window: of the same packet, see nf_csum_peek()
 *
 * Context: Any.
 * Return: NF_CSUM_OK if there is one, else the state of the packet.
 */
enum nf_csum_counter nf_csum_parse(struct nf_csum_packet *pkt,
				   struct nf_csum_window *window)
{
	return pkt->family == NFPROTO_IPV4 ? parse_ipv4(pkt, window) :
					     parse_ipv6(pkt, window);
}
