// SPDX-License-Identifier: GPL-2.0
/*
 * Globs of interface names. The knobs that are lists take 16 of them, so that many
 * interfaces need globs that cover them and no other interface of the namespace:
 *
 * - a few names are written as they are;
 * - else names that begin alike become a prefix and '*', as long a prefix as they
 *   share, and prefixes that differ in single characters are put together by [...];
 * - else names are cut off at the first place where that can be done, so that all
 *   prefixes can be put together like that;
 * - else names of equal length are put together by [...] at every place.
 *
 * A name may hold any byte. Only harmless ones are written; '?' stands for others.
 */
#include <stdlib.h>
#include <string.h>

#include "glob.h"
#include "text.h"

#define NAME_MAX_LEN	16	/* IFNAMSIZ, with the NUL */
#define FEW		3	/* names that are written as they are */
#define PATIENCE	(8L << 20)	/* comparisons, before a cover is given up */

/* The end of the class that begins behind a '[', or NULL if there is no class. */
static const char *class_end(const char *class)
{
	const char *at = class + (*class == '!');

	/* A ']' that comes first is one of the characters. */
	do {
		if (!*at)
			return NULL;
		if (at[1] == '-' && at[2] && at[2] != ']')
			at += 2;
		else if (at[1] == '-' && !at[2])
			return NULL;
		at++;
	} while (*at != ']');
	return at;
}

static bool class_has(const char *class, const char *end, unsigned char c)
{
	bool inverted = *class == '!', has = false;
	const char *at = class + inverted;

	while (at < end) {
		unsigned char from = *at, to = from;

		if (at[1] == '-' && at + 2 < end) {
			to = at[2];
			at += 2;
		}
		has = has || (from <= c && c <= to);
		at++;
	}
	return has != inverted;
}

/* Does what the glob begins with, which is no '*', match a character? */
static bool element_matches(const char *glob, unsigned char c, const char **next)
{
	const char *end;

	*next = glob + 1;
	switch (*glob) {
	case '?':
		return true;
	case '[':
		end = class_end(glob + 1);
		if (!end)
			return c == '[';
		*next = end + 1;
		return class_has(glob + 1, end, c);
	case '\\':
		if (glob[1])
			*next = glob + 2;
		return c == (unsigned char)glob[1];
	default:
		return c == (unsigned char)*glob;
	}
}

/**
 * glob_matches - match a name as the kernel does
 * @glob: characters, '*', '?', [a-z], [!a-z], and '\' before a character
 * @name: the name
 *
 * Return: whether the glob matches the whole name.
 */
bool glob_matches(const char *glob, const char *name)
{
	const char *behind_star = NULL, *from = NULL, *next;

	while (*name) {
		if (*glob == '*') {
			behind_star = ++glob;
			from = name;
		} else if (*glob && element_matches(glob, *name, &next)) {
			glob = next;
			name++;
		} else if (behind_star) {
			/* Let the star take one character more. */
			glob = behind_star;
			name = ++from;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	/* A '\\' with nothing behind it stands for the end. */
	return !*glob || !strcmp(glob, "\\");
}

/**
 * glob_listed - say whether a knob's list has a name
 * @list: globs with spaces between; NULL for none
 * @name: the name
 *
 * Return: whether one of them matches.
 */
bool glob_listed(const char *list, const char *name)
{
	char glob[GLOB_ROOM];

	while (list && *list) {
		size_t len = strcspn(list, " ");

		if (len && len < sizeof(glob)) {
			memcpy(glob, list, len);
			glob[len] = '\0';
			if (glob_matches(glob, name))
				return true;
		}
		list += len;
		list += strspn(list, " ");
	}
	return false;
}

/* The characters that a place may have; '?' for any. */
struct place {
	bool has[128];
	bool any;
};

/* A glob in the making. */
struct pattern {
	struct place places[NAME_MAX_LEN];
	int len;
	bool star;
};

struct cover {
	struct pool *pool;
	const struct glob_names *others;
	struct pattern *patterns;
	int count;
	long patience;
};

static bool is_written(unsigned char c)
{
	const char s[2] = { c };

	return c == '-' || text_is_harmless(s);
}

static bool place_has(const struct place *place, unsigned char c)
{
	return place->any || (c < 128 && place->has[c]);
}

static bool pattern_matches(const struct pattern *pattern, const char *name)
{
	int i;

	for (i = 0; i < pattern->len; i++)
		if (!name[i] || !place_has(&pattern->places[i], name[i]))
			return false;
	return pattern->star || !name[i];
}

static bool is_exact(struct cover *cover, const struct pattern *pattern)
{
	int i;

	for (i = 0; i < cover->others->count; i++)
		if (--cover->patience < 0 ||
		    pattern_matches(pattern, cover->others->names[i]))
			return false;
	return true;
}

static void begin_pattern(struct pattern *pattern, const char *name, int len,
			  bool star)
{
	int i;

	*pattern = (struct pattern){ .len = len, .star = star };
	for (i = 0; i < len; i++) {
		if (is_written(name[i]))
			pattern->places[i].has[(unsigned char)name[i]] = true;
		else
			pattern->places[i].any = true;
	}
}

static void add_pattern(struct cover *cover, const struct pattern *pattern)
{
	*pool_add(cover->pool, cover->patterns, cover->count) = *pattern;
}

/* Both in one, if they are alike enough. */
static bool merge(struct pattern *into, const struct pattern *from)
{
	int i, c;

	if (into->len != from->len || into->star != from->star)
		return false;
	for (i = 0; i < into->len; i++) {
		into->places[i].any |= from->places[i].any;
		for (c = 0; c < 128; c++)
			into->places[i].has[c] |= from->places[i].has[c];
	}
	return true;
}

/* Puts a pattern into the first one with which it covers nobody else. */
static void merge_somewhere(struct cover *cover, const struct pattern *pattern)
{
	int i;

	for (i = 0; i < cover->count; i++) {
		struct pattern both = cover->patterns[i];

		if (merge(&both, pattern) && is_exact(cover, &both)) {
			cover->patterns[i] = both;
			return;
		}
	}
	add_pattern(cover, pattern);
}

static int shared_prefix(const char **names, int count)
{
	/* They are sorted. */
	const char *first = names[0], *last = names[count - 1];
	int len = 0;

	while (first[len] && first[len] == last[len] && is_written(first[len]))
		len++;
	return len;
}

/* Covers sorted names by their prefixes. */
static bool cover_prefixes(struct cover *cover, const char **names, int count)
{
	int len = shared_prefix(names, count), from, to;
	struct pattern pattern;

	if (count == 1) {
		begin_pattern(&pattern, names[0], strlen(names[0]), false);
		add_pattern(cover, &pattern);
		return is_exact(cover, &pattern);
	}
	begin_pattern(&pattern, names[0], len, true);
	if (len && is_exact(cover, &pattern)) {
		add_pattern(cover, &pattern);
		return true;
	}
	for (from = 0; from < count; from = to) {
		for (to = from + 1; to < count; to++)
			if (names[to][len] != names[from][len])
				break;
		/* They differ in nothing that can be written. */
		if (from == 0 && to == count)
			return false;
		if (!cover_prefixes(cover, names + from, to - from))
			return false;
	}
	return true;
}

static void cover_prefixes_merged(struct cover *cover)
{
	struct cover merged = *cover;
	int i;

	merged.patterns = NULL;
	merged.count = 0;
	for (i = 0; i < cover->count; i++)
		merge_somewhere(&merged, &cover->patterns[i]);
	*cover = merged;
}

/* The same with prefixes of one length, which can all be put together. */
static bool cover_cut(struct cover *cover, const struct glob_names *wanted, int len)
{
	int i;

	cover->patterns = NULL;
	cover->count = 0;
	for (i = 0; i < wanted->count && cover->patience > 0; i++) {
		const char *name = wanted->names[i];
		bool shorter = (int)strlen(name) < len;
		struct pattern pattern;

		if (i && !strncmp(name, wanted->names[i - 1], len))
			continue;
		begin_pattern(&pattern, name, shorter ? (int)strlen(name) : len, !shorter);
		if (!is_exact(cover, &pattern))
			return false;
		merge_somewhere(cover, &pattern);
	}
	return cover->patience > 0;
}

/* Lets a '*' stand for as much of the end as covers nobody else. */
static void shorten(struct cover *cover, struct pattern *pattern)
{
	struct pattern shorter = *pattern;

	shorter.star = true;
	for (shorter.len = 2; shorter.len < pattern->len; shorter.len++) {
		if (is_exact(cover, &shorter)) {
			*pattern = shorter;
			return;
		}
	}
}

static bool cover_places(struct cover *cover, const struct glob_names *wanted)
{
	int i;

	cover->patterns = NULL;
	cover->count = 0;
	for (i = 0; i < wanted->count && cover->patience > 0; i++) {
		struct pattern pattern;

		begin_pattern(&pattern, wanted->names[i], strlen(wanted->names[i]),
			      false);
		if (!is_exact(cover, &pattern))
			return false;
		merge_somewhere(cover, &pattern);
	}
	for (i = 0; i < cover->count; i++)
		shorten(cover, &cover->patterns[i]);
	return cover->patience > 0;
}

static char *write_class(char *to, const struct place *place)
{
	int c, last, members = 0;

	for (c = 0; c < 128; c++)
		members += place->has[c];
	if (place->any || !members) {
		*to++ = '?';
		return to;
	}
	if (members > 1)
		*to++ = '[';
	for (c = 0; c < 128; c++) {
		if (!place->has[c] || c == '-')
			continue;
		for (last = c; last + 1 < 128 && place->has[last + 1]; last++)
			;
		*to++ = c;
		if (last > c + 1)
			*to++ = '-';
		if (last > c)
			*to++ = last;
		c = last;
	}
	/* There it stands for itself. */
	if (place->has['-'])
		*to++ = '-';
	if (members > 1)
		*to++ = ']';
	return to;
}

/* The knob's value: what it has, and the patterns; NULL if that is too much. */
static const char *write_list(struct cover *cover, const char *list, int listed)
{
	/* A class can take two brackets and all that may be written. */
	char text[GLOB_MAX * (NAME_MAX_LEN * 130 + 2)], *to = text;
	int i, p;

	if (listed + cover->count > GLOB_MAX)
		return NULL;
	for (p = 0; p < cover->count; p++) {
		if (p)
			*to++ = ' ';
		for (i = 0; i < cover->patterns[p].len; i++)
			to = write_class(to, &cover->patterns[p].places[i]);
		if (cover->patterns[p].star)
			*to++ = '*';
	}
	*to = '\0';
	if (strlen(list) + strlen(text) + 2 > GLOB_ROOM)
		return NULL;
	return pool_print(cover->pool, "%s%s%s", list, *list ? " " : "", text);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort(struct glob_names *names)
{
	int i, kept = 0;

	qsort(names->names, names->count, sizeof(*names->names), by_name);
	for (i = 0; i < names->count; i++)
		if (!kept || strcmp(names->names[i], names->names[kept - 1]))
			names->names[kept++] = names->names[i];
	names->count = kept;
}

static int count_words(const char *list)
{
	int n = 0;

	for (; *list; n++) {
		list += strcspn(list, " ");
		list += strspn(list, " ");
	}
	return n;
}

static const char *cover_in(struct cover *cover, const char *list,
			    const struct glob_names *wanted)
{
	int listed = count_words(list);
	const char *written = NULL;
	struct pattern pattern;
	bool exact = true;
	int i;

	cover->patience = PATIENCE;
	cover->patterns = NULL;
	cover->count = 0;
	for (i = 0; i < wanted->count && wanted->count <= FEW; i++) {
		begin_pattern(&pattern, wanted->names[i], strlen(wanted->names[i]),
			      false);
		exact = exact && is_exact(cover, &pattern);
		add_pattern(cover, &pattern);
	}
	if (cover->count && exact)
		written = write_list(cover, list, listed);
	if (written)
		return written;
	cover->patterns = NULL;
	cover->count = 0;
	if (cover_prefixes(cover, wanted->names, wanted->count)) {
		written = write_list(cover, list, listed);
		if (written && cover->count <= FEW)
			return written;
	}
	/* The fewer characters there are to read, the better. */
	for (i = shared_prefix(wanted->names, wanted->count) + 1; i < NAME_MAX_LEN; i++) {
		written = cover_cut(cover, wanted, i) ? write_list(cover, list, listed) : NULL;
		if (written)
			return written;
	}
	cover->patterns = NULL;
	cover->count = 0;
	if (cover_prefixes(cover, wanted->names, wanted->count)) {
		cover_prefixes_merged(cover);
		written = write_list(cover, list, listed);
		if (written)
			return written;
	}
	return cover_places(cover, wanted) ? write_list(cover, list, listed) : NULL;
}

/* Takes the plain names out of a list, to cover them together with others. */
static const char *without_names(struct pool *pool, const char *list,
				 struct glob_names *names)
{
	const char *globs = "";

	while (*list) {
		size_t len = strcspn(list, " ");
		const char *word = pool_copy(pool, list, len);

		if (len >= NAME_MAX_LEN || !text_is_harmless(word))
			globs = pool_print(pool, "%s%s%s", globs, *globs ? " " : "", word);
		else
			*pool_add(pool, names->names, names->count) = word;
		list += len;
		list += strspn(list, " ");
	}
	return globs;
}

/**
 * glob_cover - have a knob cover some interfaces, and no others
 * @pool: whose the memory is
 * @list: what the knob covers already
 * @wanted: the interfaces
 * @others: all others of the namespace
 *
 * Return: the knob's new value, which is @list if that covers them already; NULL if
 * 16 globs cannot do it.
 */
const char *glob_cover(struct pool *pool, const char *list,
		       const struct glob_names *wanted,
		       const struct glob_names *others)
{
	struct glob_names all = {}, rest = {};
	struct cover cover = { .pool = pool, .others = &rest };
	const char *value, *globs;
	int i, listed = 0;

	/* What the list covers already needs no sparing, and is not written twice. */
	for (i = 0; i < others->count; i++)
		if (!glob_listed(list, others->names[i]))
			*pool_add(pool, rest.names, rest.count) = others->names[i];
	for (i = 0; i < wanted->count; i++) {
		if (glob_listed(list, wanted->names[i]))
			listed++;
		else if (strlen(wanted->names[i]) < NAME_MAX_LEN && *wanted->names[i])
			*pool_add(pool, all.names, all.count) = wanted->names[i];
	}
	if (!all.count)
		return listed ? list : NULL;
	sort(&all);
	value = cover_in(&cover, list, &all);
	if (value)
		return value;
	globs = without_names(pool, list, &all);
	if (!strcmp(globs, list))
		return NULL;
	sort(&all);
	return cover_in(&cover, globs, &all);
}

/**
 * glob_quoted - write a list as one word of a shell
 * @pool: whose the memory is
 * @list: globs with spaces between
 *
 * Return: the list in quotes. Within them a shell touches nothing; a quote of the
 * list's own, and what is not printable, becomes '?'.
 */
const char *glob_quoted(struct pool *pool, const char *list)
{
	static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789_.@:+=,*?[] -";
	char *copy = pool_string(pool, list), *at;

	for (at = copy; *at; at++)
		if (*at == '\'' || *at < ' ' || *at > '~')
			*at = '?';
	if (copy[strspn(copy, fine)])
		return pool_print(pool, "'%s'", copy);
	return pool_print(pool, "\"%s\"", copy);
}
