// SPDX-License-Identifier: GPL-2.0
/*
 * The interfaces of a namespace: what kind of device each one is, and whether the
 * administrator named it. That is worked out when an interface appears or is
 * renamed, when what is below it changes, and when the lists change. So no packet
 * has to compare names.
 */
#include <linux/ctype.h>
#include <linux/glob.h>
#include <linux/if.h>
#include <linux/llist.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/rtnetlink.h>

#include <nf_csum/count.h>
#include <nf_csum/evidence.h>
#include <nf_csum/iface.h>
#include <nf_csum/netns.h>
#include <nf_csum/offload.h>

static const struct {
	const char *kind;
	unsigned long flags;
} kinds[] = {
	{ "veth",	NF_CSUM_IFACE_FINISH },
	{ "tun",	NF_CSUM_IFACE_FINISH },
	{ "macvtap",	NF_CSUM_IFACE_FINISH },
	{ "ipvtap",	NF_CSUM_IFACE_FINISH },
	{ "bridge",	NF_CSUM_IFACE_FINISH },
	{ "netkit",	NF_CSUM_IFACE_FINISH },
	{ "openvswitch", NF_CSUM_IFACE_FINISH },
};

/*
 * A process on this host that plays a network card answers for what it sends. A
 * tun is mostly a VPN's, and what comes out of that was sent by a remote.
 */
static bool is_tap(const struct net_device *dev)
{
	return !strcmp(dev->rtnl_link_ops->kind, "tun") &&
	       !(dev->flags & IFF_POINTOPOINT);
}

static unsigned long classify(const struct net_device *dev)
{
	unsigned long flags = 0;
	unsigned int i;

	if (dev->flags & IFF_LOOPBACK)
		return NF_CSUM_IFACE_LOOPBACK;
	if (!dev->rtnl_link_ops)
		return 0;
	if (is_tap(dev))
		flags |= NF_CSUM_IFACE_TRUST;
	if (netif_is_bridge_master(dev) || netif_is_ovs_master(dev))
		flags |= NF_CSUM_IFACE_MANY;
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(dev->rtnl_link_ops->kind, kinds[i].kind))
			flags |= kinds[i].flags;
	return flags;
}

/**
 * nf_csum_is_listed - see whether an administrator named an interface
 * @globs: the names and globs, NULL for none
 * @name: the interface's
 *
 * Context: Any; the RTNL protects a namespace's lists.
 * Return: true if one of @globs matches @name.
 */
bool nf_csum_is_listed(const struct nf_csum_globs *globs, const char *name)
{
	unsigned int i;

	for (i = 0; globs && i < globs->count; i++)
		if (glob_match(globs->glob[i], name))
			return true;
	return false;
}

/**
 * nf_csum_iface_is_stacked - say whether a device only passes packets on
 * @dev: any device
 *
 * Context: Under RCU or the RTNL.
 * Return: true if what leaves @dev leaves through a device below it, as it is.
 */
bool nf_csum_iface_is_stacked(const struct net_device *dev)
{
	static const char * const names[] = {
		"vlan", "bond", "team", "macvlan", "ipvlan", "vrf",
	};
	unsigned int i;

	for (i = 0; dev->rtnl_link_ops && i < ARRAY_SIZE(names); i++)
		if (!strcmp(dev->rtnl_link_ops->kind, names[i]))
			return true;
	return false;
}

/* The kernel nests devices no deeper. */
#define MAX_DEPTH	8

/*
 * What leaves through a stacked device leaves through one of those below it. So it is
 * finished if any of these wants that. What comes in is trusted if all of these are.
 * A device below may be in another namespace: the lists of that one hold for it.
 */
static unsigned long flags_of(struct net_device *dev, unsigned int depth)
{
	const struct nf_csum_ifaces *ifaces = &nf_csum_pernet(dev_net(dev))->ifaces;
	unsigned long flags = classify(dev), lower_flags;
	unsigned long any = 0, all = NF_CSUM_IFACE_TRUST;
	struct net_device *lower;
	struct list_head *iter;

	if (nf_csum_is_listed(rtnl_dereference(ifaces->lists[NF_CSUM_LIST_FINISH]),
			      dev->name))
		flags |= NF_CSUM_IFACE_FINISH;
	if (nf_csum_is_listed(rtnl_dereference(ifaces->lists[NF_CSUM_LIST_TRUST]),
			      dev->name))
		flags |= NF_CSUM_IFACE_TRUST;
	if (!depth || !nf_csum_iface_is_stacked(dev))
		return flags;
	flags |= NF_CSUM_IFACE_STACKED;
	netdev_for_each_lower_dev(dev, lower, iter) {
		lower_flags = flags_of(lower, depth - 1);
		any |= lower_flags;
		all &= lower_flags;
	}
	flags |= any & (NF_CSUM_IFACE_FINISH | NF_CSUM_IFACE_MANY);
	if (any)
		flags |= all;
	return flags;
}

/**
 * struct update - what is worked out once for all devices that an event concerns
 * @net: devices in this namespace are left out, NULL for none
 * @asked: @stay is known
 * @stay: whatever leaves through a port of Open vSwitch stays on this host
 */
struct update {
	const struct net *net;
	bool asked;
	bool stay;
};

static bool stays_here(struct net_device *dev, struct update *update);

/* The other end of a veth or netkit; NULL if there is none, as when it is being made. */
static struct net_device *peer_of(const struct net_device *dev)
{
	const struct rtnl_link_ops *ops = dev->rtnl_link_ops;

	if (!ops || !ops->get_link_net ||
	    (strcmp(ops->kind, "veth") && strcmp(ops->kind, "netkit")))
		return NULL;
	return __dev_get_by_index(ops->get_link_net(dev), dev_get_iflink(dev));
}

/*
 * Is @dev wired to a port of a bridge with a way out of this host? No further: pairs can
 * go round in circles.
 */
static bool leads_away(const struct net_device *dev)
{
	struct net_device *peer = peer_of(dev), *master;

	master = peer ? netdev_master_upper_dev_get(peer) : NULL;
	return master && !stays_here(master, NULL);
}

/*
 * A host uses several devices of one Open vSwitch, and the switch's ports are below
 * yet another device, which may be in another namespace. So all ports of the host are
 * taken to belong to one switch.
 */
static bool ports_stay_here(void)
{
	struct net_device *port, *master;
	const struct net *net;
	bool stay = true;

	rcu_read_lock();
	for_each_net_rcu(net) {
		for_each_netdev_rcu(net, port) {
			master = netdev_master_upper_dev_get_rcu(port);
			if (master && netif_is_ovs_master(master))
				stay &= stays_here(port, NULL);
		}
	}
	rcu_read_unlock();
	return stay;
}

/* A switch can have a thousand ports, and the host a thousand devices of it. */
static bool ports_stay(struct update *update)
{
	if (!update->asked)
		update->stay = ports_stay_here();
	update->asked = true;
	return update->stay;
}

/*
 * Does whatever leaves @dev stay on this host? It does if @dev is of a kind that leaves
 * checksums to others, and so are all devices below it, such as a bridge's ports. That
 * the administrator named it does not say where those others are. A tun that is no tap
 * is mostly a VPN's, whose other end is elsewhere. @update: look at the ports of Open
 * vSwitch, too, and at other ends. It is NULL in the second call: they may lead back here.
 */
static bool stays_here(struct net_device *dev, struct update *update)
{
	unsigned long flags = nf_csum_iface_is_stacked(dev) ?
			      flags_of(dev, MAX_DEPTH) : classify(dev);
	struct net_device *lower;
	struct list_head *iter;

	if (!(flags & NF_CSUM_IFACE_FINISH))
		return false;
	if (dev->rtnl_link_ops && !strcmp(dev->rtnl_link_ops->kind, "tun") &&
	    !is_tap(dev))
		return false;
	if (update && leads_away(dev))
		return false;
	netdev_for_each_lower_dev(dev, lower, iter)
		if (!stays_here(lower, update))
			return false;
	return !update || !netif_is_ovs_master(dev) || ports_stay(update);
}

static unsigned long all_flags_of(struct net_device *dev, struct update *update)
{
	unsigned long flags = flags_of(dev, MAX_DEPTH);

	return stays_here(dev, update) ? flags | NF_CSUM_IFACE_LOCAL : flags;
}

static int update_flags(struct net_device *dev, struct netdev_nested_priv *priv)
{
	struct nf_csum_net *nfc = nf_csum_pernet(dev_net(dev));
	struct update *update = priv->data;
	struct nf_csum_iface *iface;

	if (update->net && net_eq(dev_net(dev), update->net))
		return 0;
	iface = xa_load(&nfc->ifaces.by_index, dev->ifindex);
	if (iface && iface->dev == dev) {
		WRITE_ONCE(iface->flags, all_flags_of(dev, update));
		nf_csum_evidence_reset(iface);
	}
	return 0;
}

/* The devices on top of @dev; under the RTNL. */
static void update_above(struct net_device *dev, struct update *update)
{
	struct netdev_nested_priv priv = { .data = update };

	rcu_read_lock();
	netdev_walk_all_upper_dev_rcu(dev, update_flags, &priv);
	rcu_read_unlock();
}

/* A device, and those on top of it; under the RTNL. */
static void update_stack(struct net_device *dev, struct update *update)
{
	struct netdev_nested_priv priv = { .data = update };

	update_flags(dev, &priv);
	update_above(dev, update);
}

/* A host's devices of a switch are not on top of its ports: they are seen to here. */
static void update_switches(struct update *update)
{
	struct net_device *dev;
	const struct net *net;

	rcu_read_lock();
	for_each_net_rcu(net)
		for_each_netdev_rcu(net, dev)
			if (netif_is_ovs_master(dev))
				update_stack(dev, update);
	rcu_read_unlock();
}

static int is_switch(struct net_device *dev, struct netdev_nested_priv *unused)
{
	return netif_is_ovs_master(dev);
}

/* Is @dev a port of a switch, or below one? */
static bool is_below_switch(struct net_device *dev)
{
	struct netdev_nested_priv unused = {};
	bool below;

	rcu_read_lock();
	below = netdev_walk_all_upper_dev_rcu(dev, is_switch, &unused);
	rcu_read_unlock();
	return below;
}

static int update_peers(struct net_device *dev, struct netdev_nested_priv *priv)
{
	struct net_device *lower, *peer;
	struct list_head *iter;

	netdev_for_each_lower_dev(dev, lower, iter) {
		peer = peer_of(lower);
		if (peer)
			update_stack(peer, priv->data);
	}
	return 0;
}

/*
 * A port came or went, and what is wired to it has another far end. If packets leave the
 * host through it, that also concerns what is wired to the other ports. Under the RTNL.
 */
static void update_wired(struct net_device *port, struct net_device *upper,
			 struct update *update)
{
	struct netdev_nested_priv priv = { .data = update };
	struct net_device *peer = peer_of(port);

	if (peer)
		update_stack(peer, update);
	if (stays_here(port, NULL))
		return;
	update_peers(upper, &priv);
	rcu_read_lock();
	netdev_walk_all_upper_dev_rcu(upper, update_peers, &priv);
	rcu_read_unlock();
}

/* Can there be anything at the far end of @dev that loses GSO packets? */
static bool can_lose(const struct net_device *dev)
{
	return netif_carrier_ok(dev) && dev->features & NETIF_F_ALL_TSO;
}

static int look_anew(struct net_device *dev, struct netdev_nested_priv *unused)
{
	struct nf_csum_net *nfc = nf_csum_pernet(dev_net(dev));
	struct nf_csum_iface *iface;

	iface = xa_load(&nfc->ifaces.by_index, dev->ifindex);
	if (iface && iface->dev == dev && can_lose(dev))
		nf_csum_evidence_reset(iface);
	return 0;
}

/*
 * Something else may be at the far end of @dev, or it can have GSO now. That is also at
 * the far end of the devices on top of it, and a bridge keeps its carrier. Under the RTNL.
 */
static void far_end_changed(struct net_device *dev)
{
	struct netdev_nested_priv unused = {};
	struct update update = {};

	if (!can_lose(dev))
		return;
	look_anew(dev, &unused);
	rcu_read_lock();
	netdev_walk_all_upper_dev_rcu(dev, look_anew, &unused);
	rcu_read_unlock();
	if (is_below_switch(dev))
		update_switches(&update);
}

/*
 * The lists of a namespace have changed, and this is called for each of its devices.
 * So of the devices on top of this one only those in other namespaces are left to do:
 * with a thousand devices in a VRF, the VRF is not to be done a thousand times.
 */
static void update_named(struct net_device *dev, struct update *update)
{
	struct netdev_nested_priv priv = { .data = update };

	update->net = NULL;
	update_flags(dev, &priv);
	update->net = dev_net(dev);
	update_above(dev, update);
}

/* No packet is being counted for these any more. */
static void free_gone(struct nf_csum_net *nfc, struct llist_node *gone)
{
	struct nf_csum_iface *iface, *next;

	llist_for_each_entry_safe(iface, next, gone, gone) {
		nf_csum_iface_stats_detach(nfc, iface);
		kfree(iface);
	}
}

static void reap(struct work_struct *work)
{
	struct nf_csum_net *nfc = container_of(work, struct nf_csum_net,
					       ifaces.reap);
	struct llist_node *gone = llist_del_all(&nfc->ifaces.gone);

	if (!gone)
		return;
	synchronize_rcu();
	free_gone(nfc, gone);
}

/* Written under the RTNL only. */
static struct nf_csum_iface **cache_slot(struct nf_csum_net *nfc,
					 const struct nf_csum_iface *iface)
{
	return &nfc->ifaces.cache[iface->ifindex % NF_CSUM_IFACE_CACHE];
}

/* Without memory an interface stays unknown: that must not hinder its making. */
static void add_iface(struct nf_csum_net *nfc, struct net_device *dev)
{
	struct nf_csum_iface *iface;
	struct update update = {};

	iface = kzalloc(sizeof(*iface), GFP_KERNEL_ACCOUNT);
	if (!iface)
		goto err;
	if (xa_reserve(&nfc->ifaces.by_index, dev->ifindex, GFP_KERNEL_ACCOUNT))
		goto err_iface;
	iface->dev = dev;
	iface->ifindex = dev->ifindex;
	iface->flags = all_flags_of(dev, &update);
	nf_csum_iface_stats_attach(nfc, iface);
	/* It is reserved, so that this needs no memory. */
	xa_store(&nfc->ifaces.by_index, dev->ifindex, iface, GFP_KERNEL);
	/* A packet that finds it there finds it filled in. */
	smp_store_release(cache_slot(nfc, iface), iface);
	return;

err_iface:
	kfree(iface);
err:
	nf_csum_count_one(nfc, NULL, NF_CSUM_PREROUTING, NF_CSUM_FAILED);
}

static void remove_iface(struct nf_csum_net *nfc, struct nf_csum_iface *iface)
{
	struct nf_csum_iface **slot = cache_slot(nfc, iface);

	nf_csum_link_forget(nfc, iface);
	nf_csum_evidence_forget(nfc, iface);
	if (*slot == iface)
		WRITE_ONCE(*slot, NULL);
	xa_erase(&nfc->ifaces.by_index, iface->ifindex);
	llist_add(&iface->gone, &nfc->ifaces.gone);
	schedule_work(&nfc->ifaces.reap);
}

static int handle_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct nf_csum_net *nfc = nf_csum_pernet(dev_net(dev));
	struct netdev_notifier_changeupper_info *upper;
	struct nf_csum_iface *iface;
	struct update update = {};

	switch (event) {
	case NETDEV_REGISTER:
		add_iface(nfc, dev);
		break;
	case NETDEV_CHANGENAME:
		update_stack(dev, &update);
		break;
	case NETDEV_UP:
	case NETDEV_CHANGE:
	case NETDEV_FEAT_CHANGE:
		far_end_changed(dev);
		break;
	case NETDEV_CHANGEUPPER:
		upper = ptr;
		update_stack(upper->upper_dev, &update);
		update_wired(dev, upper->upper_dev, &update);
		if (netif_is_ovs_master(upper->upper_dev) ||
		    is_below_switch(upper->upper_dev))
			update_switches(&update);
		break;
	case NETDEV_UNREGISTER:
		/* Repeated while somebody holds it: the index may be another's. */
		iface = xa_load(&nfc->ifaces.by_index, dev->ifindex);
		if (!iface || iface->dev != dev)
			break;
		remove_iface(nfc, iface);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = handle_event,
};

/* A name without a wildcard has to be one that a device can have. */
static bool is_sane(const char *glob)
{
	const char *c;

	for (c = glob; *c; c++)
		if (*c == '/' || *c == ':' || !isgraph(*c))
			return false;
	return strpbrk(glob, "*?[\\") || dev_valid_name(glob);
}

static int parse_globs(struct nf_csum_globs *globs, const char *text)
{
	char *rest = globs->words, *word;

	if (strscpy(globs->text, text, sizeof(globs->text)) < 0)
		return -EINVAL;
	strcpy(globs->words, globs->text);
	while ((word = strsep(&rest, " \t\n"))) {
		if (!*word)
			continue;
		if (globs->count == NF_CSUM_GLOBS_MAX || !is_sane(word))
			return -EINVAL;
		globs->glob[globs->count++] = word;
	}
	return 0;
}

/**
 * nf_csum_ifaces_list - name interfaces that devices' kinds do not tell
 * @nfc: the namespace, or NULL to only check @text
 * @list: what they are named for
 * @text: up to 16 names or globs, separated by white space
 *
 * Holds for interfaces that do not exist yet, too.
 *
 * Context: Process, may sleep; takes the RTNL.
 * Return: 0, or -EINVAL for a bad @text, or -ENOMEM; then nothing has changed.
 */
int nf_csum_ifaces_list(struct nf_csum_net *nfc, enum nf_csum_list list,
			const char *text)
{
	struct nf_csum_globs *globs, *old;
	struct update update = {};
	struct net_device *dev;
	int err;

	globs = kzalloc(sizeof(*globs), GFP_KERNEL_ACCOUNT);
	if (!globs)
		return -ENOMEM;
	err = parse_globs(globs, text);
	if (err || !nfc)
		goto out;

	/* Most namespaces name nobody, and keep nothing. */
	if (!globs->count) {
		kfree(globs);
		globs = NULL;
	}
	rtnl_lock();
	old = rtnl_dereference(nfc->ifaces.lists[list]);
	rcu_assign_pointer(nfc->ifaces.lists[list], globs);
	for_each_netdev(nfc->net, dev)
		update_named(dev, &update);
	if (list == NF_CSUM_LIST_OFFLOAD)
		nf_csum_offload_update(nfc);
	rtnl_unlock();
	if (old)
		kfree_rcu(old, rcu);
	return 0;
out:
	kfree(globs);
	return err;
}

/**
 * nf_csum_ifaces_text - say which interfaces are named
 * @nfc: the namespace
 * @list: what they are named for
 * @text: NF_CSUM_GLOBS_SIZE bytes, for what was written
 *
 * Context: Any.
 */
void nf_csum_ifaces_text(struct nf_csum_net *nfc, enum nf_csum_list list,
			 char *text)
{
	const struct nf_csum_globs *globs;

	rcu_read_lock();
	globs = rcu_dereference(nfc->ifaces.lists[list]);
	strscpy(text, globs ? globs->text : "", NF_CSUM_GLOBS_SIZE);
	rcu_read_unlock();
}

/**
 * nf_csum_ifaces_init - prepare a namespace for interfaces
 * @nfc: the namespace
 *
 * Context: Process.
 */
void nf_csum_ifaces_init(struct nf_csum_net *nfc)
{
	xa_init_flags(&nfc->ifaces.by_index, XA_FLAGS_ACCOUNT);
	init_llist_head(&nfc->ifaces.gone);
	INIT_WORK(&nfc->ifaces.reap, reap);
}

/**
 * nf_csum_ifaces_free - forget all about a namespace that has no interfaces
 * @nfc: the namespace; no packet finds its hooks, nor a reader its files
 *
 * Context: Process, may sleep. A grace period of RCU has passed since the hooks
 * were there.
 */
void nf_csum_ifaces_free(struct nf_csum_net *nfc)
{
	unsigned int i;

	cancel_work_sync(&nfc->ifaces.reap);
	free_gone(nfc, llist_del_all(&nfc->ifaces.gone));
	for (i = 0; i < NF_CSUM_LISTS; i++)
		kfree(rcu_dereference_protected(nfc->ifaces.lists[i], true));
	xa_destroy(&nfc->ifaces.by_index);
}

/**
 * nf_csum_ifaces_register - learn of the interfaces there are and will be
 *
 * Context: Process, may sleep; takes the RTNL.
 * Return: 0 or a negative errno.
 */
int nf_csum_ifaces_register(void)
{
	return register_netdevice_notifier(&notifier);
}

/**
 * nf_csum_ifaces_unregister - forget all interfaces
 *
 * Context: Process, may sleep; takes the RTNL.
 */
void nf_csum_ifaces_unregister(void)
{
	unregister_netdevice_notifier(&notifier);
}
