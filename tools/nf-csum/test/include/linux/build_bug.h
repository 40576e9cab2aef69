/* SPDX-License-Identifier: GPL-2.0 */
/* What the module's list of counters wants, outside of a kernel. */
#include <assert.h>
