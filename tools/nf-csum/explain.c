// SPDX-License-Identifier: GPL-2.0
/*
 * nf-csum explain: what a counter, a state or a knob means, whether it is normal, and
 * what to do. Also makes the tables of the manual pages.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "text.h"

#define INDENT		12
#define ROFF_WIDTH	80

/* With a capital letter and a full stop. */
static const char *sentence(struct pool *pool, const char *says)
{
	char *s = pool_print(pool, "%s%s", says, says[strlen(says) - 1] == '.' ? "" : ".");

	*s = toupper((unsigned char)*s);
	return s;
}

static void show_word(struct pool *pool, const struct word *word)
{
	printf("%s: %s %s\n", word->name, word->kind == WORD_ACTION ? "an" : "a",
	       word_kind_name(word->kind));
	text_wrap(stdout, "  means", INDENT, sentence(pool, word->says));
	if (word->more)
		text_wrap(stdout, "", INDENT, word->more);
	text_wrap(stdout, "  normal", INDENT, word->normal);
	text_wrap(stdout, "  to do", INDENT, word->advice);
}

static const char *initial(struct pool *pool, const struct knob *knob)
{
	return *knob->initial ? pool_print(pool, "default %s", knob->initial) :
				"default empty";
}

static void show_knob(struct pool *pool, const struct knob *knob)
{
	int i;

	printf("%s: a knob, net.netfilter.nf_csum_%s (%s)\n", knob->name, knob->name,
	       initial(pool, knob));
	text_wrap(stdout, "  decides", INDENT, sentence(pool, knob->says));
	for (i = 0; i < KNOB_CHOICES && knob->choices[i]; i++)
		text_wrap(stdout, pool_print(pool, "  %9d", i), INDENT + 1,
			  sentence(pool, knob->choices[i]));
	if (knob->kind == KNOB_LIST)
		text_wrap(stdout, "", INDENT,
			  "Up to 16 names or globs (* ? [a-z]), with spaces between. They are matched by name, so that an interface need not exist yet.");
	if (knob->more)
		text_wrap(stdout, "", INDENT, knob->more);
	text_wrap(stdout, "  to do", INDENT, knob->advice);
}

static struct json_object *word_object(struct pool *pool, const struct word *word)
{
	struct json_object *object = json_object_new_object();

	json_put(pool, object, "name", json_text(pool, word->name));
	json_put(pool, object, "kind", json_text(pool, word_kind_name(word->kind)));
	json_put(pool, object, "means", json_text(pool, word->says));
	if (word->more)
		json_put(pool, object, "more", json_text(pool, word->more));
	json_put(pool, object, "normal", json_text(pool, word->normal));
	json_put(pool, object, "advice", json_text(pool, word->advice));
	return object;
}

static struct json_object *knob_object(struct pool *pool, const struct knob *knob)
{
	struct json_object *object = json_object_new_object();
	struct json_object *choices = json_object_new_object();
	int i;

	json_put(pool, object, "name", json_text(pool, knob->name));
	json_put(pool, object, "kind", json_text(pool, "knob"));
	json_put(pool, object, "means", json_text(pool, knob->says));
	json_put(pool, object, "default", json_text(pool, knob->initial));
	for (i = 0; i < KNOB_CHOICES && knob->choices[i]; i++)
		json_put(pool, choices, pool_print(pool, "%d", i),
			 json_text(pool, knob->choices[i]));
	json_put(pool, object, "values", choices);
	if (knob->more)
		json_put(pool, object, "more", json_text(pool, knob->more));
	json_put(pool, object, "advice", json_text(pool, knob->advice));
	return object;
}

static void show_all(struct pool *pool)
{
	enum word_kind kind;
	size_t i;

	for (kind = WORD_STATE; kind <= WORD_TERM; kind++) {
		printf("%s%ss\n", kind ? "\n" : "", word_kind_name(kind));
		for (i = 0; i < words_count; i++)
			if (words[i].kind == kind)
				text_wrap(stdout, pool_print(pool, "  %s", words[i].name),
					  20, words[i].says);
	}
	printf("\nknobs\n");
	for (i = 0; i < knobs_count; i++)
		text_wrap(stdout, pool_print(pool, "  %s", knobs[i].name), 20,
			  knobs[i].says);
}

/* The name of what is asked for, without what sysctl and /proc put in front of it. */
static const char *bare(const char *name)
{
	static const char * const fronts[] = { "net.netfilter.", "nf_csum_" };
	size_t i;

	for (i = 0; i < 2; i++)
		if (!strncmp(name, fronts[i], strlen(fronts[i])))
			name += strlen(fronts[i]);
	return name;
}

static void unknown(struct pool *pool, const char *name)
{
	const char **names = pool_get(pool, (words_count + knobs_count) * sizeof(*names));
	const char *nearest;
	size_t i;

	for (i = 0; i < words_count; i++)
		names[i] = words[i].name;
	for (i = 0; i < knobs_count; i++)
		names[words_count + i] = knobs[i].name;
	nearest = text_nearest(name, names, words_count + knobs_count);
	if (nearest)
		fail(EXIT_USAGE, "there is no counter and no knob %s; is %s meant?",
		     text_plain(pool, name), nearest);
	fail(EXIT_USAGE, "there is no counter and no knob %s; nf-csum explain lists them",
	     text_plain(pool, name));
}

static void explain(const struct call *call, const char *name,
		    struct json_object *list)
{
	const struct word *word = word_find(bare(name));
	const struct knob *knob = knob_find(bare(name));

	if (!word && !knob)
		unknown(call->pool, name);
	if (word && call->json)
		json_object_array_add(list, word_object(call->pool, word));
	else if (word)
		show_word(call->pool, word);
	if (knob && call->json)
		json_object_array_add(list, knob_object(call->pool, knob));
	else if (knob)
		show_knob(call->pool, knob);
}

static int roff_char(char c, int at)
{
	if (c == '-')
		return printf("\\-");
	if (c == '\\')
		return printf("\\e");
	/* At the start of a line they would be a request. */
	if ((c == '.' || c == '\'') && !at)
		return printf("\\&%c", c);
	return printf("%c", c);
}

/* A text as roff takes it for itself: a sentence begins a line, and none is long. */
static void roff(const char *text, int at)
{
	while (*text) {
		size_t len = strcspn(text, " "), i;
		bool ends;

		if (at && at + 2 * len > ROFF_WIDTH) {
			putchar('\n');
			at = 0;
		} else if (at) {
			at += printf(" ");
		}
		for (i = 0; i < len; i++)
			at += roff_char(text[i], at);
		ends = len && strchr(".:", text[len - 1]);
		text += len;
		if (!*text)
			break;
		text++;
		if (ends) {
			putchar('\n');
			at = 0;
		}
	}
	putchar('\n');
}

static void roff_words(struct pool *pool, enum word_kind kind)
{
	size_t i;

	for (i = 0; i < words_count; i++) {
		if (words[i].kind != kind)
			continue;
		printf(".TP\n.B %s\n", words[i].name);
		roff(sentence(pool, words[i].says), 0);
		if (words[i].more)
			roff(words[i].more, 0);
	}
}

static void roff_knobs(struct pool *pool)
{
	size_t i;
	int c;

	for (i = 0; i < knobs_count; i++) {
		printf(".TP\n.BR %s \" (%s)\"\n", knobs[i].name, initial(pool, &knobs[i]));
		roff(sentence(pool, knobs[i].says), 0);
		for (c = 0; c < KNOB_CHOICES && knobs[i].choices[c]; c++)
			roff(sentence(pool, knobs[i].choices[c]), printf("%d:", c));
		if (knobs[i].more)
			roff(knobs[i].more, 0);
		roff(knobs[i].advice, 0);
	}
}

static void show_roff(const struct call *call)
{
	int i;

	for (i = 0; i < call->args_count; i++) {
		if (!strcmp(call->args[i], "states"))
			roff_words(call->pool, WORD_STATE);
		else if (!strcmp(call->args[i], "actions"))
			roff_words(call->pool, WORD_ACTION);
		else if (!strcmp(call->args[i], "knobs"))
			roff_knobs(call->pool);
		else
			fail(EXIT_USAGE, "--roff takes states, actions or knobs");
	}
}

/**
 * command_explain - nf-csum explain
 * @call: how it was called
 *
 * Return: the program's exit status.
 */
int command_explain(const struct call *call)
{
	struct json_object *list = NULL;
	size_t i;
	int a;

	if (call->roff) {
		show_roff(call);
		return EXIT_FINE;
	}
	if (call->json)
		list = json_object_new_array();
	for (a = 0; a < call->args_count; a++) {
		if (a && !call->json)
			putchar('\n');
		explain(call, call->args[a], list);
	}
	if (!call->args_count && !call->json)
		show_all(call->pool);
	for (i = 0; !call->args_count && call->json && i < words_count; i++)
		json_object_array_add(list, word_object(call->pool, &words[i]));
	for (i = 0; !call->args_count && call->json && i < knobs_count; i++)
		json_object_array_add(list, knob_object(call->pool, &knobs[i]));
	if (list)
		json_show(list);
	return EXIT_FINE;
}
