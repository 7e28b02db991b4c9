/* Charsets are told apart, the same article is the same document in each, and
 * every word of the text is found in the bytes that the map names. */
#include <iconv.h>

#include "fixture.h"

#define PORTUGUESE                                                                                     \
	"Rússia e Japão retomam conversações\n\nO primeiro-ministro do Japão reuniu-se ontem em " \
	"Moscovo com o Presidente russo.\n\nOs dois países não têm um tratado de paz. A "           \
	"cooperação económica também está em discussão, à espera de decisões.\n"
#define QUOTED "Título\n\nO ministro disse que “não há pressa” – e que a questão é difícil…\n"
#define EURO "Título\n\nA ajuda é de 300 milhões de €, segundo a Comissão Europeia.\n"
#define PLAIN_ASCII "Abe visits Moscow\n\nThe talks took place on Monday.\n"
#define RUSSIAN                                                                                                                                                             \
	"Россия и Япония возобновили переговоры\n\nМинистр иностранных дел России прибыл вчера в " \
	"Токио с двухдневным визитом. Стороны обсудили мирный договор и южные Курильские "              \
	"острова.\n"
#define JAPANESE                                                                                                                             \
	"日露外相会談\n\n岸田外務大臣は昨日、東京でロシアのラヴロフ外務大臣と会談しました。両大臣" \
	"は平和条約交渉を継続することで一致しました。\n"

static const struct {
	const char *text, *charset, *mark, *found;
} cases[] = {
	{PORTUGUESE, "UTF-8", "", "UTF-8"},
	{PORTUGUESE, "UTF-8", "\xef\xbb\xbf", "UTF-8"},
	{PORTUGUESE, "ISO-8859-1", "", "ISO-8859-1"},
	{PORTUGUESE, "UTF-16LE", "\xff\xfe", "UTF-16LE"},
	{PORTUGUESE, "UTF-16BE", "\xfe\xff", "UTF-16BE"},
	{PORTUGUESE, "UTF-16LE", "", "UTF-16LE"},
	{PORTUGUESE, "UTF-16BE", "", "UTF-16BE"},
	{PORTUGUESE, "UTF-32LE", "", NULL},
	{QUOTED, "WINDOWS-1252", "", "windows-1252"},
	{QUOTED, "UTF-16LE", "\xff\xfe", "UTF-16LE"},
	{EURO, "ISO-8859-15", "", "ISO-8859-15"},
	{EURO, "WINDOWS-1252", "", "windows-1252"},
	{PLAIN_ASCII, "US-ASCII", "", "US-ASCII"},
	{RUSSIAN, "UTF-8", "", "UTF-8"},
	{RUSSIAN, "WINDOWS-1251", "", "windows-1251"},
	{RUSSIAN, "KOI8-R", "", "KOI8-R"},
	{RUSSIAN, "UTF-16BE", "\xfe\xff", "UTF-16BE"},
	{JAPANESE, "UTF-8", "", "UTF-8"},
	{JAPANESE, "EUC-JP", "", "EUC-JP"},
	{JAPANESE, "SHIFT_JIS", "", "Shift_JIS"},
	{JAPANESE, "UTF-16LE", "\xff\xfe", "UTF-16LE"},
};

static size_t convert(
	const char *to, const char *from, const char *bytes, size_t size, char *out, size_t room)
{
	iconv_t converter = iconv_open(to, from);
	char *in = (char *)bytes, *at = out;

	assert_true(converter != (iconv_t)-1);
	if (iconv(converter, &in, &size, &at, &room) == (size_t)-1)
		fail_msg("%s to %s", from, to);
	iconv_close(converter);
	return (size_t)(at - out);
}

/* A file of case i, into out. */
static size_t make(size_t i, const char *text, char *out, size_t room)
{
	size_t mark = strlen(cases[i].mark);

	memcpy(out, cases[i].mark, mark);
	return mark +
	       convert(cases[i].charset, "UTF-8", text, strlen(text), out + mark, room - mark);
}

static void charsets_are_told_apart(void **state)
{
	char file[4096];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t size = make(i, cases[i].text, file, sizeof(file));

		if (!cases[i].found) {
			assert_int_not_equal(take_bytes(file, size, ""), 0);
			continue;
		}
		if (take_bytes(file, size, ""))
			fail_msg("%s: %s", cases[i].charset, fixture.fault.detail);
		assert_str(fixture.articles.articles[0].charset, cases[i].found);
	}
}

static void the_charset_is_no_part_of_what_a_document_is(void **state)
{
	char file[4096];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		size_t size = make(i, cases[i].text, file, sizeof(file));
		struct chy_hash id = only(cases[i].text, "")->id;

		if (cases[i].found && take_bytes(file, size, "another.txt") == 0)
			assert_true(chy_hash_equal(&id, &fixture.articles.articles[0].id));
	}
}

/* Every word of the only article stands, in its charset, at the place that the
 * map gives for it. */
static void check_words(const char *file, const char *charset)
{
	const struct chy_article *article = &fixture.articles.articles[0];
	const char *text = article->text.data;
	size_t at = 0;

	while (at < article->text.size) {
		size_t size = strcspn(text + at, " \n");
		char word[512];
		uint64_t first, last;

		chy_map_span(&article->map, (uint32_t)at, (uint32_t)(at + size), &first, &last);
		word[convert("UTF-8", charset, file + first, last - first, word, 500)] = '\0';
		if (strlen(word) != size || memcmp(word, text + at, size) != 0)
			fail_msg("%s: %.*s is not %s", charset, (int)size, text + at, word);
		at += size + strspn(text + at + size, " \n");
	}
}

static void every_word_is_found_again_in_the_bytes(void **state)
{
	char file[4096];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t size = make(i, cases[i].text, file, sizeof(file));

		if (cases[i].found && take_bytes(file, size, "") == 0)
			check_words(file, cases[i].charset);
	}
}

static void what_a_document_declares_is_heeded_when_it_is_true(void **state)
{
	static const struct {
		const char *file, *charset;
	} declarations[] = {
		{"<meta charset=iso-8859-2><p>Pan minister Waleska mluvil v\xe8"
		 "era.</p>",
			"ISO-8859-2"},
		{"<?xml version='1.0' encoding=\"windows-1251\"?><html><p>\xd0\xee\xf1\xf1\xe8\xff."
		 "</p></html>",
			"windows-1251"},
		{"Title: T\nContent-Type: text/plain; charset=ISO-8859-15\n\nCusta 3 \xa4 por ano.",
			"ISO-8859-15"},
		{"<meta charset=utf-8><p>Reuni\xe3o em T\xf3quio.</p>", "ISO-8859-1"},
		{"<meta charset=iso-8859-1><p>Reuni\xc3\xa3o em T\xc3\xb3quio.</p>", "UTF-8"},
		{"<meta charset=iso-8859-1><p>A \x93reuni\xe3o\x94.</p>", "windows-1252"},
		{"<meta charset=nowhere-7><p>Reuni\xe3o.</p>", "ISO-8859-1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(declarations); i++)
		assert_str(only(declarations[i].file, "")->charset, declarations[i].charset);
}

static void a_few_wrong_bytes_do_not_make_utf8_something_else(void **state)
{
	const struct chy_article *article =
		only("Reunião em Tóquio\n\nA decisão não é de ontem: é da véspera, à tarde, diz "
		     "\xff a Rússia, que não comentou.\n",
			"");

	(void)state;
	assert_str(article->charset, "UTF-8");
	assert_non_null(memmem(article->text.data, article->text.size, "\xef\xbf\xbd", 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(charsets_are_told_apart, forget_after),
		cmocka_unit_test_teardown(
			the_charset_is_no_part_of_what_a_document_is, forget_after),
		cmocka_unit_test_teardown(every_word_is_found_again_in_the_bytes, forget_after),
		cmocka_unit_test_teardown(
			what_a_document_declares_is_heeded_when_it_is_true, forget_after),
		cmocka_unit_test_teardown(
			a_few_wrong_bytes_do_not_make_utf8_something_else, forget_after),
	};

	chy_ingest_prepare();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
