/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that IP hooks do not see, or see too late. */
#ifndef NF_CSUM_LINK_H
#define NF_CSUM_LINK_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <nf_csum/iface.h>

struct nf_csum_net;

#define NF_CSUM_WATCH_HOOKS	2

/**
 * struct nf_csum_link - what is registered beside the IP hooks of a namespace
 * @sync: brings it up to what is wanted
 * @bridge: the hook for frames that a bridge forwards
 * @bridge_hooked: it is registered; under the RTNL
 * @watch: hooks that look for lost GSO packets, see evidence.c
 * @watch_hooked: they are registered; under the RTNL
 * @idle: takes those hooks away when no device was watched for a while
 * @idle_until: when that is, in jiffies; 0 while one is watched; under the RTNL
 * @watches: how many devices are watched; under the RTNL
 * @ingress_hooks: how many devices have a hook at ingress; under the RTNL
 * @closing: nothing may be registered any more
 */
struct nf_csum_link {
	struct work_struct sync;
	struct nf_hook_ops bridge;
	struct nf_hook_ops watch[NF_CSUM_WATCH_HOOKS];
	struct delayed_work idle;
	unsigned long idle_until;
	unsigned int watches;
	unsigned int ingress_hooks;
	bool watch_hooked;
	bool bridge_hooked;
	bool closing;
};

void nf_csum_link_init(struct nf_csum_net *nfc);
void nf_csum_link_sync(struct nf_csum_net *nfc);
void nf_csum_link_changed(struct nf_csum_net *nfc);
void nf_csum_link_stop(struct nf_csum_net *nfc);
void nf_csum_link_exit(struct nf_csum_net *nfc);
void nf_csum_link_want_ingress(struct nf_csum_net *nfc,
			       struct nf_csum_iface *iface,
			       const struct net_device *dev);
void nf_csum_link_forget(struct nf_csum_net *nfc, struct nf_csum_iface *iface);

/* Does somebody hook into what a device receives, before IP does? */
static inline bool nf_csum_link_has_ingress(const struct net_device *dev)
{
#ifdef CONFIG_NETFILTER_INGRESS
	return rcu_access_pointer(dev->nf_hooks_ingress);
#else
	return false;
#endif
}

/*
 * A packet that came in through @dev was repaired. The next ones of its flow may
 * be taken away before IP sees them, by a flowtable for one.
 */
static inline void nf_csum_link_repaired(struct nf_csum_net *nfc,
					 struct nf_csum_iface *iface,
					 const struct net_device *dev)
{
	if (iface && !READ_ONCE(iface->ingress_wanted) &&
	    (nf_csum_link_has_ingress(dev) ||
	     READ_ONCE(iface->flags) & NF_CSUM_IFACE_STACKED))
		nf_csum_link_want_ingress(nfc, iface, dev);
}

#endif /* NF_CSUM_LINK_H */
