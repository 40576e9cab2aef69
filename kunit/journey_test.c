// SPDX-License-Identifier: GPL-2.0
/*
 * Packets made up at random on their way through a host: PREROUTING, DNAT,
 * POSTROUTING, source NAT, and what comes behind it, with the knobs at random, too.
 * What has to hold for each step is said by a receiver of the tests' own, and a
 * device that finishes what is pending; neither knows what the module thinks.
 */
#include <kunit/test.h>

#include <linux/bitops.h>
#include <linux/if_vlan.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <net/checksum.h>

#include <nf_csum/netns.h>
#include <nf_csum/packet.h>
#include <nf_csum/path.h>
#include <nf_csum/policy.h>

#include "forge.h"
#include "hooked.h"
#include "inspected.h"
#include "oracle.h"
#include "receiver.h"
#include "skb_builder.h"
#include "traced.h"

#define STATES		(BIT(NF_CSUM_MALFORMED + 1) - 1)
#define CHANGES		(BIT(NF_CSUM_FINISHED) | BIT(NF_CSUM_RESEEDED) | \
			 BIT(NF_CSUM_REARMED) | BIT(NF_CSUM_FILLED) | \
			 BIT(NF_CSUM_OUTER_REFRESHED) | BIT(NF_CSUM_UNVOUCHED))

/* A packet at one moment. */
struct moment {
	struct packet_meta meta;
	bool gso;
	bool lied;		/* the device that it came from, of its sum */
	bool pending;		/* a device has something to finish */
	unsigned int pending_at;
	bool inner;		/* and it is not the outermost checksum */
	struct reading raw;	/* as the bytes are */
	struct reading wire;	/* as they will be sent */
	u8 bytes[PACKET_MAX];
	u8 sent[PACKET_MAX];
};

struct journey {
	struct kunit *test;
	struct forger forger;
	struct host host;
	struct packet p;
	struct variant v;
	unsigned int number;
	u32 deeds;		/* at the last hook */
	/* What happened on the way. */
	bool came_in;		/* it is not the host's own */
	bool vouched;		/* by the module */
	bool broken;		/* NAT made the outer checksum of a tunnel wrong */
	bool lucky;		/* or made it right by chance */
	bool seen_inner;	/* the module said that it is a tunnel's */
	struct moment before;
	struct moment after;
	struct moment again;
	/* How often each thing was seen, of all packets. */
	unsigned int counted[NF_CSUM_COUNTERS];
	unsigned int dropped;
	unsigned int mended;
};

#define JOURNEY_EXPECT(j, condition) \
	KUNIT_EXPECT_TRUE_MSG((j)->test, condition, \
			      "packet %u, %s, deeds %x, summed %u, proto %u, knobs %u %u %u %u", \
			      (j)->number, (j)->v.name, (j)->deeds, \
			      (j)->before.meta.ip_summed, (j)->before.raw.proto, \
			      (j)->host.nfc.knobs.mode, (j)->host.nfc.knobs.finish, \
			      (j)->host.nfc.knobs.trust, (j)->host.nfc.knobs.verify)

/* BIG TCP does not say how long it is: the receiver sees segments that do. */
static void put_gso_len(u8 *bytes, unsigned int len, u8 family)
{
	u8 *at = bytes + (family == NFPROTO_IPV6 ? 4 : 2);

	if (len < 40 || at[0] || at[1])
		return;
	if (family == NFPROTO_IPV6)
		len -= 40;
	at[0] = len >> 8;
	at[1] = len;
}

static void look(const struct journey *j, struct moment *m)
{
	const struct sk_buff *skb = j->p.skb;

	packet_read_meta(skb, &m->meta);
	/* Beside CHECKSUM_PARTIAL it means nothing, so the module keeps notes there. */
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		m->meta.csum_valid = 0;
	/* A header that was made writable may have come into the linear part. */
	m->meta.data_len = 0;
	m->meta.nr_frags = 0;
	m->meta.gso_type &= ~SKB_GSO_DODGY;
	m->gso = m->meta.gso_size;
	skb_copy_bits(skb, 0, m->bytes, skb->len);
	memcpy(m->sent, m->bytes, skb->len);
	m->pending = receiver_finish(skb, m->sent, &m->pending_at);
	if (m->gso)
		put_gso_len(m->sent, skb->len, j->p.family);
	receiver_read(&m->raw, m->gso ? m->sent : m->bytes, skb->len,
		      j->p.family);
	receiver_read(&m->wire, m->sent, skb->len, j->p.family);
	m->lied = skb->ip_summed == CHECKSUM_COMPLETE &&
		  oracle_sum(m->bytes, skb->len) !=
		  ntohs((__force __be16)~csum_fold(skb->csum));
	m->inner = m->pending && m->raw.size &&
		   skb_checksum_start_offset(skb) != m->raw.thoff;
}

/* Are @a and @b the same but for @size bytes at @field? */
static bool same_but(const u8 *a, const u8 *b, unsigned int len,
		     unsigned int field, unsigned int size)
{
	if (!size)
		return !memcmp(a, b, len);
	return !memcmp(a, b, field) &&
	       !memcmp(a + field + size, b + field + size, len - field - size);
}

static bool same_moment(const struct moment *a, const struct moment *b)
{
	return !memcmp(&a->meta, &b->meta, sizeof(a->meta)) &&
	       !memcmp(a->bytes, b->bytes, a->meta.len);
}

static bool outermost_is_pending(const struct moment *m)
{
	return m->pending && m->raw.size && m->pending_at == m->raw.field &&
	       !m->inner;
}

/* Is it the kind that a process on this host writes to, or did it vouch? */
static bool is_trusted(const struct journey *j)
{
	u8 trust = j->host.nfc.knobs.trust;

	if (trust != NF_CSUM_SCOPE_AUTO)
		return trust == NF_CSUM_SCOPE_ALL;
	if (j->came_in && j->host.in_iface.flags & NF_CSUM_IFACE_TRUST)
		return true;
	return j->before.meta.ip_summed == CHECKSUM_UNNECESSARY && !j->vouched;
}

/* Is what is pending to be finished for the device of that hook? */
static bool is_covered(const struct journey *j, u8 hook)
{
	unsigned long flags = hook == NF_INET_PRE_ROUTING ?
		j->host.in_iface.flags : j->host.out_iface.flags;

	if (j->host.nfc.knobs.mode != NF_CSUM_MODE_REPAIR ||
	    flags & NF_CSUM_IFACE_LOOPBACK)
		return false;
	switch (j->host.nfc.knobs.finish) {
	case NF_CSUM_SCOPE_NONE:
		return false;
	case NF_CSUM_SCOPE_AUTO:
		return flags & NF_CSUM_IFACE_FINISH;
	default:
		return true;
	}
}

static bool is_exempt(const struct journey *j)
{
	return j->p.skb->mark & j->host.nfc.knobs.exempt_mark;
}

static bool is_zero_or_seed(const struct reading *r)
{
	return !r->found || (r->size == 2 && r->found == r->seed);
}

/* May the module make the wrong packet of @j->before right? */
static bool is_unfinished(const struct journey *j)
{
	const struct moment *m = &j->before;

	/* What NAT broke was right. */
	if (j->broken)
		return true;
	if (outermost_is_pending(m))
		return !m->raw.found || is_trusted(j) ||
		       m->raw.verdict == VERDICT_RIGHT;
	return !m->pending && is_zero_or_seed(&m->raw) && is_trusted(j);
}

static bool same_shape(const struct moment *a, const struct moment *b)
{
	return a->meta.len == b->meta.len &&
	       a->meta.gso_size == b->meta.gso_size &&
	       a->meta.gso_segs == b->meta.gso_segs &&
	       a->meta.gso_type == b->meta.gso_type &&
	       a->meta.network_offset == b->meta.network_offset &&
	       a->meta.transport_offset == b->meta.transport_offset &&
	       a->meta.mac_offset == b->meta.mac_offset &&
	       a->meta.protocol == b->meta.protocol;
}

static void check_gso(const struct journey *j)
{
	const struct moment *before = &j->before, *after = &j->after;
	const struct reading *r = &before->raw;

	JOURNEY_EXPECT(j, same_but(before->bytes, after->bytes,
				   before->meta.len, r->field, r->size));
	if (memcmp(before->bytes, after->bytes, before->meta.len))
		JOURNEY_EXPECT(j, after->meta.ip_summed == CHECKSUM_PARTIAL &&
			       after->raw.found == r->seed);
	if (j->deeds & BIT(NF_CSUM_REARMED)) {
		JOURNEY_EXPECT(j, before->meta.ip_summed != CHECKSUM_PARTIAL);
		JOURNEY_EXPECT(j, r->verdict == VERDICT_RIGHT ||
			       (is_zero_or_seed(r) && is_trusted(j)));
		JOURNEY_EXPECT(j, after->meta.ip_summed == CHECKSUM_PARTIAL &&
			       after->raw.found == r->seed);
		JOURNEY_EXPECT(j, skb_checksum_start_offset(j->p.skb) == r->thoff &&
			       r->thoff + j->p.skb->csum_offset == r->field);
	}
}

static void check_plain(const struct journey *j)
{
	const struct moment *before = &j->before, *after = &j->after;
	const struct reading *r = &before->raw;

	/* On the wire nothing is different but the outermost field. */
	JOURNEY_EXPECT(j, same_but(before->sent, after->sent, before->meta.len,
				   r->field, r->size));
	/* In memory what was pending, too. */
	if (memcmp(before->bytes, after->bytes, before->meta.len) &&
	    !before->pending)
		JOURNEY_EXPECT(j, same_but(before->bytes, after->bytes,
					   before->meta.len, r->field, r->size));
	switch (before->wire.verdict) {
	case VERDICT_RIGHT:
		JOURNEY_EXPECT(j, after->wire.verdict == VERDICT_RIGHT);
		break;
	case VERDICT_WRONG:
		if (!is_unfinished(j))
			JOURNEY_EXPECT(j, after->wire.verdict == VERDICT_WRONG);
		break;
	default:
		JOURNEY_EXPECT(j, after->wire.verdict == VERDICT_NONE);
	}
}

/* A seed of zero has two forms, and a device finishes from either. */
static bool is_other_zero(const struct reading *r)
{
	return (!r->found && r->seed == 0xffff) ||
	       (r->found == 0xffff && !r->seed);
}

/* What has to be seen and done, where nothing in the packet is unusual. */
static void check_promises(const struct journey *j, u8 hook)
{
	const struct moment *before = &j->before, *after = &j->after;
	bool repairs = j->host.nfc.knobs.mode == NF_CSUM_MODE_REPAIR;
	const struct reading *r = &before->raw;
	const bool crc = r->proto == IPPROTO_SCTP;

	if (before->gso || before->lied || !r->plain ||
	    (crc && packet_is_nested(&j->p)))
		return;
	if (before->meta.ip_summed != CHECKSUM_PARTIAL) {
		if (r->verdict == VERDICT_RIGHT)
			JOURNEY_EXPECT(j, j->deeds == BIT(NF_CSUM_OK));
		if (r->verdict == VERDICT_WRONG && is_zero_or_seed(r))
			JOURNEY_EXPECT(j, j->deeds & (BIT(NF_CSUM_ZEROED) | BIT(NF_CSUM_SEED)));
		if (r->verdict == VERDICT_WRONG && hook == NF_INET_PRE_ROUTING &&
		    before->meta.ip_summed == CHECKSUM_UNNECESSARY &&
		    !j->vouched && j->host.nfc.knobs.verify &&
		    !nf_csum_is_decrypted(j->p.skb))
			JOURNEY_EXPECT(j, !(j->deeds & BIT(NF_CSUM_OK)));
		if (repairs && r->verdict == VERDICT_WRONG &&
		    is_zero_or_seed(r) && is_trusted(j))
			JOURNEY_EXPECT(j, after->wire.verdict == VERDICT_RIGHT);
		return;
	}
	if (j->deeds & BIT(NF_CSUM_PARTIAL_INNER))
		JOURNEY_EXPECT(j, before->pending &&
			       after->pending == !is_covered(j, hook));
	if (!outermost_is_pending(before) || r->thoff + r->len != before->meta.len ||
	    before->meta.csum_not_inet != crc)
		return;
	if (repairs)
		JOURNEY_EXPECT(j, r->found || after->wire.verdict == VERDICT_RIGHT);
	if (after->wire.verdict != VERDICT_RIGHT)
		return;
	/* What was pending all right is finished where it leaves. */
	if (before->wire.verdict == VERDICT_RIGHT &&
	    hook == NF_INET_PRE_ROUTING && !is_other_zero(r))
		JOURNEY_EXPECT(j, same_moment(before, after));
	if (hook == NF_INET_POST_ROUTING && is_covered(j, hook))
		JOURNEY_EXPECT(j, after->meta.ip_summed == CHECKSUM_NONE &&
			       after->raw.verdict == VERDICT_RIGHT);
	if (!is_covered(j, hook))
		JOURNEY_EXPECT(j, after->meta.ip_summed == CHECKSUM_PARTIAL);
}

static void check_step(const struct journey *j, u8 hook)
{
	const struct moment *before = &j->before, *after = &j->after;

	JOURNEY_EXPECT(j, same_shape(before, after));
	if (is_exempt(j)) {
		JOURNEY_EXPECT(j, same_moment(before, after));
		return;
	}
	check_promises(j, hook);
	if (before->gso)
		check_gso(j);
	else
		check_plain(j);
	if (j->host.nfc.knobs.mode != NF_CSUM_MODE_REPAIR) {
		JOURNEY_EXPECT(j, same_moment(before, after));
		JOURNEY_EXPECT(j, !(j->deeds & ~STATES));
	}
	/* Whose voucher was the module's has to be checked by its receiver. */
	if (j->vouched && hook == NF_INET_POST_ROUTING)
		JOURNEY_EXPECT(j, after->meta.ip_summed == CHECKSUM_NONE &&
			       !after->meta.csum && !after->meta.csum_valid);
	if (!(j->deeds & CHANGES) && !(j->vouched && hook == NF_INET_POST_ROUTING))
		JOURNEY_EXPECT(j, same_moment(before, after));
	if (!(j->deeds & (CHANGES & ~BIT(NF_CSUM_UNVOUCHED))))
		JOURNEY_EXPECT(j, !memcmp(before->bytes, after->bytes,
					  before->meta.len));
	if (j->deeds & BIT(NF_CSUM_UNVOUCHED))
		JOURNEY_EXPECT(j, before->raw.verdict == VERDICT_WRONG &&
			       before->meta.ip_summed == CHECKSUM_UNNECESSARY &&
			       after->meta.ip_summed == CHECKSUM_NONE &&
			       !after->meta.csum && !after->meta.csum_valid &&
			       j->host.nfc.knobs.verify == NF_CSUM_VERIFY_UNVOUCH);
}

/* What holds wherever it is looked at. */
static void check_change(const struct journey *j)
{
	const struct moment *before = &j->before, *after = &j->after;

	JOURNEY_EXPECT(j, same_shape(before, after));
	if (before->gso)
		check_gso(j);
	else
		check_plain(j);
	if (!(j->deeds & CHANGES))
		JOURNEY_EXPECT(j, same_moment(before, after));
	if (j->host.nfc.knobs.mode != NF_CSUM_MODE_REPAIR || is_exempt(j))
		JOURNEY_EXPECT(j, same_moment(before, after));
}

/* At a bridge or at ingress only, where nothing is finished. */
static void check_frame(const struct journey *j, bool bridge)
{
	const struct moment *before = &j->before, *after = &j->after;
	const struct reading *r = &before->raw;
	bool pending = before->meta.ip_summed == CHECKSUM_PARTIAL;

	check_change(j);
	JOURNEY_EXPECT(j, !(j->deeds & BIT(NF_CSUM_FINISHED)));
	if (pending)
		JOURNEY_EXPECT(j, after->meta.ip_summed == CHECKSUM_PARTIAL);
	if (!bridge)
		JOURNEY_EXPECT(j, !(j->deeds & (STATES | BIT(NF_CSUM_UNVOUCHED))));
	if (pending || before->gso || !r->plain || is_exempt(j) ||
	    r->verdict != VERDICT_WRONG ||
	    (r->proto == IPPROTO_SCTP && packet_is_nested(&j->p)))
		return;
	if (is_zero_or_seed(r) && is_trusted(j) &&
	    j->host.nfc.knobs.mode == NF_CSUM_MODE_REPAIR)
		JOURNEY_EXPECT(j, after->raw.verdict == VERDICT_RIGHT);
	if (bridge && before->meta.ip_summed == CHECKSUM_UNNECESSARY &&
	    j->host.nfc.knobs.verify)
		JOURNEY_EXPECT(j, !(j->deeds & BIT(NF_CSUM_OK)));
}

/* May the module drop that packet? Only what is wrong, and only if that was asked for. */
static bool may_drop(const struct journey *j)
{
	const struct nf_csum_knobs *knobs = &j->host.nfc.knobs;

	return j->before.raw.verdict == VERDICT_WRONG &&
	       knobs->mode == NF_CSUM_MODE_REPAIR &&
	       (knobs->verify == NF_CSUM_VERIFY_DROP ||
		(j->before.gso && knobs->verify == NF_CSUM_VERIFY_UNVOUCH));
}

static unsigned int call(struct journey *j, u8 hook)
{
	const bool exempt = is_exempt(j);
	struct hooked_counts counts, more;
	unsigned int verdict, traced, i;

	traced = traced_count();
	hooked_count(&counts, &j->host, hook);
	verdict = hooked(&j->host, &j->p, hook) & NF_VERDICT_MASK;
	hooked_count(&more, &j->host, hook);
	j->deeds = 0;
	for (i = 0; i < NF_CSUM_COUNTERS; i++) {
		JOURNEY_EXPECT(j, more.of[i] - counts.of[i] < 2);
		if (more.of[i] == counts.of[i])
			continue;
		j->deeds |= BIT(i);
		j->counted[i]++;
	}
	JOURNEY_EXPECT(j, traced_count() == traced + traced_wanted(j->deeds));
	if (exempt)
		JOURNEY_EXPECT(j, j->deeds == BIT(NF_CSUM_EXEMPT));
	else
		JOURNEY_EXPECT(j, hweight32(j->deeds & STATES) == 1);
	return verdict;
}

/* One look; returns whether the packet goes on. */
static bool step(struct journey *j, u8 hook)
{
	unsigned int verdict;

	look(j, &j->before);
	verdict = call(j, hook);
	JOURNEY_EXPECT(j, (verdict != NF_ACCEPT) == !!(j->deeds & BIT(NF_CSUM_DROPPED)));
	if (verdict != NF_ACCEPT) {
		JOURNEY_EXPECT(j, may_drop(j));
		if (verdict == NF_STOLEN)
			j->p.skb = NULL;
		j->dropped++;
		return false;
	}
	look(j, &j->after);
	check_step(j, hook);
	/* A voucher for inner headers, too, is still the device's. */
	if (j->deeds & (BIT(NF_CSUM_FILLED) | BIT(NF_CSUM_FINISHED)))
		j->vouched = j->after.meta.ip_summed == CHECKSUM_UNNECESSARY &&
			     !j->after.meta.csum_level;
	if (j->deeds & BIT(NF_CSUM_PARTIAL_INNER))
		j->seen_inner = true;
	return true;
}

/* A second look at the same hook finds nothing to do. */
static bool step_twice(struct journey *j, u8 hook)
{
	bool was_inner;

	if (!step(j, hook))
		return false;
	was_inner = j->before.inner;
	if (hook == NF_INET_POST_ROUTING)
		j->vouched = false;
	if (forge_pick(&j->forger, 4))
		return true;
	memcpy(&j->again, &j->after, sizeof(j->again));
	if (!step(j, hook))
		return false;
	/* A tunnel's outer checksum can be judged only now. */
	if (!was_inner)
		JOURNEY_EXPECT(j, same_moment(&j->again, &j->after));
	return true;
}

static void nat_ipv4(struct packet *p, __sum16 *field, bool source, __be32 to)
{
	struct iphdr *iph = (struct iphdr *)p->skb->data;
	__be32 *at = source ? &iph->saddr : &iph->daddr;

	csum_replace4(&iph->check, *at, to);
	if (field)
		inet_proto_csum_replace4(field, p->skb, *at, to, true);
	*at = to;
}

static void nat_ipv6(struct packet *p, __sum16 *field, bool source, __be32 to)
{
	struct ipv6hdr *ip6h = (struct ipv6hdr *)p->skb->data;
	struct in6_addr *at = source ? &ip6h->saddr : &ip6h->daddr, addr = *at;

	addr.s6_addr32[2] = to;
	if (field)
		inet_proto_csum_replace16(field, p->skb, at->s6_addr32,
					  addr.s6_addr32, true);
	*at = addr;
}

/* Translates an address as the kernel does, which trusts ip_summed. */
static void nat(struct journey *j, bool source)
{
	struct sk_buff *skb = j->p.skb;
	struct moment *m = &j->before;
	__sum16 *field = NULL;
	__be32 to = htonl(prandom_u32_state(&j->forger.rnd));

	look(j, m);
	if (!m->raw.size ||
	    (m->raw.proto != IPPROTO_TCP && m->raw.proto != IPPROTO_UDP) ||
	    skb_ensure_writable(skb, m->raw.field + m->raw.size))
		return;
	field = (__sum16 *)(skb->data + m->raw.field);
	/* A datagram without a checksum stays without. */
	if (m->raw.proto == IPPROTO_UDP && !*field &&
	    skb->ip_summed != CHECKSUM_PARTIAL)
		field = NULL;
	if (j->p.family == NFPROTO_IPV4)
		nat_ipv4(&j->p, field, source, to);
	else
		nat_ipv6(&j->p, field, source, to);
	if (field && !*field && m->raw.proto == IPPROTO_UDP)
		*field = CSUM_MANGLED_0;
	look(j, &j->after);
	if (j->after.wire.verdict == VERDICT_RIGHT &&
	    m->wire.verdict != VERDICT_RIGHT && !j->broken)
		j->lucky = true;
	if (j->after.wire.verdict == VERDICT_WRONG &&
	    m->wire.verdict == VERDICT_RIGHT) {
		JOURNEY_EXPECT(j, skb->ip_summed == CHECKSUM_PARTIAL);
		j->broken = true;
	}
}

/* Behind source NAT, where only the outer checksum of a tunnel is seen to. */
static void step_after_snat(struct journey *j)
{
	const struct nf_hook_state state = {
		.hook = NF_INET_POST_ROUTING,
		.pf = j->p.family,
		.out = j->host.out,
	};
	struct moment *before = &j->before, *after = &j->after;
	unsigned int traced = traced_count();
	struct hooked_counts counts, more;
	u32 deeds;

	look(j, before);
	hooked_count(&counts, &j->host, NF_INET_POST_ROUTING);
	JOURNEY_EXPECT(j, nf_csum_after_snat(&j->host.nfc, j->p.skb, &state) == NF_ACCEPT);
	hooked_count(&more, &j->host, NF_INET_POST_ROUTING);
	look(j, after);
	deeds = hooked_deeds(&counts, &more);
	/* What is made right is counted, and nothing else. */
	JOURNEY_EXPECT(j, deeds == (before->wire.verdict == VERDICT_WRONG &&
				    after->wire.verdict == VERDICT_RIGHT ?
				    BIT(NF_CSUM_OUTER_REFRESHED) : 0));
	JOURNEY_EXPECT(j, traced_count() == traced + traced_wanted(deeds));
	JOURNEY_EXPECT(j, !memcmp(&before->meta, &after->meta, sizeof(after->meta)));
	JOURNEY_EXPECT(j, same_but(before->bytes, after->bytes, before->meta.len,
				   before->raw.field,
				   before->inner ? before->raw.size : 0));
	if (j->host.nfc.knobs.mode != NF_CSUM_MODE_REPAIR || is_exempt(j))
		JOURNEY_EXPECT(j, same_moment(before, after));
}

/* In repair mode NAT does not change what the outer checksum of a tunnel is. */
static void check_outer(struct journey *j, enum verdict was)
{
	const struct moment *m = &j->after;

	if (j->host.nfc.knobs.mode != NF_CSUM_MODE_REPAIR || is_exempt(j) || !m->inner || m->gso ||
	    !j->seen_inner || j->lucky)
		return;
	if ((skb_checksum_start_offset(j->p.skb) - m->raw.thoff) % 2)
		return;
	if (m->raw.proto != IPPROTO_UDP || was == VERDICT_NONE)
		return;
	JOURNEY_EXPECT(j, m->wire.verdict == was);
	j->mended += j->broken;
}

static void put_tag(struct sk_buff *skb)
{
	struct vlan_hdr *tag = skb_push(skb, VLAN_HLEN);

	tag->h_vlan_TCI = htons(7);
	tag->h_vlan_encapsulated_proto = skb->protocol;
	skb->protocol = htons(ETH_P_8021Q);
}

/*
 * As a frame, at a bridge or where a device receives. Perhaps nothing is linear, not
 * even a tag. Returns whether it goes on.
 */
static bool step_frame(struct journey *j, bool bridge)
{
	const struct nf_hook_state state = {
		.hook = bridge ? NF_BR_FORWARD : NF_NETDEV_INGRESS,
		.pf = bridge ? NFPROTO_BRIDGE : NFPROTO_NETDEV,
		.in = j->host.in,
		.out = bridge ? j->host.out : NULL,
	};
	struct sk_buff *skb = j->p.skb;
	__be16 protocol = skb->protocol;
	struct hooked_counts counts, more;
	const bool tagged = skb_headroom(skb) >= VLAN_HLEN &&
			    forge_pick(&j->forger, 2);
	const bool exempt = is_exempt(j);
	unsigned int verdict;

	look(j, &j->before);
	if (tagged)
		put_tag(skb);
	if (forge_pick(&j->forger, 2))
		packet_unpull(j->test, &j->p);
	hooked_count_in(&counts, &j->host, NF_CSUM_LINK);
	rcu_read_lock();
	verdict = bridge ? nf_csum_bridge_forward(&j->host.nfc, skb, &state) :
			   nf_csum_ingress(&j->host.nfc, skb, &state);
	rcu_read_unlock();
	hooked_count_in(&more, &j->host, NF_CSUM_LINK);
	j->deeds = hooked_deeds(&counts, &more);
	if (bridge)
		JOURNEY_EXPECT(j, exempt ? j->deeds == BIT(NF_CSUM_EXEMPT) :
					   hweight32(j->deeds & STATES) == 1);
	verdict &= NF_VERDICT_MASK;
	JOURNEY_EXPECT(j, (verdict != NF_ACCEPT) == !!(j->deeds & BIT(NF_CSUM_DROPPED)));
	if (verdict != NF_ACCEPT) {
		JOURNEY_EXPECT(j, bridge && may_drop(j));
		if (verdict == NF_STOLEN)
			j->p.skb = NULL;
		return false;
	}
	if (tagged) {
		JOURNEY_EXPECT(j, pskb_may_pull(skb, VLAN_HLEN) && skb->data[1] == 7);
		__skb_pull(skb, VLAN_HLEN);
		skb->protocol = protocol;
	}
	/* As IP does. */
	JOURNEY_EXPECT(j, pskb_may_pull(skb, min(skb->len, 60U)));
	look(j, &j->after);
	check_frame(j, bridge);
	return !bridge;
}

static void travel(struct journey *j)
{
	enum verdict was;

	/* What the host sends itself was not at PREROUTING. */
	j->came_in = j->v.hook == NF_INET_PRE_ROUTING;
	if (j->came_in) {
		j->p.skb->skb_iif = HOST_IN;
		if (!forge_pick(&j->forger, 4) &&
		    !step_frame(j, forge_pick(&j->forger, 2)))
			return;
		look(j, &j->before);
		was = j->before.wire.verdict;
		if (!step_twice(j, NF_INET_PRE_ROUTING))
			return;
		if (forge_pick(&j->forger, 2))
			nat(j, false);
	} else {
		/* Its notes are of nobody. */
		j->p.skb->csum_valid = 0;
		look(j, &j->before);
		was = j->before.wire.verdict;
	}
	/* It leaves through another device. */
	j->host.nfc.knobs.finish = forge_pick(&j->forger, 3);
	if (!step_twice(j, NF_INET_POST_ROUTING))
		return;
	if (forge_pick(&j->forger, 2))
		nat(j, true);
	step_after_snat(j);
	check_outer(j, was);
}

#define COUNTER_NAME(id, name) #name,
static const char *const counter_names[] = {
	NF_CSUM_STATES(COUNTER_NAME)
	NF_CSUM_ACTIONS(COUNTER_NAME)
};

/* All that can be seen and done was; what was not is not tested. */
static void expect_all_seen(struct kunit *test, const struct journey *j)
{
	unsigned int i;

	for (i = NF_CSUM_OK; i <= NF_CSUM_DROPPED; i++)
		KUNIT_EXPECT_GT_MSG(test, j->counted[i], 20U, "%s",
				    counter_names[i]);
	KUNIT_EXPECT_GT(test, j->dropped, 20U);
	KUNIT_EXPECT_GT(test, j->mended, 20U);
}

/* Of a device that is listed, or is not. */
static unsigned long any_flags(struct journey *j)
{
	unsigned long flags = 0;

	if (!forge_pick(&j->forger, 8))
		flags |= NF_CSUM_IFACE_LOOPBACK;
	if (forge_pick(&j->forger, 2))
		flags |= NF_CSUM_IFACE_FINISH;
	if (forge_pick(&j->forger, 2))
		flags |= NF_CSUM_IFACE_TRUST;
	return flags;
}

static void random_journeys(struct kunit *test)
{
	struct journey *j = kunit_kzalloc(test, sizeof(*j), GFP_KERNEL);
	unsigned int packets;

	KUNIT_ASSERT_NOT_NULL(test, j);
	j->test = test;
	host_init(test, &j->host);

	packets = forge_start(test, &j->forger, 30);
	traced_start(test);
	for (j->number = 0; j->number < packets; j->number++) {
		j->host.nfc.knobs.mode = forge_pick(&j->forger, 8) ?
			NF_CSUM_MODE_REPAIR : NF_CSUM_MODE_OBSERVE;
		j->host.nfc.knobs.finish = forge_pick(&j->forger, 3);
		j->host.nfc.knobs.trust = forge_pick(&j->forger, 3);
		j->host.nfc.knobs.verify = forge_pick(&j->forger, 4);
		j->host.nfc.knobs.exempt_mark = forge_pick(&j->forger, 4);
		j->host.in_iface.flags = any_flags(j);
		j->host.out_iface.flags = any_flags(j);
		j->vouched = false;
		j->broken = false;
		j->lucky = false;
		j->seen_inner = false;
		forge(test, &j->forger, &j->p, &j->v);
		if (!forge_pick(&j->forger, 8))
			j->p.skb->mark = forge_pick(&j->forger, 4);
		travel(j);
		if (j->p.clone)
			JOURNEY_EXPECT(j, packet_same_bytes(&j->p, j->p.clone));
		packet_free(&j->p);
	}
	traced_stop();
	host_free(test, &j->host);
	/* Chance may leave something out of few. */
	if (packets >= 100000)
		expect_all_seen(test, j);
}

static struct kunit_case journey_test_cases[] = {
	KUNIT_CASE(random_journeys),
	{}
};

static struct kunit_suite journey_suite = {
	.name = "nf_csum_journey",
	.test_cases = journey_test_cases,
};

kunit_test_suite(journey_suite);
