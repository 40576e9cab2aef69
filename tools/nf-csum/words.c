// SPDX-License-Identifier: GPL-2.0
/*
 * What the names of counters and knobs mean. nf-csum explain, the tables of status
 * and of the manual pages, and the help texts for Prometheus are made from here;
 * a test holds the names to the module's own lists.
 */
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "words.h"

const struct word words[] = {
	{
		.name = "ok",
		.kind = WORD_STATE,
		.says = "nothing to do",
		.more = "The checksum is neither pending nor of a value that looks unfinished. It was summed only where a knob asks for that: a damaged packet that nobody vouched for is ok, too, and its receiver drops it.",
		.normal = "Yes. Nearly every packet is.",
		.advice = "Nothing. Damage that receivers have seen is in InCsumErrors, which doctor compares.",
	},
	{
		.name = "no_checksum",
		.kind = WORD_STATE,
		.says = "a UDP field of 0: no checksum in use",
		.more = "Over IPv6 that is legal for tunnels only; left alone all the same.",
		.normal = "Yes. Tunnels such as VXLAN do that.",
		.advice = "Nothing.",
	},
	{
		.name = "partial",
		.kind = WORD_STATE,
		.says = "checksum pending, and the field holds the seed: the pseudo-header sum",
		.more = "Of SCTP, whose checksum has no seed, the field may hold anything.",
		.normal = "Yes. It rises on every healthy host with containers or virtual machines: inside a host nobody needs to compute checksums.",
		.advice = "Nothing.",
	},
	{
		.name = "partial_inner",
		.kind = WORD_STATE,
		.says = "checksum pending for a header inside a tunnel",
		.normal = "Yes, on every healthy host with tunnels.",
		.advice = "Nothing.",
	},
	{
		.name = "partial_bad_seed",
		.kind = WORD_STATE,
		.says = "checksum pending, but the field is not the seed",
		.more = "Whoever finishes it from there makes a wrong checksum. One that is complete and right already is believed.",
		.normal = "No. The driver of the sender, or the program behind a tap, does not prepare what it leaves to others.",
		.advice = "Nothing here: mode 2 sets the seed (reseeded), unless the field holds something else than 0 and its sender is not trusted (untrusted). At the source: update the program behind the tap, or ethtool -K <device> tx off there.",
	},
	{
		.name = "gso",
		.kind = WORD_STATE,
		.says = "to be segmented later, and segmentation will get the checksum right; or a kind of GSO that is not judged",
		.normal = "Yes. Bulk traffic inside a host travels like that.",
		.advice = "Nothing, unless the far end reads bytes only: see gso_lost and no_offload.",
	},
	{
		.name = "gso_bad",
		.kind = WORD_STATE,
		.says = "plain TCP or UDP to be segmented later, which would go wrong: nothing is pending, or not from the seed",
		.normal = "No. Its sender does not prepare what it leaves to others.",
		.advice = "Nothing here where it is rearmed or reseeded. Where it is untrusted, name the interface in trust_ifaces.",
	},
	{
		.name = "zeroed",
		.kind = WORD_STATE,
		.says = "the field is 0 and the packet does not verify: its sender never filled it",
		.normal = "No. A device or program says that it has computed checksums, and has not.",
		.advice = "Nothing here where it is filled. Where it is untrusted, name the interface in trust_ifaces, if nothing between its sender and here can damage packets.",
	},
	{
		.name = "seed",
		.kind = WORD_STATE,
		.says = "the field is the seed and the packet does not verify: the metadata was lost",
		.more = "Somebody between its sender and here copied the bytes of the packet, and not the note that its checksum is pending.",
		.normal = "No.",
		.advice = "Nothing here where it is filled. Where it is untrusted, name the interface in trust_ifaces, if nothing between its sender and here can damage packets.",
	},
	{
		.name = "corrupt",
		.kind = WORD_STATE,
		.says = "checked, and simply wrong: never rewritten",
		.normal = "No. Something damages packets: a cable, a card, a driver, memory, or a program that rewrites packets.",
		.advice = "verify=2 makes receivers drop it, verify=3 drops it here. Then look for what damages it.",
	},
	{
		.name = "fragment",
		.kind = WORD_STATE,
		.says = "an IP fragment: there is no whole payload to judge",
		.normal = "Yes.",
		.advice = "Nothing. With conntrack, packets are put together before they are judged.",
	},
	{
		.name = "opaque",
		.kind = WORD_STATE,
		.says = "not judged: other protocols, AH and ESP, source routes and the like",
		.more = "Also routing headers with segments left, home address options, and UDP datagrams shorter than their IP payload.",
		.normal = "Yes. IPsec, VRRP, OSPF and multicast reports look like that.",
		.advice = "Nothing, unless NAT translates a protocol whose checksum covers the addresses, such as VRRP: doctor sees that.",
	},
	{
		.name = "malformed",
		.kind = WORD_STATE,
		.says = "truncated, or offload metadata that points outside of the packet: left alone",
		.normal = "No. Its sender is broken or hostile.",
		.advice = "See what sends it: nf-csum trace -s malformed.",
	},
	{
		.name = "finished",
		.kind = WORD_ACTION,
		.says = "a pending checksum was computed in software",
		.normal = "Yes. It rises on every healthy host with containers or virtual machines.",
		.advice = "Nothing.",
	},
	{
		.name = "reseeded",
		.kind = WORD_ACTION,
		.says = "the field of a pending checksum was set to the seed first",
		.normal = "It cures partial_bad_seed and gso_bad, which are not.",
		.advice = "Nothing here.",
	},
	{
		.name = "rearmed",
		.kind = WORD_ACTION,
		.says = "a gso_bad packet was given a seed, and its checksum made pending",
		.normal = "It cures gso_bad, which is not.",
		.advice = "Nothing here.",
	},
	{
		.name = "filled",
		.kind = WORD_ACTION,
		.says = "the checksum of a zeroed or seed packet was computed",
		.normal = "It cures zeroed and seed, which are not.",
		.advice = "Nothing here.",
	},
	{
		.name = "outer_refreshed",
		.kind = WORD_ACTION,
		.says = "the outer UDP checksum of a tunnel, broken by NAT, was set right again",
		.more = "It costs headers only.",
		.normal = "Yes, where tunnels with outer checksums are masqueraded: the kernel breaks them.",
		.advice = "Nothing. To spare it: leave the UDP port of the tunnel out of NAT, or make the tunnel without outer checksums (ip link add ... noudpcsum).",
	},
	{
		.name = "untrusted",
		.kind = WORD_ACTION,
		.says = "would have been filled, but nobody vouched for it",
		.more = "It goes on as it came, and its receiver drops it.",
		.normal = "No.",
		.advice = "Name the interface in trust_ifaces, if nothing between its sender and here can damage packets: whatever is filled in looks right afterwards.",
	},
	{
		.name = "unvouched",
		.kind = WORD_ACTION,
		.says = "a device vouched for it, but it is wrong: its receiver was left to see that",
		.normal = "It treats corrupt, which is not.",
		.advice = "Nothing here. Look for what damages packets.",
	},
	{
		.name = "dropped",
		.kind = WORD_ACTION,
		.says = "a device vouched for it, but it is wrong: dropped",
		.normal = "It treats corrupt, which is not.",
		.advice = "Nothing here. Look for what damages packets.",
	},
	{
		.name = "failed",
		.kind = WORD_ACTION,
		.says = "no memory, or not writable: the packet went on, no worse than it came",
		.more = "A packet that somebody else holds, too, as tcpdump does, is copied before it is changed: at once, and in one piece.",
		.normal = "No, but a few under memory pressure do no harm: senders repeat what is lost.",
		.advice = "If it rises, see whether memory is short, or in small pieces: free, /proc/buddyinfo. vm.compact_memory=1 puts it together, vm.min_free_kbytes keeps more free.",
	},
	{
		.name = "invalid_checksum",
		.kind = WORD_ACTION,
		.says = "conntrack called it INVALID, and its checksum is wrong",
		.more = "A packet that conntrack calls INVALID is not translated by NAT. If a device vouched for it, its receiver answers with a reset.",
		.normal = "No: something damages packets.",
		.advice = "invalid=2 keeps it from local sockets, invalid=3 from everybody. Then look for what damages it.",
	},
	{
		.name = "invalid_other",
		.kind = WORD_ACTION,
		.says = "conntrack called it INVALID for another reason",
		.more = "Out of window, or of an unknown connection. NAT does not translate it, so that its receiver knows nothing of the connection, and answers with a reset.",
		.normal = "A few are. Where NAT is in use, each can end a connection.",
		.advice = "invalid=2 keeps it from local sockets (enough with masquerading), invalid=3 from everybody (needed where a service is DNATed and not masqueraded).",
	},
	{
		.name = "invalid_dropped",
		.kind = WORD_ACTION,
		.says = "dropped because conntrack called it INVALID",
		.normal = "Yes, with invalid=2 or 3.",
		.advice = "Nothing.",
	},
	{
		.name = "exempt",
		.kind = WORD_ACTION,
		.says = "left alone because of its mark: no state is counted",
		.normal = "Yes, if you set exempt_mark.",
		.advice = "Nothing.",
	},
	{
		.name = "gso_lost",
		.kind = WORD_ACTION,
		.says = "a TCP GSO packet came again as plain segments: its far end lost it",
		.more = "Whoever reads at the far end copies bytes and cannot segment them. The connection crawls on what is sent again.",
		.normal = "No.",
		.advice = "no_offload=1 takes the device's offloads after some of these. To have that from the first packet, name the device in no_offload_ifaces.",
	},
	{
		.name = "offloads_taken",
		.kind = WORD_TERM,
		.says = "of an interface: its offloads are taken, so that everything leaves segmented and finished",
		.more = "A line of /proc/net/nf_csum_iface, with 1 for yes.",
		.normal = "Yes, where no_offload says so.",
		.advice = "Nothing.",
	},
	{
		.name = "pending",
		.kind = WORD_TERM,
		.says = "the metadata of a packet says that its checksum is still to be computed (CHECKSUM_PARTIAL)",
		.normal = "Yes.",
		.advice = "Nothing.",
	},
	{
		.name = "vouched",
		.kind = WORD_TERM,
		.says = "the device that received a packet calls its checksum right (CHECKSUM_UNNECESSARY)",
		.normal = "Yes.",
		.advice = "Nothing. Whether it is true, verify=1 tells.",
	},
	{
		.name = "prerouting",
		.kind = WORD_TERM,
		.says = "counted as it came in, for the receiving interface",
		.normal = "Yes.",
		.advice = "Nothing.",
	},
	{
		.name = "postrouting",
		.kind = WORD_TERM,
		.says = "counted as it went out, for the sending interface",
		.normal = "Yes.",
		.advice = "Nothing.",
	},
	{
		.name = "link",
		.kind = WORD_TERM,
		.says = "counted at a device or in a bridge, where IP hooks see nothing",
		.normal = "Yes.",
		.advice = "Nothing.",
	},
};

const size_t words_count = ARRAY_SIZE(words);

const struct knob knobs[] = {
	{
		.name = "mode",
		.kind = KNOB_CHOICE,
		.initial = "2",
		.says = "whether packets are looked at, and repaired",
		.choices = {
			"off: packets are not looked at, at no cost",
			"observe: judge and count, change nothing, whatever the other knobs say",
			"repair",
		},
		.advice = "1 is for a first look.",
	},
	{
		.name = "finish",
		.kind = KNOB_CHOICE,
		.initial = "1",
		.says = "which pending checksums are finished in software as packets leave",
		.choices = {
			"no pending checksum is finished",
			"those that leave through a software device, or one with such a device below it, are finished",
			"those that leave through any device but loopback are finished",
		},
		.more = "Software devices are veth, tun/tap, macvtap, ipvtap, bridge, netkit and openvswitch.",
		.advice = "2 where a physical card gets checksums wrong.",
	},
	{
		.name = "finish_ifaces",
		.kind = KNOB_LIST,
		.initial = "",
		.says = "interfaces that count as software devices, too",
		.advice = "Name an interface whose far end cannot cope with pending checksums.",
	},
	{
		.name = "trust",
		.kind = KNOB_CHOICE,
		.initial = "1",
		.says = "whose checksums are filled in if they never were",
		.choices = {
			"nobody's",
			"those of packets that the receiving device vouched for, and of packets from taps",
			"everybody's: a packet that was damaged before it came here looks right afterwards",
		},
		.more = "Behind a tap a process on this host plays a network card; what comes out of a VPN's tun is somebody else's.",
		.advice = "Rather name interfaces in trust_ifaces than trust everybody.",
	},
	{
		.name = "trust_ifaces",
		.kind = KNOB_LIST,
		.initial = "",
		.says = "interfaces whose packets are trusted, as those from taps are",
		.advice = "Trust an interface only if nothing between it and the sender can damage packets: whatever is filled in looks right afterwards.",
	},
	{
		.name = "verify",
		.kind = KNOB_CHOICE,
		.initial = "0",
		.says = "what becomes of packets that a device vouched for",
		.choices = {
			"they are believed",
			"they are checked, and counted if wrong",
			"they are checked, and if wrong un-vouched: their receiver drops them and counts them in its InCsumErrors",
			"they are checked, and dropped if wrong",
		},
		.more = "Checking costs a walk of each vouched packet's payload.",
		.advice = "1 to know whether a device vouches for damaged packets; 2 or 3 where one does.",
	},
	{
		.name = "invalid",
		.kind = KNOB_CHOICE,
		.initial = "0",
		.says = "what becomes of packets that conntrack calls INVALID",
		.choices = {
			"they are ignored",
			"they are counted by cause",
			"they are counted, and those of TCP kept from local sockets: no reset goes out",
			"they are counted, and dropped where they are forwarded, too",
		},
		.more = "Beyond 0 conntrack is held in this network namespace; while the module is still being loaded such a write fails with EBUSY, and is to be repeated. 3 is not for hosts where replies take another way than requests.",
		.advice = "2 where connections are masqueraded, 3 where a service is DNATed and not masqueraded.",
	},
	{
		.name = "no_offload",
		.kind = KNOB_CHOICE,
		.initial = "1",
		.says = "whose offloads are taken, so that everything leaves segmented and finished",
		.choices = {
			"nobody's",
			"those of no_offload_ifaces, of a veth whose peer runs a native XDP program, and of a software device whose far end was seen to lose its GSO packets",
		},
		.advice = "Leave it at 1.",
	},
	{
		.name = "no_offload_ifaces",
		.kind = KNOB_LIST,
		.initial = "",
		.says = "interfaces whose far end reads bytes only",
		.more = "Packet sockets, VPP, Open vSwitch or DPDK on AF_PACKET, network operating systems in containers.",
		.advice = "Name the interface on this side, through which packets go there.",
	},
	{
		.name = "bridged",
		.kind = KNOB_CHOICE,
		.initial = "1",
		.says = "whether frames that a bridge forwards are judged",
		.choices = {
			"never",
			"while this network namespace has a device whose offloads are taken",
			"always",
		},
		.advice = "2 where a bridge forwards packets whose checksums were never filled in.",
	},
	{
		.name = "exempt_mark",
		.kind = KNOB_MASK,
		.initial = "0",
		.says = "packets with one of these mark bits are left alone",
		.more = "iptables and nftables can set the mark in raw PREROUTING.",
		.advice = "For a flow that is not to be touched.",
	},
};

const size_t knobs_count = ARRAY_SIZE(knobs);

/**
 * word_find - look a counter or a term up
 * @name: as the module writes it
 *
 * Return: what is known of it; NULL if it is newer than this program.
 */
const struct word *word_find(const char *name)
{
	size_t i;

	for (i = 0; i < words_count; i++)
		if (!strcmp(words[i].name, name))
			return &words[i];
	return NULL;
}

/**
 * knob_find - look a knob up
 * @name: without net.netfilter.nf_csum_
 *
 * Return: what is known of it; NULL if it is newer than this program.
 */
const struct knob *knob_find(const char *name)
{
	size_t i;

	for (i = 0; i < knobs_count; i++)
		if (!strcmp(knobs[i].name, name))
			return &knobs[i];
	return NULL;
}

/**
 * knob_means - say what a knob's value means
 * @knob: the knob, or NULL for one that is newer than this program
 * @value: as the module writes it
 *
 * Return: a sentence for tables.
 */
const char *knob_means(const struct knob *knob, const char *value)
{
	char *end;
	long n;

	if (!knob)
		return "(newer than nf-csum)";
	if (knob->kind != KNOB_CHOICE)
		return knob->says;
	n = strtol(value, &end, 10);
	if (end == value || *end || n < 0 || n >= KNOB_CHOICES || !knob->choices[n])
		return "(newer than nf-csum)";
	return knob->choices[n];
}

/**
 * knob_is_initial - say whether a knob is as it was at first
 * @knob: the knob, or NULL for one that is newer than this program
 * @value: as the module writes it
 *
 * A module parameter can change what namespaces begin with; compared is what the
 * module begins with by itself.
 *
 * Return: whether; no for an unknown one.
 */
bool knob_is_initial(const struct knob *knob, const char *value)
{
	return knob && !strcmp(knob->initial, value);
}

/**
 * word_kind_name - say what a word is
 * @kind: its kind
 *
 * Return: a noun.
 */
const char *word_kind_name(enum word_kind kind)
{
	static const char * const names[] = {
		[WORD_STATE] = "state",
		[WORD_ACTION] = "action",
		[WORD_TERM] = "term",
	};

	return names[kind];
}
