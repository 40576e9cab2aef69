// SPDX-License-Identifier: GPL-2.0
/*
 * The sender of the benchmark: one packet, again and again, through a packet
 * socket, and how many instructions each has cost. On one processor send()
 * returns when the packet has come to its end, wherever that is, and where the
 * clock is the number of instructions the time stamp counter is the count.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <x86intrin.h>

enum { IP4 = 20, IP6 = 40, TCP = 20, UDP = 8, VXLAN = 8, ROOM = 1 << 17 };

static int count = 500;		/* -n: packets that are counted */
static int warm = 300;			/* -w: packets before them */
static const char *field = "sum";	/* -f: sum, zero or seed */
static bool pending;			/* -p: the checksum is left to others */
static int gso_size;			/* -g */
static const char *outer_src;		/* -V: inside a VXLAN tunnel, vni 1 */
static const char *outer_dst;
static bool show_all;			/* -a: every packet's count */
static const char *headers;		/* -o: options or extension headers */
static size_t linear;			/* -l: bytes of the IP packet that are linear */

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static uint32_t sum(const uint8_t *p, size_t n, uint32_t start)
{
	for (size_t i = 0; i < n; i++)
		start += i % 2 ? p[i] : p[i] << 8;
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

static void mac(uint8_t *to, const char *text)
{
	unsigned int b[ETH_ALEN];

	if (sscanf(text, "%x:%x:%x:%x:%x:%x", b, b + 1, b + 2, b + 3, b + 4, b + 5) != ETH_ALEN)
		die(text);
	for (int i = 0; i < ETH_ALEN; i++)
		to[i] = b[i];
}

/*
 * What lies between the IP header and the transport header, at @to if that is not
 * NULL; returns its length.
 *   one    one option, in an IPv4 header or an IPv6 destination options header
 *   eight  as many as are followed
 *   pad1   an IPv6 destination options header of 1400 bytes of padding
 */
static size_t extra(uint8_t *to, bool v4, int proto)
{
	static const uint8_t eight[16] = { 0, 1, [9] = 1, 5 }, one[8] = { 0, 0, 1, 4 };
	int options = headers && !strcmp(headers, "one") ? 1 : 8;
	size_t len;

	if (!headers)
		return 0;
	if (v4)
		len = options == 1 ? 4 : 40;
	else
		len = !strcmp(headers, "pad1") ? 1400 : options == 1 ? 8 : 16;
	if (!to)
		return len;
	memset(to, 0, len);
	if (v4) {
		for (int i = 0; i < options; i++) {
			to[2 * i] = 0x1e;	/* for experiments */
			to[2 * i + 1] = 2;
		}
		return len;
	}
	if (len <= sizeof(eight))
		memcpy(to, options == 1 ? one : eight, len);
	to[0] = proto;
	to[1] = len / 8 - 1;
	return len;
}

/*
 * Writes the headers of a packet whose l4_len bytes of transport header and
 * payload are to follow; returns what of them there is in IP, and the seed.
 */
static size_t ip_header(uint8_t *ip, int proto, const char *src, const char *dst,
			size_t l4_len, uint32_t *seed)
{
	bool v4 = !strchr(src, ':');
	size_t more = extra(NULL, v4, proto);

	memset(ip, 0, v4 ? IP4 : IP6);
	if (v4) {
		extra(ip + IP4, v4, proto);
		ip[0] = 0x45 + more / 4;
		put16(ip + 2, IP4 + more + l4_len);
		ip[8] = 64;
		ip[9] = proto;
		if (!inet_pton(AF_INET, src, ip + 12) || !inet_pton(AF_INET, dst, ip + 16))
			die(dst);
		put16(ip + 10, ~sum(ip, IP4 + more, 0));
		*seed = sum(ip + 12, 8, proto + l4_len);
		return IP4 + more;
	}
	ip[0] = 0x60;
	put16(ip + 4, more + l4_len);
	ip[6] = more ? IPPROTO_DSTOPTS : proto;
	ip[7] = 64;
	if (!inet_pton(AF_INET6, src, ip + 8) || !inet_pton(AF_INET6, dst, ip + 24))
		die(dst);
	*seed = sum(ip + 8, 32, proto + l4_len);
	return IP6 + extra(ip + IP6, v4, proto);
}

/* A packet from its IP header on; returns its length, and where the transport header is. */
static size_t craft(uint8_t *ip, int proto, const char *src, const char *dst, int port,
		    size_t payload, size_t *head)
{
	size_t l4_len = (proto == IPPROTO_TCP ? TCP : UDP) + payload;
	uint32_t seed;
	uint8_t *l4, *csum;

	*head = ip_header(ip, proto, src, dst, l4_len, &seed);
	l4 = ip + *head;
	memset(l4, 0, l4_len - payload);
	put16(l4, 20000);
	put16(l4 + 2, port);
	if (proto == IPPROTO_TCP) {
		put16(l4 + 6, 1);
		put16(l4 + 10, 1);
		l4[12] = TCP / 4 << 4;
		l4[13] = 0x10;	/* ACK */
		put16(l4 + 14, 65535);
	} else {
		put16(l4 + 4, l4_len);
	}
	for (size_t i = l4_len - payload; i < l4_len; i++)
		l4[i] = i * 167 + 13;
	csum = l4 + (proto == IPPROTO_TCP ? 16 : 6);
	if (pending || !strcmp(field, "seed"))
		put16(csum, seed);
	else if (!strcmp(field, "sum"))
		put16(csum, ~sum(l4, l4_len, seed));
	return *head + l4_len;
}

/* The frame around a tunnelled one; the outer checksum is right. */
static size_t wrap(uint8_t *ip, size_t inner)
{
	uint8_t *udp = ip + IP4;
	uint32_t seed;

	ip_header(ip, IPPROTO_UDP, outer_src, outer_dst, UDP + VXLAN + inner, &seed);
	memset(udp, 0, UDP + VXLAN);
	put16(udp, 40000);
	put16(udp + 2, 4789);
	put16(udp + 4, UDP + VXLAN + inner);
	udp[UDP] = 0x08;	/* there is a vni */
	udp[UDP + 6] = 1;
	put16(udp + 6, ~sum(udp, UDP + VXLAN + inner, seed));
	return IP4 + UDP + VXLAN + inner;
}

static int packet_socket(const char *iface)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(iface),
	};
	int one = 1, big = 1 << 24, fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || !at.sll_ifindex || bind(fd, (void *)&at, sizeof(at)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &big, sizeof(big)))
		die(iface);
	return fd;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * The timer interrupts some packets, and work that the kernel has put off runs
 * in others: what most of them cost is the packet's.
 */
static void report(uint64_t *took)
{
	uint64_t total = 0, middle;
	int n = 0;

	if (show_all)
		for (int i = 0; i < count; i++)
			fprintf(stderr, "%llu\n", (unsigned long long)took[i]);
	qsort(took, count, sizeof(*took), compare);
	middle = took[count / 2];
	for (int i = 0; i < count; i++) {
		if (took[i] > middle + 1500)
			break;
		total += took[i];
		n++;
	}
	printf("%llu %.1f %d\n", (unsigned long long)middle, (double)total / n, count - n);
}

/* A socket that checks what it gets and throws it away, at once. */
static int sink(char **arg)
{
	struct sock_filter none = { .code = BPF_RET | BPF_K, .k = 0 };
	struct sock_fprog all = { .len = 1, .filter = &none };
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(atoi(arg[0])) };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &all, sizeof(all)) ||
	    bind(fd, (void *)&any, sizeof(any)))
		die("sink");
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}

/* IFACE MAC tcp|udp SOURCE DESTINATION PORT PAYLOAD */
static int flood(char **arg)
{
	static uint8_t out[ROOM];
	struct virtio_net_hdr *h = (void *)out;
	int proto = strcmp(arg[2], "tcp") ? IPPROTO_UDP : IPPROTO_TCP;
	uint8_t *frame = out + sizeof(*h), *inner = frame;
	size_t head, len;
	uint64_t *took;
	int fd;

	if (outer_src)
		inner += ETH_HLEN + IP4 + UDP + VXLAN;
	mac(inner, arg[1]);
	memcpy(inner + ETH_ALEN, "\2bench", ETH_ALEN);
	put16(inner + 12, strchr(arg[3], ':') ? ETH_P_IPV6 : ETH_P_IP);
	len = ETH_HLEN + craft(inner + ETH_HLEN, proto, arg[3], arg[4], atoi(arg[5]),
			       atoi(arg[6]), &head);
	if (outer_src) {
		mac(frame, arg[7]);
		memcpy(frame + ETH_ALEN, "\2bench", ETH_ALEN);
		put16(frame + 12, ETH_P_IP);
		len = ETH_HLEN + wrap(frame + ETH_HLEN, len);
	}
	if (pending) {
		h->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		h->csum_start = ETH_HLEN + head;
		h->csum_offset = proto == IPPROTO_TCP ? 16 : 6;
	}
	if (gso_size) {
		h->gso_size = gso_size;
		h->gso_type = head == IP4 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6;
	}
	/* As from a device: the headers are in the linear part of the packet. */
	h->hdr_len = inner - frame + ETH_HLEN + (linear ? linear : head + TCP);

	fd = packet_socket(arg[0]);
	took = mmap(NULL, count * sizeof(*took), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (took == MAP_FAILED)
		die("mmap");
	for (int i = -warm; i < count; i++) {
		uint64_t start = __rdtsc();

		if (send(fd, out, sizeof(*h) + len, 0) < 0)
			die("send");
		took[i < 0 ? 0 : i] = __rdtsc() - start;
	}
	report(took);
	return 0;
}

int main(int argc, char **argv)
{
	int o;

	while ((o = getopt(argc, argv, "n:w:f:pg:V:D:ao:l:")) != -1) {
		switch (o) {
		case 'n': count = atoi(optarg); break;
		case 'w': warm = atoi(optarg); break;
		case 'f': field = optarg; break;
		case 'p': pending = true; break;
		case 'g': gso_size = atoi(optarg); break;
		case 'V': outer_src = optarg; break;
		case 'D': outer_dst = optarg; break;
		case 'a': show_all = true; break;
		case 'o': headers = optarg; break;
		case 'l': linear = atoi(optarg); break;
		default: return 2;
		}
	}
	if (argc - optind == 2 && !strcmp(argv[optind], "sink"))
		return sink(argv + optind + 1);
	if (argc - optind != (outer_src ? 8 : 7)) {
		fputs("usage: sender [OPTION...] IFACE MAC tcp|udp SOURCE DESTINATION PORT PAYLOAD [OUTER_MAC]\n"
		      "       sender sink PORT\n", stderr);
		return 2;
	}
	return flood(argv + optind);
}
