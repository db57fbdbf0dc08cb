/* SPDX-License-Identifier: MIT */
/* A job: its layers one after the other. */
#include "schedule.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

static int add_layer(struct schedule *s, const struct job_layer *j)
{
	struct work w = { .l = j->l, .in = j->in, .res = j->res, .out = j->out };
	struct cut cut;
	int err = 0;

	s->stream->layer = j->index;
	if (j->l->kind == LAYER_COPY) {
		schedule_copy(s, &w);
		return 0;
	}
	for (int i = 0; !err && i < j->choice.n; i++) {
		err = cut_init(&cut, s->config, j->l, &j->choice.part[i]);
		if (err)
			break;
		w.cut = &cut;
		w.packed = &j->packed[i];
		schedule_conv(s, &w);
		cut_free(&cut);
	}
	return err;
}

int schedule_job(const struct core_config *config, const struct job_layer *layers, int n,
		 int n_region, const struct plan_region *region, struct plan_segment *segment)
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
