/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one list of what is counted. It makes the enum, the names that users read, and
 * the size of the counters. Append to a group, and never rename: scripts and
 * dashboards read these names.
 */
#ifndef NF_CSUM_COUNTERS_H
#define NF_CSUM_COUNTERS_H

#include <linux/build_bug.h>

/* Evidence: every inspected packet adds one to exactly one of these. */
#define NF_CSUM_STATES(X) \
	X(OK, ok) \
	X(NO_CHECKSUM, no_checksum) \
	X(PARTIAL, partial) \
	X(PARTIAL_INNER, partial_inner) \
	X(PARTIAL_BAD_SEED, partial_bad_seed) \
	X(GSO, gso) \
	X(GSO_BAD, gso_bad) \
	X(ZEROED, zeroed) \
	X(SEED, seed) \
	X(CORRUPT, corrupt) \
	X(FRAGMENT, fragment) \
	X(OPAQUE, opaque) \
	X(MALFORMED, malformed)

/* What was done, beside the state. */
#define NF_CSUM_ACTIONS(X) \
	X(FINISHED, finished) \
	X(RESEEDED, reseeded) \
	X(REARMED, rearmed) \
	X(FILLED, filled) \
	X(OUTER_REFRESHED, outer_refreshed) \
	X(UNTRUSTED, untrusted) \
	X(UNVOUCHED, unvouched) \
	X(DROPPED, dropped) \
	X(FAILED, failed) \
	X(INVALID_CHECKSUM, invalid_checksum) \
	X(INVALID_OTHER, invalid_other) \
	X(INVALID_DROPPED, invalid_dropped) \
	X(EXEMPT, exempt) \
	X(GSO_LOST, gso_lost)

#define NF_CSUM_COUNTER_ID(id, name) NF_CSUM_##id,

enum nf_csum_counter {
	NF_CSUM_STATES(NF_CSUM_COUNTER_ID)
	NF_CSUM_ACTIONS(NF_CSUM_COUNTER_ID)
	NF_CSUM_COUNTERS
};

#undef NF_CSUM_COUNTER_ID

/* What was done to a packet is a bit for each. */
static_assert(NF_CSUM_COUNTERS <= 32);

/* The columns of /proc/net/nf_csum, one after the other. */
enum nf_csum_column {
	NF_CSUM_PREROUTING,
	NF_CSUM_POSTROUTING,
	NF_CSUM_LINK,		/* at devices and bridges */
	NF_CSUM_COLUMNS
};

struct nf_csum_mib {
	unsigned long mibs[NF_CSUM_COLUMNS * NF_CSUM_COUNTERS];
};

extern const char * const nf_csum_counter_names[NF_CSUM_COUNTERS];

#endif /* NF_CSUM_COUNTERS_H */
