/* What chancery-reader has and chancery has not. */
#include <string.h>

#include "export.h"

static const struct {
	const char *name;
	command_run *run;
} own[] = {{"code", run_code}, {"parse", run_parse}, {"why", run_why}, {"recode", run_recode}};
enum { OWN = sizeof(own) / sizeof(own[0]) };

int command_of_reader(const struct client *client, const char *name, command_run **out_run)
{
	(void)client;
	for (size_t i = 0; i < OWN; i++)
		if (strcmp(own[i].name, name) == 0) {
			*out_run = own[i].run;
			return 0;
		}
	/* Whoever marks a command names it above: the help of each is asked for in
	 * the tests. */
	fprintf(stderr,
		"chancery: the program that reads articles does not know %s: install it again\n",
		name);
	return EXIT_ARCHIVE;
}

int sqlite_of_reader(const struct client *client, export_write **out_write)
{
	(void)client;
	*out_write = export_sqlite;
	return 0;
}
