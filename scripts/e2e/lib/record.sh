# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC3043
# What is kept for whoever has to find out why an assertion failed: the state of all hosts then,
# and, in a run that records (vm/run -r), their last packets and the trace events. The guest's
# init sends the folder out.

kept=/tmp/kept
recorders=
events=/sys/kernel/tracing/instances/kept

# keep_state: after a failed assertion
keep_state() {
	[ "$failures" -le 4 ] || return 0
	mkdir -p "$kept/$count"
	(
		set +e
		for host in $hosts; do describe_host "$host" >"$kept/$count/$host"; done
		keep_packets "$kept/$count"
		[ ! -e $events/trace ] || cat $events/trace >"$kept/$count/trace"
	) </dev/null >/dev/null 2>&1 || :
}

# describe_host HOST: nothing is loaded for it
describe_host() {
	within "$1" dash <<-'END'
		show() { printf '\n== %s\n' "$*"; "$@"; }
		for file in nf_csum nf_csum_iface snmp snmp6 netstat; do show cat /proc/net/$file; done
		show grep . /proc/sys/net/netfilter/nf_csum_*
		[ ! -e /sys/module/nf_tables ] || show nft list ruleset
		[ ! -e /sys/module/ip_tables ] || show iptables-legacy-save -c
		[ ! -e /sys/module/ip6_tables ] || show ip6tables-legacy-save -c
		show ip -d -s link
		show ip addr
		show ip route show table all
		show ip neigh
		show tc -s qdisc
		[ ! -e /proc/net/nf_conntrack ] || show cat /proc/net/nf_conntrack
	END
}

# record_host HOST
record_host() {
	[ -n "${record-}" ] || return 0
	mkdir -p "$kept/now"
	recorders="$recorders $1=$(within "$1" ./traffic capture "$kept/now/$1" "/run/netns/$1")"
}

# record_events: those of the module that has just been loaded
record_events() {
	[ -n "${record-}" ] || return 0
	mkdir -p $events
	echo 4096 >$events/buffer_size_kb
	echo mono >$events/trace_clock
	echo 1 >$events/events/nf_csum/enable
}

# keep_packets FOLDER
keep_packets() {
	local recorder host i
	for recorder in $recorders; do
		host=${recorder%=*} i=0
		kill -USR1 "${recorder#*=}" || continue
		until [ -e "$kept/now/$host.done" ] || [ $i -gt 100 ]; do
			i=$((i + 1))
			sleep 0.05
		done
		rm "$kept/now/$host.done"
		mv "$kept/now/$host".* "$1/"
	done
}

stop_recording() {
	local recorder
	for recorder in $recorders; do kill "${recorder#*=}" 2>/dev/null || :; done
	recorders=
	rmdir "$kept/now" 2>/dev/null || :
}
