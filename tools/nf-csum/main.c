// SPDX-License-Identifier: GPL-2.0
/*
 * nf-csum: what the module nf_csum saw and did, which interface is the culprit, and
 * what to do about it. Finds the command, and reads its options.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "text.h"

const char tool_version[] = TOOL_VERSION;

/* What an option without a letter is told by. */
enum {
	OPTION_VERSION = 256,
	OPTION_ROOT,
	OPTION_JSON,
	OPTION_ALL_NETNS,
	OPTION_NO_MASK,
	OPTION_ROFF,
	OPTION_WORDS,
};

/**
 * struct option_text - an option as the help shows it
 * @letter: of the option, or what is told instead of one
 * @name: the long form, or NULL
 * @argument: what it takes, or NULL
 * @says: a sentence
 */
struct option_text {
	int letter;
	const char *name;
	const char *argument;
	const char *says;
};

#define OPTIONS_MAX	8

static const struct option_text common[] = {
	{ 'h', "help", NULL, "this text" },
	{ OPTION_JSON, "json", NULL, "for programs" },
	{ 'N', "netns", "NAME|PID|all",
	  "look at that network namespace: a name of ip netns, a container, a process, or all of them" },
	{ OPTION_ALL_NETNS, "all-netns", NULL, NULL },
	{ OPTION_ROOT, "root", "FOLDER", NULL },
};

#define COMMON	(ARRAY_SIZE(common))

static const struct command {
	const char *name;
	const char *args;
	int args_max;
	const char *says;
	const char *more;
	struct option_text options[OPTIONS_MAX];
	int (*run)(const struct call *call);
} commands[] = {
	{
		.name = "status",
		.args = "",
		.says = "what is on, and what was counted",
		.more = "Shows the knobs that are not at their defaults, the counters that are not zero with a sentence about each, and the interfaces that they are of.",
		.run = command_status,
	},
	{
		.name = "doctor",
		.args = "[SECONDS]",
		.args_max = 1,
		.says = "what is wrong, where, why, and what to type",
		.more = "Called by root in the first network namespace it looks at all of them. With SECONDS it judges only what moves meanwhile; counters hold the past, too. Exit status: 0 nothing to do, 1 something to do, or it cannot tell.",
		.run = command_doctor,
	},
	{
		.name = "watch",
		.args = "[SECONDS [COUNT]]",
		.args_max = 2,
		.says = "packets per second, the bad ones first",
		.more = "Every second or every SECONDS, until it is stopped or COUNT times. On a terminal it stays on one screen.",
		.options = {
			{ '1', "once", NULL, "show the rates once, and end" },
		},
		.run = command_watch,
	},
	{
		.name = "trace",
		.args = "",
		.says = "the packets themselves, as they pass, with the evidence",
		.more = "A line for each packet that is not simply all right. Takes root. Leaves nothing behind.",
		.options = {
			{ 'i', "iface", "NAME", "only packets of this interface; a glob for several" },
			{ 's', "state", "STATE", "only packets in this state, or to which this was done" },
			{ 'c', "count", "COUNT", "end after so many lines" },
			{ 'r', "rate", "LINES", "show so many lines a second at most (100), 0 for all" },
		},
		.run = command_trace,
	},
	{
		.name = "explain",
		.args = "[NAME...]",
		.args_max = 64,
		.says = "what a counter, a state or a knob means, and what to do",
		.more = "Works without the module. Without a NAME it lists all there are.",
		.options = {
			{ OPTION_ROFF, "roff", NULL, "for manual pages; NAME is states, actions or knobs" },
		},
		.run = command_explain,
	},
	{
		.name = "report",
		.args = "",
		.says = "one text to attach to a bug report",
		.more = "Addresses and names are replaced, the same one by the same one each time.",
		.options = {
			{ OPTION_NO_MASK, "no-mask", NULL, "leave addresses and names as they are" },
		},
		.run = command_report,
	},
	{
		.name = "prometheus",
		.args = "",
		.says = "counters and knobs for the textfile collector of node_exporter",
		.more = "Called by root in the first network namespace it writes all of them.",
		.options = {
			{ 'o', "output", "FILE", "write there, at once, so that nobody reads half of it" },
		},
		.run = command_prometheus,
	},
};

#define COMMANDS	(ARRAY_SIZE(commands))

static void show_usage(FILE *out)
{
	size_t i;

	fprintf(out, "usage: nf-csum COMMAND [OPTION...]\n\n");
	for (i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-10s %-18s %s\n", commands[i].name, commands[i].args,
			commands[i].says);
	fprintf(out, "\nEach takes -h, --json and -N|--netns NAME|PID|all. nf-csum --version\n"
		"says what is installed and what is loaded.\n");
}

static void show_option(const struct option_text *option)
{
	char text[64];
	int len = 0;

	if (!option->says)
		return;
	len += option->letter < 256 ? sprintf(text, "  -%c, ", option->letter) :
				      sprintf(text, "      ");
	len += sprintf(text + len, "--%s", option->name);
	if (option->argument)
		sprintf(text + len, " %s", option->argument);
	text_wrap(stdout, text, 28, option->says);
}

static void show_help(const struct command *command)
{
	size_t i;

	printf("usage: nf-csum %s [OPTION...]%s%s\n\n", command->name,
	       *command->args ? " " : "", command->args);
	text_wrap(stdout, "", 0, command->more);
	printf("\n");
	for (i = 0; i < OPTIONS_MAX && command->options[i].letter; i++)
		show_option(&command->options[i]);
	for (i = 0; i < COMMON; i++)
		show_option(&common[i]);
}

static int show_version(struct pool *pool)
{
	char *srcversion;

	printf("nf-csum %s\n", tool_version);
	if (!proc_is_loaded(pool)) {
		puts("module nf_csum: not loaded");
		return EXIT_FINE;
	}
	srcversion = pool_read(pool, netns_host_path(pool, "sys/module/nf_csum/srcversion"),
			       NULL);
	printf("module nf_csum %s, loaded", proc_version(pool));
	if (srcversion) {
		srcversion[strcspn(srcversion, "\n")] = '\0';
		printf(", srcversion %s", text_plain(pool, srcversion));
	}
	putchar('\n');
	return EXIT_FINE;
}

static void no_such(struct pool *pool, const char *what, const char *word,
		    const char *const *known, int count)
{
	const char *nearest = text_nearest(word, known, count);

	if (nearest)
		say("there is no %s %s; is %s meant?", what, text_plain(pool, word),
		    nearest);
	else
		say("there is no %s %s", what, text_plain(pool, word));
}

static const struct command *find_command(struct pool *pool, const char *word)
{
	const char *names[COMMANDS];
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		if (!strcmp(commands[i].name, word))
			return &commands[i];
		names[i] = commands[i].name;
	}
	no_such(pool, "command", word, names, COMMANDS);
	show_usage(stderr);
	exit(EXIT_USAGE);
}

/* For completion: the commands, or the options of one. */
static int show_words(const char *word)
{
	size_t i, j;

	for (i = 0; i < COMMANDS; i++) {
		if (!word) {
			puts(commands[i].name);
			continue;
		}
		if (strcmp(word, commands[i].name))
			continue;
		for (j = 0; j < OPTIONS_MAX && commands[i].options[j].letter; j++)
			printf("--%s\n", commands[i].options[j].name);
		for (j = 0; j < COMMON; j++)
			if (common[j].says)
				printf("--%s\n", common[j].name);
	}
	return EXIT_FINE;
}

/* Both lists in the form of getopt_long(). */
static void list_options(const struct command *command, char *letters,
			 struct option *options, const char **names, int *count)
{
	const struct option_text *list[OPTIONS_MAX + COMMON], *o;
	int n = 0, i;
	size_t j;

	for (j = 0; j < OPTIONS_MAX && command->options[j].letter; j++)
		list[n++] = &command->options[j];
	for (j = 0; j < COMMON; j++)
		list[n++] = &common[j];
	*letters++ = ':';
	for (i = 0; i < n; i++) {
		o = list[i];
		options[i] = (struct option){
			.name = o->name,
			.has_arg = o->argument ? required_argument : no_argument,
			.val = o->letter,
		};
		names[i] = o->name;
		if (o->letter < 256) {
			*letters++ = o->letter;
			if (o->argument)
				*letters++ = ':';
		}
	}
	*letters = '\0';
	options[n] = (struct option){};
	*count = n;
}

static void bad_option(struct pool *pool, const struct command *command,
		       const char *word, const char *const *names, int count)
{
	if (word && !strncmp(word, "--", 2))
		no_such(pool, pool_print(pool, "option of %s", command->name), word + 2,
			names, count);
	else
		say("there is no option -%c of %s", optopt > ' ' && optopt <= '~' ? optopt : '?',
		    command->name);
	say("nf-csum %s -h shows its options", command->name);
	exit(EXIT_USAGE);
}

static void take_option(const struct command *command, struct call *call, int option)
{
	switch (option) {
	case 'h':
		show_help(command);
		exit(fflush(stdout) ? EXIT_UNREADABLE : EXIT_FINE);
	case OPTION_JSON:
		call->json = true;
		break;
	case 'N':
		call->netns = optarg;
		break;
	case OPTION_ALL_NETNS:
		call->netns = "all";
		break;
	case OPTION_ROOT:
		netns_root = optarg;
		break;
	case '1':
		call->once = true;
		break;
	case OPTION_NO_MASK:
		call->no_mask = true;
		break;
	case OPTION_ROFF:
		call->roff = true;
		break;
	case 'i':
		call->iface = optarg;
		break;
	case 's':
		call->state = optarg;
		break;
	case 'c':
		call->count = number_of("a count", optarg, 1, 1000000000);
		break;
	case 'r':
		call->rate = number_of("a rate", optarg, 0, 1000000000);
		break;
	case 'o':
		call->output = optarg;
		break;
	}
}

static int run_command(struct pool *pool, int argc, char **argv)
{
	const struct command *command = find_command(pool, argv[0]);
	struct option options[OPTIONS_MAX + COMMON + 1];
	const char *names[OPTIONS_MAX + COMMON];
	char letters[2 * (OPTIONS_MAX + COMMON) + 2];
	struct call call = { .pool = pool, .rate = 100 };
	int option, count, at;

	list_options(command, letters, options, names, &count);
	opterr = 0;
	for (at = 1; (option = getopt_long(argc, argv, letters, options, NULL)) != -1;
	     at = optind) {
		if (option == '?')
			bad_option(pool, command, at < argc ? argv[at] : NULL, names, count);
		if (option == ':') {
			say("%s takes an argument", text_plain(pool, argv[optind - 1]));
			exit(EXIT_USAGE);
		}
		take_option(command, &call, option);
	}
	call.args = argv + optind;
	call.args_count = argc - optind;
	if (call.args_count > command->args_max) {
		say("%s does not take '%s'", command->name,
		    text_plain(pool, call.args[command->args_max]));
		say("nf-csum %s -h shows what it takes", command->name);
		exit(EXIT_USAGE);
	}
	return command->run(&call);
}

/* Options in front of the command are those that every command takes. */
static int read_globals(struct pool *pool, int argc, char **argv)
{
	static const char * const names[] = { "help", "version" };
	int at = 1;

	for (; at < argc && argv[at][0] == '-'; at++) {
		if (!strcmp(argv[at], "-h") || !strcmp(argv[at], "--help")) {
			show_usage(stdout);
			exit(EXIT_FINE);
		}
		if (!strcmp(argv[at], "-V") || !strcmp(argv[at], "--version"))
			exit(show_version(pool));
		if (!strcmp(argv[at], "--words"))
			exit(show_words(at + 1 < argc ? argv[at + 1] : NULL));
		if (!strcmp(argv[at], "--root") && at + 1 < argc) {
			netns_root = argv[++at];
			continue;
		}
		no_such(pool, "option", argv[at] + strspn(argv[at], "-"), names, 2);
		show_usage(stderr);
		exit(EXIT_USAGE);
	}
	return at;
}

static struct pool pool;

static void clean_up(void)
{
	pool_free(&pool);
}

int main(int argc, char **argv)
{
	int status, at;

	atexit(clean_up);
	at = read_globals(&pool, argc, argv);
	if (at >= argc) {
		show_usage(stderr);
		return EXIT_USAGE;
	}
	status = run_command(&pool, argc - at, argv + at);
	if (fflush(stdout) || ferror(stdout)) {
		if (errno != EPIPE)
			say("cannot write: %s", strerror(errno));
		return EXIT_UNREADABLE;
	}
	return status;
}
