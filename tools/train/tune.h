/* What is chosen on dev once the rest is learnt. */
#pragma once

#include "data.h"

/* Tries how much likelier sentences end in text that has lost its line ends,
 * and writes into the model at path what serves dev's sentences in a row best
 * (see lost_lines in format.h). */
void tune_lost_lines(const char *path, const struct treebank *dev);
