# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC3043
# What the scenarios share. They run as root in a throw-away guest, one scenario per boot,
# and print a line per assertion: 'ok - WHAT' or 'not ok - WHAT'. A scenario ends with
# `done_testing`; one that ends in any other way has failed.

set -eu

port=8080
quiet=0		# milliseconds before the first byte on a TCP connection
patience=5	# seconds without progress after which a TCP connection is given up
count=0
failures=0
finished=
hosts=
started=
tmp=/tmp/e2e
mkdir -p $tmp
trap leave EXIT

ok() {
	count=$((count + 1))
	echo "ok - $*"
}

not_ok() {
	count=$((count + 1))
	failures=$((failures + 1))
	echo "not ok - $*"
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
	finished=yes
	[ $failures -eq 0 ]
}

leave() {
	local status=$?
	[ -z "$finished" ] || exit $status
	echo "not ok - the scenario stopped early, status $status"
	clean_up
	exit 1
}

clean_up() {
	local host
	# shellcheck disable=SC2086 # a list
	[ -z "$started" ] || kill $started 2>/dev/null || :
	started=
	wait
	for host in $hosts; do ip netns del "$host"; done
	hosts=
}

# --- Networks ---

# within HOST COMMAND...: as ip netns exec, which mounts a sysfs each time and takes three times
# as long. So /sys is not the host's.
within() {
	local host=$1
	shift
	nsenter "--net=/run/netns/$host" "$@"
}

# network HOST...: namespaces that forward, and talk about nothing but the test's traffic
network() {
	local host
	for host; do
		ip netns add "$host"
		hosts="$hosts $host"
		within "$host" dash -c '
			cd /proc/sys/net
			echo 1 >ipv4/ip_forward
			echo 1 >ipv6/conf/all/forwarding
			echo 0 >ipv4/conf/all/rp_filter
			echo 0 >ipv4/conf/default/rp_filter
			# No tail loss probes: on a busy machine they are answered from
			# TIME_WAIT, which computes its checksums itself.
			echo 0 >ipv4/tcp_early_retrans
			echo 0 >ipv6/conf/default/accept_dad
			echo 1 >ipv6/conf/default/addr_gen_mode'
		ip -n "$host" link set lo up
	done
}

# wire N HOST DEVICE HOST DEVICE: a veth pair, 10.0.N.1 and fd00:N::1 at the first end, .2 and
# ::2 at the other. The ends know each other: no ARP, no neighbour discovery.
wire() {
	ip link add name "$3" netns "$2" type veth peer name "$5" netns "$4"
	end "$1" "$2" "$3" 1
	end "$1" "$4" "$5" 2
	meet "$1" "$2" "$3" 2 "$(mac "$4" "$5")"
	meet "$1" "$4" "$5" 1 "$(mac "$2" "$3")"
}

end() {
	ip -n "$2" -batch - <<-END
		addr add 10.0.$1.$4/24 dev $3
		addr add fd00:$1::$4/64 dev $3 nodad
		link set dev $3 up
	END
}

# meet N HOST DEVICE I MAC: who is behind the device
meet() {
	ip -n "$2" -batch - <<-END
		neigh replace 10.0.$1.$4 lladdr $5 dev $3 nud permanent
		neigh replace fd00:$1::$4 lladdr $5 dev $3 nud permanent
	END
}

mac() { ip -n "$1" -o link show dev "$2" | sed "s,.*ether ,,; s, .*,,"; }

# gateway HOST N I [ROUTE_OPTION...]: the default route, both families
gateway() {
	local host=$1 n=$2 i=$3
	shift 3
	ip -n "$host" -batch - <<-END
		route add default via 10.0.$n.$i $*
		route add default via fd00:$n::$i $*
	END
}

# addr FAMILY N I
addr() { if [ "$1" = 4 ]; then echo "10.0.$2.$3"; else echo "fd00:$2::$3"; fi; }

# tap N HOST DEVICE: a tap for a virtual machine; the host is .1, the machine .2
tap() {
	modprobe tun
	ip -n "$2" tuntap add "$3" mode tap vnet_hdr
	end "$1" "$2" "$3" 1
	meet "$1" "$2" "$3" 2 02:00:00:00:00:02
}

# checksums HOST DEVICE on|off: whether the device takes packets with pending checksums
checksums() { within "$1" ethtool -K "$2" tx "$3" >/dev/null; }

# device_program HOST DEVICE PROGRAM [egress]: one of vouch.bpf.c; none takes it away
device_program() {
	tc -n "$1" qdisc del dev "$2" clsact 2>/dev/null || :
	[ "$3" != none ] || return 0
	tc -n "$1" qdisc add dev "$2" clsact
	tc -n "$1" filter add dev "$2" "${4:-ingress}" bpf da obj ./vouch.bpf.o sec "$3"
}

# --- The networks that more than one scenario uses ---

# published_port_network:
#
#	client ------------ router ------------ server
#	  c 10.0.1.1    in 10.0.1.2            s 10.0.2.2
#	                   out 10.0.2.1
#
# `in` receives TCP with the field 0 and calls it right. Nobody vouches for what reaches the
# server, as on a wire.
published_port_network() {
	network client router server
	wire 1 client c router in
	wire 2 router out server s
	gateway client 1 2
	gateway server 2 1
	checksums client c off
	checksums router out off
	device_program router in zero_vouch
	device_program server s reset
}

# What can translate addresses: real-time kernels of Linux 7 have no legacy tables.
# shellcheck disable=SC2034 # used by the scenarios
case $(uname -r) in
7.*-rt-*) tools=nft ;;
*) tools='nft legacy' ;;
esac

# publish nft|legacy: the router sends port 8080 on to the server. DNAT updates the checksum,
# also one that was never there.
publish() {
	if [ "$1" = nft ]; then
		within router nft -f - <<-END
			table inet publish {
				chain prerouting {
					type nat hook prerouting priority -100
					iif in tcp dport $port dnat ip to 10.0.2.2
					iif in tcp dport $port dnat ip6 to fd00:2::2
				}
			}
		END
		return
	fi
	within router "iptables-$1" -t nat -A PREROUTING -i in -p tcp --dport $port -j DNAT --to 10.0.2.2
	within router "ip6tables-$1" -t nat -A PREROUTING -i in -p tcp --dport $port -j DNAT --to fd00:2::2
}

unpublish() {
	if [ "$1" = nft ]; then
		within router nft delete table inet publish
		return
	fi
	within router "iptables-$1" -t nat -F
	within router "ip6tables-$1" -t nat -F
}

# vxlan_network FAMILY: a tunnel over an underlay of that family, with an outer UDP checksum
#
#	node ------------------------ peer
#	  u 10.0.1.1             10.0.1.2 p
#	  vx 10.0.9.1 ==========  10.0.9.2 vx
#
# The node's end of the tunnel has an address of its own, 10.0.8.1, and everything that leaves
# through u is masqueraded. No device of the underlay takes pending checksums.
vxlan_network() {
	local own host
	network node peer
	wire 1 node u peer p
	own=$(addr "$1" 8 1)
	ip -n node addr add "$own" dev lo
	ip -n node link add vx type vxlan id 42 dstport 4789 nolearning udpcsum \
		local "$own" remote "$(addr "$1" 1 2)"
	ip -n peer link add vx type vxlan id 42 dstport 4789 nolearning udpcsum \
		local "$(addr "$1" 1 2)" remote "$(addr "$1" 1 1)"
	ip -n node link set vx mtu 1400
	ip -n peer link set vx mtu 1400
	end 9 node vx 1
	end 9 peer vx 2
	meet 9 node vx 2 "$(mac peer vx)"
	meet 9 peer vx 1 "$(mac node vx)"
	checksums node u off
	checksums peer p off
	# Nor retransmissions that nothing but a slow machine is the cause of.
	for host in node peer; do
		ip -n $host route replace 10.0.9.0/24 dev vx rto_min 3s
		ip -n $host route replace fd00:9::/64 dev vx metric 256 rto_min 3s
	done
	within node nft -f - <<-END
		table inet snat_vxlan {
			chain postrouting {
				type nat hook postrouting priority 100
				oif u udp dport 4789 masquerade
			}
		}
	END
}

# copied NAME HOST DEVICE HOST DEVICE: two devices, and between them a process of the host hub that
# copies frames, bytes only: its ends are called NAME-a and NAME-b
copied() {
	ip link add name "$3" netns "$2" type veth peer name "$1-a" netns hub
	ip link add name "$5" netns "$4" type veth peer name "$1-b" netns hub
	ip -n "$2" link set dev "$3" up
	ip -n "$4" link set dev "$5" up
	ip -n hub link set dev "$1-a" up
	ip -n hub link set dev "$1-b" up
	start "$1" hub copy "$1-a" "$1-b"
}

# reader N HOST DEVICE HOST DEVICE: as wire, with such a process in it, called readerN
reader() {
	copied "reader$1" "$2" "$3" "$4" "$5"
	end "$1" "$2" "$3" 1
	end "$1" "$4" "$5" 2
	meet "$1" "$2" "$3" 2 "$(mac "$4" "$5")"
	meet "$1" "$4" "$5" 1 "$(mac "$2" "$3")"
}

# machine HOST DEVICE GUEST: the tap DEVICE is the network card of a virtual machine that runs a
# kernel of its own: the namespace GUEST, where the card is called card
machine() {
	modprobe tun
	ip -n "$1" tuntap add "$2" mode tap vnet_hdr
	ip -n "$1" link set dev "$2" up
	ip link add name card netns "$3" type veth peer name "$2" netns qemu
	ip -n "$3" link set dev card up
	ip -n qemu link set dev "$2" up
	# What such a card does not take.
	within "$3" ethtool -K card tx-udp-segmentation off tx-sctp-segmentation off tx-gso-list off >/dev/null
	start "machine_$2" qemu nic "$2" "$1" "$2"
}

# masquerade HOST DEVICE: what leaves there leaves with the device's own address
masquerade() {
	within "$1" nft -f - <<-END
		table inet nat {
			chain postrouting {
				type nat hook postrouting priority 100
				oif $2 masquerade
			}
		}
	END
}

# --- Traffic ---

run() {
	local host=$1
	shift
	within "$host" ./traffic "$@"
}

# start NAME HOST TRAFFIC_ARGUMENT...: in the background, until it is ready
start() {
	local name=$1 host=$2 line i=0
	shift 2
	: >"$tmp/$name"
	# Not `run`: the process to be stopped is the program, no shell around it.
	nsenter "--net=/run/netns/$host" ./traffic "$@" >"$tmp/$name" 2>&1 &
	eval "pid_$name=$!"
	started="$started $!"
	until read -r line <"$tmp/$name" && [ "$line" = ready ]; do
		i=$((i + 1))
		[ $i -lt 500 ] || { echo "$name does not start: $(cat "$tmp/$name")"; return 1; }
		sleep 0.02
	done
}

# result NAME: waits for its end and prints what it said; its exit status
result() {
	local status=0 pid
	eval "pid=\$pid_$1"
	wait "$pid" || status=$?
	sed 1d "$tmp/$1"
	return $status
}

# verdict NAME: the same of a reader, but for its digest; all it said goes to $tmp/NAME.says
verdict() {
	# Not into a pipe: it is not for its processes to wait for another.
	result "$1" >"$tmp/$1.says" || :
	sed 's/ digest.*//' "$tmp/$1.says"
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

# vm_router: what `vm` needs
vm_router() {
	network router peer
	tap 1 router tap0
	wire 2 router out peer p
	tap 3 router tap1
}

# timed COMMAND...: $tmp/took has how many hundredths of a second of the guest's clock it took
timed() {
	local before after rest status=0
	read -r before rest </proc/uptime
	"$@" || status=$?
	# shellcheck disable=SC2034 # the rest of the line
	read -r after rest </proc/uptime
	echo $((${after%.*}${after#*.} - ${before%.*}${before#*.})) >$tmp/took
	return $status
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

# --- The module ---

# load [PARAMETER=VALUE...]
# shellcheck disable=SC2120 # most need none
load() { insmod ./nf_csum.ko "$@"; }

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

seen() { within "$1" nft list counter inet seen "$2" | awk '/packets/ { print $2 }'; }

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
in_step() {
	local i=0
	while [ $i -lt 20 ]; do
		settle "$1"
		within "$1" nft "$3" counters table inet seen >"$tmp/nft"
		cp "$tmp/settled" "$2"
		counters "$1" >"$tmp/next"
		! cmp -s "$2" "$tmp/next" || return 0
		i=$((i + 1))
	done
	echo "# $1 does not come to rest"
}

# Waits until nothing moves any more, and for no longer than some seconds.
settle() {
	local i=0
	counters "$1" >"$tmp/settled"
	while [ $i -lt 40 ]; do
		sleep 0.1
		counters "$1" >"$tmp/next"
		! cmp -s "$tmp/settled" "$tmp/next" || return 0
		mv "$tmp/next" "$tmp/settled"
		i=$((i + 1))
	done
	echo "# $1 does not come to rest"
}

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

# pending_routed N: what is counted of so many packets with a pending checksum that come from and
# leave through devices that finish=1 covers
pending_routed() { echo "partial $1 0 finished $1 0"; }

# reseeded_routed N: the same of those whose field is not the seed, but is made so
reseeded_routed() { echo "partial_bad_seed $1 0 reseeded $1 0 finished $1 0"; }

# expect WHAT HOST [COUNTER PRE POST]...: what the module has counted since `tally`. Every
# counter that is not named has to be 0, except ok: it is what is missing until the states,
# and exempt, add up to the packets that nftables saw at both hooks. With `any` instead only
# that sum is asserted.
expect() {
	local what=$1 host=$2 pre post
	shift 2
	in_step "$host" "$tmp/now" list
	# shellcheck disable=SC2046 # two numbers
	set -- $(awk '
		$1 == "counter" { name = $2 }
		$1 == "packets" { n[name] = $2 }
		END { print n["pre"], n["post"] }' "$tmp/nft") "$*"
	pre=$1 post=$2
	if awk -v pre="$pre" -v post="$post" -v wanted="$3" '
		BEGIN {
			n = split(wanted, w, " ")
			for (i = 1; i < n; i += 3) { want[w[i], 1] = w[i + 1]; want[w[i], 2] = w[i + 2] }
			n = split("ok no_checksum partial partial_inner partial_bad_seed gso gso_bad zeroed" \
				" seed corrupt fragment opaque malformed", s, " ")
			for (i = 1; i <= n; i++) is_state[s[i]] = 1
		}
		$1 == "counter" { next }
		NR == FNR { base[$1, 1] = $2; base[$1, 2] = $3; next }
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
			if (states[1] != pre || states[2] != post)
				wrong = wrong " states add up to " states[1] "/" states[2]
			print said " of " pre "/" post " packets"
			if (wrong) print "but" wrong
			exit wrong != "" || !lines
		}
	' "$tmp/before.$host" "$tmp/now" >"$tmp/verdict"; then
		ok "$what:$(cat "$tmp/verdict")"
	else
		not_ok "$what:$(cat "$tmp/verdict")"
	fi
}
