/* What a file adds to the log: from a worker's answer, which is believed in
 * its form only. */
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

static json_t *own(struct file *file, json_t *body)
{
	json_t **more;

	if (!body)
		return NULL;
	more = realloc(file->bodies, (file->body_count + 1) * sizeof(*more));
	if (!more) {
		json_decref(body);
		return NULL;
	}
	file->bodies = more;
	file->bodies[file->body_count++] = body;
	return body;
}

static struct chy_entry *new_entry(struct file *file)
{
	struct chy_entry *more = realloc(file->entries, (file->entry_count + 1) * sizeof(*more));

	if (!more)
		return NULL;
	file->entries = more;
	more += file->entry_count++;
	*more = (struct chy_entry){0};
	return more;
}

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

int entry_of_rejection(struct file *file, const char *code, const char *reason)
{
	struct chy_entry *entry = new_entry(file);
	struct chy_record_draft *record = calloc(1, sizeof(*record));
	json_t *body = own(file,
		json_pack("{s:s, s:s, s:n}", "code", code, "reason", reason, "original_range"));

	if (!entry || !record || !body) {
		free(record);
		return CHY_EMEM;
	}
	set_origin(file, body, file->bytes != NULL);
	*record = (struct chy_record_draft){CHY_KIND_DOCUMENT_REJECTED, body};
	entry->records = record;
	entry->record_count = 1;
	entry->once = once_key(file, NULL, "rejected");
	return entry->once ? CHY_OK : CHY_EMEM;
}

/* A part of the file that could not be read, of a file that was. */
static int entry_of_refusal(struct file *file, const json_t *refusal)
{
	const json_t *range = json_object_get(refusal, "range");
	int result = entry_of_rejection(file, json_string_value(json_object_get(refusal, "code")),
		json_string_value(json_object_get(refusal, "reason")));
	struct chy_entry *entry;

	if (result)
		return result;
	entry = &file->entries[file->entry_count - 1];
	json_object_set(entry->records[0].body, "original_range", (json_t *)range);
	free((void *)entry->once);
	entry->once = once_key(file, range, "refused");
	if (!file->reason)
		file->reason = strdup(json_string_value(json_object_get(refusal, "reason")));
	return entry->once ? CHY_OK : CHY_EMEM;
}

static int set_blobs(struct file *file, struct chy_entry *entry, const json_t *article)
{
	struct chy_blob *blobs = calloc(2, sizeof(*blobs));
	struct chy_str content = chy_json_str(article, "content");

	entry->blobs = blobs;
	if (!blobs)
		return CHY_EMEM;
	entry->blob_count = 2;
	/* The answer's JSON is kept with the file, so the view stays good. */
	blobs[0] = (struct chy_blob){*entry->document, content};
	blobs[1] = (struct chy_blob){file->original, {file->bytes, file->size}};
	return CHY_OK;
}

static json_t *sighting_of(struct file *file, const json_t *document)
{
	json_t *body = own(
		file, json_pack("{s:O, s:O?}", "document", json_object_get(document, "document"),
			      "original_range", json_object_get(document, "original_range")));

	if (body)
		set_origin(file, body, true);
	return body;
}

static int entry_of_article(struct file *file, const json_t *article)
{
	json_t *document = json_object_get(article, "document");
	json_t *coded = json_object_get(article, "coded");
	struct chy_str hex = chy_json_str(document, "document");
	struct chy_str content = chy_json_str(article, "content");
	struct chy_record_draft *records = calloc(2, sizeof(*records));
	struct chy_hash *id = malloc(sizeof(*id)), found;
	struct chy_entry *entry = new_entry(file);

	if (entry) {
		entry->records = records;
		entry->document = id;
	}
	if (!records || !id || !entry) {
		if (!entry) {
			free(records);
			free(id);
		}
		return CHY_EMEM;
	}
	if (!hex.data || chy_hash_from_hex(hex.data, id) || !content.data)
		return CHY_EINPUT;
	/* The id is what the content says, not what the worker says. */
	chy_hash_of(content.data, content.size, &found);
	if (!chy_hash_equal(&found, id))
		return CHY_EINPUT;
	set_origin(file, document, true);
	records[entry->record_count++] =
		(struct chy_record_draft){CHY_KIND_DOCUMENT_ADDED, document};
	if (json_is_object(coded))
		records[entry->record_count++] =
			(struct chy_record_draft){CHY_KIND_EVENTS_CODED, coded};
	entry->sighting =
		(struct chy_record_draft){CHY_KIND_DOCUMENT_SIGHTED, sighting_of(file, document)};
	entry->once = once_key(file, json_object_get(document, "original_range"), "article");
	if (!entry->sighting.body || !entry->once)
		return CHY_EMEM;
	return set_blobs(file, entry, article);
}

int entries_of(struct file *file, const json_t *answer)
{
	const json_t *articles = json_object_get(answer, "articles");
	const json_t *refusals = json_object_get(answer, "refusals");
	const char *code = json_string_value(json_object_get(answer, "code"));
	const char *reason = json_string_value(json_object_get(answer, "reason"));
	int result = CHY_OK;

	if (!own(file, json_incref((json_t *)answer)))
		return CHY_EMEM;
	if (code && reason)
		return file_reject(file, code, reason);
	if (!json_array_size(articles))
		return CHY_EINPUT;
	for (size_t i = 0; i < json_array_size(articles) && !result; i++)
		result = entry_of_article(file, json_array_get(articles, i));
	for (size_t i = 0; i < json_array_size(refusals) && !result; i++)
		result = entry_of_refusal(file, json_array_get(refusals, i));
	return result;
}
