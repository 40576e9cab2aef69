// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that read packets as bytes. A packet socket gets a packet whose checksum
 * is pending as it is, and one that is yet to be segmented in one piece; few
 * programs ask for the metadata that says so.
 */
#include <dirent.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns.h"
#include "nl.h"
#include "reader.h"
#include "text.h"

struct reading {
	struct pool *pool;
	struct packet_sockets *sockets;
};

static void read_info(struct packet_socket *s, const struct nlattr *attr)
{
	struct packet_diag_info info;

	if (mnl_attr_get_payload_len(attr) < sizeof(info))
		return;
	memcpy(&info, mnl_attr_get_payload(attr), sizeof(info));
	s->index = info.pdi_index;
	s->takes_metadata = info.pdi_flags & PDI_VNETHDR;
}

static void read_socket(const struct nlmsghdr *message, void *data)
{
	struct reading *reading = data;
	struct packet_socket s = {};
	struct packet_diag_msg diag;
	const struct nlattr *attr;

	if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(diag))
		return;
	memcpy(&diag, mnl_nlmsg_get_payload(message), sizeof(diag));
	s.inode = diag.pdiag_ino;
	s.takes_all = diag.pdiag_num == ETH_P_ALL;
	mnl_attr_for_each(attr, message, sizeof(diag)) {
		if (nl_is(attr, PACKET_DIAG_INFO))
			read_info(&s, attr);
		if (nl_is(attr, PACKET_DIAG_FILTER) && mnl_attr_get_payload_len(attr) &&
		    !filter_takes_tcp(mnl_attr_get_payload(attr),
				      mnl_attr_get_payload_len(attr) /
				      sizeof(struct sock_filter)))
			s.takes_all = false;
	}
	if (s.index)
		*pool_add(reading->pool, reading->sockets->sockets,
			  reading->sockets->count) = s;
}

/* Without packet_diag there is less to be known. */
static void read_proc(struct pool *pool, struct packet_sockets *sockets)
{
	char *line = pool_read(pool, netns_path(pool, "proc/net/packet"), NULL);

	while (line && *line) {
		struct packet_socket s = {};
		unsigned int type, proto;

		if (sscanf(line, "%*x %*d %u %x %u %*d %*u %*u %u", &type, &proto,
			   &s.index, &s.inode) == 4 && s.index) {
			s.takes_all = proto == ETH_P_ALL;
			*pool_add(pool, sockets->sockets, sockets->count) = s;
		}
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
}

/**
 * packet_sockets_read - read the packet sockets of the namespace entered last
 * @pool: whose the memory is
 * @sockets: gets those that are bound to an interface
 */
void packet_sockets_read(struct pool *pool, struct packet_sockets *sockets)
{
	struct reading reading = { .pool = pool, .sockets = sockets };
	struct packet_diag_req *diag;
	struct nl_request request;

	*sockets = (struct packet_sockets){};
	diag = nl_start(&request, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sizeof(*diag));
	diag->sdiag_family = AF_PACKET;
	diag->pdiag_show = PACKET_SHOW_INFO | PACKET_SHOW_FILTER;
	if (nl_ask(NETLINK_SOCK_DIAG, "packet-sockets", &request, read_socket, &reading))
		read_proc(pool, sockets);
}

static void add_process(struct pool *pool, struct processes *processes,
			struct map *map, const char *key, int pid)
{
	struct process *last = processes->count ?
			       &processes->of[processes->count - 1] : NULL;
	char *comm;

	if (!last || last->pid != pid) {
		comm = pool_read(pool, pool_print(pool, "%s/proc/%d/comm", netns_root,
						  pid), NULL);
		if (comm)
			comm[strcspn(comm, "\n")] = '\0';
		last = pool_add(pool, processes->of, processes->count);
		last->pid = pid;
		last->name = comm ? text_plain(pool, comm) : "?";
	}
	/* A socket that was inherited belongs to the older process. */
	if (map_get(map, key) == MAP_NONE)
		map_put(pool, map, pool_string(pool, key), processes->count - 1);
}

/* A file of a tap says which one it is. */
static void read_tap(struct pool *pool, struct processes *processes,
		     const char *pid, const char *fd)
{
	char *info, *at;

	info = pool_read(pool, pool_print(pool, "%s/proc/%s/fdinfo/%s", netns_root, pid,
					  fd), NULL);
	at = info ? strstr(info, "iff:\t") : NULL;
	if (!at)
		return;
	at += strlen("iff:\t");
	at[strcspn(at, "\n")] = '\0';
	add_process(pool, processes, &processes->by_tap, at, atoi(pid));
}

static void read_files(struct pool *pool, struct processes *processes,
		       const char *pid)
{
	struct dirent *entry;
	DIR *dir;

	dir = opendir(pool_print(pool, "%s/proc/%s/fd", netns_root, pid));
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		char to[64], key[32];
		ssize_t len;
		unsigned int inode;

		len = readlinkat(dirfd(dir), entry->d_name, to, sizeof(to) - 1);
		if (len <= 0)
			continue;
		to[len] = '\0';
		if (sscanf(to, "socket:[%u]", &inode) == 1) {
			snprintf(key, sizeof(key), "%u", inode);
			add_process(pool, processes, &processes->by_socket, key, atoi(pid));
		} else if (!strcmp(to, "/dev/net/tun")) {
			read_tap(pool, processes, pid, entry->d_name);
		}
	}
	closedir(dir);
}

/* Looking at every file of every process takes a while, and is done once. */
static void read_processes(struct pool *pool, struct processes *processes)
{
	struct dirent *entry;
	DIR *dir;

	if (processes->were_read)
		return;
	processes->were_read = true;
	dir = opendir(netns_host_path(pool, "proc"));
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (text_is_number(entry->d_name))
			read_files(pool, processes, entry->d_name);
	closedir(dir);
}

static const struct process *find(const struct processes *processes,
				  const struct map *map, const char *key)
{
	size_t i = map_get(map, key);

	return i == MAP_NONE ? NULL : &processes->of[i];
}

/**
 * process_of_socket - say who has a socket
 * @pool: whose the memory is
 * @processes: what is known of processes, or empty
 * @inode: of the socket
 *
 * Return: the process; NULL if it is not to be seen.
 */
const struct process *process_of_socket(struct pool *pool,
					struct processes *processes,
					unsigned int inode)
{
	char key[32];

	read_processes(pool, processes);
	snprintf(key, sizeof(key), "%u", inode);
	return find(processes, &processes->by_socket, key);
}

/**
 * process_of_tap - say who is behind a tap
 * @pool: whose the memory is
 * @processes: what is known of processes, or empty
 * @tap: its name
 *
 * Return: the process; NULL if it is not to be seen.
 */
const struct process *process_of_tap(struct pool *pool,
				     struct processes *processes,
				     const char *tap)
{
	read_processes(pool, processes);
	return find(processes, &processes->by_tap, tap);
}
