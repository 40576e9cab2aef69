// SPDX-License-Identifier: GPL-2.0
/*
 * A reader that asks what the kernel knows of each packet's checksum, and
 * believes it: a packet socket with PACKET_AUXDATA.
 */
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "traffic.h"

/* What the kernel says of the next packet (TP_STATUS_*); its length goes to len. */
static unsigned int receive(int fd, ssize_t *len)
{
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct iovec into = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct msghdr m = {
		.msg_iov = &into, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct tpacket_auxdata aux = { 0 };
	struct cmsghdr *c;

	*len = recvmsg(fd, &m, 0);
	if (*len < 0)
		die("recvmsg");
	for (c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA)
			memcpy(&aux, CMSG_DATA(c), sizeof(aux));
	return aux.tp_status;
}

static int vouched(char **arg)
{
	int count = 0, valid = 0, pending = 0, wanted = number(arg[3]), one = 1;
	unsigned int port = number(arg[2]);
	int fd = packet_socket(arg[0]);

	if (setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)))
		die("PACKET_AUXDATA");
	end_when_told();
	ready();
	while (count < wanted && wait_for(fd, POLLIN)) {
		struct packet p;
		ssize_t n;
		unsigned int status = receive(fd, &n);

		if (n < ETH_HLEN || !parse(buf + ETH_HLEN, n - ETH_HLEN, &p) ||
		    p.proto != protocol(arg[1], p.family == AF_INET) || get16(p.l4 + 2) != port)
			continue;
		count++;
		valid += !!(status & TP_STATUS_CSUM_VALID);
		pending += !!(status & TP_STATUS_CSUMNOTREADY);
	}
	printf("packets %d valid %d pending %d neither %d\n", count, valid, pending,
	       count - valid - pending);
	return count == wanted ? 0 : 1;
}

const struct job vouched_job = {
	"vouched", "IFACE tcp|udp PORT COUNT", "says what the kernel says of so many packets for the port",
	4, vouched, { wait_opts },
};
