/* SPDX-License-Identifier: GPL-2.0 */
/* Counting packets, and adding up what was counted. */
#ifndef NF_CSUM_COUNT_H
#define NF_CSUM_COUNT_H

#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <net/snmp.h>

#include <nf_csum/counters.h>
#include <nf_csum/iface.h>
#include <nf_csum/netns.h>

/* Counts the common packet. It is counted for the namespace only. */
static inline void nf_csum_count_ok(const struct nf_csum_net *nfc,
				    enum nf_csum_column column)
{
	SNMP_INC_STATS(nfc->stats, column * NF_CSUM_COUNTERS + NF_CSUM_OK);
}

/* Counts one thing about a packet: for its interface, or for @nfc if that is unknown. */
static __always_inline void
nf_csum_count_one(const struct nf_csum_net *nfc,
		  const struct nf_csum_iface *iface,
		  enum nf_csum_column column, enum nf_csum_counter counter)
{
	struct nf_csum_mib __percpu *stats = nfc->stats;

	if (likely(iface && iface->stats))
		stats = iface->stats;
	SNMP_INC_STATS(stats, column * NF_CSUM_COUNTERS + counter);
}

void nf_csum_count(const struct nf_csum_net *nfc,
		   const struct nf_csum_iface *iface,
		   enum nf_csum_column column, u32 counters);
void nf_csum_iface_stats_attach(struct nf_csum_net *nfc,
				struct nf_csum_iface *iface);
void nf_csum_iface_stats_detach(struct nf_csum_net *nfc,
				struct nf_csum_iface *iface);
void nf_csum_add_cpus(struct nf_csum_mib *sum,
		      const struct nf_csum_mib __percpu *stats,
		      const struct cpumask *cpus);
void nf_csum_add_up(struct nf_csum_mib *sum, struct nf_csum_net *nfc,
		    const struct cpumask *cpus);
int nf_csum_counters_init(struct nf_csum_net *nfc);
void nf_csum_counters_exit(struct nf_csum_net *nfc);

#endif /* NF_CSUM_COUNT_H */
