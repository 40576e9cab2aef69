// SPDX-License-Identifier: GPL-2.0
/* What the trace event shows of a packet. Nothing here runs while the event is off. */
#include <linux/bitops.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/swab.h>
#include <net/checksum.h>

#define CREATE_TRACE_POINTS
#include <nf_csum/trace.h>

/**
 * nf_csum_trace_actions - name what was done to a packet
 * @buf: NF_CSUM_TRACE_ACTIONS bytes: the names with commas between, or "-"
 * @done: a bit for each action
 *
 * Context: Any.
 */
void nf_csum_trace_actions(char *buf, u32 done)
{
	size_t len = 0;

	strscpy_pad(buf, "-", NF_CSUM_TRACE_ACTIONS);
	for (; done; done &= done - 1)
		len += scnprintf(buf + len, NF_CSUM_TRACE_ACTIONS - len, "%s%s",
				 len ? "," : "",
				 nf_csum_counter_names[__ffs(done)]);
}

static bool has_ports(const struct nf_csum_packet *pkt)
{
	return pkt->thoff && (pkt->proto == IPPROTO_TCP ||
			      pkt->proto == IPPROTO_UDP ||
			      pkt->proto == IPPROTO_UDPLITE ||
			      pkt->proto == IPPROTO_SCTP);
}

/**
 * nf_csum_trace_addresses - say who a packet is from and to
 * @pkt: an inspected packet
 * @src: the source; a sockaddr_in where that is the family
 * @dst: the destination, likewise
 *
 * What a packet is too short for is zero.
 *
 * Context: Any.
 */
void nf_csum_trace_addresses(const struct nf_csum_packet *pkt,
			     struct sockaddr_in6 *src,
			     struct sockaddr_in6 *dst)
{
	__be16 ports[2] = {};

	memset(src, 0, sizeof(*src));
	memset(dst, 0, sizeof(*dst));
	if (has_ports(pkt) &&
	    skb_copy_bits(pkt->skb, pkt->thoff, ports, sizeof(ports)))
		memset(ports, 0, sizeof(ports));

	if (pkt->family == NFPROTO_IPV4) {
		struct sockaddr_in *src4 = (struct sockaddr_in *)src;
		struct sockaddr_in *dst4 = (struct sockaddr_in *)dst;
		struct iphdr iph = {};

		skb_copy_bits(pkt->skb, 0, &iph, sizeof(iph));
		src4->sin_family = AF_INET;
		src4->sin_port = ports[0];
		src4->sin_addr.s_addr = iph.saddr;
		dst4->sin_family = AF_INET;
		dst4->sin_port = ports[1];
		dst4->sin_addr.s_addr = iph.daddr;
	} else {
		struct ipv6hdr ip6h = {};

		skb_copy_bits(pkt->skb, 0, &ip6h, sizeof(ip6h));
		src->sin6_family = AF_INET6;
		src->sin6_port = ports[0];
		src->sin6_addr = ip6h.saddr;
		dst->sin6_family = AF_INET6;
		dst->sin6_port = ports[1];
		dst->sin6_addr = ip6h.daddr;
	}
}

/* As the bytes are on the wire. */
static u32 wire_crc(__le32 crc)
{
	return swab32(le32_to_cpu(crc));
}

/**
 * nf_csum_trace_found - say what a packet's checksum field held
 * @pkt: an inspected packet
 *
 * Context: Any.
 * Return: the field read in network order, 32 bits for SCTP and else 16.
 */
u32 nf_csum_trace_found(const struct nf_csum_packet *pkt)
{
	if (pkt->proto == IPPROTO_SCTP)
		return wire_crc(pkt->found_crc);
	return ntohs((__force __be16)pkt->found);
}

/**
 * nf_csum_trace_expected - say what a packet's field ought to have held
 * @pkt: an inspected packet
 *
 * Context: Any.
 * Return: the seed of a pending checksum, else the right checksum as far as it
 * was computed, else 0; as nf_csum_trace_found() says it.
 */
u32 nf_csum_trace_expected(const struct nf_csum_packet *pkt)
{
	switch (pkt->state) {
	case NF_CSUM_PARTIAL:
	case NF_CSUM_PARTIAL_BAD_SEED:
	case NF_CSUM_GSO_BAD:
		return ntohs((__force __be16)pkt->seed);
	case NF_CSUM_ZEROED:
	case NF_CSUM_SEED:
	case NF_CSUM_CORRUPT:
		if (pkt->proto == IPPROTO_SCTP)
			return wire_crc(pkt->crc);
		return ntohs((__force __be16)nf_csum_expected(pkt));
	default:
		return 0;
	}
}
