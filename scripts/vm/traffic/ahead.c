// SPDX-License-Identifier: GPL-2.0
/*
 * What a confused server, or an attacker, would send: an empty segment far ahead in
 * sequence space.
 */
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

enum { TH_ACK_ONLY = 0x10, TH_SYN_ACK = 0x12 };

static int quiet_ms;
static bool wrong_checksum;

static const struct opt opts[] = {
	OPT_NUMBER("pause", "MILLISECONDS", quiet_ms, "that of both ends of the connection"),
	OPT_FLAG("wrong-checksum", wrong_checksum, "the segment's checksum is wrong"),
	{ }
};

/*
 * Waits until IFACE accepts a connection at PORT, and while that is quiet (--pause at
 * both ends) sends the segment in its name.
 */
static int ahead(char **arg)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(arg[0]),
	};
	unsigned int port = number(arg[1]);
	uint32_t seq, by = number(arg[2]);

	if (fd < 0 || !at.sll_ifindex || bind(fd, (void *)&at, sizeof(at)))
		die(arg[0]);
	ready();
	while (wait_for(fd, POLLIN)) {
		struct sockaddr_ll from;
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(fd, buf, sizeof(buf), 0, (void *)&from, &from_len);
		struct packet p;

		if (n < ETH_HLEN || from.sll_pkttype != PACKET_OUTGOING ||
		    !parse(buf + ETH_HLEN, n - ETH_HLEN, &p) ||
		    p.proto != IPPROTO_TCP || get16(p.l4) != port ||
		    (p.l4[13] & TH_SYN_ACK) != TH_SYN_ACK)
			continue;
		usleep(quiet_ms * 500);
		memcpy(&seq, p.l4 + 4, 4);
		seq = htonl(ntohl(seq) + 1 + by);
		memcpy(p.l4 + 4, &seq, 4);
		p.l4[13] = TH_ACK_ONLY;
		finish(&p);
		if (wrong_checksum)
			put16(field_of(&p), get16(field_of(&p)) ^ 0x0101);
		if (send(fd, buf, n, 0) != n)
			die("send");
		return 0;
	}
	puts("nobody connected");
	return 1;
}

const struct job ahead_job = {
	"ahead", "IFACE PORT BYTES",
	"sends a segment so far ahead, in the name of whoever accepts a connection there",
	3, ahead, { wait_opts, opts },
};
