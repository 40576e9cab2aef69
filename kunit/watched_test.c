// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that are watched: what the hooks make of packets, whose turn it is behind
 * a bridge, and what becomes of real devices in the namespace that all begins with.
 */
#include <kunit/test.h>

#include <linux/bitmap.h>
#include <linux/bottom_half.h>
#include <linux/delay.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/dst.h>
#include <net/ip6_checksum.h>
#include <net/net_namespace.h>
#include <net/route.h>

#include <nf_csum/evidence.h>
#include <nf_csum/offload.h>

#include "device.h"
#include "hooked.h"
#include "proc_file.h"

#define MSS		1448
#define QUIET		(3 * HZ)
#define FEATURES	(NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6)

/* A segment between this host and another. */
struct sent {
	u8 family;
	u32 host;		/* number of the other one */
	u32 seq;
	unsigned int len;
	bool gso;
	bool syn;
	bool back;		/* it comes from there; @seq is what it acknowledges */
	unsigned int iif;
	unsigned int gso_type;	/* beside TCP's */
	const struct dst_entry *dst;
	struct net_device *port;	/* it is bridged, and passes this one */
	/* What is wrong with it. */
	bool options;
	bool fragment;
	bool udp;
	bool too_short;
};

static void put_ipv4(struct sk_buff *skb, const struct sent *s)
{
	struct iphdr *iph = skb_put_zero(skb, sizeof(*iph));
	__be32 here = htonl(0x0a000001), there = htonl(0x0b000000 + s->host);

	iph->version = 4;
	iph->ihl = s->options ? 6 : 5;
	iph->ttl = 64;
	iph->protocol = s->udp ? IPPROTO_UDP : IPPROTO_TCP;
	iph->frag_off = htons(s->fragment ? IP_MF : 0);
	iph->saddr = s->back ? there : here;
	iph->daddr = s->back ? here : there;
	if (s->options)
		memset(skb_put(skb, 4), 1, 4);
}

static void put_ipv6(struct sk_buff *skb, const struct sent *s)
{
	struct ipv6hdr *ip6h = skb_put_zero(skb, sizeof(*ip6h));
	struct in6_addr here = { .s6_addr = { 0xfd, [15] = 1 } };
	struct in6_addr there = { .s6_addr = { 0xfd, 1 } };

	there.s6_addr32[3] = htonl(s->host);
	ip6h->version = 6;
	ip6h->hop_limit = 64;
	ip6h->nexthdr = s->options ? NEXTHDR_DEST :
			s->udp ? IPPROTO_UDP : IPPROTO_TCP;
	ip6h->saddr = s->back ? there : here;
	ip6h->daddr = s->back ? here : there;
	if (s->options)
		skb_put_data(skb, "\6\0\1\4\0\0\0\0", 8);
}

static void put_lengths(struct sk_buff *skb, u8 family, unsigned int thoff)
{
	struct tcphdr *th = (struct tcphdr *)(skb->data + thoff);
	unsigned int len = skb->len - thoff;

	if (family == NFPROTO_IPV4) {
		struct iphdr *iph = (struct iphdr *)skb->data;

		iph->tot_len = htons(skb->len);
		iph->check = ip_fast_csum(iph, iph->ihl);
		th->check = ~csum_tcpudp_magic(iph->saddr, iph->daddr, len,
					       IPPROTO_TCP, 0);
	} else {
		struct ipv6hdr *ip6h = (struct ipv6hdr *)skb->data;

		ip6h->payload_len = htons(skb->len - sizeof(*ip6h));
		th->check = ~csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len,
					     IPPROTO_TCP, 0);
	}
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + thoff;
	skb->csum_offset = offsetof(struct tcphdr, check);
}

/* As br_netfilter does. */
static void put_bridge_info(struct kunit *test, struct sk_buff *skb,
			    const struct sent *s)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	struct nf_bridge_info *info = skb_ext_add(skb, SKB_EXT_BRIDGE_NF);

	KUNIT_ASSERT_NOT_NULL(test, info);
	memset(info, 0, sizeof(*info));
	if (s->back)
		info->physinif = s->port->ifindex;
	else
		info->physoutdev = s->port;
#endif
}

static struct sk_buff *build(struct kunit *test, const struct sent *s)
{
	struct sk_buff *skb = alloc_skb(128 + s->len, GFP_KERNEL);
	unsigned int thoff;
	struct tcphdr *th;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 16);
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	skb->protocol = htons(s->family == NFPROTO_IPV4 ? ETH_P_IP : ETH_P_IPV6);
	skb->skb_iif = s->iif;
	if (s->family == NFPROTO_IPV4)
		put_ipv4(skb, s);
	else
		put_ipv6(skb, s);
	thoff = skb->len;
	th = skb_put_zero(skb, sizeof(*th));
	th->source = htons(s->back ? 80 : 2000);
	th->dest = htons(s->back ? 2000 : 80);
	th->doff = s->too_short ? 15 : 5;
	th->ack = 1;
	th->syn = s->syn;
	if (s->back)
		th->ack_seq = htonl(s->seq);
	else
		th->seq = htonl(s->seq);
	if (s->len)
		skb_put_zero(skb, s->len);
	put_lengths(skb, s->family, thoff);
	if (s->gso) {
		skb_shinfo(skb)->gso_size = MSS;
		skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(s->len, MSS);
		skb_shinfo(skb)->gso_type = s->family == NFPROTO_IPV4 ?
					    SKB_GSO_TCPV4 : SKB_GSO_TCPV6;
		skb_shinfo(skb)->gso_type |= s->gso_type;
	}
	if (s->dst)
		skb->_skb_refdst = (unsigned long)s->dst | SKB_DST_NOREF;
	if (s->port)
		put_bridge_info(test, skb, s);
	return skb;
}

/* A host with one device that is watched. */
struct watched {
	struct kunit *test;
	struct host host;
	struct nf_csum_watch *watch;
};

static struct watched *watched_init(struct kunit *test, bool many)
{
	struct watched *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->test = test;
	host_init(test, &w->host);
	w->host.nfc.knobs.no_offload = NF_CSUM_SCOPE_AUTO;
	w->host.out->features = FEATURES;
	w->host.out->gso_max_size = 65536;
	w->host.out->gso_max_segs = 65535;
	w->watch = kunit_kzalloc(test, sizeof(*w->watch), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, w->watch);
	spin_lock_init(&w->watch->lock);
	w->watch->many = many;
	w->watch->foreign = true;
	w->host.out_iface.flags = NF_CSUM_IFACE_FINISH | NF_CSUM_IFACE_LOCAL |
				  (many ? NF_CSUM_IFACE_MANY : 0);
	w->host.out_iface.far_end = NF_CSUM_FAR_WATCHED;
	rcu_assign_pointer(w->host.out_iface.watch, w->watch);
	return w;
}

/* A packet through the hook that it passes; it is as before, and goes on. */
static void pass(struct watched *w, const struct sent *s)
{
	const struct nf_hook_state state = {
		.hook = s->back ? NF_INET_PRE_ROUTING : NF_INET_POST_ROUTING,
		.pf = s->family,
		.in = s->back ? w->host.out : NULL,
		.out = s->back ? NULL : w->host.out,
	};
	struct sk_buff *skb = build(w->test, s), *same;
	unsigned int verdict;

	same = skb_copy(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(w->test, same);
	local_bh_disable();
	rcu_read_lock();
	verdict = s->back ? nf_csum_evidence_acked(&w->host.nfc, skb, &state) :
			    nf_csum_evidence_sent(&w->host.nfc, skb, &state);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(w->test, verdict, NF_ACCEPT);
	KUNIT_EXPECT_EQ(w->test, skb->len, same->len);
	KUNIT_EXPECT_EQ(w->test, memcmp(skb->data, same->data, same->len), 0);
	KUNIT_EXPECT_EQ(w->test, (int)skb->ip_summed, (int)same->ip_summed);
	KUNIT_EXPECT_EQ(w->test, skb_shinfo(skb)->gso_size,
			skb_shinfo(same)->gso_size);
	kfree_skb(same);
	kfree_skb(skb);
}

static void route_out(struct watched *w, const struct sent *s)
{
	struct packet p = { .family = s->family, .skb = build(w->test, s) };

	local_bh_disable();
	KUNIT_EXPECT_EQ(w->test, hooked(&w->host, &p, NF_INET_POST_ROUTING),
			NF_ACCEPT);
	local_bh_enable();
	kfree_skb(p.skb);
}

static void gso(struct watched *w, u8 family, u32 host, u32 seq, unsigned int iif)
{
	const struct sent s = {
		.family = family, .host = host, .seq = seq,
		.len = 2 * MSS, .gso = true, .iif = iif,
	};

	pass(w, &s);
}

static void plain(struct watched *w, u8 family, u32 host, u32 seq,
		  unsigned int iif)
{
	const struct sent s = {
		.family = family, .host = host, .seq = seq,
		.len = MSS, .iif = iif,
	};

	pass(w, &s);
}

static void ack(struct watched *w, u8 family, u32 host, u32 seq)
{
	const struct sent s = {
		.family = family, .host = host, .seq = seq,
		.back = true,
	};

	pass(w, &s);
}

/* One that is lost, comes again, and is acknowledged. */
static void lose(struct watched *w, u8 family, u32 host, u32 seq, unsigned int iif)
{
	gso(w, family, host, seq, iif);
	plain(w, family, host, seq, iif);
	plain(w, family, host, seq + MSS, iif);
	ack(w, family, host, seq + 2 * MSS);
}

static void lose_four(struct watched *w, u8 family, u32 host, unsigned int iif)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		lose(w, family, host, 100000 + i * 10000, iif);
}

static void fall_quiet(struct watched *w)
{
	w->watch->used = jiffies - QUIET;
}

static u8 far_end(const struct watched *w)
{
	return w->host.out_iface.far_end;
}

static const u8 families[] = { NFPROTO_IPV4, NFPROTO_IPV6 };

static void family_desc(const u8 *family, char *desc)
{
	strscpy(desc, *family == NFPROTO_IPV4 ? "IPv4" : "IPv6",
		KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(family, families, family_desc);

/* Names ever more next hops, none of which answers. */
static void silent_hops_are_bounded(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct watched *w = watched_init(test, true);
	const unsigned int bound = 256;
	unsigned int i;

	for (i = 0; i < bound; i++) {
		gso(w, family, i, 1000, 0);
		KUNIT_EXPECT_EQ(test, w->watch->turns, i + 1);
		KUNIT_EXPECT_EQ(test, w->watch->packets, 1U);
		fall_quiet(w);
	}
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_WATCHED);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(w->host.out_iface.hops, NF_CSUM_HOPS));
	gso(w, family, i, 1000, 0);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_SETTLED);
	/* Whoever comes now is not looked at, and is no work. */
	fall_quiet(w);
	for (i = 2 * bound; i < 40 * bound; i++)
		lose(w, family, i, 1000, 0);
	KUNIT_EXPECT_EQ(test, w->watch->turns, bound + 1);
	KUNIT_EXPECT_EQ(test, w->watch->packets, 1U);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_SETTLED);
	host_free(test, &w->host);
}

/* One is looked at after the other. */
static void hops_take_turns(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct watched *w = watched_init(test, true);

	/* Segments ask for nothing. */
	plain(w, family, 1, 1000, 0);
	KUNIT_EXPECT_EQ(test, w->watch->turns, 0U);
	gso(w, family, 1, 1000, 0);
	lose_four(w, family, 2, 0);
	KUNIT_EXPECT_EQ(test, w->watch->turns, 1U);
	KUNIT_EXPECT_EQ(test, w->watch->packets, 1U);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_WATCHED);
	/* It got there. */
	ack(w, family, 1, 1000 + 2 * MSS);
	gso(w, family, 1, 10000, 0);
	KUNIT_EXPECT_EQ(test, w->watch->turns, 1U);
	KUNIT_EXPECT_EQ(test, w->watch->packets, 0U);
	lose_four(w, family, 2, 0);
	KUNIT_EXPECT_EQ(test, w->watch->turns, 2U);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_LOSES);
	host_free(test, &w->host);
}

/* Who loses GSO packets must not pass for a healthy one by chance. */
static void hops_are_told_apart(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct watched *w = watched_init(test, true);
	const unsigned int healthy = 30, others = 2000;
	unsigned int i, passed = 0;

	for (i = 0; i < healthy; i++) {
		gso(w, family, i, 1000, 0);
		ack(w, family, i, 1000 + 2 * MSS);
		fall_quiet(w);
	}
	KUNIT_EXPECT_FALSE(test, bitmap_empty(w->host.out_iface.hops, NF_CSUM_HOPS));
	for (i = healthy; i < healthy + others; i++) {
		w->watch->turns = 0;
		gso(w, family, i, 1000, 0);
		passed += !w->watch->turns;
		fall_quiet(w);
	}
	KUNIT_EXPECT_LT(test, passed, others / 100);
	host_free(test, &w->host);
}

/* What another one gets says nothing about the one that is looked at. */
static void hops_are_not_mixed_up(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct watched *w = watched_init(test, true);
	unsigned int i;

	gso(w, family, 1, 1000, 0);
	for (i = 2; i < 4000; i++)
		gso(w, family, i, 1000, 0);
	KUNIT_EXPECT_EQ(test, w->watch->sent, 1U);
	KUNIT_EXPECT_EQ(test, w->watch->packets, 1U);
	host_free(test, &w->host);
}

static void set_gateway(struct rtable *rt, u8 family, u8 i)
{
	rt->rt_gw_family = family;
	if (family == AF_INET)
		rt->rt_gw4 = htonl(0x0a000000 + i);
	else
		rt->rt_gw6.s6_addr[15] = i;
}

/* The gateway is the next hop, of IPv4 also an IPv6 one. */
static void gateway_is_one_hop(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value == NFPROTO_IPV4 ?
			  AF_INET : AF_INET6;
	struct watched *w = watched_init(test, true);
	struct dst_ops ops = { .family = AF_INET };
	struct rtable *rt = kunit_kzalloc(test, sizeof(*rt), GFP_KERNEL);
	struct sent s = {
		.family = NFPROTO_IPV4, .seq = 1000, .len = 2 * MSS, .gso = true,
	};

	KUNIT_ASSERT_NOT_NULL(test, rt);
	rt->dst.ops = &ops;
	set_gateway(rt, family, 1);
	s.dst = &rt->dst;
	for (s.host = 1; s.host < 5; s.host++)
		pass(w, &s);
	KUNIT_EXPECT_EQ(test, w->watch->sent, 4U);
	KUNIT_EXPECT_EQ(test, w->watch->turns, 1U);
	/* Another one is another. */
	fall_quiet(w);
	set_gateway(rt, family, 2);
	s.host = 1;
	pass(w, &s);
	KUNIT_EXPECT_EQ(test, w->watch->turns, 2U);
	host_free(test, &w->host);
}

struct sender_case {
	const char *name;
	unsigned int iif;
	unsigned long flags;
	enum nf_csum_far_end far_end;
};

static const struct sender_case sender_cases[] = {
	{ "this host", 0, 0, NF_CSUM_FAR_LOSES },
	{ "a container", HOST_IN, NF_CSUM_IFACE_FINISH | NF_CSUM_IFACE_LOCAL,
	  NF_CSUM_FAR_LOSES },
	{ "behind a network card", HOST_IN, 0, NF_CSUM_FAR_WATCHED },
	{ "behind a bridge with one", HOST_IN, NF_CSUM_IFACE_FINISH,
	  NF_CSUM_FAR_WATCHED },
	{ "a device that is not known", 4711, 0, NF_CSUM_FAR_WATCHED },
};

static void sender_desc(const struct sender_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(sender, sender_cases, sender_desc);

static void strangers_make_no_evidence(struct kunit *test)
{
	const struct sender_case *c = test->param_value;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		struct watched *w = watched_init(test, false);

		w->host.in_iface.flags = c->flags;
		lose_four(w, families[i], 1, c->iif);
		KUNIT_EXPECT_EQ(test, far_end(w), c->far_end);
		host_free(test, &w->host);

		/* That it got there settles no more than what others like it send. */
		w = watched_init(test, false);
		w->host.in_iface.flags = c->flags;
		gso(w, families[i], 1, 1000, c->iif);
		ack(w, families[i], 1, 1000 + 2 * MSS);
		KUNIT_EXPECT_EQ(test, far_end(w),
				c->far_end == NF_CSUM_FAR_LOSES ?
				NF_CSUM_FAR_SETTLED : NF_CSUM_FAR_UNKNOWN);
		host_free(test, &w->host);
	}
}

#define STRANGER	HOST_IN

static void ask(struct watched *w, u8 family, unsigned int iif)
{
	const struct sent s = {
		.family = family, .host = 1, .len = 2 * MSS, .gso = true, .iif = iif,
	};

	route_out(w, &s);
}

static void fake_arrival(struct watched *w, u8 family)
{
	gso(w, family, 1, 1000, STRANGER);
	ack(w, family, 1, 1000 + 2 * MSS);
}

static void use_up_patience(struct watched *w, u8 family)
{
	unsigned int i;

	for (i = 0; i < 4000; i++)
		lose(w, family, 1, i * 10000, STRANGER);
}

static void use_up_what_is_looked_at(struct watched *w, u8 family)
{
	gso(w, family, 9, 1000, STRANGER);
	w->watch->sent = NF_CSUM_WATCH_SENT - 1;
	gso(w, family, 9, 1000, STRANGER);
}

static void use_up_places(struct watched *w, u8 family)
{
	unsigned int i;

	for (i = 0; i < 100; i++)
		gso(w, family, 100 + i, 1000, STRANGER);
}

static void use_up_turns(struct watched *w, u8 family)
{
	unsigned int i;

	for (i = 0; i < 300; i++) {
		gso(w, family, 100 + i, 1000, STRANGER);
		fall_quiet(w);
	}
}

static void stay_in_turn(struct watched *w, u8 family)
{
	gso(w, family, 9, 1000, STRANGER);
}

/* It knows the ports of the host's connection, and pretends to begin it. */
static void begin_again(struct watched *w, u8 family)
{
	const struct sent begins = {
		.family = family, .host = 1, .seq = 5000000, .syn = true,
		.iif = STRANGER,
	};

	pass(w, &begins);
}

static const struct stranger_case {
	const char *name;
	bool many;
	void (*before)(struct watched *w, u8 family);
	void (*meanwhile)(struct watched *w, u8 family);
} stranger_cases[] = {
	{ "pretends that packets arrive", false, fake_arrival, fake_arrival },
	{ "uses up the patience", false, use_up_patience, NULL },
	{ "sends no end of packets", false, use_up_what_is_looked_at, NULL },
	{ "uses up the places", false, use_up_places, use_up_places },
	{ "begins the connection again", false, NULL, begin_again },
	{ "has the next hop settled", true, fake_arrival, fake_arrival },
	{ "uses up the next hop's patience", true, use_up_patience, NULL },
	{ "uses up the turns", true, use_up_turns, NULL },
	{ "stays in turn", true, stay_in_turn, stay_in_turn },
};

static void stranger_desc(const struct stranger_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(stranger, stranger_cases, stranger_desc);

/* What the work does if a device is to be watched. */
static void watch_anew(struct watched *w)
{
	bool many = w->watch->many;

	memset(w->watch, 0, sizeof(*w->watch));
	spin_lock_init(&w->watch->lock);
	w->watch->many = many;
	w->watch->foreign = !w->host.out_iface.own_only;
	w->host.out_iface.far_end = NF_CSUM_FAR_WATCHED;
}

/*
 * Whoever is not on this host must not keep a reader from being found, whatever it
 * does before this host's own senders send GSO packets, and meanwhile.
 */
static void strangers_delay_nothing(struct kunit *test)
{
	const struct stranger_case *c = test->param_value;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		struct watched *w = watched_init(test, c->many);
		u8 family = families[i];

		w->host.in_iface.flags = 0;
		if (c->before)
			c->before(w, family);
		if (far_end(w) != NF_CSUM_FAR_WATCHED) {
			/* They do not ask again, and this host does. */
			ask(w, family, STRANGER);
			KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_UNKNOWN);
			ask(w, family, 0);
			KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_WANTED);
			watch_anew(w);
		}
		for (j = 0; j < 4; j++) {
			gso(w, family, 1, 100000 + j * 10000, 0);
			if (c->meanwhile)
				c->meanwhile(w, family);
			plain(w, family, 1, 100000 + j * 10000, 0);
			plain(w, family, 1, 100000 + j * 10000 + MSS, 0);
			ack(w, family, 1, 100000 + j * 10000 + 2 * MSS);
		}
		KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_LOSES);
		host_free(test, &w->host);
	}
}

static unsigned long lost_of(struct watched *w)
{
	return host_count(w->host.out_iface.stats,
			  NF_CSUM_POSTROUTING * NF_CSUM_COUNTERS + NF_CSUM_GSO_LOST);
}

/* That is all that is seen of a reader of bytes to which only strangers send. */
static void losses_of_strangers_are_counted(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct watched *w = watched_init(test, false);
	const unsigned int many = 10000;
	unsigned int i;

	w->host.in_iface.flags = 0;
	for (i = 0; i < many; i++)
		lose(w, family, 1, i * 10000, STRANGER);
	KUNIT_EXPECT_EQ(test, lost_of(w), (unsigned long)many);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_WATCHED);
	/* But not for ever. */
	w->watch->sent = NF_CSUM_WATCH_SENT - 1;
	gso(w, family, 1, 0, STRANGER);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_UNKNOWN);
	host_free(test, &w->host);
}

/* A port is used again before what was sent through it has been acknowledged. */
static void connection_begins_anew(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct watched *w = watched_init(test, false);
	const struct sent begins = {
		.family = family, .host = 1, .seq = 5000000, .syn = true,
	};

	gso(w, family, 1, 1000, 0);
	pass(w, &begins);
	ack(w, family, 1, 5000001);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_WATCHED);
	gso(w, family, 1, 5000001, 0);
	ack(w, family, 1, 5000001 + 2 * MSS);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_SETTLED);
	host_free(test, &w->host);
}

/* Of what is not read nothing is concluded. */
static void others_are_left_alone(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	const struct sent odd[] = {
		{ .options = true },
		{ .udp = true },
		{ .fragment = family == NFPROTO_IPV4, .udp = family != NFPROTO_IPV4 },
		{ .too_short = true },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(odd); i++) {
		struct watched *w = watched_init(test, false);
		struct sent s = odd[i];

		s.family = family;
		s.seq = 1000;
		/* Not even its header. */
		s.len = s.too_short ? 0 : 2 * MSS;
		s.gso = !s.too_short;
		pass(w, &s);
		KUNIT_EXPECT_EQ_MSG(test, w->watch->sent, 0U, "%u", i);
		gso(w, family, 0, 1000, 0);
		s.back = true;
		s.gso = false;
		s.seq = 1000 + 2 * MSS;
		pass(w, &s);
		KUNIT_EXPECT_EQ_MSG(test, far_end(w), NF_CSUM_FAR_WATCHED, "%u", i);
		host_free(test, &w->host);
	}
}

struct whole_case {
	const char *name;
	u8 family;
	netdev_features_t without;
	unsigned int gso_type;
	unsigned int max_size;
	unsigned int max_segs;
};

static const struct whole_case whole_cases[] = {
	{ "IPv6 without TSO6", NFPROTO_IPV6, NETIF_F_TSO6 },
	{ "IPv4 without TSO", NFPROTO_IPV4, NETIF_F_TSO },
	{ "a congestion notice, IPv4", NFPROTO_IPV4, 0, SKB_GSO_TCP_ECN },
	{ "a congestion notice, IPv6", NFPROTO_IPV6, 0, SKB_GSO_TCP_ECN },
	{ "one ID for all", NFPROTO_IPV4, 0, SKB_GSO_TCP_FIXEDID },
	{ "too many bytes", NFPROTO_IPV4, .max_size = 2 * MSS },
	{ "too many segments", NFPROTO_IPV6, .max_segs = 1 },
};

static void whole_desc(const struct whole_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(whole, whole_cases, whole_desc);

static void lose_four_like(struct watched *w, const struct sent *first)
{
	struct sent s = *first;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		s.seq += 10000;
		pass(w, &s);
		plain(w, s.family, 1, s.seq, 0);
		plain(w, s.family, 1, s.seq + MSS, 0);
		ack(w, s.family, 1, s.seq + 2 * MSS);
	}
}

/*
 * That segments get there which the kernel makes of a GSO packet is no proof that the
 * far end takes GSO packets. But they can be lost as well as those, being pending.
 */
static void only_what_leaves_whole_settles(struct kunit *test)
{
	const struct whole_case *c = test->param_value;
	struct watched *w = watched_init(test, false);
	struct sent s = {
		.family = c->family, .host = 1, .seq = 1000, .len = 2 * MSS,
		.gso = true, .gso_type = c->gso_type,
	};
	unsigned int i;

	w->host.out->features &= ~c->without;
	if (c->max_size)
		w->host.out->gso_max_size = c->max_size;
	if (c->max_segs)
		w->host.out->gso_max_segs = c->max_segs;
	for (i = 0; i < 4; i++) {
		pass(w, &s);
		KUNIT_EXPECT_EQ(test, w->watch->packets, i + 1);
		ack(w, c->family, 1, s.seq + 2 * MSS);
		KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_WATCHED);
		s.seq += 2 * MSS;
	}
	/* A far end that takes them does not lose them: the way does. */
	lose_four_like(w, &s);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_WATCHED);
	watch_anew(w);
	w->watch->foreign = true;
	lose_four_like(w, &s);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_LOSES);
	w->host.out_iface.far_end = NF_CSUM_FAR_UNKNOWN;
	route_out(w, &s);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_WANTED);
	host_free(test, &w->host);
}

/* What a guest sends is not trusted to have as many segments as it says, and no more. */
static void guests_packets_leave_whole(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct watched *w = watched_init(test, false);
	const struct sent s = {
		.family = family, .host = 1, .seq = 1000, .len = 2 * MSS,
		.gso = true, .gso_type = SKB_GSO_DODGY,
	};

	pass(w, &s);
	KUNIT_EXPECT_EQ(test, w->watch->packets, 1U);
	ack(w, family, 1, 1000 + 2 * MSS);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_SETTLED);
	host_free(test, &w->host);
}

/* IPsec encrypts segments, one by one, behind the hook. */
static void encrypted_tells_nothing(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct watched *w = watched_init(test, false);
	struct dst_entry *dst = kunit_kzalloc(test, sizeof(*dst), GFP_KERNEL);
	const struct sent s = {
		.family = family, .host = 1, .seq = 1000, .len = 2 * MSS,
		.gso = true, .dst = dst,
	};

	KUNIT_ASSERT_NOT_NULL(test, dst);
	/* Nobody looks at what it is. */
	dst->xfrm = (struct xfrm_state *)dst;
	pass(w, &s);
	KUNIT_EXPECT_EQ(test, w->watch->packets, 0U);
	ack(w, family, 1, 1000 + 2 * MSS);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_WATCHED);
	w->host.out_iface.far_end = NF_CSUM_FAR_UNKNOWN;
	route_out(w, &s);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_UNKNOWN);
	host_free(test, &w->host);
}

/* Nor does it keep those from being looked at whose packets leave as they are. */
static void encrypted_is_in_no_way(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct watched *w = watched_init(test, false);
	struct dst_entry *dst = kunit_kzalloc(test, sizeof(*dst), GFP_KERNEL);
	struct sent s = {
		.family = family, .seq = 1000, .len = 2 * MSS, .gso = true, .dst = dst,
	};

	KUNIT_ASSERT_NOT_NULL(test, dst);
	dst->xfrm = (struct xfrm_state *)dst;
	w->watch->foreign = false;
	/* No end of them, in as many connections as there could be places. */
	w->watch->sent = NF_CSUM_WATCH_SENT - 10;
	for (s.host = 100; s.host < 200; s.host++)
		pass(w, &s);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_WATCHED);
	lose_four(w, family, 1, 0);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_LOSES);
	/* One that is sent again encrypted may have got there that way. */
	watch_anew(w);
	w->watch->foreign = false;
	gso(w, family, 1, 1000, 0);
	s.host = 1;
	pass(w, &s);
	ack(w, family, 1, 1000 + 2 * MSS);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_WATCHED);
	host_free(test, &w->host);
}

/* Whose acknowledgments come another way is given up: the device, or the next hop. */
static void vain_is_given_up(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct watched *w = watched_init(test, false);

	gso(w, family, 1, 100, 0);
	w->watch->sent = NF_CSUM_WATCH_SENT - 2;
	gso(w, family, 1, 1000, 0);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_WATCHED);
	gso(w, family, 1, 10000, 0);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_SETTLED);
	host_free(test, &w->host);

	w = watched_init(test, true);
	gso(w, family, 1, 1000, 0);
	w->watch->sent = NF_CSUM_WATCH_SENT - 1;
	gso(w, family, 1, 10000, 0);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_WATCHED);
	/* The next one has its turn at once. */
	lose_four(w, family, 2, 0);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_LOSES);
	host_free(test, &w->host);
}

struct want_case {
	const char *name;
	u8 mode;
	u8 no_offload;
	unsigned long flags;
	netdev_features_t features;
	enum nf_csum_far_end far_end;
};

#define FINISH	NF_CSUM_IFACE_FINISH

static const struct want_case want_cases[] = {
	{ "a software device", NF_CSUM_MODE_REPAIR, NF_CSUM_SCOPE_AUTO, FINISH,
	  FEATURES, NF_CSUM_FAR_WANTED },
	{ "a network card", NF_CSUM_MODE_REPAIR, NF_CSUM_SCOPE_AUTO, 0,
	  FEATURES, NF_CSUM_FAR_SETTLED },
	{ "a device without TSO", NF_CSUM_MODE_REPAIR, NF_CSUM_SCOPE_AUTO, FINISH,
	  NETIF_F_HW_CSUM, NF_CSUM_FAR_SETTLED },
	{ "mode 1", NF_CSUM_MODE_OBSERVE, NF_CSUM_SCOPE_AUTO, FINISH,
	  FEATURES, NF_CSUM_FAR_UNKNOWN },
	{ "no_offload=0", NF_CSUM_MODE_REPAIR, NF_CSUM_SCOPE_NONE, FINISH,
	  FEATURES, NF_CSUM_FAR_UNKNOWN },
};

static void want_desc(const struct want_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(want, want_cases, want_desc);

static void watch_is_wanted(struct kunit *test)
{
	const struct want_case *c = test->param_value;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		struct watched *w = watched_init(test, false);
		const struct sent s = {
			.family = families[i], .len = 2 * MSS, .gso = true,
		};

		w->host.nfc.knobs.mode = c->mode;
		w->host.nfc.knobs.no_offload = c->no_offload;
		w->host.out_iface.flags = c->flags;
		w->host.out->features = c->features;
		w->host.out_iface.far_end = NF_CSUM_FAR_UNKNOWN;
		route_out(w, &s);
		KUNIT_EXPECT_EQ(test, far_end(w), c->far_end);
		host_free(test, &w->host);
	}
}

/* A bridge is watched again only for who is not settled. */
static void settled_hops_want_nothing(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct watched *w = watched_init(test, true);
	struct sent s = {
		.family = family, .len = 2 * MSS, .gso = true, .host = 1,
	};

	gso(w, family, 1, 1000, 0);
	ack(w, family, 1, 1000 + 2 * MSS);
	w->host.out_iface.far_end = NF_CSUM_FAR_UNKNOWN;
	route_out(w, &s);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_UNKNOWN);
	s.host = 2;
	route_out(w, &s);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_WANTED);
	host_free(test, &w->host);
}

/*
 * What a bridge forwards leaves through a port of it, and never through the bridge's own
 * device. Where nothing shows such packets, there is no port to tell.
 */
static void bridged_is_about_the_port(struct kunit *test)
{
	const bool can = IS_ENABLED(CONFIG_BRIDGE_NETFILTER);
	const u8 family = *(const u8 *)test->param_value;
	struct watched *w = watched_init(test, true);
	struct nf_csum_iface port = {};
	struct sent s = {
		.family = family, .host = 1, .len = 2 * MSS, .gso = true,
	};
	unsigned int i;

	s.port = host_device(test, &w->host, &port, HOST_OUT + 1);
	s.port->features = FEATURES;
	s.port->gso_max_size = 65536;
	s.port->gso_max_segs = 65535;
	port.flags = NF_CSUM_IFACE_FINISH | NF_CSUM_IFACE_LOCAL;
	port.far_end = NF_CSUM_FAR_UNKNOWN;
	/* The bridge itself may be settled long since. */
	w->host.out_iface.far_end = NF_CSUM_FAR_SETTLED;
	route_out(w, &s);
	KUNIT_EXPECT_EQ(test, (int)port.far_end,
			can ? NF_CSUM_FAR_WANTED : NF_CSUM_FAR_UNKNOWN);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_SETTLED);

	rcu_assign_pointer(w->host.out_iface.watch, NULL);
	rcu_assign_pointer(port.watch, w->watch);
	w->watch->many = false;
	port.far_end = NF_CSUM_FAR_WATCHED;
	for (i = 0; i < 4; i++) {
		s.back = false;
		s.gso = true;
		s.len = 2 * MSS;
		s.seq = 10000 * i;
		pass(w, &s);
		s.gso = false;
		s.len = MSS;
		pass(w, &s);
		s.seq += MSS;
		pass(w, &s);
		s.seq += MSS;
		s.len = 0;
		s.back = true;
		pass(w, &s);
	}
	KUNIT_EXPECT_EQ(test, (int)port.far_end,
			can ? NF_CSUM_FAR_LOSES : NF_CSUM_FAR_WATCHED);
	KUNIT_EXPECT_EQ(test, far_end(w), NF_CSUM_FAR_SETTLED);
	free_percpu(port.stats);
	host_free(test, &w->host);
}

/* A device of a kind, with memory of its own for that. */
struct fake {
	struct rtnl_link_ops link_ops;
	struct net_device *dev;
};

static void make(struct kunit *test, struct fake *d, const char *kind)
{
	struct net_device *dev;

	memset(&d->link_ops, 0, sizeof(d->link_ops));
	d->link_ops.kind = kind;
	dev = device_alloc(test, "nfcsum%d", kind ? &d->link_ops : NULL);
	d->dev = dev;
	if (kind && !strcmp(kind, "openvswitch"))
		dev->priv_flags |= IFF_OPENVSWITCH;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->hw_features = FEATURES;
	dev->features = FEATURES;
	KUNIT_ASSERT_EQ(test, register_netdev(dev), 0);
}

static void unmake(struct fake *d)
{
	device_unmake(d->dev);
}

static void put_below(struct kunit *test, struct fake *lower,
		      struct fake *upper)
{
	rtnl_lock();
	if (netif_is_ovs_master(upper->dev))
		KUNIT_EXPECT_EQ(test, netdev_master_upper_dev_link(lower->dev,
								   upper->dev, NULL,
								   NULL, NULL), 0);
	else
		KUNIT_EXPECT_EQ(test, netdev_upper_dev_link(lower->dev, upper->dev,
							    NULL), 0);
	rtnl_unlock();
}

static void take_away(struct fake *lower, struct fake *upper)
{
	rtnl_lock();
	netdev_upper_dev_unlink(lower->dev, upper->dev);
	rtnl_unlock();
}

static void set_no_offload(struct kunit *test, const char *value)
{
	proc_set(test, KNOB("no_offload"), value);
}

static bool is_hooked(void)
{
	const struct nf_hook_entries *hooks;
	struct nf_hook_ops **at;
	bool found = false;
	unsigned int i;

	rcu_read_lock();
	hooks = rcu_dereference(init_net.nf.hooks_ipv4[NF_INET_POST_ROUTING]);
	at = hooks ? nf_hook_entries_get_hook_ops(hooks) : NULL;
	for (i = 0; hooks && i < hooks->num_hook_entries; i++)
		found |= at[i]->hook == nf_csum_evidence_sent;
	rcu_read_unlock();
	return found;
}

static int accepted(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

/* Through all that is hooked in. */
static void send(struct kunit *test, struct net_device *dev, const struct sent *s)
{
	struct sk_buff *skb = build(test, s);

	local_bh_disable();
	KUNIT_EXPECT_EQ(test, nf_hook(s->family,
				      s->back ? NF_INET_PRE_ROUTING :
						NF_INET_POST_ROUTING,
				      &init_net, NULL, skb, s->back ? dev : NULL,
				      s->back ? NULL : dev, accepted), 1);
	local_bh_enable();
	kfree_skb(skb);
}

/* The work that was asked for is done soon. */
#define WAIT_FOR(condition) ({ \
	unsigned long end = jiffies + 5 * HZ; \
	while (!(condition) && time_before(jiffies, end)) \
		msleep(20); \
	(condition); \
})

static bool is_taken(const struct net_device *dev)
{
	bool taken;

	rtnl_lock();
	taken = nf_csum_offload_is_taken(dev);
	rtnl_unlock();
	return taken;
}

/* Nothing is known of any device, nor is anything hooked in. */
static void begin(struct kunit *test)
{
	set_no_offload(test, "0");
	set_no_offload(test, "1");
	KUNIT_EXPECT_FALSE(test, is_hooked());
}

/* The first GSO packet has a device watched, if it is to be. */
static void send_first(struct kunit *test, struct net_device *dev, u8 family,
		       u32 host, bool watched)
{
	const struct sent first = {
		.family = family, .host = host, .seq = 1, .len = 2 * MSS, .gso = true,
	};

	send(test, dev, &first);
	if (watched)
		KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_hooked()));
	else
		msleep(50);
	KUNIT_EXPECT_EQ(test, is_hooked(), watched);
}

static void send_lost(struct kunit *test, struct net_device *dev, u8 family,
		      u32 host, u32 seq)
{
	struct sent s = {
		.family = family, .host = host, .seq = seq, .len = 2 * MSS, .gso = true,
	};

	send(test, dev, &s);
	s.gso = false;
	s.len = MSS;
	send(test, dev, &s);
	s.seq += MSS;
	send(test, dev, &s);
	s.seq += MSS;
	s.len = 0;
	s.back = true;
	send(test, dev, &s);
}

static void send_four_lost(struct kunit *test, struct net_device *dev, u8 family,
			   u32 host)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		send_lost(test, dev, family, host, 100000 + i * 10000);
}

static void send_arrived(struct kunit *test, struct net_device *dev, u8 family,
			 u32 host)
{
	struct sent s = {
		.family = family, .host = host, .seq = 1000, .len = 2 * MSS,
		.gso = true,
	};

	send(test, dev, &s);
	s.seq += 2 * MSS;
	s.len = 0;
	s.gso = false;
	s.back = true;
	send(test, dev, &s);
}

/* It is found, has its offloads taken, and gets them back. */
static void reader_is_found(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct fake d;

	begin(test);
	make(test, &d, "veth");
	send_first(test, d.dev, family, 1, true);
	send_four_lost(test, d.dev, family, 1);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_taken(d.dev)));
	KUNIT_EXPECT_EQ(test, d.dev->features & NF_CSUM_OFFLOAD_ALL, 0ULL);
	set_no_offload(test, "0");
	KUNIT_EXPECT_FALSE(test, is_taken(d.dev));
	KUNIT_EXPECT_EQ(test, d.dev->features & FEATURES, FEATURES);
	KUNIT_EXPECT_FALSE(test, is_hooked());
	set_no_offload(test, "1");
	unmake(&d);
}

/* As if a device were up again, or had another name. */
static void happens(struct fake *d, unsigned long event)
{
	rtnl_lock();
	call_netdevice_notifiers(event, d->dev);
	rtnl_unlock();
}

static void healthy_is_not_looked_at_again(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct fake d;

	begin(test);
	make(test, &d, "veth");
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_open(d.dev, NULL), 0);
	rtnl_unlock();
	send_first(test, d.dev, family, 1, true);
	send_arrived(test, d.dev, family, 1);
	msleep(50);
	send_four_lost(test, d.dev, family, 1);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, is_taken(d.dev));
	/* Unless it may be another one: the carrier says that of a tap. */
	rtnl_lock();
	netdev_state_change(d.dev);
	rtnl_unlock();
	send_first(test, d.dev, family, 1, true);
	msleep(50);
	send_four_lost(test, d.dev, family, 1);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_taken(d.dev)));
	unmake(&d);
}

/* What was confirmed of the far end that was there before says nothing of this one. */
static void another_far_end_begins_anew(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	unsigned int i;
	struct fake d;

	begin(test);
	make(test, &d, "veth");
	send_first(test, d.dev, family, 1, true);
	for (i = 0; i < 3; i++)
		send_lost(test, d.dev, family, 1, 10000 * i);
	happens(&d, NETDEV_UP);
	send_first(test, d.dev, family, 1, true);
	msleep(50);
	send_lost(test, d.dev, family, 1, 100000);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, is_taken(d.dev));
	for (i = 1; i < 4; i++)
		send_lost(test, d.dev, family, 1, 100000 + 10000 * i);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_taken(d.dev)));
	unmake(&d);
}

/* Behind a VLAN of a bridge there are as many hosts as behind the bridge. */
static void switched_are_told_apart(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct fake bridge, vlan;

	begin(test);
	make(test, &bridge, "openvswitch");
	make(test, &vlan, "vlan");
	put_below(test, &bridge, &vlan);
	send_first(test, vlan.dev, family, 1, true);
	send_arrived(test, vlan.dev, family, 1);
	msleep(50);
	send_four_lost(test, vlan.dev, family, 2);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_taken(vlan.dev)));
	KUNIT_EXPECT_FALSE(test, is_taken(bridge.dev));
	take_away(&bridge, &vlan);
	unmake(&vlan);
	unmake(&bridge);
}

/*
 * Of a switch of Open vSwitch the ports are below one device, and the host uses
 * another. Behind a network card there may be a stranger.
 */
static void switch_with_a_card_is_not_watched(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct fake path, internal, port, card;

	begin(test);
	make(test, &path, "openvswitch");
	make(test, &internal, "openvswitch");
	make(test, &port, "veth");
	make(test, &card, NULL);
	put_below(test, &port, &path);
	put_below(test, &card, &path);
	send_first(test, internal.dev, family, 1, false);
	send_four_lost(test, internal.dev, family, 1);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, is_taken(internal.dev));
	/* Without it, it is. */
	take_away(&card, &path);
	send_first(test, internal.dev, family, 1, true);
	send_lost(test, internal.dev, family, 1, 1000);
	/* And with it, what is under way is void. */
	put_below(test, &card, &path);
	send_four_lost(test, internal.dev, family, 1);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, is_taken(internal.dev));
	take_away(&card, &path);
	send_first(test, internal.dev, family, 1, true);
	msleep(50);
	send_four_lost(test, internal.dev, family, 1);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_taken(internal.dev)));
	take_away(&port, &path);
	unmake(&card);
	unmake(&port);
	unmake(&internal);
	unmake(&path);
}

/*
 * Another process is at a port of a bridge now, or another machine: the bridge keeps its
 * carrier. A host's own device of Open vSwitch is not even on top of the ports.
 */
static void another_at_a_port_is_looked_at(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct fake path, internal, port;
	struct fake * const bridges[] = { &path, &internal };
	unsigned int i;

	begin(test);
	make(test, &path, "openvswitch");
	make(test, &internal, "openvswitch");
	make(test, &port, "veth");
	put_below(test, &port, &path);
	for (i = 0; i < ARRAY_SIZE(bridges); i++) {
		struct net_device *dev = bridges[i]->dev;

		send_first(test, dev, family, 1, true);
		msleep(50);
		send_arrived(test, dev, family, 1);
		send_four_lost(test, dev, family, 1);
		msleep(50);
		KUNIT_EXPECT_FALSE(test, is_taken(dev));
		happens(&port, NETDEV_UP);
		send_first(test, dev, family, 1, true);
		msleep(50);
		send_four_lost(test, dev, family, 1);
		KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_taken(dev)));
	}
	take_away(&port, &path);
	unmake(&port);
	unmake(&internal);
	unmake(&path);
}

/* A port of a switch can be a bond, and get a network card later. */
static void card_below_a_port_counts(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct fake path, internal, bond, veth, card;

	begin(test);
	make(test, &path, "openvswitch");
	make(test, &internal, "openvswitch");
	make(test, &bond, "bond");
	make(test, &veth, "veth");
	make(test, &card, NULL);
	put_below(test, &veth, &bond);
	put_below(test, &bond, &path);
	put_below(test, &card, &bond);
	send_first(test, internal.dev, family, 1, false);
	send_four_lost(test, internal.dev, family, 1);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, is_taken(internal.dev));
	take_away(&card, &bond);
	send_first(test, internal.dev, family, 1, true);
	msleep(50);
	send_four_lost(test, internal.dev, family, 1);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_taken(internal.dev)));
	take_away(&bond, &path);
	take_away(&veth, &bond);
	unmake(&card);
	unmake(&veth);
	unmake(&bond);
	unmake(&internal);
	unmake(&path);
}

/* The two ends of a pair of veths. */
static struct fake ends[2];

static int iflink_of_end(const struct net_device *dev)
{
	const struct net_device *peer = ends[dev == ends[0].dev].dev;

	return peer ? peer->ifindex : 0;
}

static struct net *net_of_end(const struct net_device *dev)
{
	return &init_net;
}

static const struct net_device_ops end_ops = {
	.ndo_start_xmit	= device_swallow,
	.ndo_get_iflink	= iflink_of_end,
};

static void make_pair(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ends); i++)
		make(test, &ends[i], "veth");
	/* As of real ones, neither has a peer before both are there. */
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		ends[i].dev->netdev_ops = &end_ops;
		ends[i].link_ops.get_link_net = net_of_end;
	}
}

static void unmake_pair(void)
{
	struct net_device *dev;
	unsigned int i;

	/* One that goes is nobody's peer any more. */
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		dev = ends[i].dev;
		ends[i].dev = NULL;
		device_unmake(dev);
	}
}

static void expect_watched(struct kunit *test, struct net_device *dev, bool watched)
{
	begin(test);
	send_first(test, dev, NFPROTO_IPV4, 1, watched);
}

/*
 * What a container sends through a veth leaves the host, if the other end is a port of a
 * bridge with a network card. Whoever is behind that could fake a loss.
 */
static void veth_to_a_card_is_not_watched(struct kunit *test)
{
	struct fake bridge, bond, card, vlan, other;

	begin(test);
	make_pair(test);
	make(test, &other, "veth");
	make(test, &bridge, "openvswitch");
	make(test, &bond, "bond");
	make(test, &card, NULL);
	make(test, &vlan, "vlan");
	put_below(test, &ends[0], &vlan);
	/* The port comes last. */
	put_below(test, &card, &bridge);
	expect_watched(test, ends[0].dev, true);
	put_below(test, &ends[1], &bridge);
	expect_watched(test, ends[0].dev, false);
	send_four_lost(test, ends[0].dev, NFPROTO_IPV4, 1);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, is_taken(ends[0].dev));
	expect_watched(test, vlan.dev, false);
	/* What comes in there is for whoever is behind the other end. */
	expect_watched(test, ends[1].dev, true);
	take_away(&card, &bridge);
	expect_watched(test, ends[0].dev, true);
	expect_watched(test, vlan.dev, true);
	/* The card comes last, in a bond. */
	put_below(test, &other, &bond);
	put_below(test, &bond, &bridge);
	expect_watched(test, ends[0].dev, true);
	put_below(test, &card, &bond);
	expect_watched(test, ends[0].dev, false);
	take_away(&ends[1], &bridge);
	expect_watched(test, ends[0].dev, true);
	begin(test);
	take_away(&card, &bond);
	take_away(&bond, &bridge);
	take_away(&other, &bond);
	take_away(&ends[0], &vlan);
	unmake(&other);
	unmake(&vlan);
	unmake(&card);
	unmake(&bond);
	unmake(&bridge);
	unmake_pair();
}

struct kind_case {
	const char *name;
	const char *kind;
	unsigned int flags;
	bool watched;
	bool named;
};

static const struct kind_case kind_cases[] = {
	{ "a veth", "veth", 0, true },
	{ "a tap", "tun", 0, true },
	{ "a VPN's tun", "tun", IFF_POINTOPOINT, false },
	{ "a network card", NULL, 0, false },
	{ "a tunnel", "vxlan", 0, false },
	{ "a network card that is named", NULL, 0, false, .named = true },
	{ "a tunnel that is named", "vxlan", 0, false, .named = true },
	{ "a veth that is named", "veth", 0, true, .named = true },
};

static void kind_desc(const struct kind_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(kind, kind_cases, kind_desc);

static void kinds_that_are_watched(struct kunit *test)
{
	const struct kind_case *c = test->param_value;
	struct fake d;

	begin(test);
	make(test, &d, c->kind);
	/* That it leaves checksums to others does not say who those are. */
	if (c->named)
		proc_set(test, KNOB("finish_ifaces"), "nfcsum*");
	/* It is looked at when it is renamed. */
	d.dev->flags |= c->flags;
	happens(&d, NETDEV_CHANGENAME);
	send_first(test, d.dev, NFPROTO_IPV4, 1, c->watched);
	send_four_lost(test, d.dev, NFPROTO_IPV4, 1);
	if (c->watched)
		KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_taken(d.dev)));
	msleep(50);
	KUNIT_EXPECT_EQ(test, is_taken(d.dev), c->watched);
	if (c->named)
		proc_set(test, KNOB("finish_ifaces"), "\n");
	unmake(&d);
}

/* A VRF passes packets on to devices that are looked at themselves. */
static void vrf_is_not_watched(struct kunit *test)
{
	struct fake vrf, lower;

	begin(test);
	make(test, &lower, "veth");
	make(test, &vrf, "vrf");
	put_below(test, &lower, &vrf);
	vrf.dev->priv_flags |= IFF_L3MDEV_MASTER;
	send_first(test, vrf.dev, NFPROTO_IPV4, 1, false);
	send_four_lost(test, vrf.dev, NFPROTO_IPV4, 1);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, is_taken(vrf.dev));
	send_first(test, lower.dev, NFPROTO_IPV4, 1, true);
	send_four_lost(test, lower.dev, NFPROTO_IPV4, 1);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_taken(lower.dev)));
	vrf.dev->priv_flags &= ~IFF_L3MDEV_MASTER;
	take_away(&lower, &vrf);
	unmake(&vrf);
	unmake(&lower);
}

/* Knobs change, and who is being watched is watched on. */
static void watch_outlives_knobs(struct kunit *test)
{
	struct fake d;

	begin(test);
	make(test, &d, "veth");
	send_first(test, d.dev, NFPROTO_IPV4, 1, true);
	msleep(50);
	send_lost(test, d.dev, NFPROTO_IPV4, 1, 10000);
	proc_set(test, KNOB("bridged"), "1");
	proc_set(test, KNOB("no_offload"), "1");
	send_four_lost(test, d.dev, NFPROTO_IPV4, 1);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_taken(d.dev)));
	unmake(&d);
	begin(test);
}

/* A device goes while it is watched, or right after it was found. */
static void watched_device_goes(struct kunit *test)
{
	struct fake d;

	begin(test);
	make(test, &d, "veth");
	send_first(test, d.dev, NFPROTO_IPV4, 1, true);
	unmake(&d);
	KUNIT_EXPECT_TRUE(test, is_hooked());
	make(test, &d, "veth");
	send_first(test, d.dev, NFPROTO_IPV4, 1, true);
	msleep(50);
	send_four_lost(test, d.dev, NFPROTO_IPV4, 1);
	unmake(&d);
	begin(test);
}

static struct kunit_case watched_test_cases[] = {
	KUNIT_CASE_PARAM(silent_hops_are_bounded, family_gen_params),
	KUNIT_CASE_PARAM(hops_take_turns, family_gen_params),
	KUNIT_CASE_PARAM(hops_are_told_apart, family_gen_params),
	KUNIT_CASE_PARAM(hops_are_not_mixed_up, family_gen_params),
	KUNIT_CASE_PARAM(gateway_is_one_hop, family_gen_params),
	KUNIT_CASE_PARAM(strangers_make_no_evidence, sender_gen_params),
	KUNIT_CASE_PARAM(strangers_delay_nothing, stranger_gen_params),
	KUNIT_CASE_PARAM(losses_of_strangers_are_counted, family_gen_params),
	KUNIT_CASE_PARAM(connection_begins_anew, family_gen_params),
	KUNIT_CASE_PARAM(others_are_left_alone, family_gen_params),
	KUNIT_CASE_PARAM(only_what_leaves_whole_settles, whole_gen_params),
	KUNIT_CASE_PARAM(guests_packets_leave_whole, family_gen_params),
	KUNIT_CASE_PARAM(encrypted_tells_nothing, family_gen_params),
	KUNIT_CASE_PARAM(encrypted_is_in_no_way, family_gen_params),
	KUNIT_CASE_PARAM(vain_is_given_up, family_gen_params),
	KUNIT_CASE_PARAM(watch_is_wanted, want_gen_params),
	KUNIT_CASE_PARAM(settled_hops_want_nothing, family_gen_params),
	KUNIT_CASE_PARAM(bridged_is_about_the_port, family_gen_params),
	KUNIT_CASE_PARAM(reader_is_found, family_gen_params),
	KUNIT_CASE_PARAM(healthy_is_not_looked_at_again, family_gen_params),
	KUNIT_CASE_PARAM(another_far_end_begins_anew, family_gen_params),
	KUNIT_CASE_PARAM(switched_are_told_apart, family_gen_params),
	KUNIT_CASE_PARAM(switch_with_a_card_is_not_watched, family_gen_params),
	KUNIT_CASE_PARAM(another_at_a_port_is_looked_at, family_gen_params),
	KUNIT_CASE_PARAM(card_below_a_port_counts, family_gen_params),
	KUNIT_CASE(veth_to_a_card_is_not_watched),
	KUNIT_CASE_PARAM(kinds_that_are_watched, kind_gen_params),
	KUNIT_CASE(vrf_is_not_watched),
	KUNIT_CASE(watch_outlives_knobs),
	KUNIT_CASE(watched_device_goes),
	{}
};

static struct kunit_suite watched_suite = {
	.name = "nf_csum_watched",
	.test_cases = watched_test_cases,
};

kunit_test_suite(watched_suite);
