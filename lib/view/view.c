#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chancery/thread.h"
#include "phase.h"
#include "promise.h"
#include "unsynced.h"

const char *const chy_view_tables[CHY_VIEW_TABLES] = {
	[CHY_VIEW_META] = "meta",
	[CHY_VIEW_DOCUMENTS] = "documents",
	[CHY_VIEW_EVENTS] = "events",
	[CHY_VIEW_INDEX] = "index",
	[CHY_VIEW_REJECTED] = "rejected",
	[CHY_VIEW_COUNTS] = "counts",
	[CHY_VIEW_NAMES] = "names",
	[CHY_VIEW_CELLS] = "cells",
	[CHY_VIEW_ACTS] = "acts",
	[CHY_VIEW_ACT_INDEX] = "act-index",
	[CHY_VIEW_PROMISES] = "promises",
	[CHY_VIEW_TALLY] = "tally",
	[CHY_VIEW_PEOPLE] = "people",
	[CHY_VIEW_WORDS] = "words",
	[CHY_VIEW_CORRECTIONS] = "corrections",
	[CHY_VIEW_DECLARED] = "declared",
};

static int open_rules(struct chy_view *view, struct chy_fault *fault)
{
	struct chy_promise_rules *rules = calloc(1, sizeof(*rules));
	int result = rules ? chy_promise_rules_open(rules, fault)
			   : chy_fault_set(fault, CHY_EMEM, view->directory, 0, NULL);

	if (result)
		free(rules);
	else
		view->rules = rules;
	return result;
}

static int open_view(
	const char *directory, unsigned flags, struct chy_view **out, struct chy_fault *fault)
{
	struct chy_view *view = calloc(1, sizeof(*view));
	char path[4096];
	int result;

	if (!view)
		return chy_fault_set(fault, CHY_EMEM, directory, 0, NULL);
	view->lock = -1;
	chy_view_path(directory, CHY_VIEW_FILE_DATA, path, sizeof(path));
	view->directory = strdup(directory);
	view->path = strdup(path);
	result = view->directory && view->path
			 ? chy_store_open(view->path, flags | CHY_STORE_DERIVED, chy_view_tables,
				   CHY_VIEW_TABLES, &view->store, fault)
			 : chy_fault_set(fault, CHY_EMEM, directory, 0, NULL);
	if (!result)
		result = open_rules(view, fault);
	if (result) {
		chy_view_close(view);
		return result;
	}
	*out = view;
	return CHY_OK;
}

static bool meta_is(struct chy_store_txn *txn, const char *key, const char *value)
{
	struct chy_str found;

	return chy_store_get(txn, CHY_VIEW_META, chy_str_from(key), &found) == CHY_OK &&
	       chy_str_is(found, value);
}

/* Of the views that these rules make. */
static void edition_of(const struct chy_view *view, char out[CHY_HASH_HEX])
{
	struct chy_mapping phases = {0};
	struct chy_hash hash;
	char hex[CHY_HASH_HEX];
	size_t size;

	chy_promise_rules_edition(view->rules, out);
	size = strlen(out);
	if (chy_data_map("phases.tsv", &phases, NULL))
		return;
	chy_hash_of(phases.data, phases.size, &hash);
	snprintf(out + size, CHY_HASH_HEX - size, "-%.8s", chy_hash_to_hex(&hash, hex));
	chy_unmap(&phases);
}

static bool edition_is_this(struct chy_view *view, struct chy_store_txn *txn)
{
	char edition[CHY_HASH_HEX];

	edition_of(view, edition);
	return meta_is(txn, "edition", edition);
}

int chy_view_open(const char *directory, struct chy_view **out, struct chy_fault *fault)
{
	struct chy_store_txn *txn;
	struct chy_view *view;
	bool same;
	int result;

	if (chy_unsynced_state(directory) == CHY_MAYBE_LOST)
		return chy_fault_set(fault, CHY_EVERSION, directory, 0,
			"the system stopped while the views were written: they must be made again");
	result = open_view(directory, CHY_STORE_READ_ONLY, &view, fault);
	if (result)
		return result;
	result = chy_store_begin(view->store, false, &txn, fault);
	if (!result) {
		same = edition_is_this(view, txn);
		chy_store_abort(txn);
		if (!same)
			result = chy_fault_set(fault, CHY_EVERSION, view->path, 0,
				"the views are of another edition");
	}
	if (result) {
		chy_view_close(view);
		return result;
	}
	*out = view;
	return CHY_OK;
}

static int lock_views(const char *directory, int *out, struct chy_fault *fault)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[4096];
	int fd;

	chy_view_path(directory, CHY_VIEW_FILE_LOCK, path, sizeof(path));
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return chy_fault_set(fault, chy_error_from_errno(errno), path, 0, NULL);
	if (fcntl(fd, F_OFD_SETLK, &lock)) {
		close(fd);
		return chy_fault_set(fault, CHY_EBUSY, path, 0, "another process follows the log");
	}
	*out = fd;
	return CHY_OK;
}

static uint64_t position(struct chy_store_txn *txn)
{
	struct chy_str found;

	if (chy_store_get(txn, CHY_VIEW_META, CHY_STR("seq"), &found) || found.size != 8)
		return 0;
	return chy_get_be(found.data, 8);
}

/* Whether the record that the views saw last is the log's too: an archive's copy
 * has its name, and from some record on may have another history. */
static bool head_is_of(struct chy_store_txn *txn, struct chy_snapshot *snapshot)
{
	uint64_t seq = position(txn);
	struct chy_record record;
	struct chy_str head;

	if (!seq)
		return true;
	if (seq > chy_snapshot_last_seq(snapshot) ||
		chy_store_get(txn, CHY_VIEW_META, CHY_STR("head"), &head))
		return false;
	if (chy_snapshot_record(snapshot, seq, &record, NULL))
		return true; /* the log's own fault is told by the next step */
	return chy_str_equal(
		head, (struct chy_str){(const char *)record.hash.bytes, sizeof(record.hash.bytes)});
}

/* The views are looked at first: whoever follows may be as far as the log has
 * grown meanwhile. */
bool chy_view_is_of(struct chy_view *view, struct chy_archive *archive)
{
	struct chy_snapshot *snapshot;
	struct chy_store_txn *txn;
	bool same = false;

	if (chy_store_begin(view->store, false, &txn, NULL))
		return false;
	if (chy_snapshot_open(archive, &snapshot, NULL)) {
		same = true; /* as above */
	} else {
		same = edition_is_this(view, txn) &&
		       meta_is(txn, "uuid", chy_archive_uuid(archive)) && head_is_of(txn, snapshot);
		chy_snapshot_close(snapshot);
	}
	chy_store_abort(txn);
	return same;
}

static int begin_afresh(struct chy_view *view, struct chy_archive *archive, struct chy_fault *fault)
{
	char edition[CHY_HASH_HEX];
	struct chy_store_txn *txn;
	int result = chy_view_clear(view, fault);

	if (!result)
		result = chy_store_begin(view->store, true, &txn, fault);
	if (result)
		return result;
	edition_of(view, edition);
	result = chy_store_put(txn, CHY_VIEW_META, CHY_STR("edition"), chy_str_from(edition));
	if (!result)
		result = chy_store_put(txn, CHY_VIEW_META, CHY_STR("uuid"),
			chy_str_from(chy_archive_uuid(archive)));
	if (result) {
		chy_store_abort(txn);
		return chy_fault_set(fault, result, view->path, 0, NULL);
	}
	return chy_store_commit(txn, fault);
}

/* The file, made where it is absent, and belonging to this log. */
static int open_for(const char *directory, struct chy_archive *archive, struct chy_view **out,
	struct chy_fault *fault)
{
	int result = open_view(directory, CHY_STORE_CREATE, out, fault);

	if (result)
		return result;
	if (!chy_view_is_of(*out, archive))
		result = begin_afresh(*out, archive, fault);
	if (result)
		chy_view_close(*out);
	return result;
}

static void remove_file(const char *directory, enum chy_view_file file)
{
	char path[4096];

	chy_view_path(directory, file, path, sizeof(path));
	unlink(path);
}

/* Of views that are to be made anew; who follows goes on doing so. */
static void remove_data(const char *directory)
{
	remove_file(directory, CHY_VIEW_FILE_DATA);
	remove_file(directory, CHY_VIEW_FILE_READERS);
	remove_file(directory, CHY_VIEW_FILE_UNSYNCED);
}

void chy_view_remove(const char *directory)
{
	for (enum chy_view_file file = 0; file < CHY_VIEW_FILES; file++)
		remove_file(directory, file);
}

int chy_view_open_writer(const char *directory, struct chy_archive *archive, struct chy_view **out,
	struct chy_fault *fault)
{
	struct chy_view *view = NULL;
	int lock, result = lock_views(directory, &lock, fault);

	if (result)
		return result;
	if (chy_unsynced_state(directory) == CHY_MAYBE_LOST)
		remove_data(directory);
	result = open_for(directory, archive, &view, fault);
	if (result == CHY_EDAMAGED) {
		/* What is derived is not worth mending. */
		remove_data(directory);
		result = open_for(directory, archive, &view, fault);
	}
	if (result) {
		close(lock);
		return result;
	}
	view->lock = lock;
	view->unsynced = chy_unsynced_state(directory) == CHY_UNSYNCED;
	*out = view;
	return CHY_OK;
}

static int open_unnamed(const char *place, struct chy_archive *archive, struct chy_view **out,
	struct chy_fault *fault)
{
	char directory[4096];
	int result;

	if (snprintf(directory, sizeof(directory), "%s/chancery-XXXXXX", place) >=
		(int)sizeof(directory))
		return chy_fault_set(fault, CHY_ELIMIT, place, 0, "the path is too long");
	if (!mkdtemp(directory))
		return chy_fault_set(fault, chy_error_from_errno(errno), place, 0, NULL);
	result = chy_view_open_writer(directory, archive, out, fault);
	chy_view_remove(directory);
	rmdir(directory);
	if (!result)
		(*out)->unsynced = true; /* no disk is waited for: nobody finds them again */
	return result;
}

int chy_view_open_unnamed(const char *place, struct chy_archive *archive, struct chy_view **out,
	struct chy_fault *fault)
{
	sigset_t all, before;
	int result;

	/* As long as they have names, only a kill or a fault of ours ends the process. */
	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGSEGV);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	result = open_unnamed(place, archive, out, fault);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return result;
}

int chy_view_discard(const char *directory, struct chy_fault *fault)
{
	int lock, result = lock_views(directory, &lock, fault);

	if (result)
		return result;
	remove_data(directory);
	close(lock);
	return CHY_OK;
}

void chy_view_close(struct chy_view *view)
{
	if (!view)
		return;
	chy_view_let_go(view);
	chy_words_free(view->words);
	chy_store_close(view->store);
	chy_phase_rules_close(view->phases);
	if (view->rules)
		chy_promise_rules_close(view->rules);
	free(view->rules);
	if (view->lock >= 0)
		close(view->lock);
	free(view->directory);
	free(view->path);
	free(view);
}

int chy_view_hold(struct chy_view *view, struct chy_fault *fault)
{
	return view->held ? CHY_OK : chy_store_begin(view->store, false, &view->held, fault);
}

void chy_view_let_go(struct chy_view *view)
{
	chy_store_abort(view->held);
	view->held = NULL;
}

int chy_view_read(struct chy_view *view, struct chy_store_txn **out, struct chy_fault *fault)
{
	*out = view->held;
	return *out ? CHY_OK : chy_store_begin(view->store, false, out, fault);
}

void chy_view_read_end(const struct chy_view *view, struct chy_store_txn *txn)
{
	if (txn != view->held)
		chy_store_abort(txn);
}

struct first_problem {
	const char *path;
	struct chy_fault *fault;
	bool told;
};

static void on_problem(void *user, uint64_t page, const char *what)
{
	struct first_problem *first = user;

	if (!first->told)
		chy_fault_set(first->fault, CHY_EDAMAGED, first->path, 0, "page %llu %s",
			(unsigned long long)page, what);
	first->told = true;
}

int chy_view_check(const char *directory, struct chy_fault *fault)
{
	char path[4096];
	struct first_problem first = {path, fault, false};
	int result;

	chy_view_path(directory, CHY_VIEW_FILE_DATA, path, sizeof(path));
	result = chy_store_check(path, on_problem, &first, NULL);
	return first.told ? CHY_EDAMAGED : result;
}

bool chy_view_is_in_place(const struct chy_view *view)
{
	return chy_store_is_in_place(view->store);
}

int chy_view_position(struct chy_view *view, uint64_t *out_seq, struct chy_fault *fault)
{
	struct chy_store_txn *txn;
	int result = chy_view_read(view, &txn, fault);

	if (result)
		return result;
	*out_seq = position(txn);
	chy_view_read_end(view, txn);
	return CHY_OK;
}

int chy_view_clear(struct chy_view *view, struct chy_fault *fault)
{
	struct chy_store_txn *txn;
	int result = chy_store_begin(view->store, true, &txn, fault);

	if (result)
		return result;
	chy_words_free(view->words);
	view->words = NULL;
	for (unsigned table = CHY_VIEW_DOCUMENTS; table < CHY_VIEW_TABLES && !result; table++)
		result = chy_store_clear(txn, table);
	if (!result)
		result = chy_store_delete(txn, CHY_VIEW_META, CHY_STR("seq"));
	if (result >= 0 && result != CHY_STORE_FULL)
		result = chy_store_delete(txn, CHY_VIEW_META, CHY_STR("head"));
	if (result < 0 || result == CHY_STORE_FULL) {
		chy_store_abort(txn);
		return chy_fault_set(fault, result, view->path, 0, NULL);
	}
	return chy_store_commit(txn, fault);
}

/* -- the digest ------------------------------------------------------------------- */

static int hash_table(struct chy_store_txn *txn, unsigned table, struct chy_hash *out)
{
	struct chy_store_cursor *cursor;
	struct chy_hasher hasher;
	struct chy_str key, value;
	unsigned char sizes[8];
	int result = chy_store_cursor_open(txn, table, &cursor);

	if (result)
		return result;
	chy_hasher_init(&hasher);
	chy_hasher_add(&hasher, chy_view_tables[table], strlen(chy_view_tables[table]) + 1);
	result = chy_store_seek(cursor, (struct chy_str){"", 0}, &key, &value);
	while (result == CHY_OK) {
		chy_put_be(sizes, key.size, 4);
		chy_put_be(sizes + 4, value.size, 4);
		chy_hasher_add(&hasher, sizes, sizeof(sizes));
		chy_hasher_add(&hasher, key.data, key.size);
		chy_hasher_add(&hasher, value.data, value.size);
		result = chy_store_next(cursor, &key, &value);
	}
	chy_store_cursor_close(cursor);
	chy_hasher_finish(&hasher, out);
	return result == CHY_END ? CHY_OK : result;
}

/* Some of the tables: the events weigh about as much as all others. */
struct share {
	struct chy_store_txn *txn;
	bool events;
	struct chy_hash *hashes; /* of all tables */
	int result;
};

static void *hash_share(void *user)
{
	struct share *share = user;

	for (unsigned table = 0; table < CHY_VIEW_TABLES && !share->result; table++)
		if ((table == CHY_VIEW_EVENTS) == share->events)
			share->result = hash_table(share->txn, table, &share->hashes[table]);
	return NULL;
}

/* Two transactions that see one state: again where somebody wrote between the
 * beginnings of the two. */
static int begin_both(struct chy_view *view, struct share shares[2], struct chy_fault *fault)
{
	for (;;) {
		int result = chy_store_begin(view->store, false, &shares[0].txn, fault);

		if (result)
			return result;
		result = chy_store_begin(view->store, false, &shares[1].txn, fault);
		if (!result && chy_store_state(shares[0].txn) == chy_store_state(shares[1].txn))
			return CHY_OK;
		chy_store_abort(shares[0].txn);
		if (result)
			return result;
		chy_store_abort(shares[1].txn);
	}
}

static int hash_tables(struct chy_view *view, struct chy_hash *hashes, struct chy_fault *fault)
{
	struct share shares[2] = {{.hashes = hashes, .events = true}, {.hashes = hashes}};
	pthread_t thread;
	bool threaded;
	int result = begin_both(view, shares, fault);

	if (result)
		return result;
	threaded = !chy_thread_start(&thread, hash_share, &shares[0]);
	hash_share(&shares[1]);
	if (threaded)
		pthread_join(thread, NULL);
	else
		hash_share(&shares[0]);
	for (size_t i = 0; i < 2; i++) {
		chy_store_abort(shares[i].txn);
		result = result ? result : shares[i].result;
	}
	return result ? chy_fault_set(fault, result, view->path, 0, NULL) : CHY_OK;
}

int chy_view_digest(struct chy_view *view, struct chy_hash *out, struct chy_fault *fault)
{
	struct chy_hash hashes[CHY_VIEW_TABLES];
	int result = hash_tables(view, hashes, fault);

	if (!result)
		chy_hash_of(hashes, sizeof(hashes), out);
	return result;
}
