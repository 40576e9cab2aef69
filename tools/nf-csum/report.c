// SPDX-License-Identifier: GPL-2.0
/*
 * nf-csum report: one text to attach to a bug report. It shows what there is, and
 * judges nothing.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "command.h"
#include "conntrack.h"
#include "glob.h"
#include "hooks.h"
#include "link.h"
#include "mask.h"
#include "nft.h"
#include "reader.h"
#include "snmp.h"
#include "text.h"
#include "unseen.h"

#define FEATURES_OF	64	/* devices whose features are all shown */
#define EVENTS		10
#define EVENT_SECONDS	2

struct report {
	struct pool *pool;
	struct mask mask;
	struct json_object *sections;	/* NULL for a text */
	struct json_object *lines;	/* of the last section */
	int events;
};

static void section(struct report *r, const char *title)
{
	struct json_object *object;

	if (!r->sections) {
		printf("\n== %s ==\n", title);
		return;
	}
	object = json_object_new_object();
	r->lines = json_object_new_array();
	json_put(r->pool, object, "title", json_text(r->pool, title));
	json_put(r->pool, object, "lines", r->lines);
	json_object_array_add(r->sections, object);
}

static void line(struct report *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void line(struct report *r, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		fail(EXIT_UNREADABLE, "no memory");
	if (r->sections)
		json_object_array_add(r->lines, json_text(r->pool, text));
	else
		puts(text_plain(r->pool, text));
	free(text);
}

static const char *first_line(struct report *r, const char *file)
{
	char *text = pool_read(r->pool, netns_host_path(r->pool, file), NULL);

	if (!text)
		return "?";
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static const char *distribution(struct report *r)
{
	char *text = pool_read(r->pool, netns_host_path(r->pool, "etc/os-release"), NULL);
	char *name = text ? strstr(text, "PRETTY_NAME=") : NULL;

	if (!name)
		return "?";
	name += strlen("PRETTY_NAME=");
	name[strcspn(name, "\n")] = '\0';
	return name;
}

/* A list of interfaces names them: of a masked one only what it matches is told. */
static const char *value_of(struct report *r, const char *knob, const char *value)
{
	size_t len = strlen(knob);

	if (r->mask.off || len < 7 || strcmp(knob + len - 7, "_ifaces") || !*value)
		return *value ? value : "(empty)";
	return "(set)";
}

static void report_parameters(struct report *r)
{
	const char *folder = netns_host_path(r->pool, "sys/module/nf_csum/parameters");
	struct dirent *entry;
	DIR *dir = opendir(folder);

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		const char *file;

		if (entry->d_name[0] == '.')
			continue;
		file = pool_print(r->pool, "sys/module/nf_csum/parameters/%s", entry->d_name);
		line(r, "parameter %s=%s", entry->d_name,
		     value_of(r, entry->d_name, first_line(r, file)));
	}
	closedir(dir);
}

static void report_versions(struct report *r)
{
	struct utsname name = {};

	uname(&name);
	section(r, "versions");
	line(r, "nf-csum %s", tool_version);
	if (proc_is_loaded(r->pool))
		line(r, "module nf_csum %s, srcversion %s", proc_version(r->pool),
		     first_line(r, "sys/module/nf_csum/srcversion"));
	else
		line(r, "module nf_csum is not loaded");
	line(r, "kernel %s %s %s", name.sysname, name.release, name.machine);
	line(r, "built %s", name.version);
	line(r, "distribution %s", distribution(r));
	line(r, "tainted %s", first_line(r, "proc/sys/kernel/tainted"));
	line(r, "processors %ld", sysconf(_SC_NPROCESSORS_ONLN));
	report_parameters(r);
}

static const char *matches(struct report *r, const char *list, const struct links *links)
{
	const char *text = "";
	int i;

	for (i = 0; i < links->count; i++)
		if (glob_listed(list, links->links[i].name))
			text = pool_print(r->pool, "%s %s", text,
					  mask_iface(&r->mask, links->links[i].name));
	return *text ? text : " none";
}

static void report_knobs(struct report *r, const struct snapshot *s,
			 const struct links *links)
{
	int i;

	for (i = 0; i < s->settings_count; i++) {
		const char *name = s->settings[i].name, *value = s->settings[i].value;
		bool is_list = s->settings[i].knob && s->settings[i].knob->kind == KNOB_LIST;

		if (is_list && *value)
			line(r, "knob %s=%s, which matches:%s", name,
			     value_of(r, name, value), matches(r, value, links));
		else
			line(r, "knob %s=%s", name, value_of(r, name, value));
	}
}

static const char *counts(struct report *r, const struct snapshot *s,
			  const struct counter *counter)
{
	const char *text = counter->name;
	int c;

	for (c = 0; c < COLUMNS; c++)
		if (s->columns[c] && counter->n[c])
			text = pool_print(r->pool, "%s %s %llu", text, s->columns[c],
					  (unsigned long long)counter->n[c]);
	return text;
}

static void report_counters(struct report *r, const struct snapshot *s)
{
	int i, k;

	for (i = 0; i < s->totals_count; i++)
		if (!proc_is_zero(&s->totals[i]))
			line(r, "total %s", counts(r, s, &s->totals[i]));
	for (i = 0; i < s->ifaces_count; i++) {
		const char *name = mask_iface(&r->mask, s->ifaces[i].name);

		if (s->ifaces[i].offloads_taken)
			line(r, "of %s offloads_taken", name);
		for (k = 0; k < s->ifaces[i].count; k++)
			line(r, "of %s %s", name, counts(r, s, &s->ifaces[i].counters[k]));
	}
	if (s->unreadable)
		line(r, "%d lines made no sense", s->unreadable);
}

static void report_link(struct report *r, const struct links *links,
			const struct link *link, bool with_features)
{
	static const char * const modes[] = { "", "native", "generic", "hardware", "several" };
	const struct link *master = links_by_index(links, link->master);
	const char *more = "";
	struct features features;

	if (master)
		more = pool_print(r->pool, "%s, port of %s", more,
				  mask_iface(&r->mask, master->name));
	if (link->lower)
		more = pool_print(r->pool, "%s, below or opposite %u", more, link->lower);
	if (link->lower && link->lower_nsid >= 0)
		more = pool_print(r->pool, "%s in namespace id %d", more, link->lower_nsid);
	if (link->xdp != XDP_NONE)
		more = pool_print(r->pool, "%s, XDP %s", more, modes[link->xdp]);
	if (link->has_vnet_hdr)
		more = pool_print(r->pool, "%s, vnet_hdr", more);
	if (link->calls_iptables)
		more = pool_print(r->pool, "%s, br_netfilter", more);
	line(r, "link %u %s: %s, mtu %u, %s%s, %s, rx %llu (errors %llu), tx %llu", link->index,
	     mask_iface(&r->mask, link->name), *link->kind ? link->kind : "physical", link->mtu,
	     link->is_up ? "up" : "down", link->has_address ? ", has an address" : "",
	     *more ? more + 2 : "alone", (unsigned long long)link->rx_packets,
	     (unsigned long long)link->rx_errors, (unsigned long long)link->tx_packets);
	if (!with_features)
		return;
	link_features(r->pool, link, &features);
	if (features.known)
		line(r, "  features %s", features.names);
}

static void report_links(struct report *r, const struct snapshot *s,
			 const struct links *links)
{
	int i, left_out = 0;

	for (i = 0; i < links->count; i++) {
		bool counted = s && proc_iface(s, links->links[i].name);

		report_link(r, links, &links->links[i], i < FEATURES_OF || counted);
		left_out += i >= FEATURES_OF && !counted;
	}
	if (left_out)
		line(r, "the features of %d devices are left out", left_out);
}

static void report_hooks(struct report *r)
{
	struct hooks hooks;
	struct nft nft = {};
	int i;

	hooks_read(r->pool, &hooks);
	for (i = 0; i < hooks.count; i++)
		line(r, "hook %s %s %d %s%s%s", hooks.of[i].family, hooks.of[i].hook,
		     hooks.of[i].priority, hooks.of[i].function,
		     *hooks.of[i].module ? " of " : "", hooks.of[i].module);
	if (hooks.error)
		line(r, "hooks: the kernel does not tell (%s)", strerror(-hooks.error));
	nft_read_chains(r->pool, &nft);
	for (i = 0; i < nft.chains_count; i++)
		line(r, "chain %s %s %s: type %s hook %u priority %d", nft.chains[i].family,
		     mask_name(&r->mask, "table", nft.chains[i].table),
		     mask_name(&r->mask, "chain", nft.chains[i].name), nft.chains[i].type,
		     nft.chains[i].hook, nft.chains[i].priority);
	nft_read_rules(r->pool, &nft);
	line(r, "NAT: destinations %s, sources %s", nft.destination_nat ? "yes" : "no",
	     nft.source_nat ? "yes" : "no");
	nft_read_flowtables(r->pool, &nft);
	for (i = 0; i < nft.flowtables_count; i++) {
		const char *names = "";
		int d;

		for (d = 0; d < nft.flowtables[i].devices_count; d++)
			names = pool_print(r->pool, "%s %s", names,
					   mask_iface(&r->mask, nft.flowtables[i].devices[d]));
		line(r, "flowtable %s of %s:%s",
		     mask_name(&r->mask, "flowtable", nft.flowtables[i].name),
		     mask_name(&r->mask, "table", nft.flowtables[i].table), names);
	}
}

static const char *device(struct report *r, const struct links *links, unsigned int index)
{
	const struct link *link = links_by_index(links, index);

	return link ? mask_iface(&r->mask, link->name) : "?";
}

static void report_ways(struct report *r, const struct links *links)
{
	struct packet_sockets sockets;
	struct ways ways;
	int i;

	ways_read(r->pool, links, &ways);
	for (i = 0; i < ways.unseen_count; i++)
		line(r, "tc %s %s: %s%s%s, packets %llu", device(r, links, ways.unseen[i].device),
		     ways.unseen[i].is_egress ? "egress" : "ingress",
		     ways.unseen[i].way == WAY_REDIRECT ? ways.unseen[i].detail :
		     mask_name(&r->mask, "program", ways.unseen[i].detail),
		     ways.unseen[i].to ? " to " : "",
		     ways.unseen[i].to ? device(r, links, ways.unseen[i].to) : "",
		     (unsigned long long)ways.unseen[i].packets);
	for (i = 0; i < ways.datapaths_count; i++)
		line(r, "datapath %s, packets %llu",
		     mask_name(&r->mask, "datapath", ways.datapaths[i].name),
		     (unsigned long long)ways.datapaths[i].packets);
	packet_sockets_read(r->pool, &sockets);
	for (i = 0; i < sockets.count; i++)
		line(r, "packet socket at %s: %s%s", device(r, links, sockets.sockets[i].index),
		     sockets.sockets[i].takes_all ? "takes TCP" : "takes some protocol",
		     sockets.sockets[i].takes_metadata ? ", with metadata" : "");
}

static void report_stack(struct report *r)
{
	struct conntrack conntrack;
	struct snmp snmp;
	int i;

	snmp_read(r->pool, &snmp);
	for (i = 0; i < CSUM_ERRORS; i++)
		line(r, "%s %llu", csum_error_names[i],
		     (unsigned long long)snmp.csum_errors[i]);
	line(r, "TcpOutRsts %llu", (unsigned long long)snmp.resets);
	if (snmp.has_conntrack)
		line(r, "conntrack invalid %llu", (unsigned long long)snmp.invalid);
	if (conntrack_read(r->pool, &conntrack))
		return;
	line(r, "conntrack offloaded %u", conntrack.offloaded);
	for (i = 0; i < conntrack.translated_count; i++)
		line(r, "conntrack translates %s: %u connections", conntrack.translated[i].name,
		     conntrack.translated[i].connections);
}

static void report_namespace(struct report *r, struct scope *scope,
			     const struct netns *ns, bool loaded)
{
	struct snapshot s = {};
	struct links links;
	bool read = false;

	section(r, ns->first && !*ns->name ? "the first network namespace" :
		pool_print(r->pool, "network namespace %s%s%s",
			   mask_name(&r->mask, "netns", ns->name),
			   ns->container ? ", container " : "",
			   ns->container ? mask_name(&r->mask, "container", ns->container) : ""));
	if (netns_enter(ns)) {
		line(r, "cannot be looked into");
		scope->missed = true;
		return;
	}
	links_read(r->pool, &links);
	if (loaded)
		read = scope_read(r->pool, scope, ns, &s);
	if (read) {
		report_knobs(r, &s, &links);
		report_counters(r, &s);
	}
	report_links(r, read ? &s : NULL, &links);
	report_hooks(r);
	report_ways(r, &links);
	report_stack(r);
}

static bool report_packet(struct packet *packet, unsigned int ifindex, void *data)
{
	struct report *r = data;

	(void)ifindex;
	packet->ifname = mask_iface(&r->mask, packet->ifname);
	packet->source = mask_address(&r->mask, packet->source);
	packet->destination = mask_address(&r->mask, packet->destination);
	line(r, "%s", packet_line(r->pool, packet));
	return ++r->events < EVENTS;
}

static void report_events(struct report *r)
{
	const struct timespec round = { .tv_nsec = 50000000 };
	struct capture capture;
	const char *error;
	int i;

	section(r, "trace events");
	if (*netns_root) {
		line(r, "a sample has none");
		return;
	}
	error = capture_start(&capture, NULL);
	if (error) {
		line(r, "%s", error);
		return;
	}
	for (i = 0; i < EVENT_SECONDS * 20; i++) {
		if (!capture_read(&capture, report_packet, r))
			break;
		nanosleep(&round, NULL);
	}
	capture_stop(&capture);
	if (!r->events)
		line(r, "none in %d seconds", EVENT_SECONDS);
}

/**
 * command_report - nf-csum report
 * @call: how it was called
 *
 * Return: the program's exit status.
 */
int command_report(const struct call *call)
{
	struct report r = {
		.pool = call->pool,
		.mask = { .pool = call->pool, .off = call->no_mask },
	};
	bool loaded = proc_is_loaded(call->pool);
	struct json_object *all = NULL;
	struct scope scope;
	int i;

	if (call->json) {
		all = json_object_new_object();
		r.sections = json_object_new_array();
		json_put(call->pool, all, "masked", json_object_new_boolean(!call->no_mask));
		json_put(call->pool, all, "sections", r.sections);
	} else {
		printf("nf-csum report%s\n", call->no_mask ? "" :
		       ": addresses and names are replaced, --no-mask shows them");
	}
	scope_select(call, &scope, true);
	report_versions(&r);
	for (i = 0; i < scope.count; i++)
		report_namespace(&r, &scope, scope.ns[i], loaded);
	if (loaded)
		report_events(&r);
	if (call->json)
		json_show(all);
	return scope.missed ? EXIT_UNREADABLE : EXIT_FINE;
}
