// SPDX-License-Identifier: GPL-2.0
/*
 * A tracer. The event is not exported, so it is looked for among those of the
 * modules and of the kernel.
 */
#include <kunit/test.h>

#include <linux/bits.h>
#include <linux/notifier.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include <nf_csum/counters.h>

#include "traced.h"

#ifdef CONFIG_TRACEPOINTS

static struct tracepoint *event;
static unsigned int fired;

static void probe(void *data, const void *pkt, const char *state,
		  const void *hook_state, u32 done)
{
	fired++;
}

static void take(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "nf_csum_packet"))
		event = tp;
}

#ifdef CONFIG_MODULES

static int look_at_module(struct notifier_block *nb, unsigned long action,
			  void *data)
{
	const struct tp_module *module = data;
	int i;

	for (i = 0; i < module->mod->num_tracepoints; i++)
		take(tracepoint_ptr_deref(&module->mod->tracepoints_ptrs[i]), NULL);
	return NOTIFY_OK;
}

static void look_at_modules(void)
{
	static struct notifier_block modules = { .notifier_call = look_at_module };

	register_tracepoint_module_notifier(&modules);
	unregister_tracepoint_module_notifier(&modules);
}

#else

static void look_at_modules(void)
{
}

#endif

/* Begins to count; traced_stop() has to follow. */
void traced_start(struct kunit *test)
{
	event = NULL;
	fired = 0;
	for_each_kernel_tracepoint(take, NULL);
	look_at_modules();
	KUNIT_ASSERT_NOT_NULL(test, event);
	KUNIT_ASSERT_EQ(test, tracepoint_probe_register(event, probe, NULL), 0);
}

/* Ends it. */
void traced_stop(void)
{
	tracepoint_probe_unregister(event, probe, NULL);
	tracepoint_synchronize_unregister();
}

/* How often since it began. */
unsigned int traced_count(void)
{
	return fired;
}

/* Whether it fires: for what is not ordinary, and for whatever was done. */
bool traced_wanted(u32 deeds)
{
	return deeds & ~(BIT(NF_CSUM_OK) | BIT(NF_CSUM_NO_CHECKSUM) |
			 BIT(NF_CSUM_GSO));
}

#else

/* Without events nothing is traced, nor wanted. */
void traced_start(struct kunit *test)
{
}

void traced_stop(void)
{
}

unsigned int traced_count(void)
{
	return 0;
}

bool traced_wanted(u32 deeds)
{
	return false;
}

#endif
