/* Views can be made again, so a long log is followed without a wait for the
 * disk after each batch. A program that is killed loses nothing by that: what
 * it wrote, the system has. When the system itself stops, though, any page may
 * be on disk or not, in any order. So a file beside the views says in which run
 * of the system this was begun: docs/decisions/view-wait-for-no-disk.md. */
#include "unsynced.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "chancery/view.h"

enum { RUN = 64 };

static void path_of(const char *directory, char *out, size_t size)
{
	chy_view_path(directory, CHY_VIEW_FILE_UNSYNCED, out, size);
}

static size_t read_line(const char *path, char out[RUN])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd >= 0 ? read(fd, out, RUN - 1) : -1;

	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return strlen(out);
}

/* The name that Linux gives itself at each start; empty where it tells none. */
static size_t run_of_system(char out[RUN])
{
	return read_line("/proc/sys/kernel/random/boot_id", out);
}

enum chy_unsynced chy_unsynced_state(const char *directory)
{
	char path[4096], marked[RUN], now[RUN];

	path_of(directory, path, sizeof(path));
	if (access(path, F_OK))
		return CHY_SYNCED;
	if (!read_line(path, marked) || !run_of_system(now) || strcmp(marked, now) != 0)
		return CHY_MAYBE_LOST;
	return CHY_UNSYNCED;
}

static int sync_directory(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed = fd < 0 || fsync(fd);

	if (fd >= 0)
		close(fd);
	return failed;
}

int chy_unsynced_mark(const char *directory, struct chy_fault *fault)
{
	char path[4096], now[RUN];
	size_t n = run_of_system(now);
	int fd, failed, result;

	path_of(directory, path, sizeof(path));
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	failed = fd < 0 || write(fd, now, n) != (ssize_t)n || fsync(fd);
	if (fd >= 0)
		close(fd);
	if (!failed && !sync_directory(directory))
		return CHY_OK;
	result = chy_fault_set(fault, chy_error_from_errno(errno), path, 0, NULL);
	unlink(path); /* half a mark would have the views made again */
	return result;
}

void chy_unsynced_unmark(const char *directory)
{
	char path[4096];

	path_of(directory, path, sizeof(path));
	unlink(path);
}
