// SPDX-License-Identifier: Apache-2.0
#include "dma.h"
#include "proto.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* Index of the first range that ends behind iova. */
static size_t find(const struct vf_dma *dma, uint64_t iova)
{
	size_t lo = 0, hi = dma->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (dma->range[mid].iova + (dma->range[mid].size - 1) < iova)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int make_room(struct vf_dma *dma)
{
	struct vf_dma_range *more;
	size_t room = dma->room ? dma->room * 2 : 32;

	if (dma->n >= VF_MAX_MAPS)
		return -ENOSPC;
	if (dma->n < dma->room)
		return 0;
	more = realloc(dma->range, room * sizeof(*more));
	if (!more)
		return -ENOMEM;
	dma->range = more;
	dma->room = room;
	return 0;
}

static int map_file(struct vf_dma_range *r, int fd, uint64_t offset)
{
	int prot = (r->flags & VF_MAP_READ ? PROT_READ : 0) | (r->flags & VF_MAP_WRITE ? PROT_WRITE : 0);
	uint64_t page = VF_PAGE;
	struct statfs fs;
	struct stat st;
	void *mem;

	/*
	 * Memory alone has seals.  Any other file may belong to a server of the client's (FUSE), which could let each question
	 * and each page fault wait, with the lock held; asking for seals asks no file system.
	 */
	if (fcntl(fd, F_GET_SEALS) < 0)
		return -ENODEV;
	if (fstat(fd, &st) || fstatfs(fd, &fs))
		return -errno;
	/* Of huge pages, mmap() takes the whole last one; munmap() of what was asked for would fail, and leave it. */
	if (fs.f_type == HUGETLBFS_MAGIC)
		page = (uint64_t)fs.f_bsize;
	if (!S_ISREG(st.st_mode) || offset % page || r->size % page || offset > (uint64_t)st.st_size ||
	    r->size > (uint64_t)st.st_size - offset)
		return -EINVAL;
	mem = mmap(NULL, r->size, prot, MAP_SHARED, fd, (off_t)offset);
	if (mem == MAP_FAILED)
		return -errno;
	r->mem = mem;
	return 0;
}

int vf_dma_map(struct vf_dma *dma, uint64_t iova, uint64_t size, uint32_t flags, int fd, uint64_t offset)
{
	struct vf_dma_range r = { .iova = iova, .size = size, .flags = flags };
	size_t at;
	int err;

	if (!size || iova % VF_PAGE || size % VF_PAGE || iova + (size - 1) < iova ||
	    flags & ~(VF_MAP_READ | VF_MAP_WRITE))
		return -EINVAL;
	at = find(dma, iova);
	if (at < dma->n && dma->range[at].iova <= iova + (size - 1))
		return -EEXIST;
	err = make_room(dma);
	if (!err && fd >= 0)
		err = map_file(&r, fd, offset);
	if (err)
		return err;
	memmove(dma->range + at + 1, dma->range + at, (dma->n - at) * sizeof(r));
	dma->range[at] = r;
	dma->n++;
	return 0;
}

static void unmap(const struct vf_dma_range *r)
{
	if (r->mem)
		munmap(r->mem, r->size);
}

static void drop(struct vf_dma *dma, size_t at)
{
	unmap(&dma->range[at]);
	dma->n--;
	memmove(dma->range + at, dma->range + at + 1, (dma->n - at) * sizeof(dma->range[0]));
}

int vf_dma_unmap(struct vf_dma *dma, uint64_t iova, uint64_t size)
{
	size_t at = find(dma, iova);

	if (at == dma->n || dma->range[at].iova != iova || dma->range[at].size != size)
		return -ENOENT;
	drop(dma, at);
	return 0;
}

void vf_dma_clear(struct vf_dma *dma)
{
	for (size_t i = 0; i < dma->n; i++)
		unmap(&dma->range[i]);
	free(dma->range);
	*dma = (struct vf_dma){ 0 };
}

int vf_dma_vanish(struct vf_dma *dma, uint64_t iova)
{
	size_t at = find(dma, iova);

	if (at == dma->n || dma->range[at].iova > iova)
		return 0;
	drop(dma, at);
	return 1;
}

/* Whether [iova, iova + n) lies in the range. */
static bool covers(const struct vf_dma_range *r, uint64_t iova, size_t n)
{
	return iova >= r->iova && iova - r->iova < r->size && n <= r->size - (iova - r->iova);
}

/* Where the bytes are, or an error. */
static int look_up(struct vf_dma *dma, uint64_t iova, size_t n, uint32_t need, uint8_t **mem)
{
	struct vf_dma_range *r;

	if (dma->last >= dma->n || !covers(&dma->range[dma->last], iova, n))
		dma->last = find(dma, iova);
	if (dma->last == dma->n)
		return -EFAULT;
	r = &dma->range[dma->last];
	if (!covers(r, iova, n) || !r->mem)
		return -EFAULT;
	if (!(r->flags & need))
		return -EACCES;
	*mem = r->mem + (iova - r->iova);
	return 0;
}

/*
 * A file that shrinks under its mapping raises SIGBUS at the next access.  The jump leads back into the copy; no lock is
 * taken and no memory allocated in between.
 */
static _Thread_local sigjmp_buf guard;
static _Thread_local volatile sig_atomic_t guarded;

static void on_sigbus(int sig)
{
	if (guarded)
		siglongjmp(guard, 1);
	signal(sig, SIG_DFL);
	raise(sig);
}

int vf_dma_guard_install(void)
{
	/* The handler does not return, so the signal must not stay blocked. */
	struct sigaction sa = { .sa_handler = on_sigbus, .sa_flags = SA_NODEFER };

	return sigaction(SIGBUS, &sa, NULL) ? -errno : 0;
}

int vf_dma_read(struct vf_dma *dma, uint64_t iova, void *buf, size_t n)
{
	uint8_t *mem;
	int err = look_up(dma, iova, n, VF_MAP_READ, &mem);

	if (err)
		return err;
	if (sigsetjmp(guard, 0)) {
		guarded = 0;
		return -EFAULT;
	}
	guarded = 1;
	atomic_signal_fence(memory_order_seq_cst);
	memcpy(buf, mem, n);
	atomic_signal_fence(memory_order_seq_cst);
	guarded = 0;
	return 0;
}

static void store_first_word_last(uint8_t *mem, const uint8_t *from, size_t n)
{
	uint32_t word;

	if ((uintptr_t)mem % sizeof(word) || n < sizeof(word)) {
		memcpy(mem, from, n);
		return;
	}
	memcpy(mem + sizeof(word), from + sizeof(word), n - sizeof(word));
	memcpy(&word, from, sizeof(word));
	__atomic_store_n((uint32_t *)(void *)mem, word, __ATOMIC_RELEASE);
}

int vf_dma_write(struct vf_dma *dma, uint64_t iova, const void *buf, size_t n)
{
	uint8_t *mem;
	int err = look_up(dma, iova, n, VF_MAP_WRITE, &mem);

	if (err)
		return err;
	if (sigsetjmp(guard, 0)) {
		guarded = 0;
		return -EFAULT;
	}
	guarded = 1;
	atomic_signal_fence(memory_order_seq_cst);
	store_first_word_last(mem, buf, n);
	atomic_signal_fence(memory_order_seq_cst);
	guarded = 0;
	return 0;
}
