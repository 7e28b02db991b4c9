#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

enum { MAX_READERS = 254 };
static const size_t first_map = (size_t)256 << 20;

int chy_store_translate(const char *path, int code, struct chy_fault *fault)
{
	switch (code) {
	case MDB_SUCCESS:
		return CHY_OK;
	case MDB_NOTFOUND:
		return CHY_NOT_FOUND;
	case MDB_MAP_FULL:
		return CHY_STORE_FULL;
	case MDB_KEYEXIST:
		return chy_fault_set(fault, CHY_ECONFLICT, path, 0, "%s", mdb_strerror(code));
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_PANIC:
	case MDB_INVALID:
	case MDB_BAD_DBI:
	case MDB_INCOMPATIBLE:
	case MDB_CURSOR_FULL:
		return chy_fault_set(fault, CHY_EDAMAGED, path, 0, "%s", mdb_strerror(code));
	case MDB_VERSION_MISMATCH:
		return chy_fault_set(fault, CHY_EVERSION, path, 0, "%s", mdb_strerror(code));
	case MDB_READERS_FULL:
	case MDB_TXN_FULL:
		return chy_fault_set(fault, CHY_EBUSY, path, 0, "%s", mdb_strerror(code));
	case MDB_BAD_VALSIZE:
		return chy_fault_set(fault, CHY_ELIMIT, path, 0, "%s", mdb_strerror(code));
	default:
		break;
	}
	if (code < 0)
		return chy_fault_set(fault, CHY_EIO, path, 0, "%s", mdb_strerror(code));
	errno = code;
	return chy_fault_set(fault, chy_error_from_errno(code), path, 0, NULL);
}

/* LMDB found its own pages to contradict one another. That is the same to a
 * program as touching a page that is not there, so it hears the same signal. */
static void on_broken_page(MDB_env *env, const char *words)
{
	(void)env;
	(void)words;
	raise(SIGBUS);
}

static size_t map_size_for(const char *path)
{
	struct stat info;
	size_t size = first_map;

	if (stat(path, &info) == 0)
		while (size < (size_t)info.st_size * 2)
			size *= 2;
	return size;
}

/* What may be read cannot be opened where its readers cannot enter themselves. */
static int refuse_access(const char *path, struct chy_fault *fault)
{
	char lock[4096];

	if (access(path, R_OK) ||
		snprintf(lock, sizeof(lock), "%s-lock", path) >= (int)sizeof(lock)) {
		errno = EACCES;
		return chy_fault_set(fault, CHY_EACCESS, path, 0, NULL);
	}
	errno = EACCES;
	return chy_fault_set(fault, CHY_EACCESS, lock, 0,
		"who reads is entered there, and must have the right to write it");
}

static int open_environment(struct chy_store *store, struct chy_fault *fault)
{
	unsigned flags = MDB_NOSUBDIR | MDB_NOTLS;
	int code;

	if (store->flags & CHY_STORE_READ_ONLY)
		flags |= MDB_RDONLY;
	/* Who writes what is derived goes to pages all over it: where it is larger
	 * than memory, what lies beside them would be read for nothing. */
	else if (store->flags & CHY_STORE_DERIVED)
		flags |= MDB_NORDAHEAD;
	if (store->flags & CHY_STORE_DERIVED)
		flags |= MDB_NOMETASYNC;
	code = mdb_env_create(&store->env);
	if (!code)
		code = mdb_env_set_maxdbs(store->env, CHY_STORE_TABLES);
	if (!code)
		code = mdb_env_set_maxreaders(store->env, MAX_READERS);
	if (!code)
		code = mdb_env_set_mapsize(store->env, map_size_for(store->path));
	if (!code)
		code = mdb_env_set_assert(store->env, on_broken_page);
	if (!code)
		code = mdb_env_open(store->env, store->path, flags, 0640);
	if (!code)
		code = mdb_reader_check(store->env, NULL);
	if (code == EACCES && store->flags & CHY_STORE_READ_ONLY)
		return refuse_access(store->path, fault);
	return chy_store_translate(store->path, code, fault);
}

/* A reader may meet a file of an edition that did not have a table yet: such a
 * table is empty to it. */
static int open_tables(
	struct chy_store *store, const char *const *tables, size_t n, struct chy_fault *fault)
{
	bool write = !(store->flags & CHY_STORE_READ_ONLY);
	MDB_txn *txn;
	int code = mdb_txn_begin(store->env, NULL, write ? 0 : MDB_RDONLY, &txn);

	if (code)
		return chy_store_translate(store->path, code, fault);
	for (size_t i = 0; i < n && !code; i++) {
		code = mdb_dbi_open(txn, tables[i], write ? MDB_CREATE : 0, &store->tables[i]);
		if (code == MDB_NOTFOUND && !write) {
			store->tables[i] = CHY_STORE_NO_TABLE;
			code = 0;
		}
	}
	if (!code)
		code = mdb_txn_commit(txn);
	else
		mdb_txn_abort(txn);
	store->table_count = n;
	return chy_store_translate(store->path, code, fault);
}

static int check_place(const char *path, unsigned flags, struct chy_fault *fault)
{
	const char *slash = strrchr(path, '/');
	char directory[4096];
	struct stat info;

	bool present = stat(path, &info) == 0;
	int result;

	if (!present && !(flags & CHY_STORE_CREATE))
		return chy_fault_set(fault, chy_error_from_errno(errno), path, 0, NULL);
	if (present && !S_ISREG(info.st_mode))
		return chy_fault_set(fault, CHY_ECONFLICT, path, 0, CHY_STORE_NO_FILE);
	if (present && !info.st_size && flags & CHY_STORE_READ_ONLY) {
		errno = 0;
		return chy_fault_set(fault, CHY_EABSENT, path, 0, CHY_STORE_EMPTY);
	}
	if (!slash)
		snprintf(directory, sizeof(directory), ".");
	else
		snprintf(directory, sizeof(directory), "%.*s", (int)(slash - path) + 1, path);
	result = chy_store_check_filesystem(directory, fault);
	/* A file that another process is only making has no pages yet. */
	if (!result && present && info.st_size)
		result = chy_store_check_present(path, flags & CHY_STORE_DERIVED, fault);
	return result;
}

int chy_store_open(const char *path, unsigned flags, const char *const *tables, size_t n,
	struct chy_store **out, struct chy_fault *fault)
{
	struct chy_store *store;
	int result = check_place(path, flags, fault);

	if (result)
		return result;
	if (n > CHY_STORE_TABLES)
		return chy_fault_set(
			fault, CHY_ELIMIT, path, 0, "more than %d tables", (int)CHY_STORE_TABLES);
	store = calloc(1, sizeof(*store));
	if (!store)
		return chy_fault_set(fault, CHY_EMEM, path, 0, NULL);
	store->flags = flags;
	pthread_mutex_init(&store->mutex, NULL);
	pthread_cond_init(&store->idle, NULL);
	store->path = strdup(path);
	result = store->path ? open_environment(store, fault)
			     : chy_fault_set(fault, CHY_EMEM, path, 0, NULL);
	if (!result)
		result = open_tables(store, tables, n, fault);
	if (result) {
		chy_store_close(store);
		return result;
	}
	*out = store;
	return CHY_OK;
}

void chy_store_close(struct chy_store *store)
{
	if (!store)
		return;
	if (store->env)
		mdb_env_close(store->env);
	pthread_cond_destroy(&store->idle);
	pthread_mutex_destroy(&store->mutex);
	free(store->path);
	free(store);
}

bool chy_store_is_in_place(const struct chy_store *store)
{
	struct stat open_file, at_path;
	mdb_filehandle_t fd;

	return mdb_env_get_fd(store->env, &fd) == 0 && fstat(fd, &open_file) == 0 &&
	       stat(store->path, &at_path) == 0 && open_file.st_ino == at_path.st_ino &&
	       open_file.st_dev == at_path.st_dev;
}

/* LMDB's own copy is not on disk when it returns. */
static int sync_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int code = fd < 0 || fsync(fd) ? errno : 0;

	if (fd >= 0)
		close(fd);
	return code;
}

static int copy_to(struct chy_store *store, const char *part, const char *path)
{
	int code = mdb_env_copy2(store->env, part, MDB_CP_COMPACT);

	if (code == EEXIST)
		return code; /* of another that copies, or was ended */
	if (!code)
		code = sync_file(part);
	if (!code && rename(part, path))
		code = errno;
	if (code)
		unlink(part);
	return code;
}

int chy_store_copy(struct chy_store *store, const char *directory, struct chy_fault *fault)
{
	const char *slash = strrchr(store->path, '/');
	char path[4096], part[4096 + sizeof(CHY_STORE_PART)];
	int code, result;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", directory,
		    slash ? slash + 1 : store->path) >= sizeof(path))
		return chy_fault_set(fault, CHY_ELIMIT, directory, 0, "the path is too long");
	snprintf(part, sizeof(part), "%s" CHY_STORE_PART, path);
	code = copy_to(store, part, path);
	result = chy_store_translate(path, code, fault);
	if (result == CHY_EDAMAGED) /* it is not the copy that is */
		return chy_fault_set(fault, result, store->path, 0, "it cannot be read whole");
	return result;
}

void chy_store_size(struct chy_store *store, uint64_t *out_used, uint64_t *out_map)
{
	MDB_envinfo info;
	MDB_stat stat;

	mdb_env_info(store->env, &info);
	mdb_env_stat(store->env, &stat);
	*out_used = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
	*out_map = info.me_mapsize;
}
