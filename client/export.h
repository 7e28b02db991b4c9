/* What the formats of `export` share: export.c holds their list, and one file
 * each what they write. All of them walk; none gathers what it is given. */
#pragma once

#include "client.h"

struct export;
typedef int export_write(struct export *export);

struct export
{
	struct client *client;
	struct chy_event_filter filter;
	bool done_only; /* no --aux was given: some formats tell what was done only */
	const char *wanted; /* the options of the filter as they were typed */
	FILE *out; /* NULL for a format that writes `path` itself */
	const char *path; /* the file that is being written; NULL for standard output */
	const char *name; /* what that file will be called, and is to whoever asked for it */
	uint64_t seq; /* the record that all is told as of */
	uint64_t rows; /* written */
	int status; /* what a visitor has to leave with, and has told why; 0: none */
};

/* Walks what the filter asks for; the visitor's user is the export. Prints
 * what is wrong and returns the status to leave with. */
int export_events(struct export *export, chy_event_visit *visit);
int export_happenings(struct export *export, chy_happening_visit *visit);
/* To be returned by visitors: ends the walk once nothing can be written. */
int export_next(struct export *export);

/* The formats. */
export_write export_csv, export_jsonl, export_ics, export_dot, export_timelinejs, export_gdelt,
	export_cameo;
/* SQLite's, which chancery-reader has, found as command_of_reader() finds. */
export_write export_sqlite;
int sqlite_of_reader(const struct client *client, export_write **out_write);

/* -- of events ---------------------------------------------------------------- */

/* The days of an EDTF text; false where it has none. INT64_MIN and INT64_MAX
 * for an end that is open. */
bool days_of(struct chy_str edtf, int64_t *out_first, int64_t *out_last);
/* The day that an event is sorted and counted by: the first of its date, else
 * of its report; INT64_MIN. */
int64_t day_of_event(const json_t *event);
/* What was neither announced nor supposed nor denied. */
bool is_done(const json_t *event);

/* Who did something to whom. A joint act is told from each side: the pairs of
 * everyone who acts with every other. Where there is one side only, the other
 * is NULL. */
struct pair {
	const json_t *from, *to; /* of the event's lists */
	bool joint;
};
typedef int visit_pair(void *user, const struct pair *pair);
int each_pair(const json_t *event, visit_pair *visit, void *user);
