/* The best tree for a table of arc scores. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "chancery/arena.h"

/* scores[d * (n + 1) + h]: how well word h - 1 (h = 0: the root) governs word
 * d, for n words. Writes the head of each word, -1 for the one root, so that
 * the sum is the highest of all trees: Chu and Liu 1965, Edmonds 1967 (where
 * greedy choice gives no tree). The table is overwritten. CHY_EMEM. */
int chy_tree_decode(float *scores, size_t n, struct chy_arena *arena, int32_t *out_heads);
