#include "chancery/json.h"

#include <math.h>

#include "test.h"

static void canonical_form_is_sorted_and_bare(void **state)
{
	static const struct {
		const char *given, *canonical;
	} cases[] = {
		{"{\"b\": 1, \"a\": [true, null, false]}", "{\"a\":[true,null,false],\"b\":1}"},
		{"{\"\\u00e9\":1,\"z\":2}", "{\"z\":2,\"é\":1}"},
		{"[0.1, 1.0, 1e300, -0.0, 100000.5]", "[0.1,1.0,1e+300,-0.0,100000.5]"},
		{"[0.30000000000000004]", "[0.30000000000000004]"},
		{"\"a\\/b\\u0001\\n\\\"\\\\\"", "\"a/b\\u0001\\n\\\"\\\\\""},
		{"{}", "{}"},
		{"[]", "[]"},
		{"[9007199254740993]", "[9007199254740993]"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct chy_buffer out;
		json_t *value;

		chy_buffer_init(&out);
		assert_int_equal(
			chy_json_parse(cases[i].given, strlen(cases[i].given), &value, NULL), 0);
		assert_int_equal(chy_json_canonical(value, &out), 0);
		assert_string_equal(out.data, cases[i].canonical);
		json_decref(value);
		chy_buffer_fini(&out);
	}
}

static void malformed_text_is_refused_with_its_place(void **state)
{
	static const char *const texts[] = {"", "{", "{\"a\":1,\"a\":2}", "[1,]", "1 2",
		"\"\\u0000\"", "\"\xff\"", "nul", "{\"a\" 1}"};
	struct chy_fault fault;
	json_t *value = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		assert_int_equal(
			chy_json_parse(texts[i], strlen(texts[i]), &value, &fault), CHY_EINPUT);
		assert_int_equal(fault.code, CHY_EINPUT);
		assert_true(fault.detail[0] != '\0');
		assert_null(value);
	}
	chy_json_parse("[1, 2, x]", 9, &value, &fault);
	assert_in_range(fault.at, 7, 9);
}

static void a_deep_text_is_refused(void **state)
{
	static char deep[200000];
	struct chy_fault fault;
	json_t *value;

	(void)state;
	memset(deep, '[', sizeof(deep));
	assert_int_equal(chy_json_parse(deep, sizeof(deep), &value, &fault), CHY_EINPUT);
}

static void what_json_cannot_hold_is_refused(void **state)
{
	struct chy_buffer out;

	(void)state;
	chy_buffer_init(&out);
	assert_int_equal(chy_json_canonical(NULL, &out), CHY_EINPUT);
	chy_buffer_fini(&out);
}

static void members_are_read_as_views(void **state)
{
	json_t *object = json_pack("{s:s, s:i}", "title", "Acordo", "n", 3);

	(void)state;
	assert_true(chy_str_is(chy_json_str(object, "title"), "Acordo"));
	assert_null(chy_json_str(object, "n").data);
	assert_null(chy_json_str(object, "absent").data);
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical_form_is_sorted_and_bare),
		cmocka_unit_test(malformed_text_is_refused_with_its_place),
		cmocka_unit_test(a_deep_text_is_refused),
		cmocka_unit_test(what_json_cannot_hold_is_refused),
		cmocka_unit_test(members_are_read_as_views),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
