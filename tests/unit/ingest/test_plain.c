#include "fixture.h"

static void a_headline_is_the_title_and_the_first_line_of_the_text(void **state)
{
	const struct chy_article *article =
		only("Abe visita Moscovo\n\nO encontro foi ontem.\n", "");

	(void)state;
	assert_str(article->title, "Abe visita Moscovo");
	assert_str(article->text, "Abe visita Moscovo\n\nO encontro foi ontem.");
	assert_int_equal(article->media, CHY_MEDIA_TEXT);
}

static void running_text_has_no_headline(void **state)
{
	static const char *const texts[] = {
		"O ministro chegou ontem a Moscovo. O encontro foi longo.\nOutro parágrafo aqui.\n",
		"MOSCOVO, 1 nov (Lusa) — O ministro chegou\n\nOutro parágrafo aqui.\n",
		"Uma frase só, como todo o ficheiro.\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_str(only(texts[i], "")->title, "");
}

static void a_first_line_of_more_than_200_characters_is_no_headline(void **state)
{
	char text[400];

	(void)state;
	memset(text, 'a', 210);
	strcpy(text + 210, "\n\nOutro.\n");
	assert_str(only(text, "")->title, "");
	strcpy(text + 190, "\n\nOutro.\n");
	assert_int_equal(only(text, "")->title.size, 190);
}

static void a_headline_may_be_a_short_sentence_or_a_question(void **state)
{
	static const char *const titles[] = {"Lavrov e Kishida reúnem-se em Tóquio.",
		"Vai haver tratado de paz? Tóquio duvida", "O que quer a Rússia?",
		"O Sr. Lavrov volta a Tóquio"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(titles); i++) {
		char text[200];

		snprintf(text, sizeof(text), "%s\n\nO encontro foi ontem.\n", titles[i]);
		assert_str(only(text, "")->title, titles[i]);
	}
}

static void a_header_block_names_title_date_source_url_and_language(void **state)
{
	static const char *const headers[] = {
		"Title: Abe em Moscovo\nDate: 29 Apr 2013\nSource: Lusa\nURL: https://a.example/1\n"
		"Language: pt\n\nO encontro foi ontem.\n",
		"Título: Abe em Moscovo\nData: 29 de abril de 2013\nFonte: Lusa\n"
		"Ligação: https://a.example/1\nIdioma: português\n\nO encontro foi ontem.\n",
		"Título: Abe em Moscovo\nFecha: 29/04/2013\nFuente: Lusa\n"
		"Enlace: https://a.example/1\nIdioma: pt-BR\n\nO encontro foi ontem.\n",
		"---\ntitle: \"Abe em Moscovo\"\ndate: 2013-04-29T22:00:00-03:00\nsource: 'Lusa'\n"
		"# uma nota\nurl: https://a.example/1\nlang: por\n---\n\nO encontro foi ontem.\n",
		"\n---\ntitle: Abe em\n  Moscovo\ndate: 29.4.2013\nsource: Lusa\n"
		"url: https://a.example/1\nlang: PT\n...\nO encontro foi ontem.\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(headers); i++) {
		const struct chy_article *article = only(headers[i], "");

		assert_str(article->title, "Abe em Moscovo");
		assert_str(article->date, "2013-04-29");
		assert_int_equal(article->date_from, CHY_DATE_HEADER);
		assert_str(article->source, "Lusa");
		assert_str(article->url, "https://a.example/1");
		assert_str(article->language, "pt");
		assert_str(article->text, "Abe em Moscovo\n\nO encontro foi ontem.");
	}
}

static void folded_header_lines_are_one_value(void **state)
{
	(void)state;
	assert_str(only("Title: Abe em\n Moscovo,\n\tde novo\nDate: 2013-04-29\n\nTexto.\n", "")
			   ->title,
		"Abe em Moscovo, de novo");
}

static void unknown_keys_are_kept_as_fields(void **state)
{
	const struct chy_article *article = only(
		"Title: Abe em Moscovo\nX-Desk: Internacional\nKeywords: Japão\n\nTexto.\n", "");

	(void)state;
	assert_str(chy_json_str(article->fields, "X-Desk"), "Internacional");
	assert_str(chy_json_str(article->fields, "Keywords"), "Japão");
	assert_int_equal(json_object_size(article->fields), 2);
}

static void a_headline_with_a_colon_is_no_header(void **state)
{
	static const char *const titles[] = {
		"Curilas: Tóquio protesta", "Análise: o que falta", "Lavrov: \"Não há problema\""};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(titles); i++) {
		char text[200];

		snprintf(text, sizeof(text), "%s\n\nO encontro foi ontem.\n", titles[i]);
		assert_str(only(text, "")->title, titles[i]);
	}
}

static void a_title_that_stands_above_the_text_again_is_not_doubled(void **state)
{
	(void)state;
	assert_str(
		only("Title: Abe em Moscovo\nSource: Lusa\n\nAbe em Moscovo\n\nTexto aqui.\n", "")
			->text,
		"Abe em Moscovo\n\nTexto aqui.");
}

static void each_line_is_a_paragraph_unless_the_text_is_wrapped(void **state)
{
	(void)state;
	assert_str(
		only("Um título\nO primeiro parágrafo acaba aqui.\nO segundo acaba aqui também.\n",
			"")
			->text,
		"Um título\n\nO primeiro parágrafo acaba aqui.\n\nO segundo acaba aqui também.");
}

static void wrapped_lines_are_joined(void **state)
{
	const struct chy_article *article =
		only("Japão e Rússia falam de paz\n\n"
		     "O ministro dos Negócios Estrangeiros da Rússia chegou ontem a Tóquio\n"
		     "para dois dias de conversações com o seu homólogo japonês, que o\n"
		     "recebeu no aeroporto.\n"
		     "\n"
		     "Os dois concordaram em voltar a reunir-se no princípio do ano que\n"
		     "vem.\n",
			"");

	(void)state;
	assert_str(article->text,
		"Japão e Rússia falam de paz\n\n"
		"O ministro dos Negócios Estrangeiros da Rússia chegou ontem a Tóquio para dois "
		"dias de conversações com o seu homólogo japonês, que o recebeu no aeroporto.\n\n"
		"Os dois concordaram em voltar a reunir-se no princípio do ano que vem.");
}

static void words_broken_at_a_line_end_are_joined_but_keep_a_hyphen_of_their_own(void **state)
{
	const struct chy_article *article =
		only("O ministro dos Negócios Estrangeiros da Rússia e o do Japão reuniram-\n"
		     "se ontem em Tóquio para falar das ilhas e da paz, num encontro longo e pro-\n"
		     "longado em que participaram mais de vinte diplomatas, e também o vice-\n"
		     "ministro, e depois, quando já passava da meia-noite, voltaram a encontrar-\n"
		     "-se num jantar que o primeiro-ministro ofereceu.\n",
			"");

	(void)state;
	assert_str(article->text,
		"O ministro dos Negócios Estrangeiros da Rússia e o do Japão reuniram-se ontem em "
		"Tóquio para falar das ilhas e da paz, num encontro longo e prolongado em que "
		"participaram mais de "
		"vinte diplomatas, e também o vice-ministro, e depois, quando já passava da "
		"meia-noite, voltaram a encontrar-se num jantar que o primeiro-ministro "
		"ofereceu.");
}

static void white_space_and_invisible_characters_do_not_matter(void **state)
{
	struct chy_hash id = only("Abe em Moscovo\n\nO encontro foi ontem.\n", "")->id;
	static const char *const texts[] = {
		"Abe em Moscovo\r\n\r\nO encontro foi ontem.\r\n",
		"Abe em Moscovo\r\rO encontro foi ontem.",
		"\xef\xbb\xbf"
		"Abe em Moscovo\n\n\n\n  O  encontro\tfoi\xc2\xa0ontem.  \n\n",
		"Abe em Mos\xc2\xad"
		"covo\xe2\x80\x8b\n\nO en\xe2\x81\xa0"
		"contro foi ontem.\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_true(chy_hash_equal(&only(texts[i], "x")->id, &id));
	assert_false(
		chy_hash_equal(&only("Abe em Moscovo\n\nO encontro foi hoje.\n", "")->id, &id));
}

static void letters_and_their_marks_are_composed(void **state)
{
	(void)state;
	assert_str(only("Reunia\xcc\x83o em To\xcc\x81quio\n\nTexto aqui.\n", "")->title,
		"Reuni\xc3\xa3o em T\xc3\xb3quio");
}

static void the_seed_has_no_title_and_keeps_its_paragraphs(void **state)
{
	const struct chy_article *article =
		only("O ministro russo sugeriu ao chanceler japonês que ambos os países trabalhem "
		     "juntos. Lavrov também disse que deveriam encontrar um terreno comum.\n"
		     "Lavrov e a sua comitiva chegaram ao Japão a 1 de Novembro.\n"
		     "A disputa já dura há quase 58 anos.\n",
			"");

	(void)state;
	assert_str(article->title, "");
	assert_int_equal(strncmp(article->text.data, "O ministro russo", 16), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			a_headline_is_the_title_and_the_first_line_of_the_text, forget_after),
		cmocka_unit_test_teardown(running_text_has_no_headline, forget_after),
		cmocka_unit_test_teardown(
			a_first_line_of_more_than_200_characters_is_no_headline, forget_after),
		cmocka_unit_test_teardown(
			a_headline_may_be_a_short_sentence_or_a_question, forget_after),
		cmocka_unit_test_teardown(
			a_header_block_names_title_date_source_url_and_language, forget_after),
		cmocka_unit_test_teardown(folded_header_lines_are_one_value, forget_after),
		cmocka_unit_test_teardown(unknown_keys_are_kept_as_fields, forget_after),
		cmocka_unit_test_teardown(a_headline_with_a_colon_is_no_header, forget_after),
		cmocka_unit_test_teardown(
			a_title_that_stands_above_the_text_again_is_not_doubled, forget_after),
		cmocka_unit_test_teardown(
			each_line_is_a_paragraph_unless_the_text_is_wrapped, forget_after),
		cmocka_unit_test_teardown(wrapped_lines_are_joined, forget_after),
		cmocka_unit_test_teardown(
			words_broken_at_a_line_end_are_joined_but_keep_a_hyphen_of_their_own,
			forget_after),
		cmocka_unit_test_teardown(
			white_space_and_invisible_characters_do_not_matter, forget_after),
		cmocka_unit_test_teardown(letters_and_their_marks_are_composed, forget_after),
		cmocka_unit_test_teardown(
			the_seed_has_no_title_and_keeps_its_paragraphs, forget_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
