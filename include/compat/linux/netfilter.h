/* SPDX-License-Identifier: GPL-2.0 */
#include_next <linux/netfilter.h>

#ifndef NF_CSUM_COMPAT_NETFILTER_H
#define NF_CSUM_COMPAT_NETFILTER_H

/* Older kernels drop without saying why, and need not know the reasons. */
#ifndef NF_CSUM_HAVE_nf_drop_reason
#define NF_DROP_REASON(skb, reason, err) NF_DROP_ERR(-(err))
#endif

#endif /* NF_CSUM_COMPAT_NETFILTER_H */
