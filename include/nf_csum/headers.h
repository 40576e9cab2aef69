/* SPDX-License-Identifier: GPL-2.0 */
/* Reading the headers of a packet, at a cost that no packet can raise. */
#ifndef NF_CSUM_HEADERS_H
#define NF_CSUM_HEADERS_H

#include <linux/skbuff.h>
#include <linux/types.h>

#include <nf_csum/packet.h>

/**
 * struct nf_csum_window - what was copied of headers that are not linear
 * @skb: the packet
 * @off: offset of @bytes in the packet
 * @len: how many there are; 0 before the one copy that a packet may cost
 * @bytes: the copy
 */
struct nf_csum_window {
	const struct sk_buff *skb;
	unsigned int off;
	unsigned int len;
	u8 bytes[64] __aligned(8);
};

const void *nf_csum_peek(struct nf_csum_window *window, unsigned int off,
			 unsigned int len);
enum nf_csum_counter nf_csum_parse(struct nf_csum_packet *pkt,
				   struct nf_csum_window *window);

#endif /* NF_CSUM_HEADERS_H */
