/* SPDX-License-Identifier: GPL-2.0 */
/* Packets made up at random, the same ones from the same seed. */
#ifndef NF_CSUM_KUNIT_FORGE_H
#define NF_CSUM_KUNIT_FORGE_H

#include <linux/prandom.h>

struct kunit;
struct packet;
struct variant;

struct forger {
	struct rnd_state rnd;
};

unsigned int forge_start(struct kunit *test, struct forger *f,
			 unsigned int share);
unsigned int forge_pick(struct forger *f, unsigned int below);
void forge(struct kunit *test, struct forger *f, struct packet *p,
	   struct variant *v);

#endif /* NF_CSUM_KUNIT_FORGE_H */
