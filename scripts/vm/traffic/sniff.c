// SPDX-License-Identifier: GPL-2.0
/*
 * Readers that ignore what the kernel says beside a packet, and judge its checksums
 * by the bytes: a packet socket without auxdata, and a virtual machine that does not
 * look at its virtio_net_hdr.
 */
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "traffic.h"

static const struct opt tun_opts[] = {
	OPT_FLAG("tun", is_tun, "TAP is a tun, whose packets begin with the IP header"),
	OPT_FLAG("plain", is_plain, "ask for no offloads, and for no virtio_net_hdr"),
	{ }
};

struct reader {
	const char *proto;
	unsigned int port;
	int wanted, seen;
	struct tally outer, inner;
	struct digest digest;
};

static void look(struct reader *r, uint8_t *frame, ssize_t len)
{
	bool vxlan = !strcmp(r->proto, "vxlan");
	uint8_t *ip = frame + ETH_HLEN;
	struct packet p, in;

	if (len < ETH_HLEN)
		return;
	if (!(is_fragment(ip, len - ETH_HLEN) ? reassemble : parse)(ip, len - ETH_HLEN, &p))
		return;
	if (p.proto != protocol(r->proto, p.family == AF_INET) ||
	    get16(p.l4 + port_offset(p.proto)) != r->port)
		return;
	if (vxlan) {
		uint8_t *inner_ip = p.l4 + UDP + VXLAN + ETH_HLEN;

		/* Tunnelled ARP and ICMP are not what is asked for. */
		if (p.l4_len <= UDP + VXLAN + ETH_HLEN ||
		    !parse(inner_ip, p.l4 + p.l4_len - inner_ip, &in))
			return;
		judge(&in, &r->inner);
		/* The outer checksum counts on somebody finishing a pending inner one. */
		if (in.field == in.seed)
			finish(&in);
	}
	judge(&p, &r->outer);
	r->seen++;
	digest(&r->digest, &p);
}

static int read_frames(int fd, size_t skip, char **arg)
{
	struct reader r = {
		.proto = arg[0], .port = number(arg[1]), .wanted = number(arg[2]),
		.digest = NO_DIGEST,
	};

	end_when_told();
	ready();
	while (r.seen < r.wanted && wait_for(fd, POLLIN)) {
		/* Nothing is looked at in front of the IP header. */
		size_t gap = is_tun ? ETH_HLEN : 0;
		ssize_t n = read(fd, buf + gap, sizeof(buf) - gap);

		if (n > (ssize_t)skip)
			look(&r, buf + skip, n + gap - skip);
	}
	printf("good %d pending %d zero %d bad %d", r.outer.good, r.outer.pending,
	       r.outer.zero, r.outer.bad);
	if (!strcmp(r.proto, "vxlan"))
		printf(" inner good %d pending %d zero %d bad %d", r.inner.good,
		       r.inner.pending, r.inner.zero, r.inner.bad);
	printf(" digest %08x rest %08x\n", r.digest.all, r.digest.rest);
	return r.seen == r.wanted && r.outer.good == r.seen ? 0 : 1;
}

static int sniff(char **arg)
{
	return read_frames(packet_socket(arg[0]), 0, arg + 1);
}

static int tap_read(char **arg)
{
	uint8_t mac[ETH_ALEN];
	int fd = open_tap(arg[0], mac);

	if (is_plain)
		return read_frames(fd, 0, arg + 1);
	if (ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM))
		die("TUNSETOFFLOAD");
	return read_frames(fd, sizeof(struct virtio_net_hdr), arg + 1);
}

const struct job sniff_job = {
	"sniff", "IFACE tcp|udp|udplite|icmp|dccp|vxlan PORT COUNT",
	"judges so many packets for the port, on a packet socket",
	4, sniff, { wait_opts },
};

const struct job tap_read_job = {
	"tap-read", "TAP tcp|udp|udplite|icmp|dccp|vxlan PORT COUNT",
	"the same, as the virtual machine behind the tap",
	4, tap_read, { wait_opts, tun_opts },
};
