// SPDX-License-Identifier: GPL-2.0
/*
 * The interfaces of a namespace: what kind of device each is and whether the
 * administrator named it. That is found out when an interface appears, is
 * renamed, or the lists change, so that packets need not compare names.
 */
#include <linux/ctype.h>
#include <linux/glob.h>
#include <linux/if.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/rtnetlink.h>

#include <nf_csum/netns.h>

static const struct {
	const char *kind;
	unsigned long flags;
} kinds[] = {
	{ "veth",	NF_CSUM_IFACE_FINISH },
	{ "tun",	NF_CSUM_IFACE_FINISH | NF_CSUM_IFACE_TRUST },
	{ "macvtap",	NF_CSUM_IFACE_FINISH },
	{ "ipvtap",	NF_CSUM_IFACE_FINISH },
	{ "bridge",	NF_CSUM_IFACE_FINISH },
	{ "netkit",	NF_CSUM_IFACE_FINISH },
};

static unsigned long classify(const struct net_device *dev)
{
	unsigned int i;

	if (dev->flags & IFF_LOOPBACK)
		return NF_CSUM_IFACE_LOOPBACK;
	if (!dev->rtnl_link_ops)
		return 0;
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(dev->rtnl_link_ops->kind, kinds[i].kind))
			return kinds[i].flags;
	return 0;
}

static bool is_listed(const struct nf_csum_globs *globs, const char *name)
{
	unsigned int i;

	for (i = 0; globs && i < globs->count; i++)
		if (glob_match(globs->glob[i], name))
			return true;
	return false;
}

static void update_flags(const struct nf_csum_net *nfc,
			 struct nf_csum_iface *iface,
			 const struct net_device *dev)
{
	unsigned long flags = classify(dev);

	if (is_listed(nfc->lists[NF_CSUM_LIST_FINISH], dev->name))
		flags |= NF_CSUM_IFACE_FINISH;
	if (is_listed(nfc->lists[NF_CSUM_LIST_TRUST], dev->name))
		flags |= NF_CSUM_IFACE_TRUST;
	WRITE_ONCE(iface->flags, flags);
}

/* Those whose device is gone, while packets may still be counted for them. */
static LLIST_HEAD(gone);
static DEFINE_MUTEX(gone_mutex);

/**
 * nf_csum_ifaces_settle - be done with all interfaces whose device is gone
 *
 * Afterwards nothing refers to a namespace whose interfaces are all gone.
 * Process context, waits for a grace period of RCU.
 */
void nf_csum_ifaces_settle(void)
{
	struct nf_csum_iface *iface, *next;
	struct llist_node *batch;

	mutex_lock(&gone_mutex);
	batch = llist_del_all(&gone);
	if (batch)
		synchronize_rcu();
	llist_for_each_entry_safe(iface, next, batch, gone) {
		nf_csum_count_without(iface);
		kfree(iface);
	}
	mutex_unlock(&gone_mutex);
}

static void settle(struct work_struct *work)
{
	nf_csum_ifaces_settle();
}

static DECLARE_WORK(settle_work, settle);

/* Written under the RTNL only. */
static struct nf_csum_iface **near_place(struct nf_csum_net *nfc,
					 const struct nf_csum_iface *iface)
{
	return &nfc->near[iface->ifindex % NF_CSUM_NEAR];
}

/* Without memory an interface stays unknown: that must not hinder its making. */
static void add_iface(struct nf_csum_net *nfc, const struct net_device *dev)
{
	struct nf_csum_iface *iface = kzalloc(sizeof(*iface), GFP_KERNEL);

	if (!iface)
		return;
	iface->dev = dev;
	iface->ifindex = dev->ifindex;
	update_flags(nfc, iface, dev);
	nf_csum_count_for(nfc, iface);
	if (xa_err(xa_store(&nfc->ifaces, dev->ifindex, iface, GFP_KERNEL))) {
		nf_csum_count_without(iface);
		kfree(iface);
		return;
	}
	/* A packet that finds it there finds it filled in. */
	smp_store_release(near_place(nfc, iface), iface);
}

static void remove_iface(struct nf_csum_net *nfc, struct nf_csum_iface *iface)
{
	struct nf_csum_iface **place = near_place(nfc, iface);

	if (*place == iface)
		WRITE_ONCE(*place, NULL);
	xa_erase(&nfc->ifaces, iface->ifindex);
	llist_add(&iface->gone, &gone);
	schedule_work(&settle_work);
}

static int handle_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct nf_csum_net *nfc = nf_csum_pernet(dev_net(dev));
	struct nf_csum_iface *iface;

	switch (event) {
	case NETDEV_REGISTER:
		add_iface(nfc, dev);
		break;
	case NETDEV_CHANGENAME:
		iface = xa_load(&nfc->ifaces, dev->ifindex);
		if (iface)
			update_flags(nfc, iface, dev);
		break;
	case NETDEV_UNREGISTER:
		/* Repeated while somebody holds it: the index may be another's. */
		iface = xa_load(&nfc->ifaces, dev->ifindex);
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
 * Holds for interfaces that do not exist yet, too. Process context, may sleep;
 * takes the RTNL. Return: 0, -EINVAL for a bad @text, -ENOMEM; then nothing has
 * changed.
 */
int nf_csum_ifaces_list(struct nf_csum_net *nfc, enum nf_csum_list list,
			const char *text)
{
	struct nf_csum_globs *globs;
	struct nf_csum_iface *iface;
	struct net_device *dev;
	int err;

	globs = kzalloc(sizeof(*globs), GFP_KERNEL);
	if (!globs)
		return -ENOMEM;
	err = parse_globs(globs, text);
	if (err || !nfc)
		goto out;

	rtnl_lock();
	/* Most namespaces name nobody, and keep nothing. */
	swap(nfc->lists[list], globs);
	if (!nfc->lists[list]->count) {
		kfree(nfc->lists[list]);
		nfc->lists[list] = NULL;
	}
	for_each_netdev(nfc->net, dev) {
		iface = xa_load(&nfc->ifaces, dev->ifindex);
		if (iface)
			update_flags(nfc, iface, dev);
	}
	rtnl_unlock();
out:
	kfree(globs);
	return err;
}

/**
 * nf_csum_ifaces_free - forget the lists of a namespace that has no interfaces
 * @nfc: the namespace
 *
 * Process context.
 */
void nf_csum_ifaces_free(struct nf_csum_net *nfc)
{
	unsigned int i;

	for (i = 0; i < NF_CSUM_LISTS; i++)
		kfree(nfc->lists[i]);
	xa_destroy(&nfc->ifaces);
}

/* When no interface can go any more. */
static void finish_settling(void)
{
	cancel_work_sync(&settle_work);
	nf_csum_ifaces_settle();
}

/**
 * nf_csum_ifaces_register - learn of the interfaces there are and will be
 *
 * Process context, may sleep; takes the RTNL. Return: 0 or a negative errno.
 */
int nf_csum_ifaces_register(void)
{
	int err = register_netdevice_notifier(&notifier);

	if (err)
		finish_settling();
	return err;
}

/**
 * nf_csum_ifaces_unregister - forget all interfaces
 *
 * Process context, may sleep; takes the RTNL.
 */
void nf_csum_ifaces_unregister(void)
{
	unregister_netdevice_notifier(&notifier);
	finish_settling();
}
