/* What the files of the views share. */
#pragma once

#include "chancery/edtf.h"
#include "chancery/scan.h"
#include "chancery/store.h"
#include "chancery/view.h"
#include "grouping.h"
#include "intake.h"

/* Goes up when what the tables hold changes; older views are made again, and so
 * are those made by other rules of promises. */
#define CHY_VIEW_EDITION "15"

/* The tables of views.mdb. `what` is "*" for all, "a" and a code for a side,
 * "p" and two codes in order for a pair, "d" and a dispute; numbers are
 * big-endian, days are biased so that they sort.
 *   meta         "edition", "uuid", "seq"
 *   documents    id (32 bytes) → JSON row
 *   events       record number, place in its list (u64, u32) → head and JSON
 *                of the event as it is shown: struct chy_event_head
 *   index        what, NUL, day (u32), event's key → nothing
 *   rejected     record number → its body
 *   counts       record number → how many there were of each thing after it:
 *                chy_counts; only records that change them have one
 *   names        "t" and a text → its number (u32); "n" and the number → text
 *   cells        what events of one key tell in one quarter of a year,
 *                superseded ones too, from which acts are made: cell.c
 *   acts         a happening's key → its row: act.c
 *   act-index    (also for "s", a dispute, "," and a code that acts in it)
 *                what, NUL, day (u32), the order of its earliest report, the
 *                happening's key → struct chy_act_facts; and promises by what
 *                became of them: promise.h
 *   promises     what became of each promise, and what renewed it: promise.h
 *   tally        what, NUL, year (u16), of "d" month (u8) → counts by day,
 *                category, standing and, of disputes, kind; of disputes events
 *                have "e" for "d". "t" or "m", what → sums. "k", dispute, NUL, month →
 *                how the dispute stood at its end: milestone.c
 *   people       what ("n" and a person, too), NUL, numbers of code, person and
 *                role → how often they are told of; the same, day, event's
 *                key → nothing: people.c
 *   words        words, and where they stand: words.h
 *   corrections  document's id, record number → the body of event-corrected
 *   declared     id of a dispute, NUL, record number → the body of
 *                dispute-declared: declared.c */
enum chy_view_table {
	CHY_VIEW_META,
	CHY_VIEW_DOCUMENTS,
	CHY_VIEW_EVENTS,
	CHY_VIEW_INDEX,
	CHY_VIEW_REJECTED,
	CHY_VIEW_COUNTS,
	CHY_VIEW_NAMES,
	CHY_VIEW_CELLS,
	CHY_VIEW_ACTS,
	CHY_VIEW_ACT_INDEX,
	CHY_VIEW_PROMISES,
	CHY_VIEW_TALLY,
	CHY_VIEW_PEOPLE,
	CHY_VIEW_WORDS,
	CHY_VIEW_CORRECTIONS,
	CHY_VIEW_DECLARED,
	CHY_VIEW_TABLES
};
extern const char *const chy_view_tables[CHY_VIEW_TABLES];

struct chy_promise_rules;
struct chy_phase_rules;

struct chy_view {
	char *directory, *path; /* path: of views.mdb */
	struct chy_store *store;
	struct chy_phase_rules *phases; /* NULL until they are needed */
	int lock; /* -1 for a reader */
	bool unsynced; /* bears the mark: unsynced.h */
	struct chy_words *words; /* what is known of words while a log is followed */
	struct chy_store_txn *held; /* the moment that questions are answered of; NULL: now */
	struct chy_promise_rules *rules;
};

/* A transaction to read in: the one that is held, else one of its own. */
int chy_view_read(struct chy_view *view, struct chy_store_txn **out, struct chy_fault *fault);
void chy_view_read_end(const struct chy_view *view, struct chy_store_txn *txn);

/* -- numbers as bytes ------------------------------------------------------- */

static inline void chy_put_be(unsigned char *out, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		out[i] = (unsigned char)(value >> 8 * (bytes - 1 - i));
}

static inline uint64_t chy_get_be(const char *bytes, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value = value << 8 | (unsigned char)bytes[i];
	return value;
}

/* Days in 32 bits, in an order that bytes keep. */
static inline void chy_put_day(unsigned char *out, int32_t day)
{
	chy_put_be(out, (uint32_t)day ^ 0x80000000u, 4);
}

static inline int32_t chy_get_day(const char *bytes)
{
	return (int32_t)((uint32_t)chy_get_be(bytes, 4) ^ 0x80000000u);
}

/* A day as far as 32 bits hold it; the least of both is no day, and the most
 * an open end. */
static inline int32_t chy_day32(int64_t day)
{
	return day == INT64_MIN	  ? INT32_MIN
	       : day <= INT32_MIN ? INT32_MIN + 1
	       : day >= INT32_MAX ? INT32_MAX
				  : (int32_t)day;
}

/* -- rows ------------------------------------------------------------------- */

/* Each row ends with a sum over its key and itself: a
 * row that was changed on disk is CHY_EDAMAGED, not an answer. */
enum { CHY_ROW_SUM = 8 };
int chy_sealed_get(struct chy_store_txn *txn, enum chy_view_table table, struct chy_str key,
	struct chy_str *out);
/* Seals the bytes in the buffer, which is changed, and puts them. */
int chy_sealed_put(struct chy_store_txn *txn, enum chy_view_table table, struct chy_str key,
	struct chy_buffer *row);
/* What a sealed value holds, where it is whole. */
int chy_unseal(struct chy_str key, struct chy_str value, struct chy_str *out);

/* The same of JSON. */
int chy_row_get(
	struct chy_store_txn *txn, enum chy_view_table table, struct chy_str key, json_t **out);
int chy_row_put(struct chy_store_txn *txn, enum chy_view_table table, struct chy_str key,
	const json_t *row);

/* -- events ----------------------------------------------------------------- */

void chy_event_key(uint64_t seq, uint32_t n, unsigned char out[CHY_EVENT_KEY]);
/* "E12.3"; CHY_EINPUT. */
int chy_event_parse(struct chy_str id, unsigned char out[CHY_EVENT_KEY]);

/* Before an event's JSON in its row. */
struct chy_event_head {
	uint64_t until; /* the record that superseded it; 0: in force */
	unsigned char cell[CHY_CELL_HASH];
	int32_t period; /* of its cell */
	int32_t day; /* chy_event_day */
};
enum { CHY_EVENT_HEAD = 8 + CHY_CELL_HASH + 4 + 4 };

/* A row's two parts; the JSON is a view that lives as the row does. */
int chy_event_read(struct chy_store_txn *txn, const unsigned char key[CHY_EVENT_KEY],
	struct chy_event_head *out, struct chy_str *out_json);
int chy_event_write(struct chy_store_txn *txn, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_event_head *head, struct chy_str json);

/* The day of an act: the first of its date, else that of the report; days
 * without either come first: INT32_MIN. */
int32_t chy_event_day(const struct chy_telling *telling);

/* What was known at a record: told by then, and not superseded by then. */
static inline bool chy_was_known(uint64_t seq, uint64_t until, uint64_t as_of)
{
	if (!as_of)
		return until == 0;
	return seq <= as_of && (until == 0 || until > as_of);
}

/* Whether an event is of those that a filter asks for, when it was known and
 * its day aside. */
bool chy_event_passes(const struct chy_event_filter *filter, const struct chy_value *event);

/* The `what` of the index that holds the fewest of those that are asked for;
 * its size, or 0 where it is too long to be in the index. */
size_t chy_what_for(const struct chy_event_filter *filter, char *out, size_t size);

/* chy_view_events within a transaction, with the head of each, the event as it
 * lies in its row. */
typedef int chy_head_visit(void *user, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_event_head *head, const struct chy_value *event);
int chy_each_event(struct chy_store_txn *txn, const struct chy_event_filter *filter,
	chy_head_visit *visit, void *user);

/* -- kinds ------------------------------------------------------------------ */

/* Of mode and CAMEO code; 0 where there is neither. */
uint32_t chy_kind_of(struct chy_str mode, struct chy_str cameo);
/* Whether it has the mode, and a CAMEO code that begins so; empty: any. */
bool chy_kind_is(uint32_t kind, struct chy_str mode, struct chy_str cameo);
/* Its CAMEO code; "" for none. */
enum { CHY_KIND_CAMEO = 4 + 1 };
const char *chy_kind_cameo(uint32_t kind, char out[CHY_KIND_CAMEO]);

/* -- what there is ---------------------------------------------------------- */

/* What the archive holds, at a record. Stored as six u64 BE, the day biased
 * as in the index. */
struct chy_counts {
	uint64_t documents, sightings, rejected, withdrawn, events; /* events: in force */
	int64_t last_day; /* INT64_MIN: no document is dated */
};

/* Those in force at a record (0: the last): the row at or before it; zeros
 * where there is none. */
int chy_counts_get(struct chy_store_txn *txn, uint64_t seq, struct chy_counts *out);
int chy_counts_put(struct chy_store_txn *txn, uint64_t seq, const struct chy_counts *counts);

/* -- changes that wait ------------------------------------------------------ */

/* Keys and values gathered while records are taken in, and written in the
 * order of their keys, which trees of pages like best. */
struct chy_stage {
	struct chy_buffer bytes;
	struct chy_staged {
		uint64_t prefix[2]; /* of the key, while it is sorted */
		size_t at;
		uint32_t key, value; /* sizes */
	} * items;
	size_t count, room, sorted; /* sorted: how many were when it was last done */
	bool failed;
};
void chy_stage_fini(struct chy_stage *stage);
void chy_stage_clear(struct chy_stage *stage);
void chy_stage_add(struct chy_stage *stage, struct chy_str key, struct chy_str value);
/* By key; equal keys in the order in which they were added. Costs nothing where
 * that was done before and nothing came after. */
int chy_stage_sort(struct chy_stage *stage);
struct chy_str chy_staged_key(const struct chy_stage *stage, size_t i);
struct chy_str chy_staged_value(const struct chy_stage *stage, size_t i);
/* The value of a key in a stage that is sorted; false where there is none. */
bool chy_stage_find(const struct chy_stage *stage, struct chy_str key, struct chy_str *out);

/* How many of a side are looked for, and the bytes of a code that is. The coder
 * finds fewer, and corrections bring fewer (CHY_MOST_ACTORS); what a log has
 * beyond that is shown with its event, but belongs to nobody. Both sides fit into
 * the rows of acts, and their pairs, the square of them, into memory. */
enum { CHY_SIDE = 256, CHY_CODE = 60 };

/* The sides of an event: "+RUS>+JPN". Who meets whom is told from either side:
 * for consultations they are one, "+JPN+RUS". */
void chy_write_sides(struct chy_buffer *out, const struct chy_value *event);

/* Calls for every `what` that sides (codes, "+" before each, and ">" between)
 * and disputes belong to: "*", each code's, each pair's, each dispute's, and
 * "s", the dispute, "," and the code for each that acts in it. */
typedef int chy_what_visit(void *user, struct chy_str what);
int chy_each_what(struct chy_str sides, const struct chy_str *disputes, size_t n,
	chy_what_visit *visit, void *user);

bool chy_what_is_tallied(struct chy_str what);

/* Numbers of names that were looked up before. */
struct chy_numbers {
	struct chy_buffer texts;
	struct chy_number {
		uint64_t hash;
		size_t at;
		uint32_t size, number; /* number: 0 for a free place */
	} * places;
	size_t count, room; /* room: a power of two */
};
void chy_numbers_fini(struct chy_numbers *numbers);

/* -- declared disputes ------------------------------------------------------ */

struct chy_declaration {
	uint64_t seq;
	char name[96]; /* id, "@", seq: what belongs to it is under this */
	struct chy_str id;
	json_t *body;
	struct chy_buffer terms; /* folded, a line each */
};
struct chy_declarations {
	struct chy_declaration *list;
	size_t count;
	bool loaded;
};
/* Those in force at a record (0: now). */
int chy_declarations_load(struct chy_store_txn *txn, uint64_t as_of, struct chy_declarations *out);
void chy_declarations_fini(struct chy_declarations *declarations);
/* An event's "declared" becomes what it shows: ids in "dispute". */
int chy_declared_show(struct chy_store_txn *txn, uint64_t as_of, json_t *event);

/* A batch of records on their way into the tables. */
struct chy_batch {
	struct chy_store_txn *txn;
	struct chy_stage index; /* of events: whole keys */
	struct chy_stage cells; /* changes of cells: cell.c */
	struct chy_stage tally; /* additions: tally.c */
	struct chy_stage people; /* additions and keys: people.c */
	struct chy_stage act_index; /* whole keys; no value: taken out */
	struct chy_stage touches, promises; /* what came and went: fate.c */
	struct chy_stage milestones; /* disputes, and the first month that changed */
	struct chy_phase_rules *phases; /* the view's, like these: */
	const struct chy_promise_rules *rules;
	struct chy_words *words; /* the view's: words.c */
	struct chy_counts counts;
	size_t events; /* taken in since the batch began */
	struct chy_numbers numbers;
	struct chy_hash document; /* whose row waits: project.c */
	struct chy_buffer row; /* empty where none does */
	struct chy_scan row_scan, event_scan;
	struct chy_declarations declared; /* in force */
	bool retold; /* whether changes of cells tell again what is there: declare.c */
};

/* chy_name_number for what comes again and again. */
int chy_batch_number(struct chy_batch *batch, struct chy_str text, uint32_t *out);

/* Takes one record into the batch. 0, CHY_STORE_FULL, or an error. */
int chy_project(struct chy_batch *batch, const struct chy_taken *taken, struct chy_fault *fault);
/* Writes what waits. */
int chy_batch_flush(struct chy_batch *batch);
/* The same where the batch goes on. */
int chy_batch_settle(struct chy_batch *batch);
/* Loads batch->declared where it is not. */
int chy_batch_declarations(struct chy_batch *batch);
/* What was written is written: the next records begin a batch that uses this
 * one's memory again. */
void chy_batch_renew(struct chy_batch *batch);
void chy_batch_fini(struct chy_batch *batch);

/* -- words -------------------------------------------------------------------- */

struct chy_words *chy_words_new(void);
void chy_words_free(struct chy_words *words);
/* Takes the title of a document in, and the sentence and names of an event. */
void chy_words_document(struct chy_batch *batch, uint64_t record, const struct chy_hash *id,
	const struct chy_value *document);
/* False where the record has so many events that this one is not looked for. */
bool chy_words_event(struct chy_batch *batch, uint64_t record, uint32_t n,
	const struct chy_value *event, const struct chy_value *document);
/* Notes what the event belongs to whose words were taken in last. */
void chy_words_belong(struct chy_batch *batch, struct chy_str what);
int chy_words_flush(struct chy_batch *batch);

/* -- corrections ------------------------------------------------------------ */

/* Keeps the body of event-corrected with its document. */
int chy_correction_keep(struct chy_store_txn *txn, const struct chy_hash *document, uint64_t seq,
	const json_t *body);
/* Changes an event as a correction says and notes it in "corrected". */
void chy_correction_make(json_t *event, const json_t *correction, uint64_t seq);
/* Makes a document's corrections again on events that a coder has found anew:
 * each on the event of its sentence; those whose sentence tells nothing like
 * it any more are listed as "orphaned" in the document's row. */
int chy_corrections_apply(
	struct chy_store_txn *txn, const struct chy_hash *document, json_t *events, json_t *row);

/* -- people ------------------------------------------------------------------ */

/* Takes note of who is in an event, or, with a sign of -1, that it is told no
 * more. */
int chy_people_place(struct chy_batch *batch, const struct chy_value *event,
	const struct chy_telling *telling, int32_t sign);
/* The same of one dispute only, which it came to belong to. */
int chy_people_join(struct chy_batch *batch, const struct chy_value *event,
	const struct chy_telling *telling, struct chy_str dispute);
/* Its stage is sorted by then. */
int chy_people_flush(struct chy_batch *batch);

/* -- names ------------------------------------------------------------------ */

/* The number of a text, given on first sight; 0 for none. */
int chy_name_number(struct chy_store_txn *txn, struct chy_str text, uint32_t *out);
/* The number that a text has; CHY_NOT_FOUND where it was never told of. */
int chy_name_known(struct chy_store_txn *txn, struct chy_str text, uint32_t *out);
int chy_name_text(struct chy_store_txn *txn, uint32_t number, struct chy_str *out);

/* -- cells ------------------------------------------------------------------ */

/* Puts a telling into a cell, or, with `until`, ends it there. */
void chy_cell_change(
	struct chy_batch *batch, const struct chy_cell *cell, const struct chy_telling *telling);
int chy_cells_flush(struct chy_batch *batch);

/* The acts that a cell's tellings in the periods [first, last] make, of what
 * was known at a record (0: now). Those anchored within CHY_ACT_REACH periods
 * of the ends may be made with less than all that belongs to them. */
int chy_cell_acts(struct chy_store_txn *txn, const unsigned char hash[CHY_CELL_HASH], int32_t first,
	int32_t last, uint64_t as_of, struct chy_acts *out);

/* Calls for every category and sides of which there are cells, with their hash. */
typedef int chy_cell_visit(void *user, const unsigned char hash[CHY_CELL_HASH],
	struct chy_str category, struct chy_str sides);
int chy_each_cell(struct chy_store_txn *txn, chy_cell_visit *visit, void *user);

/* -- acts ------------------------------------------------------------------- */

enum { CHY_ACT_KEY = CHY_CELL_HASH + 1 + 1 + 8 + 1, CHY_ACT_ORDER = 4 + 8 + 4 };
void chy_act_key(
	const struct chy_acts *acts, const struct chy_act *act, unsigned char out[CHY_ACT_KEY]);
/* The telling with what an act promises: the best, else the first that names
 * a term; NULL for nothing. */
const struct chy_telling *chy_act_promise(const struct chy_acts *acts, const struct chy_act *act);
/* By which acts of a day follow one another: the earliest report's day, document
 * and place in it. */
void chy_act_order(
	const struct chy_acts *acts, const struct chy_act *act, unsigned char out[CHY_ACT_ORDER]);
/* Appends a row that holds what is not in the key. */
int chy_act_encode(struct chy_store_txn *txn, const struct chy_acts *acts,
	const struct chy_act *act, struct chy_buffer *out);
/* Out of such a row, as long as it lives. */
struct chy_act_row {
	const char *order; /* CHY_ACT_ORDER bytes: acts of a day follow one another by it */
	unsigned char best[CHY_EVENT_KEY];
	uint32_t category; /* a name's number */
	uint32_t kind; /* of the best: chy_kind_of */
	int16_t score; /* tenths */
	int32_t due; /* the last day of what is promised; INT32_MIN: nothing */
	unsigned char promise[CHY_EVENT_KEY]; /* the event that promises it */
	struct chy_str sides;
	uint32_t reports; /* documents */
	/* Lists of numbers and of keys, views of the row. */
	const char *disputes, *sources, *events;
	size_t dispute_count, source_count, event_count;
};
bool chy_act_decode(struct chy_str row, struct chy_act_row *out);

/* The names of an act's disputes, copied out of the pages. */
enum { CHY_ACT_NAMES = 32 };
struct chy_act_names {
	char texts[CHY_ACT_NAMES][160];
	struct chy_str list[CHY_ACT_NAMES];
	size_t count;
};
int chy_act_disputes(
	struct chy_store_txn *txn, const struct chy_act_row *row, struct chy_act_names *out);

/* Replaces acts anchored in the periods [first, last] by others in table, index
 * and tally. */
int chy_acts_replace(struct chy_batch *batch, const struct chy_acts *before,
	const struct chy_acts *after, int32_t first, int32_t last);

int chy_act_index_flush(struct chy_batch *batch);

/* What the index holds beside a happening's key. */
struct chy_act_facts {
	uint32_t category; /* a name's number */
	uint8_t standing;
	uint32_t kind; /* chy_kind_of */
	int16_t score; /* tenths */
};
enum { CHY_ACT_FACTS = 11 };
void chy_act_facts_put(const struct chy_act_facts *facts, unsigned char out[CHY_ACT_FACTS]);
bool chy_act_facts_get(struct chy_str value, struct chy_act_facts *out);

/* "H" and sixteen digits: of category and sides (8), of the day (4), of all of
 * the key (4). So the act is found by its name without a table of names. */
enum { CHY_ACT_NAME = 1 + 16 + 1 };
const char *chy_act_name(struct chy_str key, char out[CHY_ACT_NAME]);
/* The act of a name as it is in the table now, or was known at a record: its
 * key and row into the buffers. CHY_NOT_FOUND, CHY_EINPUT for no name. */
int chy_act_find(struct chy_store_txn *txn, struct chy_str name, uint64_t as_of,
	struct chy_buffer *out_key, struct chy_buffer *out_row);

/* Events that filters ask for, and the cells where they lie. */
struct chy_sought {
	struct chy_sought_event {
		unsigned char cell[CHY_CELL_HASH];
		int32_t period;
		unsigned char key[CHY_EVENT_KEY];
	} * list;
	size_t count, room;
};
/* Appends those that a filter asks for. */
int chy_seek_events(
	struct chy_store_txn *txn, const struct chy_event_filter *filter, struct chy_sought *out);
/* By cell; then: where those of the cell of the event `from` end, and whether
 * an act is told by any of n events of its cell. */
void chy_sought_sort(struct chy_sought *sought);
size_t chy_sought_cell(const struct chy_sought *sought, size_t from);
bool chy_tells_any(const struct chy_acts *acts, const struct chy_act *act,
	const struct chy_sought_event *list, size_t n);
void chy_sought_fini(struct chy_sought *sought);

/* The acts that a filter asks for as of its record, made anew: keys that end
 * with the act's and are in order of day, and rows. */
int chy_acts_of_then(
	struct chy_store_txn *txn, const struct chy_event_filter *filter, struct chy_stage *out);
/* The day in an act's key; INT32_MIN: none. */
int32_t chy_act_day(const char *key);

/* An act as chy_view_happenings shows it: a new reference. */
int chy_act_shown(struct chy_store_txn *txn, struct chy_str key, struct chy_str row, uint64_t as_of,
	json_t **out);

/* Whether a filter asks for what events differ in that have one category and
 * the same sides. */
bool chy_asks_of_events(const struct chy_event_filter *filter);

/* Whether any of an act's events is of those that a filter asks for; true
 * without a look at them where it asks for nothing that events differ in. */
int chy_act_passes(struct chy_store_txn *txn, const struct chy_event_filter *filter,
	struct chy_str row, bool *out);

/* -- promises ---------------------------------------------------------------- */

/* Takes note of an act that comes or goes, and is still in its table. */
int chy_fates_note(struct chy_batch *batch, struct chy_str key, const struct chy_act_row *row,
	const struct chy_act_names *disputes, bool add);
/* Once all acts are in their places. */
int chy_fates_flush(struct chy_batch *batch);

/* -- memberships ------------------------------------------------------------ */

/* Which happening an event tells. What was looked up is kept, some thousand
 * cells of it, since events are mostly walked in the order of their days. */
struct chy_memberships;
struct chy_memberships *chy_memberships_new(struct chy_store_txn *txn, uint64_t as_of);
void chy_memberships_free(struct chy_memberships *memberships);
/* CHY_NOT_FOUND where the cells lack the event. */
int chy_membership_of(struct chy_memberships *memberships, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_event_head *head, char out[CHY_ACT_NAME]);

/* -- tally ------------------------------------------------------------------ */

struct chy_tally_cell {
	uint16_t day_of_year; /* from 1; 0: not known */
	uint32_t category; /* a name's number */
	uint8_t standing;
	uint32_t kind; /* chy_kind_of; of disputes only, else 0 */
	int32_t acts, score, events; /* score: tenths, of the acts */
};
enum { CHY_TALLY_CELL = 2 + 4 + 1 + 4 + 4 + 4 + 4 };
/* Adds to what waits. */
void chy_tally_add(struct chy_batch *batch, struct chy_str what, int32_t day,
	const struct chy_tally_cell *add);
int chy_tally_flush(struct chy_batch *batch);

/* How often each who acts in a dispute does ("s", the dispute, "," and a code):
 * sums only, of standing, category and kind. */
void chy_tally_add_actor(
	struct chy_batch *batch, struct chy_str what, const struct chy_tally_cell *add);

/* Walks the cells of one `what`, year by year. Sums of events are cells without
 * a day: "t" and a what has them by category, "m" by month, which stands there for
 * the category: (year + 2^15) * 12 + month, or 0 for what has no day. */
typedef int chy_tally_visit(void *user, int32_t year, const struct chy_tally_cell *cell);
int chy_tally_walk(
	struct chy_store_txn *txn, struct chy_str what, chy_tally_visit *visit, void *user);

/* The acts of a dispute lie month by month; a month is a number that sorts like
 * it, (year + 2^15) << 8 | month. */
enum { CHY_TALLY_MONTH = 3, CHY_TALLY_UNDATED = 1 << 23 };
struct chy_tally_walker {
	chy_tally_visit *visit;
	int (*row_ends)(void *user, uint32_t period); /* NULL: not wanted */
	void *user;
};
/* From a period on: a month's number of disputes, else a year's. */
int chy_tally_walk_from(struct chy_store_txn *txn, struct chy_str what, uint32_t from,
	const struct chy_tally_walker *walker);
/* A dispute's acts without a day. */
int chy_tally_walk_undated(
	struct chy_store_txn *txn, struct chy_str what, chy_tally_visit *visit, void *user);
/* A row as it lies in the table, unsealed: years are 0. */
int chy_tally_walk_row(struct chy_str row, chy_tally_visit *visit, void *user);
uint32_t chy_tally_month_of(int64_t day);
int64_t chy_tally_month_end(uint32_t month);

/* -- milestones: milestone.c -------------------------------------------------- */

/* A dispute ("d" and its id) has other acts from this month on; flush is called
 * once for each batch. */
int chy_milestones_note(struct chy_batch *batch, struct chy_str what, uint32_t month);
int chy_milestones_flush(struct chy_batch *batch);
