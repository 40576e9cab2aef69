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

#include <nf_csum/iface.h>
#include <nf_csum/link.h>
#include <nf_csum/netns.h>
#include <nf_csum/offload.h>
#include <nf_csum/policy.h>

static struct nf_csum_knobs defaults = {
	.mode	= NF_CSUM_MODE_REPAIR,
	.finish	= NF_CSUM_SCOPE_AUTO,
	.trust	= NF_CSUM_SCOPE_AUTO,
	.bridged = NF_CSUM_BRIDGED_AUTO,
	.no_offload = NF_CSUM_SCOPE_AUTO,
};

static char *default_lists[NF_CSUM_LISTS] = { "", "", "" };

module_param_named(mode, defaults.mode, byte, 0444);
MODULE_PARM_DESC(mode, "0 off, 1 observe, 2 repair (default)");
module_param_named(finish, defaults.finish, byte, 0444);
MODULE_PARM_DESC(finish, "pending checksums to finish: 0 none, 1 of packets that leave through a software device or one on top of such (default), 2 through any device but loopback");
module_param_named(trust, defaults.trust, byte, 0444);
MODULE_PARM_DESC(trust, "never-finished checksums to fill in: 0 nobody's, 1 vouched for or from a tap (default), 2 everybody's");
module_param_named(verify, defaults.verify, byte, 0444);
MODULE_PARM_DESC(verify, "vouched packets: 0 believe (default), 1 check and count, 2 un-vouch what is wrong, 3 drop what is wrong");
module_param_named(invalid, defaults.invalid, byte, 0444);
MODULE_PARM_DESC(invalid, "packets that conntrack calls INVALID: 0 ignore (default), 1 count, 2 drop TCP for local sockets, 3 drop forwarded packets, too");
module_param_named(bridged, defaults.bridged, byte, 0444);
MODULE_PARM_DESC(bridged, "frames that a bridge forwards: 0 not judged, 1 while a device of the namespace has its offloads taken (default), 2 always");
module_param_named(finish_ifaces, default_lists[NF_CSUM_LIST_FINISH], charp, 0444);
MODULE_PARM_DESC(finish_ifaces, "names or globs of devices that count as software devices, too");
module_param_named(trust_ifaces, default_lists[NF_CSUM_LIST_TRUST], charp, 0444);
MODULE_PARM_DESC(trust_ifaces, "names or globs of devices that are trusted, too");
module_param_named(no_offload, defaults.no_offload, byte, 0444);
MODULE_PARM_DESC(no_offload, "devices that have their offloads taken: 0 none, 1 those whose far end reads bytes only, as named or found (default)");
module_param_named(no_offload_ifaces, default_lists[NF_CSUM_LIST_OFFLOAD], charp, 0444);
MODULE_PARM_DESC(no_offload_ifaces, "names or globs of devices whose far end reads bytes only");
module_param_named(exempt_mark, defaults.exempt_mark, uint, 0444);
MODULE_PARM_DESC(exempt_mark, "leave packets alone that have one of these mark bits (default 0)");

static unsigned int max_mode = NF_CSUM_MODE_REPAIR;
static unsigned int max_scope = NF_CSUM_SCOPE_ALL;
static unsigned int max_verify = NF_CSUM_VERIFY_DROP;
static unsigned int max_no_offload = NF_CSUM_SCOPE_AUTO;
static unsigned int max_bridged = NF_CSUM_BRIDGED_ALWAYS;
static unsigned int max_invalid = NF_CSUM_INVALID_DROP;

/* Checks a new value in a copy, for knobs where more is to be done than to store it. */
static int parse(nf_csum_ctl_table *table, int write, void *buffer,
		 size_t *lenp, loff_t *ppos, u8 *value)
{
	struct ctl_table copy = *table;

	*value = READ_ONCE(*(u8 *)table->data);
	copy.data = value;
	return proc_dou8vec_minmax(&copy, write, buffer, lenp, ppos);
}

/*
 * Loading nf_conntrack waits for namespaces that are being made or unmade. Whoever
 * unmakes this namespace, or all of them at rmmod, waits for this write. So that must
 * not begin meanwhile: the namespace and the module are held.
 */
static int set_pinned(struct nf_csum_net *nfc, u8 value, bool conntrack,
		      int (*set)(struct nf_csum_net *nfc, u8 value))
{
	int err;

	if (!conntrack)
		return set(nfc, value);
	/* If loading this module fails, namespaces are unmade, and wait for this write. */
	if (!nf_csum_invalid_is_settled())
		return -EBUSY;
	if (!try_module_get(THIS_MODULE))
		return -ENXIO;
	if (!maybe_get_net(nfc->net)) {
		module_put(THIS_MODULE);
		return -ENXIO;
	}
	err = nf_csum_conntrack_pin();
	if (!err) {
		err = set(nfc, value);
		nf_csum_conntrack_unpin();
	}
	put_net(nfc->net);
	module_put(THIS_MODULE);
	return err;
}

static int set_mode(nf_csum_ctl_table *table, int write, void *buffer,
		    size_t *lenp, loff_t *ppos)
{
	struct nf_csum_net *nfc = container_of(table->data, struct nf_csum_net,
					       knobs.mode);
	u8 mode;
	int err;

	err = parse(table, write, buffer, lenp, ppos, &mode);
	if (err || !write)
		return err;
	return set_pinned(nfc, mode, mode && READ_ONCE(nfc->knobs.invalid),
			  nf_csum_hooks_set_mode);
}

static int set_invalid(nf_csum_ctl_table *table, int write, void *buffer,
		       size_t *lenp, loff_t *ppos)
{
	struct nf_csum_net *nfc = container_of(table->data, struct nf_csum_net,
					       knobs.invalid);
	u8 invalid;
	int err;

	err = parse(table, write, buffer, lenp, ppos, &invalid);
	if (err || !write)
		return err;
	return set_pinned(nfc, invalid, invalid, nf_csum_hooks_set_invalid);
}

static int set_bridged(nf_csum_ctl_table *table, int write, void *buffer,
		       size_t *lenp, loff_t *ppos)
{
	struct nf_csum_net *nfc = container_of(table->data, struct nf_csum_net,
					       knobs.bridged);
	int err = proc_dou8vec_minmax(table, write, buffer, lenp, ppos);

	if (!err && write)
		nf_csum_link_sync(nfc);
	return err;
}

static int set_no_offload(nf_csum_ctl_table *table, int write, void *buffer,
			  size_t *lenp, loff_t *ppos)
{
	struct nf_csum_net *nfc = container_of(table->data, struct nf_csum_net,
					       knobs.no_offload);
	u8 no_offload;
	int err;

	err = parse(table, write, buffer, lenp, ppos, &no_offload);
	if (err || !write)
		return err;
	WRITE_ONCE(nfc->knobs.no_offload, no_offload);
	nf_csum_offload_follow(nfc);
	nf_csum_link_sync(nfc);
	return 0;
}

/* proc_dostring() would take the first line for all of it. */
static bool is_one_line(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!text[i] || text[i] == '\n')
			return i + 1 == len;
	return true;
}

/* A list is taken whole or not at all, so it is not written piece by piece. */
static int set_list(nf_csum_ctl_table *table, int write, void *buffer,
		    size_t *lenp, loff_t *ppos)
{
	struct nf_csum_net *nfc = table->extra1;
	enum nf_csum_list list = (uintptr_t)table->extra2;
	struct ctl_table copy = *table;
	int err;

	if (write && (*ppos || *lenp >= NF_CSUM_GLOBS_SIZE ||
		      !is_one_line(buffer, *lenp)))
		return -EINVAL;

	copy.data = kzalloc(NF_CSUM_GLOBS_SIZE, GFP_KERNEL);
	if (!copy.data)
		return -ENOMEM;
	if (!write)
		nf_csum_ifaces_text(nfc, list, copy.data);
	err = proc_dostring(&copy, write, buffer, lenp, ppos);
	if (!err && write)
		err = nf_csum_ifaces_list(nfc, list, copy.data);
	if (!err && write && list == NF_CSUM_LIST_OFFLOAD)
		nf_csum_link_sync(nfc);
	kfree(copy.data);
	return err;
}

/* .data is an offset, and an address once the table is copied for a namespace. */
#define KNOB(name) \
	.procname = "nf_csum_" #name, \
	.data = (void *)offsetof(struct nf_csum_knobs, name), \
	.maxlen = sizeof_field(struct nf_csum_knobs, name), \
	.mode = 0644

/* .extra1 is the namespace, once the table is copied. */
#define LIST_KNOB(name, list) \
	.procname = "nf_csum_" #name, \
	.maxlen = NF_CSUM_GLOBS_SIZE, \
	.mode = 0644, \
	.proc_handler = set_list, \
	.extra2 = (void *)(uintptr_t)(list)

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
		LIST_KNOB(finish_ifaces, NF_CSUM_LIST_FINISH),
	},
	{
		LIST_KNOB(trust_ifaces, NF_CSUM_LIST_TRUST),
	},
	{
		KNOB(verify),
		.proc_handler	= proc_dou8vec_minmax,
		.extra2		= &max_verify,
	},
	{
		KNOB(invalid),
		.proc_handler	= set_invalid,
		.extra2		= &max_invalid,
	},
	{
		KNOB(no_offload),
		.proc_handler	= set_no_offload,
		.extra2		= &max_no_offload,
	},
	{
		LIST_KNOB(no_offload_ifaces, NF_CSUM_LIST_OFFLOAD),
	},
	{
		KNOB(bridged),
		.proc_handler	= set_bridged,
		.extra2		= &max_bridged,
	},
	{
		KNOB(exempt_mark),
		.proc_handler	= proc_douintvec,
	},
	{ }	/* older kernels look for it, newer ones are told the size */
};

/**
 * nf_csum_knobs_init - check the module parameters, prepare for their values
 *
 * A namespace's parts are set up in the order in which modules registered. If
 * namespaces start with the knob invalid on, conntrack has to come first.
 *
 * Context: Process, may sleep.
 * Return: 0, -EINVAL for a value that no sysctl would take, -EOPNOTSUPP if
 * conntrack is needed and cannot be had.
 */
int nf_csum_knobs_init(void)
{
	enum nf_csum_list list;
	int err;

	if (defaults.mode > max_mode || defaults.finish > max_scope ||
	    defaults.trust > max_scope || defaults.verify > max_verify ||
	    defaults.invalid > max_invalid || defaults.bridged > max_bridged ||
	    defaults.no_offload > max_no_offload) {
		pr_err("a parameter is out of range, see modinfo\n");
		return -EINVAL;
	}
	for (list = 0; list < NF_CSUM_LISTS; list++) {
		err = nf_csum_ifaces_list(NULL, list, default_lists[list]);
		if (err == -EINVAL)
			pr_err("bad list of interfaces: %s\n",
			       default_lists[list]);
		if (err)
			return err;
	}
	return defaults.invalid ? nf_csum_conntrack_pin() : 0;
}

/**
 * nf_csum_knobs_exit - undo nf_csum_knobs_init(), after the last namespace
 *
 * Context: Process.
 */
void nf_csum_knobs_exit(void)
{
	if (defaults.invalid)
		nf_csum_conntrack_unpin();
}

/**
 * nf_csum_knobs_register - give a namespace its knobs and their defaults
 * @nfc: the namespace
 *
 * The hooks are not touched: the caller has to bring them up to the mode.
 *
 * Context: Process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int nf_csum_knobs_register(struct nf_csum_net *nfc)
{
	struct ctl_table *table;
	enum nf_csum_list list;
	unsigned int i;
	int err;

	nfc->knobs = defaults;
	for (list = 0; list < NF_CSUM_LISTS; list++) {
		if (!*default_lists[list])
			continue;
		err = nf_csum_ifaces_list(nfc, list, default_lists[list]);
		if (err)
			return err;
	}
	table = kmemdup(knob_table, sizeof(knob_table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(knob_table) - 1; i++) {
		if (table[i].proc_handler == set_list)
			table[i].extra1 = nfc;
		else
			table[i].data = (void *)&nfc->knobs +
					(uintptr_t)table[i].data;
	}

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
 * Waits for writers that are under way.
 *
 * Context: Process, may sleep.
 */
void nf_csum_knobs_unregister(struct nf_csum_net *nfc)
{
	const struct ctl_table *table = nfc->sysctl->ctl_table_arg;

	unregister_net_sysctl_table(nfc->sysctl);
	kfree(table);
}
