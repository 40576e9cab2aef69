// SPDX-License-Identifier: GPL-2.0
/*
 * What conntrack's table shows. NAT updates the checksums of TCP, UDP, ICMP, SCTP,
 * DCCP and UDP-Lite; the checksum of VRRP covers the addresses, too, and NAT knows
 * nothing of it.
 */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "conntrack.h"
#include "netns.h"
#include "nft.h"
#include "nl.h"

/* A connection that saw no packet for so long is past, in seconds. */
#define IDLE	10

struct tuple {
	char source[INET6_ADDRSTRLEN];
	char destination[INET6_ADDRSTRLEN];
	unsigned int protocol;
};

struct reading {
	struct pool *pool;
	struct conntrack *conntrack;
	unsigned int fresh;	/* what is left of the timeout of one in use */
};

/* Protocols with a checksum of the addresses that NAT leaves as it was. */
static const struct {
	unsigned int protocol;
	bool only_ipv6;
	const char *name;
} covering[] = {
	{ 112, false, "VRRP" },
	{ 103, true, "PIM" },
	{ 89, true, "OSPF" },
	{ 135, true, "Mobile IPv6" },
	{ 139, true, "HIP" },
};

static const char *covering_name(const struct tuple *tuple)
{
	bool is_ipv6 = strchr(tuple->source, ':');
	size_t i;

	for (i = 0; i < ARRAY_SIZE(covering); i++)
		if (covering[i].protocol == tuple->protocol &&
		    (is_ipv6 || !covering[i].only_ipv6))
			return covering[i].name;
	return NULL;
}

static void read_address(char *to, const struct nlattr *attr)
{
	int family = mnl_attr_get_payload_len(attr) == 4 ? AF_INET : AF_INET6;

	if (mnl_attr_get_payload_len(attr) == 4 || mnl_attr_get_payload_len(attr) == 16)
		inet_ntop(family, mnl_attr_get_payload(attr), to, INET6_ADDRSTRLEN);
}

static void read_tuple(struct tuple *tuple, const struct nlattr *attr)
{
	const struct nlattr *part, *field;

	*tuple = (struct tuple){};
	mnl_attr_for_each_nested(part, attr) {
		mnl_attr_for_each_nested(field, part) {
			if (nl_is(part, CTA_TUPLE_IP) &&
			    (nl_is(field, CTA_IP_V4_SRC) || nl_is(field, CTA_IP_V6_SRC)))
				read_address(tuple->source, field);
			if (nl_is(part, CTA_TUPLE_IP) &&
			    (nl_is(field, CTA_IP_V4_DST) || nl_is(field, CTA_IP_V6_DST)))
				read_address(tuple->destination, field);
			if (nl_is(part, CTA_TUPLE_PROTO) && nl_is(field, CTA_PROTO_NUM) &&
			    mnl_attr_get_payload_len(field) >= 1)
				tuple->protocol = mnl_attr_get_u8(field);
		}
	}
}

static void add_translated(struct reading *reading, const struct tuple *original,
			   const struct tuple *reply)
{
	struct conntrack *conntrack = reading->conntrack;
	const char *name = covering_name(original);
	struct translated *t;
	int i;

	if (!name)
		return;
	for (i = 0; i < conntrack->translated_count; i++) {
		if (conntrack->translated[i].protocol == original->protocol) {
			conntrack->translated[i].connections++;
			return;
		}
	}
	t = pool_add(reading->pool, conntrack->translated, conntrack->translated_count);
	t->protocol = original->protocol;
	t->name = name;
	t->connections = 1;
	t->example = pool_print(reading->pool, "%s to %s becomes %s to %s",
				original->source, original->destination,
				reply->destination, reply->source);
}

static void read_connection(const struct nlmsghdr *message, void *data)
{
	struct tuple original = {}, reply = {};
	struct reading *reading = data;
	const struct nlattr *attr;
	uint32_t status = 0, left = 0;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(struct nfgenmsg))
		return;
	mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg)) {
		if (nl_is(attr, CTA_STATUS))
			status = nl_be32(attr);
		if (nl_is(attr, CTA_TIMEOUT))
			left = nl_be32(attr);
		if (nl_is(attr, CTA_TUPLE_ORIG))
			read_tuple(&original, attr);
		if (nl_is(attr, CTA_TUPLE_REPLY))
			read_tuple(&reply, attr);
	}
	if (status & (IPS_OFFLOAD | IPS_HW_OFFLOAD))
		reading->conntrack->offloaded++;
	if (status & (IPS_SRC_NAT | IPS_DST_NAT) && left >= reading->fresh)
		add_translated(reading, &original, &reply);
}

/* How long conntrack keeps a connection of a protocol that it does not know. */
static unsigned int generic_timeout(struct pool *pool)
{
	const char *file = netns_path(pool, "proc/sys/net/netfilter/nf_conntrack_generic_timeout");
	char *said = pool_read(pool, file, NULL);

	return said ? strtoul(said, NULL, 10) : 600;
}

/**
 * conntrack_read - read conntrack's table of the namespace entered last
 * @pool: whose the memory is
 * @conntrack: gets what it shows
 *
 * Return: 0, or a negative errno.
 */
int conntrack_read(struct pool *pool, struct conntrack *conntrack)
{
	struct reading reading = { .pool = pool, .conntrack = conntrack };
	unsigned int timeout = generic_timeout(pool);
	struct nl_request request;
	struct nfgenmsg *nf;

	reading.fresh = timeout > IDLE ? timeout - IDLE : 0;
	*conntrack = (struct conntrack){};
	if (!kernel_has(pool, "nf_conntrack"))
		return 0;
	nf = nl_start(&request, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
		      NLM_F_DUMP, sizeof(*nf));
	nf->nfgen_family = NFPROTO_UNSPEC;
	nf->version = NFNETLINK_V0;
	return nl_ask(NETLINK_NETFILTER, "conntrack", &request, read_connection,
		      &reading);
}
