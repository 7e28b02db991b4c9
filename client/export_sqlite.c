/* export sqlite: a database of its own. Its tables are in data/views/export.sql. */
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/data.h"
#include "chancery/edtf.h"
#include "export.h"

enum {
	PUT_META,
	PUT_DOCUMENT,
	MORE_OF_DOCUMENT,
	PUT_EVENT,
	PUT_ACTOR,
	PUT_DISPUTE_OF,
	PUT_CONTEXT,
	PUT_HAPPENING,
	PUT_COMMITMENT,
	PUT_DISPUTE,
	ALL_DISPUTES,
	STATEMENTS
};
/* Happenings and promises are those of events that are in. */
static const char *const statements[STATEMENTS] = {
	[PUT_META] = "INSERT INTO meta VALUES (?, ?)",
	[PUT_DOCUMENT] = "INSERT OR IGNORE INTO documents (id, title, outlet, url, date) "
			 "VALUES (?, ?, ?, ?, ?)",
	[MORE_OF_DOCUMENT] = "UPDATE documents SET language = ?2, path = ?3, media = ?4, "
			     "recorded = ?5, record = ?6, sightings = ?7 WHERE id = ?1",
	[PUT_EVENT] = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
		      "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[PUT_ACTOR] = "INSERT INTO event_actors VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[PUT_DISPUTE_OF] = "INSERT OR IGNORE INTO event_disputes VALUES (?, ?)",
	[PUT_CONTEXT] = "INSERT OR IGNORE INTO event_contexts VALUES (?, ?)",
	[PUT_HAPPENING] = "INSERT OR IGNORE INTO happenings SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
			  "?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM events WHERE happening = ?1)",
	[PUT_COMMITMENT] = "INSERT OR IGNORE INTO commitments SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? "
			   "WHERE EXISTS (SELECT 1 FROM happenings WHERE id = ?1)",
	[PUT_DISPUTE] = "INSERT INTO disputes VALUES (?, ?, ?, ?, ?)",
	[ALL_DISPUTES] = "SELECT DISTINCT dispute FROM event_disputes ORDER BY 1",
};

/* The export comes first: visitors are given it. */
struct database {
	struct export *export;
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
};

static int failed(const struct database *d)
{
	bool full = sqlite3_errcode(d->db) == SQLITE_FULL;

	fprintf(stderr, "chancery: %s: %s%s\n", d->export->name, sqlite3_errmsg(d->db),
		what_helps(full ? ENOSPC : sqlite3_system_errno(d->db)));
	d->export->status = EXIT_ARCHIVE;
	return EXIT_ARCHIVE;
}

/* -- one row ----------------------------------------------------------------------- */

/* Values are bound one after the other. */
struct row {
	sqlite3_stmt *statement;
	int at;
};

static struct row begin_row(const struct database *d, int which)
{
	sqlite3_reset(d->statements[which]);
	sqlite3_clear_bindings(d->statements[which]);
	return (struct row){d->statements[which], 0};
}

static void add_text(struct row *row, struct chy_str text)
{
	row->at++;
	if (text.data)
		sqlite3_bind_text(
			row->statement, row->at, text.data, (int)text.size, SQLITE_TRANSIENT);
}

static void add_integer(struct row *row, int64_t value)
{
	sqlite3_bind_int64(row->statement, ++row->at, value);
}

static void add_day(struct row *row, int64_t day)
{
	char text[16];

	row->at++;
	if (day == INT64_MIN || day == INT64_MAX)
		return;
	day_text(day, text);
	sqlite3_bind_text(row->statement, row->at, text, -1, SQLITE_TRANSIENT);
}

/* A member: a text, a number, or nothing. */
static void add_member(struct row *row, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (json_is_integer(value))
		add_integer(row, json_integer_value(value));
	else if (json_is_real(value))
		sqlite3_bind_double(row->statement, ++row->at, json_real_value(value));
	else
		add_text(row, chy_json_str(object, key));
}

static void add_members(struct row *row, const json_t *object, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_member(row, object, keys[i]);
}
#define ADD_MEMBERS(row, object, ...)                                                              \
	add_members(row, object, (const char *const[]){__VA_ARGS__},                               \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* An EDTF member, the first and the last of its days. */
static void add_span(struct row *row, const json_t *object, const char *key)
{
	int64_t first = INT64_MIN, last = INT64_MAX;

	days_of(chy_json_str(object, key), &first, &last);
	add_day(row, first);
	add_day(row, last);
}

static int put(const struct database *d, const struct row *row)
{
	return sqlite3_step(row->statement) == SQLITE_DONE ? 0 : failed(d);
}

/* -- events -------------------------------------------------------------------------- */

static int put_document(const struct database *d, const json_t *event)
{
	struct row row = begin_row(d, PUT_DOCUMENT);
	struct chy_fault fault;
	struct chy_hash id;
	json_t *document;
	int status;

	ADD_MEMBERS(&row, event, "document", "title", "source", "url", "reported");
	status = put(d, &row);
	if (status || !sqlite3_changes(d->db) ||
		chy_hash_from_hex(json_string_value(json_object_get(event, "document")), &id))
		return status;
	if (chy_view_document(d->export->client->view, &id, &document, &fault))
		return 0;
	row = begin_row(d, MORE_OF_DOCUMENT);
	ADD_MEMBERS(&row, document, "document", "language", "path", "media", "recorded", "seq");
	add_integer(&row, (int64_t)json_array_size(json_object_get(document, "sightings")));
	status = put(d, &row);
	json_decref(document);
	return status;
}

static int put_side(const struct database *d, const json_t *event, const char *side)
{
	const json_t *list = json_object_get(event, side);
	int status = 0;

	for (size_t i = 0; i < json_array_size(list) && !status; i++) {
		struct row row = begin_row(d, PUT_ACTOR);

		add_member(&row, event, "id");
		add_text(&row, chy_str_from(side));
		add_integer(&row, (int64_t)i + 1);
		ADD_MEMBERS(&row, json_array_get(list, i), "code", "sector", "name", "person",
			"role", "text");
		status = put(d, &row);
	}
	return status;
}

static int put_list(const struct database *d, const json_t *event, const char *key, int which)
{
	const json_t *list = json_object_get(event, key);
	int status = 0;

	for (size_t i = 0; i < json_array_size(list) && !status; i++) {
		struct row row = begin_row(d, which);

		add_member(&row, event, "id");
		add_text(&row, chy_str_from(json_string_value(json_array_get(list, i))));
		status = put(d, &row);
	}
	return status;
}

static int put_event(const struct database *d, const json_t *event)
{
	const json_t *bytes = json_object_get(event, "bytes");
	struct row row = begin_row(d, PUT_EVENT);

	ADD_MEMBERS(&row, event, "id", "happening", "document");
	add_day(&row, day_of_event(event));
	add_member(&row, event, "date");
	add_span(&row, event, "date");
	ADD_MEMBERS(&row, event, "date_text", "due");
	add_span(&row, event, "due");
	ADD_MEMBERS(&row, event, "event", "mode", "cameo", "score", "aux", "place", "speaker",
		"medium", "language", "s", "sentence", "trigger");
	add_integer(&row, json_integer_value(json_array_get(bytes, 0)));
	add_integer(&row, json_integer_value(json_array_get(bytes, 1)));
	ADD_MEMBERS(&row, event, "rule", "confidence", "reported", "recorded");
	return put(d, &row);
}

static int take_event(void *user, json_t *event)
{
	struct database *d = user;
	int status = put_document(d, event);

	if (!status)
		status = put_event(d, event);
	if (!status)
		status = put_side(d, event, "actor");
	if (!status)
		status = put_side(d, event, "recipient");
	if (!status)
		status = put_list(d, event, "dispute", PUT_DISPUTE_OF);
	if (!status)
		status = put_list(d, event, "context", PUT_CONTEXT);
	d->export->rows++;
	return status ? 1 : CHY_OK;
}

static int put_events(struct database *d)
{
	struct chy_event_filter filter = d->export->filter;
	struct chy_fault fault;
	int result;

	filter.with_happening = true;
	result = chy_view_events(d->export->client->view, &filter, take_event, d, &fault);
	if (d->export->status)
		return d->export->status;
	return result < 0 ? tell(&fault) : 0;
}

/* -- happenings ----------------------------------------------------------------------- */

static int take_happening(void *user, json_t *happening)
{
	const struct database *d = user;
	struct row row = begin_row(d, PUT_HAPPENING);

	add_member(&row, happening, "happening");
	add_day(&row, happening_day(happening));
	ADD_MEMBERS(&row, happening, "event", "mode", "cameo", "score", "aux", "date", "due",
		"place", "reports");
	add_integer(&row, (int64_t)json_array_size(json_object_get(happening, "events")));
	add_integer(&row, (int64_t)json_array_size(json_object_get(happening, "sources")));
	ADD_MEMBERS(&row, happening, "best", "sentence");
	return put(d, &row) ? 1 : CHY_OK;
}

static int take_commitment(void *user, json_t *promise)
{
	const struct database *d = user;
	const json_t *by = json_object_get(promise, "by");
	struct row row = begin_row(d, PUT_COMMITMENT);

	ADD_MEMBERS(&row, promise, "happening", "best", "due");
	add_span(&row, promise, "due");
	ADD_MEMBERS(&row, promise, "state");
	ADD_MEMBERS(&row, by, "happening", "best");
	add_day(&row, json_is_object(by) ? happening_day(by) : INT64_MIN);
	return put(d, &row) ? 1 : CHY_OK;
}

/* All that may be of an event that is in. */
static int put_happenings(struct database *d)
{
	struct chy_event_filter filter = d->export->filter;
	struct client *client = d->export->client;
	struct chy_fault fault;
	int result;

	filter.limit = 0;
	if (filter.first_day > INT64_MIN + CHY_HAPPENING_AROUND)
		filter.first_day -= CHY_HAPPENING_AROUND;
	if (filter.last_day < INT64_MAX - CHY_HAPPENING_AROUND)
		filter.last_day += CHY_HAPPENING_AROUND;
	result = chy_view_each_happening(client->view, &filter, take_happening, d, &fault);
	filter.first_day = INT64_MIN;
	filter.last_day = INT64_MAX;
	if (!result)
		result = chy_view_each_commitment(
			client->view, &filter, latest_day(client), take_commitment, d, &fault);
	if (d->export->status)
		return d->export->status;
	return result < 0 ? tell(&fault) : 0;
}

/* In English, Portuguese and Spanish; the issue. Threads have neither. */
static void add_names(struct row *row, struct client *client, struct chy_str id)
{
	const struct chy_dispute *known = chy_catalogue_find(client->catalogue, id);
	const json_t *declared = known ? NULL : declared_named(client, id);

	if (known) {
		add_text(row, known->name_en);
		add_text(row, known->name_pt);
		add_text(row, known->name_es);
		add_text(row, known->issue);
	} else if (declared) {
		ADD_MEMBERS(row, json_object_get(declared, "name"), "en", "pt", "es");
		add_member(row, declared, "issue");
	}
}

static int put_disputes(const struct database *d)
{
	sqlite3_stmt *all = d->statements[ALL_DISPUTES];
	int status = 0;

	while (!status && sqlite3_step(all) == SQLITE_ROW) {
		struct chy_str id = chy_str_from((const char *)sqlite3_column_text(all, 0));
		struct row row = begin_row(d, PUT_DISPUTE);

		add_text(&row, id);
		add_names(&row, d->export->client, id);
		status = put(d, &row);
	}
	return status;
}

/* -- what the file is -------------------------------------------------------------------- */

static int put_meta(const struct database *d)
{
	const struct export *export = d->export;
	char seq[24], day[16];
	const struct {
		const char *key, *value;
	} list[] = {{"archive", chy_archive_uuid(export->client->archive)}, {"seq", seq},
		{"as_of", export->client->as_of_text}, {"filter", export->wanted}, {"on", day},
		{"edition", CHY_VERSION}, {"schema", "1"}};
	int status = 0;

	snprintf(seq, sizeof(seq), "%llu", (unsigned long long)export->seq);
	day_text(latest_day(export->client), day);
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]) && !status; i++) {
		struct row row = begin_row(d, PUT_META);

		add_text(&row, chy_str_from(list[i].key));
		if (list[i].value)
			add_text(&row, chy_str_from(list[i].value));
		status = put(d, &row);
	}
	return status;
}

/* -- all together ------------------------------------------------------------------------- */

/* The parts of the file of tables: its first, second and third. */
static int run_part(const struct database *d, struct chy_str all, int part)
{
	static const char mark[] = "\n-- == ";
	const char *at = all.data, *end = all.data + all.size, *next;
	char *sql;
	int code;

	for (;; part--) {
		next = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1);
		next = next ? next : end;
		if (!part)
			break;
		at = next < end ? next + 1 : end;
	}
	sql = strndup(at, (size_t)(next - at));
	code = sql ? sqlite3_exec(d->db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
	free(sql);
	return code == SQLITE_OK ? 0 : failed(d);
}

static int prepare(struct database *d)
{
	for (size_t i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v2(d->db, statements[i], -1, &d->statements[i], NULL) !=
			SQLITE_OK)
			return failed(d);
	return 0;
}

static int fill(struct database *d, struct chy_str tables)
{
	/* The file has no name yet: where this stops, it is thrown away. */
	static const char begin[] = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN";
	int status = sqlite3_exec(d->db, begin, NULL, NULL, NULL) ? failed(d) : 0;

	if (!status)
		status = run_part(d, tables, 0);
	if (!status)
		status = prepare(d);
	if (!status)
		status = put_meta(d);
	if (!status)
		status = put_events(d);
	if (!status)
		status = run_part(d, tables, 1);
	if (!status)
		status = put_happenings(d);
	if (!status)
		status = put_disputes(d);
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(d->statements[i]);
	if (!status)
		status = run_part(d, tables, 2);
	if (!status && sqlite3_exec(d->db, "COMMIT; ANALYZE", NULL, NULL, NULL))
		status = failed(d);
	return status;
}

int export_sqlite(struct export *export)
{
	struct database d = {.export = export};
	struct chy_mapping tables;
	struct chy_fault fault;
	int status;

	if (chy_data_map("export.sql", &tables, &fault))
		return tell(&fault);
	if (sqlite3_open(export->path, &d.db) == SQLITE_OK)
		status = fill(&d, (struct chy_str){tables.data, tables.size});
	else
		status = failed(&d);
	if (sqlite3_close(d.db) != SQLITE_OK && !status)
		status = failed(&d);
	chy_unmap(&tables);
	return status;
}
