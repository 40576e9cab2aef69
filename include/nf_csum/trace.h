/* SPDX-License-Identifier: GPL-2.0 */
/* The trace event nf_csum:nf_csum_packet: a packet that was not simply all right. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM nf_csum

#if !defined(NF_CSUM_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define NF_CSUM_TRACE_H

#include <linux/in6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/tracepoint.h>

#include <nf_csum/counters.h>
#include <nf_csum/iface.h>
#include <nf_csum/packet.h>

#define NF_CSUM_TRACE_ACTIONS	64

void nf_csum_trace_actions(char *buf, u32 done);
void nf_csum_trace_addresses(const struct nf_csum_packet *pkt,
			     struct sockaddr_in6 *src,
			     struct sockaddr_in6 *dst);
u32 nf_csum_trace_found(const struct nf_csum_packet *pkt);
u32 nf_csum_trace_expected(const struct nf_csum_packet *pkt);

/*
 * Names are copied, and not translated in the format, so that every tool shows them.
 * They are padded, so that bpftrace sees equal names as equal. The event fires after
 * the repair, but ip_summed is what inspect found.
 */
TRACE_EVENT(nf_csum_packet,
	TP_PROTO(const struct nf_csum_packet *pkt, const char *state,
		 const struct nf_hook_state *hook_state, u32 done),

	TP_ARGS(pkt, state, hook_state, done),

	TP_STRUCT__entry(
		__field(u8, hook)
		__field(u8, family)
		__field(u8, protocol)
		__field(u8, ip_summed)
		__field(int, ifindex)
		__array(char, ifname, IFNAMSIZ)
		__array(u8, saddr, sizeof(struct sockaddr_in6))
		__array(u8, daddr, sizeof(struct sockaddr_in6))
		__array(char, state, 20)
		__array(char, actions, NF_CSUM_TRACE_ACTIONS)
		__field(u32, found)
		__field(u32, expected)
		__field(u32, gso_type)
	),

	TP_fast_assign(
		const struct net_device *dev = nf_csum_dev(hook_state);

		/* A device has its hooks counted from 0, too. */
		__entry->hook = hook_state->pf == NFPROTO_NETDEV ?
				NF_INET_INGRESS : hook_state->hook;
		__entry->family = pkt->family;
		__entry->protocol = pkt->proto;
		__entry->ip_summed = pkt->ip_summed;
		__entry->ifindex = dev ? dev->ifindex : 0;
		strscpy_pad(__entry->ifname, dev ? dev->name : "", IFNAMSIZ);
		nf_csum_trace_addresses(pkt, (void *)__entry->saddr,
					(void *)__entry->daddr);
		strscpy_pad(__entry->state, state, sizeof(__entry->state));
		nf_csum_trace_actions(__entry->actions, done);
		__entry->found = nf_csum_trace_found(pkt);
		__entry->expected = nf_csum_trace_expected(pkt);
		__entry->gso_type = skb_is_gso(pkt->skb) ?
				    skb_shinfo(pkt->skb)->gso_type : 0;
	),

	TP_printk("hook=%s family=%s protocol=%u ifindex=%d ifname=%s src=%pISpc dst=%pISpc state=%s actions=%s found=0x%04x expected=0x%04x ip_summed=%s gso_type=0x%x",
		  __print_symbolic(__entry->hook, { 0, "prerouting" },
				   { 1, "local_in" }, { 2, "forward" },
				   { 4, "postrouting" }, { 5, "ingress" }),
		  __entry->family == 2 ? "ipv4" : "ipv6", __entry->protocol,
		  __entry->ifindex, __entry->ifname, __entry->saddr,
		  __entry->daddr, __entry->state, __entry->actions,
		  __entry->found, __entry->expected,
		  __print_symbolic(__entry->ip_summed, { 0, "none" },
				   { 1, "unnecessary" }, { 2, "complete" },
				   { 3, "partial" }),
		  __entry->gso_type)
);

#endif /* NF_CSUM_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH nf_csum
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
