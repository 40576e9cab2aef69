// SPDX-License-Identifier: GPL-2.0
/*
 * The way of one packet:
 *
 *	hook --> exempt? --> fast path: is it one of the common kind?
 *	                     |                          |
 *	                     | no                       | yes
 *	                     v                          |
 *	                     inspect (what is it?)      | ok, gso: nothing to do
 *	                     decide  (what to do?)      | partial, partial_inner:
 *	                     repair  (do it)            |   finish
 *	                     |                          |
 *	                     +----> count, trace <------+
 *
 * The fast path says the same as the slow one, for less. A packet's devices are
 * looked up only if the packet is not simply all right.
 */
#include <kunit/visibility.h>
#include <linux/bits.h>
#include <linux/if_vlan.h>
#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/xfrm.h>

#include <nf_csum/count.h>
#include <nf_csum/evidence.h>
#include <nf_csum/fastpath.h>
#include <nf_csum/iface.h>
#include <nf_csum/link.h>
#include <nf_csum/netns.h>
#include <nf_csum/packet.h>
#include <nf_csum/path.h>
#include <nf_csum/policy.h>
#include <nf_csum/trace.h>

/* In other states nothing is ever done, so no policy is asked. */
#define REPAIRABLE	(BIT(NF_CSUM_PARTIAL) | BIT(NF_CSUM_PARTIAL_INNER) | \
			 BIT(NF_CSUM_PARTIAL_BAD_SEED) | \
			 BIT(NF_CSUM_GSO_BAD) | \
			 BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_SEED) | \
			 BIT(NF_CSUM_CORRUPT))

/* Seen all the time, and of no interest to those who trace. */
#define UNREMARKABLE	(BIT(NF_CSUM_NO_CHECKSUM) | BIT(NF_CSUM_GSO))

static enum nf_csum_column column_of(const struct nf_hook_state *state)
{
	return state->hook == NF_INET_PRE_ROUTING ? NF_CSUM_PREROUTING :
						    NF_CSUM_POSTROUTING;
}

static struct nf_csum_iface *iface_of(struct nf_csum_net *nfc,
				      const struct nf_hook_state *state)
{
	return nf_csum_iface_of(&nfc->ifaces, state);
}

/* On the way out, only skb_iif says which device a packet came from. */
static unsigned long origin_flags(struct nf_csum_net *nfc,
				  const struct nf_csum_packet *pkt,
				  unsigned long flags)
{
	if (pkt->hook != NF_INET_POST_ROUTING)
		return flags;
	return nf_csum_iface_flags(nf_csum_iface_find(&nfc->ifaces,
						      pkt->skb->skb_iif));
}

/*
 * Where the kernel encrypts or fragments behind the hook, it finishes whatever is
 * pending as an Internet checksum. That ruins the CRC of SCTP.
 */
static bool kernel_would_ruin(const struct nf_csum_packet *pkt)
{
	const struct dst_entry *dst = skb_dst(pkt->skb);

	if (pkt->proto != IPPROTO_SCTP || pkt->hook != NF_INET_POST_ROUTING ||
	    !dst || skb_is_gso(pkt->skb))
		return false;
	return dst_xfrm(dst) || pkt->skb->len > dst_mtu(dst) ||
	       pkt->skb->len > READ_ONCE(dst->dev->mtu);
}

/*
 * A pending checksum is finished where the packet leaves. It stays pending if that
 * device finishes checksums itself. But what is pending inside a tunnel is finished
 * on the way in: a translator between IPv4 and IPv6 takes the packet away before
 * POSTROUTING, and would end it unfinished. A checksum that is complete is believed
 * on the way in, too, before NAT takes it for a seed.
 */
static bool is_finished_here(const struct nf_csum_net *nfc,
			     const struct nf_csum_packet *pkt,
			     unsigned long flags)
{
	if (pkt->hook == NF_INET_PRE_ROUTING &&
	    pkt->state != NF_CSUM_PARTIAL_INNER && !pkt->verified)
		return false;
	return nf_csum_finish_covers(&nfc->knobs, flags) ||
	       (nf_csum_repairs(&nfc->knobs) && kernel_would_ruin(pkt));
}

/*
 * What finishing takes. If DNAT broke an outer checksum that was right, that is set
 * right on the way out, before the inner one is finished: afterwards nobody can tell
 * any more that it was NAT.
 */
static u32 finish_actions(const struct nf_csum_packet *pkt)
{
	if (pkt->state == NF_CSUM_PARTIAL_INNER &&
	    pkt->hook == NF_INET_POST_ROUTING &&
	    nf_csum_recall_outer(pkt->skb) == NF_CSUM_OUTER_RIGHT)
		return BIT(NF_CSUM_FINISHED) | BIT(NF_CSUM_OUTER_REFRESHED);
	return BIT(NF_CSUM_FINISHED);
}

/* Carries out what the knobs want; returns what was done. */
static u32 apply_policy(struct nf_csum_net *nfc,
			const struct nf_csum_packet *pkt,
			const struct nf_csum_iface *iface)
{
	unsigned long flags = nf_csum_iface_flags(iface);
	unsigned long origin = origin_flags(nfc, pkt, flags);
	u32 allowed = nf_csum_allowed(&nfc->knobs, pkt->skb, origin);

	if (allowed && is_finished_here(nfc, pkt, flags))
		allowed |= finish_actions(pkt);
	return nf_csum_repair(pkt, nf_csum_decide(pkt, allowed));
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

static noinline unsigned int handle_exempt(struct nf_csum_net *nfc,
					   struct sk_buff *skb,
					   const struct nf_hook_state *state)
{
	struct nf_csum_packet pkt = {
		.skb = skb,
		.family = state->pf,
		.hook = state->hook,
	};

	nf_csum_count_one(nfc, iface_of(nfc, state), column_of(state),
			  NF_CSUM_EXEMPT);
	if (trace_nf_csum_packet_enabled()) {
		nf_csum_inspect(&pkt);
		trace_nf_csum_packet(&pkt, nf_csum_counter_names[pkt.state],
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
	if (nf_csum_repairs(&nfc->knobs))
		nf_csum_remember_outer(pkt->skb, outer);
}

static bool goes_on_pending(const struct nf_csum_packet *pkt)
{
	return pkt->state == NF_CSUM_PARTIAL_INNER &&
	       pkt->skb->ip_summed == CHECKSUM_PARTIAL;
}

/* Repaired on the way in. The next packet of that flow need not come by here. */
#define MAY_PASS_BY	(BIT(NF_CSUM_FILLED) | BIT(NF_CSUM_RESEEDED) | \
			 BIT(NF_CSUM_REARMED))

/* What was judged, and is not ok: the rare packet. */
static unsigned int handle_not_ok(struct nf_csum_net *nfc,
				  struct nf_csum_packet *pkt,
				  const struct nf_hook_state *state)
{
	struct nf_csum_iface *iface = iface_of(nfc, state);
	u32 done = 0;

	if (BIT(pkt->state) & REPAIRABLE)
		done = apply_policy(nfc, pkt, iface);
	if (done & MAY_PASS_BY && state->hook == NF_INET_PRE_ROUTING &&
	    state->in)
		nf_csum_link_repaired(nfc, iface, state->in);
	if (goes_on_pending(pkt))
		look_at_outer(nfc, pkt);
	nf_csum_count(nfc, iface, column_of(state), BIT(pkt->state) | done);
	if (done || !(BIT(pkt->state) & UNREMARKABLE))
		trace_nf_csum_packet(pkt, nf_csum_counter_names[pkt->state],
				     state, done);
	return done & BIT(NF_CSUM_DROPPED) ? drop(pkt) : NF_ACCEPT;
}

/*
 * A voucher is checked on the way in: nobody else will. Of GSO it is checked only
 * where the kernel computes each checksum anew, which would hide that it was wrong:
 * where it segments the packet, or passes on one of unknown origin (SKB_GSO_DODGY).
 * Elsewhere not: a device that aggregates leaves the field of one segment.
 */
static bool can_verify(const struct sk_buff *skb,
		       const struct nf_hook_state *state)
{
	if (!nf_csum_is_vouched_for(skb) || nf_csum_is_decrypted(skb))
		return false;
	if (skb_is_gso(skb))
		return state->hook == NF_INET_POST_ROUTING &&
		       !skb_gso_ok((struct sk_buff *)skb,
				   READ_ONCE(state->out->features));
	return state->hook == NF_INET_PRE_ROUTING;
}

/* The slow path: the packet is judged in full. */
static noinline unsigned int handle_slow(struct nf_csum_net *nfc,
					 struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	struct nf_csum_packet pkt = {
		.skb = skb,
		.family = state->pf,
		.hook = state->hook,
		.verify = READ_ONCE(nfc->knobs.verify) && can_verify(skb, state),
	};

	nf_csum_inspect(&pkt);
	if (pkt.state != NF_CSUM_OK)
		return handle_not_ok(nfc, &pkt, state);
	nf_csum_count_ok(nfc, column_of(state));
	return NF_ACCEPT;
}

/* Bulk, to be segmented and finished by a device: nothing to do but count. */
static noinline unsigned int handle_gso(struct nf_csum_net *nfc,
					struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	struct nf_csum_packet pkt = { .skb = skb, .family = state->pf };
	struct nf_csum_iface *iface;

	if (unlikely(!nf_csum_fast_pending(&pkt)))
		return handle_slow(nfc, skb, state);
	iface = iface_of(nfc, state);
	nf_csum_count_one(nfc, iface, column_of(state), NF_CSUM_GSO);
	if (unlikely(iface && nf_csum_evidence_may_want(iface, skb)) &&
	    state->hook == NF_INET_POST_ROUTING && pkt.proto == IPPROTO_TCP)
		nf_csum_evidence_want(nfc, iface, skb, state);
	return NF_ACCEPT;
}

/* Pending, and nearly always of the common kind, or a tunnel's. */
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
	u32 done = 0;

	if (unlikely(!nf_csum_fast_pending(&pkt)))
		return handle_slow(nfc, skb, state);

	iface = iface_of(nfc, state);
	if (nf_csum_repairs(&nfc->knobs) &&
	    is_finished_here(nfc, &pkt, nf_csum_iface_flags(iface))) {
		done = likely(pkt.state == NF_CSUM_PARTIAL) ?
			BIT(nf_csum_finish(&pkt) ? NF_CSUM_FINISHED : NF_CSUM_FAILED) :
			nf_csum_repair(&pkt, finish_actions(&pkt));
		nf_csum_count(nfc, iface, column_of(state), done);
	}
	if (goes_on_pending(&pkt))
		look_at_outer(nfc, &pkt);
	nf_csum_count_one(nfc, iface, column_of(state), pkt.state);
	trace_nf_csum_packet(&pkt, nf_csum_counter_names[pkt.state], state,
			     done);
	return NF_ACCEPT;
}

/*
 * Pending on the way in, or on the way out through a device that finishes it: nearly
 * always there is nothing to do but count. This calls nothing, so that no register
 * has to be saved.
 */
static __always_inline unsigned int
handle_pending(struct nf_csum_net *nfc, struct sk_buff *skb,
	       const struct nf_hook_state *state, const struct net_device *dev,
	       enum nf_csum_column column)
{
	struct nf_csum_iface *iface;

	iface = nf_csum_iface_cached(&nfc->ifaces, dev->ifindex);
	if (unlikely(!iface || trace_nf_csum_packet_enabled()))
		return handle_partial(nfc, skb, state);
	if (column == NF_CSUM_POSTROUTING &&
	    nf_csum_finish_covers(&nfc->knobs, nf_csum_iface_flags(iface)))
		return handle_partial(nfc, skb, state);
	if (unlikely(!nf_csum_fast_partial(skb, state->pf)))
		return handle_partial(nfc, skb, state);
	nf_csum_count_one(nfc, iface, column, NF_CSUM_PARTIAL);
	return NF_ACCEPT;
}

static noinline unsigned int
handle_pending_in(struct nf_csum_net *nfc, struct sk_buff *skb,
		  const struct nf_hook_state *state)
{
	return handle_pending(nfc, skb, state, state->in, NF_CSUM_PREROUTING);
}

static noinline unsigned int
handle_pending_out(struct nf_csum_net *nfc, struct sk_buff *skb,
		   const struct nf_hook_state *state)
{
	return handle_pending(nfc, skb, state, state->out, NF_CSUM_POSTROUTING);
}

/* Nothing is pending: nearly always there is nothing to do but count. */
static __always_inline unsigned int
handle_finished(struct nf_csum_net *nfc, struct sk_buff *skb,
		const struct nf_hook_state *state, u8 family,
		enum nf_csum_column column)
{
	if (unlikely(!nf_csum_fast_ok(skb, family)))
		return handle_slow(nfc, skb, state);
	nf_csum_count_ok(nfc, column);
	return NF_ACCEPT;
}

static __always_inline unsigned int
handle_prerouting(struct nf_csum_net *nfc, struct sk_buff *skb,
		  const struct nf_hook_state *state, u8 family)
{
	if (unlikely(nf_csum_exempts(&nfc->knobs, skb)))
		return handle_exempt(nfc, skb, state);
	if (skb->ip_summed != CHECKSUM_NONE) {
		if (skb->ip_summed == CHECKSUM_PARTIAL)
			return skb_is_gso(skb) ?
				handle_gso(nfc, skb, state) :
				handle_pending_in(nfc, skb, state);
		if (READ_ONCE(nfc->knobs.verify))
			return handle_slow(nfc, skb, state);
	}
	return handle_finished(nfc, skb, state, family, NF_CSUM_PREROUTING);
}

static __always_inline unsigned int
handle_postrouting(struct nf_csum_net *nfc, struct sk_buff *skb,
		   const struct nf_hook_state *state, u8 family)
{
	if (unlikely(nf_csum_exempts(&nfc->knobs, skb)))
		return handle_exempt(nfc, skb, state);
	if (skb->ip_summed != CHECKSUM_NONE) {
		if (skb->ip_summed == CHECKSUM_PARTIAL)
			return skb_is_gso(skb) ?
				handle_gso(nfc, skb, state) :
				handle_pending_out(nfc, skb, state);
		if (nf_csum_has_own_voucher(skb) &&
		    nf_csum_repairs(&nfc->knobs))
			nf_csum_unvouch(skb);
	}
	return handle_finished(nfc, skb, state, family, NF_CSUM_POSTROUTING);
}

/**
 * nf_csum_prerouting_ipv4 - judge a packet that came in, before conntrack and DNAT
 * @priv: struct nf_csum_net of the namespace
 * @skb: the packet; skb->data is at the network header
 * @state: of the hook
 *
 * A family has a function of its own, because every packet passes here.
 *
 * Context: Softirq or process, under RCU.
 * Return: a verdict: NF_ACCEPT, unless a guard wants the packet dropped.
 */
unsigned int nf_csum_prerouting_ipv4(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	return handle_prerouting(priv, skb, state, NFPROTO_IPV4);
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_prerouting_ipv4);

/**
 * nf_csum_prerouting_ipv6 - the same for IPv6
 * @priv: struct nf_csum_net of the namespace
 * @skb: the packet; skb->data is at the network header
 * @state: of the hook
 *
 * Context: Softirq or process, under RCU.
 * Return: as nf_csum_prerouting_ipv4().
 */
unsigned int nf_csum_prerouting_ipv6(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	return handle_prerouting(priv, skb, state, NFPROTO_IPV6);
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_prerouting_ipv6);

/**
 * nf_csum_postrouting_ipv4 - judge a packet that goes out, before source NAT
 * @priv: struct nf_csum_net of the namespace
 * @skb: the packet; skb->data is at the network header
 * @state: of the hook
 *
 * Context: Softirq or process, under RCU.
 * Return: as nf_csum_prerouting_ipv4().
 */
unsigned int nf_csum_postrouting_ipv4(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	return handle_postrouting(priv, skb, state, NFPROTO_IPV4);
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_postrouting_ipv4);

/**
 * nf_csum_postrouting_ipv6 - the same for IPv6
 * @priv: struct nf_csum_net of the namespace
 * @skb: the packet; skb->data is at the network header
 * @state: of the hook
 *
 * Context: Softirq or process, under RCU.
 * Return: as nf_csum_prerouting_ipv4().
 */
unsigned int nf_csum_postrouting_ipv6(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	return handle_postrouting(priv, skb, state, NFPROTO_IPV6);
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_postrouting_ipv6);

/* See what source NAT did to the outer checksum. */
static noinline void handle_tunnel(struct nf_csum_net *nfc, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	struct nf_csum_packet pkt = {
		.skb = skb,
		.family = state->pf,
		.hook = state->hook,
	};
	u32 done;

	if (!nf_csum_repairs(&nfc->knobs) || nf_csum_exempts(&nfc->knobs, skb))
		return;
	if (!nf_csum_fast_pending(&pkt))
		nf_csum_inspect(&pkt);
	done = nf_csum_repair(&pkt, nf_csum_decide(&pkt,
						   BIT(NF_CSUM_OUTER_REFRESHED)));
	if (done) {
		nf_csum_count(nfc, iface_of(nfc, state), column_of(state), done);
		trace_nf_csum_packet(&pkt, nf_csum_counter_names[pkt.state],
				     state, done);
	}
}

/**
 * nf_csum_after_snat - look again at a tunnel packet whose inner checksum is pending
 * @priv: struct nf_csum_net of the namespace
 * @skb: the packet; skb->data is at the network header
 * @state: of the hook
 *
 * Context: Softirq or process, under RCU.
 * Return: NF_ACCEPT.
 */
unsigned int nf_csum_after_snat(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	if (unlikely(skb->ip_summed == CHECKSUM_PARTIAL && !skb_is_gso(skb) &&
		     nf_csum_recall_outer(skb) != NF_CSUM_OUTER_NONE))
		handle_tunnel(priv, skb, state);
	return NF_ACCEPT;
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_after_snat);

/*
 * At a device or a bridge, where nothing is finished: that is left to the device
 * that the packet leaves through. @allowed limits what may be done.
 */
static unsigned int handle_link(struct nf_csum_net *nfc,
				struct nf_csum_packet *pkt,
				const struct nf_hook_state *state,
				bool count_state, u32 allowed)
{
	struct nf_csum_iface *iface = iface_of(nfc, state);
	u32 counted, done = 0;

	nf_csum_inspect(pkt);
	if (BIT(pkt->state) & REPAIRABLE) {
		unsigned long flags = nf_csum_iface_flags(iface);

		allowed &= nf_csum_allowed(&nfc->knobs, pkt->skb, flags);
		done = nf_csum_repair(pkt, nf_csum_decide(pkt, allowed));
	}
	counted = done | (count_state ? BIT(pkt->state) : 0);
	if (!counted)
		return NF_ACCEPT;
	nf_csum_count(nfc, pkt->state == NF_CSUM_OK ? NULL : iface,
		      NF_CSUM_LINK, counted);
	if (done || !(BIT(pkt->state) & (UNREMARKABLE | BIT(NF_CSUM_OK))))
		trace_nf_csum_packet(pkt, nf_csum_counter_names[pkt->state],
				     state, done);
	return done & BIT(NF_CSUM_DROPPED) ? drop(pkt) : NF_ACCEPT;
}

/*
 * Which family is in a frame? skb->data is behind the Ethernet header; one VLAN tag
 * was taken off, a second may be in line. @tag: its length.
 */
static u8 family_of_frame(struct sk_buff *skb, unsigned int *tag)
{
	__be16 protocol = skb->protocol;

	*tag = 0;
	if (eth_type_vlan(protocol)) {
		if (!pskb_may_pull(skb, VLAN_HLEN))
			return NFPROTO_UNSPEC;
		*tag = VLAN_HLEN;
		protocol = ((const struct vlan_hdr *)skb->data)->h_vlan_encapsulated_proto;
	}
	switch (protocol) {
	case htons(ETH_P_IP):
		return NFPROTO_IPV4;
	case htons(ETH_P_IPV6):
		return NFPROTO_IPV6;
	default:
		return NFPROTO_UNSPEC;
	}
}

static unsigned int handle_frame(struct nf_csum_net *nfc, struct sk_buff *skb,
				 const struct nf_hook_state *state,
				 bool count_state, u32 allowed)
{
	struct nf_csum_packet pkt = { .skb = skb, .hook = NF_INET_FORWARD };
	unsigned int verdict, tag;

	pkt.family = family_of_frame(skb, &tag);
	if (pkt.family == NFPROTO_UNSPEC)
		return NF_ACCEPT;
	if (unlikely(nf_csum_exempts(&nfc->knobs, skb))) {
		if (count_state)
			nf_csum_count_one(nfc, iface_of(nfc, state),
					  NF_CSUM_LINK, NF_CSUM_EXEMPT);
		return NF_ACCEPT;
	}
	/* Whoever is next finds the frame as it was. */
	__skb_pull(skb, tag);
	pkt.verify = count_state && READ_ONCE(nfc->knobs.verify) &&
		     nf_csum_is_vouched_for(skb) && !skb_is_gso(skb);
	verdict = handle_link(nfc, &pkt, state, count_state, allowed);
	if (verdict == NF_ACCEPT)
		__skb_push(skb, tag);
	return verdict;
}

/**
 * nf_csum_bridge_forward - judge a frame that a bridge forwards
 * @priv: struct nf_csum_net of the namespace
 * @skb: the frame; skb->data is behind the Ethernet header
 * @state: of the hook; both devices are known
 *
 * Frames that br_netfilter shows to the IP hooks are judged there.
 *
 * Context: Softirq or process, under RCU.
 * Return: a verdict: NF_ACCEPT, unless a guard wants the frame dropped.
 */
unsigned int nf_csum_bridge_forward(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	if (nf_bridge_info_exists(skb))
		return NF_ACCEPT;
#endif
	return handle_frame(priv, skb, state, true, ~0U);
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_bridge_forward);

/**
 * nf_csum_ingress - repair what a device receives, before others take it away
 * @priv: struct nf_csum_net of the namespace
 * @skb: the frame; skb->data is behind the Ethernet header
 * @state: of the hook
 *
 * Only what was never finished is repaired; the packet is judged and counted at
 * PREROUTING, if it gets there. Where nobody else hooks in any more, nor does this
 * module.
 *
 * Context: Softirq, under RCU.
 * Return: NF_ACCEPT.
 */
unsigned int nf_csum_ingress(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	struct nf_csum_net *nfc = priv;

#ifdef CONFIG_NETFILTER_INGRESS
	const struct nf_hook_entries *hooks;

	hooks = rcu_dereference(state->in->nf_hooks_ingress);
	if (unlikely(hooks && hooks->num_hook_entries == 1))
		nf_csum_link_changed(nfc);
#endif
	return handle_frame(nfc, skb, state, false, MAY_PASS_BY);
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_ingress);
