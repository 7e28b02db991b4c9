/* Events in which many take part: each of them is found by every filter. */
#include <stdio.h>

#include "chancery/edtf.h"
#include "place.h"

/* One event, of so many on either side; the first side's are A000 and so on. */
struct crowd {
	const char *category;
	unsigned actors, recipients;
	const char *with; /* of the first of its side */
};

static const char *code_of(char side, unsigned n, char out[8])
{
	snprintf(out, 8, "%c%03u", side, n);
	return out;
}

static void write_side(struct chy_buffer *line, char side, unsigned n, const char *with)
{
	char code[8];

	for (unsigned i = 0; i < n; i++)
		chy_buffer_printf(line,
			"%s{\"code\":\"%s\",\"name\":\"%s\",\"person\":\"P. "
			"%s\",\"role\":\"head\"}",
			i ? "," : "", code_of(side, i, code), code, with ? code : "Nobody");
}

static void write_crowd(struct place *place, const struct crowd *crowd)
{
	struct chy_buffer line;

	place_make(place);
	chy_buffer_init(&line);
	chy_buffer_printf(&line,
		"{\"add\":\"one\",\"date\":\"2013-11-02\",\"source\":\"Gazeta\",\"events\":[{"
		"\"event\":\"%s\",\"due\":\"2014\",\"dispute\":[\"kuril-islands\"],"
		"\"sentence\":\"Many promised.\",\"actor\":[",
		crowd->category);
	write_side(&line, 'A', crowd->actors, crowd->with);
	chy_buffer_add_str(&line, CHY_STR("],\"recipient\":["));
	write_side(&line, 'B', crowd->recipients, crowd->with);
	chy_buffer_add_str(&line, CHY_STR("]}]}"));
	place_write(place, line.data);
	place_follow(place, 0);
	chy_buffer_fini(&line);
}

static json_t *by_words(const struct place *place, const struct chy_event_filter *filter)
{
	struct chy_fault fault;
	struct chy_view *view;
	json_t *found;

	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(
		chy_view_search(view, CHY_STR("promised"), filter, &found, NULL, &fault), 0);
	chy_view_close(view);
	return found;
}

static json_t *promises(const struct place *place, const struct chy_event_filter *filter)
{
	struct chy_fault fault;
	struct chy_view *view;
	json_t *found;

	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(
		chy_view_commitments(view, filter, chy_day_number(2014, 7, 1), &found, &fault), 0);
	chy_view_close(view);
	return found;
}

static json_t *counted(const struct place *place, const struct chy_event_filter *filter)
{
	struct chy_fault fault;
	struct chy_view *view;
	json_t *found;

	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(
		chy_view_count_events(view, filter, CHY_COUNT_BY_CATEGORY, &found, &fault), 0);
	chy_view_close(view);
	return found;
}

static void finds_it(const struct place *place, const struct chy_event_filter *filter, bool promise)
{
	json_t *answers[] = {place_events(place, filter), place_happenings(place, filter),
		by_words(place, filter), counted(place, filter),
		promise ? promises(place, filter) : NULL};

	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		size_t n = json_is_object(answers[i]) ? json_object_size(answers[i])
						      : json_array_size(answers[i]);

		if (answers[i] && n != 1)
			print_error("question %zu of %.*s: %zu\n", i, (int)filter->actor.size,
				filter->actor.data, n);
		assert_true(!answers[i] || n == 1);
		json_decref(answers[i]);
	}
}

static void finds_each(const struct place *place, const struct crowd *crowd, uint64_t as_of)
{
	bool promise = strcmp(crowd->category, "AGREE") == 0;
	char code[8], other[8];

	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i < (side ? crowd->recipients : crowd->actors); i++) {
			struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
			struct chy_str *member = side ? &filter.recipient : &filter.actor;

			filter.as_of = as_of;
			*member = chy_str_from(code_of(side ? 'B' : 'A', i, code));
			finds_it(place, &filter, promise);
			filter.between[0] = *member;
			*member = CHY_STR("");
			filter.between[1] = chy_str_from(code_of('A', i ? 0 : 1, other));
			finds_it(place, &filter, promise);
		}
}

static size_t people(const struct place *place, const struct chy_people_filter *filter)
{
	struct chy_fault fault;
	struct chy_view *view;
	json_t *found;
	size_t n;

	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(chy_view_people(view, filter, &found, &fault), 0);
	n = json_array_size(found);
	json_decref(found);
	chy_view_close(view);
	return n;
}

static size_t participants(const struct place *place, uint64_t as_of)
{
	struct chy_event_filter matter = CHY_EVENT_FILTER_ALL;
	struct chy_fault fault;
	struct chy_view *view;
	json_t *found;
	size_t n;

	matter.dispute = CHY_STR("kuril-islands");
	matter.as_of = as_of;
	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(chy_view_participants(view, &matter, &found, &fault), 0);
	n = json_array_size(found);
	json_decref(found);
	chy_view_close(view);
	return n;
}

static const struct crowd crowds[] = {
	{"AGREE", 24, 24, "a person each"},
	{"AGREE", 40, 1, NULL},
	{"ACCUSE", 20, 17, NULL},
	{"CONSULT", 24, 24, NULL},
};

static void all_who_take_part_are_found_by_every_filter(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(crowds); i++) {
		unsigned codes = crowds[i].actors + crowds[i].recipients;
		struct chy_people_filter all = {.as_of = 0}, then = {.as_of = 3};
		struct place place;

		write_crowd(&place, &crowds[i]);
		finds_each(&place, &crowds[i], 0);
		/* Each as a body and as a person. */
		assert_int_equal(people(&place, &all), 2 * codes);
		assert_int_equal(people(&place, &then), 2 * codes);
		assert_int_equal(participants(&place, 0), participants(&place, 3));
		assert_int_equal(participants(&place, 0),
			strcmp(crowds[i].category, "CONSULT") == 0 ? codes : crowds[i].actors);
		place_write(
			&place, "{\"withdraw\":\"one\",\"author\":\"R. Dias\",\"reason\":\"x\"}");
		place_follow(&place, 0);
		assert_int_equal(people(&place, &all), 0);
		finds_each(&place, &crowds[i], 3);
		place_remove(&place);
	}
}

static void who_is_beyond_all_bounds_is_found_by_none_and_harms_none(void **state)
{
	const struct crowd crowd = {"ACCUSE", 258, 1, NULL};
	struct chy_people_filter all = {.as_of = 0}, then = {.as_of = 3};
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct place place;
	json_t *events;

	(void)state;
	write_crowd(&place, &crowd);
	assert_int_equal(people(&place, &all), 2 * 257);
	assert_int_equal(people(&place, &then), 2 * 257);
	filter.actor = CHY_STR("A255");
	finds_it(&place, &filter, false);
	filter.actor = CHY_STR("");
	filter.recipient = CHY_STR("B000");
	finds_it(&place, &filter, false);
	filter.recipient = CHY_STR("");
	filter.actor = CHY_STR("A256");
	events = place_events(&place, &filter);
	assert_int_equal(json_array_size(events), 0);
	json_decref(events);
	place_remove(&place);
}

/* Each pair of them has a mark of its own, more than are kept from batch to batch. */
static void marks_that_were_forgotten_are_learned_anew(void **state)
{
	const struct crowd crowd = {"ACCUSE", 256, 256, NULL};
	char in_steps[CHY_HASH_HEX], going_on[CHY_HASH_HEX];
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct chy_fault fault;
	struct chy_view *view;
	struct place place;
	uint64_t seq;
	json_t *found;

	(void)state;
	write_crowd(&place, &crowd);
	place_write(&place,
		"{\"add\":\"two\",\"date\":\"2013-11-04\",\"source\":\"Gazeta\",\"events\":[{"
		"\"event\":\"AID\",\"actor\":[\"A003\"],\"recipient\":[\"B004\"],"
		"\"sentence\":\"Many promised again.\"}]}");
	place_follow(&place, 0);
	filter.between[0] = CHY_STR("A003");
	filter.between[1] = CHY_STR("B004");
	found = by_words(&place, &filter);
	assert_int_equal(json_array_size(found), 2);
	json_decref(found);
	place_digest(&place, in_steps);
	assert_int_equal(chy_view_discard(place.directory, &fault), 0);
	/* One view goes on with what it knows. */
	assert_int_equal(chy_view_open_writer(place.directory, place.archive, &view, &fault), 0);
	assert_int_equal(chy_view_follow(view, place.archive, 3, &seq, &fault), 0);
	assert_int_equal(chy_view_follow(view, place.archive, 0, &seq, &fault), 0);
	chy_view_close(view);
	place_digest(&place, going_on);
	assert_string_equal(in_steps, going_on);
	place_remove(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_who_take_part_are_found_by_every_filter),
		cmocka_unit_test(marks_that_were_forgotten_are_learned_anew),
		cmocka_unit_test(who_is_beyond_all_bounds_is_found_by_none_and_harms_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
