// SPDX-License-Identifier: GPL-2.0
/*
 * What leaves through a device whose features cannot be changed, and that has its
 * offloads taken: sent by the kernel's own dev_queue_xmit(), and looked at where the
 * driver gets it. Not SCTP, of which the kernel sums nothing without its own.
 */
#include <kunit/test.h>

#include <linux/etherdevice.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <net/rtnetlink.h>

#include <nf_csum/offload.h>

#include "device.h"
#include "proc_file.h"
#include "receiver.h"
#include "skb_builder.h"

#ifdef CONFIG_NETFILTER_EGRESS

#define FEATURES	(NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | \
			 NETIF_F_TSO6 | NETIF_F_GSO_UDP_L4 | NETIF_F_HIGHDMA | \
			 NETIF_F_FRAGLIST)

/* What the driver got. */
static struct {
	unsigned int frames;
	unsigned int bytes;	/* behind the Ethernet header */
	unsigned int longest;
	unsigned int pending;
	unsigned int gso;
	unsigned int right;
	u8 family;
	u8 frame[PACKET_MAX + ETH_HLEN];
} got;

static netdev_tx_t take(struct sk_buff *skb, struct net_device *dev)
{
	unsigned int len = skb->len - ETH_HLEN;
	struct reading r;

	got.frames++;
	got.bytes += len;
	got.longest = max(got.longest, len);
	got.pending += skb->ip_summed == CHECKSUM_PARTIAL;
	got.gso += skb_is_gso(skb);
	if (skb->len <= sizeof(got.frame) &&
	    !skb_copy_bits(skb, 0, got.frame, skb->len)) {
		receiver_read(&r, got.frame + ETH_HLEN, len, got.family);
		got.right += r.verdict == VERDICT_RIGHT;
	}
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops ops = {
	.ndo_start_xmit	= take,
};

static struct rtnl_link_ops macvlan = { .kind = "macvlan" };

static struct net_device *make(struct kunit *test)
{
	struct net_device *dev = device_alloc(test, "nfcsum%d", &macvlan);

	dev->netdev_ops = &ops;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->flags |= IFF_NOARP;
	dev->features = FEATURES;
	KUNIT_ASSERT_EQ(test, register_netdev(dev), 0);
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_open(dev, NULL), 0);
	rtnl_unlock();
	return dev;
}

struct egress_case {
	const char *name;
	struct recipe packet;
	unsigned int frames;	/* with the hook */
	bool finished;		/* and all of them are right */
	bool untouched;		/* it cannot be finished, and goes on as it came */
};

#define PENDING		.field = FIELD_SEED, .ip_summed = CHECKSUM_PARTIAL
#define GSO		.gso_size = 1000, PENDING

static const struct egress_case egress_cases[] = {
	{ "TCP to be segmented",
	  { .proto = IPPROTO_TCP, .payload = 3500, .gso_type = SKB_GSO_TCPV4, GSO },
	  4, true },
	{ "UDP to be segmented",
	  { .proto = IPPROTO_UDP, .payload = 3000, .gso_type = SKB_GSO_UDP_L4, GSO },
	  3, true },
	{ "TCP, pending", { .proto = IPPROTO_TCP, .payload = 500, PENDING }, 1, true },
	{ "UDP, pending", { .proto = IPPROTO_UDP, .payload = 500, PENDING }, 1, true },
	{ "an offset beyond the end",
	  { .proto = IPPROTO_TCP, .payload = 100, .offset = 1000, PENDING }, 1, false, true },
	{ "a start before the packet",
	  { .proto = IPPROTO_TCP, .payload = 100, .start = -100, PENDING }, 1, false, true },
	{ "finished", { .proto = IPPROTO_TCP, .payload = 500 }, 1, true },
	{ "damaged", { .proto = IPPROTO_TCP, .payload = 500, .field = FIELD_WRONG }, 1 },
};

static void egress_desc(const struct egress_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(egress, egress_cases, egress_desc);

static void xmit(struct kunit *test, struct net_device *dev,
		 const struct recipe *recipe, const struct variant *v)
{
	struct packet p;

	packet_build(test, &p, recipe, v);
	memset(&got, 0, sizeof(got));
	got.family = v->family;
	p.skb->dev = dev;
	skb_reset_network_header(p.skb);
	skb_set_transport_header(p.skb, p.thoff);
	skb_push(p.skb, ETH_HLEN);
	skb_reset_mac_header(p.skb);
	eth_hdr(p.skb)->h_proto = p.skb->protocol;
	eth_broadcast_addr(eth_hdr(p.skb)->h_dest);
	dev_queue_xmit(p.skb);
	p.skb = NULL;
	packet_free(&p);
}

static void expect(struct kunit *test, const struct egress_case *c,
		   const struct variant *v, bool hooked)
{
	bool was_pending = c->packet.ip_summed == CHECKSUM_PARTIAL;

	if (hooked) {
		KUNIT_EXPECT_EQ_MSG(test, got.frames, c->frames, "%s", v->name);
		KUNIT_EXPECT_EQ_MSG(test, got.gso, 0U, "%s", v->name);
		KUNIT_EXPECT_EQ_MSG(test, got.pending, (unsigned int)c->untouched,
				    "%s", v->name);
		KUNIT_EXPECT_EQ_MSG(test, got.right, c->finished ? c->frames : 0,
				    "%s", v->name);
		if (c->packet.gso_size)
			KUNIT_EXPECT_LE_MSG(test, got.longest, 1000U + 60, "%s",
					    v->name);
		return;
	}
	/* The device is said to do all that itself. */
	KUNIT_EXPECT_EQ_MSG(test, got.frames, 1U, "%s", v->name);
	KUNIT_EXPECT_EQ_MSG(test, got.gso, (unsigned int)!!c->packet.gso_size, "%s",
			    v->name);
	KUNIT_EXPECT_EQ_MSG(test, got.pending, (unsigned int)was_pending, "%s",
			    v->name);
	if (was_pending)
		KUNIT_EXPECT_EQ_MSG(test, got.right, 0U, "%s", v->name);
}

static void egress_finishes(struct kunit *test)
{
	const struct egress_case *c = test->param_value;
	struct net_device *dev = make(test);
	struct variant v = {};

	while (variant_next(&v, &c->packet)) {
		if (v.hook != NF_INET_POST_ROUTING || v.shape != SHAPE_LINEAR)
			continue;
		/* Without the hook the kernel would warn of these. */
		if (!c->untouched) {
			xmit(test, dev, &c->packet, &v);
			expect(test, c, &v, false);
		}
		proc_set(test, KNOB("no_offload_ifaces"), "nfcsum*");
		xmit(test, dev, &c->packet, &v);
		expect(test, c, &v, true);
		proc_set(test, KNOB("no_offload_ifaces"), "\n");
	}
	device_unmake(dev);
}

static struct kunit_case egress_test_cases[] = {
	KUNIT_CASE_PARAM(egress_finishes, egress_gen_params),
	{}
};

static struct kunit_suite egress_suite = {
	.name = "nf_csum_egress",
	.test_cases = egress_test_cases,
};

kunit_test_suite(egress_suite);

#endif /* CONFIG_NETFILTER_EGRESS */
