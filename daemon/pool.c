/* Worker processes: one document at a time each, replaced when they fall. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "frame.h"

struct worker {
	struct daemon *daemon;
	uv_process_t process;
	uv_pipe_t in, out;
	uv_timer_t patience;
	uv_write_t write;
	struct file *file; /* that it works on */
	struct recode_item *item; /* or the document that it codes again */
	bool alive, ready, stuck;
	bool writing; /* its document is on the way to it */
	bool waits; /* for the writer */
	int open_handles;

	unsigned char head[FRAME_HEAD];
	char *header; /* of what is sent */
	char *answer; /* as much of it as came */
	size_t answer_size, answer_room;
	unsigned quick_deaths;
	uint64_t started;
};

/* How much of a file's answers is handed to the writer at a time, how many such
 * parts may wait for it, and how many things of a file are given up one by one. */
enum { PART_SIZE = 512 << 10, PARTS_AHEAD = 2, MOST_FALLEN = 10 };

static void start(struct worker *worker);

static void wait_in_line(struct daemon *daemon, struct file *file)
{
	file->next = NULL;
	if (daemon->waiting_last)
		daemon->waiting_last->next = file;
	else
		daemon->waiting = file;
	daemon->waiting_last = file;
}

static struct file *next_in_line(struct daemon *daemon)
{
	struct file *file = daemon->waiting;

	if (!file)
		return NULL;
	daemon->waiting = file->next;
	if (!daemon->waiting)
		daemon->waiting_last = NULL;
	file->next = NULL;
	return file;
}

static void give(struct worker *worker);

static void on_patience(uv_timer_t *timer)
{
	struct worker *worker = timer->data;

	worker->stuck = true;
	uv_process_kill(&worker->process, SIGKILL);
}

/* -- what a worker says --------------------------------------------------- */

static void finish(struct worker *worker)
{
	struct file *file = worker->file;

	worker->file = NULL;
	file->ended = true;
	/* Where nothing of it was good, it is no better than the first reason. */
	if (!file->good)
		file->rejected = true;
	if (file->rejected)
		say(SAY_WARNING, "%s is rejected: %s", file->shown,
			file->reason ? file->reason : "nothing is in it");
	writer_give(worker->daemon, file);
}

static void reject_whole(struct file *file, const char *code, const char *reason)
{
	if (file_reject(file, code, reason))
		say(SAY_ERROR, "no memory to reject %s", file->shown);
}

/* Gives up the thing that two workers fell over; the rest of the file goes on,
 * unless too much of it is of that kind. */
static bool give_up(struct file *file, const char *reason)
{
	json_t *refusal;
	int result;

	if (!file->begun || file->count <= 1 || ++file->fallen > MOST_FALLEN) {
		reject_whole(file, "worker", reason);
		return false;
	}
	refusal = json_pack("{s:[I, I], s:s, s:s}", "range", file->range[0], file->range[1], "code",
		"worker", "reason", reason);
	result = entry_of_refusal(file, refusal);
	json_decref(refusal);
	if (result) {
		reject_whole(file, "worker", reason);
		return false;
	}
	say(SAY_WARNING, "%s: %s, at byte %lld; the rest of it goes on", file->shown, reason,
		(long long)file->range[0]);
	file->answered++;
	file->tries = 0;
	return true;
}

/* A document that a worker fell over is tried once more, alone to blame. */
static void try_again(struct worker *worker, const char *why)
{
	struct file *file = worker->file;
	struct recode_item *item = worker->item;
	char reason[160];

	worker->item = NULL;
	if (item)
		recode_again(worker->daemon, item, why);
	if (!file)
		return;
	snprintf(reason, sizeof(reason), "two workers %s over it", why);
	if (++file->tries < 2) {
		say(SAY_WARNING, "a worker %s over %s; it is tried once more", why, file->shown);
	} else if (!give_up(file, reason)) {
		finish(worker);
		return;
	}
	worker->file = NULL;
	wait_in_line(worker->daemon, file);
}

static bool take_range(struct file *file, const json_t *answer)
{
	const json_t *next = json_object_get(answer, "next");

	file->range[0] = json_integer_value(json_array_get(next, 0));
	file->range[1] = json_integer_value(json_array_get(next, 1));
	return json_is_null(next) || json_array_size(next) == 2;
}

/* One thing of the file. */
static int take_thing(struct file *file, const json_t *answer)
{
	json_t *article = json_object_get(answer, "article");
	const json_t *refusal = json_object_get(answer, "refusal");
	int result = CHY_EINPUT;

	if (!file->begun || file->answered >= file->count)
		return CHY_EINPUT;
	if (article)
		result = entry_of_article(file, article);
	else if (refusal)
		result = entry_of_refusal(file, refusal);
	if (result || !take_range(file, answer))
		return CHY_EINPUT;
	file->answered++;
	file->tries = 0;
	return CHY_OK;
}

static int take_end(struct worker *worker, const json_t *answer)
{
	struct file *file = worker->file;
	const char *code = json_string_value(json_object_get(answer, "code"));
	const char *reason = json_string_value(json_object_get(answer, "reason"));

	if (code && reason && !file->begun)
		reject_whole(file, code, reason);
	else if (!file->begun || file->answered != file->count)
		return CHY_EINPUT;
	uv_timer_stop(&worker->patience);
	finish(worker);
	return CHY_OK;
}

static int take_begin(struct file *file, const json_t *answer)
{
	json_int_t count = json_integer_value(json_object_get(answer, "begin"));

	if (count < 1 || (file->begun && file->count != (uint64_t)count))
		return CHY_EINPUT;
	file->begun = true;
	file->count = (uint64_t)count;
	return take_range(file, answer) ? CHY_OK : CHY_EINPUT;
}

static int take_answer(struct worker *worker, const json_t *answer)
{
	if (worker->writing) /* it cannot have read what it answers */
		return CHY_EINPUT;
	if (json_object_get(answer, "begin"))
		return take_begin(worker->file, answer);
	if (json_object_get(answer, "end"))
		return take_end(worker, answer);
	return take_thing(worker->file, answer);
}

/* A document that was coded again. */
static int take_coded(struct worker *worker, json_t *answer)
{
	int result =
		worker->writing ? CHY_EINPUT : recode_answer(worker->daemon, worker->item, answer);

	if (result)
		return result;
	uv_timer_stop(&worker->patience);
	worker->item = NULL;
	return CHY_OK;
}

static void be_patient(struct worker *worker)
{
	uv_timer_start(&worker->patience, on_patience,
		(uint64_t)worker->daemon->config.worker_seconds * 1000, 0);
}

/* Parts go to the writer as they fill; the worker waits when it is ahead. */
static void pass_on(struct worker *worker, size_t size)
{
	struct file *file = worker->file;

	if (!file)
		return;
	be_patient(worker);
	if (!file->part)
		return;
	file->part->weight += size;
	if (file->part->weight >= PART_SIZE)
		writer_give(worker->daemon, file);
	if (file->parts >= PARTS_AHEAD) {
		worker->waits = true;
		uv_timer_stop(&worker->patience);
		uv_read_stop((uv_stream_t *)&worker->out);
	}
}

static void kill_worker(struct worker *worker)
{
	worker->stuck = true;
	uv_read_stop((uv_stream_t *)&worker->out);
	uv_process_kill(&worker->process, SIGKILL);
}

/* A worker that answers nonsense is not to be trusted again. */
static bool take_frame(struct worker *worker, size_t size)
{
	json_t *answer = NULL;
	int result;

	if (!worker->ready) {
		worker->ready = true; /* the greeting: it has confined itself */
		worker->quick_deaths = 0;
		return true;
	}
	result = chy_json_parse(worker->answer + FRAME_HEAD, size, &answer, NULL);
	if (!result && worker->item)
		result = take_coded(worker, answer);
	else if (!result)
		result = worker->file ? take_answer(worker, answer) : CHY_EINPUT;
	json_decref(answer);
	if (result)
		kill_worker(worker);
	else
		pass_on(worker, size);
	return !result;
}

static void take_frames(struct worker *worker)
{
	size_t header, payload, at = 0;

	while (!worker->waits && worker->answer_size >= FRAME_HEAD) {
		frame_get((const unsigned char *)worker->answer, &header, &payload);
		if (header > LARGEST_ANSWER || payload) {
			kill_worker(worker);
			return;
		}
		at = FRAME_HEAD + header;
		if (worker->answer_size < at)
			return;
		if (!take_frame(worker, header))
			return;
		worker->answer_size -= at;
		memmove(worker->answer, worker->answer + at, worker->answer_size);
	}
	give(worker);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct worker *worker = stream->data;

	(void)buffer;
	if (n < 0) {
		uv_read_stop(stream);
		return;
	}
	worker->answer_size += (size_t)n;
	take_frames(worker);
}

/* Room for the frame that has begun, and some. */
static size_t room_wanted(const struct worker *worker, size_t suggested)
{
	size_t header, payload;

	if (worker->answer_size < FRAME_HEAD)
		return worker->answer_size + suggested;
	frame_get((const unsigned char *)worker->answer, &header, &payload);
	return worker->answer_size > header ? worker->answer_size + suggested : header + suggested;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct worker *worker = handle->data;
	size_t room = room_wanted(worker, suggested);

	if (worker->answer_room < room || worker->answer_room > 4 * room) {
		char *other = realloc(worker->answer, room);

		if (!other) {
			*out = uv_buf_init(NULL, 0);
			return;
		}
		worker->answer = other;
		worker->answer_room = room;
	}
	*out = uv_buf_init(worker->answer + worker->answer_size,
		(unsigned)(worker->answer_room - worker->answer_size));
}

static void on_written(uv_write_t *write, int status)
{
	struct worker *worker = write->data;

	/* A broken pipe means that the worker is gone, which its exit tells. */
	(void)status;
	worker->writing = false;
}

static char *header_of(const struct file *file)
{
	const char *date = file->daemon->config.date;
	json_t *header = json_pack("{s:s, s:I, s:s?, s:I, s:I}", "name", file->shown, "time",
		(json_int_t)file->info.st_mtim.tv_sec * 1000000, "date", date, "article_bytes",
		(json_int_t)file->daemon->config.article_kilobytes << 10, "from",
		(json_int_t)file->answered);
	char *text = json_dumps(header, JSON_COMPACT);

	json_decref(header);
	return text;
}

static void hand_over(struct worker *worker, const char *header, const char *bytes, size_t size)
{
	uv_buf_t buffers[3];

	frame_put(worker->head, strlen(header), size);
	buffers[0] = uv_buf_init((char *)worker->head, FRAME_HEAD);
	buffers[1] = uv_buf_init((char *)header, (unsigned)strlen(header));
	buffers[2] = uv_buf_init((char *)bytes, (unsigned)size);
	worker->write.data = worker;
	worker->writing = true;
	if (uv_write(&worker->write, (uv_stream_t *)&worker->in, buffers, 3, on_written))
		worker->writing = false; /* it is gone, which its exit tells */
	be_patient(worker);
}

static void give_file(struct worker *worker, struct file *file)
{
	free(worker->header);
	worker->header = header_of(file);
	worker->file = file;
	if (worker->header)
		hand_over(worker, worker->header, file->bytes, file->size);
	else
		try_again(worker, "could not be given memory");
}

/* Files first: what is known already can wait. */
static void give(struct worker *worker)
{
	const char *header, *bytes;
	struct file *file;
	size_t size;

	if (!worker->alive || !worker->ready || worker->file || worker->item || worker->writing)
		return;
	file = next_in_line(worker->daemon);
	if (file) {
		give_file(worker, file);
		return;
	}
	worker->item = recode_take(worker->daemon, &header, &bytes, &size);
	if (worker->item)
		hand_over(worker, header, bytes, size);
}

void pool_wake(struct daemon *daemon)
{
	for (long i = 0; i < daemon->worker_count; i++)
		give(&daemon->workers[i]);
}

void pool_go_on(struct daemon *daemon, struct file *file)
{
	for (long i = 0; i < daemon->worker_count; i++) {
		struct worker *worker = &daemon->workers[i];

		if (worker->file != file || !worker->waits || file->parts >= PARTS_AHEAD)
			continue;
		worker->waits = false;
		if (!worker->alive)
			continue;
		be_patient(worker);
		uv_read_start((uv_stream_t *)&worker->out, on_alloc, on_read);
		take_frames(worker);
	}
}

void pool_give(struct daemon *daemon, struct file *file)
{
	wait_in_line(daemon, file);
	pool_wake(daemon);
}

/* What has come of a file of many articles is kept; the rest is for the next
 * start, which knows what it has. */
static void interrupt(struct worker *worker)
{
	struct file *file = worker->file;

	worker->file = NULL;
	file->abandoned = file->ended = true;
	kill_worker(worker);
	writer_give(worker->daemon, file);
}

void pool_send_back(struct daemon *daemon)
{
	for (struct file *file; (file = next_in_line(daemon));) {
		part_free(file->part);
		file->part = NULL;
		file->abandoned = file->ended = true;
		writer_give(daemon, file);
	}
	for (long i = 0; i < daemon->worker_count; i++)
		if (daemon->workers[i].file && daemon->workers[i].file->count > 1)
			interrupt(&daemon->workers[i]);
}

/* -- life and death ------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
	struct worker *worker = handle->data;

	if (--worker->open_handles == 0 && !worker->daemon->closing)
		start(worker);
}

static void close_handles(struct worker *worker)
{
	uv_timer_stop(&worker->patience);
	worker->open_handles = 3;
	uv_close((uv_handle_t *)&worker->process, on_closed);
	uv_close((uv_handle_t *)&worker->in, on_closed);
	uv_close((uv_handle_t *)&worker->out, on_closed);
}

static void on_exit_of(uv_process_t *process, int64_t status, int signal)
{
	struct worker *worker = process->data;
	struct daemon *daemon = worker->daemon;

	worker->alive = false;
	if (!daemon->closing) {
		daemon->restarts++;
		say(SAY_NOTICE, "worker %d left (status %lld, signal %d); another takes its place",
			process->pid, (long long)status, signal);
	}
	if ((worker->file || worker->item) && !daemon->closing)
		try_again(worker, worker->stuck ? "got stuck" : "fell");
	worker->stuck = false;
	if (uv_now(&daemon->loop) - worker->started < 1000 && !worker->ready)
		worker->quick_deaths++;
	if (worker->quick_deaths > 5 && !daemon->closing) {
		say(SAY_ERROR, "workers cannot start; the daemon leaves");
		daemon->failed = daemon->closing = daemon->draining = true;
		uv_stop(&daemon->loop);
	}
	close_handles(worker);
}

static int spawn(struct worker *worker)
{
	struct daemon *daemon = worker->daemon;
	char megabytes[32], program[4096];
	size_t program_size = sizeof(program);
	char *arguments[] = {"chanceryd", "--worker", megabytes, NULL};
	uv_stdio_container_t stdio[3] = {{.flags = UV_CREATE_PIPE | UV_READABLE_PIPE,
						 .data.stream = (uv_stream_t *)&worker->in},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
			.data.stream = (uv_stream_t *)&worker->out},
		{.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO}};
	uv_process_options_t options = {.file = program,
		.args = arguments,
		.stdio = stdio,
		.stdio_count = 3,
		.exit_cb = on_exit_of};

	if (uv_exepath(program, &program_size))
		snprintf(program, sizeof(program), "/proc/self/exe");
	snprintf(megabytes, sizeof(megabytes), "%ld", daemon->config.worker_megabytes);
	return uv_spawn(&daemon->loop, &worker->process, &options);
}

static void start(struct worker *worker)
{
	struct daemon *daemon = worker->daemon;
	int result;

	uv_pipe_init(&daemon->loop, &worker->in, 0);
	uv_pipe_init(&daemon->loop, &worker->out, 0);
	worker->in.data = worker->out.data = worker->process.data = worker;
	worker->answer_size = 0;
	worker->ready = worker->waits = worker->writing = false;
	worker->started = uv_now(&daemon->loop);
	result = spawn(worker);
	if (result) {
		say(SAY_ERROR, "a worker cannot be started (%s)", uv_strerror(result));
		worker->quick_deaths = 100;
		close_handles(worker);
		daemon->failed = daemon->closing = daemon->draining = true;
		uv_stop(&daemon->loop);
		return;
	}
	worker->alive = true;
	uv_read_start((uv_stream_t *)&worker->out, on_alloc, on_read);
}

int pool_open(struct daemon *daemon)
{
	daemon->worker_count = daemon->config.workers;
	daemon->workers = calloc((size_t)daemon->worker_count, sizeof(*daemon->workers));
	if (!daemon->workers)
		return STATUS_ARCHIVE;
	for (long i = 0; i < daemon->worker_count; i++) {
		struct worker *worker = &daemon->workers[i];

		worker->daemon = daemon;
		uv_timer_init(&daemon->loop, &worker->patience);
		worker->patience.data = worker;
		start(worker);
	}
	return 0;
}

static void on_timer_closed(uv_handle_t *handle)
{
	(void)handle;
}

/* daemon->closing is set: nobody is started again. The loop still runs once, to
 * close what is open. */
void pool_close(struct daemon *daemon)
{
	for (long i = 0; i < daemon->worker_count; i++) {
		struct worker *worker = &daemon->workers[i];

		if (worker->alive)
			uv_process_kill(&worker->process, SIGKILL);
		uv_close((uv_handle_t *)&worker->patience, on_timer_closed);
	}
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	for (long i = 0; i < daemon->worker_count; i++) {
		file_free(daemon->workers[i].file);
		free(daemon->workers[i].header);
		free(daemon->workers[i].answer);
	}
	for (struct file *file; (file = next_in_line(daemon));)
		file_free(file);
	free(daemon->workers);
	daemon->workers = NULL;
	daemon->worker_count = 0;
}
