// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that conntrack calls INVALID: counts why, and keeps them away from
 * local sockets, whose resets would kill the connection they belong to. Without
 * conntrack every packet looks INVALID, so it is held while anybody asks.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_conntrack.h>

#include <nf_csum/netns.h>
#include <nf_csum/packet.h>
#include <nf_csum/trace.h>

/* After conntrack and mangle, before filter (0) could accept the packet. */
#define PRIORITY_BEFORE_FILTER	-1

/* States in which the checksum was looked at, and is not right. */
#define WRONG	(BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_SEED) | BIT(NF_CSUM_CORRUPT))

/* In observe mode nothing is. */
static bool drops(const struct nf_csum_net *nfc, unsigned int hook)
{
	u8 invalid = READ_ONCE(nfc->knobs.invalid);

	if (!nf_csum_repairs(nfc))
		return false;
	return invalid == NF_CSUM_INVALID_DROP ||
	       (invalid == NF_CSUM_INVALID_DROP_LOCAL &&
		hook == NF_INET_LOCAL_IN);
}

/* Counted as PREROUTING: both hooks look at what comes in. */
static unsigned int handle_invalid(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	struct nf_csum_net *nfc = nf_csum_pernet(state->net);
	struct nf_csum_packet pkt = {
		.skb = skb,
		.family = state->pf,
		.hook = state->hook,
		.verify = !nf_csum_is_decrypted(skb),
	};
	u32 done;

	/* Tracked, or told not to be: UNTRACKED is a value of its own. */
	if (likely(skb_get_nfct(skb)) || nf_csum_exempts(nfc, skb))
		return NF_ACCEPT;

	nf_csum_inspect(&pkt);
	done = BIT(pkt.state) & WRONG ? BIT(NF_CSUM_INVALID_CHECKSUM) :
					BIT(NF_CSUM_INVALID_OTHER);
	if (drops(nfc, state->hook))
		done |= BIT(NF_CSUM_INVALID_DROPPED);

	nf_csum_count(nfc, nf_csum_iface_of(nfc, state), NF_CSUM_PREROUTING,
		      done);
	trace_nf_csum_packet(&pkt, nf_csum_counter_names[pkt.state], state,
			     done);
	if (!(done & BIT(NF_CSUM_INVALID_DROPPED)))
		return NF_ACCEPT;
	return NF_DROP_REASON(skb, SKB_DROP_REASON_NETFILTER_DROP, EPERM);
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook		= handle_invalid,
		.pf		= NFPROTO_INET,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= PRIORITY_BEFORE_FILTER,
	},
	{
		.hook		= handle_invalid,
		.pf		= NFPROTO_INET,
		.hooknum	= NF_INET_FORWARD,
		.priority	= PRIORITY_BEFORE_FILTER,
	},
};

static void put_conntrack(struct net *net)
{
	typeof(nf_ct_netns_put) *put = symbol_get(nf_ct_netns_put);

	/* It is there: nf_csum_invalid_start() left the module pinned. */
	if (put) {
		put(net, NFPROTO_INET);
		symbol_put(nf_ct_netns_put);
	}
	symbol_put(nf_ct_netns_get);
}

/**
 * nf_csum_conntrack_pin - load nf_conntrack and keep it from being unloaded
 *
 * It is looked up by name, so that nf_csum loads without it. Process context,
 * sleeps until the module is there: not to be called with anything held that
 * making a namespace waits for. Return: 0, or -EOPNOTSUPP where it cannot be
 * had, which is logged.
 */
int nf_csum_conntrack_pin(void)
{
	if (symbol_get(nf_ct_netns_get))
		return 0;
	if (!request_module("nf_conntrack") && symbol_get(nf_ct_netns_get))
		return 0;
	pr_info_ratelimited("invalid needs nf_conntrack, which cannot be loaded\n");
	return -EOPNOTSUPP;
}

/**
 * nf_csum_conntrack_unpin - undo nf_csum_conntrack_pin(). Process context.
 */
void nf_csum_conntrack_unpin(void)
{
	symbol_put(nf_ct_netns_get);
}

/**
 * nf_csum_invalid_start - hold conntrack and look at what it calls INVALID
 * @nfc: the namespace
 *
 * The caller has pinned conntrack; until nf_csum_invalid_stop() this does it,
 * too. Process context, may sleep. Return: 0 or a negative errno, then nothing
 * has changed.
 */
int nf_csum_invalid_start(struct nf_csum_net *nfc)
{
	typeof(nf_ct_netns_get) *get = symbol_get(nf_ct_netns_get);
	int err;

	if (!get)
		return -EOPNOTSUPP;
	err = get(nfc->net, NFPROTO_INET);
	if (err) {
		symbol_put(nf_ct_netns_get);
		return err;
	}

	/*
	 * Packets that are past conntrack's place already would look INVALID;
	 * there are none in a namespace that is being made.
	 */
	if (!list_empty(&nfc->net->dev_base_head))
		synchronize_net();
	err = nf_register_net_hooks(nfc->net, hooks, ARRAY_SIZE(hooks));
	if (err)
		put_conntrack(nfc->net);
	return err;
}

/**
 * nf_csum_invalid_stop - let conntrack go
 * @nfc: the namespace, after nf_csum_invalid_start()
 *
 * Process context, may sleep.
 */
void nf_csum_invalid_stop(struct nf_csum_net *nfc)
{
	nf_unregister_net_hooks(nfc->net, hooks, ARRAY_SIZE(hooks));
	/*
	 * Nor may a packet meet these hooks that has not met conntrack. In a
	 * dying namespace that matters no more, and many may die at once.
	 */
	if (check_net(nfc->net))
		synchronize_net();
	put_conntrack(nfc->net);
}
