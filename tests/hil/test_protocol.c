// SPDX-License-Identifier: Apache-2.0
/* The protocol: version, what the device says of itself, every width, and messages that are none. */
#include "client.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static struct rig rig;

static int setup(void **state)
{
	(void)state;
	rig_start(&rig, (const char *[]){ "--array", "8x8", NULL });
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(rig_stop(&rig), 0);
	assert_int_not_equal(access(rig.socket, F_OK), 0);
	rig_remove(&rig);
	return 0;
}

/* ---- version ---- */

/* Sends a version; 0 or its errno.  The connection is closed behind one that is refused. */
static int try_version(uint16_t major, uint16_t minor, const char *json, size_t n, char *out, size_t out_n)
{
	struct vf_version v = { major, minor };
	struct client c;
	size_t got;
	uint16_t id;
	int err;

	client_open(&c, &rig, true);
	id = client_post(&c, VF_VERSION, 0, &v, sizeof(v), json, n, NULL, 0);
	err = client_reply(&c, id, VF_VERSION, out, out_n, &got);
	if (err)
		assert_true(client_is_closed(&c));
	client_close(&c);
	return err;
}

static void version_is_agreed_on(void **state)
{
	char out[512] = { 0 };
	struct vf_version v;

	(void)state;
	assert_int_equal(try_version(0, 0, "{\"capabilities\":{}}", 20, out, sizeof(out)), 0);
	memcpy(&v, out, sizeof(v));
	assert_int_equal(v.major, 0);
	assert_int_equal(v.minor, 0);
	assert_non_null(strstr(out + sizeof(v), "\"max_msg_fds\":8"));
	assert_non_null(strstr(out + sizeof(v), "\"write_multiple\":false"));
	assert_int_equal(try_version(0, 7, NULL, 0, out, sizeof(out)), 0);
}

static void bad_versions_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "x", "[]", "{", "{}}", "{\"a\"}", "{\"a\":}", "{\"a\":01}", "{\"a\":1,}", "{\"\\q\":1}", "{\"a\":\"\\u12\"}",
		"{\"a\":{\"b\":[1,2,{\"c\":tru}]}}", "{\"a\":-}", "{\"a\":1.}", "{\"a\":1e}",
		"{\"a\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}",
	};
	char out[512];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(try_version(0, 0, bad[i], strlen(bad[i]) + 1, out, sizeof(out)), EINVAL);
	/* Not terminated; another major version. */
	assert_int_equal(try_version(0, 0, "{}", 2, out, sizeof(out)), EINVAL);
	assert_int_equal(try_version(1, 0, "{}", 3, out, sizeof(out)), ENOTSUP);
}

static void nothing_comes_before_the_version(void **state)
{
	struct client c;
	struct vf_device_info info = { .argsz = sizeof(info) };

	(void)state;
	client_open(&c, &rig, true);
	assert_int_equal(client_call(&c, VF_DEVICE_GET_INFO, &info, sizeof(info), &info, sizeof(info), NULL, 0), EINVAL);
	assert_true(client_is_closed(&c));
	client_close(&c);
	client_open(&c, &rig, false);
	assert_int_equal(client_call(&c, VF_VERSION, "\0\0\0\0{}", 7, NULL, 0, NULL, 0), EINVAL);
	assert_int_equal(client_reset(&c), 0);
	client_close(&c);
}

/* ---- what the device says of itself ---- */

static void device_regions_and_interrupts(void **state)
{
	static const uint64_t size[VF_REGIONS] = { [VF_BAR0] = 4096, [VF_BAR2] = 4096, [VF_CONFIG] = 4096 };
	static const unsigned count[VF_IRQS] = { [VF_IRQ_MSI] = 1, [VF_IRQ_MSIX] = 1, [VF_IRQ_ERR] = 1 };
	struct vf_device_info info = { .argsz = sizeof(info) };
	struct client c;

	(void)state;
	client_open(&c, &rig, false);
	assert_int_equal(client_call(&c, VF_DEVICE_GET_INFO, &info, sizeof(info), &info, sizeof(info), NULL, 0), 0);
	assert_int_equal(info.flags, VF_DEVICE_FLAG_RESET | VF_DEVICE_FLAG_PCI);
	assert_int_equal(info.regions, VF_REGIONS);
	assert_int_equal(info.irqs, VF_IRQS);
	for (uint32_t i = 0; i <= VF_REGIONS; i++) {
		struct vf_region_info r = { .argsz = sizeof(r), .index = i };
		int err = client_call(&c, VF_DEVICE_GET_REGION_INFO, &r, sizeof(r), &r, sizeof(r), NULL, 0);

		assert_int_equal(err, i < VF_REGIONS ? 0 : EINVAL);
		if (err)
			continue;
		assert_int_equal(r.size, size[i]);
		assert_int_equal(r.flags, size[i] ? VF_REGION_FLAG_READ | VF_REGION_FLAG_WRITE : 0);
	}
	for (uint32_t i = 0; i <= VF_IRQS; i++) {
		struct vf_irq_info q = { .argsz = sizeof(q), .index = i };
		int err = client_call(&c, VF_DEVICE_GET_IRQ_INFO, &q, sizeof(q), &q, sizeof(q), NULL, 0);

		assert_int_equal(err, i < VF_IRQS ? 0 : EINVAL);
		if (!err)
			assert_int_equal(q.count, count[i]);
	}
	client_close(&c);
}

static void configuration_space(void **state)
{
	uint8_t cfg[4096];
	uint32_t word;
	struct client c;
	unsigned seen = 0, at;

	(void)state;
	client_open(&c, &rig, false);
	assert_int_equal(client_read(&c, VF_CONFIG, 0, cfg, sizeof(cfg)), 0);
	memcpy(&word, cfg, 4);
	assert_int_equal(word, 0x10f01af4);
	memcpy(&word, cfg + 8, 4);
	assert_int_equal(word, 0x12000001); /* processing accelerator, revision: version 1 of the core */
	memcpy(&word, cfg + 0x2c, 4);
	assert_int_equal(word, 0xfca01af4);
	assert_int_equal(cfg[0x3d], 0); /* no interrupt pin */
	assert_true(cfg[6] & 0x10);
	for (at = cfg[0x34]; at; at = cfg[at + 1])
		seen |= cfg[at] == 1 ? 1 : cfg[at] == 5 ? 2 : cfg[at] == 0x10 ? 4 : cfg[at] == 0x11 ? 8 : 16;
	assert_int_equal(seen, 15); /* power management, MSI, PCI Express, MSI-X */
	/* Sizes of the BARs. */
	for (unsigned bar = 0; bar < 6; bar++) {
		uint32_t ones = UINT32_MAX;

		assert_int_equal(client_write(&c, VF_CONFIG, 0x10 + 4 * bar, &ones, 4), 0);
		assert_int_equal(client_read(&c, VF_CONFIG, 0x10 + 4 * bar, &word, 4), 0);
		assert_int_equal(word, bar == 0 || bar == 2 ? 0xfffff000 : 0);
	}
	/* Read-only stays; the ROM's probe is no error. */
	word = 0xfffff800;
	assert_int_equal(client_write(&c, VF_CONFIG, 0x30, &word, 4), 0);
	assert_int_equal(client_write(&c, VF_CONFIG, 0, &word, 4), 0);
	assert_int_equal(client_read(&c, VF_CONFIG, 0x30, &word, 4), 0);
	assert_int_equal(word, 0);
	assert_int_equal(client_read(&c, VF_CONFIG, 0, &word, 4), 0);
	assert_int_equal(word, 0x10f01af4);
	/* A reset brings everything back. */
	client_enable(&c);
	assert_int_equal(client_reset(&c), 0);
	uint8_t again[4096];
	assert_int_equal(client_read(&c, VF_CONFIG, 0, again, sizeof(again)), 0);
	assert_memory_equal(cfg, again, sizeof(cfg));
	client_close(&c);
}

static void registers_of_every_width(void **state)
{
	struct client c;
	uint64_t wide;

	(void)state;
	client_open(&c, &rig, false);
	assert_int_equal(client_read32(&c, 0), 0x46434e41);
	client_write32(&c, 0x3c, 0x12345678);
	for (uint32_t n = 1; n <= 8; n *= 2) {
		wide = 0;
		assert_int_equal(client_read(&c, VF_BAR0, 0x38, &wide, n), 0);
		if (n != 4)
			assert_int_equal(wide, n == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * n) - 1);
		wide = 0;
		if (n != 4)
			assert_int_equal(client_write(&c, VF_BAR0, 0x3c, &wide, n), 0);
	}
	assert_int_equal(client_read(&c, VF_BAR0, 0x3d, &wide, 4), 0);
	assert_int_equal((uint32_t)wide, UINT32_MAX);
	assert_int_equal(client_read32(&c, 0x3c), 0x12345678);
	/* BAR2 is memory: any width, also across the table's end. */
	wide = 0x1122334455667788;
	assert_int_equal(client_write(&c, VF_BAR2, 12, &wide, 8), 0);
	assert_int_equal(client_read(&c, VF_BAR2, 12, &wide, 8), 0);
	assert_int_equal(wide, 0x55667788);
	/* At and beyond the end. */
	assert_int_equal(client_read(&c, VF_BAR0, 4092, &wide, 4), 0);
	assert_int_equal(client_read(&c, VF_BAR0, 4093, &wide, 4), EINVAL);
	assert_int_equal(client_read(&c, VF_BAR0, 4096, &wide, 1), EINVAL);
	assert_int_equal(client_read(&c, VF_BAR0, UINT64_MAX, &wide, 4), EINVAL);
	assert_int_equal(client_read(&c, VF_BAR0, 0, &wide, 0), EINVAL);
	assert_int_equal(client_write(&c, VF_CONFIG, 4095, &wide, 2), EINVAL);
	for (uint32_t region = 0; region < 12; region++)
		if (region != VF_BAR0 && region != VF_BAR2 && region != VF_CONFIG)
			assert_int_equal(client_read(&c, region, 0, &wide, 4), EINVAL);
	client_close(&c);
}

/* ---- messages that are none ---- */

static void wrong_lengths_are_refused(void **state)
{
	static const struct {
		unsigned command;
		size_t good;
	} commands[] = {
		{ VF_DMA_MAP, 32 }, { VF_DMA_UNMAP, 24 }, { VF_DEVICE_GET_INFO, 16 }, { VF_DEVICE_GET_REGION_INFO, 32 },
		{ VF_DEVICE_GET_REGION_IO_FDS, 16 }, { VF_DEVICE_GET_IRQ_INFO, 16 }, { VF_DEVICE_SET_IRQS, 20 },
		{ VF_REGION_READ, 16 }, { VF_REGION_WRITE, 16 }, { VF_DEVICE_RESET, 0 },
	};
	uint8_t body[64] = { 0 };
	struct client c;

	(void)state;
	client_open(&c, &rig, false);
	for (size_t i = 0; i < COUNT(commands); i++)
		for (size_t n = 0; n < sizeof(body); n++)
			if (n != commands[i].good)
				assert_int_equal(client_call(&c, commands[i].command, body, n, NULL, 0, NULL, 0), EINVAL);
	/* The right length with an argsz of nothing. */
	for (size_t i = 0; i < COUNT(commands) - 1; i++)
		assert_int_equal(client_call(&c, commands[i].command, body, commands[i].good, NULL, 0, NULL, 0), EINVAL);
	client_close(&c);
}

static void unknown_commands_are_refused(void **state)
{
	struct client c;

	(void)state;
	client_open(&c, &rig, false);
	for (unsigned command = 0; command < 70000; command += command < 32 ? 1 : 4099) {
		int want = command == VF_DEVICE_FEATURE ? ENOTTY :
			   command == VF_REGION_WRITE_MULTI || command == VF_MIG_DATA_READ || command == VF_MIG_DATA_WRITE ? ENOTSUP :
			   EINVAL;

		if (command != VF_DEVICE_RESET)
			assert_int_equal(client_call(&c, command & 0xffff, NULL, 0, NULL, 0, NULL, 0), want);
	}
	client_close(&c);
}

static void bad_headers_end_the_connection(void **state)
{
	static const struct vf_header bad[] = {
		{ 1, VF_DEVICE_RESET, 0, 0, 0 },
		{ 1, VF_DEVICE_RESET, 15, 0, 0 },
		{ 1, VF_REGION_WRITE, VF_MAX_MESSAGE + 1, 0, 0 },
		{ 1, VF_REGION_WRITE, UINT32_MAX, 0, 0 },
		{ 1, VF_DEVICE_RESET, 16, VF_TYPE_REPLY, 0 },
		{ 1, VF_DEVICE_RESET, 16, 7, 0 },
	};
	struct client c;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		char reply[64];

		client_open(&c, &rig, false);
		client_send(&c, &bad[i], sizeof(bad[i]), NULL, 0);
		/* An error reply may come first. */
		while (read(c.fd, reply, sizeof(reply)) > 0)
			;
		client_close(&c);
	}
	/* Half a message, then nothing. */
	client_open(&c, &rig, false);
	client_send(&c, &bad[0], 7, NULL, 0);
	client_close(&c);
	client_open(&c, &rig, false);
	client_send(&c, &(struct vf_header){ 1, VF_REGION_WRITE, 100, 0, 0 }, 16, NULL, 0);
	client_close(&c);
	client_open(&c, &rig, false);
	assert_int_equal(client_reset(&c), 0);
	client_close(&c);
}

static void a_message_in_pieces(void **state)
{
	struct vf_region_access a = { 0, VF_BAR0, 4 };
	struct vf_header h = { 9, VF_REGION_READ, sizeof(h) + sizeof(a), 0, 0 };
	uint8_t bytes[sizeof(h) + sizeof(a)], out[20];
	struct client c;
	size_t got;

	(void)state;
	memcpy(bytes, &h, sizeof(h));
	memcpy(bytes + sizeof(h), &a, sizeof(a));
	client_open(&c, &rig, false);
	for (size_t i = 0; i < sizeof(bytes); i++)
		client_send(&c, bytes + i, 1, NULL, 0);
	assert_int_equal(client_reply(&c, 9, VF_REGION_READ, out, sizeof(out), &got), 0);
	assert_int_equal(got, 20);
	client_close(&c);
}

static void no_reply_means_none(void **state)
{
	struct vf_region_access bad = { 0, 99, 4 };
	struct client c;
	uint32_t value = 0;

	(void)state;
	client_open(&c, &rig, false);
	client_post(&c, VF_REGION_WRITE, VF_NO_REPLY, &bad, sizeof(bad), &value, 4, NULL, 0);
	client_post(&c, VF_DEVICE_RESET, VF_NO_REPLY, NULL, 0, NULL, 0, NULL, 0);
	client_post(&c, 99, VF_NO_REPLY, NULL, 0, NULL, 0, NULL, 0);
	/* The next reply is this one's. */
	assert_int_equal(client_read32(&c, 0), 0x46434e41);
	client_close(&c);
}

static void descriptors_do_not_leak(void **state)
{
	struct vf_device_info info = { .argsz = sizeof(info) };
	struct vf_irq_set two = { sizeof(two), VF_SET_DATA_EVENTFD | VF_SET_TRIGGER, VF_IRQ_MSIX, 0, 1 };
	struct vf_irq_set none = { sizeof(none), VF_SET_DATA_NONE | VF_SET_TRIGGER, VF_IRQ_MSIX, 0, 0 };
	struct vf_header reset = { 1, VF_DEVICE_RESET, sizeof(reset), 0, 0 };
	struct client c;
	int fds[32];
	unsigned before;

	(void)state;
	for (unsigned i = 0; i < COUNT(fds); i++)
		fds[i] = eventfd(0, EFD_CLOEXEC);
	client_open(&c, &rig, false);
	before = rig_fds(&rig);
	assert_int_equal(client_call(&c, VF_DEVICE_GET_INFO, &info, sizeof(info), NULL, 0, fds, 1), EINVAL);
	assert_int_equal(client_call(&c, VF_DEVICE_RESET, NULL, 0, NULL, 0, fds, 8), EINVAL);
	assert_int_equal(client_call(&c, VF_DEVICE_SET_IRQS, &two, sizeof(two), NULL, 0, fds, 2), EINVAL);
	assert_int_equal(client_call(&c, VF_DEVICE_SET_IRQS, &none, sizeof(none), NULL, 0, fds, 1), EINVAL);
	/* Armed again and again, then disarmed. */
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(client_arm(&c, VF_IRQ_MSIX, fds[i]), 0);
	assert_int_equal(rig_fds(&rig), before + 1);
	assert_int_equal(client_call(&c, VF_DEVICE_SET_IRQS, &none, sizeof(none), NULL, 0, NULL, 0), 0);
	assert_int_equal(rig_fds(&rig), before);
	/* Left armed: the connection's end disarms.  More than a message may have: the end of the connection. */
	assert_int_equal(client_arm(&c, VF_IRQ_MSI, fds[0]), 0);
	client_send(&c, &reset, sizeof(reset), fds, 32);
	/* An error reply first. */
	while (!client_is_closed(&c))
		;
	client_close(&c);
	client_open(&c, &rig, false);
	assert_int_equal(rig_fds(&rig), before);
	client_close(&c);
}

static void interrupts_are_set_by_the_rules(void **state)
{
	static const struct vf_irq_set bad[] = {
		{ 20, 0, VF_IRQ_MSIX, 0, 0 },
		{ 20, VF_SET_TRIGGER, VF_IRQ_MSIX, 0, 0 },
		{ 20, VF_SET_DATA_NONE, VF_IRQ_MSIX, 0, 0 },
		{ 20, VF_SET_DATA_NONE | VF_SET_DATA_EVENTFD | VF_SET_TRIGGER, VF_IRQ_MSIX, 0, 1 },
		{ 20, VF_SET_DATA_NONE | VF_SET_TRIGGER | VF_SET_MASK, VF_IRQ_MSIX, 0, 1 },
		{ 20, VF_SET_DATA_NONE | VF_SET_MASK, VF_IRQ_MSIX, 0, 1 },
		{ 20, VF_SET_DATA_NONE | VF_SET_UNMASK, VF_IRQ_MSIX, 0, 1 },
		{ 20, VF_SET_DATA_NONE | VF_SET_TRIGGER, VF_IRQ_MSIX, 0, 2 },
		{ 20, VF_SET_DATA_NONE | VF_SET_TRIGGER, VF_IRQ_MSIX, 1, 1 },
		{ 20, VF_SET_DATA_NONE | VF_SET_TRIGGER, VF_IRQ_MSIX, UINT32_MAX, 2 },
		{ 20, VF_SET_DATA_NONE | VF_SET_TRIGGER, VF_IRQ_MSIX, 0, UINT32_MAX },
		{ 20, VF_SET_DATA_NONE | VF_SET_TRIGGER, VF_IRQ_INTX, 0, 1 },
		{ 20, VF_SET_DATA_NONE | VF_SET_TRIGGER, VF_IRQS, 0, 0 },
		{ 20, VF_SET_DATA_NONE | VF_SET_TRIGGER, UINT32_MAX, 0, 0 },
		{ 20, VF_SET_DATA_BOOL | VF_SET_TRIGGER, VF_IRQ_MSIX, 0, 1 },
		{ 21, VF_SET_DATA_NONE | VF_SET_TRIGGER, VF_IRQ_MSIX, 0, 1 },
		{ 20, 0x40 | VF_SET_DATA_NONE | VF_SET_TRIGGER, VF_IRQ_MSIX, 0, 1 },
	};
	struct {
		struct vf_irq_set set;
		uint8_t on;
	} __attribute__((packed)) flag = { { 21, VF_SET_DATA_BOOL | VF_SET_TRIGGER, VF_IRQ_MSIX, 0, 1 }, 1 };
	struct vf_irq_set now = { 20, VF_SET_DATA_NONE | VF_SET_TRIGGER, VF_IRQ_MSIX, 0, 1 };
	int event = eventfd(0, EFD_CLOEXEC);
	struct client c;

	(void)state;
	client_open(&c, &rig, false);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (client_call(&c, VF_DEVICE_SET_IRQS, &bad[i], sizeof(bad[i]), NULL, 0, NULL, 0) != EINVAL)
			fail_msg("bad[%zu] is taken", i);
	assert_int_equal(client_arm(&c, VF_IRQ_MSIX, event), 0);
	assert_int_equal(client_call(&c, VF_DEVICE_SET_IRQS, &now, sizeof(now), NULL, 0, NULL, 0), 0);
	assert_int_equal(client_wait_event(event, 5000), 1);
	assert_int_equal(client_call(&c, VF_DEVICE_SET_IRQS, &flag, sizeof(flag), NULL, 0, NULL, 0), 0);
	assert_int_equal(client_wait_event(event, 5000), 1);
	flag.on = 0;
	assert_int_equal(client_call(&c, VF_DEVICE_SET_IRQS, &flag, sizeof(flag), NULL, 0, NULL, 0), 0);
	assert_int_equal(client_wait_event(event, 0), 0);
	/* An eventfd that is full does not stop the server. */
	uint64_t full = UINT64_MAX - 1;
	assert_int_equal(write(event, &full, sizeof(full)), sizeof(full));
	assert_int_equal(client_call(&c, VF_DEVICE_SET_IRQS, &now, sizeof(now), NULL, 0, NULL, 0), 0);
	assert_int_equal(client_reset(&c), 0);
	client_close(&c);
	close(event);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_is_agreed_on),
		cmocka_unit_test(bad_versions_are_refused),
		cmocka_unit_test(nothing_comes_before_the_version),
		cmocka_unit_test(device_regions_and_interrupts),
		cmocka_unit_test(configuration_space),
		cmocka_unit_test(registers_of_every_width),
		cmocka_unit_test(wrong_lengths_are_refused),
		cmocka_unit_test(unknown_commands_are_refused),
		cmocka_unit_test(bad_headers_end_the_connection),
		cmocka_unit_test(a_message_in_pieces),
		cmocka_unit_test(no_reply_means_none),
		cmocka_unit_test(descriptors_do_not_leak),
		cmocka_unit_test(interrupts_are_set_by_the_rules),
	};

	return cmocka_run_group_tests_name("protocol", tests, setup, teardown);
}
