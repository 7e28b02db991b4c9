/* Absurd and hostile texts give trees or a clear refusal. That the cost grows
 * with the length only is bench/hostile's to show. With CHY_LONG=1 the texts
 * are as large as anybody would send, which takes minutes under a sanitizer. */
#include "checks.h"

static uint32_t seed = 1;

/* A size, and how much of it is enough where nobody waits for more. */
static size_t scaled(size_t size, size_t share)
{
	return getenv("CHY_LONG") ? size : size / share;
}

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static void check(struct chy_str text, int expected)
{
	struct chy_analysis a;
	struct chy_arena arena;

	chy_arena_init(&arena);
	assert_int_equal(chy_text_analyse(model_of("pt"), text, &arena, &a), expected);
	if (!expected)
		assert_sound(&a);
	chy_arena_fini(&arena);
}

static void repeat(const char *what, size_t size)
{
	struct chy_buffer text;

	chy_buffer_init(&text);
	while (text.size < size)
		chy_buffer_add_str(&text, chy_str_from(what));
	check((struct chy_str){text.data, text.size}, CHY_OK);
	chy_buffer_fini(&text);
}

static void texts_of_one_thing_only_have_trees(void **state)
{
	static const struct {
		const char *what;
		size_t size;
	} cases[] = {{"[", 10000}, {"(", 10000}, {"\xcc\x81", 100000}, {"7", 100000}, {"a", 100000},
		{"a ", 50000}, {".", 50000}, {". ", 50000}, {"\"", 20000}, {"-", 20000},
		{"\xe2\x80\x8b", 30000}, {"\xc2\xad", 30000}, {" ", 50000}, {"\n", 50000},
		{"a\n", 50000}, {"\xf0\x9f\x87\xb5", 40000}, {"A.", 50000}, {"\xef\xbf\xbd", 30000},
		{"1,", 50000}, {"d'-se", 50000}, {"\xe2\x80\xae", 3000}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		repeat(cases[i].what, scaled(cases[i].size, 25));
}

static void a_sentence_without_an_end_has_a_tree(void **state)
{
	(void)state;
	repeat("o ministro da defesa e ", scaled(1u << 20, 64));
}

static void empty_texts_have_no_sentences(void **state)
{
	static const char *const cases[] = {"", " ", "\n\n", "\t \r\n"};
	struct chy_analysis a;
	struct chy_arena arena;

	(void)state;
	chy_arena_init(&arena);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(
			chy_text_analyse(model_of("pt"), chy_str_from(cases[i]), &arena, &a),
			CHY_OK);
		assert_int_equal(a.sentence_count, 0);
	}
	chy_arena_fini(&arena);
}

static void random_bytes_are_refused_or_have_trees(void **state)
{
	char line[200];

	(void)state;
	for (size_t i = 0; i < 10000; i++) {
		size_t size = draw(sizeof(line));

		for (size_t k = 0; k < size; k++)
			line[k] = (char)draw(256);
		check((struct chy_str){line, size},
			chy_utf8_valid(line, size, NULL) ? CHY_OK : CHY_EINPUT);
	}
}

/* Lines of characters, common ones and any, some of them to a text. */
static void random_characters_have_trees(void **state)
{
	static const char common[] = "aeios .,;:-'\"()/$%0129AEIOS\t";
	enum { TEXTS = 200, LINES = 50 };
	char code[4];

	(void)state;
	for (size_t i = 0; i < scaled(TEXTS, 20); i++) {
		struct chy_buffer text;

		chy_buffer_init(&text);
		for (int line = 0; line < LINES; line++) {
			for (uint32_t left = draw(60); left; left--) {
				uint32_t c =
					draw(4) ? (unsigned char)common[draw(29)] : draw(0x3000);

				chy_buffer_add(&text, code, chy_utf8_put(c, code));
			}
			chy_buffer_add_char(&text, '\n');
		}
		check((struct chy_str){text.data, text.size}, CHY_OK);
		chy_buffer_fini(&text);
	}
}

static void text_beyond_the_limit_is_refused(void **state)
{
	(void)state;
	check((struct chy_str){"", (64u << 20) + 1}, CHY_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_one_thing_only_have_trees),
		cmocka_unit_test(a_sentence_without_an_end_has_a_tree),
		cmocka_unit_test(empty_texts_have_no_sentences),
		cmocka_unit_test(random_bytes_are_refused_or_have_trees),
		cmocka_unit_test(random_characters_have_trees),
		cmocka_unit_test(text_beyond_the_limit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
