/* SPDX-License-Identifier: MIT */
/* libFuzzer on the readers of pictures. */
#include <stdlib.h>

#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image im;

	if (!image_parse(data, size, &im))
		free(im.rgb);
	return 0;
}
