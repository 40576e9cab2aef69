# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The proofs, for scripts/proof/run: name, claim, harness, options of CBMC, functions that others were
# proven to stand for, and a fault that has to be found, by its file.

# --- The headers: walks end, and stay where they may read ---

proof ipv4_options 'IPv4 options are walked in eight steps, and none outside is read' \
	headers.c '--unwind 10' '' \
	module/headers.c 's/left < 2 \|\| opt\[1\] < 2 \|\| opt\[1\] > left/left < 2 || opt[1] < 2/'
proof destination_options 'destination options are walked in eight steps, and none outside is read' \
	headers.c '--unwind 10 --arrays-uf-always' '' \
	module/headers.c 's/left < 2 \|\| 2 \+ opt\[1\] > left/left < 2/'
proof peek 'what is read of headers is theirs, and copied once at most' \
	headers.c '' '' \
	module/headers.c 's/off \+ len > window->off \+ window->len/off > window->off + window->len/'
proof extension_header 'an extension header is read inside its packet, and passed' \
	headers.c '--unwind 1' 'walk_destopts:destopts_proven nf_csum_peek:peek_proven' \
	module/headers.c 's/\*off \+ len > total/*off + 8 > total/'
proof ipv4 'IPv4: the transport bytes are of the packet' \
	headers.c '' 'walk_ipv4_options:ipv4_options_proven nf_csum_peek:peek_proven' \
	module/headers.c 's/total < pkt->thoff \|\| total > skb->len/total > skb->len/'
proof ipv6 'IPv6: eight extension headers at most, and the transport bytes are of the packet' \
	headers.c '--unwind 10' \
	'skip_exthdr:extension_header_proven nf_csum_peek:peek_proven csum_ipv6_magic:any_ipv6_magic' \
	module/headers.c 's/if \(steps >= MAX_STEPS\)/if (steps > MAX_STEPS)/'

# --- Sums ---

proof pending 'what a pending checksum will be worth follows from its seed' \
	sums.c '' '' \
	scripts/proof/sums.c 's/worth = ~seed/worth = seed/'
proof verdict 'a checksum is said to be right if and only if it is, with a sum of the device or without' \
	sums.c '' '' \
	module/inspect.c 's/ \&\& \(pkt->found \|\| pkt->seed\) \&\&/ \&\&/'
proof expected 'what a checksum ought to be follows from the sum and the field' \
	sums.c '' '' \
	module/repair.c 's/if \(pkt->found\)$/if (!pkt->found)/'
proof fill 'what is filled holds, and no sum of a device outlives it' \
	sums.c '' '' \
	module/repair.c 's/return value \|\| pkt->proto != IPPROTO_UDP/return value || pkt->proto == IPPROTO_UDP/'
proof finish 'what is finished holds, whether the module or the kernel summed it' \
	sums.c '' '' \
	module/repair.c 's/csum_fold\(sum\) \?: CSUM_MANGLED_0/csum_fold(sum)/'
proof outer 'the outer checksum of a tunnel is judged by what it will be worth' \
	sums.c '' '' \
	module/inspect.c 's/~csum_unfold\(\*inner\)/csum_unfold(*inner)/'
proof outer_refresh 'NAT undone: what was right is right again, what was wrong is not made right' \
	sums.c '' '' \
	module/repair.c 's/== 1 \? 2 : 1\)/== 1 ? 1 : 1)/'
