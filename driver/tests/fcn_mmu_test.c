// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables, read as Documentation/theory-of-operation.md says that the core reads them: from the
 * root's physical address, by numbers that are written out here.
 */

#include <linux/io.h>
#include <linux/prandom.h>

#include "../fcn_mmu.h"
#include "fcn_kunit.h"

#define V 1
#define R 2
#define W 4

/* Bits of the entry of @va, and the physical address; 0: invalid. */
static u32 walk(struct fcn_mmu *mmu, u64 va, u64 *pa)
{
	const __le32 *table = phys_to_virt((u64)mmu->root_pfn << 12);
	u32 entry = le32_to_cpu(table[va >> 22]);

	if (!(entry & V) || entry & 0xe)
		return 0;
	table = phys_to_virt((u64)(entry >> 4) << 12);
	entry = le32_to_cpu(table[va >> 12 & 1023]);
	if (!(entry & V) || entry & 8)
		return 0;
	*pa = (u64)(entry >> 4) << 12;
	return entry & 7;
}

struct piece {
	u64 addr;
	u32 len;
};

static struct sg_table *make_sgt(struct kunit *test, const struct piece *pieces, unsigned int n)
{
	struct sg_table *sgt = kunit_kzalloc(test, sizeof(*sgt), GFP_KERNEL);
	struct scatterlist *sg;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, sgt);
	KUNIT_ASSERT_EQ(test, sg_alloc_table(sgt, n, GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, (kunit_action_t *)sg_free_table, sgt),
			0);
	for_each_sgtable_dma_sg(sgt, sg, i) {
		sg_dma_address(sg) = pieces[i].addr;
		sg_dma_len(sg) = pieces[i].len;
	}
	return sgt;
}

/* Three pieces, over the end of a page table, up to the highest physical address. */
static void fcn_mmu_test_translates(struct kunit *test)
{
	static const struct piece pieces[] = {
		{ 0x123000, 0x1000 }, { 0xfffffff000, 0x1000 }, { 0x4000000000, 0x3000 },
	};
	static const u64 want[] = { 0x123000, 0xfffffff000, 0x4000000000, 0x4000001000,
				    0x4000002000 };
	struct fcn_kunit *k = test->priv;
	struct fcn_mmu *mmu = &k->client->vm.mmu;
	struct sg_table *sgt = make_sgt(test, pieces, 3);
	const u32 first = 5 * 1024 - 2;
	const u64 before = mmu->generation;
	u64 pa;

	KUNIT_EXPECT_EQ(test, fcn_mmu_map(mmu, first, 5, sgt, true), 0);
	KUNIT_EXPECT_GT(test, mmu->generation, before);
	for (u32 i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, walk(mmu, (u64)(first + i) << 12, &pa), V | R | W);
		KUNIT_EXPECT_EQ(test, pa, want[i]);
	}
	KUNIT_EXPECT_EQ(test, walk(mmu, (u64)(first - 1) << 12, &pa), 0);
	KUNIT_EXPECT_EQ(test, walk(mmu, (u64)(first + 5) << 12, &pa), 0);
}

static void fcn_mmu_test_read_only(struct kunit *test)
{
	static const struct piece piece = { 0x5000, 0x2000 };
	struct fcn_kunit *k = test->priv;
	struct fcn_mmu *mmu = &k->client->vm.mmu;
	u64 pa;

	KUNIT_EXPECT_EQ(test, fcn_mmu_map(mmu, 1048574, 2, make_sgt(test, &piece, 1), false), 0);
	KUNIT_EXPECT_EQ(test, walk(mmu, 0xfffff000, &pa), V | R);
	KUNIT_EXPECT_EQ(test, pa, 0x6000);
}

/* Memory may be larger than what is mapped; no more is. */
static void fcn_mmu_test_larger(struct kunit *test)
{
	static const struct piece piece = { 0x5000, 0x8000 };
	struct fcn_kunit *k = test->priv;
	struct fcn_mmu *mmu = &k->client->vm.mmu;
	u64 pa;

	KUNIT_EXPECT_EQ(test, fcn_mmu_map(mmu, 8, 3, make_sgt(test, &piece, 1), true), 0);
	KUNIT_EXPECT_EQ(test, walk(mmu, 0xa000, &pa), V | R | W);
	KUNIT_EXPECT_EQ(test, walk(mmu, 0xb000, &pa), 0);
}

static void fcn_mmu_test_refuses(struct kunit *test)
{
	static const struct {
		const char *what;
		struct piece pieces[2];
		u32 pages;
	} cases[] = {
		{ "address within a page", { { 0x1000, 0x1000 }, { 0x2800, 0x1000 } }, 2 },
		{ "length of half a page", { { 0x1000, 0x1000 }, { 0x2000, 0x800 } }, 2 },
		{ "too small", { { 0x1000, 0x1000 }, { 0x8000, 0x1000 } }, 3 },
		{ "above 40 bits", { { 0x1000, 0x1000 }, { 1ull << 40, 0x1000 } }, 2 },
		{ "over 40 bits", { { 0x1000, 0x1000 }, { (1ull << 40) - 0x1000, 0x2000 } }, 2 },
	};
	struct fcn_kunit *k = test->priv;
	struct fcn_mmu *mmu = &k->client->vm.mmu;
	u64 pa;

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		KUNIT_EXPECT_EQ_MSG(test, fcn_mmu_map(mmu, 16, cases[i].pages,
						      make_sgt(test, cases[i].pieces, 2), true),
				    -EINVAL, "%s", cases[i].what);
		for (u32 page = 16; page < 20; page++)
			KUNIT_EXPECT_EQ_MSG(test, walk(mmu, page << 12, &pa), 0, "%s",
					    cases[i].what);
	}
}

/* Random maps and unmaps, against an array of what should be. */
static void fcn_mmu_test_random(struct kunit *test)
{
	enum { PAGES = 4096, TURNS = 400, MOST = 700 };
	struct fcn_kunit *k = test->priv;
	struct fcn_mmu *mmu = &k->client->vm.mmu;
	u64 *want = kunit_kcalloc(test, PAGES, sizeof(*want), GFP_KERNEL), pa;
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, want);
	prandom_seed_state(&rnd, 1);
	for (int turn = 0; turn < TURNS; turn++) {
		u32 n = 1 + prandom_u32_state(&rnd) % MOST;
		u32 first = prandom_u32_state(&rnd) % (PAGES - n);
		const struct piece piece = { (u64)(prandom_u32_state(&rnd) >> 5) << 12, n << 12 };
		bool writable = turn & 1;

		fcn_mmu_unmap(mmu, first, n);
		memset(want + first, 0, n * sizeof(*want));
		if (turn % 3) {
			KUNIT_ASSERT_EQ(test, fcn_mmu_map(mmu, first, n, make_sgt(test, &piece, 1),
							  writable), 0);
			for (u32 i = 0; i < n; i++)
				want[first + i] = (piece.addr + (i << 12)) | V | R |
						  (writable ? W : 0);
		}
	}
	for (u32 page = 0; page < PAGES; page++) {
		u64 got = 0;
		u32 bits = walk(mmu, (u64)page << 12, &pa);

		if (bits)
			got = pa | bits;
		KUNIT_ASSERT_EQ_MSG(test, got, want[page], "page %u", page);
	}
}

static bool parked(struct fcn_device *fdev)
{
	return !list_empty(&fdev->parked);
}

/* The root that the core has seen last stays until a job of another one has run. */
static void fcn_mmu_test_parked(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_device *fdev = k->fdev;
	struct fcn_client *other = fcn_kunit_client(test);

	other->vm.mmu.last_order = 7;
	fdev->ran_order = 7;
	fcn_kunit_client_fini(other);
	KUNIT_EXPECT_TRUE(test, parked(fdev));
	mutex_lock(&fdev->dma_lock);
	fcn_mmu_free_parked(fdev, 7);
	KUNIT_EXPECT_TRUE(test, parked(fdev));
	fcn_mmu_free_parked(fdev, 8);
	KUNIT_EXPECT_FALSE(test, parked(fdev));
	mutex_unlock(&fdev->dma_lock);

	/* One that never ran need not stay, nor one that ran before a job that has ended. */
	other = fcn_kunit_client(test);
	fcn_kunit_client_fini(other);
	KUNIT_EXPECT_FALSE(test, parked(fdev));
	other = fcn_kunit_client(test);
	other->vm.mmu.last_order = 6;
	fcn_kunit_client_fini(other);
	KUNIT_EXPECT_FALSE(test, parked(fdev));
}

/* The device has gone: the tables are freed, and calls do no harm. */
static void fcn_mmu_test_gone(struct kunit *test)
{
	static const struct piece piece = { 0x5000, 0x1000 };
	struct fcn_kunit *k = test->priv;
	struct fcn_mmu *mmu = &k->client->vm.mmu;

	mutex_lock(&k->fdev->dma_lock);
	fcn_vm_free_tables(&k->client->vm);
	fcn_vm_free_tables(&k->client->vm);
	mutex_unlock(&k->fdev->dma_lock);
	KUNIT_EXPECT_EQ(test, fcn_mmu_map(mmu, 1, 1, make_sgt(test, &piece, 1), true), -ENODEV);
	fcn_mmu_unmap(mmu, 1, 1);
}

static struct kunit_case fcn_mmu_cases[] = {
	KUNIT_CASE(fcn_mmu_test_translates),
	KUNIT_CASE(fcn_mmu_test_read_only),
	KUNIT_CASE(fcn_mmu_test_larger),
	KUNIT_CASE(fcn_mmu_test_refuses),
	KUNIT_CASE(fcn_mmu_test_random),
	KUNIT_CASE(fcn_mmu_test_parked),
	KUNIT_CASE(fcn_mmu_test_gone),
	{ }
};

static struct kunit_suite fcn_mmu_suite = {
	.name = "fcn_mmu",
	.init = fcn_kunit_init,
	.exit = fcn_kunit_exit,
	.test_cases = fcn_mmu_cases,
};

kunit_test_suite(fcn_mmu_suite);
