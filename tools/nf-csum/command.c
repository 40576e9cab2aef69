// SPDX-License-Identifier: GPL-2.0
/*
 * What the commands share: the namespaces they look at, what they say when there is
 * no module, and JSON.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "text.h"

static void select_one(struct pool *pool, struct scope *scope, struct netns *ns)
{
	*pool_add(pool, scope->ns, scope->count) = ns;
}

/**
 * scope_select - choose the namespaces that a command looks at
 * @call: how it was called
 * @scope: gets them
 * @all_by_default: all of them, if nothing else is said, it is called in the first
 *	one and it may
 */
void scope_select(const struct call *call, struct scope *scope, bool all_by_default)
{
	struct netns *own, *named;
	int i;

	*scope = (struct scope){};
	netns_find(call->pool, &scope->all);
	own = scope->all.ns[0];
	scope->may_enter = netns_may_enter(&scope->all);
	if (!call->netns && !(all_by_default && own->first && scope->may_enter)) {
		select_one(call->pool, scope, own);
	} else if (!call->netns || !strcmp(call->netns, "all")) {
		for (i = 0; i < scope->all.count; i++)
			select_one(call->pool, scope, scope->all.ns[i]);
	} else {
		named = netns_by_word(&scope->all, call->netns);
		if (!named)
			fail(EXIT_UNREADABLE,
			     "there is no network namespace %s: ip netns list shows those with names",
			     text_plain(call->pool, call->netns));
		select_one(call->pool, scope, named);
	}
}

static const char *why(int error)
{
	if (error == EPERM || error == EACCES)
		return "that takes root";
	return strerror(error);
}

/**
 * scope_read - read all that the module says of a namespace
 * @pool: whose the memory is
 * @scope: the namespaces that the command looks at; remembers what was missed
 * @ns: the one
 * @snapshot: gets it
 *
 * Return: whether it could be read; if not, the reader was told. If that was this
 * program's own namespace, or the only one, it does not return.
 */
bool scope_read(struct pool *pool, struct scope *scope, const struct netns *ns,
		struct snapshot *snapshot)
{
	const char *unreadable;
	int error;

	error = netns_enter(ns);
	/* A container that has ended is no fault, unless it was asked for. */
	if (error == -ENOENT && scope->count > 1 && !ns->own)
		return false;
	if (error) {
		say("cannot look into %s: %s", ns->title, why(-error));
		if (scope->count == 1)
			exit(EXIT_UNREADABLE);
		scope->missed = true;
		return false;
	}
	unreadable = proc_snapshot(pool, snapshot);
	if (!unreadable) {
		if (snapshot->unreadable) {
			say("%d lines of the counters of %s make no sense, and are left out",
			    snapshot->unreadable, ns->title);
			scope->missed = true;
		}
		return true;
	}
	error = errno;
	if (error == ENOENT && strstr(unreadable, "nf_csum_iface"))
		say("there is no %s: the module is too old", unreadable);
	else if (error == ENOENT)
		say("the module nf_csum is loaded, but shows nothing here: there is no %s",
		    unreadable);
	else
		say("%s: %s", unreadable,
		    error == EACCES ? "permission denied" : strerror(error));
	if (scope->count == 1)
		exit(EXIT_UNREADABLE);
	scope->missed = true;
	return false;
}

/**
 * need_module - end the program if the module is not there
 * @call: how it was called
 */
void need_module(const struct call *call)
{
	struct json_object *none;

	if (proc_is_loaded(call->pool))
		return;
	if (call->json) {
		none = json_object_new_object();
		json_put(call->pool, none, "loaded", json_object_new_boolean(false));
		json_put(call->pool, none, "version", NULL);
		json_put(call->pool, none, "namespaces", json_object_new_array());
		json_show(none);
	}
	fail(EXIT_UNREADABLE, "the module nf_csum is not loaded");
}

/**
 * number_of - read a number that the reader wrote
 * @what: what it is
 * @word: what was written
 * @least: the least it may be
 * @most: the most it may be
 *
 * Return: the number; if it is none, the program ends.
 */
unsigned long number_of(const char *what, const char *word, unsigned long least,
			unsigned long most)
{
	unsigned long n;
	struct pool pool = {};

	errno = 0;
	n = strtoul(word, NULL, 10);
	if (!text_is_number(word) || errno || n < least || n > most) {
		say("%s is a number from %lu to %lu, and not '%s'", what, least, most,
		    text_plain(&pool, word));
		pool_free(&pool);
		exit(EXIT_USAGE);
	}
	return n;
}

/**
 * json_text - a string, fit to be shown
 * @pool: for what is in between
 * @text: any bytes
 *
 * Return: a string in JSON.
 */
struct json_object *json_text(struct pool *pool, const char *text)
{
	return json_object_new_string(text_plain(pool, text));
}

/**
 * json_put - put a value into an object
 * @pool: for what is in between
 * @in: the object
 * @key: any bytes
 * @value: the value, which the object takes over
 */
void json_put(struct pool *pool, struct json_object *in, const char *key,
	      struct json_object *value)
{
	json_object_object_add(in, text_plain(pool, key), value);
}

/**
 * json_columns - a counter's counts by the name of the column
 * @pool: for what is in between
 * @snapshot: where the counter is from
 * @counter: the counter
 *
 * Return: an object.
 */
struct json_object *json_columns(struct pool *pool, const struct snapshot *snapshot,
				 const struct counter *counter)
{
	struct json_object *columns = json_object_new_object();
	int c;

	for (c = 0; c < COLUMNS; c++)
		if (snapshot->columns[c])
			json_put(pool, columns, snapshot->columns[c],
				 json_object_new_uint64(counter->n[c]));
	return columns;
}

static void show(struct json_object *object, int flags)
{
	puts(json_object_to_json_string_ext(object, flags));
	json_object_put(object);
}

/**
 * json_show - write an object for people and programs
 * @object: the object, which is given up
 */
void json_show(struct json_object *object)
{
	show(object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
		     JSON_C_TO_STRING_NOSLASHESCAPE);
}

/**
 * json_line - write an object in one line, one of many
 * @object: the object, which is given up
 */
void json_line(struct json_object *object)
{
	show(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	fflush(stdout);
}
