// SPDX-License-Identifier: GPL-2.0
/*
 * nf-csum prometheus: counters and knobs in the text format of Prometheus. A family's
 * lines have to be together, so that each is collected for all namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "text.h"

struct exposition {
	struct pool *pool;
	FILE *out;
	struct scope *scope;
	struct snapshot *of;	/* in the order of the scope */
	bool *read;
	const char **netns;	/* their names, quoted */
};

/* As Prometheus wants label values. */
static const char *quoted(struct pool *pool, const char *value)
{
	const char *from = text_plain(pool, value);
	char *quoted = pool_get(pool, 2 * strlen(from) + 3), *to = quoted;

	*to++ = '"';
	for (; *from; from++) {
		if (*from == '"' || *from == '\\')
			*to++ = '\\';
		*to++ = *from;
	}
	*to = '"';
	return quoted;
}

static void family(struct exposition *e, const char *name, const char *type,
		   const char *help)
{
	fprintf(e->out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A help text says what each of the label's values means. */
static const char *help_with(struct pool *pool, const char *first, enum word_kind kind)
{
	size_t i;

	for (i = 0; i < words_count; i++)
		if (words[i].kind == kind)
			first = pool_print(pool, "%s %s: %s.", first, words[i].name,
					   words[i].says);
	return first;
}

static const char *help_of_knobs(struct pool *pool, const char *first, bool lists)
{
	size_t i;

	for (i = 0; i < knobs_count; i++)
		if (lists ? knobs[i].kind == KNOB_LIST : knobs[i].kind != KNOB_LIST)
			first = pool_print(pool, "%s %s: %s.", first, knobs[i].name,
					   knobs[i].says);
	return first;
}

static void write_info(struct exposition *e)
{
	int n;

	family(e, "nf_csum_info", "gauge", "The version of the module, and that of nf-csum.");
	fprintf(e->out, "nf_csum_info{netns=%s,version=%s,tool=\"%s\"} 1\n", e->netns[0],
		quoted(e->pool, proc_version(e->pool)), tool_version);
	family(e, "nf_csum_netns_info", "gauge",
	       "The network namespaces that are shown, and the containers in them.");
	for (n = 0; n < e->scope->count; n++)
		if (e->read[n])
			fprintf(e->out, "nf_csum_netns_info{netns=%s,container=%s} 1\n",
				e->netns[n],
				quoted(e->pool, e->scope->ns[n]->container ?
				       e->scope->ns[n]->container : ""));
}

static bool is_value(const struct setting *setting)
{
	return text_is_number(setting->value);
}

static void write_knobs(struct exposition *e, bool values)
{
	const char *name = values ? "nf_csum_knob" : "nf_csum_knob_info";
	bool headed = false;
	int n, i;

	for (n = 0; n < e->scope->count; n++) {
		for (i = 0; e->read[n] && i < e->of[n].settings_count; i++) {
			const struct setting *setting = &e->of[n].settings[i];
			const char *knob = quoted(e->pool, setting->name);

			if (is_value(setting) != values)
				continue;
			if (!headed)
				family(e, name, "gauge", values ?
				       help_of_knobs(e->pool, "A knob of the network namespace.",
						     false) :
				       help_of_knobs(e->pool, "A knob that is a list of interfaces.",
						     true));
			headed = true;
			if (values)
				fprintf(e->out, "%s{netns=%s,knob=%s} %s\n", name, e->netns[n],
					knob, setting->value);
			else
				fprintf(e->out, "%s{netns=%s,knob=%s,value=%s} 1\n", name,
					e->netns[n], knob, quoted(e->pool, setting->value));
		}
	}
}

static void write_counter(struct exposition *e, int n, const char *name,
			  const char *iface, const struct counter *counter)
{
	const struct snapshot *s = &e->of[n];
	int c;

	for (c = 0; c < COLUMNS; c++) {
		if (!s->columns[c])
			continue;
		fprintf(e->out, "%s{netns=%s,hook=%s,", name, e->netns[n],
			quoted(e->pool, s->columns[c]));
		if (iface)
			fprintf(e->out, "iface=%s,", quoted(e->pool, iface));
		fprintf(e->out, "%s=%s} %llu\n", counter->is_action ? "action" : "state",
			quoted(e->pool, counter->name), (unsigned long long)counter->n[c]);
	}
}

static void write_totals(struct exposition *e, bool actions)
{
	const char *name = actions ? "nf_csum_actions_total" : "nf_csum_packets_total";
	int n, i;

	family(e, name, "counter", actions ?
	       help_with(e->pool, "What was done to packets, beside their state.", WORD_ACTION) :
	       help_with(e->pool, "Inspected packets: each adds one to one state.", WORD_STATE));
	for (n = 0; n < e->scope->count; n++)
		for (i = 0; e->read[n] && i < e->of[n].totals_count; i++)
			if (e->of[n].totals[i].is_action == actions)
				write_counter(e, n, name, NULL, &e->of[n].totals[i]);
}

static void write_ifaces(struct exposition *e, bool actions)
{
	const char *name = actions ? "nf_csum_iface_actions_total" :
				     "nf_csum_iface_packets_total";
	bool headed = false;
	int n, i, k;

	for (n = 0; n < e->scope->count; n++) {
		for (i = 0; e->read[n] && i < e->of[n].ifaces_count; i++) {
			const struct iface *iface = &e->of[n].ifaces[i];

			for (k = 0; k < iface->count; k++) {
				if (iface->counters[k].is_action != actions)
					continue;
				if (!headed)
					family(e, name, "counter", actions ?
					       "What was done to packets, by interface: see nf_csum_actions_total." :
					       "Packets by receiving or sending interface, but ok ones: see nf_csum_packets_total.");
				headed = true;
				write_counter(e, n, name, iface->name, &iface->counters[k]);
			}
		}
	}
}

/* No packets, and it goes down again: a gauge, 0 or 1 of each interface. */
static void write_taken(struct exposition *e)
{
	bool headed = false;
	int n, i;

	for (n = 0; n < e->scope->count; n++) {
		/* An older module takes none. */
		if (!e->read[n] || !proc_setting(&e->of[n], "no_offload"))
			continue;
		for (i = 0; i < e->of[n].ifaces_count; i++) {
			const struct iface *iface = &e->of[n].ifaces[i];

			if (!headed)
				family(e, "nf_csum_iface_offloads_taken", "gauge",
				       pool_print(e->pool, "1 %s; else 0.",
						  word_find("offloads_taken")->says));
			headed = true;
			fprintf(e->out, "nf_csum_iface_offloads_taken{netns=%s,iface=%s} %d\n",
				e->netns[n], quoted(e->pool, iface->name),
				iface->offloads_taken);
		}
	}
}

static void write_all(struct exposition *e)
{
	write_info(e);
	write_knobs(e, true);
	write_knobs(e, false);
	write_totals(e, false);
	write_totals(e, true);
	write_ifaces(e, false);
	write_ifaces(e, true);
	write_taken(e);
}

/*
 * A collector reads the file when it likes: it has to be whole all the time. So it is
 * written under another name, which no collector reads, in the same folder.
 */
static FILE *open_draft(const struct call *call, const char **draft)
{
	const char *slash = strrchr(call->output, '/');
	int before = slash ? slash + 1 - call->output : 0, fd;
	FILE *out;

	*draft = pool_print(call->pool, "%.*s.%s.XXXXXX", before, call->output,
			    call->output + before);
	fd = mkostemp((char *)*draft, O_CLOEXEC);
	if (fd < 0)
		fail(EXIT_UNREADABLE, "cannot write %s: %s",
		     text_plain(call->pool, call->output), strerror(errno));
	fchmod(fd, 0644);
	out = fdopen(fd, "w");
	if (!out)
		fail(EXIT_UNREADABLE, "no memory");
	return out;
}

static void put_in_place(const struct call *call, FILE *out, const char *draft)
{
	int error = 0;

	if (fflush(out) || ferror(out) || fsync(fileno(out)))
		error = errno;
	if (fclose(out) && !error)
		error = errno;
	if (!error && rename(draft, call->output))
		error = errno;
	if (!error)
		return;
	unlink(draft);
	fail(EXIT_UNREADABLE, "cannot write %s: %s",
	     text_plain(call->pool, call->output), strerror(error));
}

/* One label of a sample: name="value". Return: what comes behind it. */
static char *read_label(struct pool *pool, char *at, struct json_object *labels)
{
	char *name = at, *to, *value;

	at += strcspn(at, "=");
	*at = '\0';
	at += 2;
	for (value = to = at; *at && *at != '"'; at++) {
		if (*at == '\\')
			at++;
		*to++ = *at;
	}
	at++;
	*to = '\0';
	json_put(pool, labels, name, json_object_new_string(value));
	return at + (*at == ',');
}

static struct json_object *read_sample(struct pool *pool, char *line)
{
	struct json_object *sample = json_object_new_object();
	struct json_object *labels = json_object_new_object();
	char *at = line + strcspn(line, "{") + 1;

	while (*at && *at != '}')
		at = read_label(pool, at, labels);
	json_put(pool, sample, "labels", labels);
	json_put(pool, sample, "value", json_object_new_uint64(strtoull(at + 2, NULL, 10)));
	return sample;
}

/* The same for programs that have no reader of Prometheus' format. */
static void show_object(struct pool *pool, char *text)
{
	struct json_object *all = json_object_new_object();
	struct json_object *samples = NULL, *family = NULL;
	char *line, *save, *name;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, "# ", 2)) {
			json_object_array_add(samples, read_sample(pool, line));
			continue;
		}
		name = line + strlen("# HELP ");
		line = name + strcspn(name, " ");
		*line++ = '\0';
		if (name[-5] == 'H') {
			family = json_object_new_object();
			samples = json_object_new_array();
			json_put(pool, family, "help", json_object_new_string(line));
			json_put(pool, all, name, family);
		} else {
			json_put(pool, family, "type", json_object_new_string(line));
			json_put(pool, family, "samples", samples);
		}
	}
	json_show(all);
}

static void write_object(struct exposition *e)
{
	size_t len;
	char *text;

	e->out = open_memstream(&text, &len);
	if (!e->out)
		fail(EXIT_UNREADABLE, "no memory");
	write_all(e);
	if (fclose(e->out))
		fail(EXIT_UNREADABLE, "no memory");
	show_object(e->pool, text);
	free(text);
}

/**
 * command_prometheus - nf-csum prometheus
 * @call: how it was called
 *
 * Return: the program's exit status.
 */
int command_prometheus(const struct call *call)
{
	struct exposition e = { .pool = call->pool, .out = stdout };
	const char *draft = NULL;
	struct scope scope;
	int n;

	if (call->json && call->output)
		fail(EXIT_USAGE, "--output is for Prometheus, and --json is not");
	need_module(call);
	scope_select(call, &scope, true);
	e.scope = &scope;
	e.of = pool_get(call->pool, scope.count * sizeof(*e.of));
	e.read = pool_get(call->pool, scope.count * sizeof(*e.read));
	e.netns = pool_get(call->pool, scope.count * sizeof(*e.netns));
	for (n = 0; n < scope.count; n++) {
		e.netns[n] = quoted(call->pool, scope.ns[n]->name);
		e.read[n] = scope_read(call->pool, &scope, scope.ns[n], &e.of[n]);
	}
	if (call->json) {
		write_object(&e);
	} else {
		if (call->output)
			e.out = open_draft(call, &draft);
		write_all(&e);
		if (call->output)
			put_in_place(call, e.out, draft);
	}
	return scope.missed ? EXIT_UNREADABLE : EXIT_FINE;
}
