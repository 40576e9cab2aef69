/* SPDX-License-Identifier: GPL-2.0 */
/* What the jobs of the traffic program share. */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { IP4 = 20, IP6 = 40, TCP = 20, UDP = 8, DCCP = 16, VXLAN = 8, ROOM = 1 << 17 };

/* --- Jobs and their options: traffic.c lists the jobs, reads options, and prints help --- */

struct bytes {
	uint8_t at[2048];
	size_t len;
};

/**
 * struct opt - an option of a job, on the command line --@name
 * @name: NULL ends a list
 * @value: what its value is called, NULL if it takes none
 * @help: half a sentence
 * @kind: which member of @to is meant
 * @to: the variable that it sets
 */
struct opt {
	const char *name, *value, *help;
	enum { FLAG, NUMBER, TEXT, BYTES } kind;
	union {
		bool *flag;
		int *number;
		const char **text;
		struct bytes *bytes;
	} to;
};

#define OPT_FLAG(name, variable, help) { name, NULL, help, FLAG, { .flag = &(variable) } }
#define OPT_NUMBER(name, value, variable, help) { name, value, help, NUMBER, { .number = &(variable) } }
#define OPT_TEXT(name, value, variable, help) { name, value, help, TEXT, { .text = &(variable) } }
#define OPT_BYTES(name, variable, help) { name, "HEX", help, BYTES, { .bytes = &(variable) } }

/**
 * struct job - what the program can be told to do
 * @name: on the command line
 * @args: what its arguments are called
 * @help: half a sentence
 * @count: how many arguments there are
 * @run: does it; returns the exit status
 * @opts: lists of options that it takes
 */
struct job {
	const char *name, *args, *help;
	int count;
	int (*run)(char **arg);
	const struct opt *opts[6];
};

extern const struct job ahead_job, cable_job, capture_job, copy_job, datapath_job, dhcp_job, dhcp_vm_job,
	fuzz_job, in_step_job, nft_counters_job, nic_job, own_job, raw_job, send_datagrams_job,
	settled_job, sniff_job, take_datagrams_job, tap_read_job, tcp_send_job, tcp_serve_job, udp_echo_job,
	udp_encap_job, udp_ping_job, vm_job, vouched_job, mcast_send_job, mcast_take_job, mroute_job,
	queue_job, toggle_job, send_uncopied_job, take_stream_job, vrrp_read_job, vxlan_job;

/* --- common.c --- */

extern int seconds, size;
extern const struct opt wait_opts[], size_opts[];
extern uint8_t buf[ROOM], out[ROOM];

void die(const char *what);
void ready(void);
long number(const char *s);
void hex(const char *s, struct bytes *to);
void fill(uint8_t *p, size_t n, uint64_t from);
size_t differs(const uint8_t *p, size_t n, uint64_t from);
int resolve(const char *host, int port, struct sockaddr_storage *addr, socklen_t *len);
int listener(int type, int protocol, int port);
void end_when_told(void);
bool wait_for(int fd, int events);

/* --- netlink.c --- */

struct nlmsghdr;

void add_attribute(struct nlmsghdr *m, int type, const void *value, size_t len);
const void *find_attribute(const void *attributes, size_t len, int type, size_t *value_len);

/* --- packet.c --- */

/**
 * struct packet - an IP packet taken apart
 * @family: AF_INET or AF_INET6
 * @proto: IPPROTO_* of the transport header
 * @rest: what comes behind the fixed part of the IP header
 * @l4: the transport header
 * @l4_len: bytes from there on
 * @covered: how many of them its checksum covers
 * @seed: pseudo-header sum, folded and not inverted
 * @field: what the checksum field holds
 */
struct packet {
	int family, proto;
	uint8_t *rest, *l4;
	size_t l4_len, covered;
	unsigned int seed, field;
};

struct tally {
	int good, pending, zero, bad;
};

/* To tell whether two runs got the same bytes, or receiver and sender: from behind
 * the fixed part of the IP header on, with the checksum and without it.
 */
struct digest {
	uint32_t all, rest;
};

#define NO_DIGEST { 2166136261u, 2166136261u }

extern const struct opt address_opts[];

uint32_t sum(const uint8_t *p, size_t n, uint32_t start);
unsigned int get16(const uint8_t *p);
void put16(uint8_t *p, unsigned int v);
int protocol(const char *name, bool v4);
size_t field_offset(int proto);
size_t header_len(int proto);
size_t port_offset(int proto);
uint8_t *field_of(const struct packet *p);
bool parse(uint8_t *ip, size_t len, struct packet *p);
bool is_fragment(const uint8_t *ip, size_t len);
bool reassemble(uint8_t *ip, size_t len, struct packet *p);
bool is_right(const struct packet *p);
void judge(const struct packet *p, struct tally *t);
void finish(const struct packet *p);
void digest(struct digest *d, const struct packet *p);

/* --- craft.c --- */

extern bool first_fragment;
extern const struct opt craft_opts[];

void set_ip_len(uint8_t *ip, size_t len, bool v4);
size_t l4_offset(bool v4);
size_t craft(uint8_t *frame, int proto, const struct sockaddr_storage *src,
	     const struct sockaddr_storage *dst, int port, int seq);
size_t cut(uint8_t *frame, size_t len, bool v4);
void set_field(uint8_t *frame, size_t len, const char *field);

/* --- device.c --- */

extern bool is_tun, is_plain;
extern const struct opt device_opts[];

int packet_socket(const char *device);
int open_tap(const char *name, uint8_t *mac);
int open_sender(const char *name, uint8_t *mac);
size_t tags_len(void);
bool send_frame(int fd, size_t n);

#endif /* TRAFFIC_H */
