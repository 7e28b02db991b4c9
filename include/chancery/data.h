/* Where the compiled data (models, lexicons, samples) are. */
#pragma once

#include <stddef.h>

#include "chancery/error.h"

/* The directory: $CHANCERY_DATA, else ../share/chancery beside the program's
 * own directory (true in a build tree and once installed). Written to out,
 * terminated. CHY_EABSENT with the path tried when it is not there. */
int chy_data_directory(char *out, size_t size, struct chy_fault *fault);

/* A file below it, mapped read-only and shared between processes. */
struct chy_mapping {
	const void *data;
	size_t size;
};
int chy_data_map(const char *name, struct chy_mapping *out, struct chy_fault *fault);
int chy_map_file(const char *path, struct chy_mapping *out, struct chy_fault *fault);
void chy_unmap(struct chy_mapping *mapping);
