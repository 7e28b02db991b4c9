#include "places.h"

#include <stdlib.h>
#include <string.h>

void chy_places_clear(struct chy_places *places)
{
	places->count = places->position_count = 0;
	memset(places->titles, 0, sizeof(places->titles));
}

static bool add_position(struct chy_places *p, uint32_t position)
{
	if (p->position_count == p->position_room) {
		size_t room = p->position_room ? 2 * p->position_room : 1024;
		uint32_t *more = realloc(p->positions, room * sizeof(*more));

		if (!more)
			return false;
		p->positions = more;
		p->position_room = room;
	}
	p->positions[p->position_count++] = position;
	return true;
}

struct chy_place *chy_places_add(struct chy_places *p, uint32_t unit)
{
	if (p->count == p->room) {
		size_t room = p->room ? 2 * p->room : 1024;
		struct chy_place *more = realloc(p->list, room * sizeof(*more));

		if (!more)
			return NULL;
		p->list = more;
		p->room = room;
	}
	p->list[p->count] = (struct chy_place){unit, (uint32_t)p->position_count, 0};
	return &p->list[p->count++];
}

void chy_places_note_title(struct chy_places *p, uint32_t unit)
{
	if (!(unit & 0xffff))
		p->titles[unit >> 19] |= (unsigned char)(1u << (unit >> 16 & 7));
}

bool chy_places_in_title(const struct chy_places *p, uint32_t unit)
{
	return p->titles[unit >> 19] >> (unit >> 16 & 7) & 1;
}

int chy_places_read(struct chy_str row, bool positions, uint32_t end, struct chy_places *out)
{
	struct chy_postings postings;
	struct chy_place *place;
	int more = 1;

	if (!chy_postings_begin(row, &postings, NULL))
		return CHY_EDAMAGED;
	while ((more = chy_postings_next(&postings)) > 0) {
		if (postings.unit >> 16 >= CHY_WORDS_BUCKET)
			return CHY_EDAMAGED;
		if (postings.unit >= end)
			return CHY_OK; /* rows are in order */
		place = chy_places_add(out, postings.unit);
		if (!place)
			return CHY_EMEM;
		chy_places_note_title(out, postings.unit);
		while (place->count < UINT16_MAX && (more = chy_postings_position(&postings)) > 0) {
			place->count++;
			if (positions && !add_position(out, postings.position))
				return CHY_EMEM;
		}
		if (more < 0)
			return more;
	}
	return more;
}

/* Merges [from, middle) and [middle, to), each in order, by way of the room. */
static void merge(
	struct chy_place *list, size_t from, size_t middle, size_t to, struct chy_place *room)
{
	size_t a = 0, n = middle - from, b = middle, at = from;

	memcpy(room, list + from, n * sizeof(*list));
	while (a < n && b < to)
		list[at++] = list[b].unit < room[a].unit ? list[b++] : room[a++];
	memcpy(list + at, room + a, (n - a) * sizeof(*list));
}

bool chy_places_sort(struct chy_places *p, size_t *runs, size_t n)
{
	struct chy_place *room = n > 1 && p->count ? malloc(p->count * sizeof(*room)) : NULL;

	if (n > 1 && p->count && !room)
		return false;
	for (; room && n > 1; n = (n + 1) / 2)
		for (size_t i = 0; i < n; i += 2) {
			if (i + 1 < n)
				merge(p->list, runs[i], runs[i + 1],
					i + 2 < n ? runs[i + 2] : p->count, room);
			runs[i / 2] = runs[i];
		}
	free(room);
	return true;
}

void chy_places_fini(struct chy_places *places)
{
	free(places->list);
	free(places->positions);
	*places = (struct chy_places){.list = NULL};
}

size_t chy_places_seek(const struct chy_places *p, size_t from, uint32_t unit)
{
	size_t step = 1, low = from, high;

	while (low + step < p->count && p->list[low + step].unit < unit) {
		low += step;
		step *= 2;
	}
	high = low + step < p->count ? low + step : p->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->list[middle].unit < unit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
