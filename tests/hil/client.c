// SPDX-License-Identifier: Apache-2.0
#include "client.h"
#include "test.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE 20000 /* ms: a server that takes longer hangs */

void client_send(struct client *c, const void *data, size_t n, const int *fds, unsigned n_fds)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(64 * sizeof(int))];
	} control;
	union {
		const void *c;
		void *v;
	} u = { data };
	struct iovec iov = { u.v, n };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };

	memset(&control, 0, sizeof(control));
	if (n_fds) {
		mh.msg_control = control.buf;
		mh.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		struct cmsghdr *cm = CMSG_FIRSTHDR(&mh);

		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(cm), fds, n_fds * sizeof(int));
	}
	while (iov.iov_len) {
		ssize_t sent = sendmsg(c->fd, &mh, MSG_NOSIGNAL);

		/* A server that has closed is for the test to find out. */
		if (sent < 0)
			return;
		iov.iov_base = (char *)iov.iov_base + sent;
		iov.iov_len -= (size_t)sent;
		mh.msg_control = NULL;
		mh.msg_controllen = 0;
	}
}

uint16_t client_post(struct client *c, unsigned command, uint32_t flags, const void *a, size_t na, const void *b, size_t nb,
		     const int *fds, unsigned n_fds)
{
	static uint8_t buf[VF_MAX_MESSAGE];
	struct vf_header h = { .id = c->id++, .command = (uint16_t)command, .flags = flags,
			       .size = (uint32_t)(sizeof(h) + na + nb) };

	assert_in_range(h.size, sizeof(h), sizeof(buf));
	memcpy(buf, &h, sizeof(h));
	if (na)
		memcpy(buf + sizeof(h), a, na);
	if (nb)
		memcpy(buf + sizeof(h) + na, b, nb);
	client_send(c, buf, h.size, fds, n_fds);
	return h.id;
}

/* Fills buf; false at the connection's end. */
static bool receive(struct client *c, void *buf, size_t n)
{
	char *p = buf;

	while (n) {
		struct pollfd pfd = { .fd = c->fd, .events = POLLIN };
		ssize_t got;

		if (poll(&pfd, 1, PATIENCE) != 1)
			fail_msg("the server does not answer");
		got = recv(c->fd, p, n, 0);
		if (got <= 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
}

bool client_is_closed(struct client *c)
{
	struct pollfd pfd = { .fd = c->fd, .events = POLLIN };
	char byte;

	if (poll(&pfd, 1, PATIENCE) != 1)
		fail_msg("the server does not hang up");
	/* A reset (-1) would say that messages were thrown away: QEMU dies of that. */
	return recv(c->fd, &byte, 1, 0) == 0;
}

int client_reply(struct client *c, uint16_t id, unsigned command, void *payload, size_t n, size_t *got)
{
	struct vf_header h;

	if (!receive(c, &h, sizeof(h)))
		fail_msg("the server has closed the connection");
	assert_int_equal(h.id, id);
	assert_int_equal(h.command, command);
	assert_int_equal(h.flags & VF_TYPE_MASK, VF_TYPE_REPLY);
	assert_false(h.flags & VF_NO_REPLY);
	*got = h.size - sizeof(h);
	if (h.flags & VF_ERROR) {
		/* An error reply is a header alone. */
		assert_int_equal(h.size, sizeof(h));
		assert_int_not_equal(h.error, 0);
		return (int)h.error;
	}
	assert_in_range(*got, 0, n);
	if (*got && !receive(c, payload, *got))
		fail_msg("the server has closed the connection in a reply");
	return 0;
}

int client_call(struct client *c, unsigned command, const void *in, size_t n, void *out, size_t out_n, const int *fds,
		unsigned n_fds)
{
	uint16_t id = client_post(c, command, 0, in, n, NULL, 0, fds, n_fds);
	size_t got;
	int err = client_reply(c, id, command, out, out_n, &got);

	if (!err)
		assert_int_equal(got, out_n);
	return err;
}

void client_open(struct client *c, const struct rig *rig, bool raw)
{
	static const char text[] = "{\"capabilities\": {\"pgsizes\": 4096, \"max_msg_fds\": 16, \"max_dma_maps\": 65535,"
				   " \"max_data_xfer_size\": 1048576, \"write_multiple\": true}}";
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char in[sizeof(struct vf_version) + sizeof(text)] = { 0 }, out[512];
	size_t got;
	uint16_t id;

	c->id = 1;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(c->fd >= 0);
	strcpy(addr.sun_path, rig->socket);
	/* A socket that a dead server left is replaced in a moment. */
	for (int i = 0; connect(c->fd, (struct sockaddr *)&addr, sizeof(addr)); i++) {
		assert_in_range(i, 0, 400);
		usleep(5000);
	}
	if (raw)
		return;
	memcpy(in + sizeof(struct vf_version), text, sizeof(text));
	id = client_post(c, VF_VERSION, 0, in, sizeof(in), NULL, 0, NULL, 0);
	assert_int_equal(client_reply(c, id, VF_VERSION, out, sizeof(out), &got), 0);
}

void client_close(struct client *c)
{
	close(c->fd);
	c->fd = -1;
}

int client_read(struct client *c, uint32_t region, uint64_t offset, void *buf, uint32_t n)
{
	struct vf_region_access a = { offset, region, n };
	uint8_t out[sizeof(a) + 4096];
	size_t got;
	uint16_t id = client_post(c, VF_REGION_READ, 0, &a, sizeof(a), NULL, 0, NULL, 0);
	int err = client_reply(c, id, VF_REGION_READ, out, sizeof(out), &got);

	if (err)
		return err;
	assert_int_equal(got, sizeof(a) + n);
	assert_memory_equal(out, &a, sizeof(a));
	memcpy(buf, out + sizeof(a), n);
	return 0;
}

int client_write(struct client *c, uint32_t region, uint64_t offset, const void *buf, uint32_t n)
{
	struct vf_region_access a = { offset, region, n }, out;
	size_t got;
	uint16_t id = client_post(c, VF_REGION_WRITE, 0, &a, sizeof(a), buf, n, NULL, 0);
	int err = client_reply(c, id, VF_REGION_WRITE, &out, sizeof(out), &got);

	if (!err) {
		assert_int_equal(got, sizeof(a));
		assert_memory_equal(&out, &a, sizeof(a));
	}
	return err;
}

uint32_t client_read32(struct client *c, unsigned off)
{
	uint32_t value;

	assert_int_equal(client_read(c, VF_BAR0, off, &value, 4), 0);
	return value;
}

void client_write32(struct client *c, unsigned off, uint32_t value)
{
	struct vf_region_access a = { off, VF_BAR0, 4 };

	client_post(c, VF_REGION_WRITE, VF_NO_REPLY, &a, sizeof(a), &value, 4, NULL, 0);
}

int client_map(struct client *c, uint64_t iova, uint64_t size, uint32_t flags, int fd, uint64_t offset)
{
	struct vf_dma_map map = { sizeof(map), flags, offset, iova, size };

	return client_call(c, VF_DMA_MAP, &map, sizeof(map), NULL, 0, &fd, fd >= 0);
}

int client_unmap(struct client *c, uint64_t iova, uint64_t size)
{
	struct vf_dma_unmap unmap = { sizeof(unmap), 0, iova, size }, out;
	int err = client_call(c, VF_DMA_UNMAP, &unmap, sizeof(unmap), &out, sizeof(out), NULL, 0);

	if (!err)
		assert_memory_equal(&out, &unmap, sizeof(out));
	return err;
}

int client_arm(struct client *c, uint32_t index, int fd)
{
	struct vf_irq_set set = { sizeof(set), VF_SET_DATA_EVENTFD | VF_SET_TRIGGER, index, 0, 1 };

	return client_call(c, VF_DEVICE_SET_IRQS, &set, sizeof(set), NULL, 0, &fd, fd >= 0);
}

int client_reset(struct client *c)
{
	return client_call(c, VF_DEVICE_RESET, NULL, 0, NULL, 0, NULL, 0);
}

void client_enable(struct client *c)
{
	uint16_t command = 6, control = 0x8000;

	assert_int_equal(client_write(c, VF_CONFIG, 4, &command, 2), 0);
	assert_int_equal(client_write(c, VF_CONFIG, 0xb2, &control, 2), 0);
}

uint64_t client_wait_event(int fd, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint64_t n = 0;

	if (poll(&pfd, 1, ms) == 1)
		assert_int_equal(read(fd, &n, sizeof(n)), sizeof(n));
	return n;
}
