// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that is all given back at once. Each piece is an allocation of its own,
 * so that a sanitizer sees what reaches beyond it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pool.h"
#include "text.h"

struct pool_block {
	struct pool_block *next;
	max_align_t data[];
};

/**
 * pool_get - have a piece of memory
 * @pool: whose it is
 * @size: bytes
 *
 * Return: the piece, zeroed; without memory the program ends.
 */
void *pool_get(struct pool *pool, size_t size)
{
	struct pool_block *block = NULL;

	if (size <= SIZE_MAX - sizeof(*block))
		block = calloc(1, sizeof(*block) + size);
	if (!block)
		fail(EXIT_UNREADABLE, "no memory");
	block->next = pool->blocks;
	pool->blocks = block;
	return block->data;
}

/**
 * pool_grow - make room in an array for one element more
 * @pool: whose it is
 * @array: the array, or NULL
 * @count: how many elements it has
 * @size: bytes of each
 *
 * Return: the array, which may have moved; what is new in it is zeroed.
 */
void *pool_grow(struct pool *pool, void *array, size_t count, size_t size)
{
	void *larger;

	if (array && (count < 8 || count & (count - 1)))
		return array;
	if (count > SIZE_MAX / 2 / size)
		fail(EXIT_UNREADABLE, "no memory");
	larger = pool_get(pool, size * (count < 8 ? 8 : 2 * count));
	if (count)
		memcpy(larger, array, count * size);
	return larger;
}

/**
 * pool_copy - keep some characters as a string
 * @pool: whose it is
 * @from: the characters
 * @len: how many
 *
 * Return: the string.
 */
char *pool_copy(struct pool *pool, const char *from, size_t len)
{
	char *copy = pool_get(pool, len + 1);

	memcpy(copy, from, len);
	return copy;
}

/**
 * pool_string - keep a string
 * @pool: whose it is
 * @from: the string
 *
 * Return: the copy.
 */
char *pool_string(struct pool *pool, const char *from)
{
	return pool_copy(pool, from, strlen(from));
}

/**
 * pool_print - make a string as printf() does
 * @pool: whose it is
 * @format: of printf()
 *
 * Return: the string.
 */
char *pool_print(struct pool *pool, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		fail(EXIT_UNREADABLE, "cannot format '%s'", format);
	text = pool_get(pool, len + 1);
	va_start(args, format);
	vsnprintf(text, len + 1, format, args);
	va_end(args);
	return text;
}

/**
 * pool_read - read a whole file
 * @pool: whose the text is
 * @path: the file
 * @len: how many bytes it has; NULL if nobody asks
 *
 * Return: the text with a NUL behind it; NULL with errno set if it cannot be read.
 */
char *pool_read(struct pool *pool, const char *path, size_t *len)
{
	size_t room = 4096, filled = 0;
	char *text = NULL, *copy;
	ssize_t got;
	int error, fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	do {
		if (!text || filled == room) {
			room *= 2;
			copy = realloc(text, room);
			if (!copy)
				fail(EXIT_UNREADABLE, "no memory");
			text = copy;
		}
		got = read(fd, text + filled, room - filled);
		if (got > 0)
			filled += got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	error = errno;
	close(fd);
	copy = got < 0 ? NULL : pool_copy(pool, text, filled);
	free(text);
	if (len)
		*len = filled;
	errno = error;
	return copy;
}

/**
 * pool_free - give everything back
 * @pool: whose memory it is; can be used again
 */
void pool_free(struct pool *pool)
{
	struct pool_block *block = pool->blocks, *next;

	for (; block; block = next) {
		next = block->next;
		free(block);
	}
	pool->blocks = NULL;
}
