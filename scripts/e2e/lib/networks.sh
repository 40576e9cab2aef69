# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC3043
# The networks that more than one scenario uses. Each has the name of a function that ends in
# _network.

# routed_network [ROUTE_OPTION...]:
#
#	client ------------ router ------------ server
#	  c 10.0.1.1    in 10.0.1.2            s 10.0.2.2
#	                   out 10.0.2.1
# shellcheck disable=SC2120 # most need none
routed_network() {
	network client router server
	wire 1 client c router in
	wire 2 router out server s
	gateway client 1 2 "$@"
	gateway server 2 1 "$@"
}

# wired_network: the same as over wires: what the router has sent is what the ends check. No device
# of the router takes pending checksums, and nobody vouches for what reaches the ends.
wired_network() {
	routed_network
	checksums router in off
	checksums router out off
	device_program server s reset
	device_program client c reset
	see router
}

# published_port_network:
#
#	client ------------ router ------------ server
#	  c 10.0.1.1    in 10.0.1.2            s 10.0.2.2
#	                   out 10.0.2.1
#
# `in` receives TCP with the field 0 and calls it right. Nobody vouches for what reaches the
# server, as on a wire.
published_port_network() {
	routed_network
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

# vxlan_network [FAMILY]: a tunnel over an underlay of that family, with an outer UDP checksum
#
#	node ------------------------ peer
#	  u 10.0.1.1             10.0.1.2 p
#	  vx 10.0.9.1 ==========  10.0.9.2 vx
#
# The node's end of the tunnel has an address of its own, 10.0.8.1, and everything that leaves
# through u is masqueraded. No device of the underlay takes pending checksums.
vxlan_network() {
	local own host family=${1:-4}
	network node peer
	wire 1 node u peer p
	own=$(addr "$family" 8 1)
	ip -n node addr add "$own" dev lo
	ip -n node link add vx type vxlan id 42 dstport 4789 nolearning udpcsum \
		local "$own" remote "$(addr "$family" 1 2)"
	ip -n peer link add vx type vxlan id 42 dstport 4789 nolearning udpcsum \
		local "$(addr "$family" 1 2)" remote "$(addr "$family" 1 1)"
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

# vm_network: virtual machines behind taps, which `vm` plays
#
#	machine ---- tap0 router out ---- p peer
#	10.0.1.2     10.0.1.1  10.0.2.1     10.0.2.2
#	machine ---- tap1
#	10.0.3.2     10.0.3.1
vm_network() {
	network router peer
	tap 1 router tap0
	wire 2 router out peer p
	tap 3 router tap1
}

# culprits_network: three interfaces of a router are broken, each in its own way, two are healthy,
# and all send through `out`:
#
#	client ------- in      the field arrives as 0, and nobody vouches for it
#	machine ------ tap0    checksums pending, but from a field of 0
#	noisy -------- bad     every fourth datagram is damaged, and the device calls it right
#	well --------- good
#	machine ------ tap1                       router out ------- p peer
culprits_network() {
	local n
	network client noisy well router peer
	tap 1 router tap0
	wire 2 router out peer p
	tap 3 router tap1
	wire 4 client c router in
	wire 5 noisy n router bad
	wire 6 well w router good
	gateway client 4 2
	gateway well 6 2
	# Not to the machines: nobody is to answer them.
	for n in 4 6; do
		ip -n peer route add 10.0.$n.0/24 via 10.0.2.1
		ip -n peer route add fd00:$n::/64 via fd00:2::1
	done
	checksums client c off
	checksums noisy n off
	device_program router in zero
	device_program peer p reset
	device_program router bad vouch
	# Datagrams are numbered; a byte that is inverted never leaves a sum as it was.
	tc -n router filter add dev bad ingress prio 1 protocol ip u32 match ip protocol 17 0xff \
		match u8 3 3 at 31 action pedit munge offset 40 u8 invert continue
}

# noise: forty datagrams from noisy to the router
noise() { udp noisy 10.0.5.2 router 40; }

# machine_sends TAP FIELD: what the peer says of five datagrams from the machine behind it
machine_sends() {
	start reader peer sniff p udp "$port" 5
	run router vm "tap$1" udp "10.0.$((1 + 2 * $1)).2" 10.0.2.2 "$port" 5 "$2" >/dev/null
	verdict reader
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

# deaf HOST [MATCH...]: it takes no such packets, so that it does not answer them; packet sockets
# see them all the same
deaf() {
	local host=$1
	shift
	within "$host" nft -f - <<-END
		table inet deaf {
			chain prerouting {
				type filter hook prerouting priority -300
			}
		}
		add rule inet deaf prerouting $* drop
	END
}
