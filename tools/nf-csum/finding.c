// SPDX-License-Identifier: GPL-2.0
/*
 * What doctor finds, and how it is shown. One fault of many interfaces is one
 * finding. A command is never broken into lines: it is there to be pasted.
 */
#include <string.h>

#include "finding.h"
#include "text.h"

#define INDENT	12
#define NAMED	4	/* interfaces that are described one by one */

/**
 * finding_add - say something
 * @findings: all that is said
 * @scene: the namespace it is about; NULL for several together
 * @level: how bad it is
 * @what: a word for programs
 * @title: one sentence
 *
 * Return: the finding, to be filled in before the next one is added.
 */
struct finding *finding_add(struct findings *findings, struct scene *scene,
			    enum level level, const char *what, const char *title)
{
	struct finding *finding = pool_add(findings->scenes->pool, findings->of,
					   findings->count);

	finding->scene = scene;
	finding->level = level;
	finding->what = what;
	finding->title = title;
	return finding;
}

/**
 * finding_iface - say that an interface has it, too
 * @findings: all that is said
 * @finding: the finding
 * @iface: its name
 */
void finding_iface(struct findings *findings, struct finding *finding,
		   const char *iface)
{
	*pool_add(findings->scenes->pool, finding->ifaces.names,
		  finding->ifaces.count) = iface;
}

static void add_line(struct findings *findings, struct finding *finding,
		     struct finding_line line)
{
	*pool_add(findings->scenes->pool, finding->lines, finding->lines_count) = line;
}

/**
 * finding_says - say more
 * @findings: all that is said
 * @finding: the finding
 * @label: what it is
 * @text: a paragraph
 */
void finding_says(struct findings *findings, struct finding *finding,
		  const char *label, const char *text)
{
	add_line(findings, finding, (struct finding_line){ label, text, false });
}

/**
 * finding_run - say what to type
 * @findings: all that is said
 * @finding: the finding
 * @label: what it does
 * @command: to be pasted
 */
void finding_run(struct findings *findings, struct finding *finding,
		 const char *label, const char *command)
{
	add_line(findings, finding, (struct finding_line){ label, command, true });
}

/* What an interface is, in words. */
static const char *describe(struct findings *findings, struct scene *scene,
			    const char *name)
{
	struct scenes *scenes = findings->scenes;
	struct pool *pool = scenes->pool;
	const char *text = text_plain(pool, name);
	const struct link *link, *master;
	const struct process *process;
	struct far far;

	link = links_by_name(scene_links(scenes, scene), name);
	if (!link || !*link->kind)
		return text;
	text = pool_print(pool, "%s (%s", text, link->kind);
	if (link->master) {
		master = links_by_index(scene_links(scenes, scene), link->master);
		if (master)
			text = pool_print(pool, "%s, port of %s", text,
					  text_plain(pool, master->name));
	}
	if (!strcmp(link->kind, "veth")) {
		far = scene_far(scenes, scene, link);
		if (far.link)
			text = pool_print(pool, "%s, other end %s%s%s", text,
					  text_plain(pool, far.link->name),
					  far.scene == scene ? "" : " in ",
					  far.scene == scene ? "" : far.scene->ns->title);
	}
	if (!strcmp(link->kind, "tap") || !strcmp(link->kind, "tun")) {
		process = process_of_tap(pool, &scenes->processes, name);
		if (process)
			text = pool_print(pool, "%s, of %s, process %d", text,
					  process->name, process->pid);
	}
	return pool_print(pool, "%s)", text);
}

/**
 * finding_where - say which interfaces have it
 * @findings: all that is said
 * @finding: the finding, the last one, with all its interfaces
 *
 * Return: whether there are any; if not, the finding is taken back.
 */
bool finding_where(struct findings *findings, struct finding *finding)
{
	struct pool *pool = findings->scenes->pool;
	const char *words[NAMED], *all;
	int i, shown = 0;
	size_t width = 0;

	if (!finding->ifaces.count) {
		findings->count--;
		*finding = (struct finding){};
		return false;
	}
	if (finding->ifaces.count <= NAMED) {
		for (i = 0; i < finding->ifaces.count; i++)
			words[i] = describe(findings, finding->scene,
					    finding->ifaces.names[i]);
		finding_says(findings, finding, "where",
			     text_join(pool, words, finding->ifaces.count, "; "));
		return true;
	}
	/* Of more of them a few lines of names. */
	all = pool_print(pool, "%d interfaces:", finding->ifaces.count);
	for (i = 0; i < finding->ifaces.count && width < 200; i++, shown++) {
		const char *name = text_plain(pool, finding->ifaces.names[i]);

		width += strlen(name) + 1;
		all = pool_print(pool, "%s %s", all, name);
	}
	if (shown < finding->ifaces.count)
		all = pool_print(pool, "%s and %d more", all,
				 finding->ifaces.count - shown);
	finding_says(findings, finding, "where", all);
	return true;
}

/**
 * findings_count - count what was said
 * @findings: all that is said
 * @scene: about this namespace; NULL for several together
 * @level: so bad
 *
 * Return: how many findings.
 */
int findings_count(const struct findings *findings, const struct scene *scene,
		   enum level level)
{
	int i, n = 0;

	for (i = 0; i < findings->count; i++)
		n += findings->of[i].level == level && findings->of[i].scene == scene;
	return n;
}

/**
 * findings_count_all - count what was said of all namespaces
 * @findings: all that is said
 * @level: so bad
 *
 * Return: how many findings.
 */
int findings_count_all(const struct findings *findings, enum level level)
{
	int i, n = 0;

	for (i = 0; i < findings->count; i++)
		n += findings->of[i].level == level;
	return n;
}

static void show(const struct finding *finding)
{
	int i;

	text_wrap(stdout, "", 2, finding->title);
	for (i = 0; i < finding->lines_count; i++) {
		const struct finding_line *line = &finding->lines[i];
		char label[32];

		snprintf(label, sizeof(label), "    %s", line->label);
		if (line->is_command)
			printf("%-*s%s\n", INDENT, label, line->text);
		else
			text_wrap(stdout, label, INDENT, line->text);
	}
}

/**
 * findings_show - show what was said about a namespace
 * @findings: all that is said
 * @scene: the namespace; NULL for several together
 */
void findings_show(const struct findings *findings, const struct scene *scene)
{
	static const char * const headings[] = {
		[LEVEL_TODO] = "Something to do",
		[LEVEL_UNKNOWN] = "Cannot tell",
		[LEVEL_GOOD] = "Cured here, nothing to do",
		[LEVEL_NOTE] = "Good to know, nothing to do",
	};
	enum level level;
	int i;

	for (level = LEVEL_TODO; level <= LEVEL_NOTE; level++) {
		if (!findings_count(findings, scene, level))
			continue;
		printf("%s:\n", headings[level]);
		for (i = 0; i < findings->count; i++)
			if (findings->of[i].scene == scene &&
			    findings->of[i].level == level)
				show(&findings->of[i]);
		putchar('\n');
	}
}

static struct json_object *finding_object(struct pool *pool,
					  const struct finding *finding)
{
	static const char * const levels[] = {
		[LEVEL_TODO] = "todo",
		[LEVEL_UNKNOWN] = "unknown",
		[LEVEL_GOOD] = "cured",
		[LEVEL_NOTE] = "note",
	};
	struct json_object *object = json_object_new_object();
	struct json_object *ifaces = json_object_new_array();
	struct json_object *lines = json_object_new_array();
	struct json_object *commands = json_object_new_array();
	int i;

	json_put(pool, object, "level", json_text(pool, levels[finding->level]));
	json_put(pool, object, "what", json_text(pool, finding->what));
	json_put(pool, object, "netns", finding->scene ?
		 json_text(pool, finding->scene->ns->name) : NULL);
	json_put(pool, object, "title", json_text(pool, finding->title));
	json_put(pool, object, "packets", json_object_new_uint64(finding->count));
	for (i = 0; i < finding->ifaces.count; i++)
		json_object_array_add(ifaces, json_text(pool, finding->ifaces.names[i]));
	json_put(pool, object, "ifaces", ifaces);
	for (i = 0; i < finding->lines_count; i++) {
		const struct finding_line *line = &finding->lines[i];
		struct json_object *said = json_object_new_object();

		json_put(pool, said, line->label, json_text(pool, line->text));
		json_object_array_add(lines, said);
		if (!strcmp(line->label, "run"))
			json_object_array_add(commands, json_text(pool, line->text));
	}
	json_put(pool, object, "run", commands);
	json_put(pool, object, "lines", lines);
	return object;
}

/**
 * findings_object - what was said, for programs
 * @findings: all that is said
 *
 * Return: an array.
 */
struct json_object *findings_object(const struct findings *findings)
{
	struct json_object *list = json_object_new_array();
	int i;

	for (i = 0; i < findings->count; i++)
		json_object_array_add(list, finding_object(findings->scenes->pool,
							   &findings->of[i]));
	return list;
}
