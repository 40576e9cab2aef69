// SPDX-License-Identifier: GPL-2.0
/*
 * The traffic of the end-to-end scenarios, and its judge: sends and receives
 * known bytes over TCP, SCTP and UDP, plays a virtual machine behind a tap device,
 * and reads packets as a receiver does that ignores offload metadata. The
 * checksum routine below shares nothing with the kernel's.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum { IP4 = 20, IP6 = 40, TCP = 20, UDP = 8, VXLAN = 8, ROOM = 1 << 17 };
enum { TH_ACK_ONLY = 0x10, TH_SYN_ACK = 0x12 };

static uint8_t buf[ROOM], out[ROOM];

static int stream = IPPROTO_TCP;	/* -S: connections are SCTP's */
static int seconds = 3;		/* -t: give up after so long without progress */
static int size = 101;		/* -z: bytes of payload per packet */
static bool no_needs_csum;	/* -n: pass no VIRTIO_NET_HDR_F_NEEDS_CSUM */
static int csum_start = -1;	/* -s: instead of the transport header */
static int csum_offset = -1;	/* -o: instead of the checksum field */
static int truncate_to = -1;	/* -l: cut the frame off there, and say so in the IP header */
static int gso_size;		/* -g */
static int gso_type = -1;	/* -G: instead of what -g and the protocol mean */
static bool first_fragment;	/* -F */
static bool wrong_checksum;	/* -w */
static int quiet_ms;		/* -p: a connection's pause before the first byte */

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void ready(void)
{
	puts("ready");
	fflush(stdout);
}

static long number(const char *s)
{
	char *end;
	long n = strtol(s, &end, 0);

	if (!*s || *end || n < 0) {
		fprintf(stderr, "traffic: not a number: %s\n", s);
		exit(2);
	}
	return n;
}

/* Byte i of what everybody sends. */
static uint8_t pattern(uint64_t i)
{
	uint32_t x = (uint32_t)i * 2654435761u;

	return (x >> 24) ^ (x >> 13) ^ (i >> 16);
}

static void fill(uint8_t *p, size_t n, uint64_t from)
{
	for (size_t i = 0; i < n; i++)
		p[i] = pattern(from + i);
}

static size_t differs(const uint8_t *p, size_t n, uint64_t from)
{
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++)
		wrong += p[i] != pattern(from + i);
	return wrong;
}

/* --- Sockets --- */

/* Numeric addresses of either family; returns the family. */
static int resolve(const char *host, int port, struct sockaddr_storage *addr, socklen_t *len)
{
	struct sockaddr_in6 *v6 = (void *)addr;
	struct sockaddr_in *v4 = (void *)addr;

	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		*len = sizeof(*v4);
	} else if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		*len = sizeof(*v6);
	} else {
		fprintf(stderr, "traffic: not an address: %s\n", host);
		exit(2);
	}
	return addr->ss_family;
}

static int listener(int type, int port)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int one = 1, fd = socket(AF_INET6, type, type == SOCK_STREAM ? stream : 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (void *)&any, sizeof(any)))
		die("bind");
	if (type == SOCK_STREAM && listen(fd, 4))
		die("listen");
	return fd;
}

/* SIGTERM: nothing more will come, say what came. It only gets through in wait_for(). */
static volatile sig_atomic_t told_to_end;

static void end(int signal)
{
	(void)signal;
	told_to_end = 1;
}

static bool wait_for(int fd, int events)
{
	struct pollfd p = { .fd = fd, .events = events };
	struct timespec wait = { .tv_sec = told_to_end ? 0 : seconds };
	sigset_t none;

	sigemptyset(&none);
	return ppoll(&p, 1, &wait, &none) > 0 ||
	       (told_to_end && poll(&p, 1, 0) > 0);
}

/* Sends and receives the pattern at once, so that both ways are full. */
static int exchange(int fd, uint64_t bytes)
{
	uint64_t sent = 0, received = 0, wrong = 0;
	bool eof = false;
	int error = 0;
	ssize_t n;

	usleep(quiet_ms * 1000);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (!error && (sent < bytes || !eof)) {
		if (!wait_for(fd, (eof ? 0 : POLLIN) | (sent < bytes ? POLLOUT : 0)))
			break;
		if (!eof) {
			n = recv(fd, buf, sizeof(buf), 0);
			if (n > 0) {
				wrong += differs(buf, n, received);
				received += n;
			}
			/* SCTP does not close one direction only. */
			eof = n == 0 || (stream == IPPROTO_SCTP && received >= bytes);
			if (n < 0 && errno != EAGAIN)
				error = errno;
		}
		if (sent < bytes) {
			size_t chunk = bytes - sent < 65536 ? bytes - sent : 65536;

			fill(out, chunk, sent);
			n = send(fd, out, chunk, MSG_NOSIGNAL);
			if (n > 0)
				sent += n;
			if (n < 0 && errno != EAGAIN && !error)
				error = errno;
			if (sent == bytes && stream == IPPROTO_TCP)
				shutdown(fd, SHUT_WR);
		}
	}
	printf("sent %llu received %llu wrong %llu%s%s\n", (unsigned long long)sent,
	       (unsigned long long)received, (unsigned long long)wrong,
	       error ? ": " : "", error ? strerror(error) : "");
	return sent == bytes && received == bytes && !wrong ? 0 : 1;
}

static int tcp_serve(char **arg)
{
	int fd, l = listener(SOCK_STREAM, number(arg[0]));

	ready();
	if (!wait_for(l, POLLIN)) {
		puts("nobody connected");
		return 1;
	}
	fd = accept(l, NULL, NULL);
	if (fd < 0)
		die("accept");
	return exchange(fd, number(arg[1]));
}

static int tcp_send(char **arg)
{
	struct sockaddr_storage addr;
	socklen_t len;
	int fd, error = 0;
	socklen_t error_len = sizeof(error);

	fd = socket(resolve(arg[0], number(arg[1]), &addr, &len),
		    SOCK_STREAM | SOCK_NONBLOCK, stream);
	if (fd < 0)
		die("socket");
	if (connect(fd, (void *)&addr, len) && errno != EINPROGRESS)
		die("connect");
	if (!wait_for(fd, POLLOUT)) {
		puts("connect: timed out");
		return 1;
	}
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_len);
	if (error) {
		printf("connect: %s\n", strerror(error));
		return 1;
	}
	return exchange(fd, number(arg[2]));
}

/* Whatever arrives goes back, as it is, until nothing came for a while. */
static int udp_echo(char **arg)
{
	int fd = listener(SOCK_DGRAM, number(arg[0])), count = 0;

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

/* --- Checksums, on the bytes of a frame --- */

static uint32_t sum(const uint8_t *p, size_t n, uint32_t start)
{
	for (size_t i = 0; i < n; i++)
		start += i % 2 ? p[i] : p[i] << 8;
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

static unsigned int get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

struct packet {
	int family, proto;
	uint8_t *l4;
	size_t l4_len;
	unsigned int seed, field;
};

static uint8_t *field_of(const struct packet *p)
{
	return p->l4 + (p->proto == IPPROTO_TCP ? 16 : 6);
}

/* Takes a packet from its IP header on apart; false: not TCP, UDP, or not whole. */
static bool parse(uint8_t *ip, size_t len, struct packet *p)
{
	size_t head, total;
	unsigned int covered;

	if (len >= IP4 && ip[0] >> 4 == 4) {
		p->family = AF_INET;
		p->proto = ip[9];
		head = (ip[0] & 15) * 4;
		total = get16(ip + 2);
	} else if (len >= IP6 && ip[0] >> 4 == 6) {
		p->family = AF_INET6;
		p->proto = ip[6];
		head = IP6;
		total = get16(ip + 4) + IP6;
	} else {
		return false;
	}
	/* A GSO packet beyond 64 KB says 0. */
	if (total > len || total < head)
		return false;
	p->l4 = ip + head;
	p->l4_len = total - head;
	if (p->proto == IPPROTO_TCP && p->l4_len >= TCP)
		covered = p->l4_len;
	else if (p->proto == IPPROTO_UDP && p->l4_len >= UDP)
		covered = get16(p->l4 + 4);
	else
		return false;
	p->field = get16(field_of(p));
	p->seed = p->family == AF_INET ? sum(ip + 12, 8, p->proto + covered)
				       : sum(ip + 8, 32, p->proto + covered);
	return true;
}

struct tally {
	int good, pending, zero, bad;
};

/*
 * zero and pending: the field was never finished, and the packet does not
 * verify. A UDP field of 0 always lands in zero.
 */
static void judge(const struct packet *p, struct tally *t)
{
	bool right = sum(p->l4, p->l4_len, p->seed) == 0xffff;

	if (p->proto == IPPROTO_UDP && !p->field)
		right = false;
	if (right)
		t->good++;
	else if (!p->field)
		t->zero++;
	else if (p->field == p->seed)
		t->pending++;
	else
		t->bad++;
}

/* As a device does that is asked to. */
static void finish(const struct packet *p)
{
	put16(field_of(p), 0);
	put16(field_of(p), ~sum(p->l4, p->l4_len, p->seed) & 0xffff);
}

struct reader {
	const char *proto;
	unsigned int port;
	int wanted, seen;
	struct tally outer, inner;
	uint32_t digest;
};

static void look(struct reader *r, uint8_t *frame, ssize_t len)
{
	bool vxlan = !strcmp(r->proto, "vxlan");
	int proto = strcmp(r->proto, "tcp") ? IPPROTO_UDP : IPPROTO_TCP;
	struct packet p, in;

	if (len < ETH_HLEN || !parse(frame + ETH_HLEN, len - ETH_HLEN, &p))
		return;
	if (p.proto != proto || get16(p.l4 + 2) != r->port)
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
	/* From the transport header on: to tell whether two runs got the same bytes. */
	for (size_t i = 0; i < p.l4_len; i++)
		r->digest = (r->digest ^ p.l4[i]) * 16777619u;
}

static int read_frames(int fd, size_t skip, char **arg)
{
	struct reader r = {
		.proto = arg[0], .port = number(arg[1]), .wanted = number(arg[2]),
		.digest = 2166136261u,
	};

	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	signal(SIGTERM, end);
	ready();
	while (r.seen < r.wanted && wait_for(fd, POLLIN)) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n > (ssize_t)skip)
			look(&r, buf + skip, n - skip);
	}
	printf("good %d pending %d zero %d bad %d", r.outer.good, r.outer.pending,
	       r.outer.zero, r.outer.bad);
	if (!strcmp(r.proto, "vxlan"))
		printf(" inner good %d pending %d zero %d bad %d", r.inner.good,
		       r.inner.pending, r.inner.zero, r.inner.bad);
	printf(" digest %08x\n", r.digest);
	return r.seen == r.wanted && r.outer.good == r.seen ? 0 : 1;
}

static int packet_socket(const char *device)
{
	int one = 1, fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device),
	};

	if (fd < 0 || !to.sll_ifindex || bind(fd, (void *)&to, sizeof(to)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)))
		die(device);
	return fd;
}

static int sniff(char **arg)
{
	return read_frames(packet_socket(arg[0]), 0, arg + 1);
}

/* A cable: carries the bytes of packets, both ways, and nothing beside them. */
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

/*
 * Waits until IFACE accepts a connection at PORT, and while that is quiet (-p at
 * both ends) sends an empty segment in its name, so far ahead in sequence space:
 * what a confused server, or an attacker, would send. With -w its checksum is
 * wrong.
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

/* --- The virtual machine behind a tap --- */

static int open_tap(const char *name, uint8_t *mac)
{
	int fd = open("/dev/net/tun", O_RDWR), len = sizeof(struct virtio_net_hdr);
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };

	strncpy(r.ifr_name, name, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &r) || ioctl(fd, TUNSETVNETHDRSZ, &len))
		die(name);
	if (ioctl(s, SIOCGIFHWADDR, &r))
		die(name);
	memcpy(mac, r.ifr_hwaddr.sa_data, ETH_ALEN);
	/* Frames are refused until the device is up, which opening it brings about. */
	for (int i = 0; i < 100; i++) {
		if (!ioctl(s, SIOCGIFFLAGS, &r) && r.ifr_flags & IFF_RUNNING)
			break;
		usleep(10000);
	}
	close(s);
	return fd;
}

static int tap_read(char **arg)
{
	uint8_t mac[ETH_ALEN];
	int fd = open_tap(arg[0], mac);

	if (ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM))
		die("TUNSETOFFLOAD");
	return read_frames(fd, sizeof(struct virtio_net_hdr), arg + 1);
}

static void set_ip_len(uint8_t *ip, size_t len, bool v4)
{
	if (v4) {
		put16(ip + 2, len);
		put16(ip + 10, 0);
		put16(ip + 10, ~sum(ip, IP4, 0) & 0xffff);
	} else {
		put16(ip + 4, len - IP6);
	}
}

/* Writes the headers and the payload of packet number seq; returns the frame's length. */
static size_t craft(uint8_t *frame, int proto, const struct sockaddr_storage *src,
		    const struct sockaddr_storage *dst, int port, int seq)
{
	bool v4 = src->ss_family == AF_INET, tcp = proto == IPPROTO_TCP;
	size_t ip_len = v4 ? IP4 : IP6, l4_len = (tcp ? TCP : UDP) + size;
	uint8_t *ip = frame + ETH_HLEN, *l4 = ip + ip_len;

	memset(ip, 0, ip_len + TCP);
	put16(frame + 12, v4 ? ETH_P_IP : ETH_P_IPV6);
	if (v4) {
		ip[0] = 0x45;
		put16(ip + 4, seq + 1);
		put16(ip + 6, first_fragment ? 0x2000 : 0);
		ip[8] = 64;
		ip[9] = proto;
		memcpy(ip + 12, &((const struct sockaddr_in *)src)->sin_addr, 4);
		memcpy(ip + 16, &((const struct sockaddr_in *)dst)->sin_addr, 4);
	} else {
		ip[0] = 0x60;
		ip[6] = proto;
		ip[7] = 64;
		memcpy(ip + 8, &((const struct sockaddr_in6 *)src)->sin6_addr, 16);
		memcpy(ip + 24, &((const struct sockaddr_in6 *)dst)->sin6_addr, 16);
	}
	set_ip_len(ip, ip_len + l4_len, v4);
	put16(l4, 20000);
	put16(l4 + 2, port);
	if (tcp) {
		put16(l4 + 6, seq * size);
		put16(l4 + 10, 1);
		l4[12] = TCP / 4 << 4;
		l4[13] = 0x18;	/* PSH, ACK */
		put16(l4 + 14, 65535);
	} else {
		put16(l4 + 4, l4_len);
	}
	fill(l4 + l4_len - size, size, seq);
	return ETH_HLEN + ip_len + l4_len;
}

static void set_field(uint8_t *frame, size_t len, const char *field)
{
	struct packet p;

	if (!parse(frame + ETH_HLEN, len - ETH_HLEN, &p))
		return;
	if (!strcmp(field, "seed"))
		put16(field_of(&p), p.seed);
	else if (!strcmp(field, "sum"))
		finish(&p);
	else
		put16(field_of(&p), strcmp(field, "zero") ? 0xbad1 : 0);
}

static size_t cut(uint8_t *frame, size_t len, bool v4)
{
	set_ip_len(frame + ETH_HLEN, len - ETH_HLEN, v4);
	return len;
}

static int vm(char **arg)
{
	int proto = strcmp(arg[1], "tcp") ? IPPROTO_UDP : IPPROTO_TCP;
	int port = number(arg[4]), count = number(arg[5]);
	int sent = 0, refused = 0;
	struct virtio_net_hdr *h = (void *)out;
	uint8_t *frame = out + sizeof(*h);
	struct sockaddr_storage src, dst;
	uint8_t mac[ETH_ALEN];
	socklen_t len;
	int fd;

	if (resolve(arg[2], 0, &src, &len) !=
	    resolve(arg[3], 0, &dst, &len) || size > 65000) {
		fputs("traffic: bad addresses or size\n", stderr);
		return 2;
	}
	fd = open_tap(arg[0], mac);
	memcpy(frame, mac, ETH_ALEN);
	memcpy(frame + ETH_ALEN, "\2nfcsm", ETH_ALEN);
	for (int i = 0; i < count; i++) {
		size_t n = craft(frame, proto, &src, &dst, port, i);
		int thoff = ETH_HLEN + (src.ss_family == AF_INET ? IP4 : IP6);

		set_field(frame, n, arg[6]);
		if (truncate_to >= 0 && (size_t)truncate_to < n)
			n = cut(frame, truncate_to, src.ss_family == AF_INET);
		memset(h, 0, sizeof(*h));
		if (!no_needs_csum) {
			h->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
			h->csum_start = csum_start >= 0 ? csum_start : thoff;
			h->csum_offset = csum_offset >= 0 ? csum_offset :
					 proto == IPPROTO_TCP ? 16 : 6;
		}
		if (gso_size) {
			h->gso_size = gso_size;
			h->gso_type = gso_type >= 0 ? gso_type :
				      src.ss_family == AF_INET ? VIRTIO_NET_HDR_GSO_TCPV4 :
				      VIRTIO_NET_HDR_GSO_TCPV6;
			h->hdr_len = thoff + (proto == IPPROTO_TCP ? TCP : UDP);
		}
		if (write(fd, out, sizeof(*h) + n) < 0)
			refused++;
		else
			sent++;
	}
	/* Closing the tap takes the carrier away: let what was sent get through. */
	usleep(100000);
	printf("sent %d refused %d\n", sent, refused);
	return 0;
}

/* The same numbers every time: what a fuzzer finds can be found again. */
static uint32_t random_below(uint32_t n)
{
	static uint32_t x = 20240229;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x % n;
}

/* Often an offset that means something, sometimes just a number. */
static int random_offset(void)
{
	static const int known[] = { 0, 2, 6, 12, 14, 16, 20, 24, 34, 42, 54, 62, 74 };

	if (!random_below(4))
		return random_below(65536);
	return known[random_below(sizeof(known) / sizeof(*known))] + random_below(3) - 1;
}

/* Frames of every kind with bytes of their headers and metadata made up. */
static int fuzz(char **arg)
{
	struct virtio_net_hdr *h = (void *)out;
	uint8_t *frame = out + sizeof(*h), mac[ETH_ALEN];
	int sent = 0, refused = 0, fd = open_tap(arg[0], mac);
	struct sockaddr_storage end[4];
	socklen_t len;

	for (int i = 0; i < 4; i++)
		resolve(arg[1 + i], 0, &end[i], &len);
	for (long left = number(arg[5]); left; left--) {
		bool v6 = random_below(2), gso = !random_below(3), tcp = random_below(2);
		int proto = tcp ? IPPROTO_TCP : IPPROTO_UDP, l3 = v6 ? IP6 : IP4;
		size_t n;

		size = random_below(gso ? 4000 : 400);
		first_fragment = !random_below(16);
		n = craft(frame, proto, &end[v6 ? 2 : 0], &end[v6 ? 3 : 1], 8080, left);
		memcpy(frame, mac, ETH_ALEN);
		memcpy(frame + ETH_ALEN, "\2nfcsm", ETH_ALEN);
		set_field(frame, n, random_below(2) ? "seed" : "zero");
		/* The addresses and the IP checksum stay, or nothing would get far. */
		if (!random_below(2))
			frame[ETH_HLEN + l3 + random_below(TCP)] = random_below(256);
		if (v6 && !random_below(4))
			frame[ETH_HLEN + 6] = random_below(256);
		if (!random_below(4))
			n = cut(frame, ETH_HLEN + l3 + random_below(n - ETH_HLEN - l3 + 1), !v6);
		memset(h, 0, sizeof(*h));
		h->flags = random_below(8) ? VIRTIO_NET_HDR_F_NEEDS_CSUM : random_below(4);
		h->csum_start = random_below(2) ? ETH_HLEN + l3 : random_offset();
		h->csum_offset = random_below(2) ? (tcp ? 16 : 6) : random_offset();
		if (gso) {
			h->gso_type = random_below(2) ? random_below(6) :
				      v6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
			h->gso_size = random_below(2) ? 500 : random_below(3000);
			h->hdr_len = random_below(2) ? ETH_HLEN + l3 + TCP : random_offset();
		}
		if (write(fd, out, sizeof(*h) + n) < 0)
			refused++;
		else
			sent++;
	}
	usleep(100000);
	printf("sent %d refused %d\n", sent, refused);
	return 0;
}

static const struct command {
	const char *name, *args;
	int count;
	int (*run)(char **arg);
} commands[] = {
	{ "tcp-serve", "PORT BYTES", 2, tcp_serve },
	{ "tcp-send", "ADDRESS PORT BYTES", 3, tcp_send },
	{ "udp-echo", "PORT", 1, udp_echo },
	{ "udp-ping", "ADDRESS PORT COUNT", 3, udp_ping },
	{ "sniff", "IFACE tcp|udp|vxlan PORT COUNT", 4, sniff },
	{ "cable", "IFACE IFACE", 2, cable },
	{ "tap-read", "TAP tcp|udp|vxlan PORT COUNT", 4, tap_read },
	{ "ahead", "IFACE PORT BYTES", 3, ahead },
	{ "vm", "TAP tcp|udp SOURCE DESTINATION PORT COUNT seed|zero|sum|garbage", 7, vm },
	{ "fuzz", "TAP SOURCE4 DESTINATION4 SOURCE6 DESTINATION6 COUNT", 6, fuzz },
};

static int usage(void)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		fprintf(stderr, "usage: traffic %s [OPTION...] %s\n", commands[i].name,
			commands[i].args);
	return 2;
}

int main(int argc, char **argv)
{
	const struct command *c = NULL;
	int o;

	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			c = &commands[i];
	if (!c)
		return usage();
	argc--;
	argv++;
	while ((o = getopt(argc, argv, "t:z:ns:o:l:g:G:Fwp:S")) != -1) {
		switch (o) {
		case 't': seconds = number(optarg); break;
		case 'z': size = number(optarg); break;
		case 'n': no_needs_csum = true; break;
		case 's': csum_start = number(optarg); break;
		case 'o': csum_offset = number(optarg); break;
		case 'l': truncate_to = number(optarg); break;
		case 'g': gso_size = number(optarg); break;
		case 'G': gso_type = number(optarg); break;
		case 'S': stream = IPPROTO_SCTP; break;
		case 'F': first_fragment = true; break;
		case 'p': quiet_ms = number(optarg); break;
		case 'w': wrong_checksum = true; break;
		default: return usage();
		}
	}
	if (argc - optind != c->count)
		return usage();
	return c->run(argv + optind);
}
