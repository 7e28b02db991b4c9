/* Folded keys: lower case, Latin letters without marks. */
#pragma once

#include <stdbool.h>

#include "chancery/string.h"

/* Appends the folded form: Latin letters of Latin-1 and Latin Extended-A lose
 * their marks and case, typographic apostrophes and hyphens become ASCII,
 * everything else stays. */
void chy_fold(struct chy_str text, struct chy_buffer *out);

/* Whether two texts are the same, folded. */
bool chy_fold_equal(struct chy_str a, struct chy_str b);
