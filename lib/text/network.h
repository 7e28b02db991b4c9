/* The network at work: a sentence's words to scores, in bytes and floats.
 *
 * Graves and Schmidhuber 2005 (bidirectional LSTM); Dozat and Manning 2017
 * (biaffine arcs); weights in eight bits after Jacob et al., "Quantization and
 * Training of Neural Networks for Efficient Integer-Arithmetic-Only
 * Inference", 2018. */
#pragma once

#include "model.h"

enum { CHY_SPAN = 256 }; /* words that are read at once */

/* Where the network works: memory for CHY_SPAN words, taken once. */
struct chy_workspace {
	void *memory;
	uint32_t (*rows)[CHY_ROW_MAX]; /* given: of the root and each word */
	uint8_t *row_count;
	float *tags, *scripts; /* logits of word t at t times the matrix's out */
	float *arcs; /* scores as chy_tree_decode wants them */
	float *parsed; /* states for arcs and relations */
	/* on the way */
	float *embedded, *gates, *cell, *hidden, *query, *scale;
	uint8_t *bytes, *layers[2];
};

int chy_workspace_init(struct chy_workspace *space, const struct chy_text_model *model);
void chy_workspace_fini(struct chy_workspace *space);

/* Reads n words (rows[1] to rows[n], rows[0] the root; n at most CHY_SPAN):
 * tags, scripts and arcs are filled. */
void chy_network_run(const struct chy_text_model *model, struct chy_workspace *space, size_t n);

/* How likely a sentence ends after each of n tokens (rows[0] to rows[n - 1],
 * without a root): logits. */
void chy_network_ends(
	const struct chy_text_model *model, struct chy_workspace *space, size_t n, float *out);

/* The relation of each word to its head (-1: the root). */
void chy_network_relations(const struct chy_text_model *model, struct chy_workspace *space,
	const int32_t *heads, size_t n, uint32_t *out);
