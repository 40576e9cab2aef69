// SPDX-License-Identifier: GPL-2.0
/*
 * What should be done about a packet? State and policy in, actions out: only
 * what provably was never finished is repaired, everything else stays as it
 * came.
 */
#include <kunit/visibility.h>
#include <linux/bits.h>
#include <linux/skbuff.h>

#include <nf_csum/packet.h>

static u32 decide_gso_bad(const struct nf_csum_packet *pkt,
			  const struct nf_csum_policy *policy)
{
	/* The sender said itself that it computed nothing: no trust needed. */
	if (pkt->skb->ip_summed == CHECKSUM_PARTIAL)
		return BIT(NF_CSUM_RESEEDED);
	if (pkt->verified || policy->trusted)
		return BIT(NF_CSUM_REARMED);
	return BIT(NF_CSUM_UNTRUSTED);
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
		return BIT(NF_CSUM_RESEEDED) | finish;
	case NF_CSUM_GSO_BAD:
		return decide_gso_bad(pkt, policy);
	case NF_CSUM_ZEROED:
	case NF_CSUM_SEED:
		return BIT(policy->trusted ? NF_CSUM_FILLED :
					     NF_CSUM_UNTRUSTED);
	default:
		return 0;
	}
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_decide);
