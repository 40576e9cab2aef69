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

proof regions 'parts of a packet can be summed one by one, in any order, as the unit tests do' \
	regions.c '' '' \
	kunit/oracle.c 's/sum - 0xffff : sum/sum - 0x10000 : sum/'
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

# --- SCTP ---

proof crc32c_bytes 'SCTP: every byte is summed once, in order, in whatever pieces they lie' \
	crc.c '--unwind 20' '' \
	module/crc32c.c 's/min\(len, to - from\)/len/'
proof crc32c 'SCTP: all of the packet is summed, and the field as 0' \
	crc.c '' 'add_bytes:bytes_proven crc32c:four_zeros' \
	module/crc32c.c 's/thoff \+ sizeof\(struct sctphdr\), end/thoff + offsetof(struct sctphdr, checksum), end/'

# --- Seeds ---

proof seed_ipv4 'IPv4: the seed is the sum of the pseudo-header' \
	seeds.c '--unwind 10' 'csum_tcpudp_nofold:nofold_ipv4' \
	module/headers.c 's/iph->saddr, iph->daddr, pkt->len/iph->saddr, iph->daddr, total/'
proof seed_ipv6 'IPv6: the seed is the sum of the pseudo-header' \
	seeds.c '--unwind 2' 'csum_ipv6_magic:magic_ipv6' \
	module/headers.c 's/&ip6h->daddr, pkt->len/\&ip6h->daddr, total/'
proof pseudo_ipv6 'IPv6: the fast path sums all of the pseudo-header' \
	seeds.c '' 'nf_csum_add64:add64_proven' \
	include/nf_csum/fastpath.h 's/ip6h->daddr.s6_addr\[8\]/ip6h->daddr.s6_addr[7]/'
proof add64 'what is added in 64 bits is a one'"'"'s complement sum' \
	seeds.c '' '' \
	include/nf_csum/fastpath.h 's/return a \+ carry/return a/'
proof fast_ipv4 'IPv4: what the fast path says the slow one says, too' \
	seeds.c '--unwind 2' 'nf_csum_peek:peek_linear csum_tcpudp_nofold:nofold_ipv4' \
	include/nf_csum/fastpath.h 's/ntohs\(iph->tot_len\) != skb->len/ntohs(iph->tot_len) > skb->len/'
proof fast_ipv6 'IPv6: what the fast path says the slow one says, too' \
	seeds.c '--unwind 2' \
	'nf_csum_peek:peek_linear csum_ipv6_magic:magic_ipv6 nf_csum_pseudo_ipv6:pseudo_ipv6_proven' \
	include/nf_csum/fastpath.h 's/ntohs\(ip6h->payload_len\) != pkt->len/ntohs(ip6h->payload_len) > pkt->len/'
