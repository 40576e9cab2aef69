// SPDX-License-Identifier: GPL-2.0
/*
 * Checksums of packets of any length. Of the bytes behind the headers only their
 * sum is there, which is any value: no more of a payload reaches a checksum.
 * prove_regions() is why: parts that begin at even offsets can be summed one by one,
 * and added in any order. What headers say is any value, too.
 */
#include "kernel.h"

#include "module/inspect.c"
#include "module/decide.c"
#include "module/repair.c"

static u8 bytes[64];

/*
 * Sums of the packet's parts, without what its fields hold. That of a tunnel packet,
 * @rest, is what it will be when the inner checksum has been finished.
 */
static struct {
	unsigned int thoff;
	unsigned int len;	/* from there to the end */
	unsigned int field;	/* of the outermost checksum */
	unsigned int start;	/* of what is pending */
	unsigned int inner;	/* its field, if it is another */
	__sum16 seed;
	u8 proto;
	u16 before;		/* the IP header */
	u16 rest;		/* from the transport header to the end */
	u16 behind;		/* from @start to the end, if that is another */
} packet;

static u16 at(unsigned int off)
{
	return *(u16 *)(bytes + off);
}

/* Does a receiver take it? */
static bool holds(void)
{
	u16 sum = add16(packet.rest, at(packet.field));

	return add16(sum, packet.seed) == 0xffff;
}

__wsum skb_checksum(const struct sk_buff *skb, int off, int len, __wsum sum)
{
	unsigned int from = off, count = len;
	u16 value = nondet_u16();

	if (from == packet.thoff && packet.start != packet.thoff &&
	    count == packet.start - packet.thoff) {
		value = ~at(packet.inner);
		prove(folded(sum) == (value ? value : 0xffff),
		      "what is behind counts as prove_pending() says");
		return any_sum(add16(packet.rest, at(packet.field)));
	}
	prove(!sum, "from the beginning");
	if (from == 0 && count == packet.thoff)
		value = packet.before;
	else if (from == packet.thoff && count == packet.len)
		value = add16(packet.rest, at(packet.field));
	else
		prove(from == packet.thoff && count < packet.len &&
		      packet.proto == IPPROTO_UDP, "a part that is known");
	return any_sum(value);
}

__wsum csum_partial(const void *from, int len, __wsum sum)
{
	return skb_checksum(NULL, (const u8 *)from - bytes, len, sum);
}

/* It refuses what is out of bounds, and WARNs, which is for others to prevent. */
int skb_checksum_help(struct sk_buff *skb)
{
	unsigned int start = skb_checksum_start_offset(skb);
	unsigned int field = start + skb->csum_offset;
	u16 sum;

	prove(skb->ip_summed == CHECKSUM_PARTIAL && !skb_is_gso(skb),
	      "nothing else is finished");
	prove(start == packet.start && field + 2 <= skb->headlen,
	      "what is finished is in bounds");
	if (nondet_bool())
		return -1;
	skb->cloned = false;
	sum = add16(start == packet.thoff ? packet.rest : packet.behind,
			 at(field));
	sum = ~sum;
	*(u16 *)(bytes + field) = sum ? sum : 0xffff;
	skb->ip_summed = CHECKSUM_NONE;
	return 0;
}

int skb_ensure_writable(struct sk_buff *skb, unsigned int len)
{
	if (len > skb->len || nondet_bool())
		return -1;
	skb->cloned = false;
	if (skb->headlen < len)
		skb->headlen = len;
	return 0;
}

bool pskb_may_pull(struct sk_buff *skb, unsigned int len)
{
	if (len > skb->len || nondet_bool())
		return false;
	if (skb->headlen < len)
		skb->headlen = len;
	return true;
}

bool skb_partial_csum_set(struct sk_buff *skb, u16 start, u16 off)
{
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->headroom + start;
	skb->csum_offset = off;
	skb->transport_header = nondet_u16();
	return true;
}

int skb_copy_bits(const struct sk_buff *skb, int off, void *to, int len)
{
	if (off < 0 || (unsigned int)off + len > skb->len || nondet_bool())
		return -1;
	prove(len == 2, "a field");
	*(u16 *)to = off + 2 <= (int)sizeof(bytes) ? at(off) : nondet_u16();
	return 0;
}

bool nf_csum_crc32c(const struct nf_csum_packet *pkt, __le32 *right)
{
	*right = nondet_u32();
	return nondet_bool();
}

/* What module/headers.c says, of any packet whose headers are all right. */
enum nf_csum_counter nf_csum_parse(struct nf_csum_packet *pkt,
				   struct nf_csum_window *window)
{
	pkt->thoff = packet.thoff;
	pkt->len = packet.len;
	pkt->proto = packet.proto;
	pkt->seed = packet.seed;
	return nondet_bool() ? NF_CSUM_OK : NF_CSUM_OPAQUE;
}

const void *nf_csum_peek(struct nf_csum_window *window, unsigned int off,
			 unsigned int len)
{
	prove(off + len <= sizeof(bytes), "a header");
	return nondet_bool() ? bytes + off : NULL;
}

static void any_packet(struct sk_buff *skb)
{
	u8 proto = packet.proto = nondet_u8();

	__CPROVER_havoc_object(bytes);
	skb->data = bytes;
	assume(skb->headlen <= skb->len && skb->len < 1 << 24);
	assume(skb->headroom < 1 << 15);

	packet.thoff = nondet_bool() ? sizeof(struct iphdr) :
				       sizeof(struct ipv6hdr);
	packet.len = nondet_u32();
	assume(packet.len < 1 << 24 && packet.thoff + packet.len <= skb->len);
	packet.field = packet.thoff +
		       (proto == IPPROTO_TCP ? offsetof(struct tcphdr, check) :
			proto == IPPROTO_UDP ? offsetof(struct udphdr, check) :
					       offsetof(struct icmphdr, checksum));
	packet.start = packet.thoff;
	packet.before = nondet_u16();
	packet.rest = nondet_u16();
	packet.seed = nondet_u16();
	/* Its version is not 0, nor is the protocol in a pseudo-header. */
	assume(packet.before && (packet.seed || proto == IPPROTO_ICMP));
	/* A device's sum of all of it. Devices have two zeros. */
	if (skb->ip_summed == CHECKSUM_COMPLETE &&
	    skb->len == packet.thoff + packet.len) {
		u16 all = add16(packet.before, packet.rest), csum;

		all = add16(all, at(packet.field));
		csum = folded(skb->csum);
		assume(csum == all || (!csum && all == 0xffff));
	}
}

/* As module/inspect.c leaves it. */
static void any_inspected(struct nf_csum_packet *pkt, struct sk_buff *skb)
{
	any_packet(skb);
	pkt->skb = skb;
	pkt->thoff = packet.thoff;
	pkt->len = packet.len;
	pkt->proto = packet.proto;
	pkt->field = packet.field;
	pkt->found = at(packet.field);
	pkt->seed = packet.seed;
	pkt->sum = any_sum(add16(packet.rest, pkt->found));
}

/*
 * Whoever summed it: a device, or the walk. As nothing is written, what the field
 * holds is summed with the rest: for the model it holds 0.
 */
void prove_verdict(void)
{
	struct nf_csum_packet pkt;
	struct sk_buff skb;

	any_inspected(&pkt, &skb);
	assume(!pkt.found);
	pkt.found = nondet_u16();
	assume(!pkt.found || packet.rest);
	if (verify(&pkt)) {
		prove(holds(), "what is right holds");
	} else {
		prove(!holds(), "what holds is right");
		prove(folded(pkt.sum) == packet.rest,
		      "a sum to fill from is left behind");
	}
}

void prove_expected(void)
{
	struct nf_csum_packet pkt;
	struct sk_buff skb;
	u16 value;

	any_inspected(&pkt, &skb);
	/* Nobody asks for ICMP without a seed but for what was never filled. */
	assume(!pkt.found || pkt.seed);
	value = nf_csum_expected(&pkt);
	*(u16 *)(bytes + packet.field) = value;
	prove(holds(), "it holds");
	prove(value || packet.proto != IPPROTO_UDP, "UDP has no zero");
	prove(value == (u16)~add16(packet.rest, packet.seed) ||
	      (value == 0xffff && packet.proto == IPPROTO_UDP),
	      "and is what its sender would have sent");
}

static bool same_but_field(const u8 *was)
{
	unsigned int i;

	for (i = 0; i < sizeof(bytes); i++)
		if (bytes[i] != was[i] && i != packet.field &&
		    i != packet.field + 1)
			return false;
	return true;
}

void prove_fill(void)
{
	struct nf_csum_packet pkt;
	struct sk_buff skb, was;
	u32 done;

	any_inspected(&pkt, &skb);
	assume(packet.proto != IPPROTO_SCTP && (!pkt.found || pkt.seed));
	was = skb;
	done = nf_csum_repair(&pkt, BIT(NF_CSUM_FILLED));
	if (done == BIT(NF_CSUM_FILLED)) {
		prove(holds(), "it holds");
		prove(at(packet.field) || packet.proto != IPPROTO_UDP,
		      "UDP has no zero");
		prove(!skb.cloned && packet.field + 2 <= skb.headlen,
		      "only what is writable was written");
		prove(skb.ip_summed == CHECKSUM_NONE ||
		      skb.ip_summed == CHECKSUM_UNNECESSARY,
		      "no device's sum is left that was of other bytes");
	} else {
		prove(done == BIT(NF_CSUM_FAILED), "or it says so");
		prove(at(packet.field) == pkt.found &&
		      skb.ip_summed == was.ip_summed && skb.csum == was.csum,
		      "and all is as it was");
	}
}

/* A pending checksum, from a sound seed or from one that is made sound. */
void prove_finish(void)
{
	struct nf_csum_packet pkt;
	u32 reseed, done;
	struct sk_buff skb;

	skb.ip_summed = CHECKSUM_PARTIAL;
	skb.shinfo.gso_size = 0;
	any_inspected(&pkt, &skb);
	skb.csum_start = skb.headroom + packet.thoff;
	skb.csum_offset = packet.field - packet.thoff;
	assume(packet.proto != IPPROTO_SCTP);
	assume(packet.field + 2 <= packet.thoff + packet.len);
	pkt.verified = nondet_bool() && pkt.found && holds();
	pkt.state = pkt.found == pkt.seed ? NF_CSUM_PARTIAL :
					    NF_CSUM_PARTIAL_BAD_SEED;
	reseed = pkt.state == NF_CSUM_PARTIAL || pkt.verified ? 0 :
		 BIT(NF_CSUM_RESEEDED);

	done = nf_csum_repair(&pkt, reseed | BIT(NF_CSUM_FINISHED));
	if (done & BIT(NF_CSUM_FINISHED)) {
		prove(holds(), "it holds");
		prove(skb.ip_summed == CHECKSUM_NONE ||
		      skb.ip_summed == CHECKSUM_UNNECESSARY,
		      "nobody finishes it again");
		prove(at(packet.field), "UDP has no zero");
	} else {
		prove(done & BIT(NF_CSUM_FAILED), "or it says so");
		prove(skb.ip_summed == CHECKSUM_PARTIAL, "and it is pending");
		prove(at(packet.field) == (done & BIT(NF_CSUM_RESEEDED) ?
					   packet.seed : pkt.found),
		      "from a seed that is no worse");
	}
}

/* A tunnel: the outer field is whole, the inner one is pending. */
static void any_tunnel(struct nf_csum_packet *pkt, struct sk_buff *skb)
{
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->shinfo.gso_size = 0;
	any_inspected(pkt, skb);
	pkt->state = NF_CSUM_PARTIAL_INNER;
	packet.start = nondet_u8();
	packet.inner = packet.start + skb->csum_offset;
	assume(packet.start >= packet.thoff + sizeof(struct udphdr));
	assume(skb->csum_offset % 2 == 0 && packet.inner < sizeof(bytes) - 1);
	assume(packet.inner + 2 <= packet.thoff + packet.len);
	skb->csum_start = skb->headroom + packet.start;
	packet.behind = nondet_u16();
}

/*
 * What a pending checksum will have been worth: the complement of its seed.
 * Beside other bytes the two zeros are one.
 */
void prove_pending(void)
{
	u16 others = nondet_u16(), seed = nondet_u16(), beside = nondet_u16();
	u16 finished = ~add16(others, seed), worth = ~seed;

	finished = finished ? finished : 0xffff;
	worth = worth ? worth : 0xffff;
	assume(beside);
	prove(add16(beside, add16(others, finished)) == add16(beside, worth),
	      "it follows from the seed");
	prove(add16(others, seed) != 0xffff || finished == 0xffff, "no zero");
}

void prove_outer(void)
{
	enum nf_csum_outer outer;
	struct nf_csum_packet pkt;
	struct sk_buff skb;

	any_tunnel(&pkt, &skb);
	outer = nf_csum_inspect_outer(&pkt);
	if (outer == NF_CSUM_OUTER_RIGHT)
		prove(holds(), "what is right will hold");
	if (outer == NF_CSUM_OUTER_WRONG)
		prove(!holds(), "what will hold is right");
	if (packet.start % 2)
		prove(outer == NF_CSUM_OUTER_NONE, "odd ones are not judged");
}

/* Whatever NAT has done to addresses, ports and the outer field. */
void prove_outer_refresh(void)
{
	enum nf_csum_outer was = nondet_u8() % 3;
	struct nf_csum_packet pkt;
	struct sk_buff skb;
	u32 done;
	u16 inner;

	any_tunnel(&pkt, &skb);
	assume(packet.proto == IPPROTO_UDP && pkt.found);
	inner = at(packet.inner);
	nf_csum_remember_outer(&skb, was);
	prove(nf_csum_recall_outer(&skb) == was, "it is remembered");

	done = nf_csum_repair(&pkt, BIT(NF_CSUM_OUTER_REFRESHED));
	prove(at(packet.inner) == inner && skb.ip_summed == CHECKSUM_PARTIAL,
	      "the inner checksum stays pending");
	prove(nf_csum_recall_outer(&skb) == NF_CSUM_OUTER_NONE, "once");
	if (done == BIT(NF_CSUM_OUTER_REFRESHED))
		prove(was == NF_CSUM_OUTER_RIGHT && holds(),
		      "what was right is right again");
	else if (at(packet.field) != pkt.found)
		prove(was == NF_CSUM_OUTER_WRONG && !holds(),
		      "what was wrong is not made right");
	else if (packet.start % 2 == 0 && packet.inner + 2 <= skb.headlen &&
		 was != NF_CSUM_OUTER_NONE && !done)
		prove(holds() == (was == NF_CSUM_OUTER_RIGHT),
		      "and what is not written is as it was");
	prove(at(packet.field), "it is never said to have none");
}
