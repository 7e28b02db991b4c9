#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { PREFIX = 16, AHEAD = 8 };

void chy_stage_fini(struct chy_stage *stage)
{
	chy_buffer_fini(&stage->bytes);
	free(stage->items);
	*stage = (struct chy_stage){.items = NULL};
}

void chy_stage_clear(struct chy_stage *stage)
{
	chy_buffer_clear(&stage->bytes);
	stage->count = stage->sorted = 0;
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

/* The bytes of a key from `depth` on, as far as they go. */
static void set_prefix(struct chy_staged *item, const char *key, size_t depth)
{
	char bytes[PREFIX] = {0};
	size_t left = item->key > depth ? item->key - depth : 0;

	memcpy(bytes, key + depth, left < PREFIX ? left : PREFIX);
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
	chy_buffer_add_str(&stage->bytes, key);
	chy_buffer_add_str(&stage->bytes, value);
}

struct chy_str chy_staged_key(const struct chy_stage *stage, size_t i)
{
	/* Sorted keys are all over the memory, and looked at one after another. */
	if (i + AHEAD < stage->count)
		__builtin_prefetch(stage->bytes.data + stage->items[i + AHEAD].at);
	return (struct chy_str){stage->bytes.data + stage->items[i].at, stage->items[i].key};
}

struct chy_str chy_staged_value(const struct chy_stage *stage, size_t i)
{
	const struct chy_staged *item = &stage->items[i];

	return (struct chy_str){stage->bytes.data + item->at + item->key, item->value};
}

/* -- sorting ------------------------------------------------------------------- */

/* Keys are compared by a few of their bytes at a time, which lie in the list;
 * those that are the same so far are put in order by their next bytes. So the
 * keys themselves, all over the memory, are looked at once for each step and
 * not for each comparison. */
static bool comes_first(const struct chy_staged *a, const struct chy_staged *b, size_t reach)
{
	size_t x = a->key < reach ? a->key : reach, y = b->key < reach ? b->key : reach;

	if (a->prefix[0] != b->prefix[0])
		return a->prefix[0] < b->prefix[0];
	if (a->prefix[1] != b->prefix[1])
		return a->prefix[1] < b->prefix[1];
	return x != y ? x < y : a->at < b->at;
}

/* Runs of this many are put in order one by one. */
enum { RUN = 8 };

static void sort_run(struct chy_staged *list, size_t n, size_t reach)
{
	for (size_t i = 1; i < n; i++) {
		struct chy_staged item = list[i];
		size_t at = i;

		for (; at && comes_first(&item, &list[at - 1], reach); at--)
			list[at] = list[at - 1];
		list[at] = item;
	}
}

/* Runs [from, middle) and [middle, to), each in order, into one. */
static void merge(const struct chy_staged *list, size_t from, size_t middle, size_t to,
	struct chy_staged *out, size_t reach)
{
	size_t left = from, right = middle;

	if (middle == to || comes_first(&list[middle - 1], &list[middle], reach)) {
		memcpy(out + from, list + from, (to - from) * sizeof(*out));
		return;
	}
	for (size_t i = from; i < to; i++) {
		bool take_left = left < middle &&
				 (right == to || !comes_first(&list[right], &list[left], reach));

		out[i] = list[take_left ? left++ : right++];
	}
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* By the bytes up to `reach`; `spare` has room for as many. */
static void sort_by_prefix(
	struct chy_staged *list, size_t n, struct chy_staged *spare, size_t reach)
{
	struct chy_staged *from = list, *to = spare;

	for (size_t i = 0; i < n; i += RUN)
		sort_run(list + i, least(RUN, n - i), reach);
	for (size_t run = RUN; run < n; run *= 2) {
		struct chy_staged *sorted = to;

		for (size_t i = 0; i < n; i += 2 * run)
			merge(from, i, least(i + run, n), least(i + 2 * run, n), to, reach);
		to = from;
		from = sorted;
	}
	if (from != list)
		memcpy(list, from, n * sizeof(*list));
}

static bool same_so_far(const struct chy_staged *a, const struct chy_staged *b, size_t reach)
{
	return a->prefix[0] == b->prefix[0] && a->prefix[1] == b->prefix[1] && a->key > reach &&
	       b->key > reach;
}

static void sort_from(const struct chy_stage *stage, struct chy_staged *list, size_t n,
	struct chy_staged *spare, size_t depth)
{
	size_t reach = depth + PREFIX;

	for (size_t i = 0; i < n; i++)
		set_prefix(&list[i], stage->bytes.data + list[i].at, depth);
	sort_by_prefix(list, n, spare, reach);
	for (size_t from = 0, to; from < n; from = to) {
		for (to = from + 1; to < n && same_so_far(&list[from], &list[to], reach); to++)
			;
		if (to - from > 1)
			sort_from(stage, list + from, to - from, spare, reach);
	}
}

int chy_stage_sort(struct chy_stage *stage)
{
	struct chy_staged *spare;

	if (stage->failed || stage->bytes.failed)
		return CHY_EMEM;
	if (stage->sorted == stage->count)
		return CHY_OK;
	spare = malloc(stage->count * sizeof(*spare));
	if (!spare)
		return CHY_EMEM;
	sort_from(stage, stage->items, stage->count, spare, 0);
	free(spare);
	stage->sorted = stage->count;
	return CHY_OK;
}

bool chy_stage_find(const struct chy_stage *stage, struct chy_str key, struct chy_str *out)
{
	size_t low = 0, high = stage->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (chy_str_compare(chy_staged_key(stage, middle), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == stage->count || !chy_str_equal(chy_staged_key(stage, low), key))
		return false;
	*out = chy_staged_value(stage, low);
	return true;
}
