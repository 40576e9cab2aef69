// SPDX-License-Identifier: GPL-2.0
/*
 * Where packets come in: the netfilter hooks of a namespace, registered while its
 * mode is not off. What becomes of a packet is in path.c.
 */
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <net/net_namespace.h>

#include <nf_csum/link.h>
#include <nf_csum/netns.h>
#include <nf_csum/offload.h>
#include <nf_csum/path.h>

/* After defragmentation (-400) and raw (-300), before conntrack (-200). */
#define PRIORITY_BEFORE_CONNTRACK	-250
#define PRIORITY_BEFORE_SNAT		99
#define PRIORITY_AFTER_SNAT		101

/* Copied for each namespace, so that a hook gets its namespace without a look-up. */
static const struct nf_hook_ops hooks[NF_CSUM_HOOKS] = {
	{
		.hook		= nf_csum_prerouting_ipv4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= PRIORITY_BEFORE_CONNTRACK,
	},
	{
		.hook		= nf_csum_prerouting_ipv6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= PRIORITY_BEFORE_CONNTRACK,
	},
	{
		.hook		= nf_csum_postrouting_ipv4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= PRIORITY_BEFORE_SNAT,
	},
	{
		.hook		= nf_csum_postrouting_ipv6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= PRIORITY_BEFORE_SNAT,
	},
	{
		.hook		= nf_csum_after_snat,
		.pf		= NFPROTO_INET,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= PRIORITY_AFTER_SNAT,
	},
};

static int register_hooks(struct nf_csum_net *nfc)
{
	unsigned int i;

	memcpy(nfc->hooks, hooks, sizeof(hooks));
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		nfc->hooks[i].priv = nfc;
	return nf_register_net_hooks(nfc->net, nfc->hooks, ARRAY_SIZE(hooks));
}

static int set_main(struct nf_csum_net *nfc, bool on)
{
	int err = 0;

	if (on && !nfc->hooked)
		err = register_hooks(nfc);
	else if (!on && nfc->hooked)
		nf_unregister_net_hooks(nfc->net, nfc->hooks,
					ARRAY_SIZE(hooks));
	if (!err)
		nfc->hooked = on;
	return err;
}

static int set_guard(struct nf_csum_net *nfc, bool on)
{
	if (on && !nfc->guarded)
		return nf_csum_invalid_start(nfc);
	if (!on && nfc->guarded) {
		nf_csum_invalid_stop(nfc);
		/* No packet may meet those hooks that has not met conntrack. */
		synchronize_net();
		nf_csum_invalid_release(nfc);
	}
	return 0;
}

/* Brings the hooks up to what is wanted, or leaves everything as it was. */
static int set_hooks(struct nf_csum_net *nfc, u8 mode, u8 invalid)
{
	bool repaired = nf_csum_repairs(&nfc->knobs);
	bool hooked = nfc->hooked;
	int err;

	err = set_main(nfc, mode);
	if (err)
		return err;
	err = set_guard(nfc, mode && invalid);
	if (err) {
		set_main(nfc, hooked);
		return err;
	}
	WRITE_ONCE(nfc->knobs.mode, mode);
	WRITE_ONCE(nfc->knobs.invalid, invalid);
	if (repaired != nf_csum_repairs(&nfc->knobs))
		nf_csum_offload_follow(nfc);
	/* Without devices only a bridge that is still to come can need something. */
	if (!list_empty(&nfc->net->dev_base_head))
		nf_csum_link_sync(nfc);
	else if (READ_ONCE(nfc->knobs.bridged) == NF_CSUM_BRIDGED_ALWAYS)
		nf_csum_link_changed(nfc);
	return 0;
}

/**
 * nf_csum_hooks_set_mode - set the mode of a namespace, and its hooks with it
 * @nfc: the namespace
 * @mode: enum nf_csum_mode
 *
 * If the knob invalid is on, the caller has to have conntrack pinned.
 *
 * Context: Process, may sleep; packets may flow.
 * Return: 0, or a negative errno with the mode unchanged.
 */
int nf_csum_hooks_set_mode(struct nf_csum_net *nfc, u8 mode)
{
	int err;

	mutex_lock(&nfc->mode_mutex);
	err = set_hooks(nfc, mode, nfc->knobs.invalid);
	mutex_unlock(&nfc->mode_mutex);
	return err;
}

/**
 * nf_csum_hooks_set_invalid - set the knob invalid, and its hooks with it
 * @nfc: the namespace
 * @invalid: enum nf_csum_invalid; if it is on, conntrack has to be pinned
 *
 * Context: Process, may sleep; packets may flow.
 * Return: 0, or a negative errno with the knob unchanged.
 */
int nf_csum_hooks_set_invalid(struct nf_csum_net *nfc, u8 invalid)
{
	int err;

	mutex_lock(&nfc->mode_mutex);
	err = set_hooks(nfc, nfc->knobs.mode, invalid);
	mutex_unlock(&nfc->mode_mutex);
	return err;
}

/**
 * nf_csum_hooks_stop - take the hooks away from a namespace that ends
 * @nfc: the namespace; its knobs are gone
 *
 * Does not wait: packets may be in the hooks until a grace period of RCU later.
 *
 * Context: Process, may sleep.
 */
void nf_csum_hooks_stop(struct nf_csum_net *nfc)
{
	nf_csum_link_stop(nfc);
	if (nfc->guarded)
		nf_csum_invalid_stop(nfc);
	set_main(nfc, false);
}

/**
 * nf_csum_hooks_release - let go what the hooks needed
 * @nfc: the namespace, a grace period of RCU after nf_csum_hooks_stop()
 *
 * Context: Process, may sleep.
 */
void nf_csum_hooks_release(struct nf_csum_net *nfc)
{
	nf_csum_invalid_release(nfc);
}
