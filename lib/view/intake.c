#include "intake.h"

#include <pthread.h>
#include <stdlib.h>

#include "chancery/thread.h"

/* Records go from thread to thread by the tray, and come back by it: its
 * memory is used again and again. */
enum {
	TRAYS = 4,
	TRAY = 64, /* records */
	FEW = 64 /* records that are not worth a thread */
};

struct tray {
	struct chy_taken list[TRAY];
	size_t count;
	int result; /* how reading ended behind these; 0 where it goes on */
	struct chy_fault fault;
};

struct chy_intake {
	struct chy_log_cursor *cursor;
	uint64_t next, to;

	bool threaded;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct tray trays[TRAYS]; /* filled and emptied in turn */
	size_t filled, emptied; /* trays, since the beginning */
	bool stop;

	struct tray *tray; /* that is being emptied; NULL before the first */
	size_t at; /* its next record */
};

static void release(struct tray *tray)
{
	for (size_t i = 0; i < TRAY; i++) {
		chy_scan_fini(&tray->list[i].scan);
		chy_buffer_fini(&tray->list[i].lifted);
	}
}

static int read_one(struct chy_intake *intake, struct chy_taken *out, struct chy_fault *fault)
{
	int result;

	if (intake->next > intake->to)
		return CHY_END;
	result = chy_log_cursor_next(intake->cursor, &out->record, fault);
	if (!result)
		result = chy_record_scan(&out->record, &out->scan, &out->lifted, &out->body, fault);
	if (!result)
		intake->next++;
	return result;
}

static void fill(struct chy_intake *intake, struct tray *tray, size_t most)
{
	tray->count = 0;
	tray->result = CHY_OK;
	while (tray->count < most && !tray->result) {
		tray->result = read_one(intake, &tray->list[tray->count], &tray->fault);
		tray->count += !tray->result;
	}
}

/* Waits where all trays are full. */
static void *read_ahead(void *user)
{
	struct chy_intake *intake = user;
	bool more = true;

	while (more) {
		struct tray *tray = &intake->trays[intake->filled % TRAYS];

		fill(intake, tray, TRAY);
		more = !tray->result;
		pthread_mutex_lock(&intake->mutex);
		intake->filled++;
		pthread_cond_signal(&intake->changed);
		while (intake->filled - intake->emptied == TRAYS && !intake->stop)
			pthread_cond_wait(&intake->changed, &intake->mutex);
		more = more && !intake->stop;
		pthread_mutex_unlock(&intake->mutex);
	}
	return NULL;
}

int chy_intake_open(struct chy_snapshot *snapshot, uint64_t after, uint64_t to,
	struct chy_intake **out, struct chy_fault *fault)
{
	struct chy_intake *intake = calloc(1, sizeof(*intake));
	int result;

	if (!intake)
		return chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
	intake->next = after + 1;
	intake->to = to;
	pthread_mutex_init(&intake->mutex, NULL);
	pthread_cond_init(&intake->changed, NULL);
	result = chy_log_cursor_open(snapshot, after, &intake->cursor, fault);
	if (result) {
		chy_intake_close(intake);
		return result;
	}
	*out = intake;
	/* Without a thread it goes on slower. */
	intake->threaded =
		to - after > FEW && !chy_thread_start(&intake->thread, read_ahead, intake);
	return CHY_OK;
}

/* Gives back the tray before, which is empty, and waits for a full one. */
static void change_trays(struct chy_intake *intake)
{
	pthread_mutex_lock(&intake->mutex);
	if (intake->tray) {
		intake->emptied++;
		pthread_cond_signal(&intake->changed);
	}
	while (intake->filled == intake->emptied)
		pthread_cond_wait(&intake->changed, &intake->mutex);
	intake->tray = &intake->trays[intake->emptied % TRAYS];
	pthread_mutex_unlock(&intake->mutex);
}

int chy_intake_next(
	struct chy_intake *intake, const struct chy_taken **out, struct chy_fault *fault)
{
	while (!intake->tray || (intake->at == intake->tray->count && !intake->tray->result)) {
		if (intake->threaded) {
			change_trays(intake);
		} else {
			intake->tray = &intake->trays[0];
			fill(intake, intake->tray, 1);
		}
		intake->at = 0;
	}
	if (intake->at < intake->tray->count) {
		*out = &intake->tray->list[intake->at++];
		return CHY_OK;
	}
	if (fault && intake->tray->result < 0)
		*fault = intake->tray->fault;
	return intake->tray->result;
}

void chy_intake_close(struct chy_intake *intake)
{
	if (!intake)
		return;
	if (intake->threaded) {
		pthread_mutex_lock(&intake->mutex);
		intake->stop = true;
		pthread_cond_signal(&intake->changed);
		pthread_mutex_unlock(&intake->mutex);
		pthread_join(intake->thread, NULL);
	}
	for (size_t i = 0; i < TRAYS; i++)
		release(&intake->trays[i]);
	pthread_mutex_destroy(&intake->mutex);
	pthread_cond_destroy(&intake->changed);
	chy_log_cursor_close(intake->cursor);
	free(intake);
}
