/* Ingest: from a file's bytes to articles.
 *
 * Text (with or without a header block), HTML, JSON and JSON lines, in any
 * charset that ICU knows. Everything here reads hostile bytes: no function
 * keeps state between calls, all limits are arguments, and nothing is
 * guessed silently: how the date, the language's name and the charset were
 * found is part of the result. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chancery/arena.h"
#include "chancery/error.h"
#include "chancery/hash.h"
#include "chancery/json.h"
#include "chancery/string.h"

enum chy_media { CHY_MEDIA_TEXT, CHY_MEDIA_HTML, CHY_MEDIA_JSON, CHY_MEDIA_JSONL };

/* Where a date came from, best first. */
enum chy_date_source {
	CHY_DATE_NONE,
	CHY_DATE_HEADER,
	CHY_DATE_METADATA,
	CHY_DATE_DATELINE,
	CHY_DATE_ARGUMENT,
	CHY_DATE_FILE
};

struct chy_ingest_limits {
	size_t file_bytes; /* of one file */
	size_t article_bytes; /* of one article's text */
	size_t articles; /* in one file */
	size_t depth; /* of HTML elements and JSON values */
	size_t line_bytes; /* of one line of JSONL */
};
extern const struct chy_ingest_limits chy_ingest_default_limits;

struct chy_ingest_input {
	const void *bytes;
	size_t size;
	struct chy_str name; /* file name, a hint for the format; may be empty */
	struct chy_str date; /* --date, EDTF day; empty where not given */
	int64_t file_time; /* µs since 1970, or INT64_MIN where not known */
	const struct chy_ingest_limits *limits; /* NULL: the default ones */
};

/* The map from an article's text to the bytes that it came from: segments in
 * order of text (of the original they need not be: a title may stand last).
 * A segment is `units` pieces of one size in the text and one size in the
 * original: a run of UTF-8 that was kept has one unit a byte, a letter of
 * ISO-8859-1 is one unit of two bytes and one, an entity or an escape is one
 * unit. Text in no segment was put in (the blank line between paragraphs). */
struct chy_map_segment {
	uint32_t text_start, text_end;
	uint64_t original_start, original_end;
	uint32_t units;
};
struct chy_map {
	struct chy_map_segment *segments;
	size_t count;
};

/* Smallest span of the original that holds text[start, end), whole units;
 * where nothing of the original stands there, an empty span at the nearest
 * place before. */
void chy_map_span(const struct chy_map *map, uint32_t start, uint32_t end, uint64_t *out_start,
	uint64_t *out_end);
/* A compact string for a record, and back (CHY_EINPUT when malformed). */
int chy_map_encode(const struct chy_map *map, struct chy_buffer *out);
int chy_map_decode(struct chy_str encoded, struct chy_arena *arena, struct chy_map *out);

struct chy_article {
	enum chy_media media;
	struct chy_str charset; /* of the file, IANA name */
	struct chy_str title; /* may be empty */
	struct chy_str text; /* title on the first line, paragraphs parted by a blank
					 * line; UTF-8, NFC, LF; what the coder reads. A dateline is
					 * left out and kept in the fields */
	struct chy_map map; /* text to the file's bytes */
	struct chy_str date; /* EDTF day or empty */
	enum chy_date_source date_from;
	bool date_inferred; /* the document gave day and month, the year is from
					 * elsewhere (`1 nov` in a dateline) */
	struct chy_str source; /* outlet, or empty */
	struct chy_str url; /* or empty */
	struct chy_str language; /* as the document says, ISO 639-1, or empty */
	json_t *fields; /* every other field of the document, an object; owned by
					 * the list. "_notes", where present, lists what could not be
					 * used: {"field", "note", "value"} */
	uint64_t original_start, original_end; /* the article's own bytes in the file: all of
						 * it, or its line or element of JSON */
	struct chy_hash id; /* of the content: see chy_article_content */
};

struct chy_articles {
	struct chy_article *articles;
	size_t count;
	/* Articles of the same file that could not be taken, and why (JSON lines
	 * may be good and bad in one file). */
	struct chy_ingest_refusal {
		uint64_t original_start, original_end;
		struct chy_fault fault;
	} * refusals;
	size_t refusal_count;
};

/* Loads what ICU and libxml2 load at first use (converters, the charset
 * detector, normalisation data, parser tables), so that later calls open no
 * file: to be called once, before threads and before a worker confines
 * itself. Calls without it work where files may be opened. CHY_EMEM, or
 * CHY_EABSENT where ICU's data are missing. */
int chy_ingest_prepare(void);

/* Reads a file. Everything in *out is in the arena but for `fields`, which
 * chy_articles_fini releases. CHY_EINPUT, CHY_ELIMIT, CHY_EUNSUPPORTED (not
 * text at all: fault says what it looks like), CHY_EMEM. An empty file is
 * CHY_EINPUT. */
int chy_ingest(const struct chy_ingest_input *input, struct chy_arena *arena,
	struct chy_articles *out, struct chy_fault *fault);
void chy_articles_fini(struct chy_articles *articles);

/* The content that identifies a document: canonical JSON of date (where the
 * document itself bears one: header, metadata, dateline; a year that it does not
 * give is XXXX; else null), source, text, title, url (null where empty). Line ends, encoding
 * and file name are no part of it. Appends to out. */
int chy_article_content(const struct chy_article *article, struct chy_buffer *out);

/* What a `document-added` record says of an article, but for what the archive
 * adds (path, original, size, time): a new reference. docs/schema/document.json. */
json_t *chy_article_to_json(const struct chy_article *article);

const char *chy_media_type(enum chy_media media); /* "text/plain" */
const char *chy_date_source_name(enum chy_date_source source); /* "header" */
