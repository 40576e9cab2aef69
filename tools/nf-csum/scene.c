// SPDX-License-Identifier: GPL-2.0
/*
 * All that doctor looks at. What every namespace is asked for is read at once; what
 * only matters beside something else is read when it is asked for. If doctor waits,
 * counters are taken twice, and what is judged is the difference.
 */
#include <string.h>
#include <unistd.h>

#include "scene.h"

static void traffic_since(struct links *now, const struct links *before)
{
	int i;

	for (i = 0; i < now->count; i++) {
		const struct link *old = links_by_name(before, now->links[i].name);
		struct link *link = &now->links[i];

		if (!old || old->index != link->index)
			continue;
		link->rx_packets -= old->rx_packets;
		link->tx_packets -= old->tx_packets;
		link->rx_errors -= old->rx_errors;
	}
}

static void ways_since(struct ways *now, const struct ways *before)
{
	int i;

	/* They are listed in the same order each time. */
	for (i = 0; i < now->unseen_count && i < before->unseen_count; i++)
		if (now->unseen[i].device == before->unseen[i].device &&
		    now->unseen[i].packets >= before->unseen[i].packets)
			now->unseen[i].packets -= before->unseen[i].packets;
	for (i = 0; i < now->datapaths_count && i < before->datapaths_count; i++)
		if (now->datapaths[i].packets >= before->datapaths[i].packets)
			now->datapaths[i].packets -= before->datapaths[i].packets;
}

/* What moves, and is not the module's. */
static void read_rest(struct scenes *scenes, struct scene *scene)
{
	links_read(scenes->pool, &scene->links);
	snmp_read(scenes->pool, &scene->snmp);
	ways_read(scenes->pool, &scene->links, &scene->ways);
	scene->has_links = true;
	scene->has_snmp = true;
	scene->has_ways = true;
}

static void read_again(struct scenes *scenes, struct scene *scene)
{
	struct scene before = *scene;

	scene->selected = scope_read(scenes->pool, scenes->scope, scene->ns, &scene->now);
	if (!scene->selected)
		return;
	/* Before what is compared with it: a packet is counted by the module first. */
	read_rest(scenes, scene);
	/* The one is changed, the other is what the knobs are read from. */
	proc_snapshot(scenes->pool, &scene->seen);
	proc_since(&scene->seen, &before.now);
	traffic_since(&scene->links, &before.links);
	snmp_since(&scene->snmp, &before.snmp);
	ways_since(&scene->ways, &before.ways);
}

/* Their resets and wrong checksums tell of what happens in the selected ones. */
static void read_neighbours(struct scenes *scenes, struct snmp *before)
{
	int i;

	if (!scenes->scope->may_enter)
		return;
	for (i = 0; i < scenes->scope->all.count; i++)
		if (!scenes->of[i].selected && !netns_enter(scenes->of[i].ns))
			snmp_read(scenes->pool, &before[i]);
}

static void neighbours_since(struct scenes *scenes, const struct snmp *before)
{
	int i;

	for (i = 0; i < scenes->scope->all.count; i++) {
		struct scene *scene = &scenes->of[i];

		if (scene->selected || !scenes->scope->may_enter || netns_enter(scene->ns))
			continue;
		snmp_read(scenes->pool, &scene->snmp);
		snmp_since(&scene->snmp, &before[i]);
		scene->has_snmp = true;
	}
}

static void wait_and_read(struct scenes *scenes)
{
	struct snmp *before = pool_get(scenes->pool, scenes->scope->all.count *
				       sizeof(*before));
	int i;

	read_neighbours(scenes, before);
	sleep(scenes->seconds);
	for (i = 0; i < scenes->scope->all.count; i++)
		if (scenes->of[i].selected)
			read_again(scenes, &scenes->of[i]);
	neighbours_since(scenes, before);
}

/**
 * scenes_read - look at namespaces
 * @scenes: gets what is seen
 * @pool: whose the memory is
 * @scope: those that are looked at
 * @seconds: how long to look at what moves; 0 for all that ever happened
 */
void scenes_read(struct scenes *scenes, struct pool *pool, struct scope *scope,
		 unsigned int seconds)
{
	int i, k;

	*scenes = (struct scenes){ .pool = pool, .scope = scope, .seconds = seconds };
	scenes->of = pool_get(pool, scope->all.count * sizeof(*scenes->of));
	for (i = 0; i < scope->all.count; i++)
		scenes->of[i].ns = scope->all.ns[i];
	for (i = 0; i < scope->count; i++) {
		struct scene *scene = scenes->of;

		for (k = 0; scope->all.ns[k] != scope->ns[i]; k++)
			scene++;
		/* As there: what others count is read first, or last if it is the base. */
		if (!seconds && !netns_enter(scene->ns))
			read_rest(scenes, scene);
		scene->selected = scope_read(pool, scope, scene->ns, &scene->now);
		if (!scene->selected)
			continue;
		if (seconds) {
			proc_totals_again(pool, &scene->now);
			read_rest(scenes, scene);
		}
		scene->seen = scene->now;
	}
	if (seconds)
		wait_and_read(scenes);
}

/**
 * scene_links - the devices of a namespace
 * @scenes: all namespaces
 * @scene: the namespace
 *
 * Return: the devices.
 */
const struct links *scene_links(struct scenes *scenes, struct scene *scene)
{
	if (!scene->has_links && !netns_enter(scene->ns))
		links_read(scenes->pool, &scene->links);
	scene->has_links = true;
	return &scene->links;
}

/**
 * scene_snmp - what the network stack of a namespace counts
 * @scenes: all namespaces
 * @scene: the namespace
 *
 * Return: all of it, or what moved.
 */
const struct snmp *scene_snmp(struct scenes *scenes, struct scene *scene)
{
	if (!scene->has_snmp && !netns_enter(scene->ns))
		snmp_read(scenes->pool, &scene->snmp);
	scene->has_snmp = true;
	return &scene->snmp;
}

/**
 * scene_sockets - the packet sockets of a namespace
 * @scenes: all namespaces
 * @scene: the namespace
 *
 * Return: the sockets.
 */
const struct packet_sockets *scene_sockets(struct scenes *scenes, struct scene *scene)
{
	if (!scene->has_sockets && !netns_enter(scene->ns))
		packet_sockets_read(scenes->pool, &scene->sockets);
	scene->has_sockets = true;
	return &scene->sockets;
}

/**
 * scene_flowtables - the flowtables of a namespace
 * @scenes: all namespaces
 * @scene: the namespace
 *
 * Return: what nftables has, as far as flowtables go.
 */
const struct nft *scene_flowtables(struct scenes *scenes, struct scene *scene)
{
	if (!scene->has_flowtables && !netns_enter(scene->ns))
		nft_read_flowtables(scenes->pool, &scene->nft);
	scene->has_flowtables = true;
	return &scene->nft;
}

/**
 * scene_rules - which rules of a namespace translate, or feed flowtables
 * @scenes: all namespaces
 * @scene: the namespace
 *
 * Return: what nftables and iptables have, as far as these rules go.
 */
const struct nft *scene_rules(struct scenes *scenes, struct scene *scene)
{
	if (!scene->has_rules && !netns_enter(scene->ns))
		nft_read_rules(scenes->pool, &scene->nft);
	scene->has_rules = true;
	return &scene->nft;
}

/**
 * scene_conntrack - what conntrack's table of a namespace shows
 * @scenes: all namespaces
 * @scene: the namespace
 *
 * Return: what it shows.
 */
const struct conntrack *scene_conntrack(struct scenes *scenes, struct scene *scene)
{
	if (!scene->has_conntrack && !netns_enter(scene->ns))
		conntrack_read(scenes->pool, &scene->conntrack);
	scene->has_conntrack = true;
	return &scene->conntrack;
}

/**
 * scene_ways - ways past the hooks of a namespace
 * @scenes: all namespaces
 * @scene: the namespace
 *
 * Return: the ways.
 */
const struct ways *scene_ways(struct scenes *scenes, struct scene *scene)
{
	const struct links *links = scene_links(scenes, scene);

	if (!scene->has_ways && !netns_enter(scene->ns))
		ways_read(scenes->pool, links, &scene->ways);
	scene->has_ways = true;
	return &scene->ways;
}

/* The namespace that this one calls by that number; NULL if it is not to be found. */
static struct scene *scene_by_nsid(struct scenes *scenes, struct scene *scene, int nsid)
{
	int count = scenes->scope->all.count, i;

	if (!scene->nsids) {
		scene->nsids = pool_get(scenes->pool, count * sizeof(*scene->nsids));
		for (i = 0; i < count; i++)
			scene->nsids[i] = -1;
		if (netns_enter(scene->ns))
			return NULL;
		for (i = 0; i < count; i++)
			scene->nsids[i] = link_nsid(scenes->pool, scenes->of[i].ns);
	}
	for (i = 0; i < count; i++)
		if (scene->nsids[i] == nsid)
			return &scenes->of[i];
	return NULL;
}

/**
 * scene_far - find the other end of a device
 * @scenes: all namespaces
 * @scene: the one that the device is in
 * @link: the device
 *
 * Return: of a veth its peer, of others the device below; without a device if it
 * is not to be found.
 */
struct far scene_far(struct scenes *scenes, struct scene *scene, const struct link *link)
{
	struct far far = { .scene = scene };

	if (!link->lower)
		return far;
	if (link->lower_nsid >= 0)
		far.scene = scene_by_nsid(scenes, scene, link->lower_nsid);
	if (far.scene)
		far.link = links_by_index(scene_links(scenes, far.scene), link->lower);
	return far;
}

/**
 * scene_features - read the features of a device
 * @scenes: all namespaces
 * @scene: the one that the device is in
 * @link: the device
 * @features: gets them
 */
void scene_features(struct scenes *scenes, struct scene *scene, const struct link *link,
		    struct features *features)
{
	*features = (struct features){ .names = "" };
	if (!netns_enter(scene->ns))
		link_features(scenes->pool, link, features);
}
