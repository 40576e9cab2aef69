// SPDX-License-Identifier: GPL-2.0
/*
 * What to type. Root is about to paste it, so that no name gets in that a shell would
 * take for something else. Cures do not undo each other: a knob's new value is what
 * the next one starts from.
 */
#include <string.h>

#include "cure.h"
#include "text.h"

/* The knob's value after all cures so far; NULL if the module does not have it. */
static const char **planned(struct pool *pool, struct scene *scene, const char *knob)
{
	int i, count = scene->now.settings_count;

	if (!scene->planned && count) {
		scene->planned = pool_get(pool, count * sizeof(*scene->planned));
		memcpy(scene->planned, scene->now.settings, count * sizeof(*scene->planned));
	}
	for (i = 0; i < count; i++)
		if (!strcmp(scene->planned[i].name, knob))
			return &scene->planned[i].value;
	return NULL;
}

/* For the first namespace a file of sysctl.d, for those to come a parameter. */
static const char *lasting(struct pool *pool, const struct netns *ns, const char *knob,
			   const char *value)
{
	const char *quoted = glob_quoted(pool, value), *quote = "\"";
	char *bare = pool_copy(pool, quoted + 1, strlen(quoted) - 2), *at;

	for (at = bare; *at; at++)
		if (*at == '"' || *at == '\\')
			*at = '?';
	if (ns->first)
		return pool_print(pool, "echo 'net.netfilter.nf_csum_%s = %s' >>/etc/sysctl.d/nf_csum.conf",
				  knob, bare);
	if (text_is_number(value))
		quote = "";
	return pool_print(pool, "echo 'options nf_csum %s=%s%s%s' >>/etc/modprobe.d/nf_csum.conf",
			  knob, quote, bare, quote);
}

static bool is_said(const struct findings *findings, const struct scene *scene,
		    const char *command)
{
	int i, k;

	for (i = 0; i < findings->count; i++)
		for (k = 0; k < findings->of[i].lines_count; k++)
			if (findings->of[i].scene == scene &&
			    !strcmp(findings->of[i].lines[k].label, "run") &&
			    !strcmp(findings->of[i].lines[k].text, command))
				return true;
	return false;
}

/**
 * cure_knob - say how to set a knob
 * @findings: all that is said
 * @finding: what it cures
 * @knob: its name
 * @value: its new value
 */
void cure_knob(struct findings *findings, struct finding *finding, const char *knob,
	       const char *value)
{
	struct pool *pool = findings->scenes->pool;
	const char *quoted = glob_quoted(pool, value);
	const struct netns *ns = finding->scene->ns;
	const char *command, **plan;

	command = pool_print(pool, "%ssysctl -w net.netfilter.nf_csum_%s=%s", ns->enter,
			     knob, text_is_number(value) ? value : quoted);
	/* One command is enough for several findings. */
	if (is_said(findings, finding->scene, command))
		return;
	finding_run(findings, finding, "run", command);
	finding_run(findings, finding, "keep", lasting(pool, ns, knob, value));
	plan = planned(pool, finding->scene, knob);
	if (plan)
		*plan = value;
}

static void add_other(struct pool *pool, struct glob_names *others,
		      const struct map *wanted, struct map *seen, const char *name)
{
	if (map_get(wanted, name) != MAP_NONE || map_get(seen, name) != MAP_NONE)
		return;
	map_put(pool, seen, name, 1);
	*pool_add(pool, others->names, others->count) = name;
}

/* All interfaces of the namespace that the finding is not about. */
static void list_others(struct scenes *scenes, struct finding *finding,
			struct glob_names *others)
{
	const struct links *links = scene_links(scenes, finding->scene);
	const struct snapshot *now = &finding->scene->now;
	struct map wanted = {}, seen = {};
	int i;

	for (i = 0; i < finding->ifaces.count; i++)
		map_put(scenes->pool, &wanted, finding->ifaces.names[i], 1);
	for (i = 0; i < links->count; i++)
		add_other(scenes->pool, others, &wanted, &seen, links->links[i].name);
	for (i = 0; i < now->ifaces_count; i++)
		add_other(scenes->pool, others, &wanted, &seen, now->ifaces[i].name);
}

/**
 * cure_list - say how to have a knob's list cover a finding's interfaces
 * @findings: all that is said
 * @finding: what it cures
 * @knob: its name
 *
 * Says nothing if the list covers them already.
 *
 * Return: whether 16 globs can do that.
 */
bool cure_list(struct findings *findings, struct finding *finding, const char *knob)
{
	struct pool *pool = findings->scenes->pool;
	const char **list = planned(pool, finding->scene, knob);
	struct glob_names others = {};
	const char *value;

	list_others(findings->scenes, finding, &others);
	value = glob_cover(pool, list ? *list : "", &finding->ifaces, &others);
	/* Other knobs may be why it has no effect yet. */
	if (value && list && !strcmp(value, *list))
		return true;
	if (value) {
		cure_knob(findings, finding, knob, value);
		return true;
	}
	finding_says(findings, finding, "but",
		     pool_print(pool, "%s takes 16 names or globs, and no 16 cover these interfaces and no others. Take some out of it, or give the interfaces names that begin alike.",
				knob));
	return false;
}

/**
 * cure_ethtool - say what to turn off at a device
 * @findings: all that is said
 * @finding: what it cures
 * @label: "run", or "source" for what is not needed here
 * @scene: the namespace of the device
 * @iface: the device
 * @what: of ethtool -K
 */
void cure_ethtool(struct findings *findings, struct finding *finding,
		  const char *label, const struct scene *scene, const char *iface,
		  const char *what)
{
	struct pool *pool = findings->scenes->pool;

	finding_run(findings, finding, label,
		    pool_print(pool, "%sethtool -K %s %s", scene->ns->enter,
			       text_is_harmless(iface) ? iface : "<device>", what));
}

/**
 * cure_offloads - say how to have everything leave a finding's interfaces finished
 * @findings: all that is said
 * @finding: what it cures
 */
void cure_offloads(struct findings *findings, struct finding *finding)
{
	const struct snapshot *now = &finding->scene->now;
	struct pool *pool = findings->scenes->pool;
	const char *names = "";
	int i;

	if (proc_setting(now, "no_offload_ifaces")) {
		if (proc_choice(now, "mode") != 2)
			cure_knob(findings, finding, "mode", "2");
		if (proc_choice(now, "no_offload") == 0)
			cure_knob(findings, finding, "no_offload", "1");
		cure_list(findings, finding, "no_offload_ifaces");
		return;
	}
	/* A module that takes no offloads leaves that to ethtool. */
	for (i = 0; i < finding->ifaces.count; i++)
		names = pool_print(pool, "%s%s%s", names, i ? " " : "",
				   text_is_harmless(finding->ifaces.names[i]) ?
				   finding->ifaces.names[i] : "<device>");
	if (finding->ifaces.count == 1)
		cure_ethtool(findings, finding, "run", finding->scene,
			     finding->ifaces.names[0], "tx off");
	else
		finding_run(findings, finding, "run",
			    pool_print(pool, "for i in %s; do %sethtool -K $i tx off; done",
				       names, finding->scene->ns->enter));
	finding_says(findings, finding, "keep",
		     "It is lost when the interface is made anew: put it where interfaces are made.");
}
