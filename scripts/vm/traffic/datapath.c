// SPDX-License-Identifier: GPL-2.0
/*
 * A datapath of Open vSwitch's kernel module with a single port, and no flow: it takes
 * all that comes in there, and asks a switch that there is none.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/openvswitch.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "traffic.h"

static union {
	struct nlmsghdr header;
	uint8_t bytes[1024];
} message;

static void put(int type, const void *data, size_t len)
{
	struct nlattr *attr = (void *)(message.bytes + NLMSG_ALIGN(message.header.nlmsg_len));

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy(attr + 1, data, len);
	message.header.nlmsg_len = (uint8_t *)attr - message.bytes + NLA_ALIGN(attr->nla_len);
}

static void put_u32(int type, uint32_t n)
{
	put(type, &n, sizeof(n));
}

static void begin(int family, int command)
{
	struct genlmsghdr *generic = NLMSG_DATA(&message.header);

	memset(&message, 0, sizeof(message));
	message.header.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	message.header.nlmsg_type = family;
	message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	generic->cmd = command;
	generic->version = 1;
}

/* With the header that all families of Open vSwitch have. */
static void begin_ovs(int family, int command, int index)
{
	struct ovs_header ovs = { .dp_ifindex = index };

	begin(family, command);
	memcpy(message.bytes + message.header.nlmsg_len, &ovs, sizeof(ovs));
	message.header.nlmsg_len += sizeof(ovs);
}

/* Sends the message; the first answer, without its error, takes its place. */
static void ask(int fd, const char *what)
{
	if (send(fd, &message, message.header.nlmsg_len, 0) < 0 ||
	    recv(fd, &message, sizeof(message), 0) < 0)
		die(what);
	if (message.header.nlmsg_type == NLMSG_ERROR) {
		errno = -((struct nlmsgerr *)NLMSG_DATA(&message.header))->error;
		if (errno)
			die(what);
	}
}

static int family(int fd, const char *name)
{
	const struct nlattr *attr;
	int id = 0;

	begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	message.header.nlmsg_flags = NLM_F_REQUEST;
	put(CTRL_ATTR_FAMILY_NAME, name, strlen(name) + 1);
	ask(fd, name);
	for (size_t at = NLMSG_HDRLEN + GENL_HDRLEN; at < message.header.nlmsg_len;
	     at += NLA_ALIGN(attr->nla_len)) {
		attr = (void *)(message.bytes + at);
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			id = *(const uint16_t *)(attr + 1);
		if (!attr->nla_len)
			break;
	}
	return id;
}

/* NAME IFACE */
static int datapath(char **arg)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC), dp, vport;
	const struct ovs_header *ovs;

	if (fd < 0)
		die("netlink");
	dp = family(fd, OVS_DATAPATH_FAMILY);
	vport = family(fd, OVS_VPORT_FAMILY);
	begin_ovs(dp, OVS_DP_CMD_NEW, 0);
	message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ECHO;
	put(OVS_DP_ATTR_NAME, arg[0], strlen(arg[0]) + 1);
	put_u32(OVS_DP_ATTR_UPCALL_PID, 0);
	ask(fd, arg[0]);
	ovs = (void *)(message.bytes + NLMSG_HDRLEN + GENL_HDRLEN);
	begin_ovs(vport, OVS_VPORT_CMD_NEW, ovs->dp_ifindex);
	put_u32(OVS_VPORT_ATTR_TYPE, OVS_VPORT_TYPE_NETDEV);
	put(OVS_VPORT_ATTR_NAME, arg[1], strlen(arg[1]) + 1);
	put_u32(OVS_VPORT_ATTR_UPCALL_PID, 0);
	ask(fd, arg[1]);
	puts("there");
	return 0;
}

const struct job datapath_job = {
	"datapath", "NAME IFACE", "makes an Open vSwitch datapath of the device, with no switch behind it",
	2, datapath, { NULL },
};
