/* Promises of an earlier moment, judged anew among the acts that were known
 * then (known.c), by the rules of settle.c. Only what is asked for is made an
 * answer of. */
#include <stdlib.h>
#include <string.h>

#include "known.h"

/* An act under a what. */
struct entry {
	uint32_t what;
	int32_t day;
	const struct chy_known_act *act;
};

struct judging {
	struct chy_promises_then *asked;
	struct chy_known known;
	struct chy_list entries;
};

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* -- in order ------------------------------------------------------------------------------ */

struct entering {
	struct judging *judging;
	const struct chy_known_group *group;
};

static int enter(void *user, struct chy_str what)
{
	const struct entering *entering = user;
	const struct chy_known_group *group = entering->group;
	const struct chy_known_act *act =
		(const struct chy_known_act *)entering->judging->known.acts.items + group->first;
	size_t number = chy_known_number(&entering->judging->known, what);

	for (size_t i = 0; i < group->count && number != SIZE_MAX; i++) {
		struct entry *entry = chy_list_add(&entering->judging->entries, sizeof(*entry));

		if (!entry)
			return CHY_EMEM;
		*entry = (struct entry){(uint32_t)number, act[i].day, &act[i]};
	}
	return CHY_OK;
}

static int compare_entries(const void *one, const void *other)
{
	const struct entry *a = one, *b = other;

	return a->what != b->what ? COMPARE(a->what, b->what) : COMPARE(a->day, b->day);
}

/* Those of one kind together, as they were made. */
static int compare_promises(const void *one, const void *other)
{
	const struct chy_known_promise *a = one, *b = other;

	if (a->group->number != b->group->number)
		return COMPARE(a->group->number, b->group->number);
	if (a->promise.kind != b->promise.kind)
		return COMPARE(a->promise.kind, b->promise.kind);
	return COMPARE(a->promise.made, b->promise.made);
}

static int put_in_order(struct judging *judging)
{
	const struct chy_known *known = &judging->known;
	struct chy_known_group *const *groups = known->groups.items;
	int result = CHY_OK;

	for (size_t i = 0; i < known->groups.count && !result; i++) {
		struct entering entering = {judging, groups[i]};

		if (groups[i]->count)
			result = chy_each_what(groups[i]->sides, NULL, 0, enter, &entering);
	}
	if (judging->entries.count)
		qsort(judging->entries.items, judging->entries.count, sizeof(struct entry),
			compare_entries);
	if (known->promises.count)
		qsort(known->promises.items, known->promises.count,
			sizeof(struct chy_known_promise), compare_promises);
	return result;
}

/* -- judging ------------------------------------------------------------------------------- */

/* The first act of a what later than a day. */
static size_t first_after(const struct judging *judging, size_t what, int32_t day)
{
	const struct entry *entries = judging->entries.items;
	size_t low = 0, high = judging->entries.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (entries[middle].what < what ||
			(entries[middle].what == what && entries[middle].day <= day))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void weigh(const struct chy_known_promise *one, const struct chy_way *ways,
	const struct chy_known_act *act)
{
	char key[CHY_ACT_KEY];

	for (size_t i = 0; i < CHY_WAY_RENEWED; i++) {
		if (!chy_way_takes(&ways[i], act->day, act->group->category, act->kind) ||
			(ways[i].own && !chy_sides_meet(one->group->sides, act->group->sides)))
			continue;
		memcpy(key, act->group->hash, CHY_CELL_HASH);
		memcpy(key + CHY_CELL_HASH, act->tail, sizeof(act->tail));
		chy_outcome_take(ways[i].outcome, act->day, key);
	}
}

/* Until it is kept: what comes later changes nothing. */
static void weigh_acts(
	const struct judging *judging, struct chy_known_promise *one, const struct chy_way *ways)
{
	const struct entry *entries = judging->entries.items;
	const struct chy_promise *p = &one->promise;
	size_t what = one->group->number;

	for (size_t i = first_after(judging, what, p->made); i < judging->entries.count; i++) {
		if (entries[i].what != what || entries[i].day > ways[0].last ||
			entries[i].day > p->kept.day)
			break;
		weigh(one, ways, entries[i].act);
	}
}

static bool of_one_kind(const struct chy_known_promise *one, const struct chy_known_promise *other)
{
	return one->group->number == other->group->number &&
	       one->promise.kind == other->promise.kind;
}

static void weigh_promises(
	const struct judging *judging, struct chy_known_promise *one, const struct chy_way *way)
{
	const struct chy_known_promise *all = judging->known.promises.items,
				       *end = all + judging->known.promises.count;

	for (const struct chy_known_promise *other = one + 1;
		other < end && of_one_kind(one, other); other++) {
		const struct chy_promise *p = &other->promise;

		if (p->made > way->last || p->made > way->outcome->day)
			break;
		if (p->made >= way->first && p->last >= one->promise.last)
			chy_outcome_take(way->outcome, p->made, (const char *)other->key);
	}
}

static void judge(const struct judging *judging, struct chy_known_promise *one)
{
	struct chy_way ways[CHY_WAYS];
	struct chy_settled settled;

	if (one->group->number != SIZE_MAX) {
		chy_promise_ways(&judging->known.numbered, &one->promise, one->group->what, ways);
		weigh_acts(judging, one, ways);
		weigh_promises(judging, one, &ways[CHY_WAY_RENEWED]);
		chy_promise_settle(&one->promise);
	}
	settled = chy_promise_settled(&one->promise);
	one->state = chy_state_on(&settled, one->promise.last, judging->asked->on);
}

/* -- answering ------------------------------------------------------------------------------- */

static int compare_terms(const void *one, const void *other)
{
	const struct chy_known_promise *a = *(const struct chy_known_promise *const *)one;
	const struct chy_known_promise *b = *(const struct chy_known_promise *const *)other;
	int order = COMPARE(a->promise.last, b->promise.last);

	if (!order)
		order = memcmp(a->order, b->order, CHY_ACT_ORDER);
	return order ? order : memcmp(a->key, b->key, CHY_ACT_KEY);
}

/* Those of the states that are asked for, in order of the last days of their
 * terms. */
static int select_promises(struct judging *judging, struct chy_list *out)
{
	struct chy_known_promise *all = judging->known.promises.items;
	const struct chy_promises_then *asked = judging->asked;

	for (size_t i = 0; i < judging->known.promises.count; i++) {
		struct chy_known_promise **place;

		if (all[i].promise.made > asked->on)
			continue;
		judge(judging, &all[i]);
		if (!all[i].asked || !chy_state_is_asked(asked->filter, all[i].state))
			continue;
		place = chy_list_add(out, sizeof(struct chy_known_promise *));
		if (!place)
			return CHY_EMEM;
		*place = &all[i];
	}
	if (out->count)
		qsort(out->items, out->count, sizeof(struct chy_known_promise *), compare_terms);
	return CHY_OK;
}

/* Of each state so many as are wanted, the last; and all are counted. */
static void cut_each(struct chy_promises_then *asked, struct chy_list *selected)
{
	struct chy_known_promise **list = selected->items;
	size_t from = selected->count;

	for (size_t i = selected->count; i-- > 0;)
		if (asked->counts[list[i]->state]++ < asked->most)
			list[--from] = list[i];
	selected->count -= from;
	if (from)
		memmove(list, list + from, selected->count * sizeof(*list));
}

/* As many as are wanted. */
static void cut(struct chy_promises_then *asked, struct chy_list *selected)
{
	struct chy_known_promise **list = selected->items;
	size_t limit = asked->filter->limit, from = selected->count - limit;

	if (asked->counts)
		cut_each(asked, selected);
	else if (limit && limit < selected->count) {
		if (!chy_soonest_first(asked->filter))
			memmove(list, list + from, limit * sizeof(*list));
		selected->count = limit;
	}
}

/* Keys of what a promise renews: made earlier, and of its kind. */
static int find_renewed(
	const struct judging *judging, const struct chy_known_promise *one, struct chy_buffer *out)
{
	const struct chy_known_promise *all = judging->known.promises.items, *other = one;

	while (other > all && of_one_kind(one, --other))
		if (other->promise.renewed.day != CHY_NEVER &&
			memcmp(other->promise.renewed.key, one->key, CHY_ACT_KEY) == 0)
			chy_buffer_add(out, other->key, CHY_ACT_KEY);
	return out->failed ? CHY_EMEM : CHY_OK;
}

static struct chy_str act_key(const unsigned char key[CHY_ACT_KEY])
{
	return (struct chy_str){(const char *)key, CHY_ACT_KEY};
}

/* The keys of the acts that are shown of a promise. */
static int want_acts(const struct judging *judging, const struct chy_known_promise *one,
	struct chy_buffer *scratch, struct chy_stage *out)
{
	const struct chy_outcome *outcome = chy_promise_outcome(&one->promise, one->state);
	int result;

	chy_buffer_clear(scratch);
	result = find_renewed(judging, one, scratch);
	for (size_t at = 0; at < scratch->size; at += CHY_ACT_KEY)
		chy_stage_add(out, (struct chy_str){scratch->data + at, CHY_ACT_KEY}, CHY_STR(""));
	chy_stage_add(out, act_key(one->key), CHY_STR(""));
	if (outcome)
		chy_stage_add(out, act_key(outcome->key), CHY_STR(""));
	return result;
}

/* Makes the rows of those acts of a cell that are wanted. */
static int make_rows(const struct judging *judging, const struct chy_stage *wanted,
	const char *hash, struct chy_stage *out)
{
	unsigned char key[CHY_ACT_KEY];
	struct chy_buffer row;
	struct chy_acts acts;
	struct chy_str there;
	int result = chy_cell_acts(judging->known.txn, (const unsigned char *)hash, INT32_MIN,
		INT32_MAX, judging->known.filter->as_of, &acts);

	if (result)
		return result;
	chy_buffer_init(&row);
	for (size_t i = 0; i < acts.act_count && !result; i++) {
		chy_act_key(&acts, &acts.list[i], key);
		if (!chy_stage_find(wanted, act_key(key), &there))
			continue;
		chy_buffer_clear(&row);
		result = chy_act_encode(judging->known.txn, &acts, &acts.list[i], &row);
		chy_stage_add(out, act_key(key), (struct chy_str){row.data, row.size});
	}
	chy_buffer_fini(&row);
	chy_acts_fini(&acts);
	return result;
}

static int make_all_rows(
	const struct judging *judging, const struct chy_list *selected, struct chy_stage *out)
{
	struct chy_known_promise *const *list = selected->items;
	struct chy_stage wanted = {.items = NULL};
	struct chy_buffer scratch;
	int result = CHY_OK;

	chy_buffer_init(&scratch);
	for (size_t i = 0; i < selected->count && !result; i++)
		result = want_acts(judging, list[i], &scratch, &wanted);
	if (!result)
		result = chy_stage_sort(&wanted);
	for (size_t i = 0; i < wanted.count && !result; i++)
		if (!i || memcmp(chy_staged_key(&wanted, i).data,
				  chy_staged_key(&wanted, i - 1).data, CHY_CELL_HASH) != 0)
			result = make_rows(judging, &wanted, chy_staged_key(&wanted, i).data, out);
	chy_buffer_fini(&scratch);
	chy_stage_fini(&wanted);
	return result ? result : chy_stage_sort(out);
}

static int show(const struct judging *judging, const struct chy_known_promise *one,
	const struct chy_promise_acts *acts, json_t **out)
{
	struct chy_buffer renews;
	int result;

	chy_buffer_init(&renews);
	result = find_renewed(judging, one, &renews);
	if (!result)
		result = chy_promise_shown(acts, act_key(one->key), &one->promise, one->state,
			(struct chy_str){renews.data, renews.size}, out);
	chy_buffer_fini(&renews);
	return result;
}

static int show_all(struct judging *judging, const struct chy_list *selected)
{
	struct chy_known_promise *const *list = selected->items;
	struct chy_promises_then *asked = judging->asked;
	struct chy_stage rows = {.items = NULL};
	const struct chy_promise_acts acts = {asked->txn, &rows, asked->filter->as_of};
	int result = make_all_rows(judging, selected, &rows);

	for (size_t i = 0; i < selected->count && !result && !asked->ended; i++) {
		json_t *shown;

		result = show(judging, list[i], &acts, &shown);
		if (result)
			break;
		asked->ended = asked->visit(asked->user, shown);
		json_decref(shown);
	}
	chy_stage_fini(&rows);
	return result;
}

static int answer(struct judging *judging)
{
	struct chy_list selected = {.items = NULL};
	int result = chy_known_load(&judging->known);

	if (!result)
		result = put_in_order(judging);
	if (!result)
		result = select_promises(judging, &selected);
	if (!result) {
		cut(judging->asked, &selected);
		result = show_all(judging, &selected);
	}
	free(selected.items);
	return result;
}

int chy_promises_of_then(struct chy_promises_then *asked)
{
	struct judging *judging = calloc(1, sizeof(*judging));
	int result;

	if (!judging)
		return CHY_EMEM;
	judging->asked = asked;
	judging->known.txn = asked->txn;
	judging->known.rules = asked->rules;
	judging->known.filter = asked->filter;
	result = answer(judging);
	free(judging->entries.items);
	chy_known_fini(&judging->known);
	free(judging);
	return result;
}
