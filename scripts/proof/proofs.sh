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
