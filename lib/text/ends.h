/* Where the sentences of a paragraph end. */
#pragma once

#include "network.h"
#include "segment.h"

/* A paragraph's tokens. */
struct chy_pieces {
	const char *text;
	const struct chy_piece *items;
	size_t count;
};

/* Fills *out (emptied first) with a byte for each token, 1 where it is the
 * last of its sentence; the paragraph's last always is. CHY_EMEM. */
int chy_ends_find(const struct chy_text_model *model, struct chy_workspace *space,
	const struct chy_pieces *pieces, struct chy_buffer *out);
