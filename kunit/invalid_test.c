// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that conntrack calls INVALID: those that have not met it. The hooks are
 * the real ones, of the namespace that all begins with.
 */
#include <kunit/test.h>

#include <linux/bottom_half.h>
#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_conntrack.h>

#include <nf_csum/counters.h>
#include <nf_csum/policy.h>

#include "proc_file.h"
#include "skb_builder.h"

static int accepted(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

/* Does the packet go on? */
static bool goes_on(struct kunit *test, const struct recipe *recipe, u8 family,
		    u8 hook, bool untracked, u32 mark)
{
	struct variant v = { .family = family, .hook = NF_INET_PRE_ROUTING };
	struct packet p;
	int verdict;

	packet_build(test, &p, recipe, &v);
	p.skb->mark = mark;
	if (untracked)
		nf_ct_set(p.skb, NULL, IP_CT_UNTRACKED);
	local_bh_disable();
	verdict = nf_hook(family, hook, &init_net, NULL, p.skb,
			  init_net.loopback_dev,
			  hook == NF_INET_FORWARD ? init_net.loopback_dev : NULL,
			  accepted);
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, verdict == 1 || verdict == -EPERM);
	/* What was dropped is gone. */
	if (verdict != 1)
		p.skb = NULL;
	packet_free(&p);
	return verdict == 1;
}

static unsigned long counted(struct kunit *test, const char *name)
{
	const char *text = proc_read(test, "/proc/net/nf_csum", 65536);
	const char *line = proc_line(text, name);
	unsigned long value = 0, next;

	KUNIT_ASSERT_NOT_NULL(test, line);
	if (sscanf(line + strlen(name), "%lu %lu", &value, &next) != 2)
		KUNIT_FAIL(test, "%s has no numbers", name);
	return value;
}

/* Which hook drops what, at which values of the knob. */
struct invalid_case {
	const char *name;
	struct recipe packet;
	u8 hook;
	bool untracked;
	u32 mark;
	bool wrong;		/* and its checksum was looked at */
	bool counted;
	u8 dropped_from;	/* that value on; 4 is never */
};

#define TCP	.proto = IPPROTO_TCP, .payload = 100
#define UDP	.proto = IPPROTO_UDP, .payload = 100

static const struct invalid_case invalid_cases[] = {
	{ "TCP for a local socket", { TCP }, NF_INET_LOCAL_IN, .counted = true,
	  .dropped_from = NF_CSUM_INVALID_DROP_LOCAL },
	{ "the same, not finished", { TCP, .field = FIELD_ZERO }, NF_INET_LOCAL_IN,
	  .counted = true, .wrong = true,
	  .dropped_from = NF_CSUM_INVALID_DROP_LOCAL },
	{ "the same, the seed", { TCP, .field = FIELD_SEED }, NF_INET_LOCAL_IN,
	  .counted = true, .wrong = true,
	  .dropped_from = NF_CSUM_INVALID_DROP_LOCAL },
	{ "the same, damaged and vouched for",
	  { TCP, .field = FIELD_WRONG, .ip_summed = CHECKSUM_UNNECESSARY },
	  NF_INET_LOCAL_IN, .counted = true, .wrong = true,
	  .dropped_from = NF_CSUM_INVALID_DROP_LOCAL },
	{ "UDP for a local socket", { UDP }, NF_INET_LOCAL_IN, .counted = true,
	  .dropped_from = 4 },
	{ "TCP to be forwarded", { TCP }, NF_INET_FORWARD, .counted = true,
	  .dropped_from = NF_CSUM_INVALID_DROP },
	{ "UDP to be forwarded, not finished", { UDP, .field = FIELD_SEED },
	  NF_INET_FORWARD, .counted = true, .wrong = true,
	  .dropped_from = NF_CSUM_INVALID_DROP },
	{ "untracked", { TCP }, NF_INET_LOCAL_IN, .untracked = true,
	  .dropped_from = 4 },
	{ "exempt", { TCP }, NF_INET_LOCAL_IN, .mark = 4, .dropped_from = 4 },
	{ "another mark", { TCP }, NF_INET_LOCAL_IN, .mark = 2, .counted = true,
	  .dropped_from = NF_CSUM_INVALID_DROP_LOCAL },
};

static void invalid_desc(const struct invalid_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(invalid, invalid_cases, invalid_desc);

static void look(struct kunit *test, const struct invalid_case *c, u8 family,
		 const char *mode, u8 knob)
{
	bool drops = knob >= c->dropped_from && mode[0] == '2';
	unsigned long before[3], after[3];
	const char value[] = { '0' + knob, 0 };
	unsigned int i;
	static const char * const names[] = {
		"invalid_checksum ", "invalid_other ", "invalid_dropped ",
	};
	const bool expected[] = {
		knob && c->counted && c->wrong,
		knob && c->counted && !c->wrong,
		drops,
	};

	proc_set(test, KNOB("invalid"), value);
	for (i = 0; i < 3; i++)
		before[i] = counted(test, names[i]);
	KUNIT_EXPECT_EQ_MSG(test, goes_on(test, &c->packet, family, c->hook,
					  c->untracked, c->mark), !drops,
			    "invalid=%u, mode=%s", knob, mode);
	for (i = 0; i < 3; i++) {
		after[i] = counted(test, names[i]);
		KUNIT_EXPECT_EQ_MSG(test, after[i] - before[i],
				    (unsigned long)expected[i],
				    "%s, invalid=%u, mode=%s", names[i], knob, mode);
	}
}

static void invalid_is_judged(struct kunit *test)
{
	const struct invalid_case *c = test->param_value;
	u8 knob;

	if (proc_write(test, KNOB("invalid"), "1") != 1) {
		kunit_skip(test, "there is no conntrack");
		return;
	}
	proc_set(test, KNOB("exempt_mark"), "4");
	for (knob = 0; knob <= NF_CSUM_INVALID_DROP; knob++) {
		look(test, c, NFPROTO_IPV4, "2", knob);
		look(test, c, NFPROTO_IPV6, "2", knob);
	}
	/* It only looks. */
	proc_set(test, KNOB("mode"), "1");
	look(test, c, NFPROTO_IPV4, "1", NF_CSUM_INVALID_DROP);
	proc_set(test, KNOB("mode"), "2");
	proc_set(test, KNOB("invalid"), "0");
	proc_set(test, KNOB("exempt_mark"), "0");
}

static bool is_hooked(unsigned int hook)
{
	const struct nf_hook_entries *hooks;
	bool found;

	rcu_read_lock();
	hooks = rcu_dereference(init_net.nf.hooks_ipv4[hook]);
	found = hooks && hooks->num_hook_entries;
	rcu_read_unlock();
	return found;
}

/* The hooks are there while the knob and the mode want them. */
static void guard_follows_knobs(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, is_hooked(NF_INET_FORWARD));
	if (proc_write(test, KNOB("invalid"), "1") != 1) {
		kunit_skip(test, "there is no conntrack");
		return;
	}
	KUNIT_EXPECT_TRUE(test, is_hooked(NF_INET_FORWARD));
	proc_set(test, KNOB("invalid"), "3");
	KUNIT_EXPECT_TRUE(test, is_hooked(NF_INET_FORWARD));
	proc_set(test, KNOB("mode"), "0");
	KUNIT_EXPECT_FALSE(test, is_hooked(NF_INET_FORWARD));
	proc_set(test, KNOB("mode"), "1");
	KUNIT_EXPECT_TRUE(test, is_hooked(NF_INET_FORWARD));
	proc_set(test, KNOB("mode"), "2");
	KUNIT_EXPECT_EQ(test, proc_write(test, KNOB("invalid"), "4"),
			(ssize_t)-EINVAL);
	KUNIT_EXPECT_TRUE(test, is_hooked(NF_INET_FORWARD));
	proc_set(test, KNOB("invalid"), "0");
	KUNIT_EXPECT_FALSE(test, is_hooked(NF_INET_FORWARD));
}

static struct kunit_case invalid_test_cases[] = {
	KUNIT_CASE_PARAM(invalid_is_judged, invalid_gen_params),
	KUNIT_CASE(guard_follows_knobs),
	{}
};

static struct kunit_suite invalid_suite = {
	.name = "nf_csum_invalid",
	.test_cases = invalid_test_cases,
};

kunit_test_suite(invalid_suite);
