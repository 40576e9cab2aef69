// SPDX-License-Identifier: GPL-2.0
/*
 * Which container a process is in: its control group tells the runtime and the
 * container's number, and the runtime's own files on this host the name. Nothing
 * is read through the container's file system, which is not to be trusted.
 */
#include <json-c/json.h>
#include <string.h>

#include "container.h"
#include "netns.h"
#include "text.h"

#define ID_LEN	64	/* hexadecimal digits of Docker, containerd, CRI-O, Podman */
#define SHOWN	12	/* as many as they show themselves */

/* The string at a path of keys, or NULL. */
static const char *string_at(struct json_object *at, const char *const *keys)
{
	for (; *keys; keys++)
		if (!json_object_object_get_ex(at, *keys, &at))
			return NULL;
	return json_object_is_type(at, json_type_string) ?
	       json_object_get_string(at) : NULL;
}

static struct json_object *json_file(struct pool *pool, const char *format,
				     const char *id)
{
	char *file, *text;

	file = pool_print(pool, "%s%s", netns_root, format);
	file = pool_print(pool, "%.*s%s%s", (int)strcspn(file, "%"), file, id,
			  strchr(file, '%') + 1);
	text = pool_read(pool, file, NULL);
	return text ? json_tokener_parse(text) : NULL;
}

/* What Docker calls it. */
static const char *docker_name(struct pool *pool, const char *id)
{
	static const char * const keys[] = { "Name", NULL };
	struct json_object *config;
	const char *name;

	config = json_file(pool, "/var/lib/docker/containers/%/config.v2.json", id);
	name = config ? string_at(config, keys) : NULL;
	if (name)
		name = pool_print(pool, "docker:%s",
				  text_plain(pool, name + (*name == '/')));
	json_object_put(config);
	return name ? pool_string(pool, name) : NULL;
}

/* The pod that it is part of, if it is part of one. */
static const char *pod_name(struct pool *pool, const char *id)
{
	static const char * const files[] = {
		"/run/containerd/io.containerd.runtime.v2.task/k8s.io/%/config.json",
		"/run/containers/storage/overlay-containers/%/userdata/config.json",
	};
	static const char * const names[][4] = {
		{ "annotations", "io.kubernetes.cri.sandbox-namespace", NULL },
		{ "annotations", "io.kubernetes.cri.sandbox-name", NULL },
		{ "annotations", "io.kubernetes.pod.namespace", NULL },
		{ "annotations", "io.kubernetes.pod.name", NULL },
	};
	const char *label = NULL;
	size_t i;

	for (i = 0; i < 2 && !label; i++) {
		struct json_object *config = json_file(pool, files[i], id);
		const char *space, *pod;

		if (!config)
			continue;
		space = string_at(config, names[2 * i]);
		pod = string_at(config, names[2 * i + 1]);
		if (pod)
			label = pool_print(pool, "pod:%s/%s",
					   text_plain(pool, space ? space : ""),
					   text_plain(pool, pod));
		json_object_put(config);
	}
	return label;
}

static bool is_id(const char *s, size_t len)
{
	return len == ID_LEN && strspn(s, "0123456789abcdef") >= ID_LEN;
}

static const char *by_id(struct pool *pool, const char *runtime,
			 const char *from)
{
	const char *id = pool_copy(pool, from, ID_LEN), *name;

	name = pod_name(pool, id);
	if (!name)
		name = docker_name(pool, id);
	if (name)
		return name;
	return pool_print(pool, "%s:%.*s", runtime, SHOWN, id);
}

/* One folder of a control group's path: docker-0123….scope, lxc.payload.web. */
static const char *by_folder(struct pool *pool, const char *folder, size_t len,
			     const char *parent, size_t parent_len)
{
	static const struct {
		const char *prefix;
		const char *runtime;
	} scopes[] = {
		{ "docker-", "docker" },
		{ "cri-containerd-", "containerd" },
		{ "nerdctl-", "containerd" },
		{ "crio-", "crio" },
		{ "libpod-", "podman" },
		{ "", "container" },
	}, named[] = {
		{ "lxc.payload.", "lxc" },
		{ "machine-", "machine" },
	};
	size_t i;

	if (len > 6 && !strncmp(folder + len - 6, ".scope", 6))
		len -= 6;
	for (i = 0; i < ARRAY_SIZE(scopes); i++) {
		size_t skip = strlen(scopes[i].prefix);
		const char *runtime = scopes[i].runtime;

		if (len < skip || strncmp(folder, scopes[i].prefix, skip) ||
		    !is_id(folder + skip, len - skip))
			continue;
		if (!skip && parent_len == 6 && !strncmp(parent, "docker", 6))
			runtime = "docker";
		return by_id(pool, runtime, folder + skip);
	}
	for (i = 0; i < ARRAY_SIZE(named); i++) {
		size_t skip = strlen(named[i].prefix);

		if (len > skip && !strncmp(folder, named[i].prefix, skip))
			return pool_print(pool, "%s:%s", named[i].runtime,
					  text_plain(pool, pool_copy(pool, folder + skip,
								     len - skip)));
	}
	if (parent_len == 3 && !strncmp(parent, "lxc", 3))
		return pool_print(pool, "lxc:%s",
				  text_plain(pool, pool_copy(pool, folder, len)));
	return NULL;
}

/* The innermost folder that says something. */
static const char *by_line(struct pool *pool, const char *line, size_t len)
{
	const char *found = NULL, *parent = line, *label;
	size_t parent_len = 0, at = 0;

	while (at < len) {
		size_t part = 0;

		while (at + part < len && line[at + part] != '/')
			part++;
		label = by_folder(pool, line + at, part, parent, parent_len);
		if (label)
			found = label;
		parent = line + at;
		parent_len = part;
		at += part + 1;
	}
	return found;
}

/**
 * container_of_process - say which container a process is in
 * @pool: whose the result is
 * @pid: the process
 *
 * Return: the runtime and the name, as docker:web or pod:default/web, fit to be
 * shown; NULL if it is in none.
 */
const char *container_of_process(struct pool *pool, int pid)
{
	const char *found = NULL;
	char *line;

	line = pool_read(pool, pool_print(pool, "%s/proc/%d/cgroup", netns_root, pid),
			 NULL);
	while (line && *line && !found) {
		size_t len = strcspn(line, "\n");

		found = by_line(pool, line, len);
		line += len;
		line += *line == '\n';
	}
	return found;
}
