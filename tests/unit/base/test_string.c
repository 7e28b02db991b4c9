#include "chancery/string.h"

#include <unistd.h>

#include "chancery/error.h"
#include "test.h"

static void text_is_split_at_every_separator(void **state)
{
	struct chy_str rest = CHY_STR("RUS||JPN|"), part;
	static const char *const parts[] = {"RUS", "", "JPN", ""};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		assert_true(chy_str_split(&rest, '|', &part));
		assert_true(chy_str_is(part, parts[i]));
	}
	assert_false(chy_str_split(&rest, '|', &part));
}

static void order_is_that_of_the_bytes(void **state)
{
	(void)state;
	assert_true(chy_str_compare(CHY_STR("ab"), CHY_STR("abc")) < 0);
	assert_true(chy_str_compare(CHY_STR("b"), CHY_STR("abc")) > 0);
	assert_true(chy_str_compare(CHY_STR("é"), CHY_STR("z")) > 0);
	assert_int_equal(chy_str_compare(CHY_STR(""), CHY_STR("")), 0);
}

static void white_space_is_trimmed_off_both_ends(void **state)
{
	(void)state;
	assert_true(chy_str_is(chy_str_trim(CHY_STR(" \t Lusa \r\n")), "Lusa"));
	assert_true(chy_str_is(chy_str_trim(CHY_STR(" \n")), ""));
}

static void malformed_utf8_is_found_at_its_first_byte(void **state)
{
	static const struct {
		const char *bytes;
		size_t bad;
	} cases[] = {{"ab\xff", 2}, {"\xc0\x80", 0}, {"a\xe2\x82", 1}, {"\xed\xa0\x80", 0},
		{"\xf4\x90\x80\x80", 0}, {"\xc3\xa9\x80", 2}, {"\xe0\x80\x80", 0},
		{"\xf0\x8f\xbf\xbf", 0}};
	size_t bad;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_false(chy_utf8_valid(cases[i].bytes, strlen(cases[i].bytes), &bad));
		assert_int_equal(bad, cases[i].bad);
	}
	assert_true(chy_utf8_valid("São Tomé \xf0\x9f\x87\xb5", 15, NULL));
}

static void code_points_survive_writing_and_reading(void **state)
{
	char bytes[4];

	(void)state;
	for (uint32_t point = 1; point < 0x110000; point += 97) {
		size_t offset = 0;
		unsigned size = chy_utf8_put(point, bytes);

		if (point >= 0xd800 && point < 0xe000)
			continue;
		assert_int_equal(chy_utf8_next(bytes, size, &offset), point);
		assert_int_equal(offset, size);
	}
}

static void a_buffer_grows_and_stays_terminated(void **state)
{
	struct chy_buffer buffer;
	char *taken;
	size_t size;

	(void)state;
	chy_buffer_init(&buffer);
	for (int i = 0; i < 2000; i++)
		chy_buffer_printf(&buffer, "%04d", i);
	assert_int_equal(buffer.size, 8000);
	assert_int_equal(strlen(buffer.data), 8000);
	taken = chy_buffer_take(&buffer, &size);
	assert_int_equal(size, 8000);
	assert_memory_equal(taken + 7996, "1999", 4);
	assert_null(buffer.data);
	free(taken);
}

static void an_empty_buffer_gives_an_empty_string(void **state)
{
	struct chy_buffer buffer;
	size_t size = 1;
	char *taken;

	(void)state;
	chy_buffer_init(&buffer);
	taken = chy_buffer_take(&buffer, &size);
	assert_string_equal(taken, "");
	assert_int_equal(size, 0);
	free(taken);
}

static void a_file_over_the_limit_is_refused(void **state)
{
	char path[] = "/tmp/chy-string-XXXXXX";
	int fd = mkstemp(path);
	struct chy_buffer buffer;
	struct chy_fault fault;

	(void)state;
	assert_int_equal(write(fd, "0123456789", 10), 10);
	close(fd);
	chy_buffer_init(&buffer);
	assert_int_equal(chy_buffer_read_file(&buffer, path, 9, &fault), CHY_ELIMIT);
	assert_string_equal(fault.subject, path);
	chy_buffer_clear(&buffer);
	assert_int_equal(chy_buffer_read_file(&buffer, path, 10, &fault), 0);
	assert_string_equal(buffer.data, "0123456789");
	unlink(path);
	assert_int_equal(chy_buffer_read_file(&buffer, path, 10, &fault), CHY_EABSENT);
	chy_buffer_fini(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_split_at_every_separator),
		cmocka_unit_test(order_is_that_of_the_bytes),
		cmocka_unit_test(white_space_is_trimmed_off_both_ends),
		cmocka_unit_test(malformed_utf8_is_found_at_its_first_byte),
		cmocka_unit_test(code_points_survive_writing_and_reading),
		cmocka_unit_test(a_buffer_grows_and_stays_terminated),
		cmocka_unit_test(an_empty_buffer_gives_an_empty_string),
		cmocka_unit_test(a_file_over_the_limit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
