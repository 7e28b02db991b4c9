/* Happenings: the acts that events tell, made when they are asked for. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grouping.h"
#include "internal.h"

struct tellings {
	struct chy_telling *list;
	size_t count, room;
};

static int take(void *user, json_t *event)
{
	struct tellings *all = user;

	if (all->count == all->room) {
		size_t room = all->room ? 2 * all->room : 64;
		void *more = realloc(all->list, room * sizeof(*all->list));

		if (!more)
			return CHY_EMEM;
		all->list = more;
		all->room = room;
	}
	chy_telling_init(&all->list[all->count++], event);
	return CHY_OK;
}

static void tellings_fini(struct tellings *all)
{
	for (size_t i = 0; i < all->count; i++)
		chy_telling_fini(&all->list[i]);
	free(all->list);
}

/* -- one happening of several tellings ------------------------------------ */

static bool dated(const struct chy_telling *telling)
{
	return telling->first <= telling->last;
}

static int64_t width(const struct chy_telling *telling)
{
	return telling->last - telling->first;
}

static double confidence(const struct chy_telling *telling)
{
	return json_number_value(json_object_get(telling->event, "confidence"));
}

static int64_t day_of(const struct chy_telling *first)
{
	return dated(first) ? first->first : first->reported;
}

/* The one that dates the act most narrowly; among these the surest. */
static const struct chy_telling *best_of(const struct chy_telling *list, size_t n)
{
	const struct chy_telling *best = &list[0];

	for (size_t i = 1; i < n; i++)
		if (dated(&list[i]) == dated(best) &&
			(!dated(best) || width(&list[i]) == width(best)) &&
			confidence(&list[i]) > confidence(best))
			best = &list[i];
	return best;
}

static void add_once(json_t *array, json_t *value)
{
	for (size_t i = 0; i < json_array_size(array); i++)
		if (json_equal(json_array_get(array, i), value))
			return;
	json_array_append(array, value);
}

/* Named by what it is, not by when it was learned: what is told, and the day;
 * where neither date nor report gives one, the document. */
static json_t *name_of(const struct chy_telling *first)
{
	const char *date = json_string_value(json_object_get(first->event, "date"));
	struct chy_buffer text;
	struct chy_hash hash;
	char hex[CHY_HASH_HEX], name[16];

	chy_buffer_init(&text);
	chy_buffer_printf(&text, "%s/", first->key);
	if (dated(first))
		chy_buffer_printf(&text, "%s", date);
	else if (first->reported != INT64_MIN)
		chy_buffer_printf(&text, "reported %lld", (long long)first->reported);
	else
		chy_buffer_printf(
			&text, "%s", json_string_value(json_object_get(first->event, "document")));
	chy_hash_of(text.data ? text.data : "", text.size, &hash);
	chy_buffer_fini(&text);
	chy_hash_to_hex(&hash, hex);
	snprintf(name, sizeof(name), "H%.10s", hex);
	return json_string(name);
}

static json_t *happening_of(const struct chy_telling *list, size_t n)
{
	static const char *const members[] = {"event", "mode", "actor", "recipient", "date", "due",
		"aux", "score", "dispute", "place", "sentence", "title", "document", "reported"};
	const struct chy_telling *best = best_of(list, n);
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
	json_object_set_new(out, "happening", name_of(&list[0]));
	json_object_set_new(out, "day",
		day_of(list) == INT64_MIN ? json_null() : json_integer((json_int_t)day_of(list)));
	json_object_set_new(out, "reports", json_integer((json_int_t)json_array_size(documents)));
	json_object_set_new(out, "best", json_incref(json_object_get(best->event, "id")));
	json_object_set_new(out, "sources", sources);
	json_object_set_new(out, "dispute", disputes);
	json_object_set_new(out, "events", events);
	json_decref(documents);
	return out;
}

/* -- all of them, in order ------------------------------------------------- */

struct happening {
	int64_t day;
	const struct chy_telling *list, *earliest; /* earliest: as reported */
	size_t count;
};

static int by_day(const void *a, const void *b)
{
	const struct happening *x = a, *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return chy_compare_reports(x->earliest, y->earliest);
}

static void set_happening(
	struct happening *happening, const struct chy_telling *list, const struct chy_telling *end)
{
	*happening = (struct happening){.day = day_of(list), .list = list, .earliest = list};
	while (list + happening->count < end && list[happening->count].group == list->group) {
		const struct chy_telling *one = &list[happening->count++];

		if (chy_compare_reports(one, happening->earliest) < 0)
			happening->earliest = one;
	}
}

static json_t *happenings_of(const struct tellings *all)
{
	const struct chy_telling *end = all->list + all->count;
	struct happening *list = malloc((all->count + 1) * sizeof(*list));
	json_t *array = json_array();
	size_t n = 0;

	for (size_t i = 0; list && i < all->count; i += list[n++].count)
		set_happening(&list[n], &all->list[i], end);
	if (n)
		qsort(list, n, sizeof(*list), by_day);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(array, happening_of(list[i].list, list[i].count));
	free(list);
	return array;
}

int chy_view_happenings(struct chy_view *view, const struct chy_event_filter *filter, json_t **out,
	struct chy_fault *fault)
{
	struct chy_event_filter unlimited = *filter;
	struct tellings all = {0};
	int result;

	unlimited.limit = 0;
	result = chy_view_events(view, &unlimited, take, &all, fault);
	if (!result) {
		result = chy_group_tellings(all.list, all.count);
		if (result)
			chy_fault_set(fault, result, view->path, 0, NULL);
	}
	if (!result)
		*out = happenings_of(&all);
	tellings_fini(&all);
	return result;
}

double chy_temperature(const json_t *happenings, int64_t day)
{
	double sum = 0;

	for (size_t i = 0; i < json_array_size(happenings); i++) {
		const json_t *h = json_array_get(happenings, i);
		const json_t *told = json_object_get(h, "day");
		json_int_t at = json_integer_value(told);
		const char *aux = json_string_value(json_object_get(h, "aux"));

		/* What did not happen, or may, warms and cools nothing. */
		if (!json_is_integer(told) || at > day ||
			(aux && (strcmp(aux, "negation") == 0 || strcmp(aux, "hypothetical") == 0)))
			continue;
		sum -= json_number_value(json_object_get(h, "score")) *
		       pow(0.5, (double)(day - at) / CHY_HALF_LIFE);
	}
	return sum;
}
