/* The names that documents use for things, from data/ingest: keys of headers,
 * of JSON, of HTML's metadata, months, languages. */
#pragma once

#include "chancery/string.h"

struct name {
	const char *name, *value;
	int rank; /* the line's place in its file: the lower, the better */
};

struct names {
	const struct name *names;
	int count;
};

extern const struct names names_header, names_json, names_html, names_layout, names_months,
	names_languages, names_hyphens, names_types;

/* A name as the data files write it: lower case, `_` and ` ` as `-`. At most
 * size - 1 bytes; longer ones become empty, for no name is that long. */
struct chy_str chy_name_fold(struct chy_str name, char *buffer, size_t size);

/* The entry of a folded or unfolded name, or NULL. */
const struct name *chy_name_find(const struct names *names, struct chy_str name);
bool chy_name_means(const struct name *name, const char *value);
