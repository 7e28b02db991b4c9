#include "test.h"

#include "chancery/coder.h"

static struct chy_text_model *model;
static struct chy_coder *coder;
static struct chy_arena arena;

static int set_up(void **state)
{
	(void)state;
	chy_arena_init(&arena);
	return chy_text_open("pt", &model, NULL) || chy_coder_open("pt", &coder, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	chy_coder_close(coder);
	chy_text_close(model);
	chy_arena_fini(&arena);
	return 0;
}

static int code(const char *text, const char *date, struct chy_events *out)
{
	struct chy_coder_input input = {.text = chy_str_from(text), .date = chy_str_from(date)};
	struct chy_analysis analysis;

	assert_int_equal(chy_text_analyse(model, input.text, &arena, &analysis), CHY_OK);
	input.analysis = &analysis;
	return chy_coder_code(coder, &input, &arena, out);
}

static void an_event_points_at_its_sentence(void **state)
{
	static const char text[] = "Crise\n\nO dia foi calmo. O Iraque invadiu o Kuwait.\n";
	struct chy_events events;
	const struct chy_event *event;

	(void)state;
	assert_int_equal(code(text, NULL, &events), CHY_OK);
	assert_int_equal(events.count, 1);
	event = &events.events[0];
	assert_int_equal(event->sentence, 3);
	assert_memory_equal(
		text + event->start, event->sentence_text.data, event->end - event->start);
	assert_true(chy_str_is(event->sentence_text, "O Iraque invadiu o Kuwait."));
	assert_true(chy_str_is(event->trigger, "invadiu"));
	assert_true(event->rule.size > 0);
	assert_true(event->confidence > 0 && event->confidence <= 1);
}

static void people_are_known_by_their_posts(void **state)
{
	struct chy_events events;
	const struct chy_actor *actor;

	(void)state;
	assert_int_equal(
		code("O ministro dos Negócios Estrangeiros da Rússia, Sergei Lavrov, criticou "
		     "o Japão.\n",
			"2013-11-03", &events),
		CHY_OK);
	assert_int_equal(events.count, 1);
	actor = &events.events[0].actors[0];
	assert_true(chy_str_is(actor->code, "RUS"));
	assert_true(chy_str_is(actor->person, "Sergey Lavrov"));
	assert_true(actor->role.size > 0);
}

static void a_dispute_needs_its_words_and_its_claimants(void **state)
{
	struct chy_events events;

	(void)state;
	assert_int_equal(code("A Rússia rejeitou a proposta do Japão sobre as ilhas Curilas.\n",
				 NULL, &events),
		CHY_OK);
	assert_int_equal(events.count, 1);
	assert_int_equal(events.events[0].dispute_count, 1);
	assert_true(chy_str_is(events.events[0].disputes[0], "kuril-islands"));
	assert_int_equal(code("A França rejeitou a proposta da Espanha.\n", NULL, &events), CHY_OK);
	assert_int_equal(events.count, 1);
	assert_int_equal(events.events[0].dispute_count, 0);
}

static void a_date_that_is_no_day_is_refused(void **state)
{
	static const char *const dates[] = {"ontem", "2013-02-30", "2013", "2013-01-01/2013-01-02"};
	struct chy_events events;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(dates); i++)
		assert_int_equal(code("Nada.\n", dates[i], &events), CHY_EINPUT);
}

static void nothing_told_is_nothing_coded(void **state)
{
	static const char *const texts[] = {"", "\n", "Portugal e Espanha são países da Europa.\n",
		"...\n", "A\n\nB\n", "\"\"\"\n"};
	struct chy_events events;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		assert_int_equal(code(texts[i], NULL, &events), CHY_OK);
		assert_int_equal(events.count, 0);
	}
}

static void an_event_is_json_with_every_field(void **state)
{
	static const char *const keys[] = {"event", "mode", "cameo", "score", "actor", "recipient",
		"date", "date_text", "due", "aux", "context", "place", "dispute", "speaker",
		"medium", "s", "sentence", "trigger", "bytes", "language", "rule", "confidence"};
	struct chy_events events;
	json_t *json;

	(void)state;
	assert_int_equal(code("O Iraque invadiu o Kuwait.\n", NULL, &events), CHY_OK);
	json = chy_event_to_json(&events.events[0], "pt", 10, 36);
	assert_int_equal(json_object_size(json), COUNT_OF(keys));
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		assert_non_null(json_object_get(json, keys[i]));
	assert_true(chy_str_is(chy_json_str(json, "event"), "ASSAULT"));
	assert_int_equal(json_integer_value(json_array_get(json_object_get(json, "bytes"), 1)), 36);
	json_decref(json);
}

static void what_coded_says_by_which_data(void **state)
{
	json_t *identity = chy_coder_identity(coder);

	(void)state;
	assert_int_equal(chy_json_str(identity, "data").size, 64);
	assert_true(chy_str_is(chy_json_str(identity, "name"), "chancery"));
	json_decref(identity);
}

static void an_unknown_language_is_refused(void **state)
{
	struct chy_coder *other;
	struct chy_fault fault;

	(void)state;
	assert_int_equal(chy_coder_open("xx", &other, &fault), CHY_EUNSUPPORTED);
}

static int explain(const char *text, struct chy_events *out)
{
	struct chy_coder_input input = {.text = chy_str_from(text), .explain = true};
	struct chy_analysis analysis;

	assert_int_equal(chy_text_analyse(model, input.text, &arena, &analysis), CHY_OK);
	input.analysis = &analysis;
	return chy_coder_code(coder, &input, &arena, out);
}

static void a_reason_names_the_rule_and_how_the_sides_were_found(void **state)
{
	struct chy_events events;
	const struct chy_reason *reason;

	(void)state;
	assert_int_equal(explain("A Hungria criticou a Croácia.", &events), CHY_OK);
	assert_int_equal(events.count, 1);
	reason = events.events[0].reason;
	assert_non_null(reason);
	assert_int_equal(reason->condition, CHY_MET);
	assert_true(chy_str_equal(reason->rule, events.events[0].rule));
	assert_true(chy_str_is(reason->actors, "subject: Hungria"));
	assert_true(chy_str_is(reason->recipients, "object: Croácia"));
}

static void a_sentence_that_codes_nothing_has_its_nearest_miss(void **state)
{
	struct chy_events events;

	(void)state;
	assert_int_equal(explain("A Hungria criticou o tempo.", &events), CHY_OK);
	assert_int_equal(events.count, 0);
	assert_int_equal(events.miss_count, 1);
	assert_int_equal(events.misses[0].sentence, 1);
	assert_int_equal(events.misses[0].condition, CHY_ONE_SIDE);
	assert_true(chy_str_is(events.misses[0].trigger, "criticou"));
}

static void reasons_are_given_only_when_asked_for(void **state)
{
	struct chy_events events;

	(void)state;
	assert_int_equal(code("A Hungria criticou a Croácia.", NULL, &events), CHY_OK);
	assert_null(events.events[0].reason);
	assert_int_equal(events.miss_count, 0);
}

static void what_the_catalogue_lacks_is_a_thread_of_the_pair_and_the_subject(void **state)
{
	struct chy_events events;

	(void)state;
	assert_int_equal(
		code("A Hungria criticou as tarifas da Croácia sobre o petróleo.", NULL, &events),
		CHY_OK);
	assert_int_equal(events.count, 1);
	assert_int_equal(events.events[0].dispute_count, 1);
	assert_true(chy_str_is(events.events[0].disputes[0], "thread:HRV+HUN:economic"));
}

static void a_promise_has_its_day_and_the_day_it_falls_due(void **state)
{
	struct chy_events events;

	(void)state;
	assert_int_equal(
		code("Ontem a Hungria prometeu à Croácia reabrir a fronteira até 3 de maio "
		     "de 2014.",
			"2014-02-10", &events),
		CHY_OK);
	assert_int_equal(events.count, 1);
	assert_true(chy_str_is(events.events[0].date, "2014-02-09"));
	assert_true(chy_str_is(events.events[0].due, "2014-05-03"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reason_names_the_rule_and_how_the_sides_were_found),
		cmocka_unit_test(a_sentence_that_codes_nothing_has_its_nearest_miss),
		cmocka_unit_test(reasons_are_given_only_when_asked_for),
		cmocka_unit_test(what_the_catalogue_lacks_is_a_thread_of_the_pair_and_the_subject),
		cmocka_unit_test(a_promise_has_its_day_and_the_day_it_falls_due),
		cmocka_unit_test(an_event_points_at_its_sentence),
		cmocka_unit_test(people_are_known_by_their_posts),
		cmocka_unit_test(a_dispute_needs_its_words_and_its_claimants),
		cmocka_unit_test(a_date_that_is_no_day_is_refused),
		cmocka_unit_test(nothing_told_is_nothing_coded),
		cmocka_unit_test(an_event_is_json_with_every_field),
		cmocka_unit_test(what_coded_says_by_which_data),
		cmocka_unit_test(an_unknown_language_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
