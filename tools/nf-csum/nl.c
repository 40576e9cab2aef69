// SPDX-License-Identifier: GPL-2.0
/*
 * Asks the kernel by netlink, in the network namespace that was entered last. In a
 * sample the answers are files below netlink/, as the kernel would send them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "netns.h"
#include "nl.h"
#include "pool.h"

#define ANSWER_ROOM	(64 * 1024)
#define SAMPLE_FAMILY	0x20

/**
 * nl_start - begin a question
 * @request: the question
 * @type: of the message
 * @flags: beside NLM_F_REQUEST
 * @size: bytes of the header that the protocol puts behind netlink's
 *
 * Return: that header, zeroed.
 */
void *nl_start(struct nl_request *request, int type, int flags, size_t size)
{
	request->header = mnl_nlmsg_put_header(request->room);
	request->header->nlmsg_type = type;
	request->header->nlmsg_flags = NLM_F_REQUEST | flags;
	request->header->nlmsg_seq = 1;
	return mnl_nlmsg_put_extra_header(request->header, size);
}

/**
 * nl_start_generic - begin a question of generic netlink
 * @request: the question
 * @family: what nl_family() said
 * @command: of that family
 * @flags: beside NLM_F_REQUEST
 *
 * Return: the header of generic netlink.
 */
void *nl_start_generic(struct nl_request *request, int family, int command,
		       int flags)
{
	struct genlmsghdr *generic;

	generic = nl_start(request, family, flags, sizeof(*generic));
	generic->cmd = command;
	generic->version = 1;
	return generic;
}

/* Hands each message to the reader. Return: 0 to go on, 1 at the end, or an error. */
static int read_messages(const void *answer, int len, nl_reader reader,
			 void *data)
{
	const struct nlmsghdr *message = answer;

	for (; mnl_nlmsg_ok(message, len); message = mnl_nlmsg_next(message, &len)) {
		/* mnl_nlmsg_ok() takes a length of more than 2 GB for a negative one. */
		if (message->nlmsg_len > (unsigned int)len)
			break;
		if (message->nlmsg_type == NLMSG_DONE)
			return 1;
		if (message->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *error;

			if (mnl_nlmsg_get_payload_len(message) < sizeof(*error))
				return -EBADMSG;
			error = mnl_nlmsg_get_payload(message);
			return error->error ? error->error : 1;
		}
		if (message->nlmsg_type < NLMSG_MIN_TYPE)
			continue;
		reader(message, data);
		if (!(message->nlmsg_flags & NLM_F_MULTI))
			return 1;
	}
	return 0;
}

static int ask_sample(const char *sample, nl_reader reader, void *data)
{
	struct pool pool = {};
	int error = -ENOENT;
	size_t len;
	char *text;

	text = pool_read(&pool, netns_path(&pool, pool_print(&pool, "netlink/%s",
							     sample)), &len);
	if (text)
		error = read_messages(text, len, reader, data);
	pool_free(&pool);
	return error < 0 ? error : 0;
}

static int converse(struct mnl_socket *socket, const struct nl_request *request,
		    nl_reader reader, void *data)
{
	static char answer[ANSWER_ROOM] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct pool pool = {};
	char *copy;
	int got;

	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(socket, request->header,
			      request->header->nlmsg_len) < 0)
		return -errno;
	do {
		got = mnl_socket_recvfrom(socket, answer, sizeof(answer));
		if (got <= 0)
			return got ? -errno : -EBADMSG;
		/* A reader may ask something itself. */
		copy = pool_copy(&pool, answer, got);
		got = read_messages(copy, got, reader, data);
		pool_free(&pool);
	} while (!got);
	return got < 0 ? got : 0;
}

/**
 * nl_ask - ask a question
 * @bus: NETLINK_*
 * @sample: the file with the answer, in a sample
 * @request: the question
 * @reader: is called with each message of the answer
 * @data: for @reader
 *
 * Return: 0, or a negative errno.
 */
int nl_ask(int bus, const char *sample, const struct nl_request *request,
	   nl_reader reader, void *data)
{
	struct mnl_socket *socket;
	int error;

	if (*netns_root)
		return ask_sample(sample, reader, data);
	socket = mnl_socket_open(bus);
	if (!socket)
		return -errno;
	error = converse(socket, request, reader, data);
	mnl_socket_close(socket);
	return error;
}

static void read_family(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, sizeof(struct genlmsghdr))
		if (nl_is(attr, CTRL_ATTR_FAMILY_ID) &&
		    mnl_attr_get_payload_len(attr) >= sizeof(uint16_t))
			*(int *)data = mnl_attr_get_u16(attr);
}

/**
 * nl_family - find a family of generic netlink
 * @name: its name
 *
 * Return: its number, or a negative errno.
 */
int nl_family(const char *name)
{
	struct nl_request request;
	int family = -ENOENT, error;

	if (*netns_root)
		return SAMPLE_FAMILY;
	nl_start_generic(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(request.header, CTRL_ATTR_FAMILY_NAME, name);
	error = nl_ask(NETLINK_GENERIC, "", &request, read_family, &family);
	return error ? error : family;
}

/**
 * nl_is - say whether an attribute is of a type
 * @attr: the attribute
 * @type: the type
 *
 * Return: whether.
 */
bool nl_is(const struct nlattr *attr, int type)
{
	return mnl_attr_get_type(attr) == type;
}

/**
 * nl_u32 - read a number
 * @attr: an attribute that ought to hold it
 *
 * Return: the number; 0 if there is none.
 */
uint32_t nl_u32(const struct nlattr *attr)
{
	uint32_t n;

	if (mnl_attr_get_payload_len(attr) < sizeof(n))
		return 0;
	memcpy(&n, mnl_attr_get_payload(attr), sizeof(n));
	return n;
}

/**
 * nl_be32 - read a number that is in network order
 * @attr: an attribute that ought to hold it
 *
 * Return: the number in host order; 0 if there is none.
 */
uint32_t nl_be32(const struct nlattr *attr)
{
	return ntohl(nl_u32(attr));
}

/**
 * nl_u64 - read a number of eight bytes
 * @attr: an attribute that ought to hold it
 *
 * Return: the number; 0 if there is none.
 */
uint64_t nl_u64(const struct nlattr *attr)
{
	uint64_t n;

	if (mnl_attr_get_payload_len(attr) < sizeof(n))
		return 0;
	memcpy(&n, mnl_attr_get_payload(attr), sizeof(n));
	return n;
}

/**
 * nl_string - read a string
 * @attr: an attribute that ought to hold it
 *
 * Return: the string, as long as the message; "" if it has no end.
 */
const char *nl_string(const struct nlattr *attr)
{
	const char *s = mnl_attr_get_payload(attr);

	return strnlen(s, mnl_attr_get_payload_len(attr)) <
	       mnl_attr_get_payload_len(attr) ? s : "";
}
