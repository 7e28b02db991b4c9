/* What the files of the views share. */
#pragma once

#include "chancery/edtf.h"
#include "chancery/store.h"
#include "chancery/view.h"

/* Goes up when what the tables hold changes; older views are made again. */
#define CHY_VIEW_EDITION "3"

/* The tables of views.mdb:
 *   meta       "edition", "uuid", "seq"
 *   documents  id (32 bytes) → row
 *   events     record number, place in its list (u64, u32 BE) → row
 *   index      what, NUL, day (i64 BE, biased), event's key → nothing; `what`
 *              is "*" for all, "a" and a code for a side, "p" and two codes in
 *              order for a pair, "d" and a dispute
 *   rejected   record number → its body
 *   counts     record number → how many there were of each thing after it, and
 *              the last day of a document's date: chy_counts; only records
 *              that change them have one */
enum chy_view_table {
	CHY_VIEW_META,
	CHY_VIEW_DOCUMENTS,
	CHY_VIEW_EVENTS,
	CHY_VIEW_INDEX,
	CHY_VIEW_REJECTED,
	CHY_VIEW_COUNTS,
	CHY_VIEW_TABLES
};
extern const char *const chy_view_tables[CHY_VIEW_TABLES];

struct chy_view {
	char *directory, *path; /* path: of views.mdb */
	struct chy_store *store;
	int lock; /* -1 for a reader */
};

enum { CHY_EVENT_KEY = 12 };
void chy_event_key(uint64_t seq, uint32_t n, unsigned char out[CHY_EVENT_KEY]);
void chy_put_be(unsigned char *out, uint64_t value, unsigned bytes);
uint64_t chy_get_be(const char *bytes, unsigned size);

/* The day of an act: the first of its date, else that of the report; days
 * without either come first. */
int64_t chy_event_day(const json_t *event, struct chy_str reported);

/* What the archive holds, at a record. Stored as six u64 BE, the day biased
 * as in the index. */
struct chy_counts {
	uint64_t documents, sightings, rejected, withdrawn, events; /* events: in force */
	int64_t last_day; /* INT64_MIN: no document is dated */
};

/* Those in force at a record (0: the last): the row at or before it; zeros
 * where there is none. */
int chy_counts_get(struct chy_store_txn *txn, uint64_t seq, struct chy_counts *out);
int chy_counts_put(struct chy_store_txn *txn, uint64_t seq, const struct chy_counts *counts);

/* JSON rows. Each ends with the first SUM bytes of the hash of its key and
 * itself: a row that was changed on disk is CHY_EDAMAGED, not an answer. */
enum { CHY_ROW_SUM = 8 };
int chy_row_get(
	struct chy_store_txn *txn, enum chy_view_table table, struct chy_str key, json_t **out);
int chy_row_put(struct chy_store_txn *txn, enum chy_view_table table, struct chy_str key,
	const json_t *row);

/* Takes one record into the tables. 0, CHY_STORE_FULL, or an error. */
int chy_project(
	struct chy_store_txn *txn, const struct chy_record *record, struct chy_fault *fault);

/* An event's row as the questions show it: a new reference. */
int chy_event_shown(struct chy_store_txn *txn, const unsigned char key[CHY_EVENT_KEY],
	const json_t *row, json_t **out);
