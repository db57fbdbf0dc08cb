/* SPDX-License-Identifier: MIT */
/* The .onnx files of some folders. */
#ifndef TESTS_FILES_H
#define TESTS_FILES_H

#include <stddef.h>

/* Paths of all .onnx files below the folders, sorted; NULL ends them.  Freed by files_free(). */
char **files_find(int n, char *const *folder, size_t *count);
void files_free(char **path);

/*
 * The whole of a file in memory of exactly its size, so that the sanitizer sees what reads beyond.

 */
unsigned char *files_read(const char *path, size_t *size);

#endif
