// SPDX-License-Identifier: GPL-2.0
/*
 * nf-csum status: what is on in each namespace, and what was counted. What is at its
 * default or zero is left out; --json has all of it.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "link.h"
#include "text.h"

#define NAME_WIDTH	20

struct table {
	struct pool *pool;
	const struct snapshot *snapshot;
	int columns[COLUMNS];	/* those that hold anything */
	int columns_count;
	int width;		/* of a number */
	int indent;		/* where sentences begin */
};

static void measure(struct table *table, const struct counter *counters, int count,
		    bool *used)
{
	int i, c, len;

	for (i = 0; i < count; i++) {
		for (c = 0; c < COLUMNS; c++) {
			len = snprintf(NULL, 0, "%llu",
				       (unsigned long long)counters[i].n[c]);
			if (len > table->width)
				table->width = len;
			used[c] = used[c] || (table->snapshot->columns[c] && counters[i].n[c]);
		}
	}
}

static void plan_table(struct pool *pool, struct table *table,
		       const struct snapshot *snapshot)
{
	bool used[COLUMNS] = { [PRE] = true, [POST] = true };
	int i, c;

	*table = (struct table){ .pool = pool, .snapshot = snapshot, .width = 11 };
	measure(table, snapshot->totals, snapshot->totals_count, used);
	for (i = 0; i < snapshot->ifaces_count; i++)
		measure(table, snapshot->ifaces[i].counters, snapshot->ifaces[i].count,
			used);
	for (c = 0; c < COLUMNS; c++)
		if (used[c])
			table->columns[table->columns_count++] = c;
	table->indent = NAME_WIDTH + 2 + table->columns_count * (table->width + 1) + 2;
}

static void show_heading(const struct table *table, const char *what)
{
	int i;

	printf("  %-*s", NAME_WIDTH, what);
	for (i = 0; i < table->columns_count; i++) {
		const char *name = table->snapshot->columns[table->columns[i]];

		printf(" %*.*s", table->width, table->width, name ? name : "");
	}
	putchar('\n');
}

static const char *numbers_of(const struct table *table, const struct counter *counter,
			      int indent)
{
	const char *text = pool_print(table->pool, "%*s%-*s", indent, "",
				      NAME_WIDTH + 2 - indent, counter->name);
	int i;

	for (i = 0; i < table->columns_count; i++)
		text = pool_print(table->pool, "%s %*llu", text, table->width,
				  (unsigned long long)counter->n[table->columns[i]]);
	return text;
}

static void show_counter(const struct table *table, const struct counter *counter)
{
	const char *says = counter->word ? counter->word->says : "(newer than nf-csum)";
	const char *numbers = numbers_of(table, counter, 4);

	/* Where there is no room beside the numbers, the sentence goes below. */
	if (text_columns() < table->indent + 24) {
		puts(numbers);
		text_wrap(stdout, "", 6, says);
	} else {
		text_wrap(stdout, numbers, table->indent, says);
	}
}

static bool show_totals(const struct table *table, bool actions)
{
	const struct snapshot *s = table->snapshot;
	bool headed = false;
	int i;

	for (i = 0; i < s->totals_count; i++) {
		if (s->totals[i].is_action != actions || proc_is_zero(&s->totals[i]))
			continue;
		if (!headed)
			show_heading(table, actions ? "actions" : "states");
		headed = true;
		show_counter(table, &s->totals[i]);
	}
	return headed;
}

static void show_knobs(struct pool *pool, const struct snapshot *s)
{
	bool headed = false;
	int i;

	for (i = 0; i < s->settings_count; i++) {
		const struct setting *setting = &s->settings[i];
		const char *label;

		if (knob_is_initial(setting->knob, setting->value))
			continue;
		if (!headed)
			puts("  knobs that are not at their defaults");
		headed = true;
		label = pool_print(pool, "    %s=%s", setting->name,
				   text_plain(pool, setting->value));
		text_wrap(stdout, label, text_width(label) < NAME_WIDTH + 4 ?
			  NAME_WIDTH + 4 : text_width(label) + 2,
			  knob_means(setting->knob, setting->value));
	}
	if (!headed)
		puts("  all knobs are at their defaults");
}

static const char *describe(struct pool *pool, const struct links *links,
			    const struct iface *iface)
{
	const struct link *link = links_by_name(links, iface->name), *other;
	const char *text = text_plain(pool, iface->name);

	if (link && *link->kind)
		text = pool_print(pool, "%s, %s", text, link->kind);
	if (link && link->master) {
		other = links_by_index(links, link->master);
		if (other)
			text = pool_print(pool, "%s, port of %s", text,
					  text_plain(pool, other->name));
	}
	if (iface->offloads_taken)
		text = pool_print(pool, "%s, offloads taken", text);
	return text;
}

static void show_iface(const struct table *table, const struct links *links,
		       const struct iface *iface)
{
	int i;

	printf("    %s\n", describe(table->pool, links, iface));
	for (i = 0; i < iface->count; i++)
		puts(numbers_of(table, &iface->counters[i], 6));
}

static void show_namespace(struct pool *pool, const struct netns *ns,
			   const struct snapshot *snapshot)
{
	struct links links;
	struct table table;
	bool counted;
	int i;

	printf("\n%s\n", ns->title);
	show_knobs(pool, snapshot);
	plan_table(pool, &table, snapshot);
	counted = show_totals(&table, false);
	counted = show_totals(&table, true) || counted;
	if (!counted)
		puts("  nothing was counted yet");
	if (!snapshot->ifaces_count)
		return;
	links_read(pool, &links);
	show_heading(&table, "interfaces");
	for (i = 0; i < snapshot->ifaces_count; i++)
		show_iface(&table, &links, &snapshot->ifaces[i]);
}

static struct json_object *knobs_object(struct pool *pool, const struct snapshot *s)
{
	struct json_object *knobs = json_object_new_object(), *value;
	int i;

	for (i = 0; i < s->settings_count; i++) {
		const char *text = s->settings[i].value;

		if (text_is_number(text))
			value = json_object_new_uint64(strtoull(text, NULL, 10));
		else
			value = json_text(pool, text);
		json_put(pool, knobs, s->settings[i].name, value);
	}
	return knobs;
}

static struct json_object *namespace_object(struct pool *pool, const struct netns *ns,
					    const struct snapshot *s)
{
	struct json_object *object = json_object_new_object();
	struct json_object *counters = json_object_new_object();
	struct json_object *ifaces = json_object_new_array();
	struct json_object *taken = json_object_new_array();
	int i, k;

	json_put(pool, object, "netns", json_text(pool, ns->name));
	if (ns->container)
		json_put(pool, object, "container", json_text(pool, ns->container));
	json_put(pool, object, "knobs", knobs_object(pool, s));
	for (i = 0; i < s->totals_count; i++)
		json_put(pool, counters, s->totals[i].name,
			 json_columns(pool, s, &s->totals[i]));
	json_put(pool, object, "counters", counters);
	for (i = 0; i < s->ifaces_count; i++) {
		const struct iface *iface = &s->ifaces[i];

		if (iface->offloads_taken)
			json_object_array_add(taken, json_text(pool, iface->name));
		for (k = 0; k < iface->count; k++) {
			struct json_object *line = json_object_new_object();
			int c;

			json_put(pool, line, "iface", json_text(pool, iface->name));
			json_put(pool, line, "counter",
				 json_text(pool, iface->counters[k].name));
			for (c = 0; c < COLUMNS; c++)
				if (s->columns[c])
					json_put(pool, line, s->columns[c],
						 json_object_new_uint64(iface->counters[k].n[c]));
			json_object_array_add(ifaces, line);
		}
	}
	json_put(pool, object, "ifaces", ifaces);
	json_put(pool, object, "offloads_taken", taken);
	return object;
}

/**
 * command_status - nf-csum status
 * @call: how it was called
 *
 * Return: the program's exit status.
 */
int command_status(const struct call *call)
{
	struct json_object *all = NULL, *list = NULL;
	struct pool *pool = call->pool;
	struct scope scope;
	int i, headed = 0;

	need_module(call);
	scope_select(call, &scope, false);
	if (call->json) {
		all = json_object_new_object();
		list = json_object_new_array();
		json_put(pool, all, "loaded", json_object_new_boolean(true));
		json_put(pool, all, "version", json_text(pool, proc_version(pool)));
		json_put(pool, all, "namespaces", list);
	}
	for (i = 0; i < scope.count; i++) {
		struct snapshot snapshot;

		if (!scope_read(pool, &scope, scope.ns[i], &snapshot))
			continue;
		if (!call->json && !headed++)
			printf("nf_csum %s, loaded\n", proc_version(pool));
		if (call->json)
			json_object_array_add(list, namespace_object(pool, scope.ns[i],
								     &snapshot));
		else
			show_namespace(pool, scope.ns[i], &snapshot);
	}
	if (call->json)
		json_show(all);
	return scope.missed ? EXIT_UNREADABLE : EXIT_FINE;
}
