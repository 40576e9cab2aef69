/* SPDX-License-Identifier: GPL-2.0 */
/* Globs of interface names as the kernel matches them, and few that cover many. */
#ifndef NF_CSUM_GLOB_H
#define NF_CSUM_GLOB_H

#include <stdbool.h>

#include "pool.h"

#define GLOB_MAX	16	/* as many as a knob takes */
#define GLOB_ROOM	512	/* bytes of a knob, its NUL included */

/**
 * struct glob_names - interface names
 * @names: each of them
 * @count: how many
 */
struct glob_names {
	const char **names;
	int count;
};

bool glob_matches(const char *glob, const char *name);
bool glob_listed(const char *list, const char *name);
const char *glob_cover(struct pool *pool, const char *list,
		       const struct glob_names *wanted,
		       const struct glob_names *others);
const char *glob_quoted(struct pool *pool, const char *list);

#endif /* NF_CSUM_GLOB_H */
