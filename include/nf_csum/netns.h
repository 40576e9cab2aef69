/* SPDX-License-Identifier: GPL-2.0 */
/* What the module keeps for each network namespace, and who looks after it. */
#ifndef NF_CSUM_NETNS_H
#define NF_CSUM_NETNS_H

#include <linux/bits.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/snmp.h>

#include <nf_csum/counters.h>

struct ctl_table_header;

enum nf_csum_mode {
	NF_CSUM_MODE_OFF,
	NF_CSUM_MODE_OBSERVE,
	NF_CSUM_MODE_REPAIR,
};

/* Values of the knobs finish and trust. */
enum nf_csum_scope {
	NF_CSUM_SCOPE_NONE,
	NF_CSUM_SCOPE_AUTO,
	NF_CSUM_SCOPE_ALL,
};

/* Values of the knob invalid. */
enum nf_csum_invalid {
	NF_CSUM_INVALID_IGNORE,
	NF_CSUM_INVALID_COUNT,
	NF_CSUM_INVALID_DROP_LOCAL,
	NF_CSUM_INVALID_DROP,
};

/* What is known about a device, see nf_csum_iface_flags(). */
#define NF_CSUM_IFACE_LOOPBACK	BIT(0)
#define NF_CSUM_IFACE_SOFTWARE	BIT(1)	/* leaves checksums to others */
#define NF_CSUM_IFACE_TUN	BIT(2)	/* a process on this host writes here */

/* The two columns of /proc/net/nf_csum, one after the other. */
enum nf_csum_column {
	NF_CSUM_PREROUTING,
	NF_CSUM_POSTROUTING,
	NF_CSUM_COLUMNS
};

struct nf_csum_mib {
	unsigned long mibs[NF_CSUM_COLUMNS * NF_CSUM_COUNTERS];
};

/**
 * struct nf_csum_knobs - what the administrator set, see sysctl.c
 * @exempt_mark: packets with one of these mark bits are left alone
 * @mode: enum nf_csum_mode
 * @finish: enum nf_csum_scope, whose pending offloads are finished
 * @trust: enum nf_csum_scope, whose never-finished checksums are filled
 * @verify: enum nf_csum_verify, for packets that a device vouched for
 * @invalid: enum nf_csum_invalid, for packets that conntrack calls INVALID
 */
struct nf_csum_knobs {
	u32 exempt_mark;
	u8 mode;
	u8 finish;
	u8 trust;
	u8 verify;
	u8 invalid;
};

/**
 * struct nf_csum_net - what the module keeps for a network namespace
 * @net: the namespace
 * @knobs: read by the packet path without a lock
 * @stats: counters, by column and enum nf_csum_counter
 * @ifaces: NF_CSUM_IFACE_* by interface index, where there are any
 * @sysctl: the registered knobs
 * @hooked: the hooks are registered
 * @guarded: so are those for INVALID packets, and conntrack is held
 */
struct nf_csum_net {
	struct net *net;
	struct nf_csum_knobs knobs;
	DEFINE_SNMP_STAT(struct nf_csum_mib, stats);
	struct xarray ifaces;
	struct ctl_table_header *sysctl;
	bool hooked;
	bool guarded;
};

extern unsigned int nf_csum_net_id;

static inline struct nf_csum_net *nf_csum_pernet(const struct net *net)
{
	return net_generic(net, nf_csum_net_id);
}

static inline bool nf_csum_repairs(const struct nf_csum_net *nfc)
{
	return READ_ONCE(nfc->knobs.mode) == NF_CSUM_MODE_REPAIR;
}

static inline bool nf_csum_exempts(const struct nf_csum_net *nfc,
				   const struct sk_buff *skb)
{
	return skb->mark & READ_ONCE(nfc->knobs.exempt_mark);
}

static inline void nf_csum_count(const struct nf_csum_net *nfc,
				 enum nf_csum_column column,
				 enum nf_csum_counter counter)
{
	SNMP_INC_STATS(nfc->stats, column * NF_CSUM_COUNTERS + counter);
}

/* counters.c */
int nf_csum_counters_init(struct nf_csum_net *nfc);
void nf_csum_counters_hide(struct nf_csum_net *nfc);
void nf_csum_counters_free(struct nf_csum_net *nfc);

/* hooks.c */
int nf_csum_hooks_set_mode(struct nf_csum_net *nfc, u8 mode);
int nf_csum_hooks_set_invalid(struct nf_csum_net *nfc, u8 invalid);

/* iface.c */
unsigned long nf_csum_iface_flags(struct nf_csum_net *nfc, int ifindex);
int nf_csum_ifaces_register(void);
void nf_csum_ifaces_unregister(void);

/* invalid.c */
int nf_csum_conntrack_pin(void);
void nf_csum_conntrack_unpin(void);
int nf_csum_invalid_start(struct nf_csum_net *nfc);
void nf_csum_invalid_stop(struct nf_csum_net *nfc);

/* sysctl.c */
int nf_csum_knobs_init(void);
void nf_csum_knobs_exit(void);
int nf_csum_knobs_register(struct nf_csum_net *nfc);
void nf_csum_knobs_unregister(struct nf_csum_net *nfc);

#endif /* NF_CSUM_NETNS_H */
