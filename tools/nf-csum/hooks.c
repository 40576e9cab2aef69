// SPDX-License-Identifier: GPL-2.0
/*
 * Who hangs at the hooks of netfilter, as nfnetlink_hook tells. Not every kernel is
 * built with that.
 */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_hook.h>
#include <string.h>

#include "hooks.h"
#include "nl.h"
#include "text.h"

static const char * const hook_names[] = {
	"prerouting", "input", "forward", "output", "postrouting",
};

static const struct {
	int number;
	const char *name;
} families[] = {
	{ NFPROTO_IPV4, "ip" }, { NFPROTO_IPV6, "ip6" }, { NFPROTO_BRIDGE, "bridge" },
};

struct reading {
	struct pool *pool;
	struct hooks *hooks;
	const char *family;
	const char *hook;
};

static void read_hook(const struct nlmsghdr *message, void *data)
{
	struct reading *reading = data;
	struct hook hook = {
		.family = reading->family, .hook = reading->hook,
		.function = "?", .module = "",
	};
	const struct nlattr *attr;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(struct nfgenmsg))
		return;
	mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg)) {
		if (nl_is(attr, NFNLA_HOOK_PRIORITY))
			hook.priority = (int)nl_be32(attr);
		if (nl_is(attr, NFNLA_HOOK_FUNCTION_NAME))
			hook.function = text_plain(reading->pool,
						   pool_string(reading->pool, nl_string(attr)));
		if (nl_is(attr, NFNLA_HOOK_MODULE_NAME))
			hook.module = text_plain(reading->pool,
						 pool_string(reading->pool, nl_string(attr)));
	}
	*pool_add(reading->pool, reading->hooks->of, reading->hooks->count) = hook;
}

/**
 * hooks_read - read who hangs at the hooks of the namespace entered last
 * @pool: whose the memory is
 * @hooks: gets them, or the error
 */
void hooks_read(struct pool *pool, struct hooks *hooks)
{
	struct reading reading = { .pool = pool, .hooks = hooks };
	struct nl_request request;
	struct nfgenmsg *nf;
	int f, h, error;

	*hooks = (struct hooks){};
	for (f = 0; f < 3; f++) {
		for (h = 0; h < 5; h++) {
			reading.family = families[f].name;
			reading.hook = hook_names[h];
			nf = nl_start(&request, NFNL_SUBSYS_HOOK << 8 | NFNL_MSG_HOOK_GET,
				      NLM_F_DUMP, sizeof(*nf));
			nf->nfgen_family = families[f].number;
			nf->version = NFNETLINK_V0;
			mnl_attr_put_u32(request.header, NFNLA_HOOK_HOOKNUM, htonl(h));
			error = nl_ask(NETLINK_NETFILTER,
				       pool_print(pool, "hooks-%s-%s", families[f].name,
						  hook_names[h]), &request, read_hook, &reading);
			/* A family without any hook is no reason to give up. */
			if (error && f == 0 && h == 0) {
				hooks->error = error;
				return;
			}
		}
	}
}
