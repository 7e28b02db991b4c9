/* Promises, and what became of them. Those of now are read from the index of
 * promises; those of an earlier moment are judged anew of what was known then,
 * by the same rules. */
#include <stdlib.h>
#include <string.h>

#include "promise.h"

static bool asked_for(const struct chy_event_filter *filter, enum chy_promise_state state)
{
	return !filter->states || (filter->states & 1u << state);
}

static bool soonest_first(const struct chy_event_filter *filter)
{
	return filter->states == 1u << CHY_PROMISE_PENDING;
}

/* -- those of now ------------------------------------------------------------------ */

enum { INDEXES = sizeof(CHY_PROMISE_LETTERS) - 1 };

/* One index, walked by the last day of the terms. */
struct course {
	struct chy_store_cursor *cursor;
	char start[320]; /* "c", its letter, the what, NUL */
	size_t size;
	int32_t first, last; /* days; none where first > last */
	struct chy_str key, value;
	bool ended;
};

struct asking {
	struct chy_view *view;
	struct chy_store_txn *txn;
	const struct chy_event_filter *filter;
	int32_t on;
	bool forwards;
	uint32_t category; /* a name's number; 0: any */
	struct course courses[INDEXES];
	uint64_t *counts; /* of each state; NULL: all are shown, else so many of each */
	size_t most;
	chy_happening_visit *visit;
	void *user;
	int ended; /* what the visitor ended the walk with */
};

/* What an index holds stood otherwise only on a day before it was settled,
 * which no term precedes by more than a year. */
static bool ends_as(const struct asking *asking, char letter)
{
	for (int state = 0; state < CHY_PROMISE_STATES; state++)
		if (chy_promise_letter(state) == letter && asked_for(asking->filter, state))
			return true;
	return false;
}

static void set_bounds(const struct asking *asking, char letter, struct course *course)
{
	const struct chy_event_filter *f = asking->filter;
	unsigned open = 1u << CHY_PROMISE_PENDING;

	course->first = chy_day32(f->first_day);
	course->last = chy_day32(f->last_day);
	if (!ends_as(asking, letter)) {
		int32_t bound = chy_day32((int64_t)asking->on - CHY_PROMISE_LATE);

		course->first = course->first > bound ? course->first : bound;
	}
	if (f->states == open && course->first < asking->on)
		course->first = asking->on;
	if (f->states == 1u << CHY_PROMISE_OVERDUE && course->last >= asking->on)
		course->last = chy_day32((int64_t)asking->on - 1);
}

/* Whether the cursor stands within the course's days. */
static void look(struct course *course, int result)
{
	int32_t day;

	course->ended = result != CHY_OK ||
			course->key.size != course->size + 4 + CHY_ACT_ORDER + CHY_ACT_KEY ||
			memcmp(course->key.data, course->start, course->size) != 0;
	if (course->ended)
		return;
	day = chy_get_day(course->key.data + course->size);
	course->ended = day < course->first || day > course->last;
}

static int begin_course(struct asking *asking, struct course *course)
{
	unsigned char *end = (unsigned char *)course->start + course->size;
	struct chy_str from = {course->start, course->size + 4};
	int result;

	if (asking->forwards) {
		chy_put_day(end, course->first);
		result = chy_store_seek(course->cursor, from, &course->key, &course->value);
	} else {
		/* Past the last day, or past all of this what. */
		if (course->last == INT32_MAX) {
			end[-1] = 1;
			from.size -= 4;
		} else {
			chy_put_day(end, course->last + 1);
		}
		result = chy_store_seek(course->cursor, from, &course->key, &course->value);
		end[-1] = 0;
		result = result == CHY_END
				 ? chy_store_last(course->cursor, &course->key, &course->value)
			 : result
				 ? result
				 : chy_store_previous(course->cursor, &course->key, &course->value);
	}
	look(course, result);
	return result == CHY_END ? CHY_OK : result;
}

static int move_on(const struct asking *asking, struct course *course)
{
	int result = asking->forwards
			     ? chy_store_next(course->cursor, &course->key, &course->value)
			     : chy_store_previous(course->cursor, &course->key, &course->value);

	look(course, result);
	return result == CHY_END ? CHY_OK : result;
}

static int begin_all(struct asking *asking)
{
	char what[300];
	size_t n = chy_what_for(asking->filter, what, sizeof(what));
	int result = CHY_OK;

	for (size_t i = 0; i < INDEXES && !result; i++) {
		struct course *course = &asking->courses[i];

		course->start[0] = 'c';
		course->start[1] = CHY_PROMISE_LETTERS[i];
		memcpy(course->start + 2, what, n);
		course->start[2 + n] = 0;
		course->size = n + 3;
		set_bounds(asking, CHY_PROMISE_LETTERS[i], course);
		course->ended = !n || course->first > course->last;
		result = chy_store_cursor_open(asking->txn, CHY_VIEW_ACT_INDEX, &course->cursor);
		if (!result && !course->ended)
			result = begin_course(asking, course);
	}
	return result;
}

/* The course whose promise is next; NULL where all have ended. */
static struct course *next_course(struct asking *asking)
{
	struct course *next = NULL;

	for (size_t i = 0; i < INDEXES; i++) {
		struct course *course = &asking->courses[i];
		size_t tail = 4 + CHY_ACT_ORDER + CHY_ACT_KEY;
		int order;

		if (course->ended)
			continue;
		order = !next ? 0
			      : memcmp(course->key.data + course->size, next->key.data + next->size,
					tail);
		if (!next || (asking->forwards ? order < 0 : order > 0))
			next = course;
	}
	return next;
}

/* -- one of them as it is shown ------------------------------------------------------ */

/* Another promise, in few words. */
static json_t *link_to(json_t *name, json_t *best, json_t *due, json_t *day)
{
	return json_pack(
		"{s:o, s:o, s:o, s:o}", "happening", name, "best", best, "due", due, "day", day);
}

static int by_name(const void *one, const void *other)
{
	return chy_str_compare(chy_json_str(*(json_t *const *)one, "happening"),
		chy_json_str(*(json_t *const *)other, "happening"));
}

/* The links of an array, which it takes, in order of their names. */
static json_t *sorted_links(json_t *links)
{
	size_t n = json_array_size(links);
	json_t **list = calloc(n + 1, sizeof(json_t *)), *out = json_array();

	for (size_t i = 0; i < n && list; i++)
		list[i] = json_array_get(links, i);
	if (n && list)
		qsort(list, n, sizeof(json_t *), by_name);
	for (size_t i = 0; i < n && list; i++)
		json_array_append(out, list[i]);
	free(list);
	json_decref(links);
	return out;
}

static int show_link(struct asking *asking, struct chy_str key, json_t **out)
{
	struct chy_str row;
	json_t *shown;
	int result = chy_sealed_get(asking->txn, CHY_VIEW_ACTS, key, &row);

	if (!result)
		result = chy_act_shown(asking->txn, key, row, 0, &shown);
	if (result)
		return result;
	*out = link_to(json_incref(json_object_get(shown, "happening")),
		json_incref(json_object_get(shown, "best")),
		json_incref(json_object_get(shown, "due")),
		json_incref(json_object_get(shown, "day")));
	json_decref(shown);
	return CHY_OK;
}

static int show_renewed(struct asking *asking, struct chy_str act, json_t *out)
{
	unsigned char bytes[1 + CHY_ACT_KEY];
	struct chy_str start = {(const char *)bytes, sizeof(bytes)}, key, value;
	struct chy_store_cursor *cursor;
	json_t *list = json_array(), *link;
	int result = chy_store_cursor_open(asking->txn, CHY_VIEW_PROMISES, &cursor);

	if (result) {
		json_decref(list);
		return result;
	}
	bytes[0] = 'r';
	memcpy(bytes + 1, act.data, CHY_ACT_KEY);
	result = chy_store_seek(cursor, start, &key, &value);
	while (result == CHY_OK && key.size == start.size + CHY_ACT_KEY &&
		memcmp(key.data, start.data, start.size) == 0) {
		result = show_link(
			asking, (struct chy_str){key.data + start.size, CHY_ACT_KEY}, &link);
		if (result)
			break;
		json_array_append_new(list, link);
		result = chy_store_next(cursor, &key, &value);
	}
	chy_store_cursor_close(cursor);
	json_object_set_new(out, "renews", sorted_links(list));
	return result == CHY_END ? CHY_OK : result;
}

static const struct chy_outcome *outcome_of(
	const struct chy_promise *promise, enum chy_promise_state state)
{
	switch (state) {
	case CHY_PROMISE_KEPT:
	case CHY_PROMISE_KEPT_LATE:
		return &promise->kept;
	case CHY_PROMISE_BROKEN:
		return &promise->broken;
	case CHY_PROMISE_WITHDRAWN:
		return &promise->withdrawn;
	case CHY_PROMISE_RENEWED:
		return &promise->renewed;
	default:
		return NULL;
	}
}

static int show_outcome(struct asking *asking, const struct chy_promise *promise,
	enum chy_promise_state state, json_t *out)
{
	const struct chy_outcome *outcome = outcome_of(promise, state);
	json_t *by = NULL, *link = NULL;
	struct chy_str key, row;
	int result = CHY_OK;

	if (outcome) {
		key = (struct chy_str){(const char *)outcome->key, CHY_ACT_KEY};
		result = chy_sealed_get(asking->txn, CHY_VIEW_ACTS, key, &row);
		if (!result)
			result = chy_act_shown(asking->txn, key, row, 0, &by);
	}
	if (!result && state == CHY_PROMISE_RENEWED)
		result = show_link(asking, key, &link);
	json_object_set_new(out, "state", json_string(chy_promise_state_name(state)));
	json_object_set_new(out, "by", by ? by : json_null());
	json_object_set_new(out, "renewed_by", link ? link : json_null());
	return result;
}

static int read_promise(struct asking *asking, struct chy_str act, const struct chy_act_row *row,
	struct chy_promise *out)
{
	char text[CHY_PROMISE_WHAT];
	struct chy_str what = {text, chy_promise_what(row->sides, text)}, found;
	unsigned char key[CHY_PROMISE_KEY];
	int result = chy_sealed_get(
		asking->txn, CHY_VIEW_PROMISES, chy_promise_key(key, what, row->due, act), &found);

	return result ? result : chy_promise_decode(found, out) ? CHY_OK : CHY_EDAMAGED;
}

static int show(struct asking *asking, struct chy_str act, struct chy_str row,
	enum chy_promise_state state, json_t **out)
{
	struct chy_promise promise;
	struct chy_act_row decoded;
	int result;

	if (!chy_act_decode(row, &decoded))
		return CHY_EDAMAGED;
	result = read_promise(asking, act, &decoded, &promise);
	if (!result)
		result = chy_act_shown(asking->txn, act, row, asking->filter->as_of, out);
	if (result)
		return result;
	result = show_outcome(asking, &promise, state, *out);
	if (!result)
		result = show_renewed(asking, act, *out);
	if (result)
		json_decref(*out);
	return result;
}

static int take(struct asking *asking, const struct course *course)
{
	struct chy_str act = {course->key.data + course->key.size - CHY_ACT_KEY, CHY_ACT_KEY}, row;
	struct chy_promise_facts facts;
	enum chy_promise_state state;
	bool passes = true;
	json_t *shown;
	int result;

	if (!chy_promise_facts_get(course->value, &facts))
		return CHY_EDAMAGED;
	state = chy_state_on(
		&facts.settled, chy_get_day(course->key.data + course->size), asking->on);
	if (facts.made > asking->on || !asked_for(asking->filter, state) ||
		(asking->category && asking->category != facts.act.category))
		return CHY_OK;
	if (asking->counts && asking->counts[state]++ >= asking->most)
		return CHY_OK;
	result = chy_sealed_get(asking->txn, CHY_VIEW_ACTS, act, &row);
	if (!result)
		result = chy_act_passes(asking->txn, asking->filter, row, &passes);
	if (result || !passes)
		return result;
	result = show(asking, act, row, state, &shown);
	if (result)
		return result;
	asking->ended = asking->visit(asking->user, shown);
	json_decref(shown);
	return asking->ended ? CHY_END : CHY_OK;
}

/* false where the category was never told of. */
static bool number_category(struct asking *asking)
{
	struct chy_str category = asking->filter->category, number;
	char key[128];
	int size = snprintf(key, sizeof(key), "t%.*s", (int)category.size, category.data);

	if (!category.size)
		return true;
	if ((size_t)size >= sizeof(key) ||
		chy_store_get(asking->txn, CHY_VIEW_NAMES, (struct chy_str){key, (size_t)size},
			&number) ||
		number.size != 4)
		return false;
	asking->category = (uint32_t)chy_get_be(number.data, 4);
	return true;
}

static int walk_all(struct asking *asking)
{
	struct course *course;
	int result = number_category(asking) ? begin_all(asking) : CHY_END;

	while (!result && (course = next_course(asking))) {
		result = take(asking, course);
		if (!result)
			result = move_on(asking, course);
	}
	for (size_t i = 0; i < INDEXES; i++)
		chy_store_cursor_close(asking->courses[i].cursor);
	return result == CHY_END ? CHY_OK : result > 0 ? CHY_EDAMAGED : result;
}

/* As many as are wanted, gathered from one end. */
struct gathered {
	json_t *list;
	size_t limit;
};

static int gather(void *user, json_t *commitment)
{
	struct gathered *gathered = user;

	if (json_array_append(gathered->list, commitment))
		return CHY_EMEM;
	return json_array_size(gathered->list) == gathered->limit ? 1 : 0;
}

/* Then shown in order. */
static int walk_some(struct asking *asking)
{
	struct gathered gathered = {json_array(), asking->filter->limit};
	struct asking one_way = *asking;
	size_t n;
	int result;

	one_way.visit = gather;
	one_way.user = &gathered;
	one_way.forwards = soonest_first(asking->filter);
	result = walk_all(&one_way);
	if (!result && one_way.ended < 0)
		result = one_way.ended;
	n = json_array_size(gathered.list);
	for (size_t i = 0; i < n && !result && !asking->ended; i++)
		asking->ended = asking->visit(asking->user,
			json_array_get(gathered.list, one_way.forwards ? i : n - 1 - i));
	json_decref(gathered.list);
	return result;
}

static int promises_of_now(struct asking *asking, struct chy_fault *fault)
{
	int result = chy_view_read(asking->view, &asking->txn, fault);

	if (result)
		return result;
	asking->forwards = true;
	result = asking->filter->limit ? walk_some(asking) : walk_all(asking);
	chy_view_read_end(asking->view, asking->txn);
	if (result)
		return chy_fault_set(fault, result, asking->view->path, 0, NULL);
	return asking->ended;
}

/* -- those of an earlier moment -------------------------------------------------------- */

/* A promise, and the acts of its what, as they are shown. */
struct judged {
	const json_t *promise, *acts;
	struct chy_str sides;
	int64_t made, first, last;
	const struct chy_promise_rule *rule;
	uint32_t kind;
	const json_t *kept, *broken, *withdrawn, *renewed;
};

static bool term_of(const json_t *happening, int64_t *out_first, int64_t *out_last)
{
	struct chy_str due = chy_json_str(happening, "due");
	struct chy_edtf date;

	if (!due.size || chy_edtf_parse(due, &date))
		return false;
	chy_edtf_bounds(&date, out_first, out_last);
	return *out_last != INT64_MAX;
}

static int64_t day_of(const json_t *happening)
{
	const json_t *day = json_object_get(happening, "day");

	return json_is_integer(day) ? json_integer_value(day) : INT64_MIN;
}

/* What of a happening makes it a promise; false where it is none. */
static bool read_judged(const struct chy_promise_rules *rules, const json_t *promise,
	struct chy_str sides, struct judged *out)
{
	struct chy_str category = chy_json_str(promise, "event");
	struct chy_str cameo = chy_json_str(promise, "cameo");

	*out = (struct judged){.promise = promise, .sides = sides, .made = day_of(promise)};
	out->rule = chy_promise_rule_for(rules, category, cameo);
	out->kind = chy_promise_kind(category, cameo, sides);
	return out->rule && out->made != INT64_MIN &&
	       chy_is_promised(chy_standing_from(chy_json_str(promise, "aux"))) &&
	       term_of(promise, &out->first, &out->last);
}

static bool is_earlier(const json_t *happening, const json_t *than)
{
	int64_t a = day_of(happening), b = than ? day_of(than) : INT64_MAX;

	return a != b ? a < b
		      : chy_str_compare(chy_json_str(happening, "happening"),
				chy_json_str(than, "happening")) < 0;
}

static void keep_earlier(const json_t **out, const json_t *happening)
{
	if (!*out || is_earlier(happening, *out))
		*out = happening;
}

static void weigh_act(struct judged *one, const json_t *act, struct chy_str sides)
{
	struct chy_str category = chy_json_str(act, "event");
	uint32_t kind = chy_kind_of(chy_json_str(act, "mode"), chy_json_str(act, "cameo"));
	int64_t day = day_of(act), from = one->first - CHY_PROMISE_EARLY;

	from = from > one->made ? from : one->made + 1;
	if (!chy_is_done(chy_standing_from(chy_json_str(act, "aux"))) || day <= one->made)
		return;
	if (day <= one->last + CHY_PROMISE_LATE &&
		chy_promise_lists(
			day >= from ? one->rule->kept_by : one->rule->kept_early, category, kind))
		keep_earlier(&one->kept, act);
	if (day > one->last)
		return;
	if (chy_promise_lists(one->rule->broken_by, category, kind))
		keep_earlier(&one->broken, act);
	if (chy_promise_lists(one->rule->withdrawn_by, category, kind) &&
		chy_sides_meet(one->sides, sides))
		keep_earlier(&one->withdrawn, act);
}

static void weigh_promise(const struct chy_promise_rules *rules, struct judged *one,
	const json_t *happening, struct chy_str what, struct chy_str sides)
{
	char text[CHY_PROMISE_WHAT];
	struct judged other;

	if (read_judged(rules, happening, sides, &other) && other.kind == one->kind &&
		other.made > one->made && other.made <= one->last + CHY_PROMISE_LATE &&
		other.last >= one->last &&
		chy_str_equal(what, (struct chy_str){text, chy_promise_what(sides, text)}))
		keep_earlier(&one->renewed, happening);
}

static int32_t settled_on(const json_t *act)
{
	return act ? chy_day32(day_of(act)) : CHY_NEVER;
}

static struct chy_settled settle(struct judged *one)
{
	struct chy_settled settled = {settled_on(one->kept), settled_on(one->broken),
		settled_on(one->withdrawn), settled_on(one->renewed)};

	chy_settle(&settled);
	if (settled.renewed == CHY_NEVER)
		one->renewed = NULL;
	return settled;
}

static void write_sides(struct chy_buffer *out, const json_t *happening)
{
	json_t *event = json_pack("{s:O, s:O, s:O}", "actor", json_object_get(happening, "actor"),
		"event", json_object_get(happening, "event"), "recipient",
		json_object_get(happening, "recipient"));
	const struct chy_value *value;
	struct chy_buffer bytes;
	struct chy_scan scan;

	chy_buffer_init(&bytes);
	chy_scan_init(&scan);
	if (event && !chy_json_canonical(event, &bytes) &&
		!chy_scan_read(&scan, (struct chy_str){bytes.data, bytes.size}, &value))
		chy_write_sides(out, value);
	chy_scan_fini(&scan);
	chy_buffer_fini(&bytes);
	json_decref(event);
}

/* One side's promise is kept by what that side does. */
static bool may_settle(struct chy_str what, struct chy_str sides)
{
	return what.data[0] == 'p' ||
	       (what.data[0] == 'a' &&
		       chy_sides_act(sides, (struct chy_str){what.data + 1, what.size - 1}));
}

/* The first act later than a day; they are in order. */
static size_t first_after(const json_t *acts, int64_t day)
{
	size_t low = 0, high = json_array_size(acts);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (day_of(json_array_get(acts, middle)) <= day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct chy_settled judge(
	const struct chy_promise_rules *rules, struct judged *one, struct chy_str what)
{
	size_t n = json_array_size(one->acts);
	struct chy_buffer sides;

	chy_buffer_init(&sides);
	for (size_t i = first_after(one->acts, one->made); i < n; i++) {
		const json_t *act = json_array_get(one->acts, i);
		int64_t day = day_of(act);

		if (day > one->last + CHY_PROMISE_LATE || (one->kept && day > day_of(one->kept)))
			break; /* what comes later changes nothing */
		chy_buffer_clear(&sides);
		write_sides(&sides, act);
		if (may_settle(what, (struct chy_str){sides.data, sides.size}))
			weigh_act(one, act, (struct chy_str){sides.data, sides.size});
		if (what.data[0] != '-')
			weigh_promise(
				rules, one, act, what, (struct chy_str){sides.data, sides.size});
	}
	chy_buffer_fini(&sides);
	return settle(one);
}

struct recalling {
	struct chy_view *view;
	const struct chy_event_filter *filter;
	int64_t on;
	json_t *acts; /* by what: its acts */
	json_t *renewals; /* by what: links to what each promise renews, by its name */
};

/* All acts of a what, borrowed. */
static int acts_of(
	struct recalling *r, struct chy_str what, const json_t **out, struct chy_fault *fault)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct chy_str rest = {what.data + 1, what.size - 1};
	char key[CHY_PROMISE_WHAT + 1];
	json_t *acts;
	int result = CHY_OK;

	memcpy(key, what.data, what.size);
	key[what.size] = '\0';
	*out = json_object_get(r->acts, key);
	if (*out)
		return CHY_OK;
	filter.as_of = r->filter->as_of;
	chy_str_split(&rest, ',', &filter.between[0]);
	filter.between[1] = rest.data ? rest : CHY_STR("");
	if (what.data[0] == '-')
		acts = json_array();
	else
		result = chy_view_happenings(r->view, &filter, &acts, fault);
	if (!result)
		json_object_set_new(r->acts, key, acts);
	*out = result ? NULL : acts;
	return result;
}

static json_t *link_of(const json_t *happening)
{
	return link_to(json_incref(json_object_get(happening, "happening")),
		json_incref(json_object_get(happening, "best")),
		json_incref(json_object_get(happening, "due")),
		json_incref(json_object_get(happening, "day")));
}

static void note_renewal(json_t *renewals, const struct judged *one)
{
	const char *name = json_string_value(json_object_get(one->renewed, "happening"));
	json_t *list = json_object_get(renewals, name);

	if (!list) {
		list = json_array();
		json_object_set_new(renewals, name, list);
	}
	json_array_append_new(list, link_of(one->promise));
}

/* Links to what each promise of a what renews. */
static json_t *renewals_among(struct recalling *r, const json_t *acts, struct chy_str what)
{
	json_t *out = json_object(), *promise;
	char text[CHY_PROMISE_WHAT];
	struct chy_buffer sides;
	struct judged one;
	size_t i;

	json_array_foreach((json_t *)acts, i, promise)
	{
		struct chy_str told;

		chy_buffer_init(&sides);
		write_sides(&sides, promise);
		told = (struct chy_str){sides.data, sides.size};
		if (read_judged(r->view->rules, promise, told, &one) &&
			chy_str_equal(what, (struct chy_str){text, chy_promise_what(told, text)})) {
			one.acts = acts;
			judge(r->view->rules, &one, what);
			if (one.renewed)
				note_renewal(out, &one);
		}
		chy_buffer_fini(&sides);
	}
	return out;
}

/* A new reference to the links of one promise, in order of their names. */
static json_t *renewed_of(struct recalling *r, const struct judged *one, struct chy_str what)
{
	char key[CHY_PROMISE_WHAT + 1];
	json_t *renewals, *list;

	memcpy(key, what.data, what.size);
	key[what.size] = '\0';
	renewals = json_object_get(r->renewals, key);
	if (!renewals) {
		renewals = renewals_among(r, one->acts, what);
		json_object_set_new(r->renewals, key, renewals);
	}
	list = json_object_get(
		renewals, json_string_value(json_object_get(one->promise, "happening")));
	return list ? sorted_links(json_incref(list)) : json_array();
}

static const json_t *settled_by(const struct judged *one, enum chy_promise_state state)
{
	switch (state) {
	case CHY_PROMISE_KEPT:
	case CHY_PROMISE_KEPT_LATE:
		return one->kept;
	case CHY_PROMISE_BROKEN:
		return one->broken;
	case CHY_PROMISE_WITHDRAWN:
		return one->withdrawn;
	case CHY_PROMISE_RENEWED:
		return one->renewed;
	default:
		return NULL;
	}
}

static void set_state(struct recalling *r, struct judged *one, enum chy_promise_state state,
	struct chy_str what, json_t *out)
{
	const json_t *by = settled_by(one, state);

	json_object_set_new(out, "state", json_string(chy_promise_state_name(state)));
	json_object_set_new(out, "by", by ? json_incref((json_t *)by) : json_null());
	json_object_set_new(out, "renewed_by",
		state == CHY_PROMISE_RENEWED ? link_of(one->renewed) : json_null());
	json_object_set_new(out, "renews", renewed_of(r, one, what));
}

/* Whether a promise is among those that are asked for, with its state in it. */
static int recall(struct recalling *r, json_t *promise, bool *taken, struct chy_fault *fault)
{
	char text[CHY_PROMISE_WHAT];
	struct chy_buffer sides;
	struct chy_settled settled;
	enum chy_promise_state state;
	struct judged one;
	struct chy_str what;
	int result = CHY_OK;

	chy_buffer_init(&sides);
	write_sides(&sides, promise);
	*taken = read_judged(
			 r->view->rules, promise, (struct chy_str){sides.data, sides.size}, &one) &&
		 one.made <= r->on;
	what = (struct chy_str){
		text, chy_promise_what((struct chy_str){sides.data, sides.size}, text)};
	if (*taken)
		result = acts_of(r, what, &one.acts, fault);
	if (!result && *taken) {
		settled = judge(r->view->rules, &one, what);
		state = chy_state_on(&settled, chy_day32(one.last), chy_day32(r->on));
		*taken = asked_for(r->filter, state);
		if (*taken)
			set_state(r, &one, state, what, promise);
	}
	chy_buffer_fini(&sides);
	return result;
}

/* As many as are wanted, the last or, of open ones, the first. */
static void cut(json_t *found, const struct chy_event_filter *filter)
{
	while (filter->limit && json_array_size(found) > filter->limit)
		json_array_remove(found, soonest_first(filter) ? json_array_size(found) - 1 : 0);
}

static int recall_all(struct recalling *r, json_t *found, struct chy_fault *fault)
{
	int result = CHY_OK;
	bool taken;

	for (size_t i = 0; i < json_array_size(found) && !result;) {
		result = recall(r, json_array_get(found, i), &taken, fault);
		if (taken)
			i++;
		else
			json_array_remove(found, i);
	}
	cut(found, r->filter);
	return result;
}

static int promises_of_then(
	struct recalling *r, chy_happening_visit *visit, void *user, struct chy_fault *fault)
{
	struct chy_event_filter all = *r->filter;
	json_t *found;
	int result;

	all.limit = 0;
	all.by_due = true;
	result = chy_view_happenings(r->view, &all, &found, fault);
	if (result)
		return result;
	r->acts = json_object();
	r->renewals = json_object();
	result = recall_all(r, found, fault);
	json_decref(r->renewals);
	json_decref(r->acts);
	for (size_t i = 0; i < json_array_size(found) && !result; i++)
		result = visit(user, json_array_get(found, i));
	json_decref(found);
	return result;
}

int chy_view_each_commitment(struct chy_view *view, const struct chy_event_filter *filter,
	int64_t on, chy_happening_visit *visit, void *user, struct chy_fault *fault)
{
	struct asking asking = {
		.view = view, .filter = filter, .on = chy_day32(on), .visit = visit, .user = user};
	struct recalling recalling = {.view = view, .filter = filter, .on = on};
	uint64_t last = 0;
	int result = filter->as_of ? chy_view_position(view, &last, fault) : CHY_OK;

	if (result)
		return result;
	return filter->as_of && filter->as_of < last
		       ? promises_of_then(&recalling, visit, user, fault)
		       : promises_of_now(&asking, fault);
}

static int append(void *user, json_t *commitment)
{
	return json_array_append(user, commitment) ? CHY_EMEM : CHY_OK;
}

int chy_view_commitments(struct chy_view *view, const struct chy_event_filter *filter, int64_t on,
	json_t **out, struct chy_fault *fault)
{
	json_t *found = json_array();
	int result = chy_view_each_commitment(view, filter, on, append, found, fault);

	if (result)
		json_decref(found);
	else
		*out = found;
	return result;
}

/* Out of a list in order, those that are not among the last of their state. */
static void leave_last(json_t *list, size_t most, uint64_t counts[CHY_PROMISE_STATES])
{
	for (size_t i = json_array_size(list); i-- > 0;) {
		struct chy_str state = chy_json_str(json_array_get(list, i), "state");

		for (int s = 0; s < CHY_PROMISE_STATES; s++)
			if (chy_str_is(state, chy_promise_state_name(s)) && counts[s]++ >= most) {
				json_array_remove(list, i);
				break;
			}
	}
}

/* The walk goes backwards; what it gathers is put in order. */
static int last_of_now(struct asking *asking, json_t *out, struct chy_fault *fault)
{
	json_t *found = json_array();
	int result = chy_view_read(asking->view, &asking->txn, fault);

	asking->visit = append;
	asking->user = found;
	if (!result) {
		result = walk_all(asking);
		chy_view_read_end(asking->view, asking->txn);
		if (!result && asking->ended < 0)
			result = asking->ended;
		if (result)
			chy_fault_set(fault, result, asking->view->path, 0, NULL);
	}
	for (size_t i = json_array_size(found); i-- > 0 && !result;)
		json_array_append(out, json_array_get(found, i));
	json_decref(found);
	return result;
}

int chy_view_last_commitments(struct chy_view *view, const struct chy_event_filter *filter,
	int64_t on, size_t most, json_t **out, uint64_t counts[CHY_PROMISE_STATES],
	struct chy_fault *fault)
{
	struct asking asking = {.view = view,
		.filter = filter,
		.on = chy_day32(on),
		.counts = counts,
		.most = most};
	json_t *found = json_array();
	int result;

	memset(counts, 0, CHY_PROMISE_STATES * sizeof(*counts));
	if (filter->as_of) {
		result = chy_view_each_commitment(view, filter, on, append, found, fault);
		if (!result)
			leave_last(found, most, counts);
	} else {
		result = last_of_now(&asking, found, fault);
	}
	if (result)
		json_decref(found);
	else
		*out = found;
	return result;
}
