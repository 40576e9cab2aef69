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

# fastest COMMAND...: of three, as timed: now and then a reader's queue runs over, whatever is in it
fastest() {
	local i took=
	for i in 1 2 3; do
		timed "$@" || return
		[ -n "$took" ] && [ "$took" -le "$(cat "$tmp/took")" ] || took=$(cat "$tmp/took")
	done
	echo "$took" >"$tmp/took"
}

# full_speed WHAT HOST/DEVICE,... CLIENT ADDRESS SERVER BYTES: the devices that send to the reader.
# It takes long while checksums are finished and nothing else, for an eighth of the bytes, too; then the
# devices are found by what is lost, then they are named.
full_speed() {
	local what=$1 ends limit fewer=$(($6 / 8))
	ends=$(echo "$2" | tr , ' ')
	shift 2
	set -- tcp "$1" "$2" "$3" "$4"

	each_end knob_of no_offload 0
	each_end checksums_of off
	works "$what, with tx off" fastest "$@"
	limit=$(cat "$tmp/took")
	each_end checksums_of on
	works "$what, finished only" timed tcp "$2" "$3" "$4" "$fewer"
	above "$what, finished only: hundredths of a second for $fewer bytes, more than all with tx off" "$(cat "$tmp/took")" "$limit"

	each_end knob_of no_offload 1
	each_end before_of
	works "$what, found" timed "$@"
	took "$what, found" $((limit * 4))
	each_end found_of
	works "$what, from then on" fastest "$@"
	took "$what, from then on" $((limit * 5 / 4))

	each_end knob_of no_offload 0
	each_end is_taken ''
	each_end named_of
	each_end knob_of no_offload 1
	each_end before_of
	works "$what, named" fastest "$@"
	took "$what, named" $((limit * 5 / 4))
	each_end none_lost_of
	each_end knob_of no_offload_ifaces "''"
	each_end is_taken ''
}

# took WHAT LIMIT
took() {
	works "$1: $(cat "$tmp/took") hundredths of a second, $2 at most" [ "$(cat "$tmp/took")" -le "$2" ]
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
