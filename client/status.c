/* status: the daemon's health, and what the archive itself says. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "client.h"

static json_t *status_of_daemon(const json_t *holder)
{
	int fd = ask_daemon(holder, "{\"do\":\"status\"}\n");
	char answer[65536];
	size_t size = 0;
	json_t *status = NULL;

	if (fd < 0)
		return NULL;
	while (size + 1 < sizeof(answer)) {
		ssize_t n = read(fd, answer + size, sizeof(answer) - size - 1);

		if (n <= 0)
			break;
		size += (size_t)n;
		if (memchr(answer, '\n', size))
			break;
	}
	close(fd);
	if (!size || chy_json_parse(answer, size, &status, NULL))
		return NULL;
	return status;
}

static void print_object(struct client *client, const json_t *object, const char *title)
{
	struct chy_buffer cell;
	const char *key;
	json_t *value;

	printf("%s\n", title);
	chy_buffer_init(&cell);
	json_object_foreach((json_t *)object, key, value)
	{
		cell_text(client, object, key, true, &cell);
		printf("  %-14s %s\n", key, cell.data);
	}
	chy_buffer_fini(&cell);
}

static int archive_status(struct client *client, json_t **out)
{
	struct chy_snapshot *snapshot;
	struct chy_record record;
	struct chy_fault fault;
	char head[CHY_HASH_HEX], time[CHY_TIME_SIZE];
	json_t *counts;
	uint64_t seq;

	if (chy_view_counts(client->view, client->as_of, &counts, &fault))
		return tell(&fault);
	json_object_del(counts, "last_day");
	if (chy_snapshot_open(client->archive, &snapshot, &fault)) {
		json_decref(counts);
		return tell(&fault);
	}
	seq = chy_snapshot_last_seq(snapshot);
	if (client->as_of && client->as_of < seq)
		seq = client->as_of;
	if (chy_snapshot_record(snapshot, seq, &record, &fault)) {
		chy_snapshot_close(snapshot);
		json_decref(counts);
		return tell(&fault);
	}
	json_object_set_new(counts, "archive", json_string(client->program_archive));
	json_object_set_new(counts, "uuid", json_string(chy_archive_uuid(client->archive)));
	json_object_set_new(counts, "records", json_integer((json_int_t)seq));
	json_object_set_new(counts, "head", json_string(chy_hash_to_hex(&record.hash, head)));
	json_object_set_new(counts, "last_time", json_string(chy_time_format(record.time, time)));
	chy_snapshot_close(snapshot);
	*out = counts;
	return 0;
}

/* Where no daemon runs: the recode that waits for one; NULL for none. */
static json_t *waiting_recode(const struct client *client)
{
	struct chy_buffer text;
	struct chy_fault fault;
	char path[4096];
	json_t *job = NULL;
	int fd;

	snprintf(path, sizeof(path), "%s/recode.json", client->program_archive);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	chy_buffer_init(&text);
	if (chy_buffer_read_fd(&text, fd, 1 << 20, &fault) ||
		chy_json_parse(text.data, text.size, &job, NULL))
		job = NULL;
	chy_buffer_fini(&text);
	close(fd);
	if (chy_str_is(chy_json_str(job, "state"), "running"))
		return job;
	json_decref(job);
	return NULL;
}

/* How a recode goes, in words. */
static void describe_recode(json_t *daemon)
{
	const json_t *job = json_object_get(daemon, "recode");

	if (json_is_object(job))
		json_object_set_new(daemon, "recode",
			json_sprintf("%s, at record %lld of %lld: %lld documents, %lld changed",
				json_string_value(json_object_get(job, "state")),
				(long long)json_integer_value(json_object_get(job, "at")),
				(long long)json_integer_value(json_object_get(job, "to")),
				(long long)json_integer_value(json_object_get(job, "documents")),
				(long long)json_integer_value(json_object_get(job, "changed"))));
}

int run_status(struct client *client, int argc, char **argv)
{
	json_t *holder = NULL, *daemon = NULL, *archive = NULL, *waiting = NULL, *both;
	int rest,
		status = read_options(client, command_named("status"), NULL, 0, argc, argv, &rest);

	if (!status && rest)
		return usage_error("status takes no '%s'", argv[0]);
	if (!status)
		status = refuse_rows(client, "status");
	if (!status)
		status = open_archive(client);
	if (!status)
		status = archive_status(client, &archive);
	if (status)
		return status < 0 ? 0 : status;
	if (chy_archive_holder(client->program_archive, &holder) == CHY_OK)
		daemon = status_of_daemon(holder);
	both = json_pack("{s:o, s:o}", "archive", archive, "daemon",
		daemon	 ? daemon
		: holder ? json_incref(holder)
			 : json_null());
	if (!holder)
		waiting = waiting_recode(client);
	if (waiting)
		json_object_set_new(both, "recode", waiting);
	if (!print_as_json(client, both)) {
		describe_recode(daemon);
		print_object(client, archive, "archive");
		if (daemon)
			print_object(client, daemon, "daemon");
		else if (holder)
			print_object(client, holder, "daemon (does not answer)");
		else
			printf("daemon\n  none runs on this archive\n");
		if (waiting)
			printf("  a recode stands at record %lld of %lld; it goes on when "
			       "chanceryd "
			       "starts\n",
				(long long)json_integer_value(json_object_get(waiting, "at")),
				(long long)json_integer_value(json_object_get(waiting, "to")));
	}
	json_decref(both);
	json_decref(holder);
	return 0;
}
