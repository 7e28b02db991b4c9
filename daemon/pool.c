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
	bool alive, ready, stuck;
	int open_handles;

	unsigned char head[FRAME_HEAD];
	char *header; /* of what is sent */
	char *answer; /* as much of it as came */
	size_t answer_size, answer_room;
	unsigned quick_deaths;
	uint64_t started;
};

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

static void finish(struct worker *worker, struct file *file)
{
	worker->file = NULL;
	writer_give(worker->daemon, file);
}

/* A document that a worker fell over is tried once more, alone to blame. */
static void try_again(struct worker *worker, const char *why)
{
	struct file *file = worker->file;
	char reason[160];

	worker->file = NULL;
	if (!file)
		return;
	if (++file->tries < 2) {
		say(SAY_WARNING, "a worker %s over %s; it is tried once more", why, file->shown);
		wait_in_line(worker->daemon, file);
		return;
	}
	snprintf(reason, sizeof(reason), "two workers %s over it", why);
	say(SAY_WARNING, "%s is rejected: %s", file->shown, reason);
	if (file_reject(file, "worker", reason))
		say(SAY_ERROR, "no memory to reject %s", file->shown);
	writer_give(worker->daemon, file);
}

static void take_answer(struct worker *worker, size_t size)
{
	struct file *file = worker->file;
	struct chy_fault fault;
	json_t *answer;
	int result = chy_json_parse(worker->answer + FRAME_HEAD, size, &answer, &fault);

	if (!result) {
		result = entries_of(file, answer);
		json_decref(answer);
	}
	if (result) {
		/* A worker that answers nonsense is not to be trusted again. */
		worker->stuck = true;
		uv_process_kill(&worker->process, SIGKILL);
		return;
	}
	if (file->rejected)
		say(SAY_WARNING, "%s is rejected: %s", file->shown, file->reason);
	finish(worker, file);
}

static void give(struct worker *worker);

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct worker *worker = stream->data;
	size_t header, payload;

	(void)buffer;
	if (n < 0) {
		uv_read_stop(stream);
		return;
	}
	worker->answer_size += (size_t)n;
	while (worker->answer_size >= FRAME_HEAD) {
		frame_get((const unsigned char *)worker->answer, &header, &payload);
		if (worker->answer_size < FRAME_HEAD + header)
			return;
		if (!worker->ready) {
			worker->ready = true; /* the greeting: it has confined itself */
			worker->quick_deaths = 0;
		} else if (worker->file) {
			uv_timer_stop(&worker->patience);
			take_answer(worker, header);
		}
		worker->answer_size -= FRAME_HEAD + header;
		memmove(worker->answer, worker->answer + FRAME_HEAD + header, worker->answer_size);
		give(worker);
	}
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct worker *worker = handle->data;

	if (worker->answer_room - worker->answer_size < suggested) {
		size_t room = 2 * (worker->answer_size + suggested);
		char *more = realloc(worker->answer, room);

		if (!more) {
			*out = uv_buf_init(NULL, 0);
			return;
		}
		worker->answer = more;
		worker->answer_room = room;
	}
	*out = uv_buf_init(worker->answer + worker->answer_size,
		(unsigned)(worker->answer_room - worker->answer_size));
}

static void on_written(uv_write_t *write, int status)
{
	/* A broken pipe means that the worker is gone, which its exit tells. */
	(void)write;
	(void)status;
}

static void on_patience(uv_timer_t *timer)
{
	struct worker *worker = timer->data;

	worker->stuck = true;
	uv_process_kill(&worker->process, SIGKILL);
}

static char *header_of(const struct file *file)
{
	const char *date = file->daemon->config.date;
	json_t *header = json_pack("{s:s, s:I, s:s?}", "name", file->shown, "time",
		(json_int_t)file->info.st_mtim.tv_sec * 1000000, "date", date);
	char *text = json_dumps(header, JSON_COMPACT);

	json_decref(header);
	return text;
}

static void give(struct worker *worker)
{
	struct file *file;
	uv_buf_t buffers[3];

	if (!worker->alive || !worker->ready || worker->file)
		return;
	file = next_in_line(worker->daemon);
	if (!file)
		return;
	free(worker->header);
	worker->header = header_of(file);
	worker->file = file;
	if (!worker->header) {
		try_again(worker, "could not be given memory");
		return;
	}
	frame_put(worker->head, strlen(worker->header), file->size);
	buffers[0] = uv_buf_init((char *)worker->head, FRAME_HEAD);
	buffers[1] = uv_buf_init(worker->header, (unsigned)strlen(worker->header));
	buffers[2] = uv_buf_init(file->bytes, (unsigned)file->size);
	uv_write(&worker->write, (uv_stream_t *)&worker->in, buffers, 3, on_written);
	uv_timer_start(&worker->patience, on_patience,
		(uint64_t)worker->daemon->config.worker_seconds * 1000, 0);
}

void pool_give(struct daemon *daemon, struct file *file)
{
	wait_in_line(daemon, file);
	for (long i = 0; i < daemon->worker_count; i++)
		give(&daemon->workers[i]);
}

void pool_send_back(struct daemon *daemon)
{
	for (struct file *file; (file = next_in_line(daemon));) {
		inbox_forget(daemon, file->name, NULL);
		daemon->files--;
		daemon->bytes -= file->size;
		file_free(file);
	}
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
	if (worker->file)
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
	worker->ready = false;
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
		free(daemon->workers[i].header);
		free(daemon->workers[i].answer);
	}
	for (struct file *file; (file = next_in_line(daemon));)
		file_free(file);
	free(daemon->workers);
	daemon->workers = NULL;
	daemon->worker_count = 0;
}
