// SPDX-License-Identifier: GPL-2.0
/*
 * What should be done about a packet? In: its state, and the actions that knobs and
 * devices allow. Out: the actions to take. Only what provably was never finished is
 * repaired. Everything else stays as it came.
 */
#include <kunit/visibility.h>
#include <linux/bits.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include <nf_csum/packet.h>

#define FINISHED	BIT(NF_CSUM_FINISHED)
#define RESEEDED	BIT(NF_CSUM_RESEEDED)
#define REARMED		BIT(NF_CSUM_REARMED)
#define FILLED		BIT(NF_CSUM_FILLED)
#define OUTER_REFRESHED	BIT(NF_CSUM_OUTER_REFRESHED)
#define UNTRUSTED	BIT(NF_CSUM_UNTRUSTED)
#define UNVOUCHED	BIT(NF_CSUM_UNVOUCHED)
#define DROPPED		BIT(NF_CSUM_DROPPED)

/*
 * Pending, from another value than the seed. A field of 0 was never seeded: its
 * sender computed nothing, and no trust is needed. Any other may be what damage
 * to an address, a length or a protocol looks like.
 */
static u32 decide_bad_seed(const struct nf_csum_packet *pkt, u32 allowed)
{
	/* Complete already: that is believed, unless a device is going to sum it. */
	if (pkt->verified)
		return (allowed & FINISHED) ?: RESEEDED;
	if (pkt->found && !(allowed & FILLED))
		return UNTRUSTED;
	return RESEEDED | FINISHED;
}

static u32 decide_gso_bad(const struct nf_csum_packet *pkt, u32 allowed)
{
	if (pkt->skb->ip_summed == CHECKSUM_PARTIAL)
		return decide_bad_seed(pkt, allowed) & ~FINISHED;
	return pkt->verified || allowed & FILLED ? REARMED : UNTRUSTED;
}

/* The packet was checked and is wrong, and it is not going to be repaired. */
static u32 decide_wrong(const struct nf_csum_packet *pkt, u32 allowed)
{
	if (!(allowed & (UNVOUCHED | DROPPED)))
		return 0;
	/* Segmentation would make it look right, whoever vouched or did not. */
	if (skb_is_gso(pkt->skb))
		return DROPPED;
	if (pkt->hook == NF_INET_POST_ROUTING ||
	    !nf_csum_is_vouched_for(pkt->skb))
		return 0;
	return allowed & (UNVOUCHED | DROPPED);
}

/**
 * nf_csum_decide - say what is to be done about an inspected packet
 * @pkt: what nf_csum_inspect() found
 * @allowed: the actions that knobs and devices allow, a bit for each
 *	(1 << NF_CSUM_<action>); none in observe mode. Filling is what takes
 *	trust, and is also asked for where else trust is needed.
 *
 * Context: Any.
 * Return: the actions for nf_csum_repair(), a bit for each; none if the packet is
 * to be left alone.
 */
u32 nf_csum_decide(const struct nf_csum_packet *pkt, u32 allowed)
{
	if (!allowed)
		return 0;

	switch (pkt->state) {
	case NF_CSUM_PARTIAL:
		return allowed & FINISHED;
	case NF_CSUM_PARTIAL_INNER:
		return allowed & (FINISHED | OUTER_REFRESHED);
	case NF_CSUM_PARTIAL_BAD_SEED:
		return decide_bad_seed(pkt, allowed) & allowed;
	case NF_CSUM_GSO_BAD:
		return decide_gso_bad(pkt, allowed) & allowed;
	case NF_CSUM_ZEROED:
	case NF_CSUM_SEED:
		if (allowed & FILLED)
			return FILLED;
		return (allowed & UNTRUSTED) | decide_wrong(pkt, allowed);
	case NF_CSUM_CORRUPT:
		return decide_wrong(pkt, allowed);
	default:
		return 0;
	}
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_decide);
