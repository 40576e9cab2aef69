/* SPDX-License-Identifier: GPL-2.0 */
/* How the tests call the hooks, and learn what they counted. */
#ifndef NF_CSUM_KUNIT_HOOKED_H
#define NF_CSUM_KUNIT_HOOKED_H

#include <kunit/test.h>

#include <linux/cpumask.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/string.h>

#include <nf_csum/count.h>
#include <nf_csum/evidence.h>
#include <nf_csum/iface.h>
#include <nf_csum/netns.h>
#include <nf_csum/path.h>
#include <nf_csum/policy.h>

#include "skb_builder.h"

/**
 * struct host - a namespace with two devices, of which there is no more than the
 * packet path looks at
 * @nfc: the namespace
 * @in: where packets come in
 * @out: where they leave
 * @in_iface: what is known about @in
 * @out_iface: what is known about @out
 */
struct host {
	struct nf_csum_net nfc;
	struct net_device *in;
	struct net_device *out;
	struct nf_csum_iface in_iface;
	struct nf_csum_iface out_iface;
};

#define HOST_IN		11
#define HOST_OUT	12

static inline struct net_device *host_device(struct kunit *test, struct host *h,
					     struct nf_csum_iface *iface,
					     unsigned int ifindex)
{
	struct net_device *dev = kunit_kzalloc(test, sizeof(*dev), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, dev);
	dev->ifindex = ifindex;
	iface->dev = dev;
	iface->ifindex = ifindex;
	iface->far_end = NF_CSUM_FAR_SETTLED;
	iface->stats = alloc_percpu(struct nf_csum_mib);
	KUNIT_ASSERT_TRUE(test, iface->stats);
	h->nfc.ifaces.cache[ifindex % NF_CSUM_IFACE_CACHE] = iface;
	return dev;
}

/* Makes @h, which is all zeros; host_free() it. */
static inline void host_init(struct kunit *test, struct host *h)
{
	h->nfc.stats = alloc_percpu(struct nf_csum_mib);
	KUNIT_ASSERT_TRUE(test, h->nfc.stats);
	h->nfc.knobs.mode = NF_CSUM_MODE_REPAIR;
	xa_init(&h->nfc.ifaces.by_index);
	/* Nothing is to be registered for it. */
	h->nfc.link.closing = true;
	h->in = host_device(test, h, &h->in_iface, HOST_IN);
	h->out = host_device(test, h, &h->out_iface, HOST_OUT);
}

static inline unsigned long host_count(const struct nf_csum_mib __percpu *stats,
				       unsigned int at)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(stats, cpu)->mibs[at];
	return sum;
}

/* All but ok is an interface's: of what came in, or of what leaves. */
static inline void host_free(struct kunit *test, struct host *h)
{
	unsigned int column, i, at;

	for (column = 0; column < NF_CSUM_COLUMNS; column++) {
		for (i = 0; i < NF_CSUM_COUNTERS; i++) {
			at = column * NF_CSUM_COUNTERS + i;
			if (i != NF_CSUM_OK)
				KUNIT_EXPECT_EQ(test, host_count(h->nfc.stats, at), 0UL);
			if (i == NF_CSUM_OK || column == NF_CSUM_POSTROUTING)
				KUNIT_EXPECT_EQ(test, host_count(h->in_iface.stats, at), 0UL);
			if (i == NF_CSUM_OK || column != NF_CSUM_POSTROUTING)
				KUNIT_EXPECT_EQ(test, host_count(h->out_iface.stats, at), 0UL);
		}
	}
	free_percpu(h->in_iface.stats);
	free_percpu(h->out_iface.stats);
	free_percpu(h->nfc.stats);
}

static inline unsigned int hooked(struct host *h, struct packet *p, u8 hook)
{
	const struct nf_hook_state state = {
		.hook = hook,
		.pf = p->family,
		.in = hook == NF_INET_PRE_ROUTING ? h->in : NULL,
		.out = hook == NF_INET_POST_ROUTING ? h->out : NULL,
	};
	struct nf_csum_net *nfc = &h->nfc;

	if (hook == NF_INET_PRE_ROUTING)
		return p->family == NFPROTO_IPV4 ?
			nf_csum_prerouting_ipv4(nfc, p->skb, &state) :
			nf_csum_prerouting_ipv6(nfc, p->skb, &state);
	return p->family == NFPROTO_IPV4 ?
		nf_csum_postrouting_ipv4(nfc, p->skb, &state) :
		nf_csum_postrouting_ipv6(nfc, p->skb, &state);
}

/**
 * struct hooked_counts - what a namespace has counted so far
 * @of: by counter
 */
struct hooked_counts {
	unsigned long of[NF_CSUM_COUNTERS];
};

static inline void hooked_count_in(struct hooked_counts *counts,
				   const struct host *h,
				   enum nf_csum_column column)
{
	struct nf_csum_mib sum = {};

	nf_csum_add_cpus(&sum, h->nfc.stats, cpu_possible_mask);
	nf_csum_add_cpus(&sum, h->in_iface.stats, cpu_possible_mask);
	nf_csum_add_cpus(&sum, h->out_iface.stats, cpu_possible_mask);
	memcpy(counts->of, sum.mibs + column * NF_CSUM_COUNTERS,
	       sizeof(counts->of));
}

static inline void hooked_count(struct hooked_counts *counts,
				const struct host *h, u8 hook)
{
	hooked_count_in(counts, h, hook == NF_INET_PRE_ROUTING ?
				   NF_CSUM_PREROUTING : NF_CSUM_POSTROUTING);
}

/* What was counted in between; each thing once, or it is not in there. */
static inline u32 hooked_deeds(const struct hooked_counts *before,
			       const struct hooked_counts *after)
{
	u32 deeds = 0;
	unsigned int i;

	for (i = 0; i < NF_CSUM_COUNTERS; i++)
		if (after->of[i] == before->of[i] + 1)
			deeds |= BIT(i);
	return deeds;
}

#endif /* NF_CSUM_KUNIT_HOOKED_H */
