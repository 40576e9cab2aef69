/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that is all given back at once: a command's, or a round's of watch. */
#ifndef NF_CSUM_POOL_H
#define NF_CSUM_POOL_H

#include <stddef.h>

struct pool_block;

/**
 * struct pool - pieces of memory with one end
 * @blocks: the youngest of them; NULL while there is none
 */
struct pool {
	struct pool_block *blocks;
};

void *pool_get(struct pool *pool, size_t size);
void *pool_grow(struct pool *pool, void *array, size_t count, size_t size);
char *pool_copy(struct pool *pool, const char *from, size_t len);
char *pool_string(struct pool *pool, const char *from);
char *pool_print(struct pool *pool, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *pool_read(struct pool *pool, const char *path, size_t *len);
void pool_free(struct pool *pool);

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* A new, zeroed element behind the @count that @array has. */
#define pool_add(pool, array, count) ({ \
	(array) = pool_grow(pool, array, count, sizeof(*(array))); \
	&(array)[(count)++]; \
})

#endif /* NF_CSUM_POOL_H */
