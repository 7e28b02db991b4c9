/* What a promise is, and what became of it on a day: data/views/commitments.tsv
 * has the rules, docs/decisions/view-fates-of-promises.md the reasons. */
#pragma once

#include "chancery/data.h"
#include "internal.h"

enum {
	CHY_PROMISE_EARLY = 7, /* days before its term that any act may keep it */
	CHY_PROMISE_LATE = 365, /* and after it */
	CHY_PROMISE_RULES = 64,
	CHY_PROMISE_WHAT = 160
};

struct chy_promise_rule {
	struct chy_str category, cameo;
	struct chy_str kept_by, kept_early, broken_by, withdrawn_by; /* "CONSULT|REJECT/meet" */
};

struct chy_promise_rules {
	struct chy_mapping file;
	struct chy_promise_rule list[CHY_PROMISE_RULES];
	size_t count;
};
int chy_promise_rules_open(struct chy_promise_rules *out, struct chy_fault *fault);
void chy_promise_rules_close(struct chy_promise_rules *rules);
/* The edition of views that were made by these rules. */
void chy_promise_rules_edition(const struct chy_promise_rules *rules, char out[CHY_HASH_HEX]);
/* The rule for a promise, or NULL: then it is none. */
const struct chy_promise_rule *chy_promise_rule_for(
	const struct chy_promise_rules *rules, struct chy_str category, struct chy_str cameo);

/* One of the acts that a rule lists: "REJECT", "REJECT/meet", "REJECT:127",
 * "REJECT/meet:124". */
struct chy_promise_act {
	struct chy_str category, mode, cameo;
};
bool chy_promise_next_act(struct chy_str *rest, struct chy_promise_act *out);

/* Equal for promises of one kind by and to the same: what renews is of the kind
 * of what it renews. The first bit is set, which no number of a name has. */
uint32_t chy_promise_kind(struct chy_str category, struct chy_str cameo, struct chy_str sides);

/* The `what` whose acts keep and break a promise between such sides: a pair's
 * ("pJPN,RUS"), or a code's where one side alone is told, or "-". */
size_t chy_promise_what(struct chy_str sides, char out[CHY_PROMISE_WHAT]);
/* Whether a code, "" being none, is among those that act. */
bool chy_sides_act(struct chy_str sides, struct chy_str code);
/* Whether anybody acts in both. */
bool chy_sides_meet(struct chy_str sides, struct chy_str others);

/* Not what was denied or only may be. */
bool chy_is_promised(uint8_t standing);
bool chy_is_done(uint8_t standing);

/* Days on which something was settled; CHY_NEVER for not. */
enum { CHY_NEVER = INT32_MAX };
struct chy_settled {
	int32_t kept, broken, withdrawn, renewed;
};

enum chy_promise_state chy_state_on(const struct chy_settled *settled, int32_t last, int32_t on);

/* What settled it, and when. */
struct chy_outcome {
	int32_t day; /* CHY_NEVER: nothing did */
	unsigned char key[CHY_ACT_KEY];
};

/* A promise as the table of promises has it. */
struct chy_promise {
	int32_t made, first, last; /* its day, and its term */
	uint32_t kind;
	uint8_t rule; /* which one */
	struct chy_outcome kept, broken, withdrawn, renewed;
};
enum { CHY_PROMISE_ROW = 4 * 4 + 1 + 4 * (4 + CHY_ACT_KEY) };
void chy_promise_encode(const struct chy_promise *promise, unsigned char out[CHY_PROMISE_ROW]);
bool chy_promise_decode(struct chy_str row, struct chy_promise *out);
struct chy_settled chy_promise_settled(const struct chy_promise *promise);

/* -- what settles one: settle.c -------------------------------------------------- */

/* Its rule and its kind, by the category and the kind of its act (chy_kind_of);
 * false where there is no rule: then it is none. */
bool chy_promise_read(const struct chy_promise_rules *rules, struct chy_str category, uint32_t kind,
	struct chy_str sides, struct chy_promise *out);

/* The acts that rules list, by the numbers of their categories: of what was not
 * told yet there is none. */
enum { CHY_PROMISE_LISTED = 16 };
struct chy_listed {
	struct {
		uint32_t category;
		struct chy_promise_act act;
	} list[CHY_PROMISE_LISTED];
	size_t count;
};
struct chy_numbered_rules {
	struct chy_numbered_rule {
		struct chy_listed kept, early, broken, withdrawn;
	} list[CHY_PROMISE_RULES];
	size_t count;
};
/* Into zeros. */
int chy_rules_number(struct chy_store_txn *txn, const struct chy_promise_rules *rules,
	struct chy_numbered_rules *out);
bool chy_is_listed(const struct chy_listed *listed, uint32_t category, uint32_t kind);

/* The ways in which a promise between the sides of a `what` is settled: by an
 * act that is done and listed, or by another promise of its kind whose term
 * ends no earlier, on a day from the first to the last. */
struct chy_way {
	const struct chy_listed *listed; /* NULL: a promise */
	struct chy_outcome *outcome; /* of the promise: the first of these acts */
	int32_t first, last;
	bool own; /* only where one that promised acts */
};
enum { CHY_WAYS = 5, CHY_WAY_RENEWED = CHY_WAYS - 1 };
void chy_promise_ways(const struct chy_numbered_rules *rules, struct chy_promise *promise,
	struct chy_str what, struct chy_way out[CHY_WAYS]);
/* Of those by an act. */
bool chy_way_takes(const struct chy_way *way, int32_t day, uint32_t category, uint32_t kind);

/* Of two acts of one day that by name comes first which settled it; of one name,
 * that by key. */
bool chy_outcome_after(const struct chy_outcome *outcome, int32_t day, const char *key);
/* Takes an act in the place of a later one. */
void chy_outcome_take(struct chy_outcome *outcome, int32_t day, const char *key);

void chy_promise_unsettle(struct chy_promise *promise);
/* Strikes out what counts no more because something else settled it before. */
void chy_promise_settle(struct chy_promise *promise);

/* -- as an answer -------------------------------------------------------------------- */

/* What a promise in a state was settled by; NULL for nothing. */
const struct chy_outcome *chy_promise_outcome(
	const struct chy_promise *promise, enum chy_promise_state state);

/* Where the rows of acts are that are shown. */
struct chy_promise_acts {
	struct chy_store_txn *txn;
	const struct chy_stage *rows; /* by key, as of a record; NULL: those of now in the table */
	uint64_t as_of;
};
/* An act that promises, with what settled it ("state", "by", "renewed_by") and what
 * it renews: keys of acts, one after the other. A new reference. */
int chy_promise_shown(const struct chy_promise_acts *acts, struct chy_str act,
	const struct chy_promise *promise, enum chy_promise_state state, struct chy_str renews,
	json_t **out);

/* Whether a filter asks for promises of a state. */
static inline bool chy_state_is_asked(
	const struct chy_event_filter *filter, enum chy_promise_state state)
{
	return !filter->states || (filter->states & 1u << state);
}
/* With a limit, whether those whose terms end first are shown, not last. */
static inline bool chy_soonest_first(const struct chy_event_filter *filter)
{
	return filter->states == 1u << CHY_PROMISE_PENDING;
}

/* Promises as of the filter's record: promise_then.c. */
struct chy_promises_then {
	struct chy_store_txn *txn;
	const struct chy_promise_rules *rules;
	const struct chy_event_filter *filter;
	int32_t on;
	uint64_t *counts; /* of each state; NULL: the limit counts, else so many of each */
	size_t most;
	chy_happening_visit *visit;
	void *user;
	int ended; /* what the visitor ended the walk with */
};
int chy_promises_of_then(struct chy_promises_then *asked);

/* -- in the tables ------------------------------------------------------------------ */

/* Keys of the table of promises: "l", what, NUL, the last day of the term, the
 * act's key; "m", what, NUL, kind, day made, the act's key; "r", the key of
 * the promise that renews, the key of the one renewed. */
enum { CHY_PROMISE_KEY = CHY_PROMISE_WHAT + 16 + 2 * CHY_ACT_KEY };
struct chy_str chy_promise_key(
	unsigned char out[CHY_PROMISE_KEY], struct chy_str what, int32_t last, struct chy_str act);
struct chy_str chy_promise_made_key(unsigned char out[CHY_PROMISE_KEY], struct chy_str what,
	uint32_t kind, int32_t made, struct chy_str act);

/* In which index of promises one lies: by what became of it in the end. The
 * key: "c", this letter, a what, NUL, the last day of the term, the order of
 * the earliest report, the act's key. The value: the act's facts, the day made,
 * and those on which it was settled. */
char chy_promise_letter(enum chy_promise_state state);
#define CHY_PROMISE_LETTERS "uklbwr"
enum { CHY_PROMISE_FACTS = CHY_ACT_FACTS + 5 * 4 };
struct chy_promise_facts {
	struct chy_act_facts act;
	int32_t made;
	struct chy_settled settled;
};
bool chy_promise_facts_get(struct chy_str value, struct chy_promise_facts *out);
