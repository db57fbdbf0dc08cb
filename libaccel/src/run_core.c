/* SPDX-License-Identifier: MIT */
/* A job of the core within an inference. */
#include <errno.h>

#include "drm/fcn_accel_regs.h"
#include "error.h"
#include "runtime.h"

#define PROGRESS_NS 100000000

static int pack(struct run *r, const struct plan_segment *s)
{
	for (int i = 0; i < s->n_in; i++) {
		const struct plan_port *port = &s->in[i];

		if (r->p->binding[port->place.region].buf)
			continue;
		if (!r->value[port->tensor].data)
			return error(-EINVAL, "'%s' is not there: no array was given, or the "
				     "compiler has a bug", r->p->g->tensor[port->tensor].name);
		layout_pack(port, r->value[port->tensor].data,
			    program_region(r->p, port->place.region));
	}
	return 0;
}

static int unpack(struct run *r, const struct plan_segment *s, int index)
{
	int err = 0;

	for (int i = 0; !err && i < s->n_out; i++) {
		const struct plan_port *port = &s->out[i];

		if (r->p->last[port->tensor] <= index && !r->wanted[port->tensor])
			continue;
		err = run_alloc(r, port->tensor);
		if (!err)
			layout_unpack(port, program_region(r->p, port->place.region),
				      r->value[port->tensor].data);
	}
	return err;
}

/* Layers of the segment that are done: by the command that the core is at, or else by time. */
static int layers_done(const struct accel_program *p, const struct plan_segment *s,
		       const struct core_progress *progress)
{
	const int *order = &p->plan->layer_order[s->first_layer];
	uint64_t cycles = progress->cycles;
	int done = 0;

	if (progress->commands) {
		uint32_t at = progress->commands < s->n_cmd ? progress->commands : s->n_cmd - 1;

		while (done < s->n_layer - 1 && order[done] != s->cmd_layer[at])
			done++;
		return done;
	}
	while (done < s->n_layer - 1 && cycles >= p->plan->layer_cycles[order[done]])
		cycles -= p->plan->layer_cycles[order[done++]];
	return done;
}

/* The layer that a command belongs to, for messages. */
static const char *layer_at(const struct accel_program *p, const struct plan_segment *s,
			    uint32_t cmd)
{
	return cmd < s->n_cmd ? p->plan->net->layer[s->cmd_layer[cmd]].name : "?";
}

/* A job's fault as an error. */
static int explain(const struct accel_program *p, const struct plan_segment *s,
		   const struct core_result *result)
{
	const char *layer = layer_at(p, s, result->fault_cmd);

	switch (result->cause) {
	case FCN_CAUSE_NONE:
		return 0;
	case FCN_CAUSE_MMU_INVALID:
	case FCN_CAUSE_MMU_PERM:
		return error(-EFAULT, "the core may not %s address 0x%08x (layer '%s', command "
			     "%u): a bug of the compiler",
			     result->cause == FCN_CAUSE_MMU_PERM ? "write" : "use",
			     result->fault_addr, layer, result->fault_cmd);
	case FCN_CAUSE_BUS_READ:
	case FCN_CAUSE_BUS_WRITE:
	case FCN_CAUSE_BUS_WALK:
		return error(-EIO, "the core got a bus error at address 0x%08x (layer '%s', "
			     "command %u)", result->fault_addr, layer, result->fault_cmd);
	case FCN_CAUSE_ABORTED:
		return error(-EIO, "the job was aborted: the core made no progress, or the driver "
			     "was asked to");
	default:
		return error(-EPROTO, "the core refused command %u of layer '%s' (%s): a bug of "
			     "the compiler", result->fault_cmd, layer,
			     result->cause == FCN_CAUSE_DEADLOCK ? "deadlock" : "illegal");
	}
}

static int wait_job(struct run *r, const struct step *step, uint64_t token,
		    struct core_result *result)
{
	const struct plan_segment *s = &r->p->plan->segment[step->segment];
	struct core_device *core = r->p->dev->core;
	struct core_progress progress;
	struct error_state said;
	int err;

	for (;;) {
		error_save(&said);
		err = core->ops->wait(core, token, now_ns() + PROGRESS_NS, result);
		if (err != -ETIMEDOUT)
			return err;
		error_restore(&said);
		core->ops->progress(core, token, &progress);
		run_progress(r, step->layer + layers_done(r->p, s, &progress));
	}
}

static int run_job(struct run *r, const struct step *step)
{
	struct accel_program *p = r->p;
	const struct plan_segment *s = &p->plan->segment[step->segment];
	struct core_device *core = p->dev->core;
	const struct core_job job = {
		.cmd = p->cmd,
		.cmd_offset = p->cmd_offset[step->segment],
		.cmd_count = s->n_cmd,
		.bo = p->used,
		.bo_write = p->used_write,
		.bo_range = p->used_range,
		.n_bo = p->n_used,
	};
	struct core_result result = { 0 };
	int64_t start = now_ns();
	uint64_t token;
	int err = core->ops->submit(core, &job, &token);

	if (!err && r->watch && step - p->step == r->last_core)
		r->watch->submitted(r->watch->ctx, core->ops->fence(core, token));
	if (!err)
		err = wait_job(r, step, token, &result);
	if (!err)
		err = explain(p, s, &result);
	if (!err)
		profile_core(r, step, &result, start);
	return err;
}

int run_core(struct run *r, const struct step *step)
{
	const struct plan_segment *s = &r->p->plan->segment[step->segment];
	int err = pack(r, s);

	if (!err)
		err = r->p->place ? run_host_layers(r, step) : run_job(r, step);
	return err ? err : unpack(r, s, (int)(step - r->p->step));
}
