#include <stdlib.h>
#include <string.h>

#include "internal.h"

void chy_stage_fini(struct chy_stage *stage)
{
	chy_buffer_fini(&stage->bytes);
	free(stage->items);
	*stage = (struct chy_stage){.items = NULL};
}

void chy_stage_clear(struct chy_stage *stage)
{
	chy_buffer_clear(&stage->bytes);
	stage->count = 0;
	stage->failed = false;
}

static bool make_room(struct chy_stage *stage)
{
	size_t room = stage->room ? 2 * stage->room : 1024;
	struct chy_staged *more;

	if (stage->count < stage->room)
		return true;
	more = realloc(stage->items, room * sizeof(*more));
	if (!more) {
		stage->failed = true;
		return false;
	}
	stage->items = more;
	stage->room = room;
	return true;
}

void chy_stage_add(struct chy_stage *stage, struct chy_str key, struct chy_str value)
{
	if (!make_room(stage))
		return;
	stage->items[stage->count++] =
		(struct chy_staged){stage->bytes.size, (uint32_t)key.size, (uint32_t)value.size};
	chy_buffer_add_str(&stage->bytes, key);
	chy_buffer_add_str(&stage->bytes, value);
}

struct chy_str chy_staged_key(const struct chy_stage *stage, size_t i)
{
	return (struct chy_str){stage->bytes.data + stage->items[i].at, stage->items[i].key};
}

struct chy_str chy_staged_value(const struct chy_stage *stage, size_t i)
{
	const struct chy_staged *item = &stage->items[i];

	return (struct chy_str){stage->bytes.data + item->at + item->key, item->value};
}

static int by_key(const void *one, const void *other, void *bytes)
{
	const struct chy_staged *a = one, *b = other;
	const char *data = bytes;
	int order = memcmp(data + a->at, data + b->at, a->key < b->key ? a->key : b->key);

	if (!order)
		order = (a->key > b->key) - (a->key < b->key);
	return order ? order : (a->at > b->at) - (a->at < b->at);
}

int chy_stage_sort(struct chy_stage *stage)
{
	if (stage->failed || stage->bytes.failed)
		return CHY_EMEM;
	if (stage->count)
		qsort_r(stage->items, stage->count, sizeof(*stage->items), by_key,
			stage->bytes.data);
	return CHY_OK;
}
