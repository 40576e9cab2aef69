/* SPDX-License-Identifier: GPL-2.0 */
/* A device that a test has made, and that swallows what it sends. */
#ifndef NF_CSUM_KUNIT_DEVICE_H
#define NF_CSUM_KUNIT_DEVICE_H

#include <linux/netdevice.h>

struct kunit;
struct rtnl_link_ops;

netdev_tx_t device_swallow(struct sk_buff *skb, struct net_device *dev);
struct net_device *device_alloc(struct kunit *test, const char *name,
				struct rtnl_link_ops *kind);
struct net_device *device_make(struct kunit *test, const char *name,
			       struct rtnl_link_ops *kind);
void device_unmake(struct net_device *dev);

#endif /* NF_CSUM_KUNIT_DEVICE_H */
