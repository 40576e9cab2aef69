/* SPDX-License-Identifier: GPL-2.0 */
#include_next <linux/sysctl.h>

#ifndef NF_CSUM_COMPAT_SYSCTL_H
#define NF_CSUM_COMPAT_SYSCTL_H

/* What a proc_handler is given: older kernels let it write there. */
#ifdef NF_CSUM_HAVE_const_ctl_table
#define nf_csum_ctl_table const struct ctl_table
#else
#define nf_csum_ctl_table struct ctl_table
#endif

#endif /* NF_CSUM_COMPAT_SYSCTL_H */
