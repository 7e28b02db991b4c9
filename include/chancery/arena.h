/* An arena: memory that is released whole. One for each document.
 *
 * Pointers into an arena live until chy_arena_clear or chy_arena_fini. An
 * arena belongs to one thread at a time. Memory is zeroed. */
#pragma once

#include <stddef.h>

struct chy_arena_block;

struct chy_arena {
	struct chy_arena_block *first, *current;
	size_t used; /* bytes handed out since the last clear */
};

void chy_arena_init(struct chy_arena *arena);
void chy_arena_fini(struct chy_arena *arena);

/* Keeps the blocks for the next document. */
void chy_arena_clear(struct chy_arena *arena);

/* size bytes, zeroed, aligned for any type; NULL when memory is exhausted. */
void *chy_arena_alloc(struct chy_arena *arena, size_t size);

/* A terminated copy of size bytes; NULL when memory is exhausted. */
char *chy_arena_copy(struct chy_arena *arena, const void *bytes, size_t size);

/* printf into the arena; NULL when memory is exhausted. */
char *chy_arena_printf(struct chy_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* n objects of a type. */
#define chy_arena_array(arena, type, n) ((type *)chy_arena_alloc((arena), sizeof(type) * (n)))
