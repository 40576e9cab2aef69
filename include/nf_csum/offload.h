/* SPDX-License-Identifier: GPL-2.0 */
/* Devices that have their offloads taken, see offload.c. */
#ifndef NF_CSUM_OFFLOAD_H
#define NF_CSUM_OFFLOAD_H

#include <linux/errno.h>
#include <linux/netdev_features.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/types.h>

struct nf_csum_net;

/* The features for which a packet can be left unfinished. */
#define NF_CSUM_OFFLOAD_CSUM	(NETIF_F_CSUM_MASK | NETIF_F_SCTP_CRC)
#define NF_CSUM_OFFLOAD_ALL	(NF_CSUM_OFFLOAD_CSUM | NETIF_F_GSO_MASK)

netdev_features_t nf_csum_offload_exchange(struct net_device *dev,
					   netdev_features_t taken,
					   netdev_features_t mask);
bool nf_csum_offload_towards_xdp(const struct net_device *dev);

void nf_csum_offload_update(struct nf_csum_net *nfc);
void nf_csum_offload_follow(struct nf_csum_net *nfc);
void nf_csum_offload_prove(struct net_device *dev);
bool nf_csum_offload_is_taken(const struct net_device *dev);

/* egress.c */
#ifdef CONFIG_NETFILTER_EGRESS
int nf_csum_egress_start(struct net_device *dev, struct nf_hook_ops *ops);
void nf_csum_egress_stop(struct nf_hook_ops *ops);
#else
static inline int nf_csum_egress_start(struct net_device *dev,
				       struct nf_hook_ops *ops)
{
	return -EOPNOTSUPP;
}

static inline void nf_csum_egress_stop(struct nf_hook_ops *ops)
{
}
#endif

int nf_csum_offload_register(void);
void nf_csum_offload_unregister(void);

bool nf_csum_offload_any(const struct net *net);

#endif /* NF_CSUM_OFFLOAD_H */
