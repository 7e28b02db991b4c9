/* Where reports of one act disagree. */
#include "place.h"

static bool same_text(void *user, struct chy_str a, struct chy_str language_of_a, struct chy_str b,
	struct chy_str language_of_b)
{
	(void)user;
	return chy_str_equal(a, b) || !chy_str_equal(language_of_a, language_of_b);
}

/* A report: when, by which paper, and what it says of the act. */
struct report {
	const char *day, *source, *category, *says;
};

static void write_reports(struct place *place, const struct report *reports, size_t n)
{
	struct chy_buffer line;

	for (size_t i = 0; i < n; i++) {
		chy_buffer_init(&line);
		chy_buffer_printf(&line,
			"{\"add\":\"%zu\",\"date\":\"%s\",\"source\":\"%s\",\"events\":[{"
			"\"event\":\"%s\",\"actor\":[\"JPN\",\"RUS\"],\"sentence\":\"s%zu\"%s%s}]}"
			"\n",
			i, reports[i].day, reports[i].source, reports[i].category, i,
			reports[i].says[0] ? "," : "", reports[i].says);
		place_write(place, line.data);
		chy_buffer_fini(&line);
	}
}

/* "date: 2013-11-01 Lusa, 2013-11-02 Post; denial: …" of the happening that
 * tells the first report. */
static void tell(const json_t *happening, struct chy_buffer *out)
{
	const json_t *all = json_object_get(happening, "contradictions"), *one, *version, *source;
	size_t i, j, k;

	json_array_foreach(all, i, one)
	{
		chy_buffer_printf(out, "%s%s:", i ? "; " : "",
			json_string_value(json_object_get(one, "about")));
		json_array_foreach(json_object_get(one, "versions"), j, version)
		{
			chy_buffer_printf(out, "%s %s", j ? "," : "",
				json_string_value(json_object_get(version, "value")));
			json_array_foreach(json_object_get(version, "sources"), k, source)
				chy_buffer_printf(out, " %s", json_string_value(source));
		}
	}
}

static void expect(const struct report *reports, size_t n, uint64_t as_of, const char *expected)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct chy_buffer told;
	struct chy_fault fault;
	struct chy_view *view;
	struct place place;
	json_t *found;

	place_make(&place);
	write_reports(&place, reports, n);
	place_follow(&place, 0);
	filter.as_of = as_of;
	found = place_happenings(&place, &filter);
	assert_int_equal(chy_view_open(place.directory, &view, &fault), 0);
	assert_int_equal(chy_view_contradictions(view, found, as_of, same_text, NULL, &fault), 0);
	chy_buffer_init(&told);
	for (size_t i = 0; i < json_array_size(found); i++)
		if (chy_str_is(chy_json_str(json_array_get(found, i), "best"), "E3.1"))
			tell(json_array_get(found, i), &told);
	assert_string_equal(told.data ? told.data : "", expected);
	chy_buffer_fini(&told);
	chy_view_close(view);
	json_decref(found);
	place_remove(&place);
}

static void papers_that_agree_contradict_nothing(void **state)
{
	static const struct report reports[] = {
		{"2013-11-03", "Lusa", "CONSULT", "\"date\":\"2013-11-01\",\"place\":\"Moscovo\""},
		{"2013-11-04", "Post", "CONSULT", "\"date\":\"2013-11\",\"place\":\"Moscovo\""},
		{"2013-11-03", "Sol", "CONSULT", ""}};

	(void)state;
	expect(reports, 3, 0, "");
}

static void days_differ_where_all_write_after_both(void **state)
{
	static const struct report reports[] = {
		{"2013-11-03", "Lusa", "CONSULT", "\"date\":\"2013-11-01\""},
		{"2013-11-04", "Post", "CONSULT", "\"date\":\"2013-11-02\""}};

	(void)state;
	expect(reports, 2, 0, "date: 2013-11-01 Lusa, 2013-11-02 Post");
	expect(reports, 2, 4, "");
}

static void what_was_told_before_the_other_day_is_another_act(void **state)
{
	static const struct report reports[] = {
		{"2013-11-01", "Lusa", "CONSULT", "\"date\":\"2013-11-01\""},
		{"2013-11-02", "Post", "CONSULT", "\"date\":\"2013-11-02\""}};

	(void)state;
	expect(reports, 2, 0, "");
}

static void what_may_happen_every_day_does_not_differ(void **state)
{
	static const struct report reports[] = {
		{"2013-11-03", "Lusa", "ASSAULT", "\"date\":\"2013-11-01\""},
		{"2013-11-04", "Post", "ASSAULT", "\"date\":\"2013-11-02\""}};

	(void)state;
	expect(reports, 2, 0, "");
}

static void places_differ(void **state)
{
	static const struct report reports[] = {
		{"2013-11-03", "Lusa", "CONSULT", "\"date\":\"2013-11-01\",\"place\":\"Moscovo\""},
		{"2013-11-04", "Post", "CONSULT", "\"date\":\"2013-11-01\",\"place\":\"Londres\""},
		{"2013-11-05", "Sol", "CONSULT", "\"date\":\"2013-11-01\""}};

	(void)state;
	expect(reports, 3, 0, "place: Moscovo Lusa, Londres Post");
}

static void one_paper_denies_what_another_tells(void **state)
{
	static const struct report reports[] = {
		{"2013-11-03", "Lusa", "CONSULT", "\"date\":\"2013-11-01\""},
		{"2013-11-04", "Post", "CONSULT", "\"aux\":\"negation\""}};
	static const struct report turned[] = {
		{"2013-11-04", "Post", "CONSULT", "\"aux\":\"negation\""},
		{"2013-11-03", "Lusa", "CONSULT", "\"date\":\"2013-11-01\""}};
	static const struct report before[] = {
		{"2013-11-03", "Lusa", "CONSULT", "\"date\":\"2013-11-01\""},
		{"2013-10-31", "Post", "CONSULT", "\"aux\":\"negation\""}};

	(void)state;
	expect(reports, 2, 0, "denial: done Lusa, negation Post");
	expect(turned, 2, 0, "denial: negation Post, done Lusa");
	expect(before, 2, 0, "");
}

static void a_plan_contradicts_only_who_told_it_as_done_before(void **state)
{
	static const struct report reports[] = {
		{"2013-11-02", "Lusa", "CONSULT", "\"date\":\"2013-11-01\""},
		{"2013-11-03", "Post", "CONSULT", "\"date\":\"2013-11\",\"aux\":\"future\""}};
	static const struct report before[] = {
		{"2013-11-02", "Lusa", "CONSULT", "\"date\":\"2013-11-01\""},
		{"2013-10-30", "Post", "CONSULT", "\"date\":\"2013-11\",\"aux\":\"future\""}};

	(void)state;
	expect(reports, 2, 0, "standing: done Lusa, future Post");
	expect(before, 2, 0, "");
}

/* -- happenings by name -------------------------------------------------------- */

static void a_happening_is_found_by_its_name(void **state)
{
	static const struct report reports[] = {
		{"2013-11-03", "Lusa", "CONSULT", "\"date\":\"2013-11-01\""},
		{"2013-11-04", "Post", "CONSULT", "\"date\":\"1872-02\""},
		{"2013-11-04", "Sol", "AGREE", "\"aux\":\"future\""}};
	const struct chy_event_filter all = CHY_EVENT_FILTER_ALL;
	struct chy_fault fault;
	struct chy_view *view;
	struct place place;
	json_t *found, *one, *again;
	size_t i;

	(void)state;
	place_make(&place);
	write_reports(&place, reports, 3);
	place_write(
		&place, "{\"add\":\"x\",\"events\":[{\"event\":\"AID\",\"actor\":[\"ESP\"]}]}\n");
	place_follow(&place, 0);
	found = place_happenings(&place, &all);
	assert_int_equal(json_array_size(found), 4);
	assert_int_equal(chy_view_open(place.directory, &view, &fault), 0);
	json_array_foreach(found, i, one)
	{
		struct chy_str name = chy_json_str(one, "happening");

		assert_int_equal(chy_view_happening(view, name, 0, &again, &fault), 0);
		assert_true(json_equal(one, again));
		json_decref(again);
		assert_int_equal(chy_view_happening(view, name, 9, &again, &fault), 0);
		assert_true(json_equal(one, again));
		json_decref(again);
		assert_int_equal(chy_view_happening(view, name, 1, &again, &fault), CHY_NOT_FOUND);
	}
	assert_int_equal(chy_view_happening(view, CHY_STR("H12"), 0, &again, &fault), CHY_EINPUT);
	chy_view_close(view);
	json_decref(found);
	place_remove(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(papers_that_agree_contradict_nothing),
		cmocka_unit_test(days_differ_where_all_write_after_both),
		cmocka_unit_test(what_was_told_before_the_other_day_is_another_act),
		cmocka_unit_test(what_may_happen_every_day_does_not_differ),
		cmocka_unit_test(places_differ),
		cmocka_unit_test(one_paper_denies_what_another_tells),
		cmocka_unit_test(a_plan_contradicts_only_who_told_it_as_done_before),
		cmocka_unit_test(a_happening_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
