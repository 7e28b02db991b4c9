/* log: the records as they are. */
#include <stdlib.h>
#include <string.h>

#include "client.h"

/* A batch at a time: a reader's snapshot holds back the writer's reuse of
 * pages, and must not wait for a slow pipe or a command. */
enum { BATCH_RECORDS = 1000, BATCH_BYTES = 4 << 20 };

int open_log(struct client *client)
{
	struct chy_fault fault;

	return chy_archive_open(client->program_archive, &client->archive, &fault) ? tell(&fault)
										   : 0;
}

static int read_next(
	struct chy_log_cursor *cursor, uint64_t until, struct batch *out, size_t *out_bytes)
{
	struct chy_record record;
	json_t *shown;
	int result = chy_log_cursor_next(cursor, &record, &out->fault);

	if (result)
		return result;
	if (until && record.seq > until)
		return CHY_END;
	result = chy_record_to_json(&record, &shown, &out->fault);
	if (result)
		return result;
	*out_bytes += record.body.size;
	if (json_array_append_new(out->records, shown))
		return chy_fault_set(&out->fault, CHY_EMEM, NULL, 0, NULL);
	return CHY_OK;
}

void read_batch(
	struct client *client, uint64_t after, uint64_t until, uint64_t limit, struct batch *out)
{
	struct chy_snapshot *snapshot;
	struct chy_log_cursor *cursor;
	size_t bytes = 0, most = limit && limit < BATCH_RECORDS ? (size_t)limit : BATCH_RECORDS;

	out->records = json_array();
	out->result = chy_snapshot_open(client->archive, &snapshot, &out->fault);
	if (out->result)
		return;
	out->result = chy_log_cursor_open(snapshot, after, &cursor, &out->fault);
	if (!out->result) {
		while (!out->result && json_array_size(out->records) < most && bytes < BATCH_BYTES)
			out->result = read_next(cursor, until, out, &bytes);
		chy_log_cursor_close(cursor);
	}
	chy_snapshot_close(snapshot);
}

/* -- printing ------------------------------------------------------------- */

static int read_number(const char *option, const char *text, uint64_t *out)
{
	char *end;

	if (!text)
		return 0;
	*out = strtoull(text, &end, 10);
	if (*end || !*text || text[0] == '-')
		return usage_error("%s takes a whole number, not '%s'", option, text);
	return 0;
}

/* Canonical: a body is printed as it is stored. */
static void print_line(const json_t *record)
{
	struct chy_buffer line;

	chy_buffer_init(&line);
	if (chy_json_canonical(record, &line) == CHY_OK && line.size)
		puts(line.data);
	chy_buffer_fini(&line);
}

/* Rows for people and spreadsheets: the body beside the rest. */
static void flatten(json_t *record)
{
	struct chy_buffer body;

	json_object_set(
		record, "document", json_object_get(json_object_get(record, "body"), "document"));
	chy_buffer_init(&body);
	chy_json_canonical(json_object_get(record, "body"), &body);
	json_object_set_new(record, "body", json_stringn(body.data, body.size));
	chy_buffer_fini(&body);
}

static int print_rows_of(struct client *client, json_t *records)
{
	static const struct column table[] = {{"seq", "seq", false}, {"time", "time", false},
		{"kind", "kind", false}, {"body", "body", true}};
	static const struct column flat[] = {{"", "seq", false}, {"", "time", false},
		{"", "kind", false}, {"", "schema", false}, {"", "document", false},
		{"", "hash", false}, {"", "prev", false}, {"", "body", false}};
	json_t *record;
	size_t i;

	if (client->format == FORMAT_JSON)
		return print_rows(client, table, 0, records);
	json_array_foreach(records, i, record) flatten(record);
	if (client->format == FORMAT_TABLE)
		return print_rows(client, table, sizeof(table) / sizeof(table[0]), records);
	return print_rows(client, flat, sizeof(flat) / sizeof(flat[0]), records);
}

static bool in_lines(const struct client *client)
{
	return client->format == FORMAT_JSONL ||
	       (client->format == FORMAT_TABLE && !client->format_given && !client->terminal);
}

static int tell_of_end(struct client *client, uint64_t after)
{
	uint64_t last;
	int status = find_end(client, &last);

	if (status)
		return status;
	fprintf(stderr, "chancery: nothing lies after record %llu; the newest is %llu\n",
		(unsigned long long)after, (unsigned long long)last);
	return EXIT_NOTHING;
}

static int print_log(struct client *client, uint64_t after, uint64_t limit)
{
	json_t *all = json_array(), *record;
	struct batch batch;
	uint64_t n = 0;
	size_t i;
	int status;

	do {
		read_batch(client, after + n, client->as_of, limit ? limit - n : 0, &batch);
		n += json_array_size(batch.records);
		if (!in_lines(client))
			json_array_extend(all, batch.records);
		else
			json_array_foreach(batch.records, i, record) print_line(record);
		json_decref(batch.records);
	} while (!batch.result && (!limit || n < limit));
	if (batch.result < 0)
		status = tell(&batch.fault);
	else if (!in_lines(client))
		status = print_rows_of(client, all);
	else
		status = n ? EXIT_ANSWERED : tell_of_end(client, after);
	json_decref(all);
	return status;
}

int run_log(struct client *client, int argc, char **argv)
{
	const char *after_text = NULL, *limit_text = NULL;
	const struct option_spec specs[] = {
		{"--after", &after_text, NULL}, {"--limit", &limit_text, NULL}};
	uint64_t after = 0, limit = 0;
	int rest, status = read_options(client, command_named("log"), specs, 2, argc, argv, &rest);

	if (!status && rest)
		return usage_error("log takes no '%s'", argv[0]);
	if (!status)
		status = read_number("--after", after_text, &after);
	if (!status)
		status = read_number("--limit", limit_text, &limit);
	if (!status)
		status = open_log(client);
	if (!status)
		status = read_as_of(client);
	if (status)
		return status < 0 ? 0 : status;
	return print_log(client, after, limit);
}
