// SPDX-License-Identifier: GPL-2.0
/*
 * A program that packets wait for (NFQUEUE), as intrusion prevention and DPI
 * systems are: lets them go on as they are, or with a byte changed. It talks to
 * the kernel itself, without a library.
 */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "traffic.h"

enum { HELD = 64 };

static struct waiting {
	uint32_t id;
	size_t len;		/* of the bytes to go on, 0: as they are */
	uint8_t *bytes;
} held[HELD];

static int fd;
static unsigned int number_of_queue;

/* A message that is being made, in out. */
static struct nlmsghdr *begin(int type)
{
	struct nlmsghdr *m = (void *)out;
	struct nfgenmsg *g = NLMSG_DATA(m);

	memset(out, 0, NLMSG_SPACE(sizeof(*g)));
	m->nlmsg_len = NLMSG_LENGTH(sizeof(*g));
	m->nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | type;
	m->nlmsg_flags = NLM_F_REQUEST;
	g->version = NFNETLINK_V0;
	g->res_id = htons(number_of_queue);
	return m;
}

static void send_off(struct nlmsghdr *m)
{
	if (send(fd, m, m->nlmsg_len, 0) != (ssize_t)m->nlmsg_len)
		die("netlink");
}

/* The same, for what the kernel answers. */
static void configure(struct nlmsghdr *m)
{
	struct nlmsghdr *answer = (void *)buf;
	struct nlmsgerr *e = NLMSG_DATA(answer);

	m->nlmsg_flags |= NLM_F_ACK;
	send_off(m);
	if (recv(fd, buf, sizeof(buf), 0) < (ssize_t)NLMSG_LENGTH(sizeof(*e)) ||
	    answer->nlmsg_type != NLMSG_ERROR || e->error) {
		fprintf(stderr, "traffic: nfnetlink_queue says %d\n", e->error);
		exit(1);
	}
}

static void open_queue(bool gso)
{
	struct nfqnl_msg_config_cmd bind_cmd = { .command = NFQNL_CFG_CMD_BIND };
	struct nfqnl_msg_config_params params = {
		.copy_range = htonl(0xffff), .copy_mode = NFQNL_COPY_PACKET,
	};
	uint32_t mask = htonl(NFQA_CFG_F_GSO), flags = gso ? mask : 0;
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	struct nlmsghdr *m;
	int room = 1 << 22;

	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	if (fd < 0 || bind(fd, (void *)&self, sizeof(self)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		die("netlink");
	m = begin(NFQNL_MSG_CONFIG);
	add_attribute(m, NFQA_CFG_CMD, &bind_cmd, sizeof(bind_cmd));
	configure(m);
	m = begin(NFQNL_MSG_CONFIG);
	add_attribute(m, NFQA_CFG_PARAMS, &params, sizeof(params));
	add_attribute(m, NFQA_CFG_FLAGS, &flags, sizeof(flags));
	add_attribute(m, NFQA_CFG_MASK, &mask, sizeof(mask));
	configure(m);
}

static void let_go(struct waiting *w)
{
	struct nfqnl_msg_verdict_hdr v = { .verdict = htonl(NF_ACCEPT), .id = w->id };
	struct nlmsghdr *m = begin(NFQNL_MSG_VERDICT);

	add_attribute(m, NFQA_VERDICT_HDR, &v, sizeof(v));
	if (w->len)
		add_attribute(m, NFQA_PAYLOAD, w->bytes, w->len);
	send_off(m);
	free(w->bytes);
	w->bytes = NULL;
}

static struct {
	int packets, gso, pending, changed;
} count;

/* Changes the last byte of what has payload; fix: and the checksum with it. */
static bool change(uint8_t *bytes, size_t len, bool fix)
{
	struct packet p;

	if (!parse(bytes, len, &p))
		return false;
	p.l4[p.l4_len - 1] ^= 0xff;
	if (fix)
		finish(&p);
	return true;
}

static void take(struct nlmsghdr *m, const char *how, struct waiting *w)
{
	const uint8_t *attributes = (uint8_t *)m + NLMSG_SPACE(sizeof(struct nfgenmsg));
	size_t n, len = 0, all = (uint8_t *)m + m->nlmsg_len - attributes;
	const struct nfqnl_msg_packet_hdr *hdr = find_attribute(attributes, all, NFQA_PACKET_HDR, &n);
	const uint32_t *value = find_attribute(attributes, all, NFQA_SKB_INFO, &n);
	uint8_t *payload = (uint8_t *)find_attribute(attributes, all, NFQA_PAYLOAD, &len);
	uint32_t info = value ? ntohl(*value) : 0;

	memset(w, 0, sizeof(*w));
	if (hdr)
		w->id = hdr->packet_id;
	count.packets++;
	count.gso += !!(info & NFQA_SKB_GSO);
	count.pending += !!(info & NFQA_SKB_CSUMNOTREADY);
	if (!payload || !strcmp(how, "pass") || !change(payload, len, !strcmp(how, "fix")))
		return;
	count.changed++;
	w->len = len;
	w->bytes = malloc(len);
	memcpy(w->bytes, payload, len);
}

/*
 * NUMBER packets|gso pass|leave|fix HELD: what takes GSO packets takes pending
 * checksums, too. So many are held, and let go in the opposite order.
 */
static int queue(char **arg)
{
	int n = 0, most = number(arg[3]);

	number_of_queue = number(arg[0]);
	if (most < 1 || most > HELD)
		return 2;
	open_queue(!strcmp(arg[1], "gso"));
	end_when_told();
	ready();
	while (wait_for(fd, POLLIN)) {
		ssize_t len = recv(fd, buf, sizeof(buf), 0);
		struct nlmsghdr *m = (void *)buf;

		if (len < (ssize_t)NLMSG_SPACE(sizeof(struct nfgenmsg)) ||
		    m->nlmsg_type != (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET))
			die("netlink");
		take(m, arg[2], &held[n++]);
		if (n < most)
			continue;
		while (n)
			let_go(&held[--n]);
	}
	while (n)
		let_go(&held[--n]);
	printf("queued %d gso %d pending %d changed %d\n", count.packets, count.gso,
	       count.pending, count.changed);
	return 0;
}

const struct job queue_job = {
	"queue", "NUMBER packets|gso pass|leave|fix HELD",
	"is the program that a queue of packets waits for",
	4, queue, { wait_opts },
};
