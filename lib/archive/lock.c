/* One writer by a lock on writer.lock. The lock is an open file description
 * lock: it goes with the process, however that ends, and says who holds it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

static int lock_path(const char *directory, char *out, size_t size, struct chy_fault *fault)
{
	if ((size_t)snprintf(out, size, "%s/writer.lock", directory) >= size)
		return chy_fault_set(fault, CHY_ELIMIT, directory, 0, "the path is too long");
	return CHY_OK;
}

static int read_holder(int fd, json_t **out)
{
	struct chy_buffer text;
	int result;

	chy_buffer_init(&text);
	if (lseek(fd, 0, SEEK_SET) < 0)
		result = CHY_EIO;
	else
		result = chy_buffer_read_fd(&text, fd, 1u << 20, NULL);
	if (!result)
		result = chy_json_parse(text.data ? text.data : "", text.size, out, NULL);
	chy_buffer_fini(&text);
	return result;
}

static int refuse(int fd, const char *path, struct chy_fault *fault)
{
	json_t *holder = NULL;
	json_int_t pid = 0;

	if (!read_holder(fd, &holder))
		pid = json_integer_value(json_object_get(holder, "pid"));
	json_decref(holder);
	close(fd);
	if (pid)
		return chy_fault_set(fault, CHY_EBUSY, path, 0,
			"process %" JSON_INTEGER_FORMAT " writes to this archive", pid);
	return chy_fault_set(fault, CHY_EBUSY, path, 0, "another process writes to this archive");
}

static int write_holder(int fd, const char *path, json_t *holder, struct chy_fault *fault)
{
	struct chy_buffer text;
	int result;

	chy_buffer_init(&text);
	result = chy_json_canonical(holder, &text);
	if (!result &&
		(ftruncate(fd, 0) || pwrite(fd, text.data, text.size, 0) != (ssize_t)text.size))
		result = chy_error_from_errno(errno ? errno : EIO);
	chy_buffer_fini(&text);
	return result ? chy_fault_set(fault, result, path, 0, NULL) : CHY_OK;
}

static struct flock whole_file(void)
{
	return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

int chy_lock_take(const char *directory, json_t *holder, int *out_lock, struct chy_fault *fault)
{
	struct flock lock = whole_file();
	char path[4096];
	int fd, result = lock_path(directory, path, sizeof(path), fault);

	if (result)
		return result;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return chy_fault_set(fault, chy_error_from_errno(errno), path, 0, NULL);
	if (fcntl(fd, F_OFD_SETLK, &lock)) {
		if (errno == EAGAIN || errno == EACCES)
			return refuse(fd, path, fault);
		close(fd);
		return chy_fault_set(fault, chy_error_from_errno(errno), path, 0, NULL);
	}
	result = write_holder(fd, path, holder, fault);
	if (result) {
		close(fd);
		return result;
	}
	*out_lock = fd;
	return CHY_OK;
}

void chy_lock_release(int lock)
{
	if (lock < 0)
		return;
	/* The next reader of the file shall not take it for a living holder's. */
	if (ftruncate(lock, 0))
		errno = 0;
	close(lock);
}

int chy_archive_holder(const char *directory, json_t **out)
{
	struct flock lock = whole_file();
	char path[4096];
	int fd, result = lock_path(directory, path, sizeof(path), NULL);

	if (result)
		return result;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? CHY_NOT_FOUND : chy_error_from_errno(errno);
	lock.l_type = F_WRLCK;
	if (fcntl(fd, F_OFD_GETLK, &lock))
		result = chy_error_from_errno(errno);
	else if (lock.l_type == F_UNLCK)
		result = CHY_NOT_FOUND;
	else
		result = read_holder(fd, out);
	close(fd);
	return result;
}
