// SPDX-License-Identifier: GPL-2.0
/*
 * The files that show the counters: /proc/net/nf_csum, /proc/net/nf_csum_iface
 * and /proc/net/stat/nf_csum.
 */
#include <linux/build_bug.h>
#include <linux/cpumask.h>
#include <linux/netdevice.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include <nf_csum/count.h>
#include <nf_csum/netns.h>
#include <nf_csum/offload.h>

static unsigned long counted(const struct nf_csum_mib *sum,
			     enum nf_csum_column column, unsigned int counter)
{
	return sum->mibs[column * NF_CSUM_COUNTERS + counter];
}

static int show_counters(struct seq_file *seq, void *v)
{
	struct nf_csum_mib sum;
	unsigned int i;

	nf_csum_add_up(&sum, nf_csum_pernet(seq_file_single_net(seq)),
		       cpu_possible_mask);
	seq_puts(seq, "counter prerouting postrouting link\n");
	for (i = 0; i < NF_CSUM_COUNTERS; i++)
		seq_printf(seq, "%s %lu %lu %lu\n", nf_csum_counter_names[i],
			   counted(&sum, NF_CSUM_PREROUTING, i),
			   counted(&sum, NF_CSUM_POSTROUTING, i),
			   counted(&sum, NF_CSUM_LINK, i));
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
	iface = xa_find(&nfc->ifaces.by_index, &index, INT_MAX, XA_PRESENT);
	*pos = index + 1;
	return iface;
}

static void *iface_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct nf_csum_net *nfc = nf_csum_pernet(seq_file_net(seq));
	unsigned long index = *pos;
	void *iface;

	iface = xa_find(&nfc->ifaces.by_index, &index, INT_MAX, XA_PRESENT);
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
	unsigned long pre, post, link;
	struct net_device *dev;
	unsigned int i;

	if (v == SEQ_START_TOKEN) {
		seq_puts(seq, "iface counter prerouting postrouting link\n");
		return 0;
	}
	dev = dev_get_by_index_rcu(seq_file_net(seq), iface->ifindex);
	if (!dev)
		return 0;
	/* This counts no packets, and belongs to no hook: 1 in every column. */
	if (nf_csum_offload_is_taken(dev))
		seq_printf(seq, "%s offloads_taken 1 1 1\n", dev->name);
	if (!iface->stats)
		return 0;
	nf_csum_add_cpus(&sum, iface->stats, cpu_possible_mask);
	for (i = NF_CSUM_OK + 1; i < NF_CSUM_COUNTERS; i++) {
		pre = counted(&sum, NF_CSUM_PREROUTING, i);
		post = counted(&sum, NF_CSUM_POSTROUTING, i);
		link = counted(&sum, NF_CSUM_LINK, i);
		if (pre || post || link)
			seq_printf(seq, "%s %s %lu %lu %lu\n", dev->name,
				   nf_csum_counter_names[i], pre, post, link);
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
 * lnstat has room for 32 columns, so the hooks of a counter share one: this file is
 * for rates, and /proc/net/nf_csum tells the hooks apart. lnstat takes the first
 * column for a gauge, and does not sum it up over processors.
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
		nf_csum_add_up(&sum, nfc, cpumask_of(*(loff_t *)v - 1));
		seq_printf(seq, "%08x ", READ_ONCE(nfc->knobs.mode));
		for (i = 0; i < NF_CSUM_COUNTERS; i++)
			seq_printf(seq, "%08lx ",
				   counted(&sum, NF_CSUM_PREROUTING, i) +
				   counted(&sum, NF_CSUM_POSTROUTING, i) +
				   counted(&sum, NF_CSUM_LINK, i));
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
 * nf_csum_procfs_init - show a namespace's counters
 * @nfc: the namespace
 *
 * Context: Process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int nf_csum_procfs_init(struct nf_csum_net *nfc)
{
	struct net *net = nfc->net;

	if (!proc_create_net_single("nf_csum", 0444, net->proc_net,
				    show_counters, NULL))
		return -ENOMEM;
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
	return -ENOMEM;
}

/**
 * nf_csum_procfs_exit - take a namespace's counters out of /proc
 * @nfc: the namespace; packets may still be counted
 *
 * Waits for readers.
 *
 * Context: Process, may sleep.
 */
void nf_csum_procfs_exit(struct nf_csum_net *nfc)
{
	remove_proc_entry("nf_csum", nfc->net->proc_net_stat);
	remove_proc_entry("nf_csum_iface", nfc->net->proc_net);
	remove_proc_entry("nf_csum", nfc->net->proc_net);
}
