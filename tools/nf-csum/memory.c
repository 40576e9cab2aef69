// SPDX-License-Identifier: GPL-2.0
/*
 * A counter does not say when it moved last. So doctor writes down what it saw, in
 * /run, and says next time whether that has moved since. Without the right to write
 * there it says nothing.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "memory.h"
#include "text.h"

#define FOLDER	"run/nf-csum"
#define FILE_	"run/nf-csum/doctor.json"

static const char *clock_time(struct pool *pool, int64_t seconds)
{
	time_t time = seconds;
	struct tm tm;
	char text[32];

	if (!localtime_r(&time, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		return "?";
	return pool_string(pool, text);
}

static int64_t number_at(struct json_object *of, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(of, key, &value) ?
	       json_object_get_int64(value) : 0;
}

static void compare(struct findings *findings, struct finding *finding,
		    struct json_object *before, struct json_object *after, int64_t now)
{
	struct pool *pool = findings->scenes->pool;
	struct json_object *old = NULL, *entry = json_object_new_object();
	int64_t since = now, looked = 0;
	const char *key;

	key = pool_print(pool, "%llu %s", finding->scene->ns->inode, finding->what);
	if (json_object_object_get_ex(before, key, &old))
		looked = number_at(old, "looked");
	if (old && (uint64_t)number_at(old, "count") == finding->count)
		since = number_at(old, "since");
	if (now - since >= 2) {
		finding_says(findings, finding, "moved",
			     pool_print(pool, "not since %s (%s)", clock_time(pool, since),
					text_ago(pool, now - since)));
	} else if (looked && now - looked >= 2 && since == now) {
		finding_says(findings, finding, "moved",
			     pool_print(pool, "since %s, when doctor looked before",
					clock_time(pool, looked)));
	}
	json_object_object_add(entry, "count", json_object_new_int64(finding->count));
	json_object_object_add(entry, "since", json_object_new_int64(since));
	json_object_object_add(entry, "looked", json_object_new_int64(now));
	json_object_object_add(after, key, entry);
}

/* What was written down of namespaces that are not looked at this time. */
static void keep_others(struct findings *findings, struct json_object *before,
			struct json_object *after)
{
	const struct scenes *scenes = findings->scenes;
	int i;

	json_object_object_foreach(before, key, value) {
		unsigned long long inode = strtoull(key, NULL, 10);

		for (i = 0; i < scenes->scope->all.count; i++)
			if (scenes->of[i].ns->inode == inode && !scenes->of[i].selected)
				json_object_object_add(after, key, json_object_get(value));
	}
}

static void write_down(struct pool *pool, struct json_object *after)
{
	const char *file = netns_host_path(pool, FILE_);
	const char *draft = pool_print(pool, "%s.%d", file, getpid());
	FILE *out;

	mkdir(netns_host_path(pool, FOLDER), 0755);
	out = fopen(draft, "we");
	if (!out)
		return;
	fputs(json_object_to_json_string_ext(after, JSON_C_TO_STRING_PLAIN), out);
	if (fclose(out) || rename(draft, file))
		unlink(draft);
}

/**
 * memory_compare - say of findings whether they have moved since doctor was here
 * @findings: all that is said
 */
void memory_compare(struct findings *findings)
{
	struct pool *pool = findings->scenes->pool;
	struct json_object *before = NULL, *after;
	int64_t now = time(NULL);
	char *text;
	int i;

	/* What moves is being watched already. */
	if (findings->scenes->seconds || (geteuid() && !*netns_root))
		return;
	text = pool_read(pool, netns_host_path(pool, FILE_), NULL);
	if (text)
		before = json_tokener_parse(text);
	after = json_object_new_object();
	if (json_object_is_type(before, json_type_object))
		keep_others(findings, before, after);
	for (i = 0; i < findings->count; i++)
		if (findings->of[i].count && findings->of[i].level != LEVEL_NOTE)
			compare(findings, &findings->of[i], before, after, now);
	write_down(pool, after);
	json_object_put(before);
	json_object_put(after);
}
