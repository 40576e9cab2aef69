// SPDX-License-Identifier: GPL-2.0
/*
 * An independent checksum, slow on purpose: one word after the other, over a
 * flat copy of a packet.
 */
#include <linux/in.h>

#include "oracle.h"

/* Reads the two bytes at @bytes in network order. */
u16 oracle_word(const u8 *bytes)
{
	return bytes[0] << 8 | bytes[1];
}

/* One's complement addition: a carry out of the top comes in at the bottom. */
u16 oracle_add(u16 a, u16 b)
{
	u32 sum = (u32)a + b;

	return sum > 0xffff ? sum - 0xffff : sum;
}

/* Sums @len bytes; an odd last one counts as if a zero byte followed. */
u16 oracle_sum(const u8 *bytes, size_t len)
{
	u16 sum = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum = oracle_add(sum, oracle_word(bytes + i));
	if (len & 1)
		sum = oracle_add(sum, bytes[len - 1] << 8);
	return sum;
}

/*
 * Sums the pseudo-header, for @len bytes of @proto. ICMP over IPv4 and GRE
 * (RFC 2784) have none.
 */
u16 oracle_pseudo(const u8 *packet, u8 proto, u32 len)
{
	bool v6 = packet[0] >> 4 == 6;
	u16 sum;

	if (proto == IPPROTO_GRE || (proto == IPPROTO_ICMP && !v6))
		return 0;
	sum = v6 ? oracle_sum(packet + 8, 32) : oracle_sum(packet + 12, 8);
	sum = oracle_add(sum, len >> 16);
	sum = oracle_add(sum, len & 0xffff);
	return oracle_add(sum, proto);
}

/*
 * What the checksum field at offset @field of @packet ought to hold, for a
 * transport header at @thoff and @len bytes from there. Zero stays zero, also
 * for UDP, which sends it as 0xffff.
 */
u16 oracle_checksum(const u8 *packet, u8 proto, unsigned int thoff,
		    unsigned int len, unsigned int field)
{
	u16 sum = oracle_pseudo(packet, proto, len);

	sum = oracle_add(sum, oracle_sum(packet + thoff, len));
	/* Adding the complement takes what the field holds now out again. */
	sum = oracle_add(sum, ~oracle_word(packet + field));
	return ~sum;
}

/* Whether a receiver would accept those @len bytes. */
bool oracle_verifies(const u8 *packet, u8 proto, unsigned int thoff,
		     unsigned int len)
{
	u16 sum = oracle_pseudo(packet, proto, len);

	return oracle_add(sum, oracle_sum(packet + thoff, len)) == 0xffff;
}

/* Reads the four bytes at @bytes, the lowest first, as SCTP has its checksum. */
u32 oracle_le32(const u8 *bytes)
{
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (u32)bytes[3] << 24;
}

/* CRC32c, bit by bit; goes on from @crc, which begins as all ones. */
u32 oracle_crc32c_more(u32 crc, const u8 *bytes, size_t len)
{
	unsigned int bit;
	size_t i;

	for (i = 0; i < len; i++) {
		for (bit = 0; bit < 8; bit++) {
			bool out = (crc ^ bytes[i] >> bit) & 1;

			crc >>= 1;
			if (out)
				crc ^= 0x82f63b78;
		}
	}
	return crc;
}

/* The whole of it: inverted at its end. */
u32 oracle_crc32c(const u8 *bytes, size_t len)
{
	return ~oracle_crc32c_more(0xffffffff, bytes, len);
}
