// SPDX-License-Identifier: GPL-2.0
/*
 * Ways past the hooks: tc's redirects, BPF programs at tc, and datapaths of Open
 * vSwitch. A packet that takes one is not seen, or only once.
 */
#include <linux/bpf.h>
#include <linux/genetlink.h>
#include <linux/gen_stats.h>
#include <linux/openvswitch.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "netns.h"
#include "nft.h"
#include "nl.h"
#include "text.h"
#include "unseen.h"

/* Since Linux 6.6; headers may be older. */
enum { TCX_INGRESS = 46, TCX_EGRESS = 47 };

struct reading {
	struct pool *pool;
	struct ways *ways;
	const struct links *links;
	unsigned int *queueing;		/* devices with filters */
	int queueing_count;
};

static void read_qdisc(const struct nlmsghdr *message, void *data)
{
	struct reading *reading = data;
	const struct nlattr *attr;
	struct tcmsg tc;

	if (message->nlmsg_type != RTM_NEWQDISC ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(tc))
		return;
	memcpy(&tc, mnl_nlmsg_get_payload(message), sizeof(tc));
	mnl_attr_for_each(attr, message, sizeof(tc))
		if (nl_is(attr, TCA_KIND) && (!strcmp(nl_string(attr), "clsact") ||
					      !strcmp(nl_string(attr), "ingress")))
			*pool_add(reading->pool, reading->queueing,
				  reading->queueing_count) = tc.tcm_ifindex;
}

static bool read_mirred(struct unseen *unseen, const struct nlattr *options)
{
	struct tc_mirred mirred = {};
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, options)
		if (nl_is(attr, TCA_MIRRED_PARMS) &&
		    mnl_attr_get_payload_len(attr) >= sizeof(mirred))
			memcpy(&mirred, mnl_attr_get_payload(attr), sizeof(mirred));
	unseen->to = mirred.ifindex;
	/* A mirrored packet goes on all the same. */
	return mirred.eaction == TCA_EGRESS_REDIR || mirred.eaction == TCA_INGRESS_REDIR;
}

static uint64_t read_packets(const struct nlattr *stats)
{
	struct gnet_stats_basic basic = {};
	const struct nlattr *attr;
	size_t len;

	mnl_attr_for_each_nested(attr, stats) {
		if (!nl_is(attr, TCA_STATS_BASIC))
			continue;
		len = mnl_attr_get_payload_len(attr);
		memcpy(&basic, mnl_attr_get_payload(attr),
		       len < sizeof(basic) ? len : sizeof(basic));
	}
	return basic.packets;
}

static void add(struct reading *reading, const struct unseen *unseen)
{
	*pool_add(reading->pool, reading->ways->unseen,
		  reading->ways->unseen_count) = *unseen;
}

static void read_action(struct reading *reading, const struct nlattr *action,
			struct unseen unseen)
{
	bool is_redirect = false;
	const struct nlattr *attr;
	const char *kind = "";

	mnl_attr_for_each_nested(attr, action)
		if (nl_is(attr, TCA_ACT_KIND))
			kind = nl_string(attr);
	mnl_attr_for_each_nested(attr, action) {
		if (nl_is(attr, TCA_ACT_OPTIONS) && !strcmp(kind, "mirred"))
			is_redirect = read_mirred(&unseen, attr);
		if (nl_is(attr, TCA_ACT_STATS))
			unseen.packets = read_packets(attr);
	}
	unseen.way = WAY_REDIRECT;
	unseen.detail = "mirred";
	if (is_redirect)
		add(reading, &unseen);
}

static void read_actions(struct reading *reading, const struct nlattr *list,
			 const struct unseen *unseen)
{
	const struct nlattr *action;

	mnl_attr_for_each_nested(action, list)
		read_action(reading, action, *unseen);
}

/* Which attribute of a filter holds its actions. */
static int actions_of(const char *kind)
{
	static const struct {
		const char *kind;
		int attr;
	} kinds[] = {
		{ "bpf", TCA_BPF_ACT },
		{ "matchall", TCA_MATCHALL_ACT },
		{ "flower", TCA_FLOWER_ACT },
		{ "u32", TCA_U32_ACT },
		{ "fw", TCA_FW_ACT },
		{ "basic", TCA_BASIC_ACT },
		{ "cgroup", TCA_CGROUP_ACT },
		{ "flow", TCA_FLOW_ACT },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kind, kinds[i].kind))
			return kinds[i].attr;
	return -1;
}

static void read_options(struct reading *reading, const char *kind,
			 const struct nlattr *options, struct unseen *unseen)
{
	bool acts = false, is_bpf = !strcmp(kind, "bpf");
	const struct nlattr *attr;
	const char *name = "";

	mnl_attr_for_each_nested(attr, options) {
		if (nl_is(attr, actions_of(kind)))
			read_actions(reading, attr, unseen);
		if (is_bpf && nl_is(attr, TCA_BPF_FLAGS))
			acts = nl_u32(attr) & TCA_BPF_FLAG_ACT_DIRECT;
		if (is_bpf && nl_is(attr, TCA_BPF_NAME))
			name = pool_string(reading->pool, nl_string(attr));
	}
	if (!acts)
		return;
	unseen->way = WAY_PROGRAM;
	unseen->detail = text_plain(reading->pool, name);
	add(reading, unseen);
}

static void read_filter(const struct nlmsghdr *message, void *data)
{
	struct reading *reading = data;
	struct unseen unseen = {};
	const struct nlattr *attr;
	const char *kind = "";
	struct tcmsg tc;

	if (message->nlmsg_type != RTM_NEWTFILTER ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(tc))
		return;
	memcpy(&tc, mnl_nlmsg_get_payload(message), sizeof(tc));
	unseen.device = tc.tcm_ifindex;
	unseen.is_egress = (tc.tcm_parent & 0xffff) == TC_H_MIN_EGRESS;
	mnl_attr_for_each(attr, message, sizeof(tc))
		if (nl_is(attr, TCA_KIND))
			kind = nl_string(attr);
	mnl_attr_for_each(attr, message, sizeof(tc))
		if (nl_is(attr, TCA_OPTIONS))
			read_options(reading, kind, attr, &unseen);
}

static void read_filters(struct reading *reading, unsigned int device)
{
	static const unsigned int parents[] = {
		TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
		TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS),
	};
	struct nl_request request;
	struct tcmsg *tc;
	int i;

	for (i = 0; i < 2; i++) {
		tc = nl_start(&request, RTM_GETTFILTER, NLM_F_DUMP, sizeof(*tc));
		tc->tcm_ifindex = device;
		tc->tcm_parent = parents[i];
		nl_ask(NETLINK_ROUTE, pool_print(reading->pool, "filters-%u-%s", device,
						 i ? "egress" : "ingress"),
		       &request, read_filter, reading);
	}
}

/* How many programs hang at a device's tcx, which has no netlink. */
static int tcx_programs(unsigned int device, int type)
{
	union bpf_attr attr = {};

	if (*netns_root)
		return 0;
	attr.query.target_fd = device;
	attr.query.attach_type = type;
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &attr, sizeof(attr)))
		return 0;
	return attr.query.prog_cnt;
}

static void read_tcx(struct reading *reading)
{
	int i, type;

	for (i = 0; i < reading->links->count; i++) {
		for (type = TCX_INGRESS; type <= TCX_EGRESS; type++) {
			struct unseen unseen = {
				.way = WAY_PROGRAM,
				.device = reading->links->links[i].index,
				.is_egress = type == TCX_EGRESS,
				.detail = "tcx",
			};

			if (tcx_programs(unseen.device, type) > 0)
				add(reading, &unseen);
		}
	}
}

static void read_datapath(const struct nlmsghdr *message, void *data)
{
	struct datapath datapath = { .name = "" };
	struct reading *reading = data;
	struct ovs_dp_stats stats = {};
	const struct nlattr *attr;
	size_t header = sizeof(struct genlmsghdr) + sizeof(struct ovs_header);

	if (mnl_nlmsg_get_payload_len(message) < header)
		return;
	mnl_attr_for_each(attr, message, header) {
		if (nl_is(attr, OVS_DP_ATTR_NAME))
			datapath.name = pool_string(reading->pool, nl_string(attr));
		if (nl_is(attr, OVS_DP_ATTR_STATS) &&
		    mnl_attr_get_payload_len(attr) >= sizeof(stats))
			memcpy(&stats, mnl_attr_get_payload(attr), sizeof(stats));
	}
	datapath.packets = stats.n_hit + stats.n_missed;
	*pool_add(reading->pool, reading->ways->datapaths,
		  reading->ways->datapaths_count) = datapath;
}

static void read_datapaths(struct reading *reading)
{
	struct nl_request request;
	struct ovs_header *ovs;
	int family;

	if (!kernel_has(reading->pool, "openvswitch"))
		return;
	family = nl_family(OVS_DATAPATH_FAMILY);
	if (family < 0)
		return;
	nl_start_generic(&request, family, OVS_DP_CMD_GET, NLM_F_DUMP);
	ovs = mnl_nlmsg_put_extra_header(request.header, sizeof(*ovs));
	ovs->dp_ifindex = 0;
	nl_ask(NETLINK_GENERIC, "datapaths", &request, read_datapath, reading);
}

/**
 * ways_read - find the ways past the hooks of the namespace entered last
 * @pool: whose the memory is
 * @links: its devices
 * @ways: gets them
 */
void ways_read(struct pool *pool, const struct links *links, struct ways *ways)
{
	struct reading reading = { .pool = pool, .ways = ways, .links = links };
	struct nl_request request;
	int i;

	*ways = (struct ways){};
	nl_start(&request, RTM_GETQDISC, NLM_F_DUMP, sizeof(struct tcmsg));
	nl_ask(NETLINK_ROUTE, "qdiscs", &request, read_qdisc, &reading);
	for (i = 0; i < reading.queueing_count; i++)
		read_filters(&reading, reading.queueing[i]);
	read_tcx(&reading);
	read_datapaths(&reading);
}
