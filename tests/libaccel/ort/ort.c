/* SPDX-License-Identifier: MIT */
#include "ort.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <onnxruntime_c_api.h>

static const OrtApi *api;
static const char *version;
static OrtEnv *env;

struct ort_session {
	OrtSession *session;
	char *in, **out;
	size_t n_out;
};

static void need(OrtStatus *status)
{
	if (!status)
		return;
	fprintf(stderr, "ONNX Runtime: %s\n", api->GetErrorMessage(status));
	exit(1);
}

void ort_open(const char *library)
{
	void *lib = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	union {
		void *symbol;
		const OrtApiBase *(*get)(void);
	} base = { lib ? dlsym(lib, "OrtGetApiBase") : NULL };

	if (!base.symbol) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	version = base.get()->GetVersionString();
	api = base.get()->GetApi(ORT_API_VERSION);
	if (!api) {
		fprintf(stderr, "ONNX Runtime %s does not serve the header's API version %d\n",
			version, ORT_API_VERSION);
		exit(1);
	}
	need(api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "test", &env));
}

const char *ort_version(void)
{
	return version;
}

static OrtSessionOptions *options(enum ort_level level)
{
	static const GraphOptimizationLevel levels[] = { ORT_DISABLE_ALL, ORT_ENABLE_ALL,
							 ORT_ENABLE_ALL };
	OrtSessionOptions *o;

	need(api->CreateSessionOptions(&o));
	need(api->SetSessionGraphOptimizationLevel(o, levels[level]));
	if (level == ORT_INT8)
		need(api->AddSessionConfigEntry(o, "session.qdqisint8allowed", "1"));
	need(api->SetIntraOpNumThreads(o, 1));
	need(api->SetInterOpNumThreads(o, 1));
	return o;
}

struct ort_session *ort_load(const char *path, enum ort_level level)
{
	struct ort_session *s = calloc(1, sizeof(*s));
	OrtSessionOptions *o = options(level);
	OrtAllocator *allocator;

	need(api->CreateSession(env, path, o, &s->session));
	api->ReleaseSessionOptions(o);
	need(api->GetAllocatorWithDefaultOptions(&allocator));
	need(api->SessionGetInputName(s->session, 0, allocator, &s->in));
	need(api->SessionGetOutputCount(s->session, &s->n_out));
	s->out = calloc(s->n_out, sizeof(*s->out));
	for (size_t i = 0; i < s->n_out; i++)
		need(api->SessionGetOutputName(s->session, i, allocator, &s->out[i]));
	return s;
}

void ort_free(struct ort_session *s)
{
	OrtAllocator *allocator;

	need(api->GetAllocatorWithDefaultOptions(&allocator));
	need(api->AllocatorFree(allocator, s->in));
	for (size_t i = 0; i < s->n_out; i++)
		need(api->AllocatorFree(allocator, s->out[i]));
	free(s->out);
	api->ReleaseSession(s->session);
	free(s);
}

static void take(OrtValue *v, struct accel_array *y)
{
	OrtTensorTypeAndShapeInfo *info;
	ONNXTensorElementDataType type;
	size_t rank, n;
	void *data;

	need(api->GetTensorTypeAndShape(v, &info));
	need(api->GetTensorElementType(info, &type));
	need(api->GetDimensionsCount(info, &rank));
	need(api->GetTensorShapeElementCount(info, &n));
	if (rank > ACCEL_MAX_RANK)
		abort();
	memset(y, 0, sizeof(*y));
	y->dtype = (enum accel_dtype)type;	/* both are ONNX's numbers */
	y->rank = (int)rank;
	need(api->GetDimensions(info, y->dim, rank));
	api->ReleaseTensorTypeAndShapeInfo(info);
	y->data_size = n * accel_dtype_size(y->dtype);
	y->data = malloc(y->data_size + 1);
	need(api->GetTensorMutableData(v, &data));
	memcpy(y->data, data, y->data_size);
}

void ort_run_all(struct ort_session *s, const struct accel_array *x, int n, struct accel_array *y)
{
	OrtValue **out = calloc((size_t)n, sizeof(*out));
	OrtMemoryInfo *memory;
	OrtValue *in;

	if (!out || (size_t)n > s->n_out)
		abort();
	need(api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory));
	need(api->CreateTensorWithDataAsOrtValue(memory, x->data, x->data_size, x->dim,
						 (size_t)x->rank,
						 (ONNXTensorElementDataType)x->dtype, &in));
	need(api->Run(s->session, NULL, (const char *const *)&s->in, (const OrtValue *const *)&in,
		      1, (const char *const *)s->out, (size_t)n, out));
	for (int i = 0; i < n; i++) {
		take(out[i], &y[i]);
		api->ReleaseValue(out[i]);
	}
	api->ReleaseValue(in);
	api->ReleaseMemoryInfo(memory);
	free(out);
}

void ort_run(struct ort_session *s, const struct accel_array *x, struct accel_array *y)
{
	ort_run_all(s, x, 1, y);
}
