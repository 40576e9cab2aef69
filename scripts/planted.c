// SPDX-License-Identifier: GPL-2.0
/*
 * Faults on purpose, appended to a copy of module/main.c: insmod nf_csum.ko planted=FAULT makes one
 * of them. scripts/kunit -d and scripts/smp ask whether the kernel's checkers see it.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/timer.h>

static DEFINE_MUTEX(planted_one);
static DEFINE_MUTEX(planted_two);
static DEFINE_SPINLOCK(planted_spinlock);
static int __rcu *planted_pointer;
static int planted_shift = 40;
static int planted_counter;
static int planted_sum;
static bool planted_done;

static void plant_nothing(void *unused)
{
}

static void plant_count(void *unused)
{
	int i;

	for (i = 0; i < 1000000; i++) {
		planted_counter++;
		barrier();
	}
}

static void plant_read(void *unused)
{
	int i, *pointer;

	while (!READ_ONCE(planted_done)) {
		rcu_read_lock();
		pointer = rcu_dereference(planted_pointer);
		for (i = 0; i < 100; i++)
			cpu_relax();
		WRITE_ONCE(planted_sum, READ_ONCE(*pointer));
		rcu_read_unlock();
	}
}

/* While the other processor reads, what it reads goes without a grace period. */
static void plant_early_free(void)
{
	int *new, *old = kzalloc(sizeof(*new), GFP_KERNEL);
	int i;

	RCU_INIT_POINTER(planted_pointer, old);
	get_cpu();
	smp_call_function_single(!smp_processor_id(), plant_read, NULL, 0);
	for (i = 0; i < 2000; i++) {
		new = kzalloc(sizeof(*new), GFP_ATOMIC);
		rcu_assign_pointer(planted_pointer, new);
		kfree(old);
		old = new;
	}
	WRITE_ONCE(planted_done, true);
	/* Waits for the reader's end. */
	smp_call_function_single(!smp_processor_id(), plant_nothing, NULL, 1);
	put_cpu();
	kfree(old);
}

static void plant_timer(struct timer_list *unused)
{
	might_sleep();
}

static DEFINE_TIMER(planted_timer, plant_timer);

static int plant(const char *fault, const struct kernel_param *kp)
{
	volatile u8 *bytes;
	int i;

	if (!strcmp(fault, "use_after_free")) {
		bytes = kmalloc(100, GFP_KERNEL);
		kfree((void *)bytes);
		bytes[50]++;
	} else if (!strcmp(fault, "out_of_bounds")) {
		bytes = kmalloc(100, GFP_KERNEL);
		bytes[100]++;
		kfree((void *)bytes);
	} else if (!strcmp(fault, "shift")) {
		OPTIMIZER_HIDE_VAR(planted_shift);
		planted_shift = 1 << planted_shift;
	} else if (!strcmp(fault, "rcu")) {
		planted_shift += !rcu_dereference(planted_pointer);
	} else if (!strcmp(fault, "atomic_sleep")) {
		spin_lock(&planted_spinlock);
		might_sleep();
		spin_unlock(&planted_spinlock);
	} else if (!strcmp(fault, "softirq_sleep")) {
		mod_timer(&planted_timer, jiffies + 1);
		while (timer_pending(&planted_timer))
			cond_resched();
		del_timer_sync(&planted_timer);
	} else if (!strcmp(fault, "leak")) {
		for (i = 0; i < 10; i++)
			bytes = kmalloc(1000, GFP_KERNEL);
	} else if (!strcmp(fault, "lock_inversion")) {
		mutex_lock(&planted_one);
		mutex_lock(&planted_two);
		mutex_unlock(&planted_two);
		mutex_unlock(&planted_one);
		mutex_lock(&planted_two);
		mutex_lock(&planted_one);
		mutex_unlock(&planted_one);
		mutex_unlock(&planted_two);
	} else if (!strcmp(fault, "warn")) {
		WARN_ON_ONCE(1);
	} else if (!strcmp(fault, "early_free")) {
		plant_early_free();
	} else if (!strcmp(fault, "race")) {
		get_cpu();
		smp_call_function_single(!smp_processor_id(), plant_count, NULL, 0);
		plant_count(NULL);
		smp_call_function_single(!smp_processor_id(), plant_nothing, NULL, 1);
		put_cpu();
	}
	return 0;
}

static const struct kernel_param_ops planted_ops = { .set = plant };
module_param_cb(planted, &planted_ops, NULL, 0200);
