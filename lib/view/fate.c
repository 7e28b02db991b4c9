/* Keeps with every promise what became of it, as acts and promises come and
 * go. A fate depends on the acts of one `what` within a window, and so on
 * nothing but what the tables hold at the end of a batch: what a batch adds is
 * compared with what is known, and only where it takes away the act that
 * settled a promise is the window walked anew. */
#include <stdlib.h>
#include <string.h>

#include "judge.h"

/* -- notes while acts change --------------------------------------------------- */

struct noting {
	struct chy_batch *batch;
	struct chy_str key;
	const struct chy_act_row *row;
	int32_t day;
	bool add;
};

/* One side's promise is kept by what that side does. */
static int touch_what(void *user, struct chy_str what)
{
	const struct noting *noting = user;
	struct chy_str code = {what.data + 1, what.size - 1};

	if (what.data[0] == 'p' || (what.data[0] == 'a' && chy_sides_act(noting->row->sides, code)))
		chy_touch(noting->batch, what, noting->row->category, noting->day, noting->key,
			noting->add, noting->row->kind);
	return CHY_OK;
}

/* -- entries of the index ------------------------------------------------------- */

static struct chy_str renewal_key(
	unsigned char out[CHY_PROMISE_KEY], const unsigned char *renewal, struct chy_str act)
{
	unsigned char *at = out;

	*at++ = 'r';
	at = mempcpy(at, renewal, CHY_ACT_KEY);
	at = mempcpy(at, act.data, act.size);
	return (struct chy_str){(const char *)out, (size_t)(at - out)};
}

static void put_facts(const struct chy_act_row *row, uint8_t standing,
	const struct chy_promise *promise, unsigned char out[CHY_PROMISE_FACTS])
{
	const struct chy_act_facts facts = {row->category, standing, row->kind, row->score};
	const struct chy_settled settled = chy_promise_settled(promise);

	chy_act_facts_put(&facts, out);
	chy_put_day(out + CHY_ACT_FACTS, promise->made);
	chy_put_day(out + CHY_ACT_FACTS + 4, settled.kept);
	chy_put_day(out + CHY_ACT_FACTS + 8, settled.broken);
	chy_put_day(out + CHY_ACT_FACTS + 12, settled.withdrawn);
	chy_put_day(out + CHY_ACT_FACTS + 16, settled.renewed);
}

bool chy_promise_facts_get(struct chy_str value, struct chy_promise_facts *out)
{
	const char *at = value.data + CHY_ACT_FACTS;

	if (value.size != CHY_PROMISE_FACTS ||
		!chy_act_facts_get((struct chy_str){value.data, CHY_ACT_FACTS}, &out->act))
		return false;
	out->made = chy_get_day(at);
	out->settled = (struct chy_settled){chy_get_day(at + 4), chy_get_day(at + 8),
		chy_get_day(at + 12), chy_get_day(at + 16)};
	return true;
}

struct listing {
	struct chy_batch *batch;
	struct chy_str key;
	const struct chy_act_row *row;
	const struct chy_promise *promise;
	bool add;
};

static int list_under(void *user, struct chy_str what)
{
	const struct listing *listing = user;
	const struct chy_settled settled = chy_promise_settled(listing->promise);
	unsigned char key[512], value[CHY_PROMISE_FACTS], *at = key;
	struct chy_str whole;
	int result;

	if (what.data[0] == 's' || what.size + 64 + CHY_ACT_KEY > sizeof(key))
		return CHY_OK;
	*at++ = 'c';
	*at++ = (unsigned char)chy_promise_letter(
		chy_state_on(&settled, listing->promise->last, CHY_NEVER));
	at = mempcpy(at, what.data, what.size);
	*at++ = 0;
	chy_put_day(at, listing->promise->last);
	at = mempcpy(at + 4, listing->row->order, CHY_ACT_ORDER);
	at = mempcpy(at, listing->key.data, listing->key.size);
	whole = (struct chy_str){(const char *)key, (size_t)(at - key)};
	if (listing->add) {
		put_facts(listing->row, (uint8_t)listing->key.data[CHY_CELL_HASH], listing->promise,
			value);
		return chy_store_put(listing->batch->txn, CHY_VIEW_ACT_INDEX, whole,
			(struct chy_str){(const char *)value, sizeof(value)});
	}
	result = chy_store_delete(listing->batch->txn, CHY_VIEW_ACT_INDEX, whole);
	return result == CHY_NOT_FOUND ? CHY_EDAMAGED : result;
}

/* -- coming and going of promises ------------------------------------------------ */

static int forget(const struct noting *noting, struct chy_str what,
	const struct chy_act_names *disputes, const struct chy_promise *promise)
{
	const struct listing listing = {noting->batch, noting->key, noting->row, promise, false};
	struct chy_store_txn *txn = noting->batch->txn;
	unsigned char key[CHY_PROMISE_KEY];
	int result = chy_each_what(
		noting->row->sides, disputes->list, disputes->count, list_under, (void *)&listing);

	if (!result)
		result = chy_store_delete(txn, CHY_VIEW_PROMISES,
			chy_promise_key(key, what, promise->last, noting->key));
	if (!result)
		result = chy_store_delete(txn, CHY_VIEW_PROMISES,
			chy_promise_made_key(key, what, promise->kind, promise->made, noting->key));
	if (!result && promise->renewed.day != CHY_NEVER)
		result = chy_store_delete(txn, CHY_VIEW_PROMISES,
			renewal_key(key, promise->renewed.key, noting->key));
	chy_touch(noting->batch, what, promise->kind, promise->made, noting->key, false,
		(uint32_t)promise->last);
	return result;
}

static int note_promise(const struct noting *noting, const struct chy_act_names *disputes)
{
	char text[CHY_PROMISE_WHAT];
	struct chy_str what = {text, chy_promise_what(noting->row->sides, text)}, row;
	unsigned char key[CHY_PROMISE_KEY];
	struct chy_promise promise;
	int result;

	if (noting->add) {
		chy_stage_add(&noting->batch->promises, noting->key, CHY_STR(""));
		return CHY_OK;
	}
	result = chy_sealed_get(noting->batch->txn, CHY_VIEW_PROMISES,
		chy_promise_key(key, what, noting->row->due, noting->key), &row);
	if (result)
		return result == CHY_NOT_FOUND ? CHY_OK : result;
	return chy_promise_decode(row, &promise) ? forget(noting, what, disputes, &promise)
						 : CHY_EDAMAGED;
}

int chy_fates_note(struct chy_batch *batch, struct chy_str key, const struct chy_act_row *row,
	const struct chy_act_names *disputes, bool add)
{
	uint8_t standing = (uint8_t)key.data[CHY_CELL_HASH];
	struct noting noting = {batch, key, row, chy_act_day(key.data), add};
	int result = CHY_OK;

	if (noting.day == INT32_MIN)
		return CHY_OK;
	if (chy_is_done(standing))
		result = chy_each_what(row->sides, NULL, 0, touch_what, &noting);
	if (!result && row->due != INT32_MIN && row->due != INT32_MAX && chy_is_promised(standing))
		result = note_promise(&noting, disputes);
	return result;
}

/* -- what a batch changes ---------------------------------------------------------- */

struct judging {
	struct chy_batch *batch;
	struct chy_store_txn *txn;
	struct chy_judge judge;
	struct chy_scan scan;
	struct chy_judged *list;
	size_t count, room;
};

static struct chy_judged *add_judged(struct judging *judging, struct chy_str what, const char *key)
{
	struct chy_judged *one;

	if (judging->count == judging->room) {
		size_t room = judging->room ? 2 * judging->room : 64;
		struct chy_judged *more = realloc(judging->list, room * sizeof(*more));

		if (!more)
			return NULL;
		judging->list = more;
		judging->room = room;
	}
	one = &judging->list[judging->count++];
	*one = (struct chy_judged){.what = {NULL, what.size}};
	memcpy(one->text, what.data, what.size);
	memcpy(one->key, key, CHY_ACT_KEY);
	return one;
}

/* -- with what came and went --------------------------------------------------------- */

static bool same_fate(const struct chy_promise *a, const struct chy_promise *b)
{
	unsigned char one[CHY_PROMISE_ROW], other[CHY_PROMISE_ROW];

	chy_promise_encode(a, one);
	chy_promise_encode(b, other);
	return memcmp(one, other, sizeof(one)) == 0;
}

static int look_at_promise(struct judging *judging, struct chy_str key, struct chy_str row,
	const struct chy_touches *t)
{
	struct chy_judged *one;
	int result;

	row.size -= row.size < CHY_ROW_SUM ? row.size : CHY_ROW_SUM;
	one = add_judged(judging, t->what, key.data + key.size - CHY_ACT_KEY);
	if (!one)
		return CHY_EMEM;
	one->what.data = one->text;
	if (!chy_promise_decode(row, &one->before) ||
		one->before.rule >= judging->batch->rules->count)
		return CHY_EDAMAGED;
	one->now = one->before;
	result = chy_judge_touches(&judging->judge, one, t);
	if (!one->again && same_fate(&one->before, &one->now))
		judging->count--;
	return result;
}

static int32_t first_day(const struct chy_touches *t)
{
	int32_t first = INT32_MAX;

	for (size_t i = t->from; i < t->to; i++)
		if (chy_touched_day(t, i) < first)
			first = chy_touched_day(t, i);
	return first;
}

/* All promises of a what that are not past when it was touched. */
static int walk_touched(struct judging *judging, const struct chy_touches *t)
{
	unsigned char start[CHY_PROMISE_KEY];
	struct chy_str key, row,
		from = chy_promise_key(start, t->what,
			chy_day32((int64_t)first_day(t) - CHY_PROMISE_LATE), CHY_STR(""));
	struct chy_store_cursor *cursor;
	int result = chy_store_cursor_open(judging->txn, CHY_VIEW_PROMISES, &cursor);

	if (result)
		return result;
	result = chy_store_seek(cursor, from, &key, &row);
	while (result == CHY_OK && key.size == from.size + CHY_ACT_KEY &&
		memcmp(key.data, from.data, from.size - 4) == 0) {
		result = look_at_promise(judging, key, row, t);
		if (!result)
			result = chy_store_next(cursor, &key, &row);
	}
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}

static int walk_all_touched(struct judging *judging)
{
	const struct chy_stage *stage = &judging->batch->touches;
	struct chy_touches touches;
	int result = chy_stage_sort(&judging->batch->touches);

	for (size_t from = 0; !result && chy_touches_next(stage, from, &touches); from = touches.to)
		result = walk_touched(judging, &touches);
	return result;
}

/* -- promises that came ---------------------------------------------------------------- */

static int read_term(
	struct judging *judging, const struct chy_act_row *row, struct chy_promise *out)
{
	const struct chy_value *event;
	struct chy_event_head head;
	struct chy_edtf date;
	struct chy_str json;
	int64_t first, last;
	int result = chy_event_read(judging->txn, row->promise, &head, &json);

	if (!result && (chy_scan_read(&judging->scan, json, &event) ||
			       chy_edtf_parse(chy_value_str(event, "due"), &date)))
		result = CHY_EDAMAGED;
	if (result)
		return result;
	chy_edtf_bounds(&date, &first, &last);
	out->first = chy_day32(first);
	out->last = row->due;
	return CHY_OK;
}

/* CHY_END where it is no promise. */
static int read_kind(
	struct judging *judging, const struct chy_act_row *row, struct chy_promise *out)
{
	struct chy_str category;
	int result = chy_name_text(judging->txn, row->category, &category);

	if (result)
		return result;
	return chy_promise_read(judging->batch->rules, category, row->kind, row->sides, out)
		       ? CHY_OK
		       : CHY_END;
}

static int take_up(struct judging *judging, struct chy_str key)
{
	char text[CHY_PROMISE_WHAT];
	struct chy_promise promise = {.made = chy_act_day(key.data)};
	unsigned char bytes[CHY_PROMISE_KEY], last[4];
	struct chy_act_row row;
	struct chy_judged *one;
	struct chy_str value, what;
	int result = chy_sealed_get(judging->txn, CHY_VIEW_ACTS, key, &value);

	if (!result && !chy_act_decode(value, &row))
		result = CHY_EDAMAGED;
	if (!result)
		result = read_kind(judging, &row, &promise);
	if (!result)
		result = read_term(judging, &row, &promise);
	if (result)
		return result == CHY_END ? CHY_OK : result;
	what = (struct chy_str){text, chy_promise_what(row.sides, text)};
	one = add_judged(judging, what, key.data);
	if (!one)
		return CHY_EMEM;
	one->now = promise;
	one->fresh = one->again = true;
	chy_touch(judging->batch, what, promise.kind, promise.made, key, true,
		(uint32_t)promise.last);
	chy_put_day(last, promise.last);
	return chy_store_put(judging->txn, CHY_VIEW_PROMISES,
		chy_promise_made_key(bytes, what, promise.kind, promise.made, key),
		(struct chy_str){(const char *)last, sizeof(last)});
}

static int take_up_all(struct judging *judging)
{
	struct chy_stage *promises = &judging->batch->promises;
	int result = chy_stage_sort(promises);

	for (size_t i = 0; i < promises->count && !result; i++) {
		struct chy_str key = chy_staged_key(promises, i);

		if (!i || !chy_str_equal(key, chy_staged_key(promises, i - 1)))
			result = take_up(judging, key);
	}
	return result;
}

/* -- writing --------------------------------------------------------------------------- */

static int list(struct judging *judging, struct chy_judged *one, const struct chy_promise *promise,
	bool add)
{
	struct chy_act_row row;
	struct chy_buffer copy;
	struct chy_act_names names;
	struct chy_str value;
	struct listing listing = {judging->batch, chy_judged_key(one), &row, promise, add};
	int result = chy_sealed_get(judging->txn, CHY_VIEW_ACTS, chy_judged_key(one), &value);

	if (result)
		return result;
	/* Views of pages do not outlive the next change. */
	chy_buffer_init(&copy);
	chy_buffer_add_str(&copy, value);
	if (copy.failed || !chy_act_decode((struct chy_str){copy.data, copy.size}, &row))
		result = CHY_EDAMAGED;
	if (!result)
		result = chy_act_disputes(judging->txn, &row, &names);
	if (!result)
		result = chy_each_what(row.sides, names.list, names.count, list_under, &listing);
	chy_buffer_fini(&copy);
	return result;
}

static int write_renewal(struct judging *judging, struct chy_judged *one)
{
	const struct chy_outcome *before = &one->before.renewed, *now = &one->now.renewed;
	unsigned char key[CHY_PROMISE_KEY];
	int result = CHY_OK;

	if (!one->fresh && before->day != CHY_NEVER)
		result = chy_store_delete(judging->txn, CHY_VIEW_PROMISES,
			renewal_key(key, before->key, chy_judged_key(one)));
	if (!result && now->day != CHY_NEVER)
		result = chy_store_put(judging->txn, CHY_VIEW_PROMISES,
			renewal_key(key, now->key, chy_judged_key(one)), CHY_STR(""));
	return result;
}

static int write_one(struct judging *judging, struct chy_judged *one)
{
	unsigned char row[CHY_PROMISE_ROW], key[CHY_PROMISE_KEY];
	struct chy_buffer bytes;
	int result = CHY_OK;

	if (!one->fresh)
		result = list(judging, one, &one->before, false);
	if (!result)
		result = list(judging, one, &one->now, true);
	if (!result)
		result = write_renewal(judging, one);
	if (result)
		return result;
	chy_promise_encode(&one->now, row);
	chy_buffer_init(&bytes);
	chy_buffer_add(&bytes, row, sizeof(row));
	result = chy_sealed_put(judging->txn, CHY_VIEW_PROMISES,
		chy_promise_key(key, one->what, one->now.last, chy_judged_key(one)), &bytes);
	chy_buffer_fini(&bytes);
	return result;
}

static int judge_all(struct judging *judging)
{
	int result = CHY_OK;

	for (size_t i = 0; i < judging->count && !result; i++) {
		judging->list[i].what.data = judging->list[i].text;
		if (judging->list[i].again)
			result = chy_judge(&judging->judge, &judging->list[i]);
	}
	for (size_t i = 0; i < judging->count && !result; i++)
		if (judging->list[i].fresh ||
			!same_fate(&judging->list[i].before, &judging->list[i].now))
			result = write_one(judging, &judging->list[i]);
	return result;
}

int chy_fates_flush(struct chy_batch *batch)
{
	struct judging *judging = calloc(1, sizeof(*judging));
	int result;

	if (!judging)
		return CHY_EMEM;
	judging->batch = batch;
	judging->txn = batch->txn;
	judging->judge.txn = batch->txn;
	chy_scan_init(&judging->scan);
	result = chy_rules_number(judging->txn, batch->rules, &judging->judge.rules);
	if (!result)
		result = take_up_all(judging);
	if (!result)
		result = walk_all_touched(judging);
	if (!result)
		result = judge_all(judging);
	chy_scan_fini(&judging->scan);
	free(judging->list);
	free(judging);
	chy_stage_clear(&batch->touches);
	chy_stage_clear(&batch->promises);
	return result;
}
