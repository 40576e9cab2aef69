// SPDX-License-Identifier: GPL-2.0
/*
 * The knobs as files: what can be written, what is read back, and that lists of
 * devices hold for those there are and those above them.
 */
#include <kunit/test.h>

#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "device.h"
#include "proc_file.h"
#include "skb_builder.h"

#define ROOM	1024

/* A knob's text without the newline. */
static char *knob_read(struct kunit *test, const char *path)
{
	char *text = kunit_kzalloc(test, ROOM, GFP_KERNEL);
	struct file *file = filp_open(path, O_RDONLY, 0);
	loff_t pos = 0;

	KUNIT_ASSERT_NOT_NULL(test, text);
	if (IS_ERR(file)) {
		kunit_skip(test, "there is no /proc");
		return text;
	}
	KUNIT_EXPECT_GT(test, kernel_read(file, text, ROOM - 1, &pos), (ssize_t)0);
	filp_close(file, NULL);
	*strchrnul(text, '\n') = 0;
	return text;
}

struct number_case {
	const char *name;
	const char *was;
	const char *good;
	const char *bad;
};

static const struct number_case number_cases[] = {
	{ KNOB("mode"), "2", "1", "3" },
	{ KNOB("finish"), "1", "2", "3" },
	{ KNOB("trust"), "1", "0", "3" },
	{ KNOB("verify"), "0", "3", "4" },
	{ KNOB("invalid"), "0", "0", "4" },
	{ KNOB("no_offload"), "1", "0", "2" },
	{ KNOB("bridged"), "1", "2", "3" },
	{ KNOB("exempt_mark"), "0", "2147483648", "4294967296" },
};

static void number_desc(const struct number_case *c, char *desc)
{
	strscpy(desc, strrchr(c->name, '/') + 1, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(number, number_cases, number_desc);

static void numbers_are_kept(struct kunit *test)
{
	const struct number_case *c = test->param_value;

	KUNIT_EXPECT_STREQ(test, knob_read(test, c->name), c->was);
	proc_set(test, c->name, c->good);
	KUNIT_EXPECT_STREQ(test, knob_read(test, c->name), c->good);
	KUNIT_EXPECT_LT(test, proc_write(test, c->name, c->bad), (ssize_t)0);
	KUNIT_EXPECT_LT(test, proc_write(test, c->name, "x"), (ssize_t)0);
	KUNIT_EXPECT_STREQ(test, knob_read(test, c->name), c->good);
	proc_set(test, c->name, c->was);
	KUNIT_EXPECT_STREQ(test, knob_read(test, c->name), c->was);
}

static const struct list_case {
	const char *name;
	const char *text;
	bool good;
} list_cases[] = {
	{ "a name", "nfcsum0", true },
	{ "names and globs", "lo  nfcsum? e[0-9]*", true },
	{ "sixteen", "a b c d e f g h i j k l m n o p", true },
	{ "seventeen", "a b c d e f g h i j k l m n o p q" },
	{ "a name of 15", "abcdefghijklmno", true },
	{ "a name of 16", "abcdefghijklmnop" },
	{ "a glob of 16", "abcdefghijklmno*", true },
	{ "a slash", "a/b" },
	{ "a slash in a glob", "a/*" },
	{ "a colon", "lo:1" },
	{ "a colon in a glob", "lo:*" },
	{ "something that is not printed", "a\177" },
	{ "no name of a device", ".." },
	{ "two lines", "lo\nlo" },
	{ "nothing", "\n", true },
};

static void list_desc(const struct list_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(list, list_cases, list_desc);

/* What is refused changes nothing. */
static void lists_are_kept(struct kunit *test)
{
	static const char * const lists[] = {
		KNOB("finish_ifaces"), KNOB("trust_ifaces"),
		KNOB("no_offload_ifaces"),
	};
	const struct list_case *c = test->param_value;
	const char *kept = c->text[0] == '\n' ? "" : c->text;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		proc_set(test, lists[i], "before");
		if (c->good)
			proc_set(test, lists[i], c->text);
		else
			KUNIT_EXPECT_EQ_MSG(test, proc_write(test, lists[i], c->text),
					    (ssize_t)-EINVAL, "%s", lists[i]);
		KUNIT_EXPECT_STREQ_MSG(test, knob_read(test, lists[i]),
				       c->good ? kept : "before", "%s", lists[i]);
		proc_set(test, lists[i], "\n");
		KUNIT_EXPECT_STREQ_MSG(test, knob_read(test, lists[i]), "", "%s",
				       lists[i]);
	}
}

/* A list is taken whole, so neither in pieces nor if it is too long for that. */
static void lists_are_whole(struct kunit *test)
{
	char *text = kunit_kzalloc(test, ROOM, GFP_KERNEL);
	struct file *file;
	loff_t pos = 2;

	KUNIT_ASSERT_NOT_NULL(test, text);
	proc_set(test, KNOB("trust_ifaces"), "before");
	memset(text, ' ', ROOM - 1);
	text[0] = 'a';
	KUNIT_EXPECT_EQ(test, proc_write(test, KNOB("trust_ifaces"), text),
			(ssize_t)-EINVAL);
	file = filp_open(KNOB("trust_ifaces"), O_WRONLY, 0);
	if (IS_ERR(file)) {
		kunit_skip(test, "there is no /proc");
		return;
	}
	KUNIT_EXPECT_EQ(test, kernel_write(file, "lo", 2, &pos), (ssize_t)-EINVAL);
	/* A program that hands over the end of its string, too. */
	pos = 0;
	KUNIT_EXPECT_EQ(test, kernel_write(file, "lo\0eth", 6, &pos),
			(ssize_t)-EINVAL);
	KUNIT_EXPECT_STREQ(test, knob_read(test, KNOB("trust_ifaces")), "before");
	pos = 0;
	KUNIT_EXPECT_EQ(test, kernel_write(file, "lo", 3, &pos), (ssize_t)3);
	filp_close(file, NULL);
	KUNIT_EXPECT_STREQ(test, knob_read(test, KNOB("trust_ifaces")), "lo");
	proc_set(test, KNOB("trust_ifaces"), "\n");
}

static struct rtnl_link_ops vlan = { .kind = "vlan" };

static int accepted(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

/* Is a packet right when it has passed a hook? */
static bool made_right(struct kunit *test, struct net_device *dev, u8 hook)
{
	static const struct recipe zeroed = {
		.proto = IPPROTO_TCP, .payload = 100, .field = FIELD_ZERO,
	};
	static const struct recipe pending = {
		.proto = IPPROTO_TCP, .payload = 100, .field = FIELD_SEED,
		.ip_summed = CHECKSUM_PARTIAL,
	};
	bool in = hook == NF_INET_PRE_ROUTING, right;
	struct variant v = { .family = NFPROTO_IPV4, .hook = hook };
	struct packet p;

	packet_build(test, &p, in ? &zeroed : &pending, &v);
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, nf_hook(v.family, hook, &init_net, NULL, p.skb,
				      in ? dev : NULL, in ? NULL : dev, accepted), 1);
	local_bh_enable();
	right = packet_verifies(&p);
	packet_free(&p);
	return right;
}

struct named_case {
	const char *name;
	const char *knob;
	u8 hook;
};

static const struct named_case named_cases[] = {
	{ "finish", KNOB("finish_ifaces"), NF_INET_POST_ROUTING },
	{ "trust", KNOB("trust_ifaces"), NF_INET_PRE_ROUTING },
};

static void named_desc(const struct named_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(named, named_cases, named_desc);

static void expect_named(struct kunit *test, const struct named_case *c,
			 struct net_device *const *devs, const char *list,
			 const bool *right)
{
	unsigned int i;

	proc_set(test, c->knob, list);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ_MSG(test, made_right(test, devs[i], c->hook),
				    right[i], "'%s', device %u", list, i);
}

/* Who is named counts, and so does a VLAN on it; not who is below. */
static void lists_hold_for_devices(struct kunit *test)
{
	const struct named_case *c = test->param_value;
	struct net_device *devs[3] = {
		device_make(test, "nfclower%d", NULL), device_make(test, "nfcupper%d", &vlan),
		device_make(test, "nfcother%d", NULL),
	};
	struct net_device *late;

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, netdev_upper_dev_link(devs[0], devs[1], NULL), 0);
	rtnl_unlock();
	expect_named(test, c, devs, "\n", (bool[]){ false, false, false });
	expect_named(test, c, devs, "nfclower*", (bool[]){ true, true, false });
	expect_named(test, c, devs, "nfcupper*", (bool[]){ false, true, false });
	expect_named(test, c, devs, "lo nfc[l-o]*", (bool[]){ true, true, true });
	/* One that comes later. */
	late = device_make(test, "nfcmore%d", NULL);
	KUNIT_EXPECT_TRUE(test, made_right(test, late, c->hook));
	expect_named(test, c, devs, "nfcother?", (bool[]){ false, false, true });
	KUNIT_EXPECT_FALSE(test, made_right(test, late, c->hook));
	proc_set(test, c->knob, "\n");

	rtnl_lock();
	netdev_upper_dev_unlink(devs[0], devs[1]);
	rtnl_unlock();
	unregister_netdev(devs[1]);
	unregister_netdev(devs[0]);
	unregister_netdev(devs[2]);
	unregister_netdev(late);
	free_netdev(devs[0]);
	free_netdev(devs[1]);
	free_netdev(devs[2]);
	free_netdev(late);
}

static struct kunit_case knobs_test_cases[] = {
	KUNIT_CASE_PARAM(numbers_are_kept, number_gen_params),
	KUNIT_CASE_PARAM(lists_are_kept, list_gen_params),
	KUNIT_CASE(lists_are_whole),
	KUNIT_CASE_PARAM(lists_hold_for_devices, named_gen_params),
	{}
};

static struct kunit_suite knobs_suite = {
	.name = "nf_csum_knobs",
	.test_cases = knobs_test_cases,
};

kunit_test_suite(knobs_suite);
