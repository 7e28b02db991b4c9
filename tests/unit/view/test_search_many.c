/* Looking for words in more records than one bucket of the index has: with filters,
 * and as of records in the past. */
#include <stdio.h>

#include "chancery/edtf.h"
#include "place.h"

/* Documents, two records each, and those of them that have many events. */
enum { MANY = 1300, LATE = 1024, EVENTS = 12, BEGUN = 30, COMMON = 24 };

static unsigned chance = 20131103;

static unsigned any(unsigned below)
{
	chance = chance * 1103515245u + 12345u;
	return (chance >> 16) % below;
}

#define SUBJECT "thread:JPN+RUS:fishing-quotas-of-the-"

/* Words that have one spelling with and without marks, or one stem in another language. */
static const char *const forms[] = {"país", "pais", "países", "paises", "negociação", "negociações",
	"negociacoes", "negotiation", "negotiations", "acordo", "acordos", "acordar", "agreement",
	"agreements", "islas", "isla", "ilha", "ilhas", "pôr", "por", "pára", "para"};
static const char *const languages[] = {"pt", "en", "es", "fr"};

/* Later documents bring words that come before all that were there. */
static void write_event(
	struct chy_buffer *line, unsigned document, unsigned n, const char *language)
{
	static const char *const others[] = {"JPN", "AGO", "PRT"};

	chy_buffer_printf(line,
		"%s{\"event\":\"AGREE\",\"actor\":[\"%s\"],\"recipient\":[\"%s\"],\"language\":"
		"\"%s\",\"dispute\":[\"" SUBJECT "%s\"],\"sentence\":\"Todos os dias",
		n ? "," : "", document % 4 ? "RUS" : "BRA", others[any(3)], language,
		any(2) ? "north" : "south");
	if (!n && document % 4 != 1)
		chy_buffer_add_str(line, CHY_STR(" lado a lado"));
	for (unsigned i = 0; !n && i < BEGUN; i++)
		chy_buffer_printf(line, " qq%05u", 9000 - 4 * document + any(60));
	for (unsigned i = 0; n && i < COMMON; i++)
		chy_buffer_printf(line, " comum%u", i);
	for (unsigned i = 0; i < 4; i++)
		chy_buffer_printf(line, " %s", forms[any(COUNT_OF(forms))]);
	chy_buffer_add_str(line, CHY_STR(".\"}"));
}

static void write_document(struct chy_buffer *lines, unsigned i)
{
	const char *language = languages[any(4)];

	chy_buffer_printf(lines,
		"{\"add\":\"%u\",\"title\":\"Nota %s %u\",\"language\":\"%s\",\"source\":\"Paper "
		"%u\",\"date\":\"2014-01-%02u\",\"events\":[",
		i, forms[any(COUNT_OF(forms))], i, language, i % 7, 1 + i % 28);
	for (unsigned n = 0; n < (i < LATE ? 1 : EVENTS); n++)
		write_event(lines, i, n, language);
	chy_buffer_add_str(lines, CHY_STR("]}\n"));
	if (i % 100 == 50) /* what was told is told no more, or otherwise */
		chy_buffer_printf(lines,
			"{\"withdraw\":\"%u\",\"author\":\"R. Dias\",\"reason\":\"a hoax\"}\n"
			"{\"code\":\"%u\",\"events\":[{\"event\":\"AID\",\"actor\":[\"RUS\"],"
			"\"language\":\"pt\",\"sentence\":\"Acordo lado a lado de novo.\"}]}\n",
			i, i - 1);
}

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	struct chy_buffer lines;

	place_make(place);
	for (unsigned i = 0; i < MANY; i += 100) {
		chy_buffer_init(&lines);
		for (unsigned j = i; j < i + 100; j++)
			write_document(&lines, j);
		place_write(place, lines.data);
		chy_buffer_fini(&lines);
	}
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

/* -- filters ------------------------------------------------------------------------------ */

/* Those of the hits that are events of the filter. */
static json_t *those_of(const struct place *place, const json_t *hits,
	const struct chy_event_filter *filter, size_t *out_refused)
{
	json_t *events = place_events(place, filter), *ids = json_object(), *out = json_array();
	const json_t *one;
	size_t i;

	json_array_foreach(events, i, one) json_object_set_new(
		ids, json_string_value(json_object_get(one, "id")), json_true());
	json_array_foreach(hits, i, one)
	{
		const char *id = json_string_value(json_object_get(one, "id"));

		if (id && json_object_get(ids, id))
			json_array_append(out, (json_t *)one);
	}
	*out_refused = json_array_size(hits) - json_array_size(out);
	json_decref(events);
	json_decref(ids);
	return out;
}

static void leaves_what_it_asks_for(const struct place *place, const char *words,
	const struct chy_event_filter *filter, size_t least_refused)
{
	struct chy_event_filter all = CHY_EVENT_FILTER_ALL;
	json_t *hits, *expected, *found;
	size_t refused;

	all.as_of = filter->as_of;
	hits = search(place, words, &all);
	assert_in_range(json_array_size(hits), 1, CHY_SEARCH_MOST - 1);
	expected = those_of(place, hits, filter, &refused);
	found = search(place, words, filter);
	assert_true(refused >= least_refused);
	assert_true(json_array_size(expected) > 0);
	assert_true(json_equal(found, expected));
	json_decref(hits);
	json_decref(expected);
	json_decref(found);
}

static void a_party_and_days_leave_what_they_ask_for(void **state)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;

	filter.actor = CHY_STR("RUS");
	leaves_what_it_asks_for(*state, "lado", &filter, 1);
	filter.first_day = chy_day_number(2014, 1, 5);
	filter.last_day = chy_day_number(2014, 1, 6);
	leaves_what_it_asks_for(*state, "lado", &filter, 800);
	filter.as_of = 2300;
	leaves_what_it_asks_for(*state, "lado", &filter, 700);
}

static void a_party_and_an_outlet_leave_what_they_ask_for(void **state)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;

	filter.between[0] = CHY_STR("RUS");
	filter.between[1] = CHY_STR("JPN");
	filter.source = CHY_STR("Paper 3");
	leaves_what_it_asks_for(*state, "lado", &filter, 1);
	filter.recipient = CHY_STR("JPN");
	filter.first_day = chy_day_number(2014, 1, 10);
	leaves_what_it_asks_for(*state, "lado", &filter, 1);
}

/* No room is left for what a filter asks for. */
static void as_many_words_as_may_be_looked_for_are_filtered(void **state)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct chy_buffer words;

	chy_buffer_init(&words);
	chy_buffer_add_str(&words, CHY_STR("lado"));
	for (unsigned i = 1; i < 32; i++)
		chy_buffer_printf(&words, " OR nowhere%u", i);
	chy_buffer_add(&words, "", 0);
	filter.actor = CHY_STR("BRA");
	leaves_what_it_asks_for(*state, words.data, &filter, 300);
	filter.source = CHY_STR("Paper 3");
	leaves_what_it_asks_for(*state, words.data, &filter, 300);
	filter.first_day = chy_day_number(2014, 1, 20);
	leaves_what_it_asks_for(*state, words.data, &filter, 300);
	chy_buffer_fini(&words);
}

/* Their marks are cut before they differ. */
static void disputes_that_begin_alike_are_told_apart(void **state)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;

	filter.dispute = CHY_STR(SUBJECT "north");
	leaves_what_it_asks_for(*state, "lado", &filter, 300);
	filter.dispute = CHY_STR(SUBJECT "south");
	leaves_what_it_asks_for(*state, "lado", &filter, 300);
}

/* -- as of then ------------------------------------------------------------------------------- */

#define OF_ALL                                                                                     \
	"comum0 OR comum1 OR comum2 OR comum3 OR comum4 OR comum5 OR comum6 OR comum7 OR comum8 "  \
	"OR comum9 OR comum10 OR comum11 OR comum12 OR comum13 OR comum14 OR comum15 OR comum16 "  \
	"OR comum17 OR comum18 OR comum19 OR comum20 OR comum21 OR comum22 OR todos OR lado"

static const struct {
	const char *words, *party;
	size_t limit;
} questions[] = {
	{"acordo", NULL, 20},
	{"acordo lado", NULL, 20},
	{"acordo OR negociacoes OR pais", NULL, 1000},
	{"negociacoes", NULL, 30},
	{"paises", NULL, 30},
	{"por", NULL, 30},
	{"agreement -acordo", NULL, 20},
	{"\"lado a lado\"", NULL, 5},
	{"\"lado a lado\" ilhas", "JPN", 5},
	{"qq*", NULL, 10},
	{"qq0* OR \"nota 99\"", NULL, 10},
	{"qq087* acordo", "AGO", 10},
	{"comum3 ilha", "PRT", 10},
	{"comum20 acordo", NULL, 10}, /* not there in the first bucket, and late in the second */
	{OF_ALL, NULL, 2},
	{OF_ALL, "JPN", 2},
};

static json_t *ask(const struct place *place, size_t question, uint64_t as_of)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;

	filter.limit = questions[question].limit;
	filter.as_of = as_of;
	if (questions[question].party)
		filter.recipient = chy_str_from(questions[question].party);
	return search(place, questions[question].words, &filter);
}

static void what_is_told_as_of_then_is_what_was_told_then(void **state)
{
	static const uint64_t moments[] = {3, 700, 2047, 2048, 2090, 2500};
	json_t *told[COUNT_OF(moments)][COUNT_OF(questions)];
	struct chy_fault fault;

	for (size_t i = 0; i < COUNT_OF(moments); i++)
		for (size_t j = 0; j < COUNT_OF(questions); j++)
			told[i][j] = ask(*state, j, moments[i]);
	assert_int_equal(chy_view_discard(((struct place *)*state)->directory, &fault), 0);
	for (size_t i = 0; i < COUNT_OF(moments); i++) {
		place_follow(*state, moments[i]);
		for (size_t j = 0; j < COUNT_OF(questions); j++) {
			json_t *then = ask(*state, j, 0);

			if (!json_equal(then, told[i][j]))
				print_error("%s as of %llu\n", questions[j].words,
					(unsigned long long)moments[i]);
			assert_true(json_equal(then, told[i][j]));
			json_decref(then);
			json_decref(told[i][j]);
		}
	}
	place_follow(*state, 0);
}

static void a_beginning_of_too_many_words_is_told(void **state)
{
	const struct chy_event_filter all = CHY_EVENT_FILTER_ALL;
	const struct place *place = *state;
	struct chy_fault fault;
	struct chy_view *view;
	json_t *found, *cut;

	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(chy_view_search(view, CHY_STR("qq* OR comum1* OR ilh*"), &all, &found,
				 &cut, &fault),
		0);
	chy_view_close(view);
	assert_int_equal(json_array_size(cut), 1);
	assert_string_equal(json_string_value(json_array_get(cut, 0)), "qq");
	json_decref(found);
	json_decref(cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_party_and_days_leave_what_they_ask_for),
		cmocka_unit_test(a_party_and_an_outlet_leave_what_they_ask_for),
		cmocka_unit_test(as_many_words_as_may_be_looked_for_are_filtered),
		cmocka_unit_test(disputes_that_begin_alike_are_told_apart),
		cmocka_unit_test(what_is_told_as_of_then_is_what_was_told_then),
		cmocka_unit_test(a_beginning_of_too_many_words_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
