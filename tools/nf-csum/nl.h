/* SPDX-License-Identifier: GPL-2.0 */
/* Asks the kernel by netlink, or a sample for tests. */
#ifndef NF_CSUM_NL_H
#define NF_CSUM_NL_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>

#define NL_ROOM	1024	/* a request is short */

typedef void (*nl_reader)(const struct nlmsghdr *message, void *data);

/**
 * struct nl_request - a question
 * @header: to which attributes are added
 * @room: where it is
 */
struct nl_request {
	struct nlmsghdr *header;
	char room[NL_ROOM] __attribute__((aligned(NLMSG_ALIGNTO)));
};

void *nl_start(struct nl_request *request, int type, int flags, size_t size);
void *nl_start_generic(struct nl_request *request, int family, int command,
		       int flags);
int nl_ask(int bus, const char *sample, const struct nl_request *request,
	   nl_reader reader, void *data);
int nl_family(const char *name);

bool nl_is(const struct nlattr *attr, int type);
uint32_t nl_u32(const struct nlattr *attr);
uint32_t nl_be32(const struct nlattr *attr);
uint64_t nl_u64(const struct nlattr *attr);
const char *nl_string(const struct nlattr *attr);

#endif /* NF_CSUM_NL_H */
