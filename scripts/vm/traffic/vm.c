// SPDX-License-Identifier: GPL-2.0
/*
 * The virtual machine behind a tap: packets whose checksums, and whose segmentation,
 * it leaves to others, with metadata that may be anything.
 */
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "traffic.h"

static bool no_needs_csum;
static int csum_start = -1, csum_offset = -1, truncate_to = -1;
static int gso_size, gso_type = -1, answers_wanted;

static const struct opt opts[] = {
	OPT_FLAG("no-needs-csum", no_needs_csum, "pass no VIRTIO_NET_HDR_F_NEEDS_CSUM"),
	OPT_NUMBER("csum-start", "OFFSET", csum_start, "in the frame, instead of the transport header's"),
	OPT_NUMBER("csum-offset", "OFFSET", csum_offset, "from there, instead of the checksum field's"),
	OPT_NUMBER("gso-size", "BYTES", gso_size, "to be segmented into so many"),
	OPT_NUMBER("gso-type", "NUMBER", gso_type, "VIRTIO_NET_HDR_GSO_*, instead of TCP's"),
	OPT_NUMBER("truncate", "BYTES", truncate_to, "the frame ends there, and its IP header says so"),
	OPT_NUMBER("answers", "COUNT", answers_wanted, "wait for so many, and say how many came and were right"),
	{ }
};

/* How many right answers of the kind there are, up to that many. */
static int answers(int fd, int proto, int wanted)
{
	int type = proto == IPPROTO_ICMP ? 0 : proto == IPPROTO_ICMPV6 ? 129 : -1, got = 0;
	struct packet p;

	while (got < wanted && wait_for(fd, POLLIN)) {
		ssize_t n = read(fd, buf, sizeof(buf)), skip = sizeof(struct virtio_net_hdr) + ETH_HLEN;

		got += n > skip && parse(buf + skip, n - skip, &p) && p.proto == proto &&
		       (type < 0 || p.l4[0] == type) && is_right(&p);
	}
	return got;
}

static int vm(char **arg)
{
	int port = number(arg[4]), count = number(arg[5]);
	int sent = 0, refused = 0, proto;
	struct virtio_net_hdr *h = (void *)out;
	struct digest bytes = NO_DIGEST;
	uint8_t *frame = out + sizeof(*h);
	struct sockaddr_storage src, dst;
	uint8_t mac[ETH_ALEN];
	socklen_t len;
	int fd;

	if (resolve(arg[2], 0, &src, &len) !=
	    resolve(arg[3], 0, &dst, &len) || size > 70000) {
		fputs("traffic: bad addresses or size\n", stderr);
		return 2;
	}
	proto = protocol(arg[1], src.ss_family == AF_INET);
	fd = open_sender(arg[0], mac);
	memcpy(frame, mac, ETH_ALEN);
	memcpy(frame + ETH_ALEN, "\2nfcsm", ETH_ALEN);
	for (int i = 0; i < count; i++) {
		size_t n = craft(frame, proto, &src, &dst, port, i);
		int thoff = l4_offset(src.ss_family == AF_INET);
		struct packet p;

		set_field(frame, n, arg[6]);
		if (parse(frame + ETH_HLEN, n - ETH_HLEN, &p))
			digest(&bytes, &p);
		if (truncate_to >= 0 && (size_t)truncate_to < n)
			n = cut(frame, truncate_to, src.ss_family == AF_INET);
		memset(h, 0, sizeof(*h));
		if (!no_needs_csum) {
			h->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
			h->csum_start = csum_start >= 0 ? csum_start :
					is_tun ? thoff - ETH_HLEN : thoff + (int)tags_len();
			h->csum_offset = csum_offset >= 0 ? csum_offset : (int)field_offset(proto);
		}
		if (gso_size) {
			h->gso_size = gso_size;
			h->gso_type = gso_type >= 0 ? gso_type :
				      src.ss_family == AF_INET ? VIRTIO_NET_HDR_GSO_TCPV4 :
				      VIRTIO_NET_HDR_GSO_TCPV6;
			h->hdr_len = thoff + tags_len() + header_len(proto);
		}
		if (send_frame(fd, n))
			sent++;
		else
			refused++;
	}
	if (answers_wanted)
		printf("answered %d\n", answers(fd, proto, answers_wanted));
	/* Closing the tap takes the carrier away: let what was sent get through. */
	usleep(100000);
	printf("sent %d refused %d digest %08x rest %08x\n", sent, refused, bytes.all,
	       bytes.rest);
	return 0;
}

const struct job vm_job = {
	"vm", "TAP tcp|udp|udplite|icmp|dccp SOURCE DESTINATION PORT COUNT seed|zero|sum|garbage",
	"sends so many packets of a virtual machine, with that in the checksum field",
	7, vm, { wait_opts, size_opts, opts, craft_opts, device_opts, address_opts },
};
