// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of buffer objects, and when they are free again (fcn_vm.c, Address spaces).
 */

#include "../fcn_gem.h"
#include "fcn_kunit.h"

static struct fcn_bo *make_bo(struct kunit *test, size_t size)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_bo *bo = fcn_bo_create(k->fdev, size, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(bo));
	return bo;
}

static void put_bo(struct fcn_bo *bo)
{
	drm_gem_object_put(&bo->base.base);
}

/* What the file's address space has; 0: nothing. */
static u64 find(struct fcn_client *client, struct fcn_bo *bo)
{
	u64 va = 0;

	return fcn_vm_find_bo(client, bo, &va) ? 0 : va;
}

static void fcn_vm_test_addresses(struct kunit *test)
{
	static const size_t sizes[] = { 1, 16, 3, 17, 1, 32, 15 };
	struct fcn_kunit *k = test->priv;
	struct fcn_bo *bos[ARRAY_SIZE(sizes)];
	u64 va[ARRAY_SIZE(sizes)], total = 0;

	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		bos[i] = make_bo(test, sizes[i] << 12);
		KUNIT_ASSERT_EQ(test, fcn_vm_open_bo(k->client, bos[i]), 0);
		va[i] = find(k->client, bos[i]);
		total += sizes[i] << 12;
		/* Never page 0; whole TLB lines for what is as large as one. */
		KUNIT_EXPECT_GE(test, va[i], 0x1000);
		KUNIT_EXPECT_EQ(test, va[i] & (sizes[i] >= 16 ? 0xffff : 0xfff), 0);
		for (int j = 0; j < i; j++) {
			bool below = va[i] + (sizes[i] << 12) <= va[j];
			bool above = va[j] + (sizes[j] << 12) <= va[i];

			KUNIT_EXPECT_TRUE(test, below || above);
		}
	}
	KUNIT_EXPECT_EQ(test, atomic64_read(&k->client->memory), total);
	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		fcn_vm_close_bo(k->client, bos[i]);
		KUNIT_EXPECT_EQ(test, find(k->client, bos[i]), 0);
		put_bo(bos[i]);
	}
	KUNIT_EXPECT_EQ(test, atomic64_read(&k->client->memory), 0);
}

/* Handles of a file are counted: one address, until the last has gone. */
static void fcn_vm_test_handles(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_client *other = fcn_kunit_client(test);
	struct fcn_bo *bo = make_bo(test, 8192);
	u64 va;

	KUNIT_ASSERT_EQ(test, fcn_vm_open_bo(k->client, bo), 0);
	va = find(k->client, bo);
	KUNIT_ASSERT_EQ(test, fcn_vm_open_bo(k->client, bo), 0);
	KUNIT_EXPECT_EQ(test, find(k->client, bo), va);
	KUNIT_EXPECT_EQ(test, atomic64_read(&k->client->memory), 8192);
	KUNIT_EXPECT_EQ(test, find(other, bo), 0);
	KUNIT_ASSERT_EQ(test, fcn_vm_open_bo(other, bo), 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&other->memory), 8192);
	fcn_vm_close_bo(k->client, bo);
	KUNIT_EXPECT_EQ(test, find(k->client, bo), va);
	fcn_vm_close_bo(k->client, bo);
	KUNIT_EXPECT_EQ(test, find(k->client, bo), 0);
	KUNIT_EXPECT_NE(test, find(other, bo), 0);
	fcn_vm_close_bo(other, bo);
	put_bo(bo);
	fcn_kunit_client_fini(other);
}

/* A whole address space is taken: the next one is refused, and nothing of it is counted. */
static void fcn_vm_test_full(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct drm_mm_node rest = { .start = 8, .size = FCN_MMU_PAGES - 8 };
	struct fcn_bo *bo = make_bo(test, 8 << 12), *small = make_bo(test, 4 << 12);

	KUNIT_ASSERT_EQ(test, drm_mm_reserve_node(&k->client->vm.mm, &rest), 0);
	KUNIT_EXPECT_EQ(test, fcn_vm_open_bo(k->client, bo), -ENOSPC);
	KUNIT_EXPECT_EQ(test, atomic64_read(&k->client->memory), 0);
	KUNIT_EXPECT_EQ(test, fcn_vm_open_bo(k->client, small), 0);
	fcn_vm_close_bo(k->client, small);
	drm_mm_remove_node(&rest);
	put_bo(bo);
	put_bo(small);
}

/* Its mapping is closed, a zombie, free: with a job before it, on the core, ended. */
static void fcn_vm_test_closed_under_jobs(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_client *client = k->client;
	struct fcn_job *job = fcn_kunit_job(test, client);
	struct fcn_bo *bo = make_bo(test, 4096);
	u64 generation;

	KUNIT_ASSERT_EQ(test, fcn_vm_open_bo(client, bo), 0);
	job->id = ++client->submitted;
	list_add_tail(&job->link, &client->jobs);
	client->vm.mmu.last_order = 5;
	k->fdev->completed_order = 4;
	generation = client->vm.mmu.generation;

	fcn_vm_close_bo(client, bo);
	KUNIT_EXPECT_FALSE(test, list_empty(&client->vm.closed));
	KUNIT_EXPECT_EQ(test, client->vm.mmu.generation, generation);
	fcn_vm_reap(client);
	KUNIT_EXPECT_FALSE(test, list_empty(&client->vm.closed));

	/* The job has gone, but one that was started before may have the entries in the TLB. */
	list_del_init(&job->link);
	fcn_vm_reap(client);
	KUNIT_EXPECT_TRUE(test, list_empty(&client->vm.closed));
	KUNIT_EXPECT_FALSE(test, list_empty(&client->vm.zombies));
	KUNIT_EXPECT_GT(test, client->vm.mmu.generation, generation);
	KUNIT_EXPECT_EQ(test, atomic64_read(&client->memory), 4096);

	k->fdev->completed_order = 5;
	fcn_vm_reap(client);
	KUNIT_EXPECT_TRUE(test, list_empty(&client->vm.zombies));
	KUNIT_EXPECT_EQ(test, atomic64_read(&client->memory), 0);
	put_bo(bo);
}

static struct kunit_case fcn_vm_cases[] = {
	KUNIT_CASE(fcn_vm_test_addresses),
	KUNIT_CASE(fcn_vm_test_handles),
	KUNIT_CASE(fcn_vm_test_full),
	KUNIT_CASE(fcn_vm_test_closed_under_jobs),
	{ }
};

static struct kunit_suite fcn_vm_suite = {
	.name = "fcn_vm",
	.init = fcn_kunit_init,
	.exit = fcn_kunit_exit,
	.test_cases = fcn_vm_cases,
};

kunit_test_suite(fcn_vm_suite);
