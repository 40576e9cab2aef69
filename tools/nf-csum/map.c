// SPDX-License-Identifier: GPL-2.0
/* Finds a number by a string, in a table with open addresses. */
#include <string.h>

#include "map.h"

static size_t hash(const char *key)
{
	size_t h = 5381;

	while (*key)
		h = h * 33 ^ (unsigned char)*key++;
	return h ^ h >> 15;
}

static struct map_slot *slot_of(const struct map *map, const char *key)
{
	size_t i = hash(key);

	for (;; i++) {
		struct map_slot *slot = &map->slots[i & (map->room - 1)];

		if (!slot->key || !strcmp(slot->key, key))
			return slot;
	}
}

/**
 * map_get - find a number
 * @map: where
 * @key: by what
 *
 * Return: the number, or MAP_NONE.
 */
size_t map_get(const struct map *map, const char *key)
{
	const struct map_slot *slot;

	if (!map->room)
		return MAP_NONE;
	slot = slot_of(map, key);
	return slot->key ? slot->value : MAP_NONE;
}

/**
 * map_put - keep a number
 * @pool: whose the memory is
 * @map: where
 * @key: by what; has to live as long as the map
 * @value: the number; replaces the one that was there
 */
void map_put(struct pool *pool, struct map *map, const char *key, size_t value)
{
	struct map_slot *slot;

	if (2 * map->count >= map->room) {
		struct map larger = { .room = map->room ? 2 * map->room : 16 };
		size_t i;

		larger.slots = pool_get(pool, larger.room * sizeof(*larger.slots));
		for (i = 0; i < map->room; i++)
			if (map->slots[i].key)
				*slot_of(&larger, map->slots[i].key) = map->slots[i];
		larger.count = map->count;
		*map = larger;
	}
	slot = slot_of(map, key);
	if (!slot->key)
		map->count++;
	*slot = (struct map_slot){ .key = key, .value = value };
}
