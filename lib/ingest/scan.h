/* Where the values of JSON stand in a text. jansson reads the values; this
 * finds their places, so that a text keeps its map. Nothing here recurses. */
#pragma once

#include "trace.h"

struct scanner {
	struct chy_str text;
	size_t at;
	size_t depth_limit;
	bool too_deep;
};

void chy_scan_space(struct scanner *scanner);
/* The character at the scanner's place after white space, 0 at the end. */
char chy_scan_peek(struct scanner *scanner);
/* Past a string that begins here; its inside is [from, to). */
bool chy_scan_string(struct scanner *scanner, size_t *from, size_t *to);
/* Past any value; false where it is cut off or nests too deep. */
bool chy_scan_value(struct scanner *scanner);
/* The next member of the object whose brace (or last member) was passed: its
 * name's inside and its value's place; false at the object's end. */
bool chy_scan_member(struct scanner *scanner, size_t name[2], size_t value[2]);
/* The next element of an array, in the same way. */
bool chy_scan_element(struct scanner *scanner, size_t value[2]);

/* Appends what the inside of a string means, escapes undone, with its places. */
void chy_unescape(const struct trace *source, size_t from, size_t to, struct trace *out);
