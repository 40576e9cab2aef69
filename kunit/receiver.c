// SPDX-License-Identifier: GPL-2.0
/*
 * A receiver that takes its time: RFC 791, 8200, 768, 9293, 792, 4443 and 9260 over
 * a flat copy of a packet, byte by byte. And the device that it comes through,
 * which finishes what is pending.
 */
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "oracle.h"
#include "receiver.h"

/* Where the transport begins, or 0; @end is where it ends. */
static unsigned int read_ipv4(const u8 *b, unsigned int len, u8 *proto,
			      unsigned int *end)
{
	unsigned int header, i;

	if (len < 20 || b[0] >> 4 != 4)
		return 0;
	header = (b[0] & 15) * 4;
	*end = oracle_word(b + 2);
	if (header < 20 || *end < header || *end > len)
		return 0;
	/* More fragments, or not the first. */
	if (oracle_word(b + 6) & 0x3fff)
		return 0;
	for (i = 20; i < header && b[i]; ) {
		if (b[i] == 1) {
			i++;
			continue;
		}
		/* A source route: the last address is in there. */
		if (b[i] == 131 || b[i] == 137)
			return 0;
		if (i + 1 == header || b[i + 1] < 2 || i + b[i + 1] > header)
			return 0;
		i += b[i + 1];
	}
	*proto = b[9];
	return header;
}

static bool has_home_address(const u8 *b, unsigned int len)
{
	unsigned int i = 2;

	while (i < len) {
		if (!b[i]) {
			i++;
			continue;
		}
		if (b[i] == 201)
			return true;
		if (i + 1 == len)
			return false;
		i += 2 + b[i + 1];
	}
	return false;
}

static unsigned int read_ipv6(const u8 *b, unsigned int len, u8 *proto,
			      unsigned int *end)
{
	unsigned int at = 40, size;

	if (len < 40 || b[0] >> 4 != 6)
		return 0;
	*end = 40 + oracle_word(b + 4);
	if (*end == 40 || *end > len)
		return 0;
	*proto = b[6];
	while (*proto == 0 || *proto == 43 || *proto == 44 || *proto == 60) {
		if (at + 8 > *end)
			return 0;
		size = *proto == 44 ? 8 : 8 + 8 * b[at + 1];
		if (at + size > *end)
			return 0;
		if (*proto == 44 && oracle_word(b + at + 2) & 0xfff9)
			return 0;
		if (*proto == 43 && b[at + 3])
			return 0;
		if (*proto == 60 && has_home_address(b + at, size))
			return 0;
		*proto = b[at];
		at += size;
	}
	return at;
}

static bool crc_holds(const u8 *b, const struct reading *r)
{
	static const u8 zeros[4];
	u32 crc = ~0;

	crc = oracle_crc32c_more(crc, b + r->thoff, 8);
	crc = oracle_crc32c_more(crc, zeros, sizeof(zeros));
	crc = oracle_crc32c_more(crc, b + r->thoff + 12, r->len - 12);
	return ~crc == oracle_le32(b + r->field);
}

/* Reads @len @bytes of a packet of @family. */
void receiver_read(struct reading *r, const u8 *bytes, unsigned int len,
		   u8 family)
{
	bool v6 = family == NFPROTO_IPV6;
	unsigned int end, offset;

	memset(r, 0, sizeof(*r));
	r->thoff = v6 ? read_ipv6(bytes, len, &r->proto, &end) :
			read_ipv4(bytes, len, &r->proto, &end);
	if (!r->thoff)
		return;
	r->len = end - r->thoff;
	r->plain = r->thoff == (v6 ? 40 : 20);
	if (r->proto == IPPROTO_TCP && r->len >= 20) {
		offset = 16;
	} else if (r->proto == IPPROTO_UDP && r->len >= 8) {
		offset = 6;
		end = oracle_word(bytes + r->thoff + 4);
		if (end < 8 || end > r->len)
			return;
		r->plain = r->plain && end == r->len;
		r->len = end;
	} else if (r->proto == (v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP) &&
		   r->len >= 8) {
		offset = 2;
	} else if (r->proto == IPPROTO_SCTP && r->len >= 12) {
		r->size = 4;
		r->field = r->thoff + 8;
		r->found = !!oracle_le32(bytes + r->field);
		r->verdict = crc_holds(bytes, r) ? VERDICT_RIGHT :
						   VERDICT_WRONG;
		return;
	} else {
		return;
	}
	r->size = 2;
	r->field = r->thoff + offset;
	r->found = oracle_word(bytes + r->field);
	r->seed = oracle_pseudo(bytes, r->proto, r->len);
	if (r->proto == IPPROTO_UDP && !r->found)
		return;
	r->verdict = oracle_verifies(bytes, r->proto, r->thoff, r->len) ?
		     VERDICT_RIGHT : VERDICT_WRONG;
}

/*
 * Does to @bytes, a copy of those of @skb, what a device does where it sends what
 * is pending. Returns whether there is something; @field is where.
 */
bool receiver_finish(const struct sk_buff *skb, u8 *bytes, unsigned int *field)
{
	unsigned int size = skb->csum_not_inet ? 4 : 2, at;
	int start = skb_checksum_start_offset(skb);
	u32 sum;

	if (skb->ip_summed != CHECKSUM_PARTIAL || skb_shinfo(skb)->gso_size)
		return false;
	at = start + skb->csum_offset;
	if (start < 0 || start >= skb->len || at + size > skb->len)
		return false;
	*field = at;
	if (skb->csum_not_inet) {
		memset(bytes + at, 0, 4);
		sum = oracle_crc32c(bytes + start, skb->len - start);
		bytes[at] = sum;
		bytes[at + 1] = sum >> 8;
		bytes[at + 2] = sum >> 16;
		bytes[at + 3] = sum >> 24;
		return true;
	}
	sum = ~oracle_sum(bytes + start, skb->len - start) & 0xffff;
	if (!sum)
		sum = 0xffff;
	bytes[at] = sum >> 8;
	bytes[at + 1] = sum;
	return true;
}
