// SPDX-License-Identifier: GPL-2.0
#include <linux/skbuff.h>
int probe = SKB_GSO_TCP_ACCECN;
