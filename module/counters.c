// SPDX-License-Identifier: GPL-2.0
/*
 * Counters, of a network namespace and of its interfaces, and the files that
 * show them: /proc/net/nf_csum, /proc/net/nf_csum_iface and
 * /proc/net/stat/nf_csum.
 */
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/snmp.h>

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

static void add_cpus(struct nf_csum_mib *sum,
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

/* What a namespace has counted on some processors. */
static void add_up(struct nf_csum_mib *sum, struct nf_csum_net *nfc,
		   const struct cpumask *cpus)
{
	const struct nf_csum_iface *iface;

	memset(sum, 0, sizeof(*sum));
	mutex_lock(&nfc->fold_mutex);
	add_cpus(sum, nfc->stats, cpus);
	/* None goes meanwhile, but some may come. */
	list_for_each_entry_rcu(iface, &nfc->counting, counting,
				lockdep_is_held(&nfc->fold_mutex)) {
		if (iface->stats)
			add_cpus(sum, iface->stats, cpus);
		cond_resched();
	}
	mutex_unlock(&nfc->fold_mutex);
}

/**
 * nf_csum_iface_stats_attach - give an interface counters, part of the totals
 * @nfc: the namespace
 * @iface: the interface; no packet finds it yet
 *
 * The memory is charged to who makes the interface. If there is none, that is
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
		add_cpus(&sum, iface->stats, cpu_possible_mask);
	mutex_lock(&nfc->fold_mutex);
	spin_lock(&nfc->counting_lock);
	list_del_rcu(&iface->counting);
	spin_unlock(&nfc->counting_lock);
	for (i = 0; i < ARRAY_SIZE(sum.mibs); i++)
		SNMP_ADD_STATS(nfc->stats, i, sum.mibs[i]);
	mutex_unlock(&nfc->fold_mutex);
	free_percpu(iface->stats);
}

static int show_counters(struct seq_file *seq, void *v)
{
	struct nf_csum_mib sum;
	unsigned int i;

	add_up(&sum, nf_csum_pernet(seq_file_single_net(seq)),
	       cpu_possible_mask);
	seq_puts(seq, "counter prerouting postrouting\n");
	for (i = 0; i < NF_CSUM_COUNTERS; i++)
		seq_printf(seq, "%s %lu %lu\n", nf_csum_counter_names[i],
			   sum.mibs[i], sum.mibs[NF_CSUM_COUNTERS + i]);
	return 0;
}

/* An entry is an interface; its position is its index plus one. */
static void *iface_start(struct seq_file *seq, loff_t *pos)
	__acquires(RCU)
{
	struct nf_csum_net *nfc = nf_csum_pernet(seq_file_net(seq));
	unsigned long index = *pos ? *pos - 1 : 0;
	void *iface;

	rcu_read_lock();
	if (!*pos)
		return SEQ_START_TOKEN;
	iface = xa_find(&nfc->ifaces, &index, INT_MAX, XA_PRESENT);
	*pos = index + 1;
	return iface;
}

static void *iface_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct nf_csum_net *nfc = nf_csum_pernet(seq_file_net(seq));
	unsigned long index = *pos;
	void *iface;

	iface = xa_find(&nfc->ifaces, &index, INT_MAX, XA_PRESENT);
	*pos = index + 1;
	return iface;
}

static void iface_stop(struct seq_file *seq, void *v)
	__releases(RCU)
{
	rcu_read_unlock();
}

static int iface_show(struct seq_file *seq, void *v)
{
	struct nf_csum_iface *iface = v;
	struct nf_csum_mib sum = {};
	unsigned long pre, post;
	struct net_device *dev;
	unsigned int i;

	if (v == SEQ_START_TOKEN) {
		seq_puts(seq, "iface counter prerouting postrouting\n");
		return 0;
	}
	dev = dev_get_by_index_rcu(seq_file_net(seq), iface->ifindex);
	if (!dev || !iface->stats)
		return 0;
	add_cpus(&sum, iface->stats, cpu_possible_mask);
	for (i = NF_CSUM_OK + 1; i < NF_CSUM_COUNTERS; i++) {
		pre = sum.mibs[i];
		post = sum.mibs[NF_CSUM_COUNTERS + i];
		if (pre || post)
			seq_printf(seq, "%s %s %lu %lu\n", dev->name,
				   nf_csum_counter_names[i], pre, post);
	}
	return 0;
}

static const struct seq_operations iface_ops = {
	.start	= iface_start,
	.next	= iface_next,
	.stop	= iface_stop,
	.show	= iface_show,
};

/* An entry is a processor; its position is its number plus one. */
static void *stat_start(struct seq_file *seq, loff_t *pos)
{
	unsigned int cpu;

	if (!*pos)
		return SEQ_START_TOKEN;
	cpu = cpumask_next(*pos - 2, cpu_possible_mask);
	if (cpu >= nr_cpu_ids)
		return NULL;
	*pos = cpu + 1;
	return pos;
}

static void *stat_next(struct seq_file *seq, void *v, loff_t *pos)
{
	++*pos;
	return stat_start(seq, pos);
}

static void stat_stop(struct seq_file *seq, void *v)
{
}

/*
 * lnstat has room for 32 columns, so the two hooks share one: this file is for
 * rates, /proc/net/nf_csum tells them apart. And it takes the first column for
 * a gauge, which it does not sum up over processors.
 */
static int stat_show(struct seq_file *seq, void *v)
{
	struct nf_csum_net *nfc = nf_csum_pernet(seq_file_net(seq));
	struct nf_csum_mib sum;
	unsigned int i;

	BUILD_BUG_ON(1 + NF_CSUM_COUNTERS > 32);
	if (v == SEQ_START_TOKEN) {
		seq_puts(seq, "mode ");
		for (i = 0; i < NF_CSUM_COUNTERS; i++)
			seq_printf(seq, "%s ", nf_csum_counter_names[i]);
	} else {
		add_up(&sum, nfc, cpumask_of(*(loff_t *)v - 1));
		seq_printf(seq, "%08x ", READ_ONCE(nfc->knobs.mode));
		for (i = 0; i < NF_CSUM_COUNTERS; i++)
			seq_printf(seq, "%08lx ", sum.mibs[i] +
				   sum.mibs[NF_CSUM_COUNTERS + i]);
	}
	seq_putc(seq, '\n');
	return 0;
}

static const struct seq_operations stat_ops = {
	.start	= stat_start,
	.next	= stat_next,
	.stop	= stat_stop,
	.show	= stat_show,
};

/**
 * nf_csum_counters_init - make a namespace's counters and show them
 * @nfc: the namespace
 *
 * Process context, may sleep. Return: 0 or -ENOMEM.
 */
int nf_csum_counters_init(struct nf_csum_net *nfc)
{
	struct net *net = nfc->net;

	INIT_LIST_HEAD(&nfc->counting);
	spin_lock_init(&nfc->counting_lock);
	mutex_init(&nfc->fold_mutex);
	nfc->stats = alloc_percpu_gfp(struct nf_csum_mib, GFP_KERNEL_ACCOUNT);
	if (!nfc->stats)
		return -ENOMEM;
	if (!proc_create_net_single("nf_csum", 0444, net->proc_net,
				    show_counters, NULL))
		goto err_stats;
	if (!proc_create_net("nf_csum_iface", 0444, net->proc_net, &iface_ops,
			     sizeof(struct seq_net_private)))
		goto err_totals;
	if (!proc_create_net("nf_csum", 0444, net->proc_net_stat, &stat_ops,
			     sizeof(struct seq_net_private)))
		goto err_ifaces;
	return 0;

err_ifaces:
	remove_proc_entry("nf_csum_iface", net->proc_net);
err_totals:
	remove_proc_entry("nf_csum", net->proc_net);
err_stats:
	free_percpu(nfc->stats);
	return -ENOMEM;
}

/**
 * nf_csum_counters_hide - take a namespace's counters out of /proc
 * @nfc: the namespace; packets may still be counted
 *
 * Process context, may sleep.
 */
void nf_csum_counters_hide(struct nf_csum_net *nfc)
{
	remove_proc_entry("nf_csum", nfc->net->proc_net_stat);
	remove_proc_entry("nf_csum_iface", nfc->net->proc_net);
	remove_proc_entry("nf_csum", nfc->net->proc_net);
}

/**
 * nf_csum_counters_free - free a namespace's counters
 * @nfc: the namespace; no packet is being counted any more
 *
 * Process context.
 */
void nf_csum_counters_free(struct nf_csum_net *nfc)
{
	free_percpu(nfc->stats);
}
