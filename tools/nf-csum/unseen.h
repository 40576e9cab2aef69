/* SPDX-License-Identifier: GPL-2.0 */
/* Ways past the hooks that are no flowtables and no bridges: tc, BPF, OVS. */
#ifndef NF_CSUM_UNSEEN_H
#define NF_CSUM_UNSEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"
#include "pool.h"

enum way {
	WAY_REDIRECT,	/* tc sends packets on to another device */
	WAY_PROGRAM,	/* a BPF program at tc, which can do the same */
};

/**
 * struct unseen - a way past the hooks
 * @way: which
 * @device: where it begins
 * @to: the device where it ends, 0 if that is the program's to say
 * @is_egress: it begins as packets leave the device
 * @detail: what it is called
 * @packets: how many took it, as far as that is counted
 */
struct unseen {
	enum way way;
	unsigned int device;
	unsigned int to;
	bool is_egress;
	const char *detail;
	uint64_t packets;
};

/**
 * struct datapath - one of Open vSwitch's
 * @name: its name
 * @packets: how many it has seen
 */
struct datapath {
	const char *name;
	uint64_t packets;
};

/**
 * struct ways - those of a namespace
 * @unseen: each of them
 * @unseen_count: how many
 * @datapaths: each of them
 * @datapaths_count: how many
 */
struct ways {
	struct unseen *unseen;
	int unseen_count;
	struct datapath *datapaths;
	int datapaths_count;
};

void ways_read(struct pool *pool, const struct links *links, struct ways *ways);

#endif /* NF_CSUM_UNSEEN_H */
