/* SPDX-License-Identifier: GPL-2.0 */
#ifdef NF_CSUM_HAVE_gso
#include_next <net/gso.h>
#else
/* Older kernels declare skb_gso_segment() here. */
#include <linux/netdevice.h>
#endif
