// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces names and addresses for a report that strangers read. The same name is
 * replaced by the same one each time, so that it can still be seen what belongs
 * together. Addresses become those that are kept for documentation.
 */
#include <arpa/inet.h>
#include <string.h>

#include "mask.h"
#include "text.h"

static size_t number_of_name(struct mask *mask, const char *kind, const char *name)
{
	const char *key = pool_print(mask->pool, "%s %s", kind, name);
	size_t n = map_get(&mask->known, key);

	if (n != MAP_NONE)
		return n;
	n = map_get(&mask->counts, kind);
	n = n == MAP_NONE ? 1 : n + 1;
	map_put(mask->pool, &mask->counts, kind, n);
	map_put(mask->pool, &mask->known, key, n);
	return n;
}

/**
 * mask_name - replace a name
 * @mask: what was replaced so far
 * @kind: what it is the name of
 * @name: the name, any bytes
 *
 * Return: the kind and a number, or the name, fit to be shown.
 */
const char *mask_name(struct mask *mask, const char *kind, const char *name)
{
	if (mask->off || !*name)
		return text_plain(mask->pool, name);
	return pool_print(mask->pool, "%s-%zu", kind, number_of_name(mask, kind, name));
}

/**
 * mask_iface - replace the name of an interface
 * @mask: what was replaced so far
 * @name: the name; that of the loopback device says nothing and stays
 *
 * Return: what stands for it.
 */
const char *mask_iface(struct mask *mask, const char *name)
{
	return strcmp(name, "lo") ? mask_name(mask, "iface", name) : name;
}

/* Addresses that are the same everywhere tell nothing of anybody. */
static bool is_everybodys(const char *address)
{
	static const unsigned char none[15];
	unsigned char in[4], in6[16];

	if (inet_pton(AF_INET, address, in) == 1)
		return in[0] == 127 || in[0] == 0 || in[0] >= 224;
	if (inet_pton(AF_INET6, address, in6) == 1)
		return in6[0] == 0xff || !memcmp(in6, none, sizeof(none));
	return false;
}

/**
 * mask_address - replace an address
 * @mask: what was replaced so far
 * @address: as packet_address() writes it, the port behind a dot
 *
 * Return: what stands for it; the port stays.
 */
const char *mask_address(struct mask *mask, const char *address)
{
	char *bare = pool_string(mask->pool, address), *port = "", *dot;
	bool is_ipv6 = strchr(address, ':');
	unsigned char in[4];
	size_t n;

	if (mask->off)
		return address;
	dot = strrchr(bare, '.');
	if (dot && inet_pton(AF_INET, bare, in) != 1) {
		port = pool_string(mask->pool, dot);
		*dot = '\0';
	}
	if (is_everybodys(bare))
		return address;
	n = number_of_name(mask, is_ipv6 ? "ipv6" : "ipv4", bare);
	if (is_ipv6)
		return pool_print(mask->pool, "2001:db8::%zx%s", n, port);
	return pool_print(mask->pool, "192.0.2.%zu%s", n, port);
}
