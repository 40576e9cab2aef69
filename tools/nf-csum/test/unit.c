// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of nf-csum: what needs no sample of a system. Prints a line for each test,
 * as the scripts do.
 */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nf_csum/counters.h>

#include "../command.h"
#include "../glob.h"
#include "../map.h"
#include "../mask.h"
#include "../packet-line.h"
#include "../reader.h"
#include "../text.h"
#include "../words.h"

const char tool_version[] = "test";

static struct pool pool;
static int failed;

static void ok(bool is_ok, const char *name)
{
	printf("%sok - %s\n", is_ok ? "" : "not ", name);
	failed += !is_ok;
}

static void is(const char *got, const char *wanted, const char *name)
{
	bool same = got && !strcmp(got, wanted);

	if (!same)
		printf("# got '%s', wanted '%s'\n", got ? got : "(null)", wanted);
	ok(same, name);
}

/* The module's own lists, in its order. */
#define STATE(id, name) #name,
static const char * const states[] = { NF_CSUM_STATES(STATE) };
static const char * const actions[] = { NF_CSUM_ACTIONS(STATE) };

/* What a coming module has, too. */
static const char * const coming[] = { "gso_lost" };

static bool is_in(const char *name, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(name, list[i]))
			return true;
	return false;
}

static void test_counters(void)
{
	size_t i, s = 0, a = 0;
	bool order = true;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		const struct word *word = word_find(states[i]);

		ok(word && word->kind == WORD_STATE,
		   pool_print(&pool, "the module's state %s has its sentence", states[i]));
	}
	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		const struct word *word = word_find(actions[i]);

		ok(word && word->kind == WORD_ACTION,
		   pool_print(&pool, "the module's action %s has its sentence", actions[i]));
	}
	for (i = 0; i < words_count; i++) {
		const char *name = words[i].name;

		if (words[i].kind == WORD_STATE)
			order = order && s < ARRAY_SIZE(states) &&
				!strcmp(name, states[s++]);
		if (words[i].kind == WORD_ACTION &&
		    !(is_in(name, coming, 1) && !is_in(name, actions, ARRAY_SIZE(actions))))
			order = order && a < ARRAY_SIZE(actions) &&
				!strcmp(name, actions[a++]);
	}
	ok(order, "there is no counter that the module lacks, and the order is the same");
}

static bool is_sentence(const char *s)
{
	return s && *s && s[strlen(s) - 1] != '.' && !(*s >= 'A' && *s <= 'Z' && s[1] >= 'a');
}

static void test_words(void)
{
	bool all = true;
	size_t i, k;

	for (i = 0; i < words_count; i++) {
		all = all && words[i].normal && words[i].advice &&
		      strchr(".", words[i].advice[strlen(words[i].advice) - 1]);
		/* A name may begin it, as that of UDP does. */
		all = all && (is_sentence(words[i].says) || !strncmp(words[i].says, "a UDP", 5));
		for (k = 0; k < i; k++)
			all = all && strcmp(words[i].name, words[k].name);
	}
	ok(all, "every word says all there is to say, once");
	for (i = 0, all = true; i < knobs_count; i++) {
		all = all && is_sentence(knobs[i].says) && knobs[i].advice;
		all = all && (knobs[i].kind == KNOB_CHOICE) == !!knobs[i].choices[0];
		if (knobs[i].kind == KNOB_CHOICE)
			all = all && knobs[i].choices[atoi(knobs[i].initial)];
	}
	ok(all, "so does every knob, and its default has a meaning");
	is(knob_means(knob_find("mode"), "1"),
	   "observe: judge and count, change nothing, whatever the other knobs say",
	   "a knob's value has a meaning");
	is(knob_means(knob_find("mode"), "7"), "(newer than nf-csum)", "a value that is newer");
	is(knob_means(NULL, "7"), "(newer than nf-csum)", "a knob that is newer");
}

static void test_globs(void)
{
	static const struct {
		const char *glob;
		const char *name;
		bool matches;
	} cases[] = {
		{ "veth2", "veth2", true }, { "*", "veth2", true }, { "v*2", "veth2", true },
		{ "????2", "veth2", true }, { "ve[s-u]h2", "veth2", true },
		{ "[!w]eth2", "veth2", true }, { "\\veth2", "veth2", true },
		{ "veth2*", "veth2", true }, { "*e*h*", "veth2", true },
		{ "a[]b]c", "a]c", true }, { "a[]b]c", "abc", true }, { "a[b-]c", "a-c", true },
		{ "[", "[", true }, { "a[b", "a[b", true }, { "[!a-c]x", "dx", true },
		{ "", "", true }, { "**", "", true }, { "\\*", "*", true },
		{ "[a-c-e]", "-", true }, { "[a-c-e]", "e", true },
		{ "veth", "veth2", false }, { "veth22", "veth2", false }, { "x*", "veth2", false },
		{ "*x", "veth2", false }, { "[!v]eth2", "veth2", false },
		{ "\\veth3", "veth2", false }, { "veth[13]", "veth2", false },
		{ "veth.", "veth2", false }, { "[", "veth2", false }, { "veth2*x", "veth2", false },
		{ "", "v", false }, { "?", "", false }, { "[a-c]", "", false },
		{ "\\*", "x", false }, { "[a-c-e]", "d", false }, { "[!a-c]x", "bx", false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		ok(glob_matches(cases[i].glob, cases[i].name) == cases[i].matches,
		   pool_print(&pool, "'%s' %s '%s'", cases[i].glob,
			      cases[i].matches ? "matches" : "does not match", cases[i].name));
	ok(glob_listed("x veth2 y", "veth2") && !glob_listed("x veth2 y", "veth") &&
	   !glob_listed("", "x") && !glob_listed(NULL, "x") && glob_listed("  a  b ", "b"),
	   "a list of globs");
}

static struct glob_names list_of(const char *text)
{
	struct glob_names names = {};

	while (*text) {
		size_t len = strcspn(text, " ");

		*pool_add(&pool, names.names, names.count) = pool_copy(&pool, text, len);
		text += len;
		text += *text == ' ';
	}
	return names;
}

static const char *cover(const char *list, const char *wanted, const char *others)
{
	struct glob_names want = list_of(wanted), other = list_of(others);

	return glob_cover(&pool, list, &want, &other);
}

static void test_cover(void)
{
	is(cover("", "veth1", "lo veth2"), "veth1", "a cover of one name");
	is(cover("", "a b c", "lo"), "a b c", "a cover of a few names");
	is(cover("lab*", "a", "lo"), "lab* a", "a cover keeps what there was");
	is(cover("c", "c", "lo"), "c", "a name that is listed is not listed again");
	is(cover("p* x", "p1 p2", "lo"), "p* x", "nor are names that a glob covers");
	is(cover("p1", "br p1", "lo"), "p1 br", "one of two is listed");
	is(cover("", "c c", "lo"), "c", "a name that comes twice");
	is(cover("", "cali1 cali2 cali3 cali4", "lo eth0"), "cali*", "a cover of names that begin alike");
	is(cover("", "cali1 cali2 cali3 cali4", "lo cali5"), "cali[1-4]*", "a cover that spares a name");
	is(cover("", "a1 a2 a3 a4 b1 b2 b3 b4", "lo"), "a* b*", "a cover of two prefixes");
	is(cover("", "veth", "lo"), "veth", "a name that others begin with");
	is(cover("", "veth veth1 veth2 veth3", "lo"), "veth*", "and the others");
	is(cover("", "a\"b", "lo"), "a?b", "a quote is not written");
	ok(!cover("", "a\"b", "lo axb"), "no cover where only a quote makes the difference");
	is(cover("x1 x2 x3 x4 x5 x6 x7 x8 y1 y2 y3 y4 y5 y6 y7 y8", "v1 v2", "lo"), "v* x* y*",
	   "a full list of names becomes one of globs");
	ok(!cover("a* b* c* d* e* f* g* h* i* j* k* l* m* n* o* p*", "v1", "lo"),
	   "a full list of globs stays full");
}

/* Names as Calico makes them. */
static void random_names(struct glob_names *names, int count)
{
	char name[16];
	int i, k;

	for (i = 0; i < count; i++) {
		strcpy(name, "cali");
		for (k = 4; k < 15; k++)
			name[k] = "0123456789abcdef"[rand() % 16];
		name[15] = '\0';
		*pool_add(&pool, names->names, names->count) = pool_string(&pool, name);
	}
}

static void test_random_covers(int wanted, int others, int rounds, int least)
{
	int round, i, covered = 0, wrong = 0;

	for (round = 0; round < rounds; round++) {
		struct glob_names want = {}, other = {};
		const char *value;

		srand(round);
		random_names(&want, wanted);
		random_names(&other, others);
		value = glob_cover(&pool, "tap* x", &want, &other);
		if (!value)
			continue;
		covered++;
		wrong += strlen(value) >= GLOB_ROOM || strncmp(value, "tap* x ", 7);
		for (i = 0; i < wanted; i++)
			wrong += !glob_listed(value, want.names[i]);
		for (i = 0; i < others; i++)
			wrong += glob_listed(value, other.names[i]);
		pool_free(&pool);
	}
	ok(covered >= least && !wrong,
	   pool_print(&pool, "covers of %d random names among %d: %d of %d, none wrong", wanted,
		      wanted + others, covered, rounds));
}

static void test_text(void)
{
	static const char * const known[] = { "status", "doctor", "watch" };

	is(text_plain(&pool, "veth1"), "veth1", "a plain name");
	is(text_plain(&pool, "a\"$(rm\x1b[2J\n\xff"), "a\"$(rm\\x1b[2J\\x0a\\xff", "a name that is not");
	ok(text_is_harmless("veth1.2@x:y") && !text_is_harmless("a b") && !text_is_harmless("$(rm)") &&
	   !text_is_harmless("") && !text_is_harmless("-rf") && !text_is_harmless("a;b") &&
	   !text_is_harmless("a*") && !text_is_harmless("\x1b"), "what a shell takes as it is");
	is(glob_quoted(&pool, "veth* x"), "\"veth* x\"", "a list for a shell");
	is(glob_quoted(&pool, "a$(rm) 'b"), "'a$(rm) ?b'", "one that is dangerous");
	is(text_nearest("docter", known, 3), "doctor", "a word with a wrong letter");
	is(text_nearest("stat", known, 3), "status", "a word that is cut off");
	ok(!text_nearest("prometheus", known, 3), "a word that is none");
	is(text_spaced(&pool, 0), "0", "no packet");
	is(text_spaced(&pool, 1234567), "1,234,567", "many packets");
	is(text_spaced(&pool, ~0ULL), "18,446,744,073,709,551,615", "all packets there can be");
	is(text_ago(&pool, 90), "90 s", "seconds");
	is(text_ago(&pool, 300000), "3 days", "days");
}

static void test_map(void)
{
	struct map map = {};
	bool all = true;
	int i;

	for (i = 0; i < 10000; i++)
		map_put(&pool, &map, pool_print(&pool, "veth%d", i), i);
	for (i = 0; i < 10000; i++)
		all = all && map_get(&map, pool_print(&pool, "veth%d", i)) == (size_t)i;
	ok(all && map_get(&map, "veth") == MAP_NONE && map.count == 10000, "a map of 10,000 names");
}

static const char *line_of(const char *state, unsigned int protocol, unsigned int sum,
			   unsigned int found, unsigned int expected, const char *done)
{
	struct packet packet = {
		.seconds = 0.5, .netns = "", .protocol = protocol, .ip_summed = sum,
		.ifname = "veth1", .source = "10.0.1.2.20000", .destination = "10.0.2.2.8080",
		.state = state, .actions = done, .found = found, .expected = expected,
	};

	return packet_line(&pool, &packet);
}

static void test_lines(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(80) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	struct packet packet = { .state = "zeroed", .actions = "filled,finished" };

	is(line_of("seed", IPPROTO_TCP, SUM_NONE, 0x5854, 0x3897, "filled"),
	   "00:00:00.500000 veth1   In  IP 10.0.1.2.20000 > 10.0.2.2.8080: seed: TCP checksum 0x5854 is only the pseudo-header sum: metadata was lost at veth1; right would be 0x3897; filled",
	   "a line of trace: the seed");
	is(line_of("zeroed", IPPROTO_UDP, SUM_UNNECESSARY, 0, 0x3897, "untrusted"),
	   "00:00:00.500000 veth1   In  IP 10.0.1.2.20000 > 10.0.2.2.8080: zeroed: UDP checksum is 0 and was never filled in, though veth1 calls it right; right would be 0x3897; nobody vouched for it, so it went on as it came",
	   "a line of trace: a field of 0");
	is(line_of("corrupt", IPPROTO_SCTP, SUM_UNNECESSARY, 0x12345678, 0x9abcdef0, "dropped"),
	   "00:00:00.500000 veth1   In  IP 10.0.1.2.20000 > 10.0.2.2.8080: corrupt: SCTP checksum 0x12345678 is wrong, though veth1 calls it right; right would be 0x9abcdef0; dropped",
	   "a line of trace: damage, of SCTP");
	is(line_of("partial_bad_seed", IPPROTO_TCP, SUM_PARTIAL, 0, 0x1234, "reseeded"),
	   "00:00:00.500000 veth1   In  IP 10.0.1.2.20000 > 10.0.2.2.8080: partial_bad_seed: TCP checksum is pending, but 0x0000 is not the pseudo-header sum, which would be 0x1234; reseeded",
	   "a line of trace: a bad seed");
	is(line_of("malformed", IPPROTO_TCP, SUM_PARTIAL, 0, 0, "-"),
	   "00:00:00.500000 veth1   In  IP 10.0.1.2.20000 > 10.0.2.2.8080: malformed: TCP, truncated, or offload metadata that points outside of the packet: left alone",
	   "a line of trace: nonsense");
	is(strstr(line_of("novel", 99, 7, 0, 0, "a\x1b"), "novel"),
	   "novel: protocol 99, (a state that is newer than nf-csum); a\\x1b",
	   "a line of trace: what is newer than nf-csum");
	inet_pton(AF_INET, "192.0.2.1", &in.sin_addr);
	inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr);
	is(packet_address(&pool, (void *)&in, sizeof(in), IPPROTO_TCP), "192.0.2.1.80", "an address");
	is(packet_address(&pool, (void *)&in6, sizeof(in6), IPPROTO_ICMPV6), "2001:db8::1",
	   "an address without a port");
	is(packet_address(&pool, (void *)"", 0, IPPROTO_TCP), "?.0", "no address");
	ok(packet_has(&packet, "zeroed") && packet_has(&packet, "finished") &&
	   packet_has(&packet, "filled") && !packet_has(&packet, "fill"), "what a packet has");
}

static void test_mask(void)
{
	struct mask mask = { .pool = &pool }, off = { .pool = &pool, .off = true };

	is(mask_iface(&mask, "eth0"), "iface-1", "a name is replaced");
	is(mask_iface(&mask, "veth1"), "iface-2", "another one by another one");
	is(mask_iface(&mask, "eth0"), "iface-1", "the same one by the same one");
	is(mask_iface(&mask, "lo"), "lo", "loopback is everybody's");
	is(mask_address(&mask, "10.1.2.3.80"), "192.0.2.1.80", "an address, but not its port");
	is(mask_address(&mask, "10.1.2.3"), "192.0.2.1", "the same without a port");
	is(mask_address(&mask, "fd00::1.443"), "2001:db8::1.443", "an IPv6 address");
	is(mask_address(&mask, "224.0.0.18"), "224.0.0.18", "a multicast address is everybody's");
	is(mask_address(&mask, "::1"), "::1", "so is the host's own");
	is(mask_iface(&off, "eth0"), "eth0", "without a mask");
	is(mask_iface(&off, "e\x1b"), "e\\x1b", "without a mask, but harmless");
}

static void test_filters(void)
{
	/* What dhclient has: UDP to port 68. */
	static const struct sock_filter dhcp[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x0800, 0, 8),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 17, 0, 6),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 16),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 68, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0x40000),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	/* What Open vSwitch has: all that is not its own. */
	static const struct sock_filter ovs[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
	};
	/* tcpdump tcp port 8080 */
	static const struct sock_filter port[] = {
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 16),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 8080, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	static const struct sock_filter forever[] = { BPF_STMT(BPF_JMP | BPF_JA, (__u32)-1) };
	static const struct sock_filter beyond[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0x7fffffff), BPF_STMT(BPF_RET | BPF_K, 1),
	};
	static const struct sock_filter store[] = {
		BPF_STMT(BPF_ST, 4000000000U), BPF_STMT(BPF_LD | BPF_MEM, 4000000000U),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), BPF_STMT(BPF_RET | BPF_A, 0),
	};

	ok(!filter_takes_tcp(dhcp, 11), "a filter: dhclient takes no bulk");
	ok(filter_takes_tcp(ovs, 4), "a filter: Open vSwitch takes all");
	ok(filter_takes_tcp(port, 5), "a filter: a port");
	ok(filter_takes_tcp(forever, 1), "a filter that makes no sense");
	ok(!filter_takes_tcp(beyond, 2), "a filter that reads beyond the packet");
	ok(!filter_takes_tcp(store, 4), "a filter that stores beyond its memory");
	ok(filter_takes_tcp(NULL, 0), "no filter");
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	test_counters();
	test_words();
	test_globs();
	test_cover();
	test_random_covers(40, 30, 50, 50);
	test_random_covers(24, 16, 50, 50);
	test_random_covers(100, 100, 10, 1);
	test_text();
	test_map();
	test_lines();
	test_mask();
	test_filters();
	pool_free(&pool);
	return failed > 0;
}
