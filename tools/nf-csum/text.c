// SPDX-License-Identifier: GPL-2.0
/*
 * What a terminal, a shell and a reader of 80 columns want of a text. An interface
 * may be called nearly anything, and whoever makes one chooses: no name reaches
 * a terminal or a command line as it is.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "text.h"

static void speak(const char *format, va_list args)
{
	fflush(stdout);
	fputs("nf-csum: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

/**
 * say - tell the reader something that is no result
 * @format: of printf(); becomes a line on the standard error
 */
void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	speak(format, args);
	va_end(args);
}

/**
 * fail - say why, and end the program
 * @status: how
 * @format: of printf()
 */
void fail(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	speak(format, args);
	va_end(args);
	exit(status);
}

static bool is_plain(unsigned char c)
{
	return c >= ' ' && c <= '~';
}

/**
 * text_plain - make a name fit to be shown
 * @pool: whose the result is
 * @name: any bytes
 *
 * Return: the name, with everything that is not printable ASCII as \x and two
 * hexadecimal digits.
 */
const char *text_plain(struct pool *pool, const char *name)
{
	static const char digits[] = "0123456789abcdef";
	const char *from;
	char *plain, *to;

	for (from = name; *from && is_plain(*from); from++)
		;
	if (!*from)
		return name;
	plain = pool_get(pool, 4 * strlen(name) + 1);
	for (from = name, to = plain; *from; from++) {
		if (is_plain(*from)) {
			*to++ = *from;
			continue;
		}
		*to++ = '\\';
		*to++ = 'x';
		*to++ = digits[(unsigned char)*from >> 4];
		*to++ = digits[(unsigned char)*from & 15];
	}
	return plain;
}

/**
 * text_is_harmless - say whether a name means itself to a shell
 * @name: any bytes
 *
 * Return: whether it can be pasted unquoted. One that begins with '-' cannot: a
 * program could take it for an option.
 */
bool text_is_harmless(const char *name)
{
	static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789_.@:+,-";

	return *name && *name != '-' && !name[strspn(name, fine)];
}

/**
 * text_is_number - say whether a string is a decimal number and nothing else
 * @s: the string
 *
 * Return: whether.
 */
bool text_is_number(const char *s)
{
	return *s && !s[strspn(s, "0123456789")];
}

/**
 * text_spaced - write a number so that its size is seen at a glance
 * @pool: whose the result is
 * @n: the number
 *
 * Return: its digits, with a comma between groups of three.
 */
const char *text_spaced(struct pool *pool, unsigned long long n)
{
	char digits[32], spaced[48], *to = spaced;
	int len, i;

	len = snprintf(digits, sizeof(digits), "%llu", n);
	for (i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return pool_string(pool, spaced);
}

/**
 * text_ago - say how long a time is, as people do
 * @pool: whose the result is
 * @seconds: the time
 *
 * Return: seconds, minutes, hours or days.
 */
const char *text_ago(struct pool *pool, long long seconds)
{
	if (seconds < 120)
		return pool_print(pool, "%lld s", seconds);
	if (seconds < 2 * 3600)
		return pool_print(pool, "%lld min", seconds / 60);
	if (seconds < 2 * 86400)
		return pool_print(pool, "%lld h", seconds / 3600);
	return pool_print(pool, "%lld days", seconds / 86400);
}

/**
 * text_join - put words together
 * @pool: whose the result is
 * @words: the words
 * @count: how many
 * @between: what comes between two of them
 *
 * Return: all of them.
 */
const char *text_join(struct pool *pool, const char *const *words, int count,
		      const char *between)
{
	size_t len = 1;
	char *joined;
	int i;

	for (i = 0; i < count; i++)
		len += strlen(words[i]) + strlen(between);
	joined = pool_get(pool, len);
	for (i = 0, len = 0; i < count; i++)
		len += sprintf(joined + len, "%s%s", i ? between : "", words[i]);
	return joined;
}

/**
 * text_columns - how wide a line may be
 *
 * Return: what COLUMNS says, or the terminal, or 80.
 */
int text_columns(void)
{
	const char *said = getenv("COLUMNS");
	struct winsize size;
	long columns = 0;

	if (said && text_is_number(said))
		columns = strtol(said, NULL, 10);
	else if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		columns = size.ws_col;
	if (columns < 40 || columns > 1000)
		return 80;
	return columns;
}

/**
 * text_width - how many columns a plain text takes
 * @s: printable ASCII
 *
 * Return: as many as it has bytes.
 */
int text_width(const char *s)
{
	return strlen(s);
}

/**
 * text_wrap - write a paragraph as wide as the terminal
 * @out: where to
 * @label: what stands in front of the first line
 * @indent: where the text begins, on all lines
 * @text: words with single spaces between; longer ones than a line stay whole
 */
void text_wrap(FILE *out, const char *label, int indent, const char *text)
{
	int columns = text_columns();
	int at = fprintf(out, "%s", label);

	if (columns < indent + 24)
		columns = indent + 24;
	if (at && at >= indent) {
		fputc('\n', out);
		at = 0;
	}
	fprintf(out, "%*s", indent - at, "");
	at = indent;
	while (*text) {
		int len = strcspn(text, " ");

		if (at > indent && at + 1 + len > columns) {
			fprintf(out, "\n%*s", indent, "");
			at = indent;
		}
		at += fprintf(out, "%s%.*s", at > indent ? " " : "", len, text);
		text += len;
		text += *text == ' ';
	}
	fputc('\n', out);
}

/* How many keystrokes lie between two words, or 99 for many. */
static int distance(const char *a, const char *b)
{
	int before[33], row[33], i, j;
	int len_a = strlen(a), len_b = strlen(b);

	if (len_a > 32 || len_b > 32)
		return 99;
	for (j = 0; j <= len_b; j++)
		before[j] = j;
	for (i = 1; i <= len_a; i++) {
		row[0] = i;
		for (j = 1; j <= len_b; j++) {
			row[j] = before[j - 1] + (a[i - 1] != b[j - 1]);
			if (row[j] > before[j] + 1)
				row[j] = before[j] + 1;
			if (row[j] > row[j - 1] + 1)
				row[j] = row[j - 1] + 1;
		}
		memcpy(before, row, sizeof(before));
	}
	return before[len_b];
}

/**
 * text_nearest - guess which word was meant
 * @word: what was written
 * @known: the words there are
 * @count: how many
 *
 * Return: the one that begins like it, or that few keystrokes make of it; NULL if
 * none is near.
 */
const char *text_nearest(const char *word, const char *const *known, int count)
{
	const char *nearest = NULL;
	int i, d, least = 99;

	for (i = 0; i < count; i++) {
		d = distance(word, known[i]);
		if (*word && word[1] && !strncmp(word, known[i], strlen(word)))
			d = 0;
		if (d < least) {
			least = d;
			nearest = known[i];
		}
	}
	return least <= (int)(strlen(word) + 2) / 3 ? nearest : NULL;
}
