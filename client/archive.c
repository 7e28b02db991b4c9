#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "chancery/edtf.h"
#include "client.h"

int open_catalogue(struct client *client)
{
	struct chy_fault fault;

	if (!client->catalogue && chy_catalogue_open(&client->catalogue, &fault))
		return tell(&fault);
	return 0;
}

int find_end(struct client *client, uint64_t *out)
{
	struct chy_snapshot *snapshot;
	struct chy_fault fault;

	if (chy_snapshot_open(client->archive, &snapshot, &fault))
		return tell(&fault);
	*out = chy_snapshot_last_seq(snapshot);
	chy_snapshot_close(snapshot);
	return 0;
}

uint64_t end_of_log(struct client *client)
{
	struct chy_snapshot *snapshot;
	uint64_t seq = 0;

	if (chy_snapshot_open(client->archive, &snapshot, NULL) == CHY_OK) {
		seq = chy_snapshot_last_seq(snapshot);
		chy_snapshot_close(snapshot);
	}
	return seq;
}

static int seq_of_time(struct client *client, const char *text, int64_t time, uint64_t *out)
{
	struct chy_snapshot *snapshot;
	struct chy_fault fault;
	int result;

	/* A bare day means its end: what was known that day. */
	if (strlen(text) == 10)
		time += 86400000000 - 1;
	if (chy_snapshot_open(client->archive, &snapshot, &fault))
		return tell(&fault);
	result = chy_snapshot_seq_at(snapshot, time, out, &fault);
	chy_snapshot_close(snapshot);
	if (result)
		return tell(&fault);
	if (!*out) {
		fprintf(stderr, "chancery: the archive knew nothing yet at %s\n", text);
		return EXIT_NOTHING;
	}
	return 0;
}

/* 1900 to the present: more often meant as a year than as a record. */
static bool may_be_year(const char *text)
{
	time_t now = time(NULL);
	struct tm day;
	long year = strlen(text) == 4 ? strtol(text, NULL, 10) : 0;

	return gmtime_r(&now, &day) && year >= 1900 && year <= day.tm_year + 1900L;
}

static void tell_of_year(const char *option, const char *text)
{
	fprintf(stderr,
		"chancery: %s %s is taken for the record of that number, not for the year; its "
		"first day is written %s-01-01\n",
		option, text, text);
}

int read_when(struct client *client, const char *option, const char *text, uint64_t *out)
{
	uint64_t end = end_of_log(client);
	int64_t time;
	char *rest;

	*out = strtoull(text, &rest, 10);
	if (!*rest && *out && text[0] != '-' && may_be_year(text))
		tell_of_year(option, text);
	if (!*rest && *out && text[0] != '-')
		return *out <= end ? 0
				   : usage_error("the log ends with record %llu: %s %s lies "
						 "ahead of it",
					     (unsigned long long)end, option, text);
	if (chy_time_parse(chy_str_from(text), &time))
		return usage_error("%s takes a record's number or a time "
				   "(2014-03-01, 2014-03-01T12:00Z), not '%s'",
			option, text);
	return seq_of_time(client, text, time, out);
}

int read_as_of(struct client *client)
{
	if (!client->as_of_text)
		return 0;
	return read_when(client, "--as-of", client->as_of_text, &client->as_of);
}

/* The views follow the daemon; where it does not run they catch up here. */
static int catch_up(struct client *client, struct chy_fault *fault)
{
	struct chy_view *writer;
	uint64_t seq;
	int result = chy_view_open_writer(client->program_archive, client->archive, &writer, fault);

	if (result)
		return result;
	result = chy_view_follow(writer, client->archive, 0, &seq, fault);
	chy_view_close(writer);
	return result;
}

/* Up to which record of this log the views are; 0 where they are of none of it:
 * of another, or ahead of it, as when an older log was put back. */
static uint64_t position_in_log(struct client *client, struct chy_view *view)
{
	uint64_t seq = 0;

	if (!chy_view_is_of(view, client->archive) || chy_view_position(view, &seq, NULL))
		return 0;
	return seq;
}

static bool up_to_date(struct client *client)
{
	struct chy_view *view;
	uint64_t seq;

	if (chy_view_open(client->program_archive, &view, NULL))
		return false;
	seq = position_in_log(client, view);
	if (seq && seq == end_of_log(client)) {
		client->view = view;
		return true;
	}
	chy_view_close(view);
	return false;
}

const char *place_for_own(void)
{
	const char *place = getenv("TMPDIR");

	return place && place[0] ? place : "/tmp";
}

/* Views of this question's own, where none can be had beside the log. */
static int open_own_views(struct client *client)
{
	struct chy_fault fault;
	uint64_t seq;
	int result = chy_view_open_unnamed(place_for_own(), client->archive, &client->view, &fault);

	if (result)
		return result;
	fprintf(stderr,
		"chancery: views cannot be kept beside the log; they are made in %s for this "
		"question\n",
		place_for_own());
	return chy_view_follow(client->view, client->archive, 0, &seq, &fault);
}

/* Where the views are, once they can be opened, in this log; else 0. */
static uint64_t position_of_views(struct client *client, int *out_result, struct chy_fault *fault)
{
	chy_view_close(client->view);
	client->view = NULL;
	*out_result = chy_view_open(client->program_archive, &client->view, fault);
	return *out_result ? 0 : position_in_log(client, client->view);
}

static int still_being_made(uint64_t end)
{
	fprintf(stderr,
		"chancery: the views of %llu records are being made again; ask once more in a "
		"moment\n",
		(unsigned long long)end);
	return EXIT_ARCHIVE;
}

/* In tenths of a second: without anything new, and in all. */
enum { PATIENCE = 40, LONGEST_WAIT = 80 };

/* Whoever follows the log makes views that are gone anew within seconds, and
 * takes in what came: waited for is what the log has now. */
static int wait_for_views(struct client *client)
{
	const struct timespec pause = {.tv_nsec = 100000000};
	uint64_t end = end_of_log(client), seq = 0, before = 0;
	struct chy_fault fault;
	int result = CHY_EABSENT;

	for (int tries = 0, idle = 0; tries < LONGEST_WAIT && seq < end; tries++, idle++) {
		seq = position_of_views(client, &result, &fault);
		if (result && result != CHY_EABSENT && result != CHY_EDAMAGED &&
			result != CHY_EVERSION)
			break;
		if (!seq || seq > before)
			idle = 0;
		before = seq;
		if (idle == PATIENCE)
			break;
		if (seq < end)
			nanosleep(&pause, NULL);
	}
	if (result)
		return tell(&fault);
	if (end && !seq)
		return still_being_made(end);
	if (seq < end)
		fprintf(stderr,
			"chancery: the views are at record %llu of %llu; what follows lacks the "
			"newest\n",
			(unsigned long long)seq, (unsigned long long)end);
	return 0;
}

static void tell_behind(const struct chy_fault *why, uint64_t seq, uint64_t end)
{
	char sentence[1024];

	fprintf(stderr,
		"chancery: the views are behind the log, at record %llu of %llu, and cannot be "
		"written here; what follows may lack the newest records: %s\n",
		(unsigned long long)seq, (unsigned long long)end,
		chy_fault_sentence(why, sentence, sizeof(sentence)));
}

int check_marks(const struct client *client)
{
	static const enum chy_view_file files[] = {
		CHY_VIEW_FILE_DATA, CHY_VIEW_FILE_UNSYNCED, CHY_VIEW_FILE_UNFINISHED};
	char path[4096];
	struct stat info;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		chy_view_path(client->program_archive, files[i], path, sizeof(path));
		if (lstat(path, &info) || S_ISREG(info.st_mode) ||
			(S_ISLNK(info.st_mode) && files[i] == CHY_VIEW_FILE_DATA))
			continue;
		fprintf(stderr,
			"chancery: %s is no file: the views, or a mark of how they are, have that "
			"name; move it away and try again\n",
			path);
		return EXIT_ARCHIVE;
	}
	return 0;
}

static int open_views(struct client *client)
{
	struct chy_fault fault, caught;
	uint64_t seq;
	int behind, result;

	if (up_to_date(client))
		return 0;
	if (check_marks(client))
		return EXIT_ARCHIVE;
	behind = catch_up(client, &caught);
	if (behind == CHY_EDAMAGED || behind == CHY_EVERSION || (behind && is_of_data(&caught)))
		return tell(&caught);
	if (behind == CHY_EBUSY)
		return wait_for_views(client);
	seq = position_of_views(client, &result, &fault);
	if (!behind)
		return result ? tell(&fault) : 0;
	if (seq) {
		tell_behind(&caught, seq, end_of_log(client));
		return 0;
	}
	/* None, those of another log, or such as have no record yet. */
	chy_view_close(client->view);
	client->view = NULL;
	return open_own_views(client) ? tell(&caught) : 0;
}

int64_t latest_day(struct client *client)
{
	struct chy_fault fault;
	json_t *counts;
	int64_t day;

	if (chy_view_counts(client->view, client->as_of, &counts, &fault))
		return 0;
	day = json_integer_value(json_object_get(counts, "last_day"));
	json_decref(counts);
	return day;
}

int open_archive(struct client *client)
{
	struct chy_fault fault;
	int status = open_catalogue(client);

	if (status)
		return status;
	if (chy_archive_open(client->program_archive, &client->archive, &fault))
		return tell(&fault);
	status = open_views(client);
	return status ? status : read_as_of(client);
}

void close_archive(struct client *client)
{
	chy_view_close(client->view);
	chy_archive_close(client->archive);
	chy_catalogue_close(client->catalogue);
	chy_unmap(&client->words);
	json_decref(client->declared);
	client->declared = NULL;
}

int find_document(struct client *client, const char *typed, struct chy_hash *out)
{
	struct chy_snapshot *snapshot;
	struct chy_hash found[2];
	struct chy_fault fault;
	size_t n = 0;
	int result;

	if (chy_snapshot_open(client->archive, &snapshot, &fault))
		return tell(&fault);
	result = chy_snapshot_documents_like(snapshot, chy_str_from(typed), found, 2, &n);
	chy_snapshot_close(snapshot);
	if (result == CHY_EINPUT)
		return usage_error("'%s' is no id: an event's is E12.3, a document's four or more "
				   "of its 64 hexadecimal digits",
			typed);
	if (n > 1)
		return usage_error("several documents begin with '%s'; give more digits", typed);
	if (!n) {
		fprintf(stderr, "chancery: the archive has no document %s\n", typed);
		return EXIT_NOTHING;
	}
	*out = found[0];
	return 0;
}
