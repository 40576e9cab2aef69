# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC3043
# What a scenario claims, in TAP, and its end.

trap leave EXIT

ok() {
	count=$((count + 1))
	echo "ok $count - $*"
}

not_ok() {
	count=$((count + 1))
	failures=$((failures + 1))
	echo "not ok $count - $(one_line "$*")"
	keep_state
}

# works WHAT COMMAND...
works() {
	local what=$1 said
	shift
	if said=$("$@" 2>&1); then ok "$what: $(one_line "$said")"; else not_ok "$what: $(one_line "$said")"; fi
}

# fails WHAT REASON COMMAND...: for that reason, which has to be among what it says
fails() {
	local what=$1 reason=$2 said status=0 patience=1
	shift 2
	said=$("$@" 2>&1) || status=$?
	case $status-$said in
	0-*) not_ok "$what, but it works: $(one_line "$said")" ;;
	*"$reason"*) ok "$what: $(one_line "$said")" ;;
	*) not_ok "$what, but not with '$reason': $(one_line "$said")" ;;
	esac
}

# dies WHAT TCP_ARGUMENT...: a connection that does not come about
dies() {
	local what=$1
	shift
	fails "$what" 'connect: timed out' tcp "$@"
}

# is WHAT GOT WANTED
is() {
	if [ "$2" = "$3" ]; then ok "$1: $2"; else not_ok "$1: got '$2', wanted '$3'"; fi
}

# above WHAT GOT LIMIT
above() {
	if [ "$2" -gt "$3" ]; then ok "$1: $2"; else not_ok "$1: got $2, wanted more than $3"; fi
}

one_line() { printf '%s' "$1" | tr '\n' ';'; }

done_testing() {
	clean_up
	if [ -e /sys/module/nf_csum ]; then works 'the module unloads' rmmod nf_csum; fi
	[ $count -gt 0 ] || not_ok 'nothing was tested'
	echo "1..$count"
	finished=yes
	[ $failures -eq 0 ]
}

leave() {
	local status=$?
	[ -z "$finished" ] || exit $status
	not_ok "the scenario stopped early, status $status"
	echo "1..$count"
	clean_up
	exit 1
}

clean_up() {
	local host
	# shellcheck disable=SC2086 # a list
	[ -z "$started" ] || kill $started 2>/dev/null || :
	started=
	stop_recording
	wait
	# Some have gone before.
	for host in $hosts; do
		[ ! -e "/run/netns/$host" ] || ip netns del "$host"
	done
	hosts=
}
