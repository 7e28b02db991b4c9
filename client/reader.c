/* What chancery-reader has and chancery has not. */
#include <assert.h>
#include <string.h>

#include "export.h"

static const struct {
	const char *name;
	command_run *run;
} own[] = {{"code", run_code}, {"parse", run_parse}, {"why", run_why}, {"recode", run_recode}};
enum { OWN = sizeof(own) / sizeof(own[0]) };

int command_of_reader(const struct client *client, const char *name, command_run **out_run)
{
	size_t i = 0;

	(void)client;
	while (i < OWN && strcmp(own[i].name, name) != 0)
		i++;
	assert(i < OWN); /* whoever marks a command names it here */
	*out_run = own[i].run;
	return 0;
}

int sqlite_of_reader(const struct client *client, export_write **out_write)
{
	(void)client;
	*out_write = export_sqlite;
	return 0;
}
