/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a receiver makes of a packet: where its checksum is and whether it holds,
 * read from a flat copy by code that shares nothing with the module.
 */
#ifndef NF_CSUM_KUNIT_RECEIVER_H
#define NF_CSUM_KUNIT_RECEIVER_H

#include <linux/types.h>

struct sk_buff;

enum verdict {
	VERDICT_NONE,	/* no checksum, or none that this receiver knows */
	VERDICT_RIGHT,
	VERDICT_WRONG,
};

/**
 * struct reading - what was read of the outermost checksum
 * @verdict: whether it holds
 * @proto: IPPROTO_*
 * @thoff: where the transport header is
 * @len: how many bytes from there are summed
 * @size: bytes in the field; 0 if it was not found, and nothing else is set
 * @field: where it is
 * @found: what it holds, of SCTP only whether that is anything at all
 * @seed: the sum of the pseudo-header; 0 for SCTP
 * @plain: no options, no extension headers, no bytes that UDP leaves out
 */
struct reading {
	enum verdict verdict;
	u8 proto;
	unsigned int thoff;
	unsigned int len;
	unsigned int size;
	unsigned int field;
	u16 found;
	u16 seed;
	bool plain;
};

void receiver_read(struct reading *r, const u8 *bytes, unsigned int len,
		   u8 family);
bool receiver_finish(const struct sk_buff *skb, u8 *bytes, unsigned int *field);

#endif /* NF_CSUM_KUNIT_RECEIVER_H */
