/* What the files of the store share. */
#pragma once

#include <lmdb.h>
#include <pthread.h>
#include <stdbool.h>

#include "chancery/store.h"

enum { CHY_STORE_TABLES = 32 };

/* What is said of what is no file of tables at all. */
#define CHY_STORE_NO_FILE "it is no file; move what is there away"
#define CHY_STORE_EMPTY "the file is empty: nothing was written yet"

/* Stands for a table that the file does not have. */
#define CHY_STORE_NO_TABLE ((MDB_dbi)-1)

struct chy_store {
	MDB_env *env;
	char *path;
	unsigned flags;
	size_t table_count;
	MDB_dbi tables[CHY_STORE_TABLES];

	/* The map may change its size only while no transaction is open. */
	pthread_mutex_t mutex;
	pthread_cond_t idle;
	unsigned active;
};

struct chy_store_txn {
	struct chy_store *store;
	MDB_txn *txn;
	bool write;
	MDB_cursor *writers[CHY_STORE_TABLES]; /* LMDB closes them with the transaction */
};

struct chy_store_cursor {
	struct chy_store_txn *owner;
	MDB_cursor *cursor;
};

/* The one translation of LMDB's codes: sets *fault and returns the CHY_E…,
 * CHY_NOT_FOUND or CHY_STORE_FULL. 0 stays 0. */
int chy_store_translate(const char *path, int lmdb_code, struct chy_fault *fault);

/* The name of a kind of file system (statfs's f_type) that is refused; NULL for
 * all others. */
const char *chy_store_refused_filesystem(uint32_t kind);

/* Refuses file systems on which LMDB's locks and maps do not hold. */
int chy_store_check_filesystem(const char *path, struct chy_fault *fault);

/* Whether the state that LMDB will take for the present one is. It takes the
 * later of the two meta pages and the roots in it on trust: one changed number
 * there would let an older state of the file, with less in it, pass for it. So
 * the two transactions must follow one another and no root may lie in a page
 * that is free; for a derived file, which may have many of these, only the
 * former. Reads a few pages. */
int chy_store_check_present(const char *path, bool derived, struct chy_fault *fault);

static inline MDB_val chy_store_val(struct chy_str text)
{
	return (MDB_val){text.size, (void *)text.data};
}

static inline struct chy_str chy_store_str(MDB_val value)
{
	return (struct chy_str){value.mv_data, value.mv_size};
}
