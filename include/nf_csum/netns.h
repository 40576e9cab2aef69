/* SPDX-License-Identifier: GPL-2.0 */
/* What the module keeps for each network namespace, and who looks after it. */
#ifndef NF_CSUM_NETNS_H
#define NF_CSUM_NETNS_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
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

/* What is known about a device. */
#define NF_CSUM_IFACE_LOOPBACK	BIT(0)
#define NF_CSUM_IFACE_FINISH	BIT(1)	/* leaves checksums to others */
#define NF_CSUM_IFACE_TRUST	BIT(2)	/* a process on this host writes here */

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
 * struct nf_csum_iface - an interface of a namespace
 * @dev: its device, only to be compared with: it may be gone
 * @ifindex: its index
 * @flags: NF_CSUM_IFACE_*
 * @stats: counters by column and enum nf_csum_counter, without ok; NULL if there
 *	was no memory, then the namespace counts
 * @counting: in the namespace's list of those that count
 * @gone: in the namespace's list of those whose device is gone
 */
struct nf_csum_iface {
	const struct net_device *dev;
	unsigned int ifindex;
	unsigned long flags;
	struct nf_csum_mib __percpu *stats;
	struct list_head counting;
	struct llist_node gone;
};

#define NF_CSUM_GLOBS_MAX	16
#define NF_CSUM_GLOBS_SIZE	512

/**
 * struct nf_csum_globs - a list of interface names and globs
 * @count: how many there are
 * @text: as the administrator wrote them
 * @words: @text with a NUL behind each
 * @glob: each of them, in @words
 * @rcu: frees it
 */
struct nf_csum_globs {
	struct rcu_head rcu;
	unsigned int count;
	char text[NF_CSUM_GLOBS_SIZE];
	char words[NF_CSUM_GLOBS_SIZE];
	const char *glob[NF_CSUM_GLOBS_MAX];
};

/* The knobs that are lists of interfaces. */
enum nf_csum_list {
	NF_CSUM_LIST_FINISH,
	NF_CSUM_LIST_TRUST,
	NF_CSUM_LISTS
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

#define NF_CSUM_HOOKS	5
#define NF_CSUM_NEAR	32

/**
 * struct nf_csum_net - what the module keeps for a network namespace
 * @net: the namespace
 * @knobs: read by the packet path without a lock
 * @stats: counters as in struct nf_csum_iface: ok, and what is no interface's;
 *	the totals are these and those of the interfaces
 * @counting: interfaces that packets may be counted for, gone or not
 * @counting_lock: protects changes of @counting
 * @fold_mutex: held while an interface's counters become the namespace's, and by
 *	readers, who find each count once; never taken under the RTNL
 * @gone: interfaces whose device is gone, still in @counting
 * @reap: frees them
 * @ifaces: struct nf_csum_iface by interface index
 * @near: the youngest of them, by the low bits of the index: found at once
 * @lists: interfaces named by the administrator, NULL if none; changed under
 *	the RTNL
 * @sysctl: the registered knobs
 * @hooks: what is registered, with this namespace in it
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
	struct llist_head gone;
	struct work_struct reap;
	struct xarray ifaces;
	struct nf_csum_iface *near[NF_CSUM_NEAR];
	struct nf_csum_globs __rcu *lists[NF_CSUM_LISTS];
	struct ctl_table_header *sysctl;
	struct nf_hook_ops hooks[NF_CSUM_HOOKS];
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

static inline bool nf_csum_repairs(const struct nf_csum_net *nfc)
{
	return READ_ONCE(nfc->knobs.mode) == NF_CSUM_MODE_REPAIR;
}

static inline bool nf_csum_exempts(const struct nf_csum_net *nfc,
				   const struct sk_buff *skb)
{
	/* Most packets have no mark, which is cheaper to see. */
	return skb->mark && skb->mark & READ_ONCE(nfc->knobs.exempt_mark);
}

/* The device that a packet is counted for: it goes there, or came from there. */
static inline const struct net_device *
nf_csum_dev(const struct nf_hook_state *state)
{
	return state->hook == NF_INET_POST_ROUTING ? state->out : state->in;
}

/*
 * The checksum inside of NAT-T in transport mode is of addresses before NAT, and
 * knowingly wrong; that ESP vouches for it is no device's doing.
 */
static inline bool nf_csum_is_decrypted(const struct sk_buff *skb)
{
	return secpath_exists(skb);
}

/* The common packet is counted here, and nowhere else. */
static inline void nf_csum_count_ok(const struct nf_csum_net *nfc,
				    enum nf_csum_column column)
{
	SNMP_INC_STATS(nfc->stats, column * NF_CSUM_COUNTERS + NF_CSUM_OK);
}

static inline struct nf_csum_mib __percpu *
nf_csum_stats_of(const struct nf_csum_net *nfc, const struct nf_csum_iface *iface)
{
	return likely(iface && iface->stats) ? iface->stats : nfc->stats;
}

/* Counts one thing about a packet for its interface, or if that is unknown for @nfc. */
static __always_inline void
nf_csum_count_one(const struct nf_csum_net *nfc,
		  const struct nf_csum_iface *iface,
		  enum nf_csum_column column, enum nf_csum_counter counter)
{
	struct nf_csum_mib __percpu *stats = nf_csum_stats_of(nfc, iface);

	SNMP_INC_STATS(stats, column * NF_CSUM_COUNTERS + counter);
}

/* counters.c */
extern const char * const nf_csum_counter_names[NF_CSUM_COUNTERS];
void nf_csum_count(const struct nf_csum_net *nfc,
		   const struct nf_csum_iface *iface,
		   enum nf_csum_column column, u32 counters);
void nf_csum_iface_stats_attach(struct nf_csum_net *nfc,
				struct nf_csum_iface *iface);
void nf_csum_iface_stats_detach(struct nf_csum_net *nfc,
				struct nf_csum_iface *iface);
int nf_csum_counters_init(struct nf_csum_net *nfc);
void nf_csum_counters_hide(struct nf_csum_net *nfc);
void nf_csum_counters_free(struct nf_csum_net *nfc);

/* hooks.c */
int nf_csum_hooks_set_mode(struct nf_csum_net *nfc, u8 mode);
int nf_csum_hooks_set_invalid(struct nf_csum_net *nfc, u8 invalid);
void nf_csum_hooks_stop(struct nf_csum_net *nfc);
void nf_csum_hooks_release(struct nf_csum_net *nfc);

/* iface.c */
int nf_csum_ifaces_list(struct nf_csum_net *nfc, enum nf_csum_list list,
			const char *text);
void nf_csum_ifaces_text(struct nf_csum_net *nfc, enum nf_csum_list list,
			 char *text);
void nf_csum_ifaces_init(struct nf_csum_net *nfc);
void nf_csum_ifaces_free(struct nf_csum_net *nfc);

/**
 * nf_csum_iface_find - find what is known about an interface
 * @nfc: the namespace it is in
 * @ifindex: its index; 0 for none
 *
 * Under RCU, which protects the result. Return: NULL if nothing is known.
 */
static inline struct nf_csum_iface *
nf_csum_iface_find(struct nf_csum_net *nfc, unsigned int ifindex)
{
	struct nf_csum_iface *iface;

	iface = READ_ONCE(nfc->near[ifindex % NF_CSUM_NEAR]);
	if (likely(iface && iface->ifindex == ifindex))
		return iface;
	return ifindex ? xa_load(&nfc->ifaces, ifindex) : NULL;
}

static inline struct nf_csum_iface *
nf_csum_iface_of(struct nf_csum_net *nfc, const struct nf_hook_state *state)
{
	const struct net_device *dev = nf_csum_dev(state);

	return dev ? nf_csum_iface_find(nfc, dev->ifindex) : NULL;
}

int nf_csum_ifaces_register(void);
void nf_csum_ifaces_unregister(void);

/* invalid.c */
int nf_csum_conntrack_pin(void);
void nf_csum_conntrack_unpin(void);
int nf_csum_invalid_start(struct nf_csum_net *nfc);
void nf_csum_invalid_stop(struct nf_csum_net *nfc);
void nf_csum_invalid_release(struct nf_csum_net *nfc);
void nf_csum_invalid_settle(void);

/* sysctl.c */
int nf_csum_knobs_init(void);
void nf_csum_knobs_exit(void);
int nf_csum_knobs_register(struct nf_csum_net *nfc);
void nf_csum_knobs_unregister(struct nf_csum_net *nfc);

#endif /* NF_CSUM_NETNS_H */
