#include <errno.h>
#include <time.h>

#include "internal.h"

/* One call of chy_archive_append: where the chain would end if it succeeds. */
struct append {
	struct chy_archive *archive;
	struct chy_store_txn *txn;
	uint64_t seq;
	int64_t time;
	struct chy_hash head;
	struct chy_buffer bytes, body;
};

/* Time never goes backwards in a log, whatever the clock does. */
static int64_t now_after(int64_t last)
{
	struct timespec now;
	int64_t time;

	clock_gettime(CLOCK_REALTIME, &now);
	time = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
	return time > last ? time : last;
}

static int put_record(struct append *append, const struct chy_record_draft *draft)
{
	struct chy_record record = {.seq = append->seq + 1,
		.time = append->time,
		.prev = append->head,
		.kind = draft->kind,
		.schema = chy_kind_schema(draft->kind)};
	struct chy_seq_key key = chy_seq_key(record.seq);
	int result;

	chy_buffer_clear(&append->body);
	chy_buffer_clear(&append->bytes);
	result = chy_json_canonical(draft->body, &append->body);
	if (result)
		return result;
	record.body = (struct chy_str){append->body.data, append->body.size};
	result = chy_record_encode(&record, &append->bytes);
	if (result)
		return result;
	result = chy_store_append(append->txn, CHY_LOG_RECORDS, chy_seq_str(&key),
		(struct chy_str){append->bytes.data, append->bytes.size});
	if (!result) {
		append->seq = record.seq;
		append->head = record.hash;
	}
	return result;
}

static int put_blob(struct append *append, const struct chy_blob *blob)
{
	struct chy_str there;
	int result = chy_store_get(append->txn, CHY_LOG_BODIES, chy_hash_str(&blob->hash), &there);

	if (result != CHY_NOT_FOUND)
		return result;
	result = chy_body_pack(blob->bytes, &append->bytes);
	if (result)
		return result;
	return chy_store_put(append->txn, CHY_LOG_BODIES, chy_hash_str(&blob->hash),
		(struct chy_str){append->bytes.data, append->bytes.size});
}

/* Which of its faces the entry shows: 0, CHY_PRESENT or CHY_SIGHTED. */
static int look_up(struct append *append, const struct chy_entry *entry)
{
	struct chy_str there;
	int result = CHY_NOT_FOUND;

	if (entry->once)
		result =
			chy_store_get(append->txn, CHY_LOG_ONCE, chy_hash_str(entry->once), &there);
	if (result != CHY_NOT_FOUND)
		return result ? result : CHY_PRESENT;
	if (entry->document)
		result = chy_store_get(
			append->txn, CHY_LOG_DOCUMENTS, chy_hash_str(entry->document), &there);
	if (result != CHY_NOT_FOUND)
		return result ? result : CHY_SIGHTED;
	return CHY_OK;
}

static int put_index(
	struct append *append, enum chy_log_table table, const struct chy_hash *key, uint64_t seq)
{
	struct chy_seq_key value = chy_seq_key(seq);

	if (!key)
		return CHY_OK;
	return chy_store_put(append->txn, table, chy_hash_str(key), chy_seq_str(&value));
}

static int put_entry(struct append *append, struct chy_entry *entry)
{
	const struct chy_record_draft *records = entry->records;
	size_t count = entry->record_count;
	uint64_t first = append->seq + 1;
	int face = look_up(append, entry), result = CHY_OK;

	if (face < 0 || face == CHY_PRESENT) {
		entry->outcome = face;
		entry->first_seq = entry->last_seq = 0;
		return face < 0 ? face : CHY_OK;
	}
	if (face == CHY_SIGHTED) {
		records = &entry->sighting;
		count = 1;
	}
	for (size_t i = 0; i < count && !result; i++)
		result = put_record(append, &records[i]);
	for (size_t i = 0; i < entry->blob_count && !result; i++)
		result = put_blob(append, &entry->blobs[i]);
	if (!result && face == CHY_OK)
		result = put_index(append, CHY_LOG_DOCUMENTS, entry->document, first);
	if (!result)
		result = put_index(append, CHY_LOG_ONCE, entry->once, first);
	entry->outcome = face;
	entry->first_seq = first;
	entry->last_seq = append->seq;
	return result;
}

/* One try in one transaction: 0, CHY_STORE_FULL, or an error. */
static int try_append(
	struct append *append, struct chy_entry *entries, size_t count, struct chy_fault *fault)
{
	struct chy_archive *archive = append->archive;
	int result = chy_store_begin(archive->store, true, &append->txn, fault);

	if (result)
		return result;
	append->seq = archive->last_seq;
	append->head = archive->head;
	append->time = now_after(archive->last_time);
	for (size_t i = 0; i < count && !result; i++) {
		result = put_entry(append, &entries[i]);
		if (result < 0)
			chy_fault_set(fault, result, archive->directory, append->seq + 1, NULL);
	}
	if (result) {
		chy_store_abort(append->txn);
		return result;
	}
	return chy_store_commit(append->txn, fault);
}

static size_t size_of(const struct chy_entry *entries, size_t count)
{
	size_t size = 1u << 20;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < entries[i].blob_count; j++)
			size += entries[i].blobs[j].bytes.size;
	return size;
}

int chy_archive_append(struct chy_archive *archive, struct chy_entry *entries, size_t count,
	struct chy_fault *fault)
{
	struct append append = {.archive = archive};
	int result;

	if (archive->lock < 0) {
		errno = EROFS;
		return chy_fault_set(fault, CHY_EACCESS, archive->directory, 0, "opened to read");
	}
	chy_buffer_init(&append.bytes);
	chy_buffer_init(&append.body);
	result = try_append(&append, entries, count, fault);
	while (result == CHY_STORE_FULL) {
		result = chy_store_grow(archive->store, size_of(entries, count), fault);
		if (!result)
			result = try_append(&append, entries, count, fault);
	}
	chy_buffer_fini(&append.bytes);
	chy_buffer_fini(&append.body);
	if (result)
		return result;
	archive->last_seq = append.seq;
	archive->last_time = append.time;
	archive->head = append.head;
	return CHY_OK;
}
