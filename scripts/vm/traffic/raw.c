// SPDX-License-Identifier: GPL-2.0
/*
 * Frames from a packet socket, or packets from a raw one, with a checksum field that nobody
 * vouches for; and VRRP, whose checksum covers the addresses, though no NAT knows that.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "traffic.h"

enum { PAYLOAD = 64, VRRP = 12, IPPROTO_VRRP_ = 112, PORT = 8080 };

static unsigned int protocol_of(const char *name)
{
	return !strcmp(name, "tcp") ? IPPROTO_TCP :
	       !strcmp(name, "udp") ? IPPROTO_UDP : IPPROTO_VRRP_;
}

/* Of an IPv4 packet: the pseudo-header's sum, not folded. */
static uint32_t pseudo(const uint8_t *ip, size_t len)
{
	return sum(ip + 12, 8, ip[9] + len);
}

static unsigned int fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return s;
}

static size_t header(uint8_t *l4, unsigned int protocol, int n)
{
	switch (protocol) {
	case IPPROTO_TCP:
		put16(l4, 20000 + n);
		put16(l4 + 2, PORT);
		l4[7] = n;
		l4[12] = 5 << 4;
		l4[13] = 0x10;
		put16(l4 + 14, 1000);
		return TCP;
	case IPPROTO_UDP:
		put16(l4, 20000 + n);
		put16(l4 + 2, PORT);
		put16(l4 + 4, UDP + PAYLOAD);
		return UDP;
	default:
		/* Version 3, advertisement, of one address. */
		l4[0] = 0x31;
		l4[1] = 7;
		l4[2] = 100;
		l4[3] = 1;
		l4[5] = 100;
		return VRRP;
	}
}

static uint8_t *field(uint8_t *l4, unsigned int protocol)
{
	return l4 + (protocol == IPPROTO_TCP ? 16 : 6);
}

static size_t build(uint8_t *frame, unsigned int protocol, char **arg, int n)
{
	uint8_t *ip = frame + ETH_HLEN, *l4 = ip + IP4;
	size_t len = header(l4, protocol, n) + (protocol == IPPROTO_VRRP_ ? 0 : PAYLOAD);
	unsigned int right, seed;

	put16(frame + 12, ETH_P_IP);
	ip[0] = 0x45;
	set_ip_len(ip, IP4 + len, true);
	ip[8] = protocol == IPPROTO_VRRP_ ? 255 : 64;
	ip[9] = protocol;
	if (inet_pton(AF_INET, arg[3], ip + 12) != 1 ||
	    inet_pton(AF_INET, arg[4], ip + 16) != 1)
		die("address");
	put16(ip + 10, 0);
	put16(ip + 10, ~fold(sum(ip, IP4, 0)));
	seed = fold(pseudo(ip, len));
	right = ~fold(sum(l4, len, seed)) & 0xffff;
	put16(field(l4, protocol), !strcmp(arg[6], "zero") ? 0 : !strcmp(arg[6], "seed") ? seed :
	      !strcmp(arg[6], "sum") ? right : right ^ 0x0101);
	return ETH_HLEN + IP4 + len;
}

static bool routed;

static const struct opt opts[] = {
	OPT_FLAG("routed", routed, "through the IP layer, as a program of the host does with a raw socket"),
	{ NULL },
};

/* The whole packet is there, header and all. */
static void send_routed(const uint8_t *ip, size_t len)
{
	static int fd = -1;
	struct sockaddr_in to = { .sin_family = AF_INET };

	if (fd < 0)
		fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	memcpy(&to.sin_addr, ip + 16, 4);
	if (fd < 0 || sendto(fd, ip, len, 0, (void *)&to, sizeof(to)) != (ssize_t)len)
		die("send");
}

/* IFACE MAC tcp|udp|vrrp SOURCE DESTINATION COUNT zero|seed|sum|garbage */
static int raw(char **arg)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IP)), count = number(arg[5]);
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex(arg[0]),
	};
	unsigned int mac[ETH_ALEN];

	if (fd < 0 || !to.sll_ifindex ||
	    sscanf(arg[1], "%x:%x:%x:%x:%x:%x", mac, mac + 1, mac + 2, mac + 3, mac + 4,
		   mac + 5) != ETH_ALEN)
		die(arg[0]);
	for (int i = 0; i < count; i++) {
		size_t len;

		memset(out, 0, 256);
		for (int k = 0; k < ETH_ALEN; k++)
			out[k] = mac[k];
		out[6] = 2;
		len = build(out, protocol_of(arg[2]), arg, i);
		if (routed)
			send_routed(out + ETH_HLEN, len - ETH_HLEN);
		else if (sendto(fd, out, len, 0, (void *)&to, sizeof(to)) != (ssize_t)len)
			die("send");
	}
	printf("sent %d\n", count);
	return 0;
}

/* COUNT: as a router that takes part in VRRP judges what it gets. */
static int vrrp_read(char **arg)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_VRRP_), count = number(arg[0]);
	int good = 0, bad = 0;

	if (fd < 0)
		die("vrrp");
	ready();
	while (good + bad < count && wait_for(fd, POLLIN)) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);
		size_t len = n - IP4;

		if (n < IP4 + VRRP)
			continue;
		if (fold(sum(buf + IP4, len, fold(pseudo(buf, len)))) == 0xffff)
			good++;
		else
			bad++;
	}
	printf("good %d bad %d\n", good, bad);
	return 0;
}

const struct job raw_job = {
	"raw", "IFACE MAC tcp|udp|vrrp SOURCE DESTINATION COUNT zero|seed|sum|garbage",
	"sends so many frames, with that in the checksum field and nobody to vouch for them",
	7, raw, { opts },
};

const struct job vrrp_read_job = {
	"vrrp-read", "COUNT", "judges so many advertisements, as a router that takes part in VRRP",
	1, vrrp_read, { wait_opts },
};
