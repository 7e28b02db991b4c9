/* How a matter goes: how many acts, how hot, the last of them. */
#include <math.h>
#include <string.h>

#include "internal.h"

struct heat {
	struct chy_course *course;
	int64_t day;
};

/* What did not happen, or may, warms and cools nothing. */
static bool counts(uint8_t standing)
{
	return standing != CHY_STANDING_NEGATION && standing != CHY_STANDING_HYPOTHETICAL;
}

static double share(int64_t at, int64_t day, double score)
{
	return score * pow(0.5, (double)(day - at) / CHY_HALF_LIFE);
}

static int add_tally(void *user, int32_t year, const struct chy_tally_cell *cell)
{
	const struct heat *heat = user;
	int64_t at = chy_day_number(year, 1, 1) + cell->day_of_year - 1;

	heat->course->happenings += (uint64_t)cell->acts;
	if (cell->day_of_year && at <= heat->day && counts(cell->standing))
		heat->course->temperature -= share(at, heat->day, cell->score / 10.0);
	return CHY_OK;
}

double chy_temperature(const json_t *happenings, int64_t day)
{
	double sum = 0;

	for (size_t i = 0; i < json_array_size(happenings); i++) {
		const json_t *h = json_array_get(happenings, i), *told = json_object_get(h, "day");
		json_int_t at = json_integer_value(told);

		if (json_is_integer(told) && at <= day &&
			counts(chy_standing_from(chy_json_str(h, "aux"))))
			sum -= share(at, day, json_number_value(json_object_get(h, "score")));
	}
	return sum;
}

static int course_of_then(struct chy_view *view, const struct chy_event_filter *matter, int64_t day,
	struct chy_course *out, struct chy_fault *fault)
{
	json_t *happenings;
	size_t n;
	int result = chy_view_happenings(view, matter, &happenings, fault);

	if (result)
		return result;
	n = json_array_size(happenings);
	out->happenings = n;
	out->temperature = chy_temperature(happenings, day);
	out->last = n ? json_incref(json_array_get(happenings, n - 1)) : NULL;
	json_decref(happenings);
	return CHY_OK;
}

static int course_of_now(struct chy_view *view, const struct chy_event_filter *matter, int64_t day,
	struct chy_course *out, struct chy_fault *fault)
{
	struct chy_event_filter last = *matter;
	struct heat heat = {out, day};
	struct chy_store_txn *txn;
	json_t *happenings;
	char what[300];
	size_t n = chy_what_for(matter, what, sizeof(what));
	int result = chy_store_begin(view->store, false, &txn, fault);

	if (result)
		return result;
	result = chy_tally_walk(txn, (struct chy_str){what, n}, add_tally, &heat);
	chy_store_abort(txn);
	if (result)
		return chy_fault_set(fault, result, view->path, 0, NULL);
	last.limit = 1;
	if (!out->happenings)
		return CHY_OK;
	result = chy_view_happenings(view, &last, &happenings, fault);
	if (!result) {
		out->last = json_incref(json_array_get(happenings, 0));
		json_decref(happenings);
	}
	return result;
}

int chy_view_course(struct chy_view *view, const struct chy_event_filter *matter, int64_t day,
	struct chy_course *out, struct chy_fault *fault)
{
	*out = (struct chy_course){.last = NULL};
	return matter->as_of ? course_of_then(view, matter, day, out, fault)
			     : course_of_now(view, matter, day, out, fault);
}
