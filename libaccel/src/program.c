/* SPDX-License-Identifier: MIT */
/* Programs: a model compiled for a device. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "runtime.h"
#include "text.h"

struct accel_program *program_get(struct accel_program *p)
{
	atomic_fetch_add(&p->refs, 1);
	return p;
}

void accel_program_free(struct accel_program *p)
{
	if (!p || !device_ours(p->dev) || atomic_fetch_sub(&p->refs, 1) != 1)
		return;
	program_memory_exit(p);
	program_steps_exit(p);
	program_host_exit(p);
	plan_free(p->plan);
	graph_free(p->g);
	accel_model_free(p->model);
	accel_device_close(p->dev);
	pthread_cond_destroy(&p->turn);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static struct accel_program *new_program(const struct accel_model *model, struct accel_device *dev)
{
	struct accel_program *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	atomic_init(&p->refs, 1);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->turn, NULL);
	p->dev = device_get(dev);
	p->model = model_get((struct accel_model *)model);
	return p;
}

/* The core whose partition the host takes when there is none: the default one. */
static const struct core_config default_core = {
	.rows = 16,
	.cols = 16,
	.lanes = 16,
	.ifm_bytes = 1 << 17,
	.wgt_bytes = 1 << 16,
	.ofm_bytes = 1 << 16,
	.par_bytes = 1 << 13,
	.acc_entries = 1 << 9,
	.queue_depth = 8,
};

static int make_plan(struct accel_program *p, const struct accel_compile_options *options)
{
	const struct plan_options o = { .layer_jobs = options->layer_jobs };
	const struct core_config *config = p->dev->core ? &p->dev->core->config : &default_core;
	int err;

	if (p->dev->reference)
		return plan_compile(p->g, NULL, &o, &p->plan);
	if (p->dev->core && !p->host_only)
		return plan_compile(p->g, config, &o, &p->plan);
	err = program_host_plan(p->g, config, &o, &p->plan, &p->place);
	return err ? err : program_host_init(p);
}

static int compile(struct accel_program *p, const struct accel_compile_options *options)
{
	int err = model_infer(p->model, &p->g);

	p->host_only = options->host_only;
	if (!err)
		err = make_plan(p, options);
	if (!err)
		err = program_steps_init(p);
	return err ? err : program_memory_init(p);
}

int accel_compile(const struct accel_model *model, struct accel_device *dev,
		  const struct accel_compile_options *options, struct accel_program **prog)
{
	struct accel_compile_options o;
	struct accel_program *p;
	struct error_state said;
	unsigned int mark = error_mark();
	int err = sized_get(&o, sizeof(o), options);

	*prog = NULL;
	if (!err)
		err = device_check(dev);
	if (err)
		return err;
	p = new_program(model, dev);
	if (!p)
		return error(-ENOMEM, "out of memory for a program");
	error_save(&said);
	err = compile(p, &o);
	if (err) {
		accel_program_free(p);
		return error_memory(err, mark, "compiling a model");
	}
	/* What one part of the compiler cannot do, another does. */
	error_restore(&said);
	*prog = p;
	return 0;
}

uint64_t turn_draw(struct accel_program *p)
{
	uint64_t number;

	pthread_mutex_lock(&p->lock);
	number = p->next++;
	pthread_mutex_unlock(&p->lock);
	return number;
}

void turn_wait(struct accel_program *p, uint64_t number)
{
	pthread_mutex_lock(&p->lock);
	while (p->serving != number)
		pthread_cond_wait(&p->turn, &p->lock);
	p->held = true;
	p->holder = pthread_self();
	pthread_mutex_unlock(&p->lock);
}

void turn_end(struct accel_program *p)
{
	pthread_mutex_lock(&p->lock);
	p->serving++;
	p->held = false;
	pthread_cond_broadcast(&p->turn);
	pthread_mutex_unlock(&p->lock);
}

/* Whether the calling thread has the turn: it is in its progress function. */
static bool turn_mine(struct accel_program *p)
{
	bool mine;

	pthread_mutex_lock(&p->lock);
	mine = p->held && pthread_equal(p->holder, pthread_self());
	pthread_mutex_unlock(&p->lock);
	return mine;
}

int turn_check(struct accel_program *p)
{
	int err = device_check(p->dev);

	if (err)
		return err;
	return turn_mine(p) ? error(-EDEADLK, "a progress function cannot wait for its own program; "
			    "accel_submit() starts a run behind this one") : 0;
}

int accel_program_node_count(const struct accel_program *prog)
{
	return prog->g->n_node;
}

int accel_program_node(const struct accel_program *prog, int index, struct accel_node_info *info)
{
	struct accel_node_info i = { 0 };

	if (index < 0 || index >= prog->g->n_node)
		return error(-EINVAL, "the program has no node %d; it has %d", index,
			     prog->g->n_node);
	i.name = prog->g->node[index].name;
	i.op = op_name(prog->g->node[index].op);
	i.on_core = prog->on_core[index];
	i.reason = prog->reason[index];
	return sized_put(info, &i, sizeof(i));
}

int accel_program_get_info(const struct accel_program *prog, struct accel_program_info *info)
{
	const struct plan *plan = prog->plan;
	struct accel_program_info i = { .arena_without_reuse = plan->arena_total };

	for (int s = 0; s < plan->n_segment; s++)
		if (plan->segment[s].on_core && !prog->place) {
			i.jobs++;
			i.commands += plan->segment[s].n_cmd;
			i.cycles += plan->segment[s].cycles;
		}
	for (int r = 0; r < plan->n_region; r++) {
		uint64_t *to = r == PLAN_CONST ? &i.constant_bytes :
			       r == PLAN_ARENA ? &i.arena_bytes : &i.io_bytes;

		*to += plan->region[r].bytes;
	}
	return sized_put(info, &i, sizeof(i));
}

int accel_program_dump(const struct accel_program *prog, const char *stage, FILE *out)
{
	struct text t = TEXT_INIT;
	int err;

	if (!strcmp(stage, "import"))
		err = graph_dump(prog->g, &t);
	else
		err = plan_dump(prog->plan, stage, &t);
	if (err == -EINVAL)
		error(err, "there is no stage '%s'; stages are import, lower, partition, schedule, "
		      "allocate and emit", stage);
	if (!err && (fputs(text_data(&t), out) < 0 || fflush(out)))
		err = error(-EIO, "cannot write the dump: %s", strerror(errno));
	text_free(&t);
	return err;
}

void accel_program_on_progress(struct accel_program *prog,
			       void (*fn)(void *ctx, int done, int total), void *ctx)
{
	bool mine;

	if (device_check(prog->dev))
		return;
	/* From a progress function, whose turn it is: at once, so that it may free what it was called with. */
	mine = turn_mine(prog);
	if (!mine)
		turn_wait(prog, turn_draw(prog));
	prog->progress = fn;
	prog->progress_ctx = ctx;
	if (!mine)
		turn_end(prog);
}
