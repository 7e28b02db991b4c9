/* Disputes that analysts declare. */
#include "place.h"

static const char history[] =
	"{\"add\":\"one\",\"title\":\"O lago\",\"date\":\"2013-11-02\",\"events\":["
	" {\"event\":\"ACCUSE\",\"actor\":[\"MWI\"],\"recipient\":[\"TZA\"],"
	"  \"sentence\":\"O Malawi acusou a Tanz\\u00e2nia por causa do LAGO Niassa.\"},"
	" {\"event\":\"ACCUSE\",\"actor\":[\"TZA\"],\"recipient\":[\"MWI\"],"
	"  \"sentence\":\"A Tanz\\u00e2nia acusou o Malawi de lagos e m\\u00e1s "
	"inten\\u00e7\\u00f5es.\"},"
	" {\"event\":\"ACCUSE\",\"actor\":[\"MWI\"],\"recipient\":[\"MOZ\"],"
	"  \"sentence\":\"O Malawi acusou Mo\\u00e7ambique no lago Niassa.\"}]}\n";
static const char declaration[] =
	"{\"declare\":{\"dispute\":\"lake-malawi\",\"name\":{\"en\":\"Lake\"},"
	"\"parties\":[\"MWI\",\"TZA\"],\"terms\":[\"lago ni\\u00e1ssa\"],\"author\":\"x\"}}\n";

static struct place place;

static int set_up(void **state)
{
	(void)state;
	place_make(&place);
	place_write(&place, history);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	place_remove(&place);
	return 0;
}

static json_t *in_force(uint64_t as_of)
{
	struct chy_view *view;
	struct chy_fault fault;
	json_t *out;

	assert_int_equal(chy_view_open(place.directory, &view, &fault), 0);
	assert_int_equal(chy_view_declared(view, as_of, &out, &fault), 0);
	chy_view_close(view);
	return out;
}

/* The events of the one dispute that is declared. */
static void expect(uint64_t as_of, const char *ids)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	json_t *declared = in_force(as_of), *events, *happenings;
	char shown[256];

	assert_int_equal(json_array_size(declared), 1);
	filter.dispute = chy_json_str(json_array_get(declared, 0), "key");
	filter.as_of = as_of;
	events = place_events(&place, &filter);
	assert_string_equal(listed(events, "id", shown, sizeof(shown)), ids);
	happenings = place_happenings(&place, &filter);
	assert_string_equal(listed(happenings, "best", shown, sizeof(shown)), ids);
	json_decref(happenings);
	json_decref(events);
	json_decref(declared);
}

static void what_was_told_before_belongs_by_parties_and_words(void **state)
{
	(void)state;
	place_write(&place, declaration);
	place_follow(&place, 0);
	expect(0, "E3.1");
}

static void a_title_tells_what_its_sentences_are_about(void **state)
{
	(void)state;
	place_write(&place,
		"{\"declare\":{\"dispute\":\"lake-malawi\",\"parties\":[\"MWI\",\"TZA\"],"
		"\"terms\":[\"Lago\"],\"author\":\"x\"}}\n");
	place_follow(&place, 0);
	expect(0, "E3.1 E3.2");
}

static void without_terms_all_between_its_parties_belongs(void **state)
{
	(void)state;
	place_write(&place,
		"{\"declare\":{\"dispute\":\"lake-malawi\",\"parties\":[\"MWI\",\"TZA\","
		"\"MOZ\"],\"terms\":[],\"author\":\"x\"}}\n");
	place_follow(&place, 0);
	expect(0, "E3.1 E3.2 E3.3");
}

static void what_is_told_later_belongs_too(void **state)
{
	(void)state;
	place_write(&place, declaration);
	place_write(&place,
		"{\"add\":\"two\",\"title\":\"Lago Niassa: nota\",\"date\":\"2013-11-05\","
		"\"events\":[{\"event\":\"AID\",\"actor\":[\"TZA\"],\"recipient\":["
		"\"MWI\"],\"sentence\":\"A ajuda chegou.\"}]}\n");
	place_follow(&place, 0);
	expect(0, "E3.1 E6.1");
}

static void a_later_declaration_supersedes_and_the_earlier_stays_known(void **state)
{
	json_t *none;

	(void)state;
	place_write(&place, declaration);
	place_write(&place,
		"{\"declare\":{\"dispute\":\"lake-malawi\",\"parties\":[\"MWI\",\"MOZ\"],"
		"\"terms\":[\"niassa\"],\"author\":\"x\"}}\n");
	place_write(&place,
		"{\"declare\":{\"dispute\":\"lake-malawi\",\"parties\":[\"MWI\",\"MOZ\"],"
		"\"terms\":[\"niassa\"],\"author\":\"x\",\"withdrawn\":true}}\n");
	place_follow(&place, 0);
	none = in_force(3);
	assert_int_equal(json_array_size(none), 0);
	json_decref(none);
	expect(4, "E3.1");
	expect(5, "E3.3");
	none = in_force(0);
	assert_int_equal(json_array_size(none), 0);
	json_decref(none);
}

static void events_and_happenings_show_what_they_belong_to(void **state)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	json_t *found;
	char shown[256];

	(void)state;
	place_write(&place, declaration);
	place_follow(&place, 0);
	found = place_events(&place, &filter);
	assert_string_equal(
		listed(found, "dispute", shown, sizeof(shown)), "[\"lake-malawi\"] [] []");
	json_decref(found);
	found = place_happenings(&place, &filter);
	assert_string_equal(
		listed(found, "dispute", shown, sizeof(shown)), "[\"lake-malawi\"] [] []");
	json_decref(found);
	filter.as_of = 3;
	found = place_happenings(&place, &filter);
	assert_string_equal(listed(found, "dispute", shown, sizeof(shown)), "[] [] []");
	json_decref(found);
}

static void an_id_that_is_none_declares_nothing(void **state)
{
	json_t *none;

	(void)state;
	place_write(&place, "{\"declare\":{\"dispute\":\"a@b]\",\"parties\":[\"MWI\",\"TZA\"],"
			    "\"author\":\"x\"}}\n");
	place_follow(&place, 0);
	none = in_force(0);
	assert_int_equal(json_array_size(none), 0);
	json_decref(none);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_was_told_before_belongs_by_parties_and_words),
		CASE(a_title_tells_what_its_sentences_are_about),
		CASE(without_terms_all_between_its_parties_belongs),
		CASE(what_is_told_later_belongs_too),
		CASE(a_later_declaration_supersedes_and_the_earlier_stays_known),
		CASE(events_and_happenings_show_what_they_belong_to),
		CASE(an_id_that_is_none_declares_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
