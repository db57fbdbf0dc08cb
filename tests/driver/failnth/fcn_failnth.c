// SPDX-License-Identifier: GPL-2.0
/*
 * Failures on demand for kernels without fault injection, such as Debian's: the n-th allocation of a
 * thread, or of the kernel's workers, returns NULL.  Probes at the entries of the allocators do it:
 * where the count is reached, the function returns at once.
 *
 * /proc/fcn_fail_nth, for the superuser:
 *   write "N WHO START END": WHO 0: this thread, 1: workers; allocations count whose callers' addresses
 *     touch that range (0 0: all).  N of 0: no more.
 *   write "except NAME": what this function of the kernel allocates, directly or through others, does
 *     not count; without a NAME: nothing is left out any more.
 *   read: what is left to count; 0: one has failed, and lines with its callers, the innermost first,
 *     follow.
 */

#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define DEPTH 32
#define REJECTS 8

struct code {
	unsigned long start, end;
};

struct request {
	unsigned int nth, workers;
	struct code require;
};

static struct request request;
static struct code reject[REJECTS];
static unsigned int rejects;
static struct task_struct *armed;	/* NULL and !request.workers: nobody */
static atomic_t left;

/* Who asked for the allocation that failed. */
static unsigned long failed[DEPTH];
static unsigned int failed_depth;

/* Where the flags are among a function's arguments; what another kernel calls the function. */
static struct point {
	struct kprobe probe;
	int flags;
	const char *otherwise;
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
#ifdef FCN_KVMALLOC_FLAGS
	/* Where it does not call another of these. */
	{ { .symbol_name = "__kvmalloc_node_noprof" }, FCN_KVMALLOC_FLAGS },
#endif
	{ { .symbol_name = "__alloc_frozen_pages_noprof" }, 0, "__alloc_pages_noprof" },
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

static bool touches(unsigned long addr, const struct code *range)
{
	return addr >= range->start && addr < range->end;
}
NOKPROBE_SYMBOL(touches);

static bool counts(const unsigned long *entries, unsigned int n)
{
	bool found = !request.require.end;

	for (unsigned int i = 0; i < n; i++) {
		for (unsigned int j = 0; j < rejects; j++)
			if (touches(entries[i], &reject[j]))
				return false;
		if (touches(entries[i], &request.require))
			found = true;
	}
	return found;
}
NOKPROBE_SYMBOL(counts);

static int entered(struct kprobe *probe, struct pt_regs *regs)
{
	const struct point *point = container_of(probe, struct point, probe);
	unsigned long flags = regs_get_kernel_argument(regs, point->flags);
	unsigned long entries[DEPTH];
	unsigned int n;

	if (!atomic_read(&left) || !concerned() || flags & __GFP_NOFAIL)
		return 0;
	n = stack_trace_save(entries, DEPTH, 0);
	if (!counts(entries, n) || atomic_dec_if_positive(&left))
		return 0;
	memcpy(failed, entries, sizeof(failed));
	failed_depth = n;
	instruction_pointer_set(regs, (unsigned long)nothing);
	return 1;
}
NOKPROBE_SYMBOL(entered);

/* Where a function is: a probe finds its beginning, its symbol's text has the size. */
static int find(const char *name, struct code *code)
{
	struct kprobe probe = { .symbol_name = name };
	char text[KSYM_SYMBOL_LEN];
	unsigned long size;
	int ret;

	ret = register_kprobe(&probe);
	if (ret)
		return ret;
	code->start = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
	sprint_symbol(text, code->start);
	if (!strrchr(text, '/') || sscanf(strrchr(text, '/'), "/%li", &size) != 1)
		return -ENOENT;
	code->end = code->start + size;
	return 0;
}

static int except(const char *name)
{
	int ret;

	if (!*name) {
		rejects = 0;
		return 0;
	}
	if (rejects == REJECTS)
		return -ENOSPC;
	ret = find(name, &reject[rejects]);
	if (!ret)
		rejects++;
	return ret;
}

static ssize_t write(struct file *file, const char __user *user, size_t n, loff_t *pos)
{
	struct request new = { .nth = 0 };
	char text[160] = "";
	int ret;

	if (n >= sizeof(text) || copy_from_user(text, user, n))
		return -EINVAL;
	atomic_set(&left, 0);
	if (!strncmp(text, "except", 6)) {
		ret = except(strim(text + 6));
		return ret ? ret : n;
	}
	if (sscanf(text, "%u %u %li %li", &new.nth, &new.workers, &new.require.start,
		   &new.require.end) != 4)
		return -EINVAL;
	failed_depth = 0;
	request = new;
	WRITE_ONCE(armed, current);
	/* Those who find a count find the request. */
	smp_wmb();
	atomic_set(&left, new.nth);
	return n;
}

static ssize_t read(struct file *file, char __user *user, size_t n, loff_t *pos)
{
	static char text[DEPTH * 80];
	int len = scnprintf(text, sizeof(text), "%d\n", atomic_read(&left));

	for (unsigned int i = 0; i < failed_depth; i++)
		len += scnprintf(text + len, sizeof(text) - len, "%ps\n", (void *)failed[i]);
	return simple_read_from_buffer(user, n, pos, text, len);
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
		struct kprobe *probe = &points[i].probe;
		int ret;

		probe->pre_handler = entered;
		ret = register_kprobe(probe);
		if (ret == -ENOENT && points[i].otherwise) {
			probe->symbol_name = points[i].otherwise;
			ret = register_kprobe(probe);
		}
		if (ret) {
			pr_err("fcn_failnth: no probe at %s\n", probe->symbol_name);
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
