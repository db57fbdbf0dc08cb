// SPDX-License-Identifier: GPL-2.0
/*
 * A 32-bit caller on a 64-bit kernel: the same structures, the same answers.  The calls go through
 * the kernel's 32-bit entry (int 0x80), which a 64-bit process may use, so no 32-bit compiler or
 * library is needed.  Pointers must lie below 4 GiB for that.
 */
#include "fcn_fixture.h"

FIXTURE(compat) {
	int fd;
	uint8_t *low;		/* memory below 4 GiB */
};

#if defined(__x86_64__)

#define NR_IOCTL_32 54

static int ioctl32(int fd, unsigned long request, void *arg)
{
	long ret;

	do
		asm volatile("int $0x80" : "=a"(ret)
			     : "a"(NR_IOCTL_32), "b"(fd), "c"((uint32_t)request),
			       "d"((uint32_t)(uintptr_t)arg)
			     : "memory", "r8", "r9", "r10", "r11");
	while ((int)ret == -EINTR);
	return (int)ret;
}

static void *low_memory(void)
{
	return mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
		    -1, 0);
}

/* A kernel without 32-bit entry kills the caller; a child finds out. */
static bool has_entry(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(ioctl32(-1, DRM_IOCTL_VERSION, NULL) == -EBADF ? 0 : 1);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

#elif defined(__i386__) || defined(__arm__)

static int ioctl32(int fd, unsigned long request, void *arg)
{
	return fcn_ioctl(fd, request, arg);
}

static void *low_memory(void)
{
	return mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static bool has_entry(void)
{
	return true;
}

#else

static int ioctl32(int fd, unsigned long request, void *arg)
{
	return -ENOSYS;
}

static void *low_memory(void)
{
	return MAP_FAILED;
}

static bool has_entry(void)
{
	return false;
}

#endif

FIXTURE_SETUP(compat)
{
	if (!has_entry())
		SKIP(return, "this kernel has no 32-bit entry that a test can use");
	self->fd = fcn_open();
	ASSERT_LE(0, self->fd);
	self->low = low_memory();
	ASSERT_NE(MAP_FAILED, self->low);
}

FIXTURE_TEARDOWN(compat)
{
	if (self->fd > 0)
		close(self->fd);
}

TEST_F(compat, parameter)
{
	struct drm_fcn_accel_get_param *get = (void *)self->low;
	uint64_t want;

	get->param = DRM_FCN_ACCEL_PARAM_VA_END;
	ASSERT_EQ(0, fcn_param(self->fd, get->param, &want));
	ASSERT_EQ(0, ioctl32(self->fd, DRM_IOCTL_FCN_ACCEL_GET_PARAM, get));
	EXPECT_EQ(want, get->value);
	get->pad = 1;
	EXPECT_EQ(-EINVAL, ioctl32(self->fd, DRM_IOCTL_FCN_ACCEL_GET_PARAM, get));
}

/* Everything that a job needs. */
TEST_F(compat, job)
{
	struct {
		struct drm_fcn_accel_bo_create create[3];
		struct drm_fcn_accel_bo_info info;
		struct drm_fcn_accel_bo_ref ref[2];
		struct drm_syncobj_create sync;
		struct drm_fcn_accel_sync out;
		struct drm_fcn_accel_job job;
		struct drm_fcn_accel_submit submit;
		struct drm_fcn_accel_bo_cpu_prep prep;
		struct drm_fcn_accel_bo_cpu_fini fini;
		struct drm_fcn_accel_fault_query fault;
	} *a = (void *)self->low;
	struct fcn_job stream = { .n_cmd = 0 };
	uint64_t va[3];
	uint8_t *map[3];

	for (int i = 0; i < 3; i++) {
		a->create[i].size = 4096;
		ASSERT_EQ(0, ioctl32(self->fd, DRM_IOCTL_FCN_ACCEL_BO_CREATE, &a->create[i]));
		a->info.handle = a->create[i].handle;
		ASSERT_EQ(0, ioctl32(self->fd, DRM_IOCTL_FCN_ACCEL_BO_INFO, &a->info));
		EXPECT_EQ(4096, a->info.size);
		va[i] = a->info.va;
		map[i] = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd,
			      (off_t)a->info.mmap_offset);
		ASSERT_NE(MAP_FAILED, map[i]);
	}
	ASSERT_EQ(0, ioctl32(self->fd, DRM_IOCTL_SYNCOBJ_CREATE, &a->sync));
	stream.cmd.map = map[2];
	fcn_fill(map[0], 4096, 31);
	fcn_add_copy(&stream, va[0], va[1], 4096);
	a->ref[0] = (struct drm_fcn_accel_bo_ref){ a->create[0].handle, FCN_R };
	a->ref[1] = (struct drm_fcn_accel_bo_ref){ a->create[1].handle, FCN_W };
	a->out.handle = a->sync.handle;
	a->job = (struct drm_fcn_accel_job){
		.bos = (uintptr_t)a->ref, .bo_count = 2,
		.out_syncs = (uintptr_t)&a->out, .out_sync_count = 1,
		.cmd_handle = a->create[2].handle, .cmd_count = 2,
	};
	a->submit = (struct drm_fcn_accel_submit){
		.jobs = (uintptr_t)&a->job, .job_count = 1, .job_size = sizeof(a->job),
	};
	a->fini = (struct drm_fcn_accel_bo_cpu_fini){ a->create[0].handle, FCN_W };
	ASSERT_EQ(0, ioctl32(self->fd, DRM_IOCTL_FCN_ACCEL_BO_CPU_FINI, &a->fini));
	a->fini.handle = a->create[2].handle;
	ASSERT_EQ(0, ioctl32(self->fd, DRM_IOCTL_FCN_ACCEL_BO_CPU_FINI, &a->fini));
	ASSERT_EQ(0, ioctl32(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &a->submit));
	a->prep = (struct drm_fcn_accel_bo_cpu_prep){ a->create[1].handle, FCN_R, INT64_MAX };
	ASSERT_EQ(0, ioctl32(self->fd, DRM_IOCTL_FCN_ACCEL_BO_CPU_PREP, &a->prep));
	EXPECT_TRUE(fcn_filled(map[1], 4096, 31));
	a->fini = (struct drm_fcn_accel_bo_cpu_fini){ a->create[1].handle, FCN_R };
	EXPECT_EQ(0, ioctl32(self->fd, DRM_IOCTL_FCN_ACCEL_BO_CPU_FINI, &a->fini));
	EXPECT_EQ(-ENOENT, ioctl32(self->fd, DRM_IOCTL_FCN_ACCEL_FAULT_QUERY, &a->fault));

	/* A pointer has 64 bits in the structure: its upper half is not forgotten. */
	a->job.bos |= UINT64_C(1) << 40;
	EXPECT_EQ(-EFAULT, ioctl32(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &a->submit));
}

/* As get_param.c has it: this entry has a table of its own. */
TEST_F(compat, master)
{
	memset(self->low, 0, 64);
	EXPECT_EQ(-EOPNOTSUPP, ioctl32(self->fd, DRM_IOWR(1, uint32_t[2]), self->low));
	EXPECT_EQ(-EOPNOTSUPP, ioctl32(self->fd, DRM_IOCTL_GET_MAGIC, self->low));
}

FCN_MAIN
