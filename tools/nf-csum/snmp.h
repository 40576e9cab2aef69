/* SPDX-License-Identifier: GPL-2.0 */
/* What the network stack itself counts: wrong checksums, resets, INVALID packets. */
#ifndef NF_CSUM_SNMP_H
#define NF_CSUM_SNMP_H

#include <stdbool.h>
#include <stdint.h>

#include "pool.h"

/* Packets that sockets dropped because of their checksums, by protocol. */
enum csum_error {
	ERROR_TCP,
	ERROR_UDP,
	ERROR_UDP6,
	ERROR_UDPLITE,
	ERROR_UDPLITE6,
	ERROR_ICMP,
	ERROR_ICMP6,
	ERROR_SCTP,
	CSUM_ERRORS
};

/**
 * struct snmp - counters of a namespace
 * @csum_errors: by enum csum_error
 * @resets: TCP resets that were sent
 * @invalid: packets that conntrack called INVALID
 * @has_conntrack: conntrack counts here at all
 */
struct snmp {
	uint64_t csum_errors[CSUM_ERRORS];
	uint64_t resets;
	uint64_t invalid;
	bool has_conntrack;
};

extern const char * const csum_error_names[CSUM_ERRORS];

void snmp_read(struct pool *pool, struct snmp *snmp);
void snmp_since(struct snmp *now, const struct snmp *before);
uint64_t snmp_csum_errors(const struct snmp *snmp);
const char *snmp_list(struct pool *pool, const struct snmp *snmp);

#endif /* NF_CSUM_SNMP_H */
