// SPDX-License-Identifier: GPL-2.0
/* The attributes of netlink messages. */
#include <linux/netlink.h>
#include <string.h>

#include "traffic.h"

/* The message has room for it. */
void add_attribute(struct nlmsghdr *m, int type, const void *value, size_t len)
{
	struct nlattr *a = (void *)((uint8_t *)m + NLMSG_ALIGN(m->nlmsg_len));

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	memcpy((uint8_t *)a + NLA_HDRLEN, value, len);
	m->nlmsg_len = NLMSG_ALIGN(m->nlmsg_len) + NLA_ALIGN(a->nla_len);
}

/* The value of the attribute of that type, of several, or NULL. */
const void *find_attribute(const void *attributes, size_t len, int type, size_t *value_len)
{
	const uint8_t *at = attributes, *end = at + len;

	while (end - at >= NLA_HDRLEN) {
		const struct nlattr *a = (const void *)at;

		if (a->nla_len < NLA_HDRLEN || a->nla_len > end - at)
			break;
		*value_len = a->nla_len - NLA_HDRLEN;
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return at + NLA_HDRLEN;
		if (NLA_ALIGN(a->nla_len) > end - at)
			break;
		at += NLA_ALIGN(a->nla_len);
	}
	return NULL;
}
