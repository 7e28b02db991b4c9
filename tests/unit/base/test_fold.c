#include "chancery/fold.h"

#include "test.h"

static void letters_with_marks_have_one_or_two_under_them(void **state)
{
	static const struct {
		const char *letter, *under;
	} cases[] = {{"Ã", "a"}, {"ç", "c"}, {"Ø", "o"}, {"ß", "ss"}, {"œ", "oe"}, {"Ŋ", "ng"},
		{"ł", "l"}, {"ǅ", "dz"}, {"ț", "t"}, {"ế", "e"}, {"×", ""}, {"a", ""}, {"Ж", ""},
		{"ỿ", ""}, {"ἀ", ""}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct chy_str letter = chy_str_from(cases[i].letter);
		size_t at = 0;

		assert_string_equal(chy_fold_letters(chy_utf8_next(letter.data, letter.size, &at)),
			cases[i].under);
	}
}

static void keys_have_one_letter_for_one(void **state)
{
	static const char *const cases[][2] = {{"JAPÃO", "japao"}, {"São Tomé", "sao tome"},
		{"Øresund", "oresund"}, {"Łódź", "lodz"}, {"Ægir", "ægir"}, {"Straße", "straße"},
		{"Ŋa", "na"}, {"ǅ", "ǅ"}, {"МОСКВА", "москва"}, {"d’Ivoire", "d'ivoire"},
		{"Guiné‑Bissau", "guine-bissau"}, {"日本", "日本"}, {"", ""}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct chy_buffer key;

		chy_buffer_init(&key);
		chy_fold(chy_str_from(cases[i][0]), &key);
		assert_true(chy_str_is((struct chy_str){key.data, key.size}, cases[i][1]));
		chy_buffer_fini(&key);
	}
}

static void texts_are_equal_when_their_keys_are(void **state)
{
	(void)state;
	assert_true(chy_fold_equal(CHY_STR("JAPÃO"), CHY_STR("japao")));
	assert_false(chy_fold_equal(CHY_STR("japao"), CHY_STR("japa")));
	assert_false(chy_fold_equal(CHY_STR("Ægir"), CHY_STR("aegir")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_with_marks_have_one_or_two_under_them),
		cmocka_unit_test(keys_have_one_letter_for_one),
		cmocka_unit_test(texts_are_equal_when_their_keys_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
