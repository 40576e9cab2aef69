// SPDX-License-Identifier: GPL-2.0
/*
 * nf-csum trace: the packets themselves, as they pass. The event knows a device's
 * number and name, and no namespace: that is found by them.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "command.h"
#include "glob.h"
#include "link.h"
#include "text.h"

#define ROUND_NS	50000000	/* between two looks into the buffer */
#define SAME_MAX	3		/* namespaces that a packet may be from */

struct tracing {
	const struct call *call;
	struct scope *scope;
	struct links *links;		/* of each namespace there is */
	struct pool links_pool;
	double links_read_at;
	unsigned long shown;		/* lines in all */
	unsigned long left_out;		/* by the rate, since it was said last */
	unsigned long this_second;
	double second;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void read_links(struct tracing *t)
{
	int i;

	pool_free(&t->links_pool);
	t->links = pool_get(&t->links_pool, t->scope->all.count * sizeof(*t->links));
	for (i = 0; i < t->scope->all.count; i++)
		if ((i == 0 || t->scope->may_enter) && !netns_enter(t->scope->all.ns[i]))
			links_read(&t->links_pool, &t->links[i]);
	t->links_read_at = now();
}

static bool in_scope(const struct scope *scope, const struct netns *ns)
{
	int i;

	for (i = 0; i < scope->count; i++)
		if (scope->ns[i] == ns)
			return true;
	return false;
}

/* Names the namespaces that have this device. Return: whether one is wanted. */
static bool find_netns(struct tracing *t, struct pool *pool, struct packet *packet,
		       unsigned int ifindex)
{
	bool wanted = false;
	int i, known = 0;

	for (i = 0; i < t->scope->all.count; i++) {
		const struct netns *ns = t->scope->all.ns[i];
		const struct link *link = links_by_index(&t->links[i], ifindex);

		if (!link || strcmp(link->name, packet->ifname))
			continue;
		wanted = wanted || in_scope(t->scope, ns);
		if (++known > SAME_MAX)
			continue;
		packet->netns = pool_print(pool, "%s%s%s", packet->netns, known > 1 ? "|" : "",
					   *ns->name ? ns->name : "-");
	}
	if (known > SAME_MAX)
		packet->netns = pool_print(pool, "%s|...", packet->netns);
	return wanted || (!known && t->scope->count == t->scope->all.count);
}

static bool is_wanted(struct tracing *t, struct pool *pool, struct packet *packet,
		      unsigned int ifindex)
{
	if (t->call->iface && !glob_matches(t->call->iface, packet->ifname))
		return false;
	if (t->call->state && !packet_has(packet, t->call->state))
		return false;
	if (find_netns(t, pool, packet, ifindex))
		return true;
	/* It may be a new one; but not for each packet of somebody else's. */
	if (*packet->netns || now() - t->links_read_at < 1)
		return false;
	read_links(t);
	return find_netns(t, pool, packet, ifindex);
}

static void say_left_out(struct tracing *t)
{
	if (t->left_out)
		say("%lu packets left out: -r shows more", t->left_out);
	t->left_out = 0;
}

static bool is_too_fast(struct tracing *t)
{
	if (now() - t->second >= 1) {
		say_left_out(t);
		t->second = now();
		t->this_second = 0;
	}
	if (!t->call->rate || t->this_second < t->call->rate) {
		t->this_second++;
		return false;
	}
	t->left_out++;
	return true;
}

static bool show_packet(struct packet *packet, unsigned int ifindex, void *data)
{
	struct tracing *t = data;
	struct pool pool = {};

	if (is_wanted(t, &pool, packet, ifindex) && !is_too_fast(t)) {
		if (t->call->json) {
			json_line(packet_object(&pool, packet));
		} else {
			/* Where there is one namespace only, its name says nothing. */
			if (t->scope->all.count == 1)
				packet->netns = "";
			puts(packet_line(&pool, packet));
		}
		t->shown++;
	}
	pool_free(&pool);
	return !stopped && (!t->call->count || t->shown < t->call->count);
}

/* What the kernel can leave out itself is not even copied. */
static const char *kernel_filter(const struct call *call)
{
	const struct word *word = call->state ? word_find(call->state) : NULL;
	const char *filter = NULL;

	if (call->iface && text_is_harmless(call->iface))
		filter = pool_print(call->pool, "ifname == \"%s\"", call->iface);
	if (word && word->kind == WORD_STATE)
		filter = pool_print(call->pool, "%s%sstate == \"%s\"", filter ? filter : "",
				    filter ? " && " : "", word->name);
	return filter;
}

static void check_state(const struct call *call)
{
	const char *names[64], *nearest;
	int count = 0;
	size_t i;

	for (i = 0; i < words_count; i++) {
		if (words[i].kind == WORD_TERM)
			continue;
		if (!strcmp(words[i].name, call->state))
			return;
		names[count++] = words[i].name;
	}
	nearest = text_nearest(call->state, names, count);
	say("there is no state and no action %s%s%s%s", text_plain(call->pool, call->state),
	    nearest ? "; is " : "", nearest ? nearest : "", nearest ? " meant?" : "");
	exit(EXIT_USAGE);
}

static void trace(struct tracing *t, struct capture *capture)
{
	const struct timespec round = { .tv_nsec = ROUND_NS };

	while (!stopped && capture_read(capture, show_packet, t)) {
		if (now() - t->second >= 1)
			say_left_out(t);
		if (fflush(stdout) || ferror(stdout))
			break;
		nanosleep(&round, NULL);
	}
}

/**
 * command_trace - nf-csum trace
 * @call: how it was called
 *
 * Return: the program's exit status.
 */
int command_trace(const struct call *call)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = stop };
	struct tracing t = { .call = call };
	struct capture capture;
	struct scope scope;
	const char *error;
	size_t i;

	if (call->state)
		check_state(call);
	if (*netns_root)
		fail(EXIT_UNREADABLE, "a sample has no packets to trace");
	need_module(call);
	scope_select(call, &scope, true);
	t.scope = &scope;
	read_links(&t);
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
	/* Whoever reads this may go: then a write fails, and there is time to clean up. */
	signal(SIGPIPE, SIG_IGN);
	error = capture_start(&capture, kernel_filter(call));
	if (error)
		fail(EXIT_UNREADABLE, "cannot trace: %s", error);
	trace(&t, &capture);
	say_left_out(&t);
	if (capture.missed)
		say("%llu packets passed faster than they could be read", capture.missed);
	capture_stop(&capture);
	pool_free(&t.links_pool);
	return EXIT_FINE;
}
