/* follow: the records as they come. They are read from the log, and checked,
 * by this process; the daemon's socket only says when to look. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

struct follow {
	struct client *client;
	const char *cursor_file, *exec;
	uint64_t seq;
	bool until_end, pipe; /* pipe: standard output is one */
	int socket; /* -1: the daemon does not run, or does not answer */
};

/* -- the cursor ----------------------------------------------------------- */

/* A cursor beyond the log's end means that the log is not the one that it was
 * made of. told_by: the option or the file that has it. */
static int take_number(struct follow *follow, const char *told_by, const char *digits)
{
	int n = (int)strspn(digits, "0123456789"), status;
	uint64_t last = 0;

	errno = 0;
	follow->seq = strtoull(digits, NULL, 10);
	status = find_end(follow->client, &last);
	if (status || (errno != ERANGE && follow->seq <= last))
		return status;
	fprintf(stderr,
		"chancery: %s says %.*s, but the log ends with record %llu; was an older copy "
		"put in its place?\n",
		told_by, n, digits, (unsigned long long)last);
	return EXIT_ARCHIVE;
}

/* "UUID:SEQ" of this archive, or a number. */
static int read_cursor(struct follow *follow, const char *told_by, const char *text)
{
	const char *colon = strchr(text, ':');
	size_t digits;

	if (colon && ((size_t)(colon - text) != CHY_UUID_SIZE - 1 ||
			     strncmp(text, chy_archive_uuid(follow->client->archive),
				     CHY_UUID_SIZE - 1) != 0)) {
		fprintf(stderr, "chancery: the cursor '%.*s' is of another archive\n",
			(int)strcspn(text, "\n"), text);
		return EXIT_ARCHIVE;
	}
	text = colon ? colon + 1 : text;
	digits = strspn(text, "0123456789");
	if (!digits || (text[digits] && text[digits] != '\n'))
		return usage_error("a cursor is UUID:NUMBER or a number, not '%.*s'",
			(int)strcspn(text, "\n"), text);
	return take_number(follow, told_by, text);
}

/* The new cursor beside the old, then over it: never half a cursor. */
static int save_cursor(struct follow *follow)
{
	char path[4096];
	FILE *file;
	bool good;

	if (!follow->cursor_file)
		return 0;
	snprintf(path, sizeof(path), "%s.tmp", follow->cursor_file);
	file = fopen(path, "w");
	good = file && fprintf(file, "%s:%llu\n", chy_archive_uuid(follow->client->archive),
			       (unsigned long long)follow->seq) > 0;
	good = file && fflush(file) == 0 && fsync(fileno(file)) == 0 && good;
	if (file && fclose(file))
		good = false;
	if (!good || rename(path, follow->cursor_file)) {
		fprintf(stderr, "chancery: the cursor file %s cannot be written: %s\n",
			follow->cursor_file, strerror(errno));
		return EXIT_ARCHIVE;
	}
	return 0;
}

static int load_cursor(struct follow *follow)
{
	char text[128];
	FILE *file;
	int status;

	if (!follow->cursor_file)
		return 0;
	file = fopen(follow->cursor_file, "r");
	if (!file && errno == ENOENT)
		return 0;
	if (!file || !fgets(text, sizeof(text), file)) {
		fprintf(stderr, "chancery: the cursor file %s cannot be read\n",
			follow->cursor_file);
		if (file)
			fclose(file);
		return EXIT_ARCHIVE;
	}
	status = read_cursor(follow, follow->cursor_file, text);
	fclose(file);
	return status;
}

/* Begins where nothing else was said with what is new. */
static int find_start(struct follow *follow)
{
	return follow->seq == UINT64_MAX ? find_end(follow->client, &follow->seq) : 0;
}

/* -- delivery ------------------------------------------------------------- */

static void wait_seconds(double seconds)
{
	struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};

	nanosleep(&time, NULL);
}

static void write_all(int fd, const char *data, size_t size)
{
	ssize_t n;

	for (; size && (n = write(fd, data, size)) > 0; size -= (size_t)n)
		data += n;
}

/* SIGPIPE is ignored meanwhile: a command need not read its input. What it leaves
 * unread must not stay in a buffer of the stream, for pclose() would tell that and
 * not how the command ended. Returns what wait() tells of it; -1 and errno where
 * it could not be begun. */
static int run_command(const char *command, const char *line)
{
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	FILE *pipe = popen(command, "w");
	int status = -1;

	if (pipe) {
		write_all(fileno(pipe), line, strlen(line));
		write_all(fileno(pipe), "\n", 1);
		status = pclose(pipe);
	}
	signal(SIGPIPE, before);
	return status;
}

static const double FIRST_PAUSE = 0.2, LONGEST_PAUSE = 30; /* s */

static void tell_failure(const json_t *record, int status)
{
	fprintf(stderr,
		"chancery: record %lld: ", json_integer_value(json_object_get(record, "seq")));
	if (status == -1)
		fprintf(stderr, "the command of --exec cannot be run: %s", strerror(errno));
	else if (WIFSIGNALED(status))
		fprintf(stderr, "the command of --exec was ended by signal %d", WTERMSIG(status));
	else
		fprintf(stderr, "the command of --exec left with status %d", WEXITSTATUS(status));
	fprintf(stderr,
		"; it is tried again in %g s, then after longer and longer pauses, at most %g s, "
		"until it leaves with 0\n",
		FIRST_PAUSE, LONGEST_PAUSE);
}

/* Until it succeeds; the first failure is told. */
static void run_until_done(const struct follow *follow, const json_t *record, const char *line)
{
	double pause = FIRST_PAUSE;
	bool told = false;
	int status;

	while ((status = run_command(follow->exec, line)) != 0) {
		if (!told)
			tell_failure(record, status);
		told = true;
		wait_seconds(pause);
		pause = 2 * pause < LONGEST_PAUSE ? 2 * pause : LONGEST_PAUSE;
	}
}

/* At least once: the cursor moves when the command has succeeded. */
static int deliver(struct follow *follow, json_t *record)
{
	struct chy_buffer line;

	json_object_set_new(
		record, "archive", json_string(chy_archive_uuid(follow->client->archive)));
	chy_buffer_init(&line);
	if (chy_json_canonical(record, &line) || line.failed) {
		chy_buffer_fini(&line);
		fprintf(stderr, "chancery: memory ran out\n");
		return EXIT_ARCHIVE;
	}
	if (follow->exec)
		run_until_done(follow, record, line.data);
	else
		puts(line.data);
	chy_buffer_fini(&line);
	follow->seq = (uint64_t)json_integer_value(json_object_get(record, "seq"));
	return follow->exec ? save_cursor(follow) : 0;
}

/* What did not leave is not behind the cursor; main says so. */
static bool written(void)
{
	return fflush(stdout) == 0 && !ferror(stdout);
}

static int deliver_new(struct follow *follow, bool *out_any)
{
	struct batch batch;
	json_t *record;
	size_t i;
	int status = 0;

	read_batch(follow->client, follow->seq, 0, 0, &batch);
	*out_any = json_array_size(batch.records) > 0;
	json_array_foreach(batch.records, i, record)
	{
		status = deliver(follow, record);
		if (status)
			break;
	}
	json_decref(batch.records);
	if (!status && *out_any && !follow->exec)
		status = written() ? save_cursor(follow) : EXIT_ARCHIVE;
	return !status && batch.result < 0 ? tell(&batch.fault) : status;
}

/* -- waiting -------------------------------------------------------------- */

enum { PATIENCE = 1000, IMPATIENCE = 50 }; /* ms, with the daemon and without */

static void connect_again(struct follow *follow)
{
	json_t *holder = NULL;
	char question[64];

	if (chy_archive_holder(follow->client->program_archive, &holder) != CHY_OK)
		return;
	snprintf(question, sizeof(question), "{\"do\":\"follow\",\"after\":%llu}\n",
		(unsigned long long)follow->seq);
	follow->socket = ask_daemon(holder, question);
	json_decref(holder);
}

/* What the daemon sends is a knock at the door: the log says what it is. */
static void take_knock(struct follow *follow)
{
	char bytes[65536];

	if (read(follow->socket, bytes, sizeof(bytes)) > 0)
		return;
	close(follow->socket);
	follow->socket = -1;
}

/* Until there may be something new. False when nobody reads any more. */
static bool wait_for_more(struct follow *follow)
{
	struct pollfd fds[2] = {{.fd = follow->pipe ? STDOUT_FILENO : -1}, {.events = POLLIN}};
	int n;

	fds[1].fd = follow->socket;
	n = poll(fds, 2, follow->socket >= 0 ? PATIENCE : IMPATIENCE);
	if (n > 0 && fds[0].revents & (POLLERR | POLLHUP | POLLNVAL))
		return false;
	if (n > 0 && fds[1].revents)
		take_knock(follow);
	return true;
}

static int follow_log(struct follow *follow)
{
	unsigned idle = 0;

	for (;;) {
		bool any;
		int status = deliver_new(follow, &any);

		if (status || (!any && follow->until_end))
			return status;
		if (any)
			continue;
		/* A daemon that is not there is looked for once a second. */
		if (follow->socket < 0 && idle++ % (PATIENCE / IMPATIENCE) == 0)
			connect_again(follow);
		if (!wait_for_more(follow))
			return 0;
	}
}

int run_follow(struct client *client, int argc, char **argv)
{
	struct follow follow = {.client = client, .seq = UINT64_MAX, .socket = -1};
	const char *after = NULL;
	const struct option_spec specs[] = {{"--after", &after, NULL},
		{"--cursor-file", &follow.cursor_file, NULL}, {"--exec", &follow.exec, NULL},
		{"--until-end", NULL, &follow.until_end}};
	int rest,
		status = read_options(client, command_named("follow"), specs, 4, argc, argv, &rest);
	struct stat info;

	if (!status && rest)
		return usage_error("follow takes no '%s'", argv[0]);
	if (!status && (client->format == FORMAT_CSV || client->format == FORMAT_TSV))
		return usage_error(
			"follow prints a JSON line for each record; take --format jsonl");
	if (!status)
		status = open_log(client);
	if (!status && after)
		status = read_cursor(&follow, "--after", after);
	if (!status)
		status = load_cursor(&follow);
	if (!status)
		status = find_start(&follow);
	if (status)
		return status < 0 ? 0 : status;
	follow.pipe = fstat(STDOUT_FILENO, &info) == 0 &&
		      (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
	status = follow_log(&follow);
	if (follow.socket >= 0)
		close(follow.socket);
	return status;
}
