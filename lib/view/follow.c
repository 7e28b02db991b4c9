#include "internal.h"

/* Few enough that readers wait for nothing old, many enough that a commit is
 * shared. */
enum { BATCH = 2000 };

static int put_position(struct chy_store_txn *txn, uint64_t seq)
{
	unsigned char bytes[8];

	chy_put_be(bytes, seq, 8);
	return chy_store_put(txn, CHY_VIEW_META, CHY_STR("seq"),
		(struct chy_str){(const char *)bytes, sizeof(bytes)});
}

/* Records after `from` up to `to`, at most a batch, in one transaction. */
static int project_batch(struct chy_store_txn *txn, struct chy_snapshot *snapshot, uint64_t from,
	uint64_t to, uint64_t *out_seq, struct chy_fault *fault)
{
	struct chy_log_cursor *cursor;
	struct chy_record record;
	int result = chy_log_cursor_open(snapshot, from, &cursor, fault);

	if (result)
		return result;
	*out_seq = from;
	while (*out_seq < to && *out_seq - from < BATCH && !result) {
		result = chy_log_cursor_next(cursor, &record, fault);
		if (!result)
			result = chy_project(txn, &record, fault);
		if (!result)
			*out_seq = record.seq;
	}
	chy_log_cursor_close(cursor);
	if (result == CHY_END)
		result = CHY_OK;
	return result ? result : put_position(txn, *out_seq);
}

static int one_batch(struct chy_view *view, struct chy_snapshot *snapshot, uint64_t from,
	uint64_t to, uint64_t *out_seq, struct chy_fault *fault)
{
	struct chy_store_txn *txn;
	int result = chy_store_begin(view->store, true, &txn, fault);

	if (result)
		return result;
	result = project_batch(txn, snapshot, from, to, out_seq, fault);
	if (result) {
		chy_store_abort(txn);
		return result;
	}
	return chy_store_commit(txn, fault);
}

int chy_view_follow(struct chy_view *view, struct chy_archive *archive, uint64_t to,
	uint64_t *out_seq, struct chy_fault *fault)
{
	struct chy_snapshot *snapshot;
	uint64_t seq, last;
	int result = chy_view_position(view, &seq, fault);

	if (!result)
		result = chy_snapshot_open(archive, &snapshot, fault);
	if (result)
		return result;
	last = chy_snapshot_last_seq(snapshot);
	if (to && to < last)
		last = to;
	while (seq < last && !result) {
		uint64_t reached = seq;

		result = one_batch(view, snapshot, seq, last, &reached, fault);
		if (result == CHY_STORE_FULL)
			result = chy_store_grow(view->store, (size_t)64 << 20, fault);
		else if (!result)
			seq = reached;
	}
	chy_snapshot_close(snapshot);
	*out_seq = seq;
	return result;
}
