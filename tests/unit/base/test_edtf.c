#include "chancery/edtf.h"

#include "chancery/error.h"
#include "test.h"

static void what_is_well_formed_is_read_and_written_back(void **state)
{
	static const char *const texts[] = {"2013", "2013-11", "2013-11-03", "2012-02-29",
		"2014-21", "2014-24", "0001", "-0043-03-15", "2013~", "2013-11?", "2013-11-03%",
		"2014-01-21/2014-02-10", "2013/..", "../2013", "2013/", "/2013-11-03", "2013/2013"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct chy_edtf date;
		char out[CHY_EDTF_SIZE];

		assert_int_equal(chy_edtf_parse(chy_str_from(texts[i]), &date), 0);
		assert_string_equal(chy_edtf_format(&date, out), texts[i]);
	}
}

static void what_is_malformed_is_refused(void **state)
{
	static const char *const texts[] = {"", "13", "2013-1", "2013-13", "2013-00", "2013-02-30",
		"2013-02-29", "2014-21-01", "2014-25", "2013-11-03T10:00", "2013-11-0a", "2013!",
		"2014/2013", "/", "../..", "2013/2014/2015", "-0000", " 2013", "2013-11-3",
		"2013-"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct chy_edtf date;

		assert_int_equal(chy_edtf_parse(chy_str_from(texts[i]), &date), CHY_EINPUT);
	}
}

static void bounds_are_first_and_last_day(void **state)
{
	static const struct {
		const char *date, *first, *last;
	} cases[] = {
		{"2013", "2013-01-01", "2013-12-31"},
		{"2012-02", "2012-02-01", "2012-02-29"},
		{"2013-11-03", "2013-11-03", "2013-11-03"},
		{"2014-21", "2014-03-01", "2014-05-31"},
		{"2014-24", "2014-12-01", "2015-02-28"},
		{"2015-24", "2015-12-01", "2016-02-29"},
		{"2014-01-21/2014-02-10", "2014-01-21", "2014-02-10"},
		{"2013/2014-02", "2013-01-01", "2014-02-28"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct chy_edtf date = {0}, first = {0}, last = {0};
		int64_t from, to, day, ignored;

		assert_int_equal(chy_edtf_parse(chy_str_from(cases[i].date), &date), 0);
		assert_int_equal(chy_edtf_parse(chy_str_from(cases[i].first), &first), 0);
		assert_int_equal(chy_edtf_parse(chy_str_from(cases[i].last), &last), 0);
		chy_edtf_bounds(&date, &from, &to);
		chy_edtf_bounds(&first, &day, &ignored);
		assert_int_equal(from, day);
		chy_edtf_bounds(&last, &day, &ignored);
		assert_int_equal(to, day);
	}
}

static void open_ends_reach_for_ever(void **state)
{
	struct chy_edtf date;
	int64_t first, last;

	(void)state;
	assert_int_equal(chy_edtf_parse(CHY_STR("2013/.."), &date), 0);
	chy_edtf_bounds(&date, &first, &last);
	assert_true(first == chy_day_number(2013, 1, 1));
	assert_true(last == INT64_MAX);
}

static void days_are_counted_as_the_calendar_does(void **state)
{
	struct chy_date date;

	(void)state;
	assert_int_equal(chy_day_number(1970, 1, 1), 0);
	assert_int_equal(chy_day_number(2000, 3, 1), 11017);
	assert_int_equal(chy_day_number(1969, 12, 31), -1);
	for (int64_t day = -800000; day < 80000; day += 13) {
		chy_day_to_date(day, &date);
		assert_int_equal(chy_day_number(date.year, date.month, date.day), day);
	}
}

static void weekdays_are_numbered_from_monday(void **state)
{
	(void)state;
	assert_int_equal(chy_weekday(chy_day_number(2013, 11, 3)), 7);
	assert_int_equal(chy_weekday(chy_day_number(2026, 11, 23)), 1);
	assert_int_equal(chy_weekday(chy_day_number(1945, 5, 8)), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_well_formed_is_read_and_written_back),
		cmocka_unit_test(what_is_malformed_is_refused),
		cmocka_unit_test(bounds_are_first_and_last_day),
		cmocka_unit_test(open_ends_reach_for_ever),
		cmocka_unit_test(days_are_counted_as_the_calendar_does),
		cmocka_unit_test(weekdays_are_numbered_from_monday),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
