#include <errno.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "internal.h"

/* mdb_env_set_mapsize wants no transaction open in this process: waits for
 * those of other threads, which are short. size 0 takes over what another
 * process has grown the file to. */
static int resize(struct chy_store *store, size_t size, struct chy_fault *fault)
{
	int code;

	pthread_mutex_lock(&store->mutex);
	while (store->active)
		pthread_cond_wait(&store->idle, &store->mutex);
	code = mdb_env_set_mapsize(store->env, size);
	pthread_mutex_unlock(&store->mutex);
	return chy_store_translate(store->path, code, fault);
}

static void leave(struct chy_store *store)
{
	pthread_mutex_lock(&store->mutex);
	if (--store->active == 0)
		pthread_cond_broadcast(&store->idle);
	pthread_mutex_unlock(&store->mutex);
}

static int begin(struct chy_store *store, bool write, MDB_txn **out)
{
	int code;

	pthread_mutex_lock(&store->mutex);
	store->active++;
	pthread_mutex_unlock(&store->mutex);
	code = mdb_txn_begin(store->env, NULL, write ? 0 : MDB_RDONLY, out);
	if (code)
		leave(store);
	return code;
}

int chy_store_begin(
	struct chy_store *store, bool write, struct chy_store_txn **out, struct chy_fault *fault)
{
	struct chy_store_txn *txn = malloc(sizeof(*txn));
	int code, result = CHY_OK;

	if (!txn)
		return chy_fault_set(fault, CHY_EMEM, store->path, 0, NULL);
	*txn = (struct chy_store_txn){.store = store, .write = write};
	code = begin(store, write, &txn->txn);
	while (code == MDB_MAP_RESIZED && !result) {
		result = resize(store, 0, fault);
		if (!result)
			code = begin(store, write, &txn->txn);
	}
	if (!result)
		result = chy_store_translate(store->path, code, fault);
	if (result) {
		free(txn);
		return result;
	}
	*out = txn;
	return CHY_OK;
}

/* LMDB calls a write that the disk had no room to finish an input/output
 * error: the file system knows better. */
static int what_failed(const struct chy_store *store, int code)
{
	struct statvfs room;
	mdb_filehandle_t fd;

	/* By the open file: its name may be gone. */
	if (code != EIO || mdb_env_get_fd(store->env, &fd) || fstatvfs(fd, &room))
		return code;
	return (uint64_t)room.f_bavail * room.f_frsize < (1u << 20) ? ENOSPC : code;
}

int chy_store_commit(struct chy_store_txn *txn, struct chy_fault *fault)
{
	struct chy_store *store = txn->store;
	int code = what_failed(store, mdb_txn_commit(txn->txn));

	free(txn);
	leave(store);
	return chy_store_translate(store->path, code, fault);
}

void chy_store_abort(struct chy_store_txn *txn)
{
	struct chy_store *store;

	if (!txn)
		return;
	store = txn->store;
	mdb_txn_abort(txn->txn);
	free(txn);
	leave(store);
}

uint64_t chy_store_state(struct chy_store_txn *txn)
{
	return mdb_txn_id(txn->txn);
}

int chy_store_grow(struct chy_store *store, size_t at_least, struct chy_fault *fault)
{
	MDB_envinfo info;
	size_t size;

	mdb_env_info(store->env, &info);
	size = info.me_mapsize;
	do
		size *= 2;
	while (size < info.me_mapsize + at_least);
	return resize(store, size, fault);
}

int chy_store_wait_for_disk(struct chy_store *store, bool wait, struct chy_fault *fault)
{
	return chy_store_translate(
		store->path, mdb_env_set_flags(store->env, MDB_NOSYNC, !wait), fault);
}

static bool table_of(struct chy_store_txn *txn, unsigned table, MDB_dbi *out)
{
	*out = txn->store->tables[table];
	return *out != CHY_STORE_NO_TABLE;
}

int chy_store_get(
	struct chy_store_txn *txn, unsigned table, struct chy_str key, struct chy_str *out_value)
{
	MDB_val k = chy_store_val(key), v;
	MDB_dbi dbi;
	int code;

	if (!table_of(txn, table, &dbi))
		return CHY_NOT_FOUND;
	code = mdb_get(txn->txn, dbi, &k, &v);
	if (!code)
		*out_value = chy_store_str(v);
	return chy_store_translate(txn->store->path, code, NULL);
}

/* One cursor a table stays where the last change was: the next one, mostly
 * beside it, need not come down from the root. */
static int put(struct chy_store_txn *txn, unsigned table, struct chy_str key, struct chy_str value,
	unsigned flags)
{
	MDB_val k = chy_store_val(key), v = chy_store_val(value);
	MDB_dbi dbi;
	int code = 0;

	if (!table_of(txn, table, &dbi))
		return CHY_EABSENT;
	if (!txn->writers[table])
		code = mdb_cursor_open(txn->txn, dbi, &txn->writers[table]);
	if (!code)
		code = mdb_cursor_put(txn->writers[table], &k, &v, flags);
	return chy_store_translate(txn->store->path, code, NULL);
}

int chy_store_put(
	struct chy_store_txn *txn, unsigned table, struct chy_str key, struct chy_str value)
{
	return put(txn, table, key, value, 0);
}

int chy_store_append(
	struct chy_store_txn *txn, unsigned table, struct chy_str key, struct chy_str value)
{
	return put(txn, table, key, value, MDB_APPEND);
}

int chy_store_delete(struct chy_store_txn *txn, unsigned table, struct chy_str key)
{
	MDB_val k = chy_store_val(key);
	MDB_dbi dbi;

	if (!table_of(txn, table, &dbi))
		return CHY_NOT_FOUND;
	return chy_store_translate(txn->store->path, mdb_del(txn->txn, dbi, &k, NULL), NULL);
}

int chy_store_clear(struct chy_store_txn *txn, unsigned table)
{
	MDB_dbi dbi;

	if (!table_of(txn, table, &dbi))
		return CHY_OK;
	return chy_store_translate(txn->store->path, mdb_drop(txn->txn, dbi, 0), NULL);
}

int chy_store_count(struct chy_store_txn *txn, unsigned table, uint64_t *out)
{
	MDB_stat stat;
	MDB_dbi dbi;
	int code;

	*out = 0;
	if (!table_of(txn, table, &dbi))
		return CHY_OK;
	code = mdb_stat(txn->txn, dbi, &stat);
	if (!code)
		*out = stat.ms_entries;
	return chy_store_translate(txn->store->path, code, NULL);
}
