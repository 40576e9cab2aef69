/* SPDX-License-Identifier: GPL-2.0 */
#if __has_include_next(<net/gso.h>)
#include_next <net/gso.h>
#else
/* Older kernels declare skb_gso_segment() here. */
#include <linux/netdevice.h>
#endif
