#include "checks.h"

static void languages_are_told_apart(void **state)
{
	static const char *const cases[][2] = {
		{"pt", "O primeiro-ministro disse que as conversações vão continuar em Lisboa "
		       "na próxima semana, apesar da oposição dos sindicatos."},
		{"pt", "O governo brasileiro anunciou ontem que não vai enviar tropas à "
		       "fronteira, segundo o ministro da Defesa."},
		{"en", "The prime minister said that the talks would go on in London next week "
		       "despite the opposition of the unions."},
		{"es", "El primer ministro dijo que las conversaciones continuarán en Madrid la "
		       "próxima semana, pese a la oposición de los sindicatos."},
		{"fr", "Le premier ministre a déclaré que les négociations se poursuivront à "
		       "Paris la semaine prochaine malgré l'opposition des syndicats."},
		{"it", "Il primo ministro ha dichiarato che i colloqui proseguiranno a Roma la "
		       "prossima settimana nonostante l'opposizione dei sindacati."},
		{"ru", "Премьер-министр заявил, что переговоры продолжатся в Москве на следующей "
		       "неделе."},
	};

	(void)state;
	assert_int_equal(chy_text_prepare(NULL), CHY_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char language[8] = "";

		assert_int_equal(
			chy_text_guess_language(chy_str_from(cases[i][1]), language), CHY_OK);
		assert_string_equal(language, cases[i][0]);
	}
}

static void too_little_text_has_no_language(void **state)
{
	static const char *const cases[] = {"", "Sim.", "1 2 3 4 5 6 7 8 9 10 11 12 13 14"};
	char language[8];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(
			chy_text_guess_language(chy_str_from(cases[i]), language), CHY_NOT_FOUND);
}

static void unknown_languages_are_refused_by_name(void **state)
{
	struct chy_text_model *model = NULL;
	struct chy_fault fault = {0};

	(void)state;
	assert_int_equal(chy_text_open("xx", &model, &fault), CHY_EUNSUPPORTED);
	assert_string_equal(fault.subject, "xx");
	assert_null(model);
}

static void a_model_says_what_it_is(void **state)
{
	(void)state;
	assert_string_equal(chy_text_language(model_of("pt")), "pt");
	assert_true(strlen(chy_text_model_name(model_of("pt"))) > 0);
}

static void tags_have_names(void **state)
{
	enum chy_upos upos;

	(void)state;
	for (int i = 0; i < CHY_UPOS_COUNT; i++) {
		assert_int_equal(
			chy_upos_from_name(chy_str_from(chy_upos_name((enum chy_upos)i)), &upos),
			CHY_OK);
		assert_int_equal(upos, i);
	}
	assert_int_equal(chy_upos_from_name(CHY_STR("NOUNS"), &upos), CHY_NOT_FOUND);
}

static void features_are_found_by_name_and_value(void **state)
{
	struct chy_word word = {
		.feats = CHY_STR("Case=Acc,Dat|PronType=Prs"), .deprel = CHY_STR("nsubj:pass")};

	(void)state;
	assert_true(chy_word_has(&word, "Case", "Acc"));
	assert_true(chy_word_has(&word, "Case", "Dat"));
	assert_false(chy_word_has(&word, "Case", "Nom"));
	assert_false(chy_word_has(&word, "Cas", "Acc"));
	assert_true(chy_str_is(chy_word_feature(&word, "PronType"), "Prs"));
	assert_int_equal(chy_word_feature(&word, "Type").size, 0);
	assert_true(chy_word_is(&word, "nsubj"));
	assert_true(chy_word_is(&word, "nsubj:pass"));
	assert_false(chy_word_is(&word, "nsub"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(languages_are_told_apart),
		cmocka_unit_test(too_little_text_has_no_language),
		cmocka_unit_test(unknown_languages_are_refused_by_name),
		cmocka_unit_test(a_model_says_what_it_is),
		cmocka_unit_test(tags_have_names),
		cmocka_unit_test(features_are_found_by_name_and_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
