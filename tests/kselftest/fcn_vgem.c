// SPDX-License-Identifier: GPL-2.0
/* vgem: another driver's memory, and fences that a test signals. */
#define _GNU_SOURCE
#include "fcn_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* libdrm's headers do not have vgem's. */
struct vgem_fence_attach {
	uint32_t handle, flags, out_fence, pad;
};

struct vgem_fence_signal {
	uint32_t fence, flags;
};

#define VGEM_FENCE_WRITE 1
#define VGEM_FENCE_ATTACH DRM_IOWR(DRM_COMMAND_BASE + 1, struct vgem_fence_attach)
#define VGEM_FENCE_SIGNAL DRM_IOW(DRM_COMMAND_BASE + 2, struct vgem_fence_signal)

static int find_vgem(void)
{
	for (int i = 0; i < 16; i++) {
		char path[32], name[16] = "";
		struct drm_version v = { .name = name, .name_len = sizeof(name) - 1 };
		int fd;

		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!fcn_ioctl(fd, DRM_IOCTL_VERSION, &v) && !strcmp(name, "vgem"))
			return fd;
		close(fd);
	}
	return -1;
}

int fcn_vgem_open(void)
{
	int fd = find_vgem();

	/* Its module is there more often than it is loaded. */
	if (fd < 0 && !geteuid() && !system("modprobe vgem 2>/dev/null"))
		fd = find_vgem();
	return fd;
}

int fcn_vgem_attach(int vgem, struct fcn_vgem_fence *fence)
{
	struct drm_mode_create_dumb dumb = { .width = 1024, .height = 1, .bpp = 32 };
	struct vgem_fence_attach attach = { .flags = VGEM_FENCE_WRITE };
	int err = fcn_ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb);

	if (err)
		return err;
	attach.handle = dumb.handle;
	err = fcn_ioctl(vgem, VGEM_FENCE_ATTACH, &attach);
	if (err)
		return err;
	fence->vgem = vgem;
	fence->fence = attach.out_fence;
	fence->dmabuf = fcn_export(vgem, dumb.handle);
	return fence->dmabuf < 0 ? fence->dmabuf : 0;
}

int fcn_vgem_signal(struct fcn_vgem_fence *fence)
{
	struct vgem_fence_signal signal = { .fence = fence->fence };

	close(fence->dmabuf);
	return fcn_ioctl(fence->vgem, VGEM_FENCE_SIGNAL, &signal);
}
