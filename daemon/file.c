/* A file of the inbox: taken without following links, left without writing
 * over anything. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon.h"

/* Where no lease can tell, a file that rested so long is taken for whole. */
enum { REST_SECONDS = 2 };

/* As docs/schema/records.md has it: %XX for what is no text. */
static char *shown_name(const char *name)
{
	struct chy_buffer out;
	size_t size = strlen(name), at = 0;

	chy_buffer_init(&out);
	while (at < size) {
		size_t start = at;
		uint32_t point = chy_utf8_next(name, size, &at);
		unsigned char c = (unsigned char)name[start];

		if (point == 0xfffd || c < 0x20 || c == 0x7f || c == '%')
			chy_buffer_printf(&out, "%%%02X", c);
		else
			chy_buffer_add(&out, name + start, at - start);
	}
	return chy_buffer_take(&out, NULL);
}

static struct file *new_file(struct daemon *daemon, const char *name)
{
	struct file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->daemon = daemon;
	file->name = strdup(name);
	file->shown = shown_name(name);
	if (!file->name || !file->shown) {
		file_free(file);
		return NULL;
	}
	return file;
}

void file_free(struct file *file)
{
	if (!file)
		return;
	part_free(file->part);
	free(file->bytes);
	free(file->reason);
	free(file->name);
	free(file->shown);
	free(file);
}

/* A lease for reading is granted only where nobody has the file open to write;
 * where leases are not to be had, the file must have rested. */
static bool being_written(int fd, const struct stat *info, bool may_wait)
{
	struct timespec now;

	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
		fcntl(fd, F_SETLEASE, F_UNLCK);
		return false;
	}
	if (errno == EAGAIN || errno == EBUSY)
		return true;
	clock_gettime(CLOCK_REALTIME, &now);
	return may_wait && now.tv_sec - info->st_mtim.tv_sec < REST_SECONDS;
}

static const char *what_it_is(mode_t mode)
{
	if (S_ISFIFO(mode))
		return "a named pipe";
	if (S_ISSOCK(mode))
		return "a socket";
	if (S_ISCHR(mode) || S_ISBLK(mode))
		return "a device";
	return "no regular file";
}

static int refuse(struct file *file, const char *code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static int refuse(struct file *file, const char *code, const char *format, ...)
{
	char reason[512];
	va_list list;

	va_start(list, format);
	vsnprintf(reason, sizeof(reason), format, list);
	va_end(list);
	return file_reject(file, code, reason) ? CHY_EMEM : CHY_EINPUT;
}

static int read_bytes(struct file *file, int fd)
{
	size_t size = (size_t)file->info.st_size, done = 0;

	file->bytes = malloc(size + 1);
	if (!file->bytes)
		return CHY_EBUSY;
	while (done < size) {
		ssize_t n = read(fd, file->bytes + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return CHY_EBUSY;
		if (n == 0)
			return CHY_EBUSY; /* it became shorter while it was read */
		done += (size_t)n;
	}
	file->size = size;
	chy_hash_of(file->bytes, size, &file->original);
	return CHY_OK;
}

static int read_open(struct file *file, int fd, bool settled)
{
	const struct config *config = &file->daemon->config;

	if (fstat(fd, &file->info))
		return CHY_EBUSY;
	if (S_ISDIR(file->info.st_mode))
		return CHY_NOT_FOUND;
	if (!S_ISREG(file->info.st_mode))
		return refuse(file, "file", "it is %s, not a regular file",
			what_it_is(file->info.st_mode));
	if (!settled && being_written(fd, &file->info, !config->once))
		return CHY_EBUSY;
	if (file->info.st_size == 0)
		return refuse(file, "empty", "the file is empty");
	if (file->info.st_size > (off_t)config->file_megabytes << 20)
		return refuse(file, "limit", "it has %lld bytes; more than %ld MiB are not taken",
			(long long)file->info.st_size, config->file_megabytes);
	return read_bytes(file, fd);
}

/* Before it is opened, since opening a device may set it to work. */
static int look(struct file *file)
{
	if (fstatat(file->daemon->inbox_fd, file->name, &file->info, AT_SYMLINK_NOFOLLOW) ||
		S_ISDIR(file->info.st_mode))
		return CHY_NOT_FOUND;
	if (S_ISLNK(file->info.st_mode))
		return refuse(file, "file", "it is a symbolic link, which is not followed");
	if (!S_ISREG(file->info.st_mode))
		return refuse(file, "file", "it is %s, not a regular file",
			what_it_is(file->info.st_mode));
	return CHY_OK;
}

/* It may be another thing by now, or be readable later. */
static int not_opened(struct file *file, int why)
{
	if (why == ENOENT)
		return CHY_NOT_FOUND;
	say(SAY_WARNING, "%s cannot be read (%s); it is tried again", file->shown, strerror(why));
	return CHY_EBUSY;
}

int file_take(struct daemon *daemon, const char *name, bool settled, struct file **out)
{
	struct file *file = new_file(daemon, name);
	int fd, result;

	if (!file)
		return CHY_EBUSY;
	result = look(file);
	if (result == CHY_OK) {
		fd = openat(daemon->inbox_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		result = fd < 0 ? not_opened(file, errno) : read_open(file, fd, settled);
		if (fd >= 0)
			close(fd);
	}
	if (result == CHY_OK || result == CHY_EINPUT)
		*out = file;
	else
		file_free(file);
	return result;
}

int file_reject(struct file *file, const char *code, const char *reason)
{
	file->rejected = file->ended = true;
	free(file->reason);
	file->reason = strdup(reason);
	if (!file->reason)
		return CHY_EMEM;
	return entry_of_rejection(file, code, reason);
}

/* -- leaving -------------------------------------------------------------- */

static int no_replace(int from, const char *old, int to, const char *new)
{
	return renameat2(from, old, to, new, RENAME_NOREPLACE);
}

enum { REASON_SIZE = 256 };
static void reason_name(const char *name, char out[REASON_SIZE])
{
	snprintf(out, REASON_SIZE, "%.240s.reason", name);
}

/* name, name.2, name.3 …, whichever is free. */
static int move(struct daemon *daemon, const char *name, int to, char *out, size_t size)
{
	char reason[REASON_SIZE];
	struct stat there;

	for (int i = 1; i < 100000; i++) {
		if (i == 1)
			snprintf(out, size, "%s", name);
		else
			snprintf(out, size, "%.230s.%d", name, i);
		/* A file of somebody's may bear the name that the reason needs. */
		reason_name(out, reason);
		if (fstatat(to, reason, &there, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		if (no_replace(daemon->inbox_fd, name, to, out) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

static void write_reason(int directory, const char *name, const char *reason)
{
	char path[REASON_SIZE];
	int fd;

	reason_name(name, path);
	fd = openat(directory, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0 || dprintf(fd, "%s\n", reason) < 0)
		say(SAY_WARNING, "the reason for %s could not be written: %s", name, reason);
	if (fd >= 0)
		close(fd);
}

/* Something else may stand under the name by now: that is another file. */
static bool still_there(const struct file *file)
{
	struct stat now;

	return fstatat(file->daemon->inbox_fd, file->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       now.st_ino == file->info.st_ino && now.st_dev == file->info.st_dev &&
	       now.st_mtim.tv_sec == file->info.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == file->info.st_mtim.tv_nsec;
}

void file_leave(struct file *file)
{
	struct daemon *daemon = file->daemon;
	int to = file->rejected ? daemon->rejected_fd : daemon->done_fd, moved;
	char name[300];

	if (!still_there(file)) {
		inbox_forget(daemon, file->name, NULL);
		return;
	}
	if (daemon->config.remove_done && !file->rejected)
		moved = unlinkat(daemon->inbox_fd, file->name, 0);
	else
		moved = move(daemon, file->name, to, name, sizeof(name));
	if (moved) {
		say(SAY_WARNING, "%s is in the log but cannot leave the inbox (%s)", file->shown,
			strerror(errno));
		inbox_forget(daemon, file->name, &file->info);
		return;
	}
	if (file->reason && !daemon->config.remove_done)
		write_reason(to, name, file->reason);
	else if (file->reason && file->rejected)
		write_reason(to, name, file->reason);
	inbox_forget(daemon, file->name, NULL);
}
