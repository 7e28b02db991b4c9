/* Verifying: pages first, by a reading of our own that no damage can bring
 * down; then, when they are sound, every record, link, body and index. */
#include <stdio.h>
#include <string.h>

#include "internal.h"

struct verify {
	chy_verify_problem *problem;
	void *user;
	struct chy_verify_report *report;
	struct chy_snapshot *snapshot;
	struct chy_buffer scratch;
};

static void tell(struct verify *verify, const struct chy_fault *fault)
{
	verify->report->damaged++;
	verify->problem(verify->user, fault);
}

static void tell_about(struct verify *verify, const char *subject, uint64_t at, const char *what)
{
	struct chy_fault fault;

	chy_fault_set(&fault, CHY_EDAMAGED, subject, at, "%s", what);
	tell(verify, &fault);
}

static void on_page(void *user, uint64_t page, const char *what)
{
	char subject[32];

	/* With its number even where that is 0. */
	snprintf(subject, sizeof(subject), "page:%llu", (unsigned long long)page);
	tell_about(user, subject, 0, what);
}

/* A body that a record names must be there; its bytes are checked when the
 * bodies are walked. */
static void check_named(
	struct verify *verify, const struct chy_record *record, json_t *body, const char *key)
{
	struct chy_str hex = chy_json_str(body, key);
	struct chy_str there;
	struct chy_hash hash;

	if (!hex.data)
		return;
	if (chy_hash_from_hex(hex.data, &hash))
		tell_about(verify, "record", record->seq, "it names a body by what is no hash");
	else if (chy_store_get(verify->snapshot->txn, CHY_LOG_BODIES, chy_hash_str(&hash), &there))
		tell_about(verify, "record", record->seq, "a body that it names is missing");
}

static void check_indexed(struct verify *verify, const struct chy_record *record, json_t *body)
{
	struct chy_str hex = chy_json_str(body, "document");
	struct chy_fault fault;
	struct chy_hash hash;
	uint64_t seq = 0;

	if (!hex.data || chy_hash_from_hex(hex.data, &hash))
		return;
	if (chy_snapshot_document(verify->snapshot, &hash, &seq, &fault))
		tell_about(verify, "record", record->seq, "its document is not in the index");
	else if (record->kind == CHY_KIND_DOCUMENT_ADDED && seq != record->seq)
		tell_about(verify, "record", record->seq, "the index of documents names another");
}

static void check_record(struct verify *verify, const struct chy_record *record)
{
	struct chy_fault fault;
	json_t *body;

	if (chy_record_body(record, &body, &fault)) {
		tell(verify, &fault);
		return;
	}
	if (record->kind == CHY_KIND_DOCUMENT_ADDED) {
		check_named(verify, record, body, "document");
		check_named(verify, record, body, "original");
		check_indexed(verify, record, body);
	} else if (record->kind == CHY_KIND_DOCUMENT_SIGHTED) {
		check_named(verify, record, body, "original");
		check_indexed(verify, record, body);
	}
	json_decref(body);
}

/* Every record by itself, so that one that is damaged hides none after it. */
static void check_records(struct verify *verify)
{
	uint64_t last = chy_snapshot_last_seq(verify->snapshot);
	struct chy_record record;
	struct chy_fault fault;

	for (uint64_t seq = 1; seq <= last; seq++) {
		verify->report->records++;
		if (chy_snapshot_record(verify->snapshot, seq, &record, &fault)) {
			tell(verify, &fault);
			continue;
		}
		verify->report->head = record.hash;
		check_record(verify, &record);
	}
}

/* Calls check for each entry of a table. */
static void walk(struct verify *verify, enum chy_log_table table,
	void (*check)(struct verify *, struct chy_str key, struct chy_str value))
{
	struct chy_store_cursor *cursor;
	struct chy_str key, value;
	int result = chy_store_cursor_open(verify->snapshot->txn, table, &cursor);

	if (result) {
		tell_about(verify, chy_log_tables[table], 0, "the table cannot be read");
		return;
	}
	result = chy_store_seek(cursor, (struct chy_str){"", 0}, &key, &value);
	while (result == CHY_OK) {
		check(verify, key, value);
		result = chy_store_next(cursor, &key, &value);
	}
	if (result != CHY_END)
		tell_about(verify, chy_log_tables[table], 0, "the table cannot be read to its end");
	chy_store_cursor_close(cursor);
}

static void check_body(struct verify *verify, struct chy_str key, struct chy_str value)
{
	struct chy_fault fault;
	struct chy_hash hash;

	verify->report->blobs++;
	if (key.size != CHY_HASH_SIZE) {
		tell_about(verify, "bodies", verify->report->blobs, "a key is no hash");
		return;
	}
	memcpy(hash.bytes, key.data, CHY_HASH_SIZE);
	chy_buffer_clear(&verify->scratch);
	if (chy_body_unpack(value, &hash, &verify->scratch, &fault))
		tell(verify, &fault);
}

static void check_number(
	struct verify *verify, const char *table, struct chy_str key, struct chy_str value)
{
	uint64_t seq = chy_seq_from(value);

	if (key.size != CHY_HASH_SIZE || value.size != 8 || seq < 1 ||
		seq > chy_snapshot_last_seq(verify->snapshot))
		tell_about(verify, table, seq, "an entry of the index names no record");
}

static void check_once(struct verify *verify, struct chy_str key, struct chy_str value)
{
	check_number(verify, "once", key, value);
}

/* The other way round than check_indexed: the record must speak of the
 * document. */
static void check_document(struct verify *verify, struct chy_str key, struct chy_str value)
{
	struct chy_record record;
	struct chy_hash hash;
	char hex[CHY_HASH_HEX];
	json_t *body;

	check_number(verify, "documents", key, value);
	if (key.size != CHY_HASH_SIZE || value.size != 8)
		return;
	if (chy_snapshot_record(verify->snapshot, chy_seq_from(value), &record, NULL) ||
		chy_record_body(&record, &body, NULL))
		return; /* told already */
	memcpy(hash.bytes, key.data, CHY_HASH_SIZE);
	if (!chy_str_is(chy_json_str(body, "document"), chy_hash_to_hex(&hash, hex)))
		tell_about(
			verify, hex, record.seq, "the index leads to a record of another document");
	json_decref(body);
}

static int check_contents(
	struct verify *verify, struct chy_archive *archive, struct chy_fault *fault)
{
	int result = chy_snapshot_open(archive, &verify->snapshot, fault);

	if (result)
		return result;
	check_records(verify);
	walk(verify, CHY_LOG_BODIES, check_body);
	walk(verify, CHY_LOG_DOCUMENTS, check_document);
	walk(verify, CHY_LOG_ONCE, check_once);
	chy_snapshot_close(verify->snapshot);
	return CHY_OK;
}

static int check_pages(struct verify *verify, const char *directory, struct chy_fault *fault)
{
	struct chy_past past;
	char path[4096];
	int result = chy_past_read(directory, &past, fault);

	if (result == CHY_OK)
		return chy_fault_set(fault, CHY_ECONFLICT, directory, 0,
			"it is a look at the past of %s, which has the log", past.archive);
	if (result < 0)
		return result;
	if ((size_t)snprintf(path, sizeof(path), "%s/log.mdb", directory) >= sizeof(path))
		return chy_fault_set(fault, CHY_ELIMIT, directory, 0, "the path is too long");
	return chy_store_check(path, on_page, verify, fault);
}

int chy_archive_verify_pages(
	const char *directory, chy_verify_problem *problem, void *user, struct chy_fault *fault)
{
	struct chy_verify_report report = {0};
	struct verify verify = {.problem = problem, .user = user, .report = &report};

	return check_pages(&verify, directory, fault);
}

int chy_archive_verify(const char *directory, chy_verify_problem *problem, void *user,
	struct chy_verify_report *out, struct chy_fault *fault)
{
	struct verify verify = {.problem = problem, .user = user, .report = out};
	struct chy_archive *archive;
	struct chy_fault first;
	int result;

	*out = (struct chy_verify_report){0};
	result = check_pages(&verify, directory, fault);
	if (result)
		return result;
	result = chy_archive_open(directory, &archive, &first);
	if (result && fault)
		*fault = first;
	if (result == CHY_EDAMAGED || result == CHY_EABSENT) {
		/* The file was there and its pages sound: its contents are not. */
		tell(&verify, &first);
		return CHY_EDAMAGED;
	}
	if (result)
		return result;
	chy_buffer_init(&verify.scratch);
	result = check_contents(&verify, archive, fault);
	chy_buffer_fini(&verify.scratch);
	chy_archive_close(archive);
	if (result)
		return result;
	return out->damaged ? CHY_EDAMAGED : CHY_OK;
}
