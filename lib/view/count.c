/* Events counted by category, month or pair. */
#include <stdio.h>
#include <string.h>

#include "internal.h"

struct count {
	struct chy_store_txn *txn;
	enum chy_count_by by;
	json_t *table; /* key → number */
};

static void add(json_t *table, const char *key, json_int_t n)
{
	json_t *there = json_object_get(table, key);

	if (there)
		json_integer_set(there, json_integer_value(there) + n);
	else
		json_object_set_new(table, key, json_integer(n));
}

static const char *month_of(int32_t day, char out[16])
{
	struct chy_date date;

	if (day == INT32_MIN)
		return "unknown";
	chy_day_to_date(day, &date);
	snprintf(out, 16, "%04d-%02d", date.year, date.month);
	return out;
}

/* -- out of the sums ----------------------------------------------------------- */

static int add_category_sum(void *user, int32_t year, const struct chy_tally_cell *cell)
{
	struct count *count = user;
	char key[128];
	struct chy_str text;
	int result;

	(void)year;
	if (!cell->events)
		return CHY_OK;
	result = chy_name_text(count->txn, cell->category, &text);
	snprintf(key, sizeof(key), "%.*s", (int)text.size, text.data);
	if (!result)
		add(count->table, key, cell->events);
	return result;
}

static int add_month_sum(void *user, int32_t year, const struct chy_tally_cell *cell)
{
	struct count *count = user;
	uint32_t month = cell->category;
	char key[32] = "unknown";

	(void)year;
	if (!cell->events)
		return CHY_OK;
	if (month)
		snprintf(key, sizeof(key), "%04d-%02d", (int)((month - 1) / 12) - (1 << 15),
			(int)((month - 1) % 12) + 1);
	add(count->table, key, cell->events);
	return CHY_OK;
}

static int sum_events(void *user, int32_t year, const struct chy_tally_cell *cell)
{
	(void)year;
	*(json_int_t *)user += cell->events;
	return CHY_OK;
}

/* The sums of pairs stand beside one another. */
static int count_pairs(struct count *count)
{
	struct chy_store_cursor *cursor;
	struct chy_str key, value;
	char pair[320];
	int result = chy_store_cursor_open(count->txn, CHY_VIEW_TALLY, &cursor);

	if (result)
		return result;
	result = chy_store_seek(cursor, CHY_STR("tp"), &key, &value);
	while (result == CHY_OK && key.size > 5 && memcmp(key.data, "tp", 2) == 0) {
		json_int_t events = 0;

		snprintf(pair, sizeof(pair), "%.*s", (int)(key.size - 5), key.data + 2);
		result = chy_unseal(key, value, &value);
		if (!result)
			result = chy_tally_walk_row(value, sum_events, &events);
		if (events)
			add(count->table, pair, events);
		if (!result)
			result = chy_store_next(cursor, &key, &value);
	}
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}

/* Of all, a dispute or a pair. */
static int count_sums(struct count *count, struct chy_str what)
{
	bool by_month = count->by == CHY_COUNT_BY_MONTH;
	char text[320];

	if (count->by == CHY_COUNT_BY_PAIR)
		return count_pairs(count);
	text[0] = by_month ? 'm' : 't';
	memcpy(text + 1, what.data, what.size);
	text[1] = text[1] == 'd' ? 'e' : text[1];
	return chy_tally_walk(count->txn, (struct chy_str){text, what.size + 1},
		by_month ? add_month_sum : add_category_sum, count);
}

/* -- out of the events ----------------------------------------------------------- */

static int add_pair(void *user, struct chy_str what)
{
	char key[320];

	if (what.data[0] == 'p') {
		snprintf(key, sizeof(key), "%.*s", (int)what.size - 1, what.data + 1);
		add(user, key, 1);
	}
	return CHY_OK;
}

static void add_category(json_t *table, struct chy_str category)
{
	char key[64];

	snprintf(key, sizeof(key), "%.*s", (int)category.size, category.data);
	add(table, key, 1);
}

static int add_event(void *user, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_event_head *head, const struct chy_value *event)
{
	struct count *count = user;
	struct chy_buffer sides;
	char month[16];
	int result = CHY_OK;

	(void)key;
	switch (count->by) {
	case CHY_COUNT_BY_MONTH:
		add(count->table, month_of(head->day, month), 1);
		break;
	case CHY_COUNT_BY_PAIR:
		chy_buffer_init(&sides);
		chy_write_sides(&sides, event);
		result = sides.failed ? CHY_EMEM
				      : chy_each_what((struct chy_str){sides.data, sides.size},
						NULL, 0, add_pair, count->table);
		chy_buffer_fini(&sides);
		break;
	default:
		add_category(count->table, chy_value_str(event, "event"));
	}
	return result;
}

/* -- either ----------------------------------------------------------------------- */

/* Whether the tally tells what a filter asks for. */
static bool tallied(const struct chy_event_filter *f, enum chy_count_by by)
{
	bool one = !f->dispute.size || !f->between[0].size;

	return one && (by != CHY_COUNT_BY_PAIR || (!f->dispute.size && !f->between[0].size)) &&
	       !f->as_of && !f->limit && !f->actor.size && !f->recipient.size &&
	       !f->category.size && !f->place.size && !f->language.size && !f->source.size &&
	       !f->aux.size && !f->document.size && !f->with_due && f->min_confidence <= 0 &&
	       f->first_day == INT64_MIN && f->last_day == INT64_MAX &&
	       !(f->between[0].size && chy_str_equal(f->between[0], f->between[1]));
}

int chy_view_count_events(struct chy_view *view, const struct chy_event_filter *filter,
	enum chy_count_by by, json_t **out, struct chy_fault *fault)
{
	struct count count = {.by = by, .table = json_object()};
	char what[300];
	size_t n = chy_what_for(filter, what, sizeof(what));
	int result = chy_store_begin(view->store, false, &count.txn, fault);

	if (result) {
		json_decref(count.table);
		return result;
	}
	if (!tallied(filter, by))
		result = chy_each_event(count.txn, filter, add_event, &count);
	else
		result = count_sums(&count, (struct chy_str){what, n});
	chy_store_abort(count.txn);
	if (result) {
		json_decref(count.table);
		return chy_fault_set(fault, result, view->path, 0, NULL);
	}
	*out = count.table;
	return CHY_OK;
}
