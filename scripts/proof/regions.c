// SPDX-License-Identifier: GPL-2.0
/*
 * The algebra behind the other proofs, and that the unit tests' oracle has the same.
 * An odd part counts swapped, which is why only even offsets are good.
 */
#include "kernel.h"

#include "kunit/oracle.c"

void prove_regions(void)
{
	u16 a = nondet_u16(), b = nondet_u16(), c = nondet_u16();

	prove(oracle_add(a, b) == add16(a, b), "two ways to say it");
	prove(add16(a, b) == add16(b, a), "in any order");
	prove(oracle_add(oracle_add(a, b), c) == oracle_add(a, oracle_add(b, c)),
	      "in any groups");
	prove(__builtin_bswap16(add16(a, b)) ==
	      add16(__builtin_bswap16(a), __builtin_bswap16(b)),
	      "in any byte order");
}
