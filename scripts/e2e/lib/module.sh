# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC3043
# The module, and its knobs.

# load [PARAMETER=VALUE...]
# shellcheck disable=SC2120 # most need none
load() { insmod ./nf_csum.ko "$@" && record_events; }

# knob HOST NAME VALUE
knob() { within "$1" dash -c "echo $3 >/proc/sys/net/netfilter/nf_csum_$2"; }

# refusal HOST NAME VALUE: what the kernel says to that
refusal() {
	echo "$3" | within "$1" busybox dd "of=/proc/sys/net/netfilter/nf_csum_$2" 2>&1 |
		sed -n 's/.*: //p' | head -n 1
}

# only HOST: the module is off everywhere else, as if the others were other machines
only() {
	local host
	for host in $hosts; do
		[ "$host" = "$1" ] || knob "$host" mode 0
	done
}
