/* Folded keys: lower case, Latin letters without marks. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "chancery/string.h"

/* What lies under a Latin letter with marks: one or two of a to z, as Unicode's
 * compatibility decompositions have them, and where they leave it whole, as it is
 * written without it: "a" of Á, "dz" of ǅ; "ae" of Æ, "o" of Ø, "ss" of ß. "" where
 * nothing is known to lie under it, as under all that is neither from U+00C0 to
 * U+024F nor from U+1E00 to U+1EFF. Static. */
const char *chy_fold_letters(uint32_t point);

/* Appends the folded form: letters of Latin-1 and Latin Extended-A that have one
 * letter under them become that, typographic apostrophes and hyphens ASCII, capitals
 * of ASCII and of Cyrillic, Æ and Þ, small; everything else stays. */
void chy_fold(struct chy_str text, struct chy_buffer *out);

/* Whether two texts are the same, folded. */
bool chy_fold_equal(struct chy_str a, struct chy_str b);
