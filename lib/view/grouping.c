/* A pure function of the events, whatever the order in which they came.
 *
 *   Two events may tell the same act when they are of one category, name the
 *   same sides and have the same standing (done, planned, denied). Who meets
 *   whom is told from either side: for consultations the sides are one set.
 *
 *   Events that give their own date, narrowest first, meet where their dates
 *   overlap; one so vague that it overlaps several acts stays apart. Events
 *   without a date join the act nearest before their report, CLOSE days away
 *   at most, or else those reported within CLOSE days of the first of them.
 *   Where there is neither date nor report, only a document's own events may
 *   be one act. */
#include "grouping.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/edtf.h"

enum { CLOSE = 3 };

static bool dated(const struct chy_telling *telling)
{
	return telling->first <= telling->last;
}

static const char *text_of(const struct chy_telling *telling, const char *key)
{
	const char *text = json_string_value(json_object_get(telling->event, key));

	return text ? text : "";
}

/* -- what makes two tellings comparable ----------------------------------- */

enum { SIDES = 32 };

static size_t add_codes(const json_t *side, const char **codes, size_t n)
{
	for (size_t i = 0; i < json_array_size(side) && n < SIDES; i++) {
		const char *code =
			json_string_value(json_object_get(json_array_get(side, i), "code"));

		if (code)
			codes[n++] = code;
	}
	return n;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_side(char *out, size_t size, const char **codes, size_t n)
{
	size_t used = strlen(out);

	qsort(codes, n, sizeof(*codes), by_bytes);
	for (size_t i = 0; i < n && used < size; i++)
		if (!i || strcmp(codes[i], codes[i - 1]) != 0)
			used += (size_t)snprintf(out + used, size - used, "+%s", codes[i]);
}

static void set_key(struct chy_telling *telling)
{
	const char *category = text_of(telling, "event"), *aux = text_of(telling, "aux");
	const char *codes[SIDES];
	size_t size = sizeof(telling->key), used, n;

	/* What a date places in the past needs no word that it is past. */
	if (dated(telling) && strcmp(aux, "historical") == 0)
		aux = "";
	snprintf(telling->key, size, "%s/%s/", category, aux);
	n = add_codes(json_object_get(telling->event, "actor"), codes, 0);
	if (strcmp(category, "CONSULT") != 0) {
		add_side(telling->key, size - 2, codes, n);
		used = strlen(telling->key);
		snprintf(telling->key + used, size - used, ">");
		n = 0;
	}
	n = add_codes(json_object_get(telling->event, "recipient"), codes, n);
	add_side(telling->key, size, codes, n);
}

static bool bounds_of(const char *text, int64_t *out_first, int64_t *out_last)
{
	struct chy_edtf date;

	if (chy_edtf_parse(chy_str_from(text), &date))
		return false;
	chy_edtf_bounds(&date, out_first, out_last);
	return *out_first != INT64_MIN;
}

void chy_telling_init(struct chy_telling *telling, json_t *event)
{
	int64_t last;

	*telling = (struct chy_telling){.first = 1, .last = 0, .event = json_incref(event)};
	if (!bounds_of(text_of(telling, "date"), &telling->first, &telling->last)) {
		telling->first = 1;
		telling->last = 0;
	}
	if (!bounds_of(text_of(telling, "reported"), &telling->reported, &last))
		telling->reported = INT64_MIN;
	set_key(telling);
}

void chy_telling_fini(struct chy_telling *telling)
{
	json_decref(telling->event);
}

/* -- order ---------------------------------------------------------------- */

static int compare_days(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Ids hold the number of a record, which tells of arrival: they part only
 * events of one document, all of whose events came with one record. */
static int compare_origins(const struct chy_telling *a, const struct chy_telling *b)
{
	int order = strcmp(text_of(a, "document"), text_of(b, "document"));
	const char *x = strchr(text_of(a, "id"), '.'), *y = strchr(text_of(b, "id"), '.');

	return order ? order
		     : compare_days(
			       x ? strtoll(x + 1, NULL, 10) : 0, y ? strtoll(y + 1, NULL, 10) : 0);
}

int chy_compare_reports(const struct chy_telling *a, const struct chy_telling *b)
{
	int order = compare_days(a->reported, b->reported);

	return order ? order : compare_origins(a, b);
}

/* By key; then the dated, narrowest and earliest first; then by report. */
static int in_order_of_work(const void *a, const void *b)
{
	const struct chy_telling *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	if (!order && dated(x) != dated(y))
		return dated(x) ? -1 : 1;
	if (!order && dated(x)) {
		uint64_t wide = (uint64_t)x->last - (uint64_t)x->first;
		uint64_t wider = (uint64_t)y->last - (uint64_t)y->first;

		order = (wide > wider) - (wide < wider);
		if (!order)
			order = compare_days(x->first, y->first);
	}
	return order ? order : chy_compare_reports(x, y);
}

static int in_order_of_group(const void *a, const void *b)
{
	const struct chy_telling *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return in_order_of_work(a, b);
}

/* -- acts ----------------------------------------------------------------- */

/* The acts of one key. */
struct key_groups {
	const struct chy_telling **acts; /* the telling that dates each */
	size_t count, base; /* base: the number of the first */
};

static size_t open_act(struct key_groups *groups, const struct chy_telling *telling)
{
	groups->acts[groups->count] = telling;
	return groups->base + groups->count++;
}

static size_t place_dated(struct key_groups *groups, const struct chy_telling *telling)
{
	size_t found = 0, overlapping = 0;

	for (size_t i = 0; i < groups->count; i++) {
		const struct chy_telling *act = groups->acts[i];

		if (act->first == telling->first && act->last == telling->last)
			return groups->base + i;
		if (act->last >= telling->first && act->first <= telling->last) {
			found = i;
			overlapping++;
		}
	}
	return overlapping == 1 ? groups->base + found : open_act(groups, telling);
}

/* Days from an act to a report of it; INT64_MAX where it can't be one. A day
 * ahead is the night between two time zones. */
static int64_t distance(const struct chy_telling *act, const struct chy_telling *report)
{
	int64_t first = dated(act) ? act->first - 1 : act->reported;
	int64_t last = dated(act) ? act->last : act->reported;

	if (!dated(act) && act->reported == INT64_MIN)
		return strcmp(text_of(act, "document"), text_of(report, "document")) == 0 &&
				       report->reported == INT64_MIN
			       ? 0
			       : INT64_MAX;
	if (report->reported == INT64_MIN || report->reported < first ||
		report->reported - CLOSE > last)
		return INT64_MAX;
	return report->reported > last ? report->reported - last : 0;
}

static size_t place_undated(struct key_groups *groups, const struct chy_telling *telling)
{
	int64_t nearest = INT64_MAX;
	size_t found = 0;

	for (size_t i = 0; i < groups->count; i++) {
		int64_t days = distance(groups->acts[i], telling);

		if (days < nearest) {
			nearest = days;
			found = i;
		}
	}
	return nearest < INT64_MAX ? groups->base + found : open_act(groups, telling);
}

int chy_group_tellings(struct chy_telling *tellings, size_t count)
{
	struct key_groups groups = {0};

	if (!count)
		return CHY_OK;
	groups.acts = malloc(count * sizeof(*groups.acts));
	if (!groups.acts)
		return CHY_EMEM;
	qsort(tellings, count, sizeof(*tellings), in_order_of_work);
	for (size_t i = 0; i < count; i++) {
		struct chy_telling *telling = &tellings[i];

		if (i && strcmp(telling->key, tellings[i - 1].key) != 0) {
			groups.base += groups.count;
			groups.count = 0;
		}
		telling->group = dated(telling) ? place_dated(&groups, telling)
						: place_undated(&groups, telling);
	}
	free(groups.acts);
	qsort(tellings, count, sizeof(*tellings), in_order_of_group);
	return CHY_OK;
}
