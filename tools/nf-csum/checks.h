/* SPDX-License-Identifier: GPL-2.0 */
/* What doctor looks for, each thing in one namespace. */
#ifndef NF_CSUM_CHECKS_H
#define NF_CSUM_CHECKS_H

#include "finding.h"

/* check-counters.c: what the module counted. */
void check_off(struct findings *findings);
void check_mode(struct findings *findings, struct scene *scene);
void check_unfilled(struct findings *findings, struct scene *scene);
void check_corrupt(struct findings *findings, struct scene *scene);
void check_malformed(struct findings *findings, struct scene *scene);
void check_failed(struct findings *findings, struct scene *scene);
void check_own(struct findings *findings, struct scene *scene);
void check_gone(struct findings *findings, struct scene *scene);
void check_cured(struct findings *findings, struct scene *scene);

/* check-stack.c: what the network stack counted meanwhile. */
void check_unjudged(struct findings *findings, struct scene *scene);
void check_invalid(struct findings *findings, struct scene *scene);
void check_translated(struct findings *findings, struct scene *scene);

/* check-paths.c: what goes past the module. */
void check_flowtables(struct findings *findings, struct scene *scene);
void check_readers(struct findings *findings, struct scene *scene);
void check_unseen(struct findings *findings, struct scene *scene);

uint64_t came_in(const struct iface *iface, const char *counter);
const char *packets(struct pool *pool, uint64_t n);

#endif /* NF_CSUM_CHECKS_H */
