/* Views: what is derived from the log so that questions are quick, and the
 * questions themselves. views.mdb can be deleted at any time.
 *
 * Each change of the views commits together with number and hash of the last
 * record that it has seen, so that the views are exactly as far as they say. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chancery/archive.h"
#include "chancery/error.h"
#include "chancery/hash.h"
#include "chancery/json.h"
#include "chancery/string.h"

struct chy_view;

/* The files that views are, in one directory, together. */
enum chy_view_file {
	CHY_VIEW_FILE_DATA, /* views.mdb: all that is derived */
	CHY_VIEW_FILE_READERS, /* who reads */
	CHY_VIEW_FILE_LOCK, /* who follows the log */
	CHY_VIEW_FILE_UNSYNCED, /* a mark: more is written than is on disk */
	CHY_VIEW_FILE_UNFINISHED, /* a mark of the client's: they are being made anew */
	CHY_VIEW_FILES
};
/* The path of one, be it there or not, into out, of size bytes; empty where it is
 * longer. */
void chy_view_path(const char *directory, enum chy_view_file file, char *out, size_t size);
/* Whether a file's name, without a directory, is that of one. */
bool chy_view_is_file(const char *name);

/* Opens <directory>/views.mdb to read. CHY_EABSENT where there is none yet,
 * CHY_EVERSION where another edition made it. */
int chy_view_open(const char *directory, struct chy_view **out, struct chy_fault *fault);

/* Whether views were made of an archive's log, so that they can be gone on with: of
 * none, or of records that it has, the last of which it has alike. */
bool chy_view_is_of(struct chy_view *view, struct chy_archive *archive);

/* Opens it to follow an archive's log, alone (CHY_EBUSY where another process
 * does), making it where it is absent and starting afresh where it belongs to
 * another archive, to a longer log, or to another edition of the views, is
 * damaged, or may be, since the system stopped while they were written.
 * directory is where views.mdb lies, mostly the archive's own. */
int chy_view_open_writer(const char *directory, struct chy_archive *archive, struct chy_view **out,
	struct chy_fault *fault);
/* The same of an archive's whole log for this process alone, in files that have no
 * name: they take room in the directory `place` until they are closed or the
 * process ends, however it does. They are followed and asked by one handle. */
int chy_view_open_unnamed(const char *place, struct chy_archive *archive, struct chy_view **out,
	struct chy_fault *fault);
void chy_view_close(struct chy_view *view);

/* Whether views.mdb is still the file that is open; it can be deleted at any
 * time, and then has to be opened anew. */
bool chy_view_is_in_place(const struct chy_view *view);

/* Checks the pages of views.mdb, without mapping them. CHY_EDAMAGED with the
 * first that is not what it should be, CHY_EABSENT. */
int chy_view_check(const char *directory, struct chy_fault *fault);

/* Removes views.mdb, sound or not. CHY_EBUSY where somebody follows. */
int chy_view_discard(const char *directory, struct chy_fault *fault);
/* Removes all that a writer's views, now closed, left in a directory. */
void chy_view_remove(const char *directory);

/* The last record that the views have seen. */
int chy_view_position(struct chy_view *view, uint64_t *out_seq, struct chy_fault *fault);

/* Takes in records of the archive after the position up to the record `to`
 * (0: all there are), in one or more transactions. *out_seq is the new
 * position. */
int chy_view_follow(struct chy_view *view, struct chy_archive *archive, uint64_t to,
	uint64_t *out_seq, struct chy_fault *fault);

/* The same for a long way: go_on is told how far it is after each transaction,
 * and ends it there, in order, by false. */
typedef bool chy_view_going_on(void *user, uint64_t seq);
int chy_view_follow_far(struct chy_view *view, struct chy_archive *archive, uint64_t to,
	chy_view_going_on *go_on, void *user, uint64_t *out_seq, struct chy_fault *fault);

/* Forgets everything; the next chy_view_follow begins with the first record. */
int chy_view_clear(struct chy_view *view, struct chy_fault *fault);

/* BLAKE2b-256 over those of the tables, each over its name and every key and
 * value in order: equal for equal history, however it was followed. */
int chy_view_digest(struct chy_view *view, struct chy_hash *out, struct chy_fault *fault);

/* Holds the views as they are now: questions are answered of this moment
 * until it is let go, however far another process follows meanwhile. */
int chy_view_hold(struct chy_view *view, struct chy_fault *fault);
void chy_view_let_go(struct chy_view *view);

/* -- questions ------------------------------------------------------------ */

/* Which events are asked for. Empty views and zeros ask for all. Codes are
 * those of events ("RUS"); days count from 1970-01-01. */
struct chy_event_filter {
	struct chy_str actor, recipient; /* a code on that side */
	struct chy_str between[2]; /* both take part, on any side; the second may be empty */
	struct chy_str category; /* "AGREE" */
	struct chy_str dispute, place, language, source, aux, document;
	int64_t first_day, last_day; /* when it happened, else was reported; INT64_MIN/MAX */
	double min_confidence;
	bool with_due; /* commitments only */
	bool with_happening; /* events come with "happening", the name of the one they tell */
	unsigned states; /* of commitments: 1 << chy_promise_state, or-ed; 0: all */
	uint64_t as_of; /* what was known at that record; 0: now */
	size_t limit; /* 0: all */
};
#define CHY_EVENT_FILTER_ALL                                                                       \
	((struct chy_event_filter){.first_day = INT64_MIN, .last_day = INT64_MAX})

/* One event, as docs/schema/event.json has it with `id`, `document`,
 * `recorded`, `reported` (the document's date), `title`, `source` and `url`.
 * Borrowed. A positive return ends the walk and is handed through. */
typedef int chy_event_visit(void *user, json_t *event);

/* Events in order of the day of the act, else of its report. */
int chy_view_events(struct chy_view *view, const struct chy_event_filter *filter,
	chy_event_visit *visit, void *user, struct chy_fault *fault);

/* The same as happenings, those that any of the events tells and whose own day
 * is within the filter's; with a limit, the latest. An array, a new reference,
 * in order of day; each docs/schema/happening.json. */
int chy_view_happenings(struct chy_view *view, const struct chy_event_filter *filter, json_t **out,
	struct chy_fault *fault);

/* One happening by its name ("H" and sixteen digits), as it is told, or was at
 * the record `as_of`. CHY_NOT_FOUND, CHY_EINPUT for no name. */
int chy_view_happening(struct chy_view *view, struct chy_str name, uint64_t as_of, json_t **out,
	struct chy_fault *fault);

/* The same one by one, which takes no more memory for many than for few.
 * Borrowed; a positive return ends the walk and is handed through. */
typedef int chy_happening_visit(void *user, json_t *happening);
int chy_view_each_happening(struct chy_view *view, const struct chy_event_filter *filter,
	chy_happening_visit *visit, void *user, struct chy_fault *fault);

/* Days that an event's may lie before or after its happening's at most. */
enum { CHY_HAPPENING_AROUND = 279 };

/* Whether two names of places, each with the language that it stands in, may be
 * of one: who asks knows names. */
typedef bool chy_same_place(void *user, struct chy_str a, struct chy_str language_of_a,
	struct chy_str b, struct chy_str language_of_b);

/* Gives each of an array of happenings, as they are shown, "contradictions":
 * what reports of it disagree about (docs/schema/happening.json), of what was
 * known at the record `as_of`. */
int chy_view_contradictions(struct chy_view *view, json_t *happenings, uint64_t as_of,
	chy_same_place *same_place, void *user, struct chy_fault *fault);

/* One event by its id ("E12.3"), in force or not: "superseded" is the record
 * that took it back, or null. CHY_NOT_FOUND, CHY_EINPUT for no id. */
int chy_view_event(struct chy_view *view, struct chy_str id, json_t **out, struct chy_fault *fault);
/* The same with the declared disputes that it belonged to at the record. */
int chy_view_event_at(struct chy_view *view, struct chy_str id, uint64_t as_of, json_t **out,
	struct chy_fault *fault);
/* Whether one passes a filter, in force or not; `as_of` counts for nothing. */
int chy_view_event_passes(struct chy_view *view, struct chy_str id,
	const struct chy_event_filter *filter, bool *out, struct chy_fault *fault);

/* The declared disputes in force at a record (0: now): the bodies of their
 * records (docs/schema/records.md) with "record", its number, and "key", what
 * a filter's `dispute` asks for them by. An array, a new reference. */
int chy_view_declared(struct chy_view *view, uint64_t as_of, json_t **out, struct chy_fault *fault);

/* One document's row by its id; docs/schema/document.json. CHY_NOT_FOUND. */
int chy_view_document(
	struct chy_view *view, const struct chy_hash *id, json_t **out, struct chy_fault *fault);

/* Which documents are to be coded again. Empty views ask for all; days are of
 * the document's date, INT64_MIN and INT64_MAX for no bound. */
struct chy_recoding_filter {
	struct chy_str language, source;
	int64_t first_day, last_day;
};
/* Whether it asks for a document, the body of its document-added. */
bool chy_recoding_wants(const struct chy_recoding_filter *filter, const json_t *document);

/* What a new coding of a document changes of the one in force. */
struct chy_recoding {
	bool withdrawn; /* it was taken back: nothing else is told */
	bool written; /* the job has its new coding in the log already */
	uint64_t before; /* the record with the coding that is compared; 0: never coded */
	size_t kept, changed, added, gone; /* events; changed: of one sentence, told otherwise */
	size_t orphaned; /* corrections that would find their event no more */
};
/* Compares a coder's events (an array; NULL: only what there is) with the
 * coding in force, that of `job` aside (its member "recoding"; empty: none).
 * Events are the same where their canonical JSON is. CHY_NOT_FOUND where the
 * views have no such document. */
int chy_view_recoding(struct chy_view *view, struct chy_archive *archive, const struct chy_hash *id,
	const json_t *events, struct chy_str job, struct chy_recoding *out,
	struct chy_fault *fault);

/* How many there are: {"documents", "sightings", "rejected", "events",
 * "withdrawn", "last_day"}. */
int chy_view_counts(struct chy_view *view, uint64_t as_of, json_t **out, struct chy_fault *fault);

/* Events in force, counted: an object of numbers by category ("AGREE"), by the
 * month of the act's day ("2013-11"; "unknown") or by pair ("JPN,RUS"). A new
 * reference. What all, a pair or a dispute has costs no look at the events. */
enum chy_count_by { CHY_COUNT_BY_CATEGORY, CHY_COUNT_BY_MONTH, CHY_COUNT_BY_PAIR };
int chy_view_count_events(struct chy_view *view, const struct chy_event_filter *filter,
	enum chy_count_by by, json_t **out, struct chy_fault *fault);

/* People and bodies as documents told of them. Empty views ask for all codes;
 * with `dispute` the others only narrow its answer where `as_of` is set. */
struct chy_people_filter {
	struct chy_str code, person, dispute;
	uint64_t as_of; /* what was known at that record; 0: now */
};
/* Who acted or spoke for whom, in which post: {"code", "person", "role" (each
 * null where it was not told), "events", "spoke" (events that quote the
 * person), "first_seen", "last_seen" (days of acts, else of reports),
 * "first_event", "last_event"}, an array ordered by code and first day, a new
 * reference. It costs what there are of such posts, not of events, but with
 * `as_of` each event of the code or dispute is looked at. */
int chy_view_people(struct chy_view *view, const struct chy_people_filter *filter, json_t **out,
	struct chy_fault *fault);
/* The names of all persons that documents told of: an array of strings. */
int chy_view_person_names(struct chy_view *view, json_t **out, struct chy_fault *fault);

/* What became of a promise; data/views/commitments.tsv says when. */
enum chy_promise_state {
	CHY_PROMISE_PENDING,
	CHY_PROMISE_OVERDUE,
	CHY_PROMISE_KEPT,
	CHY_PROMISE_KEPT_LATE,
	CHY_PROMISE_BROKEN,
	CHY_PROMISE_WITHDRAWN,
	CHY_PROMISE_RENEWED,
	CHY_PROMISE_STATES
};
/* "pending", "kept-late". */
const char *chy_promise_state_name(enum chy_promise_state state);

/* Promises with a term, in order of its last day (which the filter's days are
 * of): happenings as docs/schema/happening.json has them, as they stood on a
 * day. An array, a new reference. With a limit, those whose terms end last; of
 * promises that are pending only, those whose terms end first. It costs what
 * it answers, but with `as_of` the acts between the sides of all promises of the
 * filter's are made anew, and some bytes of memory for each. */
int chy_view_commitments(struct chy_view *view, const struct chy_event_filter *filter, int64_t on,
	json_t **out, struct chy_fault *fault);
/* Of each state the `most` whose terms end last, in order, and how many there are.
 * Of the filter a dispute, states and `as_of` count. What is not shown costs next
 * to nothing but with `as_of`, as above. */
int chy_view_last_commitments(struct chy_view *view, const struct chy_event_filter *filter,
	int64_t on, size_t most, json_t **out, uint64_t counts[CHY_PROMISE_STATES],
	struct chy_fault *fault);
/* The same as chy_view_commitments one by one, as chy_view_each_happening. */
int chy_view_each_commitment(struct chy_view *view, const struct chy_event_filter *filter,
	int64_t on, chy_happening_visit *visit, void *user, struct chy_fault *fault);

/* Events and documents whose words are looked for, the best first: an array, a
 * new reference, of docs/schema/hit.json. Of the filter everything counts, with
 * a limit from 1 to CHY_SEARCH_MOST; with `as_of` the answer is the one that was
 * given then. *out_cut, which may be left out, is an array of the beginnings ("cur")
 * of more stems than are looked for. CHY_EINPUT with the fault's detail what is
 * wrong with the words; docs/search.md tells how they are written and ranked. */
enum { CHY_SEARCH_MOST = 1000, CHY_SEARCH_STEMS = 64 };
int chy_view_search(struct chy_view *view, struct chy_str words,
	const struct chy_event_filter *filter, json_t **out, json_t **out_cut,
	struct chy_fault *fault);

/* How a matter goes: of the filter `dispute`, `between`, the days and `as_of`
 * count. */
struct chy_course {
	uint64_t happenings;
	double temperature; /* on the day: see chy_temperature */
	char phase[32]; /* of a dispute, on the day: docs/disputes.md; else empty */
	int64_t phase_since; /* its first day; INT64_MIN: since ever */
	json_t *last; /* the last that was done or announced, the caller's; NULL for none */
};
int chy_view_course(struct chy_view *view, const struct chy_event_filter *matter, int64_t day,
	struct chy_course *out, struct chy_fault *fault);

/* The phases that a dispute has gone through up to a day, in order: an array,
 * a new reference, of {"phase", "since" (its first day, as a date), "by" (the
 * happening that brought it about; null where none did: dormancy)}; the latest
 * `limit` of them only (0: all). */
int chy_view_phases(struct chy_view *view, const struct chy_event_filter *matter, int64_t day,
	size_t limit, json_t **out, struct chy_fault *fault);

/* How a dispute went, period by period up to a day: an array, a new reference,
 * of {"period" ("2013-11", "2013"), "day" (its last, or the day), "temperature"
 * and "phase" on that day, "happenings" (in the period), "cooperative" and
 * "conflictual" (of these; what was denied or only may be is neither)}.
 * Periods in which nothing happened and no heat was left are passed over. */
int chy_view_course_by(struct chy_view *view, const struct chy_event_filter *matter, int64_t day,
	bool by_year, json_t **out, struct chy_fault *fault);

/* Who acts in a dispute: {"code", "acts" (what was denied or only may be aside),
 * "mediations" (those of data/views/phases.tsv), "last" (day of the last)}, an
 * array, a new reference, those of most acts first. */
int chy_view_participants(struct chy_view *view, const struct chy_event_filter *matter,
	json_t **out, struct chy_fault *fault);

/* The threads that formed by themselves and have as many happenings up to the
 * filter's last day as data/views/phases.tsv demands: an array of their ids, in
 * order, a new reference. */
int chy_view_threads(struct chy_view *view, const struct chy_event_filter *filter, json_t **out,
	struct chy_fault *fault);

/* How hot: the sum over happenings of minus the score, each halved for every
 * CHY_HALF_LIFE days that it lies before `day`. Above zero is conflict. */
enum { CHY_HALF_LIFE = 180 };
double chy_temperature(const json_t *happenings, int64_t day);
