// SPDX-License-Identifier: GPL-2.0
/*
 * nf-csum watch: which counters move, and how fast. What is bad comes first. On a
 * terminal the same screen is drawn again; elsewhere each round is a paragraph.
 * Namespaces may come and go meanwhile.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "text.h"

#define SECONDS_MAX	86400

struct rate {
	const char *netns;
	const char *iface;	/* NULL for the total */
	const char *counter;
	int badness;
	double per_second[COLUMNS];
	double sum;
};

struct round {
	struct pool pool;
	struct scope scope;
	double seconds;		/* when it was read, on the clock of snapshots */
	struct snapshot *of;	/* in the order of the scope; .seconds is -1 if missed */
	struct rate *rates;
	int rates_count;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* Worst first: what is lost or damaged, what is wrong, what was done, the rest. */
static int badness_of(const char *counter)
{
	static const struct {
		const char *name;
		int badness;
	} table[] = {
		{ "untrusted", 4 }, { "corrupt", 4 }, { "malformed", 4 }, { "failed", 4 },
		{ "invalid_other", 4 }, { "invalid_checksum", 4 }, { "gso_lost", 4 },
		{ "zeroed", 3 }, { "seed", 3 }, { "partial_bad_seed", 3 }, { "gso_bad", 3 },
		{ "dropped", 3 }, { "unvouched", 3 }, { "invalid_dropped", 3 },
		{ "filled", 2 }, { "reseeded", 2 }, { "rearmed", 2 },
		{ "outer_refreshed", 2 }, { "opaque", 1 }, { "fragment", 1 }, { "exempt", 1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(counter, table[i].name))
			return table[i].badness;
	/* One that is newer than this program is worth a look. */
	return word_find(counter) ? 0 : 1;
}

/* Whoever asks for one namespace is told when it has gone. */
static void read_round(struct round *round, const struct call *call)
{
	struct call again = *call;
	struct scope *scope = &round->scope;
	int i;

	again.pool = &round->pool;
	scope_select(&again, scope, false);
	round->seconds = proc_clock(&round->pool);
	round->of = pool_get(&round->pool, scope->count * sizeof(*round->of));
	for (i = 0; i < scope->count; i++)
		if (!scope_read(&round->pool, scope, scope->ns[i], &round->of[i]))
			round->of[i] = (struct snapshot){ .seconds = -1 };
}

/* What a namespace said before: nothing, if it is new. NULL if it could not be read. */
static const struct snapshot *before_of(const struct round *before,
					const struct netns *ns, struct snapshot *none)
{
	int i;

	for (i = 0; i < before->scope.count; i++)
		if (before->scope.ns[i]->inode == ns->inode)
			return before->of[i].seconds < 0 ? NULL : &before->of[i];
	*none = (struct snapshot){ .seconds = before->seconds };
	return none;
}

static void add_rate(struct round *round, const char *netns, const char *iface,
		     const struct counter *now, const struct counter *old,
		     double seconds)
{
	struct rate rate = {
		.netns = netns, .iface = iface, .counter = now->name,
		.badness = badness_of(now->name),
	};
	int c;

	for (c = 0; c < COLUMNS; c++) {
		uint64_t before = old ? old->n[c] : 0;

		/* Less than before began again: another module, another interface. */
		rate.per_second[c] = (now->n[c] - (now->n[c] < before ? 0 : before)) / seconds;
		rate.sum += rate.per_second[c];
	}
	if (rate.sum > 0)
		*pool_add(&round->pool, round->rates, round->rates_count) = rate;
}

static int worst_first(const void *a, const void *b)
{
	const struct rate *x = a, *y = b;

	if (x->badness != y->badness)
		return y->badness - x->badness;
	if (x->sum != y->sum)
		return (x->sum < y->sum) - (x->sum > y->sum);
	return strcmp(x->counter, y->counter);
}

static void compare_one(struct round *now, const char *netns,
			const struct snapshot *new, const struct snapshot *old,
			double seconds)
{
	int i, k;

	for (i = 0; i < new->totals_count; i++)
		add_rate(now, netns, NULL, &new->totals[i],
			 proc_counter(old->totals, old->totals_count,
				      new->totals[i].name), seconds);
	for (i = 0; i < new->ifaces_count; i++) {
		const struct iface *iface = &new->ifaces[i];
		const struct iface *was = proc_iface(old, iface->name);

		for (k = 0; k < iface->count; k++)
			add_rate(now, netns, iface->name, &iface->counters[k],
				 was ? proc_counter(was->counters, was->count,
						    iface->counters[k].name) : NULL,
				 seconds);
	}
}

static void compare(struct round *now, const struct round *before, double pause)
{
	int n;

	for (n = 0; n < now->scope.count; n++) {
		const struct snapshot *new = &now->of[n], *old;
		const struct netns *ns = now->scope.ns[n];
		struct snapshot none;
		double seconds;

		old = before_of(before, ns, &none);
		if (new->seconds < 0 || !old)
			continue;
		seconds = new->seconds - old->seconds;
		compare_one(now, ns->name, new, old, seconds > 0 ? seconds : pause);
	}
	if (now->rates_count)
		qsort(now->rates, now->rates_count, sizeof(*now->rates), worst_first);
}

static int rows(void)
{
	struct winsize size;

	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row > 5 ?
	       size.ws_row : 24;
}

static bool has_link(const struct round *round)
{
	int i;

	for (i = 0; i < round->rates_count; i++)
		if (round->rates[i].per_second[LINK] > 0)
			return true;
	return false;
}

/* A line that would wrap would tear the screen. */
static void put_line(const char *line, bool screen)
{
	if (screen)
		printf("%.*s\033[K\n", text_columns() - 1, line);
	else
		puts(line);
}

static void show_round(struct round *round, bool screen)
{
	int room = screen ? rows() - 4 : round->rates_count;
	bool link = has_link(round), spaces = round->scope.count > 1;
	struct pool *pool = &round->pool;
	const char *line;
	int i;

	line = pool_print(pool, "%s%-15s %-16s %13s %13s%s",
			  spaces ? pool_print(pool, "%-16s ", "netns") : "", "interface",
			  "counter", "prerouting/s", "postrouting/s",
			  link ? pool_print(pool, " %13s", "link/s") : "");
	if (round->rates_count)
		put_line(line, screen);
	for (i = 0; i < round->rates_count && i < room; i++) {
		const struct rate *rate = &round->rates[i];

		line = pool_print(pool, "%s%-15s %-16s %13.1f %13.1f%s",
				  spaces ? pool_print(pool, "%-16.16s ",
						      *rate->netns ? text_plain(pool, rate->netns) :
						      "(first)") : "",
				  rate->iface ? text_plain(pool, rate->iface) : "(all)",
				  rate->counter, rate->per_second[PRE], rate->per_second[POST],
				  link ? pool_print(pool, " %13.1f", rate->per_second[LINK]) : "");
		put_line(line, screen);
	}
	if (i < round->rates_count)
		put_line(pool_print(pool, "and %d more", round->rates_count - i), screen);
	if (!round->rates_count)
		put_line("nothing moves", screen);
}

static void show_object(struct round *round)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct pool *pool = &round->pool;
	int i, c;

	json_put(pool, object, "time", json_object_new_int64(time(NULL)));
	for (i = 0; i < round->rates_count; i++) {
		const struct rate *rate = &round->rates[i];
		struct json_object *line = json_object_new_object();

		json_put(pool, line, "netns", json_text(pool, rate->netns));
		json_put(pool, line, "iface", rate->iface ? json_text(pool, rate->iface) : NULL);
		json_put(pool, line, "counter", json_text(pool, rate->counter));
		for (c = 0; c < COLUMNS; c++)
			if (round->of[0].columns[c])
				json_put(pool, line, round->of[0].columns[c],
					 json_object_new_double(rate->per_second[c]));
		json_object_array_add(list, line);
	}
	json_put(pool, object, "namespaces", json_object_new_int(round->scope.count));
	json_put(pool, object, "rates", list);
	json_line(object);
}

static void show_screen(struct round *round, double pause)
{
	char clock[16];
	time_t now = time(NULL);
	struct tm tm;

	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &tm));
	printf("\033[H");
	put_line(pool_print(&round->pool, "nf-csum watch: packets per second, every %g s, %s",
			    pause, clock), true);
	put_line("", true);
	show_round(round, true);
	printf("\033[J");
	fflush(stdout);
}

/* Until the time has come, or somebody wants to stop. */
static void pause_for(double seconds)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)seconds;
	while (!stopped && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL))
		;
}

/**
 * command_watch - nf-csum watch
 * @call: how it was called
 *
 * Return: the program's exit status.
 */
int command_watch(const struct call *call)
{
	bool screen = isatty(STDOUT_FILENO) && !call->json && !call->once;
	struct sigaction action = { .sa_handler = stop };
	unsigned long pause = 1, count = 0, i;
	struct round before = {}, now = {};
	bool missed;

	if (call->args_count > 0)
		pause = number_of("SECONDS", call->args[0], 1, SECONDS_MAX);
	if (call->args_count > 1)
		count = number_of("COUNT", call->args[1], 1, 1000000000);
	if (call->once)
		count = 1;
	need_module(call);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	read_round(&before, call);
	missed = before.scope.missed;
	if (screen)
		printf("\033[2J");
	for (i = 0; !count || i < count; i++) {
		fflush(stdout);
		if (ferror(stdout))
			break;
		pause_for(pause);
		if (stopped)
			break;
		need_module(call);
		read_round(&now, call);
		missed = missed || now.scope.missed;
		compare(&now, &before, pause);
		if (call->json)
			show_object(&now);
		else if (screen)
			show_screen(&now, pause);
		else
			show_round(&now, false);
		if (!screen && !call->json && (!count || i + 1 < count))
			putchar('\n');
		pool_free(&before.pool);
		before = now;
		now = (struct round){};
	}
	pool_free(&before.pool);
	return missed ? EXIT_UNREADABLE : EXIT_FINE;
}
