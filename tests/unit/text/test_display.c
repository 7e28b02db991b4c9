#include "checks.h"

#include "chancery/display.h"

static void width_counts_columns_and_not_bytes(void **state)
{
	static const struct {
		const char *text;
		size_t width;
	} cases[] = {
		{"", 0},
		{"abc", 3},
		{"negociação", 10},
		{"e\xcc\x81", 1},
		{"日本", 4},
		{"Москва", 6},
		{"각", 2},
		{"a\xe2\x80\x8b"
		 "b",
			2},
		{"👨‍👩‍👧", 2},

	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(chy_display_width(chy_str_from(cases[i].text)), cases[i].width);
}

static void lines_break_where_they_may(void **state)
{
	static const struct {
		const char *text;
		size_t columns, size, skip;
	} cases[] = {
		{"", 10, 0, 0},
		{"one two three", 7, 7, 1},
		{"one two three", 9, 7, 1},
		{"one two three", 80, 13, 0},
		{"one  two", 4, 3, 2},
		{"unbreakable", 5, 5, 0},
		{"one\ntwo", 80, 3, 1},
		{"日本語", 4, 6, 0},
		{"日", 1, 3, 0},
		{"e\xcc\x81tat", 1, 3, 0},
		{"primeiro-ministro", 12, 9, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t skip = 99, size;

		size = chy_display_break(
			chy_str_from(cases[i].text), cases[i].columns, "en", &skip);
		assert_int_equal(size, cases[i].size);
		assert_int_equal(skip, cases[i].skip);
	}
}

static void breaking_always_gets_to_the_end(void **state)
{
	static const char text[] = "O ministro — já — foi.\n\n日本 e\xcc\x81 \t \n x";

	(void)state;
	for (size_t columns = 0; columns < 12; columns++) {
		struct chy_str rest = chy_str_from(text);

		while (rest.size) {
			size_t skip, size = chy_display_break(rest, columns, "pt_PT", &skip);

			assert_true(size + skip > 0 && size + skip <= rest.size);
			rest.data += size + skip;
			rest.size -= size + skip;
		}
	}
}

static void fitting_keeps_graphemes_whole(void **state)
{
	(void)state;
	assert_int_equal(chy_display_fit(CHY_STR("abcdef"), 4), 4);
	assert_int_equal(chy_display_fit(CHY_STR("ação"), 3), 5);
	assert_int_equal(chy_display_fit(CHY_STR("e\xcc\x81x"), 1), 3);
	assert_int_equal(chy_display_fit(CHY_STR("日本"), 3), 3);
	assert_int_equal(chy_display_fit(CHY_STR("abc"), 0), 0);
	assert_int_equal(chy_display_fit(CHY_STR(""), 5), 0);
}

static void countries_are_named_in_the_readers_language(void **state)
{
	static const struct {
		const char *code, *locale, *name;
	} cases[] = {
		{"RUS", "pt_PT", "Rússia"},
		{"RUS", "en", "Russia"},
		{"JPN", "es_ES", "Japón"},
		{"DEU", "pt_BR", "Alemanha"},
		{"JPN", NULL, "Japan"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct chy_buffer out;

		chy_buffer_init(&out);
		assert_int_equal(chy_display_country(cases[i].code, cases[i].locale, &out), CHY_OK);
		assert_string_equal(out.data, cases[i].name);
		chy_buffer_fini(&out);
	}
}

static void codes_that_are_no_country_are_not_found(void **state)
{
	struct chy_buffer out;

	(void)state;
	chy_buffer_init(&out);
	assert_int_equal(chy_display_country("UNO", "en", &out), CHY_NOT_FOUND);
	assert_int_equal(chy_display_country("", "en", &out), CHY_NOT_FOUND);
	assert_int_equal(chy_display_country("AGO-UNITA", "en", &out), CHY_NOT_FOUND);
	chy_buffer_fini(&out);
}

static void folding_makes_what_people_type_alike(void **state)
{
	static const char *const cases[][2] = {
		{"Japão", "japao"},
		{"JAPAO", "japao"},
		{"Jap\xc3\xa3o", "japao"},
		{"Straße", "strasse"},
		{"ﬁm", "fim"},
		{"España", "espana"},
		{"Øresund", "øresund"}, /* to Unicode a letter without marks */
		{"Đài", "đai"},
		{"Ðuro", "ðuro"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct chy_buffer out;

		chy_buffer_init(&out);
		assert_int_equal(chy_display_fold(chy_str_from(cases[i][0]), &out), CHY_OK);
		assert_string_equal(out.data ? out.data : "", cases[i][1]);
		chy_buffer_fini(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(width_counts_columns_and_not_bytes),
		cmocka_unit_test(lines_break_where_they_may),
		cmocka_unit_test(breaking_always_gets_to_the_end),
		cmocka_unit_test(fitting_keeps_graphemes_whole),
		cmocka_unit_test(countries_are_named_in_the_readers_language),
		cmocka_unit_test(codes_that_are_no_country_are_not_found),
		cmocka_unit_test(folding_makes_what_people_type_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
