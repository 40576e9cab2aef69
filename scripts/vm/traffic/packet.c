// SPDX-License-Identifier: GPL-2.0
/*
 * Packets as a receiver sees them that ignores offload metadata: taken apart, and
 * judged by the bytes alone. The checksum routine shares nothing with the kernel's.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "traffic.h"

/* Where a routing header or an option holds what the pseudo-header's addresses really are. */
static const char *real_source, *real_destination;

const struct opt address_opts[] = {
	OPT_TEXT("real-source", "ADDRESS", real_source, "the pseudo-header's, if not the IP header's"),
	OPT_TEXT("real-destination", "ADDRESS", real_destination, "the same"),
	{ }
};

uint32_t sum(const uint8_t *p, size_t n, uint32_t start)
{
	uint64_t sum = start;
	uint32_t word;

	for (; n >= sizeof(word); p += sizeof(word), n -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		sum += ntohl(word);
	}
	for (size_t i = 0; i < n; i++)
		sum += p[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
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
size_t field_offset(int proto)
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

size_t header_len(int proto)
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
size_t port_offset(int proto)
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
		if (total == IP6 && p->proto == IPPROTO_HOPOPTS && len - IP6 > 65535)
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

/*
 * zero and pending: the field was never finished, and the packet does not
 * verify. A UDP field of 0 always lands in zero.
 */
void judge(const struct packet *p, struct tally *t)
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

void digest(struct digest *d, const struct packet *p)
{
	const uint8_t *end = p->l4 + p->l4_len, *field = field_of(p);

	for (const uint8_t *b = p->rest; b < end; b++) {
		d->all = (d->all ^ *b) * 16777619u;
		if (b != field && b != field + 1)
			d->rest = (d->rest ^ *b) * 16777619u;
	}
}

/* Fragments of one datagram at a time, in order; returns whether they are whole now. */
bool reassemble(uint8_t *ip, size_t len, struct packet *p)
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

bool is_fragment(const uint8_t *ip, size_t len)
{
	if (len >= IP4 && ip[0] >> 4 == 4)
		return get16(ip + 6) & 0x3fff;
	return len >= IP6 + 8 && ip[6] == IPPROTO_FRAGMENT && get16(ip + IP6 + 2) & 0xfff9;
}
