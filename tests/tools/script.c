#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct script {
	struct chy_archive *archive;
	json_t *documents; /* name → {"id", "text", "language"} */
};

struct script *script_new(struct chy_archive *archive)
{
	struct script *script = calloc(1, sizeof(*script));

	if (!script)
		return NULL;
	script->archive = archive;
	script->documents = json_object();
	return script;
}

void script_free(struct script *script)
{
	if (!script)
		return;
	json_decref(script->documents);
	free(script);
}

const char *script_document(const struct script *script, const char *name)
{
	return json_string_value(json_object_get(json_object_get(script->documents, name), "id"));
}

/* -- events --------------------------------------------------------------- */

/* "RUS" → {"code":"RUS","sector":"GOV"} */
static json_t *side_of(const json_t *given)
{
	json_t *side = json_array();

	for (size_t i = 0; i < json_array_size(given); i++) {
		json_t *one = json_array_get(given, i);

		if (json_is_string(one))
			json_array_append_new(
				side, json_pack("{s:O, s:s}", "code", one, "sector", "GOV"));
		else
			json_array_append(side, one);
	}
	return side;
}

static void find_bytes(json_t *event, const char *text)
{
	const char *sentence = json_string_value(json_object_get(event, "sentence"));
	const char *at = sentence ? strstr(text, sentence) : NULL;

	if (at)
		json_object_set_new(event, "bytes",
			json_pack("[I, I]", (json_int_t)(at - text),
				(json_int_t)(at - text) + (json_int_t)strlen(sentence)));
}

static json_t *event_of(const json_t *given, const json_t *document)
{
	static const char *const sides[] = {"actor", "recipient"};
	json_t *event = json_pack("{s:s, s:n, s:n, s:f, s:n, s:n, s:n, s:n, s:[], s:n, s:[], s:n,"
				  " s:n, s:i, s:n, s:n, s:[i,i], s:O, s:n, s:f}",
		"event", "CONSULT", "mode", "cameo", "score", 0.0, "date", "date_text", "due",
		"aux", "context", "place", "dispute", "speaker", "medium", "s", 1, "sentence",
		"trigger", "bytes", 0, 0, "language", json_object_get(document, "language"), "rule",
		"confidence", 0.5);

	json_object_update(event, (json_t *)given);
	for (size_t i = 0; i < 2; i++)
		json_object_set_new(event, sides[i], side_of(json_object_get(given, sides[i])));
	find_bytes(event, json_string_value(json_object_get(document, "text")));
	return event;
}

static json_t *coding_of(const json_t *line, const json_t *document)
{
	const json_t *given = json_object_get(line, "events");
	json_t *events = json_array();

	for (size_t i = 0; i < json_array_size(given); i++)
		json_array_append_new(events, event_of(json_array_get(given, i), document));
	return json_pack("{s:O, s:{s:s, s:s, s:s}, s:s, s:O, s:i, s:o}", "document",
		json_object_get(document, "id"), "coder", "name", "script", "version", "1", "data",
		"", "model", "none", "language", json_object_get(document, "language"), "sentences",
		1, "events", events);
}

/* -- lines ---------------------------------------------------------------- */

static int append(struct script *script, struct chy_entry entry, struct chy_fault *fault)
{
	return chy_archive_append(script->archive, &entry, 1, fault);
}

static json_t *text_or_null(const json_t *line, const char *key)
{
	json_t *value = json_object_get(line, key);

	return value ? json_incref(value) : json_null();
}

static json_t *document_of(const json_t *line, const char *id, const char *original, size_t size)
{
	const char *name = json_string_value(json_object_get(line, "add"));
	const char *language = json_string_value(json_object_get(line, "language"));
	json_t *path = json_object_get(line, "path");

	return json_pack("{s:s, s:s, s:I, s:o, s:n, s:s, s:s, s:o, s:o, s:s, s:o, s:o, s:s, s:s,"
			 " s:s, s:{}, s:[i,I]}",
		"document", id, "original", original, "size", (json_int_t)size, "path",
		path ? json_incref(path) : json_sprintf("%s.txt", name), "mtime", "media",
		"text/plain", "charset", "UTF-8", "title", text_or_null(line, "title"), "date",
		text_or_null(line, "date"), "date_from",
		json_object_get(line, "date") ? "header" : "none", "source",
		text_or_null(line, "source"), "url", text_or_null(line, "url"), "language",
		language ? language : "pt", "language_from", "text", "map", "", "fields",
		"original_range", 0, (json_int_t)size);
}

static void content_of(const json_t *line, const char *text, struct chy_buffer *out)
{
	json_t *content = json_pack("{s:o, s:o, s:s, s:o, s:o}", "date", text_or_null(line, "date"),
		"source", text_or_null(line, "source"), "text", text, "title",
		text_or_null(line, "title"), "url", text_or_null(line, "url"));

	chy_json_canonical(content, out);
	json_decref(content);
}

static int add(struct script *script, const json_t *line, struct chy_fault *fault)
{
	const char *name = json_string_value(json_object_get(line, "add"));
	const char *text = json_string_value(json_object_get(line, "text"));
	char id[CHY_HASH_HEX], original[CHY_HASH_HEX];
	struct chy_record_draft records[2];
	struct chy_buffer content;
	struct chy_blob blobs[2];
	json_t *document;
	int result;

	text = text ? text : name;
	chy_buffer_init(&content);
	content_of(line, text, &content);
	blobs[0].bytes = (struct chy_str){content.data, content.size};
	blobs[1].bytes = chy_str_from(text);
	for (size_t i = 0; i < 2; i++)
		chy_hash_of(blobs[i].bytes.data, blobs[i].bytes.size, &blobs[i].hash);
	chy_hash_to_hex(&blobs[0].hash, id);
	chy_hash_to_hex(&blobs[1].hash, original);
	records[0].kind = CHY_KIND_DOCUMENT_ADDED;
	records[0].body = document_of(line, id, original, strlen(text));
	document = json_pack("{s:s, s:s, s:O}", "id", id, "text", text, "language",
		json_object_get(records[0].body, "language"));
	json_object_set_new(script->documents, name, document);
	records[1].kind = CHY_KIND_EVENTS_CODED;
	records[1].body = coding_of(line, document);
	result = append(script,
		(struct chy_entry){.document = &blobs[0].hash,
			.sighting = {CHY_KIND_DOCUMENT_SIGHTED, records[0].body},
			.records = records,
			.record_count = 2,
			.blobs = blobs,
			.blob_count = 2},
		fault);
	json_decref(records[0].body);
	json_decref(records[1].body);
	chy_buffer_fini(&content);
	return result;
}

static int append_one(
	struct script *script, enum chy_kind kind, json_t *body, struct chy_fault *fault)
{
	struct chy_record_draft record = {kind, body};
	int result =
		append(script, (struct chy_entry){.records = &record, .record_count = 1}, fault);

	json_decref(body);
	return result;
}

static int run_line(struct script *script, const json_t *line, struct chy_fault *fault)
{
	static const char *const verbs[] = {"sight", "code", "withdraw", "correct"};
	const json_t *document = NULL;
	const char *name, *id;

	if (json_object_get(line, "add"))
		return add(script, line, fault);
	if (json_object_get(line, "reject"))
		return append_one(script, CHY_KIND_DOCUMENT_REJECTED,
			json_pack("{s:n, s:n, s:O, s:n, s:o, s:o, s:n}", "original", "size", "path",
				json_object_get(line, "reject"), "mtime", "reason",
				text_or_null(line, "reason"), "code", text_or_null(line, "code"),
				"original_range"),
			fault);
	if (json_object_get(line, "declare"))
		return append_one(script, CHY_KIND_DISPUTE_DECLARED,
			json_deep_copy(json_object_get(line, "declare")), fault);
	for (size_t i = 0; i < 4 && !document; i++) {
		name = json_string_value(json_object_get(line, verbs[i]));
		document = name ? json_object_get(script->documents, name) : NULL;
	}
	if (!document)
		return chy_fault_set(fault, CHY_EINPUT, "script", 0, "no such line or document");
	id = json_string_value(json_object_get(document, "id"));
	if (json_object_get(line, "code"))
		return append_one(script, CHY_KIND_EVENTS_CODED, coding_of(line, document), fault);
	if (json_object_get(line, "withdraw"))
		return append_one(script, CHY_KIND_DOCUMENT_WITHDRAWN,
			json_pack("{s:s, s:o, s:o}", "document", id, "author",
				text_or_null(line, "author"), "reason",
				text_or_null(line, "reason")),
			fault);
	if (json_object_get(line, "correct"))
		return append_one(script, CHY_KIND_EVENT_CORRECTED,
			json_pack("{s:s, s:o, s:o, s:o, s:o, s:n}", "document", id, "author",
				text_or_null(line, "author"), "reason",
				text_or_null(line, "reason"), "event", text_or_null(line, "event"),
				"change", text_or_null(line, "change"), "sentence"),
			fault);
	return append_one(script, CHY_KIND_DOCUMENT_SIGHTED,
		json_pack("{s:s, s:n, s:n, s:o, s:n, s:n}", "document", id, "original", "size",
			"path", text_or_null(line, "path"), "mtime", "original_range"),
		fault);
}

int script_run(struct script *script, const char *lines, struct chy_fault *fault)
{
	struct chy_str rest = chy_str_from(lines), text;
	uint64_t number = 0;
	json_t *line;
	int result = CHY_OK;

	while (!result && chy_str_split(&rest, '\n', &text)) {
		number++;
		text = chy_str_trim(text);
		if (!text.size || text.data[0] == '#')
			continue;
		result = chy_json_parse(text.data, text.size, &line, fault);
		if (!result) {
			result = run_line(script, line, fault);
			json_decref(line);
		}
		if (result && fault)
			fault->at = number;
	}
	return result;
}
