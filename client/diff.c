/* diff: what the archive learned, corrected or took back between two moments. */
#include <stdlib.h>
#include <string.h>

#include "client.h"

/* What was told at each moment of the documents that were touched between. */
struct difference {
	struct client *client;
	struct between between;
	json_t *documents; /* ids, as the keys of an object */
	json_t *touched; /* disputes of which something was learned or taken back, as keys */
	json_t *rows;
};

/* -- which documents were touched ----------------------------------------------- */

static int read_touched(struct difference *d, struct chy_fault *fault)
{
	struct chy_snapshot *snapshot;
	struct chy_log_cursor *cursor;
	struct chy_record record;
	int result = chy_snapshot_open(d->client->archive, &snapshot, fault);

	if (result)
		return result;
	result = chy_log_cursor_open(snapshot, d->between.from, &cursor, fault);
	while (!result) {
		json_t *body;

		result = chy_log_cursor_next(cursor, &record, fault);
		if (result || record.seq > d->between.to)
			break;
		result = chy_record_body(&record, &body, fault);
		if (result)
			break;
		if (record.kind == CHY_KIND_EVENTS_CODED ||
			record.kind == CHY_KIND_EVENT_CORRECTED ||
			record.kind == CHY_KIND_DOCUMENT_WITHDRAWN) {
			const char *id = json_string_value(json_object_get(body, "document"));

			if (id)
				json_object_set_new(d->documents, id, json_true());
		}
		json_decref(body);
	}
	if (result >= 0)
		chy_log_cursor_close(cursor);
	chy_snapshot_close(snapshot);
	return result < 0 ? result : CHY_OK;
}

/* -- what a document told -------------------------------------------------------- */

static bool told_at(const json_t *event, uint64_t seq, uint64_t moment)
{
	uint64_t superseded = (uint64_t)json_integer_value(json_object_get(event, "superseded"));

	return seq <= moment && (!superseded || superseded > moment);
}

/* Adds an event to what was told at each of the moments. */
static int take_event(
	struct difference *d, uint64_t seq, unsigned n, json_t *before, json_t *after, bool *there)
{
	struct chy_fault fault;
	json_t *event;
	char id[40];
	int result;

	snprintf(id, sizeof(id), "E%llu.%u", (unsigned long long)seq, n);
	result = chy_view_event(d->client->view, chy_str_from(id), &event, &fault);
	*there = result == CHY_OK;
	if (result)
		return result < 0 ? tell(&fault) : 0;
	if (told_at(event, seq, d->between.from))
		json_array_append(before, event);
	if (told_at(event, seq, d->between.to))
		json_array_append(after, event);
	json_decref(event);
	return 0;
}

/* An analyst's "no event" leaves a gap in a coding's numbers. */
enum { MOST_GAPS = 64 };

static int take_events(struct difference *d, const json_t *document, json_t *before, json_t *after)
{
	json_t *one;
	size_t i;
	int status = 0;
	bool there;

	json_array_foreach(json_object_get(document, "codings"), i, one)
	{
		uint64_t seq = (uint64_t)json_integer_value(one);

		for (unsigned n = 1, gaps = 0; gaps < MOST_GAPS && !status; n++) {
			status = take_event(d, seq, n, before, after, &there);
			gaps = there ? 0 : gaps + 1;
		}
	}
	json_array_foreach(json_object_get(document, "corrections"), i, one) if (!status) status =
		take_event(d, (uint64_t)json_integer_value(one), 1, before, after, &there);
	return status;
}

/* -- comparing -------------------------------------------------------------------- */

/* Whether two events say the same of the same sentence, whatever their ids. */
static bool says_the_same(const json_t *a, const json_t *b)
{
	static const char *const members[] = {"sentence", "event", "mode", "actor", "recipient",
		"date", "due", "aux", "place", "dispute"};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		json_t *x = json_object_get(a, members[i]), *y = json_object_get(b, members[i]);

		if (x != y && !json_equal(x, y))
			return false;
	}
	return true;
}

static bool is_among(const json_t *event, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (says_the_same(event, json_array_get(list, i)))
			return true;
	return false;
}

static int add_row(struct difference *d, const char *change, const json_t *event)
{
	json_t *dispute, *row;
	struct chy_fault fault;
	bool passes = false;
	size_t i;

	json_array_foreach(json_object_get(event, "dispute"), i, dispute)
		json_object_set_new(d->touched, json_string_value(dispute), json_true());
	if (chy_view_event_passes(d->client->view, chy_json_str(event, "id"), &d->between.filter,
		    &passes, &fault) < 0)
		return tell(&fault);
	if (!passes)
		return 0;
	row = json_copy((json_t *)event);
	json_object_del(row, "superseded");
	json_object_set_new(row, "change", json_string(change));
	json_array_append_new(d->rows, row);
	return 0;
}

/* The correction between the moments that made an event what it is. */
static bool was_corrected(const struct difference *d, const json_t *event)
{
	json_int_t record =
		json_integer_value(json_object_get(json_object_get(event, "corrected"), "record"));

	return record > (json_int_t)d->between.from && record <= (json_int_t)d->between.to;
}

static int compare(struct difference *d, const json_t *before, const json_t *after)
{
	json_t *event;
	size_t i;
	int status = 0;

	json_array_foreach((json_t *)before, i, event) if (!status && !is_among(event, after))
		status = add_row(d, "taken back", event);
	json_array_foreach((json_t *)after, i, event) if (!status && !is_among(event, before))
		status = add_row(d, was_corrected(d, event) ? "corrected" : "learned", event);
	return status;
}

static int compare_documents(struct difference *d)
{
	struct chy_fault fault;
	const char *hex;
	json_t *touched;
	int status = 0;

	json_object_foreach(d->documents, hex, touched)
	{
		json_t *document, *before = json_array(), *after = json_array();
		struct chy_hash id;
		int result = chy_hash_from_hex(hex, &id);

		if (!result)
			result = chy_view_document(d->client->view, &id, &document, &fault);
		if (!result && !status) {
			status = take_events(d, document, before, after);
			if (!status)
				status = compare(d, before, after);
		}
		if (!result)
			json_decref(document);
		json_decref(before);
		json_decref(after);
		if (result < 0 && !status)
			status = tell(&fault);
	}
	return status;
}

/* -- the command ---------------------------------------------------------------------- */

static int read_moments(
	struct client *client, const char *from, const char *to, struct between *out)
{
	int status = read_when(client, "--from", from, &out->from);

	out->to = INT64_MAX;
	if (!status && to)
		status = read_when(client, "--to", to, &out->to);
	if (!status && out->from >= out->to)
		return usage_error("--from must lie before --to");
	return status;
}

/* A dispute is meant as it was declared at the later moment. */
static int read_what(
	struct client *client, const struct filter_options *options, struct between *out)
{
	int status;

	turn_to(client, out->to == INT64_MAX ? 0 : out->to);
	status = read_filter(client, options, &out->filter);
	snprintf(out->dispute, sizeof(out->dispute), "%.*s", (int)out->filter.dispute.size,
		out->filter.dispute.size ? out->filter.dispute.data : "");
	out->filter.dispute = chy_str_from(out->dispute);
	turn_to(client, 0);
	return status;
}

int run_diff(struct client *client, int argc, char **argv)
{
	static const struct column columns[] = {{"", "change", false}, {"id", "id", false},
		{"date", "date", false}, {"who", "actor", false}, {"what", "event", false},
		{"whom", "recipient", false}, {"due", "due", false}, {"source", "source", false},
		{"sentence", "sentence", true}};
	struct difference d = {.client = client};
	const char *from = NULL, *to = NULL;
	struct filter_options options = {.actor = NULL};
	struct option_spec specs[32];
	struct chy_fault fault;
	size_t n = sort_specs(&options, specs);
	int rest, status;

	specs[n++] = (struct option_spec){"--from", &from, NULL};
	specs[n++] = (struct option_spec){"--to", &to, NULL};
	status = read_options(client, command_named("diff"), specs, n, argc, argv, &rest);
	if (!status && (rest || !from))
		return usage_error("diff needs --from, a record's number or a time; --to is now");
	if (!status && client->as_of_text)
		return usage_error("diff has --from and --to in place of --as-of");
	if (!status)
		status = open_archive(client);
	if (!status)
		status = read_moments(client, from, to, &d.between);
	if (!status)
		status = read_what(client, &options, &d.between);
	if (status)
		return status < 0 ? 0 : status;
	d.documents = json_object();
	d.touched = json_object();
	d.rows = json_array();
	if (read_touched(&d, &fault))
		status = tell(&fault);
	if (!status)
		status = compare_documents(&d);
	if (!status)
		status = add_overdue(client, &d.between, d.rows);
	if (!status)
		status = add_phase_changes(client, &d.between, d.touched, d.rows);
	if (!status)
		status = print_rows(client, columns, sizeof(columns) / sizeof(columns[0]), d.rows);
	json_decref(d.documents);
	json_decref(d.touched);
	json_decref(d.rows);
	return status;
}
