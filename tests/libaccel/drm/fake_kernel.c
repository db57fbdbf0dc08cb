/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fake_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/sync_file.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "drm/fcn_accel.h"
#include "drm/fcn_accel_regs.h"

enum { HANDLES = 512, JOBS = 512, FDS = 1024, BO_BYTES = 1 << 16 };

int __real_open(const char *path, int flags, ...);
int __real_access(const char *path, int mode);
int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_access(const char *path, int mode);
int __wrap_ioctl(int fd, unsigned long request, ...);

struct fake_kernel fake;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	bool used, import;
	ino_t inode;			/* of an import */
	uint64_t size;
} bo[HANDLES];
static struct {
	int job;			/* -1: none */
	bool used;
} syncobj[HANDLES];
static struct {
	uint64_t user_data;
	bool ended;
	int error;
	char *record;			/* in the mapping of the device */
} job[JOBS];
static int jobs;
static int sync_fd_job[FDS];		/* of sync files: job + 1 */
static int device_fd = -1;

bool fake_reset(void)
{
	bool clean = !fake.handles && !fake.syncobjs;

	memset(&fake, 0, sizeof(fake));
	memset(bo, 0, sizeof(bo));
	memset(syncobj, 0, sizeof(syncobj));
	memset(sync_fd_job, 0, sizeof(sync_fd_job));
	jobs = 0;
	fake.node[0] = (struct fake_node){ true, 0, "fcn_accel", FCN_ACCEL_UAPI_MAJOR };
	fake.core_version = 1u << FCN_VERSION_MAJOR_SHIFT;
	fake.coherent = true;
	fake.cause = UINT32_MAX;
	fake.max_jobs = JOBS;
	return clean;
}

static const struct fake_node *find_node(const char *path, int *number)
{
	unsigned n;

	if (sscanf(path, "/dev/accel/accel%u", &n) != 1)
		return NULL;
	*number = (int)n;
	return n < FAKE_NODES ? &fake.node[n] : NULL;
}

static int node_of_fd[FDS];

int __wrap_open(const char *path, int flags, ...)
{
	const struct fake_node *node;
	int number, fd;

	if (strncmp(path, "/dev/accel/", 11)) {
		va_list ap;
		int mode;

		va_start(ap, flags);
		mode = va_arg(ap, int);
		va_end(ap);
		return __real_open(path, flags, mode);
	}
	node = find_node(path, &number);
	if (!node || !node->exists || node->open_errno) {
		errno = node && node->exists ? node->open_errno : ENOENT;
		return -1;
	}
	fd = memfd_create("device", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)HANDLES * BO_BYTES))
		return -1;
	device_fd = fd;
	node_of_fd[fd] = number;
	return fd;
}

int __wrap_access(const char *path, int mode)
{
	const struct fake_node *node;
	int number;

	if (strncmp(path, "/dev/accel/", 11))
		return __real_access(path, mode);
	node = find_node(path, &number);
	return node && node->exists ? 0 : -1;
}

int fake_dmabuf(unsigned bytes)
{
	int fd = memfd_create("dmabuf", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	return fd >= 0 && !ftruncate(fd, bytes) ? fd : -1;
}

static void end_job(int i)
{
	job[i].ended = true;
	job[i].error = fake.end;
	if (fake.end ? fake.old_record : !fake.no_record) {
		uint64_t r[16] = { (uint64_t)1 << 32, 1234 };

		memcpy(job[i].record, r, sizeof(r));
	}
	munmap((void *)((uintptr_t)job[i].record & ~(uintptr_t)4095), 4096);
}

void fake_release(void)
{
	pthread_mutex_lock(&lock);
	for (int i = 0; i < jobs; i++)
		if (!job[i].ended) {
			end_job(i);
			break;
		}
	pthread_mutex_unlock(&lock);
}

static int get_version(int fd, struct drm_version *v)
{
	const struct fake_node *node = &fake.node[node_of_fd[fd]];
	size_t n = strlen(node->driver);

	if (v->name && v->name_len >= n)
		memcpy(v->name, node->driver, n);
	v->name_len = n;
	if (v->date && v->date_len && v->desc && v->desc_len)
		*v->date = *v->desc = '0';
	v->date_len = v->desc_len = 1;
	v->version_major = node->major;
	return 0;
}

static int get_param(struct drm_fcn_accel_get_param *p)
{
	static const uint64_t values[] = {
		[DRM_FCN_ACCEL_PARAM_CONFIG0] = 0x101010,
		[DRM_FCN_ACCEL_PARAM_CONFIG1] = 17 | 16 << 5 | 16 << 10 | 13 << 15 | 9 << 20,
		[DRM_FCN_ACCEL_PARAM_CONFIG2] = 8,
		[DRM_FCN_ACCEL_PARAM_VA_START] = 4096,
		[DRM_FCN_ACCEL_PARAM_VA_END] = 1ull << 33,	/* more than the core has */
		[DRM_FCN_ACCEL_PARAM_CLOCK_HZ] = 100000000,
	};

	p->value = p->param < sizeof(values) / sizeof(values[0]) ? values[p->param] : 0;
	if (p->param == DRM_FCN_ACCEL_PARAM_CORE_VERSION)
		p->value = fake.core_version;
	if (p->param == DRM_FCN_ACCEL_PARAM_COHERENT)
		p->value = fake.coherent;
	return 0;
}

static int new_handle(uint64_t size)
{
	int h = 1;

	while (bo[h].used)
		h++;
	bo[h].used = true;
	bo[h].import = false;
	bo[h].size = (size + 4095) & ~4095ull;
	fake.handles++;
	return h;
}

static bool is_handle(uint32_t h)
{
	return h && h < HANDLES && bo[h].used;
}

static int bo_create(struct drm_fcn_accel_bo_create *c)
{
	c->handle = (uint32_t)new_handle(c->size);
	c->size = bo[c->handle].size;
	return 0;
}

static int bo_info(struct drm_fcn_accel_bo_info *info)
{
	if (!is_handle(info->handle))
		return -ENOENT;
	info->va = (uint64_t)info->handle * BO_BYTES;
	info->size = bo[info->handle].size;
	info->mmap_offset = bo[info->handle].import ? 0 : (uint64_t)info->handle * BO_BYTES;
	return 0;
}

static int gem_close(struct drm_gem_close *c)
{
	if (!is_handle(c->handle))
		return -EINVAL;
	bo[c->handle].used = false;
	fake.handles--;
	return 0;
}

/* The same dma-buf is the same handle, as in the kernel. */
static int import(struct drm_prime_handle *p)
{
	struct stat st;

	if (fstat(p->fd, &st) || !S_ISREG(st.st_mode) || !st.st_size)
		return -EINVAL;
	for (uint32_t h = 1; h < HANDLES; h++)
		if (bo[h].used && bo[h].import && bo[h].inode == st.st_ino) {
			p->handle = h;
			return 0;
		}
	p->handle = (uint32_t)new_handle((uint64_t)st.st_size);
	bo[p->handle].import = true;
	bo[p->handle].inode = st.st_ino;
	return 0;
}

static int running(void)
{
	int n = 0;

	for (int i = 0; i < jobs; i++)
		n += !job[i].ended;
	return n;
}

static int submit(struct drm_fcn_accel_submit *s)
{
	const struct drm_fcn_accel_job *j = (const void *)(uintptr_t)s->jobs;
	const struct drm_fcn_accel_sync *out = (const void *)(uintptr_t)j->out_syncs;
	const struct drm_fcn_accel_bo_ref *ref = (const void *)(uintptr_t)j->bos;
	void *map;

	fake.submits++;
	if (running() >= fake.max_jobs || jobs == JOBS)
		return -ENOSPC;
	for (uint32_t i = 0; i < j->bo_count; i++)
		if (!is_handle(ref[i].handle))
			return -ENOENT;
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, device_fd,
		   (off_t)j->perf_handle * BO_BYTES);
	job[jobs].user_data = j->user_data;
	job[jobs].ended = false;
	job[jobs].record = (char *)map + j->perf_offset;
	if (!fake.hold)
		end_job(jobs);
	syncobj[out->handle].job = jobs++;
	return 0;
}

static int fault_query(struct drm_fcn_accel_fault_query *q)
{
	uint64_t count = (fake.cause == UINT32_MAX ? 0 : 1) + fake.other_faults;
	uint64_t index = q->index ? q->index : count;

	if (!count || index > count || index + FAKE_FAULTS <= count)
		return -ENOENT;
	q->index = index;
	q->count = count;
	q->user_data = UINT64_MAX;
	q->cause = FCN_CAUSE_ILLEGAL;
	if (index == 1 && fake.cause != UINT32_MAX) {
		q->user_data = job[jobs - 1].user_data;
		q->cause = fake.cause;
		q->addr = fake.addr;
		q->cmd = fake.cmd;
	}
	return 0;
}

static int syncobj_create(struct drm_syncobj_create *c)
{
	uint32_t h = 1;

	while (syncobj[h].used)
		h++;
	syncobj[h].used = true;
	syncobj[h].job = -1;
	c->handle = h;
	fake.syncobjs++;
	return 0;
}

static int syncobj_destroy(struct drm_syncobj_destroy *d)
{
	syncobj[d->handle].used = false;
	fake.syncobjs--;
	return 0;
}

static int syncobj_wait(struct drm_syncobj_wait *w)
{
	uint32_t h = *(const uint32_t *)(uintptr_t)w->handles;
	int i = syncobj[h].job;

	if (i < 0)
		return -EINVAL;
	if (w->timeout_nsec == INT64_MAX && fake.on_wait) {
		void (*call)(void) = fake.on_wait;

		fake.on_wait = NULL;
		pthread_mutex_unlock(&lock);
		call();
		pthread_mutex_lock(&lock);
	}
	while (!job[i].ended) {
		struct timespec ms = { 0, 1000000 }, now;

		clock_gettime(CLOCK_MONOTONIC, &now);
		if (fake.lost)
			return -ENODEV;
		if (w->timeout_nsec <= now.tv_sec * 1000000000ll + now.tv_nsec)
			return -ETIME;
		/* A real one waits for ever, too; here the wait itself lets the job end. */
		if (w->timeout_nsec == INT64_MAX)
			end_job(i);
		pthread_mutex_unlock(&lock);
		nanosleep(&ms, NULL);
		pthread_mutex_lock(&lock);
	}
	return 0;
}

static int sync_export(struct drm_syncobj_handle *e)
{
	if (syncobj[e->handle].job < 0)
		return -EINVAL;
	e->fd = memfd_create("fence", MFD_CLOEXEC);
	if (e->fd < 0 || e->fd >= FDS)
		return -EMFILE;
	sync_fd_job[e->fd] = syncobj[e->handle].job + 1;
	return 0;
}

static int sync_info(int fd, struct sync_file_info *info)
{
	int i = sync_fd_job[fd] - 1;

	if (i < 0)
		return -ENOTTY;
	info->status = job[i].ended ? job[i].error ? job[i].error : 1 : 0;
	return 0;
}

static int export(struct drm_prime_handle *p)
{
	if (!is_handle(p->handle))
		return -ENOENT;
	p->fd = fcntl(device_fd, F_DUPFD_CLOEXEC, 0);
	return 0;
}

static int call(int fd, unsigned long request, void *arg)
{
	switch (request) {
	case DRM_IOCTL_VERSION:
		return get_version(fd, arg);
	case DRM_IOCTL_FCN_ACCEL_GET_PARAM:
		return get_param(arg);
	case DRM_IOCTL_FCN_ACCEL_BO_CREATE:
		return bo_create(arg);
	case DRM_IOCTL_FCN_ACCEL_BO_INFO:
		return bo_info(arg);
	case DRM_IOCTL_FCN_ACCEL_BO_CPU_PREP:
		fake.prep++;
		return 0;
	case DRM_IOCTL_FCN_ACCEL_BO_CPU_FINI:
		fake.fini++;
		return 0;
	case DRM_IOCTL_FCN_ACCEL_SUBMIT:
		return submit(arg);
	case DRM_IOCTL_FCN_ACCEL_FAULT_QUERY:
		return fault_query(arg);
	case DRM_IOCTL_GEM_CLOSE:
		return gem_close(arg);
	case DRM_IOCTL_PRIME_HANDLE_TO_FD:
		return export(arg);
	case DRM_IOCTL_PRIME_FD_TO_HANDLE:
		return import(arg);
	case DRM_IOCTL_SYNCOBJ_CREATE:
		return syncobj_create(arg);
	case DRM_IOCTL_SYNCOBJ_DESTROY:
		return syncobj_destroy(arg);
	case DRM_IOCTL_SYNCOBJ_WAIT:
		return syncobj_wait(arg);
	case DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD:
		return sync_export(arg);
	default:
		return -ENOTTY;
	}
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;
	int err;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	pthread_mutex_lock(&lock);
	if (request == DMA_BUF_IOCTL_SYNC) {
		const struct dma_buf_sync *s = arg;

		fake.sync_end += !!(s->flags & DMA_BUF_SYNC_END);
		fake.sync_start += !(s->flags & DMA_BUF_SYNC_END);
		err = 0;
	} else if (fake.fail_times && _IOC_NR(request) == fake.fail_nr && !fake.lost) {
		fake.fail_times--;
		err = -fake.fail_errno;
	} else if (request == SYNC_IOC_FILE_INFO) {
		err = sync_info(fd, arg);
	} else if (fake.lost) {
		err = -ENODEV;
	} else {
		err = call(fd, request, arg);
	}
	pthread_mutex_unlock(&lock);
	if (err)
		errno = -err;
	return err ? -1 : 0;
}
