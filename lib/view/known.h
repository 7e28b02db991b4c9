/* What was known at a record of promises, and of the acts among which they are
 * judged. */
#pragma once

#include "chancery/arena.h"
#include "promise.h"

struct chy_list {
	void *items;
	size_t count, room;
};
/* Room for one more, of zeros; NULL: no memory. */
void *chy_list_add(struct chy_list *list, size_t size);

/* The acts of one category between the same sides. */
struct chy_known_group {
	unsigned char hash[CHY_CELL_HASH];
	uint32_t category;
	struct chy_str sides;
	struct chy_str what; /* between whom it promises */
	size_t number; /* of this what; SIZE_MAX: nothing is asked of it */
	size_t first, count; /* of its acts that are done */
};

/* An act that is done, and may settle a promise. */
struct chy_known_act {
	const struct chy_known_group *group;
	int32_t day;
	uint32_t kind;
	unsigned char tail[CHY_ACT_KEY - CHY_CELL_HASH]; /* of its key */
};

struct chy_known_promise {
	const struct chy_known_group *group;
	struct chy_promise promise;
	unsigned char key[CHY_ACT_KEY], order[CHY_ACT_ORDER];
	bool asked; /* it is of those that the filter asks for */
	enum chy_promise_state state;
};

struct chy_known {
	struct chy_store_txn *txn;
	const struct chy_promise_rules *rules;
	const struct chy_event_filter *filter;
	struct chy_numbered_rules numbered;
	struct chy_arena arena; /* of groups and their texts */
	struct chy_list groups; /* struct chy_known_group *; those sought by hash */
	size_t sought;
	struct chy_list acts, promises;
	struct chy_list whats; /* struct chy_str, in order: of promises that are asked for */
	bool all; /* every promise is asked for, of a category at most */
};

/* Loads the promises of a filter as of its record, and all that was known between
 * their sides. The first three members are set, the others zeros. */
int chy_known_load(struct chy_known *known);
/* The number of a what; SIZE_MAX where nothing is asked of it. */
size_t chy_known_number(const struct chy_known *known, struct chy_str what);
void chy_known_fini(struct chy_known *known);
