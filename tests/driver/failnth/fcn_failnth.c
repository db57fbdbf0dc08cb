// SPDX-License-Identifier: GPL-2.0
/*
 * Failures on demand for kernels without fault injection, such as Debian's: the n-th allocation of a
 * thread, or of the kernel's workers, returns NULL.  Probes at the entries of the allocators do it:
 * where the count is reached, the function returns at once.
 *
 * /proc/fcn_fail_nth, for the superuser:
 *   write "N WHO REQUIRE-START REQUIRE-END REJECT-START REJECT-END": WHO 0: this thread, 1: workers;
 *     allocations count whose callers' addresses touch the first range (0 0: all) and not the second.
 *     N of 0: no more.
 *   read: what is left to count; 0: one has failed.
 */

#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define DEPTH 32

struct request {
	unsigned int nth, workers;
	unsigned long require_start, require_end, reject_start, reject_end;
};

static struct request request;
static struct task_struct *armed;	/* NULL and !request.workers: nobody */
static atomic_t left;

/* Where the flags are among a function's arguments. */
static struct point {
	struct kprobe probe;
	int flags;
} points[] = {
	{ { .symbol_name = "kmem_cache_alloc_noprof" }, 1 },
	{ { .symbol_name = "kmem_cache_alloc_lru_noprof" }, 2 },
	{ { .symbol_name = "kmem_cache_alloc_node_noprof" }, 1 },
	{ { .symbol_name = "__kmalloc_cache_noprof" }, 1 },
	{ { .symbol_name = "__kmalloc_cache_node_noprof" }, 1 },
	{ { .symbol_name = "__kmalloc_noprof" }, 1 },
#ifdef CONFIG_SLAB_BUCKETS
	{ { .symbol_name = "__kmalloc_node_noprof" }, 2 },
	{ { .symbol_name = "__kmalloc_node_track_caller_noprof" }, 2 },
#else
	{ { .symbol_name = "__kmalloc_node_noprof" }, 1 },
	{ { .symbol_name = "__kmalloc_node_track_caller_noprof" }, 1 },
#endif
	{ { .symbol_name = "__alloc_pages_noprof" }, 0 },
};

/* What a function returns that fails. */
static noinline void *nothing(void)
{
	return NULL;
}
NOKPROBE_SYMBOL(nothing);

static bool concerned(void)
{
	if (!in_task())
		return false;
	if (READ_ONCE(request.workers))
		return current->flags & PF_WQ_WORKER;
	return current == READ_ONCE(armed);
}
NOKPROBE_SYMBOL(concerned);

static bool counts(void)
{
	unsigned long entries[DEPTH];
	bool found = !request.require_end;
	unsigned int n;

	if (found && !request.reject_end)
		return true;
	n = stack_trace_save(entries, DEPTH, 0);
	for (unsigned int i = 0; i < n; i++) {
		if (entries[i] >= request.reject_start && entries[i] < request.reject_end)
			return false;
		if (entries[i] >= request.require_start && entries[i] < request.require_end)
			found = true;
	}
	return found;
}
NOKPROBE_SYMBOL(counts);

static int entered(struct kprobe *probe, struct pt_regs *regs)
{
	const struct point *point = container_of(probe, struct point, probe);
	unsigned long flags = regs_get_kernel_argument(regs, point->flags);

	if (!atomic_read(&left) || !concerned() || flags & __GFP_NOFAIL || !counts())
		return 0;
	if (atomic_dec_if_positive(&left))
		return 0;
	instruction_pointer_set(regs, (unsigned long)nothing);
	return 1;
}
NOKPROBE_SYMBOL(entered);

static ssize_t write(struct file *file, const char __user *user, size_t n, loff_t *pos)
{
	struct request new = { .nth = 0 };
	char text[160] = "";

	if (n >= sizeof(text) || copy_from_user(text, user, n))
		return -EINVAL;
	if (sscanf(text, "%u %u %li %li %li %li", &new.nth, &new.workers, &new.require_start,
		   &new.require_end, &new.reject_start, &new.reject_end) < 1)
		return -EINVAL;
	atomic_set(&left, 0);
	request = new;
	WRITE_ONCE(armed, current);
	/* Those who find a count find the request. */
	smp_wmb();
	atomic_set(&left, new.nth);
	return n;
}

static ssize_t read(struct file *file, char __user *user, size_t n, loff_t *pos)
{
	char text[16];

	return simple_read_from_buffer(user, n, pos, text,
				       snprintf(text, sizeof(text), "%d\n", atomic_read(&left)));
}

static const struct proc_ops ops = {
	.proc_read = read,
	.proc_write = write,
	.proc_lseek = default_llseek,
};

static void unprobe(int n)
{
	while (n--)
		unregister_kprobe(&points[n].probe);
}

static int __init init(void)
{
	for (int i = 0; i < ARRAY_SIZE(points); i++) {
		int ret;

		points[i].probe.pre_handler = entered;
		ret = register_kprobe(&points[i].probe);
		if (ret) {
			pr_err("fcn_failnth: no probe at %s\n", points[i].probe.symbol_name);
			unprobe(i);
			return ret;
		}
	}
	if (proc_create("fcn_fail_nth", 0600, NULL, &ops))
		return 0;
	unprobe(ARRAY_SIZE(points));
	return -ENOMEM;
}

static void __exit fini(void)
{
	remove_proc_entry("fcn_fail_nth", NULL);
	unprobe(ARRAY_SIZE(points));
}

module_init(init);
module_exit(fini);

MODULE_DESCRIPTION("Allocation failures on demand, by kprobes");
MODULE_LICENSE("GPL");
