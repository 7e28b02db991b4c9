/* Where a word, a phrase or a clause stands in a bucket of the index of words. */
#pragma once

#include "words.h"

struct chy_place {
	uint32_t unit, from; /* of its positions */
	uint16_t count;
};

struct chy_places {
	struct chy_place *list;
	size_t count, room;
	uint32_t *positions;
	size_t position_count, position_room;
	unsigned char titles[CHY_WORDS_BUCKET / 8]; /* records whose title has it */
};

void chy_places_clear(struct chy_places *places);
void chy_places_fini(struct chy_places *places);

/* One more place at the end, which may be of a unit that has one: chy_places_sort
 * brings those of several rows together. NULL: no memory. */
struct chy_place *chy_places_add(struct chy_places *p, uint32_t unit);
/* Notes that it stands in a title, if that is what the unit is. */
void chy_places_note_title(struct chy_places *p, uint32_t unit);
/* Whether it stands in the title of the unit's document. */
bool chy_places_in_title(const struct chy_places *p, uint32_t unit);

/* Adds one row's places before the unit `end`, with their positions if these are asked
 * for. CHY_EMEM, or CHY_EDAMAGED where the row is none. */
int chy_places_read(struct chy_str row, bool positions, uint32_t end, struct chy_places *out);
/* Places of n rows, each of which is in order and begins where `runs` says, in
 * one order; a unit may stand there more than once. Uses `runs` up. False: no memory. */
bool chy_places_sort(struct chy_places *p, size_t *runs, size_t n);
/* The first place at or after a unit, from `from` on: they are looked up in their
 * order. */
size_t chy_places_seek(const struct chy_places *p, size_t from, uint32_t unit);
