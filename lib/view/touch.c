#include "touch.h"

#include <string.h>

/* What, NUL, category or kind, day, the act's key → whether it came, detail. */
enum { TOUCH_TAIL = 1 + 4 + 4 + CHY_ACT_KEY, TOUCH_VALUE = 1 + 4 };

void chy_touch(struct chy_batch *batch, struct chy_str what, uint32_t category_or_kind, int32_t day,
	struct chy_str act, bool came, uint32_t detail)
{
	unsigned char key[CHY_PROMISE_WHAT + TOUCH_TAIL], value[TOUCH_VALUE], *at = key;

	if (what.size > CHY_PROMISE_WHAT)
		return;
	at = mempcpy(at, what.data, what.size);
	*at++ = 0;
	chy_put_be(at, category_or_kind, 4);
	chy_put_day(at + 4, day);
	at = mempcpy(at + 8, act.data, CHY_ACT_KEY);
	value[0] = came;
	chy_put_be(value + 1, detail, 4);
	chy_stage_add(&batch->touches, (struct chy_str){(const char *)key, (size_t)(at - key)},
		(struct chy_str){(const char *)value, sizeof(value)});
}

static struct chy_str touched_what(const struct chy_stage *stage, size_t i)
{
	struct chy_str key = chy_staged_key(stage, i);

	return (struct chy_str){key.data, key.size - TOUCH_TAIL};
}

bool chy_touches_next(const struct chy_stage *stage, size_t from, struct chy_touches *out)
{
	size_t to = from + 1;

	if (from >= stage->count)
		return false;
	*out = (struct chy_touches){stage, touched_what(stage, from), from, to};
	while (to < stage->count && chy_str_equal(touched_what(stage, to), out->what))
		to++;
	out->to = to;
	return true;
}

uint32_t chy_touched_category(const struct chy_touches *t, size_t i)
{
	struct chy_str key = chy_staged_key(t->stage, i);

	return (uint32_t)chy_get_be(key.data + key.size - CHY_ACT_KEY - 8, 4);
}

int32_t chy_touched_day(const struct chy_touches *t, size_t i)
{
	struct chy_str key = chy_staged_key(t->stage, i);

	return chy_get_day(key.data + key.size - CHY_ACT_KEY - 4);
}

const char *chy_touched_act(const struct chy_touches *t, size_t i)
{
	struct chy_str key = chy_staged_key(t->stage, i);

	return key.data + key.size - CHY_ACT_KEY;
}

bool chy_touch_came(const struct chy_touches *t, size_t i, uint32_t *out_detail)
{
	struct chy_str value = chy_staged_value(t->stage, i);

	*out_detail = (uint32_t)chy_get_be(value.data + 1, 4);
	return value.data[0];
}

size_t chy_first_touch(const struct chy_touches *t, uint32_t category, int32_t day)
{
	size_t low = t->from, high = t->to;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint32_t other = chy_touched_category(t, middle);

		if (other < category || (other == category && chy_touched_day(t, middle) < day))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
