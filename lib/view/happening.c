/* Happenings: the acts that events tell. Those of now are read as they lie in
 * the table; those of an earlier moment are made anew of what was known then,
 * by the same rules. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* -- one act as it is shown --------------------------------------------------- */

static json_t *event_id(const char *key)
{
	char id[40];

	snprintf(id, sizeof(id), "E%llu.%u", (unsigned long long)chy_get_be(key, 8),
		(unsigned)chy_get_be(key + 8, 4));
	return json_string(id);
}

static int by_text(const void *one, const void *other)
{
	return strcmp(json_string_value(*(json_t *const *)one),
		json_string_value(*(json_t *const *)other));
}

/* The texts of numbers, in their order or, since numbers tell of arrival, in
 * that of the texts. */
static int names_of(
	struct chy_store_txn *txn, const char *numbers, size_t n, bool sorted, json_t **out)
{
	json_t **list = calloc(n + 1, sizeof(json_t *));
	int result = list ? CHY_OK : CHY_EMEM;

	*out = json_array();
	for (size_t i = 0; i < n && !result; i++) {
		struct chy_str text;

		result = chy_name_text(txn, (uint32_t)chy_get_be(numbers + 4 * i, 4), &text);
		list[i] = result ? NULL : json_stringn(text.data, text.size);
	}
	if (sorted && !result && n)
		qsort(list, n, sizeof(*list), by_text);
	for (size_t i = 0; i < n && list; i++)
		if (list[i])
			json_array_append_new(*out, list[i]);
	free(list);
	return result;
}

int32_t chy_act_day(const char *key)
{
	return key[CHY_CELL_HASH + 1] == CHY_ANCHOR_DOCUMENT ? INT32_MIN
							     : chy_get_day(key + CHY_CELL_HASH + 2);
}

static int read_event(
	struct chy_store_txn *txn, const unsigned char key[CHY_EVENT_KEY], json_t **out)
{
	struct chy_event_head head;
	struct chy_str json;
	int result = chy_event_read(txn, key, &head, &json);

	if (result)
		return result < 0 ? result : CHY_EDAMAGED;
	return chy_json_parse(json.data, json.size, out, NULL) ? CHY_EDAMAGED : CHY_OK;
}

/* What is promised, which another than the best telling may tell. */
static int show_promise(struct chy_store_txn *txn, const struct chy_act_row *row, json_t *out)
{
	json_t *event;
	int result;

	if (row->due == INT32_MIN)
		json_object_set_new(out, "due", json_null());
	if (row->due == INT32_MIN || memcmp(row->promise, row->best, CHY_EVENT_KEY) == 0)
		return CHY_OK;
	result = read_event(txn, row->promise, &event);
	if (result)
		return result;
	json_object_set(out, "due", json_object_get(event, "due"));
	json_decref(event);
	return CHY_OK;
}

/* Names of declarations stand for what they hold now. */
static void drop_declared(json_t *disputes)
{
	for (size_t i = json_array_size(disputes); i-- > 0;)
		if (strchr(json_string_value(json_array_get(disputes, i)), '@'))
			json_array_remove(disputes, i);
}

/* Whether an event of the act belongs to a declaration. */
static int any_declared(
	struct chy_store_txn *txn, const struct chy_act_row *row, const char *name, bool *out)
{
	char quoted[128];
	int size = snprintf(quoted, sizeof(quoted), "\"%s\"", name), result = CHY_OK;

	*out = false;
	for (size_t i = 0; i < row->event_count && !*out && !result; i++) {
		struct chy_event_head head;
		struct chy_str json;
		const char *end;

		result = chy_event_read(
			txn, (const unsigned char *)row->events + i * CHY_EVENT_KEY, &head, &json);
		if (result || !chy_str_starts(json, "{\"declared\":["))
			continue;
		end = memchr(json.data, ']', json.size);
		*out = end && memmem(json.data, (size_t)(end - json.data), quoted, (size_t)size);
	}
	return result > 0 ? CHY_EDAMAGED : result;
}

static int add_declared(
	struct chy_store_txn *txn, const struct chy_act_row *row, uint64_t as_of, json_t *disputes)
{
	struct chy_declarations declarations;
	int result = chy_declarations_load(txn, as_of, &declarations);

	for (size_t i = 0; !result && i < declarations.count; i++) {
		const struct chy_declaration *one = &declarations.list[i];
		bool there;

		result = any_declared(txn, row, one->name, &there);
		if (!result && there)
			json_array_append_new(disputes, json_stringn(one->id.data, one->id.size));
	}
	chy_declarations_fini(&declarations);
	return result;
}

static json_t *tree_of(const struct chy_value *value)
{
	json_t *tree;

	if (!value || value->type == CHY_VALUE_NULL)
		return json_null();
	if (value->type == CHY_VALUE_STRING)
		return json_stringn(value->text.data, value->text.size);
	return chy_json_parse(value->raw.data, value->raw.size, &tree, NULL) ? NULL : tree;
}

/* What an act has of the event that tells it best: these members only, since
 * making trees of all is most of what an answer costs. */
static int show_best(struct chy_store_txn *txn, const struct chy_act_row *row, json_t *out)
{
	static const char *const members[] = {"event", "mode", "actor", "recipient", "date", "due",
		"aux", "score", "cameo", "place", "sentence", "title", "document", "reported"};
	const struct chy_value *event;
	struct chy_event_head head;
	struct chy_scan scan;
	struct chy_str json;
	int result = chy_event_read(txn, row->best, &head, &json);

	if (result)
		return result < 0 ? result : CHY_EDAMAGED;
	chy_scan_init(&scan);
	if (chy_scan_read(&scan, json, &event))
		result = CHY_EDAMAGED;
	for (size_t i = 0; !result && i < sizeof(members) / sizeof(members[0]); i++)
		if (json_object_set_new(
			    out, members[i], tree_of(chy_value_member(event, members[i]))))
			result = CHY_EDAMAGED;
	chy_scan_fini(&scan);
	return result;
}

static int show_row(struct chy_store_txn *txn, struct chy_str key, const struct chy_act_row *row,
	uint64_t as_of, json_t *out)
{
	json_t *sources, *disputes, *events = json_array();
	char name[CHY_ACT_NAME];
	int32_t day = chy_act_day(key.data);
	int result;

	for (size_t i = 0; i < row->event_count; i++)
		json_array_append_new(events, event_id(row->events + i * CHY_EVENT_KEY));
	json_object_set_new(out, "happening", json_string(chy_act_name(key, name)));
	json_object_set_new(out, "day", day == INT32_MIN ? json_null() : json_integer(day));
	json_object_set_new(out, "reports", json_integer(row->reports));
	json_object_set_new(out, "best", event_id((const char *)row->best));
	json_object_set_new(out, "events", events);
	result = names_of(txn, row->sources, row->source_count, false, &sources);
	json_object_set_new(out, "sources", sources);
	if (!result)
		result = names_of(txn, row->disputes, row->dispute_count, true, &disputes);
	if (result)
		return result;
	json_object_set_new(out, "dispute", disputes);
	drop_declared(disputes);
	return add_declared(txn, row, as_of, disputes);
}

int chy_act_shown(struct chy_store_txn *txn, struct chy_str key, struct chy_str row, uint64_t as_of,
	json_t **out)
{
	struct chy_act_row act;
	int result;

	if (key.size != CHY_ACT_KEY || !chy_act_decode(row, &act))
		return CHY_EDAMAGED;
	*out = json_object();
	result = show_best(txn, &act, *out);
	if (!result)
		result = show_row(txn, key, &act, as_of, *out);
	if (!result)
		result = show_promise(txn, &act, *out);
	if (result)
		json_decref(*out);
	return result;
}

/* -- those of now ------------------------------------------------------------- */

struct walk {
	struct chy_store_txn *txn;
	const struct chy_event_filter *filter;
	uint32_t category; /* a name's number; 0: any */
	chy_happening_visit *visit;
	void *user;
	int ended; /* what the visitor ended the walk with */
};

/* CHY_END where the visitor has seen enough. Takes the reference. */
static int show_to(struct walk *walk, json_t *shown)
{
	walk->ended = walk->visit(walk->user, shown);
	json_decref(shown);
	return walk->ended ? CHY_END : CHY_OK;
}

bool chy_asks_of_events(const struct chy_event_filter *f)
{
	return f->actor.size || f->recipient.size || f->place.size || f->language.size ||
	       f->source.size || f->aux.size || f->document.size || f->min_confidence > 0 ||
	       f->with_due || (f->dispute.size && f->between[0].size);
}

int chy_act_passes(struct chy_store_txn *txn, const struct chy_event_filter *filter,
	struct chy_str row, bool *out)
{
	struct chy_act_row act;
	struct chy_scan scan;
	int result = CHY_OK;

	*out = !chy_asks_of_events(filter);
	if (!chy_act_decode(row, &act))
		return CHY_EDAMAGED;
	chy_scan_init(&scan);
	for (size_t i = 0; i < act.event_count && !*out && !result; i++) {
		const struct chy_value *event;
		struct chy_event_head head;
		struct chy_str json;

		result = chy_event_read(
			txn, (const unsigned char *)act.events + i * CHY_EVENT_KEY, &head, &json);
		if (!result && chy_scan_read(&scan, json, &event))
			result = CHY_EDAMAGED;
		*out = !result && chy_event_passes(filter, event);
	}
	chy_scan_fini(&scan);
	return result > 0 ? CHY_EDAMAGED : result;
}

static int take_act(void *user, struct chy_str key, struct chy_str value)
{
	struct walk *walk = user;
	struct chy_act_facts facts;
	struct chy_str row;
	bool passes = true;
	json_t *shown;
	int result;

	if (!chy_act_facts_get(value, &facts))
		return CHY_EDAMAGED;
	if (walk->category && facts.category != walk->category)
		return CHY_OK;
	result = chy_sealed_get(walk->txn, CHY_VIEW_ACTS, key, &row);
	if (!result)
		result = chy_act_passes(walk->txn, walk->filter, row, &passes);
	if (!result && passes)
		result = chy_act_shown(walk->txn, key, row, 0, &shown);
	if (result)
		return result < 0 ? result : CHY_EDAMAGED;
	return passes ? show_to(walk, shown) : CHY_OK;
}

typedef int take_entry(void *user, struct chy_str key, struct chy_str value);

/* The acts under a `what` in order. CHY_END of `take` ends the walk. */
static int walk_on(struct chy_store_cursor *cursor, const struct chy_event_filter *f,
	const char *what, size_t n, take_entry *take, void *user)
{
	int32_t last = chy_day32(f->last_day);
	unsigned char start[320];
	struct chy_str key, value;
	int result;

	memcpy(start, what, n);
	start[n] = 0;
	chy_put_day(start + n + 1, chy_day32(f->first_day));
	result = chy_store_seek(cursor, (struct chy_str){(const char *)start, n + 5}, &key, &value);
	while (result == CHY_OK) {
		if (key.size != n + 5 + CHY_ACT_ORDER + CHY_ACT_KEY ||
			memcmp(key.data, start, n + 1) != 0 || chy_get_day(key.data + n + 1) > last)
			return CHY_OK;
		result = take(user,
			(struct chy_str){key.data + key.size - CHY_ACT_KEY, CHY_ACT_KEY}, value);
		if (!result)
			result = chy_store_next(cursor, &key, &value);
	}
	return result == CHY_END ? CHY_OK : result;
}

/* From the last day on backwards, so that a limit keeps the latest. */
static int walk_back(struct chy_store_cursor *cursor, const struct chy_event_filter *f,
	const char *what, size_t n, take_entry *take, void *user)
{
	int32_t first = chy_day32(f->first_day), last = chy_day32(f->last_day);
	unsigned char end[320];
	struct chy_str key, value;
	int result;

	memcpy(end, what, n);
	/* Past the last day, or past all of this `what`. */
	end[n] = last == INT32_MAX ? 1 : 0;
	chy_put_day(end + n + 1, last == INT32_MAX ? last : last + 1);
	result = chy_store_seek(
		cursor, (struct chy_str){(const char *)end, n + (end[n] ? 1 : 5)}, &key, &value);
	end[n] = 0;
	result = result == CHY_END ? chy_store_last(cursor, &key, &value)
		 : result	   ? result
				   : chy_store_previous(cursor, &key, &value);
	while (result == CHY_OK) {
		if (key.size != n + 5 + CHY_ACT_ORDER + CHY_ACT_KEY ||
			memcmp(key.data, end, n + 1) != 0 || chy_get_day(key.data + n + 1) < first)
			return CHY_OK;
		result = take(user,
			(struct chy_str){key.data + key.size - CHY_ACT_KEY, CHY_ACT_KEY}, value);
		if (!result)
			result = chy_store_previous(cursor, &key, &value);
	}
	return result == CHY_END ? CHY_OK : result;
}

/* The latest, gathered from the last on. */
struct latest {
	json_t *found;
	size_t limit;
};

static int gather(void *user, json_t *happening)
{
	struct latest *latest = user;

	if (json_array_append(latest->found, happening))
		return CHY_EMEM;
	return json_array_size(latest->found) == latest->limit ? 1 : 0;
}

static int walk_latest(
	struct walk *walk, struct chy_store_cursor *cursor, const char *what, size_t n)
{
	struct latest latest = {json_array(), walk->filter->limit};
	struct walk back = *walk;
	int result;

	back.visit = gather;
	back.user = &latest;
	result = walk_back(cursor, walk->filter, what, n, take_act, &back);
	if (!result && back.ended < 0)
		result = back.ended;
	for (size_t i = json_array_size(latest.found); i-- > 0 && !result && !walk->ended;)
		show_to(walk, json_incref(json_array_get(latest.found, i)));
	json_decref(latest.found);
	return result;
}

/* The index's `what` for acts: a side of a dispute has its own. */
static size_t act_what_for(const struct chy_event_filter *f, char *out, size_t size)
{
	int n;

	if (!f->dispute.size || !f->actor.size)
		return chy_what_for(f, out, size);
	n = snprintf(out, size, "s%.*s,%.*s", (int)f->dispute.size, f->dispute.data,
		(int)f->actor.size, f->actor.data);
	return n < 0 || (size_t)n >= size ? 0 : (size_t)n;
}

static int acts_of_now(struct walk *walk)
{
	char what[300];
	size_t n = act_what_for(walk->filter, what, sizeof(what));
	struct chy_store_cursor *cursor;
	int result = CHY_OK;

	if (walk->filter->category.size)
		result = chy_name_known(walk->txn, walk->filter->category, &walk->category);
	if (result)
		return result == CHY_NOT_FOUND ? CHY_OK : result;
	if (!n)
		return CHY_OK;
	result = chy_store_cursor_open(walk->txn, CHY_VIEW_ACT_INDEX, &cursor);
	if (result)
		return result;
	result = walk->filter->limit ? walk_latest(walk, cursor, what, n)
				     : walk_on(cursor, walk->filter, what, n, take_act, walk);
	chy_store_cursor_close(cursor);
	return result;
}

/* -- those of an earlier moment -------------------------------------------------- */

static bool asked_for(const struct chy_acts *acts, const struct chy_act *act,
	const struct chy_sought_event *list, size_t n, const struct chy_event_filter *f)
{
	int32_t day = act->anchor == CHY_ANCHOR_DOCUMENT ? INT32_MIN : act->first;

	return day >= chy_day32(f->first_day) && day <= chy_day32(f->last_day) &&
	       chy_tells_any(acts, act, list, n);
}

/* The index's order. */
static int stage_act(struct chy_store_txn *txn, const struct chy_acts *acts,
	const struct chy_act *act, struct chy_stage *stage)
{
	enum { HEAD = 4 + CHY_ACT_ORDER };
	unsigned char key[HEAD + CHY_ACT_KEY];
	struct chy_act_row row;
	struct chy_buffer bytes;
	int result;

	chy_buffer_init(&bytes);
	result = chy_act_encode(txn, acts, act, &bytes);
	if (!result && !chy_act_decode((struct chy_str){bytes.data, bytes.size}, &row))
		result = CHY_EDAMAGED;
	if (!result) {
		chy_act_key(acts, act, key + HEAD);
		chy_put_day(key, chy_act_day((const char *)key + HEAD));
		memcpy(key + 4, row.order, CHY_ACT_ORDER);
		chy_stage_add(stage, (struct chy_str){(const char *)key, sizeof(key)},
			(struct chy_str){bytes.data, bytes.size});
	}
	chy_buffer_fini(&bytes);
	return result;
}

/* The acts of one key that hold any of the sought events [0, n). */
static int acts_of_key(struct chy_store_txn *txn, const struct chy_sought_event *list, size_t n,
	const struct chy_event_filter *f, struct chy_stage *stage)
{
	int32_t first = INT32_MAX, last = INT32_MIN;
	struct chy_acts acts;
	int result;

	for (size_t i = 0; i < n; i++) {
		first = list[i].period < first ? list[i].period : first;
		last = list[i].period > last ? list[i].period : last;
	}
	result = chy_cell_acts(txn, list[0].cell, first - CHY_ACT_CONTEXT, last + CHY_ACT_CONTEXT,
		f->as_of, &acts);
	if (result)
		return result;
	for (size_t i = 0; i < acts.act_count && !result; i++)
		if (asked_for(&acts, &acts.list[i], list, n, f))
			result = stage_act(txn, &acts, &acts.list[i], stage);
	chy_acts_fini(&acts);
	return result;
}

static int show_staged(struct walk *walk, const struct chy_stage *stage)
{
	size_t limit = walk->filter->limit;
	int result = CHY_OK;

	for (size_t i = limit && stage->count > limit ? stage->count - limit : 0;
		i < stage->count && !result; i++) {
		struct chy_str key = chy_staged_key(stage, i);
		json_t *shown;

		result = chy_act_shown(walk->txn,
			(struct chy_str){key.data + key.size - CHY_ACT_KEY, CHY_ACT_KEY},
			chy_staged_value(stage, i), walk->filter->as_of, &shown);
		if (!result)
			result = show_to(walk, shown);
	}
	return result;
}

int chy_acts_of_then(
	struct chy_store_txn *txn, const struct chy_event_filter *filter, struct chy_stage *out)
{
	enum { AROUND = CHY_HAPPENING_AROUND };
	struct chy_event_filter wide = *filter;
	struct chy_sought sought = {.list = NULL};
	size_t from = 0, to;
	int result;

	/* An act's day may lie elsewhere than that of an event that tells it. */
	if (wide.first_day > INT64_MIN + AROUND)
		wide.first_day -= AROUND;
	if (wide.last_day < INT64_MAX - AROUND)
		wide.last_day += AROUND;
	wide.limit = 0;
	result = chy_seek_events(txn, &wide, &sought);
	chy_sought_sort(&sought);
	for (; from < sought.count && !result; from = to) {
		to = chy_sought_cell(&sought, from);
		result = acts_of_key(txn, sought.list + from, to - from, filter, out);
	}
	chy_sought_fini(&sought);
	return result ? result : chy_stage_sort(out);
}

/* Those of the walk's filter whose day is in its days. */
static int acts_of_days(struct walk *walk)
{
	struct chy_stage stage = {.items = NULL};
	int result = chy_acts_of_then(walk->txn, walk->filter, &stage);

	if (!result)
		result = show_staged(walk, &stage);
	chy_stage_fini(&stage);
	return result;
}

/* The first day at or after `day` on which there is an event under the `what`
 * of a filter; CHY_END where there is none. */
static int next_day(
	struct chy_store_txn *txn, const struct chy_event_filter *f, int64_t day, int64_t *out)
{
	struct chy_store_cursor *cursor;
	struct chy_str key, value;
	unsigned char start[320];
	size_t n = chy_what_for(f, (char *)start, 300);
	int result = n ? chy_store_cursor_open(txn, CHY_VIEW_INDEX, &cursor) : CHY_END;

	if (result)
		return result;
	start[n] = 0;
	chy_put_day(start + n + 1, chy_day32(day));
	result = chy_store_seek(cursor, (struct chy_str){(const char *)start, n + 5}, &key, &value);
	if (!result && (key.size != n + 5 + CHY_EVENT_KEY || memcmp(key.data, start, n + 1) != 0))
		result = CHY_END;
	if (!result)
		*out = chy_get_day(key.data + n + 1);
	chy_store_cursor_close(cursor);
	return result;
}

/* Two years at a time, so that many take no more room than few. */
static int acts_by_years(struct walk *walk)
{
	enum { STEP = 730 };
	const struct chy_event_filter *all = walk->filter;
	struct chy_event_filter part = *all;
	int64_t day, from = all->first_day;
	int result = CHY_OK;

	walk->filter = &part;
	if (from == INT64_MIN) { /* what has no day comes first */
		part.last_day = INT64_MIN;
		result = acts_of_days(walk);
		from = INT32_MIN + 1;
	}
	while (!result && from <= all->last_day) {
		result = next_day(walk->txn, all,
			from > INT32_MIN + 1 + CHY_HAPPENING_AROUND ? from - CHY_HAPPENING_AROUND
								    : INT32_MIN + 1,
			&day);
		if (result)
			break;
		if (day - CHY_HAPPENING_AROUND > from)
			from = day - CHY_HAPPENING_AROUND;
		part.first_day = from;
		part.last_day = from + STEP < all->last_day ? from + STEP : all->last_day;
		from = part.last_day + 1;
		if (part.first_day <= part.last_day)
			result = acts_of_days(walk);
	}
	walk->filter = all;
	return result == CHY_END ? CHY_OK : result;
}

static int acts_of_then(struct walk *walk)
{
	return walk->filter->limit ? acts_of_days(walk) : acts_by_years(walk);
}

int chy_view_each_happening(struct chy_view *view, const struct chy_event_filter *filter,
	chy_happening_visit *visit, void *user, struct chy_fault *fault)
{
	struct walk walk = {.filter = filter, .visit = visit, .user = user};
	int result = chy_view_read(view, &walk.txn, fault);

	if (result)
		return result;
	result = filter->as_of ? acts_of_then(&walk) : acts_of_now(&walk);
	chy_view_read_end(view, walk.txn);
	if (result == CHY_END || (!result && walk.ended))
		result = walk.ended;
	else if (result > 0)
		result = CHY_EDAMAGED;
	return result < 0 ? chy_fault_set(fault, result, view->path, 0, NULL) : result;
}

static int append(void *user, json_t *happening)
{
	return json_array_append(user, happening) ? CHY_EMEM : CHY_OK;
}

int chy_view_happenings(struct chy_view *view, const struct chy_event_filter *filter, json_t **out,
	struct chy_fault *fault)
{
	json_t *found = json_array();
	int result = chy_view_each_happening(view, filter, append, found, fault);

	if (result)
		json_decref(found);
	else
		*out = found;
	return result;
}
