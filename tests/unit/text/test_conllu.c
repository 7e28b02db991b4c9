#include "checks.h"

#include "chancery/conllu.h"

#define LINE(id, form, head, rel) id "\t" form "\t" form "\tNOUN\t_\t_\t" head "\t" rel "\t_\t_\n"

static void what_is_read_is_written_again(void **state)
{
	static const char text[] = "# newpar\n# sent_id = 1\n# text = No Porto.\n"
				   "1-2\tNo\t_\t_\t_\t_\t_\t_\t_\t_\n"
				   "1\tEm\tem\tADP\t_\t_\t3\tcase\t_\t_\n"
				   "2\to\to\tDET\t_\tDefinite=Def|PronType=Art\t3\tdet\t_\t_\n"
				   "3\tPorto\tPorto\tPROPN\t_\t_\t0\troot\t_\tSpaceAfter=No\n"
				   "4\t.\t.\tPUNCT\t_\t_\t3\tpunct\t_\t_\n\n";
	struct chy_analysis a;
	struct chy_arena arena;
	struct chy_buffer out;

	(void)state;
	chy_arena_init(&arena);
	chy_buffer_init(&out);
	assert_int_equal(chy_conllu_read(chy_str_from(text), &arena, &a, NULL), CHY_OK);
	assert_int_equal(a.sentence_count, 1);
	assert_int_equal(a.sentences[0].token_count, 3);
	assert_sound(&a);
	assert_true(chy_word_has(&a.sentences[0].words[1], "PronType", "Art"));
	assert_int_equal(chy_conllu_write(&a, &out), CHY_OK);
	assert_string_equal(out.data, text);
	chy_buffer_fini(&out);
	chy_arena_fini(&arena);
}

static void empty_nodes_comments_and_windows_line_ends_are_no_matter(void **state)
{
	static const char text[] = "# anything = at all\r\n"
				   "1\tHe\the\tPRON\t_\t_\t2\tnsubj\t_\t_\r\n"
				   "2\tran\trun\tVERB\tVBD\t_\t0\troot\t_\t_\r\n"
				   "2.1\tran\trun\tVERB\t_\t_\t_\t_\t0:root\t_\r\n";
	struct chy_analysis a;
	struct chy_arena arena;

	(void)state;
	chy_arena_init(&arena);
	assert_int_equal(chy_conllu_read(chy_str_from(text), &arena, &a, NULL), CHY_OK);
	assert_int_equal(a.sentence_count, 1);
	assert_int_equal(a.sentences[0].word_count, 2);
	assert_sound(&a);
	chy_arena_fini(&arena);
}

static void malformed_lines_are_refused_by_their_number(void **state)
{
	static const struct {
		const char *text;
		uint64_t line;
	} cases[] = {
		{"1\tword\n", 1},
		{LINE("1", "a", "0", "root") LINE("3", "b", "1", "dep"), 2},
		{LINE("1", "a", "0", "root") "2\t\tb\tNOUN\t_\t_\t1\tdep\t_\t_\n", 2},
		{LINE("1", "a", "x", "root"), 1},
		{LINE("1", "a", "5", "root") "\n", 2},
		{"1\ta\ta\tNOUNS\t_\t_\t0\troot\t_\t_\n", 1},
		{"2-1\tab\t_\t_\t_\t_\t_\t_\t_\t_\n", 1},
		{"1-4294967296\tab\t_\t_\t_\t_\t_\t_\t_\t_\n", 1},
		{"1-3\tab\t_\t_\t_\t_\t_\t_\t_\t_\n" LINE("1", "a", "0", "root") "\n", 3},
		{LINE("1", "a", "0", "root") "# late\n", 2},
		{LINE("99999999999999999999", "a", "0", "root"), 1},
		{"1\ta\ta\tNOUN\t_\t_\t0\troot\t_\t_\t_\n", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct chy_fault fault = {0};
		struct chy_analysis a;
		struct chy_arena arena;

		chy_arena_init(&arena);
		assert_int_equal(chy_conllu_read(chy_str_from(cases[i].text), &arena, &a, &fault),
			CHY_EINPUT);
		assert_int_equal(fault.at, cases[i].line);
		assert_true(fault.detail[0] != '\0');
		chy_arena_fini(&arena);
	}
}

static void a_tree_is_drawn_with_its_branches(void **state)
{
	static const char text[] = LINE("1", "The", "2", "det") LINE("2", "minister", "3", "nsubj")
		LINE("3", "signed", "0", "root") LINE("4", "a", "5", "det")
			LINE("5", "treaty", "3", "obj") LINE("6", ".", "3", "punct");
	struct chy_analysis a;
	struct chy_arena arena;
	struct chy_buffer out;

	(void)state;
	chy_arena_init(&arena);
	chy_buffer_init(&out);
	assert_int_equal(chy_conllu_read(chy_str_from(text), &arena, &a, NULL), CHY_OK);
	assert_int_equal(chy_tree_draw(&a.sentences[0], &out), CHY_OK);
	assert_string_equal(out.data, "   ┌─ The  det  NOUN  The\n"
				      "┌─ minister  nsubj  NOUN  minister\n"
				      "signed  root  NOUN  signed\n"
				      "│  ┌─ a  det  NOUN  a\n"
				      "├─ treaty  obj  NOUN  treaty\n"
				      "└─ .  punct  NOUN  .\n");
	chy_buffer_fini(&out);
	chy_arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_written_again),
		cmocka_unit_test(empty_nodes_comments_and_windows_line_ends_are_no_matter),
		cmocka_unit_test(malformed_lines_are_refused_by_their_number),
		cmocka_unit_test(a_tree_is_drawn_with_its_branches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
