/* SPDX-License-Identifier: GPL-2.0 */
/* What nftables and iptables do that matters to checksums: flowtables and NAT. */
#ifndef NF_CSUM_NFT_H
#define NF_CSUM_NFT_H

#include <stdbool.h>
#include <stdint.h>

#include "pool.h"

/**
 * struct flow_rule - a rule that puts connections into a flowtable
 * @flowtable: its name
 * @family: ip, ip6, inet
 * @table: which the rule is in
 * @chain: which the rule is in
 * @handle: its number
 */
struct flow_rule {
	const char *flowtable;
	const char *family;
	const char *table;
	const char *chain;
	uint64_t handle;
};

/**
 * struct flowtable - connections that go around all hooks
 * @family: ip, ip6, inet
 * @table: which it is in
 * @name: its name
 * @devices: which it takes packets from
 * @devices_count: how many
 */
struct flowtable {
	const char *family;
	const char *table;
	const char *name;
	const char **devices;
	int devices_count;
};

/**
 * struct base_chain - a chain that nftables has at a hook
 * @family: ip, ip6, inet, bridge, netdev
 * @table: which it is in
 * @name: its name
 * @type: filter, nat, route
 * @hook: the number of the hook
 * @priority: at the hook
 */
struct base_chain {
	const char *family;
	const char *table;
	const char *name;
	const char *type;
	unsigned int hook;
	int priority;
};

/**
 * struct nft - what could be found of a namespace
 * @flowtables: each of them
 * @flowtables_count: how many
 * @flow_rules: what puts connections into them
 * @flow_rules_count: how many
 * @chains: those at hooks
 * @chains_count: how many
 * @destination_nat: something translates destinations
 * @source_nat: something translates sources, or masquerades
 */
struct nft {
	struct flowtable *flowtables;
	int flowtables_count;
	struct flow_rule *flow_rules;
	int flow_rules_count;
	struct base_chain *chains;
	int chains_count;
	bool destination_nat;
	bool source_nat;
};

void nft_read_flowtables(struct pool *pool, struct nft *nft);
void nft_read_rules(struct pool *pool, struct nft *nft);
void nft_read_chains(struct pool *pool, struct nft *nft);
bool kernel_has(struct pool *pool, const char *module);

#endif /* NF_CSUM_NFT_H */
