// SPDX-License-Identifier: GPL-2.0
/*
 * A far end that reads bytes only loses every GSO packet, and TCP sends each again,
 * one segment at a time. That is evidence:
 *
 *	GSO packet sent --> remember its range of sequence numbers
 *	each byte of it sent exactly once more, in plain segments: lost
 *	acknowledged --> lost: confirmed; not lost: the far end takes GSO packets
 *
 * One GSO packet that got there settles that the far end is healthy, and it is not
 * looked at again. But if some were confirmed to be lost, more than half as many
 * have to get there: a segment can have been sent before its range was remembered.
 * If four are confirmed to be lost before that, the device has its offloads taken.
 * Anything else is no evidence. So is an acknowledgment of bytes that were not seen to
 * leave: what came again may have gone the same way.
 *
 * If a far end is silent for a moment, all that was under way is sent again, of all
 * connections, as if it had been lost. That is one event, so no more than two of a
 * round count. For four there has to be another loss, of packets that were sent
 * after the way was known to be open again.
 *
 * If the sender is not on this host, a loss does not count: that sender could send
 * again what was never lost. Nor does it tell anything about what this host's own
 * senders send: it could send again what was lost, and hide that, or take all the
 * places there are. So it is looked at only to count what was lost, and not any more
 * once a sender on this host sends GSO packets.
 *
 * Behind a bridge there are many far ends. There each next hop is settled on its
 * own, one after the other, until all that get GSO packets are. What the bridge itself
 * forwards, if br_netfilter shows it, is about the port that it leaves through.
 *
 * A device is watched from the first TCP GSO packet that it carries, and while it
 * carries such packets. The hooks are there only while a device is watched, and a
 * minute longer. Where packets leave the host behind it (a network card among a
 * bridge's ports), nothing is watched: a stranger could make evidence by leaving GSO
 * packets unacknowledged.
 */
#include <kunit/visibility.h>
#include <linux/bitops.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <net/tcp.h>

#include <nf_csum/count.h>
#include <nf_csum/evidence.h>
#include <nf_csum/iface.h>
#include <nf_csum/link.h>
#include <nf_csum/netns.h>
#include <nf_csum/offload.h>

/* This many GSO packets that were confirmed to be lost are enough. */
#define ENOUGH		4
/* At most this many of them were sent in the same round. */
#define OF_A_ROUND	2
/* If this many settled nothing, the acknowledgments take another way. */
#define PATIENCE	2000
/*
 * A device that carries no GSO packet for this long is not watched any more. The
 * hooks stay this long after the last device that was watched.
 */
#define IDLE		(60 * HZ)
/* A connection or a next hop that was quiet for this long makes room for another. */
#define QUIET		(2 * HZ)
#define NO_HOP		0
/* This many next hops have their turn: ever new ones must not keep the hooks. */
#define TURNS		256

/* What matters here of a TCP segment. */
struct segment {
	u64 key;
	u32 seq;
	u32 ack;
	unsigned int len;
	bool has_ack;
	bool begins;
};

static siphash_key_t hash_key __read_mostly;

static struct nf_csum_flow *find_flow(struct nf_csum_watch *watch, u64 key)
{
	struct nf_csum_flow *flow;

	flow = &watch->flows[key % NF_CSUM_WATCH_FLOWS];
	return flow->key == key ? flow : NULL;
}

static struct nf_csum_flow *find_or_add_flow(struct nf_csum_watch *watch,
					     u64 key, u32 seq)
{
	struct nf_csum_flow *flow;

	flow = &watch->flows[key % NF_CSUM_WATCH_FLOWS];
	if (flow->key != key) {
		if (flow->key && time_before(jiffies, flow->used + QUIET))
			return NULL;
		memset(flow, 0, sizeof(*flow));
		flow->key = key;
		flow->next = seq;
	}
	flow->used = jiffies;
	return flow;
}

static bool is_free(const struct nf_csum_range *range)
{
	return range->start == range->end;
}

static void forget(struct nf_csum_range *range)
{
	range->end = range->start;
}

static bool overlaps(const struct nf_csum_range *range, u32 start, u32 end)
{
	return !is_free(range) && before(range->start, end) &&
	       before(start, range->end);
}

static void leaves(struct nf_csum_flow *flow, u32 end)
{
	if (after(end, flow->next))
		flow->next = end;
}

static bool is_lost(const struct nf_csum_range *range)
{
	return range->head == range->tail;
}

static void sent_gso(struct nf_csum_watch *watch, u64 key, u32 seq,
		     unsigned int len, unsigned int gso_size, bool whole)
{
	struct nf_csum_range *range, *place = NULL;
	struct nf_csum_flow *flow;
	bool again = false;
	unsigned int i;

	/* What is never remembered is no reason to go on watching, or to give up. */
	if (len > gso_size) {
		WRITE_ONCE(watch->used, jiffies);
		watch->sent++;
		flow = find_or_add_flow(watch, key, seq);
	} else {
		flow = find_flow(watch, key);
	}
	if (!flow)
		return;
	leaves(flow, seq + len);
	for (i = 0; i < NF_CSUM_WATCH_RANGES; i++) {
		range = &flow->ranges[i];
		if (overlaps(range, seq, seq + len)) {
			forget(range);
			again = true;
		}
		if (is_free(range))
			place = range;
	}
	/* Sent again as GSO: whatever comes now tells nothing. */
	if (again || !place || len <= gso_size)
		return;
	place->start = seq;
	place->end = seq + len;
	place->head = place->start;
	place->tail = place->end;
	place->round = watch->round;
	place->whole = whole;
	watch->packets++;
}

/*
 * TCP cuts what it sends again anew: its options may have grown since. It goes from
 * the first byte on, only the very last segment may come before (a tail loss probe).
 * Anything else tells nothing.
 */
static bool came_again(struct nf_csum_range *range, u32 start, u32 end)
{
	if (before(start, range->start))
		start = range->start;
	if (after(end, range->end))
		end = range->end;
	if (start == range->head && !after(end, range->tail))
		range->head = end;
	else if (end == range->tail && !before(start, range->head))
		range->tail = start;
	else
		forget(range);
	return !is_free(range) && is_lost(range);
}

static bool sent_plain(struct nf_csum_watch *watch, u64 key, u32 seq,
		       unsigned int len)
{
	struct nf_csum_flow *flow = find_flow(watch, key);
	struct nf_csum_range *range;
	bool lost = false;
	unsigned int i;

	if (!flow)
		return false;
	leaves(flow, seq + len);
	for (i = 0; i < NF_CSUM_WATCH_RANGES; i++) {
		range = &flow->ranges[i];
		if (overlaps(range, seq, seq + len))
			lost |= came_again(range, seq, seq + len);
	}
	return lost;
}

/**
 * nf_csum_watch_sent - remember a segment that leaves a watched device
 * @watch: of the device, locked
 * @key: of the connection, in this direction; not 0
 * @seq: sequence number of its first byte, host order
 * @len: bytes of payload
 * @gso_size: bytes of a segment, 0 if it is not GSO
 * @whole: the device is not handed segments instead
 *
 * Context: Any.
 * Return: true if this is what was missing of a GSO packet that came again.
 */
bool nf_csum_watch_sent(struct nf_csum_watch *watch, u64 key, u32 seq,
			unsigned int len, unsigned int gso_size, bool whole)
{
	if (!len)
		return false;
	if (!gso_size)
		return sent_plain(watch, key, seq, len);
	sent_gso(watch, key, seq, len, gso_size, whole);
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_watch_sent);

/**
 * nf_csum_watch_began - a connection begins: forget an older one with the same key
 * @watch: of the device, locked
 * @key: of the connection, in this direction
 *
 * A new connection with the same addresses and ports has other sequence numbers. It
 * would seem to acknowledge what the older one never got through.
 *
 * Context: Any.
 */
void nf_csum_watch_began(struct nf_csum_watch *watch, u64 key)
{
	struct nf_csum_flow *flow = find_flow(watch, key);

	if (flow)
		memset(flow, 0, sizeof(*flow));
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_watch_began);

/* A loss was confirmed: is it evidence beside those before it? */
static bool counts(struct nf_csum_watch *watch,
		   const struct nf_csum_range *range)
{
	if (watch->foreign || (!range->whole && watch->takes_segments))
		return false;
	if (range->round == watch->round) {
		watch->round++;
		watch->counted = 0;
	}
	return range->round + 1 == watch->round &&
	       watch->counted++ < OF_A_ROUND;
}

static void note_loss(struct nf_csum_watch *watch,
		      const struct nf_csum_range *range)
{
	/* That they are counted is all that comes of these, so it goes on. */
	if (watch->foreign)
		watch->packets = 0;
	if (!counts(watch, range))
		return;
	watch->confirmed++;
	watch->segments_confirmed += !range->whole;
}

/*
 * Who reads bytes only loses all segments with pending checksums. So if some get there,
 * it was the way that lost others. But that says nothing of packets that are whole.
 */
static void note_arrival(struct nf_csum_watch *watch,
			 const struct nf_csum_range *range)
{
	if (range->whole) {
		watch->arrived++;
		return;
	}
	watch->segments_arrived++;
	if (watch->takes_segments ||
	    watch->segments_arrived <= watch->segments_confirmed / 2)
		return;
	watch->takes_segments = true;
	watch->confirmed -= watch->segments_confirmed;
}

/**
 * nf_csum_watch_acked - conclude from what a watched device's far end says
 * @watch: of the device, locked
 * @key: of the connection, in the direction of what is acknowledged
 * @ack: the sequence number that is expected next, host order
 *
 * Context: Any.
 * Return: NF_CSUM_FAR_SETTLED if the far end takes GSO packets,
 * NF_CSUM_FAR_LOSES if it loses them, else NF_CSUM_FAR_WATCHED.
 */
enum nf_csum_far_end nf_csum_watch_acked(struct nf_csum_watch *watch, u64 key,
					 u32 ack)
{
	struct nf_csum_flow *flow = find_flow(watch, key);
	struct nf_csum_range *range;
	unsigned int i;

	/* The end of a connection is acknowledged as if it were a byte. */
	if (flow && after(ack, flow->next + 1))
		memset(flow->ranges, 0, sizeof(flow->ranges));
	for (i = 0; flow && i < NF_CSUM_WATCH_RANGES; i++) {
		range = &flow->ranges[i];
		if (is_free(range) || before(ack, range->end))
			continue;
		if (!is_lost(range)) {
			forget(range);
			note_arrival(watch, range);
			if (watch->arrived > watch->confirmed / 2)
				return NF_CSUM_FAR_SETTLED;
			continue;
		}
		forget(range);
		note_loss(watch, range);
		if (watch->confirmed >= ENOUGH)
			return NF_CSUM_FAR_LOSES;
	}
	return watch->packets < PATIENCE ? NF_CSUM_FAR_WATCHED :
					   NF_CSUM_FAR_SETTLED;
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_watch_acked);

struct endpoints {
	struct in6_addr from;
	struct in6_addr to;
	__be16 from_port;
	__be16 to_port;
};

static u64 key_of(const struct endpoints *e)
{
	/* 0 is what an empty place has. */
	return siphash(e, sizeof(*e), &hash_key) ?: 1;
}

static u32 hash_of_ipv4(__be32 to)
{
	return jhash_1word((__force u32)to, hash_key.key[0]) ?: 1;
}

static u32 hash_of_ipv6(const struct in6_addr *to)
{
	return jhash2((const u32 *)to, sizeof(*to) / sizeof(u32),
		      hash_key.key[0]) ?: 1;
}

/* The next hop of a packet that leaves, as a hash. */
static u32 hop_of(const struct sk_buff *skb, u8 family)
{
	const struct dst_entry *dst = skb_dst(skb);

	if (family == NFPROTO_IPV4) {
		__be32 to = ((const struct iphdr *)skb->data)->daddr;
		const struct rtable *rt;

		if (!dst || dst->ops->family != AF_INET)
			return hash_of_ipv4(to);
		rt = container_of(dst, struct rtable, dst);
		return rt->rt_gw_family == AF_INET6 ?
			hash_of_ipv6(&rt->rt_gw6) :
			hash_of_ipv4(rt_nexthop(rt, to));
	} else {
		const struct in6_addr *to;

		to = &((const struct ipv6hdr *)skb->data)->daddr;
		if (dst && dst->ops->family == AF_INET6)
			to = rt6_nexthop(container_of(dst, struct rt6_info,
						      dst), to);
		return hash_of_ipv6(to);
	}
}

/* A Bloom filter: a next hop has three bits, and few share all three with others. */
#define HOP_PLACES	3
#define HOP_PLACE_BITS	10

static unsigned int hop_place(u32 hop, unsigned int i)
{
	BUILD_BUG_ON(NF_CSUM_HOPS != 1 << HOP_PLACE_BITS);
	return (hop >> (i * HOP_PLACE_BITS)) % NF_CSUM_HOPS;
}

static bool hop_is_settled(const struct nf_csum_iface *iface, u32 hop)
{
	unsigned int i;

	for (i = 0; i < HOP_PLACES; i++)
		if (!test_bit(hop_place(hop, i), iface->hops))
			return false;
	return true;
}

static void begin_hop(struct nf_csum_watch *watch, u32 hop)
{
	watch->hop = hop;
	WRITE_ONCE(watch->used, jiffies);
	watch->sent = 0;
	watch->packets = 0;
	watch->confirmed = 0;
	watch->arrived = 0;
	watch->segments_confirmed = 0;
	watch->segments_arrived = 0;
	watch->takes_segments = false;
	watch->round = 0;
	watch->counted = 0;
	memset(watch->flows, 0, sizeof(watch->flows));
}

/* Packets may set bits there at the same time. */
static void forget_hops(struct nf_csum_iface *iface)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(iface->hops); i++)
		WRITE_ONCE(iface->hops[i], 0);
}

/* Only senders on this host from now on. What was seen of others is void. */
static void listen_to_own(struct nf_csum_iface *iface,
			  struct nf_csum_watch *watch)
{
	forget_hops(iface);
	WRITE_ONCE(iface->own_only, true);
	watch->foreign = false;
	watch->turns = 0;
	begin_hop(watch, NO_HOP);
}

/*
 * Is the sender one of those that are listened to? This host's own are from their
 * first GSO packet on, and then nobody else is.
 */
static bool is_heard(struct nf_csum_iface *iface, struct nf_csum_watch *watch,
		     bool foreign, bool gso)
{
	if (foreign == watch->foreign)
		return true;
	if (foreign || !gso)
		return false;
	listen_to_own(iface, watch);
	return true;
}

/*
 * Does the device get the packet as it is? The segments that the kernel makes of it
 * behind the hook are lost, too, if their checksums stay pending. But if they get there,
 * that does not prove that GSO packets would.
 */
static bool leaves_whole(const struct sk_buff *skb, const struct net_device *out)
{
	/* Of what a guest sends the kernel only counts the segments. */
	netdev_features_t features = READ_ONCE(out->features) | NETIF_F_GSO_ROBUST;

	return skb_gso_ok((struct sk_buff *)skb, features) &&
	       skb->len + out->hard_header_len < READ_ONCE(out->gso_max_size) &&
	       skb_shinfo(skb)->gso_segs <= READ_ONCE(out->gso_max_segs);
}

/* IPsec segments, finishes and encrypts behind the hook. */
static bool is_encrypted(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	return dst && dst_xfrm(dst);
}

/* Is the packet for the next hop that is being watched, or may its own begin? */
static bool is_about(struct nf_csum_watch *watch,
		     const struct nf_csum_iface *iface,
		     const struct sk_buff *skb, u8 family, bool gso)
{
	u32 hop;

	if (!watch->many)
		return true;
	hop = hop_of(skb, family);
	if (hop == watch->hop)
		return true;
	if (!gso || hop_is_settled(iface, hop))
		return false;
	if (watch->hop != NO_HOP && time_before(jiffies, watch->used + QUIET))
		return false;
	begin_hop(watch, hop);
	watch->turns++;
	return true;
}

/* One of many far ends is settled; the device goes on being watched. */
static enum nf_csum_far_end settle_hop(struct nf_csum_iface *iface,
				       struct nf_csum_watch *watch)
{
	unsigned int i;

	for (i = 0; watch->hop != NO_HOP && i < HOP_PLACES; i++)
		set_bit(hop_place(watch->hop, i), iface->hops);
	begin_hop(watch, NO_HOP);
	return NF_CSUM_FAR_WATCHED;
}

/* Reads plain TCP, in its own direction or as seen from the other end. */
static bool read_segment(const struct sk_buff *skb, u8 family, bool reverse,
			 struct segment *s)
{
	struct endpoints e = {};
	const struct tcphdr *th;
	struct tcphdr buf;
	unsigned int thoff;

	if (family == NFPROTO_IPV4) {
		const struct iphdr *iph = (const struct iphdr *)skb->data;

		thoff = sizeof(*iph);
		if (iph->ihl != 5 || iph->protocol != IPPROTO_TCP ||
		    ip_is_fragment(iph))
			return false;
		ipv6_addr_set_v4mapped(reverse ? iph->daddr : iph->saddr, &e.from);
		ipv6_addr_set_v4mapped(reverse ? iph->saddr : iph->daddr, &e.to);
	} else {
		const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;

		thoff = sizeof(*ip6h);
		if (ip6h->nexthdr != IPPROTO_TCP)
			return false;
		e.from = reverse ? ip6h->daddr : ip6h->saddr;
		e.to = reverse ? ip6h->saddr : ip6h->daddr;
	}
	th = skb_header_pointer(skb, thoff, sizeof(buf), &buf);
	if (!th || skb->len < thoff + th->doff * 4)
		return false;
	e.from_port = reverse ? th->dest : th->source;
	e.to_port = reverse ? th->source : th->dest;
	s->key = key_of(&e);
	s->seq = ntohl(th->seq);
	s->ack = ntohl(th->ack_seq);
	s->len = skb->len - thoff - th->doff * 4;
	s->has_ack = th->ack;
	s->begins = th->syn;
	return true;
}

/* The watch is locked, so that what it says is not of a far end before. */
static void conclude(struct nf_csum_net *nfc, struct nf_csum_iface *iface,
		     struct nf_csum_watch *watch, enum nf_csum_far_end far_end)
{
	/* Another processor may have been first. */
	if (far_end == NF_CSUM_FAR_WATCHED ||
	    READ_ONCE(iface->far_end) != NF_CSUM_FAR_WATCHED)
		return;
	/* This host's own may ask. */
	if (watch->foreign) {
		listen_to_own(iface, watch);
		far_end = NF_CSUM_FAR_UNKNOWN;
	}
	WRITE_ONCE(iface->far_end, far_end);
	nf_csum_link_changed(nfc);
}

/* Is the sender not on this host? The host's own packets came from no device. */
static bool is_foreign(struct nf_csum_net *nfc, const struct sk_buff *skb)
{
	struct nf_csum_iface *iface;

	if (!skb->skb_iif)
		return false;
	iface = nf_csum_iface_find(&nfc->ifaces, skb->skb_iif);
	return !(nf_csum_iface_flags(iface) & NF_CSUM_IFACE_LOCAL);
}

/* The device that a packet leaves through, which of a bridged one is the port. */
static const struct net_device *leaves_through(const struct sk_buff *skb,
					       const struct nf_hook_state *state)
{
	return nf_csum_port_out(skb) ?: state->out;
}

/**
 * nf_csum_evidence_sent - look at what leaves a watched device
 * @priv: struct nf_csum_net of the namespace
 * @skb: the packet; skb->data is at the network header
 * @state: of the hook, which is behind source NAT, so that the answers name the
 *	same addresses
 *
 * Context: Softirq or process, under RCU.
 * Return: NF_ACCEPT.
 */
unsigned int nf_csum_evidence_sent(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	const struct net_device *out = leaves_through(skb, state);
	enum nf_csum_far_end far_end = NF_CSUM_FAR_WATCHED;
	struct nf_csum_net *nfc = priv;
	struct nf_csum_iface *iface;
	struct nf_csum_watch *watch;
	bool gso, foreign, lost = false;
	unsigned int gso_size;
	struct segment s;

	iface = nf_csum_iface_find(&nfc->ifaces, out->ifindex);
	watch = iface ? rcu_dereference(iface->watch) : NULL;
	if (!watch || READ_ONCE(iface->far_end) != NF_CSUM_FAR_WATCHED ||
	    !read_segment(skb, state->pf, false, &s))
		return NF_ACCEPT;

	gso = skb_is_gso(skb) && !is_encrypted(skb);
	gso_size = skb_is_gso(skb) ? skb_shinfo(skb)->gso_size : 0;
	/* Like a packet of one segment: not remembered, but it voids what it repeats. */
	if (gso_size && !gso)
		gso_size = s.len;
	foreign = is_foreign(nfc, skb);
	spin_lock_bh(&watch->lock);
	if (is_heard(iface, watch, foreign, gso) &&
	    is_about(watch, iface, skb, state->pf, gso)) {
		if (unlikely(s.begins))
			nf_csum_watch_began(watch, s.key);
		lost = nf_csum_watch_sent(watch, s.key, s.seq, s.len, gso_size,
					  gso && leaves_whole(skb, out));
		if (unlikely(nf_csum_watch_is_vain(watch)))
			far_end = watch->many ? settle_hop(iface, watch) :
						NF_CSUM_FAR_SETTLED;
		if (unlikely(watch->turns > TURNS))
			far_end = NF_CSUM_FAR_SETTLED;
		conclude(nfc, iface, watch, far_end);
	}
	spin_unlock_bh(&watch->lock);
	if (lost)
		nf_csum_count_one(nfc, iface, NF_CSUM_POSTROUTING,
				  NF_CSUM_GSO_LOST);
	return NF_ACCEPT;
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_evidence_sent);

static void hear(struct nf_csum_net *nfc, struct nf_csum_iface *iface,
		 const struct sk_buff *skb, u8 family)
{
	enum nf_csum_far_end far_end;
	struct nf_csum_watch *watch;
	struct segment s;

	watch = iface ? rcu_dereference(iface->watch) : NULL;
	if (!watch || READ_ONCE(iface->far_end) != NF_CSUM_FAR_WATCHED ||
	    !read_segment(skb, family, true, &s) || !s.has_ack)
		return;

	spin_lock_bh(&watch->lock);
	far_end = nf_csum_watch_acked(watch, s.key, s.ack);
	if (far_end == NF_CSUM_FAR_SETTLED && watch->many)
		far_end = settle_hop(iface, watch);
	conclude(nfc, iface, watch, far_end);
	spin_unlock_bh(&watch->lock);
}

/**
 * nf_csum_evidence_acked - look at what comes from a watched device
 * @priv: struct nf_csum_net of the namespace
 * @skb: the packet; skb->data is at the network header
 * @state: of the hook, which is before DNAT, for the same reason
 *
 * What comes in through a bridge's port can be for this host, or be bridged.
 *
 * Context: Softirq, under RCU.
 * Return: NF_ACCEPT.
 */
unsigned int nf_csum_evidence_acked(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	struct nf_csum_net *nfc = priv;
	unsigned int port = nf_csum_port_in(skb);

	hear(nfc, nf_csum_iface_of(&nfc->ifaces, state), skb, state->pf);
	if (unlikely(port))
		hear(nfc, nf_csum_iface_find(&nfc->ifaces, port), skb, state->pf);
	return NF_ACCEPT;
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_evidence_acked);

#define PRIORITY_BEFORE_ALL_OF_OURS	-251
#define PRIORITY_BEHIND_ALL_OF_OURS	102

static const struct nf_hook_ops hooks[NF_CSUM_WATCH_HOOKS] = {
	{
		.hook		= nf_csum_evidence_acked,
		.pf		= NFPROTO_INET,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= PRIORITY_BEFORE_ALL_OF_OURS,
	},
	{
		.hook		= nf_csum_evidence_sent,
		.pf		= NFPROTO_INET,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= PRIORITY_BEHIND_ALL_OF_OURS,
	},
};

/**
 * nf_csum_evidence_want - ask to have a device watched
 * @nfc: the namespace
 * @iface: the interface, of a bridged packet the bridge
 * @skb: TCP in a GSO packet; skb->data is at the network header
 * @state: of the hook that it leaves through
 *
 * Context: Softirq or process, under RCU.
 */
void nf_csum_evidence_want(struct nf_csum_net *nfc, struct nf_csum_iface *iface,
			   const struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	const struct net_device *out = leaves_through(skb, state);
	bool own_only, foreign;

	if (out != state->out)
		iface = nf_csum_iface_find(&nfc->ifaces, out->ifindex);
	if (!iface || READ_ONCE(iface->far_end) != NF_CSUM_FAR_UNKNOWN ||
	    !READ_ONCE(nfc->knobs.no_offload) || !nf_csum_repairs(&nfc->knobs))
		return;
	own_only = READ_ONCE(iface->own_only);
	foreign = is_foreign(nfc, skb);
	if ((own_only && foreign) || is_encrypted(skb))
		return;
	/* What others settled is not settled for this host's own. */
	if (READ_ONCE(iface->flags) & NF_CSUM_IFACE_MANY && own_only != foreign &&
	    hop_is_settled(iface, hop_of(skb, state->pf)))
		return;
	/* All that can follow is that offloads are taken. Can they be? */
	if (!(READ_ONCE(iface->flags) & NF_CSUM_IFACE_FINISH) ||
	    !(READ_ONCE(out->features) & NETIF_F_ALL_TSO)) {
		WRITE_ONCE(iface->far_end, NF_CSUM_FAR_SETTLED);
		return;
	}
	WRITE_ONCE(iface->far_end, NF_CSUM_FAR_WANTED);
	nf_csum_link_changed(nfc);
}

static void stop(struct nf_csum_net *nfc, struct nf_csum_iface *iface)
{
	struct nf_csum_watch *watch = rtnl_dereference(iface->watch);

	if (!watch)
		return;
	RCU_INIT_POINTER(iface->watch, NULL);
	kfree_rcu(watch, rcu);
	nfc->link.watches--;
}

static void begin_anew(struct nf_csum_iface *iface)
{
	forget_hops(iface);
	WRITE_ONCE(iface->own_only, false);
	if (READ_ONCE(iface->far_end) != NF_CSUM_FAR_LOSES)
		WRITE_ONCE(iface->far_end, NF_CSUM_FAR_UNKNOWN);
}

/**
 * nf_csum_evidence_reset - a device has changed, so look at its far end anew
 * @iface: its interface
 *
 * Context: Under the RTNL.
 */
void nf_csum_evidence_reset(struct nf_csum_iface *iface)
{
	struct nf_csum_watch *watch = rtnl_dereference(iface->watch);

	if (watch) {
		/* A packet may be about to settle something. */
		spin_lock_bh(&watch->lock);
		begin_anew(iface);
		begin_hop(watch, NO_HOP);
		watch->turns = 0;
		watch->foreign = true;
		watch->many = READ_ONCE(iface->flags) & NF_CSUM_IFACE_MANY;
		spin_unlock_bh(&watch->lock);
	} else {
		begin_anew(iface);
	}
}

static void start(struct nf_csum_net *nfc, struct nf_csum_iface *iface,
		  struct net_device *dev)
{
	struct nf_csum_watch *watch;

	/* What leaves a VRF is seen once more, at the device below it. */
	if (!(READ_ONCE(iface->flags) & NF_CSUM_IFACE_LOCAL) ||
	    netif_is_l3_master(dev)) {
		WRITE_ONCE(iface->far_end, NF_CSUM_FAR_SETTLED);
		stop(nfc, iface);
		return;
	}
	/* A packet that asked late wrote FAR_WANTED over FAR_WATCHED. */
	if (rtnl_dereference(iface->watch)) {
		WRITE_ONCE(iface->far_end, NF_CSUM_FAR_WATCHED);
		return;
	}
	watch = kzalloc(sizeof(*watch), GFP_KERNEL);
	if (!watch)
		return;
	spin_lock_init(&watch->lock);
	watch->many = READ_ONCE(iface->flags) & NF_CSUM_IFACE_MANY;
	watch->foreign = !READ_ONCE(iface->own_only);
	begin_hop(watch, NO_HOP);
	rcu_assign_pointer(iface->watch, watch);
	WRITE_ONCE(iface->far_end, NF_CSUM_FAR_WATCHED);
	nfc->link.watches++;
}

/*
 * Unregistering a hook drops what a namespace has queued for programs (NFQUEUE). So
 * the hooks stay for a while after the last device was settled.
 */
static void stop_idle_hooks(struct nf_csum_net *nfc, bool wanted)
{
	struct nf_csum_link *link = &nfc->link;
	unsigned long now = jiffies;

	if (wanted && !link->idle_until)
		link->idle_until = (now + IDLE) ?: 1;
	if (wanted && time_before(now, link->idle_until)) {
		schedule_delayed_work(&link->idle, link->idle_until - now);
		return;
	}
	nf_unregister_net_hooks(nfc->net, link->watch, NF_CSUM_WATCH_HOOKS);
	link->watch_hooked = false;
}

static void sync_hooks(struct nf_csum_net *nfc, bool wanted)
{
	struct nf_csum_link *link = &nfc->link;
	unsigned int i;

	if (link->watches) {
		link->idle_until = 0;
		schedule_delayed_work(&link->idle, IDLE);
	}
	if (!link->watches && link->watch_hooked) {
		stop_idle_hooks(nfc, wanted);
	} else if (link->watches && !link->watch_hooked) {
		memcpy(link->watch, hooks, sizeof(hooks));
		for (i = 0; i < NF_CSUM_WATCH_HOOKS; i++)
			link->watch[i].priv = nfc;
		link->watch_hooked = !nf_register_net_hooks(nfc->net,
							    link->watch,
							    NF_CSUM_WATCH_HOOKS);
	}
}

static bool is_idle(const struct nf_csum_iface *iface)
{
	const struct nf_csum_watch *watch = rtnl_dereference(iface->watch);

	return time_after(jiffies, READ_ONCE(watch->used) + IDLE);
}

static void sync_iface(struct nf_csum_net *nfc, struct nf_csum_iface *iface,
		       struct net_device *dev, bool wanted)
{
	/* If it is switched on again, everything is looked at anew. */
	if (!wanted) {
		nf_csum_evidence_reset(iface);
		WRITE_ONCE(iface->far_end, NF_CSUM_FAR_UNKNOWN);
		stop(nfc, iface);
		return;
	}
	switch (READ_ONCE(iface->far_end)) {
	case NF_CSUM_FAR_WANTED:
		start(nfc, iface, dev);
		break;
	case NF_CSUM_FAR_WATCHED:
		if (is_idle(iface)) {
			WRITE_ONCE(iface->far_end, NF_CSUM_FAR_UNKNOWN);
			stop(nfc, iface);
		}
		break;
	case NF_CSUM_FAR_LOSES:
		WRITE_ONCE(iface->far_end, NF_CSUM_FAR_SETTLED);
		nf_csum_offload_prove(dev);
		fallthrough;
	default:
		stop(nfc, iface);
	}
}

/**
 * nf_csum_evidence_sync - watch what is to be watched, follow what was found
 * @nfc: the namespace
 *
 * Context: Process, may sleep; under the RTNL.
 */
void nf_csum_evidence_sync(struct nf_csum_net *nfc)
{
	bool wanted = !READ_ONCE(nfc->link.closing) &&
		      nf_csum_repairs(&nfc->knobs) &&
		      READ_ONCE(nfc->knobs.no_offload);
	struct nf_csum_iface *iface;
	struct net_device *dev, *next;

	if (siphash_key_is_zero(&hash_key))
		get_random_bytes(&hash_key, sizeof(hash_key));
	for_each_netdev_safe(nfc->net, dev, next) {
		iface = xa_load(&nfc->ifaces.by_index, dev->ifindex);
		if (iface && iface->dev == dev)
			sync_iface(nfc, iface, dev, wanted);
	}
	sync_hooks(nfc, wanted);
}

/**
 * nf_csum_evidence_forget - a device goes
 * @nfc: the namespace
 * @iface: its interface
 *
 * Context: Under the RTNL.
 */
void nf_csum_evidence_forget(struct nf_csum_net *nfc,
			     struct nf_csum_iface *iface)
{
	stop(nfc, iface);
	/* The hooks go with the next change, or with the namespace. */
	if (!nfc->link.watches && nfc->link.watch_hooked)
		nf_csum_link_changed(nfc);
}
