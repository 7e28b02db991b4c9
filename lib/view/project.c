/* One record into the tables. What is written depends on the records alone,
 * so that any way of following gives the same bytes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct projection {
	struct chy_batch *batch;
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

/* -- events --------------------------------------------------------------- */

static bool bounds_of(struct chy_str text, int32_t *out_first, int32_t *out_last)
{
	struct chy_edtf date;
	int64_t first, last;

	*out_first = 1;
	*out_last = 0;
	if (!text.size || chy_edtf_parse(text, &date))
		return false;
	chy_edtf_bounds(&date, &first, &last);
	if (first == INT64_MIN)
		return false;
	*out_first = chy_day32(first);
	*out_last = chy_day32(last);
	return true;
}

/* What of a document every event of it takes over. */
struct origin {
	const json_t *document;
	struct chy_hash id;
	struct chy_buffer members; /* as they stand in every event's JSON */
	uint32_t source;
	int32_t reported;
};

static void copy_member(json_t *to, const char *as, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);

	if (value)
		json_object_set(to, as, value);
	else
		json_object_set_new(to, as, json_null());
}

/* What an event's JSON takes over from its document and record, without the
 * braces. */
static int write_members(const struct projection *p, const json_t *document, struct chy_buffer *out)
{
	static const char *const members[] = {"document", "title", "source", "url"};
	json_t *object = json_object();
	char text[CHY_TIME_SIZE];
	int result;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		copy_member(object, members[i], document, members[i]);
	copy_member(object, "reported", document, "date");
	json_object_set_new(
		object, "recorded", json_string(chy_time_format(p->record->time, text)));
	result = chy_json_canonical(object, out);
	json_decref(object);
	return result;
}

static int read_origin(const struct projection *p, const json_t *document,
	const struct chy_hash *id, struct origin *out)
{
	int32_t last;
	int result;

	*out = (struct origin){.document = document, .id = *id};
	chy_buffer_init(&out->members);
	if (!bounds_of(chy_json_str(document, "date"), &out->reported, &last))
		out->reported = INT32_MIN;
	result = chy_name_number(p->txn, chy_json_str(document, "source"), &out->source);
	return result ? result : write_members(p, document, &out->members);
}

static int set_disputes(
	const struct projection *p, const json_t *event, struct chy_telling *telling)
{
	const json_t *disputes = json_object_get(event, "dispute");
	int result = CHY_OK;

	for (size_t i = 0; i < json_array_size(disputes) && i < CHY_TELLING_DISPUTES && !result;
		i++)
		result = chy_name_number(p->txn,
			chy_str_from(json_string_value(json_array_get(disputes, i))),
			&telling->disputes[i]);
	return result;
}

static uint32_t kind_of(const json_t *event)
{
	uint64_t mode = chy_str_hash(chy_json_str(event, "mode"));

	return (uint32_t)((mode * 31 + chy_str_hash(chy_json_str(event, "cameo"))) >> 16);
}

static int telling_of(const struct projection *p, const json_t *event, const struct origin *origin,
	struct chy_telling *out)
{
	double score = json_number_value(json_object_get(event, "score"));
	double confidence = json_number_value(json_object_get(event, "confidence"));

	*out = (struct chy_telling){.reported = origin->reported,
		.document = chy_get_be((const char *)origin->id.bytes, 8),
		.source = origin->source,
		.kind = kind_of(event),
		.score = (int16_t)lround(fmax(fmin(score, 1000), -1000) * 10),
		.confidence = (int16_t)lround(fmax(fmin(confidence, 1), 0) * 1000),
		.standing = chy_standing_from(chy_json_str(event, "aux"))};
	bounds_of(chy_json_str(event, "date"), &out->first, &out->last);
	bounds_of(chy_json_str(event, "due"), &out->due_first, &out->due_last);
	return set_disputes(p, event, out);
}

static void cell_of(const json_t *event, const struct chy_telling *telling,
	struct chy_buffer *sides, struct chy_cell *out)
{
	struct chy_hasher hasher;
	struct chy_hash hash;

	chy_buffer_clear(sides);
	chy_write_sides(sides, event);
	*out = (struct chy_cell){.period = chy_telling_period(telling),
		.category = chy_json_str(event, "event"),
		.sides = {sides->data, sides->size}};
	chy_hasher_init(&hasher);
	chy_hasher_add(&hasher, out->category.data, out->category.size);
	chy_hasher_add(&hasher, "/", 1);
	chy_hasher_add(&hasher, sides->data ? sides->data : "", sides->size);
	chy_hasher_finish(&hasher, &hash);
	memcpy(out->hash, hash.bytes, CHY_CELL_HASH);
}

/* An event in its places: the tables of events, and what they belong to. */
struct placing {
	const struct projection *p;
	const unsigned char *key;
	int32_t day, sign;
	struct chy_tally_cell tally;
};

static int place_under(void *user, struct chy_str what)
{
	const struct placing *placing = user;
	unsigned char bytes[300];

	if (what.data[0] == 's')
		return CHY_OK; /* of acts only */
	if (chy_what_is_tallied(what))
		chy_tally_add(placing->p->batch, what, placing->day, &placing->tally);
	if (placing->sign < 0 || what.size + 9 + CHY_EVENT_KEY > sizeof(bytes))
		return CHY_OK; /* what was known then can still be asked for */
	memcpy(bytes, what.data, what.size);
	bytes[what.size] = 0;
	chy_put_day(bytes + what.size + 1, placing->day);
	memcpy(bytes + what.size + 5, placing->key, CHY_EVENT_KEY);
	chy_stage_add(&placing->p->batch->index,
		(struct chy_str){(const char *)bytes, what.size + 5 + CHY_EVENT_KEY}, CHY_STR(""));
	return CHY_OK;
}

static int place_event(const struct projection *p, const json_t *event, const struct chy_cell *cell,
	const struct chy_telling *telling, int32_t sign)
{
	const json_t *list = json_object_get(event, "dispute");
	struct chy_str disputes[32];
	struct placing placing = {p, telling->key, chy_event_day(telling), sign,
		{0, 0, telling->standing, 0, 0, sign}};
	size_t n = 0;
	int result = chy_name_number(p->txn, cell->category, &placing.tally.category);

	for (size_t i = 0; i < json_array_size(list) && n < 32; i++)
		disputes[n++] = chy_str_from(json_string_value(json_array_get(list, i)));
	if (!result)
		result = chy_each_what(cell->sides, disputes, n, place_under, &placing);
	if (!result)
		result = chy_people_place(p->batch, event, telling, sign);
	if (!result)
		chy_cell_change(p->batch, cell, telling);
	return result;
}

/* As the questions show it: its own members, those of its document, its id.
 * `slice` is its JSON as it stands in the record; empty where it is changed. */
static int write_json(const json_t *event, struct chy_str slice, const struct origin *origin,
	const unsigned char key[CHY_EVENT_KEY], struct chy_buffer *out)
{
	int result = CHY_OK;

	if (slice.size)
		chy_buffer_add_str(out, slice);
	else
		result = chy_json_canonical(event, out);
	if (result || out->failed)
		return result ? result : CHY_EMEM;
	out->size--; /* the brace */
	chy_buffer_printf(out, ",\"id\":\"E%llu.%u\",",
		(unsigned long long)chy_get_be((const char *)key, 8),
		(unsigned)chy_get_be((const char *)key + 8, 4));
	chy_buffer_add(out, origin->members.data + 1, origin->members.size - 1);
	return out->failed ? CHY_EMEM : CHY_OK;
}

static int write_event(const struct projection *p, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_cell *cell, const struct chy_telling *telling, struct chy_str json)
{
	struct chy_event_head head = {
		.until = 0, .period = cell->period, .day = chy_event_day(telling)};

	memcpy(head.cell, cell->hash, CHY_CELL_HASH);
	return chy_event_write(p->txn, key, &head, json);
}

/* Takes in one event under the record's number. */
static int add_event(const struct projection *p, const json_t *event, struct chy_str slice,
	const struct origin *origin, uint32_t n)
{
	unsigned char key[CHY_EVENT_KEY];
	struct chy_telling telling;
	struct chy_buffer sides, json;
	struct chy_cell cell;
	int result = telling_of(p, event, origin, &telling);

	if (result)
		return result;
	chy_event_key(p->record->seq, n, key);
	memcpy(telling.key, key, sizeof(key));
	chy_buffer_init(&sides);
	cell_of(event, &telling, &sides, &cell);
	result = sides.failed ? CHY_EMEM : place_event(p, event, &cell, &telling, 1);
	chy_buffer_init(&json);
	if (!result)
		result = write_json(event, slice, origin, key, &json);
	if (!result)
		result = write_event(
			p, key, &cell, &telling, (struct chy_str){json.data, json.size});
	chy_buffer_fini(&json);
	chy_buffer_fini(&sides);
	p->counts->events++;
	p->batch->events++;
	return result;
}

/* From this record on an event is in force no more; one that was not changes
 * nothing. */
static int end_event(const struct projection *p, const unsigned char key[CHY_EVENT_KEY],
	const struct origin *origin)
{
	struct chy_event_head head;
	struct chy_telling telling;
	struct chy_buffer sides, copy;
	struct chy_str json;
	struct chy_cell cell;
	json_t *event;
	int result = chy_event_read(p->txn, key, &head, &json);

	if (result || head.until)
		return result;
	chy_buffer_init(&copy);
	chy_buffer_add_str(&copy, json);
	head.until = p->record->seq;
	result = copy.failed ? CHY_EMEM
			     : chy_event_write(
				       p->txn, key, &head, (struct chy_str){copy.data, copy.size});
	if (!result && chy_json_parse(copy.data, copy.size, &event, NULL))
		result = CHY_EDAMAGED;
	chy_buffer_fini(&copy);
	if (result)
		return result;
	chy_buffer_init(&sides);
	result = telling_of(p, event, origin, &telling);
	memcpy(telling.key, key, CHY_EVENT_KEY);
	telling.until = p->record->seq;
	if (!result) {
		cell_of(event, &telling, &sides, &cell);
		result = sides.failed ? CHY_EMEM : place_event(p, event, &cell, &telling, -1);
	}
	json_decref(event);
	chy_buffer_fini(&sides);
	p->counts->events--;
	return result;
}

/* What was coded before is in force no more: the last coding, and the
 * corrections of it. */
static int end_coding(const struct projection *p, const struct origin *origin)
{
	json_int_t coded = json_integer_value(json_object_get(origin->document, "coded"));
	json_int_t count = json_integer_value(json_object_get(origin->document, "events"));
	const json_t *corrections = json_object_get(origin->document, "corrections");
	unsigned char key[CHY_EVENT_KEY];
	int result = CHY_OK;

	for (json_int_t n = 1; coded && n <= count && result >= 0; n++) {
		chy_event_key((uint64_t)coded, (uint32_t)n, key);
		result = end_event(p, key, origin);
	}
	for (size_t i = 0; i < json_array_size(corrections) && result >= 0; i++) {
		chy_event_key((uint64_t)json_integer_value(json_array_get(corrections, i)), 1, key);
		result = end_event(p, key, origin);
	}
	return result < 0 || result == CHY_STORE_FULL ? result : CHY_OK;
}

/* The objects of a record's list of events, as they stand in its bytes. In
 * canonical JSON quotation marks within strings are escaped, so that these
 * bytes are the member's. */
struct slices {
	const char *at, *end;
};

static struct slices slices_of(const struct chy_record *record)
{
	static const char member[] = "\"events\":[";
	const char *at = NULL;

	if (record->schema == chy_kind_schema(record->kind))
		at = memmem(record->body.data, record->body.size, member, sizeof(member) - 1);
	if (!at)
		return (struct slices){"", ""};
	return (struct slices){at + sizeof(member) - 1, record->body.data + record->body.size};
}

/* The next one; empty where there is none. */
static struct chy_str next_slice(struct slices *slices)
{
	const char *from, *at = slices->at;
	size_t depth = 0;
	bool quoted = false;

	while (at < slices->end && *at == ',')
		at++;
	for (from = at; at < slices->end; at++) {
		if (quoted && *at == '\\')
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (!quoted && (*at == '{' || *at == '['))
			depth++;
		else if (!quoted && (*at == '}' || *at == ']') && (!depth || !--depth))
			break;
	}
	if (at >= slices->end || *from != '{')
		return (struct chy_str){"", 0};
	slices->at = at + 1;
	return (struct chy_str){from, (size_t)(at + 1 - from)};
}

static int add_events(const struct projection *p, const struct origin *origin)
{
	const json_t *events = json_object_get(p->body, "events");
	struct slices slices = slices_of(p->record);
	int result = CHY_OK;

	for (size_t i = 0; i < json_array_size(events) && !result; i++) {
		const json_t *event = json_array_get(events, i);
		struct chy_str slice = next_slice(&slices);

		if (json_object_get(event, "corrected"))
			slice.size = 0;
		/* What an analyst said is no event keeps its number and is not one. */
		if (!json_is_true(json_object_get(event, "not_an_event")))
			result = add_event(p, event, slice, origin, (uint32_t)i + 1);
	}
	return result;
}

static int code_events(const struct projection *p, json_t *document, const struct chy_hash *id)
{
	struct origin origin;
	int result = read_origin(p, document, id, &origin);

	if (!result)
		result = end_coding(p, &origin);
	if (!result)
		result = chy_corrections_apply(
			p->txn, id, json_object_get(p->body, "events"), document);
	if (!result)
		result = add_events(p, &origin);
	chy_buffer_fini(&origin.members);
	return result;
}

/* Adds the record's number to a list of the document's. */
static void note_record(const struct projection *p, json_t *document, const char *key)
{
	json_t *list = json_object_get(document, key);

	if (!list) {
		list = json_array();
		json_object_set_new(document, key, list);
	}
	json_array_append_new(list, json_integer((json_int_t)p->record->seq));
}

static int code_document(const struct projection *p, const struct chy_hash *id)
{
	json_t *document;
	int result = chy_row_get(p->txn, CHY_VIEW_DOCUMENTS, hash_str(id), &document);

	if (result)
		return result < 0 ? result : CHY_OK;
	if (json_object_get(document, "withdrawn")) {
		/* What was taken back stays so, whoever codes it again. */
		json_decref(document);
		return CHY_OK;
	}
	result = code_events(p, document, id);
	if (!result) {
		note_record(p, document, "codings");
		json_object_set_new(document, "coded", json_integer((json_int_t)p->record->seq));
		json_object_set_new(document, "events",
			json_integer(
				(json_int_t)json_array_size(json_object_get(p->body, "events"))));
		json_object_set(document, "coder", json_object_get(p->body, "coder"));
		result = chy_row_put(p->txn, CHY_VIEW_DOCUMENTS, hash_str(id), document);
	}
	json_decref(document);
	return result;
}

static int withdraw_document(const struct projection *p, const struct chy_hash *id)
{
	struct origin origin;
	json_t *document;
	int result = chy_row_get(p->txn, CHY_VIEW_DOCUMENTS, hash_str(id), &document);

	if (result)
		return result < 0 ? result : CHY_OK;
	result = read_origin(p, document, id, &origin);
	if (!result)
		result = end_coding(p, &origin);
	chy_buffer_fini(&origin.members);
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

/* -- corrections ------------------------------------------------------------ */

/* What it had of its document and record it gets anew. */
static void forget_members(json_t *event)
{
	static const char *const members[] = {
		"document", "id", "recorded", "reported", "source", "title", "url"};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_del(event, members[i]);
}

/* A copy of an event in force with the change made; *out stays NULL where
 * there is no such event any more or the analyst says that it is none. */
static int corrected(
	const struct projection *p, const unsigned char key[CHY_EVENT_KEY], json_t **out)
{
	struct chy_event_head head;
	struct chy_str json;
	int result = chy_event_read(p->txn, key, &head, &json);

	*out = NULL;
	if (result || head.until)
		return result < 0 ? result : CHY_OK;
	if (chy_json_parse(json.data, json.size, out, NULL))
		return CHY_EDAMAGED;
	if (!chy_str_equal(chy_json_str(*out, "document"), chy_json_str(p->body, "document"))) {
		json_decref(*out);
		*out = NULL;
		return CHY_OK;
	}
	/* By these it is found again when the document is coded anew. */
	copy_member(p->body, "sentence", *out, "sentence");
	copy_member(p->body, "was", *out, "event");
	chy_correction_make(*out, p->body, p->record->seq);
	forget_members(*out);
	return CHY_OK;
}

static int note_correction(const struct projection *p, const struct chy_hash *id, json_t *document)
{
	int result;

	note_record(p, document, "corrections");
	result = chy_row_put(p->txn, CHY_VIEW_DOCUMENTS, hash_str(id), document);
	return result ? result : chy_correction_keep(p->txn, id, p->record->seq, p->body);
}

static int correct_with(const struct projection *p, const struct chy_hash *id, json_t *document)
{
	unsigned char key[CHY_EVENT_KEY];
	struct origin origin;
	json_t *event;
	int result = chy_event_parse(chy_json_str(p->body, "event"), key);

	if (result)
		return CHY_OK;
	result = corrected(p, key, &event);
	if (result || !event)
		return result;
	result = read_origin(p, document, id, &origin);
	if (!result)
		result = end_event(p, key, &origin);
	if (!result && !json_is_true(json_object_get(event, "not_an_event")))
		result = add_event(p, event, CHY_STR(""), &origin, 1);
	chy_buffer_fini(&origin.members);
	json_decref(event);
	return result ? result : note_correction(p, id, document);
}

static int correct_event(const struct projection *p, const struct chy_hash *id)
{
	json_t *document;
	int result = chy_row_get(p->txn, CHY_VIEW_DOCUMENTS, hash_str(id), &document);

	if (result)
		return result < 0 ? result : CHY_OK;
	result = correct_with(p, id, document);
	json_decref(document);
	return result;
}

static int declare_dispute(const struct projection *p)
{
	struct chy_str id = chy_json_str(p->body, "dispute");

	return id.size && id.size < 200 ? chy_row_put(p->txn, CHY_VIEW_DECLARED, id, p->body)
					: CHY_OK;
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
	if (p->record->kind == CHY_KIND_DISPUTE_DECLARED)
		return declare_dispute(p);
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
	case CHY_KIND_EVENT_CORRECTED:
		return correct_event(p, &id);
	default:
		return CHY_OK; /* kinds of a newer edition are passed over */
	}
}

int chy_project(struct chy_batch *batch, const struct chy_record *record, json_t *body,
	struct chy_fault *fault)
{
	struct chy_counts before = batch->counts;
	struct projection p = {batch, batch->txn, record, body, &batch->counts};
	int result = project_body(&p);

	if (!result && memcmp(&before, &batch->counts, sizeof(before)) != 0)
		result = chy_counts_put(batch->txn, record->seq, &batch->counts);
	if (result < 0)
		return chy_fault_set(fault, result, "record", record->seq, "into the views");
	return result;
}

/* -- batches ------------------------------------------------------------------ */

int chy_batch_flush(struct chy_batch *batch)
{
	int result = chy_stage_sort(&batch->index);

	for (size_t i = 0; i < batch->index.count && !result; i++)
		result = chy_store_put(
			batch->txn, CHY_VIEW_INDEX, chy_staged_key(&batch->index, i), CHY_STR(""));
	if (!result)
		result = chy_people_flush(batch);
	if (!result)
		result = chy_cells_flush(batch);
	return result ? result : chy_tally_flush(batch);
}

void chy_batch_fini(struct chy_batch *batch)
{
	chy_stage_fini(&batch->index);
	chy_stage_fini(&batch->cells);
	chy_stage_fini(&batch->tally);
	chy_stage_fini(&batch->people);
}
