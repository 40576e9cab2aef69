// SPDX-License-Identifier: GPL-2.0
/* Module and namespace init and exit. */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <net/net_namespace.h>

#include <nf_csum/count.h>
#include <nf_csum/iface.h>
#include <nf_csum/netns.h>
#include <nf_csum/offload.h>
#include <nf_csum/packet.h>

unsigned int nf_csum_net_id __read_mostly;

static int __net_init init_net_ns(struct net *net)
{
	struct nf_csum_net *nfc = nf_csum_pernet(net);
	int err;

	nfc->net = net;
	mutex_init(&nfc->mode_mutex);
	nf_csum_ifaces_init(nfc);
	nf_csum_link_init(nfc);

	err = nf_csum_counters_init(nfc);
	if (err)
		return err;
	err = nf_csum_procfs_init(nfc);
	if (err)
		goto err_counters;
	err = nf_csum_knobs_register(nfc);
	if (err)
		goto err_lists;
	err = nf_csum_hooks_set_mode(nfc, nfc->knobs.mode);
	if (err)
		goto err_knobs;
	return 0;

err_knobs:
	nf_csum_knobs_unregister(nfc);
	/* Some of the hooks may have been there long enough to be found. */
	nf_csum_hooks_stop(nfc);
	synchronize_rcu();
	nf_csum_hooks_release(nfc);
err_lists:
	nf_csum_link_exit(nfc);
	nf_csum_procfs_exit(nfc);
	nf_csum_ifaces_free(nfc);
err_counters:
	nf_csum_counters_exit(nfc);
	return err;
}

/* A grace period of RCU follows. After it no packet is in the hooks. */
static void __net_exit pre_exit_net_ns(struct net *net)
{
	struct nf_csum_net *nfc = nf_csum_pernet(net);

	nf_csum_knobs_unregister(nfc);
	nf_csum_hooks_stop(nfc);
	nf_csum_procfs_exit(nfc);
}

static void __net_exit exit_net_ns(struct net *net)
{
	struct nf_csum_net *nfc = nf_csum_pernet(net);

	nf_csum_hooks_release(nfc);
	nf_csum_link_exit(nfc);
	nf_csum_ifaces_free(nfc);
	nf_csum_counters_exit(nfc);
}

static struct pernet_operations net_ops = {
	.init		= init_net_ns,
	.pre_exit	= pre_exit_net_ns,
	.exit		= exit_net_ns,
	.id		= &nf_csum_net_id,
	.size		= sizeof(struct nf_csum_net),
};

static int __init nf_csum_init(void)
{
	int err;

	nf_csum_voucher_key = get_random_u32();
	err = nf_csum_knobs_init();
	if (err)
		return err;
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto err_knobs;
	err = nf_csum_ifaces_register();
	if (err)
		goto err_pernet;
	err = nf_csum_offload_register();
	if (err)
		goto err_ifaces;
	nf_csum_invalid_settle();
	return 0;

err_ifaces:
	nf_csum_ifaces_unregister();
err_pernet:
	unregister_pernet_subsys(&net_ops);
err_knobs:
	nf_csum_knobs_exit();
	return err;
}

static void __exit nf_csum_exit(void)
{
	nf_csum_offload_unregister();
	nf_csum_ifaces_unregister();
	unregister_pernet_subsys(&net_ops);
	nf_csum_knobs_exit();
}

module_init(nf_csum_init);
module_exit(nf_csum_exit);
MODULE_AUTHOR("The nf_csum developers");
MODULE_DESCRIPTION("Judges and repairs transport checksums that were never finished");
MODULE_VERSION("0.1.0");
MODULE_LICENSE("GPL");
