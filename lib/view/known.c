/* Which promises and which acts were known at a record: made of cells, those
 * of the events that are asked for and those of all that happened between the
 * sides of promises. */
#include <stdlib.h>
#include <string.h>

#include "known.h"

enum { FEW = 16 }; /* of so many whats, events are looked for one by one */

void *chy_list_add(struct chy_list *list, size_t size)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		void *more = realloc(list->items, room * size);

		if (!more)
			return NULL;
		list->items = more;
		list->room = room;
	}
	return memset((char *)list->items + list->count++ * size, 0, size);
}

/* -- acts, made of cells -------------------------------------------------------------- */

static bool settles(const struct chy_known *known, uint32_t category)
{
	for (size_t i = 0; i < known->numbered.count; i++) {
		const struct chy_numbered_rule *rule = &known->numbered.list[i];
		const struct chy_listed *const lists[] = {
			&rule->kept, &rule->early, &rule->broken, &rule->withdrawn};

		for (size_t j = 0; j < sizeof(lists) / sizeof(lists[0]); j++)
			for (size_t k = 0; k < lists[j]->count; k++)
				if (lists[j]->list[k].category == category)
					return true;
	}
	return false;
}

static bool promises(const struct chy_known *known, struct chy_str category)
{
	const struct chy_promise_rules *rules = known->rules;

	for (size_t i = 0; i < rules->count; i++)
		if (chy_str_equal(rules->list[i].category, category))
			return true;
	return false;
}

static struct chy_known_group *add_group(struct chy_known *known, const struct chy_acts *acts)
{
	struct chy_known_group *group = chy_arena_alloc(&known->arena, sizeof(*group));
	struct chy_known_group **place =
		chy_list_add(&known->groups, sizeof(struct chy_known_group *));
	char what[CHY_PROMISE_WHAT];
	struct chy_str sides = chy_str_from(acts->sides);

	if (!group || !place)
		return NULL;
	memcpy(group->hash, acts->hash, CHY_CELL_HASH);
	group->first = known->acts.count;
	group->what.size = chy_promise_what(sides, what);
	group->what.data = chy_arena_copy(&known->arena, what, group->what.size);
	group->sides.size = sides.size;
	group->sides.data = chy_arena_copy(&known->arena, sides.data, sides.size);
	*place = group;
	return group->what.data && group->sides.data ? group : NULL;
}

/* One that is being loaded, with n events of it that are asked for. */
struct cell {
	struct chy_acts acts;
	struct chy_known_group *group;
	bool settling; /* its acts may settle promises */
	const struct chy_sought_event *sought;
	size_t n;
};

static int add_done(struct chy_known *known, const struct cell *cell, const struct chy_act *act)
{
	struct chy_known_act *done = chy_list_add(&known->acts, sizeof(*done));
	unsigned char key[CHY_ACT_KEY];

	if (!done)
		return CHY_EMEM;
	chy_act_key(&cell->acts, act, key);
	done->group = cell->group;
	done->day = act->first;
	done->kind = cell->acts.tellings[act->best].kind;
	memcpy(done->tail, key + CHY_CELL_HASH, sizeof(done->tail));
	cell->group->count++;
	return CHY_OK;
}

static bool is_asked(const struct chy_known *known, const struct cell *cell,
	const struct chy_act *act, int32_t last)
{
	const struct chy_event_filter *f = known->filter;

	if (last < chy_day32(f->first_day) || last > chy_day32(f->last_day))
		return false;
	if (known->all)
		return !f->category.size || chy_str_is(f->category, cell->acts.category);
	return cell->n && chy_tells_any(&cell->acts, act, cell->sought, cell->n);
}

static int add_promise(struct chy_known *known, const struct cell *cell, const struct chy_act *act,
	const struct chy_telling *telling)
{
	struct chy_promise promise = {
		.made = act->first, .first = telling->due_first, .last = telling->due_last};
	struct chy_known_promise *promised;

	if (!chy_promise_read(known->rules, chy_str_from(cell->acts.category),
		    cell->acts.tellings[act->best].kind, cell->group->sides, &promise))
		return CHY_OK;
	promised = chy_list_add(&known->promises, sizeof(*promised));
	if (!promised)
		return CHY_EMEM;
	chy_promise_unsettle(&promise);
	promised->group = cell->group;
	promised->promise = promise;
	promised->asked = is_asked(known, cell, act, promise.last);
	chy_act_key(&cell->acts, act, promised->key);
	chy_act_order(&cell->acts, act, promised->order);
	return CHY_OK;
}

static int add_act(struct chy_known *known, const struct cell *cell, const struct chy_act *act)
{
	const struct chy_telling *telling = chy_act_promise(&cell->acts, act);
	int result = CHY_OK;

	if (act->anchor == CHY_ANCHOR_DOCUMENT)
		return CHY_OK; /* without a day */
	if (cell->settling && chy_is_done(act->standing))
		result = add_done(known, cell, act);
	if (!result && telling && telling->due_last != INT32_MAX && chy_is_promised(act->standing))
		result = add_promise(known, cell, act, telling);
	return result;
}

static int add_acts(struct chy_known *known, struct cell *cell)
{
	int result;

	cell->group = add_group(known, &cell->acts);
	if (!cell->group)
		return CHY_EMEM;
	result = chy_name_known(
		known->txn, chy_str_from(cell->acts.category), &cell->group->category);
	cell->settling = !result && settles(known, cell->group->category);
	if (result == CHY_NOT_FOUND)
		result = CHY_OK; /* no rule lists it */
	for (size_t i = 0; i < cell->acts.act_count && !result; i++)
		result = add_act(known, cell, &cell->acts.list[i]);
	return result;
}

static int load_cell(struct chy_known *known, const unsigned char hash[CHY_CELL_HASH],
	const struct chy_sought_event *sought, size_t n)
{
	struct cell cell = {.sought = sought, .n = n};
	int result = chy_cell_acts(
		known->txn, hash, INT32_MIN, INT32_MAX, known->filter->as_of, &cell.acts);

	if (result)
		return result;
	if (cell.acts.act_count)
		result = add_acts(known, &cell);
	chy_acts_fini(&cell.acts);
	return result;
}

/* -- which cells ------------------------------------------------------------------------ */

static int by_hash(const void *hash, const void *group)
{
	return memcmp(hash, (*(struct chy_known_group *const *)group)->hash, CHY_CELL_HASH);
}

static bool is_sought(const struct chy_known *known, const unsigned char hash[CHY_CELL_HASH])
{
	return known->sought && bsearch(hash, known->groups.items, known->sought,
					sizeof(struct chy_known_group *), by_hash);
}

static int compare_whats(const void *one, const void *other)
{
	return chy_str_compare(*(const struct chy_str *)one, *(const struct chy_str *)other);
}

size_t chy_known_number(const struct chy_known *known, struct chy_str what)
{
	const struct chy_str *whats = known->whats.items, *found;

	if (!known->whats.count)
		return SIZE_MAX;
	found = bsearch(&what, whats, known->whats.count, sizeof(what), compare_whats);
	return found ? (size_t)(found - whats) : SIZE_MAX;
}

static int is_listed(void *user, struct chy_str what)
{
	return chy_known_number(user, what) != SIZE_MAX;
}

static int load_any(void *user, const unsigned char hash[CHY_CELL_HASH], struct chy_str category,
	struct chy_str sides)
{
	struct chy_known *known = user;
	uint32_t number;
	int result = chy_name_known(known->txn, category, &number);

	if (result)
		return result == CHY_NOT_FOUND ? CHY_OK : result;
	if (is_sought(known, hash) || (!settles(known, number) && !promises(known, category)) ||
		(!known->all && !chy_each_what(sides, NULL, 0, is_listed, known)))
		return CHY_OK;
	return load_cell(known, hash, NULL, 0);
}

/* The cells of the events that the filter asks for. */
static int load_sought(struct chy_known *known)
{
	struct chy_event_filter filter = *known->filter;
	struct chy_sought sought = {.list = NULL};
	size_t from = 0, to;
	int result;

	filter.first_day = INT64_MIN; /* its days are of terms */
	filter.last_day = INT64_MAX;
	filter.limit = 0;
	result = chy_seek_events(known->txn, &filter, &sought);
	chy_sought_sort(&sought);
	for (; from < sought.count && !result; from = to) {
		to = chy_sought_cell(&sought, from);
		result = load_cell(known, sought.list[from].cell, sought.list + from, to - from);
	}
	chy_sought_fini(&sought);
	known->sought = known->groups.count;
	return result;
}

static int list_whats(struct chy_known *known)
{
	const struct chy_known_promise *promises = known->promises.items;
	struct chy_str *whats;
	size_t n = 0;

	for (size_t i = 0; i < known->promises.count; i++) {
		struct chy_str *what;

		if (!promises[i].asked || promises[i].group->what.data[0] == '-')
			continue; /* nobody is told to have promised it */
		what = chy_list_add(&known->whats, sizeof(*what));
		if (!what)
			return CHY_EMEM;
		*what = promises[i].group->what;
	}
	whats = known->whats.items;
	if (known->whats.count)
		qsort(whats, known->whats.count, sizeof(*whats), compare_whats);
	for (size_t i = 0; i < known->whats.count; i++)
		if (!n || !chy_str_equal(whats[n - 1], whats[i]))
			whats[n++] = whats[i];
	known->whats.count = n;
	return CHY_OK;
}

/* Whether all events of a what were sought already. */
static bool is_covered(const struct chy_known *known, struct chy_str what)
{
	const struct chy_event_filter *f = known->filter;
	char text[300];

	return !f->dispute.size && !f->category.size && !chy_asks_of_events(f) &&
	       chy_str_equal(what, (struct chy_str){text, chy_what_for(f, text, sizeof(text))});
}

static int seek_what(struct chy_known *known, struct chy_str what, struct chy_sought *out)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct chy_str rest = {what.data + 1, what.size - 1};

	if (is_covered(known, what))
		return CHY_OK;
	filter.as_of = known->filter->as_of;
	chy_str_split(&rest, ',', &filter.between[0]);
	filter.between[1] = rest.data ? rest : CHY_STR("");
	return chy_seek_events(known->txn, &filter, out);
}

/* The cells of all that happened between the sides of promises. */
static int load_whats(struct chy_known *known)
{
	const struct chy_str *whats = known->whats.items;
	struct chy_sought sought = {.list = NULL};
	int result = CHY_OK;

	for (size_t i = 0; i < known->whats.count && !result; i++)
		result = seek_what(known, whats[i], &sought);
	chy_sought_sort(&sought);
	for (size_t from = 0, to; from < sought.count && !result; from = to) {
		to = chy_sought_cell(&sought, from);
		if (!is_sought(known, sought.list[from].cell))
			result = load_cell(known, sought.list[from].cell, NULL, 0);
	}
	chy_sought_fini(&sought);
	return result;
}

static void number_groups(const struct chy_known *known)
{
	struct chy_known_group *const *groups = known->groups.items;

	for (size_t i = 0; i < known->groups.count; i++)
		groups[i]->number = chy_known_number(known, groups[i]->what);
}

int chy_known_load(struct chy_known *known)
{
	const struct chy_event_filter *f = known->filter;
	int result = chy_rules_number(known->txn, known->rules, &known->numbered);

	known->all = !f->between[0].size && !f->dispute.size && !chy_asks_of_events(f);
	if (!result)
		result = known->all ? chy_each_cell(known->txn, load_any, known)
				    : load_sought(known);
	if (!result)
		result = list_whats(known);
	if (!result && !known->all)
		result = known->whats.count > FEW ? chy_each_cell(known->txn, load_any, known)
						  : load_whats(known);
	if (!result)
		number_groups(known);
	return result;
}

void chy_known_fini(struct chy_known *known)
{
	free(known->groups.items);
	free(known->acts.items);
	free(known->promises.items);
	free(known->whats.items);
	chy_arena_fini(&known->arena);
}
