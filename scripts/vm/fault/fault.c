// SPDX-License-Identifier: GPL-2.0
/*
 * Fault injection for stock kernels, which have none: calls of a function that come
 * from a module fail. For tests; x86-64 only.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/string.h>

static char *function = "skb_ensure_writable";
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "which calls fail");

static char *caller = "nf_csum";
module_param(caller, charp, 0444);
MODULE_PARM_DESC(caller, "of which module they are");

static long result = -ENOMEM;
module_param(result, long, 0444);
MODULE_PARM_DESC(result, "what they return; 0 for a pointer");

static unsigned int skip;
module_param(skip, uint, 0444);
MODULE_PARM_DESC(skip, "so many calls go well before");

static unsigned int calls;
module_param(calls, uint, 0444);
MODULE_PARM_DESC(calls, "so many there were");

static unsigned int times = UINT_MAX;
module_param(times, uint, 0444);
MODULE_PARM_DESC(times, "so many fail");

static long fails(void)
{
	return result;
}

static int before(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned long from = *(unsigned long *)kernel_stack_pointer(regs);
	char name[KSYM_SYMBOL_LEN], of[MODULE_NAME_LEN + 2];
	unsigned int call;

	snprintf(name, sizeof(name), "%pB", (void *)from);
	snprintf(of, sizeof(of), "[%s", caller);
	if (!strstr(name, of))
		return 0;
	call = calls++;
	if (call < skip || call - skip >= times)
		return 0;
	instruction_pointer_set(regs, (unsigned long)fails);
	return 1;
}

/* A probe that has one is not optimized to a jump, which would go on with the call. */
static void after(struct kprobe *probe, struct pt_regs *regs,
		  unsigned long flags)
{
}

static struct kprobe probe = {
	.pre_handler	= before,
	.post_handler	= after,
};

static int __init fault_init(void)
{
	probe.symbol_name = function;
	return register_kprobe(&probe);
}

static void __exit fault_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(fault_init);
module_exit(fault_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Fault injection for stock kernels");
