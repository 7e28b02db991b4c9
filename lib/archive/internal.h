/* What the files of the archive share. */
#pragma once

#include "chancery/archive.h"
#include "chancery/store.h"

/* The tables of log.mdb, in the order in which the store numbers them. */
enum chy_log_table {
	CHY_LOG_RECORDS,
	CHY_LOG_BODIES,
	CHY_LOG_DOCUMENTS,
	CHY_LOG_ONCE,
	CHY_LOG_TABLES
};
extern const char *const chy_log_tables[CHY_LOG_TABLES];

struct chy_archive {
	char *directory;
	struct chy_store *store;
	char uuid[CHY_UUID_SIZE];
	int lock; /* descriptor of writer.lock, -1 for a reader */
	uint64_t until; /* of a look at the past: its last record; else 0 */

	/* The writer's: the end of the chain. */
	uint64_t last_seq;
	int64_t last_time;
	struct chy_hash head;
};

struct chy_snapshot {
	struct chy_archive *archive;
	struct chy_store_txn *txn;
	uint64_t last_seq;
};

/* seq as a key. */
struct chy_seq_key {
	unsigned char bytes[8];
};
struct chy_seq_key chy_seq_key(uint64_t seq);
uint64_t chy_seq_from(struct chy_str bytes);
static inline struct chy_str chy_seq_str(const struct chy_seq_key *key)
{
	return (struct chy_str){(const char *)key->bytes, sizeof(key->bytes)};
}
static inline struct chy_str chy_hash_str(const struct chy_hash *hash)
{
	return (struct chy_str){(const char *)hash->bytes, CHY_HASH_SIZE};
}

/* Decodes a stored record and checks hash and number. */
int chy_record_checked(
	struct chy_str bytes, uint64_t seq, struct chy_record *out, struct chy_fault *fault);

/* Takes writer.lock and writes the holder into it. */
int chy_lock_take(const char *directory, json_t *holder, int *out_lock, struct chy_fault *fault);
void chy_lock_release(int lock);

/* Compresses a body into out (cleared first); decompresses one and checks its
 * hash, appending to out. */
int chy_body_pack(struct chy_str bytes, struct chy_buffer *out);
int chy_body_unpack(struct chy_str packed, const struct chy_hash *hash, struct chy_buffer *out,
	struct chy_fault *fault);
