// SPDX-License-Identifier: GPL-2.0
/*
 * Where frames leave to, and come from: a tap or a tun, held open as the owner of a
 * virtual machine does, or a packet socket; in one piece or in several.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "traffic.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

bool is_tun, is_plain;
static int linear, fragment_size;
static const char *next_hop, *receiver;
static struct bytes tags;

const struct opt device_opts[] = {
	OPT_FLAG("tun", is_tun, "TAP is a tun, whose packets begin with the IP header"),
	OPT_TEXT("next-hop", "MAC", next_hop, "TAP is any device, and frames go to this address"),
	OPT_TEXT("to", "MAC", receiver, "frames from TAP go to this address, and not to TAP's own"),
	OPT_BYTES("tags", tags, "VLAN tags, between the MAC addresses and the EtherType"),
	OPT_NUMBER("linear", "BYTES", linear, "so many in one piece, the rest in the kernel's fragments"),
	OPT_NUMBER("fragment-size", "BYTES", fragment_size, "IP fragments of so many"),
	{ }
};

int packet_socket(const char *device)
{
	int one = 1, fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device),
	};

	if (fd < 0 || !to.sll_ifindex || bind(fd, (void *)&to, sizeof(to)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)))
		die(device);
	return fd;
}

static short tap_flags(void)
{
	short flags = IFF_NO_PI | (is_tun ? IFF_TUN : IFF_TAP);

	if (!is_plain)
		flags |= IFF_VNET_HDR;
	if (linear && !is_tun)
		flags |= IFF_NAPI | IFF_NAPI_FRAGS;
	return flags;
}

int open_tap(const char *name, uint8_t *mac)
{
	int fd = open("/dev/net/tun", O_RDWR), len = sizeof(struct virtio_net_hdr);
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq r = { .ifr_flags = tap_flags() };

	strncpy(r.ifr_name, name, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &r) || (!is_plain && ioctl(fd, TUNSETVNETHDRSZ, &len)))
		die(name);
	if (ioctl(s, SIOCGIFHWADDR, &r))
		die(name);
	memcpy(mac, r.ifr_hwaddr.sa_data, ETH_ALEN);
	/* Frames are refused until the device is up, which opening it brings about. */
	for (int i = 0; i < 100; i++) {
		if (!ioctl(s, SIOCGIFFLAGS, &r) && r.ifr_flags & IFF_RUNNING)
			break;
		usleep(10000);
	}
	close(s);
	return fd;
}

static void read_mac(const char *text, uint8_t *mac)
{
	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx",
		   mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != ETH_ALEN) {
		fprintf(stderr, "traffic: not a MAC address: %s\n", text);
		exit(2);
	}
}

/* What takes a virtio_net_hdr and a frame; mac is the frame's destination. */
int open_sender(const char *name, uint8_t *mac)
{
	int fd, one = 1;

	if (!next_hop) {
		fd = open_tap(name, mac);
		if (receiver)
			read_mac(receiver, mac);
		return fd;
	}
	fd = packet_socket(name);
	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)))
		die("PACKET_VNET_HDR");
	read_mac(next_hop, mac);
	return fd;
}

/* How far into a frame tags push what csum_start says. */
size_t tags_len(void)
{
	return tags.len;
}

static void insert_tags(uint8_t *frame, size_t n)
{
	memmove(frame + 2 * ETH_ALEN + tags.len, frame + 2 * ETH_ALEN, n - 2 * ETH_ALEN);
	memcpy(frame + 2 * ETH_ALEN, tags.at, tags.len);
}

/* As the kernel is to have it: from the IP header on, or in pieces. */
static bool write_frame(int fd, uint8_t *hdr, size_t n)
{
	enum { PIECE = 4096, PIECES = 16 };
	struct iovec piece[PIECES] = { { hdr, sizeof(struct virtio_net_hdr) + n } };
	uint8_t *frame = hdr + sizeof(struct virtio_net_hdr);
	int count = 1;

	if (is_tun) {
		piece[0].iov_len -= n;
		piece[count++] = (struct iovec) { frame + ETH_HLEN, n - ETH_HLEN };
	}
	if (linear && n > (size_t)linear) {
		piece[0].iov_len -= n - linear;
		for (size_t at = linear; at < n && count < PIECES; at += PIECE)
			piece[count++] = (struct iovec) { frame + at, n - at < PIECE ? n - at : PIECE };
	}
	return writev(fd, piece, count) >= 0;
}

/* Writes a frame that lies behind its virtio_net_hdr in out, or fragments of it. */
bool send_frame(int fd, size_t n)
{
	static uint8_t piece[ROOM];
	uint8_t *frame = piece + sizeof(struct virtio_net_hdr), *ip = frame + ETH_HLEN;
	const uint8_t *whole = out + sizeof(struct virtio_net_hdr) + ETH_HLEN;
	bool v4 = whole[0] >> 4 == 4;
	size_t head = v4 ? IP4 : IP6, payload = n - ETH_HLEN - head;
	size_t gap = v4 ? 0 : 8;

	if (!fragment_size) {
		insert_tags(out + sizeof(struct virtio_net_hdr), n);
		return write_frame(fd, out, n + tags.len);
	}
	memcpy(piece, out, whole + head - out);
	if (!v4) {
		ip[6] = IPPROTO_FRAGMENT;
		ip[IP6] = whole[6];
	}
	for (size_t at = 0; at < payload; at += fragment_size) {
		size_t len = payload - at;
		bool more = len > (size_t)fragment_size;

		if (more)
			len = fragment_size;
		memcpy(ip + head + gap, whole + head + at, len);
		if (v4) {
			put16(ip + 6, at / 8 | (more ? 0x2000 : 0));
		} else {
			put16(ip + IP6 + 2, at | more);
			put16(ip + IP6 + 6, whole[head + 8] << 8 | whole[head + 9]);
		}
		set_ip_len(ip, head + gap + len, v4);
		if (write(fd, piece, ip + head + gap + len - piece) < 0)
			return false;
	}
	return true;
}
