/* What has been found of each page of a file, in as little memory as is looked at:
 * a large file of which few pages are asked about touches few pages of memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chy_page_set {
	uint32_t *blocks; /* by number of the first page / pages in a block: 1 + where; 0: none */
	unsigned char *marks; /* two bits a page */
	size_t count, room; /* blocks in use, and that there is room for */
	uint64_t last_page;
};

/* Of pages up to last_page, none of which has a mark. False: no memory. */
bool chy_page_set_init(struct chy_page_set *set, uint64_t last_page);
void chy_page_set_fini(struct chy_page_set *set);
/* The mark of a page up to last_page: 0 to 3. */
unsigned chy_page_mark(const struct chy_page_set *set, uint64_t page);
/* Adds the bits of a mark to it. False: no memory. */
bool chy_page_set_mark(struct chy_page_set *set, uint64_t page, unsigned mark);
