/* The archive: the log of records and the bodies that they speak of.
 *
 * A directory holding log.mdb (the truth, which only grows), views.mdb
 * (derived, see view.h) and writer.lock. One writer, many readers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chancery/error.h"
#include "chancery/hash.h"
#include "chancery/json.h"
#include "chancery/record.h"
#include "chancery/string.h"

struct chy_archive;

#define CHY_UUID_SIZE 37 /* with the terminator */

/* Opens for reading. CHY_EABSENT where there is no archive. */
int chy_archive_open(const char *directory, struct chy_archive **out, struct chy_fault *fault);

/* Opens for writing, alone: makes the directory and the first record where
 * there is none. holder is a JSON object that says who writes (pid, socket,
 * inbox, since); it is kept in writer.lock for others to read (borrowed).
 * CHY_ECONFLICT where the log is gone but views of it are there.
 * CHY_EBUSY where another process writes; then the fault's detail is that
 * process's pid and subject the lock's path. */
int chy_archive_open_writer(
	const char *directory, json_t *holder, struct chy_archive **out, struct chy_fault *fault);
void chy_archive_close(struct chy_archive *archive);

const char *chy_archive_directory(const struct chy_archive *archive);
const char *chy_archive_uuid(const struct chy_archive *archive);

/* A look at the past: a directory without a log, which chy_archive_open opens as
 * if it were the archive that its note names, ending at a record. Nothing can
 * be written there (CHY_ECONFLICT). */
struct chy_past {
	char archive[4096]; /* the absolute path of the one that has the log */
	uint64_t last;
};
/* CHY_NOT_FOUND where a directory is none; an empty note makes none. */
int chy_past_read(const char *directory, struct chy_past *out, struct chy_fault *fault);
/* What the note of a look at an archive says that ends with a record. */
int chy_past_of(const char *archive, uint64_t last, struct chy_past *out, struct chy_fault *fault);
/* A directory for one: makes it, or finds that it is there and holds no log
 * (CHY_ECONFLICT). */
int chy_past_prepare(const char *directory, struct chy_fault *fault);
/* Makes the directory a look at the past, or one of another record: at once and
 * whole, or not at all. Whoever calls it holds the lock of its views, and has
 * cleared them where they are not of what the note will say. */
int chy_past_write(const char *directory, const struct chy_past *past, struct chy_fault *fault);
/* Whether a file's name, without a directory, is that of a note. */
bool chy_past_is_file(const char *name);

/* Who writes at present: a new reference to the holder's JSON object.
 * CHY_NOT_FOUND where nobody does. Needs no open archive. */
int chy_archive_holder(const char *directory, json_t **out);

/* -- writing -------------------------------------------------------------- */

struct chy_record_draft {
	enum chy_kind kind;
	json_t *body; /* borrowed */
};

/* A body to keep under its hash; kept once whatever the number of records. */
struct chy_blob {
	struct chy_hash hash; /* of the bytes */
	struct chy_str bytes;
};

/* What goes into the log together or not at all. */
struct chy_entry {
	/* Where set: the entry is left out (CHY_PRESENT) when an entry with this
	 * key is in the log already; a file taken twice after a crash is known by
	 * it. */
	const struct chy_hash *once;
	/* Where set: the document that the entry is about. When the log has it,
	 * `sighting` is appended instead of `records`. */
	const struct chy_hash *document;
	struct chy_record_draft sighting;
	const struct chy_record_draft *records;
	size_t record_count;
	const struct chy_blob *blobs;
	size_t blob_count;

	/* Results. */
	int outcome; /* 0 appended, CHY_PRESENT left out, CHY_SIGHTED sighting */
	uint64_t first_seq, last_seq;
};
enum { CHY_SIGHTED = 32 }; /* outcome: the document was known, its sighting appended */

/* Appends entries in one transaction and returns once they are on disk.
 * On any error nothing was appended; CHY_ENOSPACE and CHY_EMEM are worth
 * trying again. An events-coded record may say "document": its place in the
 * indexes is kept by the archive. */
int chy_archive_append(struct chy_archive *archive, struct chy_entry *entries, size_t count,
	struct chy_fault *fault);

/* -- reading -------------------------------------------------------------- */

/* A consistent picture of the log at one moment. Short: it holds back the
 * reuse of pages. A writer may take snapshots too. */
struct chy_snapshot;
int chy_snapshot_open(
	struct chy_archive *archive, struct chy_snapshot **out, struct chy_fault *fault);
void chy_snapshot_close(struct chy_snapshot *snapshot);

uint64_t chy_snapshot_last_seq(const struct chy_snapshot *snapshot);

/* The record of a number, its hash and its link to the one before checked.
 * Views live as long as the snapshot. CHY_NOT_FOUND, CHY_EDAMAGED (fault.at
 * is the number). */
int chy_snapshot_record(struct chy_snapshot *snapshot, uint64_t seq, struct chy_record *out,
	struct chy_fault *fault);

/* In order, from `after` + 1 on; each call gives one and checks the chain.
 * 0, CHY_END, CHY_EDAMAGED. */
struct chy_log_cursor;
int chy_log_cursor_open(struct chy_snapshot *snapshot, uint64_t after, struct chy_log_cursor **out,
	struct chy_fault *fault);
int chy_log_cursor_next(
	struct chy_log_cursor *cursor, struct chy_record *out, struct chy_fault *fault);
void chy_log_cursor_close(struct chy_log_cursor *cursor);

/* The last record not after a time; 0 where there is none. */
int chy_snapshot_seq_at(
	struct chy_snapshot *snapshot, int64_t time, uint64_t *out_seq, struct chy_fault *fault);

/* The record that added a document. CHY_NOT_FOUND. */
int chy_snapshot_document(struct chy_snapshot *snapshot, const struct chy_hash *document,
	uint64_t *out_seq, struct chy_fault *fault);
/* The documents whose id begins with hexadecimal digits (at least 4): at most
 * max ids, in order. */
int chy_snapshot_documents_like(struct chy_snapshot *snapshot, struct chy_str prefix,
	struct chy_hash *out, size_t max, size_t *out_count);

/* A body by its hash, decompressed and checked; appended to out.
 * CHY_NOT_FOUND, CHY_EDAMAGED. */
int chy_snapshot_blob(struct chy_snapshot *snapshot, const struct chy_hash *hash,
	struct chy_buffer *out, struct chy_fault *fault);

/* -- checking ------------------------------------------------------------- */

struct chy_verify_report {
	uint64_t records, blobs, damaged;
	struct chy_hash head; /* hash of the last record */
};
typedef void chy_verify_problem(void *user, const struct chy_fault *fault);

/* Checks pages, every record, link, body and index of the log. Calls problem
 * for each thing that is wrong. 0, or CHY_EDAMAGED when there was any. The
 * log is not changed and, where its pages are damaged, not mapped. */
int chy_archive_verify(const char *directory, chy_verify_problem *problem, void *user,
	struct chy_verify_report *out, struct chy_fault *fault);

/* The pages alone, without mapping them. No other may have the log open in this
 * process. */
int chy_archive_verify_pages(
	const char *directory, chy_verify_problem *problem, void *user, struct chy_fault *fault);

/* A consistent copy of the log into an empty or absent directory. */
int chy_archive_backup(struct chy_archive *archive, const char *directory, struct chy_fault *fault);
