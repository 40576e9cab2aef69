/* SPDX-License-Identifier: GPL-2.0 */
/* The network namespaces there are, what they are called, and how to get into them. */
#ifndef NF_CSUM_NETNS_H
#define NF_CSUM_NETNS_H

#include <stdbool.h>

#include "pool.h"

/**
 * struct netns - a network namespace
 * @name: of ip netns, else of a container, else its number; "" for the first one
 * @title: how to speak of it
 * @container: the container or pod in it, or NULL
 * @enter: what to write in front of a command to have it run in there; "" for
 *	this one
 * @file: opens it
 * @tree: where its proc and sys are, in a sample for tests
 * @device: with @inode, what tells it from others
 * @inode: its number
 * @pid: a process in it, or 0
 * @asked: how many of its processes were asked for their container
 * @named: ip netns has a name for it
 * @own: it is the one that this program was started in
 * @first: it is that of the first process
 */
struct netns {
	const char *name;
	const char *title;
	const char *container;
	const char *enter;
	const char *file;
	const char *tree;
	unsigned long long device;
	unsigned long long inode;
	int pid;
	int asked;
	bool named;
	bool own;
	bool first;
};

/**
 * struct netns_list - the namespaces that could be found
 * @ns: each of them, this one first
 * @count: how many
 */
struct netns_list {
	struct netns **ns;
	int count;
};

extern const char *netns_root;

void netns_find(struct pool *pool, struct netns_list *list);
struct netns *netns_by_word(const struct netns_list *list, const char *word);
struct netns *netns_by_inode(const struct netns_list *list,
			     unsigned long long inode);
bool netns_may_enter(const struct netns_list *list);
int netns_enter(const struct netns *ns);
int netns_open(const struct netns *ns);
const char *netns_path(struct pool *pool, const char *file);
const char *netns_host_path(struct pool *pool, const char *file);

#endif /* NF_CSUM_NETNS_H */
