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

/* Most keys differ within these bytes, so that sorting seldom looks at the
 * keys themselves. */
static void set_prefix(struct chy_staged *item, struct chy_str key)
{
	char bytes[16] = {0};

	memcpy(bytes, key.data, key.size < sizeof(bytes) ? key.size : sizeof(bytes));
	item->prefix[0] = chy_get_be(bytes, 8);
	item->prefix[1] = chy_get_be(bytes + 8, 8);
}

void chy_stage_add(struct chy_stage *stage, struct chy_str key, struct chy_str value)
{
	struct chy_staged *item;

	if (!make_room(stage))
		return;
	item = &stage->items[stage->count++];
	*item = (struct chy_staged){
		.at = stage->bytes.size, .key = (uint32_t)key.size, .value = (uint32_t)value.size};
	set_prefix(item, key);
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

static bool comes_first(const struct chy_staged *a, const struct chy_staged *b, const char *data)
{
	int order;

	if (a->prefix[0] != b->prefix[0])
		return a->prefix[0] < b->prefix[0];
	if (a->prefix[1] != b->prefix[1])
		return a->prefix[1] < b->prefix[1];
	order = memcmp(data + a->at, data + b->at, a->key < b->key ? a->key : b->key);
	if (!order)
		order = (a->key > b->key) - (a->key < b->key);
	return order ? order < 0 : a->at < b->at;
}

/* Runs [from, middle) and [middle, to), each in order, into one. */
static void merge(const struct chy_staged *list, size_t from, size_t middle, size_t to,
	struct chy_staged *out, const char *data)
{
	size_t left = from, right = middle;

	for (size_t i = from; i < to; i++) {
		bool take_left = left < middle &&
				 (right == to || !comes_first(&list[right], &list[left], data));

		out[i] = list[take_left ? left++ : right++];
	}
}

/* Runs of this many are put in order one by one. */
enum { RUN = 8 };

static void sort_run(struct chy_staged *list, size_t n, const char *data)
{
	for (size_t i = 1; i < n; i++) {
		struct chy_staged item = list[i];
		size_t at = i;

		for (; at && comes_first(&item, &list[at - 1], data); at--)
			list[at] = list[at - 1];
		list[at] = item;
	}
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* A merge sort of its own: the library's asks through a pointer. */
static int sort(struct chy_stage *stage)
{
	struct chy_staged *from = stage->items, *to = malloc(stage->room * sizeof(*to));
	size_t n = stage->count;

	if (!to)
		return CHY_EMEM;
	for (size_t i = 0; i < n; i += RUN)
		sort_run(from + i, least(RUN, n - i), stage->bytes.data);
	for (size_t run = RUN; run < n; run *= 2) {
		struct chy_staged *sorted = to;

		for (size_t i = 0; i < n; i += 2 * run)
			merge(from, i, least(i + run, n), least(i + 2 * run, n), to,
				stage->bytes.data);
		to = from;
		from = sorted;
	}
	stage->items = from;
	free(to);
	return CHY_OK;
}

int chy_stage_sort(struct chy_stage *stage)
{
	if (stage->failed || stage->bytes.failed)
		return CHY_EMEM;
	return stage->count > 1 ? sort(stage) : CHY_OK;
}
