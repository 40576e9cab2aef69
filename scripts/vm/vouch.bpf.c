// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that no virtual machine has, played by tc programs on a veth: one that
 * vouches for checksums it did not check, one that vouches for none, one that
 * keeps a packet in a single piece, and one that tells how it came.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/types.h>

#define SECTION(name) __attribute__((section(name), used))
#define PROGRAM(name) SECTION(#name) int run_##name(struct __sk_buff *skb)

/* The attribute wants plain numbers, those of enum bpf_func_id. */
#define HELPER(number) __attribute__((kernel_helper(number)))

long skb_store_bytes(void *skb, __u32 offset, const void *from, __u32 len, __u64 flags) HELPER(9);
long skb_load_bytes(const void *skb, __u32 offset, void *to, __u32 len) HELPER(26);
long skb_pull_data(void *skb, __u32 len) HELPER(39);
long csum_update(void *skb, __u32 csum) HELPER(40);
long csum_level(void *skb, __u64 level) HELPER(135);

enum { GO_ON = -1, TCP_FIELD = 16 };

/* Where the TCP checksum is, or 0. */
static __attribute__((always_inline)) inline __u32 tcp_field(struct __sk_buff *skb)
{
	__u8 version = 0, proto = 0;

	skb_load_bytes(skb, ETH_HLEN, &version, 1);
	if (version >> 4 == 4) {
		skb_load_bytes(skb, ETH_HLEN + 9, &proto, 1);
		return proto == IPPROTO_TCP ? ETH_HLEN + (version & 15) * 4 + TCP_FIELD : 0;
	}
	if (version >> 4 == 6) {
		skb_load_bytes(skb, ETH_HLEN + 6, &proto, 1);
		return proto == IPPROTO_TCP ? ETH_HLEN + 40 + TCP_FIELD : 0;
	}
	return 0;
}

/*
 * What the tests cannot see from outside: one packet in 65535 is right with a
 * field of 0, and some come with the sum of all they hold (CHECKSUM_COMPLETE).
 */
enum mark { RIGHT_WITH_ZERO = 1, COMPLETE = 2 };

static __attribute__((always_inline)) inline int clear_field(struct __sk_buff *skb)
{
	__u32 field = tcp_field(skb);
	__u16 found = 0, zero = 0;

	if (!field)
		return 0;
	skb_load_bytes(skb, field, &found, sizeof(found));
	skb->mark = (found == 0 || found == 0xffff ? RIGHT_WITH_ZERO : 0) |
		    (csum_update(skb, 0) >= 0 ? COMPLETE : 0);
	return !skb_store_bytes(skb, field, &zero, sizeof(zero), BPF_F_RECOMPUTE_CSUM);
}

/* The field arrives as 0. */
PROGRAM(zero)
{
	clear_field(skb);
	return GO_ON;
}

/* The field arrives as 0, and the device calls it right. */
PROGRAM(zero_vouch)
{
	if (clear_field(skb))
		csum_level(skb, BPF_CSUM_LEVEL_INC);
	return GO_ON;
}

/* The device calls every packet right. */
PROGRAM(vouch)
{
	csum_level(skb, BPF_CSUM_LEVEL_INC);
	return GO_ON;
}

/* A veth passes on what the sender's kernel knew: a wire does not. */
PROGRAM(reset)
{
	csum_level(skb, BPF_CSUM_LEVEL_RESET);
	return GO_ON;
}

/* netem corrupts a packet's first piece only, which for TCP is nothing but headers. */
PROGRAM(linear)
{
	skb_pull_data(skb, skb->len);
	return GO_ON;
}

/* The mark says how long a packet's first piece is. */
PROGRAM(measure)
{
	skb->mark = skb->data_end - skb->data;
	return GO_ON;
}

char gpl[] SECTION("license") = "GPL";
