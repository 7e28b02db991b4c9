#include "intake.h"
#include "internal.h"

/* Few enough that readers wait for nothing old and memory stays small, many
 * enough that a commit, and the making of acts, is shared. */
enum { BATCH_RECORDS = 80000, BATCH_EVENTS = 80000 };

/* Records from which on room is made beforehand: growing stops everything. */
enum { MANY = 1000 };
static const size_t plenty = (size_t)512 << 20;

static int put_position(struct chy_store_txn *txn, uint64_t seq)
{
	unsigned char bytes[8];

	chy_put_be(bytes, seq, 8);
	return chy_store_put(txn, CHY_VIEW_META, CHY_STR("seq"),
		(struct chy_str){(const char *)bytes, sizeof(bytes)});
}

/* Records out of the intake, at most a batch. */
static int take_in(
	struct chy_batch *batch, struct chy_intake *intake, uint64_t *seq, struct chy_fault *fault)
{
	uint64_t from = *seq;
	const struct chy_taken *taken;
	int result = CHY_OK;

	while (*seq - from < BATCH_RECORDS && batch->events < BATCH_EVENTS) {
		result = chy_intake_next(intake, &taken, fault);
		if (result)
			break;
		result = chy_project(batch, taken, fault);
		if (result)
			break;
		*seq = taken->record.seq;
	}
	return result == CHY_END ? CHY_OK : result;
}

static int fill(struct chy_view *view, struct chy_batch *batch, struct chy_intake *intake,
	uint64_t *seq, struct chy_fault *fault)
{
	int result = chy_counts_get(batch->txn, 0, &batch->counts);

	if (!view->words)
		view->words = chy_words_new();
	batch->words = view->words;
	if (!result && !batch->words)
		result = CHY_EMEM;
	if (result)
		return chy_fault_set(fault, result, view->path, 0, NULL);
	result = take_in(batch, intake, seq, fault);
	if (result)
		return result;
	result = chy_batch_flush(batch);
	if (!result)
		result = put_position(batch->txn, *seq);
	if (result == CHY_NOT_FOUND || result == CHY_END)
		result = CHY_EDAMAGED; /* what one table tells of, another lacks */
	return result < 0 ? chy_fault_set(fault, result, view->path, 0, NULL) : result;
}

/* One transaction. *seq moves on only when it is committed. */
static int one_batch(
	struct chy_view *view, struct chy_intake *intake, uint64_t *seq, struct chy_fault *fault)
{
	struct chy_batch batch = {.rules = view->rules};
	uint64_t reached = *seq;
	int result = chy_store_begin(view->store, true, &batch.txn, fault);

	if (result)
		return result;
	result = fill(view, &batch, intake, &reached, fault);
	chy_batch_fini(&batch);
	if (result)
		chy_store_abort(batch.txn);
	else
		result = chy_store_commit(batch.txn, fault);
	if (!result) {
		*seq = reached;
	} else {
		/* It takes for written what now is not. */
		chy_words_free(view->words);
		view->words = NULL;
	}
	return result;
}

static int make_room(struct chy_view *view, uint64_t records, struct chy_fault *fault)
{
	uint64_t used, map;

	chy_store_size(view->store, &used, &map);
	if (records < MANY || map - used > plenty)
		return CHY_OK;
	return chy_store_grow(view->store, plenty, fault);
}

/* As far as one intake goes: to the end, or until there is no room. */
static int follow(struct chy_view *view, struct chy_snapshot *snapshot, uint64_t *seq, uint64_t to,
	struct chy_fault *fault)
{
	struct chy_intake *intake;
	int result = chy_intake_open(snapshot, *seq, to, &intake, fault);

	if (result)
		return result;
	while (*seq < to && !result) {
		result = make_room(view, to - *seq, fault);
		if (!result)
			result = one_batch(view, intake, seq, fault);
	}
	chy_intake_close(intake);
	return result;
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
		result = follow(view, snapshot, &seq, last, fault);
		if (result == CHY_STORE_FULL)
			result = chy_store_grow(view->store, (size_t)64 << 20, fault);
	}
	chy_snapshot_close(snapshot);
	*out_seq = seq;
	return result;
}
