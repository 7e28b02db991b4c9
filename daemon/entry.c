/* What a file adds to the log: from a worker's answers, which are believed in
 * their form only. */
#include <stdlib.h>
#include <string.h>

#include "daemon.h"

static json_int_t mtime_of(const struct file *file)
{
	return (json_int_t)file->info.st_mtim.tv_sec * 1000000 + file->info.st_mtim.tv_nsec / 1000;
}

/* The same file taken again after a crash has the same key. */
static struct chy_hash *once_key(const struct file *file, const json_t *range, const char *what)
{
	struct chy_hash *key = malloc(sizeof(*key));
	struct chy_hasher hasher;
	int64_t numbers[5] = {file->info.st_mtim.tv_sec, file->info.st_mtim.tv_nsec,
		(int64_t)file->info.st_ino, json_integer_value(json_array_get(range, 0)),
		json_integer_value(json_array_get(range, 1))};

	if (!key)
		return NULL;
	chy_hasher_init(&hasher);
	chy_hasher_add(&hasher, what, strlen(what) + 1);
	chy_hasher_add(&hasher, file->original.bytes, CHY_HASH_SIZE);
	chy_hasher_add(&hasher, file->name, strlen(file->name) + 1);
	chy_hasher_add(&hasher, numbers, sizeof(numbers));
	chy_hasher_finish(&hasher, key);
	return key;
}

/* -- parts ---------------------------------------------------------------- */

static void clear_entry(struct chy_entry *entry)
{
	free((void *)entry->records);
	free((void *)entry->blobs);
	free((void *)entry->once);
	free((void *)entry->document);
}

void part_free(struct part *part)
{
	if (!part)
		return;
	for (size_t i = 0; i < part->body_count; i++)
		json_decref(part->bodies[i]);
	for (size_t i = 0; i < part->entry_count; i++)
		clear_entry(&part->entries[i]);
	free(part->entries);
	free(part->bodies);
	free(part);
}

static struct part *part_of(struct file *file)
{
	if (!file->part)
		file->part = calloc(1, sizeof(*file->part));
	if (file->part)
		file->part->file = file;
	return file->part;
}

/* The part keeps a reference, so that entries may borrow from it. */
static bool own(struct part *part, json_t *body)
{
	json_t **more = body ? realloc(part->bodies, (part->body_count + 1) * sizeof(*more)) : NULL;

	if (!more) {
		json_decref(body);
		return false;
	}
	part->bodies = more;
	part->bodies[part->body_count++] = body;
	return true;
}

/* The entry joins the part, or is cleared. */
static int join(struct part *part, struct chy_entry *entry, int result)
{
	struct chy_entry *more = NULL;

	if (!result)
		more = realloc(part->entries, (part->entry_count + 1) * sizeof(*more));
	if (!more) {
		clear_entry(entry);
		return result ? result : CHY_EMEM;
	}
	part->entries = more;
	part->entries[part->entry_count++] = *entry;
	return CHY_OK;
}

struct part *part_of_record(uint64_t asker, enum chy_kind kind, json_t *body)
{
	struct part *part = calloc(1, sizeof(*part));
	struct chy_record_draft *record = calloc(1, sizeof(*record));
	struct chy_entry entry = {.records = record, .record_count = 1};

	if (!part || !record || !own(part, body)) {
		free(record);
		free(part);
		return NULL;
	}
	part->asker = asker;
	*record = (struct chy_record_draft){kind, body};
	if (join(part, &entry, CHY_OK)) {
		part_free(part);
		return NULL;
	}
	return part;
}

/* -- what was not taken --------------------------------------------------- */

/* Where the file's own bytes came from. */
static void set_origin(struct file *file, json_t *body, bool hashed)
{
	char hex[CHY_HASH_HEX];

	json_object_set_new(body, "path", json_string(file->shown));
	json_object_set_new(body, "mtime", json_integer(mtime_of(file)));
	json_object_set_new(
		body, "size", hashed ? json_integer((json_int_t)file->size) : json_null());
	json_object_set_new(body, "original",
		hashed ? json_string(chy_hash_to_hex(&file->original, hex)) : json_null());
}

static int reject(struct file *file, const char *code, const char *reason, json_t *range)
{
	struct part *part = part_of(file);
	struct chy_record_draft *record = calloc(1, sizeof(*record));
	struct chy_entry entry = {.records = record, .record_count = 1};
	json_t *body;

	if (!part || !record) {
		free(record);
		return CHY_EMEM;
	}
	body = json_pack(
		"{s:s, s:s, s:O?}", "code", code, "reason", reason, "original_range", range);
	entry.once = once_key(file, range, range ? "refused" : "rejected");
	if (!entry.once || !own(part, body))
		return join(part, &entry, CHY_EMEM);
	set_origin(file, body, file->bytes != NULL);
	*record = (struct chy_record_draft){CHY_KIND_DOCUMENT_REJECTED, body};
	return join(part, &entry, CHY_OK);
}

int entry_of_rejection(struct file *file, const char *code, const char *reason)
{
	return reject(file, code, reason, NULL);
}

/* A part of the file that could not be read, of a file that was. */
int entry_of_refusal(struct file *file, const json_t *refusal)
{
	json_t *range = json_object_get(refusal, "range");
	const char *code = json_string_value(json_object_get(refusal, "code"));
	const char *reason = json_string_value(json_object_get(refusal, "reason"));
	int result;

	if (!code || !reason || json_array_size(range) != 2)
		return CHY_EINPUT;
	result = reject(file, code, reason, range);
	if (!result && !file->reason)
		file->reason = strdup(reason);
	return result;
}

/* -- what was taken ------------------------------------------------------- */

/* The first article brings the file's own bytes for all of them. */
static int set_blobs(struct file *file, struct chy_entry *entry, const json_t *article)
{
	struct chy_blob *blobs = calloc(2, sizeof(*blobs));

	entry->blobs = blobs;
	if (!blobs)
		return CHY_EMEM;
	/* The answer is kept with the part, so the view stays good. */
	blobs[entry->blob_count++] =
		(struct chy_blob){*entry->document, chy_json_str(article, "content")};
	if (!file->stored)
		blobs[entry->blob_count++] =
			(struct chy_blob){file->original, {file->bytes, file->size}};
	return CHY_OK;
}

/* The id is what the content says, not what the worker says, and the events
 * speak of no other document. */
static bool makes_sense(const json_t *article, struct chy_hash *id)
{
	const json_t *document = json_object_get(article, "document");
	const json_t *coded = json_object_get(article, "coded");
	struct chy_str hex = chy_json_str(document, "document");
	struct chy_str content = chy_json_str(article, "content");
	struct chy_hash found;

	if (!hex.data || chy_hash_from_hex(hex.data, id) || !content.data ||
		json_array_size(json_object_get(document, "original_range")) != 2)
		return false;
	chy_hash_of(content.data, content.size, &found);
	return chy_hash_equal(&found, id) &&
	       (!json_is_object(coded) || json_equal(json_object_get(coded, "document"),
						  json_object_get(document, "document")));
}

static int fill(struct file *file, struct chy_entry *entry, json_t *article)
{
	json_t *document = json_object_get(article, "document");
	json_t *coded = json_object_get(article, "coded");
	json_t *range = json_object_get(document, "original_range");
	struct chy_record_draft *records = calloc(2, sizeof(*records));
	json_t *sighting;

	entry->records = records;
	entry->once = once_key(file, range, "article");
	if (!records || !entry->once)
		return CHY_EMEM;
	set_origin(file, document, true);
	records[entry->record_count++] =
		(struct chy_record_draft){CHY_KIND_DOCUMENT_ADDED, document};
	if (json_is_object(coded))
		records[entry->record_count++] =
			(struct chy_record_draft){CHY_KIND_EVENTS_CODED, coded};
	sighting = json_pack("{s:O, s:O}", "document", json_object_get(document, "document"),
		"original_range", range);
	if (!own(file->part, sighting))
		return CHY_EMEM;
	set_origin(file, sighting, true);
	entry->sighting = (struct chy_record_draft){CHY_KIND_DOCUMENT_SIGHTED, sighting};
	return set_blobs(file, entry, article);
}

int entry_of_article(struct file *file, json_t *article)
{
	struct part *part = part_of(file);
	struct chy_hash *id = malloc(sizeof(*id));
	struct chy_entry entry = {.document = id};
	int result;

	if (!part || !id || !own(part, json_incref(article)))
		result = CHY_EMEM;
	else if (!makes_sense(article, id))
		result = CHY_EINPUT;
	else
		result = fill(file, &entry, article);
	result = part ? join(part, &entry, result) : CHY_EMEM;
	if (!part)
		free(id);
	if (!result) {
		file->stored = true;
		file->good++;
	}
	return result;
}
