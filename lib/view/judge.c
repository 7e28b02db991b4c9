#include "judge.h"

#include <stdio.h>
#include <string.h>

struct chy_str chy_judged_key(const struct chy_judged *one)
{
	return (struct chy_str){(const char *)one->key, CHY_ACT_KEY};
}

static void number_list(struct chy_store_txn *txn, struct chy_str acts, struct chy_listed *out)
{
	struct chy_promise_act act;
	struct chy_str number;
	char key[128];

	while (out->count < CHY_LISTED && chy_promise_next_act(&acts, &act)) {
		int size = snprintf(
			key, sizeof(key), "t%.*s", (int)act.category.size, act.category.data);

		if ((size_t)size >= sizeof(key) ||
			chy_store_get(txn, CHY_VIEW_NAMES, (struct chy_str){key, (size_t)size},
				&number) ||
			number.size != 4)
			continue;
		out->list[out->count].category = (uint32_t)chy_get_be(number.data, 4);
		out->list[out->count++].act = act;
	}
}

static const struct chy_numbered *rule_of(
	struct chy_judge *judge, const struct chy_promise *promise)
{
	const struct chy_promise_rule *rule = &judge->rules->list[promise->rule];
	struct chy_numbered *out = &judge->numbered[promise->rule];

	if (!out->known) {
		number_list(judge->txn, rule->kept_by, &out->kept);
		number_list(judge->txn, rule->kept_early, &out->early);
		number_list(judge->txn, rule->broken_by, &out->broken);
		number_list(judge->txn, rule->withdrawn_by, &out->withdrawn);
		out->known = true;
	}
	return out;
}

static bool is_in(const struct chy_listed *listed, uint32_t category, uint32_t kind)
{
	for (size_t i = 0; i < listed->count; i++)
		if (listed->list[i].category == category &&
			chy_kind_is(kind, listed->list[i].act.mode, listed->list[i].act.cameo))
			return true;
	return false;
}

/* -- what settles ------------------------------------------------------------------ */

/* Of two acts of one day that by name comes first which settled it, as it does
 * where --as-of makes the acts anew; of one name, that by key. */
static bool earlier(int32_t day, const char *key, const struct chy_outcome *than)
{
	char one[CHY_ACT_NAME], other[CHY_ACT_NAME];
	int order;

	if (day != than->day || day == CHY_NEVER)
		return day < than->day;
	order = strcmp(chy_act_name((struct chy_str){key, CHY_ACT_KEY}, one),
		chy_act_name((struct chy_str){(const char *)than->key, CHY_ACT_KEY}, other));
	return order ? order < 0 : memcmp(key, than->key, CHY_ACT_KEY) < 0;
}

static void take(struct chy_outcome *out, int32_t day, const char *key)
{
	if (!earlier(day, key, out))
		return;
	out->day = day;
	memcpy(out->key, key, CHY_ACT_KEY);
}

static void strike(struct chy_outcome *out, int32_t day)
{
	if (day == CHY_NEVER)
		*out = (struct chy_outcome){.day = CHY_NEVER};
}

static void settle(struct chy_promise *promise)
{
	struct chy_settled settled = chy_promise_settled(promise);

	chy_settle(&settled);
	strike(&promise->broken, settled.broken);
	strike(&promise->withdrawn, settled.withdrawn);
	strike(&promise->renewed, settled.renewed);
}

static int32_t least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static int32_t kept_from(const struct chy_promise *promise)
{
	int64_t early = (int64_t)promise->first - CHY_PROMISE_EARLY;

	return early > promise->made ? chy_day32(early) : promise->made + 1;
}

static int32_t kept_until(const struct chy_promise *promise)
{
	return chy_day32((int64_t)promise->last + CHY_PROMISE_LATE);
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

static int look_at(struct chy_judge *judge, struct chy_judged *one, int32_t day, struct chy_str key,
	struct chy_str value)
{
	struct chy_promise *p = &one->now;
	const struct chy_numbered *rule = rule_of(judge, p);
	const char *act = key.data + key.size - CHY_ACT_KEY;
	bool alone = one->what.data[0] == 'a', own = true, keeps, breaks, withdraws;
	struct chy_act_facts f;
	int result = CHY_OK;

	if (!chy_act_facts_get(value, &f))
		return CHY_EDAMAGED;
	keeps = is_in(day >= kept_from(p) ? &rule->kept : &rule->early, f.category, f.kind);
	breaks = day <= p->last && is_in(&rule->broken, f.category, f.kind);
	withdraws = day <= p->last && is_in(&rule->withdrawn, f.category, f.kind);
	if (!chy_is_done(f.standing) || !(keeps || breaks || withdraws))
		return CHY_OK;
	if (alone || withdraws)
		result = by_promiser(judge, one, act, &own);
	if (result || (alone && !own))
		return result;
	if (keeps)
		take(&p->kept, day, act);
	if (breaks)
		take(&p->broken, day, act);
	if (withdraws && own)
		take(&p->withdrawn, day, act);
	return CHY_OK;
}

/* Until it is kept: what comes later changes nothing. */
static int walk_acts(
	struct chy_judge *judge, struct chy_judged *one, struct chy_store_cursor *cursor)
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
		if (day > least(kept_until(p), p->kept.day))
			return CHY_OK;
		result = look_at(judge, one, day, key, value);
		if (!result)
			result = chy_store_next(cursor, &key, &value);
	}
	return result == CHY_END ? CHY_OK : result;
}

/* The first promise of its kind, made later, with a term that ends no
 * earlier. */
static int walk_promises(
	struct chy_judge *judge, struct chy_judged *one, struct chy_store_cursor *cursor)
{
	struct chy_promise *p = &one->now;
	unsigned char start[CHY_PROMISE_KEY];
	struct chy_str key, value,
		from = chy_promise_made_key(start, one->what, p->kind, p->made + 1, CHY_STR(""));
	int result = chy_store_seek(cursor, from, &key, &value);

	(void)judge;
	while (result == CHY_OK && key.size == from.size + CHY_ACT_KEY &&
		memcmp(key.data, from.data, from.size - 4) == 0) {
		int32_t day = chy_get_day(key.data + from.size - 4);

		if (day > least(kept_until(p), p->renewed.day))
			return CHY_OK;
		if (value.size != 4)
			return CHY_EDAMAGED;
		if (chy_get_day(value.data) >= p->last)
			take(&p->renewed, day, key.data + from.size);
		result = chy_store_next(cursor, &key, &value);
	}
	return result == CHY_END ? CHY_OK : result;
}

static int walk(struct chy_judge *judge, struct chy_judged *one, enum chy_view_table table,
	int (*walker)(struct chy_judge *, struct chy_judged *, struct chy_store_cursor *))
{
	struct chy_store_cursor *cursor;
	int result = chy_store_cursor_open(judge->txn, table, &cursor);

	if (result)
		return result;
	result = walker(judge, one, cursor);
	chy_store_cursor_close(cursor);
	return result;
}

int chy_judge(struct chy_judge *judge, struct chy_judged *one)
{
	static const struct chy_outcome never = {.day = CHY_NEVER};
	struct chy_promise *p = &one->now;
	int result = CHY_OK;

	p->kept = p->broken = p->withdrawn = p->renewed = never;
	if (one->what.data[0] != '-')
		result = walk(judge, one, CHY_VIEW_ACT_INDEX, walk_acts);
	if (!result && one->what.data[0] != '-')
		result = walk(judge, one, CHY_VIEW_PROMISES, walk_promises);
	settle(p);
	return result;
}

/* -- with what came and went --------------------------------------------------------- */

/* What one touch means for one outcome, of a listed act or, with NULL, of a
 * promise. */
static int weigh(struct chy_judge *judge, struct chy_judged *one, const struct chy_touches *t,
	size_t i, const struct chy_promise_act *act, struct chy_outcome *outcome)
{
	uint32_t detail;
	const char *key = chy_touched_act(t, i);
	bool counts = true;
	int result = CHY_OK;

	if (!chy_touch_came(t, i, &detail)) {
		one->again |=
			outcome->day != CHY_NEVER && memcmp(outcome->key, key, CHY_ACT_KEY) == 0;
		return CHY_OK;
	}
	if (one->again || !earlier(chy_touched_day(t, i), key, outcome) ||
		(act && !chy_kind_is(detail, act->mode, act->cameo)))
		return CHY_OK;
	if (outcome == &one->now.withdrawn)
		result = by_promiser(judge, one, key, &counts);
	else if (outcome == &one->now.renewed)
		counts = (int32_t)detail >= one->now.last;
	if (result == CHY_NOT_FOUND) { /* came and went within the batch */
		one->again = true;
		return CHY_OK;
	}
	if (!result && counts)
		take(outcome, chy_touched_day(t, i), key);
	return result;
}

static int weigh_category(struct chy_judge *judge, struct chy_judged *one,
	const struct chy_touches *t, uint32_t category, const struct chy_promise_act *act,
	int32_t first, int32_t last, struct chy_outcome *outcome)
{
	int result = CHY_OK;

	for (size_t i = chy_first_touch(t, category, first); i < t->to && !result && !one->again;
		i++) {
		if (chy_touched_category(t, i) != category ||
			chy_touched_day(t, i) > least(last, outcome->day))
			break;
		result = weigh(judge, one, t, i, act, outcome);
	}
	return result;
}

int chy_judge_touches(struct chy_judge *judge, struct chy_judged *one, const struct chy_touches *t)
{
	struct chy_promise *p = &one->now;
	const struct chy_numbered *rule = rule_of(judge, p);
	const struct {
		const struct chy_listed *listed;
		struct chy_outcome *outcome;
		int32_t first, last;
	} all[] = {{&rule->kept, &p->kept, kept_from(p), kept_until(p)},
		{&rule->early, &p->kept, p->made + 1, kept_from(p) - 1},
		{&rule->broken, &p->broken, p->made + 1, p->last},
		{&rule->withdrawn, &p->withdrawn, p->made + 1, p->last}};
	int result = CHY_OK;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (size_t j = 0; j < all[i].listed->count && !result; j++)
			result = weigh_category(judge, one, t, all[i].listed->list[j].category,
				&all[i].listed->list[j].act, all[i].first, all[i].last,
				all[i].outcome);
	if (!result)
		result = weigh_category(
			judge, one, t, p->kind, NULL, p->made + 1, kept_until(p), &p->renewed);
	settle(p);
	return result;
}
