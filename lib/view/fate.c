/* Keeps with every promise what became of it, as acts and promises come and
 * go. A fate depends on the acts of one `what` within a window, and so on
 * nothing but what the tables hold at the end of a batch: what a batch adds is
 * compared with what is known, and only where it takes away the act that
 * settled a promise is the window walked anew. */
#include <stdlib.h>
#include <string.h>

#include "promise.h"

/* -- notes while acts change --------------------------------------------------- */

enum { TOUCH_TAIL = 1 + 4 + 4 + CHY_ACT_KEY, TOUCH_VALUE = 1 + 4 };

/* That an act, or a promise of a kind, came to a what or left it: what, NUL,
 * category or kind, day, the act's key → sign, the kind of the act or the last
 * day of the term. */
static void touch(struct chy_batch *batch, struct chy_str what, uint32_t category, int32_t day,
	struct chy_str act, bool add, uint32_t detail)
{
	unsigned char key[CHY_PROMISE_WHAT + TOUCH_TAIL], value[TOUCH_VALUE], *at = key;

	if (what.size > CHY_PROMISE_WHAT)
		return;
	at = mempcpy(at, what.data, what.size);
	*at++ = 0;
	chy_put_be(at, category, 4);
	chy_put_day(at + 4, day);
	at = mempcpy(at + 8, act.data, CHY_ACT_KEY);
	value[0] = add;
	chy_put_be(value + 1, detail, 4);
	chy_stage_add(&batch->touches, (struct chy_str){(const char *)key, (size_t)(at - key)},
		(struct chy_str){(const char *)value, sizeof(value)});
}

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
		touch(noting->batch, what, noting->row->category, noting->day, noting->key,
			noting->add, noting->row->kind);
	return CHY_OK;
}

/* -- entries of the index ------------------------------------------------------- */

struct chy_str chy_promise_key(
	unsigned char out[CHY_PROMISE_KEY], struct chy_str what, int32_t last, struct chy_str act)
{
	unsigned char *at = out;

	*at++ = 'l';
	at = mempcpy(at, what.data, what.size);
	*at++ = 0;
	chy_put_day(at, last);
	at = mempcpy(at + 4, act.data, act.size);
	return (struct chy_str){(const char *)out, (size_t)(at - out)};
}

static struct chy_str made_key(unsigned char out[CHY_PROMISE_KEY], struct chy_str what,
	uint32_t kind, int32_t made, struct chy_str act)
{
	unsigned char *at = out;

	*at++ = 'm';
	at = mempcpy(at, what.data, what.size);
	*at++ = 0;
	chy_put_be(at, kind, 4);
	chy_put_day(at + 4, made);
	at = mempcpy(at + 8, act.data, act.size);
	return (struct chy_str){(const char *)out, (size_t)(at - out)};
}

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
			made_key(key, what, promise->kind, promise->made, noting->key));
	if (!result && promise->renewed.day != CHY_NEVER)
		result = chy_store_delete(txn, CHY_VIEW_PROMISES,
			renewal_key(key, promise->renewed.key, noting->key));
	touch(noting->batch, what, promise->kind, promise->made, noting->key, false,
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

/* The acts that a rule lists, by the numbers of their categories: of what was
 * not told yet there is none. */
enum { LISTED = 16 };
struct listed {
	struct {
		uint32_t category;
		struct chy_promise_act act;
	} list[LISTED];
	size_t count;
};
struct numbered {
	bool known;
	struct listed kept, early, broken, withdrawn;
};

struct judged {
	char text[CHY_PROMISE_WHAT];
	struct chy_str what;
	unsigned char key[CHY_ACT_KEY];
	struct chy_promise before, now;
	bool fresh, again; /* not in the table yet; its window has to be walked */
};

struct judging {
	struct chy_batch *batch;
	struct chy_store_txn *txn;
	struct numbered rules[CHY_PROMISE_RULES];
	struct chy_scan scan;
	struct judged *list;
	size_t count, room;
};

static struct chy_str key_of(const struct judged *one)
{
	return (struct chy_str){(const char *)one->key, CHY_ACT_KEY};
}

static void number_list(struct chy_store_txn *txn, struct chy_str acts, struct listed *out)
{
	struct chy_promise_act act;
	struct chy_str number;
	char key[128];

	while (out->count < LISTED && chy_promise_next_act(&acts, &act)) {
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

static const struct numbered *rule_of(struct judging *judging, const struct chy_promise *promise)
{
	const struct chy_promise_rule *rule = &judging->batch->rules->list[promise->rule];
	struct numbered *out = &judging->rules[promise->rule];

	if (!out->known) {
		number_list(judging->txn, rule->kept_by, &out->kept);
		number_list(judging->txn, rule->kept_early, &out->early);
		number_list(judging->txn, rule->broken_by, &out->broken);
		number_list(judging->txn, rule->withdrawn_by, &out->withdrawn);
		out->known = true;
	}
	return out;
}

static bool is_in(const struct listed *listed, uint32_t category, uint32_t kind)
{
	for (size_t i = 0; i < listed->count; i++)
		if (listed->list[i].category == category &&
			chy_kind_is(kind, listed->list[i].act.mode, listed->list[i].act.cameo))
			return true;
	return false;
}

static struct judged *add_judged(struct judging *judging, struct chy_str what, const char *key)
{
	struct judged *one;

	if (judging->count == judging->room) {
		size_t room = judging->room ? 2 * judging->room : 64;
		struct judged *more = realloc(judging->list, room * sizeof(*more));

		if (!more)
			return NULL;
		judging->list = more;
		judging->room = room;
	}
	one = &judging->list[judging->count++];
	*one = (struct judged){.what = {NULL, what.size}};
	memcpy(one->text, what.data, what.size);
	memcpy(one->key, key, CHY_ACT_KEY);
	return one;
}

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
	struct judging *judging, const struct judged *one, const char *act, bool *out)
{
	struct chy_str row;
	struct chy_act_row promise, other;
	int result = chy_sealed_get(judging->txn, CHY_VIEW_ACTS, key_of(one), &row);

	if (!result && !chy_act_decode(row, &promise))
		result = CHY_EDAMAGED;
	if (!result)
		result = chy_sealed_get(
			judging->txn, CHY_VIEW_ACTS, (struct chy_str){act, CHY_ACT_KEY}, &row);
	if (!result && !chy_act_decode(row, &other))
		result = CHY_EDAMAGED;
	*out = !result && chy_sides_meet(promise.sides, other.sides);
	return result;
}

/* -- with the whole window --------------------------------------------------------- */

static int look_at(struct judging *judging, struct judged *one, int32_t day, struct chy_str key,
	struct chy_str value)
{
	struct chy_promise *p = &one->now;
	const struct numbered *rule = rule_of(judging, p);
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
		result = by_promiser(judging, one, act, &own);
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
static int walk_acts(struct judging *judging, struct judged *one, struct chy_store_cursor *cursor)
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
		result = look_at(judging, one, day, key, value);
		if (!result)
			result = chy_store_next(cursor, &key, &value);
	}
	return result == CHY_END ? CHY_OK : result;
}

/* The first promise of its kind, made later, with a term that ends no
 * earlier. */
static int walk_promises(
	struct judging *judging, struct judged *one, struct chy_store_cursor *cursor)
{
	struct chy_promise *p = &one->now;
	unsigned char start[CHY_PROMISE_KEY];
	struct chy_str key, value,
		from = made_key(start, one->what, p->kind, p->made + 1, CHY_STR(""));
	int result = chy_store_seek(cursor, from, &key, &value);

	(void)judging;
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

static int walk(struct judging *judging, struct judged *one, enum chy_view_table table,
	int (*walker)(struct judging *, struct judged *, struct chy_store_cursor *))
{
	struct chy_store_cursor *cursor;
	int result = chy_store_cursor_open(judging->txn, table, &cursor);

	if (result)
		return result;
	result = walker(judging, one, cursor);
	chy_store_cursor_close(cursor);
	return result;
}

static int judge(struct judging *judging, struct judged *one)
{
	static const struct chy_outcome never = {.day = CHY_NEVER};
	struct chy_promise *p = &one->now;
	int result = CHY_OK;

	p->kept = p->broken = p->withdrawn = p->renewed = never;
	if (one->what.data[0] != '-')
		result = walk(judging, one, CHY_VIEW_ACT_INDEX, walk_acts);
	if (!result && one->what.data[0] != '-')
		result = walk(judging, one, CHY_VIEW_PROMISES, walk_promises);
	settle(p);
	return result;
}

/* -- with what came and went --------------------------------------------------------- */

/* Touches [from, to) of one what. */
struct touches {
	const struct chy_stage *stage;
	size_t from, to;
};

static uint32_t touched_category(const struct touches *t, size_t i)
{
	struct chy_str key = chy_staged_key(t->stage, i);

	return (uint32_t)chy_get_be(key.data + key.size - CHY_ACT_KEY - 8, 4);
}

static int32_t touched_day(const struct touches *t, size_t i)
{
	struct chy_str key = chy_staged_key(t->stage, i);

	return chy_get_day(key.data + key.size - CHY_ACT_KEY - 4);
}

static const char *touched_key(const struct touches *t, size_t i)
{
	struct chy_str key = chy_staged_key(t->stage, i);

	return key.data + key.size - CHY_ACT_KEY;
}

/* The first of a category on a day or later. */
static size_t first_touch(const struct touches *t, uint32_t category, int32_t day)
{
	size_t low = t->from, high = t->to;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint32_t other = touched_category(t, middle);

		if (other < category || (other == category && touched_day(t, middle) < day))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What one touch means for one outcome, of a listed act or, with NULL, of a
 * promise. */
static int weigh(struct judging *judging, struct judged *one, const struct touches *t, size_t i,
	const struct chy_promise_act *act, struct chy_outcome *outcome)
{
	struct chy_str value = chy_staged_value(t->stage, i);
	uint32_t detail = (uint32_t)chy_get_be(value.data + 1, 4);
	const char *key = touched_key(t, i);
	bool counts = true;
	int result = CHY_OK;

	if (!value.data[0]) {
		one->again |=
			outcome->day != CHY_NEVER && memcmp(outcome->key, key, CHY_ACT_KEY) == 0;
		return CHY_OK;
	}
	if (one->again || !earlier(touched_day(t, i), key, outcome) ||
		(act && !chy_kind_is(detail, act->mode, act->cameo)))
		return CHY_OK;
	if (outcome == &one->now.withdrawn)
		result = by_promiser(judging, one, key, &counts);
	else if (outcome == &one->now.renewed)
		counts = (int32_t)detail >= one->now.last;
	if (result == CHY_NOT_FOUND) { /* came and went within the batch */
		one->again = true;
		return CHY_OK;
	}
	if (!result && counts)
		take(outcome, touched_day(t, i), key);
	return result;
}

static int weigh_category(struct judging *judging, struct judged *one, const struct touches *t,
	uint32_t category, const struct chy_promise_act *act, int32_t first, int32_t last,
	struct chy_outcome *outcome)
{
	int result = CHY_OK;

	for (size_t i = first_touch(t, category, first); i < t->to && !result && !one->again; i++) {
		if (touched_category(t, i) != category ||
			touched_day(t, i) > least(last, outcome->day))
			break;
		result = weigh(judging, one, t, i, act, outcome);
	}
	return result;
}

static int weigh_all(struct judging *judging, struct judged *one, const struct touches *t)
{
	struct chy_promise *p = &one->now;
	const struct numbered *rule = rule_of(judging, p);
	const struct {
		const struct listed *listed;
		struct chy_outcome *outcome;
		int32_t first, last;
	} all[] = {{&rule->kept, &p->kept, kept_from(p), kept_until(p)},
		{&rule->early, &p->kept, p->made + 1, kept_from(p) - 1},
		{&rule->broken, &p->broken, p->made + 1, p->last},
		{&rule->withdrawn, &p->withdrawn, p->made + 1, p->last}};
	int result = CHY_OK;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (size_t j = 0; j < all[i].listed->count && !result; j++)
			result = weigh_category(judging, one, t, all[i].listed->list[j].category,
				&all[i].listed->list[j].act, all[i].first, all[i].last,
				all[i].outcome);
	if (!result)
		result = weigh_category(
			judging, one, t, p->kind, NULL, p->made + 1, kept_until(p), &p->renewed);
	settle(p);
	return result;
}

static bool same_fate(const struct chy_promise *a, const struct chy_promise *b)
{
	unsigned char one[CHY_PROMISE_ROW], other[CHY_PROMISE_ROW];

	chy_promise_encode(a, one);
	chy_promise_encode(b, other);
	return memcmp(one, other, sizeof(one)) == 0;
}

static int look_at_promise(struct judging *judging, struct chy_str what, struct chy_str key,
	struct chy_str row, const struct touches *t)
{
	struct judged *one;
	int result;

	row.size -= row.size < CHY_ROW_SUM ? row.size : CHY_ROW_SUM;
	one = add_judged(judging, what, key.data + key.size - CHY_ACT_KEY);
	if (!one)
		return CHY_EMEM;
	one->what.data = one->text;
	if (!chy_promise_decode(row, &one->before) ||
		one->before.rule >= judging->batch->rules->count)
		return CHY_EDAMAGED;
	one->now = one->before;
	result = weigh_all(judging, one, t);
	if (!one->again && same_fate(&one->before, &one->now))
		judging->count--;
	return result;
}

static int32_t first_day(const struct touches *t)
{
	int32_t first = INT32_MAX;

	for (size_t i = t->from; i < t->to; i++)
		first = least(first, touched_day(t, i));
	return first;
}

/* All promises of a what that are not past when it was touched. */
static int walk_touched(struct judging *judging, struct chy_str what, const struct touches *t)
{
	unsigned char start[CHY_PROMISE_KEY];
	struct chy_str key, row,
		from = chy_promise_key(start, what,
			chy_day32((int64_t)first_day(t) - CHY_PROMISE_LATE), CHY_STR(""));
	struct chy_store_cursor *cursor;
	int result = chy_store_cursor_open(judging->txn, CHY_VIEW_PROMISES, &cursor);

	if (result)
		return result;
	result = chy_store_seek(cursor, from, &key, &row);
	while (result == CHY_OK && key.size == from.size + CHY_ACT_KEY &&
		memcmp(key.data, from.data, from.size - 4) == 0) {
		result = look_at_promise(judging, what, key, row, t);
		if (!result)
			result = chy_store_next(cursor, &key, &row);
	}
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}

static struct chy_str touched_what(const struct chy_stage *stage, size_t i)
{
	struct chy_str key = chy_staged_key(stage, i);

	return (struct chy_str){key.data, key.size - TOUCH_TAIL};
}

static int walk_all_touched(struct judging *judging)
{
	const struct chy_stage *stage = &judging->batch->touches;
	int result = chy_stage_sort(&judging->batch->touches);

	for (size_t from = 0, to; from < stage->count && !result; from = to) {
		struct chy_str what = touched_what(stage, from);
		struct touches touches = {stage, from, from};

		for (to = from + 1;
			to < stage->count && chy_str_equal(touched_what(stage, to), what);)
			to++;
		touches.to = to;
		result = walk_touched(judging, what, &touches);
	}
	return result;
}

/* -- promises that came ---------------------------------------------------------------- */

static int read_event(struct judging *judging, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_value **out)
{
	struct chy_event_head head;
	struct chy_str json;
	int result = chy_event_read(judging->txn, key, &head, &json);

	if (!result && chy_scan_read(&judging->scan, json, out))
		result = CHY_EDAMAGED;
	return result;
}

static int read_term(
	struct judging *judging, const struct chy_act_row *row, struct chy_promise *out)
{
	const struct chy_value *event;
	struct chy_edtf date;
	int64_t first, last;
	int result = read_event(judging, row->promise, &event);

	if (result)
		return result;
	if (chy_edtf_parse(chy_value_str(event, "due"), &date))
		return CHY_EDAMAGED;
	chy_edtf_bounds(&date, &first, &last);
	out->first = chy_day32(first);
	out->last = row->due;
	return CHY_OK;
}

/* The rule that it falls under, by the words of its best telling; CHY_END for
 * none. */
static int read_kind(
	struct judging *judging, const struct chy_act_row *row, struct chy_promise *out)
{
	const struct chy_promise_rules *rules = judging->batch->rules;
	const struct chy_promise_rule *rule;
	struct chy_str category, cameo;
	const struct chy_value *event;
	int result = read_event(judging, row->best, &event);

	if (result)
		return result;
	category = chy_value_str(event, "event");
	cameo = chy_value_str(event, "cameo");
	rule = chy_promise_rule_for(rules, category, cameo);
	if (!rule)
		return CHY_END;
	out->rule = (uint8_t)(rule - rules->list);
	out->kind = chy_promise_kind(category, cameo, row->sides);
	return CHY_OK;
}

static int take_up(struct judging *judging, struct chy_str key)
{
	char text[CHY_PROMISE_WHAT];
	struct chy_promise promise = {.made = chy_act_day(key.data)};
	unsigned char bytes[CHY_PROMISE_KEY], last[4];
	struct chy_act_row row;
	struct judged *one;
	struct chy_str value, what;
	int result = chy_sealed_get(judging->txn, CHY_VIEW_ACTS, key, &value);

	if (!result && !chy_act_decode(value, &row))
		result = CHY_EDAMAGED;
	if (!result)
		result = read_term(judging, &row, &promise);
	if (!result)
		result = read_kind(judging, &row, &promise);
	if (result)
		return result == CHY_END ? CHY_OK : result;
	what = (struct chy_str){text, chy_promise_what(row.sides, text)};
	one = add_judged(judging, what, key.data);
	if (!one)
		return CHY_EMEM;
	one->now = promise;
	one->fresh = one->again = true;
	touch(judging->batch, what, promise.kind, promise.made, key, true, (uint32_t)promise.last);
	chy_put_day(last, promise.last);
	return chy_store_put(judging->txn, CHY_VIEW_PROMISES,
		made_key(bytes, what, promise.kind, promise.made, key),
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

static int list(
	struct judging *judging, struct judged *one, const struct chy_promise *promise, bool add)
{
	struct chy_act_row row;
	struct chy_buffer copy;
	struct chy_act_names names;
	struct chy_str value;
	struct listing listing = {judging->batch, key_of(one), &row, promise, add};
	int result = chy_sealed_get(judging->txn, CHY_VIEW_ACTS, key_of(one), &value);

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

static int write_renewal(struct judging *judging, struct judged *one)
{
	const struct chy_outcome *before = &one->before.renewed, *now = &one->now.renewed;
	unsigned char key[CHY_PROMISE_KEY];
	int result = CHY_OK;

	if (!one->fresh && before->day != CHY_NEVER)
		result = chy_store_delete(judging->txn, CHY_VIEW_PROMISES,
			renewal_key(key, before->key, key_of(one)));
	if (!result && now->day != CHY_NEVER)
		result = chy_store_put(judging->txn, CHY_VIEW_PROMISES,
			renewal_key(key, now->key, key_of(one)), CHY_STR(""));
	return result;
}

static int write_one(struct judging *judging, struct judged *one)
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
		chy_promise_key(key, one->what, one->now.last, key_of(one)), &bytes);
	chy_buffer_fini(&bytes);
	return result;
}

static int judge_all(struct judging *judging)
{
	int result = CHY_OK;

	for (size_t i = 0; i < judging->count && !result; i++) {
		judging->list[i].what.data = judging->list[i].text;
		if (judging->list[i].again)
			result = judge(judging, &judging->list[i]);
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
	chy_scan_init(&judging->scan);
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
