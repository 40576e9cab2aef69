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
#include <linux/string.h>
#include <net/net_namespace.h>

#include <nf_csum/netns.h>
#include <nf_csum/packet.h>
#include <nf_csum/plain.h>
#include <nf_csum/trace.h>

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

/* Seen all the time, and of no interest to somebody who traces. */
#define UNREMARKABLE	(BIT(NF_CSUM_NO_CHECKSUM) | BIT(NF_CSUM_GSO))

static enum nf_csum_column column_of(const struct nf_hook_state *state)
{
	return state->hook == NF_INET_PRE_ROUTING ? NF_CSUM_PREROUTING :
						    NF_CSUM_POSTROUTING;
}

static unsigned long flags_of(const struct nf_csum_iface *iface)
{
	return iface ? READ_ONCE(iface->flags) : 0;
}

/* On the way out, where a packet came from is only remembered. */
static unsigned long origin_flags(struct nf_csum_net *nfc,
				  const struct nf_csum_packet *pkt,
				  unsigned long flags)
{
	if (pkt->hook != NF_INET_POST_ROUTING)
		return flags;
	return flags_of(nf_csum_iface_find(nfc, pkt->skb->skb_iif));
}

static bool finish_covers(u8 finish, unsigned long flags)
{
	if (finish == NF_CSUM_SCOPE_NONE || flags & NF_CSUM_IFACE_LOOPBACK)
		return false;
	return finish == NF_CSUM_SCOPE_ALL || flags & NF_CSUM_IFACE_FINISH;
}

static bool trust_covers(u8 trust, unsigned long flags,
			 const struct sk_buff *skb)
{
	if (trust != NF_CSUM_SCOPE_AUTO)
		return trust == NF_CSUM_SCOPE_ALL;
	return nf_csum_is_vouched_for(skb) || flags & NF_CSUM_IFACE_TRUST;
}

/* Carries out what the knobs want; returns what was done. */
static u32 act(struct nf_csum_net *nfc, const struct nf_csum_packet *pkt,
	       const struct nf_csum_iface *iface, bool after_snat)
{
	unsigned long flags = flags_of(iface);
	unsigned long origin = origin_flags(nfc, pkt, flags);
	const struct nf_csum_policy policy = {
		.repair = nf_csum_repairs(nfc),
		.finish = finish_covers(READ_ONCE(nfc->knobs.finish),
					flags | origin),
		.trusted = trust_covers(READ_ONCE(nfc->knobs.trust), origin,
					pkt->skb),
		.after_snat = after_snat,
		.verify = READ_ONCE(nfc->knobs.verify),
	};

	return nf_csum_repair(pkt, nf_csum_decide(pkt, &policy));
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

static unsigned int handle_exempt(struct nf_csum_net *nfc,
				  struct nf_csum_packet *pkt,
				  const struct nf_hook_state *state)
{
	nf_csum_count(nfc, nf_csum_iface_of(nfc, state), column_of(state),
		      BIT(NF_CSUM_EXEMPT));
	if (trace_nf_csum_packet_enabled()) {
		nf_csum_inspect(pkt);
		trace_nf_csum_packet(pkt, nf_csum_counter_names[pkt->state],
				     state, BIT(NF_CSUM_EXEMPT));
	}
	return NF_ACCEPT;
}

/*
 * NAT takes the outer checksum of a tunnel packet for a seed, if the inner one
 * is still pending. What it was can be told only before: on the way in, before
 * DNAT, and for the host's own packets before source NAT.
 */
static void look_at_outer(struct nf_csum_net *nfc, struct nf_csum_packet *pkt)
{
	bool inbound = pkt->hook == NF_INET_PRE_ROUTING;
	enum nf_csum_outer outer;

	if (!inbound && nf_csum_recall_outer(pkt->skb) == NF_CSUM_OUTER_RIGHT)
		return;
	outer = nf_csum_inspect_outer(pkt);
	if (inbound && outer == NF_CSUM_OUTER_WRONG)
		outer = NF_CSUM_OUTER_NONE;
	if (outer == NF_CSUM_OUTER_WRONG)
		pkt->state = NF_CSUM_CORRUPT;
	if (nf_csum_repairs(nfc))
		nf_csum_remember_outer(pkt->skb, outer);
}

static bool goes_on_pending(const struct nf_csum_packet *pkt)
{
	return pkt->state == NF_CSUM_PARTIAL_INNER &&
	       pkt->skb->ip_summed == CHECKSUM_PARTIAL;
}

/* Everything that is not ok: the rare packet. */
static unsigned int handle_other(struct nf_csum_net *nfc,
				 struct nf_csum_packet *pkt,
				 const struct nf_hook_state *state)
{
	struct nf_csum_iface *iface = nf_csum_iface_of(nfc, state);
	u32 done = 0;

	if (BIT(pkt->state) & REPAIRABLE)
		done = act(nfc, pkt, iface, false);
	if (goes_on_pending(pkt))
		look_at_outer(nfc, pkt);
	nf_csum_count(nfc, iface, column_of(state), BIT(pkt->state) | done);
	if (done || !(BIT(pkt->state) & UNREMARKABLE))
		trace_nf_csum_packet(pkt, nf_csum_counter_names[pkt->state],
				     state, done);
	return done & BIT(NF_CSUM_DROPPED) ? drop(pkt) : NF_ACCEPT;
}

/*
 * A voucher is worth a check on the way in; nobody else will check. That for GSO
 * is none before it is to be segmented: a device that aggregates leaves the field
 * of one segment, and the kernel does not sum that either.
 */
static bool can_verify(const struct sk_buff *skb,
		       const struct nf_hook_state *state)
{
	if (!nf_csum_is_vouched_for(skb) || nf_csum_is_decrypted(skb))
		return false;
	if (skb_is_gso(skb))
		return state->hook == NF_INET_POST_ROUTING &&
		       !skb_gso_ok((struct sk_buff *)skb, state->out->features);
	return state->hook == NF_INET_PRE_ROUTING;
}

/* Not the common packet: it gets a closer look. */
static noinline unsigned int handle(struct nf_csum_net *nfc,
				    struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	struct nf_csum_packet pkt = {
		.skb = skb,
		.family = state->pf,
		.hook = state->hook,
	};

	if (unlikely(nf_csum_exempts(nfc, skb)))
		return handle_exempt(nfc, &pkt, state);

	pkt.verify = READ_ONCE(nfc->knobs.verify) && can_verify(skb, state);

	nf_csum_inspect(&pkt);
	if (pkt.state != NF_CSUM_OK)
		return handle_other(nfc, &pkt, state);
	nf_csum_count_ok(nfc, column_of(state));
	return NF_ACCEPT;
}

/* Bulk, to be segmented and finished by a device: nothing to do but count. */
static noinline unsigned int handle_gso(struct nf_csum_net *nfc,
					struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	struct nf_csum_packet pkt = { .skb = skb, .family = state->pf };

	if (unlikely(nf_csum_exempts(nfc, skb) ||
		     !nf_csum_is_plainly_pending(&pkt)))
		return handle(nfc, skb, state);
	nf_csum_count_one(nfc, nf_csum_iface_of(nfc, state), column_of(state),
			  NF_CSUM_GSO);
	return NF_ACCEPT;
}

/*
 * Nearly always a plain packet, or a tunnel's: what nf_csum_decide() and
 * nf_csum_repair() would come to, at less cost.
 */
static noinline unsigned int handle_partial(struct nf_csum_net *nfc,
					    struct sk_buff *skb,
					    const struct nf_hook_state *state)
{
	struct nf_csum_packet pkt = {
		.skb = skb,
		.family = state->pf,
		.hook = state->hook,
		.ip_summed = CHECKSUM_PARTIAL,
	};
	struct nf_csum_iface *iface;
	unsigned long flags;
	u32 done = 0;

	if (unlikely(nf_csum_exempts(nfc, skb) ||
		     !nf_csum_is_plainly_pending(&pkt)))
		return handle(nfc, skb, state);

	iface = nf_csum_iface_of(nfc, state);
	flags = flags_of(iface);
	if (nf_csum_repairs(nfc) &&
	    finish_covers(READ_ONCE(nfc->knobs.finish),
			  flags | origin_flags(nfc, &pkt, flags))) {
		enum nf_csum_counter action = nf_csum_finish(&pkt) ?
			NF_CSUM_FINISHED : NF_CSUM_FAILED;

		nf_csum_count_one(nfc, iface, column_of(state), action);
		done = BIT(action);
	}
	if (goes_on_pending(&pkt))
		look_at_outer(nfc, &pkt);
	nf_csum_count_one(nfc, iface, column_of(state), pkt.state);
	trace_nf_csum_packet(&pkt, nf_csum_counter_names[pkt.state], state,
			     done);
	return NF_ACCEPT;
}

static __always_inline unsigned int
handle_pending(struct nf_csum_net *nfc, struct sk_buff *skb,
	       const struct nf_hook_state *state)
{
	return skb_is_gso(skb) ? handle_gso(nfc, skb, state) :
				 handle_partial(nfc, skb, state);
}

/* Nothing is pending: nearly always there is nothing to do but count. */
static __always_inline unsigned int
handle_finished(struct nf_csum_net *nfc, struct sk_buff *skb,
		const struct nf_hook_state *state, u8 family,
		enum nf_csum_column column)
{
	if (unlikely(nf_csum_exempts(nfc, skb) ||
		     !nf_csum_is_plainly_ok(skb, family)))
		return handle(nfc, skb, state);
	nf_csum_count_ok(nfc, column);
	return NF_ACCEPT;
}

static __always_inline unsigned int
handle_prerouting(struct nf_csum_net *nfc, struct sk_buff *skb,
		  const struct nf_hook_state *state, u8 family)
{
	if (skb->ip_summed != CHECKSUM_NONE) {
		if (skb->ip_summed == CHECKSUM_PARTIAL)
			return handle_pending(nfc, skb, state);
		if (READ_ONCE(nfc->knobs.verify))
			return handle(nfc, skb, state);
	}
	return handle_finished(nfc, skb, state, family, NF_CSUM_PREROUTING);
}

static __always_inline unsigned int
handle_postrouting(struct nf_csum_net *nfc, struct sk_buff *skb,
		   const struct nf_hook_state *state, u8 family)
{
	if (skb->ip_summed != CHECKSUM_NONE) {
		if (skb->ip_summed == CHECKSUM_PARTIAL)
			return handle_pending(nfc, skb, state);
		if (nf_csum_has_own_voucher(skb) && nf_csum_repairs(nfc) &&
		    !nf_csum_exempts(nfc, skb))
			nf_csum_unvouch(skb);
	}
	return handle_finished(nfc, skb, state, family, NF_CSUM_POSTROUTING);
}

/* A family is worth a function of its own where every packet passes. */
#define FOR_FAMILY(handler, suffix, family)				\
static unsigned int handler##_##suffix(void *priv, struct sk_buff *skb,	\
				       const struct nf_hook_state *state) \
{									\
	return handler(priv, skb, state, family);			\
}

FOR_FAMILY(handle_prerouting, ipv4, NFPROTO_IPV4)
FOR_FAMILY(handle_prerouting, ipv6, NFPROTO_IPV6)
FOR_FAMILY(handle_postrouting, ipv4, NFPROTO_IPV4)
FOR_FAMILY(handle_postrouting, ipv6, NFPROTO_IPV6)

static noinline void handle_tunnel(struct nf_csum_net *nfc, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	struct nf_csum_packet pkt = {
		.skb = skb,
		.family = state->pf,
		.hook = state->hook,
	};
	struct nf_csum_iface *iface;
	u32 done;

	if (!nf_csum_repairs(nfc) || nf_csum_exempts(nfc, skb))
		return;
	nf_csum_inspect(&pkt);
	if (pkt.state != NF_CSUM_PARTIAL_INNER)
		return;

	iface = nf_csum_iface_of(nfc, state);
	done = act(nfc, &pkt, iface, true);
	if (done) {
		nf_csum_count(nfc, iface, column_of(state), done);
		trace_nf_csum_packet(&pkt, nf_csum_counter_names[pkt.state],
				     state, done);
	}
}

/* A tunnel packet whose inner checksum is still pending: see what NAT did. */
static unsigned int handle_after_snat(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	if (unlikely(skb->ip_summed == CHECKSUM_PARTIAL && !skb_is_gso(skb)))
		handle_tunnel(priv, skb, state);
	return NF_ACCEPT;
}

/* A namespace has its own, so that the hooks need not look it up. */
static const struct nf_hook_ops hooks[NF_CSUM_HOOKS] = {
	{
		.hook		= handle_prerouting_ipv4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= PRIORITY_BEFORE_CONNTRACK,
	},
	{
		.hook		= handle_prerouting_ipv6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= PRIORITY_BEFORE_CONNTRACK,
	},
	{
		.hook		= handle_postrouting_ipv4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= PRIORITY_BEFORE_SNAT,
	},
	{
		.hook		= handle_postrouting_ipv6,
		.pf		= NFPROTO_IPV6,
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

static int register_hooks(struct nf_csum_net *nfc)
{
	unsigned int i;

	memcpy(nfc->hooks, hooks, sizeof(hooks));
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		nfc->hooks[i].priv = nfc;
	return nf_register_net_hooks(nfc->net, nfc->hooks, ARRAY_SIZE(hooks));
}

static int set_main(struct nf_csum_net *nfc, bool on)
{
	int err = 0;

	if (on && !nfc->hooked)
		err = register_hooks(nfc);
	else if (!on && nfc->hooked)
		nf_unregister_net_hooks(nfc->net, nfc->hooks,
					ARRAY_SIZE(hooks));
	if (!err)
		nfc->hooked = on;
	return err;
}

static int set_guard(struct nf_csum_net *nfc, bool on)
{
	if (on && !nfc->guarded)
		return nf_csum_invalid_start(nfc);
	if (!on && nfc->guarded) {
		nf_csum_invalid_stop(nfc);
		/* No packet may meet those hooks that has not met conntrack. */
		synchronize_net();
		nf_csum_invalid_release(nfc);
	}
	return 0;
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

	mutex_lock(&nfc->mode_mutex);
	err = set_hooks(nfc, mode, nfc->knobs.invalid);
	mutex_unlock(&nfc->mode_mutex);
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

	mutex_lock(&nfc->mode_mutex);
	err = set_hooks(nfc, nfc->knobs.mode, invalid);
	mutex_unlock(&nfc->mode_mutex);
	return err;
}

/**
 * nf_csum_hooks_stop - take the hooks away from a namespace that ends
 * @nfc: the namespace; its knobs are gone
 *
 * Does not wait: packets may be in the hooks until a grace period of RCU later.
 *
 * Context: Process, may sleep.
 */
void nf_csum_hooks_stop(struct nf_csum_net *nfc)
{
	if (nfc->guarded)
		nf_csum_invalid_stop(nfc);
	set_main(nfc, false);
}

/**
 * nf_csum_hooks_release - let go what the hooks needed
 * @nfc: the namespace, a grace period of RCU after nf_csum_hooks_stop()
 *
 * Context: Process, may sleep.
 */
void nf_csum_hooks_release(struct nf_csum_net *nfc)
{
	nf_csum_invalid_release(nfc);
}
