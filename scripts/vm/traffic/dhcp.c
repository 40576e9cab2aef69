// SPDX-License-Identifier: GPL-2.0
/*
 * A DHCP client that asks for a lease in four messages and takes none whose UDP
 * checksum is wrong: on a packet socket without auxdata, or as a virtual machine
 * that ignores its virtio_net_hdr. What some clients in old containers and
 * virtual machines are.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "traffic.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum { BOOTP = 240, TRIES = 3 };
enum { DISCOVER = 1, OFFER, REQUEST, ACK = 5 };			/* DHCP */
enum { SOLICIT6 = 1, ADVERTISE6, REQUEST6, REPLY6 = 7 };	/* DHCPv6 */

static const uint8_t cookie[4] = { 99, 130, 83, 99 };

static struct client {
	int fd;
	size_t skip;		/* in front of a frame: the virtio_net_hdr */
	bool v4;
	uint8_t mac[ETH_ALEN];	/* the client's */
	uint8_t address[24];	/* what was offered; for DHCPv6 with lifetimes */
	uint8_t server[64];	/* by whom */
	size_t server_len;
	int wrong;		/* answers with a wrong checksum */
} c;

static uint8_t *option(uint8_t *to, int code, const void *value, size_t len)
{
	size_t head = c.v4 ? 2 : 4;

	if (c.v4) {
		to[0] = code;
		to[1] = len;
	} else {
		put16(to, code);
		put16(to + 2, len);
	}
	memcpy(to + head, value, len);
	return to + head + len;
}

/* The value of an option, or NULL. */
static const uint8_t *find(const uint8_t *at, const uint8_t *end, int code, size_t *len)
{
	size_t head = c.v4 ? 2 : 4;

	while (at + head <= end && !(c.v4 && at[0] == 255)) {
		int this = c.v4 ? at[0] : (int)get16(at);

		*len = c.v4 ? at[1] : get16(at + 2);
		at += head;
		if (at + *len > end)
			break;
		if (this == code)
			return at;
		at += *len;
	}
	return NULL;
}

static size_t message4(uint8_t *m, int type)
{
	uint8_t kind = type, *o = m + BOOTP;

	memset(m, 0, BOOTP);
	memcpy(m, "\1\1\6\0nfcs", 8);
	m[10] = 0x80;	/* answer by broadcast */
	memcpy(m + 28, c.mac, ETH_ALEN);
	memcpy(m + 236, cookie, sizeof(cookie));
	o = option(o, 53, &kind, 1);
	if (type == REQUEST) {
		o = option(o, 50, c.address, 4);
		o = option(o, 54, c.server, c.server_len);
	}
	*o++ = 255;
	return o - m;
}

static size_t message6(uint8_t *m, int type)
{
	uint8_t duid[4 + ETH_ALEN] = { 0, 3, 0, 1 }, ia[12 + 28] = "nfcs", *o = m + 4;

	memcpy(duid + 4, c.mac, ETH_ALEN);
	memcpy(m, "\0nfc", 4);
	m[0] = type;
	o = option(o, 1, duid, sizeof(duid));
	if (type == REQUEST6) {
		option(ia + 12, 5, c.address, sizeof(c.address));
		o = option(o, 2, c.server, c.server_len);
	}
	o = option(o, 3, ia, type == REQUEST6 ? sizeof(ia) : 12);
	return o - m;
}

static void send_message(int type)
{
	uint8_t *frame = out + c.skip, *ip = frame + ETH_HLEN;
	uint8_t *l4 = ip + (c.v4 ? IP4 : IP6);
	size_t len = UDP + (c.v4 ? message4 : message6)(l4 + UDP, type);
	struct packet p;

	memset(out, 0, l4 + UDP - out);
	if (c.v4) {
		memset(frame, 0xff, ETH_ALEN);
		memcpy(ip, "\x45\0\0\0\0\1\0\0\x40\x11", 10);
		memset(ip + 16, 0xff, 4);
	} else {
		memcpy(frame, "\x33\x33\0\1\0\2", ETH_ALEN);
		memcpy(ip, "\x60\0\0\0\0\0\x11\1", 8);
		inet_pton(AF_INET6, "fe80::2", ip + 8);
		inet_pton(AF_INET6, "ff02::1:2", ip + 24);
	}
	memcpy(frame + ETH_ALEN, c.mac, ETH_ALEN);
	put16(frame + 2 * ETH_ALEN, c.v4 ? ETH_P_IP : ETH_P_IPV6);
	set_ip_len(ip, l4 + len - ip, c.v4);
	put16(l4, c.v4 ? 68 : 546);
	put16(l4 + 2, c.v4 ? 67 : 547);
	put16(l4 + 4, len);
	parse(ip, l4 + len - ip, &p);
	finish(&p);
	if (write(c.fd, out, l4 + len - out) < 0)
		die("send");
}

/* What is in an answer of that type, if it is one. */
static bool take(const uint8_t *m, const uint8_t *end, int type)
{
	const uint8_t *o, *server;
	size_t len;

	if (c.v4) {
		if (end - m < BOOTP || m[0] != 2 || memcmp(m + 28, c.mac, ETH_ALEN))
			return false;
		o = find(m + BOOTP, end, 53, &len);
		if (!o || o[0] != type)
			return false;
		memcpy(c.address, m + 16, 4);
		server = find(m + BOOTP, end, 54, &c.server_len);
	} else {
		if (end - m < 4 || m[0] != type || memcmp(m + 1, "nfc", 3))
			return false;
		o = find(m + 4, end, 3, &len);
		if (o)
			o = find(o + 12, o + len, 5, &len);
		if (!o)
			return false;
		memcpy(c.address, o, 16);
		server = find(m + 4, end, 2, &c.server_len);
	}
	if (!server || c.server_len > sizeof(c.server))
		return false;
	memcpy(c.server, server, c.server_len);
	return true;
}

static bool receive(int type)
{
	while (wait_for(c.fd, POLLIN)) {
		ssize_t n = read(c.fd, buf, sizeof(buf)), skip = c.skip + ETH_HLEN;
		struct packet p;

		if (n <= skip || !parse(buf + skip, n - skip, &p) ||
		    p.proto != IPPROTO_UDP || get16(p.l4 + 2) != (c.v4 ? 68 : 546))
			continue;
		if (!is_right(&p))
			c.wrong++;
		else if (take(p.l4 + UDP, p.l4 + p.l4_len, type))
			return true;
	}
	return false;
}

static bool ask(int question, int answer)
{
	for (int i = 0; i < TRIES; i++) {
		send_message(question);
		if (receive(answer))
			return true;
	}
	return false;
}

static int get_lease(const char *family)
{
	char text[INET6_ADDRSTRLEN];

	c.v4 = !strcmp(family, "4");
	if (!ask(c.v4 ? DISCOVER : SOLICIT6, c.v4 ? OFFER : ADVERTISE6) ||
	    !ask(c.v4 ? REQUEST : REQUEST6, c.v4 ? ACK : REPLY6)) {
		printf("no lease, answers with a wrong checksum: %d\n", c.wrong);
		return 1;
	}
	printf("lease %s, answers with a wrong checksum: %d\n",
	       inet_ntop(c.v4 ? AF_INET : AF_INET6, c.address, text, sizeof(text)), c.wrong);
	return 0;
}

static int dhcp(char **arg)
{
	int one = 1;
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(arg[1]),
	};
	struct ifreq r = { 0 };

	c.fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	strncpy(r.ifr_name, arg[1], IFNAMSIZ - 1);
	if (c.fd < 0 || !at.sll_ifindex || bind(c.fd, (void *)&at, sizeof(at)) ||
	    setsockopt(c.fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) ||
	    ioctl(c.fd, SIOCGIFHWADDR, &r))
		die(arg[1]);
	memcpy(c.mac, r.ifr_hwaddr.sa_data, ETH_ALEN);
	return get_lease(arg[0]);
}

static int dhcp_vm(char **arg)
{
	uint8_t taps_own[ETH_ALEN];

	c.fd = open_tap(arg[1], taps_own);
	c.skip = sizeof(struct virtio_net_hdr);
	memcpy(c.mac, "\2\0\0\0\0\2", ETH_ALEN);
	if (ioctl(c.fd, TUNSETOFFLOAD, TUN_F_CSUM))
		die("TUNSETOFFLOAD");
	return get_lease(arg[0]);
}

const struct job dhcp_job = {
	"dhcp", "4|6 IFACE", "asks for a lease, on a packet socket",
	2, dhcp, { wait_opts },
};

const struct job dhcp_vm_job = {
	"dhcp-vm", "4|6 TAP", "asks for a lease, as the virtual machine behind the tap",
	2, dhcp_vm, { wait_opts },
};
