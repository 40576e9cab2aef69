/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the proofs take the kernel to be: only what the module uses of it, and
 * of that only what it promises. The layouts of headers are the kernel's own,
 * from linux-libc-dev. Where the kernel leaves something open, any value is
 * tried: memory may be short, and a sum may be any that folds to what it has to.
 */
#ifndef PROOF_KERNEL_H
#define PROOF_KERNEL_H

#include <asm/byteorder.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <linux/udp.h>

typedef _Bool bool;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __SIZE_TYPE__ size_t;

#define true	1
#define false	0
#define NULL	((void *)0)
#define U16_MAX	0xffff
#define BIT(n)	(1UL << (n))

#define __aligned(n)	__attribute__((aligned(n)))
#undef __always_inline
#define __always_inline	inline
#define __force
#define __packed	__attribute__((packed))
#define __read_mostly
#define likely(x)	(x)
#define noinline
#define offsetof(type, member)	__builtin_offsetof(type, member)
#define static_assert(what)	_Static_assert(what, #what)
#define unlikely(x)	(x)
#define EXPORT_SYMBOL_IF_KUNIT(symbol)

#define min(a, b)	((a) < (b) ? (a) : (b))
#define min_t(type, a, b)	min((type)(a), (type)(b))

/* Those of linux-libc-dev are assembler, which CBMC does not read. */
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
#define htons(x)	__builtin_bswap16(x)
#define htonl(x)	__builtin_bswap32(x)
#define ntohs(x)	__builtin_bswap16(x)
#define cpu_to_le32(x)	(x)
#define check_add_overflow(a, b, d)	__builtin_add_overflow(a, b, d)

void *malloc(size_t size);
void *memcpy(void *to, const void *from, size_t len);
int memcmp(const void *a, const void *b, size_t len);

/* Any value. */
bool nondet_bool(void);
u8 nondet_u8(void);
u16 nondet_u16(void);
u32 nondet_u32(void);
u64 nondet_u64(void);

#define assume(what)	__CPROVER_assume(what)
#define prove(what, why)	__CPROVER_assert(what, why)

static inline u32 rol32(u32 word, unsigned int shift)
{
	return word << shift | word >> (32 - shift);
}

static inline u64 rol64(u64 word, unsigned int shift)
{
	return word << shift | word >> (64 - shift);
}

/* --- Headers that linux-libc-dev lacks --- */

#define IP6_OFFSET	0xfff8
#define IP6_MF		1
#define NEXTHDR_HOP	0
#define NEXTHDR_ROUTING	43
#define NEXTHDR_FRAGMENT	44
#define NEXTHDR_DEST	60

struct frag_hdr {
	u8 nexthdr;
	u8 reserved;
	__be16 frag_off;
	__be32 identification;
};

struct sctphdr {
	__be16 source;
	__be16 dest;
	__be32 vtag;
	__le32 checksum;
};

#define ipv6_optlen(opt)	(((opt)->hdrlen + 1) << 3)

static inline bool ip_is_fragment(const struct iphdr *iph)
{
	/* More to come, or not the first one. */
	return iph->frag_off & htons(0x3fff);
}

/* --- One's complement sums --- */

#define CSUM_MANGLED_0	((__sum16)0xffff)

/* What a sum of 32 bits is modulo 65535; 0 only if it is 0. */
static inline u16 folded(u32 sum)
{
	u32 once = (sum & 0xffff) + (sum >> 16);

	return (once & 0xffff) + (once >> 16);
}

/* One's complement addition; prove_regions() has what follows from that. */
static inline u16 add16(u16 a, u16 b)
{
	u32 sum = (u32)a + b;

	return (sum & 0xffff) + (sum >> 16);
}

/* Architectures differ in which of the sums that fold to the same they return. */
static inline __wsum any_sum(u16 value)
{
	u32 sum = nondet_u32();

	assume(folded(sum) == value);
	return sum;
}

static inline __wsum csum_add(__wsum a, __wsum b)
{
	return any_sum(add16(folded(a), folded(b)));
}

static inline __wsum csum_sub(__wsum a, __wsum b)
{
	return csum_add(a, ~b);
}

static inline __wsum csum_unfold(__sum16 value)
{
	return value;
}

static inline __sum16 csum_fold(__wsum sum)
{
	return ~folded(sum);
}

/* --- Packets --- */

enum { CHECKSUM_NONE, CHECKSUM_UNNECESSARY, CHECKSUM_COMPLETE, CHECKSUM_PARTIAL };

enum {
	SKB_GSO_TCPV4 = BIT(0),
	SKB_GSO_DODGY = BIT(1),
	SKB_GSO_TCP_ECN = BIT(2),
	SKB_GSO_TCP_FIXEDID = BIT(3),
	SKB_GSO_TCPV6 = BIT(4),
	SKB_GSO_UDP = BIT(16),
	SKB_GSO_UDP_L4 = BIT(17),
	SKB_GSO_TCP_ACCECN = BIT(19),
};

struct skb_shared_info {
	u16 gso_size;
	u32 gso_type;
};

/* Neither fragments nor room before the data: bytes are what a harness says. */
struct sk_buff {
	unsigned int len;
	unsigned int headlen;
	unsigned int headroom;
	u8 *data;
	__wsum csum;
	u16 csum_start;
	u16 csum_offset;
	u16 transport_header;
	u8 ip_summed : 2;
	u8 csum_level : 2;
	u8 csum_valid : 1;
	u8 csum_complete_sw : 1;
	u8 csum_not_inet : 1;
	bool cloned;
	bool shared_frag;
	bool readable;
	bool secpath;
	struct skb_shared_info shinfo;
};

#define skb_shinfo(skb)	(&(skb)->shinfo)

static inline unsigned int skb_headlen(const struct sk_buff *skb)
{
	return skb->headlen;
}

static inline bool skb_is_nonlinear(const struct sk_buff *skb)
{
	return skb->headlen < skb->len;
}

static inline bool skb_is_gso(const struct sk_buff *skb)
{
	return skb->shinfo.gso_size;
}

static inline bool skb_cloned(const struct sk_buff *skb)
{
	return skb->cloned;
}

static inline bool skb_has_shared_frag(const struct sk_buff *skb)
{
	return skb->shared_frag;
}

static inline bool skb_frags_readable(const struct sk_buff *skb)
{
	return skb->readable;
}

static inline bool skb_csum_is_sctp(const struct sk_buff *skb)
{
	return skb->csum_not_inet;
}

static inline void skb_reset_csum_not_inet(struct sk_buff *skb)
{
	skb->ip_summed = CHECKSUM_NONE;
	skb->csum_not_inet = 0;
}

static inline bool secpath_exists(const struct sk_buff *skb)
{
	return skb->secpath;
}

static inline int skb_checksum_start_offset(const struct sk_buff *skb)
{
	return (int)skb->csum_start - (int)skb->headroom;
}

/* What a harness gives its packets, or never has called. */
struct skb_seq_state {
	unsigned int lower_offset;
	unsigned int upper_offset;
};

u32 crc32c(u32 crc, const void *data, unsigned int len);
void skb_prepare_seq_read(struct sk_buff *skb, unsigned int from,
			  unsigned int to, struct skb_seq_state *seq);
unsigned int skb_seq_read(unsigned int consumed, const u8 **data,
			  struct skb_seq_state *seq);
void skb_abort_seq_read(struct skb_seq_state *seq);
int skb_copy_bits(const struct sk_buff *skb, int off, void *to, int len);
__wsum skb_checksum(const struct sk_buff *skb, int off, int len, __wsum sum);
__wsum csum_partial(const void *from, int len, __wsum sum);
int skb_checksum_help(struct sk_buff *skb);
int skb_ensure_writable(struct sk_buff *skb, unsigned int len);
bool pskb_may_pull(struct sk_buff *skb, unsigned int len);
bool skb_partial_csum_set(struct sk_buff *skb, u16 start, u16 off);

static inline void *skb_header_pointer(const struct sk_buff *skb, int off,
				       int len, void *buf)
{
	if ((int)skb->headlen - off >= len)
		return skb->data + off;
	return skb_copy_bits(skb, off, buf, len) ? NULL : buf;
}

/* --- Pseudo-headers --- */

static inline __wsum csum_tcpudp_nofold(__be32 saddr, __be32 daddr, u32 len,
					u8 proto, __wsum sum)
{
	sum = csum_add(sum, saddr);
	sum = csum_add(sum, daddr);
	sum = csum_add(sum, htonl(len));
	return any_sum(folded(csum_add(sum, htonl(proto))));
}

static inline __sum16 csum_tcpudp_magic(__be32 saddr, __be32 daddr, u32 len,
					u8 proto, __wsum sum)
{
	return csum_fold(csum_tcpudp_nofold(saddr, daddr, len, proto, sum));
}

static inline __sum16 csum_ipv6_magic(const struct in6_addr *saddr,
				      const struct in6_addr *daddr, u32 len,
				      u8 proto, __wsum sum)
{
	int i;

	for (i = 0; i < 4; i++) {
		sum = csum_add(sum, saddr->s6_addr32[i]);
		sum = csum_add(sum, daddr->s6_addr32[i]);
	}
	sum = csum_add(sum, htonl(len));
	return csum_fold(csum_add(sum, htonl(proto)));
}

#endif /* PROOF_KERNEL_H */
