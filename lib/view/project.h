/* What the files that take records into the tables share: project.c has the
 * records and documents, placing.c the events. */
#pragma once

#include "internal.h"

struct projection {
	struct chy_batch *batch;
	struct chy_store_txn *txn;
	const struct chy_record *record;
	const struct chy_value *body;
	struct chy_counts *counts;
};

/* The id in a member "document". */
int chy_document_key(const struct chy_value *body, struct chy_hash *out);

/* What of a document every event of it takes over. */
struct chy_origin {
	const struct chy_value *document; /* its row */
	struct chy_hash id;
	struct chy_buffer members; /* as they stand in every event's JSON */
	uint32_t source;
	int32_t reported;
};
int chy_origin_read(const struct projection *p, const struct chy_value *document,
	const struct chy_hash *id, struct chy_origin *out);
void chy_origin_fini(struct chy_origin *origin);

/* Takes in one event under the record's number, as the n-th of its list. */
int chy_place_event(const struct projection *p, const struct chy_value *event,
	const struct chy_origin *origin, uint32_t n);
/* An event in force gets the disputes that it belongs to now, the declared one
 * among them, where it fits; NULL: one less. */
int chy_rejoin_event(const struct projection *p, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_declaration *declaration);
/* The record declares a dispute. */
int chy_declare(const struct projection *p);
/* From this record on an event is in force no more; one that was not changes
 * nothing. */
int chy_end_event(const struct projection *p, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_origin *origin);
