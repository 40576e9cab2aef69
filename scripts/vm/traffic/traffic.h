/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the traffic program share: see traffic.c. */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { IP4 = 20, IP6 = 40, TCP = 20, UDP = 8, DCCP = 16, VXLAN = 8, ROOM = 1 << 17 };

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

/* Options: see traffic.c. */
extern int size, gso_size, coverage, damaged_vni;

extern uint8_t buf[ROOM], out[ROOM];

void die(const char *what);
void ready(void);
long number(const char *s);
void end_when_told(void);
bool wait_for(int fd, int events);
int resolve(const char *host, int port, struct sockaddr_storage *addr, socklen_t *len);
void fill(uint8_t *p, size_t n, uint64_t from);
size_t differs(const uint8_t *p, size_t n, uint64_t from);

uint32_t sum(const uint8_t *p, size_t n, uint32_t start);
unsigned int get16(const uint8_t *p);
void put16(uint8_t *p, unsigned int v);
uint8_t *field_of(const struct packet *p);
bool parse(uint8_t *ip, size_t len, struct packet *p);
bool is_right(const struct packet *p);
void finish(const struct packet *p);
void set_ip_len(uint8_t *ip, size_t len, bool v4);
int protocol(const char *name, bool v4);
int packet_socket(const char *device);
int open_tap(const char *name, uint8_t *mac);
int open_sender(const char *name, uint8_t *mac);
size_t craft(uint8_t *frame, int proto, const struct sockaddr_storage *src,
	     const struct sockaddr_storage *dst, int port, int seq);
void set_field(uint8_t *frame, size_t len, const char *field);
bool send_frame(int fd, size_t n);

int send_datagrams(char **arg);
int take_datagrams(char **arg);
int vouched(char **arg);
int vxlan(char **arg);
int copy(char **arg);
int nic(char **arg);
int own(char **arg);
int dhcp(char **arg);
int dhcp_vm(char **arg);

#endif /* TRAFFIC_H */
