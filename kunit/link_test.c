// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks beside those of IP: they come when somebody else could take packets
 * away, and go with him. Real devices, in the namespace that all begins with.
 */
#include <kunit/test.h>

#include <linux/bottom_half.h>
#include <linux/delay.h>
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include <nf_csum/path.h>

#include "device.h"
#include "oracle.h"
#include "proc_file.h"
#include "skb_builder.h"

#define WAIT_FOR(condition) ({ \
	unsigned long end = jiffies + 5 * HZ; \
	while (!(condition) && time_before(jiffies, end)) \
		msleep(20); \
	(condition); \
})

#ifdef CONFIG_NETFILTER_INGRESS

static struct rtnl_link_ops vlan = { .kind = "vlan" };
static struct rtnl_link_ops veth = { .kind = "veth" };

/* Takes away what a device receives, as a flowtable does. */
static struct {
	unsigned int frames;
	unsigned int right;
	u8 bytes[256];
} taken;

static unsigned int take(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	unsigned int thoff = skb->protocol == htons(ETH_P_IP) ? 20 : 40;

	taken.frames++;
	if (skb->len <= sizeof(taken.bytes) &&
	    !skb_copy_bits(skb, 0, taken.bytes, skb->len))
		taken.right += oracle_verifies(taken.bytes, IPPROTO_TCP, thoff,
					       skb->len - thoff);
	return NF_DROP;
}

static struct nf_hook_ops other = {
	.hook		= take,
	.pf		= NFPROTO_NETDEV,
	.hooknum	= NF_NETDEV_INGRESS,
};

static void hook_in(struct kunit *test, struct net_device *dev)
{
	other.dev = dev;
	KUNIT_EXPECT_EQ(test, nf_register_net_hook(&init_net, &other), 0);
}

static unsigned int hooks_at(const struct net_device *dev)
{
	const struct nf_hook_entries *hooks;
	unsigned int count;

	rcu_read_lock();
	hooks = rcu_dereference(dev->nf_hooks_ingress);
	count = hooks ? hooks->num_hook_entries : 0;
	rcu_read_unlock();
	return count;
}

static const struct recipe zeroed = {
	.proto = IPPROTO_TCP, .payload = 100, .field = FIELD_ZERO,
};

static int accepted(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

/* A packet of a flow whose others may pass by: where IP gets it, it is repaired. */
static void reaches_ip(struct kunit *test, struct net_device *dev, u8 family)
{
	struct variant v = { .family = family, .hook = NF_INET_PRE_ROUTING };
	struct packet p;

	packet_build(test, &p, &zeroed, &v);
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, nf_hook(family, NF_INET_PRE_ROUTING, &init_net, NULL,
				      p.skb, dev, NULL, accepted), 1);
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, packet_verifies(&p));
	packet_free(&p);
}

/* One that the device receives: is it taken, and is it right then? */
static void expect_received(struct kunit *test, struct net_device *dev, u8 family,
			    unsigned int frames, unsigned int right)
{
	struct variant v = { .family = family, .hook = NF_INET_PRE_ROUTING };
	struct packet p;

	memset(&taken, 0, sizeof(taken));
	packet_build(test, &p, &zeroed, &v);
	p.skb->dev = dev;
	local_bh_disable();
	netif_receive_skb(p.skb);
	local_bh_enable();
	p.skb = NULL;
	packet_free(&p);
	KUNIT_EXPECT_EQ(test, taken.frames, frames);
	KUNIT_EXPECT_EQ(test, taken.right, right);
}

static const u8 families[] = { NFPROTO_IPV4, NFPROTO_IPV6 };

static void family_desc(const u8 *family, char *desc)
{
	strscpy(desc, *family == NFPROTO_IPV4 ? "IPv4" : "IPv6",
		KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(family, families, family_desc);

static void ingress_follows_others(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct net_device *dev = device_make(test, "nfcsum%d", NULL);

	proc_set(test, KNOB("trust"), "2");
	/* Where nobody is, nobody takes anything away. */
	reaches_ip(test, dev, family);
	msleep(50);
	KUNIT_EXPECT_EQ(test, hooks_at(dev), 0U);

	hook_in(test, dev);
	expect_received(test, dev, family, 1, 0);
	reaches_ip(test, dev, family);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(hooks_at(dev) == 2));
	expect_received(test, dev, family, 1, 1);
	/* It is not asked for again. */
	reaches_ip(test, dev, family);
	msleep(50);
	KUNIT_EXPECT_EQ(test, hooks_at(dev), 2U);

	/* In observe mode nothing is repaired. */
	proc_set(test, KNOB("mode"), "1");
	KUNIT_EXPECT_EQ(test, hooks_at(dev), 1U);
	expect_received(test, dev, family, 1, 0);
	proc_set(test, KNOB("mode"), "2");
	KUNIT_EXPECT_EQ(test, hooks_at(dev), 1U);
	reaches_ip(test, dev, family);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(hooks_at(dev) == 2));

	/* The next packet finds that there is nobody else any more. */
	nf_unregister_net_hook(&init_net, &other);
	KUNIT_EXPECT_EQ(test, hooks_at(dev), 1U);
	expect_received(test, dev, family, 0, 0);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(!hooks_at(dev)));

	/* And if the device goes before that, so does the hook. */
	hook_in(test, dev);
	reaches_ip(test, dev, family);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(hooks_at(dev) == 2));
	nf_unregister_net_hook(&init_net, &other);
	unregister_netdev(dev);
	KUNIT_EXPECT_EQ(test, hooks_at(dev), 0U);
	free_netdev(dev);
	proc_set(test, KNOB("trust"), "1");
}

/* What comes in through a VLAN may be taken away at the device below it. */
static void ingress_is_below(struct kunit *test)
{
	const u8 family = *(const u8 *)test->param_value;
	struct net_device *lower = device_make(test, "nfcsum%d", NULL);
	struct net_device *bystander = device_make(test, "nfcsum%d", NULL);
	struct net_device *upper = device_make(test, "nfcsum%d", &vlan);
	struct net_device *top = device_make(test, "nfcsum%d", &vlan);

	proc_set(test, KNOB("trust"), "2");
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, netdev_upper_dev_link(lower, upper, NULL), 0);
	KUNIT_EXPECT_EQ(test, netdev_upper_dev_link(upper, top, NULL), 0);
	rtnl_unlock();
	/* Nobody is there. */
	reaches_ip(test, top, family);
	msleep(50);
	KUNIT_EXPECT_EQ(test, hooks_at(lower), 0U);

	hook_in(test, lower);
	reaches_ip(test, bystander, family);
	msleep(50);
	KUNIT_EXPECT_EQ(test, hooks_at(lower), 1U);
	reaches_ip(test, top, family);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(hooks_at(lower) == 2));
	KUNIT_EXPECT_EQ(test, hooks_at(upper), 0U);
	KUNIT_EXPECT_EQ(test, hooks_at(top), 0U);
	KUNIT_EXPECT_EQ(test, hooks_at(bystander), 0U);
	expect_received(test, lower, family, 1, 1);

	nf_unregister_net_hook(&init_net, &other);
	rtnl_lock();
	netdev_upper_dev_unlink(upper, top);
	netdev_upper_dev_unlink(lower, upper);
	rtnl_unlock();
	device_unmake(top);
	device_unmake(upper);
	device_unmake(lower);
	device_unmake(bystander);
	proc_set(test, KNOB("trust"), "1");
}

#endif /* CONFIG_NETFILTER_INGRESS */

#ifdef CONFIG_NETFILTER_FAMILY_BRIDGE

static bool bridges_are_hooked(void)
{
	const struct nf_hook_entries *hooks;
	struct nf_hook_ops **at;
	bool found = false;
	unsigned int i;

	rcu_read_lock();
	hooks = rcu_dereference(init_net.nf.hooks_bridge[NF_BR_FORWARD]);
	at = hooks ? nf_hook_entries_get_hook_ops(hooks) : NULL;
	for (i = 0; hooks && i < hooks->num_hook_entries; i++)
		found |= at[i]->hook == nf_csum_bridge_forward;
	rcu_read_unlock();
	return found;
}

#else

static bool bridges_are_hooked(void)
{
	return false;
}

#endif

/* Nothing hooks into bridges where the kernel is built without that. */
static void bridge_hook_follows_knobs(struct kunit *test)
{
	const bool can = IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE);

	KUNIT_EXPECT_FALSE(test, bridges_are_hooked());
	proc_set(test, KNOB("bridged"), "2");
	KUNIT_EXPECT_EQ(test, bridges_are_hooked(), can);
	proc_set(test, KNOB("mode"), "1");
	KUNIT_EXPECT_EQ(test, bridges_are_hooked(), can);
	proc_set(test, KNOB("mode"), "0");
	KUNIT_EXPECT_FALSE(test, bridges_are_hooked());
	proc_set(test, KNOB("mode"), "2");
	KUNIT_EXPECT_EQ(test, bridges_are_hooked(), can);
	KUNIT_EXPECT_EQ(test, proc_write(test, KNOB("bridged"), "3"),
			(ssize_t)-EINVAL);
	KUNIT_EXPECT_EQ(test, bridges_are_hooked(), can);
	proc_set(test, KNOB("bridged"), "0");
	KUNIT_EXPECT_FALSE(test, bridges_are_hooked());
	/* No device has had its offloads taken. */
	proc_set(test, KNOB("bridged"), "1");
	KUNIT_EXPECT_FALSE(test, bridges_are_hooked());
}

#ifdef CONFIG_NETFILTER_INGRESS

/* A bridge's frames leave through a device that finishes nothing any more. */
static void bridge_hook_follows_devices(struct kunit *test)
{
	const bool can = IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE);
	struct net_device *dev = device_make(test, "nfcsum%d", NULL);

	KUNIT_EXPECT_FALSE(test, bridges_are_hooked());
	proc_set(test, KNOB("no_offload_ifaces"), "nfcsum*");
	KUNIT_EXPECT_EQ(test, WAIT_FOR(bridges_are_hooked() == can), true);
	proc_set(test, KNOB("no_offload_ifaces"), "\n");
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(!bridges_are_hooked()));
	device_unmake(dev);
}

/* No knob changes: it is the far end that begins to redirect bytes, and ends. */
static void bridge_hook_follows_xdp(struct kunit *test)
{
	const bool can = IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE);
	struct net_device *dev = device_alloc(test, "nfcsum%d", &veth);

	dev->hw_features = NETIF_F_HW_CSUM | NETIF_F_TSO;
	dev->features = dev->hw_features;
	KUNIT_ASSERT_EQ(test, register_netdev(dev), 0);
	KUNIT_EXPECT_FALSE(test, bridges_are_hooked());
	rtnl_lock();
	dev->hw_features &= ~NETIF_F_TSO;
	netdev_features_change(dev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, WAIT_FOR(bridges_are_hooked() == can), true);
	rtnl_lock();
	dev->hw_features |= NETIF_F_TSO;
	netdev_features_change(dev);
	rtnl_unlock();
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(!bridges_are_hooked()));
	device_unmake(dev);
}

#endif

static struct kunit_case link_test_cases[] = {
#ifdef CONFIG_NETFILTER_INGRESS
	KUNIT_CASE_PARAM(ingress_follows_others, family_gen_params),
	KUNIT_CASE_PARAM(ingress_is_below, family_gen_params),
	KUNIT_CASE(bridge_hook_follows_devices),
	KUNIT_CASE(bridge_hook_follows_xdp),
#endif
	KUNIT_CASE(bridge_hook_follows_knobs),
	{}
};

static struct kunit_suite link_suite = {
	.name = "nf_csum_link",
	.test_cases = link_test_cases,
};

kunit_test_suite(link_suite);
