/* SPDX-License-Identifier: GPL-2.0 */
/* What a terminal, a shell and a reader of 80 columns want of a text. */
#ifndef NF_CSUM_TEXT_H
#define NF_CSUM_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "pool.h"

/* How the program ends. */
enum {
	EXIT_FINE,
	EXIT_TODO,		/* doctor found something to do, or cannot tell */
	EXIT_USAGE,
	EXIT_UNREADABLE,	/* no module, or something that cannot be read */
};

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void fail(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

const char *text_plain(struct pool *pool, const char *name);
bool text_is_harmless(const char *name);
bool text_is_number(const char *s);
const char *text_spaced(struct pool *pool, unsigned long long n);
const char *text_ago(struct pool *pool, long long seconds);
const char *text_join(struct pool *pool, const char *const *words, int count,
		      const char *between);

int text_columns(void);
int text_width(const char *s);
void text_wrap(FILE *out, const char *label, int indent, const char *text);

const char *text_nearest(const char *word, const char *const *known, int count);

#endif /* NF_CSUM_TEXT_H */
