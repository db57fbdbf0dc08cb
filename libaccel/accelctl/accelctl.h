/* SPDX-License-Identifier: MIT */
/*
 * What the commands of accelctl share.  Functions return 0 or a negative errno with a message
 * (accel_error_message()), which main() prints; nothing else writes to standard error, but for the
 * progress bar.
 */
#ifndef ACCELCTL_H
#define ACCELCTL_H

#include "accel.h"
#include "image.h"

/* Exit codes.  They are documented: accelctl(1). */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_DIFFERENT = 3,
};

/* Results of commands beside 0 and negative errnos. */
enum { RESULT_DIFFERENT = 1 };

#define MAX_LIST 16		/* of inputs, outputs, shapes, devices */

enum format { FORMAT_TEXT, FORMAT_CSV, FORMAT_JSON };

/* A list of words from the command line. */
struct list {
	int n;
	const char *word[MAX_LIST];
};

/* How pictures become tensors, and back. */
struct picture_options {
	float mean[3], std[3];	/* tensor = (value / 255 - mean) / std */
	float low, high;	/* of an output: black and white */
	bool bgr, resize, overlay;
	int multiple;		/* pictures are extended to multiples of this; 1: not */
};

struct options {
	struct list args;	/* what is no option */
	struct list inputs, outputs, shapes, layers;
	const char *device, *devices, *array, *stage, *trace, *calib, *calib_range;
	enum format format;
	double percentile;
	uint64_t seed;
	bool host_only, no_layers;
	struct picture_options picture;
};

/* usage_error(): a mistake on the command line: EXIT_USAGE instead of EXIT_FAILED. */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- options.c ---- */

/* argv[0] is the command.  1: --help was asked for. */
int parse_options(int argc, char **argv, const char *allowed, struct options *o);

/* Helps of options, of those that a command allows. */
void print_options(const char *allowed);

/* "1x3x?x640", "3,4,5": up to max numbers; returns how many. */
int parse_dims(const char *text, int max, int64_t *dim);

/* ---- open.c ---- */

/* The device of --device and --array, or of a URI. */
int open_device(const struct options *o, const char *uri, struct accel_device **dev);

/* Cuts "rtl:array=8x8,seed=1,model:" at the commas before a scheme.  The words are in `text`. */
int split_devices(char *text, struct list *devices);

/* Loads MODEL and sets the shapes of --shape. */
int open_model(const struct options *o, const char *path, struct accel_model **model);

/* Compiles with what the options say; layers: a job per layer. */
int open_program(const struct options *o, const struct accel_model *model,
		 struct accel_device *dev, bool layers, struct accel_program **prog);

/* ---- tensors.c ---- */

struct tensors {
	int n;
	struct accel_array *array;
};

/* Bytes of an array of these dims; SIZE_MAX if that is too much. */
size_t array_bytes(const struct accel_array *a);
int array_alloc(struct accel_array *a);

/* Values for all inputs, from a seed: normal numbers, or all bytes. */
int random_inputs(const struct accel_model *model, uint64_t seed, struct tensors *t);
int alloc_outputs(const struct accel_model *model, struct tensors *t);
void free_tensors(struct tensors *t);

/* ---- inputs.c ---- */

/* The first picture, as the model sees it.  width, height: before it was extended. */
struct source {
	struct image im;	/* im.rgb NULL: there is none */
	int width, height;
};

/*
 * The inputs that the command line names: pictures and .npy files, and random numbers where none
 * is given.  Sets open shapes of the model.  free(source->im.rgb) afterwards, also after an error.
 */
int load_inputs(const struct options *o, int first_arg, struct accel_model *model,
		struct tensors *t, struct source *source);

/* One file as input `index`. */
int load_file(const struct options *o, const char *path, struct accel_model *model, int index,
	      struct accel_array *a, struct source *source);

/*
 * Whether the files of -o and --trace can be written: asked before anything runs.  Renaming into
 * place must never replace a device such as /dev/null.
 */
int check_files(const struct options *o);

/* Whether -o was given more often than the model has outputs. */
int check_output_count(const struct options *o, const struct accel_model *model);

/* Writes outputs to the files of -o: pictures or .npy by their names. */
int save_outputs(const struct options *o, const struct accel_model *model,
		 const struct tensors *t, const struct source *source);

/* ---- progress.c ---- */

/* A bar on standard error, if that is a terminal: of a program's layers, or (NULL) of samples. */
void progress_start(struct accel_program *prog, const char *what);
int progress_samples(void *ctx, int done, int total);
void progress_end(void);

/* ---- layer_model.c ---- */

/* A model of one layer, "conv|deconv,H,W,CIN,COUT,K,S,P", with weights from a seed. */
int layer_model(const char *spec, uint64_t seed, struct accel_model **model);

/* ---- layers.c ---- */

struct table;

/* What layers took, as rows: the last run's layers one by one, or their sum under a name. */
void layers_columns(struct table *t);
int layers_rows(struct table *t, const struct accel_program *prog, struct accel_device *dev,
		const char *model);
int layers_sum(struct table *t, const struct accel_program *prog, struct accel_device *dev,
	       const char *model, const char *name);

/* ---- commands ---- */

int cmd_info(const struct options *o);
int cmd_run(const struct options *o);
int cmd_verify(const struct options *o);
int cmd_bench(const struct options *o);
int cmd_profile(const struct options *o);
int cmd_quantize(const struct options *o);
int cmd_dump(const struct options *o);

#endif
