#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "internal.h"

const char *const chy_log_tables[CHY_LOG_TABLES] = {
	[CHY_LOG_RECORDS] = "records",
	[CHY_LOG_BODIES] = "bodies",
	[CHY_LOG_DOCUMENTS] = "documents",
	[CHY_LOG_ONCE] = "once",
};

static int log_path(const char *directory, char *out, size_t size, struct chy_fault *fault)
{
	if ((size_t)snprintf(out, size, "%s/log.mdb", directory) >= size)
		return chy_fault_set(fault, CHY_ELIMIT, directory, 0, "the path is too long");
	return CHY_OK;
}

static struct chy_archive *new_archive(const char *directory)
{
	struct chy_archive *archive = calloc(1, sizeof(*archive));

	if (!archive)
		return NULL;
	archive->lock = -1;
	archive->directory = strdup(directory);
	if (!archive->directory) {
		free(archive);
		return NULL;
	}
	return archive;
}

static int open_log(struct chy_archive *archive, unsigned flags, struct chy_fault *fault)
{
	char path[4096];
	int result = log_path(archive->directory, path, sizeof(path), fault);

	if (result)
		return result;
	return chy_store_open(path, flags, chy_log_tables, CHY_LOG_TABLES, &archive->store, fault);
}

/* Reads the first record for the UUID and the last for the end of the chain. */
static int read_ends(struct chy_archive *archive, struct chy_fault *fault)
{
	struct chy_snapshot *snapshot;
	struct chy_record first, last;
	json_t *body = NULL;
	struct chy_str uuid;
	int result = chy_snapshot_open(archive, &snapshot, fault);

	if (result)
		return result;
	if (!snapshot->last_seq) {
		chy_snapshot_close(snapshot);
		return CHY_NOT_FOUND;
	}
	result = chy_snapshot_record(snapshot, 1, &first, fault);
	if (!result)
		result = chy_snapshot_record(snapshot, snapshot->last_seq, &last, fault);
	if (!result)
		result = chy_record_body(&first, &body, fault);
	uuid = chy_json_str(body, "uuid");
	if (!result && (first.kind != CHY_KIND_ARCHIVE_CREATED || uuid.size != CHY_UUID_SIZE - 1))
		result = chy_fault_set(fault, CHY_EDAMAGED, "record", 1, "it names no archive");
	if (!result) {
		memcpy(archive->uuid, uuid.data, uuid.size);
		archive->last_seq = last.seq;
		archive->last_time = last.time;
		archive->head = last.hash;
	}
	json_decref(body);
	chy_snapshot_close(snapshot);
	return result;
}

int chy_archive_open(const char *directory, struct chy_archive **out, struct chy_fault *fault)
{
	struct chy_past past = {.last = 0};
	struct chy_archive *archive;
	int result = chy_past_read(directory, &past, fault);

	if (result < 0)
		return result;
	archive = new_archive(result ? directory : past.archive);
	if (!archive)
		return chy_fault_set(fault, CHY_EMEM, directory, 0, NULL);
	archive->until = past.last;
	result = open_log(archive, CHY_STORE_READ_ONLY, fault);
	if (!result)
		result = read_ends(archive, fault);
	if (result == CHY_NOT_FOUND) {
		errno = 0;
		result = chy_fault_set(fault, CHY_EABSENT, directory, 0, "the log is empty");
	}
	if (result) {
		chy_archive_close(archive);
		return result;
	}
	*out = archive;
	return CHY_OK;
}

/* RFC 9562, version 4. */
static int new_uuid(char out[CHY_UUID_SIZE])
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		return CHY_EIO;
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	snprintf(out, CHY_UUID_SIZE,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		b[15]);
	return CHY_OK;
}

static int write_first_record(struct chy_archive *archive, struct chy_fault *fault)
{
	struct chy_record_draft draft = {.kind = CHY_KIND_ARCHIVE_CREATED};
	struct chy_entry entry = {.records = &draft, .record_count = 1};
	int result = new_uuid(archive->uuid);

	if (result)
		return chy_fault_set(fault, result, archive->directory, 0, "no random numbers");
	draft.body = json_pack("{s:s, s:s}", "uuid", archive->uuid, "edition", CHY_VERSION);
	if (!draft.body)
		return chy_fault_set(fault, CHY_EMEM, archive->directory, 0, NULL);
	result = chy_archive_append(archive, &entry, 1, fault);
	json_decref(draft.body);
	return result;
}

static int make_directory(const char *directory, struct chy_fault *fault)
{
	if (mkdir(directory, 0750) == 0 || errno == EEXIST)
		return CHY_OK;
	return chy_fault_set(fault, chy_error_from_errno(errno), directory, 0, NULL);
}

/* Where the log is gone but what was derived from it is there, a new log would
 * hide the loss. */
static int check_not_lost(const char *directory, struct chy_fault *fault)
{
	struct stat log, views;
	char path[4096];

	snprintf(path, sizeof(path), "%s/views.mdb", directory);
	if (stat(path, &views) || !views.st_size)
		return CHY_OK;
	snprintf(path, sizeof(path), "%s/log.mdb", directory);
	if (stat(path, &log) == 0 ? log.st_size > 0 : errno != ENOENT)
		return CHY_OK;
	return chy_fault_set(fault, CHY_ECONFLICT, path, 0,
		"the log is gone, though the views that were made of it are there; put it back, "
		"or move views.mdb away to begin a new one");
}

static int check_not_past(const char *directory, struct chy_fault *fault)
{
	struct chy_past past;
	int result = chy_past_read(directory, &past, fault);

	if (result)
		return result == CHY_NOT_FOUND ? CHY_OK : result;
	return chy_fault_set(fault, CHY_ECONFLICT, directory, 0,
		"it is a look at the past of %s, and nothing can be written there", past.archive);
}

int chy_archive_open_writer(
	const char *directory, json_t *holder, struct chy_archive **out, struct chy_fault *fault)
{
	struct chy_archive *archive;
	int result = check_not_past(directory, fault);

	if (!result)
		result = make_directory(directory, fault);
	if (!result)
		result = check_not_lost(directory, fault);
	if (result)
		return result;
	archive = new_archive(directory);
	if (!archive)
		return chy_fault_set(fault, CHY_EMEM, directory, 0, NULL);
	result = chy_lock_take(directory, holder, &archive->lock, fault);
	if (!result)
		result = open_log(archive, CHY_STORE_CREATE, fault);
	if (!result)
		result = read_ends(archive, fault);
	if (result == CHY_NOT_FOUND)
		result = write_first_record(archive, fault);
	if (result) {
		chy_archive_close(archive);
		return result;
	}
	*out = archive;
	return CHY_OK;
}

void chy_archive_close(struct chy_archive *archive)
{
	if (!archive)
		return;
	chy_store_close(archive->store);
	chy_lock_release(archive->lock);
	free(archive->directory);
	free(archive);
}

const char *chy_archive_directory(const struct chy_archive *archive)
{
	return archive->directory;
}

const char *chy_archive_uuid(const struct chy_archive *archive)
{
	return archive->uuid;
}
