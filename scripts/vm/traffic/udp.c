// SPDX-License-Identifier: GPL-2.0
/* Datagrams there and back, and ESP in UDP for the kernel to take out. */
#include <arpa/inet.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "traffic.h"

/* Whatever arrives goes back, as it is, until nothing came for a while. */
static int udp_echo(char **arg)
{
	int fd = listener(SOCK_DGRAM, 0, number(arg[0])), count = 0;

	ready();
	while (wait_for(fd, POLLIN)) {
		struct sockaddr_storage from;
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, buf, sizeof(buf), 0, (void *)&from, &len);

		if (n < 0)
			continue;
		count++;
		sendto(fd, buf, n, 0, (void *)&from, len);
	}
	printf("received %d\n", count);
	return 0;
}

static void udp_drain(int fd, int wait_ms, int *received, int *wrong)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint32_t seq;

	while (poll(&p, 1, wait_ms) > 0) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);

		if (n < 0)
			continue;
		++*received;
		memcpy(&seq, buf, 4);
		*wrong += n != size || differs(buf + 4, n - 4, ntohl(seq)) != 0;
	}
}

/* Datagrams of size bytes: a number, and the pattern from that number on. */
static int udp_ping(char **arg)
{
	int fd, count = number(arg[2]), received = 0, wrong = 0;
	struct sockaddr_storage addr;
	socklen_t len;

	fd = socket(resolve(arg[0], number(arg[1]), &addr, &len), SOCK_DGRAM, 0);
	if (fd < 0 || connect(fd, (void *)&addr, len))
		die("connect");
	if (size < 4)
		size = 4;
	for (int i = 0; i < count; i++) {
		uint32_t seq = htonl(i);

		memcpy(out, &seq, 4);
		fill(out + 4, size - 4, i);
		send(fd, out, size, 0);
		udp_drain(fd, 1, &received, &wrong);
	}
	udp_drain(fd, seconds * 1000, &received, &wrong);
	printf("sent %d received %d wrong %d\n", count, received, wrong);
	return received == count && !wrong ? 0 : 1;
}

/* Lets the kernel take ESP out of the datagrams that come to the port. */
static int udp_encap(char **arg)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(number(arg[0])) };
	int type = UDP_ENCAP_ESPINUDP, fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (void *)&any, sizeof(any)) ||
	    setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type)))
		die("UDP_ENCAP");
	ready();
	pause();
	return 0;
}

const struct job udp_echo_job = {
	"udp-echo", "PORT", "sends every datagram back, until none has come for a while",
	1, udp_echo, { wait_opts },
};

const struct job udp_ping_job = {
	"udp-ping", "ADDRESS PORT COUNT", "sends so many datagrams, and checks what comes back",
	3, udp_ping, { wait_opts, size_opts },
};

const struct job udp_encap_job = {
	"udp-encap", "PORT", "lets the kernel take ESP out of the datagrams that come to the port",
	1, udp_encap, { NULL },
};
