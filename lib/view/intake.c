#include "intake.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum {
	ROOM = 1024, /* records decoded ahead */
	FEW = 64 /* records that are not worth a thread */
};

struct chy_intake {
	struct chy_log_cursor *cursor;
	uint64_t next, to;

	bool threaded;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct chy_taken ring[ROOM];
	size_t first, count;
	bool stop;
	int result; /* how reading ended; 0 while it goes on */
	struct chy_fault fault;
};

static int read_one(struct chy_intake *intake, struct chy_taken *out, struct chy_fault *fault)
{
	int result;

	if (intake->next > intake->to)
		return CHY_END;
	result = chy_log_cursor_next(intake->cursor, &out->record, fault);
	if (!result)
		result = chy_record_body(&out->record, &out->body, fault);
	if (!result)
		intake->next++;
	return result;
}

/* Waits where the ring is full. */
static void *read_ahead(void *user)
{
	struct chy_intake *intake = user;
	struct chy_taken taken;
	struct chy_fault fault;
	int result = CHY_OK;

	while (!result) {
		result = read_one(intake, &taken, &fault);
		pthread_mutex_lock(&intake->mutex);
		while (intake->count == ROOM && !intake->stop)
			pthread_cond_wait(&intake->changed, &intake->mutex);
		if (intake->stop && !result) {
			json_decref(taken.body);
			result = CHY_END;
		} else if (!result) {
			intake->ring[(intake->first + intake->count++) % ROOM] = taken;
		}
		if (result) {
			intake->result = result;
			intake->fault = fault;
		}
		if (result || intake->count == 1)
			pthread_cond_signal(&intake->changed);
		pthread_mutex_unlock(&intake->mutex);
	}
	return NULL;
}

/* Signals are the main thread's. */
static int start(struct chy_intake *intake)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	failed = pthread_create(&intake->thread, NULL, read_ahead, intake);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	intake->threaded = !failed;
	return CHY_OK; /* without a thread it goes on slower */
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
	return to - after > FEW ? start(intake) : CHY_OK;
}

int chy_intake_next(struct chy_intake *intake, struct chy_taken *out, struct chy_fault *fault)
{
	int result = CHY_OK;

	if (!intake->threaded)
		return read_one(intake, out, fault);
	pthread_mutex_lock(&intake->mutex);
	while (!intake->count && !intake->result)
		pthread_cond_wait(&intake->changed, &intake->mutex);
	if (intake->count) {
		*out = intake->ring[intake->first];
		intake->first = (intake->first + 1) % ROOM;
		/* A reader that waits goes on once there is room for many. */
		if (--intake->count == ROOM / 2)
			pthread_cond_signal(&intake->changed);
	} else {
		result = intake->result;
		if (fault && result < 0)
			*fault = intake->fault;
	}
	pthread_mutex_unlock(&intake->mutex);
	return result;
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
		for (; intake->count; intake->count--) {
			json_decref(intake->ring[intake->first].body);
			intake->first = (intake->first + 1) % ROOM;
		}
	}
	pthread_mutex_destroy(&intake->mutex);
	pthread_cond_destroy(&intake->changed);
	chy_log_cursor_close(intake->cursor);
	free(intake);
}
