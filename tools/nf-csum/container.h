/* SPDX-License-Identifier: GPL-2.0 */
/* Which container a process is in. */
#ifndef NF_CSUM_CONTAINER_H
#define NF_CSUM_CONTAINER_H

#include "pool.h"

const char *container_of_process(struct pool *pool, int pid);

#endif /* NF_CSUM_CONTAINER_H */
