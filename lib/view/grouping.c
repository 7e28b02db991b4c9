/* A pure function of the tellings, whatever the order in which they came, and
 * a local one: what is told of a day depends on what is told of the quarters
 * around it and on nothing else, so that it can be kept up to date.
 *
 *   Events that give the day meet on that day. A vaguer date, up to a season,
 *   meets the one act that falls within it, days before narrower spans; where
 *   there are several it stays apart, with others of the same span. What is
 *   dated more vaguely than that stays apart always.
 *
 *   Events without a date join the act of the day of their report or of the
 *   CLOSE days before it, the nearest first, then the next day's (the night
 *   between two time zones), then a span around; else those reported within
 *   CLOSE days of the first of them, afresh with every quarter. Where there is
 *   neither date nor report, only a document's own events may be one act.
 *
 *   A document's own events are different acts: its coder has found them so.
 *   Where documents tell several of one day, each event goes with those of its
 *   kind (mode and CAMEO code), or else with the first that are free.
 *
 *   All that of one standing: done, planned, denied acts are several; but what
 *   a date places in the past needs no word that it is past. */
#include "grouping.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/edtf.h"
#include "chancery/error.h"

enum { CLOSE = 3, SEASON = 92, NO_PERIOD = 1 << 24, PERIODS_APART = 16 };

void chy_acts_fini(struct chy_acts *acts)
{
	free(acts->category);
	free(acts->sides);
	free(acts->tellings);
	free(acts->list);
	*acts = (struct chy_acts){.category = NULL};
}

uint8_t chy_standing_from(struct chy_str aux)
{
	static const char *const names[] = {"", "future", "historical", "hypothetical", "negation"};

	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
		if (chy_str_is(aux, names[i]))
			return (uint8_t)i;
	return CHY_STANDING_DONE;
}

static bool dated(const struct chy_telling *telling)
{
	return telling->first <= telling->last;
}

static int64_t width(const struct chy_telling *telling)
{
	return (int64_t)telling->last - telling->first;
}

static uint8_t standing(const struct chy_telling *telling)
{
	return dated(telling) && telling->standing == CHY_STANDING_HISTORICAL ? CHY_STANDING_DONE
									      : telling->standing;
}

static enum chy_anchor anchor_of(const struct chy_telling *telling)
{
	if (dated(telling))
		return telling->first == telling->last ? CHY_ANCHOR_DAY : CHY_ANCHOR_SPAN;
	return telling->reported == INT32_MIN ? CHY_ANCHOR_DOCUMENT : CHY_ANCHOR_REPORT;
}

int32_t chy_telling_period(const struct chy_telling *telling)
{
	struct chy_date date;

	if (anchor_of(telling) == CHY_ANCHOR_DOCUMENT)
		return NO_PERIOD + (int32_t)(telling->document >> 56) * PERIODS_APART;
	chy_day_to_date(dated(telling) ? telling->first : telling->reported, &date);
	return date.year * 4 + (date.month - 1) / 3;
}

/* -- order ------------------------------------------------------------------ */

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_origins(const struct chy_telling *a, const struct chy_telling *b)
{
	int order = COMPARE(a->reported, b->reported);

	if (!order)
		order = COMPARE(a->document, b->document);
	/* The place within the document before the number of the record, which
	 * tells of arrival. */
	if (!order)
		order = memcmp(a->key + 8, b->key + 8, CHY_EVENT_KEY - 8);
	return order ? order : memcmp(a->key, b->key, CHY_EVENT_KEY);
}

/* By standing; days, spans, reports; the narrowest and earliest first. */
static int in_order_of_work(const void *one, const void *other)
{
	const struct chy_telling *a = one, *b = other;
	int order = COMPARE(standing(a), standing(b));

	if (!order)
		order = COMPARE(anchor_of(a), anchor_of(b));
	if (!order && dated(a)) {
		order = COMPARE(width(a), width(b));
		if (!order)
			order = COMPARE(a->first, b->first);
	}
	return order ? order : compare_origins(a, b);
}

/* -- placing ---------------------------------------------------------------- */

struct maker {
	struct chy_act *acts;
	size_t count;
	size_t from; /* the first of this standing */
	size_t days; /* how many of these are of a day: the first ones */
	size_t spans; /* and of a span: those after them */
};

static size_t open_act(struct maker *maker, const struct chy_telling *telling)
{
	struct chy_act *act = &maker->acts[maker->count];

	*act = (struct chy_act){.anchor = anchor_of(telling),
		.standing = standing(telling),
		.period = chy_telling_period(telling)};
	if (act->anchor == CHY_ANCHOR_DOCUMENT) {
		act->document = telling->document;
	} else if (dated(telling)) {
		act->first = telling->first;
		act->last = telling->last;
	} else {
		act->first = act->last = telling->reported;
	}
	return maker->count++;
}

/* The first act of a day at or after one. */
static size_t day_from(const struct maker *maker, int64_t day)
{
	size_t low = maker->from, high = maker->from + maker->days;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (maker->acts[middle].first < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t place_day(struct maker *maker, const struct chy_telling *telling)
{
	if (maker->days && maker->acts[maker->count - 1].first == telling->first)
		return maker->count - 1;
	maker->days++;
	return open_act(maker, telling);
}

static size_t place_span(struct maker *maker, const struct chy_telling *telling)
{
	size_t end = maker->from + maker->days, day = day_from(maker, telling->first);
	size_t found = day, overlapping = 0;
	int32_t period = chy_telling_period(telling);
	bool joins = width(telling) < SEASON;

	for (; joins && day < end && maker->acts[day].first <= telling->last && overlapping < 2;
		day++)
		overlapping++;
	for (size_t i = end; i < maker->count; i++) {
		const struct chy_act *act = &maker->acts[i];

		if (act->first == telling->first && act->last == telling->last)
			return i;
		if (!joins || act->period != period || act->last < telling->first ||
			act->first > telling->last || (int64_t)act->last - act->first >= SEASON)
			continue;
		found = overlapping++ ? found : i;
	}
	if (joins && overlapping == 1)
		return found;
	maker->spans++;
	return open_act(maker, telling);
}

static bool day_is(const struct maker *maker, size_t at, int64_t day)
{
	return at < maker->from + maker->days && maker->acts[at].first == day;
}

static bool may_be_reported(const struct chy_act *span, int32_t reported)
{
	return (int64_t)span->last - span->first < SEASON && reported >= span->first &&
	       reported <= (int64_t)span->last + CLOSE;
}

/* Reports come in order, so that only the last act may hold another. */
static bool last_holds(const struct maker *maker, enum chy_anchor anchor)
{
	return maker->count > maker->from + maker->days + maker->spans &&
	       maker->acts[maker->count - 1].anchor == anchor;
}

static size_t place_report(struct maker *maker, const struct chy_telling *telling)
{
	int64_t reported = telling->reported;
	int32_t period = chy_telling_period(telling);
	size_t end = maker->from + maker->days, at;

	for (int64_t day = reported; day >= reported - CLOSE; day--) {
		at = day_from(maker, day);
		if (day_is(maker, at, day))
			return at;
	}
	at = day_from(maker, reported + 1);
	if (day_is(maker, at, reported + 1))
		return at;
	for (at = end; at < end + maker->spans; at++)
		if (may_be_reported(&maker->acts[at], telling->reported))
			return at;
	at = maker->count - 1;
	if (last_holds(maker, CHY_ANCHOR_REPORT) && maker->acts[at].period == period &&
		reported <= (int64_t)maker->acts[at].first + CLOSE)
		return at;
	return open_act(maker, telling);
}

static size_t place_document(struct maker *maker, const struct chy_telling *telling)
{
	if (last_holds(maker, CHY_ANCHOR_DOCUMENT) &&
		maker->acts[maker->count - 1].document == telling->document)
		return maker->count - 1;
	return open_act(maker, telling);
}

static size_t place(struct maker *maker, const struct chy_telling *telling)
{
	switch (anchor_of(telling)) {
	case CHY_ANCHOR_DAY:
		return place_day(maker, telling);
	case CHY_ANCHOR_SPAN:
		return place_span(maker, telling);
	case CHY_ANCHOR_REPORT:
		return place_report(maker, telling);
	default:
		return place_document(maker, telling);
	}
}

/* -- acts of what was placed ------------------------------------------------ */

struct placed {
	size_t act, order;
};

static int by_act(const void *one, const void *other)
{
	const struct placed *a = one, *b = other;
	int order = COMPARE(a->act, b->act);

	return order ? order : COMPARE(a->order, b->order);
}

/* The one that dates the act most narrowly; among these the surest. */
static size_t best_of(const struct chy_telling *list, size_t from, size_t count)
{
	size_t best = from;

	for (size_t i = from + 1; i < from + count; i++)
		if (dated(&list[i]) == dated(&list[best]) &&
			(!dated(&list[i]) || width(&list[i]) == width(&list[best])) &&
			list[i].confidence > list[best].confidence)
			best = i;
	return best;
}

/* -- several acts of one anchor ---------------------------------------------- */

enum { ORDINALS = 255 };

struct slot {
	uint32_t kind;
	uint64_t document; /* the last that is in it */
};

static size_t free_slot(
	const struct slot *slots, size_t n, const struct chy_telling *telling, bool same_kind)
{
	for (size_t i = 0; i < n; i++)
		if (slots[i].document != telling->document &&
			(!same_kind || slots[i].kind == telling->kind))
			return i;
	return n;
}

static size_t slot_for(struct slot *slots, size_t *count, const struct chy_telling *telling)
{
	size_t at = free_slot(slots, *count, telling, true);

	if (at == *count)
		at = free_slot(slots, *count, telling, false);
	if (at == *count && *count == ORDINALS)
		at = ORDINALS - 1;
	else if (at == *count)
		slots[(*count)++].kind = telling->kind;
	slots[at].document = telling->document;
	return at;
}

struct told {
	size_t at; /* in the list of what was placed */
	const struct chy_telling *telling;
};

static int by_origin(const void *one, const void *other)
{
	const struct told *a = one, *b = other;

	return compare_origins(a->telling, b->telling);
}

/* Parts what was placed at one anchor: [from, to) of the list. *count is of
 * the acts there are. */
static int part(struct chy_acts *acts, struct placed *placed, size_t from, size_t to, size_t *count)
{
	struct told *told = malloc((to - from) * sizeof(*told));
	struct slot slots[ORDINALS];
	size_t anchor = placed[from].act, slot_count = 0, first = *count;

	if (!told)
		return CHY_EMEM;
	for (size_t i = from; i < to; i++)
		told[i - from] = (struct told){i, &acts->tellings[placed[i].order]};
	qsort(told, to - from, sizeof(*told), by_origin);
	for (size_t i = 0; i < to - from; i++) {
		size_t slot = slot_for(slots, &slot_count, told[i].telling);

		if (slot && first + slot > *count) {
			acts->list[*count] = acts->list[anchor];
			acts->list[(*count)++].ordinal = (uint8_t)slot;
		}
		if (slot)
			placed[told[i].at].act = first + slot - 1;
	}
	free(told);
	return CHY_OK;
}

static int part_all(struct chy_acts *acts, struct placed *placed)
{
	size_t count = acts->act_count, to;
	int result = CHY_OK;

	qsort(placed, acts->count, sizeof(*placed), by_act);
	for (size_t from = 0; from < acts->count && !result; from = to) {
		for (to = from + 1; to < acts->count && placed[to].act == placed[from].act;)
			to++;
		if (to - from > 1)
			result = part(acts, placed, from, to, &count);
	}
	acts->act_count = count;
	return result;
}

/* Moves the tellings of one act together. */
static int gather(struct chy_acts *acts, struct placed *placed)
{
	struct chy_telling *ordered = malloc(acts->count * sizeof(*ordered));
	size_t at = 0;

	if (!ordered)
		return CHY_EMEM;
	qsort(placed, acts->count, sizeof(*placed), by_act);
	for (size_t i = 0; i < acts->count; i++)
		ordered[i] = acts->tellings[placed[i].order];
	free(acts->tellings);
	acts->tellings = ordered;
	acts->room = acts->count;
	for (size_t i = 0; i < acts->act_count; i++) {
		struct chy_act *act = &acts->list[i];

		act->from = at;
		while (at < acts->count && placed[at].act == i)
			at++;
		act->count = at - act->from;
		act->best = best_of(acts->tellings, act->from, act->count);
	}
	return CHY_OK;
}

int chy_acts_make(struct chy_acts *acts)
{
	struct maker maker = {.acts = NULL};
	struct placed *placed;
	int result;

	free(acts->list);
	acts->list = NULL;
	acts->act_count = 0;
	if (!acts->count)
		return CHY_OK;
	maker.acts = malloc(acts->count * sizeof(*maker.acts));
	placed = malloc(acts->count * sizeof(*placed));
	if (!maker.acts || !placed) {
		free(maker.acts);
		free(placed);
		return CHY_EMEM;
	}
	qsort(acts->tellings, acts->count, sizeof(*acts->tellings), in_order_of_work);
	for (size_t i = 0; i < acts->count; i++) {
		if (i && standing(&acts->tellings[i]) != standing(&acts->tellings[i - 1])) {
			maker.from = maker.count;
			maker.days = maker.spans = 0;
		}
		placed[i] = (struct placed){place(&maker, &acts->tellings[i]), i};
	}
	acts->list = maker.acts;
	acts->act_count = maker.count;
	result = part_all(acts, placed);
	if (!result)
		result = gather(acts, placed);
	free(placed);
	return result;
}
