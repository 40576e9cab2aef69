/* SPDX-License-Identifier: GPL-2.0 */
/* What doctor finds, and how it is shown. */
#ifndef NF_CSUM_FINDING_H
#define NF_CSUM_FINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "glob.h"
#include "scene.h"

enum level {
	LEVEL_TODO,	/* something to do */
	LEVEL_UNKNOWN,	/* it cannot be told, and that can be changed */
	LEVEL_GOOD,	/* was wrong, and is being cured */
	LEVEL_NOTE,	/* what the module does not see, and the like */
};

/**
 * struct finding_line - a line of a finding
 * @label: what it is
 * @text: a paragraph, or a command
 * @is_command: it is not to be broken
 */
struct finding_line {
	const char *label;
	const char *text;
	bool is_command;
};

/**
 * struct finding - something that doctor says
 * @level: how bad it is
 * @what: a word for programs
 * @scene: the namespace; NULL for several together
 * @title: one sentence
 * @ifaces: where; empty for the namespace as such
 * @lines: why, what to type and so on
 * @lines_count: how many
 * @count: packets that show it; 0 if it is not a matter of counting
 */
struct finding {
	enum level level;
	const char *what;
	struct scene *scene;
	const char *title;
	struct glob_names ifaces;
	struct finding_line *lines;
	int lines_count;
	uint64_t count;
};

/**
 * struct findings - all that doctor says
 * @scenes: what it looked at
 * @of: each of them
 * @count: how many
 */
struct findings {
	struct scenes *scenes;
	struct finding *of;
	int count;
};

struct finding *finding_add(struct findings *findings, struct scene *scene,
			    enum level level, const char *what, const char *title);
void finding_iface(struct findings *findings, struct finding *finding,
		   const char *iface);
void finding_says(struct findings *findings, struct finding *finding,
		  const char *label, const char *text);
void finding_run(struct findings *findings, struct finding *finding,
		 const char *label, const char *command);
bool finding_where(struct findings *findings, struct finding *finding);

int findings_count(const struct findings *findings, const struct scene *scene,
		   enum level level);
int findings_count_all(const struct findings *findings, enum level level);
void findings_show(const struct findings *findings, const struct scene *scene);
struct json_object *findings_object(const struct findings *findings);

#endif /* NF_CSUM_FINDING_H */
