/* One record into the tables. What is written depends on the records alone,
 * so that any way of following gives the same bytes. */
#include "chancery/thread.h"
#include "project.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Events that are not worth a thread. */
enum { FEW = 256 };

int chy_document_key(const struct chy_value *body, struct chy_hash *out)
{
	char hex[CHY_HASH_HEX];
	struct chy_str text = chy_value_str(body, "document");

	if (text.size != CHY_HASH_HEX - 1)
		return CHY_EINPUT;
	memcpy(hex, text.data, text.size);
	hex[text.size] = '\0';
	return chy_hash_from_hex(hex, out);
}

/* The record's body as a tree, for what is rare: a new reference. */
static int body_tree(const struct projection *p, json_t **out)
{
	return chy_record_body(p->record, out, NULL);
}

/* -- rows of documents --------------------------------------------------------- */

/* The row of the document that is at work waits with the batch: most are coded
 * right after they were added, and are written once. */
static int write_waiting(struct chy_batch *batch)
{
	struct chy_str key = {(const char *)batch->document.bytes, CHY_HASH_SIZE};

	if (!batch->row.size)
		return CHY_OK;
	if (batch->row.failed)
		return CHY_EMEM;
	return chy_sealed_put(batch->txn, CHY_VIEW_DOCUMENTS, key, &batch->row);
}

static int put_row(const struct projection *p, const struct chy_hash *id, struct chy_str row)
{
	struct chy_batch *batch = p->batch;
	int result = CHY_OK;

	if (memcmp(batch->document.bytes, id->bytes, CHY_HASH_SIZE) != 0)
		result = write_waiting(batch);
	batch->document = *id;
	chy_buffer_clear(&batch->row);
	chy_buffer_add_str(&batch->row, row);
	return batch->row.failed ? CHY_EMEM : result;
}

static int put_tree(const struct projection *p, const struct chy_hash *id, const json_t *row)
{
	struct chy_buffer text;
	int result;

	chy_buffer_init(&text);
	result = chy_json_canonical(row, &text);
	if (!result)
		result = put_row(p, id, (struct chy_str){text.data, text.size});
	chy_buffer_fini(&text);
	return result;
}

/* A copy, which the caller releases. CHY_NOT_FOUND. */
static int get_row(const struct projection *p, const struct chy_hash *id, struct chy_buffer *out)
{
	const struct chy_batch *batch = p->batch;
	struct chy_str row = {batch->row.data, batch->row.size}, key;
	int result = CHY_OK;

	chy_buffer_init(out);
	key = (struct chy_str){(const char *)id->bytes, CHY_HASH_SIZE};
	if (!row.size || memcmp(batch->document.bytes, id->bytes, CHY_HASH_SIZE) != 0)
		result = chy_sealed_get(p->txn, CHY_VIEW_DOCUMENTS, key, &row);
	if (!result)
		chy_buffer_add_str(out, row);
	return out->failed ? CHY_EMEM : result;
}

static int get_tree(const struct projection *p, const struct chy_hash *id, json_t **out)
{
	struct chy_buffer row;
	int result = get_row(p, id, &row);

	if (!result && chy_json_parse(row.data, row.size, out, NULL))
		result = CHY_EDAMAGED;
	chy_buffer_fini(&row);
	return result;
}

static int scan_row(const struct projection *p, struct chy_str row, const struct chy_value **out)
{
	int result = chy_scan_read(&p->batch->row_scan, row, out);

	return result == CHY_EINPUT ? CHY_EDAMAGED : result;
}

/* -- documents ------------------------------------------------------------------- */

static const int64_t day_in_us = 86400000000;

/* The day that a document's date ends with, but none that had not come when it
 * was recorded: a misprinted year must not make everything else old. A day is
 * left for those who are ahead of Greenwich. INT64_MIN for none. */
static int64_t newest_day_of(const struct chy_edtf *date, int64_t recorded)
{
	int64_t first, last, today = recorded / day_in_us;

	chy_edtf_bounds(date, &first, &last);
	if (last == INT64_MAX || first > today + 1)
		return INT64_MIN;
	return last > today + 1 ? today : last;
}

static void count_document(const struct projection *p)
{
	struct chy_str text = chy_value_str(p->body, "date");
	struct chy_edtf date;
	int64_t day;

	p->counts->documents++;
	p->counts->sightings++;
	if (!text.size || chy_edtf_parse(text, &date))
		return;
	day = newest_day_of(&date, p->record->time);
	if (day > p->counts->last_day)
		p->counts->last_day = day;
}

static struct chy_str text_of(const struct chy_buffer *buffer)
{
	return (struct chy_str){buffer->data, buffer->size};
}

static void write_sighting(const struct projection *p, struct chy_buffer *out)
{
	chy_buffer_add_str(out, CHY_STR("{\"path\":"));
	chy_buffer_add_str(out, chy_value_raw(p->body, "path"));
	chy_buffer_printf(out, ",\"seq\":%llu}", (unsigned long long)p->record->seq);
}

/* Its body, without the map, which is read from the record when it is needed. */
static int add_document(const struct projection *p, const struct chy_hash *id)
{
	char time[CHY_TIME_SIZE], recorded[CHY_TIME_SIZE + 2], seq[24];
	struct chy_buffer sightings, row;
	int result;

	count_document(p);
	chy_words_document(p->batch, p->record->seq, id, p->body);
	snprintf(recorded, sizeof(recorded), "\"%s\"", chy_time_format(p->record->time, time));
	snprintf(seq, sizeof(seq), "%llu", (unsigned long long)p->record->seq);
	chy_buffer_init(&sightings);
	chy_buffer_init(&row);
	chy_buffer_add_char(&sightings, '[');
	write_sighting(p, &sightings);
	chy_buffer_add_char(&sightings, ']');
	chy_value_write_changed(p->body,
		(const struct chy_change[]){{"map", {NULL, 0}},
			{"recorded", chy_str_from(recorded)}, {"seq", chy_str_from(seq)},
			{"sightings", text_of(&sightings)}},
		4, &row);
	result = sightings.failed || row.failed ? CHY_EMEM : put_row(p, id, text_of(&row));
	chy_buffer_fini(&sightings);
	chy_buffer_fini(&row);
	return result;
}

static int sight_document(const struct projection *p, const struct chy_hash *id)
{
	struct chy_buffer sighting;
	json_t *row, *one;
	int result = get_tree(p, id, &row);

	if (result)
		return result < 0 ? result : CHY_OK;
	p->counts->sightings++;
	chy_buffer_init(&sighting);
	write_sighting(p, &sighting);
	if (sighting.failed || chy_json_parse(sighting.data, sighting.size, &one, NULL)) {
		result = CHY_EDAMAGED;
	} else {
		json_array_append_new(json_object_get(row, "sightings"), one);
		result = put_tree(p, id, row);
	}
	chy_buffer_fini(&sighting);
	json_decref(row);
	return result;
}

/* -- codings ------------------------------------------------------------------------ */

/* What was coded before is in force no more: the last coding, and the
 * corrections of it. */
static int end_coding(const struct projection *p, const struct chy_origin *origin)
{
	int64_t coded = chy_value_integer(origin->document, "coded");
	int64_t count = chy_value_integer(origin->document, "events");
	const struct chy_value *correction =
		chy_value_first(chy_value_member(origin->document, "corrections"));
	unsigned char key[CHY_EVENT_KEY];
	int result = CHY_OK;

	for (int64_t n = 1; coded && n <= count && result >= 0; n++) {
		chy_event_key((uint64_t)coded, (uint32_t)n, key);
		result = chy_end_event(p, key, origin);
	}
	for (; correction && result >= 0; correction = chy_value_next(correction)) {
		chy_event_key(strtoull(correction->raw.data, NULL, 10), 1, key);
		result = chy_end_event(p, key, origin);
	}
	return result < 0 || result == CHY_STORE_FULL ? result : CHY_OK;
}

static int place_events(
	const struct projection *p, const struct chy_value *events, const struct chy_origin *origin)
{
	const struct chy_value *event = chy_value_first(events);
	int result = CHY_OK;

	for (uint32_t n = 1; event && !result; event = chy_value_next(event), n++)
		/* What an analyst said is no event keeps its number and is not one. */
		if (!chy_value_is_true(event, "not_an_event"))
			result = chy_place_event(p, event, origin, n);
	return result;
}

static int replace_events(const struct projection *p, const struct chy_hash *id,
	const struct chy_value *document, const struct chy_value *events)
{
	struct chy_origin origin;
	int result = chy_origin_read(p, document, id, &origin);

	if (!result)
		result = end_coding(p, &origin);
	if (!result)
		result = place_events(p, events, &origin);
	chy_origin_fini(&origin);
	return result;
}

/* A list of numbers with the record's at its end. */
static void add_record(
	const struct projection *p, const struct chy_value *list, struct chy_buffer *out)
{
	if (list && list->count)
		chy_buffer_printf(out, "%.*s,", (int)list->raw.size - 1, list->raw.data);
	else
		chy_buffer_add_char(out, '[');
	chy_buffer_printf(out, "%llu]", (unsigned long long)p->record->seq);
}

static int note_coding(
	const struct projection *p, const struct chy_hash *id, const struct chy_value *document)
{
	const struct chy_value *events = chy_value_member(p->body, "events");
	struct chy_buffer codings, row;
	char coded[24], count[24];
	int result;

	snprintf(coded, sizeof(coded), "%llu", (unsigned long long)p->record->seq);
	snprintf(count, sizeof(count), "%u", (unsigned)(events ? events->count : 0));
	chy_buffer_init(&codings);
	chy_buffer_init(&row);
	add_record(p, chy_value_member(document, "codings"), &codings);
	chy_value_write_changed(document,
		(const struct chy_change[]){{"coded", chy_str_from(coded)},
			{"coder", chy_value_raw(p->body, "coder")}, {"codings", text_of(&codings)},
			{"events", chy_str_from(count)}},
		4, &row);
	result = codings.failed || row.failed ? CHY_EMEM : put_row(p, id, text_of(&row));
	chy_buffer_fini(&codings);
	chy_buffer_fini(&row);
	return result;
}

/* What analysts corrected is corrected again: *events and *row get the texts of
 * the events and of the document with that. */
static int correct_again(const struct projection *p, const struct chy_hash *id,
	struct chy_buffer *row, struct chy_buffer *events)
{
	json_t *body, *document;
	int result = body_tree(p, &body);

	if (result)
		return result;
	result = chy_json_parse(row->data, row->size, &document, NULL) ? CHY_EDAMAGED : CHY_OK;
	if (!result) {
		result = chy_corrections_apply(
			p->txn, id, json_object_get(body, "events"), document);
		chy_buffer_clear(row);
		if (!result)
			result = chy_json_canonical(document, row);
		if (!result)
			result = chy_json_canonical(json_object_get(body, "events"), events);
		json_decref(document);
	}
	json_decref(body);
	return result;
}

static int code_corrected(const struct projection *p, const struct chy_hash *id,
	struct chy_buffer *row, struct chy_buffer *texts)
{
	const struct chy_value *document, *events;
	struct chy_scan scan;
	int result = correct_again(p, id, row, texts);

	chy_scan_init(&scan);
	if (!result)
		result = scan_row(p, text_of(row), &document);
	if (!result)
		result = chy_scan_read(&scan, text_of(texts), &events);
	if (!result)
		result = replace_events(p, id, document, events);
	if (!result)
		result = note_coding(p, id, document);
	chy_scan_fini(&scan);
	return result;
}

static int code_with(const struct projection *p, const struct chy_hash *id, struct chy_buffer *row)
{
	const struct chy_value *document;
	struct chy_buffer texts;
	int result = scan_row(p, text_of(row), &document);

	/* What was taken back stays so, whoever codes it again. */
	if (result || chy_value_member(document, "withdrawn"))
		return result;
	if (!chy_value_member(document, "corrections")) {
		result = replace_events(p, id, document, chy_value_member(p->body, "events"));
		return result ? result : note_coding(p, id, document);
	}
	chy_buffer_init(&texts);
	result = code_corrected(p, id, row, &texts);
	chy_buffer_fini(&texts);
	return result;
}

static int code_document(const struct projection *p, const struct chy_hash *id)
{
	struct chy_buffer row;
	int result = get_row(p, id, &row);

	if (!result)
		result = code_with(p, id, &row);
	else if (result == CHY_NOT_FOUND)
		result = CHY_OK;
	chy_buffer_fini(&row);
	return result;
}

static int withdraw_with(
	const struct projection *p, const struct chy_hash *id, struct chy_buffer *row)
{
	const struct chy_value *document;
	struct chy_origin origin;
	struct chy_buffer after;
	char seq[24];
	int result = scan_row(p, text_of(row), &document);

	if (result)
		return result;
	result = chy_origin_read(p, document, id, &origin);
	if (!result)
		result = end_coding(p, &origin);
	chy_origin_fini(&origin);
	if (result)
		return result;
	p->counts->withdrawn += !chy_value_member(document, "withdrawn");
	snprintf(seq, sizeof(seq), "%llu", (unsigned long long)p->record->seq);
	chy_buffer_init(&after);
	chy_value_write_changed(document,
		(const struct chy_change[]){
			{"coded", CHY_STR("0")}, {"withdrawn", chy_str_from(seq)}},
		2, &after);
	result = after.failed ? CHY_EMEM : put_row(p, id, text_of(&after));
	chy_buffer_fini(&after);
	return result;
}

static int withdraw_document(const struct projection *p, const struct chy_hash *id)
{
	struct chy_buffer row;
	int result = get_row(p, id, &row);

	if (!result)
		result = withdraw_with(p, id, &row);
	else if (result == CHY_NOT_FOUND)
		result = CHY_OK;
	chy_buffer_fini(&row);
	return result;
}

/* -- corrections ------------------------------------------------------------ */

/* What it had of its document and record it gets anew. */
static void forget_members(json_t *event)
{
	static const char *const members[] = {
		"declared", "document", "id", "recorded", "reported", "source", "title", "url"};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_del(event, members[i]);
}

static void copy_member(json_t *to, const char *as, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);

	if (value)
		json_object_set(to, as, value);
	else
		json_object_set_new(to, as, json_null());
}

/* A copy of an event in force with the change made; *out stays NULL where
 * there is no such event any more, or it is another document's. */
static int corrected(const struct projection *p, const unsigned char key[CHY_EVENT_KEY],
	json_t *body, json_t **out)
{
	struct chy_event_head head;
	struct chy_str json;
	int result = chy_event_read(p->txn, key, &head, &json);

	*out = NULL;
	if (result || head.until)
		return result < 0 ? result : CHY_OK;
	if (chy_json_parse(json.data, json.size, out, NULL))
		return CHY_EDAMAGED;
	if (!chy_str_equal(chy_json_str(*out, "document"), chy_json_str(body, "document"))) {
		json_decref(*out);
		*out = NULL;
		return CHY_OK;
	}
	/* By these it is found again when the document is coded anew. */
	copy_member(body, "sentence", *out, "sentence");
	copy_member(body, "was", *out, "event");
	chy_correction_make(*out, body, p->record->seq);
	forget_members(*out);
	return CHY_OK;
}

static int note_correction(const struct projection *p, const struct chy_hash *id,
	const struct chy_value *document, const json_t *body)
{
	struct chy_buffer corrections, row;
	int result;

	chy_buffer_init(&corrections);
	chy_buffer_init(&row);
	add_record(p, chy_value_member(document, "corrections"), &corrections);
	chy_value_write_changed(document,
		(const struct chy_change[]){{"corrections", text_of(&corrections)}}, 1, &row);
	result = corrections.failed || row.failed ? CHY_EMEM : put_row(p, id, text_of(&row));
	chy_buffer_fini(&corrections);
	chy_buffer_fini(&row);
	return result ? result : chy_correction_keep(p->txn, id, p->record->seq, body);
}

static int place_corrected(
	const struct projection *p, const json_t *event, const struct chy_origin *origin)
{
	const struct chy_value *value;
	struct chy_buffer text;
	struct chy_scan scan;
	int result;

	chy_buffer_init(&text);
	chy_scan_init(&scan);
	result = chy_json_canonical(event, &text);
	if (!result)
		result = chy_scan_read(&scan, text_of(&text), &value);
	if (!result)
		result = chy_place_event(p, value, origin, 1);
	chy_scan_fini(&scan);
	chy_buffer_fini(&text);
	return result;
}

static int correct_with(const struct projection *p, const struct chy_hash *id,
	const struct chy_value *document, json_t *body)
{
	unsigned char key[CHY_EVENT_KEY];
	struct chy_origin origin;
	json_t *event;
	int result = chy_event_parse(chy_json_str(body, "event"), key);

	if (result)
		return CHY_OK;
	result = corrected(p, key, body, &event);
	if (result || !event)
		return result;
	result = chy_origin_read(p, document, id, &origin);
	if (!result)
		result = chy_end_event(p, key, &origin);
	if (!result && !json_is_true(json_object_get(event, "not_an_event")))
		result = place_corrected(p, event, &origin);
	chy_origin_fini(&origin);
	json_decref(event);
	return result ? result : note_correction(p, id, document, body);
}

static int correct_event(const struct projection *p, const struct chy_hash *id)
{
	const struct chy_value *document;
	struct chy_buffer row;
	json_t *body;
	int result = get_row(p, id, &row);

	if (!result)
		result = scan_row(p, text_of(&row), &document);
	if (!result)
		result = body_tree(p, &body);
	if (!result) {
		result = correct_with(p, id, document, body);
		json_decref(body);
	}
	chy_buffer_fini(&row);
	return result == CHY_NOT_FOUND ? CHY_OK : result;
}

/* -- the rest ------------------------------------------------------------------- */

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
		return chy_declare(p);
	if (chy_document_key(p->body, &id))
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

int chy_project(struct chy_batch *batch, const struct chy_taken *taken, struct chy_fault *fault)
{
	const struct chy_record *record = &taken->record;
	struct chy_counts before = batch->counts;
	struct projection p = {batch, batch->txn, record, taken->body, &batch->counts};
	int result = project_body(&p);

	if (!result && memcmp(&before, &batch->counts, sizeof(before)) != 0)
		result = chy_counts_put(batch->txn, record->seq, &batch->counts);
	if (result < 0)
		return chy_fault_set(fault, result, "record", record->seq, "into the views");
	return result;
}

/* -- batches ------------------------------------------------------------------ */

/* Stages that are sorted while what lies in other tables is written. */
struct sorting {
	struct chy_stage *stages[2];
	int result;
	pthread_t thread;
	bool threaded;
};

static void *sort_stages(void *user)
{
	struct sorting *sorting = user;

	for (size_t i = 0; i < sizeof(sorting->stages) / sizeof(sorting->stages[0]); i++)
		if (!sorting->result)
			sorting->result = chy_stage_sort(sorting->stages[i]);
	return NULL;
}

/* Nothing is added to them until end_sorting. */
static void begin_sorting(struct sorting *sorting, const struct chy_batch *batch)
{
	sorting->result = CHY_OK;
	sorting->threaded =
		batch->events > FEW && !chy_thread_start(&sorting->thread, sort_stages, sorting);
}

static int end_sorting(struct sorting *sorting)
{
	if (sorting->threaded)
		pthread_join(sorting->thread, NULL);
	else
		sort_stages(sorting);
	return sorting->result;
}

static int make_acts(struct chy_batch *batch)
{
	struct sorting sorting = {.stages = {&batch->index, &batch->people}};
	int result, sorted;

	begin_sorting(&sorting, batch);
	result = chy_cells_flush(batch);
	sorted = end_sorting(&sorting);
	return result ? result : sorted;
}

static int write_index(struct chy_batch *batch)
{
	int result = CHY_OK;

	for (size_t i = 0; i < batch->index.count && !result; i++)
		result = chy_store_put(
			batch->txn, CHY_VIEW_INDEX, chy_staged_key(&batch->index, i), CHY_STR(""));
	return result;
}

/* Where events and their words are found. */
static int write_places(struct chy_batch *batch)
{
	struct sorting sorting = {.stages = {&batch->act_index, &batch->tally}};
	int result, sorted;

	begin_sorting(&sorting, batch);
	result = write_index(batch);
	if (!result)
		result = chy_words_flush(batch);
	if (!result)
		result = chy_people_flush(batch);
	sorted = end_sorting(&sorting);
	return result ? result : sorted;
}

int chy_batch_flush(struct chy_batch *batch)
{
	int result = write_waiting(batch);

	if (!result)
		result = make_acts(batch);
	if (!result)
		result = write_places(batch);
	if (!result)
		result = chy_act_index_flush(batch);
	if (!result) /* asks the index */
		result = chy_fates_flush(batch);
	return result ? result : chy_tally_flush(batch);
}

int chy_batch_settle(struct chy_batch *batch)
{
	int result = chy_batch_flush(batch);

	chy_stage_clear(&batch->index);
	chy_buffer_clear(&batch->row);
	return result;
}

int chy_batch_declarations(struct chy_batch *batch)
{
	return batch->declared.loaded ? CHY_OK
				      : chy_declarations_load(batch->txn, 0, &batch->declared);
}

void chy_batch_renew(struct chy_batch *batch)
{
	struct chy_stage *const stages[] = {&batch->index, &batch->cells, &batch->tally,
		&batch->people, &batch->act_index, &batch->touches, &batch->promises,
		&batch->milestones};

	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++)
		chy_stage_clear(stages[i]);
	chy_declarations_fini(&batch->declared);
	chy_buffer_clear(&batch->row);
	batch->txn = NULL;
	batch->document = (struct chy_hash){.bytes = {0}};
	batch->events = 0;
	batch->retold = false;
}

void chy_batch_fini(struct chy_batch *batch)
{
	chy_declarations_fini(&batch->declared);
	chy_stage_fini(&batch->index);
	chy_stage_fini(&batch->cells);
	chy_stage_fini(&batch->tally);
	chy_stage_fini(&batch->people);
	chy_stage_fini(&batch->act_index);
	chy_buffer_fini(&batch->row);
	chy_scan_fini(&batch->row_scan);
	chy_scan_fini(&batch->event_scan);
	chy_numbers_fini(&batch->numbers);
	chy_stage_fini(&batch->touches);
	chy_stage_fini(&batch->promises);
	chy_stage_fini(&batch->milestones);
}
