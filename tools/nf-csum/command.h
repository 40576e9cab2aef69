/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands share: how they are called, and which namespaces they look at. */
#ifndef NF_CSUM_COMMAND_H
#define NF_CSUM_COMMAND_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "netns.h"
#include "pool.h"
#include "proc.h"

/**
 * struct call - how a command was called
 * @pool: for as long as the program runs
 * @json: --json
 * @netns: what -N says, or NULL
 * @once: -1 of watch
 * @no_mask: --no-mask of report
 * @roff: --roff of explain
 * @iface: -i of trace
 * @state: -s of trace
 * @count: -c of trace, or 0
 * @rate: -r of trace, or 0
 * @output: --output of prometheus
 * @args: what is no option
 * @args_count: how many
 */
struct call {
	struct pool *pool;
	bool json;
	const char *netns;
	bool once;
	bool no_mask;
	bool roff;
	const char *iface;
	const char *state;
	unsigned long count;
	unsigned long rate;
	const char *output;
	char **args;
	int args_count;
};

/**
 * struct scope - the namespaces that a command looks at
 * @all: those there are
 * @ns: those it looks at
 * @count: how many
 * @may_enter: others than this one can be looked into
 * @missed: one of them could not be looked into
 */
struct scope {
	struct netns_list all;
	struct netns **ns;
	int count;
	bool may_enter;
	bool missed;
};

extern const char tool_version[];

void scope_select(const struct call *call, struct scope *scope, bool all_by_default);
bool scope_read(struct pool *pool, struct scope *scope, const struct netns *ns,
		struct snapshot *snapshot);
void need_module(const struct call *call);
unsigned long number_of(const char *what, const char *word, unsigned long least,
			unsigned long most);

struct json_object *json_text(struct pool *pool, const char *text);
void json_put(struct pool *pool, struct json_object *in, const char *key,
	      struct json_object *value);
struct json_object *json_columns(struct pool *pool, const struct snapshot *snapshot,
				 const struct counter *counter);
void json_show(struct json_object *object);
void json_line(struct json_object *object);

int command_status(const struct call *call);
int command_doctor(const struct call *call);
int command_watch(const struct call *call);
int command_trace(const struct call *call);
int command_explain(const struct call *call);
int command_report(const struct call *call);
int command_prometheus(const struct call *call);

#endif /* NF_CSUM_COMMAND_H */
