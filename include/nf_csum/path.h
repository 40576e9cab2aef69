/* SPDX-License-Identifier: GPL-2.0 */
/* The functions that netfilter calls with a packet; hooks.c says where. */
#ifndef NF_CSUM_PATH_H
#define NF_CSUM_PATH_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

unsigned int nf_csum_prerouting_ipv4(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state);
unsigned int nf_csum_prerouting_ipv6(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state);
unsigned int nf_csum_postrouting_ipv4(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state);
unsigned int nf_csum_postrouting_ipv6(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state);
unsigned int nf_csum_after_snat(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state);

unsigned int nf_csum_bridge_forward(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state);
unsigned int nf_csum_ingress(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state);

#endif /* NF_CSUM_PATH_H */
