// SPDX-License-Identifier: GPL-2.0
/*
 * What every job needs: an end with a message, numbers, the bytes that everybody
 * sends, addresses, and waiting for no longer than --timeout says.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "traffic.h"

uint8_t buf[ROOM], out[ROOM];
int seconds = 3, size = 101;

const struct opt wait_opts[] = {
	OPT_NUMBER("timeout", "SECONDS", seconds, "give up after so long without progress (3)"),
	{ }
};

const struct opt size_opts[] = {
	OPT_NUMBER("size", "BYTES", size, "of payload, in each packet (101)"),
	{ }
};

void die(const char *what)
{
	perror(what);
	exit(1);
}

void ready(void)
{
	puts("ready");
	fflush(stdout);
}

long number(const char *s)
{
	char *end;
	long n = strtol(s, &end, 0);

	if (!*s || *end || n < 0) {
		fprintf(stderr, "traffic: not a number: %s\n", s);
		exit(2);
	}
	return n;
}

void hex(const char *s, struct bytes *to)
{
	size_t n = 0;

	for (; n < sizeof(to->at) && sscanf(s, "%2hhx", to->at + n) == 1 && s[1]; s += 2)
		n++;
	if (*s) {
		fprintf(stderr, "traffic: not whole bytes, or too many: %s\n", s);
		exit(2);
	}
	to->len = n;
}

/* Byte i of what everybody sends. */
static uint8_t pattern(uint64_t i)
{
	uint32_t x = (uint32_t)i * 2654435761u;

	return (x >> 24) ^ (x >> 13) ^ (i >> 16);
}

void fill(uint8_t *p, size_t n, uint64_t from)
{
	for (size_t i = 0; i < n; i++)
		p[i] = pattern(from + i);
}

size_t differs(const uint8_t *p, size_t n, uint64_t from)
{
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++)
		wrong += p[i] != pattern(from + i);
	return wrong;
}

/* Numeric addresses of either family; returns the family. */
int resolve(const char *host, int port, struct sockaddr_storage *addr, socklen_t *len)
{
	struct sockaddr_in6 *v6 = (void *)addr;
	struct sockaddr_in *v4 = (void *)addr;

	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		*len = sizeof(*v4);
	} else if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		*len = sizeof(*v6);
	} else {
		fprintf(stderr, "traffic: not an address: %s\n", host);
		exit(2);
	}
	return addr->ss_family;
}

int listener(int type, int protocol, int port)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int one = 1, fd = socket(AF_INET6, type, protocol);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (void *)&any, sizeof(any)))
		die("bind");
	if (type == SOCK_STREAM && listen(fd, 4))
		die("listen");
	return fd;
}

/* SIGTERM: nothing more will come, say what came. It only gets through in wait_for(). */
static volatile sig_atomic_t told_to_end;

static void end(int signal)
{
	(void)signal;
	told_to_end = 1;
}

/* From here on SIGTERM only says that nothing more will come. */
void end_when_told(void)
{
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	signal(SIGTERM, end);
}

bool wait_for(int fd, int events)
{
	struct pollfd p = { .fd = fd, .events = events };
	struct timespec wait = { .tv_sec = told_to_end ? 0 : seconds };
	sigset_t none;

	sigemptyset(&none);
	return ppoll(&p, 1, &wait, &none) > 0 ||
	       (told_to_end && poll(&p, 1, 0) > 0);
}
