// SPDX-License-Identifier: GPL-2.0
/*
 * What the network stack counts itself, in /proc/net/snmp and its like: packets
 * whose checksum a receiver found wrong, resets, and what conntrack calls INVALID.
 */
#include <stdlib.h>
#include <string.h>

#include "netns.h"
#include "snmp.h"
#include "text.h"

const char * const csum_error_names[CSUM_ERRORS] = {
	[ERROR_TCP] = "TcpInCsumErrors",
	[ERROR_UDP] = "UdpInCsumErrors",
	[ERROR_UDP6] = "Udp6InCsumErrors",
	[ERROR_UDPLITE] = "UdpLiteInCsumErrors",
	[ERROR_UDPLITE6] = "UdpLite6InCsumErrors",
	[ERROR_ICMP] = "IcmpInCsumErrors",
	[ERROR_ICMP6] = "Icmp6InCsumErrors",
	[ERROR_SCTP] = "SctpChecksumErrors",
};

static void take(struct snmp *snmp, const char *name, uint64_t n)
{
	int i;

	for (i = 0; i < CSUM_ERRORS; i++)
		if (!strcmp(name, csum_error_names[i]))
			snmp->csum_errors[i] = n;
	if (!strcmp(name, "TcpOutRsts"))
		snmp->resets = n;
}

static char *line_of(char **text)
{
	char *line = *text;

	if (!line || !*line)
		return NULL;
	*text = line + strcspn(line, "\n");
	if (**text)
		*(*text)++ = '\0';
	return line;
}

/* Pairs of lines: 'Tcp: InSegs InCsumErrors' and 'Tcp: 20 5'. */
static void read_pairs(struct pool *pool, struct snmp *snmp, char *text)
{
	char *names, *values, *name, *value, *save_names, *save_values;

	while ((names = line_of(&text)) && (values = line_of(&text))) {
		const char *group = strtok_r(names, " ", &save_names);

		value = strtok_r(values, " ", &save_values);
		if (!group || !value || strcmp(group, value))
			continue;
		while ((name = strtok_r(NULL, " ", &save_names)) &&
		       (value = strtok_r(NULL, " ", &save_values)))
			take(snmp, pool_print(pool, "%.*s%s", (int)strcspn(group, ":"),
					      group, name), strtoull(value, NULL, 10));
	}
}

/* 'Udp6InCsumErrors    5' */
static void read_list(struct snmp *snmp, char *text)
{
	char *line, *name, *value, *save;

	while ((line = line_of(&text))) {
		name = strtok_r(line, " \t", &save);
		value = strtok_r(NULL, " \t", &save);
		if (name && value)
			take(snmp, name, strtoull(value, NULL, 10));
	}
}

/* A column of hexadecimal numbers, a line for each processor. */
static uint64_t sum_column(char *text, const char *wanted)
{
	char *line = line_of(&text), *word, *save;
	int column = -1, i;
	uint64_t sum = 0;

	if (!line)
		return 0;
	for (i = 0, word = strtok_r(line, " ", &save); word;
	     word = strtok_r(NULL, " ", &save), i++)
		if (!strcmp(word, wanted))
			column = i;
	while (column >= 0 && (line = line_of(&text)))
		for (i = 0, word = strtok_r(line, " ", &save); word;
		     word = strtok_r(NULL, " ", &save), i++)
			if (i == column)
				sum += strtoull(word, NULL, 16);
	return sum;
}

/**
 * snmp_read - read the counters of the namespace entered last
 * @pool: for what is read
 * @snmp: gets them; what cannot be read is 0
 */
void snmp_read(struct pool *pool, struct snmp *snmp)
{
	char *text;

	*snmp = (struct snmp){};
	text = pool_read(pool, netns_path(pool, "proc/net/snmp"), NULL);
	read_pairs(pool, snmp, text);
	text = pool_read(pool, netns_path(pool, "proc/net/snmp6"), NULL);
	read_list(snmp, text);
	text = pool_read(pool, netns_path(pool, "proc/net/sctp/snmp"), NULL);
	read_list(snmp, text);
	text = pool_read(pool, netns_path(pool, "proc/net/stat/nf_conntrack"), NULL);
	snmp->has_conntrack = text;
	if (text)
		snmp->invalid = sum_column(text, "invalid");
}

static void since(uint64_t *now, uint64_t before)
{
	if (*now >= before)
		*now -= before;
}

/**
 * snmp_since - take away from counters what was counted before
 * @now: the counters
 * @before: those before
 */
void snmp_since(struct snmp *now, const struct snmp *before)
{
	int i;

	for (i = 0; i < CSUM_ERRORS; i++)
		since(&now->csum_errors[i], before->csum_errors[i]);
	since(&now->resets, before->resets);
	since(&now->invalid, before->invalid);
}

/**
 * snmp_csum_errors - add up what receivers found wrong
 * @snmp: the counters
 *
 * Return: packets of all protocols.
 */
uint64_t snmp_csum_errors(const struct snmp *snmp)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < CSUM_ERRORS; i++)
		sum += snmp->csum_errors[i];
	return sum;
}

/**
 * snmp_list - name the counters of wrong checksums that are not zero
 * @pool: whose the result is
 * @snmp: the counters
 *
 * Return: as 'TcpInCsumErrors 5, Icmp6InCsumErrors 1'.
 */
const char *snmp_list(struct pool *pool, const struct snmp *snmp)
{
	const char *list = "";
	int i;

	for (i = 0; i < CSUM_ERRORS; i++)
		if (snmp->csum_errors[i])
			list = pool_print(pool, "%s%s%s %llu", list, *list ? ", " : "",
					  csum_error_names[i],
					  (unsigned long long)snmp->csum_errors[i]);
	return list;
}
