// SPDX-License-Identifier: GPL-2.0
/*
 * Counters: of a network namespace, and of each of its interfaces while the interface
 * is there. A packet is counted in one place only; readers add the places up.
 */
#include <kunit/visibility.h>
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <net/snmp.h>

#include <nf_csum/count.h>
#include <nf_csum/netns.h>

#define COUNTER_NAME(id, name) #name,

const char * const nf_csum_counter_names[NF_CSUM_COUNTERS] = {
	NF_CSUM_STATES(COUNTER_NAME)
	NF_CSUM_ACTIONS(COUNTER_NAME)
};

/**
 * nf_csum_count - count a packet that is not simply all right
 * @nfc: the namespace
 * @iface: the interface it belongs to, NULL if unknown
 * @column: the hook
 * @counters: a bit for each counter, 1 << enum nf_csum_counter
 *
 * Context: Any.
 */
void nf_csum_count(const struct nf_csum_net *nfc,
		   const struct nf_csum_iface *iface,
		   enum nf_csum_column column, u32 counters)
{
	for (; counters; counters &= counters - 1)
		nf_csum_count_one(nfc, iface, column, __ffs(counters));
}

/**
 * nf_csum_add_cpus - add what was counted on some processors
 * @sum: what to add to
 * @stats: counters
 * @cpus: the processors
 *
 * Context: Any.
 */
void nf_csum_add_cpus(struct nf_csum_mib *sum,
		      const struct nf_csum_mib __percpu *stats,
		      const struct cpumask *cpus)
{
	const struct nf_csum_mib *one;
	unsigned int i;
	int cpu;

	for_each_cpu(cpu, cpus) {
		one = per_cpu_ptr(stats, cpu);
		for (i = 0; i < ARRAY_SIZE(sum->mibs); i++)
			sum->mibs[i] += READ_ONCE(one->mibs[i]);
	}
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_add_cpus);

/**
 * nf_csum_add_up - say what a namespace has counted on some processors
 * @sum: for the totals
 * @nfc: the namespace
 * @cpus: the processors
 *
 * Context: Process, may sleep; not under the RTNL.
 */
void nf_csum_add_up(struct nf_csum_mib *sum, struct nf_csum_net *nfc,
		    const struct cpumask *cpus)
{
	const struct nf_csum_iface *iface;

	memset(sum, 0, sizeof(*sum));
	mutex_lock(&nfc->fold_mutex);
	nf_csum_add_cpus(sum, nfc->stats, cpus);
	/* No interface goes meanwhile, but some may come. */
	list_for_each_entry_rcu(iface, &nfc->counting, counting,
				lockdep_is_held(&nfc->fold_mutex)) {
		if (iface->stats)
			nf_csum_add_cpus(sum, iface->stats, cpus);
		cond_resched();
	}
	mutex_unlock(&nfc->fold_mutex);
}

/**
 * nf_csum_iface_stats_attach - give an interface counters, part of the totals
 * @nfc: the namespace
 * @iface: the interface; no packet finds it yet
 *
 * The memory is charged to who makes the interface. If there is no memory, that is
 * counted once, and the packets are counted for the namespace only.
 *
 * Context: Process, may sleep; the RTNL may be held.
 */
void nf_csum_iface_stats_attach(struct nf_csum_net *nfc,
				struct nf_csum_iface *iface)
{
	iface->stats = alloc_percpu_gfp(struct nf_csum_mib, GFP_KERNEL_ACCOUNT);
	if (!iface->stats)
		nf_csum_count_one(nfc, NULL, NF_CSUM_PREROUTING,
				  NF_CSUM_FAILED);
	spin_lock(&nfc->counting_lock);
	list_add_tail_rcu(&iface->counting, &nfc->counting);
	spin_unlock(&nfc->counting_lock);
}

/**
 * nf_csum_iface_stats_detach - leave an interface's counters to its namespace
 * @nfc: the namespace
 * @iface: the interface; no packet finds it any more, nor is being counted for
 *	it, and its counters are freed
 *
 * The totals stay what they are.
 *
 * Context: Process, may sleep; not under the RTNL.
 */
void nf_csum_iface_stats_detach(struct nf_csum_net *nfc,
				struct nf_csum_iface *iface)
{
	struct nf_csum_mib sum = {};
	unsigned int i;

	if (iface->stats)
		nf_csum_add_cpus(&sum, iface->stats, cpu_possible_mask);
	mutex_lock(&nfc->fold_mutex);
	spin_lock(&nfc->counting_lock);
	list_del_rcu(&iface->counting);
	spin_unlock(&nfc->counting_lock);
	for (i = 0; i < ARRAY_SIZE(sum.mibs); i++)
		SNMP_ADD_STATS(nfc->stats, i, sum.mibs[i]);
	mutex_unlock(&nfc->fold_mutex);
	free_percpu(iface->stats);
}

/**
 * nf_csum_counters_init - make a namespace's counters
 * @nfc: the namespace
 *
 * Context: Process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int nf_csum_counters_init(struct nf_csum_net *nfc)
{
	INIT_LIST_HEAD(&nfc->counting);
	spin_lock_init(&nfc->counting_lock);
	mutex_init(&nfc->fold_mutex);
	nfc->stats = alloc_percpu_gfp(struct nf_csum_mib, GFP_KERNEL_ACCOUNT);
	return nfc->stats ? 0 : -ENOMEM;
}

/**
 * nf_csum_counters_exit - free a namespace's counters
 * @nfc: the namespace; no packet is being counted any more
 *
 * Context: Process.
 */
void nf_csum_counters_exit(struct nf_csum_net *nfc)
{
	free_percpu(nfc->stats);
}
