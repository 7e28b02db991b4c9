/* Learning where tokens, sentences and contracted words begin and end. */
#pragma once

#include "data.h"
#include "save.h"

/* Learns from the treebanks (the first says which contractions there are) and
 * adds the sections to the model. supplement: a file of contractions that the
 * treebank lacks, or NULL. Says how well the dev
 * treebank's questions are answered. */
void learn_segmenting(struct model_writer *writer, const struct treebank *treebanks, size_t count,
	const struct treebank *dev, const struct inventory *inventory, const char *supplement);
