/* Records: one entry of the log, its bytes, its kinds, its schemas.
 * docs/log-format.md is the definition. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "chancery/error.h"
#include "chancery/hash.h"
#include "chancery/json.h"
#include "chancery/scan.h"
#include "chancery/string.h"

enum chy_kind {
	CHY_KIND_ARCHIVE_CREATED,
	CHY_KIND_DOCUMENT_ADDED,
	CHY_KIND_DOCUMENT_SIGHTED,
	CHY_KIND_DOCUMENT_REJECTED,
	CHY_KIND_EVENTS_CODED,
	CHY_KIND_DOCUMENT_WITHDRAWN,
	CHY_KIND_EVENT_CORRECTED,
	CHY_KIND_DISPUTE_DECLARED,
	CHY_KIND_COUNT,
	CHY_KIND_OTHER /* a kind that a newer edition wrote: its name is kept */
};
const char *chy_kind_name(enum chy_kind kind); /* "document-added" */
enum chy_kind chy_kind_from_name(struct chy_str name);
unsigned chy_kind_schema(enum chy_kind kind); /* the one written today */

/* A record as it is stored; the views point into the stored bytes. */
struct chy_record {
	uint64_t seq; /* from 1, without gaps */
	int64_t time; /* µs since 1970-01-01T00:00:00Z; never before the one before */
	struct chy_hash hash, prev;
	enum chy_kind kind;
	struct chy_str kind_name;
	unsigned schema;
	struct chy_str body; /* canonical JSON, an object */
};

/* Encodes a record whose hash is not yet known: appends its bytes to out and
 * writes the hash to record->hash. body must be canonical JSON. */
int chy_record_encode(struct chy_record *record, struct chy_buffer *out);

/* Decodes and checks the hash. CHY_EDAMAGED where form or hash are wrong,
 * CHY_EVERSION where the frame is of a newer edition. */
int chy_record_decode(struct chy_str bytes, struct chy_record *out);

/* The body as JSON, lifted to today's schema: a new reference. CHY_EVERSION
 * for a schema newer than this edition knows. */
int chy_record_body(const struct chy_record *record, json_t **out, struct chy_fault *fault);

/* The same without a tree, for whoever reads very many: the body as the scan
 * has it, which lives as long as the record's bytes and the scan and `lifted`
 * (room for a body of an older schema) are not used again. */
int chy_record_scan(const struct chy_record *record, struct chy_scan *scan,
	struct chy_buffer *lifted, const struct chy_value **out, struct chy_fault *fault);

/* A record as `log` and `follow` print it: {archive?, body, hash, kind, prev,
 * schema, seq, time}: a new reference. */
int chy_record_to_json(const struct chy_record *record, json_t **out, struct chy_fault *fault);
