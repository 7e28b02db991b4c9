/* How a matter goes: how many acts, how hot, in which phase, the last of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/edtf.h"
#include "phase.h"

/* What did not happen, or may, warms and cools nothing. */
bool chy_warms(uint8_t standing)
{
	return standing != CHY_STANDING_NEGATION && standing != CHY_STANDING_HYPOTHETICAL;
}

double chy_half_life(int64_t age)
{
	return exp2(-(double)age / CHY_HALF_LIFE);
}

double chy_temperature(const json_t *happenings, int64_t day)
{
	double sum = 0;

	for (size_t i = 0; i < json_array_size(happenings); i++) {
		const json_t *h = json_array_get(happenings, i), *told = json_object_get(h, "day");
		json_int_t at = json_integer_value(told);

		if (json_is_integer(told) && at <= day &&
			chy_warms(chy_standing_from(chy_json_str(h, "aux"))))
			sum -= json_number_value(json_object_get(h, "score")) *
			       chy_half_life(day - at);
	}
	return sum;
}

/* -- the walk -------------------------------------------------------------------- */

/* Acts come in order of day, those without one first. */
struct way {
	struct chy_course *course;
	const struct chy_event_filter *matter;
	int64_t day; /* of which things are told */
	int64_t at; /* the day that `share` is of */
	double share;
	bool phased;
	bool whole; /* each phase that it ever was in is asked for */
	struct chy_phase_walk phases;
};

static int take_acts(void *user, int64_t at, const struct chy_tally_cell *cell)
{
	struct way *way = user;

	if (at < way->matter->first_day || at > way->matter->last_day)
		return CHY_OK;
	way->course->happenings += (uint64_t)cell->acts;
	if (at == INT64_MIN || at > way->day)
		return CHY_OK;
	if (at != way->at) {
		way->at = at;
		way->share = chy_half_life(way->day - at);
	}
	if (chy_warms(cell->standing))
		way->course->temperature -= cell->score / 10.0 * way->share;
	return way->phased ? chy_phase_add(&way->phases, at, cell) : CHY_OK;
}

struct matter_walk {
	chy_matter_visit *visit;
	void *user;
	int32_t year; /* of the last cell, and its first day */
	int64_t begins;
};

static int take_cell(void *user, int32_t year, const struct chy_tally_cell *cell)
{
	struct matter_walk *walk = user;

	if (!cell->day_of_year)
		return walk->visit(walk->user, INT64_MIN, cell);
	if (year != walk->year) {
		walk->year = year;
		walk->begins = chy_day_number(year, 1, 1);
	}
	return walk->visit(walk->user, walk->begins + cell->day_of_year - 1, cell);
}

static int walk_now(
	struct chy_store_txn *txn, const struct chy_event_filter *matter, struct matter_walk *walk)
{
	char what[300];
	size_t n = chy_what_for(matter, what, sizeof(what));

	return chy_tally_walk(txn, (struct chy_str){what, n}, take_cell, walk);
}

static int walk_then(
	struct chy_store_txn *txn, const struct chy_event_filter *matter, struct matter_walk *walk)
{
	struct chy_stage stage = {.items = NULL};
	int result = chy_acts_of_then(txn, matter, &stage);

	for (size_t i = 0; i < stage.count && !result; i++) {
		struct chy_str key = chy_staged_key(&stage, i);
		const char *act = key.data + key.size - CHY_ACT_KEY;
		struct chy_tally_cell cell = {.acts = 1, .standing = (uint8_t)act[CHY_CELL_HASH]};
		int32_t day = chy_act_day(act);
		struct chy_act_row row;

		if (!chy_act_decode(chy_staged_value(&stage, i), &row)) {
			result = CHY_EDAMAGED;
			break;
		}
		cell.category = row.category;
		cell.kind = row.kind;
		cell.score = row.score;
		result = walk->visit(walk->user, day == INT32_MIN ? INT64_MIN : day, &cell);
	}
	chy_stage_fini(&stage);
	return result;
}

int chy_walk_matter(struct chy_store_txn *txn, const struct chy_event_filter *matter,
	chy_matter_visit *visit, void *user)
{
	struct matter_walk walk = {visit, user, INT32_MIN, 0};

	return matter->as_of ? walk_then(txn, matter, &walk) : walk_now(txn, matter, &walk);
}

/* -- from the last milestone on --------------------------------------------------------- */

/* Whether milestones tell how it stands; true too where none is old enough. */
static bool has_milestones(const struct way *way)
{
	const struct chy_event_filter *matter = way->matter;

	return way->phased && !way->whole && !matter->as_of && matter->first_day <= INT64_MIN + 1 &&
	       way->day != INT64_MIN;
}

/* Acts come in order: none is asked for behind one that happened too late. */
static int take_acts_until(void *user, int64_t at, const struct chy_tally_cell *cell)
{
	const struct way *way = user;

	return at > way->matter->last_day ? CHY_END : take_acts(user, at, cell);
}

static int go_on(struct way *way)
{
	const struct chy_event_filter *matter = way->matter;
	int64_t until = way->day < matter->last_day ? way->day : matter->last_day;
	struct matter_walk walk = {take_acts_until, way, INT32_MIN, 0};
	const struct chy_tally_walker walker = {take_cell, NULL, &walk};
	struct chy_milestone milestone;
	char text[300];
	struct chy_str what = {text, chy_what_for(matter, text, sizeof(text))};
	int result = chy_milestone_before(way->phases.txn, what,
		until == INT64_MAX ? UINT32_MAX >> 8 : chy_tally_month_of(until), &milestone,
		&way->phases);

	if (!result && milestone.day != INT64_MIN)
		result = chy_tally_walk_undated(way->phases.txn, what, take_cell, &walk);
	if (result)
		return result;
	way->course->happenings += milestone.happenings;
	if (milestone.day != INT64_MIN)
		way->course->temperature =
			milestone.temperature * chy_half_life(way->day - milestone.day);
	return chy_tally_walk_from(way->phases.txn, what, milestone.month, &walker);
}

/* A dispute's phases need the rules, which are read once. */
static int begin(struct way *way, struct chy_view *view, struct chy_fault *fault)
{
	struct chy_store_txn *txn;
	int result = CHY_OK;

	*way->course = (struct chy_course){.phase_since = INT64_MIN};
	way->phased = way->matter->dispute.size > 0;
	way->at = INT64_MIN;
	if (way->phased && !view->phases)
		result = chy_phase_rules_open(&view->phases, fault);
	if (!result)
		result = chy_view_read(view, &txn, fault);
	if (!result)
		chy_phase_walk_init(&way->phases, view->phases, txn);
	return result;
}

static int go(struct way *way, struct chy_view *view, struct chy_fault *fault)
{
	int result = begin(way, view, fault);

	if (result)
		return result;
	result = has_milestones(way)
			 ? go_on(way)
			 : chy_walk_matter(way->phases.txn, way->matter, take_acts, way);
	if (!result && way->phased)
		result = chy_phase_end(&way->phases, way->day);
	chy_view_read_end(view, way->phases.txn);
	if (result) {
		chy_phase_walk_fini(&way->phases);
		return chy_fault_set(fault, result, view->path, 0, NULL);
	}
	return CHY_OK;
}

/* -- the questions ----------------------------------------------------------------- */

static void set_phase(const struct way *way, struct chy_course *out)
{
	struct chy_str name = chy_phase_name(way->phases.rules, way->phases.phase);
	size_t size = name.size < sizeof(out->phase) ? name.size : sizeof(out->phase) - 1;

	memcpy(out->phase, name.data, size);
	out->phase[size] = '\0';
	out->phase_since = way->phases.since;
}

static json_t *last_that_warms(const json_t *happenings)
{
	for (size_t i = json_array_size(happenings); i-- > 0;) {
		json_t *one = json_array_get(happenings, i);

		if (chy_warms(chy_standing_from(chy_json_str(one, "aux"))))
			return json_incref(one);
	}
	return NULL;
}

/* What was denied or only may be is no act: mostly the last of all is none of
 * these, and else it lies a few before. */
static int find_last(struct chy_view *view, const struct chy_event_filter *matter, json_t **out,
	struct chy_fault *fault)
{
	struct chy_event_filter last = *matter;
	json_t *happenings;
	bool more = true;

	*out = NULL;
	for (last.limit = 1; more && !*out; last.limit *= 8) {
		int result = chy_view_happenings(view, &last, &happenings, fault);

		if (result)
			return result;
		*out = last_that_warms(happenings);
		more = json_array_size(happenings) == last.limit;
		json_decref(happenings);
	}
	return CHY_OK;
}

int chy_view_course(struct chy_view *view, const struct chy_event_filter *matter, int64_t day,
	struct chy_course *out, struct chy_fault *fault)
{
	struct way way = {.course = out, .matter = matter, .day = day};
	int result = go(&way, view, fault);

	if (result)
		return result;
	if (way.phased)
		set_phase(&way, out);
	chy_phase_walk_fini(&way.phases);
	return out->happenings ? find_last(view, matter, &out->last, fault) : CHY_OK;
}

/* -- which act brought a phase about ------------------------------------------------ */

/* An undated word of the past tells of no day. */
static uint8_t standing_of(const json_t *happening)
{
	uint8_t standing = chy_standing_from(chy_json_str(happening, "aux"));

	return standing == CHY_STANDING_HISTORICAL && chy_json_str(happening, "date").size
		       ? CHY_STANDING_DONE
		       : standing;
}

/* The first of the day that is a sign of the phase: a new reference. */
static int find_cause(struct chy_view *view, const struct chy_event_filter *matter,
	const struct chy_phase_step *step, json_t **out, struct chy_fault *fault)
{
	struct chy_event_filter day = *matter;
	json_t *acts, *act;
	size_t i;
	int result;

	*out = NULL;
	if (step->phase == CHY_DORMANT)
		return CHY_OK;
	day.first_day = day.last_day = step->since;
	result = chy_view_happenings(view, &day, &acts, fault);
	if (result)
		return result;
	json_array_foreach(acts, i, act)
	{
		uint32_t kind = chy_kind_of(chy_json_str(act, "mode"), chy_json_str(act, "cameo"));

		if (!chy_phase_points(view->phases, step->before, chy_json_str(act, "event"), kind,
			    standing_of(act), step->phase))
			continue;
		*out = json_incref(act);
		break;
	}
	json_decref(acts);
	return CHY_OK;
}

static json_t *date_of(int64_t day)
{
	struct chy_edtf date = {.interval = false};
	char text[CHY_EDTF_SIZE];

	chy_day_to_date(day, &date.from);
	date.to = date.from;
	return json_string(chy_edtf_format(&date, text));
}

int chy_view_phases(struct chy_view *view, const struct chy_event_filter *matter, int64_t day,
	size_t limit, json_t **out, struct chy_fault *fault)
{
	struct chy_course course;
	struct way way = {.course = &course, .matter = matter, .day = day, .whole = limit != 1};
	json_t *list = json_array(), *by;
	int result = go(&way, view, fault);
	size_t n = way.phases.step_count;

	for (size_t i = limit && n > limit ? n - limit : 0; !result && i < n; i++) {
		const struct chy_phase_step *step = &way.phases.steps[i];
		struct chy_str name = chy_phase_name(view->phases, step->phase);

		result = find_cause(view, matter, step, &by, fault);
		if (!result)
			json_array_append_new(
				list, json_pack("{s:s%, s:o, s:o}", "phase", name.data, name.size,
					      "since", date_of(step->since), "by",
					      by ? by : json_null()));
	}
	chy_phase_walk_fini(&way.phases);
	if (result)
		json_decref(list);
	else
		*out = list;
	return result;
}
