// SPDX-License-Identifier: GPL-2.0
/*
 * The walks of module/headers.c. Memory is as large as what they are given, so
 * that a read of one byte more is found.
 */
#include "kernel.h"

#include "module/headers.c"

static unsigned int copies;

int skb_copy_bits(const struct sk_buff *skb, int off, void *to, int len)
{
	prove(off >= 0 && len > 0 && (unsigned int)off + len <= skb->len,
	      "what is copied is of the packet");
	copies++;
	if (nondet_bool())
		return -1;
	__CPROVER_havoc_slice(to, len);
	return 0;
}

void prove_ipv4_options(void)
{
	unsigned int left = nondet_u8();
	enum nf_csum_counter state;
	u8 room[40];

	assume(left <= sizeof(room));
	state = walk_ipv4_options(room + sizeof(room) - left, left);
	prove(state == NF_CSUM_OK || state == NF_CSUM_OPAQUE ||
	      state == NF_CSUM_MALFORMED, "it says what it may say");
}

void prove_destination_options(void)
{
	unsigned int left = nondet_u16(), steps = 0;
	enum nf_csum_counter state;
	u8 room[255 * 8 + 6];

	/*
	 * What an extension header has room for. To have done no step before is the
	 * longest walk: any other is the beginning of one of those.
	 */
	assume(left <= sizeof(room));
	state = walk_destopts(room + sizeof(room) - left, left, &steps);
	prove(steps <= MAX_STEPS, "steps are bounded");
	prove(state == NF_CSUM_OK || state == NF_CSUM_OPAQUE ||
	      state == NF_CSUM_MALFORMED, "it says what it may say");
}

static void any_packet(struct sk_buff *skb)
{
	skb->len = nondet_u32();
	skb->headlen = nondet_u32();
	/* A packet is never longer, also with BIG TCP. */
	assume(skb->headlen <= skb->len && skb->len < 1 << 24);
	skb->shinfo.gso_size = nondet_u16();
	skb->data = malloc(skb->headlen);
}

/* From any state that a window can be in, to one that it can be in. */
void prove_peek(void)
{
	unsigned int off = nondet_u32(), len = nondet_u32();
	struct nf_csum_window window;
	struct sk_buff skb;
	const void *bytes;
	bool used;

	any_packet(&skb);
	window.skb = &skb;
	assume(window.len <= sizeof(window.bytes));
	assume(!window.len || (window.off <= skb.len &&
			       window.len <= skb.len - window.off));
	assume(len > 0 && len <= skb.len && off <= skb.len - len);
	used = window.len;

	bytes = nf_csum_peek(&window, off, len);
	prove(!bytes || __CPROVER_r_ok(bytes, len),
	      "all that was asked for can be read");
	prove(copies <= !used, "only the first copy is made");
	prove(copies == 0 || window.len, "and leaves a mark");
	prove(window.len <= sizeof(window.bytes), "the window is as large as it is");
	prove(!window.len || (window.off <= skb.len &&
			      window.len <= skb.len - window.off),
	      "the window is of the packet");
}

static bool gave_up;

/* What was proven of peeking, and that nobody goes on where it did not work. */
const void *peek_proven(struct nf_csum_window *window, unsigned int off,
			unsigned int len)
{
	prove(len > 0 && len <= window->skb->len &&
	      off <= window->skb->len - len, "what is read is of the packet");
	prove(!gave_up, "nothing is read after a failure");
	if (nondet_bool()) {
		gave_up = true;
		return NULL;
	}
	return malloc(len);
}

/* The same of the two walks. */
enum nf_csum_counter ipv4_options_proven(const u8 *opt, unsigned int left)
{
	prove(left <= 40 && __CPROVER_r_ok(opt, left),
	      "the walk is given what can be read");
	return nondet_bool() ? NF_CSUM_OK :
	       nondet_bool() ? NF_CSUM_OPAQUE : NF_CSUM_MALFORMED;
}

enum nf_csum_counter destopts_proven(const u8 *opt, unsigned int left,
				     unsigned int *steps)
{
	unsigned int before = *steps;

	prove(before <= MAX_STEPS, "the walk goes on counting");
	prove(left <= 255 * 8 + 6 && __CPROVER_r_ok(opt, left),
	      "the walk is given what can be read");
	*steps = nondet_u32();
	assume(*steps >= before && *steps <= MAX_STEPS);
	return nondet_bool() ? NF_CSUM_OK :
	       nondet_bool() ? NF_CSUM_OPAQUE : NF_CSUM_MALFORMED;
}

/* One extension header, from wherever the walk may be. */
void prove_extension_header(void)
{
	unsigned int total = nondet_u32(), off = nondet_u32();
	unsigned int steps = nondet_u32(), before = steps, from = off;
	struct nf_csum_window window;
	enum nf_csum_counter state;
	u8 nexthdr = nondet_u8();
	struct sk_buff skb;

	any_packet(&skb);
	window.skb = &skb;
	assume(total <= skb.len && off <= total && steps < MAX_STEPS);
	assume(is_exthdr(nexthdr));
	state = skip_exthdr(&window, &off, total, &nexthdr, &steps);
	prove(steps >= before && steps <= MAX_STEPS, "steps are counted");
	prove(state == NF_CSUM_OK || state == NF_CSUM_OPAQUE ||
	      state == NF_CSUM_MALFORMED || state == NF_CSUM_FRAGMENT,
	      "it says what it may say");
	prove(off <= total, "it stays in the packet");
	if (state == NF_CSUM_OK)
		prove(off > from && (off - from) % 8 == 0 && off - from <= 2048,
		      "it goes on by units of eight bytes");
}

enum nf_csum_counter
extension_header_proven(struct nf_csum_window *window, unsigned int *off,
			unsigned int total, u8 *nexthdr, unsigned int *steps)
{
	unsigned int before = *steps, from = *off;

	prove(total <= window->skb->len && from <= total &&
	      before < MAX_STEPS && is_exthdr(*nexthdr),
	      "the step is made from where it was proven");
	*steps = nondet_u32();
	*nexthdr = nondet_u8();
	assume(*steps >= before && *steps <= MAX_STEPS);
	if (nondet_bool())
		return nondet_bool() ? NF_CSUM_OPAQUE :
		       nondet_bool() ? NF_CSUM_MALFORMED : NF_CSUM_FRAGMENT;
	*off = from + 8 * (nondet_u8() + 1);
	assume(*off <= total);
	return NF_CSUM_OK;
}

static void parse(u8 family)
{
	struct nf_csum_packet pkt = { .family = family };
	struct nf_csum_window window;
	enum nf_csum_counter state;
	struct sk_buff skb;

	any_packet(&skb);
	window.skb = pkt.skb = &skb;
	window.len = 0;
	state = nf_csum_parse(&pkt, &window);
	if (state == NF_CSUM_OK) {
		prove(pkt.thoff % 2 == 0, "the transport header is at an even offset");
		prove(pkt.thoff <= skb.len && pkt.len <= skb.len - pkt.thoff,
		      "the transport bytes are of the packet");
	} else {
		prove(state == NF_CSUM_OPAQUE || state == NF_CSUM_MALFORMED ||
		      state == NF_CSUM_FRAGMENT, "it says what it may say");
	}
}

/* Addresses are there to be read; what they sum to is for prove_seed_ipv6(). */
__sum16 any_ipv6_magic(const struct in6_addr *saddr,
		       const struct in6_addr *daddr, u32 len, u8 proto,
		       __wsum sum)
{
	prove(__CPROVER_r_ok(saddr, sizeof(*saddr)) &&
	      __CPROVER_r_ok(daddr, sizeof(*daddr)), "addresses can be read");
	return nondet_u16();
}

void prove_ipv4(void)
{
	parse(NFPROTO_IPV4);
}

void prove_ipv6(void)
{
	parse(NFPROTO_IPV6);
}
