/* SPDX-License-Identifier: GPL-2.0 */
/* What the administrator set, and what that and the devices allow to be done. */
#ifndef NF_CSUM_POLICY_H
#define NF_CSUM_POLICY_H

#include <linux/bits.h>
#include <linux/skbuff.h>
#include <linux/types.h>

#include <nf_csum/iface.h>
#include <nf_csum/packet.h>

enum nf_csum_mode {
	NF_CSUM_MODE_OFF,
	NF_CSUM_MODE_OBSERVE,
	NF_CSUM_MODE_REPAIR,
};

/* Values of the knobs finish and trust; the first two are those of no_offload. */
enum nf_csum_scope {
	NF_CSUM_SCOPE_NONE,
	NF_CSUM_SCOPE_AUTO,
	NF_CSUM_SCOPE_ALL,
};

/* Values of the knob verify: what becomes of vouched packets that are wrong. */
enum nf_csum_verify {
	NF_CSUM_VERIFY_NOT,
	NF_CSUM_VERIFY_COUNT,
	NF_CSUM_VERIFY_UNVOUCH,
	NF_CSUM_VERIFY_DROP,
};

/* Values of the knob invalid. */
enum nf_csum_invalid {
	NF_CSUM_INVALID_IGNORE,
	NF_CSUM_INVALID_COUNT,
	NF_CSUM_INVALID_DROP_LOCAL,
	NF_CSUM_INVALID_DROP,
};

/* Values of the knob bridged. */
enum nf_csum_bridged {
	NF_CSUM_BRIDGED_NOT,
	NF_CSUM_BRIDGED_AUTO,
	NF_CSUM_BRIDGED_ALWAYS,
};

/**
 * struct nf_csum_knobs - what the administrator set, see sysctl.c
 * @exempt_mark: packets with one of these mark bits are left alone
 * @mode: enum nf_csum_mode
 * @finish: enum nf_csum_scope, whose pending offloads are finished
 * @trust: enum nf_csum_scope, whose never-finished checksums are filled
 * @verify: enum nf_csum_verify, for packets that a device vouched for
 * @invalid: enum nf_csum_invalid, for packets that conntrack calls INVALID
 * @bridged: enum nf_csum_bridged, for frames that a bridge forwards
 * @no_offload: enum nf_csum_scope, none or auto: whose offloads are taken
 */
struct nf_csum_knobs {
	u32 exempt_mark;
	u8 mode;
	u8 finish;
	u8 trust;
	u8 verify;
	u8 invalid;
	u8 bridged;
	u8 no_offload;
};

static inline bool nf_csum_repairs(const struct nf_csum_knobs *knobs)
{
	return READ_ONCE(knobs->mode) == NF_CSUM_MODE_REPAIR;
}

static inline bool nf_csum_exempts(const struct nf_csum_knobs *knobs,
				   const struct sk_buff *skb)
{
	/* Most packets have no mark, which is cheaper to see. */
	return skb->mark && skb->mark & READ_ONCE(knobs->exempt_mark);
}

/* @flags: NF_CSUM_IFACE_* of the device that a pending checksum is finished for */
static inline bool nf_csum_finish_covers(const struct nf_csum_knobs *knobs,
					 unsigned long flags)
{
	u8 finish = READ_ONCE(knobs->finish);

	if (finish == NF_CSUM_SCOPE_NONE || flags & NF_CSUM_IFACE_LOOPBACK)
		return false;
	return finish == NF_CSUM_SCOPE_ALL || flags & NF_CSUM_IFACE_FINISH;
}

/* @flags: NF_CSUM_IFACE_* of the device that the packet came from */
static inline bool nf_csum_trust_covers(const struct nf_csum_knobs *knobs,
					unsigned long flags,
					const struct sk_buff *skb)
{
	u8 trust = READ_ONCE(knobs->trust);

	if (trust != NF_CSUM_SCOPE_AUTO)
		return trust == NF_CSUM_SCOPE_ALL;
	return nf_csum_is_vouched_for(skb) || flags & NF_CSUM_IFACE_TRUST;
}

/**
 * nf_csum_allowed - say what may be done to a packet, for nf_csum_decide()
 * @knobs: of its namespace
 * @skb: the packet
 * @origin: NF_CSUM_IFACE_* of the device that the packet came from
 *
 * Context: Any.
 * Return: a bit for each action but NF_CSUM_FINISHED, which depends on the hook,
 * too.
 */
static inline u32 nf_csum_allowed(const struct nf_csum_knobs *knobs,
				  const struct sk_buff *skb,
				  unsigned long origin)
{
	u32 allowed = BIT(NF_CSUM_RESEEDED) | BIT(NF_CSUM_REARMED) |
		      BIT(NF_CSUM_UNTRUSTED);

	if (!nf_csum_repairs(knobs))
		return 0;
	if (nf_csum_trust_covers(knobs, origin, skb))
		allowed |= BIT(NF_CSUM_FILLED);
	switch (READ_ONCE(knobs->verify)) {
	case NF_CSUM_VERIFY_UNVOUCH:
		return allowed | BIT(NF_CSUM_UNVOUCHED);
	case NF_CSUM_VERIFY_DROP:
		return allowed | BIT(NF_CSUM_DROPPED);
	default:
		return allowed;
	}
}

#endif /* NF_CSUM_POLICY_H */
