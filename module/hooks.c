// SPDX-License-Identifier: GPL-2.0
/*
 * Where packets come in: the netfilter hooks of a namespace, registered while
 * its mode is not off. What to know of a packet's devices is looked up here,
 * and only for packets that are not simply all right.
 */
#include <linux/in.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>

#include <nf_csum/netns.h>
#include <nf_csum/packet.h>

/* After defragmentation (-400) and raw (-300), before conntrack (-200). */
#define PRIORITY_BEFORE_CONNTRACK	-250
#define PRIORITY_BEFORE_SNAT		99
#define PRIORITY_AFTER_SNAT		101

/* For other states nothing is ever done, so that no policy is needed. */
#define REPAIRABLE	(BIT(NF_CSUM_PARTIAL) | BIT(NF_CSUM_PARTIAL_INNER) | \
			 BIT(NF_CSUM_PARTIAL_BAD_SEED) | \
			 BIT(NF_CSUM_GSO_BAD) | \
			 BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_SEED) | \
			 BIT(NF_CSUM_CORRUPT))

/* Serializes the switches of all namespaces: they are rare. */
static DEFINE_MUTEX(hooks_mutex);

static enum nf_csum_column column_of(const struct nf_hook_state *state)
{
	return state->hook == NF_INET_PRE_ROUTING ? NF_CSUM_PREROUTING :
						    NF_CSUM_POSTROUTING;
}

/* The device a packet came from; on the way out that is only remembered. */
static unsigned long origin_flags(struct nf_csum_net *nfc,
				  const struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	return nf_csum_iface_flags(nfc, state->in ? state->in->ifindex :
						    skb->skb_iif);
}

static bool finish_covers(u8 finish, unsigned long flags)
{
	if (finish == NF_CSUM_SCOPE_NONE || flags & NF_CSUM_IFACE_LOOPBACK)
		return false;
	return finish == NF_CSUM_SCOPE_ALL || flags & NF_CSUM_IFACE_SOFTWARE;
}

static bool trust_covers(u8 trust, unsigned long origin,
			 const struct sk_buff *skb)
{
	if (trust != NF_CSUM_SCOPE_AUTO)
		return trust == NF_CSUM_SCOPE_ALL;
	return skb->ip_summed == CHECKSUM_UNNECESSARY ||
	       origin & NF_CSUM_IFACE_TUN;
}

static void count_actions(const struct nf_csum_net *nfc,
			  enum nf_csum_column column, u32 done)
{
	while (done) {
		nf_csum_count(nfc, column, __ffs(done));
		done &= done - 1;
	}
}

/* Carries out what the knobs want; returns what was done. */
static u32 act(struct nf_csum_net *nfc, const struct nf_csum_packet *pkt,
	       const struct nf_hook_state *state, bool after_snat)
{
	unsigned long origin = origin_flags(nfc, pkt->skb, state);
	unsigned long flags = origin;
	struct nf_csum_policy policy = {
		.repair = true,
		.after_snat = after_snat,
		.verify = READ_ONCE(nfc->knobs.verify),
	};
	u32 actions, done;

	if (state->out)
		flags |= nf_csum_iface_flags(nfc, state->out->ifindex);
	policy.finish = finish_covers(READ_ONCE(nfc->knobs.finish), flags);
	policy.trusted = trust_covers(READ_ONCE(nfc->knobs.trust), origin,
				      pkt->skb);

	actions = nf_csum_decide(pkt, &policy);
	if (!actions)
		return 0;
	done = nf_csum_repair(pkt, actions);
	count_actions(nfc, column_of(state), done);
	return done;
}

static unsigned int drop(const struct nf_csum_packet *pkt)
{
	switch (pkt->proto) {
	case IPPROTO_TCP:
		return NF_DROP_REASON(pkt->skb, SKB_DROP_REASON_TCP_CSUM, EPERM);
	case IPPROTO_UDP:
		return NF_DROP_REASON(pkt->skb, SKB_DROP_REASON_UDP_CSUM, EPERM);
	default:
		return NF_DROP_REASON(pkt->skb, SKB_DROP_REASON_SKB_CSUM, EPERM);
	}
}

static unsigned int handle(struct nf_csum_net *nfc, struct sk_buff *skb,
			   const struct nf_hook_state *state, bool repair)
{
	struct nf_csum_packet pkt = {
		.skb = skb,
		.family = state->pf,
		.hook = state->hook,
	};

	if (unlikely(nf_csum_exempts(nfc, skb))) {
		nf_csum_count(nfc, column_of(state), NF_CSUM_EXEMPT);
		return NF_ACCEPT;
	}
	/* A voucher is worth a check on the way in; nobody else will check. */
	pkt.verify = state->hook == NF_INET_PRE_ROUTING &&
		     READ_ONCE(nfc->knobs.verify) &&
		     skb->ip_summed == CHECKSUM_UNNECESSARY;

	nf_csum_inspect(&pkt);
	nf_csum_count(nfc, column_of(state), pkt.state);
	if (!repair || !(BIT(pkt.state) & REPAIRABLE))
		return NF_ACCEPT;
	if (unlikely(act(nfc, &pkt, state, false) & BIT(NF_CSUM_DROPPED)))
		return drop(&pkt);
	return NF_ACCEPT;
}

static unsigned int handle_prerouting(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	struct nf_csum_net *nfc = nf_csum_pernet(state->net);

	return handle(nfc, skb, state, nf_csum_repairs(nfc));
}

static unsigned int handle_postrouting(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	struct nf_csum_net *nfc = nf_csum_pernet(state->net);
	bool repair = nf_csum_repairs(nfc);

	if (repair)
		nf_csum_withdraw(skb);
	return handle(nfc, skb, state, repair);
}

/* A tunnel packet whose inner checksum is still pending: see what NAT did. */
static unsigned int handle_after_snat(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	struct nf_csum_packet pkt = {
		.skb = skb,
		.family = state->pf,
		.hook = state->hook,
	};
	struct nf_csum_net *nfc;

	if (likely(skb->ip_summed != CHECKSUM_PARTIAL || skb_is_gso(skb)))
		return NF_ACCEPT;

	nfc = nf_csum_pernet(state->net);
	if (nf_csum_repairs(nfc) && !nf_csum_exempts(nfc, skb)) {
		nf_csum_inspect(&pkt);
		if (pkt.state == NF_CSUM_PARTIAL_INNER)
			act(nfc, &pkt, state, true);
	}
	return NF_ACCEPT;
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook		= handle_prerouting,
		.pf		= NFPROTO_INET,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= PRIORITY_BEFORE_CONNTRACK,
	},
	{
		.hook		= handle_postrouting,
		.pf		= NFPROTO_INET,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= PRIORITY_BEFORE_SNAT,
	},
	{
		.hook		= handle_after_snat,
		.pf		= NFPROTO_INET,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= PRIORITY_AFTER_SNAT,
	},
};

static int set_main(struct nf_csum_net *nfc, bool on)
{
	int err = 0;

	if (on && !nfc->hooked)
		err = nf_register_net_hooks(nfc->net, hooks, ARRAY_SIZE(hooks));
	else if (!on && nfc->hooked)
		nf_unregister_net_hooks(nfc->net, hooks, ARRAY_SIZE(hooks));
	if (!err)
		nfc->hooked = on;
	return err;
}

static int set_guard(struct nf_csum_net *nfc, bool on)
{
	int err = 0;

	if (on && !nfc->guarded)
		err = nf_csum_invalid_start(nfc);
	else if (!on && nfc->guarded)
		nf_csum_invalid_stop(nfc);
	if (!err)
		nfc->guarded = on;
	return err;
}

/* Brings the hooks up to what is wanted, or leaves everything as it was. */
static int set_hooks(struct nf_csum_net *nfc, u8 mode, u8 invalid)
{
	bool hooked = nfc->hooked;
	int err;

	err = set_main(nfc, mode);
	if (err)
		return err;
	err = set_guard(nfc, mode && invalid);
	if (err) {
		set_main(nfc, hooked);
		return err;
	}
	WRITE_ONCE(nfc->knobs.mode, mode);
	WRITE_ONCE(nfc->knobs.invalid, invalid);
	return 0;
}

/**
 * nf_csum_hooks_set_mode - set the mode of a namespace, and its hooks with it
 * @nfc: the namespace
 * @mode: enum nf_csum_mode
 *
 * Safe while packets flow. If the knob invalid is on, the caller has to have
 * conntrack pinned. Process context, may sleep. Return: 0, or a negative errno
 * with the mode unchanged.
 */
int nf_csum_hooks_set_mode(struct nf_csum_net *nfc, u8 mode)
{
	int err;

	mutex_lock(&hooks_mutex);
	err = set_hooks(nfc, mode, nfc->knobs.invalid);
	mutex_unlock(&hooks_mutex);
	return err;
}

/**
 * nf_csum_hooks_set_invalid - set the knob invalid, and its hooks with it
 * @nfc: the namespace
 * @invalid: enum nf_csum_invalid; if it is on, conntrack has to be pinned
 *
 * Safe while packets flow. Process context, may sleep. Return: 0, or a negative
 * errno with the knob unchanged.
 */
int nf_csum_hooks_set_invalid(struct nf_csum_net *nfc, u8 invalid)
{
	int err;

	mutex_lock(&hooks_mutex);
	err = set_hooks(nfc, nfc->knobs.mode, invalid);
	mutex_unlock(&hooks_mutex);
	return err;
}
