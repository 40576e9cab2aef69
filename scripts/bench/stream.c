// SPDX-License-Identifier: GPL-2.0
/*
 * TCP bulk, in slices of 16 MB, each of which the other end answers with a byte:
 *
 *	stream serve PORT
 *	stream send ADDRESS PORT SLICES
 *	stream turns ADDRESS PORT TURNS FIRST COMMAND NAMESPACE...
 *
 * `send` prints how many nanoseconds a slice took, the lower quartile: what else the machine
 * does slows some down, and makes none faster.
 *
 * `turns` sends four slices while nf_csum's mode is 0 in the network namespaces, and four while
 * it is 2, and prints how many nanoseconds each of the two took; then again, in changing order.
 * With a COMMAND each mode has a connection of its own: that of mode FIRST is made before the
 * command, the other after it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SLICE = 16 << 20, SLICES_MAX = 100, WARM = 4, NAMESPACES_MAX = 8 };

static char data[SLICE];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/*
 * With buffers that grow by themselves a connection settles in one of several rhythms, of which
 * one is a quarter slower than another.
 */
static int fixed_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), size = 1 << 20;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		die("socket");
	return fd;
}

static void answer(int peer)
{
	size_t got = 0;
	ssize_t n;

	while ((n = recv(peer, data, SLICE - got, 0)) > 0) {
		got += n;
		if (got < SLICE)
			continue;
		got = 0;
		if (send(peer, data, 1, 0) != 1)
			die("send");
	}
	exit(0);
}

static void serve(struct sockaddr_in *at)
{
	int fd = fixed_socket(), peer;

	signal(SIGCHLD, SIG_IGN);
	if (bind(fd, (void *)at, sizeof(*at)) || listen(fd, 2))
		die("listen");
	puts("ready");
	fflush(stdout);
	while ((peer = accept(fd, NULL, NULL)) >= 0) {
		if (!fork())
			answer(peer);
		close(peer);
	}
	die("accept");
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return x < y ? -1 : x > y;
}

static int connected(struct sockaddr_in *to)
{
	int fd = fixed_socket();

	if (connect(fd, (void *)to, sizeof(*to)))
		die("connect");
	return fd;
}

static long long slices(int fd, int count)
{
	long long start = now();
	size_t sent;
	ssize_t n;
	char end;

	while (count--) {
		for (sent = 0; sent < SLICE; sent += n) {
			n = send(fd, data, SLICE - sent, 0);
			if (n <= 0)
				die("send");
		}
		if (recv(fd, &end, 1, 0) != 1)
			die("recv");
	}
	return now() - start;
}

static void transmit(struct sockaddr_in *to, int count)
{
	long long took[SLICES_MAX];
	int fd = connected(to);

	slices(fd, WARM);
	for (int i = 0; i < count; i++)
		took[i] = slices(fd, 1);
	qsort(took, count, sizeof(*took), compare);
	printf("%lld\n", took[count / 4]);
}

static int knobs[NAMESPACES_MAX], namespaces;

static void open_knobs(char **names)
{
	int own = open("/proc/self/ns/net", O_RDONLY), fd;
	char path[100];

	for (; *names && namespaces < NAMESPACES_MAX; names++) {
		snprintf(path, sizeof(path), "/run/netns/%s", *names);
		fd = open(path, O_RDONLY);
		if (fd < 0 || setns(fd, CLONE_NEWNET))
			die(path);
		close(fd);
		fd = open("/proc/sys/net/netfilter/nf_csum_mode", O_WRONLY);
		if (fd < 0)
			die("nf_csum_mode");
		knobs[namespaces++] = fd;
	}
	if (*names || setns(own, CLONE_NEWNET))
		die("namespaces");
}

static void set_mode(int on)
{
	for (int i = 0; i < namespaces; i++)
		if (pwrite(knobs[i], on ? "2" : "0", 1, 0) != 1)
			die("nf_csum_mode");
}

static void take_turns(struct sockaddr_in *to, int turns, int first, const char *command)
{
	long long took[2];
	int fd[2];

	set_mode(first);
	fd[first] = fd[!first] = connected(to);
	if (*command) {
		if (system(command))
			die(command);
		set_mode(!first);
		fd[!first] = connected(to);
	}
	for (int i = -1; i < turns; i++) {
		for (int j = 0; j < 2; j++) {
			int on = (i + j) & 1;

			set_mode(on);
			took[on] = slices(fd[on], 4);
		}
		if (i >= 0)
			printf("%lld %lld\n", took[0], took[1]);
	}
	set_mode(0);
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };

	if (argc == 3 && !strcmp(argv[1], "serve")) {
		to.sin_port = htons(atoi(argv[2]));
		serve(&to);
	} else if (argc == 5 && !strcmp(argv[1], "send") &&
		   inet_pton(AF_INET, argv[2], &to.sin_addr) &&
		   atoi(argv[4]) > 0 && atoi(argv[4]) <= SLICES_MAX) {
		to.sin_port = htons(atoi(argv[3]));
		transmit(&to, atoi(argv[4]));
	} else if (argc >= 7 && !strcmp(argv[1], "turns") &&
		   inet_pton(AF_INET, argv[2], &to.sin_addr)) {
		to.sin_port = htons(atoi(argv[3]));
		open_knobs(argv + 7);
		take_turns(&to, atoi(argv[4]), *argv[5] == '2', argv[6]);
	} else {
		fputs("usage: stream serve PORT | stream send ADDRESS PORT SLICES |\n"
		      "       stream turns ADDRESS PORT TURNS FIRST COMMAND NAMESPACE...\n", stderr);
		return 2;
	}
	return 0;
}
