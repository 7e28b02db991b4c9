/* How a dispute went: temperature, phase and acts at the end of each month or
 * year, in one walk over its acts. */
#include <math.h>
#include <stdio.h>

#include "chancery/edtf.h"
#include "phase.h"

/* Less than rounds to a tenth is told as none. */
static const double cold = 0.05;

struct telling {
	const struct chy_event_filter *matter;
	const struct chy_phase_rules *rules;
	struct chy_store_txn *txn;
	int64_t day; /* the last that is told of */
	bool by_year;
	struct chy_phase_walk phases;
	double heat;
	int64_t at; /* the day that it is of; INT64_MIN before the first act */
	/* The period that is open. */
	int64_t end;
	char name[16];
	json_int_t happenings, cooperative, conflictual;
	json_t *out;
};

/* Opens the period of a day. */
static void open_period(struct telling *t, int64_t day)
{
	struct chy_date date;

	chy_day_to_date(day, &date);
	if (t->by_year) {
		t->end = chy_day_number(date.year, 12, 31);
		snprintf(t->name, sizeof(t->name), "%04d", (int)date.year);
	} else {
		t->end = chy_day_number(
			date.year, date.month, chy_days_in_month(date.year, date.month));
		snprintf(t->name, sizeof(t->name), "%04d-%02u", (int)date.year,
			(unsigned)date.month);
	}
	t->happenings = t->cooperative = t->conflictual = 0;
}

static void cool(struct telling *t, int64_t day)
{
	t->heat *= chy_half_life(day - t->at);
	t->at = day;
}

static json_t *date_of(int64_t day)
{
	struct chy_edtf date = {.interval = false};
	char text[CHY_EDTF_SIZE];

	chy_day_to_date(day, &date.from);
	date.to = date.from;
	return json_string(chy_edtf_format(&date, text));
}

/* Tells of the open period, unless there is nothing to tell. */
static int close_period(struct telling *t)
{
	int64_t last = t->end < t->day ? t->end : t->day;
	struct chy_str phase;
	int result;

	cool(t, last);
	result = chy_phase_end(&t->phases, last);
	if (result || (!t->happenings && fabs(t->heat) < cold))
		return result;
	phase = chy_phase_name(t->rules, t->phases.phase);
	json_array_append_new(
		t->out, json_pack("{s:s, s:o, s:f, s:s%, s:I, s:I, s:I}", "period", t->name, "day",
				date_of(last), "temperature", t->heat, "phase", phase.data,
				phase.size, "happenings", t->happenings, "cooperative",
				t->cooperative, "conflictual", t->conflictual));
	return CHY_OK;
}

/* Closes what ends before a day; periods in which no heat is left are passed
 * over at once. */
static int close_until(struct telling *t, int64_t day)
{
	int result = CHY_OK;

	while (!result && t->end < day) {
		result = close_period(t);
		if (fabs(t->heat) < cold)
			open_period(t, day);
		else
			open_period(t, t->end + 1);
	}
	return result;
}

static int take_acts(void *user, int64_t day, const struct chy_tally_cell *cell)
{
	struct telling *t = user;
	struct chy_str category;
	int result = CHY_OK, side;

	if (day == INT64_MIN || day < t->matter->first_day || day > t->day || cell->acts <= 0)
		return CHY_OK;
	if (t->at == INT64_MIN) {
		open_period(t, day);
		t->at = day;
	}
	result = close_until(t, day);
	if (!result)
		result = chy_name_text(t->txn, cell->category, &category);
	if (result)
		return result;
	cool(t, day);
	t->happenings += cell->acts;
	if (chy_warms(cell->standing)) {
		t->heat -= cell->score / 10.0;
		side = chy_phase_rules_side(t->rules, category);
		t->cooperative += side > 0 ? cell->acts : 0;
		t->conflictual += side < 0 ? cell->acts : 0;
	}
	return chy_phase_add(&t->phases, day, cell);
}

static int tell(struct telling *t)
{
	int result = chy_walk_matter(t->txn, t->matter, take_acts, t);

	if (result || t->at == INT64_MIN)
		return result;
	result = close_until(t, t->day);
	return result ? result : close_period(t);
}

int chy_view_course_by(struct chy_view *view, const struct chy_event_filter *matter, int64_t day,
	bool by_year, json_t **out, struct chy_fault *fault)
{
	struct telling t = {.matter = matter, .day = day, .by_year = by_year, .at = INT64_MIN};
	int result = CHY_OK;

	if (!view->phases)
		result = chy_phase_rules_open(&view->phases, fault);
	if (!result)
		result = chy_view_read(view, &t.txn, fault);
	if (result)
		return result;
	t.rules = view->phases;
	t.out = json_array();
	chy_phase_walk_init(&t.phases, view->phases, t.txn);
	result = tell(&t);
	chy_phase_walk_fini(&t.phases);
	chy_view_read_end(view, t.txn);
	if (result) {
		json_decref(t.out);
		return chy_fault_set(fault, result, view->path, 0, NULL);
	}
	*out = t.out;
	return CHY_OK;
}
