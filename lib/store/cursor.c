#include <stdlib.h>

#include "internal.h"

int chy_store_cursor_open(struct chy_store_txn *txn, unsigned table, struct chy_store_cursor **out)
{
	struct chy_store_cursor *cursor = calloc(1, sizeof(*cursor));
	MDB_dbi dbi = txn->store->tables[table];
	int code = 0;

	if (!cursor)
		return CHY_EMEM;
	cursor->owner = txn;
	if (dbi != CHY_STORE_NO_TABLE)
		code = mdb_cursor_open(txn->txn, dbi, &cursor->cursor);
	if (code) {
		free(cursor);
		return chy_store_translate(txn->store->path, code, NULL);
	}
	*out = cursor;
	return CHY_OK;
}

void chy_store_cursor_close(struct chy_store_cursor *cursor)
{
	if (!cursor)
		return;
	if (cursor->cursor)
		mdb_cursor_close(cursor->cursor);
	free(cursor);
}

static int move(struct chy_store_cursor *cursor, MDB_cursor_op how, MDB_val key,
	struct chy_str *out_key, struct chy_str *out_value)
{
	MDB_val value;
	int code;

	if (!cursor->cursor)
		return CHY_END;
	code = mdb_cursor_get(cursor->cursor, &key, &value, how);
	if (code == MDB_NOTFOUND)
		return CHY_END;
	if (code)
		return chy_store_translate(cursor->owner->store->path, code, NULL);
	*out_key = chy_store_str(key);
	*out_value = chy_store_str(value);
	return CHY_OK;
}

int chy_store_seek(struct chy_store_cursor *cursor, struct chy_str key, struct chy_str *out_key,
	struct chy_str *out_value)
{
	return move(cursor, key.size ? MDB_SET_RANGE : MDB_FIRST, chy_store_val(key), out_key,
		out_value);
}

int chy_store_next(
	struct chy_store_cursor *cursor, struct chy_str *out_key, struct chy_str *out_value)
{
	return move(cursor, MDB_NEXT, (MDB_val){0}, out_key, out_value);
}

int chy_store_last(
	struct chy_store_cursor *cursor, struct chy_str *out_key, struct chy_str *out_value)
{
	return move(cursor, MDB_LAST, (MDB_val){0}, out_key, out_value);
}

int chy_store_previous(
	struct chy_store_cursor *cursor, struct chy_str *out_key, struct chy_str *out_value)
{
	return move(cursor, MDB_PREV, (MDB_val){0}, out_key, out_value);
}
