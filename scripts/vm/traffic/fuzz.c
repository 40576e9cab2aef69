// SPDX-License-Identifier: GPL-2.0
/* Frames of every kind with bytes of their headers and metadata made up. */
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "traffic.h"

static bool wild;
static int seed = 20240229;

static const struct opt opts[] = {
	OPT_FLAG("wild", wild, "tags, other protocols and IP headers made up, too"),
	OPT_NUMBER("seed", "NUMBER", seed, "for other frames"),
	{ }
};

/* The same numbers every time: what a fuzzer finds can be found again. */
static uint32_t random_below(uint32_t n)
{
	static uint32_t x;

	if (!x)
		x = seed;
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

static int random_protocol(void)
{
	static const int known[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_UDPLITE,
				     IPPROTO_DCCP, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_GRE,
				     IPPROTO_IPIP, IPPROTO_IPV6, IPPROTO_ESP };

	if (!random_below(8))
		return random_below(256);
	return known[random_below(sizeof(known) / sizeof(*known))];
}

/* The protocol, or one byte but for the addresses; an IPv4 header's checksum is right. */
static void damage_ip(uint8_t *ip, bool v6)
{
	int len;

	if (random_below(2))
		ip[v6 ? 6 : 9] = random_protocol();
	else
		ip[random_below(v6 ? 8 : 10)] = random_below(256);
	if (v6)
		return;
	len = (ip[0] & 15) * 4;
	put16(ip + 10, 0);
	put16(ip + 10, ~sum(ip, len > IP4 ? len : IP4, 0) & 0xffff);
}

/* The IPv6 header says no length. An option may say it, or one that is wrong; how long that is. */
static int drop_length(uint8_t *ip, size_t n)
{
	uint8_t *option = ip + IP6;
	size_t len = n - IP6 + 8;

	put16(ip + 4, 0);
	if (random_below(2))
		return 0;
	if (!random_below(4))
		len = random_below(1 << 17);
	memmove(option + 8, option, n - IP6);
	option[0] = ip[6];
	option[1] = 0;
	option[2] = 0xc2;	/* a jumbo payload, of four bytes */
	option[3] = 4;
	put16(option + 4, len >> 16);
	put16(option + 6, len);
	ip[6] = 0;
	return 8;
}

/* Up to three tags; how many bytes they are. */
static int add_tags(uint8_t *frame, size_t n)
{
	int len = 4 * random_below(4);

	memmove(frame + 12 + len, frame + 12, n - 12);
	for (int i = 0; i < len; i += 4) {
		put16(frame + 12 + i, random_below(3) ? ETH_P_8021Q : ETH_P_8021AD);
		put16(frame + 14 + i, random_below(4) ? 7 : random_below(65536));
	}
	return len;
}

static int fuzz(char **arg)
{
	struct virtio_net_hdr *h = (void *)out;
	uint8_t *frame = out + sizeof(*h), mac[ETH_ALEN];
	int sent = 0, refused = 0, fd = open_sender(arg[0], mac);
	struct sockaddr_storage end[4];
	socklen_t len;

	for (int i = 0; i < 4; i++)
		resolve(arg[1 + i], 0, &end[i], &len);
	for (long left = number(arg[5]); left; left--) {
		bool v6 = random_below(2), gso = !random_below(3), tcp = random_below(2);
		int proto = tcp ? IPPROTO_TCP : IPPROTO_UDP, l3 = v6 ? IP6 : IP4;
		size_t n;

		size = random_below(gso ? 4000 : 400);
		if (wild && v6 && !random_below(32))
			size += 65000;
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
		if (wild && random_below(2))
			damage_ip(frame + ETH_HLEN, v6);
		if (!random_below(4))
			n = cut(frame, ETH_HLEN + l3 + random_below(n - ETH_HLEN - l3 + 1), !v6);
		memset(h, 0, sizeof(*h));
		if (wild && v6 && !random_below(8)) {
			int option = drop_length(frame + ETH_HLEN, n - ETH_HLEN);

			n += option;
			l3 += random_below(8) ? option : 0;
		}
		if (wild && !random_below(2)) {
			int tags = add_tags(frame, n);

			n += tags;
			l3 += random_below(8) ? tags : 0;
		}
		h->flags = random_below(8) ? VIRTIO_NET_HDR_F_NEEDS_CSUM : random_below(4);
		h->csum_start = random_below(2) ? ETH_HLEN + l3 : random_offset();
		/* Where the frame is as long as that, the tap itself complains. */
		if (n > 65000 && h->csum_start > 65000)
			h->csum_start = 0;
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

const struct job fuzz_job = {
	"fuzz", "TAP SOURCE4 DESTINATION4 SOURCE6 DESTINATION6 COUNT",
	"sends so many frames of every kind, headers and metadata made up",
	6, fuzz, { opts, device_opts },
};
