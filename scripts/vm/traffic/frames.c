// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that hand whole frames on: one that knows of nothing but their bytes,
 * as userspace switches and network operating systems in containers do, and one
 * that passes on what the kernel knows beside them, as the network card of a
 * virtual machine does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "traffic.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum { VLAN = 4, MACS = 2 * ETH_ALEN };

/* What the card of a virtual machine offers. */
enum { CARD = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN };

static void set(int fd, int option)
{
	int one = 1;

	if (setsockopt(fd, SOL_PACKET, option, &one, sizeof(one)))
		die("setsockopt");
}

static int vnet_socket(const char *device)
{
	int room = 8 << 20, fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device),
	};

	if (fd < 0 || !to.sll_ifindex)
		die(device);
	set(fd, PACKET_IGNORE_OUTGOING);
	/* A window of TCP: what is lost is lost elsewhere. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(fd, (void *)&to, sizeof(to)))
		die(device);
	return fd;
}

/* An end of the copying process. */
struct side {
	const char *name;
	int fd;
	size_t skip;	/* bytes in front of a frame */
};

static struct side open_side(const char *name)
{
	uint8_t mac[ETH_ALEN];
	struct side s = { .name = name };

	if (strncmp(name, "tap:", 4)) {
		s.fd = vnet_socket(name);
		set(s.fd, PACKET_AUXDATA);
		return s;
	}
	/* It asks for everything, and looks at nothing. */
	s.fd = open_tap(name + 4, mac);
	s.skip = sizeof(struct virtio_net_hdr);
	if (ioctl(s.fd, TUNSETOFFLOAD, CARD) || fcntl(s.fd, F_SETFL, O_NONBLOCK))
		die(name);
	return s;
}

/* The kernel takes a frame's first tag out; whoever wants the frame puts it back. */
static ssize_t put_tag(uint8_t *frame, ssize_t n, const struct tpacket_auxdata *aux)
{
	if (!(aux->tp_status & TP_STATUS_VLAN_VALID))
		return n;
	memmove(frame + MACS + VLAN, frame + MACS, n - MACS);
	put16(frame + MACS, aux->tp_vlan_tpid);
	put16(frame + MACS + 2, aux->tp_vlan_tci);
	return n + VLAN;
}

static ssize_t get_frame(const struct side *s, uint8_t *frame)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	uint8_t unread[sizeof(struct virtio_net_hdr)];
	struct iovec io[] = {
		{ unread, s->skip }, { frame, ROOM - VLAN },
	};
	struct msghdr m = {
		.msg_iov = io + 1, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct tpacket_auxdata aux;
	struct cmsghdr *c;
	ssize_t n;

	if (s->skip) {
		n = readv(s->fd, io, 2);
		return n < 0 ? n : n - (ssize_t)s->skip;
	}
	n = recvmsg(s->fd, &m, 0);
	for (c = CMSG_FIRSTHDR(&m); n >= MACS && c; c = CMSG_NXTHDR(&m, c)) {
		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		/* TP_STATUS_CSUMNOTREADY is there to be seen, too. */
		return put_tag(frame, n, &aux);
	}
	return n;
}

static void put_frame(const struct side *s, uint8_t *frame, size_t n)
{
	struct virtio_net_hdr none = { 0 };
	struct iovec io[] = { { &none, s->skip }, { frame, n } };

	/* What is too big for the other end is lost, as anywhere. */
	if (writev(s->fd, s->skip ? io : io + 1, s->skip ? 2 : 1) < 0 &&
	    errno != EMSGSIZE && errno != EAGAIN && errno != ENOBUFS)
		die(s->name);
}

/* Copies the bytes of frames, both ways, and nothing beside them. */
static int copy(char **arg)
{
	struct side side[2] = { open_side(arg[0]), open_side(arg[1]) };
	struct pollfd p[2] = {
		{ .fd = side[0].fd, .events = POLLIN },
		{ .fd = side[1].fd, .events = POLLIN },
	};

	ready();
	while (poll(p, 2, -1) > 0)
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			while ((n = get_frame(&side[i], buf)) >= MACS)
				put_frame(&side[!i], buf, n);
		}
	return 0;
}

/*
 * The machine is a namespace, which has the other end of the veth IFACE. Its
 * packets come out of TAP of the namespace NETNS with all that the kernel knew of
 * them, as out of a virtio card, and the other way.
 */
static int nic(char **arg)
{
	struct pollfd p[2] = { { .events = POLLIN }, { .events = POLLIN } };
	char path[64];
	uint8_t mac[ETH_ALEN];
	int netns;

	p[0].fd = vnet_socket(arg[0]);
	set(p[0].fd, PACKET_VNET_HDR);
	snprintf(path, sizeof(path), "/run/netns/%s", arg[1]);
	netns = open(path, O_RDONLY);
	if (netns < 0 || setns(netns, CLONE_NEWNET))
		die(path);
	p[1].fd = open_tap(arg[2], mac);
	if (ioctl(p[1].fd, TUNSETOFFLOAD, CARD) || fcntl(p[1].fd, F_SETFL, O_NONBLOCK))
		die(arg[2]);
	ready();
	while (poll(p, 2, -1) > 0)
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			while ((n = read(p[i].fd, buf, sizeof(buf))) > 0)
				if (write(p[!i].fd, buf, n) < 0 && errno != EMSGSIZE &&
				    errno != EAGAIN && errno != ENOBUFS)
					die(arg[i ? 0 : 2]);
		}
	return 0;
}

/* Owns a tap, and asks for the offloads (TUN_F_*) that it reads from a FIFO. */
static int own(char **arg)
{
	char line[32];
	uint8_t mac[ETH_ALEN];
	int fd = open_tap(arg[0], mac);
	FILE *fifo;

	ready();
	/* Each writer is a sender of one line. */
	while ((fifo = fopen(arg[1], "r"))) {
		if (fgets(line, sizeof(line), fifo)) {
			line[strcspn(line, "\n")] = '\0';
			if (ioctl(fd, TUNSETOFFLOAD, number(line)))
				die("TUNSETOFFLOAD");
		}
		fclose(fifo);
	}
	return 1;
}

const struct job copy_job = {
	"copy", "IFACE|tap:TAP IFACE|tap:TAP", "copies the bytes of frames both ways, and nothing beside them",
	2, copy, { NULL },
};

const struct job nic_job = {
	"nic", "IFACE NETNS TAP", "is the network card of a machine, with all that the kernel knows of a packet",
	3, nic, { NULL },
};

const struct job own_job = {
	"own", "TAP FIFO", "owns a tap, and asks for the offloads that it reads from the FIFO",
	2, own, { NULL },
};
