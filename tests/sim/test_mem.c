// SPDX-License-Identifier: Apache-2.0
/* The sparse memory. */
#include "test.h"

#include "fcn_mem.h"
#include "fcn_sim_rng.h"

#include <errno.h>
#include <string.h>

#define END (UINT64_C(1) << FCN_MEM_BITS)

static void untouched_memory_reads_zeros(void **state)
{
	struct fcn_mem *mem = fcn_mem_create();
	uint8_t buf[3 * FCN_MEM_PAGE], zeros[sizeof(buf)] = { 0 };

	(void)state;
	memset(buf, 1, sizeof(buf));
	assert_int_equal(fcn_mem_read(mem, END - sizeof(buf), buf, sizeof(buf)), 0);
	assert_memory_equal(buf, zeros, sizeof(buf));
	assert_int_equal(fcn_mem_pages(mem), 0);
	fcn_mem_destroy(mem);
}

static void copies_cross_pages(void **state)
{
	struct fcn_mem *mem = fcn_mem_create();
	uint8_t in[2 * FCN_MEM_PAGE + 7], out[sizeof(in)];
	uint64_t pa = 0x123456f001;

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7 + (i >> 8));
	assert_int_equal(fcn_mem_write(mem, pa, in, sizeof(in)), 0);
	assert_int_equal(fcn_mem_read(mem, pa, out, sizeof(out)), 0);
	assert_memory_equal(in, out, sizeof(in));
	assert_int_equal(fcn_mem_pages(mem), 3);
	fcn_mem_destroy(mem);
}

static void pointers_show_the_same_bytes(void **state)
{
	struct fcn_mem *mem = fcn_mem_create();
	uint8_t *page = fcn_mem_ptr(mem, 0x5000);
	uint8_t byte = 0x77;

	(void)state;
	assert_ptr_equal(fcn_mem_ptr(mem, 0x5123), page + 0x123);
	assert_int_equal(fcn_mem_write(mem, 0x5010, &byte, 1), 0);
	assert_int_equal(page[0x10], 0x77);
	page[0x11] = 0x78;
	assert_int_equal(fcn_mem_read(mem, 0x5011, &byte, 1), 0);
	assert_int_equal(byte, 0x78);
	fcn_mem_destroy(mem);
}

static void the_end_of_memory_is_an_error(void **state)
{
	struct fcn_mem *mem = fcn_mem_create();
	uint8_t buf[2] = { 1, 2 };

	(void)state;
	assert_int_equal(fcn_mem_write(mem, END - 1, buf, 1), 0);
	assert_int_equal(fcn_mem_write(mem, END - 1, buf, 2), -ERANGE);
	assert_int_equal(fcn_mem_read(mem, END, buf, 1), -ERANGE);
	assert_int_equal(fcn_mem_read(mem, UINT64_MAX, buf, 2), -ERANGE);
	assert_null(fcn_mem_ptr(mem, END));
	assert_non_null(fcn_mem_ptr(mem, END - 1));
	fcn_mem_destroy(mem);
}

/* Addresses whose page numbers differ in one level of the tree only must not meet. */
static void scattered_pages_do_not_meet(void **state)
{
	struct fcn_mem *mem = fcn_mem_create();
	uint32_t value;

	(void)state;
	for (unsigned bit = 12; bit < FCN_MEM_BITS; bit++)
		assert_int_equal(fcn_mem_write(mem, UINT64_C(1) << bit, &bit, sizeof(bit)), 0);
	for (unsigned bit = 12; bit < FCN_MEM_BITS; bit++) {
		assert_int_equal(fcn_mem_read(mem, UINT64_C(1) << bit, &value, sizeof(value)), 0);
		assert_int_equal(value, bit);
	}
	assert_int_equal(fcn_mem_pages(mem), FCN_MEM_BITS - 12);
	fcn_mem_destroy(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(untouched_memory_reads_zeros),
		cmocka_unit_test(copies_cross_pages),
		cmocka_unit_test(pointers_show_the_same_bytes),
		cmocka_unit_test(the_end_of_memory_is_an_error),
		cmocka_unit_test(scattered_pages_do_not_meet),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
