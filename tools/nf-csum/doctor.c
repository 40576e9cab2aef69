// SPDX-License-Identifier: GPL-2.0
/*
 * nf-csum doctor: what is wrong, where, why, and what to type. Each check looks for
 * one kind of fault in one namespace; what is repaired already is said, too.
 */
#include <string.h>

#include "checks.h"
#include "command.h"
#include "finding.h"
#include "memory.h"
#include "scene.h"
#include "text.h"

#define SECONDS_MAX	3600

static void (*const checks[])(struct findings *findings, struct scene *scene) = {
	check_mode,
	check_unfilled,
	check_corrupt,
	check_readers,
	check_flowtables,
	check_invalid,
	check_translated,
	check_own,
	check_unjudged,
	check_malformed,
	check_failed,
	check_gone,
	check_cured,
	check_unseen,
};

/* The good news. */
static const char *repaired(struct pool *pool, const struct snapshot *s)
{
	static const char * const counters[] = {
		"finished", "reseeded", "rearmed", "filled", "outer_refreshed",
	};
	const char *text = "";
	uint64_t n;
	size_t i;
	int c;

	for (i = 0; i < ARRAY_SIZE(counters); i++) {
		for (c = PRE, n = 0; c <= LINK; c++)
			n += proc_total(s, counters[i], c);
		if (n)
			text = pool_print(pool, "%s%s%s %s", text, *text ? ", " : "",
					  text_spaced(pool, n), counters[i]);
	}
	return text;
}

static bool is_fine(const struct findings *findings, const struct scene *scene)
{
	return proc_choice(&scene->now, "mode") != 0 &&
	       !findings_count(findings, scene, LEVEL_TODO) &&
	       !findings_count(findings, scene, LEVEL_UNKNOWN);
}

static void show_scene(const struct findings *findings, const struct scene *scene)
{
	struct scenes *scenes = findings->scenes;
	const char *good = repaired(scenes->pool, &scene->seen);

	if (scenes->scope->count > 1) {
		/* Of a namespace that is all right the last line tells. */
		if (is_fine(findings, scene) && !*good &&
		    !findings_count(findings, scene, LEVEL_GOOD) &&
		    !findings_count(findings, scene, LEVEL_NOTE))
			return;
		printf("=== %s ===\n\n", scene->ns->title);
	}
	findings_show(findings, scene);
	if (*good)
		text_wrap(stdout, scenes->seconds ? "Repaired meanwhile:" :
			  "Repaired since the module was loaded:", 0,
			  pool_print(scenes->pool, "%s. partial and finished rise on every healthy host with containers.",
				     good));
	if (*good && scenes->scope->count > 1)
		putchar('\n');
}

/* What is the same in several namespaces. */
static void show_several(const struct findings *findings)
{
	int i;

	for (i = 0; i < findings->count; i++) {
		if (findings->of[i].scene)
			continue;
		puts("=== several network namespaces ===\n");
		findings_show(findings, NULL);
		return;
	}
}

static void show_verdict(const struct findings *findings)
{
	const struct scenes *scenes = findings->scenes;
	int todo = findings_count_all(findings, LEVEL_TODO);
	int unknown = findings_count_all(findings, LEVEL_UNKNOWN);
	int i, ill = 0, looked = 0;
	const char *text;

	for (i = 0; i < scenes->scope->all.count; i++) {
		looked += scenes->of[i].selected;
		ill += scenes->of[i].selected && !is_fine(findings, &scenes->of[i]);
	}
	if (!todo && !unknown)
		text = scenes->seconds ? "Nothing to do: nothing bad has moved." :
					 "Nothing to do.";
	else if (!unknown)
		text = pool_print(scenes->pool, "Something to do: %d.", todo);
	else if (!todo)
		text = pool_print(scenes->pool, "Cannot tell: %d.", unknown);
	else
		text = pool_print(scenes->pool, "Something to do: %d. Cannot tell: %d.", todo,
				  unknown);
	if (looked > 1)
		text = pool_print(scenes->pool, "%s Network namespaces: %d%s", text, looked,
				  ill ? pool_print(scenes->pool, ", %d of them fine.",
						   looked - ill) : ".");
	text_wrap(stdout, "", 0, text);
}

/* What is not seen for lack of a knob. */
static void show_footnote(const struct findings *findings)
{
	const struct scenes *scenes = findings->scenes;
	int i;

	for (i = 0; i < scenes->scope->all.count; i++) {
		if (!scenes->of[i].selected ||
		    proc_choice(&scenes->of[i].now, "verify") != 0)
			continue;
		text_wrap(stdout, "", 0,
			  "(Damaged packets that a device vouches for are only seen with verify=1.)");
		return;
	}
}

static bool is_all_fine(const struct findings *findings)
{
	return !findings_count_all(findings, LEVEL_TODO) &&
	       !findings_count_all(findings, LEVEL_UNKNOWN);
}

static void show_json(const struct findings *findings)
{
	struct pool *pool = findings->scenes->pool;
	struct json_object *all = json_object_new_object();
	struct json_object *spaces = json_object_new_array();
	int i, c;

	json_put(pool, all, "fine", json_object_new_boolean(is_all_fine(findings)));
	json_put(pool, all, "seconds", json_object_new_int(findings->scenes->seconds));
	for (i = 0; i < findings->scenes->scope->all.count; i++) {
		const struct scene *scene = &findings->scenes->of[i];
		struct json_object *space, *done;

		if (!scene->selected)
			continue;
		space = json_object_new_object();
		done = json_object_new_object();
		json_put(pool, space, "netns", json_text(pool, scene->ns->name));
		json_put(pool, space, "fine",
			 json_object_new_boolean(is_fine(findings, scene)));
		for (c = 0; c < scene->seen.totals_count; c++) {
			const struct counter *counter = &scene->seen.totals[c];

			if (counter->is_action && !proc_is_zero(counter))
				json_put(pool, done, counter->name,
					 json_columns(pool, &scene->seen, counter));
		}
		json_put(pool, space, "actions", done);
		json_object_array_add(spaces, space);
	}
	json_put(pool, all, "namespaces", spaces);
	json_put(pool, all, "findings", findings_object(findings));
	json_show(all);
}

static void check(struct findings *findings, struct scene *scene)
{
	/* Where the module is off, its counters are of the past. */
	bool off = proc_choice(&scene->now, "mode") == 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(checks); i++)
		if (!off || checks[i] == check_unseen)
			checks[i](findings, scene);
}

/**
 * command_doctor - nf-csum doctor
 * @call: how it was called
 *
 * Return: the program's exit status.
 */
int command_doctor(const struct call *call)
{
	struct findings findings = {};
	unsigned int seconds = 0;
	struct scenes scenes;
	struct scope scope;
	int i;

	if (call->args_count)
		seconds = number_of("SECONDS", call->args[0], 1, SECONDS_MAX);
	need_module(call);
	scope_select(call, &scope, true);
	scenes_read(&scenes, call->pool, &scope, seconds);
	findings.scenes = &scenes;
	for (i = 0; i < scope.all.count; i++)
		if (scenes.of[i].selected)
			check(&findings, &scenes.of[i]);
	check_off(&findings);
	memory_compare(&findings);
	if (call->json) {
		show_json(&findings);
	} else {
		for (i = 0; i < scope.all.count; i++)
			if (scenes.of[i].selected)
				show_scene(&findings, &scenes.of[i]);
		show_several(&findings);
		show_verdict(&findings);
		show_footnote(&findings);
	}
	if (!is_all_fine(&findings))
		return EXIT_TODO;
	return scope.missed ? EXIT_UNREADABLE : EXIT_FINE;
}
