/* The one place that knows LMDB. Ordered tables of bytes in one file, with
 * transactions: one writer, any number of readers that never wait. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chancery/error.h"
#include "chancery/string.h"

struct chy_store;
struct chy_store_txn;
struct chy_store_cursor;

enum {
	CHY_STORE_READ_ONLY = 1,
	CHY_STORE_CREATE = 2,
	CHY_STORE_DERIVED = 4, /* can be rebuilt: commits may be lost in a power cut */
};

/* Opens the file (and <file>-lock beside it) with n named tables; the handle
 * numbers them in the order given. Refuses network file systems
 * (CHY_EUNSUPPORTED, detail the kind). The map grows by itself. */
int chy_store_open(const char *path, unsigned flags, const char *const *tables, size_t n,
	struct chy_store **out, struct chy_fault *fault);
void chy_store_close(struct chy_store *store);

/* Whether the file that is open is the one at its path still: a file that was
 * removed or replaced goes on being written by whoever has it open. */
bool chy_store_is_in_place(const struct chy_store *store);

/* A transaction; the read-only kind is a consistent picture of one moment and
 * should be short. Write transactions grow the map as needed: a put that
 * finds it full returns CHY_STORE_FULL, upon which the caller must abort,
 * call chy_store_grow, and begin again. */
enum { CHY_STORE_FULL = 16 };
int chy_store_begin(
	struct chy_store *store, bool write, struct chy_store_txn **out, struct chy_fault *fault);
int chy_store_commit(struct chy_store_txn *txn, struct chy_fault *fault);
void chy_store_abort(struct chy_store_txn *txn);
/* The state that a transaction sees: transactions of one state see the same. */
uint64_t chy_store_state(struct chy_store_txn *txn); /* NULL is allowed */
int chy_store_grow(struct chy_store *store, size_t at_least, struct chy_fault *fault);

/* Whether commits wait until what they wrote is on disk, as they do unless told
 * otherwise. For what is derived only: when the system stops while they do not,
 * the file may hold anything. The first commit after they wait again waits for
 * all that is due. */
int chy_store_wait_for_disk(struct chy_store *store, bool wait, struct chy_fault *fault);

/* Values live until the transaction ends (or, in a write transaction, until
 * the next change). get: 0 or CHY_NOT_FOUND. */
int chy_store_get(
	struct chy_store_txn *txn, unsigned table, struct chy_str key, struct chy_str *out_value);
int chy_store_put(
	struct chy_store_txn *txn, unsigned table, struct chy_str key, struct chy_str value);
/* Faster: keys come in ascending order only. CHY_ECONFLICT when they don't. */
int chy_store_append(
	struct chy_store_txn *txn, unsigned table, struct chy_str key, struct chy_str value);
int chy_store_delete(struct chy_store_txn *txn, unsigned table, struct chy_str key);
int chy_store_clear(struct chy_store_txn *txn, unsigned table);
int chy_store_count(struct chy_store_txn *txn, unsigned table, uint64_t *out);

int chy_store_cursor_open(struct chy_store_txn *txn, unsigned table, struct chy_store_cursor **out);
void chy_store_cursor_close(struct chy_store_cursor *cursor);
/* 0 or CHY_END. seek: the first entry at or after key; an empty key is the
 * beginning. */
int chy_store_seek(struct chy_store_cursor *cursor, struct chy_str key, struct chy_str *out_key,
	struct chy_str *out_value);
int chy_store_next(
	struct chy_store_cursor *cursor, struct chy_str *out_key, struct chy_str *out_value);
int chy_store_last(
	struct chy_store_cursor *cursor, struct chy_str *out_key, struct chy_str *out_value);
int chy_store_previous(
	struct chy_store_cursor *cursor, struct chy_str *out_key, struct chy_str *out_value);

/* A consistent, compacted copy into a directory that is there, while in use. It has
 * its name once it is whole and on disk; until then it has this at its end. Nothing
 * is left of one that failed. */
#define CHY_STORE_PART ".part"
int chy_store_copy(struct chy_store *store, const char *directory, struct chy_fault *fault);

/* Bytes of the file in use, and of the map. */
void chy_store_size(struct chy_store *store, uint64_t *out_used, uint64_t *out_map);

/* Walks every page in use of the closed or open file by its own reading of
 * the LMDB format, without mapping it, and reports each page that is not
 * what it should be. Returns 0, CHY_EDAMAGED when report was called,
 * CHY_EABSENT where the file is not there or empty, CHY_ECONFLICT where it is no
 * file, or another error. docs/log-format.md says what is checked. */
typedef void chy_store_report(void *user, uint64_t page, const char *what);
int chy_store_check(
	const char *path, chy_store_report *report, void *user, struct chy_fault *fault);
