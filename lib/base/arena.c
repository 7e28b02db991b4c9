#include "chancery/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 64 * 1024, ALIGNMENT = 16 };

struct chy_arena_block {
	struct chy_arena_block *next;
	size_t capacity, used;
	_Alignas(ALIGNMENT) unsigned char data[];
};

void chy_arena_init(struct chy_arena *arena)
{
	*arena = (struct chy_arena){0};
}

void chy_arena_fini(struct chy_arena *arena)
{
	struct chy_arena_block *block = arena->first;

	while (block) {
		struct chy_arena_block *next = block->next;

		free(block);
		block = next;
	}
	*arena = (struct chy_arena){0};
}

/* What one large document needed is given back; ordinary blocks stay. */
void chy_arena_clear(struct chy_arena *arena)
{
	struct chy_arena_block **link = &arena->first;

	while (*link) {
		struct chy_arena_block *block = *link;

		if (block->capacity > BLOCK_SIZE) {
			*link = block->next;
			free(block);
			continue;
		}
		block->used = 0;
		link = &block->next;
	}
	arena->current = arena->first;
	arena->used = 0;
}

static struct chy_arena_block *new_block(struct chy_arena *arena, size_t size)
{
	size_t capacity = size > BLOCK_SIZE ? size : BLOCK_SIZE;
	struct chy_arena_block *block;

	if (capacity > SIZE_MAX - sizeof(*block))
		return NULL;
	block = malloc(sizeof(*block) + capacity);
	if (!block)
		return NULL;
	*block = (struct chy_arena_block){.capacity = capacity};
	if (arena->current) {
		block->next = arena->current->next;
		arena->current->next = block;
	} else {
		block->next = arena->first;
		arena->first = block;
	}
	return block;
}

void *chy_arena_alloc(struct chy_arena *arena, size_t size)
{
	struct chy_arena_block *block = arena->current;
	void *out;

	if (size > SIZE_MAX - ALIGNMENT)
		return NULL;
	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	while (block && block->capacity - block->used < size)
		block = block->next;
	if (!block) {
		block = new_block(arena, size);
		if (!block)
			return NULL;
	}
	/* A block of one large object is left to itself: the next small one goes
	 * on where there is room. */
	if (block->capacity == BLOCK_SIZE || !arena->current)
		arena->current = block;
	out = block->data + block->used;
	block->used += size;
	arena->used += size;
	return memset(out, 0, size);
}

char *chy_arena_copy(struct chy_arena *arena, const void *bytes, size_t size)
{
	char *out;

	if (size == SIZE_MAX)
		return NULL;
	out = chy_arena_alloc(arena, size + 1);
	if (out && size)
		memcpy(out, bytes, size);
	return out;
}

char *chy_arena_printf(struct chy_arena *arena, const char *format, ...)
{
	va_list list;
	int size;
	char *out;

	va_start(list, format);
	size = vsnprintf(NULL, 0, format, list);
	va_end(list);
	if (size < 0)
		return NULL;
	out = chy_arena_alloc(arena, (size_t)size + 1);
	if (!out)
		return NULL;
	va_start(list, format);
	vsnprintf(out, (size_t)size + 1, format, list);
	va_end(list);
	return out;
}
