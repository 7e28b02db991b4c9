#include "page_set.h"

#include <stdlib.h>
#include <string.h>

enum {
	BLOCK = 64, /* bytes of marks, which is one line of a cache */
	PAGES = 4 * BLOCK,
	FEW = 64 /* blocks that there is room for at first */
};

bool chy_page_set_init(struct chy_page_set *set, uint64_t last_page)
{
	*set = (struct chy_page_set){.room = FEW, .last_page = last_page};
	set->blocks = calloc(last_page / PAGES + 1, sizeof(*set->blocks));
	set->marks = malloc((size_t)FEW * BLOCK);
	if (set->blocks && set->marks)
		return true;
	chy_page_set_fini(set);
	return false;
}

void chy_page_set_fini(struct chy_page_set *set)
{
	free(set->blocks);
	free(set->marks);
	*set = (struct chy_page_set){.blocks = NULL};
}

static unsigned char *byte_of(const struct chy_page_set *set, uint64_t page)
{
	size_t block = set->blocks[page / PAGES];

	return block ? set->marks + (block - 1) * BLOCK + page % PAGES / 4 : NULL;
}

unsigned chy_page_mark(const struct chy_page_set *set, uint64_t page)
{
	const unsigned char *byte = byte_of(set, page);

	return byte ? *byte >> page % 4 * 2 & 3 : 0;
}

static bool add_block(struct chy_page_set *set, uint64_t page)
{
	if (set->count == set->room) {
		unsigned char *more = realloc(set->marks, 2 * set->room * BLOCK);

		if (!more)
			return false;
		set->marks = more;
		set->room *= 2;
	}
	memset(set->marks + set->count * BLOCK, 0, BLOCK);
	set->blocks[page / PAGES] = (uint32_t)++set->count;
	return true;
}

bool chy_page_set_mark(struct chy_page_set *set, uint64_t page, unsigned mark)
{
	if (!set->blocks[page / PAGES] && !add_block(set, page))
		return false;
	*byte_of(set, page) |= (unsigned char)(mark << page % 4 * 2);
	return true;
}
