// SPDX-License-Identifier: Apache-2.0
#include "server.h"

#include "json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct session {
	struct vf_conn *conn;
	struct vf_device *dev;
	struct vf_msg msg;
	bool greeted; /* the version is agreed on */
};

/* write_multiple is off: see Documentation/hil.md. */
static const char capabilities[] = "{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1048576,"
				   "\"pgsizes\":4096,\"max_dma_maps\":65535,\"write_multiple\":false}}";

/* Sends the reply, unless none is wanted. */
static int reply2(struct session *s, const void *a, size_t na, const void *b, size_t nb)
{
	if (s->msg.hdr.flags & VF_NO_REPLY || atomic_load(&s->dev->fate) != VF_ALIVE)
		return 0;
	return vf_conn_reply(s->conn, &s->msg.hdr, a, na, b, nb);
}

static int reply(struct session *s, const void *a, size_t n)
{
	return reply2(s, a, n, NULL, 0);
}

/*
 * A command's function returns 0 when it has sent its reply (or the connection's error from sending it), or a positive errno
 * for an error reply.
 */
typedef int (*command_fn)(struct session *s);

static int do_version(struct session *s)
{
	struct vf_version v = { 0, 0 };
	const char *json = (const char *)s->msg.body + sizeof(v);

	if (s->greeted || s->msg.len < sizeof(v))
		return EINVAL;
	memcpy(&v, s->msg.body, sizeof(v));
	if (v.major != 0)
		return ENOTSUP;
	if (s->msg.len > sizeof(v) && (s->msg.body[s->msg.len - 1] || !vf_json_is_object(json)))
		return EINVAL;
	s->greeted = true;
	v.minor = 0;
	return reply2(s, &v, sizeof(v), capabilities, sizeof(capabilities));
}

static int do_dma_map(struct session *s)
{
	struct vf_dma_map map;
	int fd, err;

	if (s->msg.len != sizeof(map) || s->msg.fds > 1)
		return EINVAL;
	memcpy(&map, s->msg.body, sizeof(map));
	if (map.argsz < sizeof(map))
		return EINVAL;
	fd = vf_msg_take_fd(&s->msg);
	err = vf_device_map(s->dev, &map, fd);
	if (fd >= 0)
		close(fd);
	return err ? -err : reply(s, NULL, 0);
}

static int do_dma_unmap(struct session *s)
{
	struct vf_dma_unmap unmap;
	int err;

	if (s->msg.len != sizeof(unmap))
		return EINVAL;
	memcpy(&unmap, s->msg.body, sizeof(unmap));
	if (unmap.argsz < sizeof(unmap) || unmap.flags & ~VF_UNMAP_ALL ||
	    (unmap.flags & VF_UNMAP_ALL && (unmap.iova || unmap.size)))
		return EINVAL;
	err = vf_device_unmap(s->dev, &unmap);
	return err ? -err : reply(s, &unmap, sizeof(unmap));
}

static int do_get_info(struct session *s)
{
	struct vf_device_info info;

	if (s->msg.len != sizeof(info))
		return EINVAL;
	memcpy(&info, s->msg.body, sizeof(info));
	if (info.argsz < sizeof(info))
		return EINVAL;
	info = (struct vf_device_info){ sizeof(info), VF_DEVICE_FLAG_RESET | VF_DEVICE_FLAG_PCI, VF_REGIONS, VF_IRQS };
	return reply(s, &info, sizeof(info));
}

static int do_get_region_info(struct session *s)
{
	struct vf_region_info info;
	uint32_t size;

	if (s->msg.len != sizeof(info))
		return EINVAL;
	memcpy(&info, s->msg.body, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VF_REGIONS)
		return EINVAL;
	size = vf_device_region(info.index);
	info = (struct vf_region_info){ .argsz = sizeof(info), .index = info.index, .size = size,
					.flags = size ? VF_REGION_FLAG_READ | VF_REGION_FLAG_WRITE : 0 };
	return reply(s, &info, sizeof(info));
}

/* No region has a descriptor that the client could use past the server. */
static int do_get_region_io_fds(struct session *s)
{
	struct vf_region_io_fds io;

	if (s->msg.len != sizeof(io))
		return EINVAL;
	memcpy(&io, s->msg.body, sizeof(io));
	if (io.argsz < sizeof(io) || io.flags || io.count || !vf_device_region(io.index))
		return EINVAL;
	io.argsz = sizeof(io);
	return reply(s, &io, sizeof(io));
}

static int do_get_irq_info(struct session *s)
{
	struct vf_irq_info info;
	unsigned count;

	if (s->msg.len != sizeof(info))
		return EINVAL;
	memcpy(&info, s->msg.body, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VF_IRQS)
		return EINVAL;
	count = vf_irq_count(info.index);
	info = (struct vf_irq_info){ sizeof(info), count ? VF_IRQ_FLAG_EVENTFD | VF_IRQ_FLAG_NORESIZE : 0, info.index, count };
	return reply(s, &info, sizeof(info));
}

static int do_set_irqs(struct session *s)
{
	int err = vf_device_set_irqs(s->dev, &s->msg);

	return err ? -err : reply(s, NULL, 0);
}

static int do_region_read(struct session *s)
{
	struct vf_region_access a;
	uint8_t data[VF_CONFIG_BYTES];
	int err;

	if (s->msg.len != sizeof(a))
		return EINVAL;
	memcpy(&a, s->msg.body, sizeof(a));
	if (a.count > sizeof(data))
		return EINVAL;
	err = vf_device_read(s->dev, a.region, a.offset, data, a.count);
	return err ? -err : reply2(s, &a, sizeof(a), data, a.count);
}

static int do_region_write(struct session *s)
{
	struct vf_region_access a;
	int err;

	if (s->msg.len < sizeof(a))
		return EINVAL;
	memcpy(&a, s->msg.body, sizeof(a));
	if (a.count != s->msg.len - sizeof(a))
		return EINVAL;
	err = vf_device_write(s->dev, a.region, a.offset, s->msg.body + sizeof(a), a.count);
	return err ? -err : reply(s, &a, sizeof(a));
}

static int do_reset(struct session *s)
{
	if (s->msg.len)
		return EINVAL;
	vf_device_reset(s->dev);
	return reply(s, NULL, 0);
}

/* Migration, and writes in bundles, which were not agreed on. */
static int do_not_supported(struct session *s)
{
	return s->msg.hdr.command == VF_DEVICE_FEATURE ? ENOTTY : ENOTSUP;
}

static const struct {
	command_fn fn;
	bool takes_fds;
} commands[] = {
	[VF_VERSION] = { do_version, false },
	[VF_DMA_MAP] = { do_dma_map, true },
	[VF_DMA_UNMAP] = { do_dma_unmap, false },
	[VF_DEVICE_GET_INFO] = { do_get_info, false },
	[VF_DEVICE_GET_REGION_INFO] = { do_get_region_info, false },
	[VF_DEVICE_GET_REGION_IO_FDS] = { do_get_region_io_fds, false },
	[VF_DEVICE_GET_IRQ_INFO] = { do_get_irq_info, false },
	[VF_DEVICE_SET_IRQS] = { do_set_irqs, true },
	[VF_REGION_READ] = { do_region_read, false },
	[VF_REGION_WRITE] = { do_region_write, false },
	[VF_DEVICE_RESET] = { do_reset, false },
	[VF_REGION_WRITE_MULTI] = { do_not_supported, false },
	[VF_DEVICE_FEATURE] = { do_not_supported, false },
	[VF_MIG_DATA_READ] = { do_not_supported, false },
	[VF_MIG_DATA_WRITE] = { do_not_supported, false },
};

/* As a command's function. */
static int run_command(struct session *s)
{
	uint16_t number = s->msg.hdr.command;

	if (number >= sizeof(commands) / sizeof(commands[0]) || !commands[number].fn)
		return EINVAL;
	if (!s->greeted && number != VF_VERSION)
		return EINVAL;
	if (s->msg.fds && !commands[number].takes_fds)
		return EINVAL;
	return commands[number].fn(s);
}

/* One message that was received; an error ends the connection. */
static int handle(struct session *s)
{
	const struct vf_header *h = &s->msg.hdr;
	int err;

	/* This server asks nothing, so nobody can answer it. */
	if ((h->flags & VF_TYPE_MASK) != VF_TYPE_COMMAND)
		return -EPROTO;
	err = run_command(s);
	if (atomic_load(&s->dev->fate) == VF_DEAD)
		return -ECANCELED;
	if (err <= 0)
		return err;
	if (!(h->flags & VF_NO_REPLY) && atomic_load(&s->dev->fate) == VF_ALIVE)
		err = vf_conn_error(s->conn, h, err);
	else
		err = 0;
	/* Without a version there is no protocol to go on with. */
	return err ? err : s->greeted ? 0 : -EPROTO;
}

static int serve_client(struct vf_conn *conn, struct vf_device *dev)
{
	struct session s = { .conn = conn, .dev = dev };
	int err;

	vf_device_connected(dev);
	do {
		err = vf_conn_receive(conn, &s.msg);
		if (err == -EPROTO)
			vf_conn_error(conn, &s.msg.hdr, EINVAL);
		if (!err) {
			err = handle(&s);
			vf_msg_close_fds(&s.msg);
		}
	} while (!err);
	if (err == -EPROTO)
		fprintf(stderr, "fcn-vfio: what the client sent is not the protocol: connection closed\n");
	vf_conn_hangup(conn);
	vf_device_disconnected(dev);
	return err;
}

int vf_serve(struct vf_conn *conn, struct vf_device *dev)
{
	int err;

	do {
		err = vf_conn_accept(conn);
		if (!err)
			err = serve_client(conn, dev) == -ECANCELED ? -ECANCELED : 0;
	} while (!err);
	return err == -ECANCELED ? 0 : err;
}
