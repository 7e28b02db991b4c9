#include "judge.h"

#include <string.h>

struct chy_str chy_judged_key(const struct chy_judged *one)
{
	return (struct chy_str){(const char *)one->key, CHY_ACT_KEY};
}

static int32_t least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

/* Whether the promiser itself acts. */
static int by_promiser(
	struct chy_judge *judge, const struct chy_judged *one, const char *act, bool *out)
{
	struct chy_str row;
	struct chy_act_row promise, other;
	int result = chy_sealed_get(judge->txn, CHY_VIEW_ACTS, chy_judged_key(one), &row);

	if (!result && !chy_act_decode(row, &promise))
		result = CHY_EDAMAGED;
	if (!result)
		result = chy_sealed_get(
			judge->txn, CHY_VIEW_ACTS, (struct chy_str){act, CHY_ACT_KEY}, &row);
	if (!result && !chy_act_decode(row, &other))
		result = CHY_EDAMAGED;
	*out = !result && chy_sides_meet(promise.sides, other.sides);
	return result;
}

/* -- with the whole window --------------------------------------------------------- */

static int look_at(struct chy_judge *judge, struct chy_judged *one, const struct chy_way *ways,
	int32_t day, struct chy_str key, struct chy_str value)
{
	const char *act = key.data + key.size - CHY_ACT_KEY;
	struct chy_act_facts f;
	int result = CHY_OK;

	if (!chy_act_facts_get(value, &f))
		return CHY_EDAMAGED;
	for (size_t i = 0; i < CHY_WAY_RENEWED && !result && chy_is_done(f.standing); i++) {
		bool counts = true;

		if (!chy_way_takes(&ways[i], day, f.category, f.kind))
			continue;
		if (ways[i].own)
			result = by_promiser(judge, one, act, &counts);
		if (!result && counts)
			chy_outcome_take(ways[i].outcome, day, act);
	}
	return result;
}

/* Until it is kept: what comes later changes nothing. */
static int walk_acts(struct chy_judge *judge, struct chy_judged *one, const struct chy_way *ways,
	struct chy_store_cursor *cursor)
{
	const struct chy_promise *p = &one->now;
	unsigned char start[CHY_PROMISE_KEY];
	struct chy_str key, value;
	size_t n = one->what.size;
	int result;

	memcpy(start, one->what.data, n);
	start[n] = 0;
	chy_put_day(start + n + 1, p->made + 1);
	result = chy_store_seek(cursor, (struct chy_str){(const char *)start, n + 5}, &key, &value);
	while (result == CHY_OK) {
		int32_t day;

		if (key.size != n + 5 + CHY_ACT_ORDER + CHY_ACT_KEY ||
			memcmp(key.data, start, n + 1) != 0)
			return CHY_OK;
		day = chy_get_day(key.data + n + 1);
		if (day > least(ways[0].last, p->kept.day))
			return CHY_OK;
		result = look_at(judge, one, ways, day, key, value);
		if (!result)
			result = chy_store_next(cursor, &key, &value);
	}
	return result == CHY_END ? CHY_OK : result;
}

/* Those of its kind, made later. */
static int walk_promises(struct chy_judge *judge, struct chy_judged *one,
	const struct chy_way *ways, struct chy_store_cursor *cursor)
{
	const struct chy_way *way = &ways[CHY_WAY_RENEWED];
	struct chy_promise *p = &one->now;
	unsigned char start[CHY_PROMISE_KEY];
	struct chy_str key, value,
		from = chy_promise_made_key(start, one->what, p->kind, way->first, CHY_STR(""));
	int result = chy_store_seek(cursor, from, &key, &value);

	(void)judge;
	while (result == CHY_OK && key.size == from.size + CHY_ACT_KEY &&
		memcmp(key.data, from.data, from.size - 4) == 0) {
		int32_t day = chy_get_day(key.data + from.size - 4);

		if (day > least(way->last, p->renewed.day))
			return CHY_OK;
		if (value.size != 4)
			return CHY_EDAMAGED;
		if (chy_get_day(value.data) >= p->last)
			chy_outcome_take(way->outcome, day, key.data + from.size);
		result = chy_store_next(cursor, &key, &value);
	}
	return result == CHY_END ? CHY_OK : result;
}

static int walk(struct chy_judge *judge, struct chy_judged *one, const struct chy_way *ways,
	enum chy_view_table table,
	int (*walker)(struct chy_judge *, struct chy_judged *, const struct chy_way *,
		struct chy_store_cursor *))
{
	struct chy_store_cursor *cursor;
	int result = chy_store_cursor_open(judge->txn, table, &cursor);

	if (result)
		return result;
	result = walker(judge, one, ways, cursor);
	chy_store_cursor_close(cursor);
	return result;
}

int chy_judge(struct chy_judge *judge, struct chy_judged *one)
{
	struct chy_way ways[CHY_WAYS];
	int result = CHY_OK;

	chy_promise_unsettle(&one->now);
	chy_promise_ways(&judge->rules, &one->now, one->what, ways);
	if (one->what.data[0] != '-')
		result = walk(judge, one, ways, CHY_VIEW_ACT_INDEX, walk_acts);
	if (!result && one->what.data[0] != '-')
		result = walk(judge, one, ways, CHY_VIEW_PROMISES, walk_promises);
	chy_promise_settle(&one->now);
	return result;
}

/* -- with what came and went --------------------------------------------------------- */

/* What one touch means in one way: of a listed act or, with NULL, of a promise. */
static int weigh(struct chy_judge *judge, struct chy_judged *one, const struct chy_touches *t,
	size_t i, const struct chy_way *way, const struct chy_promise_act *act)
{
	struct chy_outcome *outcome = way->outcome;
	uint32_t detail;
	const char *key = chy_touched_act(t, i);
	bool counts = true;
	int result = CHY_OK;

	if (!chy_touch_came(t, i, &detail)) {
		one->again |=
			outcome->day != CHY_NEVER && memcmp(outcome->key, key, CHY_ACT_KEY) == 0;
		return CHY_OK;
	}
	if (one->again || !chy_outcome_after(outcome, chy_touched_day(t, i), key) ||
		(act && !chy_kind_is(detail, act->mode, act->cameo)))
		return CHY_OK;
	if (!act)
		counts = (int32_t)detail >= one->now.last;
	else if (way->own)
		result = by_promiser(judge, one, key, &counts);
	if (result == CHY_NOT_FOUND) { /* came and went within the batch */
		one->again = true;
		return CHY_OK;
	}
	if (!result && counts)
		chy_outcome_take(outcome, chy_touched_day(t, i), key);
	return result;
}

/* Touches by acts of a category, or by promises of a kind. */
static int weigh_category(struct chy_judge *judge, struct chy_judged *one,
	const struct chy_touches *t, const struct chy_way *way, uint32_t category,
	const struct chy_promise_act *act)
{
	int result = CHY_OK;

	for (size_t i = chy_first_touch(t, category, way->first);
		i < t->to && !result && !one->again; i++) {
		if (chy_touched_category(t, i) != category ||
			chy_touched_day(t, i) > least(way->last, way->outcome->day))
			break;
		result = weigh(judge, one, t, i, way, act);
	}
	return result;
}

int chy_judge_touches(struct chy_judge *judge, struct chy_judged *one, const struct chy_touches *t)
{
	struct chy_promise *p = &one->now;
	struct chy_way ways[CHY_WAYS];
	int result = CHY_OK;

	chy_promise_ways(&judge->rules, p, one->what, ways);
	for (size_t i = 0; i < CHY_WAY_RENEWED; i++)
		for (size_t j = 0; j < ways[i].listed->count && !result; j++)
			result = weigh_category(judge, one, t, &ways[i],
				ways[i].listed->list[j].category, &ways[i].listed->list[j].act);
	if (!result)
		result = weigh_category(judge, one, t, &ways[CHY_WAY_RENEWED], p->kind, NULL);
	chy_promise_settle(p);
	return result;
}
