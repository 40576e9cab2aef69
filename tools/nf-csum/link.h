/* SPDX-License-Identifier: GPL-2.0 */
/* The network devices of a namespace: kinds, peers, masters, traffic, features. */
#ifndef NF_CSUM_LINK_H
#define NF_CSUM_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "map.h"
#include "pool.h"

struct netns;

enum xdp_mode {
	XDP_NONE,
	XDP_NATIVE,
	XDP_GENERIC,
	XDP_HARDWARE,
	XDP_SEVERAL,
};

/* What ethtool -k says of a device, as far as it matters here. */
enum feature {
	FEATURE_RX_CSUM,
	FEATURE_TX_CSUM,
	FEATURE_TSO,
	FEATURE_GSO,
	FEATURE_GRO,
	FEATURE_GRO_LIST,
	FEATURES
};

/**
 * struct features - the features of a device
 * @known: they could be read
 * @has: which of them are on, by enum feature
 * @names: the names of all that are on
 */
struct features {
	bool known;
	bool has[FEATURES];
	const char *names;
};

/**
 * struct link - a network device
 * @name: its name, as it is
 * @kind: veth, bridge, tap and the like; "" for a physical one
 * @index: its number
 * @master: the number of the bridge, bond or VRF that it is a port of, or 0
 * @lower: the number of its peer or of the device below it, or 0
 * @lower_nsid: what the kernel calls the other namespace that @lower is in; -1 if
 *	it is this one
 * @mtu: bytes
 * @rx_packets: received
 * @tx_packets: sent
 * @rx_errors: received with errors, also of checksums that a card checks
 * @xdp: how an XDP program is attached
 * @xdp_id: which; of several the native one, 0 if none of them is
 * @has_vnet_hdr: of a tap, its owner takes offload metadata
 * @calls_iptables: of a bridge, br_netfilter is on
 * @has_address: it has an address that is more than link-local
 * @is_up: it is up
 */
struct link {
	const char *name;
	const char *kind;
	unsigned int index;
	unsigned int master;
	unsigned int lower;
	int lower_nsid;
	unsigned int mtu;
	uint64_t rx_packets;
	uint64_t tx_packets;
	uint64_t rx_errors;
	enum xdp_mode xdp;
	unsigned int xdp_id;
	bool has_vnet_hdr;
	bool calls_iptables;
	bool has_address;
	bool is_up;
};

/**
 * struct links - the network devices of a namespace
 * @links: each of them
 * @count: how many
 * @by_name: where they are in @links
 * @error: why there are none: a negative errno
 */
struct links {
	struct link *links;
	int count;
	struct map by_name;
	int error;
};

void links_read(struct pool *pool, struct links *links);
struct link *links_by_name(const struct links *links, const char *name);
struct link *links_by_index(const struct links *links, unsigned int index);
void link_features(struct pool *pool, const struct link *link,
		   struct features *features);
int link_nsid(struct pool *pool, const struct netns *other);
const char *feature_name(enum feature feature);

#endif /* NF_CSUM_LINK_H */
