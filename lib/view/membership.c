/* Which happening an event tells: the acts of its cell are made as they are
 * for the table, and what they say of one cell's events is kept for the next
 * event of it. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Periods that are looked up together: four quarters. Few events of one cell lie
 * in one, and what is around them has to be read for each look. */
enum { SLOTS = 16384, BLOCK = 4 };

struct member {
	unsigned char key[CHY_EVENT_KEY];
	char name[CHY_ACT_NAME];
};

/* What is known of the events of one cell in a block of periods. */
struct slot {
	unsigned char cell[CHY_CELL_HASH];
	int32_t first; /* period */
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

static bool is_in(const struct slot *slot, const struct chy_telling *telling)
{
	int32_t period = chy_telling_period(telling);

	return period >= slot->first && period < slot->first + BLOCK;
}

static size_t tellings_in(const struct slot *slot, const struct chy_acts *acts)
{
	size_t n = 0;

	for (size_t i = 0; i < acts->count; i++)
		n += is_in(slot, &acts->tellings[i]);
	return n;
}

/* The tellings of one act that lie in the slot's block. */
static void add_act(struct slot *slot, const struct chy_acts *acts, const struct chy_act *act)
{
	unsigned char key[CHY_ACT_KEY];
	char name[CHY_ACT_NAME];

	chy_act_key(acts, act, key);
	chy_act_name((struct chy_str){(const char *)key, sizeof(key)}, name);
	for (size_t i = act->from; i < act->from + act->count; i++) {
		if (!is_in(slot, &acts->tellings[i]))
			continue;
		memcpy(slot->list[slot->count].key, acts->tellings[i].key, CHY_EVENT_KEY);
		memcpy(slot->list[slot->count++].name, name, sizeof(name));
	}
}

static int fill(
	struct chy_memberships *m, struct slot *slot, const unsigned char *cell, int32_t first)
{
	struct chy_acts acts;
	int result = chy_cell_acts(m->txn, cell, first - CHY_ACT_CONTEXT,
		first + BLOCK - 1 + CHY_ACT_CONTEXT, m->as_of, &acts);

	if (result)
		return result;
	free(slot->list);
	memcpy(slot->cell, cell, CHY_CELL_HASH);
	slot->first = first;
	slot->count = 0;
	slot->list = malloc((tellings_in(slot, &acts) + 1) * sizeof(*slot->list));
	for (size_t i = 0; i < acts.act_count && slot->list; i++)
		add_act(slot, &acts, &acts.list[i]);
	if (slot->count)
		qsort(slot->list, slot->count, sizeof(*slot->list), by_key);
	chy_acts_fini(&acts);
	return slot->list ? CHY_OK : CHY_EMEM;
}

static int32_t block_of(int32_t period)
{
	return period - ((period % BLOCK) + BLOCK) % BLOCK;
}

int chy_membership_of(struct chy_memberships *memberships, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_event_head *head, char out[CHY_ACT_NAME])
{
	int32_t first = block_of(head->period);
	size_t at = (chy_get_be((const char *)head->cell, 4) ^ (uint32_t)first / BLOCK) % SLOTS;
	struct slot *slot = &memberships->slots[at];
	const struct member *member;

	out[0] = '\0';
	if (!slot->list || slot->first != first ||
		memcmp(slot->cell, head->cell, CHY_CELL_HASH) != 0) {
		int result = fill(memberships, slot, head->cell, first);

		if (result)
			return result;
	}
	member = bsearch(key, slot->list, slot->count, sizeof(*slot->list), by_key);
	if (!member)
		return CHY_NOT_FOUND;
	memcpy(out, member->name, CHY_ACT_NAME);
	return CHY_OK;
}
