// SPDX-License-Identifier: GPL-2.0
/*
 * Carries out what was decided. A step that cannot be done leaves the packet as it
 * was, and is reported as NF_CSUM_FAILED. To drop a packet is left to the caller.
 */
#include <kunit/visibility.h>
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/checksum.h>

#include <nf_csum/packet.h>

u32 nf_csum_voucher_key __read_mostly;
EXPORT_SYMBOL_IF_KUNIT(nf_csum_voucher_key);

/*
 * The outermost checksum was computed just now. On the way in that is worth a
 * voucher, so that neither conntrack nor the socket sums the payload again. It
 * is signed, for nf_csum_has_own_voucher(). On the way out it is not: veth
 * would carry the voucher past whatever corrupts packets behind this hook.
 */
static void vouch(const struct nf_csum_packet *pkt)
{
	struct sk_buff *skb = pkt->skb;

	if (pkt->hook != NF_INET_PRE_ROUTING) {
		nf_csum_unvouch(skb);
		return;
	}
	/* A device that vouched for inner headers, too, goes on doing so. */
	if (skb->ip_summed == CHECKSUM_UNNECESSARY && skb->csum_level)
		return;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->csum_level = 0;
	skb->csum = nf_csum_signature(skb);
}

static bool write_field(struct sk_buff *skb, unsigned int field, __sum16 value)
{
	unsigned int end = field + sizeof(value);

	/* Common case: linear and not shared. */
	if ((skb_cloned(skb) || skb_headlen(skb) < end) &&
	    skb_ensure_writable(skb, end))
		return false;
	*(__sum16 *)(skb->data + field) = value;
	return true;
}

static bool write_crc(const struct nf_csum_packet *pkt, __le32 crc)
{
	struct sk_buff *skb = pkt->skb;

	if (skb_ensure_writable(skb, pkt->field + sizeof(crc)))
		return false;
	*(__le32 *)(skb->data + pkt->field) = crc;
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		skb_reset_csum_not_inet(skb);
	vouch(pkt);
	return true;
}

/*
 * The payload can be summed where it is: nobody else may change it meanwhile,
 * and it is not in a device's memory.
 */
static bool is_stable(const struct sk_buff *skb)
{
	return !skb_is_nonlinear(skb) ||
	       (!skb_has_shared_frag(skb) && skb_frags_readable(skb));
}

/* skb_checksum_help() is for all packets, and slower. */
static bool finish_stable(const struct nf_csum_packet *pkt)
{
	struct sk_buff *skb = pkt->skb;
	__wsum sum;

	if (skb_is_nonlinear(skb))
		sum = skb_checksum(skb, pkt->thoff, pkt->len, 0);
	else
		sum = csum_partial(skb->data + pkt->thoff, pkt->len, 0);
	return write_field(skb, pkt->field, csum_fold(sum) ?: CSUM_MANGLED_0);
}

static bool finish_anyhow(struct sk_buff *skb)
{
	unsigned int end = skb_checksum_start_offset(skb) + skb->csum_offset +
			   sizeof(__sum16);

	/* skb_checksum_help() WARNs if the field is not in the linear part. */
	return pskb_may_pull(skb, end) && !skb_checksum_help(skb);
}

/**
 * nf_csum_finish - compute a pending checksum
 * @pkt: an inspected packet that is pending and that nobody has changed since but
 *	to reseed it
 *
 * As nf_csum_repair(), for callers that know that there is nothing else to do.
 *
 * Context: Softirq or process, does not sleep.
 * Return: whether it could be done.
 */
bool nf_csum_finish(const struct nf_csum_packet *pkt)
{
	__le32 crc;

	if (pkt->proto == IPPROTO_SCTP)
		return nf_csum_crc32c(pkt, &crc) && write_crc(pkt, crc);
	/* It is complete. */
	if (pkt->state == NF_CSUM_PARTIAL_BAD_SEED && pkt->verified) {
		vouch(pkt);
		return true;
	}
	/* Of a tunnel packet only the inner checksum is known to be right. */
	if (pkt->state == NF_CSUM_PARTIAL_INNER)
		return finish_anyhow(pkt->skb);
	if (is_stable(pkt->skb) ? !finish_stable(pkt) : !finish_anyhow(pkt->skb))
		return false;
	vouch(pkt);
	return true;
}

static bool rearm(const struct nf_csum_packet *pkt)
{
	struct sk_buff *skb = pkt->skb;
	u16 transport;

	if (skb_ensure_writable(skb, pkt->field + sizeof(__sum16)))
		return false;
	/* IPv6 walks extension headers from where that is now. */
	transport = skb->transport_header;
	if (!skb_partial_csum_set(skb, pkt->thoff, pkt->field - pkt->thoff))
		return false;
	skb->transport_header = transport;
	return write_field(skb, pkt->field, pkt->seed);
}

/**
 * nf_csum_expected - say what the checksum of a packet ought to be
 * @pkt: an inspected packet whose @sum is set
 *
 * Context: Any.
 * Return: the value for the field; it costs no second walk of the payload.
 */
__sum16 nf_csum_expected(const struct nf_csum_packet *pkt)
{
	__wsum sum = pkt->sum;
	__sum16 value;

	/* To subtract 0 from the sum of an ICMP message of zeros would change it. */
	if (pkt->found)
		sum = csum_sub(sum, csum_unfold(pkt->found));
	value = csum_fold(csum_add(sum, csum_unfold(pkt->seed)));

	return value || pkt->proto != IPPROTO_UDP ? value : CSUM_MANGLED_0;
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_expected);

static bool fill(const struct nf_csum_packet *pkt)
{
	if (pkt->proto == IPPROTO_SCTP)
		return write_crc(pkt, pkt->crc);
	if (!write_field(pkt->skb, pkt->field, nf_csum_expected(pkt)))
		return false;
	vouch(pkt);
	return true;
}

/*
 * NAT takes the outer field of a tunnel packet for a seed and breaks it. What was
 * right before is set right again. What was wrong stays wrong, also where NAT
 * happened to hit upon the right value.
 */
static u32 refresh_outer(const struct nf_csum_packet *pkt)
{
	enum nf_csum_outer was = nf_csum_recall_outer(pkt->skb), now;
	struct nf_csum_packet outer = *pkt;
	__sum16 value;

	now = nf_csum_inspect_outer(&outer);
	nf_csum_remember_outer(pkt->skb, NF_CSUM_OUTER_NONE);
	if (now == was || now == NF_CSUM_OUTER_NONE ||
	    was == NF_CSUM_OUTER_NONE)
		return 0;

	value = nf_csum_expected(&outer);
	if (was == NF_CSUM_OUTER_WRONG)
		value = (__force __sum16)((__force u16)value == 1 ? 2 : 1);
	if (!write_field(pkt->skb, pkt->field, value))
		return BIT(NF_CSUM_FAILED);
	return was == NF_CSUM_OUTER_RIGHT ? BIT(NF_CSUM_OUTER_REFRESHED) : 0;
}

/**
 * nf_csum_repair - carry out what nf_csum_decide() said
 * @pkt: an inspected packet that nobody has changed since
 * @actions: from nf_csum_decide() for this packet
 *
 * May make the headers writable, which reallocates them: the caller has to
 * load its pointers into the packet again.
 *
 * Context: Softirq or process, does not sleep.
 * Return: what was done, a bit for each action. NF_CSUM_FAILED is among them
 * where memory was short: the packet can go on, it is no worse than before.
 * With NF_CSUM_DROPPED the caller has to drop it.
 */
u32 nf_csum_repair(const struct nf_csum_packet *pkt, u32 actions)
{
	u32 done = actions & (BIT(NF_CSUM_UNTRUSTED) | BIT(NF_CSUM_DROPPED));

	if (actions & BIT(NF_CSUM_OUTER_REFRESHED))
		done |= refresh_outer(pkt);
	if (actions & BIT(NF_CSUM_RESEEDED)) {
		if (!write_field(pkt->skb, pkt->field, pkt->seed))
			return BIT(NF_CSUM_FAILED);
		done |= BIT(NF_CSUM_RESEEDED);
	}
	if (actions & BIT(NF_CSUM_FINISHED))
		done |= BIT(nf_csum_finish(pkt) ? NF_CSUM_FINISHED : NF_CSUM_FAILED);
	if (actions & BIT(NF_CSUM_REARMED))
		done |= BIT(rearm(pkt) ? NF_CSUM_REARMED : NF_CSUM_FAILED);
	if (actions & BIT(NF_CSUM_FILLED))
		done |= BIT(fill(pkt) ? NF_CSUM_FILLED : NF_CSUM_FAILED);
	if (actions & BIT(NF_CSUM_UNVOUCHED)) {
		nf_csum_unvouch(pkt->skb);
		done |= BIT(NF_CSUM_UNVOUCHED);
	}
	return done;
}
EXPORT_SYMBOL_IF_KUNIT(nf_csum_repair);
