# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC3043
# What the module counts, and what nftables counts right before its hooks, which has to agree.

counters() { within "$1" cat /proc/net/nf_csum; }

# see HOST: lets nftables count all packets right before the module's hooks, -250 and 99, and
# silences reports of multicast listeners, its own and others', which come when they like
see() {
	within "$1" nft -f - <<-END
		table inet seen {
			counter pre { }
			counter post { }
			chain output {
				type filter hook output priority -300
				icmpv6 type mld2-listener-report drop
			}
			chain input {
				type filter hook prerouting priority -290
				icmpv6 type mld2-listener-report drop
			}
			chain prerouting {
				type filter hook prerouting priority -260
				counter name pre
			}
			chain postrouting {
				type filter hook postrouting priority 98
				counter name post
			}
		}
	END
}

# see_flow HOST NAME prerouting|postrouting MATCH...: counts what matches, too
see_flow() {
	local host=$1 name=$2 chain=$3
	shift 3
	within "$host" nft -f - <<-END
		add counter inet seen $name
		add rule inet seen $chain $* counter name $name
	END
}

seen() { run "$1" nft-counters --only "$2" inet seen list; }

# see_zeroed HOST DEVICE: how many packets its program zero or zero_vouch has broken: all TCP
# but the few that are right with a field of 0, which the program marks, as it marks those that
# are CHECKSUM_COMPLETE
see_zeroed() {
	see_flow "$1" received prerouting iif "$2" meta l4proto tcp
	see_flow "$1" right prerouting iif "$2" meta mark and 1 == 1
	see_flow "$1" complete prerouting iif "$2" meta mark and 2 == 2
}

zeroed() { echo $(($(seen "$1" received) - $(seen "$1" right))); }

# tally HOST: expect counts from here
tally() { in_step "$1" "$tmp/before.$1" reset; }

# in_step HOST FILE list|reset: the module's counters go to the file, those of nftables to
# $tmp/nft, and no packet came between
in_step() { run "$1" in-step "$2" "$tmp/nft" "$3"; }

# Waits until nothing moves any more, and for no longer than some seconds.
settle() { run "$1" settled "$tmp/settled"; }

# counted HOST COUNTER...: PRE/POST of each since `tally`, for tests that cannot know them all
counted() {
	local host=$1
	shift
	settle "$host"
	awk -v wanted="$*" '
		BEGIN { n = split(wanted, w, " ") }
		NR == FNR { pre[$1] = $2; post[$1] = $3; next }
		{ said[$1] = $2 - pre[$1] "/" $3 - post[$1] }
		END { for (i = 1; i <= n; i++) printf "%s%s %s", (i > 1 ? " " : ""), w[i], said[w[i]]; print "" }
	' "$tmp/before.$host" "$tmp/settled"
}

# linked HOST: what was counted at devices and bridges since `tally`, every counter
# that is not 0; see expect() for the two other columns
linked() {
	settle "$1"
	awk '
		NR == FNR { before[$1] = $4; next }
		$4 != before[$1] { printf "%s%s %s", (n++ ? " " : ""), $1, $4 - before[$1] }
		END { print "" }' "$tmp/before.$1" "$tmp/settled"
}

# pending_into DEVICE: how many packets the node has sent there with a pending checksum, so far.
# Nearly all: an ACK of TIME_WAIT, which comes if a peer repeats its FIN, is sent with a
# finished one, and then it is the tunnel's outer checksum that is pending.
pending_into() {
	# shellcheck disable=SC2016 # for awk
	within node awk -v name="$1" '
		$1 == name && $2 == "partial" { n = $4 }
		END { print n + 0 }' /proc/net/nf_csum_iface
}

# count_of HOST COUNTER: the same of one counter, at PREROUTING, as a number
count_of() {
	local said
	said=$(counted "$1" "$2")
	said=${said##* }
	echo "${said%/*}"
}

# pending_routed N: what is counted of so many packets with a pending checksum that leave through
# a device that finish=1 covers
pending_routed() { echo "partial $1 $1 finished 0 $1"; }

# reseeded_routed N: the same of those whose field is not the seed, but is made so
reseeded_routed() { echo "partial_bad_seed $1 0 reseeded $1 0 partial 0 $1 finished 0 $1"; }

# expect WHAT HOST [COUNTER PRE POST]...: what the module has counted since `tally`. Every
# counter that is not named has to be 0, except ok: it is what is missing until the states,
# and exempt, add up to the packets that nftables saw at both hooks. With `any` instead only
# that sum is asserted.
expect() {
	local what=$1 host=$2 said
	shift 2
	in_step "$host" "$tmp/now" list
	if awk -v wanted="$*" '
		BEGIN {
			n = split(wanted, w, " ")
			for (i = 1; i < n; i += 3) { want[w[i], 1] = w[i + 1]; want[w[i], 2] = w[i + 2] }
			n = split("ok no_checksum partial partial_inner partial_bad_seed gso gso_bad zeroed" \
				" seed corrupt fragment opaque malformed", s, " ")
			for (i = 1; i <= n; i++) is_state[s[i]] = 1
		}
		FILENAME ~ /nft$/ { seen[$1] = $2; next }
		$1 == "counter" { next }
		FILENAME ~ /before/ { base[$1, 1] = $2; base[$1, 2] = $3; next }
		{
			lines++
			known[$1] = 1
			for (c = 1; c <= 2; c++) {
				d[c] = $(c + 1) - base[$1, c]
				if (is_state[$1] || $1 == "exempt") states[c] += d[c]
				if (wanted == "any") continue
				if (($1, c) in want ? d[c] != want[$1, c] : $1 != "ok" && d[c] != 0)
					wrong = wrong " " $1 "[" c "] wanted " want[$1, c] + 0
			}
			if (d[1] || d[2]) said = said " " $1 " " d[1] "/" d[2]
		}
		END {
			for (k in want) { split(k, part, SUBSEP); if (!(part[1] in known)) wrong = wrong " no counter " part[1] }
			if (states[1] != seen["pre"] || states[2] != seen["post"])
				wrong = wrong " states add up to " states[1] "/" states[2]
			print said " of " seen["pre"] "/" seen["post"] " packets" (wrong ? "; but" wrong : "")
			exit wrong != "" || !lines
		}
	' "$tmp/nft" "$tmp/before.$host" "$tmp/now" >"$tmp/verdict"; then
		read -r said <"$tmp/verdict"
		ok "$what: $said"
	else
		read -r said <"$tmp/verdict"
		not_ok "$what: $said"
	fi
}
