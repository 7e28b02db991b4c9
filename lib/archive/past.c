/* A look at the past: a directory with a note of where a log lies and up to
 * which record it is read, and views of it as they were then. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

enum { LONGEST = 64 * 1024 };

/* The note, and where it is written before it has its name. */
static const char note_name[] = "past.json", part_name[] = "past.json.part";

static int note_path(
	const char *directory, const char *name, char out[4096], struct chy_fault *fault)
{
	if (snprintf(out, 4096, "%s/%s", directory, name) >= 4096)
		return chy_fault_set(fault, CHY_ELIMIT, directory, 0, "the path is too long");
	return CHY_OK;
}

bool chy_past_is_file(const char *name)
{
	return strcmp(name, note_name) == 0 || strcmp(name, part_name) == 0;
}

static int read_file(int fd, char *out, size_t size, size_t *out_size)
{
	ssize_t got;

	*out_size = 0;
	while ((got = read(fd, out + *out_size, size - *out_size)) > 0)
		*out_size += (size_t)got;
	return got < 0 ? chy_error_from_errno(errno) : CHY_OK;
}

static int take_note(const json_t *note, struct chy_past *out)
{
	struct chy_str archive = chy_json_str(note, "archive");
	json_int_t last = json_integer_value(json_object_get(note, "last"));

	if (!archive.size || archive.size >= sizeof(out->archive) || last < 1)
		return CHY_EDAMAGED;
	memcpy(out->archive, archive.data, archive.size);
	out->archive[archive.size] = '\0';
	out->last = (uint64_t)last;
	return CHY_OK;
}

int chy_past_read(const char *directory, struct chy_past *out, struct chy_fault *fault)
{
	char path[4096], text[LONGEST];
	json_t *note;
	size_t size;
	int fd, result = note_path(directory, note_name, path, fault);

	if (result)
		return result;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return CHY_NOT_FOUND;
	if (fd < 0)
		return chy_fault_set(fault, chy_error_from_errno(errno), path, 0, NULL);
	result = read_file(fd, text, sizeof(text), &size);
	close(fd);
	if (result)
		return chy_fault_set(fault, result, path, 0, NULL);
	if (!size)
		return CHY_NOT_FOUND;
	if (chy_json_parse(text, size, &note, NULL))
		return chy_fault_set(fault, CHY_EDAMAGED, path, 0, "it is no JSON");
	result = take_note(note, out);
	json_decref(note);
	return result ? chy_fault_set(fault, result, path, 0, "it names no archive") : CHY_OK;
}

/* Whole and on disk, else an error. */
static int write_note(FILE *file, const json_t *note)
{
	if (json_dumpf(note, file, JSON_SORT_KEYS) || fputc('\n', file) == EOF || fflush(file) ||
		fsync(fileno(file)))
		return chy_error_from_errno(errno ? errno : EIO);
	return CHY_OK;
}

/* No other reads the file before it is whole. */
static int put_note(const char *part, const char *path, const json_t *note)
{
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	int result = file ? write_note(file, note) : chy_error_from_errno(errno);

	if (!file && fd >= 0)
		close(fd);
	if (file && fclose(file) && !result)
		result = chy_error_from_errno(errno);
	if (!result && rename(part, path))
		result = chy_error_from_errno(errno);
	if (result) {
		int kept = errno;

		unlink(part);
		errno = kept;
	}
	return result;
}

static bool holds_log(const char *directory)
{
	struct stat info;
	char path[4096];

	return snprintf(path, sizeof(path), "%s/log.mdb", directory) < (int)sizeof(path) &&
	       stat(path, &info) == 0;
}

int chy_past_prepare(const char *directory, struct chy_fault *fault)
{
	if (mkdir(directory, 0750) && errno != EEXIST)
		return chy_fault_set(fault, chy_error_from_errno(errno), directory, 0, NULL);
	if (holds_log(directory))
		return chy_fault_set(
			fault, CHY_ECONFLICT, directory, 0, "it holds a log of its own");
	return CHY_OK;
}

int chy_past_write(const char *directory, const struct chy_past *past, struct chy_fault *fault)
{
	char path[4096], part[4096];
	json_t *note;
	int result = note_path(directory, note_name, path, fault);

	if (!result)
		result = note_path(directory, part_name, part, fault);
	if (result)
		return result;
	note = json_pack("{s:s, s:I}", "archive", past->archive, "last", (json_int_t)past->last);
	if (!note)
		return chy_fault_set(fault, CHY_EMEM, path, 0, NULL);
	result = put_note(part, path, note);
	json_decref(note);
	return result ? chy_fault_set(fault, result, path, 0, NULL) : CHY_OK;
}

int chy_past_of(const char *archive, uint64_t last, struct chy_past *out, struct chy_fault *fault)
{
	char *home = realpath(archive, NULL);

	if (!home)
		return chy_fault_set(fault, chy_error_from_errno(errno), archive, 0, NULL);
	*out = (struct chy_past){.last = last};
	if (snprintf(out->archive, sizeof(out->archive), "%s", home) >= (int)sizeof(out->archive)) {
		free(home);
		return chy_fault_set(fault, CHY_ELIMIT, archive, 0, "the path is too long");
	}
	free(home);
	return CHY_OK;
}
