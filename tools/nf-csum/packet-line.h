/* SPDX-License-Identifier: GPL-2.0 */
/* A packet of the trace event, and its evidence in words. */
#ifndef NF_CSUM_PACKET_LINE_H
#define NF_CSUM_PACKET_LINE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool.h"

/* Where a packet was met, in the kernel's numbers. */
enum { HOOK_PREROUTING, HOOK_LOCAL_IN, HOOK_FORWARD, HOOK_POSTROUTING = 4 };

/* What its metadata said of its checksum, in the kernel's numbers. */
enum { SUM_NONE, SUM_UNNECESSARY, SUM_COMPLETE, SUM_PARTIAL };

/**
 * struct packet - a packet as the trace event shows it
 * @seconds: when, since 1970
 * @netns: the network namespace, or "" if that is clear or unknown
 * @hook: HOOK_*
 * @protocol: IPPROTO_* of the outermost transport header
 * @ip_summed: SUM_*
 * @ifname: the interface
 * @source: the address, and the port if there is one
 * @destination: likewise
 * @is_ipv6: the family
 * @state: the evidence
 * @actions: what was done, with commas between, or "-"
 * @found: what the checksum field held
 * @expected: what it ought to have held, or 0 where nobody computed that
 * @gso_type: 0 if it is not to be segmented
 */
struct packet {
	double seconds;
	const char *netns;
	unsigned int hook;
	unsigned int protocol;
	unsigned int ip_summed;
	const char *ifname;
	const char *source;
	const char *destination;
	bool is_ipv6;
	const char *state;
	const char *actions;
	unsigned int found;
	unsigned int expected;
	unsigned int gso_type;
};

const char *packet_address(struct pool *pool, const unsigned char *sockaddr,
			   unsigned int len, unsigned int protocol);
const char *packet_protocol(struct pool *pool, unsigned int protocol);
const char *packet_evidence(struct pool *pool, const struct packet *packet);
const char *packet_line(struct pool *pool, const struct packet *packet);
struct json_object *packet_object(struct pool *pool, const struct packet *packet);
bool packet_has(const struct packet *packet, const char *word);

#endif /* NF_CSUM_PACKET_LINE_H */
