/* backup, restore: a consistent copy of the log, and the other way. */
#include <stdio.h>

#include "client.h"

static int copy(const char *from, const char *to, struct chy_fault *fault)
{
	struct chy_archive *archive;
	int result = chy_archive_open(from, &archive, fault);

	if (result)
		return result;
	result = chy_archive_backup(archive, to, fault);
	chy_archive_close(archive);
	return result;
}

static void on_problem(void *user, const struct chy_fault *fault)
{
	char sentence[1024];

	(void)user;
	fprintf(stderr, "chancery: %s\n", chy_fault_sentence(fault, sentence, sizeof(sentence)));
}

/* Both say what they made only after every hash of it was checked. */
static int check_copy(const char *directory)
{
	struct chy_verify_report report;
	struct chy_fault fault;
	char head[CHY_HASH_HEX];
	int result = chy_archive_verify(directory, on_problem, NULL, &report, &fault);

	if (result == CHY_EDAMAGED)
		return EXIT_CHECK;
	if (result)
		return tell(&fault);
	printf("%llu records and %llu bodies are in %s; head %s\n",
		(unsigned long long)report.records, (unsigned long long)report.blobs, directory,
		chy_hash_to_hex(&report.head, head));
	return 0;
}

static int copy_and_check(const char *from, const char *to)
{
	struct chy_fault fault;

	if (copy(from, to, &fault))
		return tell_of_file(&fault);
	return check_copy(to);
}

static int read_directory(struct client *client, const char *name, int argc, char **argv)
{
	int rest, status = read_options(client, command_named(name), NULL, 0, argc, argv, &rest);

	if (!status && rest != 1)
		return usage_error("%s takes one directory", name);
	return status;
}

int run_backup(struct client *client, int argc, char **argv)
{
	int status = read_directory(client, "backup", argc, argv);

	if (status)
		return status < 0 ? 0 : status;
	return copy_and_check(client->program_archive, argv[0]);
}

int run_restore(struct client *client, int argc, char **argv)
{
	int status = read_directory(client, "restore", argc, argv);

	if (status)
		return status < 0 ? 0 : status;
	return copy_and_check(argv[0], client->program_archive);
}
