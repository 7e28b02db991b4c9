/* What becomes of promises: each story is a few documents, and the state of
 * what they promise on some day. */
#include "chancery/edtf.h"
#include "place.h"

#define WITH_JPN "\"actor\":[\"RUS\",\"JPN\"]"
#define PROMISE(name, day, due)                                                                    \
	"{\"add\":\"" name "\",\"date\":\"" day "\",\"events\":[{\"event\":\"AGREE\","             \
	"\"cameo\":\"036\"," WITH_JPN ",\"due\":\"" due "\"}]}"
#define MEETING(name, day)                                                                         \
	"{\"add\":\"" name "\",\"date\":\"" day "\",\"events\":[{\"event\":\"CONSULT\"," WITH_JPN  \
	"}]}"
#define CALLED_OFF(name, day)                                                                      \
	"{\"add\":\"" name "\",\"date\":\"" day "\",\"events\":[{\"event\":\"REJECT\","            \
	"\"mode\":\"meet\",\"cameo\":\"124\",\"actor\":[\"RUS\"],\"recipient\":[\"JPN\"]}]}"

#define ACT(name, day, category, cameo, more)                                                      \
	"{\"add\":\"" name "\",\"date\":\"" day "\",\"events\":[{\"event\":\"" category            \
	"\",\"cameo\":\"" cameo "\",\"actor\":[\"FRA\"],\"recipient\":[\"MLI\"]" more "}]}"

static json_t *promises_as_of(
	const struct place *place, uint64_t as_of, int year, unsigned month, unsigned states)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct chy_fault fault;
	struct chy_view *view;
	json_t *out;

	filter.states = states;
	filter.as_of = as_of;
	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(
		chy_view_commitments(view, &filter, chy_day_number(year, month, 1), &out, &fault),
		0);
	chy_view_close(view);
	return out;
}

static json_t *promises_on(const struct place *place, int year, unsigned month, unsigned states)
{
	return promises_as_of(place, 0, year, month, states);
}

/* The record before the last, as of which promises are judged anew. */
static uint64_t record_before(const struct place *place)
{
	struct chy_fault fault;
	struct chy_view *view;
	uint64_t last;

	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(chy_view_position(view, &last, &fault), 0);
	chy_view_close(view);
	return last - 1;
}

/* The states on the first of a month, in order of the terms, as they are kept and
 * as they are judged. */
static void assert_states(const struct place *place, int year, unsigned month, const char *expected)
{
	const uint64_t moments[] = {0, record_before(place)};

	for (size_t i = 0; i < COUNT_OF(moments); i++) {
		json_t *found = promises_as_of(place, moments[i], year, month, 0);
		char shown[256];

		assert_string_equal(listed(found, "state", shown, sizeof(shown)), expected);
		json_decref(found);
	}
}

/* Documents, and another that tells nothing: as of the record before it all is
 * known. */
static void write(struct place *place, const char *const *documents, size_t n)
{
	place_make(place);
	for (size_t i = 0; i < n; i++)
		place_write(place, documents[i]);
	place_write(place, "{\"add\":\"z\",\"date\":\"2013-01-01\",\"events\":[]}");
	place_follow(place, 0);
}

static void a_promise_is_pending_then_overdue_then_kept_late(void **state)
{
	static const char *const documents[] = {
		PROMISE("a", "2014-01-10", "2014-03"), MEETING("b", "2014-05-20")};
	struct place place;

	(void)state;
	write(&place, documents, COUNT_OF(documents));
	assert_states(&place, 2014, 1, "");
	assert_states(&place, 2014, 3, "pending");
	assert_states(&place, 2014, 5, "overdue");
	assert_states(&place, 2014, 6, "kept-late");
	place_remove(&place);
}

static void who_calls_a_meeting_off_withdraws_the_promise_of_it(void **state)
{
	static const char *const documents[] = {
		PROMISE("a", "2014-01-10", "2014-03"), CALLED_OFF("b", "2014-02-20")};
	struct place place;

	(void)state;
	write(&place, documents, COUNT_OF(documents));
	assert_states(&place, 2014, 2, "pending");
	assert_states(&place, 2014, 6, "withdrawn");
	place_remove(&place);
}

static void what_is_delivered_early_is_kept(void **state)
{
	static const char *const documents[] = {
		ACT("a", "2016-02-10", "AID", "070", ",\"due\":\"2016-06-30\",\"aux\":\"future\""),
		ACT("b", "2016-04-10", "AID", "070", "")};
	struct place place;

	(void)state;
	write(&place, documents, COUNT_OF(documents));
	assert_states(&place, 2016, 4, "pending");
	assert_states(&place, 2016, 7, "kept");
	place_remove(&place);
}

static void a_treaty_signed_before_the_day_is_kept_and_praise_keeps_nothing(void **state)
{
	static const char *const documents[] = {
		ACT("a", "2016-01-10", "AGREE", "030", ",\"due\":\"2016-05-01\""),
		ACT("b", "2016-02-10", "SUPPORT", "051", ""),
		ACT("c", "2016-03-15", "SUPPORT", "057", "")};
	struct place place;

	(void)state;
	write(&place, documents, COUNT_OF(documents));
	assert_states(&place, 2016, 3, "pending");
	assert_states(&place, 2016, 4, "kept");
	place_remove(&place);
}

static void a_meeting_before_the_term_is_another(void **state)
{
	static const char *const documents[] = {
		PROMISE("a", "2014-01-10", "2014-06"), MEETING("b", "2014-03-20")};
	struct place place;

	(void)state;
	write(&place, documents, COUNT_OF(documents));
	assert_states(&place, 2014, 5, "pending");
	assert_states(&place, 2014, 8, "overdue");
	place_remove(&place);
}

static void another_that_calls_it_off_breaks_it(void **state)
{
	static const char *const documents[] = {
		"{\"add\":\"a\",\"date\":\"2014-01-10\",\"events\":[{\"event\":\"AGREE\","
		"\"cameo\":\"036\",\"actor\":[\"JPN\"],\"recipient\":[\"RUS\"],\"due\":\"2014-03\"}"
		"]}",
		CALLED_OFF("b", "2014-02-20")};
	struct place place;

	(void)state;
	write(&place, documents, COUNT_OF(documents));
	assert_states(&place, 2014, 6, "broken");
	place_remove(&place);
}

static void a_rejection_of_something_breaks_nothing(void **state)
{
	static const char *const documents[] = {PROMISE("a", "2014-01-10", "2014-03"),
		"{\"add\":\"b\",\"date\":\"2014-02-20\",\"events\":[{\"event\":\"REJECT\","
		"\"cameo\":\"120\",\"actor\":[\"RUS\"],\"recipient\":[\"JPN\"]}]}"};
	struct place place;

	(void)state;
	write(&place, documents, COUNT_OF(documents));
	assert_states(&place, 2014, 6, "overdue");
	place_remove(&place);
}

static void a_later_promise_stands_for_the_earlier_from_its_day_on(void **state)
{
	static const char *const documents[] = {PROMISE("a", "2014-01-10", "2014-03"),
		PROMISE("b", "2014-05-10", "2014-07"), MEETING("c", "2014-07-05")};
	struct place place;
	json_t *found;

	(void)state;
	write(&place, documents, COUNT_OF(documents));
	assert_states(&place, 2014, 5, "overdue");
	assert_states(&place, 2014, 6, "renewed pending");
	assert_states(&place, 2014, 9, "renewed kept");
	found = promises_on(&place, 2014, 9, 1u << CHY_PROMISE_KEPT);
	assert_int_equal(json_array_size(found), 1);
	assert_int_equal(json_array_size(json_object_get(json_array_get(found, 0), "renews")), 1);
	json_decref(found);
	place_remove(&place);
}

static void what_was_withdrawn_can_be_promised_anew(void **state)
{
	static const char *const documents[] = {PROMISE("a", "2014-01-10", "2014-03"),
		CALLED_OFF("b", "2014-02-20"), PROMISE("c", "2014-04-10", "2014-06")};
	struct place place;

	(void)state;
	write(&place, documents, COUNT_OF(documents));
	assert_states(&place, 2014, 4, "withdrawn");
	assert_states(&place, 2014, 5, "renewed pending");
	assert_states(&place, 2014, 8, "renewed overdue");
	place_remove(&place);
}

static void a_promise_of_another_renews_nothing(void **state)
{
	static const char *const documents[] = {PROMISE("a", "2014-01-10", "2014-03"),
		"{\"add\":\"b\",\"date\":\"2014-02-20\",\"events\":[{\"event\":\"AGREE\","
		"\"cameo\":\"036\",\"actor\":[\"RUS\"],\"recipient\":[\"JPN\"],\"due\":\"2014-08\"}"
		"]}"};
	struct place place;

	(void)state;
	write(&place, documents, COUNT_OF(documents));
	assert_states(&place, 2014, 6, "overdue pending");
	place_remove(&place);
}

static void a_meeting_that_is_taken_back_keeps_nothing(void **state)
{
	static const char *const documents[] = {PROMISE("a", "2014-01-10", "2014-03"),
		MEETING("b", "2014-03-05"), MEETING("c", "2014-04-20"), "{\"withdraw\":\"b\"}"};
	struct place place;

	(void)state;
	write(&place, documents, COUNT_OF(documents));
	assert_states(&place, 2014, 4, "overdue");
	assert_states(&place, 2014, 5, "kept-late");
	place_remove(&place);
}

static void what_one_side_promises_alone_it_keeps_itself(void **state)
{
	static const char *const documents[] = {
		"{\"add\":\"a\",\"date\":\"2016-02-10\",\"events\":[{\"event\":\"AID\","
		"\"cameo\":\"070\",\"actor\":[\"FRA\"],\"aux\":\"future\",\"due\":\"2016-06-30\"}"
		"]}",
		"{\"add\":\"b\",\"date\":\"2016-03-10\",\"events\":[{\"event\":\"AID\","
		"\"cameo\":\"070\",\"actor\":[\"MLI\"],\"recipient\":[\"FRA\"]}]}",
		ACT("c", "2016-05-10", "AID", "070", "")};
	struct place place;

	(void)state;
	write(&place, documents, COUNT_OF(documents));
	assert_states(&place, 2016, 5, "pending");
	assert_states(&place, 2016, 7, "kept");
	place_remove(&place);
}

/* Which act settled each promise, as it was at a record, or now. */
static void settled_by(const struct place *place, uint64_t as_of, char *out, size_t size)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct chy_fault fault;
	struct chy_view *view;
	json_t *found, *by;

	filter.as_of = as_of;
	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(
		chy_view_commitments(view, &filter, chy_day_number(2017, 1, 1), &found, &fault), 0);
	chy_view_close(view);
	assert_int_equal(json_array_size(found), 1);
	by = json_object_get(json_array_get(found, 0), "by");
	snprintf(out, size, "%s", json_string_value(json_object_get(by, "best")));
	json_decref(found);
}

static void of_acts_of_one_day_the_same_keeps_it_now_and_as_of_then(void **state)
{
	static const char *const documents[] = {
		ACT("a", "2016-01-10", "AGREE", "030", ",\"due\":\"2016-06\""),
		ACT("b", "2016-06-10", "AID", "070", ""),
		ACT("c", "2016-06-10", "SUPPORT", "051", ""),
		ACT("d", "2016-06-10", "CONCEDE", "080", ""),
		ACT("e", "2016-06-10", "RETREAT", "087", ""),
		ACT("f", "2016-06-10", "COOPERATE", "060", ""),
		ACT("g", "2016-06-10", "CONSULT", "040", "")};
	char now[32], then[32];
	struct place place;

	(void)state;
	write(&place, documents, COUNT_OF(documents));
	settled_by(&place, 0, now, sizeof(now));
	settled_by(&place, record_before(&place), then, sizeof(then));
	assert_string_equal(now, then);
	place_remove(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_promise_is_pending_then_overdue_then_kept_late),
		cmocka_unit_test(who_calls_a_meeting_off_withdraws_the_promise_of_it),
		cmocka_unit_test(what_is_delivered_early_is_kept),
		cmocka_unit_test(a_treaty_signed_before_the_day_is_kept_and_praise_keeps_nothing),
		cmocka_unit_test(a_meeting_before_the_term_is_another),
		cmocka_unit_test(another_that_calls_it_off_breaks_it),
		cmocka_unit_test(a_rejection_of_something_breaks_nothing),
		cmocka_unit_test(a_later_promise_stands_for_the_earlier_from_its_day_on),
		cmocka_unit_test(what_was_withdrawn_can_be_promised_anew),
		cmocka_unit_test(a_promise_of_another_renews_nothing),
		cmocka_unit_test(a_meeting_that_is_taken_back_keeps_nothing),
		cmocka_unit_test(what_one_side_promises_alone_it_keeps_itself),
		cmocka_unit_test(of_acts_of_one_day_the_same_keeps_it_now_and_as_of_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
