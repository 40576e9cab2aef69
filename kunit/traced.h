/* SPDX-License-Identifier: GPL-2.0 */
/* How often the trace event has fired, as a tracer sees it. */
#ifndef NF_CSUM_KUNIT_TRACED_H
#define NF_CSUM_KUNIT_TRACED_H

#include <linux/types.h>

struct kunit;

void traced_start(struct kunit *test);
void traced_stop(void);
unsigned int traced_count(void);
bool traced_wanted(u32 deeds);

#endif /* NF_CSUM_KUNIT_TRACED_H */
