/* What holds for any history: made by a generator of a fixed seed, with dates
 * of every vagueness, codings anew, corrections and withdrawals. */
#include "chancery/edtf.h"
#include "place.h"

enum { LINES = 140, HISTORIES = 3, DOCUMENTS = 60 };

/* xorshift64*: the same histories everywhere. */
static uint64_t state_of_chance;

static unsigned chance(unsigned below)
{
	state_of_chance ^= state_of_chance >> 12;
	state_of_chance ^= state_of_chance << 25;
	state_of_chance ^= state_of_chance >> 27;
	return (unsigned)((state_of_chance * 2685821657736338717u) >> 40) % below;
}

static void add_date(struct chy_buffer *out)
{
	unsigned month = 1 + chance(12), day = 1 + chance(28);
	int year = 2013 + (int)chance(2);

	switch (chance(8)) {
	case 0:
		chy_buffer_printf(out, "\"date\":\"%d\",", year);
		break;
	case 1:
		chy_buffer_printf(out, "\"date\":\"%d-%02u\",", year, month);
		break;
	case 2:
		chy_buffer_printf(out, "\"date\":\"%d-12-%02u/%d-01-%02u\",", year, 20 + chance(10),
			year + 1, 1 + chance(9));
		break;
	case 3:
	case 4:
		chy_buffer_printf(out, "\"date\":\"%d-01-%02u\",", year, 1 + chance(6));
		break;
	case 5:
		chy_buffer_printf(out, "\"date\":\"%d-%02u-%02u\",", year, month, day);
		break;
	default:
		break;
	}
}

static void add_event(struct chy_buffer *out)
{
	static const char *const categories[] = {"CONSULT", "AGREE", "REJECT"};
	static const char *const codes[] = {"RUS", "JPN", "CHN"};
	static const char *const terms[] = {"2014-05", "2014-03", "2013-12", "2014-01/2014-02"};
	static const char *const standings[] = {
		"null", "null", "null", "\"negation\"", "\"historical\""};
	unsigned actor = chance(3);
	bool due = !chance(3), alone = !chance(5);

	chy_buffer_printf(out, "{\"event\":\"%s\",\"mode\":%s,",
		categories[chance(7) ? chance(2) : 2], chance(4) ? "\"meet\"" : "null");
	add_date(out);
	chy_buffer_printf(out,
		"\"due\":%s%s%s,\"aux\":%s,\"score\":%d,\"cameo\":\"03%u\",\"confidence\":0.%u,"
		"\"actor\":[\"%s\"],"
		"\"recipient\":[%s%s%s],\"dispute\":[%s],\"sentence\":\"s%u\"}",
		due ? "\"" : "", due ? terms[chance(4)] : "null", due ? "\"" : "",
		standings[chance(5)], (int)chance(10) - 5, chance(3) * 3, 1 + chance(9),
		codes[actor], alone ? "" : "\"", alone ? "" : codes[(actor + 1) % 3],
		alone ? "" : "\"",
		chance(3) ? chance(4) ? "\"kuril-islands\"" : "\"thread:JPN+RUS:economic\"" : "",
		chance(3));
}

static void add_events(struct chy_buffer *out)
{
	unsigned n = chance(4);

	chy_buffer_add_str(out, CHY_STR("\"events\":["));
	for (unsigned i = 0; i < n; i++) {
		if (i)
			chy_buffer_add_char(out, ',');
		add_event(out);
	}
	chy_buffer_add_str(out, CHY_STR("]}\n"));
}

static void add_document(struct chy_buffer *out, unsigned name)
{
	chy_buffer_printf(out, "{\"add\":\"%u\",\"source\":\"Paper %u\",", name, chance(5));
	/* Many about the turn of the year, where the quarters meet. */
	if (chance(8))
		chy_buffer_printf(out, "\"date\":\"2014-%02u-%02u\",",
			chance(3) ? 1 : 1 + chance(12), 1 + chance(chance(2) ? 6 : 28));
	add_events(out);
}

/* A dispute of two or three parties that one sentence in three tells of, or
 * all; declared again and again, and taken back. */
static void add_declaration(struct chy_buffer *out)
{
	static const char *const parties[] = {
		"\"RUS\",\"JPN\"", "\"JPN\",\"CHN\"", "\"RUS\",\"JPN\",\"CHN\""};

	chy_buffer_printf(out,
		"{\"declare\":{\"dispute\":\"d%u-x\",\"author\":\"R. Dias\",\"parties\":[%s],"
		"\"terms\":[",
		chance(2), parties[chance(3)]);
	if (chance(3))
		chy_buffer_printf(out, "\"S%u\"", chance(3));
	chy_buffer_printf(out, "]%s}}\n", chance(4) ? "" : ",\"withdrawn\":true");
}

/* The record of each document's last coding or correction. */
static uint64_t last_coding[DOCUMENTS];

/* A line about what was written before, as the record `seq`. */
static void add_line(struct chy_buffer *out, unsigned documents, uint64_t seq)
{
	unsigned name = chance(documents);

	switch (chance(7)) {
	case 0:
		chy_buffer_printf(out, "{\"withdraw\":\"%u\"}\n", name);
		break;
	case 1:
	case 2:
		chy_buffer_printf(out,
			"{\"correct\":\"%u\",\"event\":\"E%llu.%u\",\"author\":\"R. Dias\","
			"\"change\":{%s}}\n",
			name, (unsigned long long)last_coding[name], 1 + chance(2),
			chance(3) ? "\"date\":\"2014-01-03\"" : "\"not_an_event\":true");
		if (chance(2))
			last_coding[name] = seq; /* corrected once more, maybe */
		break;
	case 3:
		add_declaration(out);
		break;
	default:
		last_coding[name] = seq;
		chy_buffer_printf(out, "{\"code\":\"%u\",", name);
		add_events(out);
		break;
	}
}

static void write_history(struct place *place, uint64_t seed)
{
	struct chy_buffer line;
	unsigned documents = 0;
	uint64_t seq = 1;

	state_of_chance = seed;
	place_make(place);
	for (unsigned i = 0; i < LINES; i++) {
		chy_buffer_init(&line);
		if (!documents || (documents < DOCUMENTS && chance(2))) {
			last_coding[documents] = seq + 2;
			add_document(&line, documents++);
			seq += 2;
		} else {
			add_line(&line, documents, ++seq);
		}
		place_write(place, line.data);
		chy_buffer_fini(&line);
	}
}

/* -- answers ------------------------------------------------------------------ */

enum { QUESTIONS = 8, PROMISES = 12 };

static struct chy_event_filter question(unsigned n, uint64_t as_of)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;

	filter.as_of = as_of;
	switch (n) {
	case 1:
		filter.dispute = CHY_STR("kuril-islands");
		break;
	case 2:
		filter.between[0] = CHY_STR("RUS");
		filter.between[1] = CHY_STR("JPN");
		break;
	case 3:
		filter.first_day = chy_day_number(2013, 12, 20);
		filter.last_day = chy_day_number(2014, 1, 10);
		break;
	case 4:
		filter.source = CHY_STR("Paper 2");
		filter.category = CHY_STR("CONSULT");
		break;
	case 5:
		filter.actor = CHY_STR("CHN");
		filter.min_confidence = 0.5;
		filter.limit = 3;
		break;
	case 6:
		filter.actor = CHY_STR("JPN");
		filter.dispute = CHY_STR("kuril-islands");
		break;
	case 7:
		filter.first_day = chy_day_number(2014, 1, 2);
		filter.category = CHY_STR("AGREE");
		break;
	default:
		break;
	}
	return filter;
}

static json_t *course(const struct place *place, const struct chy_event_filter *filter)
{
	struct chy_course course;
	struct chy_fault fault;
	struct chy_view *view;
	json_t *out;

	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(
		chy_view_course(view, filter, chy_day_number(2014, 6, 1), &course, &fault), 0);
	chy_view_close(view);
	out = json_pack("{s:I, s:I, s:s, s:I, s:o?}", "happenings", (json_int_t)course.happenings,
		"temperature", (json_int_t)(course.temperature * 1000), "phase", course.phase,
		"since", (json_int_t)course.phase_since, "last", course.last);
	return out;
}

/* What is told of the disputes that are declared at a record. */
static json_t *declared(const struct place *place, uint64_t as_of)
{
	struct chy_people_filter who = {.as_of = as_of};
	json_t *all, *out = json_array(), *one, *people;
	struct chy_fault fault;
	struct chy_view *view;
	size_t i;

	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(chy_view_declared(view, as_of, &all, &fault), 0);
	json_array_foreach(all, i, one)
	{
		struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;

		filter.as_of = as_of;
		filter.dispute = who.dispute = chy_json_str(one, "key");
		json_array_append_new(out, place_happenings(place, &filter));
		json_array_append_new(out, place_events(place, &filter));
		json_array_append_new(out, course(place, &filter));
		assert_int_equal(chy_view_people(view, &who, &people, &fault), 0);
		json_array_append_new(out, people);
		filter.actor = CHY_STR("JPN");
		json_array_append_new(out, place_happenings(place, &filter));
	}
	json_array_append_new(out, all);
	chy_view_close(view);
	return out;
}

/* To a thousandth: sums of one day may be made in another order. */
static json_t *months(struct chy_view *view, const struct chy_event_filter *filter)
{
	struct chy_fault fault;
	json_t *out, *one;
	size_t i;

	assert_int_equal(
		chy_view_course_by(view, filter, filter->last_day, false, &out, &fault), 0);
	json_array_foreach(out, i, one)
	{
		double heat = json_real_value(json_object_get(one, "temperature"));

		json_object_set_new(
			one, "temperature", json_integer((json_int_t)(heat * 1000 + 1e6 + 0.5)));
	}
	return out;
}

/* What is told of a dispute, of the threads, and of a dispute on a day. */
static json_t *matters(const struct place *place, uint64_t as_of)
{
	const int64_t days[] = {chy_day_number(2014, 1, 5), chy_day_number(2016, 1, 1)};
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	json_t *out = json_array(), *one;
	struct chy_fault fault;
	struct chy_view *view;

	filter.as_of = as_of;
	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(chy_view_threads(view, &filter, &one, &fault), 0);
	json_array_append_new(out, one);
	filter.dispute = CHY_STR("kuril-islands");
	for (size_t i = 0; i < COUNT_OF(days); i++) {
		filter.first_day = INT64_MIN + 1;
		filter.last_day = days[i];
		assert_int_equal(chy_view_phases(view, &filter, days[i], 0, &one, &fault), 0);
		json_array_append_new(out, one);
		assert_int_equal(chy_view_participants(view, &filter, &one, &fault), 0);
		json_array_append_new(out, one);
		json_array_append_new(out, course(place, &filter));
		json_array_append_new(out, months(view, &filter));
	}
	chy_view_close(view);
	return out;
}

/* On any day, of any states, as many as one likes. */
static struct chy_event_filter about_promises(unsigned n, uint64_t as_of)
{
	struct chy_event_filter filter = question(n % 3, as_of);

	filter.states = n < 3 ? 0 : n < 10 ? 1u << (n - 3) : 1u << CHY_PROMISE_OVERDUE | 1;
	filter.limit = n % 2 ? 3 : 0;
	return filter;
}

static json_t *commitments(const struct place *place, unsigned n, uint64_t as_of)
{
	struct chy_event_filter filter = about_promises(n, as_of);
	struct chy_fault fault;
	struct chy_view *view;
	json_t *out;

	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(chy_view_commitments(view, &filter,
				 chy_day_number(2014, 1 + (int)(n * 5 % 12), 1), &out, &fault),
		0);
	chy_view_close(view);
	return out;
}

static bool any_place(void *user, struct chy_str a, struct chy_str language_of_a, struct chy_str b,
	struct chy_str language_of_b)
{
	(void)user, (void)a, (void)language_of_a, (void)b, (void)language_of_b;
	return true;
}

static json_t *contradictions(const struct place *place, uint64_t as_of)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct chy_fault fault;
	struct chy_view *view;
	json_t *out;

	filter.as_of = as_of;
	out = place_happenings(place, &filter);
	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	assert_int_equal(chy_view_contradictions(view, out, as_of, any_place, NULL, &fault), 0);
	chy_view_close(view);
	return out;
}

/* At a record, or of one that was the last; of promises one question at
 * each. */
static json_t *answers(const struct place *place, uint64_t seq, uint64_t as_of)
{
	json_t *out = json_array();

	for (unsigned n = 0; n < QUESTIONS; n++) {
		struct chy_event_filter filter = question(n, as_of);

		json_array_append_new(out, place_happenings(place, &filter));
		json_array_append_new(out, place_events(place, &filter));
		if (n < 3)
			json_array_append_new(out, course(place, &filter));
	}
	json_array_append_new(out, commitments(place, (unsigned)seq % PROMISES, as_of));
	json_array_append_new(out, matters(place, as_of));
	json_array_append_new(out, declared(place, as_of));
	json_array_append_new(out, contradictions(place, as_of));
	json_array_append_new(out, place_counts(place, as_of));
	return out;
}

static uint64_t end_of(const struct place *place)
{
	struct chy_snapshot *snapshot;
	uint64_t seq;

	assert_int_equal(chy_snapshot_open(place->archive, &snapshot, NULL), 0);
	seq = chy_snapshot_last_seq(snapshot);
	chy_snapshot_close(snapshot);
	return seq;
}

static void as_of_a_record_is_as_when_it_was_the_last(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		json_t *then = json_array();
		struct place place;
		uint64_t end;

		write_history(&place, seed);
		end = end_of(&place);
		for (uint64_t seq = 1; seq <= end; seq++) {
			place_follow(&place, seq);
			json_array_append_new(then, answers(&place, seq, 0));
		}
		for (uint64_t seq = 1; seq <= end; seq++) {
			json_t *asked = answers(&place, seq, seq);

			assert_true(json_equal(asked, json_array_get(then, seq - 1)));
			json_decref(asked);
		}
		json_decref(then);
		place_remove(&place);
	}
}

static void forget(const struct place *place)
{
	struct chy_fault fault;

	assert_int_equal(chy_view_discard(place->directory, &fault), 0);
}

static void one_record_at_a_time_gives_what_all_at_once_gives(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		char at_once[CHY_HASH_HEX], in_steps[CHY_HASH_HEX];
		struct place place;
		uint64_t end, seq = 0;

		write_history(&place, seed);
		end = end_of(&place);
		place_follow(&place, 0);
		place_digest(&place, at_once);
		forget(&place);
		while (seq < end) {
			seq += 1 + chance(3);
			place_follow(&place, seq < end ? seq : 0);
		}
		place_digest(&place, in_steps);
		assert_string_equal(at_once, in_steps);
		place_remove(&place);
	}
}

/* Each event in force is told by one happening, and by one only. */
static void no_event_is_lost_or_told_twice(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		const struct chy_event_filter all = CHY_EVENT_FILTER_ALL;
		json_t *events, *happenings, *ids = json_object();
		struct place place;
		size_t i, j, told = 0;
		json_t *happening, *id;

		write_history(&place, seed);
		place_follow(&place, 0);
		events = place_events(&place, &all);
		happenings = place_happenings(&place, &all);
		json_array_foreach(happenings, i, happening)
		{
			json_array_foreach(json_object_get(happening, "events"), j, id)
			{
				json_object_set_new(ids, json_string_value(id), json_true());
				told++;
			}
		}
		assert_int_equal(told, json_array_size(events));
		assert_int_equal(json_object_size(ids), json_array_size(events));
		assert_true(told > 20);
		json_decref(ids);
		json_decref(events);
		json_decref(happenings);
		place_remove(&place);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_of_a_record_is_as_when_it_was_the_last),
		cmocka_unit_test(one_record_at_a_time_gives_what_all_at_once_gives),
		cmocka_unit_test(no_event_is_lost_or_told_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
