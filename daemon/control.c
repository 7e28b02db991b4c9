/* The control socket: a Unix one, a JSON object a line each way. A follower
 * is read to from the log by its own cursor whenever its socket has drained,
 * so that a slow one costs nothing and loses nothing. docs/control.md. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon.h"

enum { LONGEST_LINE = 16384, BATCH = 64, MOST_FOLLOWERS = 256, MOST_GROUPS = 1024 };

struct follower {
	struct follower *next;
	struct daemon *daemon;
	uv_pipe_t pipe;
	uv_write_t write;
	char line[LONGEST_LINE];
	size_t size;
	char *sending;
	bool follows, busy, closing, ended;
	uint64_t number; /* of all who connected */
	uint64_t seq;
};

static void on_closed(uv_handle_t *handle)
{
	struct follower *f = handle->data, **link = &f->daemon->followers;

	while (*link && *link != f)
		link = &(*link)->next;
	if (*link)
		*link = f->next;
	free(f->sending);
	free(f);
}

static void leave(struct follower *f)
{
	if (!f->closing)
		uv_close((uv_handle_t *)&f->pipe, on_closed);
	f->closing = true;
}

static void obey_lines(struct follower *f);
static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer);

static void on_written(uv_write_t *write, int status)
{
	struct follower *f = write->data;

	f->busy = false;
	free(f->sending);
	f->sending = NULL;
	if (status)
		leave(f);
	else
		obey_lines(f);
}

static void send_text(struct follower *f, char *text, size_t size)
{
	uv_buf_t buffer = uv_buf_init(text, (unsigned)size);

	f->sending = text;
	f->busy = true;
	f->write.data = f;
	if (uv_write(&f->write, (uv_stream_t *)&f->pipe, &buffer, 1, on_written))
		leave(f);
}

static void send_json(struct follower *f, json_t *object)
{
	struct chy_buffer text;
	char *bytes;
	size_t size;

	chy_buffer_init(&text);
	chy_json_canonical(object, &text);
	chy_buffer_add_char(&text, '\n');
	json_decref(object);
	bytes = chy_buffer_take(&text, &size);
	if (bytes)
		send_text(f, bytes, size);
	else
		leave(f);
}

/* A follower is told of a damaged record rather than left waiting for it. */
static void add_fault(const struct chy_fault *fault, struct chy_buffer *out)
{
	char sentence[1024];
	json_t *shown =
		json_pack("{s:s}", "error", chy_fault_sentence(fault, sentence, sizeof(sentence)));

	chy_json_canonical(shown, out);
	chy_buffer_add_char(out, '\n');
	json_decref(shown);
}

static void add_record(struct follower *f, const struct chy_record *record, struct chy_buffer *out)
{
	json_t *shown;

	if (chy_record_to_json(record, &shown, NULL) == CHY_OK) {
		json_object_set_new(
			shown, "archive", json_string(chy_archive_uuid(f->daemon->archive)));
		chy_json_canonical(shown, out);
		chy_buffer_add_char(out, '\n');
		json_decref(shown);
	}
	f->seq = record->seq;
}

/* The next records for a follower whose socket has drained. */
static void pump(struct follower *f)
{
	struct chy_snapshot *snapshot;
	struct chy_log_cursor *cursor;
	struct chy_record record;
	struct chy_buffer text;
	struct chy_fault fault;
	char *bytes;
	size_t size;
	int result = CHY_OK;

	if (!f->follows || f->busy || f->closing ||
		chy_snapshot_open(f->daemon->archive, &snapshot, NULL))
		return;
	chy_buffer_init(&text);
	if (f->seq < chy_snapshot_last_seq(snapshot) &&
		chy_log_cursor_open(snapshot, f->seq, &cursor, NULL) == CHY_OK) {
		for (int n = 0; n < BATCH && !result; n++) {
			result = chy_log_cursor_next(cursor, &record, &fault);
			if (!result)
				add_record(f, &record, &text);
		}
		if (result < 0) {
			add_fault(&fault, &text);
			f->follows = false;
			f->ended = true;
		}
		chy_log_cursor_close(cursor);
	}
	chy_snapshot_close(snapshot);
	size = text.size;
	bytes = size ? chy_buffer_take(&text, &size) : NULL;
	chy_buffer_fini(&text);
	if (bytes)
		send_text(f, bytes, size);
}

void control_wake(struct daemon *daemon)
{
	for (struct follower *f = daemon->followers; f; f = f->next)
		pump(f);
}

static void begin_to_follow(struct follower *f, const json_t *request)
{
	const json_t *after = json_object_get(request, "after");
	struct chy_snapshot *snapshot;

	if (json_is_integer(after) && json_integer_value(after) >= 0) {
		f->seq = (uint64_t)json_integer_value(after);
	} else if (chy_snapshot_open(f->daemon->archive, &snapshot, NULL) == CHY_OK) {
		f->seq = chy_snapshot_last_seq(snapshot);
		chy_snapshot_close(snapshot);
	}
	f->follows = true;
	pump(f);
}

/* The answer comes when the record is on disk. */
static void record(struct follower *f, const json_t *request)
{
	enum chy_kind kind = chy_kind_from_name(chy_json_str(request, "kind"));
	json_t *body = json_object_get(request, "body");
	struct chy_fault fault;
	struct part *part;

	if (asked_check(f->daemon, kind, body, &fault)) {
		char sentence[1024];

		send_json(f, json_pack("{s:s}", "error",
				     fault.code == CHY_EINPUT ? fault.detail
							      : chy_fault_sentence(&fault, sentence,
									sizeof(sentence))));
		return;
	}
	part = part_of_record(f->number, kind, json_deep_copy(body));
	if (!part) {
		send_json(f, json_pack("{s:s}", "error", "no memory"));
		return;
	}
	f->busy = true;
	writer_add(f->daemon, part);
}

void control_recorded(struct daemon *daemon, uint64_t asker, uint64_t seq)
{
	for (struct follower *f = daemon->followers; f; f = f->next)
		if (f->number == asker && !f->closing) {
			send_json(f, json_pack("{s:I}", "seq", (json_int_t)seq));
			return;
		}
}

static void obey(struct follower *f, const char *line, size_t size)
{
	struct daemon *daemon = f->daemon;
	json_t *request = NULL;
	struct chy_str what;

	if (chy_json_parse(line, size, &request, NULL) || !json_is_object(request)) {
		send_json(f, json_pack("{s:s}", "error", "a request is a JSON object on a line"));
		json_decref(request);
		return;
	}
	what = chy_json_str(request, "do");
	if (chy_str_is(what, "follow")) {
		begin_to_follow(f, request);
	} else if (chy_str_is(what, "status")) {
		send_json(f, status_json(daemon));
	} else if (chy_str_is(what, "pause") || chy_str_is(what, "resume")) {
		daemon->paused = chy_str_is(what, "pause");
		say(SAY_NOTICE, "intake is %s", daemon->paused ? "paused" : "resumed");
		send_json(f, status_json(daemon));
		inbox_pump(daemon);
	} else if (chy_str_is(what, "rescan")) {
		inbox_rescan(daemon);
		send_json(f, status_json(daemon));
	} else if (chy_str_is(what, "recode")) {
		send_json(f, json_is_true(json_object_get(request, "stop"))
				     ? recode_stop(daemon)
				     : recode_start(daemon, request));
	} else if (chy_str_is(what, "record")) {
		record(f, request);
	} else {
		send_json(f, json_pack("{s:s}", "error",
				     "do is one of status, follow, pause, resume, rescan, "
				     "record, recode"));
	}
	json_decref(request);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct follower *f = handle->data;

	(void)suggested;
	*out = uv_buf_init(f->line + f->size, (unsigned)(sizeof(f->line) - f->size));
}

/* One request at a time, each once the answer to the one before has left. */
static void obey_lines(struct follower *f)
{
	bool full = f->size == sizeof(f->line);
	char *newline;

	while (!f->closing && !f->busy && (newline = memchr(f->line, '\n', f->size))) {
		size_t size = (size_t)(newline - f->line);

		obey(f, f->line, size);
		f->size -= size + 1;
		memmove(f->line, newline + 1, f->size);
	}
	if (f->closing || f->busy)
		return;
	if (f->ended || f->size == sizeof(f->line))
		leave(f);
	else if (full)
		uv_read_start((uv_stream_t *)&f->pipe, on_alloc, on_read);
	pump(f);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct follower *f = stream->data;

	(void)buffer;
	if (n < 0) {
		f->ended = true;
		uv_read_stop(stream);
	} else {
		f->size += (size_t)n;
		if (f->size == sizeof(f->line))
			uv_read_stop(stream);
	}
	obey_lines(f);
}

static bool in_group(int fd, const struct ucred *peer, gid_t group)
{
	gid_t groups[MOST_GROUPS];
	socklen_t size = sizeof(groups);

	if (peer->gid == group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size))
		return false;
	for (size_t i = 0; i < size / sizeof(groups[0]); i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* The same user, root, or a member of the group that the configuration names. */
static bool allowed(struct daemon *daemon, int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	const struct group *group;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return false;
	if (peer.uid == geteuid() || peer.uid == 0)
		return true;
	group = daemon->config.control_group ? getgrnam(daemon->config.control_group) : NULL;
	return group && in_group(fd, &peer, group->gr_gid);
}

static bool many(const struct daemon *daemon)
{
	size_t count = 0;

	for (const struct follower *f = daemon->followers; f; f = f->next)
		count++;
	return count > MOST_FOLLOWERS;
}

static void on_connection(uv_stream_t *server, int status)
{
	struct daemon *daemon = server->data;
	struct follower *f = status ? NULL : calloc(1, sizeof(*f));
	uv_os_fd_t fd;

	if (!f)
		return;
	f->daemon = daemon;
	f->number = ++daemon->askers;
	f->pipe.data = f;
	uv_pipe_init(&daemon->loop, &f->pipe, 0);
	f->next = daemon->followers;
	daemon->followers = f;
	if (uv_accept(server, (uv_stream_t *)&f->pipe) || many(daemon) ||
		uv_fileno((uv_handle_t *)&f->pipe, &fd) || !allowed(daemon, fd)) {
		leave(f);
		return;
	}
	uv_read_start((uv_stream_t *)&f->pipe, on_alloc, on_read);
}

/* What an earlier daemon left; nothing else is anybody's to remove. */
static void unlink_socket(const char *path)
{
	struct stat info;

	if (lstat(path, &info) == 0 && S_ISSOCK(info.st_mode))
		unlink(path);
}

/* A path of any length, through a descriptor of its directory. */
static int bind_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *slash = strrchr(path, '/');
	char directory[4096];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), place;

	snprintf(directory, sizeof(directory), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		slash ? path : ".");
	place = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && place >= 0) {
		snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%.80s",
			place, slash ? slash + 1 : path);
		unlink_socket(address.sun_path);
		if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
			chmod(address.sun_path, 0660) == 0) {
			close(place);
			return fd;
		}
	}
	if (place >= 0)
		close(place);
	if (fd >= 0)
		close(fd);
	return -1;
}

static void give_to_group(const struct config *config)
{
	const struct group *group = config->control_group ? getgrnam(config->control_group) : NULL;

	if (!config->control_group)
		return;
	if (!group)
		say(SAY_WARNING, "control-group: there is no group %s", config->control_group);
	else if (lchown(config->socket, (uid_t)-1, group->gr_gid))
		say(SAY_WARNING, "the control socket cannot be given to the group %s (%s)",
			config->control_group, strerror(errno));
}

int control_open(struct daemon *daemon)
{
	daemon->control_fd = bind_to(daemon->config.socket);
	if (daemon->control_fd < 0) {
		say(SAY_WARNING, "no control socket at %s (%s); the daemon runs without one",
			daemon->config.socket, strerror(errno));
		return 0;
	}
	give_to_group(&daemon->config);
	uv_pipe_init(&daemon->loop, &daemon->control, 0);
	daemon->control.data = daemon;
	daemon->control_runs = true;
	if (uv_pipe_open(&daemon->control, daemon->control_fd) ||
		uv_listen((uv_stream_t *)&daemon->control, 16, on_connection))
		say(SAY_WARNING, "the control socket does not listen");
	return 0;
}

void control_close(struct daemon *daemon)
{
	for (struct follower *f = daemon->followers; f; f = f->next)
		leave(f);
	if (daemon->control_runs) {
		uv_close((uv_handle_t *)&daemon->control, NULL);
		unlink(daemon->config.socket);
	}
	daemon->control_runs = false;
}
