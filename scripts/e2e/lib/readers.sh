# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC3043,SC2154
# How fast bytes get through somebody who reads bytes only: beside what `tx off` makes of it in the
# same boot.

# taken HOST: its devices without offloads, by /proc
taken() {
	within "$1" cat /proc/net/nf_csum_iface |
		awk '$2 == "offloads_taken" && $3 == 1 { print $1 }' | sort | tr '\n' ' '
}

# lost HOST DEVICE: GSO packets that came again
lost() {
	# shellcheck disable=SC2016 # for awk
	within "$1" awk -v name="$2" '
		$1 == name && $2 == "gso_lost" { n = $4 }
		END { print n + 0 }' /proc/net/nf_csum_iface
}

# full_speed WHAT HOST/DEVICE,... COMMAND...: the devices that send to the reader. It takes long as
# long as checksums are finished and nothing else, then the devices are found by what is lost, then they
# are named.
full_speed() {
	local what=$1 ends limit first next
	ends=$(echo "$2" | tr , ' ')
	shift 2

	each_end knob_of no_offload 0
	each_end checksums_of off
	works "$what, with tx off" timed "$@"
	limit=$(cat "$tmp/took")
	each_end checksums_of on
	works "$what, finished only" timed "$@"
	above "$what, finished only: hundredths of a second" "$(cat "$tmp/took")" $((limit * 4))

	each_end knob_of no_offload 1
	each_end before_of
	works "$what, found" timed "$@"
	first=$(cat "$tmp/took")
	each_end found_of
	works "$what, from then on" timed "$@"
	next=$(cat "$tmp/took")
	works "$what, found: $first hundredths of a second, $limit with tx off" [ "$first" -le $((limit * 4)) ]
	works "$what, from then on: $next hundredths of a second" [ "$next" -le $((limit * 5 / 4)) ]

	each_end knob_of no_offload 0
	each_end is_taken ''
	each_end named_of
	each_end knob_of no_offload 1
	each_end before_of
	works "$what, named" timed "$@"
	first=$(cat "$tmp/took")
	works "$what, named: $first hundredths of a second" [ "$first" -le $((limit * 5 / 4)) ]
	each_end none_lost_of
	each_end knob_of no_offload_ifaces "''"
	each_end is_taken ''
}

# each_end FUNCTION ARGUMENT...: with the ends of full_speed
each_end() {
	local function=$1 end
	shift
	for end in $ends; do "$function" "${end%/*}" "${end#*/}" "$@"; done
}
knob_of() { knob "$1" "$3" "$4"; }
checksums_of() { checksums "$@"; }
named_of() { knob "$1" no_offload_ifaces "$2"; }
before_of() { lost "$1" "$2" >"$tmp/lost.$1.$2"; }
lost_of() { echo $(($(lost "$1" "$2") - $(cat "$tmp/lost.$1.$2"))); }
is_taken() { is "$what: $1 is without offloads on" "$(taken "$1")" "$3"; }
found_of() {
	is_taken "$1" "$2" "$2 "
	above "$what: GSO packets of $1 that came again" "$(lost_of "$1" "$2")" 3
}
none_lost_of() {
	is_taken "$1" "$2" "$2 "
	is "$what: GSO packets of $1 that came again" "$(lost_of "$1" "$2")" 0
}
