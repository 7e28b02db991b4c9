/* Promises, and what became of them. Those of now are read from the index of
 * promises; those of an earlier moment are judged anew (promise_then.c). */
#include <stdlib.h>
#include <string.h>

#include "promise.h"

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
		if (chy_promise_letter(state) == letter &&
			chy_state_is_asked(asking->filter, state))
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

/* The keys of the acts of what an act renews. */
static int find_renewed(struct asking *asking, struct chy_str act, struct chy_buffer *out)
{
	unsigned char bytes[1 + CHY_ACT_KEY];
	struct chy_str start = {(const char *)bytes, sizeof(bytes)}, key, value;
	struct chy_store_cursor *cursor;
	int result = chy_store_cursor_open(asking->txn, CHY_VIEW_PROMISES, &cursor);

	if (result)
		return result;
	bytes[0] = 'r';
	memcpy(bytes + 1, act.data, CHY_ACT_KEY);
	result = chy_store_seek(cursor, start, &key, &value);
	while (result == CHY_OK && key.size == start.size + CHY_ACT_KEY &&
		memcmp(key.data, start.data, start.size) == 0) {
		chy_buffer_add(out, key.data + start.size, CHY_ACT_KEY);
		result = chy_store_next(cursor, &key, &value);
	}
	chy_store_cursor_close(cursor);
	return result < 0 ? result : out->failed ? CHY_EMEM : CHY_OK;
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
	const struct chy_promise_acts acts = {asking->txn, NULL, 0};
	struct chy_promise promise;
	struct chy_act_row decoded;
	struct chy_buffer renews;
	int result;

	if (!chy_act_decode(row, &decoded))
		return CHY_EDAMAGED;
	chy_buffer_init(&renews);
	result = read_promise(asking, act, &decoded, &promise);
	if (!result)
		result = find_renewed(asking, act, &renews);
	if (!result)
		result = chy_promise_shown(&acts, act, &promise, state,
			(struct chy_str){renews.data, renews.size}, out);
	chy_buffer_fini(&renews);
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
	if (facts.made > asking->on || !chy_state_is_asked(asking->filter, state) ||
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

static int walk_all(struct asking *asking)
{
	struct course *course;
	int result = CHY_OK;

	if (asking->filter->category.size)
		result = chy_name_known(asking->txn, asking->filter->category, &asking->category);
	if (result)
		return result == CHY_NOT_FOUND ? CHY_OK : result;
	result = begin_all(asking);
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
	one_way.forwards = chy_soonest_first(asking->filter);
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

/* -- those of either ------------------------------------------------------------------- */

/* Whether what was known at the filter's record may be less than what is known. */
static int is_then(struct asking *asking, bool *out, struct chy_fault *fault)
{
	uint64_t last = 0;
	int result = asking->filter->as_of ? chy_view_position(asking->view, &last, fault) : CHY_OK;

	*out = asking->filter->as_of < last;
	return result;
}

static int answer_of_then(struct asking *asking)
{
	struct chy_promises_then asked = {asking->txn, asking->view->rules, asking->filter,
		asking->on, asking->counts, asking->most, asking->visit, asking->user, 0};
	int result = chy_promises_of_then(&asked);

	asking->ended = asked.ended;
	return result > 0 ? CHY_EDAMAGED : result;
}

static int answer(struct asking *asking, int (*answerer)(struct asking *), struct chy_fault *fault)
{
	int result = chy_view_read(asking->view, &asking->txn, fault);

	if (result)
		return result;
	result = answerer(asking);
	chy_view_read_end(asking->view, asking->txn);
	if (!result && asking->ended < 0)
		result = asking->ended;
	if (result)
		return chy_fault_set(fault, result, asking->view->path, 0, NULL);
	return asking->ended;
}

int chy_view_each_commitment(struct chy_view *view, const struct chy_event_filter *filter,
	int64_t on, chy_happening_visit *visit, void *user, struct chy_fault *fault)
{
	struct asking asking = {.view = view,
		.filter = filter,
		.on = chy_day32(on),
		.forwards = true,
		.visit = visit,
		.user = user};
	bool then;
	int result = is_then(&asking, &then, fault);

	if (result)
		return result;
	return answer(&asking, then ? answer_of_then : filter->limit ? walk_some : walk_all, fault);
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

/* The walk of now goes backwards; what it gathers is put in order. */
static json_t *turned(json_t *list)
{
	json_t *out = json_array();

	for (size_t i = json_array_size(list); i-- > 0;)
		json_array_append(out, json_array_get(list, i));
	json_decref(list);
	return out;
}

int chy_view_last_commitments(struct chy_view *view, const struct chy_event_filter *filter,
	int64_t on, size_t most, json_t **out, uint64_t counts[CHY_PROMISE_STATES],
	struct chy_fault *fault)
{
	json_t *found = json_array();
	struct asking asking = {.view = view,
		.filter = filter,
		.on = chy_day32(on),
		.counts = counts,
		.most = most,
		.visit = append,
		.user = found};
	bool then;
	int result = is_then(&asking, &then, fault);

	memset(counts, 0, CHY_PROMISE_STATES * sizeof(*counts));
	if (!result)
		result = answer(&asking, then ? answer_of_then : walk_all, fault);
	if (result)
		json_decref(found);
	else
		*out = then ? found : turned(found);
	return result;
}
