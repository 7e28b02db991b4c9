/* Happenings as rows: kept in the table, the index and the tally.
 *
 * A row: the earliest report's day, document and place in it, the best event's key, the category's
 * number, its kind, the score, documents, the last day of what is promised and
 * the event that promises it, then the sides, the disputes, the sources and
 * the events' keys, each with its count (u16; u32 of events) before. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

void chy_act_key(
	const struct chy_acts *acts, const struct chy_act *act, unsigned char out[CHY_ACT_KEY])
{
	memcpy(out, acts->hash, CHY_CELL_HASH);
	out[CHY_CELL_HASH] = act->standing;
	out[CHY_CELL_HASH + 1] = (unsigned char)act->anchor;
	out[CHY_ACT_KEY - 1] = act->ordinal;
	if (act->anchor == CHY_ANCHOR_DOCUMENT) {
		chy_put_be(out + CHY_CELL_HASH + 2, act->document, 8);
		return;
	}
	chy_put_day(out + CHY_CELL_HASH + 2, act->first);
	chy_put_day(out + CHY_CELL_HASH + 6, act->last);
}

static void add_number(struct chy_buffer *out, uint64_t value, unsigned bytes)
{
	unsigned char number[8];

	chy_put_be(number, value, bytes);
	chy_buffer_add(out, number, bytes);
}

/* -- sets of numbers ------------------------------------------------------------ */

struct numbers {
	uint64_t *list;
	size_t count;
};

static int by_number(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return (a > b) - (a < b);
}

static void sort_once(struct numbers *numbers)
{
	size_t n = 0;

	if (numbers->count)
		qsort(numbers->list, numbers->count, sizeof(*numbers->list), by_number);
	for (size_t i = 0; i < numbers->count; i++)
		if (numbers->list[i] && (!n || numbers->list[n - 1] != numbers->list[i]))
			numbers->list[n++] = numbers->list[i];
	numbers->count = n;
}

static void add_numbers(struct chy_buffer *out, const struct numbers *numbers)
{
	add_number(out, numbers->count, 2);
	for (size_t i = 0; i < numbers->count; i++)
		add_number(out, numbers->list[i], 4);
}

static void add_disputes(
	struct chy_buffer *out, const struct chy_telling *list, size_t n, struct numbers *scratch)
{
	scratch->count = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < CHY_TELLING_DISPUTES; j++)
			scratch->list[scratch->count++] = list[i].disputes[j];
	sort_once(scratch);
	add_numbers(out, scratch);
}

/* Outlets in the order of their reports. */
static void add_sources(
	struct chy_buffer *out, const struct chy_telling *list, size_t n, struct numbers *scratch)
{
	scratch->count = 0;
	for (size_t i = 0; i < n; i++) {
		bool there = !list[i].source;

		for (size_t j = 0; j < scratch->count && !there; j++)
			there = scratch->list[j] == list[i].source;
		if (!there)
			scratch->list[scratch->count++] = list[i].source;
	}
	add_numbers(out, scratch);
}

static size_t documents_of(const struct chy_telling *list, size_t n, struct numbers *scratch)
{
	scratch->count = n;
	for (size_t i = 0; i < n; i++)
		scratch->list[i] = list[i].document | 1; /* never 0 */
	sort_once(scratch);
	return scratch->count;
}

static void order_of_one(const struct chy_telling *telling, unsigned char out[CHY_ACT_ORDER])
{
	chy_put_day(out, telling->reported);
	chy_put_be(out + 4, telling->document, 8);
	memcpy(out + 12, telling->key + CHY_EVENT_KEY - 4, 4);
}

void chy_act_order(
	const struct chy_acts *acts, const struct chy_act *act, unsigned char out[CHY_ACT_ORDER])
{
	const struct chy_telling *list = acts->tellings + act->from;
	unsigned char other[CHY_ACT_ORDER];

	order_of_one(&list[0], out);
	for (size_t i = 1; i < act->count; i++) {
		order_of_one(&list[i], other);
		if (memcmp(other, out, sizeof(other)) < 0)
			memcpy(out, other, sizeof(other));
	}
}

/* A year before the act is no term. */
static bool promises(const struct chy_telling *telling, const struct chy_act *act)
{
	return telling->due_first <= telling->due_last && telling->due_last >= act->first;
}

const struct chy_telling *chy_act_promise(const struct chy_acts *acts, const struct chy_act *act)
{
	const struct chy_telling *best = &acts->tellings[act->best];

	if (promises(best, act))
		return best;
	for (size_t i = act->from; i < act->from + act->count; i++)
		if (promises(&acts->tellings[i], act))
			return &acts->tellings[i];
	return NULL;
}

static void add_promise(
	struct chy_buffer *out, const struct chy_acts *acts, const struct chy_act *act)
{
	static const unsigned char none[CHY_EVENT_KEY];
	const struct chy_telling *promise = chy_act_promise(acts, act);
	int32_t day = promise ? promise->due_last : INT32_MIN;

	add_number(out, (uint32_t)day ^ 0x80000000u, 4);
	chy_buffer_add(out, promise ? promise->key : none, CHY_EVENT_KEY);
}

int chy_act_encode(struct chy_store_txn *txn, const struct chy_acts *acts,
	const struct chy_act *act, struct chy_buffer *out)
{
	const struct chy_telling *list = acts->tellings + act->from, *best;
	struct numbers scratch = {malloc(act->count * CHY_TELLING_DISPUTES * 8), 0};
	unsigned char order[CHY_ACT_ORDER];
	uint32_t category;
	int result = chy_name_number(txn, chy_str_from(acts->category), &category);

	if (result || !scratch.list) {
		free(scratch.list);
		return result ? result : CHY_EMEM;
	}
	best = acts->tellings + act->best;
	chy_act_order(acts, act, order);
	chy_buffer_add(out, order, sizeof(order));
	chy_buffer_add(out, best->key, CHY_EVENT_KEY);
	add_number(out, category, 4);
	add_number(out, best->kind, 4);
	add_number(out, (uint16_t)best->score, 2);
	add_number(out, documents_of(list, act->count, &scratch), 4);
	add_promise(out, acts, act);
	add_number(out, strlen(acts->sides), 2);
	chy_buffer_add_str(out, chy_str_from(acts->sides));
	add_disputes(out, list, act->count, &scratch);
	add_sources(out, list, act->count, &scratch);
	add_number(out, act->count, 4);
	for (size_t i = 0; i < act->count; i++)
		chy_buffer_add(out, list[i].key, CHY_EVENT_KEY);
	free(scratch.list);
	return out->failed ? CHY_EMEM : CHY_OK;
}

/* A list's count and where it begins; false where the row is shorter. */
static bool take_list(
	struct chy_str *rest, unsigned counted, size_t each, const char **out, size_t *out_count)
{
	if (rest->size < counted)
		return false;
	*out_count = chy_get_be(rest->data, counted);
	*out = rest->data + counted;
	if ((rest->size - counted) / each < *out_count)
		return false;
	rest->data += counted + *out_count * each;
	rest->size -= counted + *out_count * each;
	return true;
}

bool chy_act_decode(struct chy_str row, struct chy_act_row *out)
{
	enum { FIXED = CHY_ACT_ORDER + CHY_EVENT_KEY + 4 + 4 + 2 + 4 + 4 + CHY_EVENT_KEY };

	if (row.size < FIXED)
		return false;
	out->order = row.data;
	memcpy(out->best, row.data + CHY_ACT_ORDER, CHY_EVENT_KEY);
	row.data += CHY_ACT_ORDER + CHY_EVENT_KEY;
	out->category = (uint32_t)chy_get_be(row.data, 4);
	out->kind = (uint32_t)chy_get_be(row.data + 4, 4);
	out->score = (int16_t)chy_get_be(row.data + 8, 2);
	out->reports = (uint32_t)chy_get_be(row.data + 10, 4);
	out->due = chy_get_day(row.data + 14);
	memcpy(out->promise, row.data + 18, CHY_EVENT_KEY);
	row.data += 18 + CHY_EVENT_KEY;
	row.size -= FIXED;
	return take_list(&row, 2, 1, &out->sides.data, &out->sides.size) &&
	       take_list(&row, 2, 4, &out->disputes, &out->dispute_count) &&
	       take_list(&row, 2, 4, &out->sources, &out->source_count) &&
	       take_list(&row, 4, CHY_EVENT_KEY, &out->events, &out->event_count) && !row.size;
}

void chy_act_facts_put(const struct chy_act_facts *facts, unsigned char out[CHY_ACT_FACTS])
{
	chy_put_be(out, facts->category, 4);
	out[4] = facts->standing;
	chy_put_be(out + 5, facts->kind, 4);
	chy_put_be(out + 9, (uint16_t)facts->score, 2);
}

bool chy_act_facts_get(struct chy_str value, struct chy_act_facts *out)
{
	if (value.size != CHY_ACT_FACTS)
		return false;
	out->category = (uint32_t)chy_get_be(value.data, 4);
	out->standing = (uint8_t)value.data[4];
	out->kind = (uint32_t)chy_get_be(value.data + 5, 4);
	out->score = (int16_t)chy_get_be(value.data + 9, 2);
	return true;
}

/* -- index and tally -------------------------------------------------------------- */

/* Puts one act under, or takes it from, all that it belongs to. */
struct entry {
	struct chy_batch *batch;
	struct chy_str key;
	struct chy_act_row row;
	bool add;
};

static int put_entry(const struct entry *entry, struct chy_str what, int32_t day)
{
	const struct chy_act_row *row = &entry->row;
	uint8_t standing = (uint8_t)entry->key.data[CHY_CELL_HASH];
	struct chy_act_facts facts = {row->category, standing, row->kind, row->score};
	unsigned char bytes[512], value[CHY_ACT_FACTS], *at = bytes;
	struct chy_str key;

	if (what.size + 64 + CHY_ACT_KEY > sizeof(bytes))
		return CHY_OK;
	at = mempcpy(at, what.data, what.size);
	*at++ = 0;
	chy_put_day(at, day);
	at = mempcpy(at + 4, row->order, CHY_ACT_ORDER);
	at = mempcpy(at, entry->key.data, entry->key.size);
	key = (struct chy_str){(const char *)bytes, (size_t)(at - bytes)};
	chy_act_facts_put(&facts, value);
	chy_stage_add(&entry->batch->act_index, key,
		entry->add ? (struct chy_str){(const char *)value, sizeof(value)} : CHY_STR(""));
	return CHY_OK;
}

static int change_entry(void *user, struct chy_str what)
{
	struct entry *entry = user;
	const struct chy_act_row *row = &entry->row;
	int32_t sign = entry->add ? 1 : -1, day = chy_act_day(entry->key.data);
	struct chy_tally_cell add = {0, row->category, (uint8_t)entry->key.data[CHY_CELL_HASH],
		row->kind, sign, sign * row->score, 0};

	if (chy_what_is_tallied(what))
		chy_tally_add(entry->batch, what, day, &add);
	else if (what.data[0] == 's')
		chy_tally_add_actor(entry->batch, what, &add);
	return put_entry(entry, what, day);
}

int chy_act_disputes(
	struct chy_store_txn *txn, const struct chy_act_row *row, struct chy_act_names *out)
{
	struct chy_str text;
	int result = CHY_OK;

	out->count = 0;
	for (size_t i = 0; i < row->dispute_count && out->count < CHY_ACT_NAMES && !result; i++) {
		char *copy = out->texts[out->count];

		result = chy_name_text(txn, (uint32_t)chy_get_be(row->disputes + 4 * i, 4), &text);
		if (result || text.size > sizeof(out->texts[0]))
			continue;
		memcpy(copy, text.data, text.size);
		out->list[out->count++] = (struct chy_str){copy, text.size};
	}
	return result;
}

static int change_entries(
	struct chy_batch *batch, struct chy_str key, struct chy_str value, bool add)
{
	struct entry entry = {.batch = batch, .key = key, .add = add};
	struct chy_act_names names;
	int result;

	if (!chy_act_decode(value, &entry.row))
		return CHY_EDAMAGED;
	result = chy_act_disputes(batch->txn, &entry.row, &names);
	if (!result)
		result = chy_each_what(
			entry.row.sides, names.list, names.count, change_entry, &entry);
	return result ? result : chy_fates_note(batch, key, &entry.row, &names, add);
}

/* -- replacing ---------------------------------------------------------------------- */

static int stage_acts(struct chy_store_txn *txn, struct chy_stage *stage,
	const struct chy_acts *acts, int32_t first, int32_t last)
{
	unsigned char key[CHY_ACT_KEY];
	struct chy_buffer row;
	int result = CHY_OK;

	chy_buffer_init(&row);
	for (size_t i = 0; i < acts->act_count && !result; i++) {
		if (acts->list[i].period < first || acts->list[i].period > last)
			continue;
		chy_buffer_clear(&row);
		chy_act_key(acts, &acts->list[i], key);
		result = chy_act_encode(txn, acts, &acts->list[i], &row);
		chy_stage_add(stage, (struct chy_str){(const char *)key, sizeof(key)},
			(struct chy_str){row.data, row.size});
	}
	chy_buffer_fini(&row);
	return result ? result : chy_stage_sort(stage);
}

/* Of what is promised, every word counts. */
static bool same_entries(struct chy_str before, struct chy_str after)
{
	struct chy_act_row a, b;

	return chy_act_decode(before, &a) && chy_act_decode(after, &b) &&
	       memcmp(a.order, b.order, CHY_ACT_ORDER) == 0 && a.score == b.score &&
	       a.kind == b.kind && a.due == INT32_MIN && b.due == INT32_MIN &&
	       a.dispute_count == b.dispute_count &&
	       memcmp(a.disputes, b.disputes, 4 * a.dispute_count) == 0;
}

static int remove_act(struct chy_batch *batch, struct chy_str key, struct chy_str row)
{
	int result = change_entries(batch, key, row, false);

	return result ? result : chy_store_delete(batch->txn, CHY_VIEW_ACTS, key);
}

static int put_row(struct chy_batch *batch, struct chy_str key, struct chy_str row)
{
	struct chy_buffer bytes;
	int result;

	chy_buffer_init(&bytes);
	chy_buffer_add_str(&bytes, row);
	result = chy_sealed_put(batch->txn, CHY_VIEW_ACTS, key, &bytes);
	chy_buffer_fini(&bytes);
	return result;
}

static int change_act(
	struct chy_batch *batch, struct chy_str key, struct chy_str before, struct chy_str after)
{
	int result = CHY_OK;

	if (chy_str_equal(before, after))
		return CHY_OK;
	if (!same_entries(before, after)) {
		result = change_entries(batch, key, before, false);
		if (!result)
			result = change_entries(batch, key, after, true);
	}
	return result ? result : put_row(batch, key, after);
}

static int add_act(struct chy_batch *batch, struct chy_str key, struct chy_str row)
{
	int result = change_entries(batch, key, row, true);

	return result ? result : put_row(batch, key, row);
}

/* Both are in order of their keys. */
static int replace_staged(
	struct chy_batch *batch, const struct chy_stage *before, const struct chy_stage *after)
{
	size_t b = 0, a = 0;
	int result = CHY_OK;

	while ((b < before->count || a < after->count) && !result) {
		struct chy_str old = b < before->count ? chy_staged_key(before, b) : CHY_STR("");
		struct chy_str new = a < after->count ? chy_staged_key(after, a) : CHY_STR("");
		int order = !new.size ? -1 : !old.size ? 1 : chy_str_compare(old, new);

		if (order < 0)
			result = remove_act(batch, old, chy_staged_value(before, b++));
		else if (order > 0)
			result = add_act(batch, new, chy_staged_value(after, a++));
		else
			result = change_act(batch, old, chy_staged_value(before, b++),
				chy_staged_value(after, a++));
	}
	return result;
}

int chy_acts_replace(struct chy_batch *batch, const struct chy_acts *before,
	const struct chy_acts *after, int32_t first, int32_t last)
{
	struct chy_stage old = {.items = NULL}, new = {.items = NULL};
	int result = stage_acts(batch->txn, &old, before, first, last);

	if (!result)
		result = stage_acts(batch->txn, &new, after, first, last);
	if (!result)
		result = replace_staged(batch, &old, &new);
	chy_stage_fini(&old);
	chy_stage_fini(&new);
	return result;
}

/* -- writing what waits ---------------------------------------------------------- */

/* The last word on a key holds: what came and went within a batch is not there. */
int chy_act_index_flush(struct chy_batch *batch)
{
	struct chy_stage *stage = &batch->act_index;
	int result = chy_stage_sort(stage);

	for (size_t i = 0; i < stage->count && !result; i++) {
		struct chy_str key = chy_staged_key(stage, i), value = chy_staged_value(stage, i);

		if (i + 1 < stage->count && chy_str_equal(key, chy_staged_key(stage, i + 1)))
			continue;
		if (value.size)
			result = chy_store_put(batch->txn, CHY_VIEW_ACT_INDEX, key, value);
		else
			result = chy_store_delete(batch->txn, CHY_VIEW_ACT_INDEX, key);
		if (result == CHY_NOT_FOUND)
			result = CHY_OK;
	}
	chy_stage_clear(stage);
	return result;
}
