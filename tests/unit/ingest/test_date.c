#include "fixture.h"

static const struct chy_article *dated(const char *value)
{
	char text[300];

	snprintf(text, sizeof(text), "Title: Um encontro\nDate: %s\n\nTexto aqui.\n", value);
	return only(text, "");
}

static void dates_of_all_usual_forms_are_read(void **state)
{
	static const struct {
		const char *written, *day;
	} cases[] = {
		{"2013-11-03", "2013-11-03"},
		{"2013-11-03T23:30:00-05:00", "2013-11-03"},
		{"2013-11-03T23:30:00Z", "2013-11-03"},
		{"2013-11-03 10:20:30.123456", "2013-11-03"},
		{"2013/11/03", "2013-11-03"},
		{"20131103", "2013-11-03"},
		{"20131103T101112Z", "2013-11-03"},
		{"1383436800", "2013-11-03"},
		{"1383436800000", "2013-11-03"},
		{"Sun, 03 Nov 2013 10:20:30 +0000", "2013-11-03"},
		{"Sunday, 03-Nov-13 10:20:30 GMT", "2013-11-03"},
		{"Sun Nov  3 10:20:30 2013", "2013-11-03"},
		{"3 de novembro de 2013", "2013-11-03"},
		{"Domingo, 3 de Novembro de 2013 às 10h20", "2013-11-03"},
		{"1.º de março de 2013", "2013-03-01"},
		{"1º/mar/2013", "2013-03-01"},
		{"3 de noviembre del 2013", "2013-11-03"},
		{"Nov 3, 2013", "2013-11-03"},
		{"November 3rd, 2013 at 10:20 p.m.", "2013-11-03"},
		{"3rd of November 2013", "2013-11-03"},
		{"2013 Nov 3", "2013-11-03"},
		{"03/11/2013", "2013-11-03"},
		{"3.11.2013", "2013-11-03"},
		{"03-11-2013", "2013-11-03"},
		{"3/11/13", "2013-11-03"},
		{"11/23/2013", "2013-11-23"},
		{"Publicado a 3 nov. 2013, 10:20", "2013-11-03"},
		{"29/02/2012", "2012-02-29"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct chy_article *article = dated(cases[i].written);

		if (!chy_str_is(article->date, cases[i].day))
			fail_msg("%s is %.*s", cases[i].written, (int)article->date.size,
				article->date.data);
		assert_int_equal(article->date_from, CHY_DATE_HEADER);
	}
}

static void what_is_no_day_is_kept_with_a_note(void **state)
{
	static const char *const values[] = {"2013", "novembro de 2013", "ontem", "2013-02-30",
		"31/11/2013", "32 Nov 2013", "0000-00-00", "13/13/2013", "3 de nada de 2013",
		"99999999", "3 de novembro"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		const struct chy_article *article = dated(values[i]);
		const json_t *note = json_array_get(json_object_get(article->fields, "_notes"), 0);

		if (article->date.size)
			fail_msg("%s is %.*s", values[i], (int)article->date.size,
				article->date.data);
		assert_str(chy_json_str(article->fields, "Date"), values[i]);
		assert_str(chy_json_str(note, "field"), "date");
		assert_str(chy_json_str(note, "note"), "unreadable-date");
	}
}

static const struct chy_article *with_evidence(
	const char *text, const char *date, int64_t file_time)
{
	struct chy_ingest_input input = {.bytes = text,
		.size = strlen(text),
		.date = chy_str_from(date),
		.file_time = file_time};

	if (take_input(&input))
		fail_msg("refused: %s", fixture.fault.detail);
	return &fixture.articles.articles[0];
}

#define DAY ((int64_t)86400000000)

static void the_date_comes_from_the_best_evidence(void **state)
{
	static const struct {
		const char *text, *argument, *date;
		int64_t file_time;
		enum chy_date_source from;
	} cases[] = {
		{"Date: 2013-11-03\nTitle: T\n\nMOSCOVO, 1/11/2013 (Lusa) - Texto.", "2012-01-01",
			"2013-11-03", 0, CHY_DATE_HEADER},
		{"Título\n\nMOSCOVO, 1/11/2013 (Lusa) - Texto.", "2012-01-01", "2013-11-01", 0,
			CHY_DATE_DATELINE},
		{"Date: ontem\nTitle: T\n\nMOSCOVO, 1/11/2013 (Lusa) - Texto.", NULL, "2013-11-01",
			0, CHY_DATE_DATELINE},
		{"Título\n\nTexto.", "2012-01-01", "2012-01-01", 0, CHY_DATE_ARGUMENT},
		{"Título\n\nTexto.", NULL, "1970-01-03", 2 * DAY + 5, CHY_DATE_FILE},
		{"Título\n\nTexto.", NULL, "1969-12-31", -5, CHY_DATE_FILE},
		{"Título\n\nTexto.", NULL, "", INT64_MIN, CHY_DATE_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct chy_article *article =
			with_evidence(cases[i].text, cases[i].argument, cases[i].file_time);

		assert_str(article->date, cases[i].date);
		assert_int_equal(article->date_from, cases[i].from);
	}
}

static void a_dateline_gives_outlet_and_day(void **state)
{
	static const struct {
		const char *line, *source, *date;
	} cases[] = {
		{"MOSCOVO, 1 nov (Lusa) — O ministro", "Lusa", "2013-11-01"},
		{"LISBOA (Reuters) - O ministro", "Reuters", ""},
		{"Brasília, 3/11/2013 (EFE).- O ministro", "EFE", "2013-11-03"},
		{"RIO DE JANEIRO, 1.º de novembro (Folha) – O ministro", "Folha", "2013-11-01"},
		{"São Paulo (AE, 2 nov 2013) -- O ministro", "AE", "2013-11-02"},
		{"MADRID 3 Nov. (EUROPA PRESS) - O ministro", "EUROPA PRESS", "2013-11-03"},
		{"WASHINGTON, Oct 31 (Reuters) - The minister", "Reuters", "2013-10-31"},
		{"TÓQUIO, 30 dez (Lusa) — O ministro", "Lusa", "2012-12-30"},
		{"Mar del Plata, 4 nov (Télam) - O ministro", "Télam", "2013-11-04"},
		{"MOSCOVO/TÓQUIO, 1 nov (Lusa/EFE) — O ministro", "Lusa/EFE", "2013-11-01"},
		{"GENEBRA, 2 nov 2013 — O ministro", "", "2013-11-02"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[300];
		const struct chy_article *article;

		snprintf(text, sizeof(text), "Um título\n\n%s chegou ontem.\n", cases[i].line);
		article = with_evidence(text, "2013-11-03", INT64_MIN);
		if (!chy_str_is(article->source, cases[i].source))
			fail_msg("%s: source %.*s", cases[i].line, (int)article->source.size,
				article->source.data);
		if (cases[i].date[0])
			assert_str(article->date, cases[i].date);
		assert_int_equal(article->date_from,
			cases[i].date[0] ? CHY_DATE_DATELINE : CHY_DATE_ARGUMENT);
	}
}

static void a_day_that_stands_alone_above_the_text_is_a_dateline(void **state)
{
	static const struct {
		const char *file, *date, *text;
	} cases[] = {
		{"Um título\n12 de março de 2014\n\nO ministro chegou.", "2014-03-12",
			"Um título\n\nO ministro chegou."},
		{"Um título\n\nLisboa, 12/3/2014\n\nO ministro chegou.", "2014-03-12",
			"Um título\n\nO ministro chegou."},
		{"2014-03-12\n\nUm título\n\nO ministro chegou.", "2014-03-12",
			"Um título\n\nO ministro chegou."},
		{"A title\nMarch 12, 2014\nThe minister arrived.", "2014-03-12",
			"A title\n\nThe minister arrived."},
		{"Um título\n\nCimeira de 12 de março de 2014\n\nO ministro chegou.", "2015-01-01",
			"Um título\n\nCimeira de 12 de março de 2014\n\nO ministro chegou."},
		{"Um título\n\n12 de março\n\nO ministro chegou.", "2015-01-01",
			"Um título\n\n12 de março\n\nO ministro chegou."},
		{"Um título\n\nO ministro chegou.\n\n12 de março de 2014", "2015-01-01",
			"Um título\n\nO ministro chegou.\n\n12 de março de 2014"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct chy_article *article =
			with_evidence(cases[i].file, "2015-01-01", INT64_MIN);

		assert_str(article->date, cases[i].date);
		assert_str(article->text, cases[i].text);
	}
}

static void what_only_resembles_a_dateline_is_none(void **state)
{
	static const char *const lines[] = {
		"O primeiro-ministro (que chegou ontem) - e que parte hoje",
		"A Frente Polisário (movimento independentista) — apoiada por Argel",
		"Rússia e Japão reuniram-se em Moscovo (Rússia) para falar",
		"O ministro da Defesa da Rússia - em visita desde o dia 1 de novembro de 2013",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		char text[300];
		const struct chy_article *article;

		snprintf(text, sizeof(text), "Um título\n\n%s falou.\n", lines[i]);
		article = with_evidence(text, "2013-11-05", INT64_MIN);
		assert_str(article->source, "");
		assert_int_equal(article->date_from, CHY_DATE_ARGUMENT);
	}
}

static void a_dateline_is_left_out_of_the_text_and_kept_as_a_field(void **state)
{
	static const struct {
		const char *written, *text, *dateline;
	} cases[] = {
		{"MOSCOVO, 1 nov (Lusa) — O ministro chegou.", "O ministro chegou.",
			"MOSCOVO, 1 nov (Lusa) —"},
		{"Brasília, 3/11/2013 (EFE).- O ministro chegou.", "O ministro chegou.",
			"Brasília, 3/11/2013 (EFE).-"},
		{"MOSCOVO — O ministro chegou.", "O ministro chegou.", "MOSCOVO —"},
		{"Rússia — o maior país — chegou.", "Rússia — o maior país — chegou.", ""},
		{"A ONU - disse ele - chegou.", "A ONU - disse ele - chegou.", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char file[300], text[300];
		const struct chy_article *article;

		snprintf(file, sizeof(file), "Um título\n\n%s\n", cases[i].written);
		snprintf(text, sizeof(text), "Um título\n\n%s", cases[i].text);
		article = only(file, "");
		assert_str(article->text, text);
		assert_str(chy_json_str(article->fields, "dateline"), cases[i].dateline);
	}
}

static void a_headline_with_a_dash_is_no_dateline(void **state)
{
	(void)state;
	assert_str(only("EUROPA — Rússia e Japão\n\nTexto aqui.\n", "")->title,
		"EUROPA — Rússia e Japão");
}

static void a_year_from_elsewhere_is_no_part_of_the_content(void **state)
{
	static const char text[] = "Um título\n\nMOSCOVO, 1 nov (Lusa) — O ministro chegou.\n";
	struct chy_hash id = with_evidence(text, "2013-11-03", INT64_MIN)->id;
	const struct chy_article *article = with_evidence(text, "2016-11-03", INT64_MIN);

	(void)state;
	assert_str(article->date, "2016-11-01");
	assert_true(article->date_inferred);
	assert_true(chy_hash_equal(&article->id, &id));
	article = with_evidence("Um título\n\nMOSCOVO, 2 nov (Lusa) — O ministro chegou.\n",
		"2013-11-03", INT64_MIN);
	assert_false(chy_hash_equal(&article->id, &id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(dates_of_all_usual_forms_are_read, forget_after),
		cmocka_unit_test_teardown(what_is_no_day_is_kept_with_a_note, forget_after),
		cmocka_unit_test_teardown(the_date_comes_from_the_best_evidence, forget_after),
		cmocka_unit_test_teardown(a_dateline_gives_outlet_and_day, forget_after),
		cmocka_unit_test_teardown(
			a_day_that_stands_alone_above_the_text_is_a_dateline, forget_after),
		cmocka_unit_test_teardown(what_only_resembles_a_dateline_is_none, forget_after),
		cmocka_unit_test_teardown(
			a_dateline_is_left_out_of_the_text_and_kept_as_a_field, forget_after),
		cmocka_unit_test_teardown(a_headline_with_a_dash_is_no_dateline, forget_after),
		cmocka_unit_test_teardown(
			a_year_from_elsewhere_is_no_part_of_the_content, forget_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
