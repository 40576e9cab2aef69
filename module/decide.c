// SPDX-License-Identifier: GPL-2.0
/*
 * What should be done about a packet? State and policy in, actions out: only
 * what provably was never finished is repaired, everything else stays as it
 * came.
 */
#include <kunit/visibility.h>
#include <linux/bits.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include <nf_csum/packet.h>

/*
 * Pending, from another value than the seed. A field of 0 was never seeded: its
 * sender computed nothing, and no trust is needed. Any other may be what damage
 * to an address, a length or a protocol looks like.
 */
static u32 decide_bad_seed(const struct nf_csum_packet *pkt,
			   const struct nf_csum_policy *policy, u32 finish)
{
	/* Complete already: that is believed, unless a device is going to sum. */
	if (pkt->verified)
		return finish ?: BIT(NF_CSUM_RESEEDED);
	if (pkt->found && !policy->trusted)
		return BIT(NF_CSUM_UNTRUSTED);
	return BIT(NF_CSUM_RESEEDED) | finish;
}

static u32 decide_gso_bad(const struct nf_csum_packet *pkt,
			  const struct nf_csum_policy *policy)
{
	if (pkt->skb->ip_summed == CHECKSUM_PARTIAL)
		return decide_bad_seed(pkt, policy, 0);
	if (pkt->verified || policy->trusted)
		return BIT(NF_CSUM_REARMED);
	return BIT(NF_CSUM_UNTRUSTED);
}

/* The packet was checked, is wrong, and nobody is going to repair it. */
static u32 decide_wrong(const struct nf_csum_packet *pkt,
			const struct nf_csum_policy *policy)
{
	if (policy->verify < NF_CSUM_VERIFY_UNVOUCH)
		return 0;
	/* Segmentation would make it look right, whoever vouched or did not. */
	if (skb_is_gso(pkt->skb))
		return BIT(NF_CSUM_DROPPED);
	if (pkt->hook != NF_INET_PRE_ROUTING ||
	    !nf_csum_is_vouched_for(pkt->skb))
		return 0;
	return BIT(policy->verify == NF_CSUM_VERIFY_DROP ? NF_CSUM_DROPPED :
							   NF_CSUM_UNVOUCHED);
}

/**
 * nf_csum_decide - say what is to be done about an inspected packet
 * @pkt: what nf_csum_inspect() found
 * @policy: what the knobs and the devices say
 *
 * Any context. Return: the actions for nf_csum_repair(), a bit for each
 * (1 << NF_CSUM_<action>); none if the packet is to be left alone.
 */
u32 nf_csum_decide(const struct nf_csum_packet *pkt,
		   const struct nf_csum_policy *policy)
{
	u32 finish = policy->finish ? BIT(NF_CSUM_FINISHED) : 0;

	if (!policy->repair)
		return 0;
	if (policy->after_snat)
		return pkt->state == NF_CSUM_PARTIAL_INNER ?
			BIT(NF_CSUM_OUTER_REFRESHED) : 0;

	switch (pkt->state) {
	case NF_CSUM_PARTIAL:
	case NF_CSUM_PARTIAL_INNER:
		return finish;
	case NF_CSUM_PARTIAL_BAD_SEED:
		return decide_bad_seed(pkt, policy, finish);
	case NF_CSUM_GSO_BAD:
		return decide_gso_bad(pkt, policy);
	case NF_CSUM_ZEROED:
	case NF_CSUM_SEED:
		if (policy->trusted)
			return BIT(NF_CSUM_FILLED);
		return BIT(NF_CSUM_UNTRUSTED) | decide_wrong(pkt, policy);
	case NF_CSUM_CORRUPT:
		return decide_wrong(pkt, policy);
	default:
		return 0;
	}
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_decide);
