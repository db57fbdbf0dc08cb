// SPDX-License-Identifier: MIT
/*
 * Clients of libaccel for as long as one likes: threads that load, compile and run random models on the Verilated core, the functional
 * model and the host, with results that must be equal, and with allocations that fail now and then.  Prints TAP.
 *
 *   clients SECONDS [SEED [INTERVAL]]
 *
 * Every INTERVAL seconds (SECONDS / 40) all threads pause between two models, and counts are taken: bytes allocated, open descriptors, mappings, threads,
 * and resident memory.  They must stay flat.  --leak: leaks a little on purpose, to see that this is found.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "accel.h"
#include "flat.h"
#include "graph.h"
#include "onnx_write.h"
#include "random_graph.h"

enum { THREADS = 4, MAX_IO = 6 };

#define MAX_CYCLES 400000

struct rng {
	uint64_t state;
};

static uint32_t below(struct rng *r, uint32_t n)
{
	uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return (uint32_t)(((z >> 32) * n) >> 32);
}

/* ---- allocations that fail ---- */

static _Thread_local struct {
	uint32_t one_in; /* 0: none */
	uint32_t failed;
	struct rng r;
} faults;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static bool fails(void)
{
	if (!faults.one_in || below(&faults.r, faults.one_in))
		return false;
	faults.failed++;
	return true;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

/* ---- clients ---- */

static struct {
	/* Held for reading while a model is worked on, for writing while counts are taken. */
	pthread_rwlock_t pause;
	_Atomic bool stop, wrong, leak;
	_Atomic uint64_t models, runs, refused;
	struct accel_device *shared[3];
	uint64_t seed;
} all;

static const char *const uris[] = { "host:", "rtl:", "model:", "rtl:memory=random,seed=5", "model:array=8x8", "rtl:memory=ideal" };

struct io {
	int n_in, n_out;
	struct accel_array in[MAX_IO], out[MAX_IO];
};

static void io_free(struct io *io)
{
	for (int i = 0; i < io->n_in; i++)
		free(io->in[i].data);
	for (int i = 0; i < io->n_out; i++)
		free(io->out[i].data);
}

static bool array_make(struct accel_array *a, const struct accel_tensor_info *info, uint64_t seed)
{
	struct rng r = { seed };
	size_t n = 1;

	*a = (struct accel_array){ .dtype = info->dtype, .rank = info->rank };
	for (int i = 0; i < info->rank; i++)
		n *= (size_t)(a->dim[i] = info->dim[i]);
	a->data_size = n * accel_dtype_size(a->dtype);
	a->data = calloc(1, a->data_size + 1);
	if (!a->data)
		return false;
	for (size_t i = 0; a->dtype == ACCEL_FLOAT32 && i < n; i++)
		((float *)a->data)[i] = (float)below(&r, 256) / 32 - 4;
	for (size_t i = 0; a->dtype != ACCEL_FLOAT32 && i < a->data_size; i++)
		((uint8_t *)a->data)[i] = (uint8_t)below(&r, 256);
	return true;
}

static int io_make(struct io *io, const struct accel_model *model, uint64_t seed)
{
	struct accel_tensor_info info = { .size = sizeof(info) };

	for (int i = 0; i < accel_model_input_count(model) && i < MAX_IO; i++)
		if (accel_model_input(model, i, &info) || !array_make(&io->in[io->n_in++], &info, seed + (uint64_t)i))
			return -ENOMEM;
	for (int i = 0; i < accel_model_output_count(model) && i < MAX_IO; i++)
		if (accel_model_output(model, i, &info) || !array_make(&io->out[io->n_out++], &info, seed))
			return -ENOMEM;
	return 0;
}

/* 0, or an error; 1: it would take too long. */
static int run_program(struct accel_program *prog, const struct io *io, bool later)
{
	struct accel_program_info info = { .size = sizeof(info) };
	struct accel_job *job;
	int err = accel_program_get_info(prog, &info);

	if (err || info.cycles > MAX_CYCLES)
		return err ? err : 1;
	if (!later)
		return accel_run(prog, io->in, io->out);
	err = accel_submit(prog, io->in, io->out, &job);
	if (err)
		return err;
	err = accel_job_wait(job, INT64_MAX);
	accel_job_free(job);
	return err;
}

static int run_model(const void *bytes, size_t size, struct accel_device *dev, uint64_t seed, struct io *io, bool later)
{
	struct accel_model *model;
	struct accel_program *prog = NULL;
	int err = accel_model_load_memory(bytes, size, &model);

	if (err)
		return err;
	err = io_make(io, model, seed);
	if (!err)
		err = accel_compile(model, dev, NULL, &prog);
	accel_model_free(model);
	if (!err)
		err = run_program(prog, io, later);
	accel_program_free(prog);
	return err;
}

static void complain(uint64_t seed, const char *uri, const char *what)
{
	printf("# model %llu on %s: %s\n", (unsigned long long)seed, uri, what);
	fflush(stdout);
	all.wrong = true;
}

/* One model on one device, shared with others or its own. */
static int on_device(struct rng *r, const void *bytes, size_t size, uint64_t seed, const char *uri, struct io *io)
{
	struct accel_device *own = NULL, *dev = all.shared[below(r, 3)];
	int err = 0;

	if (uri)
		err = accel_device_open(uri, &own);
	if (!err)
		err = run_model(bytes, size, uri ? own : dev, seed, io, below(r, 3) == 0);
	accel_device_close(own);
	return err;
}

static void compare(uint64_t seed, const char *uri, const struct io *a, const struct io *b)
{
	for (int i = 0; i < a->n_out; i++)
		if (memcmp(a->out[i].data, b->out[i].data, a->out[i].data_size))
			complain(seed, uri, "the result is not the host's");
}

static void one_model(struct rng *r, uint64_t seed)
{
	struct graph *g = random_graph(seed);
	struct io host = { 0 }, other = { 0 };
	const char *uri = below(r, 3) ? uris[below(r, 6)] : NULL;
	void *bytes = NULL;
	size_t size;
	int err = g ? onnx_write_memory(g, &bytes, &size) : -ENOMEM;

	graph_free(g);
	if (!err)
		err = on_device(r, bytes, size, seed, "host:", &host);
	if (err) {
		complain(seed, "host:", accel_error_message());
		goto out;
	}
	/* Every third time with failures. */
	if (!below(r, 3)) {
		faults.r.state = seed;
		faults.one_in = 1u << (4 + below(r, 10));
	}
	faults.failed = 0;
	err = on_device(r, bytes, size, seed, uri, &other);
	faults.one_in = 0;
	all.runs += 1 + !err;
	if (err == -ENOMEM && faults.failed)
		all.refused++;
	else if (err < 0)
		complain(seed, uri ? uri : "a shared device", accel_error_message());
	else if (!err)
		compare(seed, uri ? uri : "a shared device", &host, &other);
	all.models++;
out:
	if (all.leak) {
		void *volatile lost = malloc(1000);

		(void)lost;
	}
	io_free(&host);
	io_free(&other);
	free(bytes);
}

static void *client(void *arg)
{
	struct rng r = { all.seed * 1000 + *(unsigned *)arg };

	while (!all.stop && !all.wrong) {
		pthread_rwlock_rdlock(&all.pause);
		one_model(&r, ((uint64_t)below(&r, 1u << 30) << 20) + below(&r, 1u << 20));
		pthread_rwlock_unlock(&all.pause);
	}
	return NULL;
}

/* ---- counts ---- */

static double entries(const char *folder)
{
	DIR *d = opendir(folder);
	double n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	/* Without . and .., and without the folder itself. */
	return n - 3;
}

static double lines_of_maps(double *resident)
{
	FILE *f = fopen("/proc/self/maps", "r");
	double n = 0;
	long pages = 0;

	for (int c; f && (c = getc(f)) != EOF;)
		n += c == '\n';
	if (f)
		fclose(f);
	f = fopen("/proc/self/statm", "r");
	if (f && fscanf(f, "%*d %ld", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	*resident = (double)pages * 4;
	return n;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool sample(struct flat *f, double start)
{
	double count[FLAT_COUNTS];
	struct mallinfo2 m;
	bool good;

	pthread_rwlock_wrlock(&all.pause);
	malloc_trim(0);
	m = mallinfo2();
	count[0] = (double)(m.uordblks + m.hblkhd) / 1024;
	count[1] = entries("/proc/self/fd");
	count[2] = entries("/proc/self/task");
	count[3] = lines_of_maps(&count[4]);
	good = flat_add(f, now() - start, count);
	pthread_rwlock_unlock(&all.pause);
	return good;
}

int main(int argc, char **argv)
{
	struct flat flat = {
		/* The library's caches, arenas of threads that come and go. */
		.name = { "heap_KiB", "descriptors", "threads", "mappings", "resident_KiB" },
		.allowed = { 64, 0, 0, 24, 16384 },
		.counts = 5,
	};
	pthread_rwlockattr_t attr;
	pthread_t thread[THREADS];
	unsigned number[THREADS];
	double seconds, interval, start = now(), next;
	int test = 0, failed = 0;

	if (argc > 1 && !strcmp(argv[1], "--leak")) {
		all.leak = true;
		argv++;
		argc--;
	}
	seconds = argc > 1 ? atof(argv[1]) : 0;
	if (seconds <= 0 || argc > 4) {
		fprintf(stderr, "usage: clients [--leak] SECONDS [SEED [INTERVAL]]\n");
		return 2;
	}
	all.seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	interval = argc > 3 ? atof(argv[3]) : seconds / 40;
	/* Or who wants to take counts waits for ever. */
	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&all.pause, &attr);
	for (int i = 0; i < 3; i++)
		if (accel_device_open(uris[i], &all.shared[i])) {
			printf("Bail out! %s\n", accel_error_message());
			return 1;
		}
	printf("# seed %llu, %d threads\n", (unsigned long long)all.seed, THREADS);
	for (unsigned i = 0; i < THREADS; i++) {
		number[i] = i;
		pthread_create(&thread[i], NULL, client, &number[i]);
	}
	for (next = start + interval; now() < start + seconds && !all.wrong;) {
		usleep(20000);
		if (now() < next)
			continue;
		next = now() + interval;
		if (!sample(&flat, start))
			return 1;
	}
	all.stop = true;
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	for (int i = 0; i < 3; i++)
		accel_device_close(all.shared[i]);

	failed = all.wrong || !all.refused;
	printf("%sok %d - %llu models, %llu runs, equal to the host's; %llu ended by a failed allocation\n", failed ? "not " : "", ++test,
	       (unsigned long long)all.models, (unsigned long long)all.runs, (unsigned long long)all.refused);
	failed += flat_judge(&flat, &test);
	printf("1..%d\n", test);
	free(flat.row);
	return failed != 0;
}
