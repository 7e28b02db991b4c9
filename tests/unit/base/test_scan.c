#include "chancery/scan.h"

#include "chancery/json.h"
#include "test.h"

static const struct chy_value *scanned(struct chy_scan *scan, const char *text)
{
	const struct chy_value *value = NULL;

	assert_int_equal(chy_scan_read(scan, chy_str_from(text), &value), 0);
	assert_non_null(value);
	return value;
}

static void members_are_found_as_they_lie(void **state)
{
	struct chy_scan scan;
	const struct chy_value *root, *list;

	(void)state;
	chy_scan_init(&scan);
	root = scanned(&scan, " {\"a\":{\"b\":1},\"list\":[1,{\"b\":2},[]],\"n\":-2.5e1,\"t\":true,"
			      "\"w\":\"x\"} ");
	assert_int_equal(root->count, 5);
	assert_null(chy_value_member(root, "b")); /* it is the inner object's */
	assert_int_equal(chy_value_integer(chy_value_member(root, "a"), "b"), 1);
	assert_true(chy_value_number(root, "n") == -25.0);
	assert_true(chy_value_is_true(root, "t"));
	assert_true(chy_str_is(chy_value_str(root, "w"), "x"));
	assert_null(chy_value_str(root, "n").data);
	assert_true(chy_str_is(chy_value_raw(root, "list"), "[1,{\"b\":2},[]]"));
	assert_true(chy_str_is(chy_value_raw(root, "nothing"), "null"));
	list = chy_value_first(chy_value_member(root, "list"));
	list = chy_value_next(list);
	assert_int_equal(chy_value_integer(list, "b"), 2);
	list = chy_value_next(list);
	assert_null(chy_value_first(list));
	assert_null(chy_value_next(list));
	chy_scan_fini(&scan);
}

static void escapes_say_what_jansson_reads_in_them(void **state)
{
	static const char *const texts[] = {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u00e9\\u20ac\"",
		"\"x\\ud83d\\ude00y\"", "\"plain \xc3\xa9\"", "\"\""};
	struct chy_scan scan;

	(void)state;
	chy_scan_init(&scan);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const struct chy_value *value = scanned(&scan, texts[i]);
		json_t *known;

		assert_int_equal(chy_json_parse(texts[i], strlen(texts[i]), &known, NULL), 0);
		assert_int_equal(value->text.size, json_string_length(known));
		assert_memory_equal(value->text.data, json_string_value(known), value->text.size);
		json_decref(known);
	}
	chy_scan_fini(&scan);
}

static void what_is_no_json_is_refused(void **state)
{
	static const char *const texts[] = {"", " ", "{", "[1,]", "1 2", "nul", "{\"a\" 1}",
		"{\"a\":}", "[1", "{\"a\":1]", "\"", "\"\\", "\"\\u12\"", "\"\\ud800\"", "\"\\x\"",
		"{1:2}", "]", "{\"a\":1,}", "[,1]", "\"a\"b"};
	const struct chy_value *value;
	struct chy_buffer deep;
	struct chy_scan scan;

	(void)state;
	chy_scan_init(&scan);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_int_equal(chy_scan_read(&scan, chy_str_from(texts[i]), &value), CHY_EINPUT);
	chy_buffer_init(&deep);
	for (int i = 0; i < 65; i++)
		chy_buffer_add_char(&deep, '[');
	for (int i = 0; i < 65; i++)
		chy_buffer_add_char(&deep, ']');
	assert_int_equal(
		chy_scan_read(&scan, (struct chy_str){deep.data, deep.size}, &value), CHY_EINPUT);
	assert_int_equal(
		chy_scan_read(&scan, (struct chy_str){deep.data + 1, deep.size - 2}, &value), 0);
	chy_buffer_fini(&deep);
	chy_scan_fini(&scan);
}

static void changes_keep_the_order_of_keys(void **state)
{
	static const struct chy_change changes[] = {{"a", CHY_STR("1")}, {"c", {NULL, 0}},
		{"d", CHY_STR("[2]")}, {"z", CHY_STR("null")}};
	static const struct {
		const char *before, *after;
	} cases[] = {{"{}", "{\"a\":1,\"d\":[2],\"z\":null}"},
		{"{\"b\":0,\"c\":5,\"d\":\"x\",\"e\":{}}",
			"{\"a\":1,\"b\":0,\"d\":[2],\"e\":{},\"z\":null}"}};
	struct chy_scan scan;

	(void)state;
	chy_scan_init(&scan);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct chy_buffer out;

		chy_buffer_init(&out);
		chy_value_write_changed(
			scanned(&scan, cases[i].before), changes, COUNT_OF(changes), &out);
		assert_string_equal(out.data, cases[i].after);
		chy_buffer_fini(&out);
	}
	chy_scan_fini(&scan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_found_as_they_lie),
		cmocka_unit_test(escapes_say_what_jansson_reads_in_them),
		cmocka_unit_test(what_is_no_json_is_refused),
		cmocka_unit_test(changes_keep_the_order_of_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
