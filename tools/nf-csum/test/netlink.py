#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Writes what a kernel would answer by netlink, for samples that nf-csum --root reads.

usage: netlink.py FOLDER <DESCRIPTION. The description is JSON: see what it does with each key.
"""
import json
import os
import socket
import struct
import sys

DONE = struct.pack("=IHHII", 20, 3, 2, 1, 0) + b"\0" * 4


def attr(kind, payload):
    raw = struct.pack("=HH", 4 + len(payload), kind) + payload
    return raw + b"\0" * (-len(raw) % 4)


def nest(kind, *attrs):
    return attr(kind | 0x8000, b"".join(attrs))


def text(kind, value):
    return attr(kind, os.fsencode(value) + b"\0")


def u8(kind, value):
    return attr(kind, struct.pack("=B", value))


def u32(kind, value):
    return attr(kind, struct.pack("=i" if value < 0 else "=I", value))


def be32(kind, value):
    return attr(kind, struct.pack(">i" if value < 0 else ">I", value))


def message(kind, header, *attrs):
    body = header + b"\0" * (-len(header) % 4) + b"".join(attrs)
    return struct.pack("=IHHII", 16 + len(body), kind, 2, 1, 0) + body


def link(d):
    attrs = [text(3, d["name"]), u32(4, d.get("mtu", 1500))]
    if "master" in d:
        attrs.append(u32(10, d["master"]))
    if "lower" in d:
        attrs.append(u32(5, d["lower"]))
    if "nsid" in d:
        attrs.append(u32(37, d["nsid"]))
    stats = [0] * 24
    stats[0], stats[1], stats[4] = d.get("rx", 0), d.get("tx", 0), d.get("errors", 0)
    attrs.append(attr(23, struct.pack("=24Q", *stats)))
    if "kind" in d:
        data = []
        if d["kind"] in ("tun", "tap"):
            data = [u8(3, 1 if d["kind"] == "tun" else 2), u8(5, d.get("vnet_hdr", 1))]
        if d["kind"] == "bridge":
            data = [u8(36, d.get("iptables", 0))]
        kind = "tun" if d["kind"] == "tap" else d["kind"]
        attrs.append(nest(18, text(1, kind), *([nest(2, *data)] if data else [])))
    if "xdp" in d:
        # 4 is several ways at once, of which the native one is told apart.
        several = [u32(5, d["native"])] if "native" in d else []
        attrs.append(nest(43, u8(2, d["xdp"]), *(several if d["xdp"] == 4 else [u32(4, 7)])))
    return message(16, struct.pack("=BxHiII", 0, 1, d["index"], 1 | d.get("flags", 0), 0), *attrs)


def address(index):
    return message(20, struct.pack("=BBBBI", 2, 24, 0, 0, index), attr(1, b"\xc0\0\2\1"))


def features(names):
    bits = [nest(1, u32(1, i), text(2, n)) for i, n in enumerate(names)]
    return message(0x20, struct.pack("=BBH", 11, 1, 0), nest(4, attr(1, b""), nest(3, *bits)))


def packet_socket(d):
    info = struct.pack("=6I", d["index"], 0, 0, 0, 0, d.get("flags", 1))
    attrs = [attr(0, info)]
    if "filter" in d:
        attrs.append(attr(7, b"".join(struct.pack("=HBBI", *f) for f in d["filter"])))
    header = struct.pack("=BBHIII", 17, 3, d.get("proto", 3), d["inode"], 0, 0)
    return message(20, header, *attrs)


def nf(family):
    return struct.pack("=BBH", {"ip": 2, "ip6": 10, "inet": 1, "bridge": 7}[family], 0, 0)


def flowtable(d):
    devices = [text(1, name) for name in d["devices"]]
    return message(0xa16, nf(d.get("family", "inet")), text(1, d["table"]), text(2, d["name"]),
                   nest(3, be32(1, 0), be32(2, 0), nest(3, *devices)))


def rule(d):
    data = {
        "masq": ("masq", b""),
        "redir": ("redir", b""),
        "dnat": ("nat", be32(1, 1)),
        "snat": ("nat", be32(1, 0)),
        "MASQUERADE": ("target", text(1, "MASQUERADE")),
        "DNAT": ("target", text(1, "DNAT")),
        "flow": ("flow_offload", text(1, d.get("flowtable", "f"))),
    }[d["does"]]
    expressions = nest(4, nest(1, text(1, data[0]), nest(2, data[1])))
    return message(0xa06, nf(d.get("family", "inet")), text(1, d.get("table", "t")),
                   text(2, d.get("chain", "c")), attr(3, struct.pack(">Q", d.get("handle", 1))),
                   expressions)


def chain(d):
    return message(0xa03, nf(d.get("family", "inet")), text(1, d["table"]), text(3, d["name"]),
                   nest(4, be32(1, d["hook"]), be32(2, d["priority"])), text(7, d["type"]))


def connection(d):
    def side(kind, source, destination):
        if ":" in source:
            ends = (attr(3, socket.inet_pton(10, source)), attr(4, socket.inet_pton(10, destination)))
        else:
            ends = (attr(1, socket.inet_aton(source)), attr(2, socket.inet_aton(destination)))
        return nest(kind, nest(1, *ends), nest(2, u8(1, d.get("protocol", 6))))
    status = (d.get("snat", 0) << 4) | (d.get("dnat", 0) << 5) | (d.get("offloaded", 0) << 14)
    return message(0x100, nf("ip"), side(1, *d["original"]), side(2, *d["reply"]),
                   be32(3, status), be32(7, d.get("timeout", 599)))


def tcmsg(index, parent):
    return struct.pack("=BxxxiIII", 0, index, 0, parent, 0)


def qdisc(index):
    return message(36, tcmsg(index, 0xfffffff1), text(1, "clsact"))


def tc_filter(d):
    parent = 0xfffffff3 if d.get("egress") else 0xfffffff2
    if d["kind"] == "bpf":
        options = nest(2, text(7, d.get("name", "prog")), u32(8, 1))
    else:
        mirred = struct.pack("=IIiiiiI", 1, 0, 4, 1, 1, d.get("does", 1), d["to"])
        basic = struct.pack("=QI", 100 * d.get("packets", 0), d.get("packets", 0)) + b"\0" * 4
        action = nest(1, text(1, "mirred"), nest(4, attr(1, basic)), nest(2, attr(2, mirred)))
        options = nest(2, nest(2, action))
    return message(44, tcmsg(d["index"], parent), text(1, d["kind"]), options)


def datapath(d):
    return message(0x20, struct.pack("=BBHI", 1, 1, 0, 3), text(1, d["name"]),
                   attr(3, struct.pack("=4Q", d["packets"], 0, 0, 0)))


def hook(d):
    return message(0xc00, nf("ip"), be32(2, d["priority"]), text(4, d["function"]),
                   text(5, d.get("module", "nf_csum")))


def main():
    folder = os.path.join(sys.argv[1], "netlink")
    os.makedirs(folder, exist_ok=True)
    said = json.load(sys.stdin)

    def write(name, messages):
        with open(os.path.join(folder, name), "wb") as out:
            out.write(b"".join(messages) + DONE)

    lists = {
        "links": link, "addresses": address, "flowtables": flowtable, "rules": rule,
        "chains": chain, "conntrack": connection, "qdiscs": qdisc, "datapaths": datapath,
    }
    for key, make in lists.items():
        if key in said:
            write(key, [make(d) for d in said[key]])
    if "sockets" in said:
        write("packet-sockets", [packet_socket(d) for d in said["sockets"]])
    for index, names in said.get("features", {}).items():
        write(f"features-{index}", [features(names)])
    for name, nsid in said.get("nsids", {}).items():
        write(f"nsid-{name}", [message(88, struct.pack("=B", 0), u32(1, nsid))])
    for d in said.get("filters", []):
        write(f"filters-{d['index']}-{'egress' if d.get('egress') else 'ingress'}", [tc_filter(d)])
    for d in said.get("hooks", []):
        write(f"hooks-{d['family']}-{d['hook']}", [hook(d)])


main()
