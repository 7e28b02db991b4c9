/* One event into the tables, and out of what is in force. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "declared.h"
#include "project.h"

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

/* -- what a document gives its events ---------------------------------------- */

/* What an event's JSON takes over from its document and record, without the
 * opening brace. */
static void write_members(
	const struct projection *p, const struct chy_value *document, struct chy_buffer *out)
{
	static const struct {
		const char *as, *of;
	} members[] = {
		{"reported", "date"}, {"source", "source"}, {"title", "title"}, {"url", "url"}};
	char time[CHY_TIME_SIZE];

	chy_buffer_add_str(out, CHY_STR("\"document\":"));
	chy_buffer_add_str(out, chy_value_raw(document, "document"));
	chy_buffer_printf(out, ",\"recorded\":\"%s\"", chy_time_format(p->record->time, time));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		chy_buffer_printf(out, ",\"%s\":", members[i].as);
		chy_buffer_add_str(out, chy_value_raw(document, members[i].of));
	}
	chy_buffer_add_char(out, '}');
}

int chy_origin_read(const struct projection *p, const struct chy_value *document,
	const struct chy_hash *id, struct chy_origin *out)
{
	int32_t last;

	*out = (struct chy_origin){.document = document, .id = *id};
	chy_buffer_init(&out->members);
	if (!bounds_of(chy_value_str(document, "date"), &out->reported, &last))
		out->reported = INT32_MIN;
	write_members(p, document, &out->members);
	return chy_batch_number(p->batch, chy_value_str(document, "source"), &out->source);
}

void chy_origin_fini(struct chy_origin *origin)
{
	chy_buffer_fini(&origin->members);
}

/* -- what counts of an event --------------------------------------------------- */

/* The disputes of an event, at most `most`. */
static size_t disputes_of(const struct chy_value *event, struct chy_str *out, size_t most)
{
	static const char *const lists[] = {"dispute", "declared"};
	size_t n = 0;

	for (size_t i = 0; i < 2; i++) {
		const struct chy_value *one = chy_value_first(chy_value_member(event, lists[i]));

		for (; one && n < most; one = chy_value_next(one))
			if (one->text.data)
				out[n++] = one->text;
	}
	return n;
}

/* What it belongs to now: an earlier declaration of a dispute holds nothing
 * any more, but as of earlier records. */
static size_t disputes_in_force(
	const struct projection *p, const struct chy_value *event, struct chy_str *out, size_t most)
{
	struct chy_str all[32];
	size_t n = disputes_of(event, all, 32), kept = 0;

	for (size_t i = 0; i < n && kept < most; i++)
		if (!memchr(all[i].data, '@', all[i].size) ||
			chy_declaration_named(&p->batch->declared, all[i]))
			out[kept++] = all[i];
	return kept;
}

static int set_disputes(
	const struct projection *p, const struct chy_value *event, struct chy_telling *telling)
{
	struct chy_str disputes[CHY_TELLING_DISPUTES];
	size_t n = disputes_in_force(p, event, disputes, CHY_TELLING_DISPUTES);
	int result = CHY_OK;

	for (size_t i = 0; i < n && !result; i++)
		result = chy_batch_number(p->batch, disputes[i], &telling->disputes[i]);
	return result;
}

static int telling_of(const struct projection *p, const struct chy_value *event,
	const struct chy_origin *origin, struct chy_telling *out)
{
	double score = chy_value_number(event, "score");
	double confidence = chy_value_number(event, "confidence");

	*out = (struct chy_telling){.reported = origin->reported,
		.document = chy_get_be((const char *)origin->id.bytes, 8),
		.source = origin->source,
		.kind = chy_kind_of(chy_value_str(event, "mode"), chy_value_str(event, "cameo")),
		.score = (int16_t)lround(fmax(fmin(score, 1000), -1000) * 10),
		.confidence = (int16_t)lround(fmax(fmin(confidence, 1), 0) * 1000),
		.standing = chy_standing_from(chy_value_str(event, "aux"))};
	bounds_of(chy_value_str(event, "date"), &out->first, &out->last);
	bounds_of(chy_value_str(event, "due"), &out->due_first, &out->due_last);
	return set_disputes(p, event, out);
}

static void cell_of(const struct chy_value *event, const struct chy_telling *telling,
	struct chy_buffer *sides, struct chy_cell *out)
{
	struct chy_hasher hasher;
	struct chy_hash hash;

	chy_buffer_clear(sides);
	chy_write_sides(sides, event);
	*out = (struct chy_cell){.period = chy_telling_period(telling),
		.category = chy_value_str(event, "event"),
		.sides = {sides->data, sides->size}};
	chy_hasher_init(&hasher);
	chy_hasher_add(&hasher, out->category.data, out->category.size);
	chy_hasher_add(&hasher, "/", 1);
	chy_hasher_add(&hasher, sides->data ? sides->data : "", sides->size);
	chy_hasher_finish(&hasher, &hash);
	memcpy(out->hash, hash.bytes, CHY_CELL_HASH);
}

/* -- into its places ------------------------------------------------------------- */

/* An event in its places: the tables of events, and what they belong to. */
struct placing {
	const struct projection *p;
	const unsigned char *key;
	int32_t day, sign;
	struct chy_tally_cell tally;
	bool words; /* its words are those that were placed last */
};

static int place_under(void *user, struct chy_str what)
{
	const struct placing *placing = user;
	unsigned char bytes[300];

	if (what.data[0] == 's')
		return CHY_OK; /* of acts only */
	/* Those of declarations come and go: they are not looked for by words. */
	if (placing->words && what.data[0] != '*' && !memchr(what.data, '@', what.size))
		chy_words_belong(placing->p->batch, what);
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

static int place(const struct projection *p, const struct chy_value *event,
	const struct chy_cell *cell, const struct chy_telling *telling, int32_t sign, bool words)
{
	struct placing placing = {p, telling->key, chy_event_day(telling), sign,
		{0, 0, telling->standing, telling->kind, 0, 0, sign}, words};
	struct chy_str disputes[32];
	size_t n = disputes_of(event, disputes, 32);
	int result = chy_batch_number(p->batch, cell->category, &placing.tally.category);

	if (!result)
		result = chy_each_what(cell->sides, disputes, n, place_under, &placing);
	if (!result)
		result = chy_people_place(p->batch, event, telling, sign);
	if (!result)
		chy_cell_change(p->batch, cell, telling);
	return result;
}

/* As the questions show it: its own members, its id, those of its document. */
static int write_json(const struct chy_value *event, const struct chy_origin *origin,
	const unsigned char key[CHY_EVENT_KEY], struct chy_buffer *out)
{
	chy_buffer_add(out, event->raw.data, event->raw.size - 1); /* but the brace */
	chy_buffer_printf(out, ",\"id\":\"E%llu.%u\",",
		(unsigned long long)chy_get_be((const char *)key, 8),
		(unsigned)chy_get_be((const char *)key + 8, 4));
	chy_buffer_add(out, origin->members.data, origin->members.size);
	return out->failed || origin->members.failed ? CHY_EMEM : CHY_OK;
}

static int write_event(const struct projection *p, const struct chy_value *event,
	const struct chy_origin *origin, const struct chy_cell *cell,
	const struct chy_telling *telling)
{
	struct chy_event_head head = {
		.until = 0, .period = cell->period, .day = chy_event_day(telling)};
	struct chy_buffer json;
	int result;

	memcpy(head.cell, cell->hash, CHY_CELL_HASH);
	chy_buffer_init(&json);
	result = write_json(event, origin, telling->key, &json);
	if (!result)
		result = chy_event_write(
			p->txn, telling->key, &head, (struct chy_str){json.data, json.size});
	chy_buffer_fini(&json);
	return result;
}

static int place_new(const struct projection *p, const struct chy_value *event,
	const struct chy_origin *origin, uint32_t n)
{
	struct chy_telling telling;
	struct chy_buffer sides;
	struct chy_cell cell;
	bool words;
	int result = event->type == CHY_VALUE_OBJECT && event->count
			     ? telling_of(p, event, origin, &telling)
			     : CHY_EDAMAGED;

	if (result)
		return result;
	chy_event_key(p->record->seq, n, telling.key);
	chy_buffer_init(&sides);
	cell_of(event, &telling, &sides, &cell);
	words = chy_words_event(p->batch, p->record->seq, n, event, origin->document);
	result = sides.failed ? CHY_EMEM : place(p, event, &cell, &telling, 1, words);
	if (!result)
		result = write_event(p, event, origin, &cell, &telling);
	chy_buffer_fini(&sides);
	p->counts->events++;
	p->batch->events++;
	return result;
}

/* The event with the names of all declared disputes that it belongs to. */
static void add_declared(const struct projection *p, const struct chy_value *event,
	struct chy_str title, struct chy_buffer *out)
{
	const struct chy_declarations *declared = &p->batch->declared;
	struct chy_buffer next;

	for (size_t i = 0; i < declared->count; i++) {
		if (!chy_declaration_fits(&declared->list[i], event, title))
			continue;
		chy_buffer_init(&next);
		chy_declared_write(out->size ? (struct chy_str){out->data, out->size} : event->raw,
			chy_str_from(declared->list[i].name), &next);
		chy_buffer_fini(out);
		*out = next;
	}
}

int chy_place_event(const struct projection *p, const struct chy_value *event,
	const struct chy_origin *origin, uint32_t n)
{
	struct chy_buffer changed;
	int result = chy_batch_declarations(p->batch);

	if (result)
		return result;
	chy_buffer_init(&changed);
	if (p->batch->declared.count && event->type == CHY_VALUE_OBJECT)
		add_declared(p, event, chy_value_str(origin->document, "title"), &changed);
	if (changed.size)
		result = chy_scan_read(&p->batch->event_scan,
			(struct chy_str){changed.data, changed.size}, &event);
	if (!result)
		result = changed.failed ? CHY_EMEM : place_new(p, event, origin, n);
	chy_buffer_fini(&changed);
	return result;
}

/* -- what was told before and now belongs elsewhere --------------------------------- */

/* Of an event's row, which has what it took over from its document. */
static int origin_of(
	const struct projection *p, const struct chy_value *event, struct chy_origin *out)
{
	int32_t last;

	*out = (struct chy_origin){.document = NULL};
	if (chy_document_key(event, &out->id))
		return CHY_EDAMAGED;
	if (!bounds_of(chy_value_str(event, "reported"), &out->reported, &last))
		out->reported = INT32_MIN;
	return chy_batch_number(p->batch, chy_value_str(event, "source"), &out->source);
}

/* Under the dispute, and in its row. */
static int join(const struct projection *p, const struct chy_event_head *head,
	const struct chy_value *event, const struct chy_telling *telling, struct chy_str name)
{
	struct placing placing = {p, telling->key, chy_event_day(telling), 1,
		{0, 0, telling->standing, telling->kind, 0, 0, 1}, false};
	struct chy_buffer text, what;
	int result =
		chy_batch_number(p->batch, chy_value_str(event, "event"), &placing.tally.category);

	chy_buffer_init(&text);
	chy_buffer_init(&what);
	chy_buffer_printf(&what, "d%.*s", (int)name.size, name.data);
	chy_declared_write(event->raw, name, &text);
	if (!result)
		result = text.failed || what.failed
				 ? CHY_EMEM
				 : place_under(&placing, (struct chy_str){what.data, what.size});
	if (!result)
		result = chy_people_join(p->batch, event, telling, name);
	if (!result)
		result = chy_event_write(
			p->txn, telling->key, head, (struct chy_str){text.data, text.size});
	chy_buffer_fini(&text);
	chy_buffer_fini(&what);
	return result;
}

/* The telling in its cell, with the disputes that it belongs to now. */
static int retell(const struct projection *p, const struct chy_event_head *head,
	const struct chy_value *event, struct chy_telling *telling,
	const struct chy_declaration *declaration)
{
	struct chy_buffer sides;
	struct chy_cell cell;
	int result = CHY_OK;

	for (size_t i = 0; declaration && i < CHY_TELLING_DISPUTES; i++)
		if (!telling->disputes[i]) {
			result = chy_batch_number(
				p->batch, chy_str_from(declaration->name), &telling->disputes[i]);
			break;
		}
	chy_buffer_init(&sides);
	cell_of(event, telling, &sides, &cell);
	if (!result && declaration)
		result = join(p, head, event, telling, chy_str_from(declaration->name));
	if (!result)
		chy_cell_change(p->batch, &cell, telling);
	p->batch->retold = true;
	result = result ? result : sides.failed ? CHY_EMEM : CHY_OK;
	chy_buffer_fini(&sides);
	return result;
}

int chy_rejoin_event(const struct projection *p, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_declaration *declaration)
{
	const struct chy_value *event;
	struct chy_event_head head;
	struct chy_telling telling;
	struct chy_origin origin;
	struct chy_buffer copy;
	struct chy_str json;
	int result = chy_event_read(p->txn, key, &head, &json);

	if (result || head.until)
		return result < 0 ? result : CHY_OK;
	chy_buffer_init(&copy);
	chy_buffer_add_str(&copy, json);
	result = copy.failed || chy_scan_read(&p->batch->event_scan,
					(struct chy_str){copy.data, copy.size}, &event)
			 ? CHY_EDAMAGED
			 : origin_of(p, event, &origin);
	if (!result)
		result = telling_of(p, event, &origin, &telling);
	if (!result) {
		memcpy(telling.key, key, CHY_EVENT_KEY);
		if (declaration &&
			!chy_declaration_fits(declaration, event, chy_value_str(event, "title")))
			declaration = NULL;
		if (declaration || chy_value_member(event, "declared"))
			result = retell(p, &head, event, &telling, declaration);
	}
	chy_buffer_fini(&copy);
	return result;
}

/* -- out of force ------------------------------------------------------------------ */

static int take_out(const struct projection *p, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_value *event, const struct chy_origin *origin)
{
	struct chy_telling telling;
	struct chy_buffer sides;
	struct chy_cell cell;
	int result = telling_of(p, event, origin, &telling);

	memcpy(telling.key, key, CHY_EVENT_KEY);
	telling.until = p->record->seq;
	chy_buffer_init(&sides);
	if (!result) {
		cell_of(event, &telling, &sides, &cell);
		result = sides.failed ? CHY_EMEM : place(p, event, &cell, &telling, -1, false);
	}
	chy_buffer_fini(&sides);
	p->counts->events--;
	return result;
}

int chy_end_event(const struct projection *p, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_origin *origin)
{
	struct chy_scan *scan = &p->batch->event_scan;
	const struct chy_value *event;
	struct chy_event_head head;
	struct chy_buffer copy;
	struct chy_str json;
	int result = chy_event_read(p->txn, key, &head, &json);

	if (result || head.until)
		return result;
	chy_buffer_init(&copy);
	chy_buffer_add_str(&copy, json); /* the page changes with the next row */
	head.until = p->record->seq;
	json = (struct chy_str){copy.data, copy.size};
	result = copy.failed ? CHY_EMEM : chy_event_write(p->txn, key, &head, json);
	if (!result && chy_scan_read(scan, json, &event))
		result = CHY_EDAMAGED;
	if (!result)
		result = take_out(p, key, event, origin);
	chy_buffer_fini(&copy);
	return result;
}
