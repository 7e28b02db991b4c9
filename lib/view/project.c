/* One record into the tables. What is written depends on the records alone,
 * so that any way of following gives the same bytes. */
#include <stdio.h>
#include <string.h>

#include "internal.h"

struct projection {
	struct chy_store_txn *txn;
	const struct chy_record *record;
	json_t *body;
	struct chy_counts *counts;
};

static int document_key(const json_t *body, struct chy_hash *out)
{
	struct chy_str hex = chy_json_str(body, "document");

	return hex.data ? chy_hash_from_hex(hex.data, out) : CHY_EINPUT;
}

static struct chy_str hash_str(const struct chy_hash *hash)
{
	return (struct chy_str){(const char *)hash->bytes, CHY_HASH_SIZE};
}

static void set_recorded(const struct projection *p, json_t *row)
{
	char time[CHY_TIME_SIZE];

	json_object_set_new(row, "recorded", json_string(chy_time_format(p->record->time, time)));
	json_object_set_new(row, "seq", json_integer((json_int_t)p->record->seq));
}

static void count_document(const struct projection *p)
{
	struct chy_str text = chy_json_str(p->body, "date");
	struct chy_edtf date;
	int64_t first, last;

	p->counts->documents++;
	p->counts->sightings++;
	if (!text.size || chy_edtf_parse(text, &date))
		return;
	chy_edtf_bounds(&date, &first, &last);
	if (last != INT64_MAX && last > p->counts->last_day)
		p->counts->last_day = last;
}

static int add_document(const struct projection *p, const struct chy_hash *id)
{
	json_t *row = json_copy(p->body);
	int result;

	if (!row)
		return CHY_EMEM;
	json_object_del(row, "map"); /* is read from the record when it is needed */
	count_document(p);
	set_recorded(p, row);
	json_object_set_new(row, "sightings",
		json_pack("[{s:I, s:O?}]", "seq", (json_int_t)p->record->seq, "path",
			json_object_get(p->body, "path")));
	result = chy_row_put(p->txn, CHY_VIEW_DOCUMENTS, hash_str(id), row);
	json_decref(row);
	return result;
}

static int sight_document(const struct projection *p, const struct chy_hash *id)
{
	json_t *row;
	int result = chy_row_get(p->txn, CHY_VIEW_DOCUMENTS, hash_str(id), &row);

	if (result)
		return result < 0 ? result : CHY_OK;
	p->counts->sightings++;
	json_array_append_new(json_object_get(row, "sightings"),
		json_pack("{s:I, s:O?}", "seq", (json_int_t)p->record->seq, "path",
			json_object_get(p->body, "path")));
	result = chy_row_put(p->txn, CHY_VIEW_DOCUMENTS, hash_str(id), row);
	json_decref(row);
	return result;
}

/* -- the index ------------------------------------------------------------ */

static int put_index(const struct projection *p, const char *what, size_t size, int64_t day,
	const unsigned char key[CHY_EVENT_KEY])
{
	unsigned char bytes[300];
	struct chy_str none = {"", 0};

	if (size + 1 + 8 + CHY_EVENT_KEY > sizeof(bytes))
		return CHY_OK;
	memcpy(bytes, what, size);
	bytes[size] = 0;
	chy_put_be(bytes + size + 1, (uint64_t)day ^ ((uint64_t)1 << 63), 8);
	memcpy(bytes + size + 9, key, CHY_EVENT_KEY);
	return chy_store_put(p->txn, CHY_VIEW_INDEX,
		(struct chy_str){(const char *)bytes, size + 9 + CHY_EVENT_KEY}, none);
}

static size_t add_codes(const json_t *side, struct chy_str *codes, size_t count, size_t room)
{
	for (size_t i = 0; i < json_array_size(side) && count < room; i++) {
		struct chy_str code = chy_json_str(json_array_get(side, i), "code");
		bool there = !code.size || code.size > 60;

		for (size_t j = 0; j < count && !there; j++)
			there = chy_str_equal(codes[j], code);
		if (!there)
			codes[count++] = code;
	}
	return count;
}

static int index_sides(
	const struct projection *p, const json_t *event, int64_t day, const unsigned char *key)
{
	struct chy_str codes[32];
	size_t n = add_codes(json_object_get(event, "actor"), codes, 0, 32);
	char what[160];
	int result = CHY_OK;

	n = add_codes(json_object_get(event, "recipient"), codes, n, 32);
	for (size_t i = 0; i < n && !result; i++) {
		int size = snprintf(what, sizeof(what), "a%.*s", (int)codes[i].size, codes[i].data);

		result = put_index(p, what, (size_t)size, day, key);
		for (size_t j = 0; j < n && !result; j++) {
			if (chy_str_compare(codes[i], codes[j]) >= 0)
				continue;
			size = snprintf(what, sizeof(what), "p%.*s,%.*s", (int)codes[i].size,
				codes[i].data, (int)codes[j].size, codes[j].data);
			result = put_index(p, what, (size_t)size, day, key);
		}
	}
	return result;
}

static int index_event(
	const struct projection *p, const json_t *event, int64_t day, const unsigned char *key)
{
	const json_t *disputes = json_object_get(event, "dispute");
	int result = put_index(p, "*", 1, day, key);
	char what[160];

	if (!result)
		result = index_sides(p, event, day, key);
	for (size_t i = 0; i < json_array_size(disputes) && !result; i++) {
		int size = snprintf(what, sizeof(what), "d%.150s",
			json_string_value(json_array_get(disputes, i)));

		result = put_index(p, what, (size_t)size, day, key);
	}
	return result;
}

/* -- events --------------------------------------------------------------- */

static int end_event(const struct projection *p, uint64_t seq, uint32_t n)
{
	unsigned char key[CHY_EVENT_KEY];
	json_t *row;
	int result;

	chy_event_key(seq, n, key);
	result = chy_row_get(
		p->txn, CHY_VIEW_EVENTS, (struct chy_str){(const char *)key, sizeof(key)}, &row);
	if (result)
		return result;
	json_object_set_new(row, "until", json_integer((json_int_t)p->record->seq));
	result = chy_row_put(
		p->txn, CHY_VIEW_EVENTS, (struct chy_str){(const char *)key, sizeof(key)}, row);
	json_decref(row);
	return result;
}

/* What was coded before is in force no more. */
static int end_coding(const struct projection *p, const json_t *document)
{
	json_int_t coded = json_integer_value(json_object_get(document, "coded"));
	json_int_t count = json_integer_value(json_object_get(document, "events"));
	int result = CHY_OK;

	if (!coded)
		return CHY_OK;
	p->counts->events -= (uint64_t)count;
	for (json_int_t n = 1; n <= count && !result; n++)
		result = end_event(p, (uint64_t)coded, (uint32_t)n);
	return result < 0 || result == CHY_STORE_FULL ? result : CHY_OK;
}

static int add_event(const struct projection *p, json_t *event, struct chy_str reported, uint32_t n)
{
	unsigned char key[CHY_EVENT_KEY];
	char time[CHY_TIME_SIZE];
	json_t *row = json_pack("{s:O, s:O?, s:i, s:s}", "event", event, "document",
		json_object_get(p->body, "document"), "until", 0, "recorded",
		chy_time_format(p->record->time, time));
	int result;

	if (!row)
		return CHY_EMEM;
	chy_event_key(p->record->seq, n, key);
	result = chy_row_put(
		p->txn, CHY_VIEW_EVENTS, (struct chy_str){(const char *)key, sizeof(key)}, row);
	if (!result)
		result = index_event(p, event, chy_event_day(event, reported), key);
	json_decref(row);
	return result;
}

static int code_document(const struct projection *p, const struct chy_hash *id)
{
	json_t *events = json_object_get(p->body, "events"), *document;
	int result = chy_row_get(p->txn, CHY_VIEW_DOCUMENTS, hash_str(id), &document);

	if (result)
		return result < 0 ? result : CHY_OK;
	if (json_object_get(document, "withdrawn")) {
		/* What was taken back stays so, whoever codes it again. */
		json_decref(document);
		return CHY_OK;
	}
	result = end_coding(p, document);
	for (size_t i = 0; i < json_array_size(events) && !result; i++)
		result = add_event(p, json_array_get(events, i), chy_json_str(document, "date"),
			(uint32_t)i + 1);
	if (!result) {
		p->counts->events += json_array_size(events);
		json_object_set_new(document, "coded", json_integer((json_int_t)p->record->seq));
		json_object_set_new(
			document, "events", json_integer((json_int_t)json_array_size(events)));
		json_object_set(document, "coder", json_object_get(p->body, "coder"));
		result = chy_row_put(p->txn, CHY_VIEW_DOCUMENTS, hash_str(id), document);
	}
	json_decref(document);
	return result;
}

static int withdraw_document(const struct projection *p, const struct chy_hash *id)
{
	json_t *document;
	int result = chy_row_get(p->txn, CHY_VIEW_DOCUMENTS, hash_str(id), &document);

	if (result)
		return result < 0 ? result : CHY_OK;
	result = end_coding(p, document);
	if (!result) {
		p->counts->withdrawn += !json_object_get(document, "withdrawn");
		json_object_set_new(
			document, "withdrawn", json_integer((json_int_t)p->record->seq));
		json_object_set_new(document, "coded", json_integer(0));
		result = chy_row_put(p->txn, CHY_VIEW_DOCUMENTS, hash_str(id), document);
	}
	json_decref(document);
	return result;
}

static int reject_document(const struct projection *p)
{
	unsigned char key[8];

	p->counts->rejected++;
	chy_put_be(key, p->record->seq, 8);
	return chy_store_put(p->txn, CHY_VIEW_REJECTED,
		(struct chy_str){(const char *)key, sizeof(key)}, p->record->body);
}

static int project_body(const struct projection *p)
{
	struct chy_hash id;

	if (p->record->kind == CHY_KIND_DOCUMENT_REJECTED)
		return reject_document(p);
	if (document_key(p->body, &id))
		return CHY_OK;
	switch (p->record->kind) {
	case CHY_KIND_DOCUMENT_ADDED:
		return add_document(p, &id);
	case CHY_KIND_DOCUMENT_SIGHTED:
		return sight_document(p, &id);
	case CHY_KIND_EVENTS_CODED:
		return code_document(p, &id);
	case CHY_KIND_DOCUMENT_WITHDRAWN:
		return withdraw_document(p, &id);
	default:
		/* Corrections and declared disputes are kept in the log; no view
		 * shows them yet. Kinds of a newer edition are passed over. */
		return CHY_OK;
	}
}

int chy_project(struct chy_store_txn *txn, const struct chy_record *record, struct chy_fault *fault)
{
	struct chy_counts before, after;
	struct projection p = {txn, record, NULL, &after};
	int result = chy_record_body(record, &p.body, fault);

	if (result)
		return result;
	result = chy_counts_get(txn, 0, &before);
	after = before;
	if (!result)
		result = project_body(&p);
	if (!result && memcmp(&before, &after, sizeof(before)) != 0)
		result = chy_counts_put(txn, record->seq, &after);
	json_decref(p.body);
	if (result < 0)
		return chy_fault_set(fault, result, "record", record->seq, "into the views");
	return result;
}
