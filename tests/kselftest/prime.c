// SPDX-License-Identifier: GPL-2.0
/* dma-bufs: out, in, and through other drivers (udmabuf, vgem). */
#include "fcn_fixture.h"

#include <linux/dma-buf.h>
#include <linux/udmabuf.h>
#include <poll.h>
#include <sys/ioctl.h>

FCN_DEVICE_FIXTURE

/* From user space's libdrm headers, which do not have vgem's. */
struct vgem_create {
	uint32_t height, width, bpp, flags, handle, pitch;
	uint64_t size;
};

static int copy(int fd, uint64_t from, uint64_t to, uint32_t bytes, const struct fcn_bo *used)
{
	struct fcn_job job;
	int err = fcn_job_init(fd, &job, 64);

	if (err)
		return err;
	fcn_use(&job, used, FCN_RW);
	for (uint32_t at = 0; at < bytes; at += 4096)
		fcn_add_copy(&job, from + at, to + at, 4096);
	err = fcn_run(fd, &job);
	fcn_job_exit(fd, &job);
	return err;
}

static int cpu(int dmabuf, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_RW | flags };

	return fcn_ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync);
}

TEST_F(device, export_and_map)
{
	struct fcn_bo bo;
	uint8_t *map;
	int dmabuf;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 8192, 0, &bo));
	fcn_fill(bo.map, 8192, 1);
	dmabuf = fcn_export(self->fd, bo.handle);
	ASSERT_LE(0, dmabuf);
	EXPECT_EQ(8192, lseek(dmabuf, 0, SEEK_END));
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);
	ASSERT_NE(MAP_FAILED, map);
	ASSERT_EQ(0, cpu(dmabuf, DMA_BUF_SYNC_START));
	EXPECT_TRUE(fcn_filled(map, 8192, 1));
	fcn_fill(map, 8192, 2);
	ASSERT_EQ(0, cpu(dmabuf, DMA_BUF_SYNC_END));
	EXPECT_TRUE(fcn_filled(bo.map, 8192, 2));
	/* It outlives the handle. */
	fcn_bo_close(self->fd, &bo);
	EXPECT_TRUE(fcn_filled(map, 8192, 2));
	close(dmabuf);
	EXPECT_TRUE(fcn_filled(map, 8192, 2));
}

TEST_F(device, own_export_is_the_same_object)
{
	struct fcn_bo bo;
	uint32_t handle;
	int dmabuf;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &bo));
	dmabuf = fcn_export(self->fd, bo.handle);
	ASSERT_LE(0, dmabuf);
	ASSERT_EQ(0, fcn_import(self->fd, dmabuf, &handle));
	EXPECT_EQ(bo.handle, handle);
	close(dmabuf);
}

TEST_F(device, between_two_files)
{
	int other = fcn_open(), dmabuf;
	struct fcn_bo bo, theirs, to;
	uint32_t handle;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, fcn_bo_create(self->fd, 8192, 0, &bo));
	fcn_fill(bo.map, 8192, 3);
	dmabuf = fcn_export(self->fd, bo.handle);
	ASSERT_LE(0, dmabuf);
	ASSERT_EQ(0, fcn_import(other, dmabuf, &handle));
	close(dmabuf);
	ASSERT_EQ(0, fcn_bo_info(other, handle, &theirs));
	EXPECT_EQ(8192, theirs.size);
	ASSERT_EQ(0, fcn_bo_create(other, 8192, 0, &to));
	ASSERT_EQ(0, copy(other, theirs.va, to.va, 8192, &theirs));
	EXPECT_TRUE(fcn_filled(to.map, 8192, 3));
	/* It is the other's as long as it has a handle. */
	fcn_bo_close(self->fd, &bo);
	ASSERT_EQ(0, copy(other, to.va, theirs.va, 8192, &theirs));
	EXPECT_EQ(0, fcn_bo_close(other, &theirs));
	EXPECT_EQ(-EFAULT, copy(other, theirs.va, to.va, 8192, &to));
	close(other);
}

TEST_F(device, bad_descriptors)
{
	int null = open("/dev/null", O_RDWR);
	uint32_t handle;
	struct drm_prime_handle bad = { .handle = 1, .flags = ~(DRM_CLOEXEC | DRM_RDWR) };

	EXPECT_GT(0, fcn_import(self->fd, -1, &handle));
	EXPECT_GT(0, fcn_import(self->fd, null, &handle));
	EXPECT_GT(0, fcn_import(self->fd, self->fd, &handle));
	EXPECT_GT(0, fcn_export(self->fd, 999));
	EXPECT_GT(0, fcn_ioctl(self->fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &bad));
	close(null);
}

/* The dma-buf outlives the file, with what a job wrote into it. */
TEST_F(device, outlives_the_file)
{
	int other = fcn_open(), dmabuf;
	struct fcn_bo bo;
	uint8_t *map;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, fcn_bo_create(other, 8192, 0, &bo));
	fcn_fill(bo.map, 4096, 4);
	ASSERT_EQ(0, copy(other, bo.va, bo.va + 4096, 4096, &bo));
	dmabuf = fcn_export(other, bo.handle);
	ASSERT_LE(0, dmabuf);
	fcn_bo_unmap(&bo);
	close(other);
	map = mmap(NULL, 8192, PROT_READ, MAP_SHARED, dmabuf, 0);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_TRUE(fcn_filled(map + 4096, 4096, 4));
	close(dmabuf);
}

/* The job writes into memory that was made for somebody else: a memfd. */
TEST_F(device, udmabuf)
{
	struct udmabuf_create create = { .flags = UDMABUF_FLAGS_CLOEXEC, .size = 16384 };
	int dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), dmabuf;
	struct fcn_bo bo, from;
	uint32_t handle;
	uint8_t *map;

	if (dev < 0)
		SKIP(return, "no /dev/udmabuf");
	create.memfd = (uint32_t)memfd_create("fcn", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	ASSERT_EQ(0, ftruncate((int)create.memfd, 16384));
	ASSERT_EQ(0, fcntl((int)create.memfd, F_ADD_SEALS, F_SEAL_SHRINK));
	map = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, (int)create.memfd, 0);
	ASSERT_NE(MAP_FAILED, map);
	dmabuf = ioctl(dev, UDMABUF_CREATE, &create);
	ASSERT_LE(0, dmabuf);

	ASSERT_EQ(0, fcn_import(self->fd, dmabuf, &handle));
	ASSERT_EQ(0, fcn_bo_info(self->fd, handle, &bo));
	EXPECT_EQ(16384, bo.size);
	EXPECT_EQ(0, bo.mmap_offset);
	ASSERT_EQ(0, fcn_bo_create(self->fd, 16384, 0, &from));
	fcn_fill(from.map, 16384, 5);
	ASSERT_EQ(0, copy(self->fd, from.va, bo.va, 16384, &bo));
	ASSERT_EQ(0, cpu(dmabuf, DMA_BUF_SYNC_START));
	EXPECT_TRUE(fcn_filled(map, 16384, 5));
	fcn_fill(map, 16384, 6);
	ASSERT_EQ(0, cpu(dmabuf, DMA_BUF_SYNC_END));
	ASSERT_EQ(0, copy(self->fd, bo.va, from.va, 16384, &bo));
	EXPECT_TRUE(fcn_filled(from.map, 16384, 6));
	/* Preparing an import goes through its exporter. */
	EXPECT_EQ(0, fcn_prep(self->fd, handle, FCN_RW, fcn_now() + FCN_SEC));
	EXPECT_EQ(0, fcn_fini(self->fd, handle, FCN_RW));
	EXPECT_EQ(0, fcn_bo_close(self->fd, &bo));
	EXPECT_EQ(-EFAULT, copy(self->fd, from.va, bo.va, 16384, &from));
	close(dmabuf);
	close(dev);
}

/* Two imports of one dma-buf are one handle, and one address. */
TEST_F(device, imported_twice)
{
	struct udmabuf_create create = { .flags = UDMABUF_FLAGS_CLOEXEC, .size = 4096 };
	int dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), dmabuf;
	uint32_t a, b;

	if (dev < 0)
		SKIP(return, "no /dev/udmabuf");
	create.memfd = (uint32_t)memfd_create("fcn", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	ASSERT_EQ(0, ftruncate((int)create.memfd, 4096));
	ASSERT_EQ(0, fcntl((int)create.memfd, F_ADD_SEALS, F_SEAL_SHRINK));
	dmabuf = ioctl(dev, UDMABUF_CREATE, &create);
	ASSERT_LE(0, dmabuf);
	ASSERT_EQ(0, fcn_import(self->fd, dmabuf, &a));
	ASSERT_EQ(0, fcn_import(self->fd, dmabuf, &b));
	EXPECT_EQ(a, b);
	close(dmabuf);
	close(dev);
}

static void *map_vgem(int fd, uint32_t handle, size_t size)
{
	struct drm_mode_map_dumb dumb = { .handle = handle };

	if (fcn_ioctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &dumb))
		return MAP_FAILED;
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)dumb.offset);
}

static int dmabuf_sync(int dmabuf, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags };

	return fcn_ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync);
}

/* Whoever maps our dma-buf says so when it begins and ends; and a beginning waits for the core. */
TEST_F(device, mapped_dmabuf)
{
	struct fcn_bo bo;
	struct fcn_job job;
	struct drm_fcn_accel_job kernel;
	uint8_t *map;
	int dmabuf;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 8192, 0, &bo));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 4));
	dmabuf = fcn_export(self->fd, bo.handle);
	ASSERT_LE(0, dmabuf);
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);
	ASSERT_NE(MAP_FAILED, map);
	fcn_use(&job, &bo, FCN_RW);
	fcn_add_spin(&job, 50000);
	fcn_add_copy(&job, bo.va, bo.va + 4096, 4096);
	ASSERT_EQ(0, fcn_fini(self->fd, job.cmd.handle, FCN_W));
	kernel = (struct drm_fcn_accel_job){
		.bos = (uintptr_t)job.ref,
		.bo_count = 1,
		.cmd_handle = job.cmd.handle,
		.cmd_count = job.n_cmd,
	};
	for (unsigned i = 1; i < 4; i++) {
		ASSERT_EQ(0, dmabuf_sync(dmabuf, DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW));
		EXPECT_TRUE(i == 1 || fcn_filled(map + 4096, 4096, i - 1));
		fcn_fill(map, 4096, i);
		ASSERT_EQ(0, dmabuf_sync(dmabuf, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW));
		ASSERT_EQ(0, fcn_submit(self->fd, &kernel, 1, 0));
		ASSERT_EQ(0, dmabuf_sync(dmabuf, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ));
		EXPECT_TRUE(fcn_filled(map + 4096, 4096, i));
		ASSERT_EQ(0, dmabuf_sync(dmabuf, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ));
	}

	/* Who only writes, and not everything, leaves the rest as the core has written it. */
	ASSERT_EQ(0, dmabuf_sync(dmabuf, DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW));
	fcn_fill(map, 4096, 9);
	ASSERT_EQ(0, dmabuf_sync(dmabuf, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW));
	ASSERT_EQ(0, fcn_submit(self->fd, &kernel, 1, 0));
	ASSERT_EQ(0, dmabuf_sync(dmabuf, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE));
	map[0] = 0;
	ASSERT_EQ(0, dmabuf_sync(dmabuf, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE));
	ASSERT_EQ(0, dmabuf_sync(dmabuf, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ));
	EXPECT_TRUE(fcn_filled(map + 4096, 4096, 9));
	ASSERT_EQ(0, dmabuf_sync(dmabuf, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ));
	munmap(map, 8192);
	close(dmabuf);
}

/* vgem's memory in our core. */
TEST_F(device, vgem_exports)
{
	struct drm_mode_create_dumb dumb = { .width = 1024, .height = 4, .bpp = 32 };
	int vgem = fcn_vgem_open(), dmabuf;
	struct fcn_bo bo, from;
	uint32_t handle;
	uint8_t *map;

	if (vgem < 0)
		SKIP(return, "no vgem device");
	ASSERT_EQ(0, fcn_ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb));
	map = map_vgem(vgem, dumb.handle, 16384);
	ASSERT_NE(MAP_FAILED, map);
	dmabuf = fcn_export(vgem, dumb.handle);
	ASSERT_LE(0, dmabuf);
	ASSERT_EQ(0, fcn_import(self->fd, dmabuf, &handle));
	ASSERT_EQ(0, fcn_bo_info(self->fd, handle, &bo));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 16384, 0, &from));
	fcn_fill(from.map, 16384, 7);
	ASSERT_EQ(0, copy(self->fd, from.va, bo.va, 16384, &bo));
	EXPECT_TRUE(fcn_filled(map, 16384, 7));
	fcn_fill(map, 16384, 8);
	ASSERT_EQ(0, copy(self->fd, bo.va, from.va, 16384, &bo));
	EXPECT_TRUE(fcn_filled(from.map, 16384, 8));
	close(dmabuf);
	close(vgem);
}

/* Our memory in vgem. */
TEST_F(device, vgem_imports)
{
	int vgem = fcn_vgem_open(), dmabuf;
	struct fcn_bo bo;
	uint32_t handle;
	uint8_t *map;

	if (vgem < 0)
		SKIP(return, "no vgem device");
	ASSERT_EQ(0, fcn_bo_create(self->fd, 8192, 0, &bo));
	dmabuf = fcn_export(self->fd, bo.handle);
	ASSERT_LE(0, dmabuf);
	ASSERT_EQ(0, fcn_import(vgem, dmabuf, &handle));
	map = map_vgem(vgem, handle, 8192);
	if (map == MAP_FAILED)
		map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);
	ASSERT_NE(MAP_FAILED, map);
	fcn_fill(map, 4096, 9);
	ASSERT_EQ(0, copy(self->fd, bo.va, bo.va + 4096, 4096, &bo));
	EXPECT_TRUE(fcn_filled(map + 4096, 4096, 9));
	close(dmabuf);
	close(vgem);
}

/* vgem's fence on a shared buffer holds our job, and ours holds vgem's reader. */
TEST_F(device, vgem_fence)
{
	int vgem = fcn_vgem_open();
	struct fcn_vgem_fence fence;
	struct fcn_bo bo;
	struct fcn_job job;
	uint32_t handle;
	bool late;

	if (vgem < 0)
		SKIP(return, "no vgem device");
	ASSERT_EQ(0, fcn_vgem_attach(vgem, &fence));
	ASSERT_EQ(0, fcn_import(self->fd, fence.dmabuf, &handle));
	ASSERT_EQ(0, fcn_bo_info(self->fd, handle, &bo));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 2));
	fcn_use(&job, &bo, FCN_RW);
	fcn_add_copy(&job, bo.va, bo.va + 2048, 2048);
	ASSERT_EQ(0, fcn_start(self->fd, &job));
	EXPECT_EQ(-ETIME, fcn_syncobj_wait(self->fd, job.out, fcn_now() + FCN_SEC / 10));
	ASSERT_EQ(0, fcn_vgem_signal(&fence));
	EXPECT_EQ(0, fcn_finish(self->fd, &job, 20, &late));
	close(vgem);
}

FCN_MAIN
