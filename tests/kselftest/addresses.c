// SPDX-License-Identifier: GPL-2.0
/*
 * What one file may have of addresses: they are used again, and there comes an end.  Each of the tests
 * maps a million pages.
 */
#include "fcn_fixture.h"

#include <linux/udmabuf.h>
#include <sys/ioctl.h>

FCN_DEVICE_FIXTURE

#define BIG (64u << 20)

/*
 * A dma-buf of BIG bytes that takes hardly any memory: the same 64 KiB again and again.  It fills
 * addresses much faster than buffer objects could.
 */
static int big_dmabuf(void)
{
	enum { PART = 65536, N = BIG / PART };
	struct udmabuf_create_list *list = calloc(1, sizeof(*list) + N * sizeof(list->list[0]));
	int dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), fd = -1;
	int memfd = memfd_create("fcn", MFD_ALLOW_SEALING | MFD_CLOEXEC);

	if (dev >= 0 && list && !ftruncate(memfd, PART) && !fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK)) {
		list->flags = UDMABUF_FLAGS_CLOEXEC;
		list->count = N;
		for (int i = 0; i < N; i++) {
			list->list[i].memfd = (uint32_t)memfd;
			list->list[i].size = PART;
		}
		fd = ioctl(dev, UDMABUF_CREATE_LIST, list);
	}
	free(list);
	close(memfd);
	close(dev);
	return fd;
}

/* More in sum than there are addresses, one after the other. */
TEST_F(device, addresses_are_used_again)
{
	uint64_t start, end, sum = 0;
	int dmabuf = big_dmabuf();

	if (dmabuf < 0)
		SKIP(return, "no /dev/udmabuf, or it makes nothing of %u MiB", BIG >> 20);
	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_VA_START, &start));
	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_VA_END, &end));
	for (; sum <= end - start; sum += BIG) {
		struct fcn_bo bo = { 0 };

		ASSERT_EQ(0, fcn_import(self->fd, dmabuf, &bo.handle));
		ASSERT_EQ(0, fcn_bo_close(self->fd, &bo));
	}
	close(dmabuf);
}

/* All at once: there comes an end, and it is a clean one. */
TEST_F(device, addresses_come_to_an_end)
{
	enum { MAX = 64 };
	uint32_t handle[MAX] = { 0 };
	struct fcn_parameter before = { 0 };
	struct fcn_job job;
	struct fcn_bo bo;
	int err = 0, n;

	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 1));
	fcn_set_parameter("file_memory_mb", 8192, &before);
	for (n = 0; n < MAX && !err; n++) {
		int dmabuf = big_dmabuf();

		if (dmabuf < 0)
			SKIP(goto out, "no /dev/udmabuf, or it makes nothing of %u MiB", BIG >> 20);
		err = fcn_import(self->fd, dmabuf, &handle[n]);
		close(dmabuf);
	}
	EXPECT_EQ(-ENOSPC, err) {
		TH_LOG("%d imports of %u MiB", n, BIG >> 20);
	}
	EXPECT_EQ(0, fcn_run(self->fd, &job));
	EXPECT_EQ(-ENOSPC, fcn_bo_create(self->fd, BIG, 0, &bo));
	bo.handle = handle[3];
	EXPECT_EQ(0, fcn_bo_close(self->fd, &bo));
	EXPECT_EQ(0, fcn_bo_create(self->fd, 1 << 20, 0, &bo));
out:
	fcn_restore_parameter(&before);
}

FCN_MAIN
