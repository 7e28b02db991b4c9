/* What the commands of the client share. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "chancery/archive.h"
#include "chancery/coder.h"
#include "chancery/data.h"
#include "chancery/display.h"
#include "chancery/json.h"
#include "chancery/view.h"

/* Exit statuses: the contract of every command. */
enum {
	EXIT_ANSWERED = 0,
	EXIT_NOTHING = 1, /* nothing found */
	EXIT_USAGE = 2, /* the command line is wrong */
	EXIT_ARCHIVE = 3, /* the archive, or a file, cannot be used */
	EXIT_CHECK = 4, /* a check failed */
};

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV, FORMAT_TSV };

struct client {
	char **given; /* the command line as it was, NULL at its end */
	const char *program_archive; /* --archive, $CHANCERY_ARCHIVE or the default */
	const char *into; /* where a look at the past is being made; NULL for none */
	const char *lang; /* --lang, else of the environment: "pt_PT" */
	const char *as_of_text;
	enum format format;
	bool format_given;
	bool dashed_words; /* a word with one dash before it is no option: search */
	bool terminal, colour;
	size_t width; /* of the terminal, in columns */

	struct chy_archive *archive;
	struct chy_view *view;
	struct chy_catalogue *catalogue;
	json_t *declared; /* of declared_disputes(); NULL until it is asked for */
	struct chy_mapping words; /* of phrase(); mapped when first asked */
	uint64_t as_of; /* 0: now */
};

typedef int command_run(struct client *client, int argc, char **argv);
struct command {
	const char *name, *summary, *usage, *help;
	command_run *run; /* NULL: chancery-reader has it (see "two programs") */
};
extern const struct command commands[];

struct option_spec {
	const char *name; /* "--since" */
	const char **value; /* takes a value, or */
	bool *flag; /* stands alone */
};

/* -- one event (show.c): 0, or the status to leave with; begin_one: -1 for help */
int begin_one(struct client *client, const char *name, const struct option_spec *specs, size_t n,
	int argc, char **argv);
int find_event(struct client *client, const char *typed, json_t **out);
/* A happening whole (show_happening.c). */
bool is_happening_id(const char *typed);
int show_happening(struct client *client, const char *typed);
/* The article of a document's id, a new reference. */
int article_of(struct client *client, struct chy_str document, json_t **out);
/* Makes a document's row (chy_view_document) what it was at --as-of. */
int recall_document(struct client *client, json_t *document);
void print_member(struct client *client, const json_t *object, const char *key);
void print_members(struct client *client, const json_t *object, const char *const *keys, size_t n);

/* -- disputes ------------------------------------------------------------- */

/* A dispute by its id, of the catalogue or a thread: {"id", "name" (in the
 * user's language), "issue", "since", "until", "origin", "parties"}, a new
 * reference; NULL where there is none. */
json_t *matter_named(struct client *client, struct chy_str id);
/* What a filter's `dispute` asks for a matter by. */
struct chy_str matter_key(struct client *client, const json_t *matter);
/* The declared disputes in force as of client->as_of; borrowed. */
const json_t *declared_disputes(struct client *client);
/* Of these, by id; NULL. Borrowed. */
const json_t *declared_named(struct client *client, struct chy_str id);
/* Asks as of another record from now on (0: now); what was borrowed of the declared
 * disputes is no longer there. */
void turn_to(struct client *client, uint64_t as_of);
/* All of them, or all threads, in order: an array, a new reference. */
int all_matters(struct client *client, bool threads, int64_t last_day, json_t **out);
bool is_thread(struct chy_str id);
bool is_dispute(struct client *client, struct chy_str id);
/* Leaves what is dated after a day, and what has no day, out of a filter;
 * INT64_MAX leaves nothing out. */
void until_day(struct chy_event_filter *filter, int64_t last_day);
/* "2013-11-01  Russia → Japan  CONSULT/visit  [Lusa, Brics Post]  E12.3"; the
 * day of a report, where the text gives none, in brackets. Appends. */
void describe_happening(struct client *client, const json_t *happening, struct chy_buffer *line);

/* Asks where reports of these happenings disagree, into "contradictions" of
 * each. */
int ask_contradictions(struct client *client, json_t *happenings);
/* "dates differ: 2013-11-01 (Lusa), 2013-11-02 (Brics Post)"; nothing where all
 * agree. Appends. */
void describe_contradictions(
	struct client *client, const json_t *happening, struct chy_buffer *out);

/* One paragraph on how a dispute stands, out of a row of `dispute` and the
 * last acts of each party (an array of arrays): an array of {"text", "events"},
 * a new reference. */
json_t *state_of_play(struct client *client, const json_t *row, const json_t *lists);

/* Two moments, as records (INT64_MAX: now), and what is asked for of the time
 * between. */
struct between {
	uint64_t from, to;
	struct chy_event_filter filter;
	char dispute[128]; /* the filter's */
};
/* Adds to the rows of `diff`, which are what was learned and taken back between two
 * moments, the promises that became overdue. */
int add_overdue(struct client *client, const struct between *between, json_t *rows);
/* Adds to the rows of `diff` the disputes whose phase changed; touched: ids, as
 * keys, of which events were learned or taken back. None where the filter asks
 * for what only events have. */
int add_phase_changes(
	struct client *client, const struct between *between, const json_t *touched, json_t *rows);

/* A phrase of data/views/play.<language>.tsv; empty where there is none. */
struct chy_str phrase(struct client *client, const char *kind, struct chy_str key);

/* -- what analysts add to the log (record.c) -------------------------------- */

struct signature {
	const char *author, *reason;
};
/* Demands a reason, and fills in who asks. */
int check_signature(struct signature *signature, const char *command);
/* Writes a record, by the daemon where one runs. Closes the archive: a process
 * may not open one log twice. */
int put_record(struct client *client, const char *kind, json_t *body, uint64_t *out_seq);

/* What `dispute --declare` and `--undeclare` take (declare.c). */
struct declaring {
	const char *id, *undeclared; /* one of them */
	const char *name, *name_pt, *name_es, *parties, *terms, *issue, *since, *until;
	struct signature signature;
};
size_t declaring_specs(struct declaring *declaring, struct option_spec *out);
int declare_dispute(struct client *client, struct declaring *declaring);

/* -- options -------------------------------------------------------------- */

/* Reads options, the global ones too, wherever they stand; what is left is
 * moved to the front of argv and counted in *out_rest. Prints what is wrong
 * and returns EXIT_USAGE. --help prints the command's and returns -1. */
int read_options(struct client *client, const struct command *command,
	const struct option_spec *specs, size_t n, int argc, char **argv, int *out_rest);
/* The word of a list that is nearest to what was typed; NULL if none is near. */
const char *nearest(const char *typed, const char *const *words, size_t n);
/* Prints the sentence and returns EXIT_USAGE. */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The first or last day of a date as it was typed. */
int read_day(const char *option, const char *text, bool last, int64_t *out);
/* Whether --language is one (NULL too), and --since lies before --until: 0, or
 * the status to leave with. */
int check_language(const char *typed);
int check_days(const char *since, const char *until, int64_t first, int64_t last);

/* Filters that several commands take. */
struct filter_options {
	const char *actor, *recipient, *between, *event, *dispute, *since, *until, *place, *lang;
	const char *source, *aux, *min_confidence, *limit;
};
size_t filter_specs(struct filter_options *options, struct option_spec *out);
/* Of these, those of what an event is, not of when it was, nor of how many. */
size_t sort_specs(struct filter_options *options, struct option_spec *out);
/* Fills the filter; the texts live as long as options and catalogue. */
int read_filter(
	struct client *client, const struct filter_options *options, struct chy_event_filter *out);

/* -- the archive ---------------------------------------------------------- */

/* Opens archive, views and catalogue, lets the views catch up where nobody
 * else does, and finds what --as-of means. Prints what is wrong. */
int open_archive(struct client *client);
/* Opens the log alone: no views, no catalogue. */
int open_log(struct client *client);
/* The number of the log's last record; 0 where it cannot be read. */
uint64_t end_of_log(struct client *client);
/* The same; prints why it cannot be read. */
int find_end(struct client *client, uint64_t *out);

/* Records after a number as `log` prints them, read in one short snapshot: at
 * most `limit`, up to the record `until` (0: no limit). `records` is the
 * caller's to release even where reading them ended with a fault. */
struct batch {
	json_t *records;
	int result; /* 0 there may be more, CHY_END, or a fault */
	struct chy_fault fault;
};
void read_batch(
	struct client *client, uint64_t after, uint64_t until, uint64_t limit, struct batch *out);

/* Makes the views anew elsewhere, up to the record where the archive's own are,
 * and compares both: 0 where they are equal, else prints what is wrong. */
int compare_views(struct client *client);

/* Whether what is called as the views, or as a mark of how they are, can be such: 0,
 * or the status to leave with. */
int check_marks(const struct client *client);

/* The directory for views of one question's own. */
const char *place_for_own(void);

/* Sends a line to the socket of the archive's holder. The connection, upon
 * which the answer comes, or -1 where nobody answers. */
int ask_daemon(const json_t *holder, const char *question);

/* The day of which things are told: the newest document's. */
int64_t latest_day(struct client *client);

/* What --as-of means, once the archive is open: into client->as_of. */
int read_as_of(struct client *client);
/* The record that a number or a time means, for the option of that name. */
int read_when(struct client *client, const char *option, const char *text, uint64_t *out);
void close_archive(struct client *client);
int open_catalogue(struct client *client);

/* A document by its id or a unique beginning of it: prints what is wrong. */
int find_document(struct client *client, const char *typed, struct chy_hash *out);

/* -- two programs ---------------------------------------------------------- */

/* Most questions would only wait for the libraries that read articles and write
 * SQLite to be loaded. So they are linked into a program of their own, which has
 * what needs them (reader.c). `chancery` turns into it where it is asked for that
 * (elsewhere.c), and returns, with the status to leave with, only where it cannot. */
int command_of_reader(const struct client *client, const char *name, command_run **out_run);

/* -- messages ------------------------------------------------------------- */

/* Prints one sentence for a fault: what, where, what to do. Returns the exit
 * status that belongs to it. */
int tell(const struct chy_fault *fault);
/* The same of a file that was named on the command line. */
int tell_of_file(const struct chy_fault *fault);
/* Whether it is about the program's own data, not about an archive. */
bool is_of_data(const struct chy_fault *fault);
/* What is said after the system's own words for an errno: "" where nothing is. */
const char *what_helps(int os_error);
/* A signal handler for pages of a damaged archive, or of one on a full disk. The
 * client must outlive all that reads archives. */
void watch_for_damage(const struct client *client);

/* -- output --------------------------------------------------------------- */

struct column {
	const char *header, *key;
	bool wide; /* takes the room that is left, and is wrapped */
};

/* Prints rows (an array of objects) in the format that was asked for; plain
 * lines where the output is no terminal. Returns EXIT_NOTHING for none. */
int print_rows(struct client *client, const struct column *columns, size_t n, const json_t *rows);
/* What is no rows is not asked for as csv or tsv, and what is told in words alone
 * in no format at all: 0, or the status to leave with. */
int refuse_rows(const struct client *client, const char *command);
int refuse_formats(const struct client *client, const char *command);
/* Says that nothing was found, in words where the answer would be in words. */
void say_nothing_found(const struct client *client);
/* One object, as JSON where a JSON format was asked for; false otherwise. */
bool print_as_json(const struct client *client, const json_t *value);
/* A member as text: names for lists of actors, codes in machine formats. */
void cell_text(struct client *client, const json_t *row, const char *key, bool names,
	struct chy_buffer *out);
/* An EDTF date for people: seasons in words. Appends. */
void date_words(struct chy_str date, struct chy_buffer *out);
/* The name of a code in the user's language. */
void name_of_code(struct client *client, struct chy_str code, struct chy_buffer *out);
/* Wrapped at the terminal's width with so much room before each line. */
void print_wrapped(const struct client *client, struct chy_str text, size_t indent);
/* The name of a dispute in the user's language. */
struct chy_str name_of_dispute(const struct client *client, const struct chy_dispute *dispute);
/* The day of a happening, which may be NULL; INT64_MIN where none is told. */
int64_t happening_day(const json_t *happening);
/* A day count as 2013-11-03; "" for none. */
void day_text(int64_t day, char out[16]);

/* -- the commands --------------------------------------------------------- */

command_run run_disputes, run_dispute, run_timeline, run_events, run_show, run_source, run_log,
	run_follow, run_stats, run_status, run_ingest, run_verify, run_diff, run_backup,
	run_restore, run_commitments, run_withdraw, run_correct, run_actors, run_export, run_search,
	run_history, run_replay;
/* In chancery-reader. */
command_run run_code, run_parse, run_why, run_recode;
const struct command *command_named(const char *name);
