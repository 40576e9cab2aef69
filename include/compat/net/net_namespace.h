/* SPDX-License-Identifier: GPL-2.0 */
#include_next <net/net_namespace.h>

#ifndef NF_CSUM_COMPAT_NET_NAMESPACE_H
#define NF_CSUM_COMPAT_NET_NAMESPACE_H

/* Older kernels look for an empty entry at the end instead of a size. */
#ifndef NF_CSUM_HAVE_register_net_sysctl_sz
#define register_net_sysctl_sz(net, path, table, size) \
	register_net_sysctl(net, path, table)
#endif

#endif /* NF_CSUM_COMPAT_NET_NAMESPACE_H */
