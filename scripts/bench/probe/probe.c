// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel itself takes, to compare with: hooks that do nothing, where nf_csum has its
 * own, and a walk of a packet's payload.
 */
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>

static unsigned int hooks;
module_param(hooks, uint, 0);
MODULE_PARM_DESC(hooks, "how many empty hooks, 0 to 3");

static unsigned int bytes;
module_param(bytes, uint, 0);
MODULE_PARM_DESC(bytes, "how many bytes to sum");

static unsigned int walk;
module_param(walk, uint, 0444);
MODULE_PARM_DESC(walk, "instructions that skb_checksum() has taken for them");

static unsigned int nothing(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static const struct nf_hook_ops empty[] = {
	{ .hook = nothing, .pf = NFPROTO_INET, .hooknum = NF_INET_PRE_ROUTING, .priority = -250 },
	{ .hook = nothing, .pf = NFPROTO_INET, .hooknum = NF_INET_POST_ROUTING, .priority = 99 },
	{ .hook = nothing, .pf = NFPROTO_INET, .hooknum = NF_INET_POST_ROUTING, .priority = 101 },
};

static int __net_init start(struct net *net)
{
	return nf_register_net_hooks(net, empty, hooks);
}

static void __net_exit stop(struct net *net)
{
	nf_unregister_net_hooks(net, empty, hooks);
}

static struct pernet_operations everywhere = { .init = start, .exit = stop };

/* The packet is in one piece, as the sender's small ones are. */
static int measure(void)
{
	struct sk_buff *skb = alloc_skb(bytes, GFP_KERNEL);
	unsigned int i;
	u64 begin;

	if (!skb)
		return -ENOMEM;
	skb_put_zero(skb, bytes);
	for (i = 0; i < 2; i++) {
		begin = get_cycles();
		(void)skb_checksum(skb, 0, bytes, 0);
		walk = get_cycles() - begin;
	}
	kfree_skb(skb);
	return 0;
}

static int __init probe_init(void)
{
	int err = 0;

	if (hooks > ARRAY_SIZE(empty))
		return -EINVAL;
	if (bytes)
		err = measure();
	return err ?: register_pernet_subsys(&everywhere);
}

static void __exit probe_exit(void)
{
	unregister_pernet_subsys(&everywhere);
}

module_init(probe_init);
module_exit(probe_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Empty hooks and a payload walk, for nf_csum's benchmark");
