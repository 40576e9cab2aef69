// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes that the kernel does not copy when they are sent: of a file (sendfile,
 * splice), which others may change while they are on their way, or of the
 * sender's memory (MSG_ZEROCOPY).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "traffic.h"

enum { CHANGES = 200 };

static uint8_t *memory;	/* what the file holds, and MSG_ZEROCOPY sends */
static int file;

static void make_file(size_t bytes)
{
	file = memfd_create("nf_csum", 0);
	if (file < 0 || ftruncate(file, bytes))
		die("memfd_create");
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (memory == MAP_FAILED)
		die("mmap");
	fill(memory, bytes, 0);
}

static bool send_file(int fd, size_t bytes)
{
	off_t at = 0;

	while ((size_t)at < bytes)
		if (sendfile(fd, file, &at, bytes - at) <= 0)
			return false;
	return true;
}

static bool send_spliced(int fd, size_t bytes)
{
	loff_t at = 0;
	int p[2];

	if (pipe(p))
		die("pipe");
	while ((size_t)at < bytes) {
		ssize_t n = splice(file, &at, p[1], NULL, bytes - at, 0);

		while (n > 0) {
			ssize_t sent = splice(p[0], NULL, fd, NULL, n, SPLICE_F_MORE);

			if (sent <= 0)
				return false;
			n -= sent;
		}
		if (n < 0)
			return false;
	}
	return true;
}

/* Waits until the kernel has let go of all that was sent so. */
static bool is_let_go(int fd, unsigned int sends)
{
	unsigned int done = 0;

	while (done < sends) {
		char control[128];
		struct msghdr m = { .msg_control = control, .msg_controllen = sizeof(control) };
		struct sock_extended_err *e;

		/* Errors are always told. */
		if (!wait_for(fd, 0) || recvmsg(fd, &m, MSG_ERRQUEUE) < 0)
			return false;
		e = (void *)CMSG_DATA(CMSG_FIRSTHDR(&m));
		if (e->ee_origin != SO_EE_ORIGIN_ZEROCOPY || e->ee_errno)
			return false;
		done += e->ee_data - e->ee_info + 1;
	}
	return true;
}

static bool send_memory(int fd, size_t bytes)
{
	size_t at = 0, chunk = 20000;
	unsigned int sends = 0;
	int one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)))
		die("SO_ZEROCOPY");
	while (at < bytes) {
		ssize_t n = send(fd, memory + at, bytes - at < chunk ? bytes - at : chunk, MSG_ZEROCOPY);

		if (n <= 0)
			return false;
		at += n;
		sends++;
	}
	return is_let_go(fd, sends);
}

static int connected(char **arg)
{
	struct sockaddr_storage addr;
	socklen_t len;
	int fd = socket(resolve(arg[0], number(arg[1]), &addr, &len), SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (void *)&addr, len))
		die("connect");
	return fd;
}

/* ADDRESS PORT BYTES HOW keep|change: the latter changes every byte, again and again. */
static int send_uncopied(char **arg)
{
	size_t bytes = number(arg[2]);
	int fd = connected(arg);
	bool sent;

	make_file(bytes);
	sent = !strcmp(arg[3], "sendfile") ? send_file(fd, bytes) :
	       !strcmp(arg[3], "splice") ? send_spliced(fd, bytes) : send_memory(fd, bytes);
	for (int i = 0; i < CHANGES && !strcmp(arg[4], "change"); i++) {
		for (size_t at = 0; at < bytes; at++)
			memory[at] += 1;
		usleep(1000);
	}
	shutdown(fd, SHUT_WR);
	/* Until the other end has all of it. */
	while (sent && recv(fd, buf, sizeof(buf), 0) > 0)
		;
	printf("%s %zu\n", sent ? "sent" : "not sent", bytes);
	return sent ? 0 : 1;
}

/* PORT BYTES: of one connection. */
static int take_stream(char **arg)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(number(arg[0])) };
	size_t wanted = number(arg[1]), received = 0, wrong = 0;
	int one = 1, fd, l = socket(AF_INET6, SOCK_STREAM, 0);
	ssize_t n = 1;

	setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (l < 0 || bind(l, (void *)&any, sizeof(any)) || listen(l, 1))
		die("bind");
	ready();
	if (!wait_for(l, POLLIN)) {
		puts("nobody connected");
		return 1;
	}
	fd = accept(l, NULL, NULL);
	if (fd < 0)
		die("accept");
	while (n > 0 && wait_for(fd, POLLIN)) {
		n = recv(fd, buf, sizeof(buf), 0);
		if (n > 0) {
			wrong += differs(buf, n, received);
			received += n;
		}
	}
	printf("received %zu wrong %zu\n", received, wrong);
	return received == wanted && !wrong ? 0 : 1;
}

const struct job send_uncopied_job = {
	"send-uncopied", "ADDRESS PORT BYTES sendfile|splice|memory keep|change",
	"sends bytes that the kernel does not copy",
	5, send_uncopied, { wait_opts },
};

const struct job take_stream_job = {
	"take-stream", "PORT BYTES",
	"takes a connection, and counts and checks its bytes",
	2, take_stream, { wait_opts },
};
