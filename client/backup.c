/* backup, restore: a consistent copy of the log, and the other way. */
#include <stdio.h>
#include <unistd.h>

#include "client.h"

static void on_problem(void *user, const struct chy_fault *fault)
{
	char sentence[1024];

	(void)user;
	fprintf(stderr, "chancery: %s\n", chy_fault_sentence(fault, sentence, sizeof(sentence)));
}

/* Pages that are damaged are found before LMDB goes through them. */
static int copy(const char *from, const char *to, struct chy_fault *fault)
{
	struct chy_archive *archive;
	int result = chy_archive_verify_pages(from, on_problem, NULL, fault);

	if (!result)
		result = chy_archive_open(from, &archive, fault);
	if (result)
		return result;
	result = chy_archive_backup(archive, to, fault);
	chy_archive_close(archive);
	return result;
}

/* One that could not be checked, for want of room say, is in the way of the next. */
static void remove_copy(const char *directory)
{
	static const char *const names[] = {"log.mdb", "log.mdb-lock"};
	char path[4096];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (snprintf(path, sizeof(path), "%s/%s", directory, names[i]) < (int)sizeof(path))
			unlink(path);
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
	if (result) {
		remove_copy(directory);
		return tell_of_file(&fault);
	}
	printf("%llu records and %llu bodies are in %s; head %s\n",
		(unsigned long long)report.records, (unsigned long long)report.blobs, directory,
		chy_hash_to_hex(&report.head, head));
	return 0;
}

static int tell_of_source(const char *from, const struct chy_fault *fault)
{
	char sentence[1024];

	fprintf(stderr,
		"chancery: %s; nothing was copied; `chancery --archive %s verify` names everything "
		"that is damaged\n",
		chy_fault_sentence(fault, sentence, sizeof(sentence)), from);
	return EXIT_ARCHIVE;
}

static int copy_and_check(const char *from, const char *to)
{
	struct chy_fault fault;

	int result = copy(from, to, &fault);

	if (result)
		return result == CHY_EDAMAGED ? tell_of_source(from, &fault) : tell_of_file(&fault);
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
