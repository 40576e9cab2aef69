// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the module's trace event. An instance of its own leaves alone what others
 * trace, and is gone afterwards; what a killed program left behind is cleared away
 * the next time.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tracefs.h>
#include <unistd.h>

#include "capture.h"
#include "text.h"

#define SYSTEM		"nf_csum"
#define EVENT		"nf_csum_packet"
#define PREFIX		"nf-csum-"

struct reading {
	struct capture *capture;
	capture_reader reader;
	void *data;
	bool go_on;
};

/* Instances of programs that are no more. One that is in use cannot be taken away. */
static void clear_away(void)
{
	/* tracefs_instances() compiles a pattern, and never frees it. */
	char *folder = tracefs_get_tracing_file("instances");
	DIR *dir = folder ? opendir(folder) : NULL;
	struct tracefs_instance *instance;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		const char *number = entry->d_name + strlen(PREFIX);

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) ||
		    !text_is_number(number) || !kill(atoi(number), 0) || errno != ESRCH)
			continue;
		instance = tracefs_instance_alloc(NULL, entry->d_name);
		if (instance) {
			tracefs_instance_destroy(instance);
			tracefs_instance_free(instance);
		}
	}
	if (dir)
		closedir(dir);
	tracefs_put_tracing_file(folder);
}

static double clock_offset(void)
{
	struct timespec wall, mono;

	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	return (wall.tv_sec - mono.tv_sec) + (wall.tv_nsec - mono.tv_nsec) / 1e9;
}

/*
 * Only what is needed to read one event: tracefs_local_events_system() reads all of
 * /proc/kallsyms, too, which takes longer than the rest.
 */
static bool learn_format(struct capture *capture)
{
	bool learned = false;
	char *page, *format;
	int page_len, format_len;

	capture->tep = tep_alloc();
	page = tracefs_instance_file_read(NULL, "events/header_page", &page_len);
	format = tracefs_instance_file_read(NULL, "events/" SYSTEM "/" EVENT "/format",
					    &format_len);
	if (capture->tep && page && format) {
		tep_parse_header_page(capture->tep, page, page_len, sizeof(long));
		/* What it prints is not parsed, and need not be. */
		tep_parse_event(capture->tep, format, format_len, SYSTEM);
		learned = tep_find_event_by_name(capture->tep, SYSTEM, EVENT);
	}
	free(page);
	free(format);
	return learned;
}

/**
 * capture_start - begin to trace
 * @capture: gets the instance
 * @filter: of the kernel's kind, or NULL
 *
 * Return: NULL, or why it cannot.
 */
const char *capture_start(struct capture *capture, const char *filter)
{
	char name[32];

	*capture = (struct capture){ .hold = -1 };
	tep_set_loglevel(TEP_LOG_NONE);
	tracefs_set_loglevel(TEP_LOG_NONE);
	if (!tracefs_tracing_dir())
		return "there is no tracefs: mount -t tracefs none /sys/kernel/tracing";
	clear_away();
	snprintf(name, sizeof(name), PREFIX "%d", getpid());
	capture->instance = tracefs_instance_create(name);
	if (!capture->instance)
		return errno == EACCES || errno == EPERM ? "that takes root" :
		       "no instance of the kernel's tracing can be made";
	capture->hold = tracefs_instance_file_open(capture->instance, "tracing_on", O_RDONLY);
	tracefs_instance_file_write(capture->instance, "trace_clock", "mono");
	capture->offset = clock_offset();
	if (!learn_format(capture)) {
		capture_stop(capture);
		return "the module has no trace event: the kernel was built without";
	}
	if (filter)
		tracefs_instance_file_write(capture->instance,
					    "events/" SYSTEM "/" EVENT "/filter", filter);
	if (tracefs_instance_file_write(capture->instance,
					"events/" SYSTEM "/" EVENT "/enable", "1") <= 0) {
		capture_stop(capture);
		return "the module's trace event cannot be turned on";
	}
	return NULL;
}

static unsigned int value(struct tep_event *event, struct tep_record *record,
			  const char *name)
{
	unsigned long long n = 0;

	tep_get_field_val(NULL, event, name, record, &n, 0);
	return n;
}

/* An array of characters, or of bytes; it ends where the record does. */
static const char *bytes(struct pool *pool, struct tep_event *event,
			 struct tep_record *record, const char *name, unsigned int *len)
{
	struct tep_format_field *field = tep_find_field(event, name);

	*len = 0;
	if (!field || field->offset < 0 || field->size < 0 ||
	    field->offset + field->size > record->size)
		return "";
	*len = field->size;
	return pool_copy(pool, (char *)record->data + field->offset, field->size);
}

static const char *address(struct pool *pool, struct tep_event *event,
			   struct tep_record *record, const char *name,
			   unsigned int protocol)
{
	unsigned int len;
	const char *sockaddr = bytes(pool, event, record, name, &len);

	return packet_address(pool, (const unsigned char *)sockaddr, len, protocol);
}

static int read_event(struct tep_event *event, struct tep_record *record, int cpu,
		      void *context)
{
	struct reading *reading = context;
	struct packet packet = { .netns = "" };
	struct pool pool = {};
	unsigned int len;

	(void)cpu;
	if (record->missed_events > 0)
		reading->capture->missed += record->missed_events;
	if (strcmp(event->name, EVENT))
		return 0;
	packet.seconds = record->ts / 1e9 + reading->capture->offset;
	packet.hook = value(event, record, "hook");
	packet.is_ipv6 = value(event, record, "family") == 10;
	packet.protocol = value(event, record, "protocol");
	packet.ip_summed = value(event, record, "ip_summed");
	packet.ifname = bytes(&pool, event, record, "ifname", &len);
	packet.state = bytes(&pool, event, record, "state", &len);
	packet.actions = bytes(&pool, event, record, "actions", &len);
	packet.source = address(&pool, event, record, "saddr", packet.protocol);
	packet.destination = address(&pool, event, record, "daddr", packet.protocol);
	packet.found = value(event, record, "found");
	packet.expected = value(event, record, "expected");
	packet.gso_type = value(event, record, "gso_type");
	reading->go_on = reading->reader(&packet, value(event, record, "ifindex"),
					 reading->data);
	pool_free(&pool);
	return !reading->go_on;
}

/**
 * capture_read - read the packets that have passed
 * @capture: what was started
 * @reader: is called with each of them
 * @data: for @reader
 *
 * Return: false if the reader wants no more.
 */
bool capture_read(struct capture *capture, capture_reader reader, void *data)
{
	struct reading reading = {
		.capture = capture, .reader = reader, .data = data, .go_on = true,
	};

	tracefs_iterate_raw_events(capture->tep, capture->instance, NULL, 0, read_event,
				   &reading);
	return reading.go_on;
}

/**
 * capture_stop - leave nothing behind
 * @capture: what was started, even if that failed
 */
void capture_stop(struct capture *capture)
{
	if (capture->instance) {
		tracefs_event_disable(capture->instance, SYSTEM, EVENT);
		if (capture->hold >= 0)
			close(capture->hold);
		tracefs_instance_destroy(capture->instance);
		tracefs_instance_free(capture->instance);
	}
	if (capture->tep)
		tep_free(capture->tep);
	*capture = (struct capture){ .hold = -1 };
}
