# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC3043
# Hosts, which are namespaces, and the devices and wires between them.

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
		record_host "$host"
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
