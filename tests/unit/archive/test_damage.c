/* One changed byte, at any place of log.mdb: verify names the damage, or the
 * byte carried nothing and every answer is what it was. */
#include "chancery/archive.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static char place[64], log_file[96];

static struct chy_hash blob_hash(int n, char text[2000])
{
	struct chy_hash hash;
	unsigned seed = (unsigned)n * 2654435761u + 1;

	/* Every fifth is large enough for pages of its own. */
	size_t size = n % 5 ? 300 : 1900;

	for (size_t i = 0; i + 1 < size; i++) {
		seed = seed * 1664525u + 1013904223u;
		text[i] = (char)(33 + (seed >> 24) % 90);
	}
	text[size - 1] = '\0';
	chy_hash_of(text, strlen(text), &hash);
	return hash;
}

static void add(struct chy_archive *archive, int n)
{
	static char text[2000];
	struct chy_hash hash = blob_hash(n, text);
	struct chy_blob blob = {hash, chy_str_from(text)};
	char hex[CHY_HASH_HEX];
	struct chy_record_draft draft = {CHY_KIND_DOCUMENT_ADDED,
		json_pack("{s:s, s:s, s:s}", "document", chy_hash_to_hex(&hash, hex), "original",
			hex, "title", text)};
	struct chy_entry entry = {.once = &hash,
		.document = &hash,
		.records = &draft,
		.record_count = 1,
		.blobs = &blob,
		.blob_count = 1};

	assert_int_equal(chy_archive_append(archive, &entry, 1, NULL), 0);
	json_decref(draft.body);
}

static int make_log(void **state)
{
	json_t *holder = json_object();
	struct chy_archive *archive;

	(void)state;
	snprintf(place, sizeof(place), "/tmp/chy-damage-XXXXXX");
	if (!mkdtemp(place))
		return -1;
	snprintf(log_file, sizeof(log_file), "%s/log.mdb", place);
	assert_int_equal(chy_archive_open_writer(place, holder, &archive, NULL), 0);
	for (int n = 0; n < 24; n++)
		add(archive, n);
	chy_archive_close(archive);
	json_decref(holder);
	return 0;
}

static int remove_log(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", place);
	return system(command);
}

static void on_problem(void *user, const struct chy_fault *fault)
{
	assert_true(fault->detail[0] != '\0');
	++*(int *)user;
}

/* Everything that a client could be shown. */
static struct chy_hash everything(void)
{
	struct chy_archive *archive;
	struct chy_snapshot *snapshot;
	struct chy_log_cursor *cursor;
	struct chy_record record;
	struct chy_hasher hasher;
	struct chy_buffer body;
	struct chy_hash digest;
	static char text[2000];

	chy_hasher_init(&hasher);
	chy_buffer_init(&body);
	assert_int_equal(chy_archive_open(place, &archive, NULL), 0);
	assert_int_equal(chy_snapshot_open(archive, &snapshot, NULL), 0);
	assert_int_equal(chy_log_cursor_open(snapshot, 0, &cursor, NULL), 0);
	while (chy_log_cursor_next(cursor, &record, NULL) == 0)
		chy_hasher_add(&hasher, record.hash.bytes, CHY_HASH_SIZE);
	for (int n = 0; n < 24; n++) {
		struct chy_hash hash = blob_hash(n, text);
		uint64_t seq = 0;

		assert_int_equal(chy_snapshot_blob(snapshot, &hash, &body, NULL), 0);
		assert_int_equal(chy_snapshot_document(snapshot, &hash, &seq, NULL), 0);
		chy_hasher_add(&hasher, &seq, sizeof(seq));
	}
	chy_hasher_add(&hasher, body.data, body.size);
	chy_hasher_finish(&hasher, &digest);
	chy_buffer_fini(&body);
	chy_log_cursor_close(cursor);
	chy_snapshot_close(snapshot);
	chy_archive_close(archive);
	return digest;
}

static void change_byte(off_t at, unsigned char by)
{
	int fd = open(log_file, O_RDWR);
	unsigned char byte;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= by;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void a_changed_byte_is_named_or_carried_nothing(void **state)
{
	struct chy_verify_report report;
	struct chy_hash before = everything();
	off_t step = getenv("CHY_LONG") ? 1 : 83, named = 0, nothing = 0;
	struct stat info;

	(void)state;
	assert_int_equal(stat(log_file, &info), 0);
	for (off_t at = 0; at < info.st_size; at += step) {
		int problems = 0, result;

		change_byte(at, (unsigned char)(1u << at % 8));
		result = chy_archive_verify(place, on_problem, &problems, &report, NULL);
		if (result == 0) {
			struct chy_hash after = everything();

			assert_true(chy_hash_equal(&before, &after));
			nothing++;
		} else {
			assert_int_equal(result, CHY_EDAMAGED);
			assert_true(problems > 0);
			named++;
		}
		change_byte(at, (unsigned char)(1u << at % 8));
	}
	print_message("%lld changes named, %lld that carried nothing\n", (long long)named,
		(long long)nothing);
	assert_true(named > nothing / 20);
	assert_int_equal(chy_archive_verify(place, on_problem, &(int){0}, &report, NULL), 0);
}

static void a_file_that_is_cut_off_is_damaged(void **state)
{
	struct chy_verify_report report;
	struct stat info;
	int problems = 0;

	(void)state;
	assert_int_equal(stat(log_file, &info), 0);
	assert_int_equal(truncate(log_file, info.st_size / 2), 0);
	assert_int_equal(
		chy_archive_verify(place, on_problem, &problems, &report, NULL), CHY_EDAMAGED);
	assert_true(problems > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_changed_byte_is_named_or_carried_nothing, make_log, remove_log),
		cmocka_unit_test_setup_teardown(
			a_file_that_is_cut_off_is_damaged, make_log, remove_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
