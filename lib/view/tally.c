/* How many acts and events there were on a day, of what category, standing
 * and (of disputes) kind, and the sum of the acts' scores: for all, each pair
 * and each dispute. A row is a year's cells, or, of a dispute's acts, a month's.
 * Sums of all years stand under "t" or "m" and the what. */
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

static bool is_monthly(struct chy_str what)
{
	return what.data[0] == 'd';
}

static void stage(struct chy_stage *stage, char letter, struct chy_str what, struct chy_date when,
	const struct chy_tally_cell *cell)
{
	unsigned char key[1 + 192 + 4 + PLACE], bytes[CHY_TALLY_CELL], *at = key;

	encode(cell, bytes);
	if (letter)
		*at++ = (unsigned char)letter;
	at = mempcpy(at, what.data, what.size);
	*at++ = 0;
	chy_put_be(at, (uint16_t)(clamp_year(when.year) + YEAR_BIAS), 2);
	at += 2;
	if (key[0] == 'd')
		*at++ = when.month;
	at = mempcpy(at, bytes, PLACE);
	chy_stage_add(stage, (struct chy_str){(const char *)key, (size_t)(at - key)},
		(struct chy_str){(const char *)bytes, sizeof(bytes)});
}

void chy_tally_add(
	struct chy_batch *batch, struct chy_str what, int32_t day, const struct chy_tally_cell *add)
{
	struct chy_tally_cell cell = *add;
	struct chy_date date = {0};
	char text[192];

	if (what.size > sizeof(text))
		return;
	if (what.data[0] != 'd' || !cell.acts)
		cell.kind = 0; /* nobody asks for it: fewer cells */
	if (day != INT32_MIN) {
		chy_day_to_date(day, &date);
		cell.day_of_year = (uint16_t)(day - chy_day_number(date.year, 1, 1) + 1);
	}
	/* Acts and events of disputes apart: whoever follows a dispute's course
	 * has fewer cells to walk. */
	if (what.data[0] == 'd' && !cell.acts) {
		memcpy(text, what.data, what.size);
		text[0] = 'e';
		what.data = text;
	}
	stage(&batch->tally, 0, what, date, &cell);
}

void chy_tally_add_actor(
	struct chy_batch *batch, struct chy_str what, const struct chy_tally_cell *add)
{
	if (what.size <= 192)
		stage(&batch->tally, 't', what, (struct chy_date){0}, add);
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

static int change_row(
	struct chy_store_txn *txn, const struct chy_stage *changes, size_t from, size_t to)
{
	struct chy_str key = chy_staged_key(changes, from), old = {"", 0};
	struct chy_buffer row;
	int result;

	key.size -= PLACE;
	result = chy_sealed_get(txn, CHY_VIEW_TALLY, key, &old);
	if (result == CHY_NOT_FOUND)
		old.size = 0;
	else if (result)
		return result;
	chy_buffer_init(&row);
	merge(changes, from, to, old, &row);
	if (row.size || row.failed)
		result = chy_sealed_put(txn, CHY_VIEW_TALLY, key, &row);
	else
		result = result ? CHY_OK : chy_store_delete(txn, CHY_VIEW_TALLY, key);
	chy_buffer_fini(&row);
	return result;
}

static bool same_row(const struct chy_stage *stage, size_t i, size_t j)
{
	struct chy_str a = chy_staged_key(stage, i), b = chy_staged_key(stage, j);

	return a.size == b.size && memcmp(a.data, b.data, a.size - PLACE) == 0;
}

/* Writes what is staged, row by row; the stage is sorted. */
typedef int row_visit(void *user, const struct chy_stage *changes, size_t from, size_t to);
static int change_rows(
	struct chy_store_txn *txn, struct chy_stage *changes, row_visit *visit, void *user)
{
	size_t from = 0, to;
	int result = chy_stage_sort(changes);

	for (; from < changes->count && !result; from = to) {
		to = from + 1;
		while (to < changes->count && same_row(changes, from, to))
			to++;
		result = change_row(txn, changes, from, to);
		if (!result && visit)
			result = visit(user, changes, from, to);
	}
	return result;
}

/* -- sums ------------------------------------------------------------------------- */

enum { CATEGORIES = 64, MONTHS = 12 };

/* What a row's changes add to the sums of its what. */
struct sums {
	uint32_t categories[CATEGORIES];
	int32_t events[CATEGORIES], months[MONTHS], undated;
	size_t count;
	uint16_t day; /* the last that was looked up: cells come in its order */
	uint8_t month; /* its, from 0 */
};

static void add_sum(struct sums *sums, uint32_t category, int32_t events)
{
	size_t i = 0;

	while (i < sums->count && sums->categories[i] != category)
		i++;
	if (i == sums->count)
		sums->categories[sums->count++] = category;
	sums->events[i] += events;
}

static void put_sum(
	struct chy_stage *out, char letter, struct chy_str what, uint32_t number, int32_t events)
{
	const struct chy_tally_cell cell = {.category = number, .events = events};

	if (events)
		stage(out, letter, what, (struct chy_date){0}, &cell);
}

static void put_sums(struct chy_stage *out, struct chy_str what, int32_t year, struct sums *sums)
{
	for (size_t i = 0; i < sums->count; i++)
		put_sum(out, 't', what, sums->categories[i], sums->events[i]);
	put_sum(out, 'm', what, 0, sums->undated);
	for (uint32_t i = 0; i < MONTHS; i++)
		put_sum(out, 'm', what, (uint32_t)(year + YEAR_BIAS) * MONTHS + i + 1,
			sums->months[i]);
	*sums = (struct sums){.count = 0};
}

static void add_event(struct sums *sums, int32_t year, const struct chy_tally_cell *cell)
{
	struct chy_date date;

	add_sum(sums, cell->category, cell->events);
	if (!cell->day_of_year) {
		sums->undated += cell->events;
		return;
	}
	if (cell->day_of_year != sums->day) {
		chy_day_to_date(chy_day_number(year, 1, 1) + cell->day_of_year - 1, &date);
		sums->day = cell->day_of_year;
		sums->month = (uint8_t)(date.month - 1) % MONTHS;
	}
	sums->months[sums->month] += cell->events;
}

struct flush {
	struct chy_batch *batch;
	struct chy_stage sums;
};

static int row_changed(void *user, const struct chy_stage *changes, size_t from, size_t to)
{
	struct flush *flush = user;
	struct sums sums = {.count = 0};
	struct chy_str key = chy_staged_key(changes, from);
	struct chy_str what = {key.data, strnlen(key.data, key.size)};
	int32_t year = (int32_t)chy_get_be(what.data + what.size + 1, 2) - YEAR_BIAS;
	struct chy_tally_cell cell;

	if (what.data[0] == 't')
		return CHY_OK;
	if (is_monthly(what))
		return chy_milestones_note(flush->batch, what,
			(uint32_t)chy_get_be(what.data + what.size + 1, CHY_TALLY_MONTH));
	for (; from < to; from++) {
		decode(chy_staged_value(changes, from).data, &cell);
		if (!cell.events)
			continue;
		add_event(&sums, year, &cell);
		if (sums.count == CATEGORIES)
			put_sums(&flush->sums, what, year, &sums);
	}
	put_sums(&flush->sums, what, year, &sums);
	return flush->sums.failed ? CHY_EMEM : CHY_OK;
}

int chy_tally_flush(struct chy_batch *batch)
{
	struct flush flush = {.batch = batch};
	int result = change_rows(batch->txn, &batch->tally, row_changed, &flush);

	if (!result)
		result = change_rows(batch->txn, &flush.sums, NULL, NULL);
	chy_stage_fini(&flush.sums);
	chy_stage_clear(&batch->tally);
	return result ? result : chy_milestones_flush(batch);
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

int chy_tally_walk_row(struct chy_str row, chy_tally_visit *visit, void *user)
{
	return walk_row(row, 0, visit, user);
}

int chy_tally_walk_from(struct chy_store_txn *txn, struct chy_str what, uint32_t from,
	const struct chy_tally_walker *walker)
{
	size_t period = is_monthly(what) ? CHY_TALLY_MONTH : 2;
	unsigned char start[256];
	struct chy_store_cursor *cursor;
	struct chy_str key, value;
	int result;

	if (what.size + 1 + period > sizeof(start))
		return CHY_OK;
	memcpy(start, what.data, what.size);
	start[what.size] = 0;
	chy_put_be(start + what.size + 1, from, (unsigned)period);
	result = chy_store_cursor_open(txn, CHY_VIEW_TALLY, &cursor);
	if (result)
		return result;
	result = chy_store_seek(cursor,
		(struct chy_str){(const char *)start, what.size + 1 + period}, &key, &value);
	while (result == CHY_OK && key.size == what.size + 1 + period &&
		memcmp(key.data, start, what.size + 1) == 0) {
		const char *at = key.data + what.size + 1;

		result = chy_unseal(key, value, &value);
		if (!result)
			result = walk_row(value, (int32_t)chy_get_be(at, 2) - YEAR_BIAS,
				walker->visit, walker->user);
		if (!result && walker->row_ends)
			result = walker->row_ends(
				walker->user, (uint32_t)chy_get_be(at, (unsigned)period));
		if (!result)
			result = chy_store_next(cursor, &key, &value);
	}
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}

int chy_tally_walk(
	struct chy_store_txn *txn, struct chy_str what, chy_tally_visit *visit, void *user)
{
	const struct chy_tally_walker walker = {visit, NULL, user};

	return chy_tally_walk_from(txn, what, 0, &walker);
}

int chy_tally_walk_undated(
	struct chy_store_txn *txn, struct chy_str what, chy_tally_visit *visit, void *user)
{
	unsigned char key[256];
	struct chy_str row;
	int result;

	if (what.size + 1 + CHY_TALLY_MONTH > sizeof(key))
		return CHY_OK;
	memcpy(key, what.data, what.size);
	key[what.size] = 0;
	chy_put_be(key + what.size + 1, CHY_TALLY_UNDATED, CHY_TALLY_MONTH);
	result = chy_sealed_get(txn, CHY_VIEW_TALLY,
		(struct chy_str){(const char *)key, what.size + 1 + CHY_TALLY_MONTH}, &row);
	if (result)
		return result == CHY_NOT_FOUND ? CHY_OK : result;
	return walk_row(row, 0, visit, user);
}

uint32_t chy_tally_month_of(int64_t day)
{
	struct chy_date date;

	chy_day_to_date(day, &date);
	return (uint32_t)(clamp_year(date.year) + YEAR_BIAS) << 8 | date.month;
}

/* The last day of a month. */
int64_t chy_tally_month_end(uint32_t month)
{
	int32_t year = (int32_t)(month >> 8) - YEAR_BIAS, next = (int32_t)(month & 0xff) + 1;

	return next > 12 ? chy_day_number(year + 1, 1, 1) - 1
			 : chy_day_number(year, (uint8_t)next, 1) - 1;
}
