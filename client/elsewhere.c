/* What chancery-reader does: libexec/chancery/ beside the directory of this one. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export.h"

static bool path_of_reader(char *out, size_t size)
{
	static const char reader[] = "/../" CHY_READER;
	ssize_t n = readlink("/proc/self/exe", out, size - 1);
	char *slash;

	if (n < 0)
		return false;
	out[n] = '\0';
	slash = strrchr(out, '/');
	if (!slash || (size_t)(slash - out) + sizeof(reader) > size)
		return false;
	memcpy(slash, reader, sizeof(reader));
	return true;
}

static int turn_into_reader(const struct client *client)
{
	char path[4096], data[4096];

	if (chy_data_directory(data, sizeof(data), NULL) == CHY_OK)
		setenv("CHANCERY_DATA", data, 0); /* it lies elsewhere, the data do not */
	if (path_of_reader(path, sizeof(path)))
		execv(path, client->given);
	fprintf(stderr, "chancery: the program that reads articles, " CHY_READER
			" beside the directory of chancery, cannot be run: install it again\n");
	return EXIT_ARCHIVE;
}

int command_of_reader(const struct client *client, const char *name, command_run **out_run)
{
	(void)name, (void)out_run;
	return turn_into_reader(client);
}

int sqlite_of_reader(const struct client *client, export_write **out_write)
{
	(void)out_write;
	return turn_into_reader(client);
}
