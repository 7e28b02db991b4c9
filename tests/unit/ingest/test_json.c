#include "fixture.h"

static void the_usual_scrapers_are_understood(void **state)
{
	static const char *const objects[] = {
		/* newspaper3k */
		"{\"title\":\"Abe em Moscovo\",\"text\":\"Um.\\n\\nDois.\",\"publish_date\":"
		"\"2013-04-29 00:00:00\",\"source_url\":\"https://g.example\",\"url\":"
		"\"https://g.example/1\",\"meta_lang\":\"pt\",\"source\":\"g.example\"}",
		/* news-please */
		"{\"title\":\"Abe em Moscovo\",\"maintext\":\"Um.\\nDois.\",\"date_publish\":"
		"\"2013-04-29 10:00:00\",\"date_modify\":null,\"date_download\":\"2020-01-01\","
		"\"source_domain\":\"g.example\",\"url\":\"https://g.example/1\",\"language\":"
		"\"pt\",\"description\":\"Três.\"}",
		/* trafilatura */
		"{\"title\":\"Abe em Moscovo\",\"text\":\"Um.\\nDois.\",\"raw_text\":\"Um. Dois.\","
		"\"date\":\"2013-04-29\",\"sitename\":\"g.example\",\"hostname\":\"h.example\","
		"\"source\":\"g.example\",\"url\":\"https://g.example/1\",\"language\":\"pt\"}",
		/* schema.org and services */
		"{\"headline\":\"Abe em Moscovo\",\"articleBody\":\"Um.\\r\\nDois.\","
		"\"datePublished\":\"2013-04-29T22:00:00Z\",\"publisher\":{\"name\":"
		"\"g.example\"},\"link\":\"https://g.example/1\",\"inLanguage\":\"pt-PT\"}",
		/* Scrapy's lists, seconds, HTML */
		"{\"titulo\":\"Abe em Moscovo\",\"body\":[\"Um.\",\"Dois.\"],\"timestamp\":"
		"1367240400,\"fonte\":\"g.example\",\"url\":\"https://g.example/1\",\"idioma\":"
		"\"Português\"}",
		"{\"url\":\"https://g.example/1\",\"lang\":\"pt\",\"content\":\"<p>Um.</p>\\n"
		"<p>Dois.</p><script>x</script>\",\"title\":\"Abe em Moscovo\",\"published\":"
		"\"29/04/2013\",\"site_name\":\"g.example\"}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(objects); i++) {
		const struct chy_article *article = only(objects[i], "a.json");

		assert_str(article->title, "Abe em Moscovo");
		assert_str(article->text, "Abe em Moscovo\n\nUm.\n\nDois.");
		assert_str(article->date, "2013-04-29");
		assert_int_equal(article->date_from, CHY_DATE_METADATA);
		assert_str(article->source, "g.example");
		assert_str(article->url, "https://g.example/1");
		assert_str(article->language, "pt");
		assert_int_equal(article->media, CHY_MEDIA_JSON);
	}
}

static void what_is_not_used_is_kept(void **state)
{
	const struct chy_article *article = only(
		"{\"title\":\"T\",\"text\":\"Um.\",\"authors\":[\"A\",\"B\"],\"views\":3,"
		"\"date_publish\":\"2013-04-29\",\"date_modify\":\"2013-05-01\",\"summary\":\"S\"}",
		"");

	(void)state;
	assert_int_equal(json_array_size(json_object_get(article->fields, "authors")), 2);
	assert_int_equal(json_integer_value(json_object_get(article->fields, "views")), 3);
	assert_str(chy_json_str(article->fields, "date_modify"), "2013-05-01");
	assert_str(chy_json_str(article->fields, "summary"), "S");
	assert_int_equal(json_object_size(article->fields), 4);
}

static void escapes_are_undone_and_keep_their_place(void **state)
{
	static const char file[] =
		"{\"title\":\"T\",\"text\":\"R\\u00fassia \\\"e\\\" Jap\\u00e3o \\ud83d\\ude00.\"}";
	const struct chy_article *article = only(file, "");
	const char *word = memmem(article->text.data, article->text.size, "Jap", 3);
	uint32_t at = (uint32_t)(word - article->text.data);
	uint64_t first, last;

	(void)state;
	assert_str(article->text, "T\n\nRússia \"e\" Japão \xf0\x9f\x98\x80.");
	chy_map_span(&article->map, at, at + 6, &first, &last);
	assert_int_equal(last - first, strlen("Jap\\u00e3o"));
	assert_memory_equal(file + first, "Jap\\u00e3o", last - first);
}

static void html_in_a_body_is_stripped(void **state)
{
	static const struct {
		const char *body, *text;
	} cases[] = {
		{"<div><h2>Um</h2><p>Dois &amp; <b>três</b>.</p></div>", "Um\n\nDois & três."},
		{"Um &quot;dois&quot;.\\n\\nTr&ecirc;s.", "Um \"dois\".\n\nTrês."},
		{"Um<br/>Dois.", "Um\n\nDois."},
		{"Se 3 < 5 e 7 > 2, AT&T.", "Se 3 < 5 e 7 > 2, AT&T."},
		{"<p>Um.</p><figure><figcaption>Legenda.</figcaption></figure><p>Dois.</p>",
			"Um.\n\nDois."},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char file[300], text[300];

		snprintf(file, sizeof(file), "{\"title\":\"T\",\"text\":\"%s\"}", cases[i].body);
		snprintf(text, sizeof(text), "T\n\n%s", cases[i].text);
		assert_str(only(file, "")->text, text);
	}
}

static void arrays_wrappers_and_lines_hold_many(void **state)
{
	static const char *const files[] = {
		"[{\"title\":\"A\",\"text\":\"Um.\"},{\"title\":\"B\",\"text\":\"Dois.\"}]",
		"{\"status\":\"ok\",\"articles\":[{\"title\":\"A\",\"content\":\"Um.\"},"
		"{\"title\":\"B\",\"content\":\"Dois.\"}]}",
		"{\"title\":\"A\",\"text\":\"Um.\"}\n\n{\"title\":\"B\",\"text\":\"Dois.\"}\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		assert_int_equal(take(files[i], "x.json"), 0);
		assert_int_equal(fixture.articles.count, 2);
		assert_str(fixture.articles.articles[0].text, "A\n\nUm.");
		assert_str(fixture.articles.articles[1].text, "B\n\nDois.");
		assert_int_equal(fixture.articles.refusal_count, 0);
		for (size_t j = 0; j < 2; j++) {
			const struct chy_article *article = &fixture.articles.articles[j];

			assert_int_equal(files[i][article->original_start], '{');
			assert_int_equal(files[i][article->original_end - 1], '}');
		}
	}
}

static void a_bad_line_is_refused_by_number_and_the_good_are_taken(void **state)
{
	static const char file[] = "{\"title\":\"A\",\"text\":\"Um.\"}\n"
				   "{\"title\":\"B\",\"text\":\n"
				   "\n"
				   "[1,2]\n"
				   "{\"title\":\"\",\"text\":\"\"}\n"
				   "{\"title\":\"C\",\"text\":\"Dois.\"}";
	static const uint64_t bad[] = {2, 4, 5};

	(void)state;
	assert_int_equal(take(file, "x.jsonl"), 0);
	assert_int_equal(fixture.articles.count, 2);
	assert_int_equal(fixture.articles.refusal_count, COUNT_OF(bad));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		const struct chy_ingest_refusal *refusal = &fixture.articles.refusals[i];

		assert_int_equal(refusal->fault.at, bad[i]);
		assert_int_equal(refusal->fault.code, CHY_EINPUT);
		assert_true(refusal->fault.detail[0]);
		assert_true(refusal->original_end > refusal->original_start);
	}
	assert_int_equal(fixture.articles.articles[1].media, CHY_MEDIA_JSONL);
}

static void lines_are_seen_even_where_the_first_is_bad(void **state)
{
	(void)state;
	assert_int_equal(
		take("{\"title\":\"A\",\"text\":\n{\"title\":\"B\",\"text\":\"Um.\"}\n", ""), 0);
	assert_int_equal(fixture.articles.count, 1);
	assert_int_equal(fixture.articles.refusals[0].fault.at, 1);
}

static void an_array_that_is_cut_off_loses_its_last_only(void **state)
{
	(void)state;
	assert_int_equal(
		take("[{\"title\":\"A\",\"text\":\"Um.\"},{\"title\":\"B\",", "x.json"), 0);
	assert_int_equal(fixture.articles.count, 1);
	assert_int_equal(fixture.articles.refusal_count, 1);
	assert_int_equal(fixture.articles.refusals[0].fault.at, 2);
}

static void a_file_without_a_good_article_is_refused(void **state)
{
	static const char *const files[] = {"{}", "[]", "{\"title\": \"A\"", "[1, 2]",
		"{\"a\": {\"text\": \"Um.\"}}", "{\"title\":\"A\",\"title\":\"B\"}",
		"{\"text\":\"\\u0000\"}"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		if (take(files[i], "a.json") != CHY_EINPUT)
			fail_msg("%s gives %d", files[i], fixture.result);
		assert_true(fixture.fault.detail[0]);
	}
}

static void a_title_or_a_summary_alone_is_an_article(void **state)
{
	(void)state;
	assert_str(
		only("{\"title\":\"Abe em Moscovo\",\"text\":\"\"}", "")->text, "Abe em Moscovo");
	assert_str(only("{\"title\":\"T\",\"text\":null,\"description\":\"Um.\"}", "")->text,
		"T\n\nUm.");
}

static void brackets_at_the_beginning_of_a_text_are_no_json(void **state)
{
	(void)state;
	assert_str(only("[Atualizado] Abe em Moscovo\n\nTexto aqui.\n", "a.txt")->title,
		"[Atualizado] Abe em Moscovo");
	assert_str(only("{Urgente} Abe em Moscovo\n\nTexto aqui.\n", "a.txt")->title,
		"{Urgente} Abe em Moscovo");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_usual_scrapers_are_understood, forget_after),
		cmocka_unit_test_teardown(what_is_not_used_is_kept, forget_after),
		cmocka_unit_test_teardown(escapes_are_undone_and_keep_their_place, forget_after),
		cmocka_unit_test_teardown(html_in_a_body_is_stripped, forget_after),
		cmocka_unit_test_teardown(arrays_wrappers_and_lines_hold_many, forget_after),
		cmocka_unit_test_teardown(
			a_bad_line_is_refused_by_number_and_the_good_are_taken, forget_after),
		cmocka_unit_test_teardown(lines_are_seen_even_where_the_first_is_bad, forget_after),
		cmocka_unit_test_teardown(
			an_array_that_is_cut_off_loses_its_last_only, forget_after),
		cmocka_unit_test_teardown(a_file_without_a_good_article_is_refused, forget_after),
		cmocka_unit_test_teardown(a_title_or_a_summary_alone_is_an_article, forget_after),
		cmocka_unit_test_teardown(
			brackets_at_the_beginning_of_a_text_are_no_json, forget_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
