// SPDX-License-Identifier: GPL-2.0
/* Frames made by hand, in memory: headers, payload and the checksum field. */
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#include "traffic.h"

bool first_fragment;
static struct bytes exthdrs, quote;
static int first_header = -1, icmp_type = -1, coverage, trailer;

const struct opt craft_opts[] = {
	OPT_BYTES("headers", exthdrs, "between the IP header and the transport header"),
	OPT_NUMBER("first-header", "NUMBER", first_header, "the IPv6 header's next one, if there are others"),
	OPT_BYTES("payload", quote, "instead of the known bytes"),
	OPT_NUMBER("icmp-type", "NUMBER", icmp_type, "instead of an echo request"),
	OPT_NUMBER("coverage", "BYTES", coverage, "what the checksum of UDP-Lite and DCCP covers (all)"),
	OPT_NUMBER("trailer", "BYTES", trailer, "at the end of a UDP datagram, and not in its length"),
	OPT_FLAG("first-fragment", first_fragment, "the IP header says that more fragments come"),
	{ }
};

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
	size_t ip_len = (v4 ? IP4 : IP6) + exthdrs.len;
	size_t l4_len = header_len(proto) + (quote.len ? quote.len : (size_t)size);
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
	memcpy(l4 - exthdrs.len, exthdrs.at, exthdrs.len);
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
	if (quote.len)
		memcpy(l4 + l4_len - quote.len, quote.at, quote.len);
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

/* The frame ends there, and its IP header says so. */
size_t cut(uint8_t *frame, size_t len, bool v4)
{
	set_ip_len(frame + ETH_HLEN, len - ETH_HLEN, v4);
	return len;
}

size_t l4_offset(bool v4)
{
	return ETH_HLEN + (v4 ? IP4 : IP6) + exthdrs.len;
}
