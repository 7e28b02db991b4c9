#include "checks.h"

#include <unistd.h>

#include "chancery/conllu.h"

/* Tokens joined by a space, words of a contraction by '+', sentences by '|'. */
static void words_of(const char *language, const char *text, struct chy_buffer *out)
{
	struct chy_analysis a;
	struct chy_arena arena;

	chy_arena_init(&arena);
	assert_int_equal(
		chy_text_analyse(model_of(language), chy_str_from(text), &arena, &a), CHY_OK);
	assert_sound(&a);
	for (size_t s = 0; s < a.sentence_count; s++) {
		const struct chy_sentence *sentence = &a.sentences[s];

		if (s)
			chy_buffer_add_str(out, CHY_STR(" |"));
		for (size_t w = 0; w < sentence->word_count; w++) {
			const struct chy_word *word = &sentence->words[w];
			bool first = sentence->tokens[word->token].first_word == w;

			if (out->size)
				chy_buffer_add_char(out, first ? ' ' : '+');
			chy_buffer_add_str(out, word->form);
		}
	}
	chy_arena_fini(&arena);
}

static void check_words(const char *const (*cases)[2], size_t count, const char *language)
{
	for (size_t i = 0; i < count; i++) {
		struct chy_buffer out;

		chy_buffer_init(&out);
		words_of(language, cases[i][0], &out);
		assert_string_equal(out.data ? out.data : "", cases[i][1]);
		chy_buffer_fini(&out);
	}
}

#define CHECK(language, cases) check_words(cases, sizeof(cases) / sizeof(*(cases)), language)

static void portuguese_contractions_open_to_their_words(void **state)
{
	static const char *const cases[][2] = {
		{"Foi ao Porto.", "Foi a+o Porto ."},
		{"Ficou na casa dos avós.", "Ficou em+a casa de+os avós ."},
		{"No fim, chegou às ilhas.", "Em+o fim , chegou a+as ilhas ."},
		{"Disse que o livro dele está nesta mesa.",
			"Disse que o livro de+ele está em+esta mesa ."},
	};

	(void)state;
	CHECK("pt", cases);
}

static void portuguese_pronouns_part_from_their_verbs(void **state)
{
	static const char *const cases[][2] = {
		{"Trata-se de um erro.", "Trata+se de um erro ."},
		{"O ministro quis dá-lo.", "O ministro quis dá+lo ."},
		{"Disse-lhe que sim.", "Disse+lhe que sim ."},
		{"O primeiro-ministro demitiu-se.", "O primeiro-ministro demitiu+se ."},
		{"Dir-lhe-ia a verdade.", "Diria+lhe a verdade ."},
		{"Isso torná-la-ia útil.", "Isso tornaria+la útil ."},
	};

	(void)state;
	CHECK("pt", cases);
}

static void abbreviations_numbers_and_dates_stay_whole(void **state)
{
	static const char *const cases[][2] = {
		{"O Sr. Silva pagou 1.250,50 euros.", "O Sr. Silva pagou 1.250,50 euros ."},
		{"Os EUA cresceram 3,5%.", "Os EUA cresceram 3,5 % ."},
		{"A reunião é em 31/12/2013.", "A reunião é em 31/12/2013 ."},
	};

	(void)state;
	CHECK("pt", cases);
}

static void sentences_end_where_they_end(void **state)
{
	static const char *const cases[][2] = {
		{"A reunião acabou. O ministro partiu.",
			"A reunião acabou . | O ministro partiu ."},
		{"Haverá acordo? Ninguém sabe.", "Haverá acordo ? | Ninguém sabe ."},
		{"Governo cai\nO ministro partiu.", "Governo cai | O ministro partiu ."},
	};

	(void)state;
	CHECK("pt", cases);
}

static void english_contractions_open_to_their_words(void **state)
{
	static const char *const cases[][2] = {
		{"They don't agree.", "They do+n't agree ."},
		{"It's Japan's island.", "It+'s Japan+'s island ."},
		{"We cannot sign.", "We can+not sign ."},
	};

	(void)state;
	CHECK("en", cases);
}

static void spanish_contractions_open_to_their_words(void **state)
{
	static const char *const cases[][2] = {
		{"Llegó al palacio del rey.", "Llegó a+el palacio de+el rey ."},
		{"La clase quiere verse.", "La clase quiere ver+se ."},
	};

	(void)state;
	CHECK("es", cases);
}

static void soft_hyphens_are_no_part_of_a_form(void **state)
{
	struct chy_buffer out;

	(void)state;
	chy_buffer_init(&out);
	words_of("pt", "O minis\xc2\xadtro partiu.", &out);
	assert_string_equal(out.data, "O ministro partiu .");
	chy_buffer_fini(&out);
}

static const struct chy_word *word_named(const struct chy_sentence *s, const char *form)
{
	for (size_t i = 0; i < s->word_count; i++) {
		if (chy_str_is(s->words[i].form, form))
			return &s->words[i];
	}
	fail_msg("no word %s", form);
	return NULL;
}

static void who_did_what_to_whom_is_in_the_tree(void **state)
{
	static const struct {
		const char *language, *text, *verb, *lemma, *subject, *object;
	} cases[] = {
		{"pt", "A Rússia acusou o Japão.", "acusou", "acusar", "Rússia", "Japão"},
		{"en", "Russia accused Japan.", "accused", "accuse", "Russia", "Japan"},
		{"es", "Rusia firmó el tratado.", "firmó", "firmar", "Rusia", "tratado"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct chy_analysis a;
		struct chy_arena arena;
		const struct chy_word *verb, *subject, *object;

		chy_arena_init(&arena);
		assert_int_equal(chy_text_analyse(model_of(cases[i].language),
					 chy_str_from(cases[i].text), &arena, &a),
			CHY_OK);
		assert_int_equal(a.sentence_count, 1);
		verb = word_named(&a.sentences[0], cases[i].verb);
		subject = word_named(&a.sentences[0], cases[i].subject);
		object = word_named(&a.sentences[0], cases[i].object);
		assert_true(chy_str_is(verb->lemma, cases[i].lemma));
		assert_int_equal(verb->head, -1);
		assert_int_equal(verb->upos, CHY_UPOS_VERB);
		assert_true(chy_word_is(subject, "nsubj"));
		assert_ptr_equal(&a.sentences[0].words[subject->head], verb);
		assert_true(chy_word_is(object, "obj"));
		assert_ptr_equal(&a.sentences[0].words[object->head], verb);
		chy_arena_fini(&arena);
	}
}

static void given_tokens_are_kept(void **state)
{
	static const char text[] = "1-2\tno\t_\t_\t_\t_\t_\t_\t_\t_\n"
				   "1\tem\t_\t_\t_\t_\t_\t_\t_\t_\n"
				   "2\to\t_\t_\t_\t_\t_\t_\t_\t_\n"
				   "3\tPorto\t_\t_\t_\t_\t_\t_\t_\t_\n\n";
	struct chy_analysis a;
	struct chy_arena arena;

	(void)state;
	chy_arena_init(&arena);
	assert_int_equal(chy_conllu_read(chy_str_from(text), &arena, &a, NULL), CHY_OK);
	assert_int_equal(chy_text_parse_words(model_of("pt"), &a.sentences[0], &arena), CHY_OK);
	assert_sound(&a);
	assert_int_equal(a.sentences[0].word_count, 3);
	assert_true(chy_str_is(a.sentences[0].words[0].form, "em"));
	assert_int_equal(a.sentences[0].words[0].upos, CHY_UPOS_ADP);
	chy_arena_fini(&arena);
}

static void check_file(const char *language, const char *path)
{
	struct chy_buffer text;
	struct chy_analysis a;
	struct chy_arena arena;

	chy_buffer_init(&text);
	chy_arena_init(&arena);
	assert_int_equal(chy_buffer_read_file(&text, path, 64u << 20, NULL), CHY_OK);
	assert_int_equal(chy_text_analyse(model_of(language),
				 (struct chy_str){text.data, text.size}, &arena, &a),
		CHY_OK);
	assert_true(a.sentence_count > 4);
	assert_sound(&a);
	chy_arena_fini(&arena);
	chy_buffer_fini(&text);
}

static void trees_of_the_samples_are_sound(void **state)
{
	char path[4096];

	(void)state;
	for (const char *const *l = chy_text_languages(); *l; l++) {
		snprintf(path, sizeof(path), "%s/tests/unit/text/samples/%s.txt",
			getenv("CHY_SOURCE"), *l);
		check_file(*l, path);
	}
}

/* The raw text of CoNLL-U: its "# text" lines, ten to a paragraph. */
static void raw_text(const char *path, struct chy_buffer *out)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0, count = 0;
	ssize_t n;

	assert_non_null(file);
	while ((n = getline(&line, &size, file)) > 0) {
		if (strncmp(line, "# text = ", 9) != 0)
			continue;
		chy_buffer_add(out, line + 9, (size_t)n - 10);
		chy_buffer_add_char(out, ++count % 10 ? ' ' : '\n');
	}
	free(line);
	fclose(file);
}

static void trees_of_the_treebanks_are_sound(void **state)
{
	static const char *const files[][2] = {{"pt", "pt/dev"}, {"pt", "pt/train"},
		{"pt", "pt/porttinari-dev"}, {"en", "en/dev"}, {"en", "en/train"}, {"es", "es/dev"},
		{"es", "es/train"}, {"es", "es/pud"}};
	const char *directory = getenv("CHY_TREEBANKS");
	char path[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct chy_buffer text;
		struct chy_analysis a;
		struct chy_arena arena;

		if (directory)
			snprintf(path, sizeof(path), "%s/%s.conllu", directory, files[i][1]);
		else
			snprintf(path, sizeof(path), "%s/../shared/treebanks/%s.conllu",
				getenv("CHY_SOURCE"), files[i][1]);
		if (access(path, R_OK)) /* only where the treebanks are at hand */
			skip();
		chy_buffer_init(&text);
		chy_arena_init(&arena);
		raw_text(path, &text);
		assert_int_equal(chy_text_analyse(model_of(files[i][0]),
					 (struct chy_str){text.data, text.size}, &arena, &a),
			CHY_OK);
		assert_sound(&a);
		chy_arena_fini(&arena);
		chy_buffer_fini(&text);
	}
}

static void the_same_text_gives_the_same_trees(void **state)
{
	struct chy_buffer once, twice;
	struct chy_arena arena;
	struct chy_analysis a;
	struct chy_str text = CHY_STR("O Japão e a Rússia assinaram um acordo no domingo.");

	(void)state;
	chy_arena_init(&arena);
	chy_buffer_init(&once);
	chy_buffer_init(&twice);
	assert_int_equal(chy_text_analyse(model_of("pt"), text, &arena, &a), CHY_OK);
	assert_int_equal(chy_conllu_write(&a, &once), CHY_OK);
	assert_int_equal(chy_text_analyse(model_of("pt"), text, &arena, &a), CHY_OK);
	assert_int_equal(chy_conllu_write(&a, &twice), CHY_OK);
	assert_string_equal(once.data, twice.data);
	chy_buffer_fini(&once);
	chy_buffer_fini(&twice);
	chy_arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(portuguese_contractions_open_to_their_words),
		cmocka_unit_test(portuguese_pronouns_part_from_their_verbs),
		cmocka_unit_test(abbreviations_numbers_and_dates_stay_whole),
		cmocka_unit_test(sentences_end_where_they_end),
		cmocka_unit_test(english_contractions_open_to_their_words),
		cmocka_unit_test(spanish_contractions_open_to_their_words),
		cmocka_unit_test(soft_hyphens_are_no_part_of_a_form),
		cmocka_unit_test(who_did_what_to_whom_is_in_the_tree),
		cmocka_unit_test(given_tokens_are_kept),
		cmocka_unit_test(trees_of_the_samples_are_sound),
		cmocka_unit_test(trees_of_the_treebanks_are_sound),
		cmocka_unit_test(the_same_text_gives_the_same_trees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
