// SPDX-License-Identifier: GPL-2.0
#include <linux/netfilter.h>

unsigned int probe(struct sk_buff *skb);

unsigned int probe(struct sk_buff *skb)
{
	return NF_DROP_REASON(skb, SKB_DROP_REASON_SKB_CSUM, 1);
}
