// SPDX-License-Identifier: GPL-2.0
/* Has to compile everywhere: if it does not, the other probes prove nothing. */
#include <linux/sysctl.h>
#include <net/net_namespace.h>
