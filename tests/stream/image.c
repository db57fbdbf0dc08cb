// SPDX-License-Identifier: Apache-2.0
#include "image.h"

#include <assert.h>
#include <string.h>

static unsigned bucket_of(uint32_t pfn)
{
	return (pfn * UINT32_C(2654435761)) >> 23;
}

void image_init(struct image *m)
{
	m->n = 0;
	memset(m->bucket, 0, sizeof(m->bucket));
}

int image_page(const struct image *m, uint64_t pa)
{
	uint64_t pfn = pa / IMAGE_PAGE;

	for (unsigned b = bucket_of((uint32_t)pfn); m->bucket[b]; b = (b + 1) % IMAGE_BUCKETS)
		if (m->pfn[m->bucket[b] - 1] == pfn)
			return m->bucket[b] - 1;
	return -1;
}

unsigned image_add(struct image *m, uint32_t pfn)
{
	unsigned b = bucket_of(pfn);

	assert(m->n < IMAGE_PAGES && image_page(m, (uint64_t)pfn * IMAGE_PAGE) < 0);
	while (m->bucket[b])
		b = (b + 1) % IMAGE_BUCKETS;
	m->pfn[m->n] = pfn;
	memset(m->data[m->n], 0, IMAGE_PAGE);
	m->bucket[b] = (uint8_t)++m->n;
	return m->n - 1;
}

uint8_t *image_at(struct image *m, uint64_t pa)
{
	int page = image_page(m, pa);

	return page < 0 ? NULL : &m->data[page][pa % IMAGE_PAGE];
}

uint32_t image_get32(struct image *m, uint64_t pa)
{
	const uint8_t *p = image_at(m, pa);

	assert(p);
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void image_put32(struct image *m, uint64_t pa, uint32_t value)
{
	uint8_t *p = image_at(m, pa);

	assert(p);
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (8 * i));
}
