/* The network while it learns: floats, dropout, gradients.
 *
 * Embeddings of words and their parts are summed, read by bidirectional LSTMs
 * (Hochreiter and Schmidhuber 1997; Graves and Schmidhuber 2005), from one
 * layer of which tags and lemma scripts are classified and from the last of
 * which arcs and relations are scored with biaffine attention (Dozat and
 * Manning, "Deep Biaffine Attention for Neural Dependency Parsing", 2017).
 * Optimised by Adam (Kingma and Ba 2015). */
#pragma once

#include "data.h"
#include "matrix.h"

enum { LAYERS_MAX = 4, PARAMS_MAX = 64, BATCH_MAX = 512 };

struct sizes {
	uint32_t rows, embedding, hidden, layers, tag_layer, tag_hidden, arc, label;
	uint32_t tags, scripts, relations, values, ends;
};

struct param {
	const char *name;
	float *w, *g, *m, *v;
	float *mean; /* of w over the last steps; NULL before the first is taken */
	size_t rows, columns; /* a bias has one row */
	struct packed forward, backward;
};

struct lstm {
	struct param *input, *recurrent, *bias;
	float *gates, *cell, *cell_tanh, *previous; /* [N][4H], [N][H] thrice */
	float *mask; /* of the recurrent state, [B][H] */
};

struct layer {
	struct lstm forth, back;
	float *in, *mask; /* [N][in], [B][in]: what went in, dropped out */
	float *out, *d_out; /* [N][2H] */
	size_t width; /* of in */
};

/* Sentences side by side: word t of sentence b is at t * B + b. */
struct batch {
	struct example *const *examples;
	size_t count, length; /* B, T */
};

struct rates {
	float embedding, layer, recurrent, mlp, word;
};

extern const struct rates window_rates; /* for windows: their answers are few */

struct net {
	struct sizes sizes;
	struct param params[PARAMS_MAX];
	size_t param_count;
	struct param *embedding, *tag_hidden, *tag_bias, *tag, *value, *tag_out_bias, *script,
		*script_bias, *parse, *parse_bias, *arc, *arc_bias, *relation, *relation_bias;
	struct layer layers[LAYERS_MAX];
	/* Whether sentences end: a layer of its own over the same embeddings. */
	struct layer ends;
	struct param *end, *end_bias;
	float *end_mask;
	float *end_logits;
	/* A tag's weights are its own and those of its features' values, which it
	 * shares with other tags; here is the sum, and the values of each. */
	float *tag_weights;
	const struct tag_values *tag_values;
	uint8_t *row_touched, *row_trained;
	uint32_t *touched;
	size_t touched_count;
	uint64_t seed;
	uint64_t step;
	bool training;
	struct rates dropout;
	/* of the batch */
	size_t capacity; /* N that the buffers hold */
	float *embedded, *embedded_mask;
	uint8_t *unknown; /* words whose own row was dropped */
	uint8_t shouted[BATCH_MAX]; /* the shape that a sentence pretends */
	float *tag_in, *tag_in_mask, *tags, *tag_logits, *script_logits, *tags_mask;
	float *parse_in, *parse_in_mask, *parsed, *parsed_mask, *query;
	float *pair, *relation_logits;
	float *scratch, *scratch2;
	struct packed packed;
	double loss[5]; /* arcs, relations, tags, scripts, ends: sums since reset */
	double loss_words;
};

void net_init(struct net *net, const struct sizes *sizes, const struct tag_values *tag_values,
	uint64_t seed);

/* Runs a batch; where training, also backwards, adding to the gradients. */
void net_run(struct net *net, const struct batch *batch);
void net_learn(struct net *net, const struct batch *batch);
/* The same for windows of tokens (without a root), where sentences end;
 * net_run_ends leaves the logits of token t of b in end_logits[t * B + b]. */
void net_run_ends(struct net *net, const struct batch *batch);
void net_learn_ends(struct net *net, const struct batch *batch);
/* After the weights were changed by others. */
void net_refresh(struct net *net);
/* One step of Adam with the gradients, which are then zero. */
void net_update(struct net *net, float rate);
/* Takes the weights of now into their mean with a share (0 to 1), the first
 * time wholly; net_settle puts the means in the place of the weights. A mean
 * of the weights on the way is better than where the way ends (Polyak and
 * Juditsky 1992; Izmailov et al. 2018). */
void net_average(struct net *net, float share);
void net_settle(struct net *net);

/* After net_run: arc scores of sentence b into out[(count - 1) × count], as
 * chy_tree_decode wants them. */
void net_arcs(const struct net *net, const struct batch *batch, size_t b, float *out);
/* The best relation for word d of sentence b under head h. */
uint32_t net_relation(struct net *net, const struct batch *batch, size_t b, size_t d, size_t h);
uint32_t net_tag(const struct net *net, const struct batch *batch, size_t b, size_t d);
const float *net_scripts(const struct net *net, const struct batch *batch, size_t b, size_t d);

/* 64 random bits (splitmix64, Steele et al. 2014). */
uint64_t net_random(struct net *net);
