// SPDX-License-Identifier: GPL-2.0
/* Reads the module's counters once they stand still, and those of nftables at the same moment. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "traffic.h"

/* How often to look, and how long to wait in between: longer than acknowledgements are put off. */
enum { LOOKS = 20, STEPS = 20, PAUSE_US = 250000 };

static size_t counters(uint8_t *to)
{
	int fd = open("/proc/net/nf_csum", O_RDONLY);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		die("/proc/net/nf_csum");
	while ((n = read(fd, to + len, ROOM - len)) > 0)
		len += n;
	close(fd);
	return len;
}

/* Whether they are still what buf has; buf has them from now on. */
static bool stand_still(size_t *len)
{
	size_t n = counters(out);
	bool same = n == *len && !memcmp(buf, out, n);

	memcpy(buf, out, n);
	*len = n;
	return same;
}

static size_t settle(void)
{
	size_t len = counters(buf);

	for (int i = 0; i < LOOKS; i++) {
		usleep(PAUSE_US);
		if (stand_still(&len))
			return len;
	}
	fprintf(stderr, "# the counters do not come to rest\n");
	return len;
}

static void keep(const char *file, size_t len)
{
	FILE *f = fopen(file, "w");

	if (!f || fwrite(buf, 1, len, f) != len || fclose(f))
		die(file);
}

/* FILE: the counters go there when nothing has moved for a moment. */
static int settled(char **arg)
{
	keep(arg[0], settle());
	return 0;
}

/* What nft says of its counters goes to a file. */
static void nft(const char *verb, const char *file)
{
	int status;
	pid_t pid = vfork();

	if (!pid) {
		int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);

		if (fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0)
			execlp("nft", "nft", verb, "counters", "table", "inet", "seen", NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status) {
		fprintf(stderr, "traffic: nft fails\n");
		_exit(1);
	}
}

/* FILE NFT_FILE list|reset: the same, and what nft says then: no packet came between. */
static int in_step(char **arg)
{
	for (int i = 0; i < STEPS; i++) {
		size_t len = settle();

		nft(arg[2], arg[1]);
		keep(arg[0], len);
		if (stand_still(&len))
			return 0;
	}
	fprintf(stderr, "# the counters do not come to rest\n");
	return 0;
}

const struct job settled_job = {
	"settled", "FILE",
	"waits until the module's counters stand still, and writes them to a file",
	1, settled, { NULL },
};

const struct job in_step_job = {
	"in-step", "FILE NFT_FILE list|reset",
	"the same, with the counters of nftables of the same moment",
	3, in_step, { NULL },
};
