/* SPDX-License-Identifier: GPL-2.0 */
#include_next <linux/skbuff.h>

#ifndef NF_CSUM_COMPAT_SKBUFF_H
#define NF_CSUM_COMPAT_SKBUFF_H

/* Older kernels have no packets whose payload is in a device's memory. */
#ifndef NF_CSUM_HAVE_skb_frags_readable
static inline bool skb_frags_readable(const struct sk_buff *skb)
{
	return true;
}
#endif

#ifndef NF_CSUM_HAVE_skb_reset_csum_not_inet
static inline void skb_reset_csum_not_inet(struct sk_buff *skb)
{
	skb->ip_summed = CHECKSUM_NONE;
	skb->csum_not_inet = 0;
}
#endif

#ifndef NF_CSUM_HAVE_gso_tcp_accecn
#define SKB_GSO_TCP_ACCECN 0
#endif

#endif /* NF_CSUM_COMPAT_SKBUFF_H */
