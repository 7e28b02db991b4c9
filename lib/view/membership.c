/* Which happening an event tells: the acts of its cell are made as they are
 * for the table, and what they say of one cell's events is kept for the next
 * event of it. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { SLOTS = 4096 };

struct member {
	unsigned char key[CHY_EVENT_KEY];
	char name[CHY_ACT_NAME];
};

/* What is known of the events of one cell. */
struct slot {
	unsigned char cell[CHY_CELL_HASH];
	int32_t period;
	struct member *list; /* by key; NULL: nothing is */
	size_t count;
};

struct chy_memberships {
	struct chy_store_txn *txn;
	uint64_t as_of;
	struct slot slots[SLOTS];
};

struct chy_memberships *chy_memberships_new(struct chy_store_txn *txn, uint64_t as_of)
{
	struct chy_memberships *memberships = calloc(1, sizeof(*memberships));

	if (memberships) {
		memberships->txn = txn;
		memberships->as_of = as_of;
	}
	return memberships;
}

void chy_memberships_free(struct chy_memberships *memberships)
{
	for (size_t i = 0; memberships && i < SLOTS; i++)
		free(memberships->slots[i].list);
	free(memberships);
}

static int by_key(const void *one, const void *other)
{
	return memcmp(one, other, CHY_EVENT_KEY);
}

static size_t tellings_in(const struct chy_acts *acts, int32_t period)
{
	size_t n = 0;

	for (size_t i = 0; i < acts->count; i++)
		n += chy_telling_period(&acts->tellings[i]) == period;
	return n;
}

/* The tellings of one act that lie in the slot's cell. */
static void add_act(struct slot *slot, const struct chy_acts *acts, const struct chy_act *act)
{
	unsigned char key[CHY_ACT_KEY];
	char name[CHY_ACT_NAME];

	chy_act_key(acts, act, key);
	chy_act_name((struct chy_str){(const char *)key, sizeof(key)}, name);
	for (size_t i = act->from; i < act->from + act->count; i++) {
		if (chy_telling_period(&acts->tellings[i]) != slot->period)
			continue;
		memcpy(slot->list[slot->count].key, acts->tellings[i].key, CHY_EVENT_KEY);
		memcpy(slot->list[slot->count++].name, name, sizeof(name));
	}
}

static int fill(struct chy_memberships *m, struct slot *slot, const struct chy_event_head *head)
{
	struct chy_acts acts;
	int result = chy_cell_acts(m->txn, head->cell, head->period - CHY_ACT_CONTEXT,
		head->period + CHY_ACT_CONTEXT, m->as_of, &acts);

	if (result)
		return result;
	free(slot->list);
	memcpy(slot->cell, head->cell, CHY_CELL_HASH);
	slot->period = head->period;
	slot->count = 0;
	slot->list = malloc((tellings_in(&acts, head->period) + 1) * sizeof(*slot->list));
	for (size_t i = 0; i < acts.act_count && slot->list; i++)
		add_act(slot, &acts, &acts.list[i]);
	if (slot->count)
		qsort(slot->list, slot->count, sizeof(*slot->list), by_key);
	chy_acts_fini(&acts);
	return slot->list ? CHY_OK : CHY_EMEM;
}

int chy_membership_of(struct chy_memberships *memberships, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_event_head *head, char out[CHY_ACT_NAME])
{
	size_t at = (chy_get_be((const char *)head->cell, 4) ^ (uint32_t)head->period) % SLOTS;
	struct slot *slot = &memberships->slots[at];
	const struct member *member;

	out[0] = '\0';
	if (!slot->list || slot->period != head->period ||
		memcmp(slot->cell, head->cell, CHY_CELL_HASH) != 0) {
		int result = fill(memberships, slot, head);

		if (result)
			return result;
	}
	member = bsearch(key, slot->list, slot->count, sizeof(*slot->list), by_key);
	if (!member)
		return CHY_NOT_FOUND;
	memcpy(out, member->name, CHY_ACT_NAME);
	return CHY_OK;
}
