/* diff: promises that were not overdue and are, since their term went by or since
 * they were learned after it. */
#include "chancery/edtf.h"
#include "client.h"

struct overdue {
	struct client *client;
	const struct between *between;
	int64_t day_from, day_to; /* of the newest document of each moment */
	json_t *told; /* happenings, as keys */
	json_t *rows;
};

static int64_t newest_day_at(struct client *client, uint64_t moment)
{
	uint64_t as_of = client->as_of;
	int64_t day;

	client->as_of = moment;
	day = latest_day(client);
	client->as_of = as_of;
	return day;
}

static int overdue_at(struct overdue *o, uint64_t moment, const struct chy_event_filter *of,
	int64_t on, json_t **out)
{
	struct chy_event_filter filter = *of;
	struct chy_fault fault;

	filter.states = 1u << CHY_PROMISE_OVERDUE;
	filter.as_of = moment;
	return chy_view_commitments(o->client->view, &filter, on, out, &fault) ? tell(&fault) : 0;
}

static const char *name_of(const json_t *promise)
{
	return json_string_value(json_object_get(promise, "happening"));
}

static void tell_once(struct overdue *o, const json_t *promise)
{
	json_t *row;

	if (json_object_get(o->told, name_of(promise)))
		return;
	row = json_copy((json_t *)promise);
	json_object_set(row, "id", json_object_get(row, "best"));
	json_object_set_new(row, "change", json_string("overdue"));
	json_array_append_new(o->rows, row);
	json_object_set_new(o->told, name_of(promise), json_true());
}

/* -- learned after the term ------------------------------------------------------ */

struct late {
	struct chy_str between[2];
	int64_t last; /* day of the term */
};

static struct chy_str code_of(const json_t *event, const char *side)
{
	return chy_json_str(json_array_get(json_object_get(event, side), 0), "code");
}

static bool read_last(const json_t *event, int64_t *out)
{
	struct chy_str due = chy_json_str(event, "due");
	struct chy_edtf term;
	int64_t first;

	if (!due.size || chy_edtf_parse(due, &term))
		return false;
	chy_edtf_bounds(&term, &first, out);
	return true;
}

static bool read_late(const struct overdue *o, const json_t *event, struct late *out)
{
	out->between[0] = code_of(event, "actor");
	out->between[1] = code_of(event, "recipient");
	return out->between[0].size && !chy_str_is(chy_json_str(event, "change"), "taken back") &&
	       read_last(event, &out->last) && out->last < o->day_from;
}

/* What is known of two sides, "first" and "last" being the days between which the
 * terms end that are asked for. */
static json_t *pair_of(json_t *pairs, const struct late *late)
{
	const struct chy_str *sides = late->between;
	char key[512];
	json_t *pair;

	snprintf(key, sizeof(key), "%.*s,%.*s", (int)sides[0].size, sides[0].data,
		(int)sides[1].size, sides[1].size ? sides[1].data : "");
	pair = json_object_get(pairs, key);
	if (!pair) {
		pair = json_pack("{s:I, s:I}", "first", (json_int_t)late->last, "last",
			(json_int_t)late->last);
		json_object_set_new(pairs, key, pair);
	}
	return pair;
}

static int64_t day_in(const json_t *pair, const char *key)
{
	return json_integer_value(json_object_get(pair, key));
}

static void widen(json_t *pair, int64_t day)
{
	if (day < day_in(pair, "first"))
		json_object_set_new(pair, "first", json_integer(day));
	if (day > day_in(pair, "last"))
		json_object_set_new(pair, "last", json_integer(day));
}

/* All that was overdue between two sides, into "before". */
static int ask_before(struct overdue *o, const struct chy_event_filter *sides, json_t *pair)
{
	struct chy_event_filter all = *sides;
	json_t *found, *promise, *before;
	size_t i;
	int status;

	all.first_day = INT64_MIN;
	all.last_day = INT64_MAX;
	status = overdue_at(o, o->between->from, &all, o->day_from, &found);
	if (status)
		return status;
	before = json_object();
	json_array_foreach(found, i, promise)
		json_object_set_new(before, name_of(promise), json_true());
	json_object_set_new(pair, "before", before);
	json_decref(found);
	return 0;
}

/* What is overdue between two sides, into "after", and was: once for all that was
 * learned of them. */
static int ask_pair(struct overdue *o, const struct late *late, json_t *pair)
{
	struct chy_event_filter filter = o->between->filter;
	json_t *found;
	int status;

	if (json_object_get(pair, "after"))
		return 0;
	if (!filter.between[0].size) {
		filter.between[0] = late->between[0];
		filter.between[1] = late->between[1];
	}
	filter.first_day = day_in(pair, "first");
	filter.last_day = day_in(pair, "last");
	status = overdue_at(o, o->between->to, &filter, o->day_to, &found);
	if (status)
		return status;
	json_object_set_new(pair, "after", found);
	return json_array_size(found) ? ask_before(o, &filter, pair) : 0;
}

static int tell_learned_late(struct overdue *o, const struct late *late, json_t *pair)
{
	const json_t *before;
	json_t *promise;
	size_t i;
	int64_t last;
	int status = ask_pair(o, late, pair);

	if (status)
		return status;
	before = json_object_get(pair, "before");
	json_array_foreach(json_object_get(pair, "after"), i,
		promise) if (read_last(promise, &last) && last == late->last &&
			     !json_object_get(before, name_of(promise))) tell_once(o, promise);
	return 0;
}

static int tell_all_learned_late(struct overdue *o)
{
	size_t learned = json_array_size(o->rows);
	json_t *pairs = json_object();
	struct late late;
	int status = 0;

	for (size_t i = 0; i < learned; i++)
		if (read_late(o, json_array_get(o->rows, i), &late))
			widen(pair_of(pairs, &late), late.last);
	for (size_t i = 0; i < learned && !status; i++)
		if (read_late(o, json_array_get(o->rows, i), &late))
			status = tell_learned_late(o, &late, pair_of(pairs, &late));
	json_decref(pairs);
	return status;
}

/* -- between the moments ----------------------------------------------------------- */

static int tell_gone_by(struct overdue *o)
{
	struct chy_event_filter filter = o->between->filter;
	json_t *found, *promise;
	size_t i;
	int status;

	if (o->day_to == INT64_MIN || o->day_from == o->day_to)
		return 0;
	filter.first_day = o->day_from;
	filter.last_day = o->day_to - 1;
	status = overdue_at(o, o->between->to, &filter, o->day_to, &found);
	if (status)
		return status;
	json_array_foreach(found, i, promise) tell_once(o, promise);
	json_decref(found);
	return 0;
}

int add_overdue(struct client *client, const struct between *between, json_t *rows)
{
	struct overdue o = {.client = client,
		.between = between,
		.day_from = newest_day_at(client, between->from),
		.day_to = newest_day_at(client, between->to),
		.told = json_object(),
		.rows = rows};
	int status = tell_all_learned_late(&o);

	if (!status)
		status = tell_gone_by(&o);
	json_decref(o.told);
	return status;
}
