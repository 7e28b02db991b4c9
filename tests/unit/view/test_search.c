/* Looking for words: how they are cut and folded, what finds what, and what was
 * found when. */
#include "place.h"
#include "query.h"
#include "token.h"
#include "words.h"

/* -- words ------------------------------------------------------------------------ */

static const struct {
	const char *text, *words;
} cuts[] = {
	{"", ""},
	{" ,.!? – … ", ""},
	{"A Rússia e o Japão", "a|russia|e|o|japao"},
	{"d'Angola, primeiro-ministro (2014)", "d|angola|primeiro|ministro|2014"},
	{"ŁÓDŹ Straße Ærø İstanbul ǅ", "lodz|strasse|aero|istanbul|dz"},
	{"Việt Nam n.º 5ª", "viet|nam|n|o|5a"},
	{"МОСКВА Ёлка", "москва|ёлка"},
	{"日本とロシア", "日|本|と|ロ|シ|ア"},
	{"e\xcc\x81 x\xcc\x81", "e|x"},
	{"a\xff"
	 "b \xe2\x82",
		"a|b"},
	{"\xf0\x9f\x99\x82 ok", "ok"},
	{"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeee",
		"aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"},
};

static void words_are_cut_and_folded(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cuts); i++) {
		struct chy_str text = chy_str_from(cuts[i].text), word;
		struct chy_buffer found;
		char folded[CHY_STEM];
		size_t at = 0;

		chy_buffer_init(&found);
		while (chy_next_word(text, &at, &word)) {
			size_t size = chy_fold_word(word, folded);

			if (found.size && size)
				chy_buffer_add_char(&found, '|');
			chy_buffer_add(&found, folded, size);
		}
		chy_buffer_add(&found, "", 0);
		assert_string_equal(found.data, cuts[i].words);
		chy_buffer_fini(&found);
	}
}

static const struct {
	enum chy_tongue tongue;
	const char *one, *other;
} forms[] = {
	{CHY_TONGUE_PT, "negociações", "Negociação"},
	{CHY_TONGUE_PT, "retomaram", "retomar"},
	{CHY_TONGUE_EN, "negotiations", "Negotiation"},
	{CHY_TONGUE_ES, "negociaciones", "negociación"},
	{CHY_TONGUE_NONE, "Moscovo", "MOSCOVO"},
};

static void forms_of_a_word_have_one_stem(void **state)
{
	struct chy_stemmer *stemmer = chy_stemmer_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		char one[CHY_STEM], other[CHY_STEM];
		size_t n = chy_stem(stemmer, forms[i].tongue, chy_str_from(forms[i].one), one);

		assert_int_equal(
			n, chy_stem(stemmer, forms[i].tongue, chy_str_from(forms[i].other), other));
		assert_memory_equal(one, other, n);
	}
	chy_stemmer_free(stemmer);
}

/* -- queries ------------------------------------------------------------------------ */

static const struct {
	const char *text;
	unsigned words, phrases, clauses; /* 0: refused */
	const char *why;
} queries[] = {
	{"", 0, 0, 0, "there is no word"},
	{" ,. - ", 0, 0, 0, "there is no word"},
	{"-lavrov", 0, 0, 0, "there is no word"},
	{"\"a b", 0, 0, 0, "not closed"},
	{"\"", 0, 0, 0, "not closed"},
	{"a*", 0, 0, 0, "two letters"},
	{"OR", 0, 0, 0, "OR stands between"},
	{"a OR", 0, 0, 0, "OR stands between"},
	{"a OR OR b", 0, 0, 0, "OR stands between"},
	{"a OR -b", 0, 0, 0, "OR stands between"},
	{"-a OR b", 0, 0, 0, "OR stands between"},
	{"a\xff", 0, 0, 0, "UTF-8"},
	{"a b c d e f g h i j k l m n o p q r s t u v w x y z 1 2 3 4 5 6 7", 0, 0, 0, "32"},
	{"paz", 1, 1, 1, NULL},
	{"paz tratado", 2, 2, 2, NULL},
	{"\"tratado de paz\" -guerra", 4, 2, 2, NULL},
	{"primeiro-ministro", 2, 1, 1, NULL},
	{"a OR b OR \"c d\" e", 5, 4, 2, NULL},
	{"curil* \"\" !", 1, 1, 1, NULL},
	{"a b c d e f g h i j k l m n o p q r s t u v w x y z 1 2 3 4 5 6 !", 32, 32, 32, NULL},
};

static void queries_are_read_or_refused_with_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(queries); i++) {
		struct chy_query query;
		struct chy_fault fault;
		int result = chy_query_parse(chy_str_from(queries[i].text), &query, &fault);

		if (!queries[i].words) {
			assert_int_equal(result, CHY_EINPUT);
			assert_non_null(strstr(fault.detail, queries[i].why));
			continue;
		}
		assert_int_equal(result, 0);
		assert_int_equal(query.word_count, queries[i].words);
		assert_int_equal(query.phrase_count, queries[i].phrases);
		assert_int_equal(query.clause_count, queries[i].clauses);
	}
}

static void rows_that_are_none_are_told(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} rows[] = {{"", 0}, {"\0\0\0\1\0", 5}, {"\0\0\0\1\0\40", 6}, {"\0\0\0\1\0\40\3", 7},
		{"\0\0\0\1\0\77\200\200\200\200\1", 11}, {"\0\0\0\1\0\41\201", 7}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct chy_postings postings;
		int more = CHY_EDAMAGED;

		if (chy_postings_begin(
			    (struct chy_str){rows[i].bytes, rows[i].size}, &postings, NULL))
			do
				more = chy_postings_next(&postings);
			while (more > 0);
		assert_int_equal(more, CHY_EDAMAGED);
	}
}

/* -- an archive -------------------------------------------------------------------------- */

/* 1 archive; 2, 3 one; 4, 5 two; 6, 7 three; 8, 9 rain. */
static const char *const history[] = {
	"{\"add\":\"one\",\"date\":\"2013-04-29\",\"language\":\"pt\",\"source\":\"Gazeta do "
	"Norte\","
	"\"title\":\"Tratado de paz à vista\",\"events\":["
	" {\"event\":\"AGREE\",\"actor\":[{\"code\":\"JPN\",\"name\":\"Japan\",\"person\":\"Shinzō "
	"Abe\"},\"RUS\"],\"place\":\"Moscovo\",\"dispute\":[\"kuril-islands\"],\"sentence\":\"Os "
	"dois "
	"retomam as negociações sobre as ilhas Curilas.\"},"
	" {\"event\":\"ACCUSE\",\"actor\":[\"RUS\"],\"recipient\":[\"USA\"],\"sentence\":\"Moscovo "
	"acusa "
	"Washington de hostilidade sobre hostilidade.\"}]}",
	"{\"add\":\"two\",\"date\":\"2013-11-05\",\"language\":\"en\",\"source\":\"Harbour Wire\","
	"\"title\":\"Talks on the Kurils\",\"events\":["
	" {\"event\":\"CONSULT\",\"actor\":[\"JPN\"],\"recipient\":[\"RUS\"],\"sentence\":"
	"\"Negotiations "
	"on the southern islands went on in Tokyo.\"}]}",
	"{\"add\":\"three\",\"date\":\"2014-02-01\",\"language\":\"es\",\"source\":\"Cable del "
	"Plata\","
	"\"title\":\"Islas y negociaciones\",\"events\":["
	" {\"event\":\"REJECT\",\"actor\":[\"ARG\"],\"recipient\":[\"GBR\"],\"sentence\":\"Buenos "
	"Aires "
	"rechaza la negociación sobre las islas Malvinas; las islas son suyas.\"}]}",
	"{\"add\":\"rain\",\"date\":\"2014-02-09\",\"language\":\"pt\",\"source\":\"Lusitana\","
	"\"title\":\"Chuva forte nas ilhas\",\"events\":[]}",
};

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	place_make(place);
	for (size_t i = 0; i < COUNT_OF(history); i++)
		place_write(place, history[i]);
	place_follow(place, 0);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	place_remove(*state);
	free(*state);
	return 0;
}

static json_t *search(
	const struct place *place, const char *words, const struct chy_event_filter *filter)
{
	struct chy_fault fault;
	struct chy_view *view;
	json_t *found;

	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(
		chy_view_search(view, chy_str_from(words), filter, &found, NULL, &fault), 0);
	chy_view_close(view);
	return found;
}

/* Ids, and titles of documents, in order. */
static void finds(const struct place *place, const char *words,
	const struct chy_event_filter *filter, const char *expected)
{
	json_t *found = search(place, words, filter);
	struct chy_buffer shown;

	chy_buffer_init(&shown);
	for (size_t i = 0; i < json_array_size(found); i++) {
		const json_t *hit = json_array_get(found, i);
		struct chy_str id = chy_json_str(hit, "id");

		if (i)
			chy_buffer_add_char(&shown, ' ');
		chy_buffer_add_str(&shown, id.size ? id : chy_json_str(hit, "source"));
	}
	chy_buffer_add(&shown, "", 0);
	if (strcmp(shown.data, expected) != 0)
		print_error("%s\n", words);
	assert_string_equal(shown.data, expected);
	chy_buffer_fini(&shown);
	json_decref(found);
}

static const struct {
	const char *words, *found;
} answers[] = {
	{"Curilas", "E3.1"},
	{"CURILAS", "E3.1"},
	{"negociacoes", "E3.1"},
	{"negociacao", "E3.1"},
	{"negociacion", "E7.1"},
	{"negotiation", "E5.1"},
	{"ilhas curilas", "E3.1"},
	{"\"ilhas curilas\"", "E3.1"},
	{"\"curilas ilhas\"", ""},
	{"\"as ilhas\"", "E3.1"},
	{"\"nas ilhas\"", "Lusitana"},
	{"curil*", "E3.1"},
	{"kuril*", "Harbour Wire"},
	{"kurils negotiations", "E5.1"}, /* one word in the title */
	{"tratado curilas", "E3.1"},
	{"islas -malvinas", "Cable del Plata"}, /* the title */
	{"hostilidade -washington", ""},
	{"hostilidade OR tokyo", "E3.2 E5.1"}, /* twice the word */
	{"japan abe moscovo", "E3.1"},
	{"shinzo", "E3.1"},
	{"\"japan moscovo\"", ""}, /* no phrase from name to name */
	{"\"gazeta do norte\" curilas", "E3.1"},
	{"chuva", "Lusitana"},
	{"tokyo malvinas", ""},
	{"nowhere", ""},
	{"curilas nowhere", ""},
	{"curilas -nowhere", "E3.1"},
};

static void words_find_what_has_them(void **state)
{
	const struct chy_event_filter all = CHY_EVENT_FILTER_ALL;

	for (size_t i = 0; i < COUNT_OF(answers); i++)
		finds(*state, answers[i].words, &all, answers[i].found);
}

static void filters_hold(void **state)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;

	filter.actor = CHY_STR("RUS");
	finds(*state, "moscovo", &filter, "E3.1 E3.2");
	filter.category = CHY_STR("ACCUSE");
	finds(*state, "moscovo", &filter, "E3.2");
	finds(*state, "chuva", &filter, "");
	filter = CHY_EVENT_FILTER_ALL;
	filter.first_day = chy_day_number(2014, 2, 1);
	finds(*state, "ilhas OR islas", &filter, "E7.1 Lusitana");
	filter.source = CHY_STR("Lusitana");
	finds(*state, "ilhas OR islas", &filter, "Lusitana");
	filter = CHY_EVENT_FILTER_ALL;
	filter.limit = 1;
	finds(*state, "ilhas OR islas", &filter, "E7.1");
}

static void what_was_found_then_is_found_as_of_then(void **state)
{
	struct place *place = *state;
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;

	place_write(place,
		"{\"code\":\"one\",\"events\":[{\"event\":\"AGREE\",\"actor\":[\"JPN\",\"RUS\"],"
		"\"language\":\"pt\",\"sentence\":\"Acordo sobre Kunashir.\"}]}"); /* 10 */
	place_write(place, "{\"withdraw\":\"two\",\"author\":\"R. Dias\",\"reason\":\"a hoax\"}");
	place_write(place, "{\"withdraw\":\"rain\",\"author\":\"R. Dias\",\"reason\":\"a hoax\"}");
	place_write(place, "{\"correct\":\"three\",\"event\":\"E7.1\",\"author\":\"R. Dias\","
			   "\"change\":{\"place\":\"Ushuaia\"}}"); /* 13 */
	place_follow(place, 0);
	finds(place, "curilas", &filter, "");
	finds(place, "kunashir", &filter, "E10.1");
	finds(place, "tokyo", &filter, "");
	finds(place, "chuva", &filter, "");
	finds(place, "malvinas", &filter, "E13.1");
	finds(place, "malvinas ushuaia", &filter, "E13.1");
	filter.as_of = 9;
	finds(place, "curilas", &filter, "E3.1");
	finds(place, "kunashir", &filter, "");
	finds(place, "tokyo", &filter, "E5.1");
	finds(place, "chuva", &filter, "Lusitana");
	finds(place, "malvinas", &filter, "E7.1");
	finds(place, "ushuaia", &filter, "");
	filter.as_of = 4;
	finds(place, "tokyo", &filter, "");
	finds(place, "kurils", &filter, "Harbour Wire"); /* not coded yet */
}

static void the_words_that_were_looked_for_are_marked(void **state)
{
	const struct chy_event_filter all = CHY_EVENT_FILTER_ALL;
	json_t *found = search(*state, "negociacao ilhas", &all);
	const json_t *hit = json_array_get(found, 0);
	struct chy_str sentence = chy_json_str(hit, "sentence");
	struct chy_buffer words;

	chy_buffer_init(&words);
	for (size_t i = 0; i < json_array_size(json_object_get(hit, "marks")); i++) {
		const json_t *mark = json_array_get(json_object_get(hit, "marks"), i);
		json_int_t from = json_integer_value(json_array_get(mark, 0));

		chy_buffer_add(&words, sentence.data + from,
			(size_t)(json_integer_value(json_array_get(mark, 1)) - from));
		chy_buffer_add_char(&words, '|');
	}
	assert_string_equal(words.data, "negociações|ilhas|");
	chy_buffer_fini(&words);
	json_decref(found);
}

/* -- many ------------------------------------------------------------------------------------ */

enum { MANY = 1500 }; /* documents, two records each: more than one bucket */

static void write_many(struct place *place)
{
	struct chy_buffer lines;

	place_make(place);
	for (unsigned i = 0; i < MANY; i += 100) {
		chy_buffer_init(&lines);
		for (unsigned j = i; j < i + 100; j++)
			chy_buffer_printf(&lines,
				"{\"add\":\"%u\",\"title\":\"Nota "
				"%u\",\"language\":\"pt\",\"source\":\"Paper "
				"%u\",\"date\":\"2014-01-01\",\"events\":[{\"event\":\"AGREE\","
				"\"actor\":"
				"[\"JPN\",\"%s\"],\"language\":\"pt\",\"sentence\":\"Todos os dias "
				"%s "
				"acordo%s número %u.\"}]}\n",
				j, j, j % 7, j % 500 ? "RUS" : "AGO", j % 2 ? "um" : "outro",
				j == 3 ? " e outro acordo" : "", j);
		place_write(place, lines.data);
		chy_buffer_fini(&lines);
	}
}

static void any_way_of_following_gives_the_same_words(void **state)
{
	char at_once[CHY_HASH_HEX], in_steps[CHY_HASH_HEX];
	struct chy_fault fault;
	struct place place;

	(void)state;
	write_many(&place);
	place_follow(&place, 0);
	place_digest(&place, at_once);
	assert_int_equal(chy_view_discard(place.directory, &fault), 0);
	for (uint64_t seq = 1; seq < 2 * MANY; seq += 1 + seq % 701)
		place_follow(&place, seq);
	place_follow(&place, 0);
	place_digest(&place, in_steps);
	assert_string_equal(at_once, in_steps);
	place_remove(&place);
}

static void the_best_come_first_and_then_the_latest(void **state)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct place place;

	(void)state;
	write_many(&place);
	place_follow(&place, 0);
	filter.limit = 4;
	finds(&place, "acordo", &filter, "E9.1 E3001.1 E2999.1 E2997.1");
	finds(&place, "outro acordo", &filter, "E9.1 E2999.1 E2995.1 E2991.1");
	finds(&place, "\"um acordo\"", &filter, "E3001.1 E2997.1 E2993.1 E2989.1");
	finds(&place, "acordo 777", &filter, "E1557.1");
	finds(&place, "nota 777 -acordo", &filter, "Paper 0");
	filter.actor = CHY_STR("AGO"); /* few of many: the filter's index is used */
	finds(&place, "acordo", &filter, "E2003.1 E1003.1 E3.1");
	filter.as_of = 2002;
	finds(&place, "acordo", &filter, "E1003.1 E3.1");
	place_remove(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_cut_and_folded),
		cmocka_unit_test(forms_of_a_word_have_one_stem),
		cmocka_unit_test(queries_are_read_or_refused_with_a_reason),
		cmocka_unit_test(rows_that_are_none_are_told),
		cmocka_unit_test_setup_teardown(words_find_what_has_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(filters_hold, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_was_found_then_is_found_as_of_then, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_words_that_were_looked_for_are_marked, set_up, tear_down),
		cmocka_unit_test(any_way_of_following_gives_the_same_words),
		cmocka_unit_test(the_best_come_first_and_then_the_latest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
