/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module keeps for each network namespace, who writes and reads it, and
 * what protects that:
 *
 *	what			written by, under	read by, under
 *	knobs			sysctl.c; mode and	the packet path,
 *				invalid: mode_mutex	READ_ONCE()
 *	hooks, hooked, guarded	hooks.c, invalid.c,	the same
 *				mode_mutex
 *	ifaces.by_index, .cache	iface.c, RTNL		the packet path and
 *				xarray's lock		procfs.c, RCU
 *	ifaces.lists		iface.c, RTNL		sysctl.c, RCU
 *	ifaces.gone		iface.c, lock-free	its work
 *	iface->flags		iface.c, RTNL		the packet path,
 *							READ_ONCE()
 *	iface->ingress,		link.c, RTNL		the packet path,
 *	->ingress_wanted	and the packet path	READ_ONCE()
 *	iface->far_end,		evidence.c, RTNL	the packet path,
 *	->own_only		and the packet path	READ_ONCE()
 *	iface->hops		evidence.c, RTNL	the packet path,
 *				and the packet path	atomic
 *	iface->watch		evidence.c, RTNL	the packet path, RCU;
 *							what is in it: its lock
 *	link			link.c, evidence.c,	the same;
 *				RTNL			closing: anybody
 *	records of offload.c	offload.c, RTNL		procfs.c, RCU
 *	counting		counters.c,		readers of totals,
 *				counting_lock		fold_mutex
 *	stats			the packet path, per	readers of totals,
 *				processor; folding	fold_mutex
 *				under fold_mutex
 *
 * The RTNL may be held where counting_lock is taken, never where fold_mutex is.
 * mode_mutex is taken with neither, and may be held where the RTNL is taken.
 */
#ifndef NF_CSUM_NETNS_H
#define NF_CSUM_NETNS_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/snmp.h>

#include <nf_csum/counters.h>
#include <nf_csum/iface.h>
#include <nf_csum/link.h>
#include <nf_csum/policy.h>

struct ctl_table_header;

#define NF_CSUM_HOOKS	5

/**
 * struct nf_csum_net - what the module keeps for a network namespace
 * @net: the namespace
 * @knobs: what the administrator set
 * @stats: counters as in struct nf_csum_iface: ok, and what is no interface's;
 *	the totals are these and those of the interfaces
 * @counting: interfaces that have counts, gone or not
 * @counting_lock: protects changes of @counting
 * @fold_mutex: held while an interface's counters are added to the namespace's, and
 *	by readers, so that they find each count once
 * @ifaces: the interfaces
 * @sysctl: the registered knobs
 * @hooks: what is registered, with this namespace in it
 * @link: what is registered beside them
 * @mode_mutex: serializes changes of the mode and of the knob invalid
 * @hooked: the hooks are registered
 * @guarded: so are those for INVALID packets
 * @holds_conntrack: conntrack is held for them
 */
struct nf_csum_net {
	struct net *net;
	struct nf_csum_knobs knobs;
	DEFINE_SNMP_STAT(struct nf_csum_mib, stats);
	struct list_head counting;
	spinlock_t counting_lock;	/* protects changes of counting */
	struct mutex fold_mutex;	/* each count is found once */
	struct nf_csum_ifaces ifaces;
	struct ctl_table_header *sysctl;
	struct nf_hook_ops hooks[NF_CSUM_HOOKS];
	struct nf_csum_link link;
	struct mutex mode_mutex;	/* serializes changes of the mode */
	bool hooked;
	bool guarded;
	bool holds_conntrack;
};

extern unsigned int nf_csum_net_id;

static inline struct nf_csum_net *nf_csum_pernet(const struct net *net)
{
	return net_generic(net, nf_csum_net_id);
}

/* hooks.c */
int nf_csum_hooks_set_mode(struct nf_csum_net *nfc, u8 mode);
int nf_csum_hooks_set_invalid(struct nf_csum_net *nfc, u8 invalid);
void nf_csum_hooks_stop(struct nf_csum_net *nfc);
void nf_csum_hooks_release(struct nf_csum_net *nfc);

/* invalid.c */
int nf_csum_conntrack_pin(void);
void nf_csum_conntrack_unpin(void);
int nf_csum_invalid_start(struct nf_csum_net *nfc);
void nf_csum_invalid_stop(struct nf_csum_net *nfc);
void nf_csum_invalid_release(struct nf_csum_net *nfc);
void nf_csum_invalid_settle(void);
bool nf_csum_invalid_is_settled(void);

/* procfs.c */
int nf_csum_procfs_init(struct nf_csum_net *nfc);
void nf_csum_procfs_exit(struct nf_csum_net *nfc);

/* sysctl.c */
int nf_csum_knobs_init(void);
void nf_csum_knobs_exit(void);
int nf_csum_knobs_register(struct nf_csum_net *nfc);
void nf_csum_knobs_unregister(struct nf_csum_net *nfc);

#endif /* NF_CSUM_NETNS_H */
