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

int turn_into_reader(const struct client *client)
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

int run_code(struct client *client, int argc, char **argv)
{
	(void)argc, (void)argv;
	return turn_into_reader(client);
}

int run_parse(struct client *client, int argc, char **argv)
{
	(void)argc, (void)argv;
	return turn_into_reader(client);
}

int run_why(struct client *client, int argc, char **argv)
{
	(void)argc, (void)argv;
	return turn_into_reader(client);
}

int run_recode(struct client *client, int argc, char **argv)
{
	(void)argc, (void)argv;
	return turn_into_reader(client);
}

int prepare_sqlite(struct client *client)
{
	return turn_into_reader(client);
}

/* Not come to: prepare_sqlite has left. */
int export_sqlite(struct export *export)
{
	return turn_into_reader(export->client);
}
