/* What phase a dispute is in, and what brought it there. */
#include "chancery/edtf.h"
#include "place.h"

/* Acts between two parties: the day, the category, CAMEO code, standing. */
struct act {
	const char *day, *category, *cameo, *aux;
};

static void write_acts(struct place *place, const struct act *acts, size_t n)
{
	struct chy_buffer line;

	for (size_t i = 0; i < n; i++) {
		chy_buffer_init(&line);
		chy_buffer_printf(&line,
			"{\"add\":\"%zu\",\"date\":\"%s\",\"source\":\"Paper\",\"events\":[{"
			"\"event\":\"%s\",\"cameo\":\"%s\",\"aux\":%s%s%s,\"date\":\"%s\","
			"\"actor\":[\"RUS\"],\"recipient\":[\"JPN\"],\"score\":1,"
			"\"dispute\":[\"kuril-islands\"],\"sentence\":\"s%zu\"}]}\n",
			i, acts[i].day, acts[i].category, acts[i].cameo, acts[i].aux ? "\"" : "",
			acts[i].aux ? acts[i].aux : "null", acts[i].aux ? "\"" : "", acts[i].day,
			i);
		place_write(place, line.data);
		chy_buffer_fini(&line);
	}
}

static struct chy_view *open_view(const struct place *place)
{
	struct chy_view *view;
	struct chy_fault fault;

	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	return view;
}

static const struct chy_event_filter kuriles = {
	.dispute = CHY_STR("kuril-islands"), .first_day = INT64_MIN, .last_day = INT64_MAX};

/* "talks 2013-01-01 E3.1 dormant 2014-01-01 -" */
static void expect(const struct act *acts, size_t n, int64_t day, const char *expected)
{
	struct chy_buffer told;
	struct chy_fault fault;
	struct chy_view *view;
	struct place place;
	json_t *phases, *one;
	size_t i;

	place_make(&place);
	write_acts(&place, acts, n);
	place_follow(&place, 0);
	view = open_view(&place);
	assert_int_equal(chy_view_phases(view, &kuriles, day, 0, &phases, &fault), 0);
	chy_buffer_init(&told);
	json_array_foreach(phases, i, one)
	{
		const char *best =
			json_string_value(json_object_get(json_object_get(one, "by"), "best"));

		chy_buffer_printf(&told, "%s%s %s %s", i ? " " : "",
			json_string_value(json_object_get(one, "phase")),
			json_string_value(json_object_get(one, "since")), best ? best : "-");
	}
	assert_string_equal(told.data ? told.data : "", expected);
	chy_buffer_fini(&told);
	json_decref(phases);
	chy_view_close(view);
	place_remove(&place);
}

static void weak_evidence_needs_company(void **state)
{
	static const struct act acts[] = {{"2013-01-01", "ACCUSE", "112", NULL},
		{"2013-01-10", "ACCUSE", "112", NULL}, {"2013-01-20", "ACCUSE", "112", NULL},
		{"2013-01-30", "ACCUSE", "112", NULL}};

	(void)state;
	expect(acts, 3, chy_day_number(2013, 2, 1), "");
	expect(acts, 4, chy_day_number(2013, 2, 1), "escalation 2013-01-30 E9.1");
}

static void evidence_that_is_old_does_not_count(void **state)
{
	static const struct act acts[] = {{"2013-01-01", "ACCUSE", "112", NULL},
		{"2013-01-10", "ACCUSE", "112", NULL}, {"2013-01-20", "ACCUSE", "112", NULL},
		{"2013-06-30", "ACCUSE", "112", NULL}};

	(void)state;
	expect(acts, 4, chy_day_number(2013, 7, 1), "");
}

static void what_is_denied_or_may_be_is_a_sign_of_nothing(void **state)
{
	static const struct act acts[] = {{"2013-01-01", "ASSAULT", "190", "negation"},
		{"2013-01-02", "ASSAULT", "190", "hypothetical"},
		{"2013-01-03", "ASSAULT", "190", "future"}};

	(void)state;
	expect(acts, 3, chy_day_number(2013, 2, 1), "");
}

/* The day of what is told as the last act; empty for none. */
static void expect_last(const struct act *acts, size_t n, const char *expected)
{
	struct chy_course course;
	struct chy_fault fault;
	struct chy_view *view;
	struct place place;

	place_make(&place);
	write_acts(&place, acts, n);
	place_follow(&place, 0);
	view = open_view(&place);
	assert_int_equal(
		chy_view_course(view, &kuriles, chy_day_number(2014, 1, 1), &course, &fault), 0);
	assert_true(chy_str_is(chy_json_str(course.last, "date"), expected));
	json_decref(course.last);
	chy_view_close(view);
	place_remove(&place);
}

static void what_is_denied_or_may_be_is_no_last_act(void **state)
{
	static const struct act acts[] = {{"2013-01-01", "ASSAULT", "190", "negation"},
		{"2013-01-02", "CONSULT", "040", NULL},
		{"2013-01-03", "ASSAULT", "190", "hypothetical"},
		{"2013-01-04", "ACCUSE", "112", "negation"}};
	static const struct act announced[] = {
		{"2013-01-02", "CONSULT", "040", NULL}, {"2013-02-02", "CONSULT", "040", "future"}};

	(void)state;
	expect_last(acts, 4, "2013-01-02");
	expect_last(acts, 1, "");
	expect_last(announced, 2, "2013-02-02");
}

static void a_dispute_goes_from_talks_to_force_and_to_a_settlement(void **state)
{
	static const struct act acts[] = {{"2013-01-01", "CONSULT", "040", NULL},
		{"2013-03-01", "SANCTION", "163", NULL}, {"2013-03-05", "ASSAULT", "190", NULL},
		{"2013-03-06", "CONSULT", "040", NULL}, {"2013-03-07", "ASSAULT", "190", NULL},
		{"2013-03-08", "CONSULT", "040", NULL}, {"2013-04-01", "RETREAT", "087", NULL},
		{"2013-05-01", "RETREAT", "084", NULL}};

	(void)state;
	expect(acts, 8, chy_day_number(2019, 1, 1),
		"talks 2013-01-01 E3.1 escalation 2013-03-01 E5.1 force 2013-03-05 E7.1 "
		"deal 2013-04-01 E15.1 settlement 2013-05-01 E17.1");
}

static void without_acts_a_dispute_falls_asleep(void **state)
{
	static const struct act acts[] = {
		{"2013-01-01", "CONSULT", "040", NULL}, {"2014-06-01", "CONSULT", "040", NULL}};

	(void)state;
	expect(acts, 1, chy_day_number(2013, 12, 31), "talks 2013-01-01 E3.1");
	expect(acts, 1, chy_day_number(2014, 1, 1), "talks 2013-01-01 E3.1 dormant 2014-01-01 -");
	expect(acts, 2, chy_day_number(2014, 7, 1),
		"talks 2013-01-01 E3.1 dormant 2014-01-01 - talks 2014-06-01 E5.1");
}

static void on_a_day_later_acts_are_not_known(void **state)
{
	static const struct act acts[] = {
		{"2013-01-01", "CONSULT", "040", NULL}, {"2013-03-05", "ASSAULT", "190", NULL}};
	struct chy_event_filter filter = kuriles;
	struct chy_course course;
	struct chy_fault fault;
	struct chy_view *view;
	struct place place;

	(void)state;
	place_make(&place);
	write_acts(&place, acts, 2);
	place_follow(&place, 0);
	view = open_view(&place);
	filter.last_day = chy_day_number(2013, 2, 1);
	assert_int_equal(chy_view_course(view, &filter, filter.last_day, &course, &fault), 0);
	assert_string_equal(course.phase, "talks");
	assert_int_equal(course.phase_since, chy_day_number(2013, 1, 1));
	assert_int_equal(course.happenings, 1);
	json_decref(course.last);
	chy_view_close(view);
	place_remove(&place);
}

static void the_course_tells_each_month_with_acts_or_heat(void **state)
{
	static const struct act acts[] = {{"2013-01-05", "ACCUSE", "112", NULL},
		{"2013-01-06", "CONSULT", "040", NULL},
		{"2013-01-07", "ASSAULT", "190", "negation"},
		{"2013-03-05", "ASSAULT", "190", NULL}, {"2050-01-01", "ACCUSE", "112", NULL}};
	struct chy_fault fault;
	struct chy_view *view;
	struct place place;
	json_t *found;
	char shown[256];

	(void)state;
	place_make(&place);
	write_acts(&place, acts, 5);
	place_follow(&place, 0);
	view = open_view(&place);
	assert_int_equal(chy_view_course_by(view, &kuriles, chy_day_number(2013, 4, 10), false,
				 &found, &fault),
		0);
	assert_string_equal(
		listed(found, "period", shown, sizeof(shown)), "2013-01 2013-02 2013-03 2013-04");
	assert_string_equal(listed(found, "day", shown, sizeof(shown)),
		"2013-01-31 2013-02-28 2013-03-31 2013-04-10");
	assert_string_equal(listed(found, "happenings", shown, sizeof(shown)), "3 0 1 0");
	assert_string_equal(listed(found, "cooperative", shown, sizeof(shown)), "1 0 0 0");
	assert_string_equal(listed(found, "conflictual", shown, sizeof(shown)), "1 0 1 0");
	assert_string_equal(
		listed(found, "phase", shown, sizeof(shown)), "talks talks force force");
	json_decref(found);
	assert_int_equal(chy_view_course_by(
				 view, &kuriles, chy_day_number(2050, 6, 1), true, &found, &fault),
		0);
	assert_string_equal(listed(found, "period", shown, sizeof(shown)), "2013 2014 2050");
	json_decref(found);
	chy_view_close(view);
	place_remove(&place);
}

static void those_who_act_are_counted(void **state)
{
	static const char lines[] =
		"{\"add\":\"one\",\"date\":\"2013-01-01\",\"events\":["
		"{\"event\":\"ACCUSE\",\"actor\":[\"RUS\"],\"recipient\":[\"JPN\"],"
		" \"dispute\":[\"kuril-islands\"]},"
		"{\"event\":\"CONSULT\",\"mode\":\"third-party\",\"cameo\":\"045\","
		" \"actor\":[\"USA\"],\"recipient\":[\"JPN\"],\"dispute\":[\"kuril-islands\"]},"
		"{\"event\":\"REJECT\",\"aux\":\"negation\",\"actor\":[\"CHN\"],"
		" \"recipient\":[\"JPN\"],\"dispute\":[\"kuril-islands\"]}]}\n";
	struct chy_fault fault;
	struct chy_view *view;
	struct place place;
	json_t *found;
	char shown[256];

	(void)state;
	place_make(&place);
	place_write(&place, lines);
	place_follow(&place, 0);
	view = open_view(&place);
	assert_int_equal(chy_view_participants(view, &kuriles, &found, &fault), 0);
	assert_string_equal(listed(found, "code", shown, sizeof(shown)), "JPN RUS USA");
	assert_string_equal(listed(found, "mediations", shown, sizeof(shown)), "1 0 1");
	json_decref(found);
	chy_view_close(view);
	place_remove(&place);
}

static void threads_are_listed_from_some_happenings_on(void **state)
{
	const struct chy_event_filter all = CHY_EVENT_FILTER_ALL;
	struct chy_buffer line;
	struct chy_fault fault;
	struct chy_view *view;
	struct place place;
	json_t *found;
	char shown[256];

	(void)state;
	place_make(&place);
	for (int i = 0; i < 6; i++) {
		chy_buffer_init(&line);
		chy_buffer_printf(&line,
			"{\"add\":\"%d\",\"date\":\"2013-0%d-01\",\"events\":[{\"event\":"
			"\"ACCUSE\","
			"\"actor\":[\"RUS\"],\"recipient\":[\"JPN\"],\"dispute\":[\"%s\"]}]}\n",
			i, i + 1, i < 5 ? "thread:JPN+RUS:economic" : "thread:JPN+RUS:military");
		place_write(&place, line.data);
		chy_buffer_fini(&line);
	}
	place_follow(&place, 0);
	view = open_view(&place);
	assert_int_equal(chy_view_threads(view, &all, &found, &fault), 0);
	json_t *rows = json_pack("[{s:O}]", "id", json_array_get(found, 0));

	assert_int_equal(json_array_size(found), 1);
	assert_string_equal(listed(rows, "id", shown, sizeof(shown)), "thread:JPN+RUS:economic");
	json_decref(rows);
	json_decref(found);
	chy_view_close(view);
	place_remove(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weak_evidence_needs_company),
		cmocka_unit_test(evidence_that_is_old_does_not_count),
		cmocka_unit_test(what_is_denied_or_may_be_is_a_sign_of_nothing),
		cmocka_unit_test(what_is_denied_or_may_be_is_no_last_act),
		cmocka_unit_test(a_dispute_goes_from_talks_to_force_and_to_a_settlement),
		cmocka_unit_test(without_acts_a_dispute_falls_asleep),
		cmocka_unit_test(on_a_day_later_acts_are_not_known),
		cmocka_unit_test(the_course_tells_each_month_with_acts_or_heat),
		cmocka_unit_test(those_who_act_are_counted),
		cmocka_unit_test(threads_are_listed_from_some_happenings_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
