/* What a batch changes for promises: that an act, or a promise of a kind, came to a
 * what or left it. Noted while acts change, looked at when they are settled. */
#pragma once

#include "promise.h"

/* detail: the kind of the act, or the last day of the promise's term. */
void chy_touch(struct chy_batch *batch, struct chy_str what, uint32_t category_or_kind, int32_t day,
	struct chy_str act, bool came, uint32_t detail);

/* The touches of one what, in order of category or kind, then of day. */
struct chy_touches {
	const struct chy_stage *stage; /* sorted */
	struct chy_str what;
	size_t from, to;
};
/* From a place among all of a stage on: false at the end. */
bool chy_touches_next(const struct chy_stage *stage, size_t from, struct chy_touches *out);

uint32_t chy_touched_category(const struct chy_touches *touches, size_t i);
int32_t chy_touched_day(const struct chy_touches *touches, size_t i);
const char *chy_touched_act(const struct chy_touches *touches, size_t i); /* its key */
bool chy_touch_came(const struct chy_touches *touches, size_t i, uint32_t *out_detail);

/* The first of a category on a day or later. */
size_t chy_first_touch(const struct chy_touches *touches, uint32_t category, int32_t day);
