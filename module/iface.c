// SPDX-License-Identifier: GPL-2.0
/*
 * What kind of device an interface is: learned once, when it appears in a
 * namespace, so that packets need not compare names.
 */
#include <linux/if.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/string.h>
#include <linux/xarray.h>
#include <net/rtnetlink.h>

#include <nf_csum/netns.h>

static const struct {
	const char *kind;
	unsigned long flags;
} kinds[] = {
	{ "veth",	NF_CSUM_IFACE_SOFTWARE },
	{ "tun",	NF_CSUM_IFACE_SOFTWARE | NF_CSUM_IFACE_TUN },
	{ "macvtap",	NF_CSUM_IFACE_SOFTWARE },
	{ "ipvtap",	NF_CSUM_IFACE_SOFTWARE },
	{ "bridge",	NF_CSUM_IFACE_SOFTWARE },
	{ "netkit",	NF_CSUM_IFACE_SOFTWARE },
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

static int handle_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct nf_csum_net *nfc = nf_csum_pernet(dev_net(dev));
	unsigned long flags;
	void *old;

	switch (event) {
	case NETDEV_REGISTER:
		flags = classify(dev);
		if (!flags)
			break;
		old = xa_store(&nfc->ifaces, dev->ifindex, xa_mk_value(flags),
			       GFP_KERNEL);
		return notifier_from_errno(xa_err(old));
	case NETDEV_UNREGISTER:
		xa_erase(&nfc->ifaces, dev->ifindex);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = handle_event,
};

/**
 * nf_csum_iface_flags - say what is known about an interface
 * @nfc: the namespace it is in
 * @ifindex: its index; 0 for none
 *
 * Any context. Return: NF_CSUM_IFACE_*, 0 if nothing special is known.
 */
unsigned long nf_csum_iface_flags(struct nf_csum_net *nfc, int ifindex)
{
	void *entry = xa_load(&nfc->ifaces, ifindex);

	return entry ? xa_to_value(entry) : 0;
}

/**
 * nf_csum_ifaces_register - learn of the interfaces there are and will be
 *
 * Process context, may sleep; takes the RTNL. Return: 0 or a negative errno.
 */
int nf_csum_ifaces_register(void)
{
	return register_netdevice_notifier(&notifier);
}

/**
 * nf_csum_ifaces_unregister - forget all interfaces
 *
 * Process context, may sleep; takes the RTNL.
 */
void nf_csum_ifaces_unregister(void)
{
	unregister_netdevice_notifier(&notifier);
}
