/* How many acts and events there were on a day, of what category, standing
 * and (of disputes) kind, and the sum of the acts' scores: for all, each pair
 * and each dispute. */
#include <endian.h>
#include <string.h>

#include "internal.h"

enum { PLACE = 2 + 4 + 1 + 4, YEAR_BIAS = 1 << 15 };

static int32_t clamp_year(int32_t year)
{
	return year < -YEAR_BIAS ? -YEAR_BIAS : year >= YEAR_BIAS ? YEAR_BIAS - 1 : year;
}

static void encode(const struct chy_tally_cell *cell, unsigned char out[CHY_TALLY_CELL])
{
	chy_put_be(out, cell->day_of_year, 2);
	chy_put_be(out + 2, cell->category, 4);
	out[6] = cell->standing;
	chy_put_be(out + 7, cell->kind, 4);
	chy_put_be(out + 11, (uint32_t)cell->acts, 4);
	chy_put_be(out + 15, (uint32_t)cell->score, 4);
	chy_put_be(out + 19, (uint32_t)cell->events, 4);
}

/* Every question about a dispute goes through here for each of its days. */
static inline uint32_t get32(const char *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return be32toh(value);
}

static inline void decode(const char *bytes, struct chy_tally_cell *out)
{
	out->day_of_year = (uint16_t)((unsigned char)bytes[0] << 8 | (unsigned char)bytes[1]);
	out->category = get32(bytes + 2);
	out->standing = (uint8_t)bytes[6];
	out->kind = get32(bytes + 7);
	out->acts = (int32_t)get32(bytes + 11);
	out->score = (int32_t)get32(bytes + 15);
	out->events = (int32_t)get32(bytes + 19);
}

void chy_tally_add(
	struct chy_batch *batch, struct chy_str what, int32_t day, const struct chy_tally_cell *add)
{
	unsigned char key[192 + 3 + PLACE], bytes[CHY_TALLY_CELL];
	struct chy_tally_cell cell = *add;
	struct chy_date date = {0};

	if (what.size > 192)
		return;
	if (what.data[0] != 'd' || !cell.acts)
		cell.kind = 0; /* nobody asks for it: fewer cells */
	if (day != INT32_MIN) {
		chy_day_to_date(day, &date);
		cell.day_of_year = (uint16_t)(day - chy_day_number(date.year, 1, 1) + 1);
	}
	encode(&cell, bytes);
	memcpy(key, what.data, what.size);
	/* Acts and events of disputes apart: whoever follows a dispute's course
	 * has fewer cells to walk. */
	if (what.data[0] == 'd' && !cell.acts)
		key[0] = 'e';
	key[what.size] = 0;
	chy_put_be(key + what.size + 1, (uint16_t)(clamp_year(date.year) + YEAR_BIAS), 2);
	memcpy(key + what.size + 3, bytes, PLACE);
	chy_stage_add(&batch->tally, (struct chy_str){(const char *)key, what.size + 3 + PLACE},
		(struct chy_str){(const char *)bytes, sizeof(bytes)});
}

/* -- rows ----------------------------------------------------------------------- */

static void sum(struct chy_tally_cell *cell, struct chy_str other)
{
	struct chy_tally_cell add;

	decode(other.data, &add);
	cell->acts += add.acts;
	cell->score += add.score;
	cell->events += add.events;
}

static void put_cell(struct chy_buffer *row, const struct chy_tally_cell *cell)
{
	unsigned char bytes[CHY_TALLY_CELL];

	if (!cell->acts && !cell->score && !cell->events)
		return;
	encode(cell, bytes);
	chy_buffer_add(row, bytes, sizeof(bytes));
}

/* Merges the additions [from, to) into what the row held. */
static void merge(const struct chy_stage *stage, size_t from, size_t to, struct chy_str old,
	struct chy_buffer *row)
{
	while (from < to || old.size >= CHY_TALLY_CELL) {
		struct chy_str next = from < to ? chy_staged_value(stage, from) : CHY_STR("");
		int order = !next.size			? -1
			    : old.size < CHY_TALLY_CELL ? 1
							: memcmp(old.data, next.data, PLACE);
		struct chy_tally_cell cell;

		decode(order <= 0 ? old.data : next.data, &cell);
		if (order <= 0) {
			next.data = old.data; /* stays readable: a page, or the stage */
			old.data += CHY_TALLY_CELL;
			old.size -= CHY_TALLY_CELL;
		} else {
			from++;
		}
		while (from < to &&
			memcmp(chy_staged_value(stage, from).data, next.data, PLACE) == 0)
			sum(&cell, chy_staged_value(stage, from++));
		put_cell(row, &cell);
	}
}

static int change_row(struct chy_batch *batch, size_t from, size_t to)
{
	struct chy_str key = chy_staged_key(&batch->tally, from), old = {"", 0};
	struct chy_buffer row;
	int result;

	key.size -= PLACE;
	result = chy_sealed_get(batch->txn, CHY_VIEW_TALLY, key, &old);
	if (result == CHY_NOT_FOUND)
		old.size = 0;
	else if (result)
		return result;
	chy_buffer_init(&row);
	merge(&batch->tally, from, to, old, &row);
	if (row.size || row.failed)
		result = chy_sealed_put(batch->txn, CHY_VIEW_TALLY, key, &row);
	else
		result = result ? CHY_OK : chy_store_delete(batch->txn, CHY_VIEW_TALLY, key);
	chy_buffer_fini(&row);
	return result;
}

static bool same_row(const struct chy_stage *stage, size_t i, size_t j)
{
	struct chy_str a = chy_staged_key(stage, i), b = chy_staged_key(stage, j);

	return a.size == b.size && memcmp(a.data, b.data, a.size - PLACE) == 0;
}

int chy_tally_flush(struct chy_batch *batch)
{
	size_t from = 0, to;
	int result = chy_stage_sort(&batch->tally);

	for (; from < batch->tally.count && !result; from = to) {
		to = from + 1;
		while (to < batch->tally.count && same_row(&batch->tally, from, to))
			to++;
		result = change_row(batch, from, to);
	}
	chy_stage_clear(&batch->tally);
	return result;
}

/* -- asking ----------------------------------------------------------------------- */

static int walk_row(struct chy_str row, int32_t year, chy_tally_visit *visit, void *user)
{
	struct chy_tally_cell cell;
	int result = 0;

	if (row.size % CHY_TALLY_CELL)
		return CHY_EDAMAGED;
	for (; row.size && !result; row.data += CHY_TALLY_CELL, row.size -= CHY_TALLY_CELL) {
		decode(row.data, &cell);
		result = visit(user, year, &cell);
	}
	return result;
}

int chy_tally_walk(
	struct chy_store_txn *txn, struct chy_str what, chy_tally_visit *visit, void *user)
{
	unsigned char start[256];
	struct chy_store_cursor *cursor;
	struct chy_str key, value;
	int result;

	if (what.size + 1 > sizeof(start))
		return CHY_OK;
	memcpy(start, what.data, what.size);
	start[what.size] = 0;
	result = chy_store_cursor_open(txn, CHY_VIEW_TALLY, &cursor);
	if (result)
		return result;
	result = chy_store_seek(
		cursor, (struct chy_str){(const char *)start, what.size + 1}, &key, &value);
	while (result == CHY_OK && key.size == what.size + 3 &&
		memcmp(key.data, start, what.size + 1) == 0) {
		result = chy_unseal(key, value, &value);
		if (!result)
			result = walk_row(value,
				(int32_t)chy_get_be(key.data + what.size + 1, 2) - YEAR_BIAS, visit,
				user);
		if (!result)
			result = chy_store_next(cursor, &key, &value);
	}
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}
