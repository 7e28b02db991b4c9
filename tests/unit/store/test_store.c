#include "chancery/store.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"
#include "test.h"

enum { FIRST, SECOND };
static const char *const tables[] = {"first", "second", "third"};
static char place[64], file[96];

static int make_place(void **state)
{
	(void)state;
	snprintf(place, sizeof(place), "/tmp/chy-store-XXXXXX");
	if (!mkdtemp(place))
		return -1;
	snprintf(file, sizeof(file), "%s/a.mdb", place);
	return 0;
}

static int remove_place(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", place);
	return system(command);
}

static struct chy_store *open_store(unsigned flags, size_t n)
{
	struct chy_store *store = NULL;
	struct chy_fault fault;
	char words[512];

	if (chy_store_open(file, flags, tables, n, &store, &fault))
		fail_msg("%s", chy_fault_sentence(&fault, words, sizeof(words)));
	return store;
}

static struct chy_store_txn *begin(struct chy_store *store, bool write)
{
	struct chy_store_txn *txn = NULL;

	assert_int_equal(chy_store_begin(store, write, &txn, NULL), 0);
	return txn;
}

static void put(struct chy_store *store, const char *key, const char *value)
{
	struct chy_store_txn *txn = begin(store, true);

	assert_int_equal(chy_store_put(txn, FIRST, chy_str_from(key), chy_str_from(value)), 0);
	assert_int_equal(chy_store_commit(txn, NULL), 0);
}

static void an_absent_file_is_said_to_be_absent(void **state)
{
	struct chy_store *store = NULL;
	struct chy_fault fault;

	(void)state;
	assert_int_equal(
		chy_store_open(file, CHY_STORE_READ_ONLY, tables, 2, &store, &fault), CHY_EABSENT);
	assert_string_equal(fault.subject, file);
	assert_null(store);
	assert_int_equal(access(file, F_OK), -1);
}

static void a_file_of_something_else_is_refused_and_left_alone(void **state)
{
	static const char text[] = "this is no environment, but a letter to the editor";
	struct chy_store *store = NULL;
	struct chy_fault fault;
	char after[sizeof(text)] = "";
	FILE *out;

	(void)state;
	out = fopen(file, "w");
	for (int i = 0; i < 1000; i++)
		fputs(text, out);
	fclose(out);
	assert_int_equal(
		chy_store_open(file, CHY_STORE_CREATE, tables, 2, &store, &fault), CHY_EDAMAGED);
	assert_null(store);
	out = fopen(file, "r");
	assert_int_equal(fread(after, sizeof(text) - 1, 1, out), 1);
	fclose(out);
	assert_string_equal(after, text);
}

static void a_cursor_goes_both_ways_in_the_order_of_bytes(void **state)
{
	struct chy_store *store = open_store(CHY_STORE_CREATE, 2);
	static const char *const keys[] = {"b", "a", "\xc3\xa9", "ab", "B"};
	static const char *const order[] = {"B", "a", "ab", "b", "\xc3\xa9"};
	struct chy_store_cursor *cursor;
	struct chy_store_txn *txn;
	struct chy_str key, value;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		put(store, keys[i], keys[i]);
	txn = begin(store, false);
	assert_int_equal(chy_store_cursor_open(txn, FIRST, &cursor), 0);
	assert_int_equal(chy_store_seek(cursor, (struct chy_str){"", 0}, &key, &value), 0);
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		assert_true(chy_str_is(key, order[i]));
		assert_true(chy_str_is(value, order[i]));
		assert_int_equal(chy_store_next(cursor, &key, &value),
			i + 1 < COUNT_OF(order) ? 0 : CHY_END);
	}
	assert_int_equal(chy_store_last(cursor, &key, &value), 0);
	for (size_t i = COUNT_OF(order); i-- > 0;) {
		assert_true(chy_str_is(key, order[i]));
		assert_int_equal(chy_store_previous(cursor, &key, &value), i ? 0 : CHY_END);
	}
	assert_int_equal(chy_store_seek(cursor, chy_str_from("aa"), &key, &value), 0);
	assert_true(chy_str_is(key, "ab"));
	assert_int_equal(chy_store_seek(cursor, chy_str_from("\xff"), &key, &value), CHY_END);
	chy_store_cursor_close(cursor);
	chy_store_abort(txn);
	chy_store_close(store);
}

static void appending_refuses_a_key_out_of_order(void **state)
{
	struct chy_store *store = open_store(CHY_STORE_CREATE, 2);
	struct chy_store_txn *txn = begin(store, true);
	struct chy_str value = chy_str_from("v");

	(void)state;
	assert_int_equal(chy_store_append(txn, FIRST, chy_str_from("m"), value), 0);
	assert_int_equal(chy_store_append(txn, FIRST, chy_str_from("z"), value), 0);
	assert_int_equal(chy_store_append(txn, FIRST, chy_str_from("a"), value), CHY_ECONFLICT);
	chy_store_abort(txn);
	chy_store_close(store);
}

static void a_key_too_long_or_empty_is_refused(void **state)
{
	struct chy_store *store = open_store(CHY_STORE_CREATE, 2);
	struct chy_store_txn *txn = begin(store, true);
	char key[512] = {0};

	(void)state;
	assert_int_equal(chy_store_put(txn, FIRST, (struct chy_str){key, 512}, chy_str_from("v")),
		CHY_ELIMIT);
	assert_int_equal(
		chy_store_put(txn, FIRST, (struct chy_str){key, 0}, chy_str_from("v")), CHY_ELIMIT);
	assert_int_equal(
		chy_store_put(txn, FIRST, (struct chy_str){key, 511}, chy_str_from("v")), 0);
	chy_store_abort(txn);
	chy_store_close(store);
}

static void an_aborted_transaction_leaves_nothing(void **state)
{
	struct chy_store *store = open_store(CHY_STORE_CREATE, 2);
	struct chy_store_txn *txn;
	struct chy_str value;

	(void)state;
	put(store, "kept", "1");
	txn = begin(store, true);
	assert_int_equal(chy_store_put(txn, FIRST, chy_str_from("lost"), chy_str_from("1")), 0);
	assert_int_equal(chy_store_delete(txn, FIRST, chy_str_from("kept")), 0);
	chy_store_abort(txn);
	txn = begin(store, false);
	assert_int_equal(chy_store_get(txn, FIRST, chy_str_from("lost"), &value), CHY_NOT_FOUND);
	assert_int_equal(chy_store_get(txn, FIRST, chy_str_from("kept"), &value), 0);
	chy_store_abort(txn);
	chy_store_close(store);
}

static void clearing_a_table_empties_that_one_alone(void **state)
{
	struct chy_store *store = open_store(CHY_STORE_CREATE, 2);
	struct chy_store_txn *txn = begin(store, true);
	uint64_t n;

	(void)state;
	for (unsigned table = FIRST; table <= SECOND; table++)
		for (char c = 'a'; c <= 'z'; c++)
			assert_int_equal(chy_store_put(txn, table, (struct chy_str){&c, 1},
						 chy_str_from("v")),
				0);
	assert_int_equal(chy_store_clear(txn, FIRST), 0);
	assert_int_equal(chy_store_count(txn, FIRST, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(chy_store_count(txn, SECOND, &n), 0);
	assert_int_equal(n, 26);
	assert_int_equal(chy_store_commit(txn, NULL), 0);
	chy_store_close(store);
}

/* A file of an older edition may lack a table. */
static void a_table_that_the_file_lacks_is_empty_to_a_reader(void **state)
{
	struct chy_store *store = open_store(CHY_STORE_CREATE, 2);
	struct chy_store_cursor *cursor;
	struct chy_store_txn *txn;
	struct chy_str key, value;
	uint64_t n = 1;

	(void)state;
	chy_store_close(store);
	store = open_store(CHY_STORE_READ_ONLY, 3);
	txn = begin(store, false);
	assert_int_equal(chy_store_get(txn, 2, chy_str_from("k"), &value), CHY_NOT_FOUND);
	assert_int_equal(chy_store_count(txn, 2, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(chy_store_cursor_open(txn, 2, &cursor), 0);
	assert_int_equal(chy_store_seek(cursor, (struct chy_str){"", 0}, &key, &value), CHY_END);
	assert_int_equal(chy_store_last(cursor, &key, &value), CHY_END);
	chy_store_cursor_close(cursor);
	chy_store_abort(txn);
	chy_store_close(store);
}

static void a_reader_cannot_write(void **state)
{
	struct chy_store *store = open_store(CHY_STORE_CREATE, 2);
	struct chy_store_txn *txn = NULL;
	struct chy_fault fault;

	(void)state;
	chy_store_close(store);
	store = open_store(CHY_STORE_READ_ONLY, 2);
	assert_int_equal(chy_store_begin(store, true, &txn, &fault), CHY_EACCESS);
	assert_null(txn);
	chy_store_close(store);
}

/* Puts large values until one is refused; how many went in. */
static unsigned fill(struct chy_store_txn *txn, unsigned from, int *out_result)
{
	enum { SIZE = 4 << 20 };
	char *bytes = calloc(1, SIZE), key[16];
	unsigned n = from;

	do {
		snprintf(key, sizeof(key), "%08u", n++);
		*out_result =
			chy_store_put(txn, FIRST, chy_str_from(key), (struct chy_str){bytes, SIZE});
	} while (*out_result == 0 && n < from + 200);
	free(bytes);
	return n - 1;
}

static void a_full_map_is_said_and_grows(void **state)
{
	struct chy_store *store = open_store(CHY_STORE_CREATE, 2);
	struct chy_store_txn *txn = begin(store, true);
	uint64_t used, map, grown;
	int result;

	(void)state;
	chy_store_size(store, &used, &map);
	assert_true(fill(txn, 0, &result) < 200);
	assert_int_equal(result, CHY_STORE_FULL);
	chy_store_abort(txn);
	assert_int_equal(chy_store_grow(store, 3 * map, NULL), 0);
	chy_store_size(store, &used, &grown);
	assert_true(grown >= 4 * map);
	txn = begin(store, true);
	assert_int_equal(fill(txn, 0, &result), 199);
	assert_int_equal(result, 0);
	chy_store_abort(txn);
	chy_store_close(store);
}

/* Runs act in a process of its own and tells whether it liked what it saw. */
static pid_t apart(bool (*act)(int tell), int tell)
{
	pid_t child = fork();

	if (child == 0)
		_exit(act(tell) ? 0 : 1);
	return child;
}

static void must_have_liked_it(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static bool write_past_the_first_map(int tell)
{
	struct chy_store *store = open_store(0, 2);
	struct chy_store_txn *txn = begin(store, true);
	int result;

	(void)tell;
	fill(txn, 0, &result);
	chy_store_abort(txn);
	if (result != CHY_STORE_FULL || chy_store_grow(store, (size_t)1 << 30, NULL))
		return false;
	txn = begin(store, true);
	fill(txn, 0, &result);
	if (result || chy_store_commit(txn, NULL))
		return false;
	chy_store_close(store);
	return true;
}

static void a_reader_follows_a_map_that_another_process_grew(void **state)
{
	struct chy_store *store = open_store(CHY_STORE_CREATE, 2);
	struct chy_store_txn *txn;
	struct chy_str value;

	(void)state;
	chy_store_close(store);
	store = open_store(CHY_STORE_READ_ONLY, 2);
	must_have_liked_it(apart(write_past_the_first_map, -1));
	txn = begin(store, false);
	assert_int_equal(chy_store_get(txn, FIRST, chy_str_from("00000199"), &value), 0);
	assert_int_equal(value.size, 4 << 20);
	chy_store_abort(txn);
	chy_store_close(store);
}

static bool read_and_wait(int tell)
{
	struct chy_store *store = open_store(CHY_STORE_READ_ONLY, 2);

	begin(store, false);
	if (write(tell, "r", 1) != 1)
		return false;
	pause();
	return false;
}

/* A reader in the middle of its transaction, which is then stopped. */
static pid_t stopped_reader(void)
{
	int pipes[2];
	char byte;
	pid_t child;

	assert_int_equal(pipe(pipes), 0);
	child = apart(read_and_wait, pipes[1]);
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	close(pipes[0]);
	kill(child, SIGSTOP);
	return child;
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void a_reader_that_sleeps_never_holds_the_writer(void **state)
{
	struct chy_store *store = open_store(CHY_STORE_CREATE, 2);
	pid_t reader;

	(void)state;
	put(store, "a", "b");
	reader = stopped_reader();
	/* Any wait for the reader would be for ever: it cannot go on. */
	for (int i = 0; i < 100; i++)
		put(store, "a", i % 2 ? "b" : "c");
	assert_int_equal(chy_store_grow(store, (size_t)1 << 30, NULL), 0);
	put(store, "a", "d");
	end(reader);
	chy_store_close(store);
}

static uint64_t used_after_churn(struct chy_store *store)
{
	uint64_t used, map;

	for (int i = 0; i < 50; i++)
		put(store, "a", i % 2 ? "b" : "c");
	chy_store_size(store, &used, &map);
	return used;
}

/* A dead reader would keep old pages for ever; opening forgets it. */
static void opening_forgets_readers_that_died(void **state)
{
	struct chy_store *store = open_store(CHY_STORE_CREATE, 2);
	uint64_t steady = used_after_churn(store), held;
	pid_t reader = stopped_reader();

	(void)state;
	held = used_after_churn(store);
	assert_true(held > steady);
	end(reader);
	assert_true(used_after_churn(store) > held);
	chy_store_close(store);
	store = open_store(0, 2);
	held = used_after_churn(store);
	assert_int_equal(used_after_churn(store), held);
	chy_store_close(store);
}

static void kinds_of_file_systems_are_told_apart(void **state)
{
	static const struct {
		uint32_t kind;
		bool refused;
	} cases[] = {
		{0x6969, true}, /* NFS */
		{0xff534d42, true}, /* CIFS */
		{0xfe534d42, true}, /* SMB2 */
		{0x517b, true}, /* SMB */
		{0x01021997, true}, /* 9P */
		{0x00c36400, true}, /* Ceph */
		{0x0bd00bd0, true}, /* Lustre */
		{0x5346414f, true}, /* AFS */
		{0x65735546, true}, /* FUSE: sshfs and the like */
		{0xef53, false}, /* ext4 */
		{0x58465342, false}, /* XFS */
		{0x9123683e, false}, /* btrfs */
		{0x2fc12fc1, false}, /* ZFS */
		{0x01021994, false}, /* tmpfs */
		{0x794c7630, false}, /* overlayfs */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if ((chy_store_refused_filesystem(cases[i].kind) != NULL) != cases[i].refused)
			fail_msg("0x%x", cases[i].kind);
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_PLACE(an_absent_file_is_said_to_be_absent),
		IN_A_PLACE(a_file_of_something_else_is_refused_and_left_alone),
		IN_A_PLACE(a_cursor_goes_both_ways_in_the_order_of_bytes),
		IN_A_PLACE(appending_refuses_a_key_out_of_order),
		IN_A_PLACE(a_key_too_long_or_empty_is_refused),
		IN_A_PLACE(an_aborted_transaction_leaves_nothing),
		IN_A_PLACE(clearing_a_table_empties_that_one_alone),
		IN_A_PLACE(a_table_that_the_file_lacks_is_empty_to_a_reader),
		IN_A_PLACE(a_reader_cannot_write),
		IN_A_PLACE(a_full_map_is_said_and_grows),
		IN_A_PLACE(a_reader_follows_a_map_that_another_process_grew),
		IN_A_PLACE(a_reader_that_sleeps_never_holds_the_writer),
		IN_A_PLACE(opening_forgets_readers_that_died),
		cmocka_unit_test(kinds_of_file_systems_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
