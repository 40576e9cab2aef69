/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Builds the packets of the tests: a recipe says what a packet is, a shape how
 * its bytes lie in memory. Whatever the shape, the packet means the same.
 */
#ifndef NF_CSUM_KUNIT_SKB_BUILDER_H
#define NF_CSUM_KUNIT_SKB_BUILDER_H

#include <linux/skbuff.h>
#include <linux/types.h>

#include <nf_csum/packet.h>

struct kunit;

/* What the checksum field holds. */
enum recipe_field {
	FIELD_RIGHT,
	FIELD_ZERO,
	FIELD_SEED,
	FIELD_WRONG,	/* neither right, nor zero, nor the seed */
};

/* What would be right, brought about by a word of the payload. */
enum recipe_right {
	RIGHT_ANY,	/* neither zero nor the seed */
	RIGHT_ZERO,
	RIGHT_SEED,
};

enum packet_shape {
	SHAPE_LINEAR,
	SHAPE_FRAGS,		/* payload in two page fragments */
	SHAPE_FRAG_LIST,	/* payload in two more skbs */
	SHAPE_SPLIT,		/* only the IP header is linear, and a bit more */
	PACKET_SHAPES
};

/**
 * struct recipe_ext - an IPv6 extension header
 * @type: NEXTHDR_*
 * @len: its length in bytes
 * @bytes: its content; the builder fills in the next header
 */
struct recipe_ext {
	u8 type;
	u8 len;
	u8 bytes[168];
};

/**
 * struct recipe - what a packet is
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6; 0 if it makes sense for both
 * @proto: IPPROTO_*; those without a header known here are all payload
 * @payload: bytes after the transport header, of the inner TCP in a tunnel
 * @tunnel: the payload is @gap bytes, then a TCP packet over IPv4
 * @gap: bytes before the inner IP header, 22 for VXLAN
 * @right: what the checksum comes to; anything but RIGHT_ANY needs a payload
 * @field: what the field holds; the outer field in a tunnel
 * @ip_summed: CHECKSUM_*; COMPLETE sums the packet as built
 * @not_inet: csum_not_inet
 * @start: csum_start, from the outermost transport header; inner in a tunnel
 * @offset: csum_offset, from the protocol's own
 * @gso_size: payload bytes of a segment, 0 if not GSO
 * @gso_type: SKB_GSO_*; SKB_GSO_TCPV4 stands for that of either family
 * @options: of IPv4
 * @options_len: of @options, a multiple of four
 * @ext: of IPv6
 * @frag_off: of IPv4, host order
 * @ip_len: added to the IP header's length, as an error
 * @udp_len: added to the UDP header's length, as an error
 * @shorten: bytes missing at the end of the packet, with lengths to match
 * @trailer: bytes after the end of the packet
 * @version: of IP, if not the right one
 * @ihl: of IPv4, if not the right one
 */
struct recipe {
	u8 family;
	u8 proto;
	u16 payload;
	bool tunnel;
	u8 gap;
	enum recipe_right right;
	enum recipe_field field;
	u8 ip_summed;
	bool not_inet;
	int start;
	int offset;
	u16 gso_size;
	unsigned int gso_type;
	u8 options[40];
	u8 options_len;
	struct recipe_ext ext[3];
	u16 frag_off;
	int ip_len;
	int udp_len;
	u16 shorten;
	u16 trailer;
	u8 version;
	u8 ihl;
};

/* What an skb says about itself, beside its bytes. */
struct packet_meta {
	unsigned int len;
	unsigned int data_len;
	unsigned int nr_frags;
	unsigned int gso_type;
	unsigned int gso_size;
	unsigned int gso_segs;
	int network_offset;
	int transport_offset;
	int mac_offset;
	u32 csum;
	u8 ip_summed;
	u8 csum_valid;
	u8 csum_level;
	u8 csum_not_inet;
	__be16 protocol;
};

/**
 * struct packet - a packet that was built
 * @skb: the packet
 * @clone: shares the bytes of @skb, if packet_clone() was called
 * @family: NFPROTO_*
 * @proto: IPPROTO_* of the outermost transport header
 * @thoff: where that header is
 * @len: bytes from there to the end of the packet
 * @field: where its checksum is
 * @inner: where the inner TCP header of a tunnel is
 * @seed: the sum of the pseudo-header
 * @right: what the field ought to hold
 * @found: what it holds
 * @bytes: the packet as built, or as packet_remember() found it
 * @scratch: for packet_bytes()
 * @meta: the same for what is not in the bytes
 */
struct packet {
	struct sk_buff *skb;
	struct sk_buff *clone;
	u8 family;
	u8 proto;
	unsigned int thoff;
	unsigned int len;
	unsigned int field;
	unsigned int inner;
	u16 seed;
	u16 right;
	u16 found;
	u8 *bytes;
	u8 *scratch;
	struct packet_meta meta;
};

/* The longest packet the builder makes. */
#define PACKET_MAX 8192

/**
 * struct variant - one of the ways in which a recipe makes sense
 * @family: NFPROTO_*
 * @hook: NF_INET_PRE_ROUTING or NF_INET_POST_ROUTING
 * @shape: how the bytes lie
 * @tight: there is no room before them
 * @name: all that but @tight, for messages
 * @index: of the next variant
 */
struct variant {
	u8 family;
	u8 hook;
	enum packet_shape shape;
	bool tight;
	char name[40];
	unsigned int index;
};

bool variant_next(struct variant *v, const struct recipe *recipe);

void packet_build(struct kunit *test, struct packet *p,
		  const struct recipe *recipe, const struct variant *v);
void packet_from_bytes(struct kunit *test, struct packet *p, const u8 *bytes,
		       unsigned int size, const struct variant *v);
void packet_clone(struct kunit *test, struct packet *p);
void packet_unpull(struct kunit *test, struct packet *p);
void packet_free(struct packet *p);

void packet_read_meta(const struct sk_buff *skb, struct packet_meta *meta);
void packet_remember(struct packet *p);
void packet_store(struct packet *p, unsigned int offset, const void *from,
		  unsigned int len);

const u8 *packet_bytes(const struct packet *p, const struct sk_buff *skb);
u16 packet_field(const struct packet *p);
bool packet_verifies(const struct packet *p);
bool packet_same_bytes(const struct packet *p, const struct sk_buff *skb);
bool packet_same_meta(const struct packet *p);
bool packet_is_nested(const struct packet *p);

#endif /* NF_CSUM_KUNIT_SKB_BUILDER_H */
