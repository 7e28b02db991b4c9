/* Which events tell one act. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "chancery/json.h"

/* An event, and what of it counts for the question whether another tells the
 * same act. */
struct chy_telling {
	char key[256]; /* category, standing, sides: equal for events of one act */
	int64_t first, last; /* bounds of its own date; first > last: none */
	int64_t reported; /* day of the report; INT64_MIN: none */
	json_t *event; /* a reference of its own */
	size_t group;
};

/* Fills all but `group`. */
void chy_telling_init(struct chy_telling *telling, json_t *event);
void chy_telling_fini(struct chy_telling *telling);

/* Puts tellings of one group side by side, numbered from 0 in `group`. Which
 * those are, and their order, depends on what the tellings say alone, not on
 * the order in which they are given. Within a group the one that dates it
 * comes first: the narrowest date, else the earliest report. CHY_EMEM. */
int chy_group_tellings(struct chy_telling *tellings, size_t count);

/* By day of the report, then by document and place in it: for qsort's kind of
 * answer. */
int chy_compare_reports(const struct chy_telling *a, const struct chy_telling *b);
