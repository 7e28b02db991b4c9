/* Events that were asked for, and the cells where they lie. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static int note_event(void *user, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_event_head *head, const struct chy_value *event)
{
	struct chy_sought *sought = user;
	struct chy_sought_event *one;

	(void)event;
	if (sought->count == sought->room) {
		size_t room = sought->room ? 2 * sought->room : 256;
		struct chy_sought_event *more = realloc(sought->list, room * sizeof(*more));

		if (!more)
			return CHY_EMEM;
		sought->list = more;
		sought->room = room;
	}
	one = &sought->list[sought->count++];
	memcpy(one->cell, head->cell, CHY_CELL_HASH);
	one->period = head->period;
	memcpy(one->key, key, CHY_EVENT_KEY);
	return CHY_OK;
}

static int by_cell(const void *one, const void *other)
{
	const struct chy_sought_event *a = one, *b = other;
	int order = memcmp(a->cell, b->cell, CHY_CELL_HASH);

	return order ? order : memcmp(a->key, b->key, CHY_EVENT_KEY);
}

static int by_event(const void *key, const void *sought)
{
	return memcmp(key, ((const struct chy_sought_event *)sought)->key, CHY_EVENT_KEY);
}

int chy_seek_events(
	struct chy_store_txn *txn, const struct chy_event_filter *filter, struct chy_sought *out)
{
	return chy_each_event(txn, filter, note_event, out);
}

void chy_sought_sort(struct chy_sought *sought)
{
	if (sought->count)
		qsort(sought->list, sought->count, sizeof(*sought->list), by_cell);
}

size_t chy_sought_cell(const struct chy_sought *sought, size_t from)
{
	size_t to = from + 1;

	while (to < sought->count &&
		memcmp(sought->list[from].cell, sought->list[to].cell, CHY_CELL_HASH) == 0)
		to++;
	return to;
}

bool chy_tells_any(const struct chy_acts *acts, const struct chy_act *act,
	const struct chy_sought_event *list, size_t n)
{
	for (size_t i = 0; i < act->count; i++)
		if (bsearch(acts->tellings[act->from + i].key, list, n, sizeof(*list), by_event))
			return true;
	return false;
}

void chy_sought_fini(struct chy_sought *sought)
{
	free(sought->list);
	*sought = (struct chy_sought){.list = NULL};
}
