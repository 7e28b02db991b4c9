/* JSON, by jansson. This header is the one place that includes it: a JSON
 * value is jansson's json_t everywhere, and what is canonical is said here. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "chancery/error.h"
#include "chancery/string.h"

/* Canonical form: UTF-8, keys sorted by bytes, no white space, reals with the
 * fewest digits (up to 17) that read back the same. Appends to *out.
 * CHY_EMEM, or CHY_EINPUT for a value that JSON cannot hold. */
int chy_json_canonical(const json_t *value, struct chy_buffer *out);

/* Parses one value that must fill the text (white space aside). Duplicate
 * keys and NUL inside strings are refused. *out is a new reference.
 * CHY_EINPUT with the fault's `at` the byte and detail jansson's words. */
int chy_json_parse(const char *text, size_t size, json_t **out, struct chy_fault *fault);

/* A member as a view that lives as long as the object; empty (data NULL)
 * where it is absent or no string. */
struct chy_str chy_json_str(const json_t *object, const char *key);

/* json_stringn that turns an empty view with data NULL into null. */
json_t *chy_json_from_str(struct chy_str text);
