/* What the files of ingest share. */
#pragma once

#include "chancery/edtf.h"
#include "chancery/ingest.h"
#include "trace.h"

struct name;
struct names;

enum { CHY_CLAIM_DATE, CHY_CLAIM_SOURCE, CHY_CLAIM_URL, CHY_CLAIM_LANGUAGE, CHY_CLAIMS };

/* The best that a document says so far on one thing; all in the arena. */
struct chy_claim {
	struct chy_str name, written, value; /* value: in the form of the record */
	int rank;
};

/* What a document says about itself, before it is an article. */
struct chy_draft {
	struct trace title, text; /* text: paragraphs parted by blank lines */
	struct chy_claim claims[CHY_CLAIMS];
	enum chy_date_source date_from;
	bool date_inferred;
	json_t *fields;
};

struct chy_reading {
	const struct chy_ingest_input *input;
	const struct chy_ingest_limits *limits;
	struct chy_arena *arena;
	struct chy_fault *fault;
	enum chy_media media;
	struct chy_str charset;
	struct trace text; /* the whole file, decoded and normalised */
};

int chy_draft_init(struct chy_draft *draft);
void chy_draft_fini(struct chy_draft *draft);

/* Decodes the file into reading->text. CHY_EUNSUPPORTED for what is no text. */
int chy_decode(struct chy_reading *reading);
/* What a file is by its first bytes ("a PDF document"), NULL for text. */
const char *chy_no_text(const struct chy_ingest_input *input);

/* NFC, LF for CR LF and CR, no controls, no invisible characters. With
 * `separators` form feeds, NEL, U+2028 and U+2029 end lines too; raw JSON has
 * them inside of strings. */
int chy_normalise(const struct trace *from, struct trace *out, bool separators);
bool chy_blank(uint32_t point);
/* Appends normalised text, each run of white space as one blank. */
void chy_add_words(struct trace *out, const struct trace *text, size_t start, size_t end);

/* A copy in the arena, normalised and trimmed; empty when memory ran out. */
struct chy_str chy_keep(struct chy_reading *reading, struct chy_str text);
struct chy_str chy_keep_day(struct chy_reading *reading, struct chy_date day);
/* Puts a field where it belongs, or into draft->fields. */
void chy_set_field(struct chy_reading *reading, struct chy_draft *draft, const struct names *names,
	struct chy_str name, struct chy_str value, enum chy_date_source source);
void chy_keep_field(struct chy_draft *draft, struct chy_str name, struct chy_str value);
void chy_keep_value(struct chy_draft *draft, struct chy_str name, json_t *value);
/* Says in the fields what could not be used, and why. */
void chy_note(struct chy_draft *draft, const char *field, const char *note, struct chy_str value);

/* The paragraphs of text[from, end), normalised, with lines that a program
 * has wrapped joined again; appended to out, parted by blank lines. */
void chy_add_paragraphs(struct trace *out, const struct trace *text, size_t from, size_t end);
/* Moves the first paragraph of the text into the title where it is a headline. */
void chy_take_headline(struct chy_draft *draft);

/* Drops a first paragraph that says the title again. */
void chy_drop_second_title(struct chy_draft *draft);

/* A text's header block, title, paragraphs. */
int chy_read_plain(struct chy_reading *reading, struct chy_draft *draft);
/* A page into the draft. */
int chy_read_html(struct chy_reading *reading, const struct trace *page, struct chy_draft *draft);
/* The paragraphs of a piece of HTML that is all article, appended to out. */
int chy_read_fragment(struct chy_reading *reading, const struct trace *piece, struct trace *out);
/* JSON: one object, an array of them, or lines. Adds articles itself. */
int chy_read_json(struct chy_reading *reading, struct chy_articles *out);

/* An article of a draft; original is its part of the file. */
int chy_add_article(struct chy_reading *reading, struct chy_draft *draft, uint64_t start,
	uint64_t end, struct chy_articles *out);
int chy_add_refusal(struct chy_reading *reading, uint64_t start, uint64_t end,
	const struct chy_fault *fault, struct chy_articles *out);

/* Loads what libxml2 loads when it is first used. */
int chy_html_prepare(void);

/* A day out of any of the forms that files use, its year 0 where none is
 * given; CHY_NOT_FOUND. */
int chy_read_date(struct chy_str text, struct chy_date *out);

struct chy_dateline {
	struct chy_str source; /* empty where none is named */
	struct chy_date date;
	bool dated;
	bool alone; /* a paragraph of its own */
	size_t end; /* where the text begins that follows it */
};
/* Whether a paragraph begins with a dateline, and what it says. One that names
 * neither an outlet nor a day must be in capitals. */
bool chy_read_dateline(struct chy_str text, struct chy_dateline *out);
