/* SPDX-License-Identifier: MIT */
/* A job: its layers one after the other. */
#include "schedule.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

static int add_layer(struct schedule *s, const struct job_layer *j)
{
	struct work w = { .l = j->l, .packed = &j->packed, .in = j->in, .res = j->res, .out = j->out };
	struct cut cut;
	int err;

	s->stream->layer = j->index;
	if (j->l->kind == LAYER_COPY) {
		schedule_copy(s, &w);
		return 0;
	}
	err = cut_init(&cut, s->config, j->l, &j->tiling);
	if (err)
		return err;
	w.cut = &cut;
	schedule_conv(s, &w);
	cut_free(&cut);
	return 0;
}

int schedule_job(const struct core_config *config, const struct job_layer *layers, int n, int n_region,
		 const struct plan_region *region, struct plan_segment *segment)
{
	struct schedule s;
	struct stream stream;
	int err = stream_init(&stream, config, n_region, region);

	if (err)
		return err;
	schedule_init(&s, config, &stream);
	for (int i = 0; !err && i < n; i++) {
		err = add_layer(&s, &layers[i]);
		if (err)
			error_in(err, "layer '%s'", layers[i].l->name);
	}
	if (!err)
		err = stream_finish(&stream, segment);
	stream_free(&stream);
	return err;
}
