/* Happenings: the events that tell one act. A pure function of the events that
 * it is given, whatever their order:
 *
 *   Two events may tell the same act when they are of one category, name the
 *   same sides, and have the same standing (told as done, as planned, denied).
 *   Sorted by day, those that follow within CLOSE days of one another are one
 *   happening, unless both give a date of their own and these exclude one
 *   another. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { CLOSE = 3 };

struct telling {
	char key[256]; /* category, standing, sides */
	int64_t day, first, last; /* bounds of its own date; first > last: none */
	json_t *event;
};

struct tellings {
	struct telling *list;
	size_t count, room;
};

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t add_side(char *out, size_t used, size_t size, const json_t *side)
{
	const char *codes[32];
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(side) && n < 32; i++) {
		const char *code =
			json_string_value(json_object_get(json_array_get(side, i), "code"));

		if (code)
			codes[n++] = code;
	}
	qsort(codes, n, sizeof(*codes), by_bytes);
	for (size_t i = 0; i < n && used < size; i++) {
		int more = snprintf(out + used, size - used, "%s%s", i ? "+" : "", codes[i]);

		used += more > 0 ? (size_t)more : 0;
	}
	return used < size ? used : size - 1;
}

static void set_key(struct telling *telling)
{
	const json_t *event = telling->event;
	const char *aux = json_string_value(json_object_get(event, "aux"));
	size_t used = (size_t)snprintf(telling->key, sizeof(telling->key), "%s/%s/",
		json_string_value(json_object_get(event, "event")), aux ? aux : "");

	used = add_side(telling->key, used, sizeof(telling->key), json_object_get(event, "actor"));
	if (used + 2 < sizeof(telling->key))
		telling->key[used++] = '>';
	telling->key[used] = '\0';
	add_side(telling->key, used, sizeof(telling->key), json_object_get(event, "recipient"));
}

static int take(void *user, json_t *event)
{
	struct tellings *all = user;
	struct telling *telling;
	struct chy_edtf date;

	if (all->count == all->room) {
		size_t room = all->room ? 2 * all->room : 64;
		void *more = realloc(all->list, room * sizeof(*all->list));

		if (!more)
			return CHY_EMEM;
		all->list = more;
		all->room = room;
	}
	telling = &all->list[all->count++];
	*telling = (struct telling){.event = json_incref(event), .first = 1, .last = 0};
	telling->day = chy_event_day(event, chy_json_str(event, "reported"));
	if (!chy_edtf_parse(chy_json_str(event, "date"), &date))
		chy_edtf_bounds(&date, &telling->first, &telling->last);
	set_key(telling);
	return CHY_OK;
}

static const char *id_of(const struct telling *telling)
{
	return json_string_value(json_object_get(telling->event, "id"));
}

/* Documents' hashes before records' numbers: the order of arrival is no part
 * of what a happening is. */
static int by_key_and_day(const void *a, const void *b)
{
	const struct telling *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	if (order)
		return order;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	order = strcmp(json_string_value(json_object_get(x->event, "document")),
		json_string_value(json_object_get(y->event, "document")));
	return order ? order : strcmp(id_of(x), id_of(y));
}

static bool excludes(const struct telling *a, const struct telling *b)
{
	if (a->first > a->last || b->first > b->last)
		return false;
	return a->last < b->first || b->last < a->first;
}

static bool same_happening(
	const struct telling *first, const struct telling *before, const struct telling *next)
{
	if (strcmp(first->key, next->key) != 0 || excludes(first, next))
		return false;
	if (before->day == INT64_MIN || next->day == INT64_MIN)
		return before->day == next->day &&
		       json_equal(json_object_get(before->event, "document"),
			       json_object_get(next->event, "document"));
	return next->day - before->day <= CLOSE;
}

/* -- one happening of several tellings ------------------------------------ */

static double confidence(const struct telling *telling)
{
	return json_number_value(json_object_get(telling->event, "confidence"));
}

static const struct telling *best_of(const struct telling *list, size_t n)
{
	const struct telling *best = &list[0];

	for (size_t i = 1; i < n; i++) {
		bool dated = list[i].first <= list[i].last, best_dated = best->first <= best->last;

		if (dated != best_dated ? dated : confidence(&list[i]) > confidence(best))
			best = &list[i];
	}
	return best;
}

static void add_once(json_t *array, json_t *value)
{
	for (size_t i = 0; i < json_array_size(array); i++)
		if (json_equal(json_array_get(array, i), value))
			return;
	json_array_append(array, value);
}

/* Named by what it is, not by when it was learned. */
static json_t *name_of(const struct telling *best)
{
	struct chy_buffer text;
	struct chy_hash hash;
	char hex[CHY_HASH_HEX], name[16];

	chy_buffer_init(&text);
	chy_buffer_printf(&text, "%s/%lld", best->key, (long long)best->day);
	chy_hash_of(text.data ? text.data : "", text.size, &hash);
	chy_buffer_fini(&text);
	chy_hash_to_hex(&hash, hex);
	snprintf(name, sizeof(name), "H%.10s", hex);
	return json_string(name);
}

static json_t *happening_of(const struct telling *list, size_t n)
{
	static const char *const members[] = {"event", "mode", "actor", "recipient", "date", "due",
		"aux", "score", "dispute", "place", "sentence", "title", "reported"};
	const struct telling *best = best_of(list, n);
	json_t *out = json_object(), *documents = json_array(), *sources = json_array();
	json_t *events = json_array(), *disputes = json_array();

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_set(out, members[i], json_object_get(best->event, members[i]));
	for (size_t i = 0; i < n; i++) {
		json_t *source = json_object_get(list[i].event, "source");
		json_t *each;
		size_t j;

		add_once(documents, json_object_get(list[i].event, "document"));
		json_array_append(events, json_object_get(list[i].event, "id"));
		if (json_is_string(source))
			add_once(sources, source);
		json_array_foreach(json_object_get(list[i].event, "dispute"), j, each)
			add_once(disputes, each);
	}
	json_object_set_new(out, "happening", name_of(best));
	json_object_set_new(out, "day", json_integer((json_int_t)best->day));
	json_object_set_new(out, "reports", json_integer((json_int_t)json_array_size(documents)));
	json_object_set_new(out, "best", json_string(id_of(best)));
	json_object_set_new(out, "sources", sources);
	json_object_set_new(out, "dispute", disputes);
	json_object_set_new(out, "events", events);
	json_decref(documents);
	return out;
}

static int by_day(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	json_int_t m = json_integer_value(json_object_get(x, "day"));
	json_int_t n = json_integer_value(json_object_get(y, "day"));

	if (m != n)
		return m < n ? -1 : 1;
	return strcmp(json_string_value(json_object_get(x, "happening")),
		json_string_value(json_object_get(y, "happening")));
}

static json_t *in_order_of_day(json_t *array)
{
	size_t n = json_array_size(array);
	json_t **list = malloc((n + 1) * sizeof(*list)), *out = json_array();

	for (size_t i = 0; list && i < n; i++)
		list[i] = json_array_get(array, i);
	if (list)
		qsort(list, n, sizeof(*list), by_day);
	for (size_t i = 0; list && i < n; i++)
		json_array_append(out, list[i]);
	free(list);
	json_decref(array);
	return out;
}

int chy_view_happenings(struct chy_view *view, const struct chy_event_filter *filter, json_t **out,
	struct chy_fault *fault)
{
	struct chy_event_filter unlimited = *filter;
	struct tellings all = {0};
	json_t *array;
	int result;

	unlimited.limit = 0;
	result = chy_view_events(view, &unlimited, take, &all, fault);
	if (!result) {
		if (all.count)
			qsort(all.list, all.count, sizeof(*all.list), by_key_and_day);
		array = json_array();
		for (size_t i = 0, n; i < all.count; i += n) {
			for (n = 1; i + n < all.count &&
				    same_happening(
					    &all.list[i], &all.list[i + n - 1], &all.list[i + n]);
				n++)
				;
			json_array_append_new(array, happening_of(&all.list[i], n));
		}
		*out = in_order_of_day(array);
	}
	for (size_t i = 0; i < all.count; i++)
		json_decref(all.list[i].event);
	free(all.list);
	return result;
}

double chy_temperature(const json_t *happenings, int64_t day)
{
	double sum = 0;

	for (size_t i = 0; i < json_array_size(happenings); i++) {
		const json_t *h = json_array_get(happenings, i);
		json_int_t at = json_integer_value(json_object_get(h, "day"));
		const char *aux = json_string_value(json_object_get(h, "aux"));

		/* What did not happen, or may, warms and cools nothing. */
		if (at == INT64_MIN || at > day ||
			(aux && (strcmp(aux, "negation") == 0 || strcmp(aux, "hypothetical") == 0)))
			continue;
		sum -= json_number_value(json_object_get(h, "score")) *
		       pow(0.5, (double)(day - at) / CHY_HALF_LIFE);
	}
	return sum;
}
