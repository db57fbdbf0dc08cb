// SPDX-License-Identifier: GPL-2.0
/*
 * DRM accel driver of the fcnaccel convolution core.
 */

#include <linux/module.h>

#include <drm/drm_accel.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_print.h>

#include <drm/fcn_accel.h>

#include "fcn_client.h"
#include "fcn_device.h"
#include "fcn_drv.h"
#include "fcn_dmabuf.h"
#include "fcn_fault.h"
#include "fcn_gem.h"
#include "fcn_pci.h"
#include "fcn_platform.h"
#include "fcn_sched.h"
#include "fcn_slots.h"
#include "fcn_submit.h"

static int fcn_ioctl_get_param(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct fcn_device *fdev = to_fcn_device(drm);
	struct drm_fcn_accel_get_param *args = data;

	if (args->pad) {
		drm_dbg(drm, "GET_PARAM: pad 0x%x\n", args->pad);
		return -EINVAL;
	}
	switch (args->param) {
	case DRM_FCN_ACCEL_PARAM_CORE_VERSION:
		args->value = fdev->cfg.version;
		break;
	case DRM_FCN_ACCEL_PARAM_CONFIG0:
	case DRM_FCN_ACCEL_PARAM_CONFIG1:
	case DRM_FCN_ACCEL_PARAM_CONFIG2:
		args->value = fdev->cfg.config[args->param - DRM_FCN_ACCEL_PARAM_CONFIG0];
		break;
	case DRM_FCN_ACCEL_PARAM_VA_START:
		args->value = FCN_VA_START;
		break;
	case DRM_FCN_ACCEL_PARAM_VA_END:
		args->value = FCN_VA_END;
		break;
	case DRM_FCN_ACCEL_PARAM_FILE_MEMORY_LIMIT:
		args->value = fcn_client_memory_limit();
		break;
	case DRM_FCN_ACCEL_PARAM_FILE_JOB_LIMIT:
		args->value = fcn_client_job_limit();
		break;
	case DRM_FCN_ACCEL_PARAM_JOB_CAP_MS:
		args->value = fcn_job_cap_ms();
		break;
	case DRM_FCN_ACCEL_PARAM_COHERENT:
		args->value = fdev->coherent;
		break;
	case DRM_FCN_ACCEL_PARAM_RESET_COUNT:
		args->value = atomic64_read(&fdev->resets);
		break;
	case DRM_FCN_ACCEL_PARAM_CLOCK_HZ:
		args->value = fdev->clock_hz;
		break;
	default:
		drm_dbg(drm, "GET_PARAM: no parameter %u\n", args->param);
		return -EINVAL;
	}
	return 0;
}

static const struct drm_ioctl_desc fcn_ioctls[] = {
	DRM_IOCTL_DEF_DRV(FCN_ACCEL_GET_PARAM, fcn_ioctl_get_param, 0),
	DRM_IOCTL_DEF_DRV(FCN_ACCEL_BO_CREATE, fcn_ioctl_bo_create, 0),
	DRM_IOCTL_DEF_DRV(FCN_ACCEL_BO_INFO, fcn_ioctl_bo_info, 0),
	DRM_IOCTL_DEF_DRV(FCN_ACCEL_BO_CPU_PREP, fcn_ioctl_bo_cpu_prep, 0),
	DRM_IOCTL_DEF_DRV(FCN_ACCEL_BO_CPU_FINI, fcn_ioctl_bo_cpu_fini, 0),
	DRM_IOCTL_DEF_DRV(FCN_ACCEL_SUBMIT, fcn_ioctl_submit, 0),
	DRM_IOCTL_DEF_DRV(FCN_ACCEL_FAULT_QUERY, fcn_ioctl_fault_query, 0),
};

static void fcn_show_fdinfo(struct drm_printer *p, struct drm_file *file)
{
	struct fcn_client *client = file->driver_priv;

	drm_printf(p, "drm-engine-core:\t%llu ns\n", fcn_slots_busy_ns(client));
	drm_printf(p, "fcn-accel-jobs:\t%llu\n", (u64)atomic64_read(&client->jobs_done));
	drm_show_memory_stats(p, file);
}

/*
 * Two of DRM's own ioctls are for the primary node of a display: they follow the pointer to the
 * file's master, which a file of an accel node has not.  Linux 6.12 and 7.3 do not ask first.
 */
static bool fcn_ioctl_wants_master(unsigned int cmd)
{
	const unsigned int nr = DRM_IOCTL_NR(cmd);

	return nr == DRM_IOCTL_NR(DRM_IOCTL_GET_UNIQUE) || nr == DRM_IOCTL_NR(DRM_IOCTL_GET_MAGIC);
}

static long fcn_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return fcn_ioctl_wants_master(cmd) ? -EOPNOTSUPP : drm_ioctl(file, cmd, arg);
}

#ifdef CONFIG_COMPAT
static long fcn_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return fcn_ioctl_wants_master(cmd) ? -EOPNOTSUPP : drm_compat_ioctl(file, cmd, arg);
}
#else
#define fcn_compat_ioctl NULL
#endif

/* As DRM_ACCEL_FOPS, but for the ioctls. */
static const struct file_operations fcn_fops = {
	.owner = THIS_MODULE,
	.open = accel_open,
	.release = drm_release,
	.unlocked_ioctl = fcn_ioctl,
	.compat_ioctl = fcn_compat_ioctl,
	.poll = drm_poll,
	.read = drm_read,
	.llseek = noop_llseek,
	.mmap = drm_gem_mmap,
	.fop_flags = FOP_UNSIGNED_OFFSET,
	.show_fdinfo = drm_show_fdinfo,
};

const struct drm_driver fcn_drm_driver = {
	.driver_features = DRIVER_COMPUTE_ACCEL | DRIVER_GEM | DRIVER_SYNCOBJ |
			   DRIVER_SYNCOBJ_TIMELINE,
	.name = "fcn_accel",
	.desc = "fcnaccel convolution core",
	.major = FCN_ACCEL_UAPI_MAJOR,
	.minor = FCN_ACCEL_UAPI_MINOR,
	.fops = &fcn_fops,
	.open = fcn_client_open,
	.postclose = fcn_client_close,
	.ioctls = fcn_ioctls,
	.num_ioctls = ARRAY_SIZE(fcn_ioctls),
	.show_fdinfo = fcn_show_fdinfo,
	.gem_create_object = fcn_gem_create_object,
	.prime_handle_to_fd = fcn_gem_prime_handle_to_fd,
	.gem_prime_import = fcn_gem_prime_import,
	.gem_prime_import_sg_table = fcn_gem_prime_import_sg_table,
};

static int __init fcn_init(void)
{
	int ret;

	ret = fcn_workqueue_init();
	if (ret)
		return ret;
	ret = fcn_pci_register();
	if (ret)
		goto err_workqueue;
	ret = fcn_platform_register();
	if (ret)
		goto err_pci;
	return 0;

err_pci:
	fcn_pci_unregister();
err_workqueue:
	fcn_workqueue_fini();
	return ret;
}

static void __exit fcn_exit(void)
{
	fcn_platform_unregister();
	fcn_pci_unregister();
	fcn_workqueue_fini();
}

module_init(fcn_init);
module_exit(fcn_exit);

MODULE_DESCRIPTION("fcnaccel convolution core");
MODULE_LICENSE("GPL");
