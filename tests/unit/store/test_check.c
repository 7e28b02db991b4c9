/* The reader of the file's format: sound files of every shape are sound, and a
 * page that is not what it should be is named. The archive's tests change every
 * byte in turn. */
#include "chancery/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static const char *const tables[] = {"first", "second"};
static char place[64], file[96];

static int make_place(void **state)
{
	(void)state;
	snprintf(place, sizeof(place), "/tmp/chy-check-XXXXXX");
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

static struct chy_store *open_store(void)
{
	struct chy_store *store = NULL;

	assert_int_equal(chy_store_open(file, CHY_STORE_CREATE, tables, 2, &store, NULL), 0);
	return store;
}

static struct chy_store_txn *begin(struct chy_store *store)
{
	struct chy_store_txn *txn = NULL;

	assert_int_equal(chy_store_begin(store, true, &txn, NULL), 0);
	return txn;
}

static struct chy_str key_of(unsigned n, char key[24])
{
	/* Scattered, so that pages split in the middle. */
	snprintf(key, 24, "%08x-%u", n * 2654435761u, n);
	return chy_str_from(key);
}

/* Puts values of a size under keys first to last of a table. */
static void put_many(
	struct chy_store *store, unsigned table, unsigned first, unsigned last, size_t size)
{
	struct chy_store_txn *txn = begin(store);
	char *value = calloc(1, size + 1), key[24];

	for (unsigned n = first; n <= last; n++) {
		memset(value, (int)('a' + n % 26), size);
		assert_int_equal(
			chy_store_put(txn, table, key_of(n, key), (struct chy_str){value, size}),
			0);
	}
	free(value);
	assert_int_equal(chy_store_commit(txn, NULL), 0);
}

static void delete_many(struct chy_store *store, unsigned table, unsigned first, unsigned last)
{
	struct chy_store_txn *txn = begin(store);
	char key[24];

	for (unsigned n = first; n <= last; n++)
		assert_int_equal(chy_store_delete(txn, table, key_of(n, key)), 0);
	assert_int_equal(chy_store_commit(txn, NULL), 0);
}

struct found {
	unsigned count;
	uint64_t pages[64];
};

static void on_problem(void *user, uint64_t page, const char *what)
{
	struct found *found = user;

	assert_true(what[0] != '\0');
	found->pages[found->count++ % COUNT_OF(found->pages)] = page;
}

static bool named(const struct found *found, uint64_t page)
{
	for (unsigned i = 0; i < found->count && i < COUNT_OF(found->pages); i++)
		if (found->pages[i] == page)
			return true;
	return false;
}

static void must_be_sound(const char *path)
{
	struct found found = {0};
	struct chy_fault fault;
	char words[512];
	int result = chy_store_check(path, on_problem, &found, &fault);

	if (result)
		fail_msg("%s (page %llu)", chy_fault_sentence(&fault, words, sizeof(words)),
			(unsigned long long)found.pages[0]);
	assert_int_equal(found.count, 0);
}

static struct found must_be_damaged(void)
{
	struct found found = {0};
	struct chy_fault fault;

	assert_int_equal(chy_store_check(file, on_problem, &found, &fault), CHY_EDAMAGED);
	assert_int_equal(fault.code, CHY_EDAMAGED);
	assert_true(found.count > 0);
	return found;
}

/* -- shapes of sound files ------------------------------------------------- */

static void nothing(struct chy_store *store)
{
	(void)store;
}

static void one_entry(struct chy_store *store)
{
	put_many(store, 0, 1, 1, 10);
}

static void three_levels(struct chy_store *store)
{
	put_many(store, 0, 1, 20000, 30);
	put_many(store, 1, 1, 100, 30);
}

static void large_values(struct chy_store *store)
{
	put_many(store, 0, 1, 50, 3000);
	put_many(store, 0, 51, 60, 200000);
	put_many(store, 1, 1, 20, 4080);
	put_many(store, 1, 21, 40, 4081);
}

static void holes(struct chy_store *store)
{
	three_levels(store);
	delete_many(store, 0, 5000, 15000);
	put_many(store, 0, 20001, 20400, 900);
}

/* More free pages than a page can list. */
static void a_long_free_list(struct chy_store *store)
{
	put_many(store, 0, 1, 300, 40000);
	delete_many(store, 0, 2, 300);
}

static void emptied(struct chy_store *store)
{
	put_many(store, 0, 1, 500, 100);
	delete_many(store, 0, 1, 500);
}

static void values_of_no_bytes(struct chy_store *store)
{
	put_many(store, 0, 1, 500, 0);
}

/* Its last pages were never written. */
static void taken_and_given_back_at_once(struct chy_store *store)
{
	struct chy_store_txn *txn = begin(store);
	struct chy_str value = {calloc(1, 100000), 100000};

	assert_int_equal(chy_store_put(txn, 0, chy_str_from("a"), chy_str_from("b")), 0);
	assert_int_equal(chy_store_put(txn, 0, chy_str_from("large"), value), 0);
	assert_int_equal(chy_store_delete(txn, 0, chy_str_from("large")), 0);
	assert_int_equal(chy_store_commit(txn, NULL), 0);
	free((void *)value.data);
}

static void sound_files_of_every_shape_are_sound(void **state)
{
	static const struct {
		const char *name;
		void (*make)(struct chy_store *);
	} shapes[] = {{"nothing", nothing}, {"one entry", one_entry},
		{"three levels", three_levels}, {"large values", large_values}, {"holes", holes},
		{"a long free list", a_long_free_list}, {"emptied", emptied},
		{"values of no bytes", values_of_no_bytes},
		{"taken and given back", taken_and_given_back_at_once}};
	char command[128];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(shapes); i++) {
		struct chy_store *store = open_store();

		print_message("%s\n", shapes[i].name);
		shapes[i].make(store);
		chy_store_close(store);
		must_be_sound(file);
		snprintf(command, sizeof(command), "rm -f '%s'", file);
		assert_int_equal(system(command), 0);
	}
}

static void a_compacted_copy_is_sound(void **state)
{
	struct chy_store *store = open_store();
	char copy[96], path[112];

	(void)state;
	holes(store);
	large_values(store);
	snprintf(copy, sizeof(copy), "%s/copy", place);
	assert_int_equal(mkdir(copy, 0700), 0);
	assert_int_equal(chy_store_copy(store, copy, NULL), 0);
	chy_store_close(store);
	snprintf(path, sizeof(path), "%s/a.mdb", copy);
	must_be_sound(path);
}

static void a_file_that_is_written_to_meanwhile_is_sound(void **state)
{
	pid_t child = fork();
	int status, checks = 0;

	(void)state;
	if (child == 0) {
		struct chy_store *store = open_store();

		for (unsigned n = 1; n <= 200; n++) {
			put_many(store, n % 2, 10 * n, 10 * n + 9, n % 7 ? 60 : 9000);
			if (n > 20)
				delete_many(store, n % 2, 10 * (n - 20), 10 * (n - 20) + 9);
		}
		chy_store_close(store);
		_exit(0);
	}
	while (access(file, F_OK))
		usleep(100);
	while (waitpid(child, &status, WNOHANG) == 0) {
		struct stat info;

		/* A file is a store once its first two pages are there. */
		if (stat(file, &info) == 0 && info.st_size > 2 * 4096) {
			must_be_sound(file);
			checks++;
		}
	}
	assert_int_equal(status, 0);
	must_be_sound(file);
	print_message("%d checks\n", checks);
}

/* -- damage ---------------------------------------------------------------- */

/* Three levels, each page but the first two in a tree, none of bytes alone. */
static void make_three_levels(void)
{
	struct chy_store *store = open_store();
	char copy[96], command[256];

	three_levels(store);
	snprintf(copy, sizeof(copy), "%s/copy", place);
	assert_int_equal(mkdir(copy, 0700), 0);
	assert_int_equal(chy_store_copy(store, copy, NULL), 0);
	chy_store_close(store);
	snprintf(command, sizeof(command), "mv '%s/a.mdb' '%s'", copy, file);
	assert_int_equal(system(command), 0);
}

static void write_at(off_t at, const void *bytes, size_t size)
{
	int fd = open(file, O_WRONLY);

	assert_int_equal(pwrite(fd, bytes, size, at), (ssize_t)size);
	close(fd);
}

static void read_at(off_t at, void *bytes, size_t size)
{
	int fd = open(file, O_RDONLY);

	assert_int_equal(pread(fd, bytes, size, at), (ssize_t)size);
	close(fd);
}

static void an_absent_file_is_no_damage(void **state)
{
	struct found found = {0};
	struct chy_fault fault;

	(void)state;
	assert_int_equal(chy_store_check(file, on_problem, &found, &fault), CHY_EABSENT);
	assert_int_equal(found.count, 0);
}

static void what_is_no_store_is_damaged(void **state)
{
	static const off_t sizes[] = {1, 15, 16, 100, 4096, 8191, 8192, 100000};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		int fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);

		assert_int_equal(ftruncate(fd, sizes[i]), 0);
		close(fd);
		must_be_damaged();
	}
}

static void what_holds_nothing_yet_or_is_no_file_is_told_as_that(void **state)
{
	struct found found = {0};
	struct chy_fault fault;
	int fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);

	(void)state;
	close(fd);
	assert_int_equal(chy_store_check(file, on_problem, &found, &fault), CHY_EABSENT);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(mkfifo(file, 0600), 0);
	assert_int_equal(chy_store_check(file, on_problem, &found, &fault), CHY_ECONFLICT);
	assert_int_equal(found.count, 0);
}

static void a_file_cut_off_at_any_page_is_damaged(void **state)
{
	struct stat info;
	int cuts = 0;

	(void)state;
	make_three_levels();
	assert_int_equal(stat(file, &info), 0);
	for (off_t size = info.st_size - 1; size > 0; size -= info.st_size / 40, cuts++) {
		assert_int_equal(truncate(file, size), 0);
		must_be_damaged();
	}
	assert_true(cuts >= 39);
}

static void a_page_in_the_place_of_another_is_named(void **state)
{
	char page[4096], kept[4096];
	struct found found;
	unsigned tried = 0;

	(void)state;
	make_three_levels();
	for (off_t n = 2; n < 250; n += 23, tried++) {
		read_at(n * 4096, kept, sizeof(kept));
		read_at((n + 1) * 4096, page, sizeof(page));
		write_at(n * 4096, page, sizeof(page));
		found = must_be_damaged();
		assert_true(named(&found, (uint64_t)n));
		write_at(n * 4096, kept, sizeof(kept));
	}
	assert_true(tried > 10);
	must_be_sound(file);
}

/* As a disk gives back that has lost a sector. */
static void a_page_of_zeros_is_named(void **state)
{
	char zeros[4096] = {0}, kept[4096];
	struct found found;

	(void)state;
	make_three_levels();
	for (off_t n = 2; n < 250; n += 31) {
		read_at(n * 4096, kept, sizeof(kept));
		write_at(n * 4096, zeros, sizeof(zeros));
		found = must_be_damaged();
		assert_true(named(&found, (uint64_t)n));
		write_at(n * 4096, kept, sizeof(kept));
	}
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_PLACE(sound_files_of_every_shape_are_sound),
		IN_A_PLACE(a_compacted_copy_is_sound),
		IN_A_PLACE(a_file_that_is_written_to_meanwhile_is_sound),
		IN_A_PLACE(an_absent_file_is_no_damage),
		IN_A_PLACE(what_is_no_store_is_damaged),
		IN_A_PLACE(what_holds_nothing_yet_or_is_no_file_is_told_as_that),
		IN_A_PLACE(a_file_cut_off_at_any_page_is_damaged),
		IN_A_PLACE(a_page_in_the_place_of_another_is_named),
		IN_A_PLACE(a_page_of_zeros_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
