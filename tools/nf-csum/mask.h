/* SPDX-License-Identifier: GPL-2.0 */
/* Replaces names and addresses, the same one by the same one each time. */
#ifndef NF_CSUM_MASK_H
#define NF_CSUM_MASK_H

#include <stdbool.h>

#include "map.h"
#include "pool.h"

/**
 * struct mask - what was replaced so far
 * @pool: whose the memory is
 * @off: nothing is replaced
 * @known: the numbers of what was replaced
 * @counts: how many of each kind there are
 */
struct mask {
	struct pool *pool;
	bool off;
	struct map known;
	struct map counts;
};

const char *mask_name(struct mask *mask, const char *kind, const char *name);
const char *mask_iface(struct mask *mask, const char *name);
const char *mask_address(struct mask *mask, const char *address);

#endif /* NF_CSUM_MASK_H */
