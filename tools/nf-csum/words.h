/* SPDX-License-Identifier: GPL-2.0 */
/* What the names of counters and knobs mean: the only place where that is said. */
#ifndef NF_CSUM_WORDS_H
#define NF_CSUM_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum word_kind {
	WORD_STATE,	/* what a packet is evidence of; each packet adds to one */
	WORD_ACTION,	/* what was done to it, beside its state */
	WORD_TERM,	/* what the sentences of the others take for known */
};

/**
 * struct word - a counter, or a term
 * @name: as the module writes it
 * @kind: what it is
 * @says: a sentence for tables, without a capital letter and a full stop
 * @more: what a table has no room for; NULL for nothing
 * @normal: whether it is normal to see it
 * @advice: what to do about it
 */
struct word {
	const char *name;
	enum word_kind kind;
	const char *says;
	const char *more;
	const char *normal;
	const char *advice;
};

enum knob_kind {
	KNOB_CHOICE,	/* a number with a meaning */
	KNOB_LIST,	/* names and globs of interfaces */
	KNOB_MASK,	/* bits of a packet's mark */
};

#define KNOB_CHOICES	4

/**
 * struct knob - a knob
 * @name: without net.netfilter.nf_csum_
 * @kind: what its values look like
 * @initial: the default, as the module writes it
 * @says: what it decides, for tables
 * @choices: what each number means; NULL beyond the last
 * @more: what a table has no room for; NULL for nothing
 * @advice: when to turn it
 */
struct knob {
	const char *name;
	enum knob_kind kind;
	const char *initial;
	const char *says;
	const char *choices[KNOB_CHOICES];
	const char *more;
	const char *advice;
};

extern const struct word words[];
extern const size_t words_count;
extern const struct knob knobs[];
extern const size_t knobs_count;

const struct word *word_find(const char *name);
const struct knob *knob_find(const char *name);
const char *knob_means(const struct knob *knob, const char *value);
bool knob_is_initial(const struct knob *knob, const char *value);
const char *word_kind_name(enum word_kind kind);

#endif /* NF_CSUM_WORDS_H */
