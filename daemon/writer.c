/* The one thread that writes: it takes what waits, appends it in one
 * transaction, and lets the views follow, so that no fsync stops the loop. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chancery/thread.h"
#include "daemon.h"

enum { LONGEST_PAUSE = 30, LOOK_SECONDS = 2, STRIDE = 2000 };

struct batch {
	struct part *first;
	struct chy_entry *entries;
	size_t count;
};

static bool gather(struct batch *batch)
{
	size_t count = 0, at = 0;

	for (struct part *part = batch->first; part; part = part->next)
		count += part->entry_count;
	batch->entries = calloc(count + 1, sizeof(*batch->entries));
	if (!batch->entries)
		return false;
	for (struct part *part = batch->first; part; part = part->next)
		for (size_t i = 0; i < part->entry_count; i++)
			batch->entries[at++] = part->entries[i];
	batch->count = at;
	return true;
}

/* The outcomes of the entries go back to their parts. */
static void spread(struct batch *batch)
{
	size_t at = 0;

	for (struct part *part = batch->first; part; part = part->next)
		for (size_t i = 0; i < part->entry_count; i++)
			part->entries[i] = batch->entries[at++];
}

static void set_trouble(struct daemon *daemon, const char *text)
{
	pthread_mutex_lock(&daemon->mutex);
	snprintf(daemon->trouble, sizeof(daemon->trouble), "%s", text);
	pthread_mutex_unlock(&daemon->mutex);
	uv_async_send(&daemon->committed);
}

static bool stopping(struct daemon *daemon)
{
	bool stop;

	pthread_mutex_lock(&daemon->mutex);
	stop = daemon->stop;
	pthread_mutex_unlock(&daemon->mutex);
	return stop;
}

/* Waits, but not for a daemon that is told to leave at once. */
static void pause_for(struct daemon *daemon, unsigned seconds)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += seconds;
	pthread_mutex_lock(&daemon->mutex);
	while (!daemon->stop &&
		pthread_cond_timedwait(&daemon->wake, &daemon->mutex, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&daemon->mutex);
}

static int try_append(struct daemon *daemon, struct batch *batch, struct chy_fault *fault)
{
	int result;

	if (!gather(batch))
		return chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
	result = chy_archive_append(daemon->archive, batch->entries, batch->count, fault);
	if (!result)
		spread(batch);
	free(batch->entries);
	batch->entries = NULL;
	return result;
}

/* A fault that passes (no room, no memory) is waited for: nothing is lost,
 * and intake stops meanwhile. */
static bool append(struct daemon *daemon, struct batch *batch)
{
	struct chy_fault fault;
	unsigned seconds = 1;
	char sentence[1024];
	bool in_trouble = false;

	while (try_append(daemon, batch, &fault)) {
		chy_fault_sentence(&fault, sentence, sizeof(sentence));
		if (!in_trouble)
			say(SAY_ERROR, "the log cannot be written: %s; intake waits until it can",
				sentence);
		in_trouble = true;
		set_trouble(daemon, sentence);
		pause_for(daemon, seconds);
		if (stopping(daemon))
			return false;
		seconds = seconds < LONGEST_PAUSE / 2 ? seconds * 2 : LONGEST_PAUSE;
	}
	if (in_trouble) {
		say(SAY_NOTICE, "the log can be written again");
		set_trouble(daemon, "");
	}
	return true;
}

static int open_views_again(struct daemon *daemon, struct chy_fault *fault)
{
	int result;

	pthread_mutex_lock(&daemon->view_mutex);
	chy_view_close(daemon->view);
	result =
		chy_view_open_writer(daemon->config.archive, daemon->archive, &daemon->view, fault);
	if (result)
		daemon->view = NULL;
	pthread_mutex_unlock(&daemon->view_mutex);
	return result;
}

/* Opens the views again where somebody deleted them, which is allowed. */
static bool views_are_open(struct daemon *daemon)
{
	struct chy_fault fault;

	if (daemon->view && chy_view_is_in_place(daemon->view))
		return true;
	if (!daemon->view)
		return false;
	if (open_views_again(daemon, &fault)) {
		say_fault(SAY_WARNING, "the views were deleted and cannot be made again", &fault);
		return false;
	}
	say(SAY_NOTICE, "the views were deleted; they are made again");
	return true;
}

/* The views come after the acknowledgement; what they miss now they catch up
 * with next time. True where there is more to follow: a long log is followed
 * in strides, so that what waits to be written does not wait for all of it. */
static bool follow(struct daemon *daemon)
{
	struct chy_fault fault;
	uint64_t from, to = 0;
	int result;

	if (!views_are_open(daemon))
		return false;
	result = chy_view_position(daemon->view, &from, &fault);
	if (!result)
		result = chy_view_follow(daemon->view, daemon->archive, from + STRIDE, &to, &fault);
	if (result)
		say_fault(SAY_WARNING, "the views are behind the log", &fault);
	return !result && to == from + STRIDE;
}

/* Until there is something to write, or time to see whether the views are
 * still there. */
static void wait_a_while(struct daemon *daemon)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += LOOK_SECONDS;
	pthread_cond_timedwait(&daemon->wake, &daemon->mutex, &until);
}

/* What waits to be written; NULL when nothing does. */
static struct part *take_queue(struct daemon *daemon, bool may_wait)
{
	struct part *first;

	pthread_mutex_lock(&daemon->mutex);
	if (may_wait && !daemon->queue && !daemon->stop)
		wait_a_while(daemon);
	first = daemon->queue;
	daemon->queue = daemon->queue_last = NULL;
	pthread_mutex_unlock(&daemon->mutex);
	return first;
}

static void hand_back(struct daemon *daemon, struct part *first)
{
	struct part *last = first;

	while (last->next)
		last = last->next;
	pthread_mutex_lock(&daemon->mutex);
	last->next = daemon->written;
	daemon->written = first;
	pthread_mutex_unlock(&daemon->mutex);
	uv_async_send(&daemon->committed);
}

/* At the end, when the loop does not run any more. */
static void drop(struct part *first)
{
	while (first) {
		struct part *next = first->next;
		struct file *file = first->file;

		part_free(first);
		if (file && --file->parts == 0 && file->ended)
			file_free(file);
		first = next;
	}
}

static void *write_for_ever(void *user)
{
	struct daemon *daemon = user;
	struct batch batch = {0};
	bool behind = true;

	do {
		batch.first = take_queue(daemon, !behind);
		if (batch.first && append(daemon, &batch))
			hand_back(daemon, batch.first);
		else
			drop(batch.first); /* the files are still in the inbox */
		behind = follow(daemon);
	} while (batch.first || !stopping(daemon) || (behind && !daemon->draining));
	return NULL;
}

static void count_part(struct part *part)
{
	struct file *file = part->file;

	for (size_t i = 0; i < part->entry_count; i++) {
		bool fresh = part->entries[i].outcome == CHY_OK && part->entries[i].document;
		bool sighted = part->entries[i].outcome == CHY_SIGHTED;

		file->fresh += fresh;
		file->sighted += sighted;
		file->daemon->documents += fresh;
		file->daemon->sightings += sighted;
	}
}

static void part_done(struct daemon *daemon, struct part *part)
{
	struct file *file = part->file;

	if (part->item) {
		recode_written(daemon, part);
		part_free(part);
		return;
	}
	if (!file) {
		control_recorded(daemon, part->asker, part->entries[0].first_seq);
		part_free(part);
		return;
	}
	count_part(part);
	part_free(part);
	file->parts--;
	if (!file->ended)
		pool_go_on(daemon, file);
	else if (!file->parts)
		daemon_file_done(daemon, file);
}

static void on_committed(uv_async_t *async)
{
	struct daemon *daemon = async->data;
	struct part *first;

	pthread_mutex_lock(&daemon->mutex);
	first = daemon->written;
	daemon->written = NULL;
	daemon->out_of_room = daemon->trouble[0] != '\0';
	pthread_mutex_unlock(&daemon->mutex);
	while (first) {
		struct part *next = first->next;

		part_done(daemon, first);
		first = next;
	}
	control_wake(daemon);
	inbox_pump(daemon);
}

void writer_give(struct daemon *daemon, struct file *file)
{
	struct part *part = file->part;

	file->part = NULL;
	if (!part) {
		if (file->ended && !file->parts)
			daemon_file_done(daemon, file);
		return;
	}
	file->parts++;
	writer_add(daemon, part);
}

void writer_add(struct daemon *daemon, struct part *part)
{
	part->next = NULL;
	pthread_mutex_lock(&daemon->mutex);
	if (daemon->queue_last)
		daemon->queue_last->next = part;
	else
		daemon->queue = part;
	daemon->queue_last = part;
	pthread_cond_signal(&daemon->wake);
	pthread_mutex_unlock(&daemon->mutex);
}

int writer_open(struct daemon *daemon)
{
	pthread_mutex_init(&daemon->mutex, NULL);
	pthread_mutex_init(&daemon->view_mutex, NULL);
	pthread_cond_init(&daemon->wake, NULL);
	uv_async_init(&daemon->loop, &daemon->committed, on_committed);
	daemon->committed.data = daemon;
	if (chy_thread_start(&daemon->writer, write_for_ever, daemon)) {
		say(SAY_ERROR, "the writer thread cannot be started");
		return STATUS_ARCHIVE;
	}
	daemon->writer_runs = true;
	return 0;
}

void writer_close(struct daemon *daemon)
{
	if (!daemon->writer_runs)
		return;
	pthread_mutex_lock(&daemon->mutex);
	daemon->stop = true;
	pthread_cond_broadcast(&daemon->wake);
	pthread_mutex_unlock(&daemon->mutex);
	pthread_join(daemon->writer, NULL);
	drop(daemon->written);
	daemon->writer_runs = false;
}
