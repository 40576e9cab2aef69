// SPDX-License-Identifier: GPL-2.0
/*
 * TCP bulk:
 *
 *	stream serve PORT
 *	stream send ADDRESS PORT SLICES
 *
 * sends slices of 16 MB, each of which the other end answers with a byte, and prints how many
 * nanoseconds one took, the lower quartile: what else the machine does slows some down, and
 * makes none faster.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SLICE = 16 << 20, SLICES_MAX = 100, WARM = 4 };

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

static void serve(struct sockaddr_in *at)
{
	int fd = fixed_socket(), peer;
	size_t got = 0;
	ssize_t n;

	if (bind(fd, (void *)at, sizeof(*at)) || listen(fd, 1))
		die("listen");
	puts("ready");
	fflush(stdout);
	while ((peer = accept(fd, NULL, NULL)) >= 0) {
		while ((n = recv(peer, data, SLICE - got, 0)) > 0) {
			got += n;
			if (got < SLICE)
				continue;
			got = 0;
			if (send(peer, data, 1, 0) != 1)
				die("send");
		}
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

static void transmit(struct sockaddr_in *to, int slices)
{
	long long took[SLICES_MAX], start;
	int fd = fixed_socket();
	size_t sent;
	ssize_t n;
	char end;

	if (connect(fd, (void *)to, sizeof(*to)))
		die("connect");
	for (int i = -WARM; i < slices; i++) {
		start = now();
		for (sent = 0; sent < SLICE; sent += n) {
			n = send(fd, data, SLICE - sent, 0);
			if (n <= 0)
				die("send");
		}
		if (recv(fd, &end, 1, 0) != 1)
			die("recv");
		took[i < 0 ? 0 : i] = now() - start;
	}
	qsort(took, slices, sizeof(*took), compare);
	printf("%lld\n", took[slices / 4]);
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
	} else {
		fputs("usage: stream serve PORT | stream send ADDRESS PORT SLICES\n", stderr);
		return 2;
	}
	return 0;
}
