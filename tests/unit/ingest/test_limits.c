/* Limits, what is no text, and files made to exhaust a reader. */
#include "fixture.h"

static struct chy_buffer made;

static void repeat(const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		chy_buffer_add(&made, text, strlen(text));
}

static int setup(void **state)
{
	(void)state;
	chy_buffer_init(&made);
	return 0;
}

static int teardown(void **state)
{
	chy_buffer_fini(&made);
	return forget_after(state);
}

static void assert_limit(const char *name, const char *limit)
{
	assert_int_equal(take_bytes(made.data, made.size, name), CHY_ELIMIT);
	assert_int_equal(fixture.fault.code, CHY_ELIMIT);
	assert_string_equal(fixture.fault.subject, limit);
	assert_true(fixture.fault.detail[0]);
}

static void each_limit_is_named_with_how_much_it_is(void **state)
{
	static const struct {
		struct chy_ingest_limits limits;
		const char *text, *subject, *detail;
	} cases[] = {
		{{.file_bytes = 5}, "Um título longo", "file_bytes", "5"},
		{{.article_bytes = 5}, "Um título longo", "article_bytes", "5"},
		{{.articles = 1}, "{\"title\":\"A\"}\n{\"title\":\"B\"}", "articles", "1"},
		{{.depth = 3}, "<div><div><div><div><p>x", "depth", "3"},
		{{.depth = 3}, "{\"text\":\"a\",\"x\":[[[[1]]]]}", "depth", "3"},
		{{.line_bytes = 20}, "[{\"title\":\"Um título longo\"}]", "line_bytes", "20"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct chy_ingest_limits limits = cases[i].limits;
		const struct chy_ingest_limits *all = &chy_ingest_default_limits;
		struct chy_ingest_input input = {
			.bytes = cases[i].text, .size = strlen(cases[i].text), .limits = &limits};

		limits.file_bytes = limits.file_bytes ? limits.file_bytes : all->file_bytes;
		limits.article_bytes =
			limits.article_bytes ? limits.article_bytes : all->article_bytes;
		limits.articles = limits.articles ? limits.articles : all->articles;
		limits.depth = limits.depth ? limits.depth : all->depth;
		limits.line_bytes = limits.line_bytes ? limits.line_bytes : all->line_bytes;
		assert_int_equal(take_input(&input), CHY_ELIMIT);
		assert_string_equal(fixture.fault.subject, cases[i].subject);
		assert_non_null(strstr(fixture.fault.detail, cases[i].detail));
	}
}

static void deep_nesting_is_refused(void **state)
{
	(void)state;
	repeat("<div>", 100000);
	assert_limit("a.html", "depth");
	chy_buffer_clear(&made);
	repeat("[", 1000000);
	assert_limit("a.json", "depth");
	chy_buffer_clear(&made);
	repeat("{\"a\":", 1000000);
	assert_limit("a.json", "depth");
}

static void a_tag_of_many_attributes_is_refused(void **state)
{
	(void)state;
	repeat("<p ", 1);
	for (int i = 0; i < 200000; i++)
		chy_buffer_printf(&made, "a%d=\"%d\" ", i, i);
	repeat(">Texto</p>", 1);
	assert_limit("a.html", "attributes");
}

static void a_page_of_many_elements_is_refused(void **state)
{
	(void)state;
	repeat("<p><br>", 600000);
	assert_limit("a.html", "elements");
}

static void long_things_are_read(void **state)
{
	static const struct {
		const char *before, *repeated, *after;
		size_t times;
	} cases[] = {
		{"<article><p title='", "x", "'>Um texto que é lido, com isto tudo à frente.</p>",
			3000000},
		{"<article><p>", "&amp;", "</p>", 300000},
		{"<article><p>", "&#x41;", "</p>", 300000},
		{"<article><p>", "<", "</p>", 300000},
		{"<article><p>", "<!--", "</p>", 300000},
		{"<article><p>a", "</b></i>", " fim do texto.</p>", 200000},
		{"Título\n\ne", "\xcc\x81", "\n", 500000},
		{"Título\n\n", "(", "\n", 1000000},
		{"Título\n", "a\n", "", 500000},
		{"Title: T\n", " x\n", "\nTexto", 500000},
		{"Título\n\n", "palavra ", "\n", 500000},
		{"{\"text\":\"", "\\u00e3", "\"}", 300000},
		{"{\"text\":\"", "<p>a", "\"}", 50000},
		{"{\"x\":[", "1,", "1],\"title\":\"T\"}", 500000},
		{"", "{\"title\":\"A\"}\n", "", 20000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		chy_buffer_clear(&made);
		repeat(cases[i].before, 1);
		repeat(cases[i].repeated, cases[i].times);
		repeat(cases[i].after, 1);
		if (take_bytes(made.data, made.size, "") != 0 && fixture.result != CHY_EINPUT)
			fail_msg("case %zu gives %d: %s", i, fixture.result, fixture.fault.detail);
	}
}

static void what_is_no_text_is_named(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *what;
	} cases[] = {
		{"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16, "PNG"},
		{"\xff\xd8\xff\xe0\0\x10JFIF", 10, "JPEG"},
		{"GIF89a\x01\0\x01\0", 10, "GIF"},
		{"RIFF\x24\0\0\0WEBPVP8 ", 16, "WebP"},
		{"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", 15, "PDF"},
		{"PK\x03\x04\x14\0\0\0", 8, "ZIP"},
		{"\x7f"
		 "ELF\x02\x01\x01\0",
			8, "ELF"},
		{"MZ\x90\0\x03\0\0\0", 8, "Windows"},
		{"\x1f\x8b\x08\0\0\0\0\0", 8, "gzip"},
		{"BZh91AY&SY", 10, "bzip2"},
		{"\xfd"
		 "7zXZ\0\0\x04",
			8, "xz"},
		{"\x28\xb5\x2f\xfd\x04\0\0\0", 8, "zstd"},
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, "office"},
		{"{\\rtf1\\ansi\\deff0 Texto}", 24, "Rich Text"},
		{"SQLite format 3\0\x10\0", 18, "SQLite"},
		{"\x01\x02\x03\x04\0\x05\x06\x07\x08\x0e\x0f\x10\x11", 13, "binary"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (take_bytes(cases[i].bytes, cases[i].size, "a.txt") != CHY_EUNSUPPORTED)
			fail_msg("%s gives %d", cases[i].what, fixture.result);
		if (!strstr(fixture.fault.detail, cases[i].what))
			fail_msg("%s is said to be %s", cases[i].what, fixture.fault.detail);
	}
}

static void what_is_empty_says_so(void **state)
{
	static const char *const texts[] = {"", " ", "\n\n\r\n\t", "\xef\xbb\xbf", "\xff\xfe",
		"\xc2\xa0\xe2\x80\x8b\n", "\xc2\xad"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		assert_int_equal(take(texts[i], "a.txt"), CHY_EINPUT);
		assert_non_null(strstr(fixture.fault.detail, "empty"));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_limit_is_named_with_how_much_it_is),
		TEST(deep_nesting_is_refused),
		TEST(a_tag_of_many_attributes_is_refused),
		TEST(a_page_of_many_elements_is_refused),
		TEST(long_things_are_read),
		TEST(what_is_no_text_is_named),
		TEST(what_is_empty_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
