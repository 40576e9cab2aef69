// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that conntrack calls INVALID: counts why, and keeps them away from local
 * sockets, whose resets would kill the connection that they belong to. Without
 * conntrack every packet looks INVALID, so it is held while the knob is on.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/in.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_conntrack.h>

#include <nf_csum/count.h>
#include <nf_csum/iface.h>
#include <nf_csum/netns.h>
#include <nf_csum/packet.h>
#include <nf_csum/policy.h>
#include <nf_csum/trace.h>

/*
 * At LOCAL_IN, behind all that takes or judges packets there: IPVS (98), NAT (100),
 * the administrator's own rules. Only the confirmation of connections comes later
 * (INT_MAX), and an INVALID packet has no connection.
 */
#define PRIORITY_LAST		(INT_MAX - 1)
/* After conntrack and mangle, before filter (0) could accept the packet. */
#define PRIORITY_BEFORE_FILTER	-1

/* States in which the checksum was looked at, and is not right. */
#define WRONG	(BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_SEED) | BIT(NF_CSUM_CORRUPT))

/*
 * False while the module is being loaded. Until it is true, a packet may be past
 * conntrack's hook without having met conntrack.
 */
static bool settled __read_mostly;

/*
 * In observe mode nothing is dropped. Of what goes to local sockets only TCP is
 * answered with a reset. An answer to a broadcast ping is INVALID, too, and wanted.
 */
static bool drops(const struct nf_csum_net *nfc,
		  const struct nf_csum_packet *pkt)
{
	u8 invalid = READ_ONCE(nfc->knobs.invalid);

	if (!nf_csum_repairs(&nfc->knobs))
		return false;
	if (pkt->hook == NF_INET_LOCAL_IN)
		return invalid >= NF_CSUM_INVALID_DROP_LOCAL &&
		       pkt->proto == IPPROTO_TCP;
	return invalid == NF_CSUM_INVALID_DROP;
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
	if (likely(skb_get_nfct(skb)) || nf_csum_exempts(&nfc->knobs, skb))
		return NF_ACCEPT;
	if (unlikely(!READ_ONCE(settled)))
		return NF_ACCEPT;

	nf_csum_inspect(&pkt);
	done = BIT(pkt.state) & WRONG ? BIT(NF_CSUM_INVALID_CHECKSUM) :
					BIT(NF_CSUM_INVALID_OTHER);
	if (drops(nfc, &pkt))
		done |= BIT(NF_CSUM_INVALID_DROPPED);

	nf_csum_count(nfc, nf_csum_iface_of(&nfc->ifaces, state), NF_CSUM_PREROUTING,
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
		.priority	= PRIORITY_LAST,
	},
	{
		.hook		= handle_invalid,
		.pf		= NFPROTO_INET,
		.hooknum	= NF_INET_FORWARD,
		.priority	= PRIORITY_BEFORE_FILTER,
	},
};

/**
 * nf_csum_conntrack_pin - keep nf_conntrack from being unloaded
 *
 * It is looked up by name, so that nf_csum loads without it. It is loaded if need
 * be and the caller may load modules.
 *
 * Context: Process, sleeps until the module is there: not to be called with
 * anything held that making a namespace waits for.
 * Return: 0, or -EOPNOTSUPP where it cannot be had.
 */
int nf_csum_conntrack_pin(void)
{
	if (symbol_get(nf_ct_netns_get))
		return 0;
	/* The root of a user namespace neither loads modules nor writes logs. */
	if (!capable(CAP_NET_ADMIN))
		return -EOPNOTSUPP;
	if (!request_module("nf_conntrack") && symbol_get(nf_ct_netns_get))
		return 0;
	pr_info_ratelimited("invalid needs nf_conntrack, which cannot be loaded\n");
	return -EOPNOTSUPP;
}

/**
 * nf_csum_conntrack_unpin - undo nf_csum_conntrack_pin()
 *
 * Context: Process.
 */
void nf_csum_conntrack_unpin(void)
{
	symbol_put(nf_ct_netns_get);
}

/**
 * nf_csum_invalid_start - hold conntrack and look at what it calls INVALID
 * @nfc: the namespace
 *
 * The caller has pinned conntrack. From here until nf_csum_invalid_release() it is
 * pinned once more.
 *
 * Context: Process, may sleep.
 * Return: 0 or a negative errno, then nothing has changed.
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
	nfc->holds_conntrack = true;

	/*
	 * Packets that are past conntrack's hook already would look INVALID. In a
	 * namespace that is being made there are none.
	 */
	if (READ_ONCE(settled) && !list_empty(&nfc->net->dev_base_head))
		synchronize_net();
	err = nf_register_net_hooks(nfc->net, hooks, ARRAY_SIZE(hooks));
	if (err)
		nf_csum_invalid_release(nfc);
	else
		nfc->guarded = true;
	return err;
}

/**
 * nf_csum_invalid_stop - look no more at what conntrack calls INVALID
 * @nfc: the namespace, after nf_csum_invalid_start()
 *
 * Packets may be in the hooks until a grace period of RCU later.
 *
 * Context: Process, may sleep.
 */
void nf_csum_invalid_stop(struct nf_csum_net *nfc)
{
	nf_unregister_net_hooks(nfc->net, hooks, ARRAY_SIZE(hooks));
	nfc->guarded = false;
}

/**
 * nf_csum_invalid_release - let conntrack go, if it is held
 * @nfc: the namespace, a grace period of RCU after nf_csum_invalid_stop()
 *
 * Context: Process, may sleep.
 */
void nf_csum_invalid_release(struct nf_csum_net *nfc)
{
	typeof(nf_ct_netns_put) *put;

	if (!nfc->holds_conntrack)
		return;
	nfc->holds_conntrack = false;
	put = symbol_get(nf_ct_netns_put);
	/* It is there: nf_csum_invalid_start() left the module pinned. */
	if (put) {
		put(nfc->net, NFPROTO_INET);
		symbol_put(nf_ct_netns_put);
	}
	symbol_put(nf_ct_netns_get);
}

/**
 * nf_csum_invalid_settle - begin to look, after the module was loaded
 *
 * All namespaces that there were share one grace period.
 *
 * Context: Process, may sleep; not under anything that making a namespace waits
 * for.
 */
void nf_csum_invalid_settle(void)
{
	synchronize_net();
	WRITE_ONCE(settled, true);
}

/**
 * nf_csum_invalid_is_settled - say whether nf_csum_invalid_settle() was called
 *
 * Context: Any.
 * Return: whether: until then loading the module may still fail.
 */
bool nf_csum_invalid_is_settled(void)
{
	return READ_ONCE(settled);
}
