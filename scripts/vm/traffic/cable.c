// SPDX-License-Identifier: GPL-2.0
/* A cable: carries the bytes of packets, both ways, and nothing beside them. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "traffic.h"

static int cable(char **arg)
{
	struct pollfd p[2] = {
		{ .fd = packet_socket(arg[0]), .events = POLLIN },
		{ .fd = packet_socket(arg[1]), .events = POLLIN },
	};

	ready();
	while (poll(p, 2, 1000 * seconds) > 0)
		for (int i = 0; i < 2; i++) {
			ssize_t n = p[i].revents ? recv(p[i].fd, buf, sizeof(buf), 0) : 0;

			/* What is too big for the other end is lost, as anywhere. */
			if (n > 0 && send(p[!i].fd, buf, n, 0) < 0 && errno != EMSGSIZE)
				die(arg[!i]);
		}
	return 0;
}

const struct job cable_job = {
	"cable", "IFACE IFACE", "carries frames between two devices, bytes only",
	2, cable, { wait_opts },
};
