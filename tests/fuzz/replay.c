/* Runs a fuzz target over the files of a directory: the corpus as a test.
 * An empty or absent corpus is a failure, since it would test nothing. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "chancery/string.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	struct chy_buffer buffer;
	int result;

	chy_buffer_init(&buffer);
	result = chy_buffer_read_file(&buffer, path, 64u << 20, NULL);
	if (result == 0)
		LLVMFuzzerTestOneInput((const uint8_t *)buffer.data, buffer.size);
	chy_buffer_fini(&buffer);
	return result;
}

int main(int argc, char **argv)
{
	DIR *directory = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	char path[4096];
	int done = 0;

	if (!directory) {
		fprintf(stderr, "usage: %s CORPUS (a directory)\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		if (replay_file(path)) {
			fprintf(stderr, "%s could not be read\n", path);
			return 1;
		}
		done++;
	}
	closedir(directory);
	printf("%d inputs\n", done);
	return done ? 0 : 1;
}
