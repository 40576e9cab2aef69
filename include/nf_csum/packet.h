/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a packet is judged: inspect says what it is, decide what should be done
 * about it, repair does it. None of the three knows of hooks, procfs or
 * sysctls, so that the unit tests call them as they are.
 */
#ifndef NF_CSUM_PACKET_H
#define NF_CSUM_PACKET_H

#include <linux/bits.h>
#include <linux/in.h>
#include <linux/skbuff.h>
#include <linux/types.h>

#include <nf_csum/counters.h>

/**
 * struct nf_csum_packet - a packet and what its headers say about its checksum
 * @skb: the packet; skb->data is at the network header
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @hook: enum nf_inet_hooks, where it was met
 * @verify: sum the payload even if nothing makes the checksum look unfinished
 * @proto: IPPROTO_* of the outermost transport header
 * @ip_summed: of @skb as it came
 * @verified: software found the checksum right; set for GSO_BAD and
 *	PARTIAL_BAD_SEED only
 * @found: what the checksum field held
 * @found_crc: the same of SCTP, which has no @seed either
 * @seed: folded, un-inverted pseudo-header sum; 0 where there is no pseudo-header
 * @sum: sum of the transport bytes as they came; set for ZEROED, SEED, CORRUPT,
 *	for what is GSO_BAD without being CHECKSUM_PARTIAL, and by
 *	nf_csum_inspect_outer()
 * @crc: what SCTP's checksum ought to be; set for ZEROED and CORRUPT
 * @thoff: offset of the outermost transport header from skb->data
 * @len: bytes from there to the end of the packet, and what @seed covers
 * @field: offset of the checksum field from skb->data
 * @state: the evidence, one of NF_CSUM_STATES
 *
 * Offsets and lengths are in bytes and host order. @proto, @found, @seed,
 * @thoff, @len and @field are valid for the states that repair acts on.
 */
struct nf_csum_packet {
	struct sk_buff *skb;
	u8 family;
	u8 hook;
	bool verify;
	u8 proto;
	u8 ip_summed;
	bool verified;
	union {
		__sum16 found;
		__le32 found_crc;
	};
	__sum16 seed;
	union {
		__wsum sum;
		__le32 crc;
	};
	unsigned int thoff;
	unsigned int len;
	unsigned int field;
	enum nf_csum_counter state;
};

/* What nf_csum_inspect_outer() says. */
enum nf_csum_outer {
	NF_CSUM_OUTER_NONE,
	NF_CSUM_OUTER_RIGHT,
	NF_CSUM_OUTER_WRONG,
};

/* Segmentation of these needs nothing but a seed at the transport header. */
#define NF_CSUM_GSO_TCP	(SKB_GSO_TCPV4 | SKB_GSO_TCPV6)
#define NF_CSUM_GSO_UDP	(SKB_GSO_UDP | SKB_GSO_UDP_L4)
#define NF_CSUM_GSO_JUDGED	(NF_CSUM_GSO_TCP | NF_CSUM_GSO_UDP | \
				 SKB_GSO_DODGY | SKB_GSO_TCP_ECN | \
				 SKB_GSO_TCP_ACCECN | SKB_GSO_TCP_FIXEDID)

/* Is this GSO that segmentation finishes from a seed in the outermost header? */
static inline bool nf_csum_gso_is_judged(const struct nf_csum_packet *pkt)
{
	unsigned int type = skb_shinfo(pkt->skb)->gso_type;

	if (unlikely(type & ~NF_CSUM_GSO_JUDGED))
		return false;
	if (likely(pkt->proto == IPPROTO_TCP))
		return type & NF_CSUM_GSO_TCP;
	return pkt->proto == IPPROTO_UDP && type & NF_CSUM_GSO_UDP;
}

/*
 * Are csum_start and csum_offset where a device could use them? At an odd
 * offset no checksum comes out right.
 */
static inline bool nf_csum_offload_in_bounds(const struct nf_csum_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;
	int start = skb_checksum_start_offset(skb);

	return start >= (int)pkt->thoff && skb->csum_offset % 2 == 0 &&
	       start + skb->csum_offset + sizeof(__sum16) <= skb->len;
}

/* What signs a voucher of this module; random, so that nobody else has it. */
extern u32 nf_csum_voucher_key;

/*
 * Is the voucher of a packet this module's? skb->csum means nothing beside
 * CHECKSUM_UNNECESSARY, so it holds the signature. The length is part of that: once a
 * tunnel's header is taken off, the signature does not fit any more. What is in the
 * tunnel was not summed here.
 */
static inline __wsum nf_csum_signature(const struct sk_buff *skb)
{
	return (__force __wsum)(nf_csum_voucher_key + skb->len);
}

/**
 * nf_csum_has_own_voucher - say whether nf_csum_repair() vouched for a packet
 * @skb: the packet; skb->data is at the network header
 *
 * It does so at PREROUTING, for conntrack's sake. If the packet is then
 * forwarded, its receiver has to check it.
 *
 * Context: Any.
 * Return: whether.
 */
static inline bool nf_csum_has_own_voucher(const struct sk_buff *skb)
{
	return skb->ip_summed == CHECKSUM_UNNECESSARY && !skb->csum_level &&
	       skb->csum == nf_csum_signature(skb) && !skb_is_gso(skb);
}

/**
 * nf_csum_is_vouched_for - say whether a device answers for a packet
 * @skb: the packet; skb->data is at the network header
 *
 * This module's own voucher does not count: a packet that passes PREROUTING again,
 * because of a VRF or a bridge, would vouch for itself.
 *
 * Context: Any.
 * Return: whether.
 */
static inline bool nf_csum_is_vouched_for(const struct sk_buff *skb)
{
	return skb->ip_summed == CHECKSUM_UNNECESSARY &&
	       !nf_csum_has_own_voucher(skb);
}

/*
 * Inside of NAT-T in transport mode the checksum is of the addresses before NAT, and
 * so known to be wrong. It is ESP that vouches for it, and no device.
 */
static inline bool nf_csum_is_decrypted(const struct sk_buff *skb)
{
	return secpath_exists(skb);
}

/**
 * nf_csum_unvouch - have the receiver of a packet check it
 * @skb: the packet
 *
 * No signature is left: if somebody else vouches later, that would be taken for this
 * module's voucher.
 *
 * Context: Any.
 */
static inline void nf_csum_unvouch(struct sk_buff *skb)
{
	skb->ip_summed = CHECKSUM_NONE;
	skb->csum_valid = 0;
	skb->csum = 0;
}

/*
 * Whether the outer checksum of a tunnel packet was right before NAT is remembered
 * from one hook to the next, in two bits of the skb. They mean nothing beside
 * CHECKSUM_PARTIAL, and with anything else they are set before they are read.
 */
static inline void nf_csum_remember_outer(struct sk_buff *skb,
					  enum nf_csum_outer outer)
{
	skb->csum_valid = outer == NF_CSUM_OUTER_RIGHT;
	skb->csum_complete_sw = outer == NF_CSUM_OUTER_WRONG;
}

static inline enum nf_csum_outer nf_csum_recall_outer(const struct sk_buff *skb)
{
	if (skb->csum_valid == skb->csum_complete_sw)
		return NF_CSUM_OUTER_NONE;
	return skb->csum_valid ? NF_CSUM_OUTER_RIGHT : NF_CSUM_OUTER_WRONG;
}

bool nf_csum_crc32c(const struct nf_csum_packet *pkt, __le32 *right);
__sum16 nf_csum_expected(const struct nf_csum_packet *pkt);
void nf_csum_inspect(struct nf_csum_packet *pkt);
enum nf_csum_outer nf_csum_inspect_outer(struct nf_csum_packet *pkt);
u32 nf_csum_decide(const struct nf_csum_packet *pkt, u32 allowed);
bool nf_csum_finish(const struct nf_csum_packet *pkt);
u32 nf_csum_repair(const struct nf_csum_packet *pkt, u32 actions);

#endif /* NF_CSUM_PACKET_H */
