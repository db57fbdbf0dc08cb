/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <inttypes.h>

#include "file.h"
#include "text.h"

/* Two time lines: of the core, on which a cycle is shown as a nanosecond, and of the host. */
enum { CORE = 1, HOST = 2 };

static void put_string(struct text *t, const char *s)
{
	text_printf(t, "\"");
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		text_printf(t, c == '"' || c == '\\' ? "\\%c" : c < 0x20 ? "\\u%04x" : "%c", c);
	}
	text_printf(t, "\"");
}

static void put_process(struct text *t, int pid, const char *name)
{
	text_printf(t, "{\"ph\": \"M\", \"name\": \"process_name\", \"pid\": %d, \"args\": "
		    "{\"name\": \"%s\"}},\n", pid, name);
}

static void put_event(struct text *t, const struct accel_layer_profile *l, int pid, double start,
		      double length)
{
	text_printf(t, "{\"ph\": \"X\", \"pid\": %d, \"tid\": 1, \"name\": ", pid);
	put_string(t, l->name);
	text_printf(t, ", \"cat\": ");
	put_string(t, l->op);
	text_printf(t, ", \"ts\": %.3f, \"dur\": %.3f, \"args\": {\"op\": ", start / 1000,
		    length / 1000);
	put_string(t, l->op);
	text_printf(t, ", \"macs\": %" PRIu64 ", \"bytes read\": %" PRIu64
		    ", \"bytes written\": %" PRIu64, l->macs, l->bytes_read, l->bytes_written);
	text_printf(t, ", \"stall load\": %" PRIu64 ", \"stall post\": %" PRIu64
		    ", \"stall weights\": %" PRIu64 ", \"stall other\": %" PRIu64
		    ", \"stall idle\": %" PRIu64 "}}", l->stall_load, l->stall_post,
		    l->stall_weights, l->stall_other, l->stall_idle);
}

static void put_layer(struct text *t, const struct accel_layer_profile *l)
{
	text_printf(t, ",\n");
	put_event(t, l, HOST, (double)l->start_ns, (double)l->time_ns);
	if (!l->on_core)
		return;
	text_printf(t, ",\n");
	put_event(t, l, CORE, (double)l->start_cycle, (double)l->cycles);
}

int trace_write(const char *path, const struct accel_program *prog)
{
	struct accel_layer_profile l = { .size = sizeof(l) };
	struct text t = TEXT_INIT;
	struct file_part part;
	int err = 0;

	text_printf(&t, "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n");
	put_process(&t, CORE, "core: 1 cycle is shown as 1 ns");
	put_process(&t, HOST, "host: wall time");
	text_printf(&t, "{\"ph\": \"M\", \"name\": \"thread_name\", \"pid\": %d, \"tid\": 1, "
		    "\"args\": {\"name\": \"layers\"}}", CORE);
	for (int i = 0; !err && i < accel_program_layer_count(prog); i++) {
		err = accel_program_layer(prog, i, &l);
		if (!err)
			put_layer(&t, &l);
	}
	text_printf(&t, "\n]}\n");
	if (!err)
		err = text_error(&t);
	part = (struct file_part){ t.data, t.size };
	if (!err)
		err = file_write(path, &part, 1);
	text_free(&t);
	return err;
}
