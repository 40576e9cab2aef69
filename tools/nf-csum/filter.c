// SPDX-License-Identifier: GPL-2.0
/*
 * Would a packet socket's filter take a TCP packet? dhclient and lldpd read a few
 * kinds of packets beside the kernel, and bulk traffic is none of their business; a
 * switch in a program takes everything.
 */
#include <linux/filter.h>
#include <string.h>

#include "reader.h"

enum { FRAME = 1514, STEPS = 4096 };

/* A frame that carries TCP over IPv4, all payload zero. */
static const uint8_t head[] = {
	2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,
	0x45, 0, 5, 220, 0, 1, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
	0x9c, 0x40, 0x1f, 0x90, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 2, 0, 0, 0,
};

static uint32_t byte_at(uint32_t at)
{
	return at < sizeof(head) ? head[at] : 0;
}

/* What the kernel knows of the packet beside its bytes. */
static uint32_t ancillary(uint32_t what)
{
	switch (what) {
	case SKF_AD_PROTOCOL:
		return 0x0800;
	case SKF_AD_IFINDEX:
		return 1;
	case SKF_AD_HATYPE:
		return 1;
	default:
		/* It is for this host, and not tagged. */
		return 0;
	}
}

static bool load(uint32_t at, unsigned int size, uint32_t *value)
{
	unsigned int i;

	if (at >= (uint32_t)SKF_AD_OFF) {
		*value = ancillary(at - (uint32_t)SKF_AD_OFF);
		return true;
	}
	if (at >= (uint32_t)SKF_LL_OFF) {
		/* From the network header, or from the Ethernet header. */
		if (at >= (uint32_t)SKF_NET_OFF)
			at = at - (uint32_t)SKF_NET_OFF + 14;
		else
			at -= (uint32_t)SKF_LL_OFF;
	}
	if (at > FRAME - size)
		return false;
	for (i = 0, *value = 0; i < size; i++)
		*value = *value << 8 | byte_at(at + i);
	return true;
}

static uint32_t calculate(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_DIV:
		return b ? a / b : 0;
	case BPF_MOD:
		return b ? a % b : 0;
	case BPF_OR:
		return a | b;
	case BPF_AND:
		return a & b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return b < 32 ? a << b : 0;
	case BPF_RSH:
		return b < 32 ? a >> b : 0;
	case BPF_NEG:
		return -a;
	default:
		return a;
	}
}

static bool compare(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	case BPF_JSET:
		return a & b;
	default:
		return false;
	}
}

struct machine {
	uint32_t a, x, memory[BPF_MEMWORDS];
};

/* Return: false where the kernel would refuse the packet. */
static bool load_into(struct machine *m, const struct sock_filter *f)
{
	static const unsigned int sizes[] = {
		[BPF_W >> 3] = 4, [BPF_H >> 3] = 2, [BPF_B >> 3] = 1, [3] = 4,
	};
	uint32_t value = 0;

	switch (BPF_MODE(f->code)) {
	case BPF_IMM:
		value = f->k;
		break;
	case BPF_LEN:
		value = FRAME;
		break;
	case BPF_MEM:
		value = f->k < BPF_MEMWORDS ? m->memory[f->k] : 0;
		break;
	case BPF_ABS:
	case BPF_IND:
		if (!load(f->k + (BPF_MODE(f->code) == BPF_IND ? m->x : 0),
			  sizes[BPF_SIZE(f->code) >> 3], &value))
			return false;
		break;
	case BPF_MSH:
		if (!load(f->k, 1, &value))
			return false;
		value = (value & 15) * 4;
		break;
	}
	if (BPF_CLASS(f->code) == BPF_LD)
		m->a = value;
	else
		m->x = value;
	return true;
}

/**
 * filter_takes_tcp - run a filter on a TCP packet
 * @filter: classic BPF
 * @count: how many instructions
 *
 * Return: whether it takes the packet; yes if it makes no sense.
 */
bool filter_takes_tcp(const struct sock_filter *filter, int count)
{
	struct machine m = {};
	int at = 0, steps;

	for (steps = 0; at >= 0 && at < count && steps < STEPS; steps++) {
		const struct sock_filter *f = &filter[at++];
		uint32_t operand = BPF_SRC(f->code) == BPF_X ? m.x : f->k;

		switch (BPF_CLASS(f->code)) {
		case BPF_LD:
		case BPF_LDX:
			if (!load_into(&m, f))
				return false;
			break;
		case BPF_ST:
		case BPF_STX:
			if (f->k < BPF_MEMWORDS)
				m.memory[f->k] = BPF_CLASS(f->code) == BPF_ST ? m.a : m.x;
			break;
		case BPF_ALU:
			m.a = calculate(f->code, m.a, operand);
			break;
		case BPF_JMP:
			if (BPF_OP(f->code) == BPF_JA)
				at = f->k < (uint32_t)count ? at + (int)f->k : count;
			else
				at += compare(f->code, m.a, operand) ? f->jt : f->jf;
			break;
		case BPF_RET:
			return BPF_RVAL(f->code) == BPF_A ? m.a : f->k;
		case BPF_MISC:
			if (BPF_MISCOP(f->code) == BPF_TAX)
				m.x = m.a;
			else
				m.a = m.x;
			break;
		}
	}
	return true;
}
