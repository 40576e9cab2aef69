// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams one way, in order, over sockets of every protocol that has them:
 * UDP, perhaps many at once for the kernel to cut apart, UDP-Lite with partial
 * coverage, and DCCP.
 */
#include <errno.h>
#include <linux/dccp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "traffic.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum { SOL_UDP_ANY = 17, SOL_UDPLITE_ = 136, UDPLITE_COVERAGE = 10, SOL_DCCP_ = 269 };
static int coverage, gso_size;

static const struct opt coverage_opts[] = {
	OPT_NUMBER("coverage", "BYTES", coverage, "what the checksum of UDP-Lite and DCCP covers (all)"),
	{ }
};

static const struct opt opts[] = {
	OPT_NUMBER("gso-size", "BYTES", gso_size, "the kernel cuts each into datagrams of so many"),
	{ }
};

enum { SERVICE = 0x6e666373, ROOM_FOR_ALL = 1 << 22 };

static void set(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		die("setsockopt");
}

/* A socket of that protocol; a coverage or a segment size has been given or is 0. */
static int open_socket(const char *proto, int family)
{
	bool dccp = !strcmp(proto, "dccp");
	int ipproto = dccp ? IPPROTO_DCCP : !strcmp(proto, "udplite") ? IPPROTO_UDPLITE : 0;
	int fd = socket(family, dccp ? SOCK_DCCP : SOCK_DGRAM, ipproto);

	if (fd < 0)
		die(proto);
	set(fd, SOL_SOCKET, SO_RCVBUFFORCE, ROOM_FOR_ALL);
	if (dccp)
		set(fd, SOL_DCCP_, DCCP_SOCKOPT_SERVICE, htonl(SERVICE));
	if (dccp && coverage)
		set(fd, SOL_DCCP_, DCCP_SOCKOPT_SEND_CSCOV, coverage);
	if (ipproto == IPPROTO_UDPLITE && coverage)
		set(fd, SOL_UDPLITE_, UDPLITE_COVERAGE, coverage);
	return fd;
}

static int send_datagrams(char **arg)
{
	struct sockaddr_storage addr;
	socklen_t len;
	int fd = open_socket(arg[0], resolve(arg[1], number(arg[2]), &addr, &len));
	int sent = 0, count = number(arg[3]);

	if (gso_size)
		set(fd, SOL_UDP_ANY, UDP_SEGMENT, gso_size);
	if (connect(fd, (void *)&addr, len)) {
		printf("connect: %s\n", strerror(errno));
		return 1;
	}
	for (int i = 0; i < count; i++) {
		fill(out, size, (uint64_t)i * size);
		if (wait_for(fd, POLLOUT))
			sent += send(fd, out, size, 0) == size;
		if (gso_size)
			usleep(1000);
	}
	/* Closing a DCCP socket throws away what it has not sent yet. */
	usleep(200000);
	printf("sent %d\n", sent);
	return sent == count ? 0 : 1;
}

static int take_datagrams(char **arg)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(number(arg[1])) };
	int fd = open_socket(arg[0], AF_INET6), datagrams = 0;
	size_t wanted = number(arg[2]), received = 0, wrong = 0;

	if (bind(fd, (void *)&any, sizeof(any)))
		die("bind");
	if (!strcmp(arg[0], "dccp") && listen(fd, 1))
		die("listen");
	ready();
	if (!strcmp(arg[0], "dccp")) {
		if (!wait_for(fd, POLLIN)) {
			puts("nobody connected");
			return 1;
		}
		fd = accept(fd, NULL, NULL);
		if (fd < 0)
			die("accept");
	}
	while (received < wanted && wait_for(fd, POLLIN)) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);

		if (n <= 0)
			break;
		wrong += differs(buf, n, received);
		received += n;
		datagrams++;
	}
	printf("received %zu in %d wrong %zu\n", received, datagrams, wrong);
	return received == wanted && !wrong ? 0 : 1;
}

const struct job send_datagrams_job = {
	"send-datagrams", "udp|udplite|dccp ADDRESS PORT COUNT", "sends so many, one way",
	4, send_datagrams, { wait_opts, size_opts, coverage_opts, opts },
};

const struct job take_datagrams_job = {
	"take-datagrams", "udp|udplite|dccp PORT BYTES",
	"takes and checks so many bytes, whatever datagrams they come in",
	3, take_datagrams, { wait_opts, coverage_opts },
};
