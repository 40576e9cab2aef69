// SPDX-License-Identifier: GPL-2.0
/*
 * What the trace event says of a packet: the event is switched on, the packet goes
 * through a hook, and the line is read where a user reads it.
 */
#include <kunit/test.h>

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/trace_events.h>

#include <nf_csum/path.h>
#include <nf_csum/policy.h>

#include "hooked.h"
#include "oracle.h"
#include "proc_file.h"
#include "skb_builder.h"

#ifdef CONFIG_EVENT_TRACING

#define TRACE	"/sys/kernel/tracing/trace"
#define EVENT	"nf_csum_packet: "
#define DEVICE	"nfcsum7"
#define CRC	8	/* where SCTP has it */

/* Where the packet is seen. */
enum place {
	PREROUTING,
	POSTROUTING,
	INGRESS,
	BRIDGE,
};

/* What the checksum is said to be. */
enum value {
	NOTHING,
	RIGHT,
	SEED,
	AS_BUILT,
};

struct trace_case {
	const char *name;
	struct recipe packet;
	enum place place;
	u8 trust;
	u8 verify;
	u8 finish;
	unsigned int cut;	/* so many bytes are there, if not 0 */
	bool no_ports;
	const char *state;
	const char *actions;
	enum value found;
	enum value expected;
	const char *ip_summed;
};

#define TCP	.proto = IPPROTO_TCP, .payload = 100
#define UDP	.proto = IPPROTO_UDP, .payload = 100
#define ALL	NF_CSUM_SCOPE_ALL
#define PENDING	.ip_summed = CHECKSUM_PARTIAL
#define VOUCHED	.ip_summed = CHECKSUM_UNNECESSARY

static const struct trace_case trace_cases[] = {
	{ "TCP, zeroed", { TCP, .field = FIELD_ZERO }, PREROUTING,
	  .state = "zeroed", .actions = "untrusted", .expected = RIGHT,
	  .ip_summed = "none" },
	{ "TCP, filled in", { TCP, .field = FIELD_ZERO }, PREROUTING, .trust = ALL,
	  .state = "zeroed", .actions = "filled", .expected = RIGHT,
	  .ip_summed = "none" },
	{ "UDP, the seed", { UDP, .field = FIELD_SEED, VOUCHED }, PREROUTING,
	  .state = "seed", .actions = "untrusted", .found = SEED, .expected = RIGHT,
	  .ip_summed = "unnecessary" },
	{ "damaged, only looked at", { TCP, .field = FIELD_WRONG, VOUCHED },
	  PREROUTING, .verify = NF_CSUM_VERIFY_COUNT, .state = "corrupt",
	  .actions = "-", .found = AS_BUILT, .expected = RIGHT,
	  .ip_summed = "unnecessary" },
	{ "without ports, damaged",
	  { .proto = IPPROTO_ICMP, .payload = 20, .field = FIELD_WRONG, VOUCHED,
	    .family = NFPROTO_IPV4 },
	  PREROUTING, .verify = NF_CSUM_VERIFY_UNVOUCH, .no_ports = true,
	  .state = "corrupt", .actions = "unvouched", .found = AS_BUILT,
	  .expected = RIGHT, .ip_summed = "unnecessary" },
	{ "pending", { TCP, .field = FIELD_SEED, PENDING }, PREROUTING,
	  .state = "partial", .actions = "-", .found = SEED, .expected = SEED,
	  .ip_summed = "partial" },
	{ "finished", { UDP, .field = FIELD_SEED, PENDING }, POSTROUTING,
	  .finish = ALL, .state = "partial", .actions = "finished", .found = SEED,
	  .expected = SEED, .ip_summed = "partial" },
	{ "two actions", { TCP, .field = FIELD_ZERO, PENDING }, POSTROUTING,
	  .finish = ALL, .state = "partial_bad_seed",
	  .actions = "finished,reseeded", .expected = SEED,
	  .ip_summed = "partial" },
	{ "to be segmented, badly",
	  { .proto = IPPROTO_TCP, .payload = 2500, .field = FIELD_ZERO, PENDING,
	    .gso_size = 1000, .gso_type = SKB_GSO_TCPV4 },
	  PREROUTING, .state = "gso_bad", .actions = "reseeded", .expected = SEED,
	  .ip_summed = "partial" },
	{ "a piece of a header", { .proto = IPPROTO_TCP, .shorten = 18 },
	  PREROUTING, .no_ports = true, .state = "malformed", .actions = "-",
	  .ip_summed = "none" },
	{ "a piece of an IP header", { TCP }, PREROUTING, .cut = 10,
	  .state = "malformed", .actions = "-", .ip_summed = "none" },
	{ "at a device", { TCP, .field = FIELD_ZERO }, INGRESS, .trust = ALL,
	  .state = "zeroed", .actions = "filled", .expected = RIGHT,
	  .ip_summed = "none" },
	{ "at a bridge", { UDP, .field = FIELD_SEED }, BRIDGE, .trust = ALL,
	  .state = "seed", .actions = "filled", .found = SEED, .expected = RIGHT,
	  .ip_summed = "none" },
	{ "SCTP, zeroed", { .proto = IPPROTO_SCTP, .payload = 100, .offset = CRC },
	  PREROUTING, .state = "zeroed", .actions = "untrusted", .expected = RIGHT,
	  .ip_summed = "none" },
	{ "SCTP, damaged",
	  { .proto = IPPROTO_SCTP, .payload = 100, .offset = CRC, VOUCHED },
	  PREROUTING, .verify = NF_CSUM_VERIFY_COUNT, .state = "corrupt",
	  .actions = "-", .found = AS_BUILT, .expected = RIGHT,
	  .ip_summed = "unnecessary" },
};

static void trace_desc(const struct trace_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(trace, trace_cases, trace_desc);

/* A ring is emptied by whoever opens it like that. */
static bool forget_all(void)
{
	struct file *file = filp_open(TRACE, O_WRONLY | O_TRUNC, 0);

	if (IS_ERR(file))
		return false;
	filp_close(file, NULL);
	return true;
}

/* Ports, and as what is found one that is not right, or 0; says what would be. */
static u32 put_sctp(struct packet *p, const struct trace_case *c)
{
	static const u8 ports[] = { 0x9c, 0x40, 0x0b, 0x59 };
	static const u8 zeros[4], wrong[] = { 0x12, 0x34, 0x56, 0x78 };

	packet_store(p, p->thoff, ports, sizeof(ports));
	packet_store(p, p->thoff + CRC, zeros, sizeof(zeros));
	p->found = 0;
	if (c->found == NOTHING)
		return oracle_crc32c(p->bytes + p->thoff, p->len);
	packet_store(p, p->thoff + CRC, wrong, sizeof(wrong));
	memset(p->bytes + p->thoff + CRC, 0, 4);
	return oracle_crc32c(p->bytes + p->thoff, p->len);
}

static u32 value_of(const struct packet *p, enum value what, u32 crc)
{
	bool sctp = p->proto == IPPROTO_SCTP;

	switch (what) {
	case RIGHT:
		/* Its bytes are on the wire from the last to the first. */
		return sctp ? (crc & 0xff) << 24 | (crc & 0xff00) << 8 |
			      (crc >> 8 & 0xff00) | crc >> 24 : p->right;
	case SEED:
		return p->seed;
	case AS_BUILT:
		return sctp ? 0x12345678 : p->found;
	default:
		return 0;
	}
}

static void expected_line(char *line, size_t size, const struct trace_case *c,
			  const struct packet *p, u32 crc)
{
	static const char * const places[] = {
		"prerouting", "postrouting", "ingress", "forward",
	};
	bool ipv4 = p->family == NFPROTO_IPV4;
	bool post = c->place == POSTROUTING;
	unsigned int from = c->no_ports || c->cut ? 0 : 40000;
	unsigned int to = !from ? 0 : p->proto == IPPROTO_TCP ? 80 :
			  p->proto == IPPROTO_UDP ? 4789 : 2905;
	const char *src = ipv4 ? "192.0.2.1" : "[2001:db8::11]";
	const char *dst = ipv4 ? "198.51.100.77" : "[2001:db8:7::fe22]";
	const char *none = ipv4 ? "0.0.0.0" : "[::]";

	snprintf(line, size,
		 "hook=%s family=%s protocol=%u ifindex=%u ifname=%s src=%s:%u dst=%s:%u state=%s actions=%s found=0x%04x expected=0x%04x ip_summed=%s gso_type=0x%x",
		 places[c->place], ipv4 ? "ipv4" : "ipv6", c->cut ? 0 : p->proto,
		 post ? HOST_OUT : HOST_IN, post ? "nfcsum8" : DEVICE,
		 c->cut ? none : src, from, c->cut ? none : dst, to, c->state,
		 c->actions, value_of(p, c->found, crc),
		 value_of(p, c->expected, crc), c->ip_summed,
		 skb_shinfo(p->skb)->gso_type);
}

static void see(struct host *h, struct packet *p, enum place place)
{
	struct nf_hook_state state = { .in = h->in, .out = h->out };

	switch (place) {
	case PREROUTING:
		hooked(h, p, NF_INET_PRE_ROUTING);
		break;
	case POSTROUTING:
		hooked(h, p, NF_INET_POST_ROUTING);
		break;
	case INGRESS:
		state.pf = NFPROTO_NETDEV;
		rcu_read_lock();
		nf_csum_ingress(&h->nfc, p->skb, &state);
		rcu_read_unlock();
		break;
	case BRIDGE:
		state.pf = NFPROTO_BRIDGE;
		state.hook = NF_BR_FORWARD;
		nf_csum_bridge_forward(&h->nfc, p->skb, &state);
		break;
	}
}

/* The lines that the event has made; the rest of each says who was running. */
static unsigned int lines_of(const char *text, const char **last)
{
	unsigned int lines = 0;

	while ((text = strstr(text, EVENT))) {
		text += strlen(EVENT);
		*last = text;
		lines++;
	}
	return lines;
}

static void expect_line(struct kunit *test, struct host *h,
			const struct trace_case *c, const struct variant *v)
{
	char *expected = kunit_kzalloc(test, 512, GFP_KERNEL);
	const char *text, *line = "";
	struct packet p;
	u32 crc = 0;
	bool same;

	KUNIT_ASSERT_NOT_NULL(test, expected);
	packet_build(test, &p, &c->packet, v);
	if (p.proto == IPPROTO_SCTP)
		crc = put_sctp(&p, c);
	if (c->cut)
		KUNIT_ASSERT_EQ(test, pskb_trim(p.skb, c->cut), 0);
	expected_line(expected, 512, c, &p, crc);

	forget_all();
	KUNIT_EXPECT_EQ(test, trace_set_clr_event("nf_csum", "nf_csum_packet", 1), 0);
	see(h, &p, c->place);
	trace_set_clr_event("nf_csum", "nf_csum_packet", 0);
	text = proc_read(test, TRACE, 65536);
	KUNIT_EXPECT_EQ_MSG(test, lines_of(text, &line), 1U, "%s: %s", v->name, text);
	same = !strncmp(line, expected, strlen(expected)) &&
	       line[strlen(expected)] == '\n';
	KUNIT_EXPECT_TRUE_MSG(test, same, "%s: %s, but not %s", v->name, line,
			      expected);

	/* Switched off, it says nothing. */
	forget_all();
	see(h, &p, c->place);
	text = proc_read(test, TRACE, 65536);
	KUNIT_EXPECT_EQ_MSG(test, lines_of(text, &line), 0U, "%s: %s", v->name, text);
	packet_free(&p);
}

static void packets_are_traced(struct kunit *test)
{
	const struct trace_case *c = test->param_value;
	struct host *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	u8 hook = c->place == POSTROUTING ? NF_INET_POST_ROUTING :
					    NF_INET_PRE_ROUTING;
	struct variant v = {};

	KUNIT_ASSERT_NOT_NULL(test, h);
	if (!forget_all()) {
		kunit_skip(test, "there is no " TRACE);
		return;
	}
	host_init(test, h);
	strscpy(h->in->name, DEVICE, sizeof(h->in->name));
	strscpy(h->out->name, "nfcsum8", sizeof(h->out->name));
	h->nfc.knobs.trust = c->trust;
	h->nfc.knobs.verify = c->verify;
	h->nfc.knobs.finish = c->finish;
	while (variant_next(&v, &c->packet))
		if (v.hook == hook &&
		    (v.shape == SHAPE_LINEAR || v.shape == SHAPE_SPLIT))
			expect_line(test, h, c, &v);
	host_free(test, h);
}

static struct kunit_case trace_test_cases[] = {
	KUNIT_CASE_PARAM(packets_are_traced, trace_gen_params),
	{}
};

static struct kunit_suite trace_suite = {
	.name = "nf_csum_trace",
	.test_cases = trace_test_cases,
};

kunit_test_suite(trace_suite);

#endif /* CONFIG_EVENT_TRACING */
