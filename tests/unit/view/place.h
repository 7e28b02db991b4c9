/* An archive in a temporary directory, its log written by a script. */
#pragma once

#include "chancery/view.h"
#include "script.h"
#include "test.h"

struct place {
	char directory[64];
	struct chy_archive *archive;
	struct script *script;
};

void place_make(struct place *place);
void place_remove(struct place *place);

/* Appends the script's lines. */
void place_write(struct place *place, const char *lines);

/* Lets the archive's own views take in records up to `to` (0: all); a new
 * opening each time, as after a restart. */
void place_follow(struct place *place, uint64_t to);
void place_digest(const struct place *place, char out[CHY_HASH_HEX]);

/* The answers, new references. */
json_t *place_events(const struct place *place, const struct chy_event_filter *filter);
json_t *place_happenings(const struct place *place, const struct chy_event_filter *filter);
json_t *place_counts(const struct place *place, uint64_t as_of);

/* One text for the values of a key over an array of objects: "E3.1 E3.2". */
const char *listed(const json_t *array, const char *key, char *out, size_t size);
