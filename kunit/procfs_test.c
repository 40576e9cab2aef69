// SPDX-License-Identifier: GPL-2.0
/* The files that show what was counted, of the namespace that all begins with. */
#include <kunit/test.h>

#include <linux/bottom_half.h>
#include <linux/cpumask.h>
#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/net_namespace.h>

#include <nf_csum/counters.h>
#include <nf_csum/offload.h>

#include "device.h"
#include "proc_file.h"
#include "skb_builder.h"

#define TOTALS	"/proc/net/nf_csum"
#define IFACES	"/proc/net/nf_csum_iface"
#define STAT	"/proc/net/stat/nf_csum"
#define WHOLE	65536

#define COUNTER_NAME(id, name) #name,

static const char * const names[] = {
	NF_CSUM_STATES(COUNTER_NAME)
	NF_CSUM_ACTIONS(COUNTER_NAME)
};

static struct net_device *make(struct kunit *test)
{
	struct net_device *dev = device_alloc(test, "nfcsum%d", NULL);

	dev->hw_features = NETIF_F_HW_CSUM;
	dev->features = NETIF_F_HW_CSUM;
	KUNIT_ASSERT_EQ(test, register_netdev(dev), 0);
	return dev;
}

static int accepted(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

static void count(struct kunit *test, struct net_device *dev,
		  const struct recipe *recipe, u8 hook, unsigned int times)
{
	struct variant v = { .family = NFPROTO_IPV4, .hook = hook };
	bool in = hook == NF_INET_PRE_ROUTING;
	struct packet p;

	while (times--) {
		packet_build(test, &p, recipe, &v);
		local_bh_disable();
		KUNIT_EXPECT_EQ(test, nf_hook(v.family, hook, &init_net, NULL,
					      p.skb, in ? dev : NULL,
					      in ? NULL : dev, accepted), 1);
		local_bh_enable();
		packet_free(&p);
	}
}

static const struct recipe zeroed = {
	.proto = IPPROTO_TCP, .payload = 100, .field = FIELD_ZERO,
};

static const struct recipe damaged = {
	.proto = IPPROTO_UDP, .payload = 100, .field = FIELD_SEED,
};

static const struct recipe right = {
	.proto = IPPROTO_TCP, .payload = 100,
};

/* What a line of the totals says. */
static void totals(struct kunit *test, const char *name, unsigned long *of)
{
	const char *text = proc_read(test, TOTALS, WHOLE);
	const char *line = proc_line(text, name);

	KUNIT_ASSERT_NOT_NULL(test, line);
	if (sscanf(line + strlen(name), "%lu %lu %lu", of, of + 1, of + 2) != 3)
		KUNIT_FAIL(test, "%s has no three numbers", name);
}

static unsigned int lines_of(const char *text)
{
	unsigned int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* A line for each counter, and what each hook has counted in it. */
static void totals_are_shown(struct kunit *test)
{
	unsigned long before[3], after[3], ok[3], more[3];
	struct net_device *dev = make(test);
	const char *text;
	char name[32];
	unsigned int i;

	text = proc_read(test, TOTALS, WHOLE);
	KUNIT_EXPECT_EQ(test, lines_of(text), NF_CSUM_COUNTERS + 1U);
	KUNIT_EXPECT_PTR_EQ(test, proc_line(text, "counter prerouting postrouting link\n"),
			    text);
	for (i = 0; i < NF_CSUM_COUNTERS; i++) {
		snprintf(name, sizeof(name), "%s ", names[i]);
		KUNIT_EXPECT_NOT_NULL_MSG(test, proc_line(text, name), "%s", name);
	}
	totals(test, "zeroed ", before);
	totals(test, "ok ", ok);
	count(test, dev, &zeroed, NF_INET_PRE_ROUTING, 3);
	count(test, dev, &zeroed, NF_INET_POST_ROUTING, 2);
	count(test, dev, &right, NF_INET_POST_ROUTING, 5);
	totals(test, "zeroed ", after);
	totals(test, "ok ", more);
	KUNIT_EXPECT_EQ(test, after[0] - before[0], 3UL);
	KUNIT_EXPECT_EQ(test, after[1] - before[1], 2UL);
	KUNIT_EXPECT_EQ(test, after[2] - before[2], 0UL);
	KUNIT_EXPECT_EQ(test, more[0] - ok[0], 0UL);
	KUNIT_EXPECT_EQ(test, more[1] - ok[1], 5UL);
	/* They stay when the device goes. */
	unregister_netdev(dev);
	totals(test, "zeroed ", more);
	KUNIT_EXPECT_EQ(test, more[0] - before[0], 3UL);
	KUNIT_EXPECT_EQ(test, more[1] - before[1], 2UL);
	free_netdev(dev);
}

/* Each device has lines for what was counted of it, and for nothing else. */
static void ifaces_are_shown(struct kunit *test)
{
	struct net_device *one = make(test), *two = make(test), *none = make(test);
	const char *text;
	char begin[64];

	count(test, one, &zeroed, NF_INET_PRE_ROUTING, 1);
	count(test, one, &right, NF_INET_PRE_ROUTING, 1);
	count(test, two, &zeroed, NF_INET_PRE_ROUTING, 2);
	count(test, two, &damaged, NF_INET_POST_ROUTING, 3);
	rtnl_lock();
	nf_csum_offload_prove(two);
	rtnl_unlock();
	text = proc_read(test, IFACES, WHOLE);
	KUNIT_EXPECT_PTR_EQ(test, proc_line(text, "iface counter prerouting postrouting link\n"),
			    text);
	snprintf(begin, sizeof(begin), "%s zeroed 1 0 0\n", one->name);
	KUNIT_EXPECT_NOT_NULL_MSG(test, proc_line(text, begin), "%s", text);
	snprintf(begin, sizeof(begin), "%s ok ", one->name);
	KUNIT_EXPECT_NULL_MSG(test, proc_line(text, begin), "%s", text);
	snprintf(begin, sizeof(begin), "%s offloads_taken ", one->name);
	KUNIT_EXPECT_NULL_MSG(test, proc_line(text, begin), "%s", text);
	snprintf(begin, sizeof(begin), "%s zeroed 2 0 0\n", two->name);
	KUNIT_EXPECT_NOT_NULL_MSG(test, proc_line(text, begin), "%s", text);
	snprintf(begin, sizeof(begin), "%s seed 0 3 0\n", two->name);
	KUNIT_EXPECT_NOT_NULL_MSG(test, proc_line(text, begin), "%s", text);
	snprintf(begin, sizeof(begin), "%s offloads_taken 1 1 1\n", two->name);
	KUNIT_EXPECT_NOT_NULL_MSG(test, proc_line(text, begin), "%s", text);
	snprintf(begin, sizeof(begin), "%s ", none->name);
	KUNIT_EXPECT_NULL_MSG(test, proc_line(text, begin), "%s", text);

	/* What is gone has no line. */
	snprintf(begin, sizeof(begin), "%s ", one->name);
	unregister_netdev(one);
	text = proc_read(test, IFACES, WHOLE);
	KUNIT_EXPECT_NULL_MSG(test, proc_line(text, begin), "%s", text);
	snprintf(begin, sizeof(begin), "%s ", two->name);
	KUNIT_EXPECT_NOT_NULL_MSG(test, proc_line(text, begin), "%s", text);
	unregister_netdev(two);
	unregister_netdev(none);
	free_netdev(one);
	free_netdev(two);
	free_netdev(none);
}

static unsigned long in_hex(struct kunit *test, const char *line,
			    unsigned int word)
{
	unsigned long value = 0, next;

	while (word--)
		line = strchr(line, ' ') + 1;
	if (sscanf(line, "%lx %lx", &value, &next) != 2)
		KUNIT_FAIL(test, "no numbers: %s", line);
	return value;
}

/* A line for each processor; the mode is the first word, then the counters. */
static void processors_are_shown(struct kunit *test)
{
	const unsigned int column = 1 + NF_CSUM_ZEROED;
	unsigned long before = 0, after = 0;
	struct net_device *dev = make(test);
	unsigned int round, i;
	const char *line;

	for (round = 0; round < 2; round++) {
		line = proc_read(test, STAT, WHOLE);
		KUNIT_EXPECT_EQ(test, lines_of(line), 1 + num_possible_cpus());
		KUNIT_EXPECT_EQ(test, strncmp(line, "mode ok ", 8), 0);
		for (i = 0; i < num_possible_cpus(); i++) {
			line = strchr(line, '\n') + 1;
			KUNIT_EXPECT_EQ(test, in_hex(test, line, 0), 2UL);
			*(round ? &after : &before) += in_hex(test, line, column);
		}
		if (!round) {
			count(test, dev, &zeroed, NF_INET_PRE_ROUTING, 1);
			count(test, dev, &zeroed, NF_INET_POST_ROUTING, 2);
		}
	}
	KUNIT_EXPECT_EQ(test, after - before, 3UL);
	device_unmake(dev);
}

/* Whoever reads with little room reads the same. */
static void files_are_read_in_pieces(struct kunit *test)
{
	static const char * const files[] = { TOTALS, IFACES, STAT };
	struct net_device *dev = make(test), *other = make(test);
	const char *whole;
	unsigned int i;

	count(test, dev, &zeroed, NF_INET_PRE_ROUTING, 1);
	count(test, other, &damaged, NF_INET_POST_ROUTING, 1);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		whole = proc_read(test, files[i], WHOLE);
		KUNIT_EXPECT_STREQ(test, proc_read(test, files[i], 1), whole);
		KUNIT_EXPECT_STREQ(test, proc_read(test, files[i], 7), whole);
		KUNIT_EXPECT_STREQ(test, proc_read(test, files[i], 100), whole);
	}
	unregister_netdev(dev);
	unregister_netdev(other);
	free_netdev(dev);
	free_netdev(other);
}

static struct kunit_case procfs_test_cases[] = {
	KUNIT_CASE(totals_are_shown),
	KUNIT_CASE(ifaces_are_shown),
	KUNIT_CASE(processors_are_shown),
	KUNIT_CASE(files_are_read_in_pieces),
	{}
};

static struct kunit_suite procfs_suite = {
	.name = "nf_csum_procfs",
	.test_cases = procfs_test_cases,
};

kunit_test_suite(procfs_suite);
