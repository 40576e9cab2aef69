/* SPDX-License-Identifier: GPL-2.0 */
/* Finds a number by a string: ten thousand interfaces take no longer than ten. */
#ifndef NF_CSUM_MAP_H
#define NF_CSUM_MAP_H

#include <stddef.h>

#include "pool.h"

struct map_slot {
	const char *key;
	size_t value;
};

/**
 * struct map - numbers by strings
 * @slots: where they are, or NULL
 * @room: how many slots there are
 * @count: how many of them are in use
 */
struct map {
	struct map_slot *slots;
	size_t room;
	size_t count;
};

#define MAP_NONE	((size_t)-1)

size_t map_get(const struct map *map, const char *key);
void map_put(struct pool *pool, struct map *map, const char *key, size_t value);

#endif /* NF_CSUM_MAP_H */
