/* What a terminal shows: widths, line breaks, folded keys and names in the
 * reader's language. By ICU and CLDR. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "chancery/string.h"

/* Columns that a UTF-8 text takes in a terminal (East Asian wide characters
 * two, combining marks none). */
size_t chy_display_width(struct chy_str text);

/* The longest beginning of text that fits into columns and ends where a line
 * may break (UAX 14); at least one grapheme. Returns its bytes. *out_skip is
 * the white space after it that the next line leaves out. */
size_t chy_display_break(struct chy_str text, size_t columns, const char *locale, size_t *out_skip);

/* The longest beginning of text, in whole graphemes, that fits into columns. */
size_t chy_display_fit(struct chy_str text, size_t columns);

/* The name of a country (ISO 3166-1 alpha-3, e.g. "RUS") in the language of a
 * locale ("pt_PT"), appended to out. CHY_NOT_FOUND for a code CLDR lacks. */
int chy_display_country(const char *alpha3, const char *locale, struct chy_buffer *out);

/* Whether a locale ("pt_PT", "fr") begins with the code of a language. */
bool chy_display_is_language(const char *locale);

/* A search key: NFKD without marks, case-folded, appended to out. Used for
 * comparing names as people type them. */
int chy_display_fold(struct chy_str text, struct chy_buffer *out);
