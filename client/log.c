/* log, follow: the records as they are, and as they come. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

/* log needs no views: it opens the archive alone. */
static int open_log(struct client *client)
{
	struct chy_fault fault;

	return chy_archive_open(client->program_archive, &client->archive, &fault) ? tell(&fault)
										   : 0;
}

static int read_number(const char *option, const char *text, uint64_t *out)
{
	char *end;

	if (!text)
		return 0;
	*out = strtoull(text, &end, 10);
	if (*end || !*text || text[0] == '-')
		return usage_error("%s takes a whole number, not '%s'", option, text);
	return 0;
}

static int print_record(struct client *client, const struct chy_record *record)
{
	struct chy_fault fault;
	json_t *shown;

	if (chy_record_to_json(record, &shown, &fault))
		return tell(&fault);
	if (client->format == FORMAT_TABLE && !client->format_given && client->terminal) {
		const json_t *body = json_object_get(shown, "body");
		struct chy_buffer text;

		chy_buffer_init(&text);
		chy_json_canonical(body, &text);
		printf("%8llu  %s  %-18s ", (unsigned long long)record->seq,
			json_string_value(json_object_get(shown, "time")),
			json_string_value(json_object_get(shown, "kind")));
		if (text.size > 60)
			text.size = chy_display_fit((struct chy_str){text.data, text.size}, 60);
		printf("%.*s\n", (int)text.size, text.data);
		chy_buffer_fini(&text);
	} else {
		struct chy_buffer line;

		chy_buffer_init(&line);
		chy_json_canonical(shown, &line);
		puts(line.data);
		chy_buffer_fini(&line);
	}
	json_decref(shown);
	return 0;
}

static int print_records(struct client *client, uint64_t after, uint64_t limit, uint64_t until)
{
	struct chy_snapshot *snapshot;
	struct chy_log_cursor *cursor;
	struct chy_record record;
	struct chy_fault fault;
	int result, status = 0;
	uint64_t n = 0;

	if (chy_snapshot_open(client->archive, &snapshot, &fault))
		return tell(&fault);
	result = chy_log_cursor_open(snapshot, after, &cursor, &fault);
	if (result) {
		chy_snapshot_close(snapshot);
		return tell(&fault);
	}
	while (!status && (!limit || n < limit)) {
		result = chy_log_cursor_next(cursor, &record, &fault);
		if (result || (until && record.seq > until))
			break;
		status = print_record(client, &record);
		n++;
	}
	chy_log_cursor_close(cursor);
	chy_snapshot_close(snapshot);
	if (result < 0)
		return tell(&fault);
	return status ? status : n ? EXIT_ANSWERED : EXIT_NOTHING;
}

int run_log(struct client *client, int argc, char **argv)
{
	const char *after_text = NULL, *limit_text = NULL;
	const struct option_spec specs[] = {
		{"--after", &after_text, NULL}, {"--limit", &limit_text, NULL}};
	uint64_t after = 0, limit = 0;
	int rest, status = read_options(client, command_named("log"), specs, 2, argc, argv, &rest);

	if (!status)
		status = read_number("--after", after_text, &after);
	if (!status)
		status = read_number("--limit", limit_text, &limit);
	if (!status)
		status = open_log(client);
	if (!status)
		status = read_as_of(client);
	if (status)
		return status < 0 ? 0 : status;
	return print_records(client, after, limit, client->as_of);
}

/* -- follow --------------------------------------------------------------- */

struct follow {
	struct client *client;
	const char *cursor_file, *exec;
	uint64_t seq;
	bool until_end;
};

/* "UUID:SEQ" of this archive, or a number. */
static int read_cursor(struct follow *follow, const char *text)
{
	const char *colon = strchr(text, ':');
	char *end;

	if (colon && ((size_t)(colon - text) != CHY_UUID_SIZE - 1 ||
			     strncmp(text, chy_archive_uuid(follow->client->archive),
				     CHY_UUID_SIZE - 1) != 0)) {
		fprintf(stderr, "chancery: the cursor '%s' is of another archive\n", text);
		return EXIT_ARCHIVE;
	}
	text = colon ? colon + 1 : text;
	follow->seq = strtoull(text, &end, 10);
	if (end == text || (*end && *end != '\n'))
		return usage_error("a cursor is UUID:NUMBER or a number, not '%s'", text);
	return 0;
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
	status = read_cursor(follow, text);
	fclose(file);
	return status;
}

static bool run_command(const char *command, const char *line)
{
	FILE *pipe = popen(command, "w");
	int status;

	if (!pipe)
		return false;
	fprintf(pipe, "%s\n", line);
	status = pclose(pipe);
	return status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void wait_seconds(double seconds)
{
	struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};

	nanosleep(&time, NULL);
}

static char *canonical(const json_t *value)
{
	struct chy_buffer line;

	chy_buffer_init(&line);
	chy_json_canonical(value, &line);
	return chy_buffer_take(&line, NULL);
}

/* At least once: the cursor moves when the command has succeeded. */
static int deliver(struct follow *follow, const struct chy_record *record)
{
	struct chy_fault fault;
	json_t *shown;
	char *line;

	if (chy_record_to_json(record, &shown, &fault))
		return tell(&fault);
	json_object_set_new(
		shown, "archive", json_string(chy_archive_uuid(follow->client->archive)));
	line = canonical(shown);
	json_decref(shown);
	if (follow->exec) {
		for (double pause = 0.2; !run_command(follow->exec, line);
			pause = pause < 30 ? pause * 2 : 30)
			wait_seconds(pause);
	} else {
		puts(line);
	}
	free(line);
	follow->seq = record->seq;
	return follow->exec ? save_cursor(follow) : 0;
}

static int deliver_new(struct follow *follow, bool *out_any)
{
	struct chy_snapshot *snapshot;
	struct chy_log_cursor *cursor = NULL;
	struct chy_record record;
	struct chy_fault fault;
	int result, status = 0;

	*out_any = false;
	if (chy_snapshot_open(follow->client->archive, &snapshot, &fault))
		return tell(&fault);
	result = chy_log_cursor_open(snapshot, follow->seq, &cursor, &fault);
	/* A batch at a time: a snapshot must not be held while commands run. */
	for (int n = 0; !result && !status && n < (follow->exec ? 1 : 1000); n++) {
		result = chy_log_cursor_next(cursor, &record, &fault);
		if (!result) {
			status = deliver(follow, &record);
			*out_any = true;
		}
	}
	chy_log_cursor_close(cursor);
	chy_snapshot_close(snapshot);
	if (result < 0)
		return tell(&fault);
	if (!status && *out_any && !follow->exec) {
		fflush(stdout);
		status = save_cursor(follow);
	}
	return status;
}

int run_follow(struct client *client, int argc, char **argv)
{
	struct follow follow = {.client = client, .seq = UINT64_MAX};
	const char *after = NULL;
	const struct option_spec specs[] = {{"--after", &after, NULL},
		{"--cursor-file", &follow.cursor_file, NULL}, {"--exec", &follow.exec, NULL},
		{"--until-end", NULL, &follow.until_end}};
	int rest,
		status = read_options(client, command_named("follow"), specs, 4, argc, argv, &rest);
	struct chy_snapshot *snapshot;
	bool any;

	if (!status)
		status = open_log(client);
	if (!status && after)
		status = read_cursor(&follow, after);
	if (!status)
		status = load_cursor(&follow);
	if (status)
		return status < 0 ? 0 : status;
	if (follow.seq == UINT64_MAX && chy_snapshot_open(client->archive, &snapshot, NULL) == 0) {
		follow.seq = chy_snapshot_last_seq(snapshot);
		chy_snapshot_close(snapshot);
	}
	for (;;) {
		status = deliver_new(&follow, &any);
		if (status || (!any && follow.until_end))
			return status;
		if (!any)
			wait_seconds(0.05);
	}
}
