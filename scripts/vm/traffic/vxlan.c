// SPDX-License-Identifier: GPL-2.0
/*
 * One end of a VXLAN tunnel that leaves the inner checksum to others: the outer
 * one is final already. A VNI that changes afterwards is a packet that was
 * damaged on its way, and the outer checksum tells.
 */
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "traffic.h"

enum { VXLAN_PORT = 4789, VNI = 7 };

static int damaged_vni = -1;

static const struct opt opts[] = {
	OPT_NUMBER("damaged-vni", "NUMBER", damaged_vni, "put in after the outer checksum was computed"),
	{ }
};

/* The tunnel's headers around an inner frame of that many bytes; returns where VXLAN's is. */
static uint8_t *wrap(uint8_t *frame, const struct sockaddr_storage *src,
		     const struct sockaddr_storage *dst, int port, size_t inner)
{
	int payload = size;
	uint8_t *header;
	size_t n;

	size = VXLAN + inner;
	n = craft(frame, IPPROTO_UDP, src, dst, VXLAN_PORT, 0);
	size = payload;
	header = frame + n - inner - VXLAN;
	put16(header - UDP, port);
	memset(header, 0, VXLAN);
	header[0] = 0x08;	/* the VNI is valid */
	header[6] = VNI;
	return header;
}

static int vxlan(char **arg)
{
	struct sockaddr_storage src, dst, inner_src, inner_dst;
	uint8_t *frame = out + sizeof(struct virtio_net_hdr), *header, *inner, mac[ETH_ALEN];
	struct virtio_net_hdr *h = (void *)out;
	int count = number(arg[7]), port = number(arg[4]), sent = 0, fd;
	static uint8_t payload[ROOM];
	socklen_t len;

	resolve(arg[2], 0, &src, &len);
	resolve(arg[3], 0, &dst, &len);
	resolve(arg[5], 0, &inner_src, &len);
	resolve(arg[6], 0, &inner_dst, &len);
	fd = open_sender(arg[0], mac);
	for (int i = 0; i < count; i++) {
		int proto = protocol(arg[1], inner_src.ss_family == AF_INET);
		size_t n = craft(payload, proto, &inner_src, &inner_dst, 8080, i), total;
		struct packet p;

		memcpy(payload, "\2nfcs2\2nfcs1", 2 * ETH_ALEN);
		header = wrap(frame, &src, &dst, port, n);
		inner = header + VXLAN;
		total = inner + n - frame;
		memcpy(frame, mac, ETH_ALEN);
		memcpy(frame + ETH_ALEN, "\2nfcsm", ETH_ALEN);
		memcpy(inner, payload, n);

		/* What is pending will come out so that the outer checksum is right. */
		set_field(inner, n, "sum");
		set_field(frame, total, "sum");
		set_field(inner, n, "seed");
		if (damaged_vni >= 0)
			header[6] = damaged_vni;

		if (!parse(inner + ETH_HLEN, n - ETH_HLEN, &p))
			return 2;
		memset(h, 0, sizeof(*h));
		h->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		h->csum_start = p.l4 - frame;
		h->csum_offset = field_of(&p) - p.l4;
		sent += send_frame(fd, total);
	}
	usleep(100000);
	printf("sent %d\n", sent);
	return sent == count ? 0 : 1;
}

const struct job vxlan_job = {
	"vxlan", "TAP tcp|udp SOURCE DESTINATION SOURCE_PORT INNER_SOURCE INNER_DESTINATION COUNT",
	"sends so many packets in a tunnel, the inner checksum pending, the outer one final",
	8, vxlan, { size_opts, opts, device_opts },
};
