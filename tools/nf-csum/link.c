// SPDX-License-Identifier: GPL-2.0
/*
 * The network devices of a namespace, as rtnetlink tells of them, and their
 * features, as ethtool's netlink does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link.h"
#include "netns.h"
#include "nl.h"
#include "text.h"

enum { TUN_TYPE_TUN = 1 };

struct reading {
	struct pool *pool;
	struct links *links;
};

static void read_kind_data(struct link *link, const struct nlattr *data)
{
	const struct nlattr *attr;
	bool is_tun = !strcmp(link->kind, "tun");

	mnl_attr_for_each_nested(attr, data) {
		if (mnl_attr_get_payload_len(attr) < 1)
			continue;
		if (is_tun && nl_is(attr, IFLA_TUN_TYPE) &&
		    mnl_attr_get_u8(attr) != TUN_TYPE_TUN)
			link->kind = "tap";
		if (is_tun && nl_is(attr, IFLA_TUN_VNET_HDR))
			link->has_vnet_hdr = mnl_attr_get_u8(attr);
		if (!strcmp(link->kind, "bridge") &&
		    (nl_is(attr, IFLA_BR_NF_CALL_IPTABLES) ||
		     nl_is(attr, IFLA_BR_NF_CALL_IP6TABLES)))
			link->calls_iptables |= mnl_attr_get_u8(attr);
	}
}

static void read_kind(struct pool *pool, struct link *link,
		      const struct nlattr *info)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, info)
		if (nl_is(attr, IFLA_INFO_KIND))
			link->kind = text_plain(pool, pool_string(pool, nl_string(attr)));
	mnl_attr_for_each_nested(attr, info)
		if (nl_is(attr, IFLA_INFO_DATA))
			read_kind_data(link, attr);
}

static void read_xdp(struct link *link, const struct nlattr *xdp)
{
	static const enum xdp_mode modes[] = {
		[XDP_ATTACHED_NONE] = XDP_NONE,
		[XDP_ATTACHED_DRV] = XDP_NATIVE,
		[XDP_ATTACHED_SKB] = XDP_GENERIC,
		[XDP_ATTACHED_HW] = XDP_HARDWARE,
		[XDP_ATTACHED_MULTI] = XDP_SEVERAL,
	};
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, xdp) {
		if (nl_is(attr, IFLA_XDP_ATTACHED) &&
		    mnl_attr_get_payload_len(attr) >= 1 &&
		    mnl_attr_get_u8(attr) < ARRAY_SIZE(modes))
			link->xdp = modes[mnl_attr_get_u8(attr)];
		/* Of several only those by their ways are told. */
		if (nl_is(attr, IFLA_XDP_PROG_ID) ||
		    (nl_is(attr, IFLA_XDP_DRV_PROG_ID) && nl_u32(attr)))
			link->xdp_id = nl_u32(attr);
	}
}

static void read_traffic(struct link *link, const struct nlattr *attr)
{
	struct rtnl_link_stats64 stats = {};
	size_t len = mnl_attr_get_payload_len(attr);

	memcpy(&stats, mnl_attr_get_payload(attr),
	       len < sizeof(stats) ? len : sizeof(stats));
	link->rx_packets = stats.rx_packets;
	link->tx_packets = stats.tx_packets;
	link->rx_errors = stats.rx_errors;
}

static void read_link(const struct nlmsghdr *message, void *data)
{
	struct reading *reading = data;
	const struct ifinfomsg *info;
	const struct nlattr *attr;
	struct link link = { .name = "", .kind = "", .lower_nsid = -1 };

	if (message->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return;
	info = mnl_nlmsg_get_payload(message);
	link.index = info->ifi_index;
	link.is_up = info->ifi_flags & IFF_UP;
	if (info->ifi_flags & IFF_LOOPBACK)
		link.kind = "loopback";
	mnl_attr_for_each(attr, message, sizeof(*info)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			link.name = pool_string(reading->pool, nl_string(attr));
			break;
		case IFLA_MASTER:
			link.master = nl_u32(attr);
			break;
		case IFLA_LINK:
			link.lower = nl_u32(attr);
			break;
		case IFLA_LINK_NETNSID:
			link.lower_nsid = (int)nl_u32(attr);
			break;
		case IFLA_MTU:
			link.mtu = nl_u32(attr);
			break;
		case IFLA_STATS64:
			read_traffic(&link, attr);
			break;
		case IFLA_XDP:
			read_xdp(&link, attr);
			break;
		case IFLA_LINKINFO:
			read_kind(reading->pool, &link, attr);
			break;
		}
	}
	if (!*link.name)
		return;
	map_put(reading->pool, &reading->links->by_name, link.name,
		reading->links->count);
	*pool_add(reading->pool, reading->links->links, reading->links->count) = link;
}

static void read_address(const struct nlmsghdr *message, void *data)
{
	struct reading *reading = data;
	const struct ifaddrmsg *info;
	struct link *link;

	if (message->nlmsg_type != RTM_NEWADDR ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return;
	info = mnl_nlmsg_get_payload(message);
	link = links_by_index(reading->links, info->ifa_index);
	if (link && info->ifa_scope < RT_SCOPE_LINK)
		link->has_address = true;
}

static int by_index(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

/**
 * links_read - read the network devices of the namespace entered last
 * @pool: whose the memory is
 * @links: gets them, in the order of their numbers; or the error
 */
void links_read(struct pool *pool, struct links *links)
{
	struct reading reading = { .pool = pool, .links = links };
	struct nl_request request;
	int i;

	*links = (struct links){};
	nl_start(&request, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	links->error = nl_ask(NETLINK_ROUTE, "links", &request, read_link, &reading);
	if (links->count)
		qsort(links->links, links->count, sizeof(*links->links), by_index);
	for (i = 0; i < links->count; i++)
		map_put(pool, &links->by_name, links->links[i].name, i);
	nl_start(&request, RTM_GETADDR, NLM_F_DUMP, sizeof(struct ifaddrmsg));
	nl_ask(NETLINK_ROUTE, "addresses", &request, read_address, &reading);
}

/**
 * links_by_name - find a device
 * @links: all of a namespace
 * @name: its name
 *
 * Return: the device, or NULL.
 */
struct link *links_by_name(const struct links *links, const char *name)
{
	size_t i = map_get(&links->by_name, name);

	return i == MAP_NONE ? NULL : &links->links[i];
}

/**
 * links_by_index - find a device
 * @links: all of a namespace
 * @index: its number
 *
 * Return: the device, or NULL.
 */
struct link *links_by_index(const struct links *links, unsigned int index)
{
	struct link wanted = { .index = index };

	if (!links->count)
		return NULL;
	return bsearch(&wanted, links->links, links->count, sizeof(wanted), by_index);
}

static const char * const feature_names[FEATURES] = {
	[FEATURE_RX_CSUM] = "rx-checksum",
	[FEATURE_TX_CSUM] = "tx-checksum-ip-generic",
	[FEATURE_TSO] = "tx-tcp-segmentation",
	[FEATURE_GSO] = "tx-generic-segmentation",
	[FEATURE_GRO] = "rx-gro",
	[FEATURE_GRO_LIST] = "rx-gro-list",
};

/**
 * feature_name - say what the kernel calls a feature
 * @feature: the feature
 *
 * Return: its name.
 */
const char *feature_name(enum feature feature)
{
	return feature_names[feature];
}

struct feature_reading {
	struct pool *pool;
	struct features *features;
};

static void read_feature(struct feature_reading *reading, const struct nlattr *bit)
{
	struct features *features = reading->features;
	const struct nlattr *attr;
	const char *name = "";
	int i;

	mnl_attr_for_each_nested(attr, bit)
		if (nl_is(attr, ETHTOOL_A_BITSET_BIT_NAME))
			name = nl_string(attr);
	if (!*name)
		return;
	for (i = 0; i < FEATURES; i++)
		if (!strcmp(name, feature_names[i]))
			features->has[i] = true;
	/* IPv4 and IPv6 apart is what some cards have instead. */
	if (!strcmp(name, "tx-checksum-ipv4") || !strcmp(name, "tx-checksum-ipv6"))
		features->has[FEATURE_TX_CSUM] = true;
	features->names = pool_print(reading->pool, "%s%s%s", features->names,
				     *features->names ? " " : "",
				     text_plain(reading->pool, name));
}

static void read_features(const struct nlmsghdr *message, void *data)
{
	struct feature_reading *reading = data;
	const struct nlattr *active, *bits, *bit;

	mnl_attr_for_each(active, message, sizeof(struct genlmsghdr)) {
		if (!nl_is(active, ETHTOOL_A_FEATURES_ACTIVE))
			continue;
		reading->features->known = true;
		mnl_attr_for_each_nested(bits, active)
			if (nl_is(bits, ETHTOOL_A_BITSET_BITS))
				mnl_attr_for_each_nested(bit, bits)
					read_feature(reading, bit);
	}
}

/**
 * link_features - read the features of a device
 * @pool: whose the memory is
 * @link: the device
 * @features: gets them
 */
void link_features(struct pool *pool, const struct link *link,
		   struct features *features)
{
	struct feature_reading reading = { .pool = pool, .features = features };
	int family = nl_family(ETHTOOL_GENL_NAME);
	struct nl_request request;
	struct nlattr *nest;

	*features = (struct features){ .names = "" };
	if (family < 0)
		return;
	nl_start_generic(&request, family, ETHTOOL_MSG_FEATURES_GET, 0);
	nest = mnl_attr_nest_start(request.header, ETHTOOL_A_FEATURES_HEADER);
	mnl_attr_put_u32(request.header, ETHTOOL_A_HEADER_DEV_INDEX, link->index);
	mnl_attr_nest_end(request.header, nest);
	nl_ask(NETLINK_GENERIC, pool_print(pool, "features-%u", link->index), &request,
	       read_features, &reading);
}

static void read_nsid(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr;

	if (message->nlmsg_type != RTM_NEWNSID ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(struct rtgenmsg))
		return;
	mnl_attr_for_each(attr, message, sizeof(struct rtgenmsg))
		if (nl_is(attr, NETNSA_NSID))
			*(int *)data = (int)nl_u32(attr);
}

/**
 * link_nsid - say what the namespace entered last calls another one
 * @pool: for paths
 * @other: the other one
 *
 * Return: the number that struct link has in lower_nsid; -1 for none.
 */
int link_nsid(struct pool *pool, const struct netns *other)
{
	struct nl_request request;
	int nsid = -1, fd;

	fd = netns_open(other);
	if (fd < 0 && !*netns_root)
		return -1;
	nl_start(&request, RTM_GETNSID, 0, sizeof(struct rtgenmsg));
	mnl_attr_put_u32(request.header, NETNSA_FD, fd);
	nl_ask(NETLINK_ROUTE, pool_print(pool, "nsid-%s", other->name), &request,
	       read_nsid, &nsid);
	if (fd >= 0)
		close(fd);
	return nsid;
}
