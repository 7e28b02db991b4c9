/* How disputes stood at the ends of months, kept so that asking how one stands
 * does not walk over all that ever happened in it: the course up to there, and
 * the acts since. Milestones follow from the rows of the tally alone, whatever
 * the order in which these came about: where a month changes, those from it on
 * are made anew. */
#include <string.h>

#include "phase.h"

/* A month that ends with so many cells behind the last milestone has one:
 * threads of a few acts have none. */
enum { APART = 16, WHAT = 192 };

static struct chy_str key_of(
	struct chy_str what, uint32_t month, unsigned char out[WHAT + 1 + CHY_TALLY_MONTH])
{
	memcpy(out, what.data, what.size);
	out[0] = 'k';
	out[what.size] = 0;
	chy_put_be(out + what.size + 1, month, CHY_TALLY_MONTH);
	return (struct chy_str){(const char *)out, what.size + 1 + CHY_TALLY_MONTH};
}

/* Whether a key is one of the same dispute. */
static bool is_of(struct chy_str key, struct chy_str one)
{
	return key.size == one.size && memcmp(key.data, one.data, one.size - CHY_TALLY_MONTH) == 0;
}

static uint32_t month_in(struct chy_str key)
{
	return (uint32_t)chy_get_be(key.data + key.size - CHY_TALLY_MONTH, CHY_TALLY_MONTH);
}

/* -- reading ------------------------------------------------------------------------- */

static int decode(struct chy_str row, struct chy_milestone *out, struct chy_phase_walk *phases)
{
	uint64_t bits;

	if (row.size < 16)
		return CHY_EDAMAGED;
	out->happenings = chy_get_be(row.data, 8);
	bits = chy_get_be(row.data + 8, 8);
	memcpy(&out->temperature, &bits, sizeof(bits));
	row.data += 16;
	row.size -= 16;
	return chy_phase_unpack(phases, &row);
}

int chy_milestone_before(struct chy_store_txn *txn, struct chy_str what, uint32_t month,
	struct chy_milestone *out, struct chy_phase_walk *phases)
{
	unsigned char bytes[WHAT + 1 + CHY_TALLY_MONTH];
	struct chy_store_cursor *cursor;
	struct chy_str one, key, value;
	int result;

	*out = (struct chy_milestone){.day = INT64_MIN};
	if (what.size > WHAT)
		return CHY_OK;
	one = key_of(what, month, bytes);
	result = chy_store_cursor_open(txn, CHY_VIEW_TALLY, &cursor);
	if (result)
		return result;
	result = chy_store_seek(cursor, one, &key, &value);
	result = result == CHY_END ? chy_store_last(cursor, &key, &value)
		 : result	   ? result
				   : chy_store_previous(cursor, &key, &value);
	if (!result && is_of(key, one)) {
		out->day = chy_tally_month_end(month_in(key));
		out->month = month_in(key) + 1;
		result = chy_unseal(key, value, &value);
		if (!result)
			result = decode(value, out, phases);
	}
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}

/* -- making ---------------------------------------------------------------------------- */

struct making {
	struct chy_stage made;
	struct chy_str what;
	struct chy_milestone now;
	struct chy_phase_walk phases;
	int32_t year;
	int64_t year_begins;
	double heat; /* of acts that are behind the last milestone, on the last day of */
	int64_t heat_day; /* their month */
	size_t cells;
};

static int take_cell(void *user, int32_t year, const struct chy_tally_cell *cell)
{
	struct making *making = user;
	int64_t day;

	if (!cell->day_of_year)
		return CHY_OK;
	if (year != making->year) {
		making->year = year;
		making->year_begins = chy_day_number(year, 1, 1);
	}
	day = making->year_begins + cell->day_of_year - 1;
	if (day > making->heat_day) {
		int64_t end = chy_tally_month_end(chy_tally_month_of(day));

		if (making->heat_day != INT64_MIN)
			making->heat *= chy_half_life(end - making->heat_day);
		making->heat_day = end;
	}
	making->cells++;
	making->now.happenings += (uint64_t)cell->acts;
	if (chy_warms(cell->standing))
		making->heat -= cell->score / 10.0 * chy_half_life(making->heat_day - day);
	return chy_phase_add(&making->phases, day, cell);
}

static int end_month(void *user, uint32_t month)
{
	struct making *making = user;
	unsigned char key[WHAT + 1 + CHY_TALLY_MONTH];
	struct chy_buffer row;
	uint64_t bits;
	int result;

	if (making->cells < APART)
		return CHY_OK;
	result = chy_phase_end_day(&making->phases);
	if (result)
		return result;
	memcpy(&bits, &making->heat, sizeof(bits));
	chy_buffer_init(&row);
	chy_put_be(key, making->now.happenings, 8);
	chy_put_be(key + 8, bits, 8);
	chy_buffer_add(&row, key, 16);
	chy_phase_pack(&making->phases, &row);
	chy_stage_add(&making->made, key_of(making->what, month, key),
		(struct chy_str){row.data, row.size});
	making->cells = 0;
	result = row.failed || making->made.failed ? CHY_EMEM : CHY_OK;
	chy_buffer_fini(&row);
	return result;
}

/* Those of a dispute from a month on. */
static int forget(struct chy_store_txn *txn, struct chy_str what, uint32_t month)
{
	unsigned char bytes[WHAT + 1 + CHY_TALLY_MONTH];
	struct chy_str one = key_of(what, month, bytes), key, value;
	struct chy_store_cursor *cursor;
	struct chy_stage gone = {.items = NULL};
	int result = chy_store_cursor_open(txn, CHY_VIEW_TALLY, &cursor);

	if (result)
		return result;
	result = chy_store_seek(cursor, one, &key, &value);
	while (result == CHY_OK && is_of(key, one)) {
		chy_stage_add(&gone, key, CHY_STR(""));
		result = chy_store_next(cursor, &key, &value);
	}
	chy_store_cursor_close(cursor);
	result = result == CHY_END ? CHY_OK : result;
	for (size_t i = 0; i < gone.count && !result; i++)
		result = chy_store_delete(txn, CHY_VIEW_TALLY, chy_staged_key(&gone, i));
	result = gone.failed ? CHY_EMEM : result;
	chy_stage_fini(&gone);
	return result;
}

static int put_made(struct chy_store_txn *txn, const struct chy_stage *made)
{
	struct chy_buffer row;
	int result = CHY_OK;

	chy_buffer_init(&row);
	for (size_t i = 0; i < made->count && !result; i++) {
		chy_buffer_clear(&row);
		chy_buffer_add_str(&row, chy_staged_value(made, i));
		result = chy_sealed_put(txn, CHY_VIEW_TALLY, chy_staged_key(made, i), &row);
	}
	chy_buffer_fini(&row);
	return result;
}

static int make(struct chy_batch *batch, struct chy_str what, uint32_t month)
{
	struct making making = {.what = what, .year = INT32_MIN, .heat_day = INT64_MIN};
	const struct chy_tally_walker walker = {take_cell, end_month, &making};
	int result = forget(batch->txn, what, month);

	chy_phase_walk_init(&making.phases, batch->phases, batch->txn);
	if (!result)
		result = chy_milestone_before(batch->txn, what, month, &making.now, &making.phases);
	making.heat = making.now.temperature;
	making.heat_day = making.now.day;
	if (!result)
		result = chy_tally_walk_from(batch->txn, what, making.now.month, &walker);
	if (!result)
		result = put_made(batch->txn, &making.made);
	chy_phase_walk_fini(&making.phases);
	chy_stage_fini(&making.made);
	return result;
}

/* Months come in order: the first of a dispute is noted. */
int chy_milestones_note(struct chy_batch *batch, struct chy_str what, uint32_t month)
{
	struct chy_stage *noted = &batch->milestones;
	unsigned char bytes[CHY_TALLY_MONTH];

	if (what.size > WHAT ||
		(noted->count && chy_str_equal(what, chy_staged_key(noted, noted->count - 1))))
		return CHY_OK;
	chy_put_be(bytes, month, CHY_TALLY_MONTH);
	chy_stage_add(noted, what, (struct chy_str){(const char *)bytes, sizeof(bytes)});
	return noted->failed ? CHY_EMEM : CHY_OK;
}

int chy_milestones_flush(struct chy_batch *batch)
{
	int result = CHY_OK;

	for (size_t i = 0; i < batch->milestones.count && !result; i++)
		result = make(batch, chy_staged_key(&batch->milestones, i),
			(uint32_t)chy_get_be(
				chy_staged_value(&batch->milestones, i).data, CHY_TALLY_MONTH));
	chy_stage_clear(&batch->milestones);
	return result;
}
