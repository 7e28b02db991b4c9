/* Which events an answer holds. */
#include "chancery/edtf.h"
#include "place.h"

/* Records: 1 the archive; then two for each document that is added. */
static const char history[] =
	"{\"add\":\"one\",\"date\":\"2013-11-02\",\"source\":\"Lusa\",\"events\":["
	" {\"event\":\"AGREE\",\"actor\":[\"JPN\",\"RUS\"],\"dispute\":[\"kuril-islands\"],"
	"  \"due\":\"2014\",\"score\":4,\"confidence\":0.9},"
	" {\"event\":\"ACCUSE\",\"actor\":[\"RUS\"],\"recipient\":[\"USA\"],\"date\":\"2013-10-"
	"30\"}]}\n"
	"{\"add\":\"two\",\"date\":\"2013-11-05\",\"source\":\"Brics Post\",\"language\":\"en\","
	" \"events\":[{\"event\":\"CONSULT\",\"actor\":[\"JPN\"],\"recipient\":[\"RUS\"],"
	"  \"place\":\"Tokyo\",\"aux\":\"future\",\"date\":\"2013-12\"}]}\n"
	"{\"add\":\"three\",\"date\":\"2012-01-01\",\"source\":\"Lusa\",\"events\":["
	" {\"event\":\"ACCUSE\",\"actor\":[\"USA\"],\"recipient\":[\"IRN\"]}]}\n";

static struct place place;

static int set_up(void **state)
{
	(void)state;
	place_make(&place);
	place_write(&place, history);
	place_follow(&place, 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	place_remove(&place);
	return 0;
}

static void expect(const struct chy_event_filter *filter, const char *ids)
{
	json_t *events = place_events(&place, filter);
	char shown[256];

	assert_string_equal(listed(events, "id", shown, sizeof(shown)), ids);
	json_decref(events);
}

static void all_events_come_in_order_of_day(void **state)
{
	const struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;

	(void)state;
	expect(&filter, "E7.1 E3.2 E3.1 E5.1");
}

static void each_filter_leaves_what_it_asks_for(void **state)
{
	struct chy_event_filter filters[14];
	static const char *const ids[14] = {"E3.2 E3.1", "E7.1", "E3.1 E5.1", "E3.2", "E7.1 E3.2",
		"E3.1", "E5.1", "E5.1", "E7.1 E3.2 E3.1", "E5.1", "E3.1", "E3.1", "E3.2 E3.1",
		"E7.1"};

	(void)state;
	for (size_t i = 0; i < 14; i++)
		filters[i] = CHY_EVENT_FILTER_ALL;
	filters[0].actor = CHY_STR("RUS");
	filters[1].recipient = CHY_STR("IRN");
	filters[2].between[0] = CHY_STR("RUS");
	filters[2].between[1] = CHY_STR("JPN");
	filters[3].between[0] = CHY_STR("USA");
	filters[3].between[1] = CHY_STR("RUS");
	filters[4].category = CHY_STR("ACCUSE");
	filters[5].dispute = CHY_STR("kuril-islands");
	filters[6].place = CHY_STR("Tokyo");
	filters[7].language = CHY_STR("en");
	filters[8].source = CHY_STR("Lusa");
	filters[9].aux = CHY_STR("future");
	filters[10].min_confidence = 0.8;
	filters[11].with_due = true;
	filters[12].first_day = chy_day_number(2013, 10, 1);
	filters[12].last_day = chy_day_number(2013, 11, 30);
	filters[13].limit = 1;
	for (size_t i = 0; i < 14; i++)
		expect(&filters[i], ids[i]);
}

static void a_code_is_not_the_beginning_of_another(void **state)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;

	(void)state;
	filter.actor = CHY_STR("RU");
	expect(&filter, "");
}

static void an_event_tells_its_document(void **state)
{
	const struct chy_event_filter filter = {
		.category = CHY_STR("CONSULT"), .first_day = INT64_MIN, .last_day = INT64_MAX};
	json_t *events = place_events(&place, &filter), *event = json_array_get(events, 0);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(event, "document")),
		script_document(place.script, "two"));
	assert_string_equal(json_string_value(json_object_get(event, "source")), "Brics Post");
	assert_string_equal(json_string_value(json_object_get(event, "reported")), "2013-11-05");
	assert_null(json_object_get(event, "until"));
	json_decref(events);
}

static void an_event_is_found_by_its_id(void **state)
{
	static const struct {
		const char *id;
		int result;
	} cases[] = {{"E3.1", 0}, {"e3.2", 0}, {"E3.3", CHY_NOT_FOUND}, {"E99.1", CHY_NOT_FOUND},
		{"E3", CHY_EINPUT}, {"3.1", CHY_EINPUT}, {"E3.x", CHY_EINPUT}, {"", CHY_EINPUT},
		{"E0.1", CHY_EINPUT}, {"E3.0", CHY_EINPUT}, {"E3.1 ", CHY_EINPUT}};
	struct chy_view *view;
	struct chy_fault fault;

	(void)state;
	assert_int_equal(chy_view_open(place.directory, &view, &fault), 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		json_t *event = NULL;

		assert_int_equal(chy_view_event(view, chy_str_from(cases[i].id), &event, &fault),
			cases[i].result);
		json_decref(event);
	}
	chy_view_close(view);
}

static int stop_at_second(void *user, json_t *event)
{
	(void)event;
	return ++*(int *)user == 2 ? 7 : 0;
}

static void a_visitor_ends_the_walk(void **state)
{
	const struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct chy_view *view;
	struct chy_fault fault;
	int seen = 0;

	(void)state;
	assert_int_equal(chy_view_open(place.directory, &view, &fault), 0);
	assert_int_equal(chy_view_events(view, &filter, stop_at_second, &seen, &fault), 7);
	assert_int_equal(seen, 2);
	chy_view_close(view);
}

static void counts_are_of_everything(void **state)
{
	json_t *counts = place_counts(&place, 0);
	json_t *expected = json_pack("{s:i, s:i, s:i, s:i, s:i, s:I}", "documents", 3, "sightings",
		3, "rejected", 0, "events", 4, "withdrawn", 0, "last_day",
		(json_int_t)chy_day_number(2013, 11, 5));

	(void)state;
	assert_true(json_equal(counts, expected));
	json_decref(expected);
	json_decref(counts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_events_come_in_order_of_day),
		cmocka_unit_test(each_filter_leaves_what_it_asks_for),
		cmocka_unit_test(a_code_is_not_the_beginning_of_another),
		cmocka_unit_test(an_event_tells_its_document),
		cmocka_unit_test(an_event_is_found_by_its_id),
		cmocka_unit_test(a_visitor_ends_the_walk),
		cmocka_unit_test(counts_are_of_everything),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
