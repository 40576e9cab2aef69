/* SPDX-License-Identifier: GPL-2.0 */
/* All that doctor looks at in each namespace, read when it is asked for. */
#ifndef NF_CSUM_SCENE_H
#define NF_CSUM_SCENE_H

#include <stdbool.h>

#include "command.h"
#include "conntrack.h"
#include "link.h"
#include "nft.h"
#include "proc.h"
#include "reader.h"
#include "snmp.h"
#include "unseen.h"

/**
 * struct scene - a namespace, and what is known of it
 * @ns: the namespace
 * @selected: it is looked at for its own sake
 * @now: what the module says
 * @seen: what is judged: @now, or what moved
 * @planned: the knobs of @now, with what the cures so far make of them
 * @snmp: what the network stack counts, all of it or what moved
 * @links: devices; their traffic is all of it or what moved
 * @sockets: packet sockets
 * @nft: flowtables and rules
 * @conntrack: its table
 * @ways: ways past the hooks
 * @nsids: what it calls the other namespaces, in the order of the list
 * @has_links: @links was read, and likewise for the others
 * @has_snmp: likewise
 * @has_sockets: likewise
 * @has_flowtables: likewise
 * @has_rules: likewise
 * @has_conntrack: likewise
 * @has_ways: likewise
 */
struct scene {
	struct netns *ns;
	bool selected;
	struct snapshot now;
	struct snapshot seen;
	struct setting *planned;
	struct snmp snmp;
	struct links links;
	struct packet_sockets sockets;
	struct nft nft;
	struct conntrack conntrack;
	struct ways ways;
	int *nsids;
	bool has_links;
	bool has_snmp;
	bool has_sockets;
	bool has_flowtables;
	bool has_rules;
	bool has_conntrack;
	bool has_ways;
};

/**
 * struct scenes - all namespaces
 * @pool: whose the memory is
 * @scope: those that are looked at
 * @of: one for each namespace there is, in the order of the list
 * @processes: who has which socket
 * @seconds: how long was looked; 0 for not at all, so that all counts
 */
struct scenes {
	struct pool *pool;
	struct scope *scope;
	struct scene *of;
	struct processes processes;
	unsigned int seconds;
};

/**
 * struct far - the other end of a device
 * @scene: the namespace it is in
 * @link: the device; NULL if it is not to be found
 */
struct far {
	struct scene *scene;
	struct link *link;
};

void scenes_read(struct scenes *scenes, struct pool *pool, struct scope *scope,
		 unsigned int seconds);
const struct links *scene_links(struct scenes *scenes, struct scene *scene);
const struct snmp *scene_snmp(struct scenes *scenes, struct scene *scene);
const struct packet_sockets *scene_sockets(struct scenes *scenes, struct scene *scene);
const struct nft *scene_flowtables(struct scenes *scenes, struct scene *scene);
const struct nft *scene_rules(struct scenes *scenes, struct scene *scene);
const struct conntrack *scene_conntrack(struct scenes *scenes, struct scene *scene);
const struct ways *scene_ways(struct scenes *scenes, struct scene *scene);
struct far scene_far(struct scenes *scenes, struct scene *scene, const struct link *link);
void scene_features(struct scenes *scenes, struct scene *scene, const struct link *link,
		    struct features *features);

#endif /* NF_CSUM_SCENE_H */
