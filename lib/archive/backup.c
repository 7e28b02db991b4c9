#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

static bool is_part(const char *name)
{
	return strcmp(name, "log.mdb" CHY_STORE_PART) == 0;
}

static int must_be_empty(const char *directory, struct chy_fault *fault)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	bool empty = true, part = false;

	if (!dir)
		return chy_fault_set(fault, chy_error_from_errno(errno), directory, 0, NULL);
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			empty = false;
			part = part || is_part(entry->d_name);
		}
	closedir(dir);
	if (part)
		return chy_fault_set(fault, CHY_ECONFLICT, directory, 0,
			"it holds log.mdb" CHY_STORE_PART ", a copy that is being made, or that "
			"was ended midway; remove it where none is being made");
	return empty ? CHY_OK
		     : chy_fault_set(fault, CHY_ECONFLICT, directory, 0, "it is not empty");
}

/* The copy's name is durable once its directory is. */
static int sync_directory(const char *directory, struct chy_fault *fault)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = CHY_OK;

	if (fd < 0 || fsync(fd))
		result = chy_fault_set(fault, chy_error_from_errno(errno), directory, 0, NULL);
	if (fd >= 0)
		close(fd);
	return result;
}

int chy_archive_backup(struct chy_archive *archive, const char *directory, struct chy_fault *fault)
{
	int result;

	if (archive->until)
		return chy_fault_set(fault, CHY_ECONFLICT, archive->directory, 0,
			"a look at its past has no log of its own");
	if (mkdir(directory, 0750) && errno != EEXIST)
		return chy_fault_set(fault, chy_error_from_errno(errno), directory, 0, NULL);
	result = must_be_empty(directory, fault);
	if (!result)
		result = chy_store_copy(archive->store, directory, fault);
	if (!result)
		result = sync_directory(directory, fault);
	return result;
}
