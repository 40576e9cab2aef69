/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NF_CSUM_COMPAT_NETDEV_LOCK_H
#define NF_CSUM_COMPAT_NETDEV_LOCK_H

#ifdef NF_CSUM_HAVE_netdev_lock_ops
#include_next <net/netdev_lock.h>
#else

#include <linux/netdevice.h>

/* Older kernels have no lock of a device's own: the RTNL is enough. */
static inline void netdev_lock_ops(struct net_device *dev)
{
}

static inline void netdev_unlock_ops(struct net_device *dev)
{
}

#endif
#endif /* NF_CSUM_COMPAT_NETDEV_LOCK_H */
