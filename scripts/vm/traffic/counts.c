// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the module's counters once they stand still, and those of nftables at the same moment. It asks
 * the kernel for the latter itself: nft takes eight times as long to start as all of this.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "traffic.h"

/* How often to look, and how long to wait in between: longer than acknowledgements are put off. */
enum { LOOKS = 20, STEPS = 20, PAUSE_US = 250000 };

static size_t counters(uint8_t *to)
{
	int fd = open("/proc/net/nf_csum", O_RDONLY);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		die("/proc/net/nf_csum");
	while ((n = read(fd, to + len, ROOM - len)) > 0)
		len += n;
	close(fd);
	return len;
}

/* Whether they are still what buf has; buf has them from now on. */
static bool stand_still(size_t *len)
{
	size_t n = counters(out);
	bool same = n == *len && !memcmp(buf, out, n);

	memcpy(buf, out, n);
	*len = n;
	return same;
}

static size_t settle(void)
{
	size_t len = counters(buf);

	for (int i = 0; i < LOOKS; i++) {
		usleep(PAUSE_US);
		if (stand_still(&len))
			return len;
	}
	fprintf(stderr, "# the counters do not come to rest\n");
	return len;
}

static void keep(const char *file, size_t len)
{
	FILE *f = fopen(file, "w");

	if (!f || fwrite(buf, 1, len, f) != len || fclose(f))
		die(file);
}

/* FILE: the counters go there when nothing has moved for a moment. */
static int settled(char **arg)
{
	keep(arg[0], settle());
	return 0;
}

/* Prints its name and how many packets it has counted, if it was asked for; whether it was. */
static bool print_counter(const struct nlmsghdr *m, const char *wanted, FILE *to)
{
	const uint8_t *from = (const uint8_t *)NLMSG_DATA(m) + NLMSG_ALIGN(sizeof(struct nfgenmsg));
	size_t name_len, data_len, len = (const uint8_t *)m + m->nlmsg_len - from;
	const char *name = find_attribute(from, len, NFTA_OBJ_NAME, &name_len);
	const void *data = find_attribute(from, len, NFTA_OBJ_DATA, &data_len);
	const uint32_t *packets = data ? find_attribute(data, data_len, NFTA_COUNTER_PACKETS, &len) : NULL;

	if (!name || !packets || len != 2 * sizeof(*packets)) {
		fprintf(stderr, "traffic: a counter without name or packets\n");
		exit(1);
	}
	if (wanted && strcmp(name, wanted))
		return false;
	if (!wanted)
		fprintf(to, "%s ", name);
	fprintf(to, "%llu\n", (unsigned long long)ntohl(packets[0]) << 32 | ntohl(packets[1]));
	return true;
}

/* The counters of a table, or the one of that name, of which there has to be one; reset: they begin anew. */
static void list(int family, const char *table, const char *name, bool reset, FILE *to)
{
	union {
		struct nlmsghdr header;
		uint8_t bytes[1 << 15];
	} u = {
		.header = {
			.nlmsg_len = NLMSG_SPACE(sizeof(struct nfgenmsg)),
			.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | (reset ? NFT_MSG_GETOBJ_RESET : NFT_MSG_GETOBJ),
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
	};
	struct nfgenmsg *g = NLMSG_DATA(&u.header);
	const uint32_t counter = htonl(NFT_OBJECT_COUNTER);
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	bool more = true, any = false;

	g->nfgen_family = family;
	add_attribute(&u.header, NFTA_OBJ_TABLE, table, strlen(table) + 1);
	add_attribute(&u.header, NFTA_OBJ_TYPE, &counter, sizeof(counter));
	if (fd < 0 || send(fd, &u, u.header.nlmsg_len, 0) < 0)
		die("netlink");
	while (more) {
		ssize_t len = recv(fd, &u, sizeof(u), 0);
		const struct nlmsghdr *m = &u.header;

		if (len <= 0)
			die("netlink");
		for (; NLMSG_OK(m, len); m = NLMSG_NEXT(m, len)) {
			if (m->nlmsg_type == NLMSG_ERROR || m->nlmsg_flags & NLM_F_DUMP_INTR) {
				fprintf(stderr, "traffic: nftables does not list its counters\n");
				exit(1);
			}
			more = m->nlmsg_type != NLMSG_DONE;
			if (more && print_counter(m, name, to))
				any = true;
		}
	}
	if (!any) {
		fprintf(stderr, "traffic: no counter %s in the table %s\n", name ? name : "at all", table);
		exit(1);
	}
	close(fd);
}

static bool is_reset(const char *verb)
{
	if (!strcmp(verb, "reset"))
		return true;
	if (!strcmp(verb, "list"))
		return false;
	fprintf(stderr, "traffic: list or reset, not %s\n", verb);
	exit(2);
}

static const char *only;

/* FAMILY TABLE list|reset */
static int nft_counters(char **arg)
{
	list(!strcmp(arg[0], "bridge") ? NFPROTO_BRIDGE : !strcmp(arg[0], "ip") ? NFPROTO_IPV4 : NFPROTO_INET,
	     arg[1], only, is_reset(arg[2]), stdout);
	return 0;
}

/* FILE NFT_FILE list|reset: the same, and what nftables has then: no packet came between. */
static int in_step(char **arg)
{
	for (int i = 0; i < STEPS; i++) {
		size_t len = settle();
		FILE *f = fopen(arg[1], "w");

		if (!f)
			die(arg[1]);
		list(NFPROTO_INET, "seen", NULL, is_reset(arg[2]), f);
		if (fclose(f))
			die(arg[1]);
		keep(arg[0], len);
		if (stand_still(&len))
			return 0;
	}
	fprintf(stderr, "# the counters do not come to rest\n");
	return 0;
}

const struct job settled_job = {
	"settled", "FILE",
	"waits until the module's counters stand still, and writes them to a file",
	1, settled, { NULL },
};

const struct job in_step_job = {
	"in-step", "FILE NFT_FILE list|reset",
	"the same, with the counters of nftables of the same moment",
	3, in_step, { NULL },
};

static const struct opt only_opts[] = {
	OPT_TEXT("only", "NAME", only, "of that one, and without its name"),
	{ }
};

const struct job nft_counters_job = {
	"nft-counters", "inet|ip|bridge TABLE list|reset",
	"prints the counters of a table of nftables, each with its packets",
	3, nft_counters, { only_opts },
};
