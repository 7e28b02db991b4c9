/* A reader of LMDB's file format (0.9, 64 bit, data version 1) of our own, by
 * pread: damage makes it report, never fault. What it holds a file to:
 *
 *   both meta pages have their magic; their transactions follow one another;
 *   every page says its own number and what it is; its nodes lie inside it, side
 *   by side, in the order of their keys, and below the keys of the page above;
 *   the counts of pages, depths and entries are those that were written down;
 *   every page up to the last is used once or free, never both, never neither.
 *
 * Bytes between a page's index and its nodes, behind the last byte of a large
 * value, and in the older meta page carry nothing and are passed over. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "page_set.h"

enum {
	HEADER = 16,
	NODE = 8,
	DATABASE = 48,
	DEEPEST = 32,
	BRANCH = 1,
	LEAF = 2,
	OVERFLOW = 4,
	META = 8,
	BIG = 1,
	SUB = 2,
	MAGIC_AT = HEADER,
	META_SIZE = HEADER + 8 + 16 + 2 * DATABASE + 16,
	TRIES = 5,
	MOST_TRIES = 1000 /* with no lock to keep a writer off the pages */
};
static const uint32_t magic = 0xbeefc0de;
static const uint64_t no_root = UINT64_MAX;

/* A tree of the file, as its MDB_db says it is and as it was found. */
struct tree {
	uint16_t flags, depth;
	uint64_t branches, leaves, overflows, entries, root;
};

/* The file has two trees: of free pages, and of the tables by their names, each
 * of which is a tree again. */
enum kind { FREE_PAGES, TABLES, TABLE };

struct check {
	int fd;
	size_t page_size;
	uint64_t last_page, transaction, found;
	struct chy_page_set seen; /* USED or FREE, as pages have been found */
	struct tree counted;
	enum kind kind; /* of the tree that is being walked */
	bool shallow; /* the trees of the tables are not gone into */
	bool no_memory;
	unsigned char (*pages)[65536];
	chy_store_report *report;
	void *user;
	struct chy_buffer *kept; /* reports of this try */
};

struct problem {
	uint64_t page;
	char what[96];
};

static void tell(struct check *check, uint64_t page, const char *what)
{
	struct problem problem = {.page = page};

	check->found++;
	strncpy(problem.what, what, sizeof(problem.what) - 1);
	if (check->kept->size < (size_t)1 << 20)
		chy_buffer_add(check->kept, &problem, sizeof(problem));
}

static uint64_t number(const unsigned char *at, unsigned bytes)
{
	uint64_t value = 0;

	memcpy(&value, at, bytes); /* the file has the machine's own order */
	return value;
}

static bool read_page(struct check *check, uint64_t page, unsigned char *out, size_t size)
{
	off_t at = (off_t)(page * check->page_size);

	return page <= (UINT64_MAX >> 20) && pread(check->fd, out, size, at) == (ssize_t)size;
}

static struct tree tree_at(const unsigned char *at)
{
	return (struct tree){.flags = (uint16_t)number(at + 4, 2),
		.depth = (uint16_t)number(at + 6, 2),
		.branches = number(at + 8, 8),
		.leaves = number(at + 16, 8),
		.overflows = number(at + 24, 8),
		.entries = number(at + 32, 8),
		.root = number(at + 40, 8)};
}

/* Marks a page as used or free. */
static bool mark(struct check *check, uint64_t page, unsigned as)
{
	unsigned seen;

	if (page < 2 || page > check->last_page) {
		tell(check, page, "is named but lies outside the file's pages");
		return false;
	}
	seen = chy_page_mark(&check->seen, page);
	if (seen) {
		tell(check, page, seen == as ? "is used twice" : "is used and free");
		return false;
	}
	if (chy_page_set_mark(&check->seen, page, as))
		return true;
	check->no_memory = true;
	return false;
}

enum { USED = 1, FREE = 2 };

/* -- one page ------------------------------------------------------------- */

struct key {
	const unsigned char *data;
	size_t size;
};

static int compare(const struct check *check, struct key a, struct key b)
{
	size_t size = a.size < b.size ? a.size : b.size;
	int order;

	if (check->kind == FREE_PAGES && a.size == 8 && b.size == 8) {
		uint64_t x = number(a.data, 8), y = number(b.data, 8);

		return x < y ? -1 : x > y;
	}
	order = size ? memcmp(a.data, b.data, size) : 0;
	return order ? order : a.size < b.size ? -1 : a.size > b.size;
}

static size_t node_count(const unsigned char *page)
{
	return (number(page + 12, 2) - HEADER) / 2;
}

static const unsigned char *node_at(const unsigned char *page, size_t i)
{
	return page + number(page + HEADER + 2 * i, 2);
}

static struct key key_of(const unsigned char *node)
{
	return (struct key){node + NODE, (size_t)number(node + 6, 2)};
}

/* The bytes that a node takes, to an even number. */
static size_t node_size(const unsigned char *node, bool leaf)
{
	size_t size = NODE + number(node + 6, 2);

	if (leaf)
		size += number(node + 4, 2) & BIG ? 8 : number(node, 4);
	return (size + 1) & ~(size_t)1;
}

static int by_number(const void *a, const void *b)
{
	return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

/* Nodes must fill the page from `upper` to its end, side by side. */
static const char *nodes_fault(const struct check *check, const unsigned char *page, bool leaf)
{
	size_t n = node_count(page), upper = number(page + 14, 2), at = upper;
	uint16_t places[32768];

	for (size_t i = 0; i < n; i++)
		places[i] = (uint16_t)number(page + HEADER + 2 * i, 2);
	qsort(places, n, sizeof(*places), by_number);
	for (size_t i = 0; i < n; i++) {
		if (places[i] != at || at + NODE > check->page_size)
			return "its nodes do not lie side by side";
		if (number(page + at + 6, 2) > check->page_size ||
			(leaf && !(number(page + at + 4, 2) & BIG) &&
				number(page + at, 4) > check->page_size))
			return "a node reaches out of it";
		at += node_size(page + at, leaf);
		if (at > check->page_size)
			return "a node reaches out of it";
	}
	return at == check->page_size ? NULL : "its nodes do not fill it";
}

static const char *page_fault(
	const struct check *check, const unsigned char *page, uint64_t want, unsigned kind)
{
	size_t lower = number(page + 12, 2), upper = number(page + 14, 2);

	if (number(page, 8) != want)
		return "says another number";
	if (number(page + 10, 2) != kind)
		return "is of another kind than its place";
	if (lower < HEADER || lower % 2 || upper < lower || upper > check->page_size)
		return "its bounds make no sense";
	return nodes_fault(check, page, kind == LEAF);
}

/* -- trees ---------------------------------------------------------------- */

static void walk_tree(struct check *check, const struct tree *tree, enum kind kind);

/* Whether the pages of a large value are where they are said to be. */
static bool check_overflow(struct check *check, const unsigned char *node)
{
	unsigned char head[HEADER];
	uint64_t first = number(node + NODE + number(node + 6, 2), 8), size = number(node, 4);
	uint64_t pages = (HEADER + size + check->page_size - 1) / check->page_size;

	for (uint64_t i = 0; i < pages; i++)
		if (!mark(check, first + i, USED))
			return false;
	check->counted.overflows += pages;
	if (!read_page(check, first, head, sizeof(head))) {
		tell(check, first, "cannot be read");
		return false;
	}
	if (number(head, 8) == first && number(head + 10, 2) == OVERFLOW &&
		number(head + 12, 4) == pages)
		return true;
	tell(check, first, "is not the head of the large value that is said to be there");
	return false;
}

static void check_free_list(
	struct check *check, uint64_t page, const unsigned char *list, uint64_t bytes)
{
	uint64_t n = bytes >= 8 ? number(list, 8) : 0;

	if (bytes < 8 || n > bytes / 8 - 1) {
		tell(check, page, "a list of free pages is cut off");
		return;
	}
	for (uint64_t i = 1; i <= n; i++)
		mark(check, number(list + 8 * i, 8), FREE);
}

/* A list of free pages too long for its page lies in pages of its own, which
 * check_overflow has found inside the file: that bounds its size. */
static void check_long_free_list(struct check *check, const unsigned char *node)
{
	uint64_t first = number(node + NODE + number(node + 6, 2), 8), size = number(node, 4);
	unsigned char *list = malloc(size + HEADER);

	if (!list)
		check->no_memory = true;
	else if (pread(check->fd, list, size + HEADER, (off_t)(first * check->page_size)) ==
		 (ssize_t)(size + HEADER))
		check_free_list(check, first, list + HEADER, size);
	else
		tell(check, first, "cannot be read");
	free(list);
}

static void check_table(struct check *check, uint64_t page, const unsigned char *node)
{
	struct tree table, outer = check->counted;

	if (number(node + 4, 2) != SUB || number(node, 4) != DATABASE) {
		tell(check, page, "an entry of the table of tables is no table");
		return;
	}
	table = tree_at(node + NODE + number(node + 6, 2));
	if (check->shallow) {
		if (table.root != no_root)
			mark(check, table.root, USED);
		return;
	}
	walk_tree(check, &table, TABLE);
	check->counted = outer;
	check->kind = TABLES;
}

/* What was freed by a transaction is listed under its number. */
static void check_freed(struct check *check, uint64_t page, const unsigned char *node)
{
	struct key key = key_of(node);

	if (key.size != 8 || number(key.data, 8) > check->transaction)
		tell(check, page, "pages were freed by no transaction");
	if (!(number(node + 4, 2) & BIG))
		check_free_list(check, page, key.data + key.size, number(node, 4));
	else if (check_overflow(check, node))
		check_long_free_list(check, node);
}

static void check_leaf_node(struct check *check, uint64_t page, const unsigned char *node)
{
	unsigned flags = (unsigned)number(node + 4, 2);

	check->counted.entries++;
	if (check->kind == TABLES)
		check_table(check, page, node);
	else if (flags & ~(unsigned)BIG)
		tell(check, page, "a node is of no known kind");
	else if (check->kind == FREE_PAGES)
		check_freed(check, page, node);
	else if (flags & BIG)
		check_overflow(check, node);
}

static bool in_order(struct check *check, uint64_t page, const unsigned char *bytes, size_t first,
	struct key low, struct key high)
{
	size_t n = node_count(bytes);

	for (size_t i = first; i < n; i++) {
		struct key key = key_of(node_at(bytes, i));
		struct key before = i > first ? key_of(node_at(bytes, i - 1)) : low;
		int order = before.data ? compare(check, before, key) : -1;

		if (order > 0 || (order == 0 && i > first) ||
			(high.data && compare(check, key, high) >= 0)) {
			tell(check, page, "its keys are out of order");
			return false;
		}
	}
	return true;
}

static void walk_page(struct check *check, uint64_t page, unsigned level, unsigned depth,
	struct key low, struct key high)
{
	unsigned char *bytes = check->pages[level];
	unsigned kind = level + 1 == depth ? LEAF : BRANCH;
	const char *fault;

	if (!mark(check, page, USED))
		return;
	if (!read_page(check, page, bytes, check->page_size)) {
		tell(check, page, "cannot be read");
		return;
	}
	fault = page_fault(check, bytes, page, kind);
	if (fault) {
		tell(check, page, fault);
		return;
	}
	*(kind == LEAF ? &check->counted.leaves : &check->counted.branches) += 1;
	if (!in_order(check, page, bytes, kind == BRANCH, low, high))
		return;
	for (size_t i = 0; i < node_count(bytes); i++) {
		const unsigned char *node = node_at(bytes, i);

		if (kind == LEAF) {
			check_leaf_node(check, page, node);
			continue;
		}
		walk_page(check, number(node, 6), level + 1, depth, i ? key_of(node) : low,
			i + 1 < node_count(bytes) ? key_of(node_at(bytes, i + 1)) : high);
	}
}

/* The tree of free pages keeps the file's own flags in its. */
static bool known_flags(unsigned flags, enum kind kind)
{
	if (kind != FREE_PAGES)
		return flags == 0;
	return flags == MDB_INTEGERKEY || flags == (MDB_INTEGERKEY | MDB_NOSUBDIR);
}

static void walk_tree(struct check *check, const struct tree *tree, enum kind kind)
{
	struct key none = {NULL, 0};
	unsigned char(*outer)[65536] = check->pages;
	struct tree *counted = &check->counted;

	*counted = (struct tree){0};
	check->kind = kind;
	if (!known_flags(tree->flags, kind) || tree->depth > DEEPEST ||
		(tree->root == no_root) != (tree->depth == 0)) {
		tell(check, tree->root == no_root ? 0 : tree->root,
			"the root of a table makes no sense");
		return;
	}
	if (tree->root == no_root)
		return;
	/* A table's pages are read while a page of the table of tables is. */
	check->pages = malloc(DEEPEST * sizeof(*check->pages));
	if (check->pages)
		walk_page(check, tree->root, 0, tree->depth, none, none);
	else
		check->no_memory = true;
	free(check->pages);
	check->pages = outer;
	if (counted->branches != tree->branches || counted->leaves != tree->leaves ||
		counted->overflows != tree->overflows || counted->entries != tree->entries)
		tell(check, tree->root,
			"the counts of its table are other than was found below it");
}

/* -- the file ------------------------------------------------------------- */

static bool meta_is_sound(struct check *check, uint64_t page, const unsigned char *bytes)
{
	if (number(bytes, 8) != page || number(bytes + 10, 2) != META ||
		number(bytes + MAGIC_AT, 4) != magic || number(bytes + MAGIC_AT + 4, 4) != 1) {
		tell(check, page, "is no meta page of this format");
		return false;
	}
	return true;
}

/* The page size is in the first tree's padding; the map is as this program
 * sets it, a power of two. */
static bool read_meta(struct check *check, const unsigned char *bytes, uint64_t page)
{
	const unsigned char *meta = bytes + MAGIC_AT;
	uint64_t map = number(meta + 16, 8);

	check->page_size = number(meta + 24, 4);
	check->last_page = number(meta + 24 + 2 * DATABASE, 8);
	check->transaction = number(meta + 32 + 2 * DATABASE, 8);
	if (check->page_size < 512 || check->page_size > 65536 ||
		(check->page_size & (check->page_size - 1))) {
		tell(check, page, "says a page size that makes no sense");
		return false;
	}
	if (!map || (map & (map - 1)) || check->last_page < 1 ||
		check->last_page >= map / check->page_size) {
		tell(check, page, "says a size of the map that makes no sense");
		return false;
	}
	return true;
}

/* Pages that a transaction took and gave back at once were never written: the
 * file may end before the last of them. */
static void check_accounts(struct check *check, uint64_t file_size)
{
	uint64_t present = file_size / check->page_size;

	for (uint64_t page = 2; page <= check->last_page; page++) {
		unsigned seen = chy_page_mark(&check->seen, page);

		if (!seen)
			tell(check, page, "is neither used nor free");
		else if (seen == USED && page >= present)
			tell(check, page, "lies behind the end of the file");
	}
}

static void walk_file(struct check *check, const unsigned char *meta)
{
	struct tree free_pages = tree_at(meta + MAGIC_AT + 24);
	struct tree tables = tree_at(meta + MAGIC_AT + 24 + DATABASE);
	struct stat info;

	if (fstat(check->fd, &info)) {
		tell(check, 0, "cannot be read");
		return;
	}
	/* The map is far larger than what it holds, but not by this much. */
	if (check->last_page / 1024 > (uint64_t)info.st_size / check->page_size) {
		tell(check, check->last_page, "is far behind the end of the file");
		return;
	}
	if (!chy_page_set_init(&check->seen, check->last_page)) {
		check->no_memory = true;
		return;
	}
	walk_tree(check, &tables, TABLES);
	walk_tree(check, &free_pages, FREE_PAGES);
	if (!check->found && !check->no_memory && !check->shallow)
		check_accounts(check, (uint64_t)info.st_size);
	chy_page_set_fini(&check->seen);
}

/* The size of the file's pages, from its first; this machine's where it is
 * nonsense, which is told later. */
static size_t page_size_of(const unsigned char *meta_page)
{
	uint64_t size = number(meta_page + MAGIC_AT + 24, 4);

	return size >= 512 && size <= 65536 && !(size & (size - 1)) ? (size_t)size : 4096;
}

/* Both meta pages as they were at one moment: a writer may be at them. */
static bool read_metas(struct check *check, unsigned char (*metas)[META_SIZE])
{
	unsigned char again[META_SIZE];

	do {
		for (unsigned page = 0; page < 2; page++) {
			if (!read_page(check, page, metas[page], META_SIZE)) {
				tell(check, page, "cannot be read");
				return false;
			}
			check->page_size = page_size_of(metas[0]);
		}
	} while (read_page(check, 0, again, META_SIZE) && memcmp(again, metas[0], META_SIZE) != 0);
	return true;
}

/* The newer meta page, both having been looked at; NULL where they cannot be
 * trusted. Transaction n writes page n & 1. */
static const unsigned char *choose_meta(struct check *check, unsigned char (*metas)[META_SIZE])
{
	uint64_t transactions[2];
	size_t newer;

	if (!read_metas(check, metas))
		return NULL;
	for (unsigned page = 0; page < 2; page++) {
		if (!meta_is_sound(check, page, metas[page]) ||
			!read_meta(check, metas[page], page))
			return NULL;
		transactions[page] = check->transaction;
	}
	if (page_size_of(metas[0]) != page_size_of(metas[1])) {
		tell(check, 1, "says another page size than page 0");
		return NULL;
	}
	newer = transactions[1] > transactions[0];
	if (transactions[newer] - transactions[!newer] > 1 ||
		(transactions[newer] && (transactions[newer] & 1) != newer)) {
		tell(check, newer, "its transaction does not follow that of the other meta page");
		return NULL;
	}
	if (!read_meta(check, metas[newer], newer))
		return NULL;
	return metas[newer];
}

static uint64_t check_once(struct check *check, struct chy_buffer *kept)
{
	unsigned char metas[2][META_SIZE];
	const unsigned char *meta;

	chy_buffer_clear(kept);
	check->kept = kept;
	check->found = 0;
	meta = choose_meta(check, metas);
	if (meta)
		walk_file(check, meta);
	return check->transaction;
}

/* Whether a writer has committed since: then what was found may be of pages
 * that are in use again for something else. */
static bool has_moved_on(struct check *check, uint64_t transaction)
{
	struct chy_buffer unheard;
	unsigned char metas[2][META_SIZE];
	struct check again = *check;

	chy_buffer_init(&unheard);
	again.kept = &unheard;
	again.transaction = transaction;
	choose_meta(&again, metas);
	chy_buffer_fini(&unheard);
	return again.transaction != transaction;
}

int chy_store_check_present(const char *path, bool derived, struct chy_fault *fault)
{
	struct check check = {.shallow = true};
	unsigned char metas[2][META_SIZE];
	struct chy_buffer kept;
	struct problem problem;
	struct stat info;
	bool moved = false;
	int result = CHY_OK;

	check.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (check.fd < 0)
		return chy_fault_set(fault, chy_error_from_errno(errno), path, 0, NULL);
	chy_buffer_init(&kept);
	check.kept = &kept;
	/* Pages that a transaction took and gave back may never have been written,
	 * so that a sound file can be somewhat shorter than its count of pages. */
	if (derived && choose_meta(&check, metas) && fstat(check.fd, &info) == 0 &&
		check.page_size && check.last_page / 2 > (uint64_t)info.st_size / check.page_size)
		tell(&check, check.last_page, "lies far behind the end of the file");
	for (int tries = 0; !derived && tries < MOST_TRIES; tries++) {
		uint64_t transaction = check_once(&check, &kept);

		moved = check.found && has_moved_on(&check, transaction);
		if (!moved)
			break;
	}
	close(check.fd);
	if (check.no_memory)
		result = chy_fault_set(fault, CHY_EMEM, path, 0, NULL);
	else if (kept.size >= sizeof(problem) && !moved) {
		memcpy(&problem, kept.data, sizeof(problem));
		result = chy_fault_set(fault, CHY_EDAMAGED, path, 0, "page %llu %s",
			(unsigned long long)problem.page, problem.what);
	}
	chy_buffer_fini(&kept);
	return result;
}

/* A reader's place in the lock table: while it is held, no page that a present
 * or later state uses is written over. Only the meta pages are looked at
 * through LMDB; where even these are broken there is nobody to wait for. */
static void pin(const char *path, MDB_env **out_env, MDB_txn **out_txn)
{
	*out_env = NULL;
	*out_txn = NULL;
	if (mdb_env_create(out_env))
		return;
	if (mdb_env_open(*out_env, path, MDB_NOSUBDIR | MDB_RDONLY | MDB_NOTLS, 0640) == 0)
		mdb_txn_begin(*out_env, NULL, MDB_RDONLY, out_txn);
}

static void unpin(MDB_env *env, MDB_txn *txn)
{
	if (txn)
		mdb_txn_abort(txn);
	if (env)
		mdb_env_close(env);
}

/* No name of a pipe makes it wait, and what is no file has no pages. */
static int open_file(const char *path, int *out_fd, struct chy_fault *fault)
{
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), result = CHY_OK;

	if (fd < 0 || fstat(fd, &info)) {
		result = chy_fault_set(fault, chy_error_from_errno(errno), path, 0, NULL);
	} else if (!S_ISREG(info.st_mode)) {
		result = chy_fault_set(fault, CHY_ECONFLICT, path, 0, CHY_STORE_NO_FILE);
	} else if (!info.st_size) {
		errno = 0;
		result = chy_fault_set(fault, CHY_EABSENT, path, 0, CHY_STORE_EMPTY);
	}
	if (result && fd >= 0)
		close(fd);
	*out_fd = result ? -1 : fd;
	return result;
}

int chy_store_check(const char *path, chy_store_report *report, void *user, struct chy_fault *fault)
{
	struct check check = {.report = report, .user = user};
	struct chy_buffer kept;
	uint64_t transaction;
	MDB_env *env;
	MDB_txn *txn;
	int result = open_file(path, &check.fd, fault);

	if (result)
		return result;
	pin(path, &env, &txn);
	chy_buffer_init(&kept);
	for (int tries = 0; tries < TRIES; tries++) {
		transaction = check_once(&check, &kept);
		if (!check.found || !has_moved_on(&check, transaction))
			break;
	}
	for (size_t at = 0; at + sizeof(struct problem) <= kept.size;
		at += sizeof(struct problem)) {
		struct problem problem;

		memcpy(&problem, kept.data + at, sizeof(problem));
		report(user, problem.page, problem.what);
	}
	chy_buffer_fini(&kept);
	unpin(env, txn);
	close(check.fd);
	if (check.no_memory)
		return chy_fault_set(fault, CHY_EMEM, path, 0, NULL);
	return check.found ? chy_fault_set(fault, CHY_EDAMAGED, path, 0, "its pages are damaged")
			   : CHY_OK;
}
