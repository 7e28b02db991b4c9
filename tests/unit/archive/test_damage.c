/* One changed byte, at any place of log.mdb: verify names the damage, or the
 * byte carried nothing and every answer is what it was. */
#include "chancery/archive.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

enum { DOCUMENTS = 24 };

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
	for (int n = 0; n < DOCUMENTS; n++)
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
	for (int n = 0; n < DOCUMENTS; n++) {
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

/* What the log says while it is whole. */
static struct {
	struct chy_hash hashes[64];
	uint64_t last, documents[DOCUMENTS];
} truth;

static void learn_the_truth(void)
{
	struct chy_archive *archive;
	struct chy_snapshot *snapshot;
	struct chy_record record;
	static char text[2000];

	assert_int_equal(chy_archive_open(place, &archive, NULL), 0);
	assert_int_equal(chy_snapshot_open(archive, &snapshot, NULL), 0);
	truth.last = chy_snapshot_last_seq(snapshot);
	assert_in_range(truth.last, DOCUMENTS, COUNT_OF(truth.hashes) - 1);
	for (uint64_t seq = 1; seq <= truth.last; seq++) {
		assert_int_equal(chy_snapshot_record(snapshot, seq, &record, NULL), 0);
		truth.hashes[seq] = record.hash;
	}
	for (int n = 0; n < DOCUMENTS; n++) {
		struct chy_hash hash = blob_hash(n, text);

		assert_int_equal(
			chy_snapshot_document(snapshot, &hash, &truth.documents[n], NULL), 0);
	}
	chy_snapshot_close(snapshot);
	chy_archive_close(archive);
}

/* What a reader met in a log, a bit each. */
enum {
	REFUSED = 1, /* told that something is damaged */
	MISSED = 2, /* a look-up by hash found nothing */
	WRONG_RECORD = 4,
	WRONG_END = 8,
	WRONG_BODY = 16,
	WRONG_INDEX = 32,
	STOPPED = 64,
	WRONG = WRONG_RECORD | WRONG_END | WRONG_BODY | WRONG_INDEX
};

static unsigned judge(int result, bool right, unsigned wrong)
{
	if (result < 0)
		return REFUSED;
	if (result == CHY_NOT_FOUND)
		return MISSED;
	return right ? 0 : wrong;
}

static unsigned read_records(struct chy_snapshot *snapshot)
{
	struct chy_log_cursor *cursor;
	struct chy_record record;
	unsigned met = 0;
	uint64_t seq = 0;
	int result;

	for (uint64_t i = 1; i <= truth.last; i++) {
		result = chy_snapshot_record(snapshot, i, &record, NULL);
		if (result == CHY_NOT_FOUND)
			met |= WRONG_END;
		met |= judge(result, chy_hash_equal(&record.hash, &truth.hashes[i]), WRONG_RECORD);
	}
	result = chy_log_cursor_open(snapshot, 0, &cursor, NULL);
	if (result)
		return met | REFUSED;
	while ((result = chy_log_cursor_next(cursor, &record, NULL)) == 0)
		if (++seq > truth.last || !chy_hash_equal(&record.hash, &truth.hashes[seq]))
			met |= WRONG_RECORD;
	chy_log_cursor_close(cursor);
	return met | judge(result, seq == truth.last, WRONG_END);
}

static unsigned read_documents(struct chy_snapshot *snapshot)
{
	static char text[2000];
	struct chy_buffer body;
	unsigned met = 0;
	uint64_t seq;
	int result;

	chy_buffer_init(&body);
	for (int n = 0; n < DOCUMENTS; n++) {
		struct chy_hash hash = blob_hash(n, text);

		chy_buffer_clear(&body);
		result = chy_snapshot_blob(snapshot, &hash, &body, NULL);
		met |= judge(result,
			body.size == strlen(text) && memcmp(body.data, text, body.size) == 0,
			WRONG_BODY);
		result = chy_snapshot_document(snapshot, &hash, &seq, NULL);
		met |= judge(result, result == 0 && seq == truth.documents[n], WRONG_INDEX);
	}
	chy_buffer_fini(&body);
	return met;
}

static unsigned read_all(void)
{
	struct chy_snapshot *snapshot;
	struct chy_archive *archive;
	unsigned met;

	if (chy_archive_open(place, &archive, NULL))
		return REFUSED;
	if (chy_snapshot_open(archive, &snapshot, NULL)) {
		chy_archive_close(archive);
		return REFUSED;
	}
	met = read_records(snapshot) | read_documents(snapshot);
	chy_snapshot_close(snapshot);
	chy_archive_close(archive);
	return met;
}

static void on_signal(int number)
{
	(void)number;
	_exit(STOPPED);
}

/* As the programs do, a child takes a broken map for the end; one that goes
 * round in circles is ended by its alarm. */
static unsigned read_in_child(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		signal(SIGBUS, on_signal);
		signal(SIGSEGV, on_signal);
		alarm(20);
		_exit((int)read_all());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		fail_msg("a reader was ended by signal %d", WTERMSIG(status));
	return (unsigned)WEXITSTATUS(status);
}

/* A look-up by hash may miss what a damaged key hid; nothing is ever wrong. */
static void what_is_read_of_a_damaged_log_is_right_or_refused(void **state)
{
	off_t step = getenv("CHY_LONG") ? 1 : 379, right = 0, told = 0, missed = 0, wrong = 0;
	struct stat info;

	(void)state;
	learn_the_truth();
	assert_int_equal(stat(log_file, &info), 0);
	for (off_t at = 0; at < info.st_size; at += step) {
		unsigned met;

		change_byte(at, (unsigned char)(1u << at % 8));
		met = read_in_child();
		change_byte(at, (unsigned char)(1u << at % 8));
		if (met & WRONG)
			print_error("a change at %lld gives %x\n", (long long)at, met);
		wrong += (met & WRONG) != 0;
		right += met == 0;
		told += (met & (REFUSED | STOPPED)) != 0;
		missed += met == MISSED;
	}
	print_message("%lld changes read right, %lld told, %lld missed something by its hash\n",
		(long long)right, (long long)told, (long long)missed);
	assert_true(told > 0);
	assert_int_equal(wrong, 0);
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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_changed_byte_is_named_or_carried_nothing, make_log, remove_log),
		cmocka_unit_test_setup_teardown(
			what_is_read_of_a_damaged_log_is_right_or_refused, make_log, remove_log),
		cmocka_unit_test_setup_teardown(
			a_file_that_is_cut_off_is_damaged, make_log, remove_log),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
