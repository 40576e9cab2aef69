/* SPDX-License-Identifier: GPL-2.0 */
/* Devices whose far end loses GSO packets, found by what TCP does about it. */
#ifndef NF_CSUM_EVIDENCE_H
#define NF_CSUM_EVIDENCE_H

#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <nf_csum/iface.h>

struct nf_csum_net;

/* What is known about the far end of a device. */
enum nf_csum_far_end {
	NF_CSUM_FAR_UNKNOWN,
	NF_CSUM_FAR_WANTED,	/* somebody sends it GSO packets: watch it */
	NF_CSUM_FAR_WATCHED,
	NF_CSUM_FAR_SETTLED,	/* takes GSO packets, or need not be known */
	NF_CSUM_FAR_LOSES,	/* loses them */
};

#define NF_CSUM_WATCH_RANGES	4
#define NF_CSUM_WATCH_FLOWS	8
/* If this many were sent and settled nothing, watching ends. */
#define NF_CSUM_WATCH_SENT	100000

/**
 * struct nf_csum_range - bytes that were sent as one GSO packet
 * @start: sequence number of the first
 * @end: of the one behind the last; as @start if there is nothing here
 * @head: what came again from the front ends here
 * @tail: what came again from the back begins here
 * @round: the round of the watch in which it was sent
 * @whole: it was to leave as it is: that it gets there proves something
 */
struct nf_csum_range {
	u32 start;
	u32 end;
	u32 head;
	u32 tail;
	unsigned int round;
	bool whole;
};

/**
 * struct nf_csum_watch - what is remembered of a device that is watched
 * @lock: protects it
 * @used: when the last GSO packet left that could be remembered, in jiffies
 * @sent: how many such packets left, remembered or not
 * @packets: how many of them were remembered
 * @confirmed: losses that count: came again as plain segments, then acknowledged
 * @arrived: how many were acknowledged without having come again
 * @segments_confirmed: how many of @confirmed were not to leave as they are
 * @segments_arrived: how many such ones arrived; they are not among @arrived
 * @takes_segments: so many that the loss of others proves nothing, and is not counted
 * @round: its number; the next one begins when a loss of this one is confirmed
 * @counted: how many losses of the round before are among @confirmed
 * @hop: the next hop that all this is about, as a hash; 0 for none, or if there is
 *	only one behind the device
 * @turns: how many next hops were looked at
 * @many: there are several next hops behind the device
 * @foreign: no sender on this host is known to send it GSO packets: it is about others,
 *	which may send again what was not lost
 * @flows: TCP connections, by a hash of addresses and ports
 * @rcu: frees it
 */
struct nf_csum_watch {
	spinlock_t lock;	/* protects all of it */
	unsigned long used;
	unsigned int sent;
	unsigned int packets;
	unsigned int confirmed;
	unsigned int arrived;
	unsigned int segments_confirmed;
	unsigned int segments_arrived;
	unsigned int round;
	unsigned int counted;
	u32 hop;
	unsigned int turns;
	bool takes_segments;
	bool many;
	bool foreign;
	struct nf_csum_flow {
		u64 key;
		unsigned long used;
		u32 next;	/* behind the last byte that was seen to leave */
		struct nf_csum_range ranges[NF_CSUM_WATCH_RANGES];
	} flows[NF_CSUM_WATCH_FLOWS];
	struct rcu_head rcu;
};

/*
 * Is watching in vain? Where no acknowledgment comes this way, nothing else would end
 * it: what was remembered fills all places, and stays.
 */
static inline bool nf_csum_watch_is_vain(const struct nf_csum_watch *watch)
{
	return watch->sent >= NF_CSUM_WATCH_SENT;
}

bool nf_csum_watch_sent(struct nf_csum_watch *watch, u64 key, u32 seq,
			unsigned int len, unsigned int gso_size, bool whole);
void nf_csum_watch_began(struct nf_csum_watch *watch, u64 key);
enum nf_csum_far_end nf_csum_watch_acked(struct nf_csum_watch *watch, u64 key,
					 u32 ack);

unsigned int nf_csum_evidence_sent(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state);
unsigned int nf_csum_evidence_acked(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state);

/*
 * The port of a bridge that a packet leaves through, or came in through, if br_netfilter
 * shows what is bridged. A bridge's own offloads do not concern what it forwards.
 */
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
static inline const struct net_device *
nf_csum_port_out(const struct sk_buff *skb)
{
	return nf_bridge_get_physoutdev(skb);
}

static inline unsigned int nf_csum_port_in(const struct sk_buff *skb)
{
	return nf_bridge_get_physinif(skb);
}
#else
static inline const struct net_device *
nf_csum_port_out(const struct sk_buff *skb)
{
	return NULL;
}

static inline unsigned int nf_csum_port_in(const struct sk_buff *skb)
{
	return 0;
}
#endif

/* May a GSO packet that is routed or bridged through @iface ask for a device? */
static inline bool nf_csum_evidence_may_want(const struct nf_csum_iface *iface,
					     const struct sk_buff *skb)
{
	return READ_ONCE(iface->far_end) == NF_CSUM_FAR_UNKNOWN ||
	       nf_csum_port_out(skb);
}

void nf_csum_evidence_want(struct nf_csum_net *nfc, struct nf_csum_iface *iface,
			   const struct sk_buff *skb,
			   const struct nf_hook_state *state);
void nf_csum_evidence_reset(struct nf_csum_iface *iface);
void nf_csum_evidence_sync(struct nf_csum_net *nfc);
void nf_csum_evidence_forget(struct nf_csum_net *nfc,
			     struct nf_csum_iface *iface);

#endif /* NF_CSUM_EVIDENCE_H */
