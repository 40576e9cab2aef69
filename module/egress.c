// SPDX-License-Identifier: GPL-2.0
/*
 * What leaves through a macvlan or an ipvlan. Their offloads cannot be taken, and a
 * packet for another one on the same device never gets to where the kernel would
 * segment and finish it. So a hook at their egress does that, the last one before
 * they send.
 */
#include <linux/err.h>
#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_netdev.h>
#include <linux/skbuff.h>
#include <net/gso.h>

#include <nf_csum/offload.h>

/* Behind all other hooks, so that those see packets as without this one. */
#define PRIORITY_LAST	INT_MAX

/* A stranger may have chosen the offsets, and the kernel WARNs of bad ones. */
static bool can_finish(struct sk_buff *skb)
{
	int start = skb_checksum_start_offset(skb);
	int end = start + skb->csum_offset + sizeof(__sum16);

	/* A CRC32c is longer; what lies behind it would not be one. */
	if (skb_csum_is_sctp(skb))
		end += sizeof(__le32) - sizeof(__sum16);
	return start >= 0 && end > start && pskb_may_pull(skb, end);
}

/* Segments are sent one by one, past the hooks that have seen the packet whole. */
static unsigned int segment(struct sk_buff *skb, const struct net_device *dev)
{
	struct sk_buff *segs, *seg, *next;

	if (skb->ip_summed != CHECKSUM_PARTIAL &&
	    skb->ip_summed != CHECKSUM_UNNECESSARY)
		return NF_ACCEPT;
	segs = skb_gso_segment(skb,
			       READ_ONCE(dev->features) & ~NF_CSUM_OFFLOAD_ALL);
	if (IS_ERR_OR_NULL(segs))
		return NF_ACCEPT;

	skb_list_walk_safe(segs, seg, next) {
		skb_mark_not_on_list(seg);
		if (seg->ip_summed == CHECKSUM_PARTIAL && can_finish(seg))
			skb_csum_hwoffload_help(seg, 0);
		nf_skip_egress(seg, true);
		dev_queue_xmit(seg);
	}
	consume_skb(skb);
	return NF_STOLEN;
}

static unsigned int handle_egress(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	if (skb_is_gso(skb))
		return segment(skb, state->out);
	/* What cannot be finished goes on as it came. */
	if (skb->ip_summed == CHECKSUM_PARTIAL && can_finish(skb))
		skb_csum_hwoffload_help(skb, 0);
	return NF_ACCEPT;
}

/**
 * nf_csum_egress_start - finish and segment all that leaves through a device
 * @dev: the device
 * @ops: for the hook; has to outlive a grace period of RCU after it stops
 *
 * Context: Process context under the RTNL, may sleep.
 * Return: 0 or a negative errno.
 */
int nf_csum_egress_start(struct net_device *dev, struct nf_hook_ops *ops)
{
	*ops = (struct nf_hook_ops) {
		.hook		= handle_egress,
		.dev		= dev,
		.pf		= NFPROTO_NETDEV,
		.hooknum	= NF_NETDEV_EGRESS,
		.priority	= PRIORITY_LAST,
	};
	return nf_register_net_hook(dev_net(dev), ops);
}

/**
 * nf_csum_egress_stop - let what leaves through a device be
 * @ops: those that nf_csum_egress_start() was given; the device is still in the
 *	same namespace
 *
 * Packets may be in the hook until the end of a grace period.
 *
 * Context: Process context under the RTNL, may sleep.
 */
void nf_csum_egress_stop(struct nf_hook_ops *ops)
{
	nf_unregister_net_hook(dev_net(ops->dev), ops);
}
