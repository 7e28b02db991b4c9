/* verify: whether everything is as it was written. */
#include <stdlib.h>
#include <string.h>

#include "client.h"

static void on_problem(void *user, const struct chy_fault *fault)
{
	char sentence[1024];

	(void)user;
	printf("%s\n", chy_fault_sentence(fault, sentence, sizeof(sentence)));
}

/* The numbers of the record that has a hash (0 for none) and of the last. */
static int find_hash(struct chy_archive *archive, const struct chy_hash *wanted, uint64_t *out,
	uint64_t *out_last, struct chy_fault *fault)
{
	struct chy_snapshot *snapshot;
	struct chy_log_cursor *cursor;
	struct chy_record record;
	int result = chy_snapshot_open(archive, &snapshot, fault);

	*out = 0;
	if (result)
		return result;
	*out_last = chy_snapshot_last_seq(snapshot);
	result = chy_log_cursor_open(snapshot, 0, &cursor, fault);
	if (!result) {
		while (!*out && !(result = chy_log_cursor_next(cursor, &record, fault)))
			if (chy_hash_equal(wanted, &record.hash))
				*out = record.seq;
		chy_log_cursor_close(cursor);
	}
	chy_snapshot_close(snapshot);
	return result < 0 ? result : CHY_OK;
}

/* A log that was shortened, or changed and chained anew, lacks a head that was
 * kept. The archive is opened for this alone: its views may be what is wrong. */
static int check_head(const struct client *client, const struct chy_hash *wanted,
	const struct chy_verify_report *report)
{
	char head[CHY_HASH_HEX], hex[CHY_HASH_HEX];
	struct chy_archive *archive;
	struct chy_fault fault;
	uint64_t seq, last;
	int result;

	if (chy_hash_equal(wanted, &report->head))
		return 0;
	if (chy_archive_open(client->program_archive, &archive, &fault))
		return tell(&fault);
	result = find_hash(archive, wanted, &seq, &last, &fault);
	chy_archive_close(archive);
	if (result)
		return tell(&fault);
	if (seq) {
		printf("--head is record %llu; since then the log has grown by %llu, to %llu "
		       "records\n",
			(unsigned long long)seq, (unsigned long long)(last - seq),
			(unsigned long long)last);
		return 0;
	}
	printf("no record has the hash %s, and the last one's hash is %s: the log was shortened or "
	       "changed, or is another one\n",
		chy_hash_to_hex(wanted, hex), chy_hash_to_hex(&report->head, head));
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

	if (!status && rest)
		return usage_error("verify takes no '%s'", argv[0]);
	if (!status)
		status = refuse_formats(client, "verify");
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
	status = head ? check_head(client, &wanted, &report) : 0;
	if (!status)
		status = check_views(client);
	if (!status)
		status = open_archive(client);
	if (!status)
		status = compare_views(client);
	if (!status)
		printf("%llu records and %llu bodies are sound, the views follow from them; "
		       "head %s\n",
			(unsigned long long)report.records, (unsigned long long)report.blobs,
			chy_hash_to_hex(&report.head, hex));
	return status;
}
