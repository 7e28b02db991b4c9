/* Which events tell one act, whatever the order in which they came. */
#include "chancery/edtf.h"
#include "place.h"

#define RUS_JPN "\"actor\":[\"RUS\"],\"recipient\":[\"JPN\"]"

/* Papers of some days. Happenings: a visit on the first (a, b), the protest
 * (a, c), one denied (b), a visit on the third (e and, as the nearest, c), one
 * a month later (d). */
static const char *const papers[] = {
	"{\"add\":\"a\",\"date\":\"2010-11-01\",\"source\":\"Lusa\",\"events\":["
	" {\"event\":\"CONSULT\"," RUS_JPN ",\"confidence\":0.4},"
	" {\"event\":\"PROTEST\",\"actor\":[\"JPN\"],\"recipient\":[\"RUS\"]}]}",
	"{\"add\":\"b\",\"date\":\"2010-11-03\",\"source\":\"Planalto\",\"events\":["
	" {\"event\":\"CONSULT\"," RUS_JPN ",\"date\":\"2010-11-01\",\"confidence\":0.3},"
	" {\"event\":\"CONSULT\"," RUS_JPN ",\"aux\":\"negation\"}]}",
	"{\"add\":\"c\",\"date\":\"2010-11-04\",\"source\":\"Lusa\",\"events\":["
	" {\"event\":\"CONSULT\"," RUS_JPN ",\"confidence\":0.9},"
	" {\"event\":\"PROTEST\",\"actor\":[\"JPN\"],\"recipient\":[\"RUS\"]}]}",
	"{\"add\":\"d\",\"date\":\"2010-12-04\",\"source\":\"Lusa\",\"events\":["
	" {\"event\":\"CONSULT\"," RUS_JPN "}]}",
	"{\"add\":\"e\",\"date\":\"2010-11-05\",\"source\":\"Lusa\",\"events\":["
	" {\"event\":\"CONSULT\"," RUS_JPN ",\"date\":\"2010-11-03\"}]}",
};

static void write_in_order(struct place *place, const size_t *order)
{
	for (size_t i = 0; i < COUNT_OF(papers); i++)
		place_write(place, papers[order[i]]);
	place_follow(place, 0);
}

/* What a happening is, without the numbers of records. */
static json_t *without_numbers(json_t *happenings)
{
	size_t i;
	json_t *happening;

	json_array_foreach(happenings, i, happening)
	{
		json_object_set_new(happening, "tellings",
			json_integer(
				(json_int_t)json_array_size(json_object_get(happening, "events"))));
		json_object_del(happening, "events");
		json_object_del(happening, "best");
	}
	return happenings;
}

static json_t *all_happenings(const struct place *place)
{
	const struct chy_event_filter all = CHY_EVENT_FILTER_ALL;

	return place_happenings(place, &all);
}

static void papers_that_tell_one_act_are_one_happening(void **state)
{
	static const size_t order[] = {0, 1, 2, 3, 4};
	struct place place;
	char shown[512];
	json_t *found;

	(void)state;
	place_make(&place);
	write_in_order(&place, order);
	found = all_happenings(&place);
	assert_string_equal(listed(found, "event", shown, sizeof(shown)),
		"CONSULT PROTEST CONSULT CONSULT CONSULT");
	json_decref(found);
	place_remove(&place);
}

static void the_order_of_arrival_changes_nothing(void **state)
{
	size_t order[COUNT_OF(papers)] = {0, 1, 2, 3, 4};
	json_t *first = NULL;

	(void)state;
	/* All 120 orders, by Heap's method. */
	for (size_t n = 0, c[5] = {0}, i = 0;; n++) {
		struct place place;
		json_t *found;

		place_make(&place);
		write_in_order(&place, order);
		found = without_numbers(all_happenings(&place));
		if (!first)
			first = json_incref(found);
		assert_true(json_equal(first, found));
		json_decref(found);
		place_remove(&place);
		while (i < COUNT_OF(papers) && c[i] >= i)
			c[i++] = 0;
		if (i == COUNT_OF(papers))
			break;
		size_t with = i % 2 ? c[i] : 0, kept = order[with];

		order[with] = order[i];
		order[i] = kept;
		c[i]++;
		i = 0;
	}
	json_decref(first);
}

static void the_best_telling_is_dated_before_it_is_sure(void **state)
{
	static const size_t order[] = {0, 1, 2, 3, 4};
	struct place place;
	json_t *found, *visit;
	char shown[512];

	(void)state;
	place_make(&place);
	write_in_order(&place, order);
	found = all_happenings(&place);
	visit = json_array_get(found, 0);
	assert_string_equal(json_string_value(json_object_get(visit, "date")), "2010-11-01");
	assert_string_equal(json_string_value(json_object_get(visit, "best")), "E5.1");
	assert_int_equal(
		json_integer_value(json_object_get(visit, "day")), chy_day_number(2010, 11, 1));
	assert_int_equal(json_integer_value(json_object_get(visit, "reports")), 2);
	snprintf(shown, sizeof(shown), "%s %s",
		json_string_value(json_array_get(json_object_get(visit, "sources"), 0)),
		json_string_value(json_array_get(json_object_get(visit, "sources"), 1)));
	assert_string_equal(shown, "Planalto Lusa");
	json_decref(found);
	place_remove(&place);
}

static void expect_together(const char *first, const char *second, size_t happenings)
{
	struct place place;
	json_t *found;

	place_make(&place);
	place_write(&place, first);
	place_write(&place, second);
	place_follow(&place, 0);
	found = all_happenings(&place);
	assert_int_equal(json_array_size(found), happenings);
	json_decref(found);
	place_remove(&place);
}

#define ONE(name, reported, event)                                                                 \
	"{\"add\":\"" name "\"," reported "\"source\":\"Lusa\",\"events\":[{" event "}]}"
#define ON(day) "\"date\":\"" day "\","
#define MEET "\"event\":\"CONSULT\","
#define AGREE "\"event\":\"AGREE\","

static void two_tellings_are_one_act_when_nothing_parts_them(void **state)
{
	static const struct {
		const char *first, *second;
		size_t happenings;
	} cases[] = {
		/* reported three days apart, four days apart */
		{ONE("a", ON("2013-11-01"), AGREE RUS_JPN),
			ONE("b", ON("2013-11-04"), AGREE RUS_JPN), 1},
		{ONE("a", ON("2013-11-01"), AGREE RUS_JPN),
			ONE("b", ON("2013-11-05"), AGREE RUS_JPN), 2},
		/* years later, of one day */
		{ONE("a", ON("2013-11-01"), AGREE RUS_JPN ",\"date\":\"2013-11-01\""),
			ONE("b", ON("2019-01-01"),
				AGREE RUS_JPN ",\"date\":\"2013-11-01\",\"aux\":\"historical\""),
			1},
		/* a month that holds the day */
		{ONE("a", ON("2013-11-01"), AGREE RUS_JPN ",\"date\":\"2013-11-01\""),
			ONE("b", ON("2014-01-01"), AGREE RUS_JPN ",\"date\":\"2013-11\""), 1},
		/* a report from before the day is of another act, but for the night */
		{ONE("a", ON("2013-11-09"), AGREE RUS_JPN ",\"date\":\"2013-11-09\""),
			ONE("b", ON("2013-11-08"), AGREE RUS_JPN), 1},
		{ONE("a", ON("2013-11-09"), AGREE RUS_JPN ",\"date\":\"2013-11-09\""),
			ONE("b", ON("2013-11-07"), AGREE RUS_JPN), 2},
		/* announced, and done */
		{ONE("a", ON("2013-11-01"), AGREE RUS_JPN),
			ONE("b", ON("2013-11-01"), AGREE RUS_JPN ",\"aux\":\"future\""), 2},
		/* one side and the other of a meeting, of a promise */
		{ONE("a", ON("2013-11-01"), MEET RUS_JPN),
			ONE("b", ON("2013-11-01"), MEET "\"actor\":[\"JPN\",\"RUS\"]"), 1},
		{ONE("a", ON("2013-11-01"), AGREE RUS_JPN),
			ONE("b", ON("2013-11-01"), AGREE "\"actor\":[\"JPN\",\"RUS\"]"), 2},
		/* neither dated nor reported */
		{ONE("a", "", AGREE RUS_JPN), ONE("b", "", AGREE RUS_JPN), 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect_together(cases[i].first, cases[i].second, cases[i].happenings);
}

static void events_of_one_document_are_different_acts(void **state)
{
	static const char talks[] = "\"cameo\":\"0331\"", terror[] = "\"cameo\":\"033\"";
	char both[512], one[256];
	struct place place;
	json_t *found;
	char shown[256];

	(void)state;
	snprintf(both, sizeof(both),
		"{\"add\":\"a\",\"date\":\"2013-11-01\",\"events\":[{" AGREE RUS_JPN
		",%s},{" AGREE RUS_JPN ",%s}]}",
		talks, terror);
	snprintf(one, sizeof(one),
		"{\"add\":\"b\",\"date\":\"2013-11-02\",\"events\":[{" AGREE RUS_JPN ",%s}]}",
		terror);
	place_make(&place);
	place_write(&place, one);
	place_write(&place, both);
	place_follow(&place, 0);
	found = all_happenings(&place);
	assert_string_equal(
		listed(found, "events", shown, sizeof(shown)), "[\"E5.1\"] [\"E5.2\",\"E3.1\"]");
	json_decref(found);
	place_remove(&place);
}

static void a_promise_is_kept_whoever_tells_it(void **state)
{
	struct place place;
	json_t *found;
	char shown[256];

	(void)state;
	place_make(&place);
	place_write(&place, ONE("a", ON("2013-11-01"), AGREE RUS_JPN ",\"confidence\":0.9"));
	place_write(&place,
		ONE("b", ON("2013-11-02"), AGREE RUS_JPN ",\"confidence\":0.2,\"due\":\"2014\""));
	place_follow(&place, 0);
	found = all_happenings(&place);
	assert_string_equal(listed(found, "due", shown, sizeof(shown)), "2014");
	assert_string_equal(listed(found, "best", shown, sizeof(shown)), "E3.1");
	json_decref(found);
	place_remove(&place);
}

static void a_vague_date_stays_apart_from_several_acts(void **state)
{
	(void)state;
	expect_together(
		ONE("a", ON("2013-11-01"), AGREE RUS_JPN ",\"date\":\"2013-11-01\"") "\n" ONE(
			"b", ON("2013-12-01"), AGREE RUS_JPN ",\"date\":\"2013-12-01\""),
		ONE("c", ON("2014-01-01"), AGREE RUS_JPN ",\"date\":\"2013\"") "\n" ONE(
			"d", ON("2014-02-01"), AGREE RUS_JPN ",\"date\":\"2013\""),
		3);
}

static void no_two_happenings_share_a_name(void **state)
{
	static const char undated[] =
		"{\"add\":\"u\",\"events\":[{\"event\":\"CONSULT\"," RUS_JPN "}]}\n"
		"{\"add\":\"v\",\"events\":[{\"event\":\"CONSULT\"," RUS_JPN "}]}\n";
	static const size_t order[] = {0, 1, 2, 3, 4};
	struct place place;
	json_t *found;

	(void)state;
	place_make(&place);
	place_write(&place, undated);
	write_in_order(&place, order);
	found = all_happenings(&place);
	assert_int_equal(json_array_size(found), 7);
	for (size_t i = 0; i < json_array_size(found); i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(json_string_value(json_object_get(
							json_array_get(found, i), "happening")),
				json_string_value(
					json_object_get(json_array_get(found, j), "happening")));
	json_decref(found);
	place_remove(&place);
}

static json_t *heat(const char *day, double score, const char *aux)
{
	struct chy_edtf date;
	int64_t first, last;

	assert_int_equal(chy_edtf_parse(chy_str_from(day), &date), 0);
	chy_edtf_bounds(&date, &first, &last);
	return json_pack("{s:I, s:f, s:s?}", "day", (json_int_t)first, "score", score, "aux", aux);
}

static void temperature_halves_with_every_half_life(void **state)
{
	int64_t day = chy_day_number(2014, 1, 1);
	json_t *conflict = json_pack("[o]", heat("2014-01-01", -8, NULL));

	(void)state;
	assert_true(chy_temperature(conflict, day) == 8);
	assert_true(chy_temperature(conflict, day + CHY_HALF_LIFE) == 4);
	assert_true(chy_temperature(conflict, day + 3 * CHY_HALF_LIFE) == 1);
	json_decref(conflict);
}

static void what_did_not_happen_warms_nothing(void **state)
{
	int64_t day = chy_day_number(2014, 1, 1);
	json_t *quiet = json_pack("[o, o, o]", heat("2014-01-01", -8, "negation"),
		heat("2014-01-01", -8, "hypothetical"), heat("2014-01-02", -8, NULL));

	(void)state;
	assert_true(chy_temperature(quiet, day) == 0);
	json_decref(quiet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(papers_that_tell_one_act_are_one_happening),
		cmocka_unit_test(the_order_of_arrival_changes_nothing),
		cmocka_unit_test(the_best_telling_is_dated_before_it_is_sure),
		cmocka_unit_test(two_tellings_are_one_act_when_nothing_parts_them),
		cmocka_unit_test(events_of_one_document_are_different_acts),
		cmocka_unit_test(a_promise_is_kept_whoever_tells_it),
		cmocka_unit_test(a_vague_date_stays_apart_from_several_acts),
		cmocka_unit_test(no_two_happenings_share_a_name),
		cmocka_unit_test(temperature_halves_with_every_half_life),
		cmocka_unit_test(what_did_not_happen_warms_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
