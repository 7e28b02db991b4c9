#include "chancery/data.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chancery/string.h"

/* <directory of the program>/../share/chancery */
static int beside_the_program(char *out, size_t size, struct chy_fault *fault)
{
	char program[4096];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;

	if (n < 0)
		return chy_fault_set(fault, chy_error_from_errno(errno), "/proc/self/exe", 0, NULL);
	program[n] = '\0';
	slash = strrchr(program, '/');
	if (slash)
		*slash = '\0';
	if ((size_t)snprintf(out, size, "%s/../share/chancery", program) >= size)
		return chy_fault_set(fault, CHY_ELIMIT, program, 0, "the path is too long");
	return CHY_OK;
}

int chy_data_directory(char *out, size_t size, struct chy_fault *fault)
{
	const char *chosen = getenv("CHANCERY_DATA");
	struct stat info;
	int result = CHY_OK;

	if (chosen && chosen[0]) {
		if ((size_t)snprintf(out, size, "%s", chosen) >= size)
			return chy_fault_set(fault, CHY_ELIMIT, chosen, 0, "the path is too long");
	} else {
		result = beside_the_program(out, size, fault);
	}
	if (result)
		return result;
	if (stat(out, &info) || !S_ISDIR(info.st_mode))
		return chy_fault_set(fault, CHY_EABSENT, out, 0,
			"the data directory (CHANCERY_DATA names another)");
	return CHY_OK;
}

int chy_map_file(const char *path, struct chy_mapping *out, struct chy_fault *fault)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat info;
	void *data;

	if (fd < 0)
		return chy_fault_set(fault, chy_error_from_errno(errno), path, 0, NULL);
	if (fstat(fd, &info)) {
		close(fd);
		return chy_fault_set(fault, chy_error_from_errno(errno), path, 0, NULL);
	}
	if (info.st_size == 0) {
		close(fd);
		return chy_fault_set(fault, CHY_EDAMAGED, path, 0, "the file is empty");
	}
	data = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (data == MAP_FAILED)
		return chy_fault_set(fault, chy_error_from_errno(errno), path, 0, NULL);
	*out = (struct chy_mapping){data, (size_t)info.st_size};
	return CHY_OK;
}

int chy_data_map(const char *name, struct chy_mapping *out, struct chy_fault *fault)
{
	char directory[4096], path[4096 + 256];
	int result = chy_data_directory(directory, sizeof(directory), fault);

	if (result)
		return result;
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return chy_map_file(path, out, fault);
}

void chy_unmap(struct chy_mapping *mapping)
{
	if (mapping->data)
		munmap((void *)mapping->data, mapping->size);
	*mapping = (struct chy_mapping){0};
}
