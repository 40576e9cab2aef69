// SPDX-License-Identifier: GPL-2.0
/*
 * Reads what the module says of a network namespace. A newer module has more
 * counters, columns and knobs, which are shown as they are; what does not make
 * sense is left out and counted.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "netns.h"
#include "proc.h"
#include "text.h"

#define KNOBS		"proc/sys/net/netfilter"
#define KNOB_PREFIX	"nf_csum_"
#define WORDS_MAX	(COLUMNS + 2)

/**
 * proc_version - say which version of the module is loaded
 * @pool: whose the result is
 *
 * Return: the version, "unknown" if it cannot be read.
 */
const char *proc_version(struct pool *pool)
{
	char *version;

	version = pool_read(pool, netns_host_path(pool, "sys/module/nf_csum/version"),
			    NULL);
	if (!version)
		return "unknown";
	version[strcspn(version, "\n")] = '\0';
	return text_plain(pool, version);
}

/**
 * proc_is_loaded - say whether the module is there
 * @pool: for paths
 *
 * Return: whether it is loaded, or its counters are there.
 */
bool proc_is_loaded(struct pool *pool)
{
	return !access(netns_host_path(pool, "sys/module/nf_csum"), F_OK) ||
	       !access(netns_path(pool, "proc/net/nf_csum"), F_OK);
}

/**
 * proc_clock - read a clock that never stops and is never set
 * @pool: for paths
 *
 * Return: seconds.
 */
double proc_clock(struct pool *pool)
{
	struct timespec now;
	char *said;

	if (*netns_root) {
		said = pool_read(pool, netns_host_path(pool, "proc/uptime"), NULL);
		return said ? strtod(said, NULL) : 0;
	}
	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* The next line of a text, without its end; NULL if there is none. */
static char *next_line(struct snapshot *s, char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	if (!*line)
		return NULL;
	if (!end) {
		/* The kernel ends each line: this one was cut off. */
		s->unreadable++;
		return NULL;
	}
	*end = '\0';
	*text = end + 1;
	return line;
}

static int split(char *line, char **words_of)
{
	int n = 0;

	while (line && n < WORDS_MAX) {
		words_of[n++] = line;
		line = strchr(line, ' ');
		if (line)
			*line++ = '\0';
	}
	return n;
}

static bool number(const char *s, uint64_t *n)
{
	char *end;

	if (!isdigit((unsigned char)*s))
		return false;
	errno = 0;
	*n = strtoull(s, &end, 10);
	return !*end && !errno;
}

/* Reads the names of the columns; where each of them goes is in @to. */
static int header(struct pool *pool, struct snapshot *s, char *line, int skip,
		  int *to)
{
	char *names[WORDS_MAX];
	int i, c, n = split(line, names);

	for (i = skip; i < n; i++) {
		static const char * const known[] = {
			[PRE] = "prerouting", [POST] = "postrouting", [LINK] = "link",
		};
		const char *name = text_plain(pool, names[i]);

		for (c = 0; c < COLUMNS; c++) {
			if (c <= LINK ? !strcmp(name, known[c]) :
			    !s->columns[c] || !strcmp(s->columns[c], name))
				break;
		}
		/* More than there is room for are not shown. */
		if (c < COLUMNS)
			s->columns[c] = name;
		to[i - skip] = c;
	}
	return n - skip;
}

static void sort_into(struct counter *counter, const uint64_t *n, int count,
		      const int *to)
{
	int i;

	for (i = 0; i < count; i++)
		if (to[i] < COLUMNS)
			counter->n[to[i]] = n[i];
}

/* Reads @count numbers; those that a shorter line leaves out are 0. */
static bool numbers(char **words_of, int count, uint64_t *n)
{
	int i;

	for (i = 0; i < count; i++)
		if (!number(words_of[i], &n[i]))
			return false;
	return count > 0;
}

static const char *read_totals(struct pool *pool, struct snapshot *s)
{
	const char *path = netns_path(pool, "proc/net/nf_csum");
	char *text, *line, *part[WORDS_MAX];
	int to[WORDS_MAX], columns, n;
	bool acting = false;

	text = pool_read(pool, path, NULL);
	if (!text)
		return path;
	line = next_line(s, &text);
	columns = line ? header(pool, s, line, 1, to) : 0;
	while ((line = next_line(s, &text))) {
		struct counter counter = {};
		uint64_t values[WORDS_MAX];

		n = split(line, part) - 1;
		if (n > columns || !numbers(part + 1, n, values)) {
			s->unreadable++;
			continue;
		}
		counter.name = text_plain(pool, part[0]);
		counter.word = word_find(part[0]);
		/* States come first, whatever a newer module has added to them. */
		acting = acting || (counter.word && counter.word->kind == WORD_ACTION);
		counter.is_action = acting;
		sort_into(&counter, values, n, to);
		*pool_add(pool, s->totals, s->totals_count) = counter;
	}
	return NULL;
}

static struct iface *iface_of(struct pool *pool, struct snapshot *s, char *name)
{
	size_t i = map_get(&s->by_name, name);
	struct iface *iface;

	if (i != MAP_NONE)
		return &s->ifaces[i];
	map_put(pool, &s->by_name, name, s->ifaces_count);
	iface = pool_add(pool, s->ifaces, s->ifaces_count);
	iface->name = name;
	return iface;
}

static const char *read_ifaces(struct pool *pool, struct snapshot *s)
{
	const char *path = netns_path(pool, "proc/net/nf_csum_iface");
	char *text, *line, *part[WORDS_MAX];
	int to[WORDS_MAX], columns, n;

	text = pool_read(pool, path, NULL);
	if (!text)
		return path;
	line = next_line(s, &text);
	columns = line ? header(pool, s, line, 2, to) : 0;
	while ((line = next_line(s, &text))) {
		const struct counter *total;
		struct counter counter = {};
		uint64_t values[WORDS_MAX];
		struct iface *iface;

		n = split(line, part) - 2;
		if (n > columns || !*part[0] || !numbers(part + 2, n, values)) {
			s->unreadable++;
			continue;
		}
		iface = iface_of(pool, s, part[0]);
		if (!strcmp(part[1], "offloads_taken")) {
			iface->offloads_taken = values[0];
			continue;
		}
		counter.name = text_plain(pool, part[1]);
		counter.word = word_find(part[1]);
		total = proc_counter(s->totals, s->totals_count, counter.name);
		counter.is_action = total ? total->is_action :
				    counter.word && counter.word->kind == WORD_ACTION;
		sort_into(&counter, values, n, to);
		*pool_add(pool, iface->counters, iface->count) = counter;
	}
	return NULL;
}

static void read_knob(struct pool *pool, struct snapshot *s, const char *name)
{
	struct setting *setting;
	char *value;

	value = pool_read(pool, netns_path(pool, pool_print(pool, KNOBS "/" KNOB_PREFIX "%s",
							    name)), NULL);
	if (!value)
		return;
	value[strcspn(value, "\n")] = '\0';
	setting = pool_add(pool, s->settings, s->settings_count);
	setting->name = text_plain(pool, pool_string(pool, name));
	setting->value = value;
	setting->knob = knob_find(name);
}

static int by_setting(const void *a, const void *b)
{
	return strcmp(((const struct setting *)a)->name,
		      ((const struct setting *)b)->name);
}

/* First those that are known, in the order in which they are explained. */
static void read_knobs(struct pool *pool, struct snapshot *s)
{
	struct dirent *entry;
	int known;
	size_t i;
	DIR *dir;

	for (i = 0; i < knobs_count; i++)
		read_knob(pool, s, knobs[i].name);
	known = s->settings_count;
	dir = opendir(netns_path(pool, KNOBS));
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		const char *name = entry->d_name + strlen(KNOB_PREFIX);

		if (!strncmp(entry->d_name, KNOB_PREFIX, strlen(KNOB_PREFIX)) &&
		    !knob_find(name))
			read_knob(pool, s, name);
	}
	closedir(dir);
	if (s->settings_count > known)
		qsort(s->settings + known, s->settings_count - known,
		      sizeof(*s->settings), by_setting);
}

/**
 * proc_snapshot - read all that the module says of the namespace entered last
 * @pool: whose the memory is
 * @s: gets it
 *
 * Return: NULL, or the file that could not be read, with errno set.
 */
const char *proc_snapshot(struct pool *pool, struct snapshot *s)
{
	const char *unreadable;

	*s = (struct snapshot){ .seconds = proc_clock(pool) };
	unreadable = read_totals(pool, s);
	if (!unreadable)
		unreadable = read_ifaces(pool, s);
	if (!unreadable)
		read_knobs(pool, s);
	return unreadable;
}

/**
 * proc_totals_again - read the totals of the namespace entered last once more
 * @pool: whose the memory is
 * @s: what was read of it before
 *
 * For what others are compared with: what interfaces count meanwhile is in both,
 * or in theirs only, and looks like nobody's in neither.
 */
void proc_totals_again(struct pool *pool, struct snapshot *s)
{
	struct snapshot again = *s;

	again.totals = NULL;
	again.totals_count = 0;
	if (!read_totals(pool, &again))
		*s = again;
}

/**
 * proc_counter - find a counter among others
 * @counters: the others
 * @count: how many
 * @name: its name
 *
 * Return: the counter, or NULL.
 */
const struct counter *proc_counter(const struct counter *counters, int count,
				   const char *name)
{
	int i;

	for (i = 0; i < count; i++)
		if (!strcmp(counters[i].name, name))
			return &counters[i];
	return NULL;
}

/**
 * proc_total - read a total
 * @s: all that the module said
 * @name: the counter
 * @c: the column
 *
 * Return: the count; 0 if there is no such counter.
 */
uint64_t proc_total(const struct snapshot *s, const char *name, enum column c)
{
	const struct counter *counter;

	counter = proc_counter(s->totals, s->totals_count, name);
	return counter ? counter->n[c] : 0;
}

/**
 * proc_of_iface - read what was counted for an interface
 * @iface: the interface
 * @name: the counter
 * @c: the column
 *
 * Return: the count; 0 if there is no such counter.
 */
uint64_t proc_of_iface(const struct iface *iface, const char *name, enum column c)
{
	const struct counter *counter;

	counter = proc_counter(iface->counters, iface->count, name);
	return counter ? counter->n[c] : 0;
}

/**
 * proc_iface - find an interface
 * @s: all that the module said
 * @name: its name
 *
 * Return: the interface; NULL if nothing was counted for it.
 */
const struct iface *proc_iface(const struct snapshot *s, const char *name)
{
	size_t i = map_get(&s->by_name, name);

	return i == MAP_NONE ? NULL : &s->ifaces[i];
}

/**
 * proc_setting - read a knob
 * @s: all that the module said
 * @name: the knob
 *
 * Return: its value; NULL if the module does not have it.
 */
const char *proc_setting(const struct snapshot *s, const char *name)
{
	int i;

	for (i = 0; i < s->settings_count; i++)
		if (!strcmp(s->settings[i].name, name))
			return s->settings[i].value;
	return NULL;
}

/**
 * proc_choice - read a knob that is a number
 * @s: all that the module said
 * @name: the knob
 *
 * Return: its value; -1 if the module does not have it.
 */
long proc_choice(const struct snapshot *s, const char *name)
{
	const char *value = proc_setting(s, name);

	return value && text_is_number(value) ? strtol(value, NULL, 10) : -1;
}

/**
 * proc_is_zero - say whether a counter has counted nothing
 * @counter: the counter
 *
 * Return: whether.
 */
bool proc_is_zero(const struct counter *counter)
{
	int c;

	for (c = 0; c < COLUMNS; c++)
		if (counter->n[c])
			return false;
	return true;
}

/* What is less than before began again: another module, another interface. */
static void since(struct counter *now, int count, const struct counter *before,
		  int count_before)
{
	int i, c;

	for (i = 0; i < count; i++) {
		const struct counter *old;

		old = proc_counter(before, count_before, now[i].name);
		for (c = 0; old && c < COLUMNS; c++)
			if (now[i].n[c] >= old->n[c])
				now[i].n[c] -= old->n[c];
	}
}

/**
 * proc_since - take away from counters what was counted before
 * @now: the counters
 * @before: those before
 */
void proc_since(struct snapshot *now, const struct snapshot *before)
{
	int i;

	since(now->totals, now->totals_count, before->totals, before->totals_count);
	for (i = 0; i < now->ifaces_count; i++) {
		const struct iface *old = proc_iface(before, now->ifaces[i].name);

		if (old)
			since(now->ifaces[i].counters, now->ifaces[i].count,
			      old->counters, old->count);
	}
}
