/* What the files of ingest share. */
#pragma once

#include "chancery/edtf.h"
#include "chancery/ingest.h"
#include "trace.h"

/* What a document says about itself, before it is an article. */
struct chy_draft {
	struct trace title, text; /* text: paragraphs parted by blank lines */
	struct chy_str date, source, url, language; /* as written; in the arena */
	enum chy_date_source date_from;
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

void chy_draft_init(struct chy_draft *draft);
void chy_draft_fini(struct chy_draft *draft);

/* Decodes the file into reading->text. CHY_EUNSUPPORTED for what is no text. */
int chy_decode(struct chy_reading *reading);
/* NFC, LF for every line end, no invisible characters. */
int chy_normalise(const struct trace *from, struct trace *out);

/* "title" for "Título"; NULL for a name that means nothing here. */
const char *chy_field_of(struct chy_str name);
/* Puts a field where it belongs, or into draft->fields. */
void chy_set_field(struct chy_reading *reading, struct chy_draft *draft, struct chy_str name,
	struct chy_str value, enum chy_date_source source);

/* Parts of a text, front to back: header block, title, paragraphs. */
int chy_read_plain(struct chy_reading *reading, struct chy_draft *draft);
/* The paragraphs of a text that is decoded and normalised. */
void chy_read_body(struct chy_draft *draft, const struct trace *text);
int chy_read_html(struct chy_reading *reading, const struct trace *page, struct chy_draft *draft);
/* JSON: one object, an array of them, or lines. Adds articles itself. */
int chy_read_json(struct chy_reading *reading, struct chy_articles *out);

/* An article of a draft; original is its part of the file. */
int chy_add_article(struct chy_reading *reading, struct chy_draft *draft, uint64_t start,
	uint64_t end, struct chy_articles *out);
int chy_add_refusal(struct chy_reading *reading, uint64_t start, uint64_t end,
	const struct chy_fault *fault, struct chy_articles *out);

/* Loads what libxml2 loads when it is first used. */
void chy_html_prepare(void);

/* A day out of any of the forms that files use; CHY_NOT_FOUND. */
int chy_read_date(struct chy_str text, struct chy_date *out);
