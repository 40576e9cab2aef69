// SPDX-License-Identifier: GPL-2.0
/*
 * A packet of the trace event in a line, in tcpdump's manner, and the evidence in
 * words: what the field holds, what that means, and what would be right.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "packet-line.h"
#include "text.h"
#include "words.h"

/**
 * packet_protocol - name a protocol
 * @pool: whose the result is
 * @protocol: IPPROTO_*
 *
 * Return: its name, or its number.
 */
const char *packet_protocol(struct pool *pool, unsigned int protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "TCP";
	case IPPROTO_UDP:
		return "UDP";
	case IPPROTO_UDPLITE:
		return "UDP-Lite";
	case IPPROTO_SCTP:
		return "SCTP";
	case IPPROTO_DCCP:
		return "DCCP";
	case IPPROTO_ICMP:
		return "ICMP";
	case IPPROTO_ICMPV6:
		return "ICMPv6";
	case IPPROTO_ESP:
		return "ESP";
	case IPPROTO_AH:
		return "AH";
	default:
		return pool_print(pool, "protocol %u", protocol);
	}
}

static bool has_ports(unsigned int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	       protocol == IPPROTO_UDPLITE || protocol == IPPROTO_SCTP;
}

/**
 * packet_address - write an address as tcpdump does
 * @pool: whose the result is
 * @sockaddr: a struct sockaddr_in or sockaddr_in6, as the kernel left it
 * @len: bytes of it
 * @protocol: IPPROTO_*, which says whether there is a port
 *
 * Return: the address, and the port behind a dot.
 */
const char *packet_address(struct pool *pool, const unsigned char *sockaddr,
			   unsigned int len, unsigned int protocol)
{
	char text[INET6_ADDRSTRLEN] = "?";
	struct sockaddr_in6 in6 = {};
	struct sockaddr_in in = {};
	unsigned int port;

	memcpy(&in, sockaddr, len < sizeof(in) ? len : sizeof(in));
	memcpy(&in6, sockaddr, len < sizeof(in6) ? len : sizeof(in6));
	if (in.sin_family == AF_INET)
		inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
	else if (in.sin_family == AF_INET6)
		inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof(text));
	port = ntohs(in.sin_port);
	if (!has_ports(protocol))
		return pool_string(pool, text);
	return pool_print(pool, "%s.%u", text, port);
}

/**
 * packet_has - say whether a packet is in a state, or something was done to it
 * @packet: the packet
 * @word: the state or the action
 *
 * Return: whether.
 */
bool packet_has(const struct packet *packet, const char *word)
{
	const char *at = packet->actions;
	size_t len = strlen(word);

	if (!strcmp(packet->state, word))
		return true;
	while (*at) {
		size_t part = strcspn(at, ",");

		if (part == len && !strncmp(at, word, len))
			return true;
		at += part;
		at += *at == ',';
	}
	return false;
}

static bool is_in(const struct packet *packet)
{
	return packet->hook != HOOK_POSTROUTING;
}

/* A checksum has four digits, and SCTP's eight. */
static const char *number(struct pool *pool, const struct packet *packet, unsigned int n)
{
	return pool_print(pool, packet->protocol == IPPROTO_SCTP ? "0x%08x" : "0x%04x", n);
}

static const char *done(struct pool *pool, const struct packet *packet)
{
	if (packet_has(packet, "untrusted"))
		return "; nobody vouched for it, so it went on as it came";
	if (packet_has(packet, "unvouched"))
		return "; un-vouched, so that its receiver drops it";
	if (packet_has(packet, "invalid_dropped"))
		return "; INVALID for conntrack, and dropped";
	if (packet_has(packet, "dropped"))
		return "; dropped";
	if (packet_has(packet, "failed"))
		return "; could not be repaired, and went on as it came";
	/* Of what is not to be repaired that goes without saying. */
	if (!strcmp(packet->actions, "-"))
		return packet->expected && strcmp(packet->state, "partial") ?
		       "; left as it is" : "";
	return pool_print(pool, "; %s", text_plain(pool, packet->actions));
}

/**
 * packet_evidence - say what a packet is evidence of
 * @pool: whose the result is
 * @packet: the packet
 *
 * Return: a sentence.
 */
const char *packet_evidence(struct pool *pool, const struct packet *packet)
{
	const char *protocol = packet_protocol(pool, packet->protocol);
	const char *found = number(pool, packet, packet->found);
	const char *right = number(pool, packet, packet->expected);
	const char *name = text_plain(pool, packet->ifname);
	const char *state = packet->state;
	const struct word *word;

	if (!strcmp(state, "seed"))
		return pool_print(pool, "%s checksum %s is only the pseudo-header sum: metadata was lost %s %s; right would be %s",
				  protocol, found, is_in(packet) ? "at" : "before", name, right);
	if (!strcmp(state, "zeroed"))
		return pool_print(pool, "%s checksum is 0 and was never filled in%s; right would be %s",
				  protocol, packet->ip_summed == SUM_UNNECESSARY ?
				  pool_print(pool, ", though %s calls it right", name) : "", right);
	if (!strcmp(state, "corrupt"))
		return pool_print(pool, "%s checksum %s is wrong%s; right would be %s",
				  protocol, found, packet->ip_summed == SUM_UNNECESSARY ?
				  pool_print(pool, ", though %s calls it right", name) : "", right);
	if (!strcmp(state, "partial"))
		return pool_print(pool, "%s checksum is pending, as it should be, from the pseudo-header sum %s",
				  protocol, found);
	if (!strcmp(state, "partial_bad_seed"))
		return pool_print(pool, "%s checksum is pending, but %s is not the pseudo-header sum, which would be %s",
				  protocol, found, right);
	if (!strcmp(state, "gso_bad"))
		return pool_print(pool, "%s to be segmented, but %s, %s; the pseudo-header sum would be %s",
				  protocol, packet->ip_summed == SUM_PARTIAL ?
				  "its checksum is not the pseudo-header sum" :
				  "nothing is pending", found, right);
	word = word_find(state);
	return pool_print(pool, "%s, %s", protocol,
			  word ? word->says : "(a state that is newer than nf-csum)");
}

/**
 * packet_line - write a packet in a line
 * @pool: whose the result is
 * @packet: the packet
 *
 * Return: the line.
 */
const char *packet_line(struct pool *pool, const struct packet *packet)
{
	static const char * const hooks[] = {
		[HOOK_PREROUTING] = "In", [HOOK_LOCAL_IN] = "Local",
		[HOOK_FORWARD] = "Forward", [HOOK_POSTROUTING] = "Out",
	};
	time_t seconds = packet->seconds;
	const char *hook = packet->hook < 5 ? hooks[packet->hook] : NULL;
	char clock[16] = "";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	return pool_print(pool, "%s.%06d %s%s%-7s %-3s %s %s > %s: %s: %s%s%s", clock,
			  (int)((packet->seconds - seconds) * 1e6),
			  *packet->netns ? text_plain(pool, packet->netns) : "",
			  *packet->netns ? " " : "", text_plain(pool, packet->ifname),
			  hook ? hook : "?", packet->is_ipv6 ? "IP6" : "IP", packet->source,
			  packet->destination, text_plain(pool, packet->state),
			  packet_evidence(pool, packet), packet->gso_type ? " (GSO)" : "",
			  done(pool, packet));
}

/**
 * packet_object - a packet for programs
 * @pool: for what is in between
 * @packet: the packet
 *
 * Return: an object.
 */
struct json_object *packet_object(struct pool *pool, const struct packet *packet)
{
	static const char * const hooks[] = {
		[HOOK_PREROUTING] = "prerouting", [HOOK_LOCAL_IN] = "local_in",
		[HOOK_FORWARD] = "forward", [HOOK_POSTROUTING] = "postrouting",
	};
	static const char * const sums[] = { "none", "unnecessary", "complete", "partial" };
	struct json_object *object = json_object_new_object();
	const char *hook = packet->hook < 5 ? hooks[packet->hook] : NULL;

	json_put(pool, object, "time", json_object_new_double(packet->seconds));
	json_put(pool, object, "netns", json_text(pool, packet->netns));
	json_put(pool, object, "hook", json_text(pool, hook ? hook : "?"));
	json_put(pool, object, "iface", json_text(pool, packet->ifname));
	json_put(pool, object, "family", json_text(pool, packet->is_ipv6 ? "ipv6" : "ipv4"));
	json_put(pool, object, "protocol", json_object_new_int(packet->protocol));
	json_put(pool, object, "source", json_text(pool, packet->source));
	json_put(pool, object, "destination", json_text(pool, packet->destination));
	json_put(pool, object, "state", json_text(pool, packet->state));
	json_put(pool, object, "actions", json_text(pool, packet->actions));
	json_put(pool, object, "found", json_object_new_int64(packet->found));
	json_put(pool, object, "expected", json_object_new_int64(packet->expected));
	json_put(pool, object, "ip_summed", json_text(pool, packet->ip_summed < 4 ?
						      sums[packet->ip_summed] : "?"));
	json_put(pool, object, "gso_type", json_object_new_int64(packet->gso_type));
	json_put(pool, object, "evidence", json_text(pool, packet_evidence(pool, packet)));
	return object;
}
