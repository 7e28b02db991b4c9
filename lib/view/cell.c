/* Cells: what is told of one act between the same sides in one quarter.
 *
 * A cell's key is the hash of category and sides, and the period. Its row is
 * two texts (u16 and bytes each), the category and the sides, and then the
 * tellings in the order of their events' keys, each TELLING bytes. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum {
	CELL_KEY = CHY_CELL_HASH + 4,
	TELLING = CHY_EVENT_KEY + 8 + 5 * 4 + 8 + 4 + 4 + CHY_TELLING_DISPUTES * 4 + 2 + 2 + 1
};

static struct chy_str cell_key(
	const unsigned char hash[CHY_CELL_HASH], int32_t period, unsigned char out[CELL_KEY])
{
	memcpy(out, hash, CHY_CELL_HASH);
	chy_put_day(out + CHY_CELL_HASH, period);
	return (struct chy_str){(const char *)out, CELL_KEY};
}

/* -- tellings as bytes -------------------------------------------------------- */

static void encode(const struct chy_telling *t, unsigned char out[TELLING])
{
	const int32_t days[] = {t->first, t->last, t->reported, t->due_first, t->due_last};
	unsigned char *at = out;

	memcpy(at, t->key, CHY_EVENT_KEY);
	at += CHY_EVENT_KEY;
	chy_put_be(at, t->until, 8);
	at += 8;
	for (size_t i = 0; i < 5; i++, at += 4)
		chy_put_day(at, days[i]);
	chy_put_be(at, t->document, 8);
	chy_put_be(at + 8, t->source, 4);
	chy_put_be(at + 12, t->kind, 4);
	at += 16;
	for (size_t i = 0; i < CHY_TELLING_DISPUTES; i++, at += 4)
		chy_put_be(at, t->disputes[i], 4);
	chy_put_be(at, (uint16_t)t->score, 2);
	chy_put_be(at + 2, (uint16_t)t->confidence, 2);
	at[4] = t->standing;
}

static void decode(const char *at, struct chy_telling *out)
{
	int32_t *const days[] = {
		&out->first, &out->last, &out->reported, &out->due_first, &out->due_last};

	memcpy(out->key, at, CHY_EVENT_KEY);
	at += CHY_EVENT_KEY;
	out->until = chy_get_be(at, 8);
	at += 8;
	for (size_t i = 0; i < 5; i++, at += 4)
		*days[i] = chy_get_day(at);
	out->document = chy_get_be(at, 8);
	out->source = (uint32_t)chy_get_be(at + 8, 4);
	out->kind = (uint32_t)chy_get_be(at + 12, 4);
	at += 16;
	for (size_t i = 0; i < CHY_TELLING_DISPUTES; i++, at += 4)
		out->disputes[i] = (uint32_t)chy_get_be(at, 4);
	out->score = (int16_t)chy_get_be(at, 2);
	out->confidence = (int16_t)chy_get_be(at + 2, 2);
	out->standing = (uint8_t)at[4];
}

static void add_text(struct chy_buffer *row, struct chy_str text)
{
	unsigned char size[2];

	chy_put_be(size, text.size, 2);
	chy_buffer_add(row, size, sizeof(size));
	chy_buffer_add_str(row, text);
}

static bool take_text(struct chy_str *rest, struct chy_str *out)
{
	size_t size;

	if (rest->size < 2)
		return false;
	size = chy_get_be(rest->data, 2);
	if (rest->size - 2 < size)
		return false;
	*out = (struct chy_str){rest->data + 2, size};
	*rest = (struct chy_str){rest->data + 2 + size, rest->size - 2 - size};
	return true;
}

/* -- changes ------------------------------------------------------------------ */

void chy_cell_change(
	struct chy_batch *batch, const struct chy_cell *cell, const struct chy_telling *telling)
{
	unsigned char key[CELL_KEY + CHY_EVENT_KEY], bytes[TELLING];
	struct chy_buffer value;

	cell_key(cell->hash, cell->period, key);
	memcpy(key + CELL_KEY, telling->key, CHY_EVENT_KEY);
	encode(telling, bytes);
	chy_buffer_init(&value);
	chy_buffer_add(&value, bytes, sizeof(bytes));
	add_text(&value, cell->category);
	add_text(&value, cell->sides);
	batch->cells.failed |= value.failed;
	chy_stage_add(&batch->cells, (struct chy_str){(const char *)key, sizeof(key)},
		(struct chy_str){value.data, value.size});
	chy_buffer_fini(&value);
}

static int compare_keys(const char *a, const char *b)
{
	return memcmp(a, b, CHY_EVENT_KEY);
}

/* The telling of a change's event; NULL where the row lacks it. */
static char *find_telling(struct chy_buffer *row, size_t head, struct chy_str change)
{
	size_t low = 0, high = (row->size - head) / TELLING;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		char *at = row->data + head + middle * TELLING;
		int order = compare_keys(at, change.data);

		if (!order)
			return at;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Notes in the row when a telling was superseded. */
static int end_telling(struct chy_buffer *row, size_t head, struct chy_str change)
{
	char *at = find_telling(row, head, change);

	if (!at)
		return CHY_EDAMAGED;
	memcpy(at + CHY_EVENT_KEY, change.data + CHY_EVENT_KEY, 8);
	return CHY_OK;
}

static size_t head_of(struct chy_str row)
{
	struct chy_str rest = row, text;

	for (int i = 0; i < 2; i++)
		if (!take_text(&rest, &text))
			return 0;
	return row.size - rest.size;
}

/* Keys come in order: what is not beyond the last is there, and told anew. */
static bool tells_already(const struct chy_buffer *row, struct chy_str change)
{
	size_t head = head_of((struct chy_str){row->data, row->size});

	return row->size > head && compare_keys(row->data + row->size - TELLING, change.data) >= 0;
}

static int retell(struct chy_buffer *row, struct chy_str change)
{
	size_t head = head_of((struct chy_str){row->data, row->size});
	char *at = find_telling(row, head, change);

	if (!at)
		return CHY_EDAMAGED;
	memcpy(at, change.data, TELLING);
	return CHY_OK;
}

static int apply(struct chy_buffer *row, struct chy_str change)
{
	bool ends = chy_get_be(change.data + CHY_EVENT_KEY, 8) != 0;

	if (!row->size && !ends)
		chy_buffer_add(row, change.data + TELLING, change.size - TELLING);
	if (ends)
		return end_telling(row, head_of((struct chy_str){row->data, row->size}), change);
	if (tells_already(row, change))
		return retell(row, change);
	chy_buffer_add(row, change.data, TELLING);
	return row->failed ? CHY_EMEM : CHY_OK;
}

/* The changes [from, to) are of one cell. */
static int change_cell(struct chy_batch *batch, size_t from, size_t to)
{
	struct chy_str key = {chy_staged_key(&batch->cells, from).data, CELL_KEY}, old;
	struct chy_buffer row;
	int result = chy_sealed_get(batch->txn, CHY_VIEW_CELLS, key, &old);

	chy_buffer_init(&row);
	if (result == CHY_OK)
		chy_buffer_add_str(&row, old);
	else if (result == CHY_NOT_FOUND)
		result = CHY_OK;
	for (size_t i = from; i < to && !result; i++)
		result = apply(&row, chy_staged_value(&batch->cells, i));
	if (!result)
		result = chy_sealed_put(batch->txn, CHY_VIEW_CELLS, key, &row);
	chy_buffer_fini(&row);
	return result;
}

/* -- the tellings of several cells --------------------------------------------- */

static bool known(const struct chy_telling *telling, uint64_t as_of)
{
	if (!as_of)
		return telling->until == 0;
	return chy_get_be((const char *)telling->key, 8) <= as_of &&
	       (telling->until == 0 || telling->until > as_of);
}

static bool room_for(struct chy_acts *acts, size_t more)
{
	size_t room = acts->count + more;
	struct chy_telling *list;

	if (room <= acts->room)
		return true;
	room = room < 2 * acts->room ? 2 * acts->room : room;
	list = realloc(acts->tellings, room * sizeof(*list));
	if (!list)
		return false;
	acts->tellings = list;
	acts->room = room;
	return true;
}

static int set_label(struct chy_acts *acts, struct chy_str category, struct chy_str sides)
{
	if (acts->category)
		return CHY_OK;
	acts->category = strndup(category.data, category.size);
	acts->sides = strndup(sides.data, sides.size);
	return acts->category && acts->sides ? CHY_OK : CHY_EMEM;
}

static int take_cell(struct chy_acts *acts, struct chy_str row, uint64_t as_of)
{
	struct chy_str category, sides;

	if (!take_text(&row, &category) || !take_text(&row, &sides) || row.size % TELLING)
		return CHY_EDAMAGED;
	if (!room_for(acts, row.size / TELLING) || set_label(acts, category, sides))
		return CHY_EMEM;
	for (; row.size; row.data += TELLING, row.size -= TELLING) {
		decode(row.data, &acts->tellings[acts->count]);
		acts->count += known(&acts->tellings[acts->count], as_of);
	}
	return CHY_OK;
}

static int load(struct chy_store_txn *txn, const unsigned char hash[CHY_CELL_HASH], int32_t first,
	int32_t last, uint64_t as_of, struct chy_acts *out)
{
	unsigned char start[CELL_KEY];
	struct chy_store_cursor *cursor;
	struct chy_str key, row;
	int result = chy_store_cursor_open(txn, CHY_VIEW_CELLS, &cursor);

	*out = (struct chy_acts){.category = NULL};
	memcpy(out->hash, hash, CHY_CELL_HASH);
	if (result)
		return result;
	result = chy_store_seek(cursor, cell_key(hash, first, start), &key, &row);
	while (result == CHY_OK && key.size == CELL_KEY &&
		memcmp(key.data, hash, CHY_CELL_HASH) == 0 &&
		chy_get_day(key.data + CHY_CELL_HASH) <= last) {
		result = chy_unseal(key, row, &row);
		if (!result)
			result = take_cell(out, row, as_of);
		if (!result)
			result = chy_store_next(cursor, &key, &row);
	}
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}

int chy_cell_acts(struct chy_store_txn *txn, const unsigned char hash[CHY_CELL_HASH], int32_t first,
	int32_t last, uint64_t as_of, struct chy_acts *out)
{
	int result = load(txn, hash, first, last, as_of, out);

	if (!result)
		result = chy_acts_make(out);
	if (result)
		chy_acts_fini(out);
	return result;
}

static int visit_cell(chy_cell_visit *visit, void *user, struct chy_str key, struct chy_str row)
{
	struct chy_str category, sides;
	int result = chy_unseal(key, row, &row);

	if (!result && (!take_text(&row, &category) || !take_text(&row, &sides)))
		result = CHY_EDAMAGED;
	return result ? result : visit(user, (const unsigned char *)key.data, category, sides);
}

int chy_each_cell(struct chy_store_txn *txn, chy_cell_visit *visit, void *user)
{
	unsigned char next[CHY_CELL_HASH] = {0};
	const struct chy_str from = {(const char *)next, sizeof(next)};
	struct chy_store_cursor *cursor;
	struct chy_str key, row;
	int result = chy_store_cursor_open(txn, CHY_VIEW_CELLS, &cursor);
	bool ended = false;

	if (result)
		return result;
	while (!ended && (result = chy_store_seek(cursor, from, &key, &row)) == CHY_OK) {
		if (key.size != CELL_KEY)
			result = CHY_EDAMAGED;
		else
			result = visit_cell(visit, user, key, row);
		if (result)
			break;
		memcpy(next, key.data, sizeof(next));
		ended = true;
		for (size_t i = sizeof(next); i-- > 0 && ended;)
			ended = ++next[i] == 0;
	}
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}

/* -- writing what waits -------------------------------------------------------- */

static const unsigned char *staged_hash(const struct chy_batch *batch, size_t i)
{
	return (const unsigned char *)chy_staged_key(&batch->cells, i).data;
}

static int32_t staged_period(const struct chy_batch *batch, size_t i)
{
	return chy_get_day(chy_staged_key(&batch->cells, i).data + CHY_CELL_HASH);
}

static int change_cells(struct chy_batch *batch, size_t from, size_t to)
{
	int result = CHY_OK;

	for (size_t next; from < to && !result; from = next) {
		next = from + 1;
		while (next < to && staged_period(batch, next) == staged_period(batch, from))
			next++;
		result = change_cell(batch, from, next);
	}
	return result;
}

static void take_out(struct chy_acts *acts, const unsigned char key[CHY_EVENT_KEY])
{
	for (size_t i = 0; i < acts->count; i++) {
		if (memcmp(acts->tellings[i].key, key, CHY_EVENT_KEY) != 0)
			continue;
		acts->tellings[i] = acts->tellings[--acts->count];
		return;
	}
}

static int set_label_from(struct chy_acts *acts, struct chy_str change)
{
	struct chy_str rest = {change.data + TELLING, change.size - TELLING}, category, sides;

	if (!take_text(&rest, &category) || !take_text(&rest, &sides))
		return CHY_EDAMAGED;
	return set_label(acts, category, sides);
}

/* The acts that there are after the changes [from, to): what the cells would
 * give when they were read anew. */
static int acts_after(const struct chy_batch *batch, size_t from, size_t to,
	const struct chy_acts *before, struct chy_acts *out)
{
	int result = CHY_OK;

	*out = (struct chy_acts){.category = NULL};
	memcpy(out->hash, before->hash, CHY_CELL_HASH);
	if (!room_for(out, before->count + (to - from)) ||
		set_label_from(out, chy_staged_value(&batch->cells, from)))
		result = CHY_EMEM;
	if (!result && before->count)
		memcpy(out->tellings, before->tellings, before->count * sizeof(*out->tellings));
	out->count = result ? 0 : before->count;
	for (size_t i = from; i < to && !result; i++) {
		struct chy_telling telling;

		decode(chy_staged_value(&batch->cells, i).data, &telling);
		if (telling.until || batch->retold)
			take_out(out, telling.key);
		if (!telling.until)
			out->tellings[out->count++] = telling;
	}
	if (!result)
		result = chy_acts_make(out);
	if (result)
		chy_acts_fini(out);
	return result;
}

/* The changes [from, to) are of one key, in periods near one another. */
static int change_acts(struct chy_batch *batch, size_t from, size_t to)
{
	int32_t first = staged_period(batch, from), last = staged_period(batch, to - 1);
	unsigned char hash[CHY_CELL_HASH];
	struct chy_acts before, after;
	int result;

	memcpy(hash, staged_hash(batch, from), sizeof(hash));
	result = chy_cell_acts(
		batch->txn, hash, first - CHY_ACT_CONTEXT, last + CHY_ACT_CONTEXT, 0, &before);
	if (result)
		return result;
	result = change_cells(batch, from, to);
	if (!result)
		result = acts_after(batch, from, to, &before, &after);
	if (!result) {
		result = chy_acts_replace(
			batch, &before, &after, first - CHY_ACT_REACH, last + CHY_ACT_REACH);
		chy_acts_fini(&after);
	}
	chy_acts_fini(&before);
	return result;
}

static bool belong_together(const struct chy_batch *batch, size_t i, size_t next)
{
	return memcmp(staged_hash(batch, i), staged_hash(batch, next), CHY_CELL_HASH) == 0 &&
	       staged_period(batch, next) - staged_period(batch, i) <= 2 * CHY_ACT_REACH;
}

int chy_cells_flush(struct chy_batch *batch)
{
	size_t from = 0, to;
	int result = chy_stage_sort(&batch->cells);

	for (; from < batch->cells.count && !result; from = to) {
		to = from + 1;
		while (to < batch->cells.count && belong_together(batch, to - 1, to))
			to++;
		result = change_acts(batch, from, to);
	}
	chy_stage_clear(&batch->cells);
	batch->retold = false;
	return result;
}
