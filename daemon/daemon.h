/* What the files of the daemon share.
 *
 * One libuv loop owns inbox, workers and control socket; one thread of its own
 * writes. A file goes: inbox.c (seen) → file.c (read) → pool.c (to a worker
 * and back) → entry.c (what goes into the log) → writer.c (on disk) → file.c
 * (out of the inbox). */
#pragma once

#include <dirent.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <uv.h>

#include "chancery/archive.h"
#include "chancery/json.h"
#include "chancery/view.h"

/* -- configuration (config.c, options.c) ---------------------------------- */

struct config {
	char *file, *inbox, *archive, *socket, *done_directory, *rejected_directory;
	char *control_group, *date;
	long workers, rescan_seconds, worker_seconds, files_in_flight;
	long file_megabytes, megabytes_in_flight, worker_megabytes, article_kilobytes;
	bool once, remove_done;
};

/* Exit statuses. */
enum { STATUS_USAGE = 2, STATUS_ARCHIVE = 3 };

void config_init(struct config *config);
void config_fini(struct config *config);
/* Reads a file over what is set. 0, or STATUS_USAGE with the reason printed. */
int config_read(struct config *config, const char *path);
/* The same while the daemon runs: what is wrong goes to the journal. */
int config_read_again(struct config *config, const char *path);
/* The command line, after the file that it names; -1: help was printed. */
int options_read(struct config *config, int argc, char **argv);
/* Fills what was not said: inbox, socket, done/ and rejected/. */
int config_complete(struct config *config);

/* -- words for the journal (journal.c) ------------------------------------ */

enum { SAY_ERROR = 3, SAY_WARNING = 4, SAY_NOTICE = 5, SAY_INFO = 6, SAY_DEBUG = 7 };
void journal_open(void);
void say(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A fault in one sentence. */
void say_fault(int priority, const char *what, const struct chy_fault *fault);

/* -- files in flight (file.c) --------------------------------------------- */

struct daemon;

/* What goes into the log together, of one file: a file of many articles goes
 * part by part, so that neither its answers nor its records are ever in memory
 * whole. */
struct part {
	struct part *next; /* in the writer's queue */
	struct file *file; /* NULL where somebody asked for it over the socket */
	uint64_t asker; /* then: who */
	struct recode_item *item; /* or the document that was coded again */
	struct chy_entry *entries;
	size_t entry_count;
	json_t **bodies; /* owned, for the entries */
	size_t body_count;
	size_t weight; /* bytes of the answers that it was made of */
};

/* One file from the inbox until it has left it. */
struct file {
	struct file *next; /* in the line for a worker */
	struct daemon *daemon;
	char *name; /* in the inbox, bytes as they are */
	char *shown; /* with %XX for what is no text */
	char *bytes;
	size_t size;
	struct stat info;
	struct chy_hash original;

	/* What the workers said of it: articles first, then what was refused. */
	bool begun, ended;
	uint64_t count, answered; /* things in it, and those that came */
	json_int_t range[2]; /* of the thing that comes next */
	unsigned tries; /* how many workers fell over that */
	unsigned fallen; /* things that were given up for it */

	struct part *part; /* being filled */
	size_t parts; /* with the writer */
	bool stored; /* an entry brings the file's own bytes */
	bool abandoned; /* stays in the inbox for the next start */
	bool rejected;
	char *reason;
	size_t good, fresh, sighted;
};

/* Opens, checks and reads a file. 0 with *out; CHY_NOT_FOUND where there is
 * nothing to do (gone, a directory, still being written); CHY_EBUSY to look
 * again later; CHY_EINPUT with *out->reason set for what must be refused. */
int file_take(struct daemon *daemon, const char *name, bool settled, struct file **out);
void file_free(struct file *file);
/* Out of the inbox: to done/ or rejected/, or removed. */
void file_leave(struct file *file);
/* Marks for rejection: a document-rejected record is all that goes to the log. */
int file_reject(struct file *file, const char *code, const char *reason);

/* -- from a worker's answers to entries (entry.c) ------------------------- */

/* Each adds to the part that is being filled. CHY_EINPUT where an answer makes
 * no sense; then, and on CHY_EMEM, nothing was added. */
int entry_of_article(struct file *file, json_t *article);
int entry_of_refusal(struct file *file, const json_t *refusal);
int entry_of_rejection(struct file *file, const char *code, const char *reason);
void part_free(struct part *part);
/* A part of one record, for `asker`; the body is taken over. NULL without
 * memory. */
struct part *part_of_record(uint64_t asker, enum chy_kind kind, json_t *body);

/* -- the inbox (inbox.c) -------------------------------------------------- */

int inbox_open(struct daemon *daemon);
void inbox_close(struct daemon *daemon);
void inbox_rescan(struct daemon *daemon);
/* The time between scans, from the configuration. */
void inbox_set_pace(struct daemon *daemon);
/* Takes files while there is room. */
void inbox_pump(struct daemon *daemon);
/* A name that is not in flight any more; keep: never take it again in this
 * run unless it changes. */
void inbox_forget(struct daemon *daemon, const char *name, const struct stat *keep);
bool inbox_idle(const struct daemon *daemon);

/* -- workers (pool.c, worker.c) ------------------------------------------- */

int pool_open(struct daemon *daemon);
void pool_close(struct daemon *daemon);
void pool_give(struct daemon *daemon, struct file *file);
/* A part of the file is on disk: the worker that waited for it goes on. */
void pool_go_on(struct daemon *daemon, struct file *file);
/* There are documents to be coded again, for workers with nothing else to do. */
void pool_wake(struct daemon *daemon);
/* What no worker has begun stays in the inbox, and so does what would take long
 * to finish. */
void pool_send_back(struct daemon *daemon);
/* The worker's own program. */
int worker_main(size_t megabytes);

/* -- coding again (recode.c) ---------------------------------------------- */

struct recode;
struct recode_item;

/* Takes up what an earlier daemon left; the file recode.json says how far it was. */
void recode_open(struct daemon *daemon);
void recode_close(struct daemon *daemon);
bool recode_runs(const struct daemon *daemon);
/* How far it is, or what became of the last one; null where there was none. */
json_t *recode_json(const struct daemon *daemon);
/* The answers to somebody who asks; `request` as docs/control.md has it. */
json_t *recode_start(struct daemon *daemon, const json_t *request);
json_t *recode_stop(struct daemon *daemon);
/* Looks for more documents, within a slice of the loop's time. */
void recode_pump(struct daemon *daemon);
/* A document for a worker, what is sent to it living until it is answered;
 * NULL where there is none. */
struct recode_item *recode_take(
	struct daemon *daemon, const char **out_header, const char **out_bytes, size_t *out_size);
/* What the worker says; CHY_EINPUT where that makes no sense: then it is still
 * the worker's. */
int recode_answer(struct daemon *daemon, struct recode_item *item, json_t *answer);
/* The worker fell: another may have it, once. */
void recode_again(struct daemon *daemon, struct recode_item *item, const char *why);
/* Its part is on disk. */
void recode_written(struct daemon *daemon, struct part *part);

/* -- writing (writer.c) --------------------------------------------------- */

int writer_open(struct daemon *daemon);
/* Waits until everything queued is written, then stops the thread. */
void writer_close(struct daemon *daemon);
/* The part of the file that is filled; at its end, the file when all is done. */
void writer_give(struct daemon *daemon, struct file *file);
/* A part that is no file's. */
void writer_add(struct daemon *daemon, struct part *part);

/* -- the control socket (control.c) --------------------------------------- */

int control_open(struct daemon *daemon);
void control_close(struct daemon *daemon);
/* New records are on disk: followers are told. */
void control_wake(struct daemon *daemon);
/* A part that was asked for is on disk as the record `seq`. */
void control_recorded(struct daemon *daemon, uint64_t asker, uint64_t seq);
json_t *status_json(struct daemon *daemon);

/* Whether a record that somebody asks for makes sense (asked.c): CHY_EINPUT
 * with what is wrong as the fault's detail. */
int asked_check(
	struct daemon *daemon, enum chy_kind kind, const json_t *body, struct chy_fault *fault);

/* -- all of it ------------------------------------------------------------ */

struct chy_catalogue;
struct worker;
struct follower;
struct name_set;

struct daemon {
	struct config config;
	uv_loop_t loop;
	struct chy_archive *archive;
	struct chy_view *view; /* the writer thread's; others ask under the mutex */
	pthread_mutex_t view_mutex;
	struct chy_catalogue *catalogue; /* opened when it is first needed */
	struct recode *recode;
	int64_t since;

	/* inbox */
	int inbox_fd, done_fd, rejected_fd, notify_fd, watch;
	uv_poll_t notify;
	uv_timer_t rescan_timer, again_timer;
	struct name_set *names;
	DIR *pass; /* over the inbox, while there is more than fits */
	bool missed; /* a pass is due: something was not taken note of */
	bool paused, draining, closing, failed, inbox_gone;
	unsigned again_seconds;

	/* in flight */
	size_t files, bytes;
	struct file *waiting, *waiting_last; /* for a worker */
	struct worker *workers;
	long worker_count;

	/* writer */
	pthread_t writer;
	bool writer_runs;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	struct part *queue, *queue_last, *written;
	bool stop; /* under the mutex, as is trouble */
	char trouble[256];
	bool out_of_room; /* the loop's */
	uv_async_t committed;

	/* control */
	int control_fd;
	uv_pipe_t control;
	bool control_runs;
	struct follower *followers;
	uint64_t askers; /* numbers given to those who connected */

	uv_signal_t signals[4];
	uv_timer_t watchdog, patience;

	/* counts since the start */
	uint64_t taken, documents, sightings, rejected, failures, restarts;
};

/* A file is on disk in the log, or has been dealt with otherwise. */
void daemon_file_done(struct daemon *daemon, struct file *file);
/* Whether there is nothing left to do; then a draining daemon leaves. */
void daemon_check_idle(struct daemon *daemon);
void daemon_notify(const char *state);
