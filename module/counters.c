// SPDX-License-Identifier: GPL-2.0
/* Counters of a network namespace and /proc/net/nf_csum, which shows them. */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/snmp.h>

#include <nf_csum/netns.h>

#define COUNTER_NAME(id, name) #name,

static const char * const counter_names[NF_CSUM_COUNTERS] = {
	NF_CSUM_STATES(COUNTER_NAME)
	NF_CSUM_ACTIONS(COUNTER_NAME)
};

static int show_counters(struct seq_file *seq, void *v)
{
	struct nf_csum_net *nfc = nf_csum_pernet(seq_file_single_net(seq));
	unsigned int i;

	seq_puts(seq, "counter prerouting postrouting\n");
	for (i = 0; i < NF_CSUM_COUNTERS; i++)
		seq_printf(seq, "%s %lu %lu\n", counter_names[i],
			   snmp_fold_field(nfc->stats, i),
			   snmp_fold_field(nfc->stats, NF_CSUM_COUNTERS + i));
	return 0;
}

/**
 * nf_csum_counters_init - make a namespace's counters and show them
 * @nfc: the namespace
 *
 * Process context, may sleep. Return: 0 or -ENOMEM.
 */
int nf_csum_counters_init(struct nf_csum_net *nfc)
{
	nfc->stats = alloc_percpu(struct nf_csum_mib);
	if (!nfc->stats)
		return -ENOMEM;
	if (!proc_create_net_single("nf_csum", 0444, nfc->net->proc_net,
				    show_counters, NULL)) {
		free_percpu(nfc->stats);
		return -ENOMEM;
	}
	return 0;
}

/**
 * nf_csum_counters_hide - take a namespace's counters out of /proc
 * @nfc: the namespace; packets may still be counted
 *
 * Process context, may sleep.
 */
void nf_csum_counters_hide(struct nf_csum_net *nfc)
{
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
