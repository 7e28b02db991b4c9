/* events, timeline, stats: lists of what the views hold. */
#include <stdlib.h>
#include <string.h>

#include "client.h"

static int take_event(void *user, json_t *event)
{
	return json_array_append((json_t *)user, event) ? CHY_EMEM : CHY_OK;
}

/* Options, archive and filter of a listing. *out_rest: words that are left. */
static int begin(struct client *client, const char *name, struct filter_options *options,
	const struct option_spec *more, size_t n_more, int argc, char **argv,
	struct chy_event_filter *filter, int *out_rest)
{
	struct option_spec specs[32];
	size_t n = filter_specs(options, specs);
	bool named = false;
	int status;

	*filter = CHY_EVENT_FILTER_ALL;
	for (size_t i = 0; i < n_more; i++)
		specs[n++] = more[i];
	status = read_options(client, command_named(name), specs, n, argc, argv, out_rest);
	if (!status)
		status = open_archive(client);
	if (!status && *out_rest > 0 && strcmp(name, "timeline") == 0 && !options->dispute) {
		options->dispute = *argv++;
		named = true;
		--*out_rest;
	}
	if (!status && *out_rest > 0 && named)
		return usage_error("%s takes one dispute, no '%s' beside it", name, argv[0]);
	if (!status && *out_rest > 0)
		return usage_error("%s takes no '%s'", name, argv[0]);
	return status ? status : read_filter(client, options, filter);
}

int run_events(struct client *client, int argc, char **argv)
{
	static const struct column columns[] = {{"id", "id", false}, {"date", "date", false},
		{"event", "event", false}, {"actor", "actor", false},
		{"recipient", "recipient", false}, {"aux", "aux", false},
		{"source", "source", false}, {"sentence", "sentence", true}};
	static const struct column flat[] = {{"", "id", false}, {"", "document", false},
		{"", "reported", false}, {"", "date", false}, {"", "due", false},
		{"", "event", false}, {"", "mode", false}, {"", "cameo", false},
		{"", "score", false}, {"", "actor", false}, {"", "recipient", false},
		{"", "aux", false}, {"", "context", false}, {"", "place", false},
		{"", "dispute", false}, {"", "speaker", false}, {"", "medium", false},
		{"", "source", false}, {"", "language", false}, {"", "confidence", false},
		{"", "s", false}, {"", "sentence", false}};
	struct filter_options options = {0};
	struct chy_event_filter filter;
	struct chy_fault fault;
	json_t *events;
	int rest = 0, status;

	status = begin(client, "events", &options, NULL, 0, argc, argv, &filter, &rest);
	if (status)
		return status < 0 ? 0 : status;
	events = json_array();
	if (chy_view_events(client->view, &filter, take_event, events, &fault))
		status = tell(&fault);
	else if (client->format == FORMAT_CSV || client->format == FORMAT_TSV)
		status = print_rows(client, flat, sizeof(flat) / sizeof(flat[0]), events);
	else
		status = print_rows(client, columns, sizeof(columns) / sizeof(columns[0]), events);
	json_decref(events);
	return status;
}

/* A day in words where the text gave none: that of the report, in brackets but
 * for machines, which see by "date" that none is told. */
static void show_days(const struct client *client, json_t *happenings)
{
	size_t i;
	json_t *happening;

	json_array_foreach(happenings, i, happening)
	{
		char day[16], shown[24];

		if (json_is_string(json_object_get(happening, "date"))) {
			json_object_set(happening, "when", json_object_get(happening, "date"));
			continue;
		}
		day_text(happening_day(happening), day);
		snprintf(shown, sizeof(shown),
			day[0] && client->format == FORMAT_TABLE ? "(%s)" : "%s", day);
		json_object_set_new(happening, "when", json_string(shown));
	}
}

/* Where reports disagree: in a column of its own for machines, else behind the
 * sentence. */
static void show_disagreement(struct client *client, json_t *happenings)
{
	struct chy_buffer words;
	json_t *happening;
	size_t i;

	chy_buffer_init(&words);
	json_array_foreach(happenings, i, happening)
	{
		chy_buffer_clear(&words);
		describe_contradictions(client, happening, &words);
		if (!words.size)
			continue;
		json_object_set_new(
			happening, "disagreement", json_stringn(words.data, words.size));
		if (client->format == FORMAT_TABLE)
			json_object_set_new(happening, "sentence",
				json_sprintf("%s [%s]",
					json_string_value(json_object_get(happening, "sentence")),
					words.data));
	}
	chy_buffer_fini(&words);
}

int run_timeline(struct client *client, int argc, char **argv)
{
	static const struct column columns[] = {{"when", "when", false}, {"who", "actor", false},
		{"what", "event", false}, {"whom", "recipient", false}, {"", "aux", false},
		{"due", "due", false}, {"reports", "reports", false}, {"id", "best", false},
		{"sentence", "sentence", true}, {"disagreement", "disagreement", false},
		{"date", "date", false}};
	const size_t n = sizeof(columns) / sizeof(columns[0]);
	struct filter_options options = {0};
	struct chy_event_filter filter;
	struct chy_fault fault;
	json_t *happenings;
	int rest = 0, status;

	status = begin(client, "timeline", &options, NULL, 0, argc, argv, &filter, &rest);
	if (status)
		return status < 0 ? 0 : status;
	if (chy_view_happenings(client->view, &filter, &happenings, &fault))
		return tell(&fault);
	while (filter.limit && json_array_size(happenings) > filter.limit)
		json_array_remove(happenings, 0);
	show_days(client, happenings);
	status = ask_contradictions(client, happenings);
	if (!status && client->format != FORMAT_JSON && client->format != FORMAT_JSONL)
		show_disagreement(client, happenings);
	if (!status)
		status = print_rows(
			client, columns, client->format == FORMAT_TABLE ? n - 2 : n, happenings);
	json_decref(happenings);
	return status;
}

/* -- stats ---------------------------------------------------------------- */

struct line {
	const char *key;
	json_int_t n;
};

static int by_key(const void *one, const void *other)
{
	return strcmp(((const struct line *)one)->key, ((const struct line *)other)->key);
}

static int by_number(const void *one, const void *other)
{
	const struct line *a = one, *b = other;

	return a->n != b->n ? (a->n < b->n ? 1 : -1) : by_key(one, other);
}

/* Months in order of time, the rest by number. */
static json_t *as_rows(json_t *table, const char *by)
{
	struct line *lines = calloc(json_object_size(table) + 1, sizeof(*lines));
	json_t *rows = json_array(), *value;
	const char *key;
	size_t n = 0;

	json_object_foreach(table, key, value) if (lines) lines[n++] =
		(struct line){key, json_integer_value(value)};
	if (n)
		qsort(lines, n, sizeof(*lines), strcmp(by, "month") == 0 ? by_key : by_number);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(
			rows, json_pack("{s:s, s:I}", by, lines[i].key, "events", lines[i].n));
	free(lines);
	return rows;
}

static int print_stats(struct client *client, const char *by, json_t *table, const json_t *counts)
{
	const struct column columns[] = {{by, by, false}, {"events", "events", false}};
	json_t *rows = as_rows(table, by);
	int status;

	if (client->format == FORMAT_TABLE && counts && strcmp(by, "category") == 0)
		printf("%lld documents (%lld sightings, %lld rejected, %lld withdrawn), %lld "
		       "events\n",
			json_integer_value(json_object_get(counts, "documents")),
			json_integer_value(json_object_get(counts, "sightings")),
			json_integer_value(json_object_get(counts, "rejected")),
			json_integer_value(json_object_get(counts, "withdrawn")),
			json_integer_value(json_object_get(counts, "events")));
	status = print_rows(client, columns, 2, rows);
	json_decref(rows);
	return status;
}

static bool narrows(const struct filter_options *o)
{
	return o->actor || o->recipient || o->between || o->event || o->dispute || o->since ||
	       o->until || o->place || o->lang || o->source || o->aux || o->min_confidence;
}

/* The numbers of the whole archive go before those of the whole archive. */
int run_stats(struct client *client, int argc, char **argv)
{
	/* As enum chy_count_by has them. */
	static const char *const ways[] = {"category", "month", "pair"};
	const char *by = "category";
	struct option_spec more = {"--by", &by, NULL};
	struct filter_options options = {0};
	struct chy_event_filter filter;
	struct chy_fault fault;
	json_t *table = NULL, *counts = NULL;
	size_t way = 3;
	int rest = 0, status;

	status = begin(client, "stats", &options, &more, 1, argc, argv, &filter, &rest);
	for (size_t i = 0; i < 3; i++)
		way = strcmp(ways[i], by) == 0 ? i : way;
	if (!status && way == 3)
		return usage_error("--by takes category, month or pair, not '%s'", by);
	if (status)
		return status < 0 ? 0 : status;
	if (chy_view_count_events(client->view, &filter, (enum chy_count_by)way, &table, &fault))
		status = tell(&fault);
	else if (!narrows(&options) &&
		 chy_view_counts(client->view, client->as_of, &counts, &fault))
		status = tell(&fault);
	else
		status = print_stats(client, by, table, counts);
	json_decref(counts);
	json_decref(table);
	return status;
}
