/* verify, replay: whether everything is as it was written, and the views made
 * again from the log. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"

static void on_problem(void *user, const struct chy_fault *fault)
{
	char sentence[1024];

	(void)user;
	printf("%s\n", chy_fault_sentence(fault, sentence, sizeof(sentence)));
}

/* The views of the log up to a record, made in an empty directory. */
static int build(struct client *client, const char *directory, uint64_t to, struct chy_hash *out,
	struct chy_fault *fault)
{
	struct chy_view *view;
	uint64_t seq;
	int result = chy_view_open_writer(directory, client->archive, &view, fault);

	if (!result)
		result = chy_view_clear(view, fault);
	if (!result)
		result = chy_view_follow(view, client->archive, to, &seq, fault);
	if (!result)
		result = chy_view_digest(view, out, fault);
	chy_view_close(view);
	return result;
}

static void remove_views(const char *directory)
{
	static const char *const names[] = {"views.mdb", "views.mdb-lock", "views.lock"};
	char path[4096];

	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	rmdir(directory);
}

static int make_directory(char *out, size_t size)
{
	const char *place = getenv("TMPDIR");

	snprintf(out, size, "%s/chancery-XXXXXX", place && place[0] ? place : "/tmp");
	return mkdtemp(out) ? 0 : -1;
}

/* Live and replayed, at the same record: 0 equal, EXIT_CHECK not. */
static int compare(struct client *client)
{
	char directory[4096], live_hex[CHY_HASH_HEX], made_hex[CHY_HASH_HEX];
	struct chy_hash live, made;
	struct chy_fault fault;
	uint64_t seq = 0, again = 1;
	int result = 0;

	if (make_directory(directory, sizeof(directory))) {
		fprintf(stderr, "chancery: no temporary directory can be made\n");
		return EXIT_ARCHIVE;
	}
	/* A daemon may be writing: the live views are asked until they stood
	 * still while they were read. */
	for (int tries = 0; !result && seq != again && tries < 20; tries++) {
		result = chy_view_position(client->view, &seq, &fault);
		if (!result)
			result = chy_view_digest(client->view, &live, &fault);
		if (!result)
			result = chy_view_position(client->view, &again, &fault);
	}
	if (!result)
		result = build(client, directory, seq, &made, &fault);
	remove_views(directory);
	if (result) {
		int status = tell(&fault);

		return result == CHY_EDAMAGED ? EXIT_CHECK : status;
	}
	if (chy_hash_equal(&live, &made))
		return 0;
	printf("views at record %llu: the live digest is %s, the replayed one %s; `chancery "
	       "replay` "
	       "makes them again\n",
		(unsigned long long)seq, chy_hash_to_hex(&live, live_hex),
		chy_hash_to_hex(&made, made_hex));
	return EXIT_CHECK;
}

static int check_head(const struct chy_hash *wanted, const struct chy_verify_report *report)
{
	char head[CHY_HASH_HEX], hex[CHY_HASH_HEX];

	if (chy_hash_equal(wanted, &report->head))
		return 0;
	printf("the last record's hash is %s, not %s\n", chy_hash_to_hex(&report->head, head),
		chy_hash_to_hex(wanted, hex));
	return EXIT_CHECK;
}

/* Before they are opened to answer, which would mend them silently. */
static int check_views(struct client *client)
{
	struct chy_fault fault;
	struct chy_view *view;
	int result = chy_view_check(client->program_archive, &fault);

	if (!result)
		result = chy_view_open(client->program_archive, &view, &fault);
	if (!result)
		chy_view_close(view);
	if (result != CHY_EDAMAGED)
		return 0;
	tell(&fault);
	return EXIT_CHECK;
}

int run_verify(struct client *client, int argc, char **argv)
{
	const char *head = NULL;
	const struct option_spec specs[] = {{"--head", &head, NULL}};
	struct chy_hash wanted;
	struct chy_verify_report report;
	struct chy_fault fault;
	char hex[CHY_HASH_HEX];
	int rest, result,
		status = read_options(client, command_named("verify"), specs, 1, argc, argv, &rest);

	if (!status && head && chy_hash_from_hex(head, &wanted))
		return usage_error("--head takes the 64 hexadecimal digits of a record's hash");
	if (status)
		return status < 0 ? 0 : status;
	result = chy_archive_verify(client->program_archive, on_problem, NULL, &report, &fault);
	if (result == CHY_EDAMAGED) {
		printf("%llu damaged; restore a backup of %s\n", (unsigned long long)report.damaged,
			client->program_archive);
		return EXIT_CHECK;
	}
	if (result)
		return tell(&fault);
	status = head ? check_head(&wanted, &report) : 0;
	if (!status)
		status = check_views(client);
	if (!status)
		status = open_archive(client);
	if (!status)
		status = compare(client);
	if (!status)
		printf("%llu records and %llu bodies are sound, the views follow from them; "
		       "head %s\n",
			(unsigned long long)report.records, (unsigned long long)report.blobs,
			chy_hash_to_hex(&report.head, hex));
	return status;
}

/* -- replay --------------------------------------------------------------- */

static int replay_into(struct client *client, const char *directory, uint64_t to)
{
	struct chy_fault fault;
	struct chy_hash digest;
	char hex[CHY_HASH_HEX];
	struct stat info;

	if (mkdir(directory, 0750) && (stat(directory, &info) || !S_ISDIR(info.st_mode))) {
		fprintf(stderr, "chancery: %s cannot be made\n", directory);
		return EXIT_ARCHIVE;
	}
	if (build(client, directory, to, &digest, &fault))
		return tell(&fault);
	printf("%s\n", chy_hash_to_hex(&digest, hex));
	return 0;
}

static int replay_here(struct client *client)
{
	struct chy_fault fault;
	struct chy_hash digest;
	char hex[CHY_HASH_HEX];

	if (chy_view_discard(client->program_archive, &fault) ||
		build(client, client->program_archive, 0, &digest, &fault)) {
		if (fault.code == CHY_EBUSY) {
			fprintf(stderr, "chancery: the daemon keeps the views up to date; "
					"`chancery replay --check` compares them with the log\n");
			return EXIT_ARCHIVE;
		}
		return tell(&fault);
	}
	printf("%s\n", chy_hash_to_hex(&digest, hex));
	return 0;
}

int run_replay(struct client *client, int argc, char **argv)
{
	const char *to_text = NULL, *into = NULL;
	bool check = false;
	const struct option_spec specs[] = {
		{"--to", &to_text, NULL}, {"--into", &into, NULL}, {"--check", NULL, &check}};
	uint64_t to = 0;
	char *end;
	int rest,
		status = read_options(client, command_named("replay"), specs, 3, argc, argv, &rest);

	if (!status && to_text) {
		to = strtoull(to_text, &end, 10);
		if (*end || !to)
			return usage_error("--to takes a record's number");
		if (!into)
			return usage_error("--to needs --into: the archive's own views are of now");
	}
	/* What replaces the views need not open them. */
	if (!status)
		status = check ? open_archive(client) : open_log(client);
	if (status)
		return status < 0 ? 0 : status;
	if (check) {
		status = compare(client);
		if (!status)
			printf("the views are what the log says\n");
		return status;
	}
	return into ? replay_into(client, into, to) : replay_here(client);
}
