#include "names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

static void *checked(void *memory)
{
	if (!memory) {
		fputs("out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

void *must_alloc(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size));
}

void *must_grow(void *old, size_t count, size_t size)
{
	return checked(reallocarray(old, count, size));
}

static size_t slot_of(const struct names *names, const void *text, size_t size, uint64_t hash)
{
	size_t at = hash & (names->slot_count - 1);

	while (names->slots[at]) {
		const struct name *name = &names->items[names->slots[at] - 1];

		if (name->hash == hash && name->size == size && memcmp(name->text, text, size) == 0)
			break;
		at = (at + 1) & (names->slot_count - 1);
	}
	return at;
}

static void rehash(struct names *names)
{
	names->slot_count = names->slot_count ? names->slot_count * 2 : 1024;
	free(names->slots);
	names->slots = must_alloc(names->slot_count, sizeof(*names->slots));
	for (size_t i = 0; i < names->count; i++) {
		struct name *name = &names->items[i];

		names->slots[slot_of(names, name->text, name->size, name->hash)] = (uint32_t)i + 1;
	}
}

uint32_t names_find(const struct names *names, const void *text, size_t size)
{
	size_t at;

	if (!names->count)
		return UINT32_MAX;
	at = slot_of(names, text, size, chy_model_hash(text, size, 0));
	return names->slots[at] ? names->slots[at] - 1 : UINT32_MAX;
}

uint32_t names_add(struct names *names, const void *text, size_t size)
{
	uint64_t hash = chy_model_hash(text, size, 0);
	struct name *name;
	size_t at;

	if (names->count * 2 >= names->slot_count)
		rehash(names);
	at = slot_of(names, text, size, hash);
	if (!names->slots[at]) {
		if (names->count == names->capacity) {
			names->capacity = names->capacity ? names->capacity * 2 : 256;
			names->items =
				must_grow(names->items, names->capacity, sizeof(*names->items));
		}
		name = &names->items[names->count++];
		*name = (struct name){must_alloc(size + 1, 1), size, hash, 0};
		memcpy(name->text, text, size);
		names->slots[at] = (uint32_t)names->count;
	}
	names->items[names->slots[at] - 1].count++;
	return names->slots[at] - 1;
}

void names_fini(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i].text);
	free(names->items);
	free(names->slots);
	*names = (struct names){0};
}
