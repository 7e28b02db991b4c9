#include "intake.h"
#include "internal.h"
#include "phase.h"
#include "unsynced.h"

/* Few enough that readers wait for nothing old and memory stays small, many
 * enough that a commit, and the making of acts, is shared. */
enum { BATCH_RECORDS = 100000, BATCH_EVENTS = 100000 };

/* Records from which on room is made beforehand, since growing stops everything,
 * and the disk is not waited for. */
enum { MANY = 1000 };
static const size_t plenty = (size_t)512 << 20;

/* With the hash of the record, which is of this history only. */
static int put_position(struct chy_store_txn *txn, uint64_t seq, const struct chy_hash *head)
{
	unsigned char bytes[8];
	int result;

	chy_put_be(bytes, seq, 8);
	result = chy_store_put(txn, CHY_VIEW_META, CHY_STR("seq"),
		(struct chy_str){(const char *)bytes, sizeof(bytes)});
	if (result)
		return result;
	return chy_store_put(txn, CHY_VIEW_META, CHY_STR("head"),
		(struct chy_str){(const char *)head->bytes, sizeof(head->bytes)});
}

/* Records out of the intake, at most a batch; the last one's hash, if there is one. */
static int take_in(struct chy_batch *batch, struct chy_intake *intake, uint64_t *seq,
	struct chy_hash *out_head, struct chy_fault *fault)
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
		*out_head = taken->record.hash;
	}
	return result == CHY_END ? CHY_OK : result;
}

static int fill(struct chy_view *view, struct chy_batch *batch, struct chy_intake *intake,
	uint64_t *seq, struct chy_fault *fault)
{
	uint64_t from = *seq;
	struct chy_hash head;
	int result = chy_counts_get(batch->txn, 0, &batch->counts);

	if (!view->words)
		view->words = chy_words_new();
	batch->words = view->words;
	if (!result && !batch->words)
		result = CHY_EMEM;
	if (result)
		return chy_fault_set(fault, result, view->path, 0, NULL);
	result = take_in(batch, intake, seq, &head, fault);
	if (result)
		return result;
	result = chy_batch_flush(batch);
	if (!result && *seq != from)
		result = put_position(batch->txn, *seq, &head);
	if (result == CHY_NOT_FOUND || result == CHY_END)
		result = CHY_EDAMAGED; /* what one table tells of, another lacks */
	return result < 0 ? chy_fault_set(fault, result, view->path, 0, NULL) : result;
}

/* One transaction. *seq moves on only when it is committed. */
static int one_batch(struct chy_view *view, struct chy_batch *batch, struct chy_intake *intake,
	uint64_t *seq, struct chy_fault *fault)
{
	uint64_t reached = *seq;
	int result = view->phases ? CHY_OK : chy_phase_rules_open(&view->phases, fault);

	if (!result)
		result = chy_store_begin(view->store, true, &batch->txn, fault);
	if (result)
		return result;
	batch->phases = view->phases;
	result = fill(view, batch, intake, &reached, fault);
	if (result)
		chy_store_abort(batch->txn);
	else
		result = chy_store_commit(batch->txn, fault);
	if (!result) {
		*seq = reached;
		chy_batch_renew(batch);
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

/* -- the whole way ---------------------------------------------------------------- */

struct journey {
	struct chy_view *view;
	struct chy_snapshot *snapshot;
	uint64_t seq, to;
	chy_view_going_on *go_on; /* NULL: to the end */
	void *user;
	bool stopped;
};

static int go(struct journey *journey, struct chy_intake *intake, struct chy_batch *batch,
	struct chy_fault *fault)
{
	int result = CHY_OK;

	while (journey->seq < journey->to && !journey->stopped && !result) {
		result = make_room(journey->view, journey->to - journey->seq, fault);
		if (!result)
			result = one_batch(journey->view, batch, intake, &journey->seq, fault);
		if (!result && journey->go_on)
			journey->stopped = !journey->go_on(journey->user, journey->seq);
	}
	return result;
}

/* As far as one intake goes: to the end, or until there is no room. */
static int go_as_far(struct journey *journey, struct chy_fault *fault)
{
	struct chy_batch batch = {.rules = journey->view->rules};
	struct chy_intake *intake;
	int result = chy_intake_open(journey->snapshot, journey->seq, journey->to, &intake, fault);

	if (result)
		return result;
	result = go(journey, intake, &batch, fault);
	chy_batch_fini(&batch);
	chy_intake_close(intake);
	return result;
}

static int travel(struct journey *journey, struct chy_fault *fault)
{
	int result = CHY_OK;

	while (journey->seq < journey->to && !journey->stopped && !result) {
		result = go_as_far(journey, fault);
		if (result == CHY_STORE_FULL)
			result = chy_store_grow(journey->view->store, (size_t)64 << 20, fault);
	}
	return result;
}

/* A long way, without a wait for the disk; where the mark cannot be made, with. */
static int hurry(struct journey *journey, struct chy_fault *fault)
{
	struct chy_view *view = journey->view;
	int result;

	if (!view->unsynced)
		view->unsynced = !chy_unsynced_mark(view->directory, NULL);
	chy_store_wait_for_disk(view->store, !view->unsynced, NULL);
	result = travel(journey, fault);
	chy_store_wait_for_disk(view->store, true, NULL);
	return result;
}

/* A short way. With its last commit, if there was one, all is on disk. */
static int walk(struct journey *journey, struct chy_fault *fault)
{
	struct chy_view *view = journey->view;
	uint64_t from = journey->seq;
	int result = travel(journey, fault);

	if (view->unsynced && journey->seq != from) {
		chy_unsynced_unmark(view->directory);
		view->unsynced = false;
	}
	return result;
}

int chy_view_follow_far(struct chy_view *view, struct chy_archive *archive, uint64_t to,
	chy_view_going_on *go_on, void *user, uint64_t *out_seq, struct chy_fault *fault)
{
	struct journey journey = {.view = view, .go_on = go_on, .user = user};
	int result = chy_view_position(view, &journey.seq, fault);

	if (!result)
		result = chy_snapshot_open(archive, &journey.snapshot, fault);
	if (result)
		return result;
	journey.to = chy_snapshot_last_seq(journey.snapshot);
	if (to && to < journey.to)
		journey.to = to;
	if (journey.seq < journey.to)
		result = journey.to - journey.seq >= MANY ? hurry(&journey, fault)
							  : walk(&journey, fault);
	chy_snapshot_close(journey.snapshot);
	*out_seq = journey.seq;
	return result;
}

int chy_view_follow(struct chy_view *view, struct chy_archive *archive, uint64_t to,
	uint64_t *out_seq, struct chy_fault *fault)
{
	return chy_view_follow_far(view, archive, to, NULL, NULL, out_seq, fault);
}
