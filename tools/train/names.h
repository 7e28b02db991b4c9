/* Names numbered in the order in which they were first met. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct name {
	char *text;
	size_t size;
	uint64_t hash;
	uint32_t count;
};

struct names {
	struct name *items;
	size_t count, capacity;
	uint32_t *slots; /* item + 1 */
	size_t slot_count;
};

/* The number of a name, which is added where it is new and counted. */
uint32_t names_add(struct names *names, const void *text, size_t size);
/* The number of a name, UINT32_MAX where there is none. */
uint32_t names_find(const struct names *names, const void *text, size_t size);
void names_fini(struct names *names);

/* Memory or the end of the program: a trainer has nothing better to do. */
void *must_alloc(size_t count, size_t size); /* zeroed */
void *must_grow(void *old, size_t count, size_t size);
