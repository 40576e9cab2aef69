// SPDX-License-Identifier: GPL-2.0
/*
 * Native XDP programs that hand frames from one device to another, as load
 * balancers do: nothing but their bytes. The devices have the numbers 101 and 102.
 */
#include <linux/bpf.h>
#include <linux/types.h>

#define SECTION(name) __attribute__((section(name), used))

/* The attribute wants a plain number, that of enum bpf_func_id. */
long redirect(__u32 ifindex, __u64 flags) __attribute__((kernel_helper(23)));

SECTION("xdp/to101") int to101(struct xdp_md *ctx)
{
	(void)ctx;
	return redirect(101, 0);
}

SECTION("xdp/to102") int to102(struct xdp_md *ctx)
{
	(void)ctx;
	return redirect(102, 0);
}

/* What veth wants at the end where redirected frames arrive. */
SECTION("xdp/pass") int pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char gpl[] SECTION("license") = "GPL";
