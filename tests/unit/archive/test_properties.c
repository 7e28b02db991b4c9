/* What holds of any log whatever is done to it: random work against a model,
 * and a disk that is full. */
#include "chancery/archive.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

enum { DOCUMENTS = 25, PATHS = 3, BATCH = 6, NO_MOUNTS = 77 };

static char place[64];

static int make_place(void **state)
{
	(void)state;
	snprintf(place, sizeof(place), "/tmp/chy-properties-XXXXXX");
	return mkdtemp(place) ? 0 : -1;
}

static int remove_place(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", place);
	return system(command);
}

static struct chy_archive *open_writer(void)
{
	json_t *holder = json_object();
	struct chy_archive *archive = NULL;

	chy_archive_open_writer(place, holder, &archive, NULL);
	json_decref(holder);
	return archive;
}

/* A document of n, that came under a path; its bytes do not shrink. */
struct item {
	char *bytes;
	struct chy_hash id, once;
	struct chy_record_draft records[2];
	struct chy_blob blob;
};

static void make_item(struct item *item, unsigned n, unsigned path, size_t size)
{
	uint64_t noise = 88172645463325252u + n;
	unsigned key[2] = {n, path};
	char hex[CHY_HASH_HEX];

	item->bytes = malloc(size);
	for (size_t i = 0; i < size; i++) {
		noise ^= noise << 13;
		noise ^= noise >> 7;
		noise ^= noise << 17;
		item->bytes[i] = (char)noise;
	}
	chy_hash_of(item->bytes, size, &item->id);
	chy_hash_of(key, sizeof(key), &item->once);
	chy_hash_to_hex(&item->id, hex);
	item->records[0] = (struct chy_record_draft){CHY_KIND_DOCUMENT_ADDED,
		json_pack("{s:s, s:s, s:i}", "document", hex, "original", hex, "path", (int)path)};
	item->records[1] = (struct chy_record_draft){
		CHY_KIND_EVENTS_CODED, json_pack("{s:s, s:[]}", "document", hex, "events")};
	item->blob = (struct chy_blob){item->id, {item->bytes, size}};
}

static void free_item(struct item *item)
{
	json_decref(item->records[0].body);
	json_decref(item->records[1].body);
	free(item->bytes);
}

static struct chy_entry entry_of(const struct item *item)
{
	return (struct chy_entry){.once = &item->once,
		.document = &item->id,
		.sighting = {CHY_KIND_DOCUMENT_SIGHTED, item->records[0].body},
		.records = item->records,
		.record_count = 2,
		.blobs = &item->blob,
		.blob_count = 1};
}

static void on_problem(void *user, const struct chy_fault *fault)
{
	char words[512];

	fprintf(stderr, "%s\n", chy_fault_sentence(fault, words, sizeof(words)));
	++*(int *)user;
}

static bool is_sound(void)
{
	struct chy_verify_report report;
	int problems = 0;

	return chy_archive_verify(place, on_problem, &problems, &report, NULL) == 0 && !problems;
}

static uint64_t last_of(struct chy_archive *archive)
{
	struct chy_snapshot *snapshot;
	struct chy_log_cursor *cursor;
	struct chy_record record;
	int64_t before = INT64_MIN;
	uint64_t last, n = 0;

	if (chy_snapshot_open(archive, &snapshot, NULL))
		return 0;
	last = chy_snapshot_last_seq(snapshot);
	if (chy_log_cursor_open(snapshot, 0, &cursor, NULL) == 0) {
		while (chy_log_cursor_next(cursor, &record, NULL) == 0 && record.time >= before) {
			before = record.time;
			n++;
		}
		chy_log_cursor_close(cursor);
	}
	chy_snapshot_close(snapshot);
	return n == last ? last : 0;
}

/* -- random work ----------------------------------------------------------- */

struct model {
	uint64_t last, added[DOCUMENTS]; /* numbers of document-added, 0: not there */
	bool taken[DOCUMENTS][PATHS];
};

/* What an append of a document under a path must come to. */
static int foretell(struct model *model, unsigned n, unsigned path)
{
	bool taken = model->taken[n][path], known = model->added[n];

	if (taken)
		return CHY_PRESENT;
	model->taken[n][path] = true;
	if (known) {
		model->last++;
		return CHY_SIGHTED;
	}
	model->added[n] = model->last + 1;
	model->last += 2;
	return 0;
}

static void append_some(struct chy_archive *archive, struct model *model, unsigned *seed)
{
	struct chy_entry entries[BATCH];
	struct item items[BATCH];
	int expected[BATCH];
	unsigned count = (unsigned)rand_r(seed) % (BATCH + 1);

	for (unsigned i = 0; i < count; i++) {
		unsigned n = (unsigned)rand_r(seed) % DOCUMENTS;
		unsigned path = (unsigned)rand_r(seed) % PATHS;

		make_item(&items[i], n, path, 1 + n * 311);
		entries[i] = entry_of(&items[i]);
		expected[i] = foretell(model, n, path);
	}
	assert_int_equal(chy_archive_append(archive, entries, count, NULL), 0);
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(entries[i].outcome, expected[i]);
		free_item(&items[i]);
	}
}

static void compare(struct chy_archive *archive, const struct model *model)
{
	struct chy_snapshot *snapshot;
	struct chy_buffer body;

	assert_int_equal(last_of(archive), model->last);
	assert_int_equal(chy_snapshot_open(archive, &snapshot, NULL), 0);
	chy_buffer_init(&body);
	for (unsigned n = 0; n < DOCUMENTS; n++) {
		struct item item;
		uint64_t seq = 0;
		int there;

		make_item(&item, n, 0, 1 + n * 311);
		chy_buffer_clear(&body);
		there = model->added[n] ? 0 : CHY_NOT_FOUND;
		assert_int_equal(chy_snapshot_document(snapshot, &item.id, &seq, NULL), there);
		assert_int_equal(seq, model->added[n]);
		assert_int_equal(chy_snapshot_blob(snapshot, &item.id, &body, NULL), there);
		if (model->added[n])
			assert_memory_equal(body.data, item.bytes, item.blob.bytes.size);
		free_item(&item);
	}
	chy_buffer_fini(&body);
	chy_snapshot_close(snapshot);
}

static void random_work_comes_to_what_a_model_foretells(void **state)
{
	unsigned sequences = getenv("CHY_LONG") ? 500 : 12;
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", place);
	for (unsigned sequence = 1; sequence <= sequences; sequence++) {
		struct chy_archive *archive = open_writer();
		struct model model = {.last = 1};
		unsigned seed = sequence;

		assert_non_null(archive);
		for (int step = 0; step < 25; step++) {
			append_some(archive, &model, &seed);
			if (rand_r(&seed) % 5 == 0) {
				chy_archive_close(archive);
				archive = open_writer();
				assert_non_null(archive);
			}
		}
		print_message(
			"sequence %u: %llu records\n", sequence, (unsigned long long)model.last);
		compare(archive, &model);
		chy_archive_close(archive);
		assert_true(is_sound());
		assert_int_equal(system(command), 0);
	}
}

/* One of the entries cannot be written: none of them is. */
static void entries_go_in_together_or_not_at_all(void **state)
{
	struct chy_archive *archive = open_writer();
	struct chy_entry entries[2];
	struct item items[2];
	json_t *body;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		make_item(&items[i], i, 0, 100);
		entries[i] = entry_of(&items[i]);
	}
	body = items[1].records[1].body;
	items[1].records[1].body = NULL; /* no value has no canonical form */
	assert_int_equal(chy_archive_append(archive, entries, 2, NULL), CHY_EINPUT);
	assert_int_equal(last_of(archive), 1);
	items[1].records[1].body = body;
	assert_int_equal(chy_archive_append(archive, entries, 2, NULL), 0);
	assert_int_equal(last_of(archive), 5);
	for (unsigned i = 0; i < 2; i++)
		free_item(&items[i]);
	chy_archive_close(archive);
	assert_true(is_sound());
}

static void a_reader_cannot_append(void **state)
{
	struct chy_archive *archive = open_writer();
	struct chy_entry entry;
	struct item item;

	(void)state;
	chy_archive_close(archive);
	assert_int_equal(chy_archive_open(place, &archive, NULL), 0);
	make_item(&item, 1, 0, 10);
	entry = entry_of(&item);
	assert_int_equal(chy_archive_append(archive, &entry, 1, NULL), CHY_EACCESS);
	assert_int_equal(last_of(archive), 1);
	free_item(&item);
	chy_archive_close(archive);
}

/* -- a full disk ----------------------------------------------------------- */

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return written;
}

/* Mounts of this process's own; where it is not root, as root of a user
 * namespace of its own. */
static bool have_mounts_of_ones_own(void)
{
	char uids[32], gids[32];

	snprintf(uids, sizeof(uids), "0 %u 1", (unsigned)geteuid());
	snprintf(gids, sizeof(gids), "0 %u 1", (unsigned)getegid());
	if (geteuid() == 0) {
		if (unshare(CLONE_NEWNS))
			return false;
	} else if (unshare(CLONE_NEWUSER | CLONE_NEWNS) ||
		   !write_text("/proc/self/uid_map", uids) ||
		   !write_text("/proc/self/setgroups", "deny") ||
		   !write_text("/proc/self/gid_map", gids)) {
		return false;
	}
	return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("none", place, "tmpfs", 0, "size=2m") == 0;
}

/* A step of the story that did not go as it should is told by its line. */
#define MUST(what)                                                                                 \
	do {                                                                                       \
		if (!(what))                                                                       \
			return __LINE__;                                                           \
	} while (0)

static int append_one(struct chy_archive *archive, unsigned n)
{
	struct chy_entry entry;
	struct item item;
	int result;

	make_item(&item, n, 0, 30000);
	entry = entry_of(&item);
	result = chy_archive_append(archive, &entry, 1, NULL);
	free_item(&item);
	return result;
}

static int fill_the_disk(void)
{
	struct chy_archive *archive;
	unsigned kept = 0;
	int result;

	if (!have_mounts_of_ones_own())
		return NO_MOUNTS;
	archive = open_writer();
	MUST(archive);
	while ((result = append_one(archive, kept)) == 0 && kept < 1000)
		kept++;
	MUST(result == CHY_ENOSPACE);
	MUST(kept > 5 && kept < 1000);
	/* Trying again changes nothing, and what is there can be read. */
	MUST(append_one(archive, kept) == CHY_ENOSPACE);
	MUST(last_of(archive) == 1 + 2 * kept);
	/* Room again: it goes on by itself, without being opened anew. */
	MUST(mount("none", place, "tmpfs", MS_REMOUNT, "size=8m") == 0);
	MUST(append_one(archive, kept) == 0);
	MUST(last_of(archive) == 1 + 2 * (kept + 1));
	chy_archive_close(archive);
	MUST(is_sound());
	return 0;
}

static void a_full_disk_appends_nothing_and_loses_nothing(void **state)
{
	int pipes[2], line = -1;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	child = fork();
	if (child == 0) {
		line = fill_the_disk();
		_exit(write(pipes[1], &line, sizeof(line)) == (ssize_t)sizeof(line) ? 0 : 1);
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &line, sizeof(line)), sizeof(line));
	close(pipes[0]);
	waitpid(child, NULL, 0);
	if (line == NO_MOUNTS) {
		print_message("not tested: no mounts of one's own are permitted here\n");
		skip();
	}
	if (line)
		fail_msg("line %d", line);
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_PLACE(random_work_comes_to_what_a_model_foretells),
		IN_A_PLACE(entries_go_in_together_or_not_at_all),
		IN_A_PLACE(a_reader_cannot_append),
		IN_A_PLACE(a_full_disk_appends_nothing_and_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
