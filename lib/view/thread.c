/* Threads: what two parties have with one another and no catalogue lists. The
 * coder names them (thread:JPN+RUS:economic); here they are counted. */
#include <string.h>

#include "chancery/edtf.h"
#include "phase.h"

static const char prefix[] = "dthread:";

struct counting {
	const struct chy_event_filter *filter;
	uint64_t acts;
};

static int count_cell(void *user, int32_t year, const struct chy_tally_cell *cell)
{
	struct counting *counting = user;
	int64_t day =
		cell->day_of_year ? chy_day_number(year, 1, 1) + cell->day_of_year - 1 : INT64_MIN;

	if (day >= counting->filter->first_day && day <= counting->filter->last_day)
		counting->acts += (uint64_t)cell->acts;
	return CHY_OK;
}

static int count_acts(struct chy_store_txn *txn, const struct chy_event_filter *filter,
	struct chy_str what, uint64_t *out)
{
	struct counting counting = {filter, 0};
	struct chy_event_filter one = *filter;
	struct chy_stage stage = {.items = NULL};
	int result;

	if (!filter->as_of) {
		result = chy_tally_walk(txn, what, count_cell, &counting);
		*out = counting.acts;
		return result;
	}
	one.dispute = (struct chy_str){what.data + 1, what.size - 1};
	result = chy_acts_of_then(txn, &one, &stage);
	*out = stage.count;
	chy_stage_fini(&stage);
	return result;
}

/* Each `what` of a thread once, in the table that has one for every moment. */
static int walk(struct chy_store_txn *txn, const struct chy_event_filter *filter, uint64_t least,
	enum chy_view_table table, json_t *out)
{
	struct chy_store_cursor *cursor;
	struct chy_str key, value;
	char what[320];
	int result = chy_store_cursor_open(txn, table, &cursor);

	if (result)
		return result;
	result = chy_store_seek(cursor, CHY_STR("dthread:"), &key, &value);
	while (result == CHY_OK && key.size < sizeof(what) && key.size > sizeof(prefix) &&
		memcmp(key.data, prefix, sizeof(prefix) - 1) == 0) {
		size_t size = strnlen(key.data, key.size);
		uint64_t acts = 0;

		memcpy(what, key.data, size);
		result = count_acts(txn, filter, (struct chy_str){what, size}, &acts);
		if (acts >= least)
			json_array_append_new(out, json_stringn(what + 1, size - 1));
		what[size] = 1; /* past all its days */
		if (!result)
			result = chy_store_seek(
				cursor, (struct chy_str){what, size + 1}, &key, &value);
	}
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}

int chy_view_threads(struct chy_view *view, const struct chy_event_filter *filter, json_t **out,
	struct chy_fault *fault)
{
	json_t *found = json_array();
	struct chy_store_txn *txn;
	int result = CHY_OK;

	if (!view->phases)
		result = chy_phase_rules_open(&view->phases, fault);
	if (!result)
		result = chy_view_read(view, &txn, fault);
	if (!result) {
		result = walk(txn, filter, chy_phase_rules_thread(view->phases),
			filter->as_of ? CHY_VIEW_INDEX : CHY_VIEW_TALLY, found);
		chy_view_read_end(view, txn);
		if (result)
			chy_fault_set(fault, result, view->path, 0, NULL);
	}
	if (result)
		json_decref(found);
	else
		*out = found;
	return result;
}
