/* diff: which disputes are in another phase than they were. */
#include <string.h>

#include "client.h"

/* A moment, as views are asked of it: 0 is now. */
struct moment {
	uint64_t as_of;
	int64_t day; /* its newest document's */
};

static struct moment moment_at(struct client *client, uint64_t seq)
{
	struct moment moment = {seq == INT64_MAX ? 0 : seq, 0};

	turn_to(client, moment.as_of);
	moment.day = latest_day(client);
	return moment;
}

static bool is_known(struct client *client, const json_t *matter)
{
	return !chy_str_is(chy_json_str(matter, "origin"), "declared") ||
	       declared_named(client, chy_json_str(matter, "id"));
}

static struct chy_event_filter filter_for(struct client *client, const json_t *matter)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;

	filter.dispute = matter_key(client, matter);
	filter.as_of = client->as_of;
	return filter;
}

/* Its phase at a moment, on a day; empty where nothing was told of it. */
static int phase_at(
	struct client *client, const json_t *matter, uint64_t as_of, int64_t day, char out[32])
{
	struct chy_event_filter filter;
	struct chy_course course;
	struct chy_fault fault;

	out[0] = '\0';
	if (client->as_of != as_of)
		turn_to(client, as_of);
	if (!is_known(client, matter))
		return 0;
	filter = filter_for(client, matter);
	if (chy_view_course(client->view, &filter, day, &course, &fault))
		return tell(&fault);
	if (course.happenings)
		snprintf(out, 32, "%s", course.phase);
	json_decref(course.last);
	return 0;
}

static json_t *phase_or_null(const char *phase)
{
	return phase[0] ? json_string(phase) : json_null();
}

/* "kuril-islands: talks, now escalation since 2014-03-18" */
static void set_words(json_t *row, const json_t *matter, const char *before, const char *after)
{
	struct chy_str since = chy_json_str(row, "since"), sentence = chy_json_str(row, "sentence");

	json_object_set_new(row, "words",
		json_sprintf("%s: %s%s%s%s%.*s%s%.*s",
			json_string_value(json_object_get(matter, "id")), before,
			before[0] ? ", now " : "", after, since.size ? " since " : "",
			(int)since.size, since.size ? since.data : "", sentence.size ? ". " : "",
			(int)sentence.size, sentence.size ? sentence.data : ""));
}

/* The change, and the happening that brought it about. */
static int add_change(struct client *client, const json_t *matter, const struct moment *to,
	const char *before, const char *after, json_t *rows)
{
	static const char *const members[] = {
		"event", "actor", "recipient", "date", "due", "sentence"};
	struct chy_event_filter filter = filter_for(client, matter);
	json_t *phases, *last, *by, *row = json_object();
	struct chy_fault fault;

	if (chy_view_phases(client->view, &filter, to->day, 1, &phases, &fault)) {
		json_decref(row);
		return tell(&fault);
	}
	last = json_array_get(phases, 0);
	by = json_object_get(last, "by");
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_set_new(row, members[i], json_null());
	json_object_set_new(row, "actor", json_array());
	json_object_set_new(row, "recipient", json_array());
	for (size_t i = 0; json_is_object(by) && i < sizeof(members) / sizeof(members[0]); i++)
		json_object_set(row, members[i], json_object_get(by, members[i]));
	json_object_set_new(row, "change", json_string("phase"));
	json_object_set_new(row, "dispute", json_pack("[O]", json_object_get(matter, "id")));
	json_object_set_new(row, "before", phase_or_null(before));
	json_object_set_new(row, "after", phase_or_null(after));
	json_object_set_new(
		row, "since", last ? json_incref(json_object_get(last, "since")) : json_null());
	json_object_set_new(row, "id",
		json_is_object(by) ? json_incref(json_object_get(by, "best")) : json_null());
	if (client->format == FORMAT_TABLE) {
		set_words(row, matter, before, after);
		json_object_set(row, "sentence", json_object_get(row, "words"));
	}
	json_object_del(row, "words");
	json_array_append_new(rows, row);
	json_decref(phases);
	return 0;
}

/* Of a dispute that nothing new was told of, the acts are those that are known
 * now: only the day has moved on. */
static int compare(struct client *client, const json_t *matter, const struct moment *from,
	const struct moment *to, const json_t *touched, json_t *rows)
{
	bool same = !json_object_get(touched, json_string_value(json_object_get(matter, "id"))) &&
		    !chy_str_is(chy_json_str(matter, "origin"), "declared");
	char before[32], after[32];
	int status = phase_at(client, matter, same ? to->as_of : from->as_of, from->day, before);

	if (!status)
		status = phase_at(client, matter, to->as_of, to->day, after);
	if (!status && strcmp(before, after) != 0)
		status = add_change(client, matter, to, before, after, rows);
	return status;
}

static bool is_party(const json_t *matter, struct chy_str code)
{
	json_t *party;
	size_t i;

	json_array_foreach(json_object_get(matter, "parties"), i,
		party) if (chy_str_equal(code, chy_json_str(party, "code"))) return true;
	return !code.size;
}

/* Whether a phase of it is told to one who asks by the filter. */
static bool is_asked_for(
	struct client *client, const struct chy_event_filter *f, const json_t *matter)
{
	if (f->category.size || f->place.size || f->language.size || f->source.size ||
		f->aux.size || f->min_confidence > 0)
		return false;
	if (f->dispute.size && !chy_str_equal(f->dispute, matter_key(client, matter)))
		return false;
	return is_party(matter, f->actor) && is_party(matter, f->recipient) &&
	       is_party(matter, f->between[0]) && is_party(matter, f->between[1]);
}

int add_phase_changes(
	struct client *client, const struct between *between, const json_t *touched, json_t *rows)
{
	const uint64_t as_of = client->as_of;
	struct moment earlier = moment_at(client, between->from);
	struct moment later = moment_at(client, between->to);
	json_t *matters, *matter;
	size_t i;
	int status = all_matters(client, false, INT64_MAX, &matters);

	json_array_foreach(matters, i, matter)
	{
		if (client->as_of != later.as_of)
			turn_to(client, later.as_of);
		if (!status && is_asked_for(client, &between->filter, matter))
			status = compare(client, matter, &earlier, &later, touched, rows);
	}
	json_decref(matters);
	turn_to(client, as_of);
	return status;
}
