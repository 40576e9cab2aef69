// SPDX-License-Identifier: GPL-2.0
/* Which features are taken from a device, and which it gets back. */
#include <kunit/test.h>

#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>

#include <nf_csum/offload.h>

#define CSUM	NETIF_F_HW_CSUM
#define TSO	NETIF_F_TSO
#define CRC	NETIF_F_SCTP_CRC
#define LIST	NETIF_F_GSO_FRAGLIST
#define OTHERS	(NETIF_F_SG | NETIF_F_GSO | NETIF_F_HIGHDMA | NETIF_F_GRO)

#define ALL	NF_CSUM_OFFLOAD_ALL
#define SUMS	NF_CSUM_OFFLOAD_CSUM

/* What a tap's owner asked for with TUNSETOFFLOAD. */
static netdev_features_t asked;

static netdev_features_t fix_tun(struct net_device *dev,
				 netdev_features_t features)
{
	return features & (asked | ~(CSUM | TSO));
}

/* What is on, what is wanted, what can be changed, and what was taken. */
static const struct offload_case {
	const char *name;
	const char *kind;
	netdev_features_t on;
	netdev_features_t wanted;
	netdev_features_t can;
	netdev_features_t taken;
	netdev_features_t mask;
	netdev_features_t wanted_after;
	netdev_features_t taken_after;
} offload_cases[] = {
	{ "nothing to take", "dummy", OTHERS, OTHERS, OTHERS | CSUM,
	  0, ALL, OTHERS, 0 },
	{ "all is taken", "dummy", OTHERS | CSUM | TSO | CRC,
	  OTHERS | CSUM | TSO | CRC, OTHERS | CSUM | TSO | CRC,
	  0, ALL, OTHERS, CSUM | TSO | CRC },
	{ "and given back", "dummy", OTHERS, OTHERS, OTHERS | CSUM | TSO | CRC,
	  CSUM | TSO | CRC, 0, OTHERS | CSUM | TSO | CRC, 0 },
	{ "checksums only", "veth", CSUM | TSO | CRC, CSUM | TSO | CRC,
	  CSUM | CRC | TSO, 0, SUMS, TSO, CSUM | CRC },
	{ "GSO back, checksums not", "veth", OTHERS, OTHERS,
	  OTHERS | CSUM | TSO | CRC, CSUM | TSO | CRC, SUMS,
	  OTHERS | TSO, CSUM | CRC },
	{ "then GSO, too", "veth", TSO | CRC, TSO | CRC, CSUM | TSO | CRC,
	  CSUM, ALL, 0, CSUM | TSO | CRC },
	{ "wanted but off", "dummy", OTHERS, OTHERS | CSUM, OTHERS | CSUM,
	  0, ALL, OTHERS | CSUM, 0 },
	{ "on but not wanted: fixed", "macvlan", CSUM, 0, 0, 0, ALL, 0, 0 },
	{ "on again meanwhile", "dummy", CSUM, CSUM, CSUM | TSO,
	  CSUM | TSO, ALL, 0, CSUM | TSO },
	{ "switched on while taken", "dummy", TSO, TSO, CSUM | TSO,
	  CSUM, ALL, 0, CSUM | TSO },
	{ "cannot have it any more", "dummy", 0, 0, CSUM,
	  CSUM | TSO, 0, CSUM, 0 },
	{ "a veth wants GSO all the same", "veth", 0, 0, CSUM,
	  CSUM | TSO | LIST, SUMS, TSO | LIST, CSUM },
	{ "a veth cannot have it any more", "veth", 0, 0, 0,
	  CSUM | TSO, 0, TSO, 0 },
	{ "no kind at all", NULL, CSUM, CSUM, CSUM, 0, ALL, 0, CSUM },
	{ "a tap that asked for all", "tun all", 0, 0, CSUM | TSO,
	  CSUM | TSO, 0, CSUM | TSO, 0 },
	{ "a tap that asked for less", "tun csum", 0, 0, CSUM | TSO,
	  CSUM | TSO, 0, CSUM, 0 },
	{ "a tap that asked for nothing", "tun", 0, 0, CSUM | TSO | CRC,
	  CSUM | TSO | CRC, 0, CRC, 0 },
};

static void offload_desc(const struct offload_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(offload, offload_cases, offload_desc);

static netdev_tx_t swallow(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops ops = {
	.ndo_start_xmit	= swallow,
};

static const struct net_device_ops tun_ops = {
	.ndo_start_xmit		= swallow,
	.ndo_fix_features	= fix_tun,
};

static struct net_device *make(struct kunit *test)
{
	struct net_device *dev = alloc_netdev(0, "nfcsum%d", NET_NAME_UNKNOWN,
					      ether_setup);

	KUNIT_ASSERT_NOT_NULL(test, dev);
	dev->netdev_ops = &ops;
	eth_hw_addr_random(dev);
	return dev;
}

static void offload_exchange(struct kunit *test)
{
	const struct offload_case *c = test->param_value;
	struct rtnl_link_ops link_ops = { .kind = c->kind };
	struct net_device *dev = make(test);
	netdev_features_t taken;

	if (c->kind)
		dev->rtnl_link_ops = &link_ops;
	if (c->kind && !strncmp(c->kind, "tun", 3)) {
		asked = strstr(c->kind, "all") ? CSUM | TSO :
			strstr(c->kind, "csum") ? CSUM : 0;
		link_ops.kind = "tun";
		dev->netdev_ops = &tun_ops;
	}
	dev->features = c->on;
	dev->wanted_features = c->wanted;
	dev->hw_features = c->can;

	taken = nf_csum_offload_exchange(dev, c->taken, c->mask);
	KUNIT_EXPECT_EQ(test, taken, c->taken_after);
	KUNIT_EXPECT_EQ(test, dev->wanted_features, c->wanted_after);
	KUNIT_EXPECT_EQ(test, dev->features, c->on);
	KUNIT_EXPECT_EQ(test, dev->hw_features, c->can);
	free_netdev(dev);
}

static void offload_towards_xdp(struct kunit *test)
{
	struct rtnl_link_ops link_ops = { .kind = "veth" };
	struct net_device *dev = make(test);

	dev->hw_features = CSUM;
	KUNIT_EXPECT_FALSE(test, nf_csum_offload_towards_xdp(dev));
	dev->rtnl_link_ops = &link_ops;
	KUNIT_EXPECT_TRUE(test, nf_csum_offload_towards_xdp(dev));
	dev->hw_features |= TSO;
	KUNIT_EXPECT_FALSE(test, nf_csum_offload_towards_xdp(dev));
	link_ops.kind = "dummy";
	dev->hw_features = CSUM;
	KUNIT_EXPECT_FALSE(test, nf_csum_offload_towards_xdp(dev));
	free_netdev(dev);
}

/* A device that was found out, in the namespace that all begins with. */
static void offload_prove(struct kunit *test)
{
	const netdev_features_t had = OTHERS | CSUM | TSO | CRC;
	struct net_device *dev = make(test);

	dev->hw_features = had;
	dev->features = had;
	KUNIT_ASSERT_EQ(test, register_netdev(dev), 0);
	KUNIT_EXPECT_EQ(test, dev->features & ALL, CSUM | TSO | CRC);
	KUNIT_EXPECT_FALSE(test, nf_csum_offload_is_taken(dev));

	rtnl_lock();
	nf_csum_offload_prove(dev);
	KUNIT_EXPECT_EQ(test, dev->features & ALL, 0ULL);
	KUNIT_EXPECT_EQ(test, dev->features & NETIF_F_GSO, NETIF_F_GSO);
	KUNIT_EXPECT_TRUE(test, nf_csum_offload_is_taken(dev));

	/* Again is no different, and what comes on is taken again. */
	nf_csum_offload_prove(dev);
	KUNIT_EXPECT_EQ(test, dev->features & ALL, 0ULL);
	dev->wanted_features |= CSUM | TSO;
	netdev_update_features(dev);
	KUNIT_EXPECT_EQ(test, dev->features & ALL, 0ULL);
	KUNIT_EXPECT_EQ(test, dev->wanted_features & ALL, 0ULL);
	KUNIT_EXPECT_TRUE(test, nf_csum_offload_is_taken(dev));
	rtnl_unlock();

	unregister_netdev(dev);
	KUNIT_EXPECT_EQ(test, dev->features & ALL, 0ULL);
	free_netdev(dev);
}

/* There is none that could be found out any more. */
static void offload_prove_too_late(struct kunit *test)
{
	struct net_device *dev = make(test);

	dev->hw_features = CSUM;
	dev->features = CSUM;
	rtnl_lock();
	nf_csum_offload_prove(dev);
	KUNIT_EXPECT_FALSE(test, nf_csum_offload_is_taken(dev));
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, dev->features, CSUM);
	free_netdev(dev);
}

static struct kunit_case offload_test_cases[] = {
	KUNIT_CASE_PARAM(offload_exchange, offload_gen_params),
	KUNIT_CASE(offload_towards_xdp),
	KUNIT_CASE(offload_prove),
	KUNIT_CASE(offload_prove_too_late),
	{}
};

static struct kunit_suite offload_suite = {
	.name = "nf_csum_offload",
	.test_cases = offload_test_cases,
};

kunit_test_suite(offload_suite);
