/* The log beside bare LMDB, from one run: the same bytes, the same batches, the
 * same durability (fsync before a commit returns).
 *
 *   append [DIRECTORY]     a directory on the disk to measure; "." by default
 *
 * Both take turns, commit by commit, so that what else the machine does falls on
 * both; the median of the rounds' ratios is printed. Reading walks the whole log: bare, a cursor
 * and BLAKE2b over the bytes it gives; ours, chy_log_cursor with all its checks. */
#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "chancery/archive.h"

enum { ROUNDS = 7, COMMITS = 400, LARGEST = 256, READ_RECORDS = 100000 };

/* A record of about the size of what an article with two events leaves. */
static json_t *body_of(unsigned n)
{
	char hex[CHY_HASH_HEX];
	struct chy_hash hash;

	chy_hash_of(&n, sizeof(n), &hash);
	return json_pack("{s:s, s:{s:s, s:s}, s:s, s:i, s:[{s:s, s:f, s:s, s:s, s:[ii], s:s}]}",
		"document", chy_hash_to_hex(&hash, hex), "coder", "name", "chancery", "version",
		"0.1.0", "language", "pt", "sentences", (int)(n % 40), "events", "event", "CONSULT",
		"score", 1.0, "sentence",
		"The ministers of both states met for an hour and said nothing afterwards.",
		"trigger", "met", "bytes", 1204, 1391, "rule", "consult-meet");
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void must(int code, const char *what)
{
	if (!code)
		return;
	fprintf(stderr, "append: %s: %d\n", what, code);
	exit(1);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), by_size);
	return values[ROUNDS / 2];
}

/* -- bare LMDB ------------------------------------------------------------- */

struct bare {
	MDB_env *env;
	MDB_dbi table;
	uint64_t seq;
};

static void open_bare(struct bare *bare, const char *path)
{
	MDB_txn *txn;

	bare->seq = 0;
	must(mdb_env_create(&bare->env), "mdb_env_create");
	mdb_env_set_maxdbs(bare->env, 4);
	mdb_env_set_mapsize(bare->env, (size_t)4 << 30);
	must(mdb_env_open(bare->env, path, MDB_NOSUBDIR | MDB_NOTLS, 0640), "mdb_env_open");
	must(mdb_txn_begin(bare->env, NULL, 0, &txn), "mdb_txn_begin");
	must(mdb_dbi_open(txn, "records", MDB_CREATE, &bare->table), "mdb_dbi_open");
	must(mdb_txn_commit(txn), "mdb_txn_commit");
}

static void append_bare(struct bare *bare, const struct chy_str *bytes, unsigned batch)
{
	MDB_txn *txn;

	must(mdb_txn_begin(bare->env, NULL, 0, &txn), "mdb_txn_begin");
	for (unsigned i = 0; i < batch; i++) {
		uint64_t key = __builtin_bswap64(++bare->seq);
		MDB_val k = {sizeof(key), &key};
		MDB_val v = {bytes[i].size, (void *)bytes[i].data};

		must(mdb_put(txn, bare->table, &k, &v, MDB_APPEND), "mdb_put");
	}
	must(mdb_txn_commit(txn), "mdb_txn_commit");
}

static uint64_t read_bare(struct bare *bare)
{
	struct chy_hash hash;
	MDB_cursor *cursor;
	uint64_t n = 0;
	MDB_val k, v;
	MDB_txn *txn;

	must(mdb_txn_begin(bare->env, NULL, MDB_RDONLY, &txn), "mdb_txn_begin");
	must(mdb_cursor_open(txn, bare->table, &cursor), "mdb_cursor_open");
	for (; mdb_cursor_get(cursor, &k, &v, MDB_NEXT) == 0; n++)
		chy_hash_of(v.mv_data, v.mv_size, &hash);
	mdb_cursor_close(cursor);
	mdb_txn_abort(txn);
	return n;
}

/* -- ours ------------------------------------------------------------------ */

static struct chy_archive *open_ours(const char *directory)
{
	json_t *holder = json_object();
	struct chy_archive *archive;

	must(chy_archive_open_writer(directory, holder, &archive, NULL), "opening an archive");
	json_decref(holder);
	return archive;
}

static void append_ours(
	struct chy_archive *archive, const struct chy_record_draft *drafts, unsigned batch)
{
	static struct chy_entry entries[LARGEST];

	for (unsigned i = 0; i < batch; i++)
		entries[i] = (struct chy_entry){.records = &drafts[i], .record_count = 1};
	must(chy_archive_append(archive, entries, batch, NULL), "appending");
}

static uint64_t read_ours(struct chy_archive *archive)
{
	struct chy_snapshot *snapshot;
	struct chy_log_cursor *cursor;
	struct chy_record record;
	uint64_t n = 0;

	must(chy_snapshot_open(archive, &snapshot, NULL), "opening a snapshot");
	must(chy_log_cursor_open(snapshot, 0, &cursor, NULL), "opening a cursor");
	while (chy_log_cursor_next(cursor, &record, NULL) == 0)
		n++;
	chy_log_cursor_close(cursor);
	chy_snapshot_close(snapshot);
	return n;
}

/* -- the run --------------------------------------------------------------- */

struct run {
	struct bare bare;
	struct chy_archive *archive;
	struct chy_record_draft drafts[LARGEST];
	struct chy_str bytes[LARGEST];
};

/* What bare LMDB is given: bytes as long as our records, made beforehand. */
static void make_records(struct run *run, struct chy_buffer *all)
{
	size_t at[LARGEST + 1] = {0};

	for (unsigned i = 0; i < LARGEST; i++) {
		struct chy_record record = {.seq = i + 1, .kind = CHY_KIND_EVENTS_CODED};
		struct chy_buffer body;

		run->drafts[i] = (struct chy_record_draft){CHY_KIND_EVENTS_CODED, body_of(i)};
		chy_buffer_init(&body);
		must(chy_json_canonical(run->drafts[i].body, &body), "canonical form");
		record.body = (struct chy_str){body.data, body.size};
		must(chy_record_encode(&record, all), "encoding");
		chy_buffer_fini(&body);
		at[i + 1] = all->size;
	}
	for (unsigned i = 0; i < LARGEST; i++)
		run->bytes[i] = (struct chy_str){all->data + at[i], at[i + 1] - at[i]};
}

/* What a turn of both took, by the clock and of this process's own time. */
struct turns {
	double bare, ours, bare_own, ours_own;
};

static double own(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void add_turn(double *clock, double *mine, double clock_start, double own_start)
{
	*clock += now() - clock_start;
	*mine += own() - own_start;
}

static void print_turns(const char *what, double n, const struct turns *turns)
{
	double bare[ROUNDS], ours[ROUNDS], ratio[ROUNDS], bare_own = 0, ours_own = 0;

	for (int i = 0; i < ROUNDS; i++) {
		bare[i] = n / turns[i].bare;
		ours[i] = n / turns[i].ours;
		ratio[i] = turns[i].bare / turns[i].ours;
		bare_own += turns[i].bare_own / n / ROUNDS;
		ours_own += turns[i].ours_own / n / ROUNDS;
	}
	printf("%-18s %10.0f %10.0f %6.2f %10.2f %10.2f\n", what, median(bare), median(ours),
		median(ratio), bare_own * 1e6, ours_own * 1e6);
}

static void measure_append(struct run *run, unsigned batch)
{
	unsigned commits = batch == 1 ? COMMITS : batch < LARGEST ? COMMITS / 2 : COMMITS / 8;
	struct turns turns[ROUNDS] = {0};
	char what[32];

	for (unsigned i = 0; i < commits * ROUNDS; i++) {
		struct turns *turn = &turns[i % ROUNDS];
		double start = now(), own_start = own();

		append_bare(&run->bare, run->bytes, batch);
		add_turn(&turn->bare, &turn->bare_own, start, own_start);
		start = now();
		own_start = own();
		append_ours(run->archive, run->drafts, batch);
		add_turn(&turn->ours, &turn->ours_own, start, own_start);
	}
	snprintf(what, sizeof(what), "append, %u a batch", batch);
	print_turns(what, (double)commits * batch, turns);
}

static void measure_read(struct run *run)
{
	struct turns turns[ROUNDS] = {0};
	uint64_t n = 0;

	while (run->bare.seq < READ_RECORDS) {
		append_bare(&run->bare, run->bytes, LARGEST);
		append_ours(run->archive, run->drafts, LARGEST);
	}
	for (int i = 0; i < ROUNDS; i++) {
		double start = now(), own_start = own();

		n = read_bare(&run->bare);
		add_turn(&turns[i].bare, &turns[i].bare_own, start, own_start);
		start = now();
		own_start = own();
		if (read_ours(run->archive) != n + 1)
			must(CHY_EDAMAGED, "reading");
		add_turn(&turns[i].ours, &turns[i].ours_own, start, own_start);
	}
	print_turns("read", (double)n, turns);
}

static void remove_directory(const char *directory)
{
	static const char *const files[] = {"bare.mdb", "bare.mdb-lock", "log/log.mdb",
		"log/log.mdb-lock", "log/writer.lock", "log", "."};
	char path[4096];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, files[i]);
		if (remove(path) && errno != EINVAL)
			fprintf(stderr, "append: %s: %s\n", path, strerror(errno));
	}
	rmdir(directory);
}

int main(int argc, char **argv)
{
	static struct run run;
	struct chy_buffer all;
	char place[2048], path[4096];

	snprintf(place, sizeof(place), "%s/chy-bench-XXXXXX", argc > 1 ? argv[1] : ".");
	if (!mkdtemp(place)) {
		fprintf(stderr, "append: %s: %s\n", place, strerror(errno));
		return 1;
	}
	chy_buffer_init(&all);
	make_records(&run, &all);
	snprintf(path, sizeof(path), "%s/bare.mdb", place);
	open_bare(&run.bare, path);
	snprintf(path, sizeof(path), "%s/log", place);
	run.archive = open_ours(path);
	printf("records of %zu bytes; medians of %d rounds; in %s\n", run.bytes[0].size, ROUNDS,
		argc > 1 ? argv[1] : ".");
	printf("%-18s %10s %10s %6s %10s %10s\n", "", "bare LMDB", "Chancery", "ratio", "bare LMDB",
		"Chancery");
	printf("%-18s %21s %6s %21s\n", "", "records a second", "", "CPU us a record");
	measure_append(&run, 1);
	measure_append(&run, 16);
	measure_append(&run, LARGEST);
	measure_read(&run);
	chy_archive_close(run.archive);
	mdb_env_close(run.bare.env);
	for (unsigned i = 0; i < LARGEST; i++)
		json_decref(run.drafts[i].body);
	chy_buffer_fini(&all);
	remove_directory(place);
	return 0;
}
