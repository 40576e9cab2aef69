/* SPDX-License-Identifier: GPL-2.0 */
/* What conntrack's table shows: connections in flowtables, and odd protocols in NAT. */
#ifndef NF_CSUM_CONNTRACK_H
#define NF_CSUM_CONNTRACK_H

#include <stdint.h>

#include "pool.h"

/**
 * struct translated - a protocol that NAT translates without knowing its checksum
 * @protocol: its number
 * @name: its name
 * @connections: how many of them are in use
 * @example: one of them: from, to and what becomes of it
 */
struct translated {
	unsigned int protocol;
	const char *name;
	unsigned int connections;
	const char *example;
};

/**
 * struct conntrack - what the table shows
 * @offloaded: connections that a flowtable has
 * @translated: protocols that NAT breaks
 * @translated_count: how many
 */
struct conntrack {
	unsigned int offloaded;
	struct translated *translated;
	int translated_count;
};

int conntrack_read(struct pool *pool, struct conntrack *conntrack);

#endif /* NF_CSUM_CONNTRACK_H */
