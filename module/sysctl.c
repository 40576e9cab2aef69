// SPDX-License-Identifier: GPL-2.0
/*
 * The knobs, each of them twice: a sysctl of every network namespace, and a
 * module parameter that says what a namespace starts with.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysctl.h>
#include <net/net_namespace.h>

#include <nf_csum/netns.h>

static struct nf_csum_knobs defaults = {
	.mode	= NF_CSUM_MODE_REPAIR,
	.finish	= NF_CSUM_SCOPE_AUTO,
	.trust	= NF_CSUM_SCOPE_AUTO,
};

module_param_named(mode, defaults.mode, byte, 0444);
MODULE_PARM_DESC(mode, "0 off, 1 observe, 2 repair (default)");
module_param_named(finish, defaults.finish, byte, 0444);
MODULE_PARM_DESC(finish, "pending offloads to finish: 0 none, 1 of software devices (default), 2 of every device but loopback");
module_param_named(trust, defaults.trust, byte, 0444);
MODULE_PARM_DESC(trust, "never-finished checksums to fill in: 0 nobody's, 1 vouched for or from tun/tap (default), 2 everybody's");
module_param_named(exempt_mark, defaults.exempt_mark, uint, 0444);
MODULE_PARM_DESC(exempt_mark, "leave packets alone that have one of these mark bits (default 0)");

static unsigned int max_mode = NF_CSUM_MODE_REPAIR;
static unsigned int max_scope = NF_CSUM_SCOPE_ALL;

/* The hooks follow the mode, so it is checked in a copy and set with them. */
static int set_mode(nf_csum_ctl_table *table, int write, void *buffer,
		    size_t *lenp, loff_t *ppos)
{
	struct nf_csum_net *nfc = container_of(table->data, struct nf_csum_net,
					       knobs.mode);
	u8 mode = READ_ONCE(nfc->knobs.mode);
	struct ctl_table copy = *table;
	int err;

	copy.data = &mode;
	err = proc_dou8vec_minmax(&copy, write, buffer, lenp, ppos);
	if (err || !write)
		return err;
	return nf_csum_hooks_set_mode(nfc, mode);
}

/* .data is an offset until the table is copied for a namespace. */
#define KNOB(name) \
	.procname = "nf_csum_" #name, \
	.data = (void *)offsetof(struct nf_csum_knobs, name), \
	.maxlen = sizeof_field(struct nf_csum_knobs, name), \
	.mode = 0644

static const struct ctl_table knob_table[] = {
	{
		KNOB(mode),
		.proc_handler	= set_mode,
		.extra2		= &max_mode,
	},
	{
		KNOB(finish),
		.proc_handler	= proc_dou8vec_minmax,
		.extra2		= &max_scope,
	},
	{
		KNOB(trust),
		.proc_handler	= proc_dou8vec_minmax,
		.extra2		= &max_scope,
	},
	{
		KNOB(exempt_mark),
		.proc_handler	= proc_douintvec,
	},
	{ }	/* older kernels look for it, newer ones are told the size */
};

/**
 * nf_csum_knobs_check - refuse module parameters that no sysctl would take
 *
 * Return: 0 or -EINVAL.
 */
int nf_csum_knobs_check(void)
{
	if (defaults.mode <= max_mode && defaults.finish <= max_scope &&
	    defaults.trust <= max_scope)
		return 0;
	pr_err("a parameter is out of range, see modinfo\n");
	return -EINVAL;
}

/**
 * nf_csum_knobs_register - give a namespace its knobs and their defaults
 * @nfc: the namespace
 *
 * The hooks are not touched: the caller has to bring them up to the mode.
 * Process context, may sleep. Return: 0 or -ENOMEM.
 */
int nf_csum_knobs_register(struct nf_csum_net *nfc)
{
	struct ctl_table *table;
	unsigned int i;

	nfc->knobs = defaults;
	table = kmemdup(knob_table, sizeof(knob_table), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(knob_table) - 1; i++)
		table[i].data = (void *)&nfc->knobs + (uintptr_t)table[i].data;

	nfc->sysctl = register_net_sysctl_sz(nfc->net, "net/netfilter", table,
					     ARRAY_SIZE(knob_table) - 1);
	if (!nfc->sysctl) {
		kfree(table);
		return -ENOMEM;
	}
	return 0;
}

/**
 * nf_csum_knobs_unregister - take a namespace's knobs away
 * @nfc: the namespace
 *
 * Waits for writers that are under way. Process context, may sleep.
 */
void nf_csum_knobs_unregister(struct nf_csum_net *nfc)
{
	const struct ctl_table *table = nfc->sysctl->ctl_table_arg;

	unregister_net_sysctl_table(nfc->sysctl);
	kfree(table);
}
