/* No file makes the check of pages crash or run for ever, and it says that a file
 * is damaged when, and only when, it has named a page. An input is laid over a
 * small sound file in pieces of ten bytes: the place (16 bit, little-endian, in
 * units of eight bytes) and the eight bytes to write there. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "chancery/store.h"

enum { PIECE = 10 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct chy_buffer sound;
static char path[64];
static int file;

static void put_entries(struct chy_store *store, unsigned first, unsigned last)
{
	struct chy_str value = {calloc(1, 9000), 0};
	struct chy_store_txn *txn;
	char key[16];

	if (chy_store_begin(store, true, &txn, NULL))
		abort();
	for (unsigned i = first; i <= last; i++) {
		snprintf(key, sizeof(key), "%05u", i * 7919 % 100000);
		value.size = i % 10 ? 200 : 9000;
		if (chy_store_put(txn, i % 2, chy_str_from(key), value))
			abort();
	}
	free((void *)value.data);
	if (chy_store_commit(txn, NULL))
		abort();
}

/* Trees of two levels, large values and free pages. */
static void make_sound_file(void)
{
	static const char *const tables[] = {"first", "second"};
	char directory[] = "/tmp/chy-fuzz-XXXXXX";
	struct chy_store *store;
	char lock[80];

	if (!mkdtemp(directory))
		abort();
	snprintf(path, sizeof(path), "%s/a", directory);
	snprintf(lock, sizeof(lock), "%s-lock", path);
	if (chy_store_open(path, CHY_STORE_CREATE, tables, 2, &store, NULL))
		abort();
	for (unsigned i = 0; i < 6; i++)
		put_entries(store, 10 * i, 10 * i + 15);
	chy_store_close(store);
	chy_buffer_init(&sound);
	if (chy_buffer_read_file(&sound, path, 1u << 24, NULL))
		abort();
	unlink(path);
	unlink(lock);
	rmdir(directory);
	file = memfd_create("log", 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
}

static void on_problem(void *user, uint64_t page, const char *what)
{
	(void)page;
	if (!what[0])
		abort();
	++*(unsigned *)user;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned problems = 0;
	int result;

	if (!file)
		make_sound_file();
	if (pwrite(file, sound.data, sound.size, 0) != (ssize_t)sound.size)
		abort();
	for (size_t at = 0; at + PIECE <= size; at += PIECE) {
		size_t place = 8 * (size_t)(data[at] | data[at + 1] << 8) % sound.size;

		if (pwrite(file, data + at + 2, 8, (off_t)place) != 8)
			abort();
	}
	if (ftruncate(file, (off_t)sound.size))
		abort();
	result = chy_store_check(path, on_problem, &problems, NULL);
	if ((result == CHY_EDAMAGED) != (problems > 0) || (result && result != CHY_EDAMAGED))
		abort();
	if (size < PIECE && result)
		abort();
	return 0;
}
