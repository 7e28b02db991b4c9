#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct chy_log_cursor {
	struct chy_snapshot *snapshot;
	struct chy_store_cursor *cursor;
	uint64_t seq; /* the last one given */
	struct chy_hash prev;
	bool begun;
};

struct chy_seq_key chy_seq_key(uint64_t seq)
{
	struct chy_seq_key key;

	for (unsigned i = 0; i < 8; i++)
		key.bytes[i] = (unsigned char)(seq >> (56 - 8 * i));
	return key;
}

uint64_t chy_seq_from(struct chy_str bytes)
{
	uint64_t seq = 0;

	for (size_t i = 0; i < bytes.size && i < 8; i++)
		seq = seq << 8 | (unsigned char)bytes.data[i];
	return seq;
}

static int damaged(uint64_t seq, const char *what, struct chy_fault *fault)
{
	return chy_fault_set(fault, CHY_EDAMAGED, "record", seq, "%s", what);
}

int chy_record_checked(
	struct chy_str bytes, uint64_t seq, struct chy_record *out, struct chy_fault *fault)
{
	int result = chy_record_decode(bytes, out);

	if (result == CHY_EVERSION)
		return chy_fault_set(fault, result, "record", seq, NULL);
	if (result)
		return damaged(seq, "its bytes contradict its hash", fault);
	if (out->seq != seq)
		return damaged(seq, "it stands in the place of another", fault);
	return CHY_OK;
}

/* Numbers have no gaps: a log that is said to hold more or fewer records than
 * its last number says has lost its end. */
static int check_count(struct chy_snapshot *snapshot, struct chy_fault *fault)
{
	uint64_t count;
	int result = chy_store_count(snapshot->txn, CHY_LOG_RECORDS, &count);

	if (result)
		return chy_fault_set(fault, result, snapshot->archive->directory, 0, NULL);
	if (count == snapshot->last_seq)
		return CHY_OK;
	return chy_fault_set(fault, CHY_EDAMAGED, snapshot->archive->directory, 0,
		"the log ends at record %llu and is said to hold %llu",
		(unsigned long long)snapshot->last_seq, (unsigned long long)count);
}

/* A look at the past ends before the log does. */
static int end_in_the_past(struct chy_snapshot *snapshot, struct chy_fault *fault)
{
	uint64_t until = snapshot->archive->until;

	if (until > snapshot->last_seq)
		return chy_fault_set(fault, CHY_ECONFLICT, snapshot->archive->directory, 0,
			"the log ends at record %llu, before the record %llu of a look at its "
			"past",
			(unsigned long long)snapshot->last_seq, (unsigned long long)until);
	if (until)
		snapshot->last_seq = until;
	return CHY_OK;
}

/* The last number; the key alone says it, the record is checked when read. */
static int find_end(struct chy_snapshot *snapshot, struct chy_fault *fault)
{
	struct chy_store_cursor *cursor;
	struct chy_str key, value;
	int result = chy_store_cursor_open(snapshot->txn, CHY_LOG_RECORDS, &cursor);

	if (result)
		return chy_fault_set(fault, result, snapshot->archive->directory, 0, NULL);
	result = chy_store_last(cursor, &key, &value);
	if (result == CHY_OK && key.size != 8)
		result = damaged(0, "a key of the log is no number", fault);
	else if (result == CHY_OK)
		snapshot->last_seq = chy_seq_from(key);
	else if (result < 0)
		chy_fault_set(fault, result, snapshot->archive->directory, 0, NULL);
	chy_store_cursor_close(cursor);
	if (result >= 0)
		result = check_count(snapshot, fault);
	return result < 0 ? result : end_in_the_past(snapshot, fault);
}

int chy_snapshot_open(
	struct chy_archive *archive, struct chy_snapshot **out, struct chy_fault *fault)
{
	struct chy_snapshot *snapshot = calloc(1, sizeof(*snapshot));
	int result;

	if (!snapshot)
		return chy_fault_set(fault, CHY_EMEM, archive->directory, 0, NULL);
	snapshot->archive = archive;
	result = chy_store_begin(archive->store, false, &snapshot->txn, fault);
	if (!result)
		result = find_end(snapshot, fault);
	if (result) {
		chy_snapshot_close(snapshot);
		return result;
	}
	*out = snapshot;
	return CHY_OK;
}

void chy_snapshot_close(struct chy_snapshot *snapshot)
{
	if (!snapshot)
		return;
	chy_store_abort(snapshot->txn);
	free(snapshot);
}

uint64_t chy_snapshot_last_seq(const struct chy_snapshot *snapshot)
{
	return snapshot->last_seq;
}

static int stored(
	struct chy_snapshot *snapshot, uint64_t seq, struct chy_str *out, struct chy_fault *fault)
{
	struct chy_seq_key key = chy_seq_key(seq);
	int result;

	if (seq > snapshot->last_seq)
		return CHY_NOT_FOUND;
	result = chy_store_get(snapshot->txn, CHY_LOG_RECORDS, chy_seq_str(&key), out);
	if (result == CHY_NOT_FOUND && seq >= 1 && seq <= snapshot->last_seq)
		return damaged(seq, "it is missing from the log", fault);
	if (result < 0)
		return chy_fault_set(fault, result, "record", seq, NULL);
	return result;
}

/* Whether the record before has the hash that this one names. */
static int check_link(
	struct chy_snapshot *snapshot, const struct chy_record *record, struct chy_fault *fault)
{
	static const struct chy_hash none;
	struct chy_str before;
	int result;

	if (record->seq == 1)
		return chy_hash_equal(&record->prev, &none)
			       ? CHY_OK
			       : damaged(1, "the first record names one before it", fault);
	result = stored(snapshot, record->seq - 1, &before, fault);
	if (result)
		return result;
	if (before.size < CHY_HASH_SIZE ||
		memcmp(before.data, record->prev.bytes, CHY_HASH_SIZE) != 0)
		return damaged(record->seq, "it does not follow the record before it", fault);
	return CHY_OK;
}

int chy_snapshot_record(struct chy_snapshot *snapshot, uint64_t seq, struct chy_record *out,
	struct chy_fault *fault)
{
	struct chy_record record;
	struct chy_str bytes;
	int result = stored(snapshot, seq, &bytes, fault);

	if (!result)
		result = chy_record_checked(bytes, seq, &record, fault);
	if (!result)
		result = check_link(snapshot, &record, fault);
	if (!result)
		*out = record;
	return result;
}

int chy_log_cursor_open(struct chy_snapshot *snapshot, uint64_t after, struct chy_log_cursor **out,
	struct chy_fault *fault)
{
	struct chy_log_cursor *cursor = calloc(1, sizeof(*cursor));
	struct chy_record before;
	int result = CHY_OK;

	if (!cursor)
		return chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
	cursor->snapshot = snapshot;
	cursor->seq = after;
	if (after >= 1 && after <= snapshot->last_seq) {
		result = chy_snapshot_record(snapshot, after, &before, fault);
		cursor->prev = before.hash;
	}
	if (!result)
		result = chy_store_cursor_open(snapshot->txn, CHY_LOG_RECORDS, &cursor->cursor);
	if (result) {
		chy_log_cursor_close(cursor);
		return result;
	}
	*out = cursor;
	return CHY_OK;
}

static int next_bytes(struct chy_log_cursor *cursor, struct chy_str *key, struct chy_str *bytes)
{
	struct chy_seq_key first = chy_seq_key(cursor->seq + 1);

	if (cursor->begun)
		return chy_store_next(cursor->cursor, key, bytes);
	cursor->begun = true;
	return chy_store_seek(cursor->cursor, chy_seq_str(&first), key, bytes);
}

int chy_log_cursor_next(
	struct chy_log_cursor *cursor, struct chy_record *out, struct chy_fault *fault)
{
	uint64_t seq = cursor->seq + 1;
	struct chy_record record;
	struct chy_str key, bytes;
	int result;

	if (seq > cursor->snapshot->last_seq)
		return CHY_END;
	result = next_bytes(cursor, &key, &bytes);
	if (result < 0)
		return chy_fault_set(fault, result, "record", seq, NULL);
	if (result == CHY_END || key.size != 8 || chy_seq_from(key) != seq)
		return damaged(seq, "it is missing from the log", fault);
	result = chy_record_checked(bytes, seq, &record, fault);
	if (result)
		return result;
	if (!chy_hash_equal(&record.prev, &cursor->prev))
		return damaged(seq, "it does not follow the record before it", fault);
	cursor->seq = seq;
	cursor->prev = record.hash;
	*out = record;
	return CHY_OK;
}

void chy_log_cursor_close(struct chy_log_cursor *cursor)
{
	if (!cursor)
		return;
	chy_store_cursor_close(cursor->cursor);
	free(cursor);
}

int chy_snapshot_seq_at(
	struct chy_snapshot *snapshot, int64_t time, uint64_t *out_seq, struct chy_fault *fault)
{
	uint64_t low = 0, high = snapshot->last_seq;

	/* Times never go back, so that the last record not after `time` is found
	 * by halving. */
	while (low < high) {
		uint64_t middle = low + (high - low + 1) / 2;
		struct chy_record record;
		int result = chy_snapshot_record(snapshot, middle, &record, fault);

		if (result)
			return result;
		if (record.time <= time)
			low = middle;
		else
			high = middle - 1;
	}
	*out_seq = low;
	return CHY_OK;
}

/* An index has no hash of its own, so that what it says is asked of the record.
 * In canonical JSON these bytes stand for a member and nothing else: within a
 * string the quotation marks would be escaped. */
static bool speaks_of(const struct chy_record *record, const char *hex)
{
	char member[CHY_HASH_HEX + 16];
	int size = snprintf(member, sizeof(member), "\"document\":\"%s\"", hex);

	return memmem(record->body.data, record->body.size, member, (size_t)size) != NULL;
}

/* Whether a record that an index names lies ahead of a look at the past. */
static bool is_to_come(const struct chy_snapshot *snapshot, struct chy_str seq)
{
	return snapshot->archive->until && seq.size == 8 && chy_seq_from(seq) > snapshot->last_seq;
}

int chy_snapshot_document(struct chy_snapshot *snapshot, const struct chy_hash *document,
	uint64_t *out_seq, struct chy_fault *fault)
{
	struct chy_record record;
	struct chy_str value;
	char hex[CHY_HASH_HEX];
	int result =
		chy_store_get(snapshot->txn, CHY_LOG_DOCUMENTS, chy_hash_str(document), &value);

	if (result == CHY_NOT_FOUND)
		return result;
	chy_hash_to_hex(document, hex);
	if (result < 0)
		return chy_fault_set(fault, result, hex, 0, "the index of documents");
	if (value.size == 8 && is_to_come(snapshot, value))
		return CHY_NOT_FOUND;
	if (value.size == 8)
		result = chy_snapshot_record(snapshot, chy_seq_from(value), &record, fault);
	if (result < 0)
		return result;
	if (result == CHY_NOT_FOUND || value.size != 8 || !speaks_of(&record, hex))
		return chy_fault_set(fault, CHY_EDAMAGED, hex, 0,
			"the index of documents leads to no record of it");
	*out_seq = record.seq;
	return CHY_OK;
}

/* Half a byte more than whole digits: compares the digits that were given. */
static bool begins_with(struct chy_str key, struct chy_str digits)
{
	struct chy_hash hash;
	char hex[CHY_HASH_HEX];

	if (key.size != CHY_HASH_SIZE)
		return false;
	memcpy(hash.bytes, key.data, CHY_HASH_SIZE);
	chy_hash_to_hex(&hash, hex);
	for (size_t i = 0; i < digits.size; i++)
		if ((digits.data[i] | 0x20) != (hex[i] | 0x20))
			return false;
	return true;
}

int chy_snapshot_documents_like(struct chy_snapshot *snapshot, struct chy_str prefix,
	struct chy_hash *out, size_t max, size_t *out_count)
{
	struct chy_store_cursor *cursor;
	struct chy_hash first;
	struct chy_str key, value;
	char hex[CHY_HASH_HEX];
	int result;

	*out_count = 0;
	memset(hex, '0', sizeof(hex));
	hex[CHY_HASH_HEX - 1] = '\0';
	if (prefix.size < 4 || prefix.size >= CHY_HASH_HEX)
		return CHY_EINPUT;
	memcpy(hex, prefix.data, prefix.size);
	if (chy_hash_from_hex(hex, &first))
		return CHY_EINPUT;
	result = chy_store_cursor_open(snapshot->txn, CHY_LOG_DOCUMENTS, &cursor);
	if (result)
		return result;
	result = chy_store_seek(cursor, chy_hash_str(&first), &key, &value);
	while (result == CHY_OK && *out_count < max && begins_with(key, prefix)) {
		if (!is_to_come(snapshot, value))
			memcpy(out[(*out_count)++].bytes, key.data, CHY_HASH_SIZE);
		result = chy_store_next(cursor, &key, &value);
	}
	chy_store_cursor_close(cursor);
	return result < 0 ? result : CHY_OK;
}

int chy_snapshot_blob(struct chy_snapshot *snapshot, const struct chy_hash *hash,
	struct chy_buffer *out, struct chy_fault *fault)
{
	struct chy_str packed;
	char hex[CHY_HASH_HEX];
	int result = chy_store_get(snapshot->txn, CHY_LOG_BODIES, chy_hash_str(hash), &packed);

	if (result < 0)
		return chy_fault_set(fault, result, chy_hash_to_hex(hash, hex), 0, NULL);
	if (result)
		return result;
	return chy_body_unpack(packed, hash, out, fault);
}
