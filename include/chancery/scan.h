/* JSON read where it lies: what a text says as a flat list of values that point
 * into it, without a tree on the heap. It is for texts that are read by the
 * hundred thousand and mostly copied on as they stand, such as the bodies of
 * records; whoever changes a value takes chancery/json.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chancery/error.h"
#include "chancery/string.h"

enum chy_value_type {
	CHY_VALUE_NULL,
	CHY_VALUE_FALSE,
	CHY_VALUE_TRUE,
	CHY_VALUE_NUMBER,
	CHY_VALUE_STRING,
	CHY_VALUE_ARRAY,
	CHY_VALUE_OBJECT
};

/* One value. Its views live as long as the scan is not used again and the
 * scanned text stays where it is. */
struct chy_value {
	struct chy_str key; /* of a member, as it stands between its quotes */
	struct chy_str raw; /* its bytes in the text */
	struct chy_str text; /* of a string: what it says, escapes resolved; data NULL of others */
	uint32_t count; /* members or elements */
	uint32_t next; /* values from this one to its next sibling; 0: the last */
	enum chy_value_type type;
};

/* Room for the values of one text; used again for the next. */
struct chy_scan {
	struct chy_value *values;
	size_t count, room;
	struct chy_buffer words; /* strings whose escapes were resolved */
};
void chy_scan_init(struct chy_scan *scan);
void chy_scan_fini(struct chy_scan *scan);

/* Reads one value that must fill the text, white space aside; at most 64 deep.
 * Structure is checked; that strings are UTF-8, numbers well-formed and keys
 * unlike one another is not: what matters there goes through chy_json_parse.
 * *out is the scan's. CHY_EINPUT, CHY_EMEM. */
int chy_scan_read(struct chy_scan *scan, struct chy_str text, const struct chy_value **out);

/* All of these take NULL for a value that is not there. */

/* A member of an object, or NULL. Keys are compared as they stand. */
const struct chy_value *chy_value_member(const struct chy_value *object, const char *key);
/* The first member or element, then the one after it; NULL at the end. */
const struct chy_value *chy_value_first(const struct chy_value *container);
const struct chy_value *chy_value_next(const struct chy_value *value);
/* A member's text; data NULL where it is absent or no string. */
struct chy_str chy_value_str(const struct chy_value *object, const char *key);
/* A member's number, 0 where it is absent or none. */
double chy_value_number(const struct chy_value *object, const char *key);
int64_t chy_value_integer(const struct chy_value *object, const char *key);
bool chy_value_is_true(const struct chy_value *object, const char *key);
/* A member's bytes, "null" where it is absent. */
struct chy_str chy_value_raw(const struct chy_value *object, const char *key);

/* What becomes of a member: its new bytes, or, with data NULL, nothing. */
struct chy_change {
	const char *key;
	struct chy_str raw;
};
/* Appends an object with changes made, in the order of its keys; both must be
 * in that order, as canonical JSON is. */
void chy_value_write_changed(const struct chy_value *object, const struct chy_change *changes,
	size_t n, struct chy_buffer *out);
