/* SPDX-License-Identifier: GPL-2.0 */
/* The interfaces of a network namespace, and the lists that name some of them. */
#ifndef NF_CSUM_IFACE_H
#define NF_CSUM_IFACE_H

#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <nf_csum/counters.h>

struct nf_csum_ingress;
struct nf_csum_net;
struct nf_csum_watch;

/* What is known about a device. */
#define NF_CSUM_IFACE_LOOPBACK	BIT(0)
#define NF_CSUM_IFACE_FINISH	BIT(1)	/* leaves checksums to others */
#define NF_CSUM_IFACE_TRUST	BIT(2)	/* a process on this host writes here */
#define NF_CSUM_IFACE_STACKED	BIT(3)	/* passes packets on to devices below */
#define NF_CSUM_IFACE_LOCAL	BIT(4)	/* whatever leaves it stays on this host */
#define NF_CSUM_IFACE_MANY	BIT(5)	/* several next hops behind it: a bridge */

#define NF_CSUM_HOPS	1024

/**
 * struct nf_csum_iface - an interface of a namespace
 * @dev: its device, only to be compared with: it may be gone
 * @ifindex: its index
 * @flags: NF_CSUM_IFACE_*
 * @stats: counters by column and enum nf_csum_counter, without ok; NULL if there
 *	was no memory: then the namespace counts
 * @counting: in the namespace's list of interfaces with counts
 * @gone: in the namespace's list of interfaces whose device is gone
 * @ingress: the hook that repairs what it receives, NULL if there is none; changed
 *	under the RTNL
 * @ingress_wanted: a packet from here was repaired that others may take away
 * @far_end: enum nf_csum_far_end
 * @own_only: only senders on this host are listened to when it is watched; until then
 *	@hops are those that others settled
 * @watch: what is remembered while it is watched, else NULL; under RCU
 * @hops: next hops behind a bridge that are settled: a Bloom filter
 */
struct nf_csum_iface {
	const struct net_device *dev;
	unsigned int ifindex;
	unsigned long flags;
	struct nf_csum_mib __percpu *stats;
	struct list_head counting;
	struct llist_node gone;
	struct nf_csum_ingress *ingress;
	bool ingress_wanted;
	u8 far_end;
	bool own_only;
	struct nf_csum_watch __rcu *watch;
	DECLARE_BITMAP(hops, NF_CSUM_HOPS);
};

#define NF_CSUM_GLOBS_MAX	16
#define NF_CSUM_GLOBS_SIZE	512

/**
 * struct nf_csum_globs - a list of interface names and globs
 * @rcu: frees it
 * @count: how many there are
 * @text: as the administrator wrote them
 * @words: @text with a NUL behind each
 * @glob: each of them, in @words
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
	NF_CSUM_LIST_OFFLOAD,
	NF_CSUM_LISTS
};

#define NF_CSUM_IFACE_CACHE	32

/**
 * struct nf_csum_ifaces - the interfaces of a namespace
 * @by_index: struct nf_csum_iface by interface index
 * @cache: the youngest of them, direct-mapped by the low bits of the index
 * @lists: interfaces named by the administrator, NULL if none
 * @gone: those whose device is gone and that still count
 * @reap: frees them
 */
struct nf_csum_ifaces {
	struct xarray by_index;
	struct nf_csum_iface *cache[NF_CSUM_IFACE_CACHE];
	struct nf_csum_globs __rcu *lists[NF_CSUM_LISTS];
	struct llist_head gone;
	struct work_struct reap;
};

/* Most interfaces are found here; NULL if it is another's place. */
static inline struct nf_csum_iface *
nf_csum_iface_cached(const struct nf_csum_ifaces *ifaces, unsigned int ifindex)
{
	struct nf_csum_iface *iface;

	iface = READ_ONCE(ifaces->cache[ifindex % NF_CSUM_IFACE_CACHE]);
	return likely(iface && iface->ifindex == ifindex) ? iface : NULL;
}

/**
 * nf_csum_iface_find - find what is known about an interface
 * @ifaces: of the namespace it is in
 * @ifindex: its index; 0 for none
 *
 * Context: Any, under RCU, which protects the result.
 * Return: NULL if nothing is known.
 */
static inline struct nf_csum_iface *
nf_csum_iface_find(struct nf_csum_ifaces *ifaces, unsigned int ifindex)
{
	struct nf_csum_iface *iface = nf_csum_iface_cached(ifaces, ifindex);

	if (likely(iface))
		return iface;
	return ifindex ? xa_load(&ifaces->by_index, ifindex) : NULL;
}

/* The device that a packet is counted for: where it goes to, or came from. */
static inline const struct net_device *
nf_csum_dev(const struct nf_hook_state *state)
{
	return state->hook == NF_INET_POST_ROUTING ? state->out : state->in;
}

static inline struct nf_csum_iface *
nf_csum_iface_of(struct nf_csum_ifaces *ifaces,
		 const struct nf_hook_state *state)
{
	const struct net_device *dev = nf_csum_dev(state);

	return dev ? nf_csum_iface_find(ifaces, dev->ifindex) : NULL;
}

static inline unsigned long
nf_csum_iface_flags(const struct nf_csum_iface *iface)
{
	return iface ? READ_ONCE(iface->flags) : 0;
}

bool nf_csum_is_listed(const struct nf_csum_globs *globs, const char *name);
bool nf_csum_iface_is_stacked(const struct net_device *dev);
int nf_csum_ifaces_list(struct nf_csum_net *nfc, enum nf_csum_list list,
			const char *text);
void nf_csum_ifaces_text(struct nf_csum_net *nfc, enum nf_csum_list list,
			 char *text);
void nf_csum_ifaces_init(struct nf_csum_net *nfc);
void nf_csum_ifaces_free(struct nf_csum_net *nfc);
int nf_csum_ifaces_register(void);
void nf_csum_ifaces_unregister(void);

#endif /* NF_CSUM_IFACE_H */
