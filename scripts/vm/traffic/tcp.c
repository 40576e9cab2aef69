// SPDX-License-Identifier: GPL-2.0
/*
 * Known bytes both ways at once over a connection, TCP's or SCTP's, checked at both
 * ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "traffic.h"

static bool sctp;
static int quiet_ms, hold_ms, chunk_size = 65536;

static const struct opt opts[] = {
	OPT_FLAG("sctp", sctp, "an association of SCTP instead"),
	OPT_NUMBER("pause", "MILLISECONDS", quiet_ms, "before the first byte"),
	OPT_NUMBER("hold", "MILLISECONDS", hold_ms, "after the last byte, before the end"),
	OPT_NUMBER("chunk", "BYTES", chunk_size, "at most so many at once (65536)"),
	{ }
};

static int protocol_number(void)
{
	return sctp ? IPPROTO_SCTP : IPPROTO_TCP;
}

/* Sends and receives the pattern at once, so that both ways are full. */
static int exchange(int fd, uint64_t bytes)
{
	uint64_t sent = 0, received = 0, wrong = 0;
	bool eof = false;
	int error = 0;
	ssize_t n;

	if (chunk_size > ROOM) {
		fprintf(stderr, "traffic: a chunk has at most %d bytes\n", ROOM);
		return 2;
	}
	usleep(quiet_ms * 1000);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (!error && (sent < bytes || !eof)) {
		if (!wait_for(fd, (eof ? 0 : POLLIN) | (sent < bytes ? POLLOUT : 0)))
			break;
		if (!eof) {
			n = recv(fd, buf, sizeof(buf), 0);
			if (n > 0) {
				wrong += differs(buf, n, received);
				received += n;
			}
			/* SCTP does not close one direction only. */
			eof = n == 0 || (sctp && received >= bytes);
			if (n < 0 && errno != EAGAIN)
				error = errno;
		}
		if (sent < bytes) {
			size_t chunk = chunk_size;

			if (chunk > bytes - sent)
				chunk = bytes - sent;
			fill(out, chunk, sent);
			n = send(fd, out, chunk, MSG_NOSIGNAL);
			if (n > 0)
				sent += n;
			if (n < 0 && errno != EAGAIN && !error)
				error = errno;
			if (sent == bytes && !sctp) {
				usleep(hold_ms * 1000);
				shutdown(fd, SHUT_WR);
			}
		}
	}
	printf("sent %llu received %llu wrong %llu%s%s\n", (unsigned long long)sent,
	       (unsigned long long)received, (unsigned long long)wrong,
	       error ? ": " : "", error ? strerror(error) : "");
	return sent == bytes && received == bytes && !wrong ? 0 : 1;
}

static int tcp_serve(char **arg)
{
	int fd, l = listener(SOCK_STREAM, protocol_number(), number(arg[0]));

	ready();
	if (!wait_for(l, POLLIN)) {
		puts("nobody connected");
		return 1;
	}
	fd = accept(l, NULL, NULL);
	if (fd < 0)
		die("accept");
	return exchange(fd, number(arg[1]));
}

static int tcp_send(char **arg)
{
	struct sockaddr_storage addr;
	socklen_t len;
	int fd, error = 0;
	socklen_t error_len = sizeof(error);

	fd = socket(resolve(arg[0], number(arg[1]), &addr, &len),
		    SOCK_STREAM | SOCK_NONBLOCK, protocol_number());
	if (fd < 0)
		die("socket");
	if (connect(fd, (void *)&addr, len) && errno != EINPROGRESS)
		die("connect");
	if (!wait_for(fd, POLLOUT)) {
		puts("connect: timed out");
		return 1;
	}
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_len);
	if (error) {
		printf("connect: %s\n", strerror(error));
		return 1;
	}
	return exchange(fd, number(arg[2]));
}

const struct job tcp_serve_job = {
	"tcp-serve", "PORT BYTES", "takes a connection, and sends and checks so many bytes",
	2, tcp_serve, { wait_opts, opts },
};

const struct job tcp_send_job = {
	"tcp-send", "ADDRESS PORT BYTES", "connects, and sends and checks so many bytes",
	3, tcp_send, { wait_opts, opts },
};
