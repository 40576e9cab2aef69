// SPDX-License-Identifier: GPL-2.0
/*
 * What goes past the module: connections in flowtables, frames of bridges, redirects,
 * and packets that leave whole for a far end that reads bytes only.
 */
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "cure.h"
#include "text.h"

/* So many lost packets are no accident; the module itself needs four. */
#define LOST_FOR_SURE	8
/*
 * Who reads bytes only loses every GSO packet. Who was silent for a moment lost a
 * few, of all that were sent.
 */
#define LOST_OF		4

/* Does the module look at a flowtable's and a bridge's packets, too? */
static bool sees_link(const struct scene *scene)
{
	return scene->now.columns[LINK];
}

static bool takes_from(const struct flowtable *flowtable, const char *name)
{
	int i;

	for (i = 0; i < flowtable->devices_count; i++)
		if (!strcmp(flowtable->devices[i], name))
			return true;
	return false;
}

static bool is_broken(const struct iface *iface)
{
	static const char * const counters[] = {
		"zeroed", "seed", "partial_bad_seed", "gso_bad",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counters); i++)
		if (came_in(iface, counters[i]))
			return true;
	return false;
}

static const char *safe(const char *name, const char *otherwise)
{
	return text_is_harmless(name) ? name : otherwise;
}

static void say_flow_rules(struct findings *findings, struct finding *finding,
			   const struct nft *nft, const struct flowtable *flowtable)
{
	struct pool *pool = findings->scenes->pool;
	int i;

	for (i = 0; i < nft->flow_rules_count; i++) {
		const struct flow_rule *rule = &nft->flow_rules[i];

		if (strcmp(rule->flowtable, flowtable->name) ||
		    strcmp(rule->table, flowtable->table) ||
		    strcmp(rule->family, flowtable->family))
			continue;
		finding_run(findings, finding, "run",
			    pool_print(pool, "%snft delete rule %s %s %s handle %llu",
				       finding->scene->ns->enter, rule->family,
				       safe(rule->table, "<table>"),
				       safe(rule->chain, "<chain>"),
				       (unsigned long long)rule->handle));
	}
}

static bool is_fed(const struct nft *nft, const struct flowtable *flowtable)
{
	int i;

	for (i = 0; i < nft->flow_rules_count; i++)
		if (!strcmp(nft->flow_rules[i].flowtable, flowtable->name) &&
		    !strcmp(nft->flow_rules[i].table, flowtable->table) &&
		    !strcmp(nft->flow_rules[i].family, flowtable->family))
			return true;
	return false;
}

/**
 * check_flowtables - do broken packets go past the module in a flowtable
 * @findings: all that is said
 * @scene: the namespace
 *
 * The first packets of a connection are seen, and repaired; the others are not.
 */
void check_flowtables(struct findings *findings, struct scene *scene)
{
	const struct nft *nft = scene_flowtables(findings->scenes, scene);
	const struct snapshot *seen = &scene->seen;
	struct pool *pool = findings->scenes->pool;
	struct finding *finding;
	int f, i;

	if (!nft->flowtables_count || sees_link(scene))
		return;
	scene_rules(findings->scenes, scene);
	for (f = 0; f < nft->flowtables_count; f++) {
		const struct flowtable *flowtable = &nft->flowtables[f];

		if (!is_fed(nft, flowtable))
			continue;
		finding = finding_add(findings, scene, LEVEL_TODO, "flowtable",
				      pool_print(pool, "Broken packets go past nf_csum in the flowtable %s: connections start well, and then stall.",
						 text_plain(pool, flowtable->name)));
		for (i = 0; i < seen->ifaces_count; i++)
			if (takes_from(flowtable, seen->ifaces[i].name) &&
			    is_broken(&seen->ifaces[i]))
				finding_iface(findings, finding, seen->ifaces[i].name);
		if (!finding_where(findings, finding))
			continue;
		finding_says(findings, finding, "seen",
			     pool_print(pool, "%u connections in the table now",
					scene_conntrack(findings->scenes, scene)->offloaded));
		finding_says(findings, finding, "why",
			     "Only the first packets of a connection pass the hooks, where they are repaired. The flowtable sends the others on as they come.");
		say_flow_rules(findings, finding, nft, flowtable);
		finding_says(findings, finding, "keep",
			     "Take the same rules out of the file that they are loaded from. Connections that are in the table stay there for 30 s after their last packet.");
		finding_says(findings, finding, "or",
			     "Cure it at the sender: ethtool -K <device> tx off.");
	}
}

/* How many interfaces a process reads all packets of. */
static int interfaces_of(struct findings *findings, const struct packet_sockets *sockets,
			 const struct process *process)
{
	unsigned int last = 0;
	int i, n = 0;

	for (i = 0; i < sockets->count; i++) {
		const struct packet_socket *s = &sockets->sockets[i];

		if (!s->takes_all || s->index == last ||
		    process_of_socket(findings->scenes->pool, &findings->scenes->processes,
				      s->inode) != process)
			continue;
		last = s->index;
		n++;
	}
	return n;
}

/*
 * Who reads bytes at a device, instead of the kernel or beside it: NULL for nobody.
 * tcpdump reads beside the kernel, and nothing depends on it. A program is what the
 * packets are for if the device has no address and is no port, or if the program
 * reads several devices: it carries packets from one to the other.
 */
static const char *socket_at(struct findings *findings, struct scene *scene,
			     const struct link *link)
{
	const struct packet_sockets *sockets = scene_sockets(findings->scenes, scene);
	bool kernel_reads = link->has_address || link->master;
	struct pool *pool = findings->scenes->pool;
	int i;

	for (i = 0; i < sockets->count; i++) {
		const struct packet_socket *s = &sockets->sockets[i];
		const struct process *process;

		if (s->index != link->index || !s->takes_all || s->takes_metadata)
			continue;
		process = process_of_socket(pool, &findings->scenes->processes, s->inode);
		if (kernel_reads &&
		    (!process || interfaces_of(findings, sockets, process) < 2))
			continue;
		if (!process)
			return "a packet socket";
		return pool_print(pool, "%s, process %d, by a packet socket", process->name,
				  process->pid);
	}
	return NULL;
}

/*
 * A native XDP program that gets bytes instead of the kernel: NULL for none. A generic
 * one gets packets with their metadata. Where the kernel reads, too, the program lets
 * packets pass, metadata and all.
 */
static const char *program_at(struct findings *findings, struct scene *scene,
			      const struct link *link)
{
	(void)scene;
	if (link->has_address || link->master ||
	    (link->xdp != XDP_NATIVE && (link->xdp != XDP_SEVERAL || !link->xdp_id)))
		return NULL;
	return pool_print(findings->scenes->pool, "the native XDP program %u",
			  link->xdp_id);
}

/* Are there many far ends behind it? */
static bool is_switch(const struct link *link)
{
	return !strcmp(link->kind, "bridge") || !strcmp(link->kind, "openvswitch");
}

/* Is there a way to this device on which no hook sees a packet? */
static bool is_past_hooks(struct findings *findings, struct scene *scene,
			  const struct link *link)
{
	const struct nft *nft = scene_flowtables(findings->scenes, scene);
	const struct ways *ways = scene_ways(findings->scenes, scene);
	const struct link *master;
	int i;

	master = links_by_index(scene_links(findings->scenes, scene), link->master);
	if (master && is_switch(master))
		return true;
	for (i = 0; i < nft->flowtables_count; i++)
		if (takes_from(&nft->flowtables[i], link->name))
			return true;
	for (i = 0; i < ways->unseen_count; i++)
		if (ways->unseen[i].way == WAY_REDIRECT &&
		    ways->unseen[i].to == link->index)
			return true;
	return false;
}

/* What leaves a device whole or unfinished, in words; NULL for nothing. */
static const char *leaves_whole(struct findings *findings, struct scene *scene,
				const struct link *link)
{
	const struct iface *iface = proc_iface(&scene->seen, link->name);
	struct pool *pool = findings->scenes->pool;
	uint64_t gso = 0, pending = 0, finished = 0;
	const char *text = "";

	if (iface) {
		gso = proc_of_iface(iface, "gso", POST);
		pending = proc_of_iface(iface, "partial", POST) +
			  proc_of_iface(iface, "partial_inner", POST);
		finished = proc_of_iface(iface, "finished", POST);
	}
	pending = pending > finished ? pending - finished : 0;
	if (gso)
		text = pool_print(pool, ", %s to be segmented", packets(pool, gso));
	if (pending)
		text = pool_print(pool, "%s, %s to be finished", text, packets(pool, pending));
	if (link->tx_packets && is_past_hooks(findings, scene, link))
		text = pool_print(pool, "%s, %s past all hooks", text,
				  packets(pool, link->tx_packets));
	if (!*text)
		return NULL;
	return pool_print(pool, "sent by %s: %s", text_plain(pool, link->name), text + 2);
}

static bool has_offloads(struct findings *findings, struct scene *scene,
			 const struct link *link)
{
	struct features features;

	scene_features(findings->scenes, scene, link, &features);
	return !features.known || features.has[FEATURE_TSO] ||
	       features.has[FEATURE_TX_CSUM];
}

static bool is_taken(const struct scene *scene, const char *name)
{
	const struct iface *iface = proc_iface(&scene->now, name);

	return iface && iface->offloads_taken;
}

/* The device that it lies on, in the same namespace, or NULL. */
static const struct link *below(const struct links *links, const struct link *link)
{
	if (link->lower_nsid >= 0 || !strcmp(link->kind, "veth"))
		return NULL;
	return links_by_index(links, link->lower);
}

/*
 * Is the loss of the past? Packets of a bridge leave by its ports, and those of a VLAN
 * by the device below: it is enough that the offloads of one of them are taken.
 */
static bool is_past(struct findings *findings, struct scene *scene, const char *name)
{
	const struct links *links = scene_links(findings->scenes, scene);
	const struct link *link = links_by_name(links, name), *lower;
	int i;

	if (is_taken(scene, name))
		return true;
	if (!link || findings->scenes->seconds)
		return false;
	for (i = 0; i < links->count; i++)
		if (links->links[i].master == link->index &&
		    is_taken(scene, links->links[i].name))
			return true;
	lower = below(links, link);
	return lower && is_taken(scene, lower->name);
}

/* Has the interface one far end, or as many as a switch that it is or lies on? */
static bool has_one_far_end(const struct findings *findings, struct scene *scene,
			    const char *name)
{
	const struct links *links = scene_links(findings->scenes, scene);
	const struct link *link = links_by_name(links, name);
	int depth;

	/* What is not known may be anything. */
	if (!link)
		return false;
	for (depth = 0; link && depth < 8; depth++) {
		if (is_switch(link))
			return false;
		link = below(links, link);
	}
	return !link;
}

/* Will the module itself be sure, if there is anything to be sure of? */
static bool is_left_to_module(const struct findings *findings, struct scene *scene,
			      const struct iface *iface, uint64_t lost)
{
	if (proc_choice(&scene->now, "no_offload") != 1 || proc_choice(&scene->now, "mode") != 2)
		return false;
	return lost < LOST_FOR_SURE ||
	       (has_one_far_end(findings, scene, iface->name) &&
		lost < proc_of_iface(iface, "gso", POST) / LOST_OF);
}

static void check_lost(struct findings *findings, struct scene *scene)
{
	const struct snapshot *seen = &scene->seen;
	struct pool *pool = findings->scenes->pool;
	struct finding *finding;
	int i;

	finding = finding_add(findings, scene, LEVEL_TODO, "gso-lost",
			      "The far end loses packets that are yet to be segmented: connections crawl on what is sent again.");
	for (i = 0; i < seen->ifaces_count; i++) {
		const struct iface *iface = &seen->ifaces[i];
		uint64_t lost = proc_of_iface(iface, "gso_lost", POST);

		if (!lost || is_past(findings, scene, iface->name) ||
		    is_left_to_module(findings, scene, iface, lost))
			continue;
		finding->count += lost;
		finding_iface(findings, finding, iface->name);
	}
	if (!finding_where(findings, finding))
		return;
	finding_says(findings, finding, "seen",
		     pool_print(pool, "gso_lost %s", text_spaced(pool, finding->count)));
	cure_offloads(findings, finding);
}

static void check_taken(struct findings *findings, struct scene *scene)
{
	struct finding *finding;
	int i;

	finding = finding_add(findings, scene, LEVEL_GOOD, "offloads-taken",
			      "The far end of these interfaces reads bytes only, or was seen to lose GSO packets: their offloads are taken, and everything leaves segmented and finished.");
	for (i = 0; i < scene->now.ifaces_count; i++)
		if (scene->now.ifaces[i].offloads_taken)
			finding_iface(findings, finding, scene->now.ifaces[i].name);
	finding_where(findings, finding);
}

/* One kind of readers, and what is said of them. */
struct kind_of_reader {
	const char *what;
	const char *title;
	const char *(*at)(struct findings *findings, struct scene *scene,
			  const struct link *link);
	void (*cure)(struct findings *findings, struct finding *finding);
};

/* The module finds these itself, if it may. */
static void cure_program(struct findings *findings, struct finding *finding)
{
	const struct snapshot *now = &finding->scene->now;
	long no_offload = proc_choice(now, "no_offload"), mode = proc_choice(now, "mode");

	if (no_offload < 0 || (no_offload == 1 && mode == 2)) {
		cure_offloads(findings, finding);
		return;
	}
	if (mode != 2)
		cure_knob(findings, finding, "mode", "2");
	if (no_offload != 1)
		cure_knob(findings, finding, "no_offload", "1");
	finding_says(findings, finding, "then",
		     "The offloads of a veth whose peer runs a native XDP program are taken, and given back when the program goes.");
}

static void check_kind(struct findings *findings, struct scene *scene,
		       const struct kind_of_reader *kind)
{
	const struct links *links = scene_links(findings->scenes, scene);
	const char *who = "", *what = "", *merging = "";
	struct pool *pool = findings->scenes->pool;
	struct finding *finding;
	int i;

	finding = finding_add(findings, scene, LEVEL_TODO, kind->what, kind->title);
	for (i = 0; i < links->count; i++) {
		const struct link *link = &links->links[i];
		const char *reader, *evidence;
		struct features features;
		struct far far;

		if ((strcmp(link->kind, "veth") && strcmp(link->kind, "netkit")) ||
		    is_taken(scene, link->name))
			continue;
		evidence = leaves_whole(findings, scene, link);
		if (!evidence)
			continue;
		far = scene_far(findings->scenes, scene, link);
		reader = far.link ? kind->at(findings, far.scene, far.link) : NULL;
		if (!reader || !has_offloads(findings, scene, link))
			continue;
		finding_iface(findings, finding, link->name);
		if (finding->ifaces.count > 3)
			continue;
		who = pool_print(pool, "%s%s%s, at %s", who, *who ? "; " : "", reader,
				 text_plain(pool, far.link->name));
		what = pool_print(pool, "%s%s%s", what, *what ? "; " : "", evidence);
		scene_features(findings->scenes, far.scene, far.link, &features);
		if (features.has[FEATURE_GRO])
			merging = far.scene->ns->enter;
	}
	if (!finding_where(findings, finding))
		return;
	finding_says(findings, finding, "reader", who);
	finding_says(findings, finding, "seen", what);
	kind->cure(findings, finding);
	if (*merging && kind->at == socket_at)
		finding_says(findings, finding, "mind",
			     "The reader's device may merge segments again (GRO). If so, there: ethtool -K <device> gro off");
}

/**
 * check_readers - does a far end that reads bytes get whole packets
 * @findings: all that is said
 * @scene: the namespace
 */
void check_readers(struct findings *findings, struct scene *scene)
{
	static const struct kind_of_reader sockets = {
		"reader",
		"The far end reads bytes only, and gets packets that are yet to be segmented or finished: connections to there crawl or die.",
		socket_at, cure_offloads,
	}, programs = {
		"xdp-reader",
		"The far end is a native XDP program, which reads bytes only, and gets packets that are yet to be finished: what it redirects is dropped where it arrives.",
		program_at, cure_program,
	};

	check_kind(findings, scene, &sockets);
	check_kind(findings, scene, &programs);
	check_lost(findings, scene);
	check_taken(findings, scene);
}

static bool calls_iptables(struct findings *findings, struct scene *scene,
			   const struct link *bridge)
{
	static const char * const files[] = {
		"proc/sys/net/bridge/bridge-nf-call-iptables",
		"proc/sys/net/bridge/bridge-nf-call-ip6tables",
	};
	struct pool *pool = findings->scenes->pool;
	int i;

	if (bridge->calls_iptables)
		return true;
	if (netns_enter(scene->ns))
		return false;
	for (i = 0; i < 2; i++) {
		char *said = pool_read(pool, netns_path(pool, files[i]), NULL);

		if (said && atoi(said))
			return true;
	}
	return false;
}

/* Does the module look into bridges now? */
static bool sees_bridges(const struct scene *scene)
{
	long bridged = proc_choice(&scene->now, "bridged");
	int i;

	for (i = 0; bridged == 1 && i < scene->now.ifaces_count; i++)
		if (scene->now.ifaces[i].offloads_taken)
			return true;
	return bridged == 2;
}

static const char *how_many(struct findings *findings, uint64_t n)
{
	struct pool *pool = findings->scenes->pool;

	if (!n)
		return findings->scenes->seconds ? "no packet meanwhile" : "no packet so far";
	return pool_print(pool, "%s %s", packets(pool, n),
			  findings->scenes->seconds ? "meanwhile" : "so far");
}

static void note_bridges(struct findings *findings, struct scene *scene,
			 struct finding *finding)
{
	const struct links *links = scene_links(findings->scenes, scene);
	struct pool *pool = findings->scenes->pool;
	int i, k;

	if (sees_bridges(scene))
		return;
	for (i = 0; i < links->count; i++) {
		const struct link *bridge = &links->links[i];
		uint64_t into_ports = 0;
		int ports = 0;

		if (strcmp(bridge->kind, "bridge"))
			continue;
		for (k = 0; k < links->count; k++) {
			if (links->links[k].master != bridge->index)
				continue;
			ports++;
			into_ports += links->links[k].rx_packets;
		}
		if (ports < 2 || calls_iptables(findings, scene, bridge))
			continue;
		/* What the bridge does not hand to this host, it forwards. */
		into_ports = into_ports > bridge->rx_packets ?
			     into_ports - bridge->rx_packets : 0;
		finding_says(findings, finding, "bridge",
			     pool_print(pool, "%s forwards between its %d ports without br_netfilter: %s",
					text_plain(pool, bridge->name), ports,
					how_many(findings, into_ports)));
	}
}

static void note_flowtables(struct findings *findings, struct scene *scene,
			    struct finding *finding)
{
	const struct nft *nft = scene_flowtables(findings->scenes, scene);
	struct pool *pool = findings->scenes->pool;
	int i;

	for (i = 0; i < nft->flowtables_count; i++)
		finding_says(findings, finding, "flowtable",
			     pool_print(pool, "%s of table %s takes connections past the hooks: %u now",
					text_plain(pool, nft->flowtables[i].name),
					text_plain(pool, nft->flowtables[i].table),
					scene_conntrack(findings->scenes, scene)->offloaded));
}

static const char *name_of(struct findings *findings, struct scene *scene,
			   unsigned int index)
{
	const struct link *link = links_by_index(scene_links(findings->scenes, scene), index);

	return link ? text_plain(findings->scenes->pool, link->name) : "another device";
}

static void note_ways(struct findings *findings, struct scene *scene,
		      struct finding *finding)
{
	const struct ways *ways = scene_ways(findings->scenes, scene);
	struct pool *pool = findings->scenes->pool;
	const char *programs = "";
	int i;

	for (i = 0; i < ways->unseen_count; i++) {
		const struct unseen *u = &ways->unseen[i];

		if (u->way == WAY_PROGRAM) {
			programs = pool_print(pool, "%s%s%s %s", programs,
					      *programs ? ", " : "",
					      name_of(findings, scene, u->device),
					      u->is_egress ? "egress" : "ingress");
			continue;
		}
		finding_says(findings, finding, "tc",
			     pool_print(pool, "packets of %s are redirected to %s: %s",
					name_of(findings, scene, u->device),
					name_of(findings, scene, u->to),
					how_many(findings, u->packets)));
	}
	if (*programs)
		finding_says(findings, finding, "tc",
			     pool_print(pool, "BPF programs may redirect or rewrite packets: at %s",
					programs));
	for (i = 0; i < ways->datapaths_count; i++)
		finding_says(findings, finding, "ovs",
			     pool_print(pool, "the datapath %s of Open vSwitch: %s",
					text_plain(pool, ways->datapaths[i].name),
					how_many(findings, ways->datapaths[i].packets)));
}

static void note_xdp(struct findings *findings, struct scene *scene,
		     struct finding *finding)
{
	static const char * const modes[] = {
		[XDP_NATIVE] = "native", [XDP_GENERIC] = "generic",
		[XDP_HARDWARE] = "in hardware", [XDP_SEVERAL] = "several",
	};
	const struct links *links = scene_links(findings->scenes, scene);
	struct pool *pool = findings->scenes->pool;
	int i;

	for (i = 0; i < links->count; i++)
		if (links->links[i].xdp != XDP_NONE)
			finding_says(findings, finding, "xdp",
				     pool_print(pool, "a program on %s (%s) gets packets first, and may redirect them: %s",
						text_plain(pool, links->links[i].name),
						modes[links->links[i].xdp],
						how_many(findings, links->links[i].rx_packets)));
}

/**
 * check_unseen - which ways past the hooks are there, and do they carry traffic
 * @findings: all that is said
 * @scene: the namespace
 */
void check_unseen(struct findings *findings, struct scene *scene)
{
	struct finding *finding;

	finding = finding_add(findings, scene, LEVEL_NOTE, "unseen",
			      "Packets can go past nf_csum here. Nothing is wrong with that, but a fault on these ways shows in no counter.");
	note_flowtables(findings, scene, finding);
	note_bridges(findings, scene, finding);
	note_ways(findings, scene, finding);
	note_xdp(findings, scene, finding);
	if (finding->lines_count)
		return;
	findings->count--;
	*finding = (struct finding){};
}
