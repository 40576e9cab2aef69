/* SPDX-License-Identifier: GPL-2.0 */
/* What the module says of a network namespace: its counters and knobs. */
#ifndef NF_CSUM_PROC_H
#define NF_CSUM_PROC_H

#include <stdbool.h>
#include <stdint.h>

#include "map.h"
#include "pool.h"
#include "words.h"

/* Where a packet was counted. A newer module may know of more places. */
enum column {
	PRE,
	POST,
	LINK,
	COLUMNS = 8,
};

/**
 * struct counter - a line of a file with counters
 * @name: of the counter
 * @word: what it means, or NULL
 * @is_action: it is no state
 * @n: the counts, by column
 */
struct counter {
	const char *name;
	const struct word *word;
	bool is_action;
	uint64_t n[COLUMNS];
};

/**
 * struct iface - what was counted for an interface
 * @name: its name, as it is
 * @counters: those that are not zero
 * @count: how many
 * @offloads_taken: the module has taken its offloads
 */
struct iface {
	const char *name;
	struct counter *counters;
	int count;
	bool offloads_taken;
};

/**
 * struct setting - a knob and its value
 * @name: of the knob
 * @value: as the module writes it
 * @knob: what it means, or NULL
 */
struct setting {
	const char *name;
	const char *value;
	const struct knob *knob;
};

/**
 * struct snapshot - all that the module says of a namespace at one time
 * @seconds: when, on a clock that never stops
 * @columns: their names, NULL where there is none
 * @totals: all counters
 * @totals_count: how many
 * @ifaces: interfaces that something was counted for
 * @ifaces_count: how many
 * @by_name: where they are in @ifaces
 * @settings: all knobs
 * @settings_count: how many
 * @unreadable: lines that made no sense: cut off, or of an unheard-of form
 */
struct snapshot {
	double seconds;
	const char *columns[COLUMNS];
	struct counter *totals;
	int totals_count;
	struct iface *ifaces;
	int ifaces_count;
	struct map by_name;
	struct setting *settings;
	int settings_count;
	int unreadable;
};

const char *proc_version(struct pool *pool);
bool proc_is_loaded(struct pool *pool);
const char *proc_snapshot(struct pool *pool, struct snapshot *s);
void proc_totals_again(struct pool *pool, struct snapshot *s);
void proc_since(struct snapshot *now, const struct snapshot *before);

const struct counter *proc_counter(const struct counter *counters, int count,
				   const char *name);
uint64_t proc_total(const struct snapshot *s, const char *name, enum column c);
uint64_t proc_of_iface(const struct iface *iface, const char *name, enum column c);
const struct iface *proc_iface(const struct snapshot *s, const char *name);
const char *proc_setting(const struct snapshot *s, const char *name);
long proc_choice(const struct snapshot *s, const char *name);
bool proc_is_zero(const struct counter *counter);
double proc_clock(struct pool *pool);

#endif /* NF_CSUM_PROC_H */
