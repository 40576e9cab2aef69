// SPDX-License-Identifier: GPL-2.0
#include <linux/sysctl.h>

int probe(const struct ctl_table *table, int write, void *buffer, size_t *lenp,
	  loff_t *ppos);

proc_handler *probe_pointer = probe;
