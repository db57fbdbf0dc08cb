/* SPDX-License-Identifier: MIT */
/* The device memory of a program: regions, commands, and buffers that the application binds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "runtime.h"

/* Starts of commands and of bound inputs and outputs. */
#define ALIGN 64

static int make_host_bo(size_t size, struct bo **bo)
{
	struct bo *b = calloc(1, sizeof(*b));

	if (b)
		*b = (struct bo){ 0, size, calloc(1, size) };
	if (!b || !b->map) {
		free(b);
		return error(-ENOMEM, "out of memory for %zu bytes of layers", size);
	}
	*bo = b;
	return 0;
}

/* Of the device; of the host where layers run there. */
static int make_bo(const struct accel_program *p, size_t size, struct bo **bo)
{
	struct core_device *core = p->dev->core;

	if (!size)
		return 0;
	return p->place ? make_host_bo(size, bo) : core->ops->bo_create(core, size, bo);
}

static void free_bo(const struct accel_program *p, struct bo *bo)
{
	if (!bo)
		return;
	if (!p->place) {
		p->dev->core->ops->bo_free(p->dev->core, bo);
		return;
	}
	free(bo->map);
	free(bo);
}

static int make_regions(struct accel_program *p)
{
	const struct plan *plan = p->plan;
	int err = 0;

	for (int i = 0; !err && i < plan->n_region; i++)
		err = make_bo(p, plan->region[i].bytes, &p->region[i]);
	if (!err && plan->n_region > PLAN_CONST && p->region[PLAN_CONST])
		memcpy(p->region[PLAN_CONST]->map, plan->constants, plan->region[PLAN_CONST].bytes);
	return err;
}

static int make_commands(struct accel_program *p)
{
	size_t size = 0;

	for (int i = 0; i < p->plan->n_segment; i++) {
		p->cmd_offset[i] = size;
		if (p->plan->segment[i].on_core)
			size += (size_t)p->plan->segment[i].n_cmd * FCN_CMD_BYTES;
	}
	return make_bo(p, size, &p->cmd);
}

int program_memory_init(struct accel_program *p)
{
	int err;

	p->region = calloc((size_t)p->plan->n_region + 1, sizeof(*p->region));
	p->binding = calloc((size_t)p->plan->n_region + 1, sizeof(*p->binding));
	p->used = calloc((size_t)p->plan->n_region + 2, sizeof(*p->used));
	p->used_write = calloc((size_t)p->plan->n_region + 2, sizeof(*p->used_write));
	p->used_range = calloc((size_t)p->plan->n_region + 2, sizeof(*p->used_range));
	p->cmd_offset = calloc((size_t)p->plan->n_segment + 1, sizeof(*p->cmd_offset));
	if (!p->region || !p->binding || !p->used || !p->used_write || !p->used_range ||
	    !p->cmd_offset)
		return error(-ENOMEM, "out of memory for a program of %d jobs", p->plan->n_segment);
	err = make_regions(p);
	return err ? err : make_commands(p);
}

void program_memory_exit(struct accel_program *p)
{
	for (int i = 0; p->plan && i < p->plan->n_region; i++) {
		if (p->region)
			free_bo(p, p->region[i]);
		if (p->binding)
			accel_buffer_free(p->binding[i].buf);
	}
	free_bo(p, p->cmd);
	free(p->region);
	free(p->binding);
	free(p->used);
	free(p->used_write);
	free(p->used_range);
	free(p->cmd_offset);
}

static const struct bo *region_bo(const struct accel_program *p, int region)
{
	const struct binding *b = &p->binding[region];

	return b->buf ? b->buf->bo : p->region[region];
}

void *program_region(const struct accel_program *p, int region)
{
	return (char *)region_bo(p, region)->map + p->binding[region].offset;
}

/* Writes all commands for the addresses that the regions have now. */
void program_relocate(struct accel_program *p)
{
	uint32_t va[PLAN_NO_REGION + 1] = { 0 };

	if (p->relocated || !p->cmd)
		return;
	p->n_used = 0;
	for (int i = 0; i < p->plan->n_region; i++) {
		const struct bo *bo = region_bo(p, i);

		if (!bo)
			continue;
		va[i] = bo->va + (uint32_t)p->binding[i].offset;
		p->used[p->n_used] = bo;
		p->used_range[p->n_used] = (struct bo_range){ p->binding[i].offset,
							      p->plan->region[i].bytes };
		p->used_write[p->n_used++] = p->plan->region[i].written;
	}
	for (int i = 0; i < p->plan->n_segment; i++)
		if (p->plan->segment[i].on_core)
			plan_relocate(&p->plan->segment[i], va,
				      (void *)((char *)p->cmd->map + p->cmd_offset[i]));
	p->relocated = true;
}

int program_io_region(const struct accel_program *p, int index, bool in)
{
	int tensor = in ? p->g->in[index] : p->g->out[index];

	for (int i = PLAN_IO; i < p->plan->n_region; i++)
		if (p->plan->region[i].tensor == tensor && p->plan->region[i].written != in)
			return i;
	return -1;
}

const struct plan_port *program_port(const struct accel_program *p, int region, bool in)
{
	for (int i = 0; i < p->plan->n_segment; i++) {
		const struct plan_segment *s = &p->plan->segment[i];
		const struct plan_port *port = in ? s->in : s->out;

		for (int k = 0; s->on_core && k < (in ? s->n_in : s->n_out); k++)
			if (port[k].place.region == region)
				return &port[k];
	}
	return NULL;
}

static bool host_reads(const struct accel_program *p, int tensor)
{
	for (int i = 0; i < p->n_step; i++) {
		const struct node *n = p->step[i].node < 0 ? NULL : &p->g->node[p->step[i].node];

		for (int k = 0; n && k < n->n_in; k++)
			if (n->in[k] == tensor)
				return true;
	}
	return false;
}

static bool is_output(const struct graph *g, int tensor)
{
	for (int i = 0; i < g->n_out; i++)
		if (g->out[i] == tensor)
			return true;
	return false;
}

/* Whether the tensor is packed for the core into memory other than the region's (-1: into any). */
static bool host_packs(const struct accel_program *p, int tensor, int region)
{
	for (int i = 0; i < p->plan->n_segment; i++) {
		const struct plan_segment *s = &p->plan->segment[i];

		for (int k = 0; s->on_core && k < s->n_in; k++)
			if (s->in[k].tensor == tensor && s->in[k].place.region != region)
				return true;
	}
	return false;
}

/* Whether the host takes anything out of the region but an output that is bound to it. */
static bool host_unpacks(const struct accel_program *p, int tensor, int region)
{
	for (int i = 0; i < p->plan->n_segment; i++) {
		const struct plan_segment *s = &p->plan->segment[i];

		for (int k = 0; s->on_core && k < s->n_out; k++)
			if (s->out[k].tensor != tensor && s->out[k].place.region == region)
				return true;
	}
	return host_reads(p, tensor);
}

/* The port of an input or output that the core alone handles; -EINVAL, -ENOTSUP. */
static int find_port(const struct accel_program *p, int index, bool in,
		     const struct plan_port **port)
{
	const char *what = in ? "input" : "output", *name;
	int n = in ? p->g->n_in : p->g->n_out, region, tensor;

	if (index < 0 || index >= n)
		return error(-EINVAL, "the program has no %s %d; it has %d", what, index, n);
	tensor = in ? p->g->in[index] : p->g->out[index];
	name = p->g->tensor[tensor].name;
	region = program_io_region(p, index, in);
	*port = region < 0 ? NULL : program_port(p, region, in);
	if (!*port || p->place || (in && host_reads(p, tensor)))
		return error(-ENOTSUP, "%s '%s' is %s on the host; use an array", what, name,
			     in ? "read" : "made");
	/* A buffer would be one of its copies. */
	if (in && host_packs(p, tensor, region))
		return error(-ENOTSUP, "input '%s' is quantised for the core in more than one way, "
			     "so no single buffer holds it; use an array", name);
	if (in && is_output(p->g, tensor))
		return error(-ENOTSUP, "input '%s' is an output of the model too, which the host "
			     "copies; use an array", name);
	return 0;
}

static int get_layout(const struct accel_program *p, int index, bool in,
		      struct accel_io_layout *layout)
{
	const struct plan_port *port;
	struct accel_io_layout l = { 0 };
	int err = find_port(p, index, in, &port);

	if (err)
		return err;
	l.images = port->place.n;
	l.height = port->place.h;
	l.width = port->place.w;
	l.channels = port->place.c;
	l.image_pitch = port->place.image_pitch;
	l.row_pitch = port->place.row_pitch;
	l.pixel_pitch = port->place.pixel_pitch;
	l.bytes = p->plan->region[port->place.region].bytes;
	l.scale = port->place.scale;
	l.zero_point = port->place.zero_point;
	return sized_put(layout, &l, sizeof(l));
}

int accel_program_input_layout(const struct accel_program *prog, int index,
			       struct accel_io_layout *layout)
{
	return get_layout(prog, index, true, layout);
}

int accel_program_output_layout(const struct accel_program *prog, int index,
				struct accel_io_layout *layout)
{
	return get_layout(prog, index, false, layout);
}

static int check_buffer(const struct accel_program *p, const struct accel_buffer *buf,
			size_t offset, size_t need)
{
	if (buf->dev != p->dev)
		return error(-EINVAL, "the buffer belongs to another device than the program");
	if (offset % ALIGN)
		return error(-EINVAL, "offset %zu in a buffer: it must be a multiple of %d", offset,
			     ALIGN);
	if (offset > buf->bo->size || need > buf->bo->size - offset)
		return error(-EINVAL, "a buffer of %zu bytes has no room for %zu at offset %zu",
			     buf->bo->size, need, offset);
	return 0;
}

static int bind(struct accel_program *p, int index, bool in, struct accel_buffer *buf,
		size_t offset)
{
	const struct plan_port *port;
	struct accel_buffer *before;
	int region, err = turn_check(p);

	if (!err)
		err = find_port(p, index, in, &port);
	if (err)
		return err;
	region = port->place.region;
	if (buf)
		err = check_buffer(p, buf, offset, p->plan->region[region].bytes);
	if (!err && buf && !buf->bo->map &&
	    (host_unpacks(p, port->tensor, region) || (!in && host_packs(p, port->tensor, -1))))
		err = error(-ENOTSUP, "the host reads '%s', and the buffer's exporter does not "
			    "let it be mapped", p->g->tensor[port->tensor].name);
	if (err)
		return err;
	turn_wait(p, turn_draw(p));
	pthread_mutex_lock(&p->lock);
	before = p->binding[region].buf;
	p->binding[region].buf = buf ? buffer_get(buf) : NULL;
	p->binding[region].offset = buf ? offset : 0;
	pthread_mutex_unlock(&p->lock);
	p->relocated = false;
	turn_end(p);
	accel_buffer_free(before);
	return 0;
}

int accel_program_bind_input(struct accel_program *prog, int index, struct accel_buffer *buf,
			     size_t offset)
{
	return bind(prog, index, true, buf, offset);
}

int accel_program_bind_output(struct accel_program *prog, int index, struct accel_buffer *buf,
			      size_t offset)
{
	return bind(prog, index, false, buf, offset);
}
