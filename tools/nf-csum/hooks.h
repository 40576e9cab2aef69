/* SPDX-License-Identifier: GPL-2.0 */
/* Who hangs at the hooks of netfilter. */
#ifndef NF_CSUM_HOOKS_H
#define NF_CSUM_HOOKS_H

#include "pool.h"

/**
 * struct hook - a function at a hook
 * @family: ip, ip6, bridge
 * @hook: the name of the hook
 * @function: what is called
 * @module: whose it is, or ""
 * @priority: the order at the hook
 */
struct hook {
	const char *family;
	const char *hook;
	const char *function;
	const char *module;
	int priority;
};

/**
 * struct hooks - those of a namespace
 * @of: each of them
 * @count: how many
 * @error: why there are none: a negative errno
 */
struct hooks {
	struct hook *of;
	int count;
	int error;
};

void hooks_read(struct pool *pool, struct hooks *hooks);

#endif /* NF_CSUM_HOOKS_H */
