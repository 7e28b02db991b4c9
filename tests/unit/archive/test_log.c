#include "chancery/archive.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static char place[64];

static int make_place(void **state)
{
	(void)state;
	snprintf(place, sizeof(place), "/tmp/chy-archive-XXXXXX");
	return mkdtemp(place) ? 0 : -1;
}

static int remove_place(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", place);
	return system(command);
}

static struct chy_archive *writer(void)
{
	json_t *holder = json_pack("{s:i}", "pid", (int)getpid());
	struct chy_archive *archive = NULL;
	struct chy_fault fault;
	char words[512];

	if (chy_archive_open_writer(place, holder, &archive, &fault))
		fail_msg("%s", chy_fault_sentence(&fault, words, sizeof(words)));
	json_decref(holder);
	return archive;
}

static struct chy_archive *reader(void)
{
	struct chy_archive *archive = NULL;
	struct chy_fault fault;
	char words[512];

	if (chy_archive_open(place, &archive, &fault))
		fail_msg("%s", chy_fault_sentence(&fault, words, sizeof(words)));
	return archive;
}

/* A document of n, with its bytes and their hashes. */
struct document {
	char text[64], hex[CHY_HASH_HEX];
	struct chy_hash id, once;
	struct chy_record_draft records[2];
	struct chy_blob blob;
	struct chy_entry entry;
};

static void make_document(struct document *d, int n, const char *path)
{
	struct chy_hasher hasher;

	memset(d, 0, sizeof(*d));
	snprintf(d->text, sizeof(d->text), "article %d", n);
	chy_hash_of(d->text, strlen(d->text), &d->id);
	chy_hash_to_hex(&d->id, d->hex);
	chy_hasher_init(&hasher);
	chy_hasher_add(&hasher, d->id.bytes, CHY_HASH_SIZE);
	chy_hasher_add(&hasher, path, strlen(path));
	chy_hasher_finish(&hasher, &d->once);
	d->records[0].kind = CHY_KIND_DOCUMENT_ADDED;
	d->records[0].body =
		json_pack("{s:s, s:s, s:s}", "document", d->hex, "original", d->hex, "path", path);
	d->records[1].kind = CHY_KIND_EVENTS_CODED;
	d->records[1].body = json_pack("{s:s, s:[]}", "document", d->hex, "events");
	d->blob = (struct chy_blob){d->id, chy_str_from(d->text)};
	d->entry = (struct chy_entry){.once = &d->once,
		.document = &d->id,
		.sighting = {CHY_KIND_DOCUMENT_SIGHTED, d->records[0].body},
		.records = d->records,
		.record_count = 2,
		.blobs = &d->blob,
		.blob_count = 1};
}

static void free_document(struct document *d)
{
	json_decref(d->records[0].body);
	json_decref(d->records[1].body);
}

static int add(struct chy_archive *archive, int n, const char *path)
{
	struct document d;
	struct chy_fault fault;
	int outcome;

	make_document(&d, n, path);
	assert_int_equal(chy_archive_append(archive, &d.entry, 1, &fault), 0);
	outcome = d.entry.outcome;
	free_document(&d);
	return outcome;
}

static uint64_t walk(struct chy_archive *archive)
{
	struct chy_snapshot *snapshot;
	struct chy_log_cursor *cursor;
	struct chy_record record;
	struct chy_fault fault;
	uint64_t n = 0;
	int result;

	assert_int_equal(chy_snapshot_open(archive, &snapshot, &fault), 0);
	assert_int_equal(chy_log_cursor_open(snapshot, 0, &cursor, &fault), 0);
	while ((result = chy_log_cursor_next(cursor, &record, &fault)) == 0)
		assert_int_equal(record.seq, ++n);
	assert_int_equal(result, CHY_END);
	assert_int_equal(n, chy_snapshot_last_seq(snapshot));
	chy_log_cursor_close(cursor);
	chy_snapshot_close(snapshot);
	return n;
}

static void on_problem(void *user, const struct chy_fault *fault)
{
	char words[512];

	print_message("%s\n", chy_fault_sentence(fault, words, sizeof(words)));
	++*(int *)user;
}

static void verify_finds(int problems)
{
	struct chy_verify_report report;
	struct chy_fault fault;
	int found = 0;

	assert_int_equal(chy_archive_verify(place, on_problem, &found, &report, &fault),
		problems ? CHY_EDAMAGED : 0);
	assert_int_equal(found, problems);
}

static void a_new_archive_begins_with_its_uuid(void **state)
{
	struct chy_archive *archive = writer();
	char uuid[CHY_UUID_SIZE];

	(void)state;
	memcpy(uuid, chy_archive_uuid(archive), sizeof(uuid));
	assert_int_equal(strlen(uuid), 36);
	assert_int_equal(walk(archive), 1);
	chy_archive_close(archive);
	archive = reader();
	assert_string_equal(chy_archive_uuid(archive), uuid);
	chy_archive_close(archive);
}

static void an_absent_archive_is_said_to_be_absent(void **state)
{
	struct chy_archive *archive = NULL;
	struct chy_fault fault;

	(void)state;
	assert_int_equal(chy_archive_open(place, &archive, &fault), CHY_EABSENT);
	assert_non_null(strstr(fault.subject, place));
	assert_null(archive);
}

static void numbers_have_no_gaps_over_reopening(void **state)
{
	(void)state;
	for (int round = 0; round < 5; round++) {
		struct chy_archive *archive = writer();

		for (int i = 0; i < 10; i++)
			assert_int_equal(add(archive, round * 10 + i, "a"), 0);
		assert_int_equal(walk(archive), 1 + (round + 1) * 20);
		chy_archive_close(archive);
	}
	verify_finds(0);
}

static void the_same_file_is_taken_once(void **state)
{
	struct chy_archive *archive = writer();

	(void)state;
	assert_int_equal(add(archive, 1, "a"), 0);
	assert_int_equal(add(archive, 1, "a"), CHY_PRESENT);
	assert_int_equal(walk(archive), 3);
	chy_archive_close(archive);
}

static void a_known_document_is_sighted_again(void **state)
{
	struct chy_archive *archive = writer();

	(void)state;
	assert_int_equal(add(archive, 1, "a"), 0);
	assert_int_equal(add(archive, 1, "b"), CHY_SIGHTED);
	assert_int_equal(add(archive, 1, "b"), CHY_PRESENT);
	assert_int_equal(walk(archive), 4);
	chy_archive_close(archive);
	verify_finds(0);
}

static void entries_of_one_append_see_one_another(void **state)
{
	struct chy_archive *archive = writer();
	struct chy_fault fault;
	struct document a, b;
	struct chy_entry entries[2];

	(void)state;
	make_document(&a, 1, "a");
	make_document(&b, 1, "b");
	entries[0] = a.entry;
	entries[1] = b.entry;
	assert_int_equal(chy_archive_append(archive, entries, 2, &fault), 0);
	assert_int_equal(entries[0].outcome, 0);
	assert_int_equal(entries[0].last_seq, 3);
	assert_int_equal(entries[1].outcome, CHY_SIGHTED);
	assert_int_equal(entries[1].first_seq, 4);
	free_document(&a);
	free_document(&b);
	chy_archive_close(archive);
}

static void bodies_are_kept_and_checked(void **state)
{
	struct chy_archive *archive = writer();
	struct chy_snapshot *snapshot;
	struct chy_buffer body;
	struct chy_fault fault;
	struct chy_hash found[2], absent = {{0}};
	struct document d;
	uint64_t seq;
	size_t n;

	(void)state;
	add(archive, 7, "a");
	make_document(&d, 7, "a");
	chy_buffer_init(&body);
	assert_int_equal(chy_snapshot_open(archive, &snapshot, &fault), 0);
	assert_int_equal(chy_snapshot_blob(snapshot, &d.id, &body, &fault), 0);
	assert_string_equal(body.data, "article 7");
	assert_int_equal(chy_snapshot_blob(snapshot, &absent, &body, &fault), CHY_NOT_FOUND);
	assert_int_equal(chy_snapshot_document(snapshot, &d.id, &seq, &fault), 0);
	assert_int_equal(seq, 2);
	assert_int_equal(
		chy_snapshot_documents_like(snapshot, (struct chy_str){d.hex, 7}, found, 2, &n), 0);
	assert_int_equal(n, 1);
	assert_true(chy_hash_equal(&found[0], &d.id));
	chy_snapshot_close(snapshot);
	chy_buffer_fini(&body);
	free_document(&d);
	chy_archive_close(archive);
}

static void a_second_writer_is_refused_and_told_who_writes(void **state)
{
	struct chy_archive *archive, *other = NULL;
	json_t *holder = json_pack("{s:i}", "pid", 1), *seen = NULL;
	struct chy_fault fault;
	char pid[16];

	(void)state;
	assert_int_equal(chy_archive_holder(place, &seen), CHY_NOT_FOUND);
	archive = writer();
	assert_int_equal(chy_archive_open_writer(place, holder, &other, &fault), CHY_EBUSY);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	assert_non_null(strstr(fault.detail, pid));
	assert_int_equal(chy_archive_holder(place, &seen), 0);
	assert_int_equal(json_integer_value(json_object_get(seen, "pid")), getpid());
	json_decref(seen);
	chy_archive_close(archive);
	assert_int_equal(chy_archive_holder(place, &seen), CHY_NOT_FOUND);
	json_decref(holder);
}

static void a_snapshot_does_not_see_what_comes_after_it(void **state)
{
	struct chy_archive *archive = writer();
	struct chy_snapshot *snapshot;
	struct chy_fault fault;
	struct chy_record record;

	(void)state;
	assert_int_equal(chy_snapshot_open(archive, &snapshot, &fault), 0);
	add(archive, 1, "a");
	assert_int_equal(chy_snapshot_last_seq(snapshot), 1);
	assert_int_equal(chy_snapshot_record(snapshot, 2, &record, &fault), CHY_NOT_FOUND);
	chy_snapshot_close(snapshot);
	chy_archive_close(archive);
}

static void the_record_at_a_time_is_found(void **state)
{
	struct chy_archive *archive = writer();
	struct chy_snapshot *snapshot;
	struct chy_record record;
	struct chy_fault fault;
	uint64_t seq;

	(void)state;
	for (int i = 0; i < 20; i++)
		add(archive, i, "a");
	assert_int_equal(chy_snapshot_open(archive, &snapshot, &fault), 0);
	for (uint64_t n = 1; n <= 41; n++) {
		assert_int_equal(chy_snapshot_record(snapshot, n, &record, &fault), 0);
		assert_int_equal(chy_snapshot_seq_at(snapshot, record.time, &seq, &fault), 0);
		assert_true(seq >= n);
		assert_int_equal(chy_snapshot_seq_at(snapshot, record.time - 1, &seq, &fault), 0);
		assert_true(seq < n);
	}
	chy_snapshot_close(snapshot);
	chy_archive_close(archive);
}

struct race {
	struct chy_archive *archive;
	int walks;
};

static void *read_meanwhile(void *user)
{
	struct race *race = user;

	for (int i = 0; i < race->walks; i++)
		walk(race->archive);
	return NULL;
}

static void readers_see_whole_prefixes_while_a_writer_writes(void **state)
{
	struct race race = {writer(), 100};
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, read_meanwhile, &race), 0);
	for (int i = 0; i < 300; i++)
		add(race.archive, i, "a");
	pthread_join(thread, NULL);
	assert_int_equal(walk(race.archive), 601);
	chy_archive_close(race.archive);
}

/* Appends until it is killed, telling each acknowledged number. */
static void append_for_ever(int tell, int from)
{
	struct chy_archive *archive = writer();

	for (int n = from;; n++) {
		add(archive, n, "a");
		if (write(tell, &n, sizeof(n)) != (ssize_t)sizeof(n))
			_exit(1);
	}
}

static int append_and_kill(int from, unsigned wait_microseconds)
{
	int pipes[2], n, last = from - 1, status;
	pid_t child;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	if (child == 0)
		append_for_ever(pipes[1], from);
	close(pipes[1]);
	usleep(wait_microseconds);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	while (read(pipes[0], &n, sizeof(n)) == (ssize_t)sizeof(n))
		last = n;
	close(pipes[0]);
	return last;
}

static void what_was_acknowledged_survives_kill(void **state)
{
	int rounds = getenv("CHY_LONG") ? 1000 : 25, next = 0;

	(void)state;
	srand(20131103);
	for (int round = 0; round < rounds; round++) {
		int last = append_and_kill(next, (unsigned)(rand() % 20000));
		struct chy_archive *archive = writer();
		uint64_t records = walk(archive);

		/* The last may be on disk without its acknowledgement. */
		assert_in_range(records, 1 + 2 * (last + 1), 1 + 2 * (last + 2));
		next = (int)(records - 1) / 2;
		chy_archive_close(archive);
	}
	verify_finds(0);
}

static void a_log_larger_than_its_first_map_grows(void **state)
{
	struct chy_archive *archive = writer();
	struct chy_fault fault;
	size_t size = (size_t)24 << 20;
	char *noise = malloc(size);
	uint64_t seed = 88172645463325252u;

	(void)state;
	for (int n = 0; n < 14; n++) {
		struct chy_blob blob = {.bytes = {noise, size}};
		struct chy_entry entry = {.blobs = &blob, .blob_count = 1};

		for (size_t i = 0; i + 8 <= size; i += 8) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			memcpy(noise + i, &seed, 8);
		}
		chy_hash_of(noise, size, &blob.hash);
		assert_int_equal(chy_archive_append(archive, &entry, 1, &fault), 0);
	}
	add(archive, 1, "a");
	free(noise);
	chy_archive_close(archive);
	archive = reader();
	assert_int_equal(walk(archive), 3);
	chy_archive_close(archive);
}

static void a_copy_is_an_archive_of_its_own(void **state)
{
	struct chy_archive *archive = writer(), *copy = NULL;
	struct chy_fault fault;
	char directory[96];

	(void)state;
	for (int i = 0; i < 30; i++)
		add(archive, i, "a");
	snprintf(directory, sizeof(directory), "%s/copy", place);
	assert_int_equal(chy_archive_backup(archive, directory, &fault), 0);
	assert_int_equal(chy_archive_backup(archive, directory, &fault), CHY_ECONFLICT);
	add(archive, 30, "a");
	assert_int_equal(chy_archive_open(directory, &copy, &fault), 0);
	assert_string_equal(chy_archive_uuid(copy), chy_archive_uuid(archive));
	assert_int_equal(walk(copy), 61);
	chy_archive_close(copy);
	chy_archive_close(archive);
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_PLACE(a_new_archive_begins_with_its_uuid),
		IN_A_PLACE(an_absent_archive_is_said_to_be_absent),
		IN_A_PLACE(numbers_have_no_gaps_over_reopening),
		IN_A_PLACE(the_same_file_is_taken_once),
		IN_A_PLACE(a_known_document_is_sighted_again),
		IN_A_PLACE(entries_of_one_append_see_one_another),
		IN_A_PLACE(bodies_are_kept_and_checked),
		IN_A_PLACE(a_second_writer_is_refused_and_told_who_writes),
		IN_A_PLACE(a_snapshot_does_not_see_what_comes_after_it),
		IN_A_PLACE(the_record_at_a_time_is_found),
		IN_A_PLACE(readers_see_whole_prefixes_while_a_writer_writes),
		IN_A_PLACE(what_was_acknowledged_survives_kill),
		IN_A_PLACE(a_log_larger_than_its_first_map_grows),
		IN_A_PLACE(a_copy_is_an_archive_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
