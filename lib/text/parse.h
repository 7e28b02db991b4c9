/* One sentence's words to tags, lemmas and a tree. */
#pragma once

#include "network.h"

/* As chy_text_parse_words, with the workspace and an arena for passing needs
 * given. */
int chy_parse_sentence(const struct chy_text_model *model, struct chy_workspace *space,
	struct chy_sentence *sentence, struct chy_arena *arena, struct chy_arena *scratch);
