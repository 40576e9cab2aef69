// SPDX-License-Identifier: GPL-2.0
/*
 * SCTP's checksum is a CRC32c (RFC 9260, appendix A). The kernel's own helpers for
 * packets are not exported everywhere, and WARN while SCTP itself is not loaded.
 */
#include <kunit/visibility.h>
#include <linux/crc32c.h>
#include <linux/sctp.h>
#include <linux/skbuff.h>

#include <nf_csum/packet.h>

static bool add_bytes(struct sk_buff *skb, unsigned int from, unsigned int to,
		      u32 *crc)
{
	struct skb_seq_state seq;
	const u8 *data;
	unsigned int len;

	skb_prepare_seq_read(skb, from, to, &seq);
	for (len = 0; from < to; from += len) {
		len = skb_seq_read(from - seq.lower_offset, &data, &seq);
		if (!len)
			return false;
		/* The linear part is given whole, also what is behind @to. */
		len = min(len, to - from);
		*crc = crc32c(*crc, data, len);
	}
	skb_abort_seq_read(&seq);
	return true;
}

/**
 * nf_csum_crc32c - compute what the checksum of an SCTP packet ought to be
 * @pkt: the packet, of which @skb, @thoff and @len are used; has a whole header
 * @right: where to put the value for the field, whatever this holds now
 *
 * Walks the payload.
 *
 * Context: Softirq or process, does not sleep.
 * Return: whether it could: the payload may be in a device's memory, and fragment
 * lists in fragment lists cannot be walked.
 */
bool nf_csum_crc32c(const struct nf_csum_packet *pkt, __le32 *right)
{
	const unsigned int end = pkt->thoff + pkt->len;
	static const u8 no_checksum[sizeof(*right)];
	u32 crc = ~0;

	if (!skb_frags_readable(pkt->skb))
		return false;
	if (!add_bytes(pkt->skb, pkt->thoff,
		       pkt->thoff + offsetof(struct sctphdr, checksum), &crc))
		return false;
	crc = crc32c(crc, no_checksum, sizeof(no_checksum));
	if (!add_bytes(pkt->skb, pkt->thoff + sizeof(struct sctphdr), end,
		       &crc))
		return false;

	*right = cpu_to_le32(~crc);
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_crc32c);
