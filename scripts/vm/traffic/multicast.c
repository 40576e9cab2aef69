// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast: a sender, a receiver, and the daemon that tells the kernel where to
 * forward a group to.
 */
#include <arpa/inet.h>
#include <linux/mroute.h>
#include <linux/mroute6.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "traffic.h"

enum { HOPS = 8, DEVICES = 3 };

static void set(int fd, int level, int name, const void *value, socklen_t len)
{
	if (setsockopt(fd, level, name, value, len))
		die("setsockopt");
}

static int index_of(const char *device)
{
	int index = if_nametoindex(device);

	if (!index)
		die(device);
	return index;
}

/* IFACE GROUP PORT COUNT: with copies for members on this host. */
static int mcast_send(char **arg)
{
	int fd, hops = HOPS, index = index_of(arg[0]), count = number(arg[3]), sent = 0;
	struct ip_mreqn by = { .imr_ifindex = index };
	struct sockaddr_storage to;
	socklen_t len;

	fd = socket(resolve(arg[1], number(arg[2]), &to, &len), SOCK_DGRAM, 0);
	if (fd < 0)
		die("socket");
	if (to.ss_family == AF_INET) {
		set(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof(by));
		set(fd, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof(hops));
	} else {
		set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof(index));
		set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops));
	}
	for (int i = 0; i < count; i++) {
		fill(out, size, (uint64_t)i * size);
		sent += sendto(fd, out, size, 0, (void *)&to, len) == size;
	}
	printf("sent %d\n", sent);
	return sent == count ? 0 : 1;
}

/* IFACE GROUP PORT COUNT: the datagrams of one sender, in order. */
static int mcast_take(char **arg)
{
	int fd, index = index_of(arg[0]), count = number(arg[3]), received = 0, wrong = 0;
	struct sockaddr_storage group;
	socklen_t len;

	fd = socket(resolve(arg[1], number(arg[2]), &group, &len), SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (void *)&group, len))
		die("bind");
	if (group.ss_family == AF_INET) {
		struct ip_mreqn m = { .imr_ifindex = index };

		m.imr_multiaddr = ((struct sockaddr_in *)&group)->sin_addr;
		set(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m));
	} else {
		struct ipv6_mreq m = { .ipv6mr_interface = index };

		m.ipv6mr_multiaddr = ((struct sockaddr_in6 *)&group)->sin6_addr;
		set(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m, sizeof(m));
	}
	end_when_told();
	ready();
	while (received < count && wait_for(fd, POLLIN)) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);

		wrong += n != size || differs(buf, n, (uint64_t)received * size);
		received++;
	}
	printf("received %d wrong %d\n", received, wrong);
	return received == count && !wrong ? 0 : 1;
}

static void route4(const struct sockaddr_in *src, const struct sockaddr_in *group, int n,
		   const int *index)
{
	struct mfcctl route = { .mfcc_origin = src->sin_addr, .mfcc_mcastgrp = group->sin_addr };
	int one = 1, fd = socket(AF_INET, SOCK_RAW, IPPROTO_IGMP);

	if (fd < 0)
		die("socket");
	set(fd, IPPROTO_IP, MRT_INIT, &one, sizeof(one));
	for (int i = 0; i < n; i++) {
		struct vifctl vif = {
			.vifc_vifi = i, .vifc_flags = VIFF_USE_IFINDEX, .vifc_threshold = 1,
			.vifc_lcl_ifindex = index[i],
		};

		set(fd, IPPROTO_IP, MRT_ADD_VIF, &vif, sizeof(vif));
		route.mfcc_ttls[i] = i ? 1 : 255;
	}
	for (int i = n; i < MAXVIFS; i++)
		route.mfcc_ttls[i] = 255;
	set(fd, IPPROTO_IP, MRT_ADD_MFC, &route, sizeof(route));
}

static void route6(const struct sockaddr_in6 *src, const struct sockaddr_in6 *group, int n,
		   const int *index)
{
	struct mf6cctl route = { .mf6cc_origin = *src, .mf6cc_mcastgrp = *group };
	int one = 1, fd = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);

	if (fd < 0)
		die("socket");
	set(fd, IPPROTO_IPV6, MRT6_INIT, &one, sizeof(one));
	for (int i = 0; i < n; i++) {
		struct mif6ctl mif = {
			.mif6c_mifi = i, .vifc_threshold = 1, .mif6c_pifi = index[i],
		};

		set(fd, IPPROTO_IPV6, MRT6_ADD_MIF, &mif, sizeof(mif));
		if (i)
			IF_SET(i, &route.mf6cc_ifset);
	}
	set(fd, IPPROTO_IPV6, MRT6_ADD_MFC, &route, sizeof(route));
}

/* SOURCE GROUP IFACE IFACE IFACE: what comes in by the first goes out by the others. */
static int mroute(char **arg)
{
	struct sockaddr_storage src, group;
	int index[DEVICES];
	socklen_t len;

	for (int i = 0; i < DEVICES; i++)
		index[i] = index_of(arg[2 + i]);
	resolve(arg[0], 0, &src, &len);
	if (resolve(arg[1], 0, &group, &len) == AF_INET)
		route4((void *)&src, (void *)&group, DEVICES, index);
	else
		route6((void *)&src, (void *)&group, DEVICES, index);
	ready();
	pause();
	return 0;
}

const struct job mcast_send_job = {
	"mcast-send", "IFACE GROUP PORT COUNT",
	"sends so many datagrams to a group",
	4, mcast_send, { size_opts },
};

const struct job mcast_take_job = {
	"mcast-take", "IFACE GROUP PORT COUNT",
	"joins a group, and takes and checks so many datagrams",
	4, mcast_take, { wait_opts, size_opts },
};

const struct job mroute_job = {
	"mroute", "SOURCE GROUP IFACE IFACE IFACE",
	"routes a group from the first device to the others",
	5, mroute, { NULL },
};
