/* SPDX-License-Identifier: GPL-2.0 */
/* How the tests call nf_csum_inspect(), and say what it said. */
#ifndef NF_CSUM_KUNIT_INSPECTED_H
#define NF_CSUM_KUNIT_INSPECTED_H

#include <linux/stringify.h>

#include <nf_csum/packet.h>

#include "skb_builder.h"

static inline struct nf_csum_packet inspected(const struct packet *p, u8 hook)
{
	struct nf_csum_packet pkt = {
		.skb = p->skb,
		.family = p->family,
		.hook = hook,
	};

	nf_csum_inspect(&pkt);
	return pkt;
}

/* The states come first in the enum, in the order of the list. */
static inline const char *state_name(enum nf_csum_counter state)
{
#define STATE_NAME(id, name) __stringify(name),
	static const char *const names[] = { NF_CSUM_STATES(STATE_NAME) };
#undef STATE_NAME

	return state < ARRAY_SIZE(names) ? names[state] : "no state at all";
}

#define EXPECT_STATE(test, pkt, expected, name) \
	KUNIT_EXPECT_STREQ_MSG(test, state_name((pkt)->state), \
			       state_name(expected), "%s", name)

#endif /* NF_CSUM_KUNIT_INSPECTED_H */
