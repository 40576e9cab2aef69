/* SPDX-License-Identifier: GPL-2.0 */
/* What to type: commands that can be pasted, and what makes them last. */
#ifndef NF_CSUM_CURE_H
#define NF_CSUM_CURE_H

#include "finding.h"

void cure_knob(struct findings *findings, struct finding *finding, const char *knob,
	       const char *value);
bool cure_list(struct findings *findings, struct finding *finding, const char *knob);
void cure_offloads(struct findings *findings, struct finding *finding);
void cure_ethtool(struct findings *findings, struct finding *finding,
		  const char *label, const struct scene *scene, const char *iface,
		  const char *what);

#endif /* NF_CSUM_CURE_H */
