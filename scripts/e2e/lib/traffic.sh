# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC3043
# Traffic: what scripts/vm/traffic is told to do.

run() {
	local host=$1
	shift
	./traffic "@$host" "$@"
}

# start NAME HOST TRAFFIC_ARGUMENT...: in the background, until it is ready
start() {
	local name=$1 host=$2 line i=0
	shift 2
	: >"$tmp/$name"
	# Not `run`: the process to be stopped is the program, no shell around it.
	./traffic "@$host" "$@" >"$tmp/$name" 2>&1 &
	eval "pid_$name=$!"
	started="$started $!"
	until read -r line <"$tmp/$name" && [ "$line" = ready ]; do
		i=$((i + 1))
		[ $i -lt 500 ] || { echo "$name does not start: $(cat "$tmp/$name")"; return 1; }
		sleep 0.02
	done
}

# finish NAME: waits for its end; its exit status
finish() {
	local pid
	eval "pid=\$pid_$1"
	wait "$pid"
}

# result NAME: the same, and prints what it said
result() {
	local status=0
	finish "$1" || status=$?
	sed 1d "$tmp/$1"
	return $status
}

# verdict NAME: the same of a reader, but for its digest; all it said goes to $tmp/NAME.says
verdict() {
	# Not into a pipe: it is not for its processes to wait for another.
	finish "$1" || :
	sed -n "1d; w $tmp/$1.says
		s/ digest.*//; p" "$tmp/$1"
}

stop() {
	local pid
	eval "pid=\$pid_$1"
	kill "$pid" 2>/dev/null || :
	wait "$pid" 2>/dev/null || :
}

# tcp CLIENT ADDRESS SERVER BYTES [--sctp]: that many bytes both ways, checked at both ends
tcp() {
	local client=$1 address=$2 server=$3 bytes=$4
	shift 4
	start server "$server" tcp-serve --timeout "$patience" --pause $quiet "$@" $port "$bytes"
	if run "$client" tcp-send --timeout "$patience" --pause $quiet "$@" "$address" $port "$bytes"; then
		result server
	else
		stop server
		grep -v ready "$tmp/server" || :
		return 1
	fi
}

# sctp CLIENT ADDRESS SERVER BYTES: the same over SCTP
sctp() { tcp "$@" --sctp; }

# udp CLIENT ADDRESS SERVER COUNT: echoed datagrams
udp() {
	start echo "$3" udp-echo --timeout 5 $port
	run "$1" udp-ping --timeout 1 "$2" $port "$4" || { stop echo; return 1; }
	stop echo
}

# sniffed FAMILY N I: what a receiver that ignores metadata makes of five datagrams of the client
# to the server, there
sniffed() {
	start reader server sniff s udp $port 5
	udp client "$(addr "$@")" server 5 >"$tmp/sent" || cat "$tmp/sent"
	verdict reader
}

# vm COUNT FAMILY PROTOCOL FIELD [OPTION...]: the machine behind tap0 of the router sends that
# many packets to $target; prints what the receiver, which ignores metadata, made of them:
# the packet socket of `peer`, or another machine behind tap1 of the router. What the receiver
# said, with a digest of all bytes, and what the sender said is in $tmp/*.says.
target=peer
vm() {
	local count=$1 family=$2 proto=$3 field=$4 net=2
	shift 4
	if [ $target = peer ]; then
		start reader peer sniff p "$proto" $port "${receive:-$count}"
	else
		net=3
		start reader router tap-read tap1 "$proto" $port "${receive:-$count}"
	fi
	run router vm "$@" tap0 "$proto" "$(addr "$family" 1 2)" "$(addr "$family" $net 2)" \
		$port "$count" "$field" >"$tmp/vm.says"
	# shellcheck disable=SC2154 # start sets it
	kill "$pid_reader" 2>/dev/null || :
	verdict reader
}

# csum_errors HOST: what its sockets have dropped because of wrong checksums
csum_errors() {
	within "$1" cat /proc/net/snmp /proc/net/snmp6 | awk '
		$1 == "Tcp:" || $1 == "Udp:" {
			if (names != $1) { split($0, name); names = $1; next }
			for (i = 2; i <= NF; i++) if (name[i] == "InCsumErrors") sum += $i
			names = ""
		}
		$1 == "Udp6InCsumErrors" { sum += $2 }
		END { print sum + 0 }'
}

# timed COMMAND...: $tmp/took has how many hundredths of a second of the guest's clock it took
timed() {
	local before after rest status=0
	read -r before rest </proc/uptime
	"$@" || status=$?
	# shellcheck disable=SC2034 # the rest of the line
	read -r after rest </proc/uptime
	echo $((${after%.*}${after#*.} - ${before%.*}${before#*.})) >"$tmp/took"
	return "$status"
}

# verdicts NAME...: of several, in one line. Where they were started: a subshell cannot wait for them.
verdicts() {
	local name comma=
	for name; do
		result "$name" >"$tmp/$name.says" || :
		printf '%s%s' "$comma" "$(sed 's/ digest.*//' "$tmp/$name.says")"
		comma=', '
	done
	echo
}
