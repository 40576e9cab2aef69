// SPDX-License-Identifier: GPL-2.0
/*
 * Devices whose far end reads bytes only. That a checksum is pending, or that a
 * packet is still to be segmented, is known beside the packet, and does not get
 * there. So these devices have their offloads taken. The kernel then finishes and
 * segments everything right before it hands it to them, whoever sent it: sockets,
 * routers, bridges, flowtables, tc. No packet passes this file.
 */
#include <linux/errno.h>
#include <linux/hashtable.h>
#include <linux/if.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/netdev_lock.h>
#include <net/rtnetlink.h>

#include <kunit/visibility.h>

#include <nf_csum/link.h>
#include <nf_csum/netns.h>
#include <nf_csum/offload.h>

/**
 * struct record - a device that has its offloads taken
 * @node: in the table of all of them
 * @dev: the device; the record is freed before it is
 * @mask: features that it must not have
 * @taken: those of them that it had, and gets back
 * @proven: its far end was seen to read bytes only
 * @hooked: @egress is registered: the device keeps its features, and the hook does
 *	the work before it
 * @egress: its hook, for devices whose features cannot be changed
 * @rcu: to free it
 */
struct record {
	struct hlist_node node;
	struct net_device *dev;
	netdev_features_t mask;
	netdev_features_t taken;
	bool proven;
	bool hooked;
	struct nf_hook_ops egress;
	struct rcu_head rcu;
};

/* Written under the RTNL; /proc reads it under RCU. */
static DEFINE_HASHTABLE(records, 6);

/* Nothing is taken before the notifier is there, nor once the module goes. */
static bool active;

static unsigned long key_of(const struct net_device *dev)
{
	return (unsigned long)dev;
}

static struct record *find(const struct net_device *dev)
{
	struct record *rec;

	hash_for_each_possible_rcu(records, rec, node, key_of(dev),
				   lockdep_rtnl_is_held())
		if (rec->dev == dev)
			return rec;
	return NULL;
}

/* Without memory a device keeps its offloads: that must not hinder its making. */
static struct record *find_or_add(struct net_device *dev)
{
	struct record *rec = find(dev);

	if (rec)
		return rec;
	rec = kzalloc(sizeof(*rec), GFP_KERNEL);
	if (!rec)
		return NULL;
	rec->dev = dev;
	hash_add_rcu(records, &rec->node, key_of(dev));
	return rec;
}

static void forget(struct record *rec)
{
	hash_del_rcu(&rec->node);
	kfree_rcu(rec, rcu);
}

static bool is_a(const struct net_device *dev, const char *kind)
{
	return dev->rtnl_link_ops && !strcmp(dev->rtnl_link_ops->kind, kind);
}

/* They have the features of the device below, which a packet need not come to. */
static bool has_fixed_features(const struct net_device *dev)
{
	return is_a(dev, "macvlan") || is_a(dev, "ipvlan");
}

static void set_hook(struct record *rec, bool on)
{
	if (on && !rec->hooked) {
		on = !nf_csum_egress_start(rec->dev, &rec->egress);
		WRITE_ONCE(rec->hooked, on);
	} else if (!on && rec->hooked) {
		nf_csum_egress_stop(&rec->egress);
		WRITE_ONCE(rec->hooked, false);
	}
}

/**
 * nf_csum_offload_towards_xdp - see whether a veth's peer runs native XDP
 * @dev: any device
 *
 * Such a program redirects bytes. When one comes, veth takes the GSO features
 * out of what the other end can have, and puts them back when it goes; it says
 * so (NETDEV_FEAT_CHANGE) before anything else shows that the program is there.
 *
 * Context: Under the RTNL.
 * Return: true if what @dev sends ends up in a native XDP program.
 */
bool nf_csum_offload_towards_xdp(const struct net_device *dev)
{
	return is_a(dev, "veth") && !(dev->hw_features & NETIF_F_TSO);
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_offload_towards_xdp);

/*
 * What a device may get back: never what it cannot have any more, or it would
 * have that for ever. But a veth keeps on wanting GSO while its peer's XDP
 * program forbids it, and denies it to itself.
 */
static netdev_features_t returnable(struct net_device *dev,
				    netdev_features_t features)
{
	netdev_features_t can = dev->hw_features;

	if (is_a(dev, "veth"))
		can |= NETIF_F_GSO_SOFTWARE;
	features &= can;
	/* Its owner may have said meanwhile that it takes less: TUNSETOFFLOAD. */
	if (is_a(dev, "tun") && dev->netdev_ops->ndo_fix_features)
		features &= dev->netdev_ops->ndo_fix_features(dev, features);
	return features;
}

/**
 * nf_csum_offload_exchange - take features from a device, give others back
 * @dev: the device; only what is wanted of it changes, not yet what it does
 * @taken: what was taken from it before
 * @mask: what it must not have from now on
 *
 * What is off already is not taken, so that it is not given back: it is what the
 * administrator wanted, or cannot be. Should it come on later, it is taken then.
 *
 * Context: Under the RTNL, and the device's own lock where it has one.
 * Return: what is taken from it now.
 */
netdev_features_t nf_csum_offload_exchange(struct net_device *dev,
					   netdev_features_t taken,
					   netdev_features_t mask)
{
	netdev_features_t take;

	dev->wanted_features |= returnable(dev, taken & ~mask);
	take = dev->features & dev->wanted_features & mask;
	dev->wanted_features &= ~take;
	return (taken & mask) | take;
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_offload_exchange);

/* Which features a device must not have. */
static netdev_features_t mask_for(const struct net_device *dev,
				  const struct record *rec)
{
	struct nf_csum_net *nfc = nf_csum_pernet(dev_net(dev));

	if (!active || dev->flags & IFF_LOOPBACK || !nf_csum_repairs(&nfc->knobs) ||
	    READ_ONCE(nfc->knobs.no_offload) == NF_CSUM_SCOPE_NONE)
		return 0;
	if (nf_csum_is_listed(rtnl_dereference(nfc->ifaces.lists[NF_CSUM_LIST_OFFLOAD]),
			      dev->name) ||
	    (rec && rec->proven))
		return NF_CSUM_OFFLOAD_ALL;
	if (nf_csum_offload_towards_xdp(dev))
		return NF_CSUM_OFFLOAD_CSUM;
	return 0;
}

/*
 * Brings a device to what it should be now. Its own lock, where it has one, is
 * held.
 */
static void update(struct net_device *dev)
{
	struct record *rec = find(dev);
	netdev_features_t mask = mask_for(dev, rec), wanted;

	if (!rec && !mask)
		return;
	if (!rec) {
		rec = find_or_add(dev);
		if (!rec)
			return;
	}
	/*
	 * Everything is in the record before the device changes: the event that
	 * tells of the change calls this function again.
	 */
	wanted = dev->wanted_features;
	WRITE_ONCE(rec->mask, mask);
	rec->taken = nf_csum_offload_exchange(dev, rec->taken, mask);
	set_hook(rec, mask == NF_CSUM_OFFLOAD_ALL && has_fixed_features(dev));
	/* A bridge's hook is there for these, and this may be another namespace. */
	nf_csum_link_changed(nf_csum_pernet(dev_net(dev)));
	if (!mask)
		forget(rec);
	if (dev->wanted_features != wanted)
		netdev_update_features(dev);
}

static void lock_and_update(struct net_device *dev)
{
	netdev_lock_ops(dev);
	update(dev);
	netdev_unlock_ops(dev);
}

/**
 * nf_csum_offload_update - follow a change of a namespace's knobs
 * @nfc: the namespace
 *
 * Context: Process context under the RTNL, may sleep.
 */
void nf_csum_offload_update(struct nf_csum_net *nfc)
{
	struct net_device *dev;

	ASSERT_RTNL();
	if (!active)
		return;
	for_each_netdev(nfc->net, dev)
		lock_and_update(dev);
}

/**
 * nf_csum_offload_follow - the same for those who do not hold the RTNL
 * @nfc: the namespace
 *
 * Context: Process, may sleep; takes the RTNL.
 */
void nf_csum_offload_follow(struct nf_csum_net *nfc)
{
	/* A namespace that is being made has no devices. */
	if (list_empty(&nfc->net->dev_base_head))
		return;
	rtnl_lock();
	nf_csum_offload_update(nfc);
	rtnl_unlock();
}

/**
 * nf_csum_offload_prove - take the offloads of a device whose far end was found out
 * @dev: a registered device; its far end is known to read bytes only
 *
 * Holds until the device goes, or its namespace's mode or no_offload says that
 * nothing is to be taken.
 *
 * Context: Process context under the RTNL, without the device's own lock; may
 * sleep.
 */
void nf_csum_offload_prove(struct net_device *dev)
{
	struct record *rec;

	ASSERT_RTNL();
	if (!active || dev->reg_state != NETREG_REGISTERED)
		return;
	rec = find_or_add(dev);
	if (!rec)
		return;
	rec->proven = true;
	lock_and_update(dev);
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_offload_prove);

/**
 * nf_csum_offload_is_taken - see whether everything leaves a device finished
 * @dev: the device
 *
 * Not every device that was named lets its offloads be changed.
 *
 * Context: Under RCU or the RTNL.
 * Return: true if that is this module's doing.
 */
bool nf_csum_offload_is_taken(const struct net_device *dev)
{
	const struct record *rec = find(dev);

	return rec && (READ_ONCE(rec->hooked) ||
		       !(READ_ONCE(rec->mask) & NF_CSUM_OFFLOAD_CSUM &
			 READ_ONCE(dev->features)));
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_offload_is_taken);

/**
 * nf_csum_offload_any - see whether a namespace has a device without offloads
 * @net: the namespace
 *
 * Context: Any.
 * Return: true if that is this module's doing.
 */
bool nf_csum_offload_any(const struct net *net)
{
	const struct record *rec;
	bool found = false;
	unsigned int i;

	rcu_read_lock();
	hash_for_each_rcu(records, i, rec, node)
		if (READ_ONCE(rec->mask) && net_eq(dev_net(rec->dev), net))
			found = true;
	rcu_read_unlock();
	return found;
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_offload_any);

static int handle_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct record *rec;

	switch (event) {
	case NETDEV_REGISTER:	/* or it has come from another namespace */
	case NETDEV_CHANGENAME:
	case NETDEV_FEAT_CHANGE:
		/* The lock of a device's own is held, where it has one. */
		if (dev->reg_state == NETREG_REGISTERED)
			update(dev);
		break;
	case NETDEV_UNREGISTER:
		rec = find(dev);
		if (!rec)
			break;
		set_hook(rec, false);
		/*
		 * A device that only changes its namespace stays registered, and
		 * is seen to when it arrives: here its own lock is not held.
		 */
		nf_csum_link_changed(nf_csum_pernet(dev_net(dev)));
		if (dev->reg_state != NETREG_REGISTERED)
			forget(rec);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = handle_event,
};

/* Not in the events that unregistering replays: devices are not locked there. */
static void give_all_back(void)
{
	struct record *rec;
	unsigned int i;

	rtnl_lock();
	active = false;
	for (i = 0; i < HASH_SIZE(records); i++) {
		/* A device takes those above it along, so begin anew each time. */
		while (!hlist_empty(&records[i])) {
			rec = hlist_entry(records[i].first, struct record,
					  node);
			lock_and_update(rec->dev);
		}
	}
	rtnl_unlock();
}

/**
 * nf_csum_offload_register - begin to take offloads
 *
 * Context: Process context, may sleep; takes the RTNL.
 * Return: 0 or a negative errno; then nothing is taken.
 */
int nf_csum_offload_register(void)
{
	int err;

	rtnl_lock();
	active = true;
	rtnl_unlock();
	err = register_netdevice_notifier(&notifier);
	if (err)
		give_all_back();
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_offload_register);

/**
 * nf_csum_offload_unregister - give everything back, and take nothing more
 *
 * Context: Process context, may sleep; takes the RTNL.
 */
void nf_csum_offload_unregister(void)
{
	give_all_back();
	unregister_netdevice_notifier(&notifier);
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_offload_unregister);
