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
#include <linux/udp.h>
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
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "traffic.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum { TH_ACK_ONLY = 0x10, TH_SYN_ACK = 0x12 };

uint8_t buf[ROOM], out[ROOM];

static int stream = IPPROTO_TCP;	/* -T: connections are SCTP's */
static int seconds = 3;		/* -t: give up after so long without progress */
int size = 101;		/* -z: bytes of payload per packet */
static bool no_needs_csum;	/* -n: pass no VIRTIO_NET_HDR_F_NEEDS_CSUM */
static int csum_start = -1;	/* -s: instead of the transport header */
static int csum_offset = -1;	/* -o: instead of the checksum field */
static int truncate_to = -1;	/* -l: cut the frame off there, and say so in the IP header */
int gso_size;		/* -g */
static int gso_type = -1;	/* -G: instead of what -g and the protocol mean */
static bool first_fragment;	/* -F */
static bool wrong_checksum;	/* -w */
static uint8_t exthdrs[256];	/* -e: between the IP header and the transport header */
static size_t exthdrs_len;
static int first_header = -1;	/* -N: the IPv6 header's next one, if there are others */
static uint8_t quote[2048];	/* -q: the payload, instead of the pattern */
static size_t quote_len;
static int icmp_type = -1;	/* -y: instead of an echo request */
int coverage;		/* -C: of UDP-Lite, DCCP */
static int trailer;		/* -u: bytes of a UDP datagram that its length leaves out */
static int fragment_size;	/* -f */
static int answers_wanted;	/* -a */
static const char *real_source, *real_destination; /* -S, -D: the pseudo-header's */
static size_t chunk_size = 65536; /* -c: of a connection's bytes, at most so many at once */
static int quiet_ms;		/* -p: a connection's pause before the first byte */
static bool is_tun;		/* -3: TAP is a tun, whose packets begin with the IP header */
static size_t linear;		/* -k: so many bytes in one piece, the rest in the kernel's fragments */
static const char *next_hop;	/* -M: TAP is any device, and frames go to this MAC address */

void die(const char *what)
{
	perror(what);
	exit(1);
}

void ready(void)
{
	puts("ready");
	fflush(stdout);
}

long number(const char *s)
{
	char *end;
	long n = strtol(s, &end, 0);

	if (!*s || *end || n < 0) {
		fprintf(stderr, "traffic: not a number: %s\n", s);
		exit(2);
	}
	return n;
}

/* Bytes from hexadecimal digits; how many. */
static size_t hex(const char *s, uint8_t *to, size_t room)
{
	size_t n = 0;

	for (; n < room && sscanf(s, "%2hhx", to + n) == 1 && s[1]; s += 2)
		n++;
	if (*s) {
		fprintf(stderr, "traffic: not whole bytes, or too many: %s\n", s);
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

void fill(uint8_t *p, size_t n, uint64_t from)
{
	for (size_t i = 0; i < n; i++)
		p[i] = pattern(from + i);
}

size_t differs(const uint8_t *p, size_t n, uint64_t from)
{
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++)
		wrong += p[i] != pattern(from + i);
	return wrong;
}

/* --- Sockets --- */

/* Numeric addresses of either family; returns the family. */
int resolve(const char *host, int port, struct sockaddr_storage *addr, socklen_t *len)
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

/* From here on SIGTERM only says that nothing more will come. */
void end_when_told(void)
{
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	signal(SIGTERM, end);
}

bool wait_for(int fd, int events)
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
			size_t chunk = bytes - sent < chunk_size ? bytes - sent : chunk_size;

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

/* --- Checksums, on the bytes of a frame --- */

uint32_t sum(const uint8_t *p, size_t n, uint32_t start)
{
	for (size_t i = 0; i < n; i++)
		start += i % 2 ? p[i] : p[i] << 8;
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

unsigned int get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

void put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* Where the checksum is, from the transport header on. */
static size_t field_offset(int proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 2;
	default:
		return 6;
	}
}

static size_t header_len(int proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return TCP;
	case IPPROTO_DCCP:
		return DCCP;
	default:
		return UDP;
	}
}

/* Of the port, or of what tells the messages of a scenario from others. */
static size_t port_offset(int proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6 ? 4 : 2;
}

int protocol(const char *name, bool v4)
{
	if (!strcmp(name, "tcp"))
		return IPPROTO_TCP;
	if (!strcmp(name, "udplite"))
		return IPPROTO_UDPLITE;
	if (!strcmp(name, "dccp"))
		return IPPROTO_DCCP;
	if (!strcmp(name, "icmp"))
		return v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	return IPPROTO_UDP;
}

uint8_t *field_of(const struct packet *p)
{
	return p->l4 + field_offset(p->proto);
}

/* How many of the bytes the checksum is of. */
static size_t covered(const struct packet *p)
{
	size_t n = p->l4_len;

	if (p->proto == IPPROTO_UDP || p->proto == IPPROTO_UDPLITE)
		n = get16(p->l4 + 4);
	else if (p->proto == IPPROTO_DCCP && p->l4[9] & 15)
		n = p->l4[8] * 4 + ((p->l4[9] & 15) - 1) * 4;
	/* 0 means all: UDP-Lite, or a UDP jumbogram. */
	return n ? n : p->l4_len;
}

/* The pseudo-header's, where a routing header or an option holds the real one. */
static const uint8_t *address(const char *real, const uint8_t *given, int family)
{
	static uint8_t parsed[16];

	return real && inet_pton(family, real, parsed) == 1 ? parsed : given;
}

static uint32_t pseudo_sum(const struct packet *p, const uint8_t *ip)
{
	size_t n = p->family == AF_INET ? 4 : 16;
	const uint8_t *src = ip + (n == 4 ? 12 : 8);
	uint32_t s = p->proto + (p->proto == IPPROTO_UDP ? p->covered : p->l4_len);

	if (p->proto == IPPROTO_ICMP)
		return 0;
	s = sum(address(real_source, src, p->family), n, s);
	return sum(address(real_destination, src + n, p->family), n, s);
}

static bool is_exthdr(int proto)
{
	return proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING ||
	       proto == IPPROTO_FRAGMENT || proto == IPPROTO_DSTOPTS;
}

/*
 * Takes a packet from its IP header on apart; false: a protocol that is not
 * known here, or not whole.
 */
bool parse(uint8_t *ip, size_t len, struct packet *p)
{
	size_t head, total;

	if (len >= IP4 && ip[0] >> 4 == 4) {
		p->family = AF_INET;
		p->proto = ip[9];
		p->rest = ip + IP4;
		head = (ip[0] & 15) * 4;
		total = get16(ip + 2);
	} else if (len >= IP6 && ip[0] >> 4 == 6) {
		p->family = AF_INET6;
		p->proto = ip[6];
		p->rest = ip + IP6;
		head = IP6;
		total = get16(ip + 4) + IP6;
		if (total == IP6 && p->proto == IPPROTO_HOPOPTS)
			total = len;	/* jumbogram */
		while (is_exthdr(p->proto) && head + 8 <= len) {
			size_t n = p->proto == IPPROTO_FRAGMENT ? 8 : ip[head + 1] * 8 + 8;

			p->proto = ip[head];
			head += n;
		}
	} else {
		return false;
	}
	/* A GSO packet beyond 64 KB says 0. */
	if (total > len || total < head)
		return false;
	p->l4 = ip + head;
	p->l4_len = total - head;
	switch (p->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		break;
	default:
		return false;
	}
	if (p->l4_len < header_len(p->proto))
		return false;
	p->covered = covered(p);
	p->field = get16(field_of(p));
	p->seed = pseudo_sum(p, ip);
	return true;
}

static uint32_t payload_sum(const struct packet *p)
{
	return sum(p->l4, p->covered < p->l4_len ? p->covered : p->l4_len, p->seed);
}

bool is_right(const struct packet *p)
{
	if (p->proto == IPPROTO_UDP && !p->field)
		return false;
	return payload_sum(p) == 0xffff;
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
	if (is_right(p))
		t->good++;
	else if (!p->field)
		t->zero++;
	else if (p->field == p->seed)
		t->pending++;
	else
		t->bad++;
}

/* As a device does that is asked to. */
void finish(const struct packet *p)
{
	put16(field_of(p), 0);
	put16(field_of(p), ~payload_sum(p) & 0xffff);
}

/* To tell whether two runs got the same bytes, or receiver and sender: from behind
 * the fixed part of the IP header on, with the checksum and without it.
 */
struct digest {
	uint32_t all, rest;
};

#define NO_DIGEST { 2166136261u, 2166136261u }

static void digest(struct digest *d, const struct packet *p)
{
	const uint8_t *end = p->l4 + p->l4_len, *field = field_of(p);

	for (const uint8_t *b = p->rest; b < end; b++) {
		d->all = (d->all ^ *b) * 16777619u;
		if (b != field && b != field + 1)
			d->rest = (d->rest ^ *b) * 16777619u;
	}
}

/* Fragments of one datagram at a time, in order; returns whether they are whole now. */
static bool reassemble(uint8_t *ip, size_t len, struct packet *p)
{
	static uint8_t whole[ROOM];
	size_t head, n, at;
	unsigned int off;
	bool more;

	if (len >= IP4 && ip[0] >> 4 == 4) {
		head = (ip[0] & 15) * 4;
		n = get16(ip + 2) - head;
		off = get16(ip + 6);
		at = (off & 0x1fff) * 8;
		more = off & 0x2000;
		memcpy(whole, ip, IP4);
		whole[0] = 0x45;
		off = IP4;
	} else {
		head = IP6 + 8;
		n = get16(ip + 4) - 8;
		off = get16(ip + IP6 + 2);
		at = off & ~7;
		more = off & 1;
		memcpy(whole, ip, IP6);
		whole[6] = ip[IP6];
		off = IP6;
	}
	if (head + n > len || off + at + n > sizeof(whole))
		return false;
	memcpy(whole + off + at, ip + head, n);
	set_ip_len(whole, off + at + n, off == IP4);
	return !more && parse(whole, off + at + n, p);
}

static bool is_fragment(const uint8_t *ip, size_t len)
{
	if (len >= IP4 && ip[0] >> 4 == 4)
		return get16(ip + 6) & 0x3fff;
	return len >= IP6 + 8 && ip[6] == IPPROTO_FRAGMENT && get16(ip + IP6 + 2) & 0xfff9;
}

struct reader {
	const char *proto;
	unsigned int port;
	int wanted, seen;
	struct tally outer, inner;
	struct digest digest;
};

static void look(struct reader *r, uint8_t *frame, ssize_t len)
{
	bool vxlan = !strcmp(r->proto, "vxlan");
	uint8_t *ip = frame + ETH_HLEN;
	struct packet p, in;

	if (len < ETH_HLEN)
		return;
	if (!(is_fragment(ip, len - ETH_HLEN) ? reassemble : parse)(ip, len - ETH_HLEN, &p))
		return;
	if (p.proto != protocol(r->proto, p.family == AF_INET) ||
	    get16(p.l4 + port_offset(p.proto)) != r->port)
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
	digest(&r->digest, &p);
}

static int read_frames(int fd, size_t skip, char **arg)
{
	struct reader r = {
		.proto = arg[0], .port = number(arg[1]), .wanted = number(arg[2]),
		.digest = NO_DIGEST,
	};

	end_when_told();
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
	printf(" digest %08x rest %08x\n", r.digest.all, r.digest.rest);
	return r.seen == r.wanted && r.outer.good == r.seen ? 0 : 1;
}

int packet_socket(const char *device)
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

static short tap_flags(void)
{
	if (is_tun)
		return IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
	return IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (linear ? IFF_NAPI | IFF_NAPI_FRAGS : 0);
}

int open_tap(const char *name, uint8_t *mac)
{
	int fd = open("/dev/net/tun", O_RDWR), len = sizeof(struct virtio_net_hdr);
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq r = { .ifr_flags = tap_flags() };

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

/* What takes a virtio_net_hdr and a frame; mac is the frame's destination. */
int open_sender(const char *name, uint8_t *mac)
{
	int fd, one = 1;

	if (!next_hop)
		return open_tap(name, mac);
	fd = packet_socket(name);
	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)))
		die("PACKET_VNET_HDR");
	if (sscanf(next_hop, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx",
		   mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != ETH_ALEN) {
		fprintf(stderr, "traffic: not a MAC address: %s\n", next_hop);
		exit(2);
	}
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

void set_ip_len(uint8_t *ip, size_t len, bool v4)
{
	if (v4) {
		put16(ip + 2, len);
		put16(ip + 10, 0);
		put16(ip + 10, ~sum(ip, (ip[0] & 15) * 4, 0) & 0xffff);
	} else {
		/* A jumbogram says it in an option of its own. */
		put16(ip + 4, len - IP6 > 65535 ? 0 : len - IP6);
	}
}

/* Writes the headers and the payload of packet number seq; returns the frame's length. */
size_t craft(uint8_t *frame, int proto, const struct sockaddr_storage *src,
	     const struct sockaddr_storage *dst, int port, int seq)
{
	bool v4 = src->ss_family == AF_INET;
	size_t ip_len = (v4 ? IP4 : IP6) + exthdrs_len;
	size_t l4_len = header_len(proto) + (quote_len ? quote_len : (size_t)size);
	uint8_t *ip = frame + ETH_HLEN, *l4 = ip + ip_len;

	memset(ip, 0, ip_len + TCP);
	put16(frame + 12, v4 ? ETH_P_IP : ETH_P_IPV6);
	if (v4) {
		ip[0] = 0x40 | ip_len / 4;
		put16(ip + 4, seq + 1);
		put16(ip + 6, first_fragment ? 0x2000 : 0);
		ip[8] = 64;
		ip[9] = proto;
		memcpy(ip + 12, &((const struct sockaddr_in *)src)->sin_addr, 4);
		memcpy(ip + 16, &((const struct sockaddr_in *)dst)->sin_addr, 4);
	} else {
		ip[0] = 0x60;
		ip[6] = first_header >= 0 ? first_header : proto;
		ip[7] = 64;
		memcpy(ip + 8, &((const struct sockaddr_in6 *)src)->sin6_addr, 16);
		memcpy(ip + 24, &((const struct sockaddr_in6 *)dst)->sin6_addr, 16);
	}
	memcpy(l4 - exthdrs_len, exthdrs, exthdrs_len);
	set_ip_len(ip, ip_len + l4_len, v4);
	put16(l4, 20000);
	put16(l4 + port_offset(proto), port);
	switch (proto) {
	case IPPROTO_TCP:
		put16(l4 + 6, seq * size);
		put16(l4 + 10, 1);
		l4[12] = TCP / 4 << 4;
		l4[13] = 0x18;	/* PSH, ACK */
		put16(l4 + 14, 65535);
		break;
	case IPPROTO_DCCP:
		l4[8] = DCCP / 4;
		l4[9] = coverage;
		l4[10] = 2 << 1 | 1;	/* Data, long sequence numbers */
		put16(l4 + 14, seq);
		break;
	case IPPROTO_UDPLITE:
		put16(l4 + 4, coverage);
		break;
	case IPPROTO_UDP:
		put16(l4 + 4, l4_len - trailer > 65535 ? 0 : l4_len - trailer);
		break;
	default:
		put16(l4, (icmp_type >= 0 ? icmp_type : v4 ? 8 : 128) << 8);
		put16(l4 + 6, seq);
	}
	if (quote_len)
		memcpy(l4 + l4_len - quote_len, quote, quote_len);
	else
		fill(l4 + l4_len - size, size, seq);
	return ETH_HLEN + ip_len + l4_len;
}

void set_field(uint8_t *frame, size_t len, const char *field)
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

/* As the kernel is to have it: from the IP header on, or in pieces. */
static bool write_frame(int fd, uint8_t *hdr, size_t n)
{
	enum { PIECE = 4096, PIECES = 16 };
	struct iovec piece[PIECES] = { { hdr, sizeof(struct virtio_net_hdr) + n } };
	uint8_t *frame = hdr + sizeof(struct virtio_net_hdr);
	int count = 1;

	if (is_tun) {
		piece[0].iov_len -= n;
		piece[count++] = (struct iovec) { frame + ETH_HLEN, n - ETH_HLEN };
	}
	if (linear && n > linear) {
		piece[0].iov_len -= n - linear;
		for (size_t at = linear; at < n && count < PIECES; at += PIECE)
			piece[count++] = (struct iovec) { frame + at, n - at < PIECE ? n - at : PIECE };
	}
	return writev(fd, piece, count) >= 0;
}

/* Writes a frame that lies behind its virtio_net_hdr in out, or fragments of it. */
bool send_frame(int fd, size_t n)
{
	static uint8_t piece[ROOM];
	uint8_t *frame = piece + sizeof(struct virtio_net_hdr), *ip = frame + ETH_HLEN;
	const uint8_t *whole = out + sizeof(struct virtio_net_hdr) + ETH_HLEN;
	bool v4 = whole[0] >> 4 == 4;
	size_t head = v4 ? IP4 : IP6, payload = n - ETH_HLEN - head;
	size_t gap = v4 ? 0 : 8;

	if (!fragment_size)
		return write_frame(fd, out, n);
	memcpy(piece, out, whole + head - out);
	if (!v4) {
		ip[6] = IPPROTO_FRAGMENT;
		ip[IP6] = whole[6];
	}
	for (size_t at = 0; at < payload; at += fragment_size) {
		size_t len = payload - at;
		bool more = len > (size_t)fragment_size;

		if (more)
			len = fragment_size;
		memcpy(ip + head + gap, whole + head + at, len);
		if (v4) {
			put16(ip + 6, at / 8 | (more ? 0x2000 : 0));
		} else {
			put16(ip + IP6 + 2, at | more);
			put16(ip + IP6 + 6, whole[head + 8] << 8 | whole[head + 9]);
		}
		set_ip_len(ip, head + gap + len, v4);
		if (write(fd, piece, ip + head + gap + len - piece) < 0)
			return false;
	}
	return true;
}

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
		int thoff = ETH_HLEN + (src.ss_family == AF_INET ? IP4 : IP6) + exthdrs_len;
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
					is_tun ? thoff - ETH_HLEN : thoff;
			h->csum_offset = csum_offset >= 0 ? csum_offset : (int)field_offset(proto);
		}
		if (gso_size) {
			h->gso_size = gso_size;
			h->gso_type = gso_type >= 0 ? gso_type :
				      src.ss_family == AF_INET ? VIRTIO_NET_HDR_GSO_TCPV4 :
				      VIRTIO_NET_HDR_GSO_TCPV6;
			h->hdr_len = thoff + header_len(proto);
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
	{ "udp-encap", "PORT", 1, udp_encap },
	{ "sniff", "IFACE tcp|udp|udplite|icmp|dccp|vxlan PORT COUNT", 4, sniff },
	{ "vouched", "IFACE tcp|udp PORT COUNT", 4, vouched },
	{ "cable", "IFACE IFACE", 2, cable },
	{ "copy", "IFACE|tap:TAP IFACE|tap:TAP", 2, copy },
	{ "nic", "IFACE NETNS TAP", 3, nic },
	{ "own", "TAP FIFO", 2, own },
	{ "tap-read", "TAP tcp|udp|udplite|icmp|dccp|vxlan PORT COUNT", 4, tap_read },
	{ "ahead", "IFACE PORT BYTES", 3, ahead },
	{ "vm", "TAP tcp|udp|udplite|icmp|dccp SOURCE DESTINATION PORT COUNT seed|zero|sum|garbage", 7, vm },
	{ "vxlan", "IFACE tcp|udp SOURCE DESTINATION PORT INNER_SOURCE INNER_DESTINATION COUNT", 8, vxlan },
	{ "send-datagrams", "udp|udplite|dccp ADDRESS PORT COUNT", 4, send_datagrams },
	{ "take-datagrams", "udp|udplite|dccp PORT BYTES", 3, take_datagrams },
	{ "dhcp", "4|6 IFACE", 2, dhcp },
	{ "dhcp-vm", "4|6 TAP", 2, dhcp_vm },
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
	while ((o = getopt(argc, argv, "t:z:ns:o:l:g:G:Fwp:e:N:q:y:C:u:f:a:S:D:c:T3k:M:V:")) != -1) {
		switch (o) {
		case 't': seconds = number(optarg); break;
		case 'z': size = number(optarg); break;
		case 'n': no_needs_csum = true; break;
		case 's': csum_start = number(optarg); break;
		case 'o': csum_offset = number(optarg); break;
		case 'l': truncate_to = number(optarg); break;
		case 'g': gso_size = number(optarg); break;
		case 'G': gso_type = number(optarg); break;
		case 'T': stream = IPPROTO_SCTP; break;
		case 'F': first_fragment = true; break;
		case 'p': quiet_ms = number(optarg); break;
		case 'w': wrong_checksum = true; break;
		case 'e': exthdrs_len = hex(optarg, exthdrs, sizeof(exthdrs)); break;
		case 'N': first_header = number(optarg); break;
		case 'q': quote_len = hex(optarg, quote, sizeof(quote)); break;
		case 'y': icmp_type = number(optarg); break;
		case 'C': coverage = number(optarg); break;
		case 'u': trailer = number(optarg); break;
		case 'f': fragment_size = number(optarg); break;
		case 'a': answers_wanted = number(optarg); break;
		case 'c': chunk_size = number(optarg); break;
		case '3': is_tun = true; break;
		case 'k': linear = number(optarg); break;
		case 'M': next_hop = optarg; break;
		case 'V': damaged_vni = number(optarg); break;
		case 'S': real_source = optarg; break;
		case 'D': real_destination = optarg; break;
		default: return usage();
		}
	}
	if (argc - optind != c->count || chunk_size > sizeof(out))
		return usage();
	return c->run(argv + optind);
}
