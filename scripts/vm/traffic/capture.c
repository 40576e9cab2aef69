// SPDX-License-Identifier: GPL-2.0
/*
 * Keeps the last packets that pass the devices of a namespace, both ways, and writes
 * them down when told to: a pcap file for each device, and a list of what the kernel
 * says of the checksum of each, and what its bytes say.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "traffic.h"

enum { SLOTS = 512, SNAP = 1600, DEVICES = 64, PCAP_ETHERNET = 1, PCAP_RAW_IP = 101 };

static struct slot {
	struct timespec at;
	char device[IF_NAMESIZE];
	bool ethernet, outgoing;
	unsigned int status;	/* TP_STATUS_* */
	uint32_t len, kept;
	uint8_t bytes[SNAP];
} ring[SLOTS];

static unsigned long seen;
static volatile sig_atomic_t asked;

static void ask(int signal)
{
	(void)signal;
	asked = 1;
}

/* --- Files --- */

static void word(FILE *f, uint32_t n)
{
	fwrite(&n, sizeof(n), 1, f);
}

/* The file of the device, opened at its first packet. */
static FILE *file_of(const char *prefix, const struct slot *s)
{
	static struct { char device[IF_NAMESIZE]; FILE *f; } files[DEVICES];
	char path[256];
	int i = 0;

	if (!s) {
		for (; i < DEVICES && files[i].f; i++) {
			fclose(files[i].f);
			files[i].f = NULL;
		}
		return NULL;
	}
	while (i < DEVICES - 1 && files[i].f && strcmp(files[i].device, s->device))
		i++;
	if (files[i].f)
		return files[i].f;
	strcpy(files[i].device, s->device);
	snprintf(path, sizeof(path), "%s.%s.pcap", prefix, s->device);
	files[i].f = fopen(path, "w");
	if (!files[i].f)
		die(path);
	word(files[i].f, 0xa1b23c4d);	/* with nanoseconds */
	word(files[i].f, 4 << 16 | 2);	/* version 2.4 */
	word(files[i].f, 0);
	word(files[i].f, 0);
	word(files[i].f, SNAP);
	word(files[i].f, s->ethernet ? PCAP_ETHERNET : PCAP_RAW_IP);
	return files[i].f;
}

static const char *name_of(int proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_UDPLITE:
		return "udplite";
	case IPPROTO_DCCP:
		return "dccp";
	case IPPROTO_ICMP:
		return "icmp";
	default:
		return "icmpv6";
	}
}

/* What the bytes say; only for packets that are here to their end. */
static void describe(FILE *f, struct slot *s)
{
	size_t head = s->ethernet ? ETH_HLEN : 0;
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	struct packet p;
	uint8_t *ip = s->bytes + head;

	if (s->kept <= head || !parse(ip, s->kept - head, &p)) {
		fputs(s->kept < s->len ? "its end is not here\n" : "-\n", f);
		return;
	}
	inet_ntop(p.family, ip + (p.family == AF_INET ? 12 : 8), src, sizeof(src));
	inet_ntop(p.family, ip + (p.family == AF_INET ? 16 : 24), dst, sizeof(dst));
	fprintf(f, "%-7s %s %s %u > %s %u\n",
		is_right(&p) ? "right" : !p.field ? "zero" : p.field == p.seed ? "seed" : "wrong",
		name_of(p.proto), src, get16(p.l4), dst, get16(p.l4 + 2));
}

/* PREFIX.DEVICE.pcap, PREFIX.packets, and at last PREFIX.done. */
static void dump(const char *prefix)
{
	unsigned long i = seen < SLOTS ? 0 : seen - SLOTS;
	char path[256];
	FILE *list, *f;

	snprintf(path, sizeof(path), "%s.packets", prefix);
	list = fopen(path, "w");
	if (!list)
		die(path);
	fputs("seconds, device, way, bytes, what the kernel says of the checksum, what the bytes say\n", list);
	for (; i < seen; i++) {
		struct slot *s = &ring[i % SLOTS];

		f = file_of(prefix, s);
		word(f, s->at.tv_sec);
		word(f, s->at.tv_nsec);
		word(f, s->kept);
		word(f, s->len);
		fwrite(s->bytes, s->kept, 1, f);
		fprintf(list, "%10ld.%06ld %-10s %-3s %5u %-7s ", (long)s->at.tv_sec, s->at.tv_nsec / 1000,
			s->device, s->outgoing ? "out" : "in", s->len,
			s->status & TP_STATUS_CSUMNOTREADY ? "pending" :
			s->status & TP_STATUS_CSUM_VALID ? "valid" : "-");
		describe(list, s);
	}
	file_of(prefix, NULL);
	fclose(list);
	snprintf(path, sizeof(path), "%s.done", prefix);
	fclose(fopen(path, "w"));
}

/* --- Packets --- */

static void receive(int fd)
{
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct slot *s = &ring[seen % SLOTS];
	struct iovec into = { .iov_base = s->bytes, .iov_len = SNAP };
	struct sockaddr_ll from;
	struct msghdr m = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &into, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct tpacket_auxdata aux = { 0 };
	struct cmsghdr *c;
	ssize_t n = recvmsg(fd, &m, MSG_TRUNC);

	if (n < 0)
		return;
	for (c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA)
			memcpy(&aux, CMSG_DATA(c), sizeof(aux));
	clock_gettime(CLOCK_MONOTONIC, &s->at);
	if (!if_indextoname(from.sll_ifindex, s->device))
		snprintf(s->device, sizeof(s->device), "gone-%d", from.sll_ifindex);
	s->ethernet = from.sll_hatype == ARPHRD_ETHER || from.sll_hatype == ARPHRD_LOOPBACK;
	s->outgoing = from.sll_pkttype == PACKET_OUTGOING;
	s->status = aux.tp_status;
	s->len = n;
	s->kept = n < SNAP ? n : SNAP;
	seen++;
}

/* In the background: prints the process to be told, and ends with its namespace. */
static int capture(char **arg)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), one = 1, room = 1 << 24;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct timespec wait = { .tv_nsec = 100000000 };
	sigset_t usr1, none;
	pid_t pid;

	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		die("packet socket");
	sigemptyset(&none);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	signal(SIGUSR1, ask);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid) {
		printf("%d\n", pid);
		return 0;
	}
	setsid();
	for (int i = 0; i < 3; i++)
		dup2(open("/dev/null", O_RDWR), i);
	while (!access(arg[1], F_OK)) {
		if (ppoll(&p, 1, &wait, &none) > 0)
			receive(fd);
		if (!asked)
			continue;
		asked = 0;
		while (poll(&p, 1, 0) > 0)
			receive(fd);
		dump(arg[0]);
	}
	return 0;
}

const struct job capture_job = {
	"capture", "PREFIX NAMESPACE_FILE",
	"in the background, keeps the last packets; SIGUSR1 writes them to PREFIX.*",
	2, capture, { NULL },
};
