// SPDX-License-Identifier: GPL-2.0
/* Which features are taken from a device, and which it gets back. */
#include <kunit/test.h>

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/netdevice.h>
#include <linux/netfilter_netdev.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>

#include <nf_csum/offload.h>

#include "device.h"

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
	{ "another that would fix it", "fixes", 0, 0, CSUM | TSO,
	  CSUM | TSO, 0, CSUM | TSO, 0 },
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

static const struct net_device_ops tun_ops = {
	.ndo_start_xmit		= device_swallow,
	.ndo_fix_features	= fix_tun,
};

static void offload_exchange(struct kunit *test)
{
	const struct offload_case *c = test->param_value;
	struct rtnl_link_ops link_ops = { .kind = c->kind };
	struct net_device *dev = device_alloc(test, "nfcsum%d", NULL);
	netdev_features_t taken;

	if (c->kind)
		dev->rtnl_link_ops = &link_ops;
	if (c->kind && !strncmp(c->kind, "tun", 3)) {
		asked = strstr(c->kind, "all") ? CSUM | TSO :
			strstr(c->kind, "csum") ? CSUM : 0;
		link_ops.kind = "tun";
		dev->netdev_ops = &tun_ops;
	}
	if (c->kind && !strcmp(c->kind, "fixes")) {
		asked = 0;
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
	struct net_device *dev = device_alloc(test, "nfcsum%d", NULL);

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
	struct net_device *dev = device_alloc(test, "nfcsum%d", NULL);

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
	struct net_device *dev = device_alloc(test, "nfcsum%d", NULL);

	dev->hw_features = CSUM;
	dev->features = CSUM;
	rtnl_lock();
	nf_csum_offload_prove(dev);
	KUNIT_EXPECT_FALSE(test, nf_csum_offload_is_taken(dev));
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, dev->features, CSUM);
	free_netdev(dev);
}

/* Writes to a knob of the namespace that all begins with. */
static void set_knob(struct kunit *test, const char *knob, const char *value)
{
	struct file *file;
	char path[80];
	loff_t pos = 0;

	snprintf(path, sizeof(path), "/proc/sys/net/netfilter/nf_csum_%s", knob);
	file = filp_open(path, O_WRONLY, 0);
	if (IS_ERR(file)) {
		kunit_skip(test, "there is no /proc");
		return;
	}
	KUNIT_EXPECT_EQ(test, kernel_write(file, value, strlen(value), &pos),
			(ssize_t)strlen(value));
	filp_close(file, NULL);
}

struct knob_case {
	const char *name;
	const char *kind;
	netdev_features_t can;		/* be changed */
	netdev_features_t left;		/* while it is in the list */
	bool hooked;			/* instead of changed */
};

static const struct knob_case knob_cases[] = {
	{ "any device", NULL, OTHERS | CSUM | TSO | CRC, OTHERS },
	{ "a veth", "veth", OTHERS | CSUM | TSO | CRC, OTHERS },
	{ "a macvlan", "macvlan", 0, OTHERS | CSUM | TSO | CRC, true },
	{ "an ipvlan", "ipvlan", 0, OTHERS | CSUM | TSO | CRC, true },
	{ "another that is fixed", "dummy", 0, OTHERS | CSUM | TSO | CRC },
};

static void knob_desc(const struct knob_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(knob, knob_cases, knob_desc);

static bool has_egress_hook(const struct net_device *dev)
{
#ifdef CONFIG_NETFILTER_EGRESS
	return rcu_access_pointer(dev->nf_hooks_egress);
#else
	return false;
#endif
}

static void expect_taken(struct kunit *test, const struct net_device *dev,
			 const struct knob_case *c, bool taken, const char *when)
{
	const netdev_features_t had = OTHERS | CSUM | TSO | CRC;
	bool hooked = taken && c->hooked && IS_ENABLED(CONFIG_NETFILTER_EGRESS);

	KUNIT_EXPECT_EQ_MSG(test, dev->features & (ALL | OTHERS),
			    (taken ? c->left : had) & (ALL | OTHERS), "%s", when);
	KUNIT_EXPECT_EQ_MSG(test, has_egress_hook(dev), hooked, "%s", when);
	rtnl_lock();
	KUNIT_EXPECT_EQ_MSG(test, nf_csum_offload_is_taken(dev),
			    hooked || (taken && c->can), "%s", when);
	rtnl_unlock();
}

/* What is in the list has its offloads taken while the knobs want that. */
static void offload_follows_knobs(struct kunit *test)
{
	const struct knob_case *c = test->param_value;
	struct rtnl_link_ops link_ops = { .kind = c->kind };
	struct net_device *dev, *other;

	set_knob(test, "no_offload_ifaces", "nfcsum*");
	dev = device_alloc(test, "nfcsum%d", NULL);
	other = device_alloc(test, "nfcsum%d", NULL);
	strscpy(other->name, "another%d", IFNAMSIZ);
	other->hw_features = OTHERS | CSUM | TSO | CRC;
	other->features = other->hw_features;
	if (c->kind)
		dev->rtnl_link_ops = &link_ops;
	dev->hw_features = c->can;
	dev->features = OTHERS | CSUM | TSO | CRC;
	KUNIT_ASSERT_EQ(test, register_netdev(other), 0);
	KUNIT_ASSERT_EQ(test, register_netdev(dev), 0);
	expect_taken(test, dev, c, true, "registered");

	set_knob(test, "no_offload", "0");
	expect_taken(test, dev, c, false, "no_offload=0");
	set_knob(test, "no_offload", "1");
	expect_taken(test, dev, c, true, "no_offload=1");
	set_knob(test, "mode", "1");
	expect_taken(test, dev, c, false, "mode=1");
	set_knob(test, "mode", "0");
	expect_taken(test, dev, c, false, "mode=0");
	set_knob(test, "mode", "2");
	expect_taken(test, dev, c, true, "mode=2");
	set_knob(test, "no_offload_ifaces", "lo foo");
	expect_taken(test, dev, c, false, "others in the list");
	rtnl_lock();
	KUNIT_EXPECT_FALSE(test, nf_csum_offload_is_taken(init_net.loopback_dev));
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, init_net.loopback_dev->features & (CSUM | TSO),
			CSUM | TSO);
	set_knob(test, "no_offload_ifaces", "nfcsum?");
	expect_taken(test, dev, c, true, "in the list again");
	KUNIT_EXPECT_EQ(test, other->features & ALL, CSUM | TSO | CRC);

	unregister_netdev(dev);
	rtnl_lock();
	KUNIT_EXPECT_FALSE(test, nf_csum_offload_is_taken(dev));
	rtnl_unlock();
	KUNIT_EXPECT_FALSE(test, has_egress_hook(dev));
	unregister_netdev(other);
	set_knob(test, "no_offload_ifaces", "\n");
	free_netdev(dev);
	free_netdev(other);
}

/* Only the checksums, if the far end runs a program that redirects bytes. */
static void offload_follows_xdp(struct kunit *test)
{
	const netdev_features_t had = OTHERS | CSUM | TSO | CRC;
	struct rtnl_link_ops link_ops = { .kind = "veth" };
	struct net_device *dev = device_alloc(test, "nfcsum%d", NULL);

	dev->rtnl_link_ops = &link_ops;
	dev->hw_features = had;
	dev->features = had;
	KUNIT_ASSERT_EQ(test, register_netdev(dev), 0);
	KUNIT_EXPECT_EQ(test, dev->features & ALL, CSUM | TSO | CRC);

	rtnl_lock();
	/* veth says so, and then that its features have changed. */
	dev->hw_features &= ~TSO;
	netdev_features_change(dev);
	KUNIT_EXPECT_TRUE(test, nf_csum_offload_is_taken(dev));
	KUNIT_EXPECT_EQ(test, dev->features & (CSUM | CRC), 0ULL);
	dev->hw_features |= TSO;
	netdev_features_change(dev);
	KUNIT_EXPECT_FALSE(test, nf_csum_offload_is_taken(dev));
	KUNIT_EXPECT_EQ(test, dev->features & (CSUM | CRC), CSUM | CRC);
	rtnl_unlock();
	device_unmake(dev);
}

/* Into a namespace and out of it: the hook goes, and comes again. */
static void offload_follows_moves(struct kunit *test)
{
	struct rtnl_link_ops link_ops = { .kind = "macvlan" };
	struct net_device *dev;

	set_knob(test, "no_offload_ifaces", "nfcsum*");
	dev = device_make(test, "nfcsum%d", &link_ops);
	KUNIT_EXPECT_EQ(test, has_egress_hook(dev), IS_ENABLED(CONFIG_NETFILTER_EGRESS));
	rtnl_lock();
	call_netdevice_notifiers(NETDEV_UNREGISTER, dev);
	KUNIT_EXPECT_FALSE(test, has_egress_hook(dev));
	call_netdevice_notifiers(NETDEV_REGISTER, dev);
	KUNIT_EXPECT_EQ(test, has_egress_hook(dev), IS_ENABLED(CONFIG_NETFILTER_EGRESS));
	rtnl_unlock();
	device_unmake(dev);
	set_knob(test, "no_offload_ifaces", "\n");
}

/* So many that every part of a table of them has some. */
#define MANY	256

/* The module goes while devices have their offloads taken. */
static void offload_gives_all_back(struct kunit *test)
{
	const netdev_features_t had = OTHERS | CSUM | TSO | CRC;
	struct net_device **devs, *dev;
	struct net *other;
	LIST_HEAD(gone);
	unsigned int i;

	other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	devs = kunit_kcalloc(test, MANY, sizeof(*devs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_ASSERT_NOT_NULL(test, devs);
	KUNIT_EXPECT_FALSE(test, nf_csum_offload_any(&init_net));
	for (i = 0; i < MANY; i++) {
		dev = device_alloc(test, "nfcsum%d", NULL);
		dev->hw_features = had;
		dev->features = had;
		KUNIT_ASSERT_EQ(test, register_netdev(dev), 0);
		devs[i] = dev;
		rtnl_lock();
		nf_csum_offload_prove(dev);
		KUNIT_EXPECT_TRUE(test, nf_csum_offload_is_taken(dev));
		rtnl_unlock();
	}
	KUNIT_EXPECT_TRUE(test, nf_csum_offload_any(&init_net));
	KUNIT_EXPECT_FALSE(test, nf_csum_offload_any(other));

	nf_csum_offload_unregister();
	KUNIT_EXPECT_FALSE(test, nf_csum_offload_any(&init_net));
	rtnl_lock();
	for (i = 0; i < MANY; i++) {
		KUNIT_EXPECT_EQ(test, devs[i]->features & ALL, CSUM | TSO | CRC);
		KUNIT_EXPECT_FALSE(test, nf_csum_offload_is_taken(devs[i]));
		unregister_netdevice_queue(devs[i], &gone);
	}
	unregister_netdevice_many(&gone);
	rtnl_unlock();
	for (i = 0; i < MANY; i++)
		free_netdev(devs[i]);
	KUNIT_EXPECT_EQ(test, nf_csum_offload_register(), 0);
}

static struct kunit_case offload_test_cases[] = {
	KUNIT_CASE_PARAM(offload_exchange, offload_gen_params),
	KUNIT_CASE(offload_towards_xdp),
	KUNIT_CASE(offload_prove),
	KUNIT_CASE(offload_prove_too_late),
	KUNIT_CASE_PARAM(offload_follows_knobs, knob_gen_params),
	KUNIT_CASE(offload_follows_xdp),
	KUNIT_CASE(offload_follows_moves),
	KUNIT_CASE(offload_gives_all_back),
	{}
};

static struct kunit_suite offload_suite = {
	.name = "nf_csum_offload",
	.test_cases = offload_test_cases,
};

kunit_test_suite(offload_suite);
