#include "chancery/edtf.h"
#include "chancery/error.h"
#include "test.h"

static void a_time_is_read_and_written(void **state)
{
	static const struct {
		const char *given, *written;
	} cases[] = {
		{"2026-11-23T15:48:58.123456Z", "2026-11-23T15:48:58.123456Z"},
		{"2026-11-23", "2026-11-23T00:00:00.000000Z"},
		{"2026-11-23T15:48", "2026-11-23T15:48:00.000000Z"},
		{"2026-11-23 15:48:58", "2026-11-23T15:48:58.000000Z"},
		{"2026-11-23T15:48:58.5Z", "2026-11-23T15:48:58.500000Z"},
		{"2026-11-23T15:48:58+01:00", "2026-11-23T14:48:58.000000Z"},
		{"2026-11-23T23:48:58-0300", "2026-11-24T02:48:58.000000Z"},
		{"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t time;
		char out[CHY_TIME_SIZE];

		assert_int_equal(chy_time_parse(chy_str_from(cases[i].given), &time), 0);
		assert_string_equal(chy_time_format(time, out), cases[i].written);
	}
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const texts[] = {"", "2026", "2026-11", "2026-02-30", "2026-11-23T",
		"2026-11-23T25:00", "2026-11-23T15:61", "2026-11-23T15:48:58.Z", "2026-11-23Tx",
		"2026-11-23T15:48:58+1", "yesterday!!", "2026-11-23T15:48:58Zz"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		int64_t time;

		assert_int_equal(chy_time_parse(chy_str_from(texts[i]), &time), CHY_EINPUT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_read_and_written),
		cmocka_unit_test(what_is_no_time_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
