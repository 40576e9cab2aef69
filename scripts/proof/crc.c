// SPDX-License-Identifier: GPL-2.0
/*
 * SCTP's checksum. What crc32c() makes of bytes is its own affair: here it only says
 * which it was given. Who gives it the same bytes in the same order has the same sum.
 */
#include "kernel.h"

#include "module/crc32c.c"

#define PIECES	18	/* the linear part, and as many as MAX_SKB_FRAGS */

static u8 bytes[1 << 16];

/* What is summed next, what is not any more, and the CRC of what was before. */
static unsigned int next, end, pieces;
static u32 before;

void skb_prepare_seq_read(struct sk_buff *skb, unsigned int from,
			  unsigned int to, struct skb_seq_state *seq)
{
	seq->lower_offset = from;
	seq->upper_offset = to;
}

/* As much as lies together from there on, which may be more than was asked for. */
unsigned int skb_seq_read(unsigned int consumed, const u8 **data,
			  struct skb_seq_state *seq)
{
	unsigned int off = seq->lower_offset + consumed, len = nondet_u32();

	/* Fragment lists in fragment lists cannot be read. */
	if (off >= seq->upper_offset || nondet_bool())
		return 0;
	assume(len && len <= sizeof(bytes) - off);
	assume(++pieces < PIECES || len >= seq->upper_offset - off);
	*data = bytes + off;
	return len;
}

void skb_abort_seq_read(struct skb_seq_state *seq)
{
}

u32 crc32c(u32 crc, const void *data, unsigned int len)
{
	prove(crc == before, "what was before is gone on with");
	prove(data == bytes + next && len && len <= end - next,
	      "the bytes that are next, and no more");
	next += len;
	return before = nondet_u32();
}

void prove_crc32c_bytes(void)
{
	unsigned int from = nondet_u16(), to = nondet_u16();
	u32 crc = nondet_u32();
	struct sk_buff skb;

	assume(from <= to);
	next = from;
	end = to;
	pieces = 0;
	before = crc;
	if (add_bytes(&skb, from, to, &crc))
		prove(next == to && crc == before, "all of them, once");
}

/* What prove_crc32c_bytes() says of it. */
bool bytes_proven(struct sk_buff *skb, unsigned int from, unsigned int to,
		  u32 *crc)
{
	prove(skb->readable, "a device's memory is not read");
	prove(from <= to, "forwards");
	prove(from == next && *crc == before, "what is next");
	next = to;
	*crc = before = nondet_u32();
	return nondet_bool();
}

u32 four_zeros(u32 crc, const void *data, unsigned int len)
{
	const u8 *zero = data;

	prove(crc == before && len == sizeof(__le32), "the field");
	prove(!zero[0] && !zero[1] && !zero[2] && !zero[3], "counts as 0");
	next += len;
	return before = nondet_u32();
}

void prove_crc32c(void)
{
	struct nf_csum_packet pkt;
	struct sk_buff skb;
	__le32 right;

	assume(pkt.len >= sizeof(struct sctphdr) && pkt.len <= skb.len);
	assume(pkt.thoff <= skb.len - pkt.len);
	pkt.skb = &skb;
	next = pkt.thoff;
	before = ~0;
	if (!nf_csum_crc32c(&pkt, &right))
		return;
	prove(next == pkt.thoff + pkt.len, "all of the packet");
	prove(right == (__le32)~before, "and nothing else");
}
