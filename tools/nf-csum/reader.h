/* SPDX-License-Identifier: GPL-2.0 */
/* Programs that read packets as bytes: packet sockets, and who has them. */
#ifndef NF_CSUM_READER_H
#define NF_CSUM_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "map.h"
#include "pool.h"

struct sock_filter;

/**
 * struct packet_socket - a packet socket that is bound to an interface
 * @index: the interface
 * @inode: what tells the socket from others
 * @takes_all: it gets TCP packets, not only those of some protocol
 * @takes_metadata: it gets a virtio_net_hdr with each packet
 */
struct packet_socket {
	unsigned int index;
	unsigned int inode;
	bool takes_all;
	bool takes_metadata;
};

/**
 * struct packet_sockets - those of a namespace
 * @sockets: each of them
 * @count: how many
 */
struct packet_sockets {
	struct packet_socket *sockets;
	int count;
};

/**
 * struct process - a program that runs
 * @pid: its number
 * @name: what it is called, fit to be shown
 */
struct process {
	int pid;
	const char *name;
};

/**
 * struct processes - who has packet sockets and taps
 * @of: each process
 * @count: how many
 * @by_socket: where it is in @of, by a socket's inode
 * @by_tap: the same by a tap's name
 * @were_read: this was filled in
 */
struct processes {
	struct process *of;
	int count;
	struct map by_socket;
	struct map by_tap;
	bool were_read;
};

void packet_sockets_read(struct pool *pool, struct packet_sockets *sockets);
const struct process *process_of_socket(struct pool *pool,
					struct processes *processes,
					unsigned int inode);
const struct process *process_of_tap(struct pool *pool,
				     struct processes *processes,
				     const char *tap);
bool filter_takes_tcp(const struct sock_filter *filter, int count);

#endif /* NF_CSUM_READER_H */
