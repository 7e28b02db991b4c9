/* Which events tell one act. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "chancery/string.h"

enum { CHY_EVENT_KEY = 12, CHY_CELL_HASH = 16, CHY_TELLING_DISPUTES = 6 };

/* How an act stands: `aux` of an event. */
enum chy_standing {
	CHY_STANDING_DONE,
	CHY_STANDING_FUTURE,
	CHY_STANDING_HISTORICAL,
	CHY_STANDING_HYPOTHETICAL,
	CHY_STANDING_NEGATION
};
uint8_t chy_standing_from(struct chy_str aux);

/* What of an event counts for the question whether another tells the same
 * act, and what an act takes over from those that tell it. Days count from
 * 1970-01-01. */
struct chy_telling {
	unsigned char key[CHY_EVENT_KEY];
	uint64_t until; /* the record that superseded the event; 0: in force */
	int32_t first, last; /* bounds of its own date; first > last: none */
	int32_t reported; /* day of the report; INT32_MIN: none */
	int32_t due_first, due_last; /* first > last: none */
	uint64_t document; /* the first bytes of its id */
	uint32_t source; /* a name's number; 0 none */
	uint32_t kind; /* of mode and CAMEO code: chy_kind_of */
	uint32_t disputes[CHY_TELLING_DISPUTES]; /* numbers of names; 0 none */
	int16_t score, confidence; /* tenths, thousandths */
	uint8_t standing;
};

/* Where tellings that may be of one act lie together: those of one category
 * and the same sides (for consultations the sides are one set, since who meets
 * whom is told from either side), dated or reported in one quarter. */
struct chy_cell {
	unsigned char hash[CHY_CELL_HASH]; /* of category and sides */
	int32_t period; /* chy_telling_period */
	struct chy_str category, sides; /* "+JPN>+RUS"; "+JPN+RUS" where one set */
};

/* Four times the year and the quarter from 0; for a telling with neither date
 * nor report a number beyond all years, by document. */
int32_t chy_telling_period(const struct chy_telling *telling);

enum chy_anchor {
	CHY_ANCHOR_DAY, /* told to have been on that day */
	CHY_ANCHOR_SPAN, /* told to have been at some time of a span */
	CHY_ANCHOR_REPORT, /* told without a date: the first report's day */
	CHY_ANCHOR_DOCUMENT /* neither date nor report */
};

struct chy_act {
	enum chy_anchor anchor;
	uint8_t standing;
	int32_t first, last; /* of the anchor; equal but for a span */
	uint64_t document; /* of CHY_ANCHOR_DOCUMENT */
	uint8_t ordinal; /* among several of one anchor */
	int32_t period;
	size_t from, count; /* its tellings; the one that tells it best is `best` */
	size_t best;
};

/* The acts of one key. */
struct chy_acts {
	unsigned char hash[CHY_CELL_HASH];
	char *category, *sides;
	struct chy_telling *tellings;
	size_t count, room;
	struct chy_act *list;
	size_t act_count;
};
void chy_acts_fini(struct chy_acts *acts);

/* Periods from an event within which it may change what others make. */
enum { CHY_ACT_REACH = 2, CHY_ACT_CONTEXT = 6 };

/* Makes the acts of acts->tellings, which it orders: those of one act stand
 * together, the narrowest date first, then by report. Depends on what they
 * say alone, not on the order in which they are given. CHY_EMEM. */
int chy_acts_make(struct chy_acts *acts);
