// SPDX-License-Identifier: GPL-2.0
/*
 * What is registered beside the IP hooks, and when: a hook for frames that a bridge
 * forwards, and one at the ingress of a device from which somebody else (a
 * flowtable) takes packets before IP sees them. What becomes of a packet is in
 * path.c.
 */
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include <nf_csum/evidence.h>
#include <nf_csum/link.h>
#include <nf_csum/netns.h>
#include <nf_csum/offload.h>
#include <nf_csum/path.h>

/* Behind br_netfilter, which shows frames to the IP hooks. */
#define PRIORITY_BEHIND_BR_NETFILTER	1
#define PRIORITY_FIRST			INT_MIN

/* A hook of one device. */
struct nf_csum_ingress {
	struct nf_hook_ops ops;
	struct rcu_head rcu;
};

static bool wants_bridge(const struct nf_csum_net *nfc)
{
	u8 bridged = READ_ONCE(nfc->knobs.bridged);

	/* Where nothing can hook into bridges, asking for it WARNs. */
	if (!IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE))
		return false;
	if (READ_ONCE(nfc->link.closing) || !READ_ONCE(nfc->knobs.mode) ||
	    bridged == NF_CSUM_BRIDGED_NOT)
		return false;
	/* A device without offloads finishes what it is handed. */
	return bridged == NF_CSUM_BRIDGED_ALWAYS ||
	       nf_csum_offload_any(nfc->net);
}

static void sync_bridge(struct nf_csum_net *nfc)
{
	struct nf_csum_link *link = &nfc->link;
	bool wanted = wants_bridge(nfc);

	if (wanted == link->bridge_hooked)
		return;
	if (!wanted) {
		nf_unregister_net_hook(nfc->net, &link->bridge);
		link->bridge_hooked = false;
		return;
	}
	link->bridge.hook = nf_csum_bridge_forward;
	link->bridge.priv = nfc;
	link->bridge.pf = NFPROTO_BRIDGE;
	link->bridge.hooknum = NF_BR_FORWARD;
	link->bridge.priority = PRIORITY_BEHIND_BR_NETFILTER;
	link->bridge_hooked = !nf_register_net_hook(nfc->net, &link->bridge);
}

#ifdef CONFIG_NETFILTER_INGRESS

static struct nf_csum_iface *iface_of_dev(struct nf_csum_net *nfc,
					  const struct net_device *dev)
{
	struct nf_csum_iface *iface;

	iface = xa_load(&nfc->ifaces.by_index, dev->ifindex);
	return iface && iface->dev == dev ? iface : NULL;
}

static void stop_ingress(struct nf_csum_net *nfc, struct nf_csum_iface *iface)
{
	if (!iface->ingress)
		return;
	nf_unregister_net_hook(nfc->net, &iface->ingress->ops);
	kfree_rcu(iface->ingress, rcu);
	WRITE_ONCE(iface->ingress, NULL);
	nfc->link.ingress_hooks--;
}

static bool start_ingress(struct nf_csum_net *nfc, struct nf_csum_iface *iface,
			  struct net_device *dev)
{
	struct nf_csum_ingress *ingress;

	ingress = kzalloc(sizeof(*ingress), GFP_KERNEL);
	if (!ingress)
		return false;
	ingress->ops.hook = nf_csum_ingress;
	ingress->ops.priv = nfc;
	ingress->ops.dev = dev;
	ingress->ops.pf = NFPROTO_NETDEV;
	ingress->ops.hooknum = NF_NETDEV_INGRESS;
	ingress->ops.priority = PRIORITY_FIRST;
	if (nf_register_net_hook(nfc->net, &ingress->ops)) {
		kfree(ingress);
		return false;
	}
	WRITE_ONCE(iface->ingress, ingress);
	nfc->link.ingress_hooks++;
	return true;
}

static unsigned int hooks_of(const struct net_device *dev)
{
	const struct nf_hook_entries *hooks;
	unsigned int count;

	/* Others change them without the RTNL. */
	rcu_read_lock();
	hooks = rcu_dereference(dev->nf_hooks_ingress);
	count = hooks ? hooks->num_hook_entries : 0;
	rcu_read_unlock();
	return count;
}

/* Is anybody but this module hooked in there? */
static bool has_other_ingress(const struct net_device *dev,
			      const struct nf_csum_iface *iface)
{
	return hooks_of(dev) > (iface->ingress ? 1 : 0);
}

/*
 * A hook is wanted where a packet of @dev could be taken away: at @dev itself, or at a
 * device below it. Says whether all such hooks are there now.
 */
static bool want_at(struct nf_csum_net *nfc, struct net_device *dev)
{
	struct nf_csum_iface *iface = iface_of_dev(nfc, dev);
	struct net_device *lower;
	struct list_head *iter;
	bool all = true;

	if (!iface)
		return true;
	if (!iface->ingress && hooks_of(dev))
		all = start_ingress(nfc, iface, dev);
	if (!nf_csum_iface_is_stacked(dev))
		return all;
	netdev_for_each_lower_dev(dev, lower, iter)
		if (net_eq(dev_net(lower), nfc->net))
			all &= want_at(nfc, lower);
	return all;
}

static void sync_ingress(struct nf_csum_net *nfc)
{
	bool wanted = !READ_ONCE(nfc->link.closing) &&
		      nf_csum_repairs(&nfc->knobs);
	struct nf_csum_iface *iface;
	struct net_device *dev;

	for_each_netdev(nfc->net, dev) {
		iface = iface_of_dev(nfc, dev);
		if (!iface)
			continue;
		if (!wanted || !has_other_ingress(dev, iface))
			stop_ingress(nfc, iface);
		if (!READ_ONCE(iface->ingress_wanted))
			continue;
		/*
		 * Done, so it need not stay wanted: a packet asks again if there is
		 * need. What could not be had stays wanted, or every packet would ask.
		 */
		WRITE_ONCE(iface->ingress_wanted, wanted && !want_at(nfc, dev));
	}
}

/* The kernel nests devices no deeper. */
#define MAX_DEPTH	8

/*
 * Is there a place where want_at() would put a hook? The two have to agree: what is
 * asked for and never comes would be asked for by every packet.
 */
static bool lacks_ingress(struct nf_csum_net *nfc, struct net_device *dev,
			  unsigned int depth)
{
	const struct nf_csum_iface *iface;
	struct net_device *lower;
	struct list_head *iter;

	iface = nf_csum_iface_find(&nfc->ifaces, dev->ifindex);
	if (!iface)
		return false;
	if (!READ_ONCE(iface->ingress) && nf_csum_link_has_ingress(dev))
		return true;
	if (!depth || !(READ_ONCE(iface->flags) & NF_CSUM_IFACE_STACKED))
		return false;
	iter = &dev->adj_list.lower;
	while ((lower = netdev_next_lower_dev_rcu(dev, &iter)))
		if (net_eq(dev_net(lower), nfc->net) &&
		    lacks_ingress(nfc, lower, depth - 1))
			return true;
	return false;
}

/**
 * nf_csum_link_want_ingress - ask for a hook where a device receives
 * @nfc: the namespace
 * @iface: the interface that a repaired packet came from
 * @dev: its device
 *
 * The hook is registered by a work item, if somebody else has one there.
 *
 * Context: Softirq or process, under RCU.
 */
void nf_csum_link_want_ingress(struct nf_csum_net *nfc,
			       struct nf_csum_iface *iface,
			       const struct net_device *dev)
{
	if (!lacks_ingress(nfc, (struct net_device *)dev, MAX_DEPTH))
		return;
	WRITE_ONCE(iface->ingress_wanted, true);
	nf_csum_link_changed(nfc);
}

/**
 * nf_csum_link_forget - a device goes, and its hook with it
 * @nfc: the namespace
 * @iface: its interface
 *
 * Context: Under the RTNL.
 */
void nf_csum_link_forget(struct nf_csum_net *nfc, struct nf_csum_iface *iface)
{
	stop_ingress(nfc, iface);
}

#else

static void sync_ingress(struct nf_csum_net *nfc)
{
}

void nf_csum_link_want_ingress(struct nf_csum_net *nfc,
			       struct nf_csum_iface *iface,
			       const struct net_device *dev)
{
}

void nf_csum_link_forget(struct nf_csum_net *nfc, struct nf_csum_iface *iface)
{
}

#endif /* CONFIG_NETFILTER_INGRESS */

/**
 * nf_csum_link_sync - register and unregister what the knobs want now
 * @nfc: the namespace
 *
 * Context: Process, may sleep; takes the RTNL.
 */
void nf_csum_link_sync(struct nf_csum_net *nfc)
{
	rtnl_lock();
	nf_csum_evidence_sync(nfc);
	sync_bridge(nfc);
	sync_ingress(nfc);
	rtnl_unlock();
}

static void sync_work(struct work_struct *work)
{
	nf_csum_link_sync(container_of(work, struct nf_csum_net, link.sync));
}

static void idle_work(struct work_struct *work)
{
	nf_csum_link_sync(container_of(work, struct nf_csum_net,
				       link.idle.work));
}

/**
 * nf_csum_link_changed - have the same done soon
 * @nfc: the namespace
 *
 * Context: Any.
 */
void nf_csum_link_changed(struct nf_csum_net *nfc)
{
	if (!READ_ONCE(nfc->link.closing))
		schedule_work(&nfc->link.sync);
}

/**
 * nf_csum_link_init - prepare a namespace
 * @nfc: the namespace
 *
 * Context: Process.
 */
void nf_csum_link_init(struct nf_csum_net *nfc)
{
	INIT_WORK(&nfc->link.sync, sync_work);
	INIT_DELAYED_WORK(&nfc->link.idle, idle_work);
}

/**
 * nf_csum_link_stop - unregister everything, as the namespace ends
 * @nfc: the namespace
 *
 * Does not wait: packets may be in the hooks until a grace period of RCU later.
 *
 * Context: Process, may sleep; takes the RTNL.
 */
void nf_csum_link_stop(struct nf_csum_net *nfc)
{
	WRITE_ONCE(nfc->link.closing, true);
	/* Packets may go on asking, but the work does nothing for them. */
	cancel_work_sync(&nfc->link.sync);
	cancel_delayed_work_sync(&nfc->link.idle);
	/* Most namespaces have none of these, and many may end at once. */
	if (READ_ONCE(nfc->link.bridge_hooked) ||
	    READ_ONCE(nfc->link.watch_hooked) ||
	    READ_ONCE(nfc->link.ingress_hooks))
		nf_csum_link_sync(nfc);
}

/**
 * nf_csum_link_exit - be done with a namespace
 * @nfc: the namespace, a grace period of RCU after nf_csum_link_stop()
 *
 * Context: Process, may sleep.
 */
void nf_csum_link_exit(struct nf_csum_net *nfc)
{
	/* A packet may have asked for something meanwhile. */
	cancel_work_sync(&nfc->link.sync);
	cancel_delayed_work_sync(&nfc->link.idle);
}
