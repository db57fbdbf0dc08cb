// SPDX-License-Identifier: GPL-2.0
/* Sequences that have found something new, and those that a run starts with. */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

void corpus_add(struct shared *sh, const struct seq *s)
{
	pthread_mutex_lock(&sh->lock);
	if (sh->n_corpus < MAX_CORPUS) {
		sh->corpus[sh->n_corpus] = *s;
		sh->n_corpus++;
	}
	pthread_mutex_unlock(&sh->lock);
}

/* An entry is never changed, so it can be read without the lock once it is counted. */
bool corpus_pick(struct shared *sh, struct rng *r, struct seq *s)
{
	uint32_t n = sh->n_corpus;

	if (!n)
		return false;
	/* New ones more often: what is next to new ground is new ground, too. */
	*s = sh->corpus[rng_below(r, 3) || n < 32 ? rng_below(r, n) : n - 1 - rng_below(r, 32)];
	return true;
}

static int load_file(struct shared *sh, const char *path)
{
	FILE *f = fopen(path, "r");
	int line = 0, got = 0, n = 0;
	struct seq s;

	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -errno;
	}
	while ((got = seq_read(f, path, &line, &s)) > 0) {
		corpus_add(sh, &s);
		n++;
	}
	fclose(f);
	return got < 0 ? got : n;
}

int corpus_load(struct shared *sh, const char *folder)
{
	struct dirent **list;
	char path[512];
	int n = scandir(folder, &list, NULL, alphasort), sum = 0, got;

	if (n < 0) {
		fprintf(stderr, "%s: %s\n", folder, strerror(errno));
		return -errno;
	}
	for (int i = 0; i < n; i++) {
		const char *end = strrchr(list[i]->d_name, '.');

		if (!end || strcmp(end, ".seq") || sum < 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name);
		got = load_file(sh, path);
		sum = got < 0 ? got : sum + got;
	}
	/* The names are left to the process's end. */
	return sum;
}
