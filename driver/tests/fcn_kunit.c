// SPDX-License-Identifier: GPL-2.0
/*
 * The device of the tests, and the module.
 */

#include <linux/anon_inodes.h>
#include <linux/dma-mapping.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_managed.h>

#include <kunit/device.h>

#include "../fcn_drv.h"
#include "../fcn_fence.h"
#include "../fcn_gem.h"
#include "../fcn_slots.h"
#include "fcn_kunit.h"

static const struct fcn_bus_ops fcn_kunit_bus;

/* In place of the one in fcn_drv.c; nothing is registered. */
const struct drm_driver fcn_drm_driver = {
	.driver_features = DRIVER_COMPUTE_ACCEL | DRIVER_GEM,
	.name = "fcn_accel_kunit",
	.desc = "fcnaccel without a core",
	.gem_create_object = fcn_gem_create_object,
};

static const struct file_operations fcn_kunit_fops = {
	.owner = THIS_MODULE,
};

struct fcn_client *fcn_kunit_client(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_client *client = kunit_kzalloc(test, sizeof(*client), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, client);
	client->fdev = k->fdev;
	mutex_init(&client->submit_lock);
	spin_lock_init(&client->job_lock);
	spin_lock_init(&client->fault_lock);
	INIT_LIST_HEAD(&client->jobs);
	INIT_LIST_HEAD(&client->done);
	KUNIT_ASSERT_EQ(test, fcn_vm_init(&client->vm, k->fdev), 0);
	return client;
}

void fcn_kunit_client_fini(struct fcn_client *client)
{
	fcn_vm_fini(&client->vm);
}

struct fcn_job *fcn_kunit_job(struct kunit *test, struct fcn_client *client)
{
	struct fcn_job *job = kunit_kzalloc(test, sizeof(*job), GFP_KERNEL);
	struct file *file;

	KUNIT_ASSERT_NOT_NULL(test, job);
	file = anon_inode_getfile("[fcn_kunit]", &fcn_kunit_fops, NULL, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	INIT_LIST_HEAD(&job->link);
	job->client = client;
	job->fence = fcn_fence_alloc(file);
	fput(file);
	KUNIT_ASSERT_NOT_NULL(test, job->fence);
	fcn_fence_init(job->fence, client->fdev, ++client->fdev->fence_seqno);
	job->fence_ready = true;
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, (kunit_action_t *)dma_fence_put,
							&job->fence->base), 0);
	return job;
}

int fcn_kunit_add(struct fcn_device *fdev, struct fcn_job *job)
{
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	ret = fcn_slots_add(fdev, job);
	spin_unlock_irqrestore(&fdev->slot_lock, flags);
	return ret;
}

int fcn_kunit_init(struct kunit *test)
{
	struct fcn_kunit *k = kunit_kzalloc(test, sizeof(*k), GFP_KERNEL);
	struct device *dev;

	KUNIT_ASSERT_NOT_NULL(test, k);
	test->priv = k;
	dev = kunit_device_register(test, "fcn_kunit");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_ASSERT_EQ(test, dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(40)), 0);
	k->fdev = fcn_device_alloc(dev, &fcn_kunit_bus);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, k->fdev);
	k->fdev->cfg.pa_bits = 40;
	k->fdev->fence_context = dma_fence_context_alloc(1);
	k->regs = kunit_kzalloc(test, FCN_BLOCK_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, k->regs);
	k->fdev->regs = (void __force __iomem *)k->regs;
	k->fdev->records = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, k->fdev->records);
	k->client = fcn_kunit_client(test);
	return 0;
}

void fcn_kunit_exit(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;

	if (!k || IS_ERR_OR_NULL(k->fdev))
		return;
	timer_delete_sync(&k->fdev->recheck);
	if (k->client)
		fcn_kunit_client_fini(k->client);
	mutex_lock(&k->fdev->dma_lock);
	fcn_mmu_free_parked(k->fdev, U64_MAX);
	mutex_unlock(&k->fdev->dma_lock);
}

MODULE_DESCRIPTION("Tests of fcn_accel that need no core");
MODULE_LICENSE("GPL");
