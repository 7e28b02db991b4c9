/* The phases of a dispute, by the rules of data/views/phases.tsv. */
#pragma once

#include "internal.h"

enum { CHY_PHASES = 8, CHY_DORMANT = 0 }; /* what there may be, dormancy among them */

struct chy_phase_rules;
int chy_phase_rules_open(struct chy_phase_rules **out, struct chy_fault *fault);
void chy_phase_rules_close(struct chy_phase_rules *rules);
/* How many happenings make a thread worth listing. */
uint64_t chy_phase_rules_thread(const struct chy_phase_rules *rules);
/* Whether an act is one of those who stand between others. */
bool chy_phase_rules_mediates(
	const struct chy_phase_rules *rules, struct chy_str category, uint32_t kind);
/* Whether a category brings together (1), apart (-1), or neither. */
int chy_phase_rules_side(const struct chy_phase_rules *rules, struct chy_str category);
/* "dormant" and the others. */
struct chy_str chy_phase_name(const struct chy_phase_rules *rules, uint8_t phase);
/* How many points an act has as a sign of a phase, in a phase. */
unsigned chy_phase_points(const struct chy_phase_rules *rules, uint8_t in, struct chy_str category,
	uint32_t kind, uint8_t standing, uint8_t of);

/* Whether acts of a standing count for how hot a matter is, and what of their
 * heat is left after so many days. */
bool chy_warms(uint8_t standing);
double chy_half_life(int64_t age);

/* Calls for the acts of a matter in order of day (INT64_MIN, none, first), as
 * of the filter's record; those of one day may come in several cells. */
typedef int chy_matter_visit(void *user, int64_t day, const struct chy_tally_cell *cell);
int chy_walk_matter(struct chy_store_txn *txn, const struct chy_event_filter *matter,
	chy_matter_visit *visit, void *user);

struct chy_phase_step {
	uint8_t phase, before; /* numbers; before: that in which its signs counted */
	int64_t since; /* day */
};

/* Acts in, day after day; phases out. */
struct chy_phase_walk {
	struct chy_phase_rules *rules;
	struct chy_store_txn *txn;
	uint8_t phase;
	int64_t since, day, last; /* INT64_MIN: none; last: day with a sign */
	unsigned today[CHY_PHASES];
	struct chy_phase_window {
		struct {
			int64_t day;
			unsigned points;
		} list[16];
		size_t count;
	} windows[CHY_PHASES];
	struct chy_phase_step *steps; /* for free() */
	size_t step_count, step_room;
};
void chy_phase_walk_init(
	struct chy_phase_walk *walk, struct chy_phase_rules *rules, struct chy_store_txn *txn);
void chy_phase_walk_fini(struct chy_phase_walk *walk);
/* Acts of one day, category, kind and standing; days never go back. */
int chy_phase_add(struct chy_phase_walk *walk, int64_t day, const struct chy_tally_cell *cell);
/* No act of the day that was added to last is to come. */
int chy_phase_end_day(struct chy_phase_walk *walk);
/* Where a walk is, whose day has ended, as bytes, and a walk (begun, and nothing
 * added) that goes on from there: of its steps it has the last. Unpack takes
 * what it reads off the text; CHY_EDAMAGED. */
void chy_phase_pack(const struct chy_phase_walk *walk, struct chy_buffer *out);
int chy_phase_unpack(struct chy_phase_walk *walk, struct chy_str *bytes);
/* As it stands on a day: no act after it may have been added. */
int chy_phase_end(struct chy_phase_walk *walk, int64_t day);

/* How a dispute stood at the end of a month: what a walk over its acts goes on
 * from. Those without a day are not among the happenings. */
struct chy_milestone {
	int64_t day; /* INT64_MIN: none, the walk begins at the beginning */
	uint32_t month; /* of the first row behind it */
	uint64_t happenings;
	double temperature; /* on that day */
};
/* The last that lies before a month; the walk of phases is begun there. */
int chy_milestone_before(struct chy_store_txn *txn, struct chy_str what, uint32_t month,
	struct chy_milestone *out, struct chy_phase_walk *phases);
