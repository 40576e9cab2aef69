/* SPDX-License-Identifier: GPL-2.0 */
/* What doctor saw when it was called before: when did a count last move? */
#ifndef NF_CSUM_MEMORY_H
#define NF_CSUM_MEMORY_H

#include "finding.h"

void memory_compare(struct findings *findings);

#endif /* NF_CSUM_MEMORY_H */
