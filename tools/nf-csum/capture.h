/* SPDX-License-Identifier: GPL-2.0 */
/* Reads the module's trace event, in an instance of its own. */
#ifndef NF_CSUM_CAPTURE_H
#define NF_CSUM_CAPTURE_H

#include <stdbool.h>

#include "packet-line.h"

struct tep_handle;
struct tracefs_instance;

/* Is called with each packet, which lives until it returns. Return: false to stop. */
typedef bool (*capture_reader)(struct packet *packet, unsigned int ifindex, void *data);

/**
 * struct capture - an instance of the kernel's tracing
 * @tep: knows the event's format
 * @instance: with a buffer of its own
 * @hold: keeps others from taking the instance away
 * @offset: from the instance's clock to that of the wall, in seconds
 * @missed: packets for which the buffer had no room
 */
struct capture {
	struct tep_handle *tep;
	struct tracefs_instance *instance;
	int hold;
	double offset;
	unsigned long long missed;
};

const char *capture_start(struct capture *capture, const char *filter);
bool capture_read(struct capture *capture, capture_reader reader, void *data);
void capture_stop(struct capture *capture);

#endif /* NF_CSUM_CAPTURE_H */
