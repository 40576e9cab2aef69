// SPDX-License-Identifier: GPL-2.0
/*
 * What nftables and iptables do that matters to checksums: flowtables, whose
 * connections go around all hooks, and NAT, without which a packet that conntrack
 * calls INVALID does no harm.
 */
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "netns.h"
#include "nft.h"
#include "nl.h"
#include "text.h"

#define IPTABLES_SIZE_MAX	(64 << 20)

struct reading {
	struct pool *pool;
	struct nft *nft;
};

/**
 * kernel_has - say whether a part of the kernel is there already
 * @pool: for paths
 * @module: what it would be called as a module
 *
 * Asking by netlink would load it, and to look is not to change.
 *
 * Return: whether.
 */
bool kernel_has(struct pool *pool, const char *module)
{
	struct utsname name;
	const char *builtin;

	if (*netns_root || !access(pool_print(pool, "/sys/module/%s", module), F_OK))
		return true;
	if (uname(&name))
		return false;
	builtin = pool_read(pool, pool_print(pool, "/lib/modules/%s/modules.builtin",
					     name.release), NULL);
	return builtin && strstr(builtin, pool_print(pool, "/%s.ko", module));
}

static const char *family_name(const struct nlmsghdr *message)
{
	const struct nfgenmsg *nf = mnl_nlmsg_get_payload(message);

	switch (nf->nfgen_family) {
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_IPV6:
		return "ip6";
	case NFPROTO_INET:
		return "inet";
	case NFPROTO_BRIDGE:
		return "bridge";
	case NFPROTO_NETDEV:
		return "netdev";
	case NFPROTO_ARP:
		return "arp";
	default:
		return "?";
	}
}

static bool is_whole(const struct nlmsghdr *message)
{
	return mnl_nlmsg_get_payload_len(message) >= sizeof(struct nfgenmsg);
}

static const char *keep(struct pool *pool, const struct nlattr *attr)
{
	return pool_string(pool, nl_string(attr));
}

static void ask(const char *sample, int command, nl_reader reader,
		struct reading *reading)
{
	struct nl_request request;
	struct nfgenmsg *nf;

	if (!kernel_has(reading->pool, "nf_tables"))
		return;
	nf = nl_start(&request, NFNL_SUBSYS_NFTABLES << 8 | command, NLM_F_DUMP,
		      sizeof(*nf));
	nf->nfgen_family = NFPROTO_UNSPEC;
	nf->version = NFNETLINK_V0;
	nl_ask(NETLINK_NETFILTER, sample, &request, reader, reading);
}

static void read_devices(struct reading *reading, struct flowtable *flowtable,
			 const struct nlattr *hook)
{
	const struct nlattr *list, *device;

	mnl_attr_for_each_nested(list, hook) {
		if (!nl_is(list, NFTA_FLOWTABLE_HOOK_DEVS))
			continue;
		mnl_attr_for_each_nested(device, list)
			if (nl_is(device, NFTA_DEVICE_NAME))
				*pool_add(reading->pool, flowtable->devices,
					  flowtable->devices_count) =
					keep(reading->pool, device);
	}
}

static void read_flowtable(const struct nlmsghdr *message, void *data)
{
	struct reading *reading = data;
	struct flowtable flowtable = { .table = "", .name = "" };
	const struct nlattr *attr;

	if (!is_whole(message))
		return;
	flowtable.family = family_name(message);
	mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg)) {
		if (nl_is(attr, NFTA_FLOWTABLE_TABLE))
			flowtable.table = keep(reading->pool, attr);
		if (nl_is(attr, NFTA_FLOWTABLE_NAME))
			flowtable.name = keep(reading->pool, attr);
		if (nl_is(attr, NFTA_FLOWTABLE_HOOK))
			read_devices(reading, &flowtable, attr);
	}
	*pool_add(reading->pool, reading->nft->flowtables,
		  reading->nft->flowtables_count) = flowtable;
}

/**
 * nft_read_flowtables - read the flowtables of the namespace entered last
 * @pool: whose the memory is
 * @nft: gets them
 */
void nft_read_flowtables(struct pool *pool, struct nft *nft)
{
	struct reading reading = { .pool = pool, .nft = nft };

	nft->flowtables = NULL;
	nft->flowtables_count = 0;
	ask("flowtables", NFT_MSG_GETFLOWTABLE, read_flowtable, &reading);
}

static void read_target(struct nft *nft, const char *target)
{
	if (!strcmp(target, "DNAT") || !strcmp(target, "REDIRECT"))
		nft->destination_nat = true;
	if (!strcmp(target, "SNAT") || !strcmp(target, "MASQUERADE"))
		nft->source_nat = true;
}

static void read_expression(struct reading *reading, const char *name,
			    const struct nlattr *data, struct flow_rule *rule)
{
	const struct nlattr *attr;

	if (!strcmp(name, "masq"))
		reading->nft->source_nat = true;
	if (!strcmp(name, "redir"))
		reading->nft->destination_nat = true;
	if (!data)
		return;
	mnl_attr_for_each_nested(attr, data) {
		if (!strcmp(name, "nat") && nl_is(attr, NFTA_NAT_TYPE)) {
			if (nl_be32(attr) == NFT_NAT_DNAT)
				reading->nft->destination_nat = true;
			else
				reading->nft->source_nat = true;
		}
		if (!strcmp(name, "target") && nl_is(attr, NFTA_TARGET_NAME))
			read_target(reading->nft, nl_string(attr));
		if (!strcmp(name, "flow_offload") && nl_is(attr, NFTA_FLOW_TABLE_NAME))
			rule->flowtable = keep(reading->pool, attr);
	}
}

static void read_expressions(struct reading *reading, const struct nlattr *list,
			     struct flow_rule *rule)
{
	const struct nlattr *element, *attr;

	mnl_attr_for_each_nested(element, list) {
		const struct nlattr *data = NULL;
		const char *name = "";

		mnl_attr_for_each_nested(attr, element) {
			if (nl_is(attr, NFTA_EXPR_NAME))
				name = nl_string(attr);
			if (nl_is(attr, NFTA_EXPR_DATA))
				data = attr;
		}
		read_expression(reading, name, data, rule);
	}
}

static void read_rule(const struct nlmsghdr *message, void *data)
{
	struct reading *reading = data;
	struct flow_rule rule = { .table = "", .chain = "" };
	const struct nlattr *attr;

	if (!is_whole(message))
		return;
	mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg))
		if (nl_is(attr, NFTA_RULE_EXPRESSIONS))
			read_expressions(reading, attr, &rule);
	if (!rule.flowtable)
		return;
	rule.family = family_name(message);
	mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg)) {
		if (nl_is(attr, NFTA_RULE_TABLE))
			rule.table = keep(reading->pool, attr);
		if (nl_is(attr, NFTA_RULE_CHAIN))
			rule.chain = keep(reading->pool, attr);
		if (nl_is(attr, NFTA_RULE_HANDLE))
			rule.handle = be64toh(nl_u64(attr));
	}
	*pool_add(reading->pool, reading->nft->flow_rules,
		  reading->nft->flow_rules_count) = rule;
}

/* The targets of iptables' own table nat, both families alike. */
static void read_entries(struct nft *nft, const char *entries, unsigned int size,
			 size_t header, size_t target_at)
{
	unsigned int at = 0;

	while (size - at >= header) {
		uint16_t offsets[2];	/* of the target, and of the next entry */
		struct xt_entry_target target;

		memcpy(offsets, entries + at + target_at, sizeof(offsets));
		if (offsets[1] < header || offsets[1] > size - at ||
		    offsets[0] + sizeof(target) > offsets[1])
			return;
		memcpy(&target, entries + at + offsets[0], sizeof(target));
		target.u.user.name[sizeof(target.u.user.name) - 1] = '\0';
		read_target(nft, target.u.user.name);
		at += offsets[1];
	}
}

/* What the two families of iptables-legacy differ in. */
struct legacy {
	const char *tables;	/* a file that names those in use */
	int domain;
	int protocol;		/* of the socket options: */
	int get_info;
	int get_entries;
	size_t header;		/* of an entry */
	size_t target_at;	/* where in it the place of its target is */
	size_t entries_at;	/* where in the answer the first entry is */
};

static const struct legacy legacies[] = {
	{
		.tables = "proc/net/ip_tables_names",
		.domain = AF_INET,
		.protocol = IPPROTO_IP,
		.get_info = IPT_SO_GET_INFO,
		.get_entries = IPT_SO_GET_ENTRIES,
		.header = sizeof(struct ipt_entry),
		.target_at = offsetof(struct ipt_entry, target_offset),
		.entries_at = offsetof(struct ipt_get_entries, entrytable),
	},
	{
		.tables = "proc/net/ip6_tables_names",
		.domain = AF_INET6,
		.protocol = IPPROTO_IPV6,
		.get_info = IP6T_SO_GET_INFO,
		.get_entries = IP6T_SO_GET_ENTRIES,
		.header = sizeof(struct ip6t_entry),
		.target_at = offsetof(struct ip6t_entry, target_offset),
		.entries_at = offsetof(struct ip6t_get_entries, entrytable),
	},
};

/* What is asked for and answered looks the same. */
static_assert(sizeof(struct ipt_getinfo) == sizeof(struct ip6t_getinfo) &&
	      offsetof(struct ipt_getinfo, size) == offsetof(struct ip6t_getinfo, size) &&
	      offsetof(struct ipt_get_entries, size) ==
	      offsetof(struct ip6t_get_entries, size),
	      "one function reads both");

static void read_table(struct nft *nft, const struct legacy *legacy, int fd)
{
	struct ipt_getinfo info = { .name = "nat" };
	struct ipt_get_entries *entries;
	socklen_t len = sizeof(info);

	if (getsockopt(fd, legacy->protocol, legacy->get_info, &info, &len) ||
	    info.size > IPTABLES_SIZE_MAX)
		return;
	/* The kernel wants to hear exactly that size again. */
	len = legacy->entries_at + info.size;
	entries = calloc(1, len);
	if (!entries)
		return;
	strcpy(entries->name, "nat");
	entries->size = info.size;
	if (!getsockopt(fd, legacy->protocol, legacy->get_entries, entries, &len))
		read_entries(nft, (char *)entries + legacy->entries_at, info.size,
			     legacy->header, legacy->target_at);
	free(entries);
}

/* Is a table of iptables-legacy in use in this namespace? */
static bool has_table(struct pool *pool, const char *file)
{
	char *line = pool_read(pool, netns_path(pool, file), NULL);

	while (line && *line) {
		if (!strncmp(line, "nat\n", 4))
			return true;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return false;
}

static void read_legacy(struct pool *pool, struct nft *nft)
{
	size_t i;
	int fd;

	if (*netns_root)
		return;
	for (i = 0; i < ARRAY_SIZE(legacies); i++) {
		if (!has_table(pool, legacies[i].tables))
			continue;
		fd = socket(legacies[i].domain, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
		if (fd < 0)
			continue;
		read_table(nft, &legacies[i], fd);
		close(fd);
	}
}

/**
 * nft_read_rules - read which rules of the namespace entered last matter
 * @pool: whose the memory is
 * @nft: gets what translates addresses, and what feeds flowtables
 */
void nft_read_rules(struct pool *pool, struct nft *nft)
{
	struct reading reading = { .pool = pool, .nft = nft };

	nft->flow_rules = NULL;
	nft->flow_rules_count = 0;
	ask("rules", NFT_MSG_GETRULE, read_rule, &reading);
	read_legacy(pool, nft);
}

static void read_chain(const struct nlmsghdr *message, void *data)
{
	struct base_chain chain = { .table = "", .name = "", .type = "" };
	const struct nlattr *attr, *part;
	struct reading *reading = data;
	bool is_base = false;

	if (!is_whole(message))
		return;
	chain.family = family_name(message);
	mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg)) {
		if (nl_is(attr, NFTA_CHAIN_TABLE))
			chain.table = keep(reading->pool, attr);
		if (nl_is(attr, NFTA_CHAIN_NAME))
			chain.name = keep(reading->pool, attr);
		if (nl_is(attr, NFTA_CHAIN_TYPE))
			chain.type = keep(reading->pool, attr);
		if (!nl_is(attr, NFTA_CHAIN_HOOK))
			continue;
		is_base = true;
		mnl_attr_for_each_nested(part, attr) {
			if (nl_is(part, NFTA_HOOK_HOOKNUM))
				chain.hook = nl_be32(part);
			if (nl_is(part, NFTA_HOOK_PRIORITY))
				chain.priority = (int)nl_be32(part);
		}
	}
	if (is_base)
		*pool_add(reading->pool, reading->nft->chains,
			  reading->nft->chains_count) = chain;
}

/**
 * nft_read_chains - read the chains at hooks of the namespace entered last
 * @pool: whose the memory is
 * @nft: gets them
 */
void nft_read_chains(struct pool *pool, struct nft *nft)
{
	struct reading reading = { .pool = pool, .nft = nft };

	nft->chains = NULL;
	nft->chains_count = 0;
	ask("chains", NFT_MSG_GETCHAIN, read_chain, &reading);
}
