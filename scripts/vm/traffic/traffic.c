// SPDX-License-Identifier: GPL-2.0
/*
 * The traffic of the end-to-end scenarios, and its judge: sends and receives known
 * bytes, plays a virtual machine behind a tap device, and reads packets as a receiver
 * does that ignores offload metadata. Every job is in a file of its own; here are
 * their list, their options and the help.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "traffic.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

enum { MAX_OPTS = 40 };

static const struct job *const jobs[] = {
	&tcp_serve_job, &tcp_send_job,
	&udp_echo_job, &udp_ping_job, &udp_encap_job,
	&send_datagrams_job, &take_datagrams_job,
	&sniff_job, &tap_read_job, &vouched_job,
	&vm_job, &vxlan_job, &fuzz_job, &ahead_job, &raw_job, &vrrp_read_job,
	&cable_job, &copy_job, &nic_job, &own_job, &datapath_job,
	&mcast_send_job, &mcast_take_job, &mroute_job,
	&send_uncopied_job, &take_stream_job, &queue_job, &toggle_job,
	&dhcp_job, &dhcp_vm_job, &capture_job,
	&settled_job, &in_step_job, &nft_counters_job,
};

static int list_jobs(FILE *to, int status)
{
	fputs("usage: traffic [@NAMESPACE] JOB [OPTION...] [ARGUMENT...]\n"
	      "       traffic JOB --help\n\n"
	      "Sends traffic of the end-to-end scenarios, and judges what comes. JOB is one of\n", to);
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		fprintf(to, "  %-15s %s\n", jobs[i]->name, jobs[i]->help);
	return status;
}

static int describe(const struct job *job, FILE *to, int status)
{
	char name[64];

	fprintf(to, "usage: traffic %s [OPTION...] %s\n\n%s\n\n", job->name, job->args, job->help);
	for (size_t i = 0; i < COUNT_OF(job->opts) && job->opts[i]; i++)
		for (const struct opt *o = job->opts[i]; o->name; o++) {
			snprintf(name, sizeof(name), "--%s%s%s", o->name, o->value ? " " : "", o->value ?: "");
			fprintf(to, "  %-26s %s\n", name, o->help);
		}
	fprintf(to, "  %-26s %s\n", "--help", "this");
	return status;
}

static void set(const struct opt *o, const char *value)
{
	switch (o->kind) {
	case FLAG:
		*o->to.flag = true;
		break;
	case NUMBER:
		*o->to.number = number(value);
		break;
	case TEXT:
		*o->to.text = value;
		break;
	case BYTES:
		hex(value, o->to.bytes);
		break;
	}
}

/* What getopt_long() wants to know of them; how many there are. */
static int collect(const struct job *job, const struct opt **known, struct option *want)
{
	int n = 0;

	for (size_t i = 0; i < COUNT_OF(job->opts) && job->opts[i]; i++)
		for (const struct opt *o = job->opts[i]; o->name && n < MAX_OPTS; o++, n++) {
			known[n] = o;
			want[n] = (struct option) { o->name, o->value ? required_argument : no_argument, NULL, n };
		}
	return n;
}

static int run(const struct job *job, int argc, char **argv)
{
	struct option want[MAX_OPTS + 2] = { 0 };
	const struct opt *known[MAX_OPTS];
	int count = collect(job, known, want), o;

	want[count] = (struct option) { "help", no_argument, NULL, count };
	while ((o = getopt_long(argc, argv, "h", want, NULL)) != -1) {
		if (o == 'h' || o == count)
			return describe(job, stdout, 0);
		if (o == '?')
			return 2;
		set(known[o], optarg);
	}
	if (argc - optind != job->count)
		return describe(job, stderr, 2);
	return job->run(argv + optind);
}

/* As nsenter does, which would be a program more to start. */
static void enter(const char *namespace)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", namespace);
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc > 1 && argv[1][0] == '@') {
		enter(argv[1] + 1);
		argc--;
		argv++;
	}
	if (argc < 2)
		return list_jobs(stderr, 2);
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))
		return list_jobs(stdout, 0);
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		if (!strcmp(argv[1], jobs[i]->name))
			return run(jobs[i], argc - 1, argv + 1);
	fprintf(stderr, "traffic: no such job: %s\n", argv[1]);
	return list_jobs(stderr, 2);
}
