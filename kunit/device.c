// SPDX-License-Identifier: GPL-2.0
/* A device that a test has made, and that swallows what it sends. */
#include <kunit/test.h>

#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <net/rtnetlink.h>

#include "device.h"

netdev_tx_t device_swallow(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops ops = {
	.ndo_start_xmit	= device_swallow,
};

/* Not registered yet; the caller has to free it. */
struct net_device *device_alloc(struct kunit *test, const char *name,
				struct rtnl_link_ops *kind)
{
	struct net_device *dev = alloc_netdev(0, name, NET_NAME_UNKNOWN,
					      ether_setup);

	KUNIT_ASSERT_NOT_NULL(test, dev);
	dev->netdev_ops = &ops;
	dev->rtnl_link_ops = kind;
	eth_hw_addr_random(dev);
	return dev;
}

struct net_device *device_make(struct kunit *test, const char *name,
			       struct rtnl_link_ops *kind)
{
	struct net_device *dev = device_alloc(test, name, kind);

	KUNIT_ASSERT_EQ(test, register_netdev(dev), 0);
	return dev;
}

void device_unmake(struct net_device *dev)
{
	unregister_netdev(dev);
	free_netdev(dev);
}
