#include "network.h"

#include <stdlib.h>
#include <string.h>

/* A state's bytes are of 1/127, as kernel.h has it. */
#define STATE_STEP (1.0f / 127)

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* The next part of the workspace; called once to count and once to place. */
static void *take(char *base, size_t *used, size_t size)
{
	void *out = base ? base + *used : NULL;

	*used += (size + 63) / 64 * 64;
	return out;
}

static size_t lay_out(struct chy_workspace *s, const struct chy_text_model *m, char *base)
{
	size_t n = CHY_SPAN + 1, used = 0, h = m->sizes.hidden, widest;

	widest = larger(larger(m->sizes.embedding, m->tag_hidden.out), 3 * m->sizes.label);
	widest = larger(larger(widest, m->relation.out), larger(2 * h, m->arc.out));
	widest = larger(widest, m->end.out);
	s->rows = take(base, &used, n * sizeof(*s->rows));
	s->row_count = take(base, &used, n);
	s->tags = take(base, &used, n * m->tag.out * sizeof(float));
	s->scripts = take(base, &used, n * m->script.out * sizeof(float));
	s->arcs = take(base, &used, n * n * sizeof(float));
	s->parsed = take(base, &used, n * m->parse.out * sizeof(float));
	s->embedded = take(base, &used, n * widest * sizeof(float));
	s->gates = take(base, &used, n * 4 * h * sizeof(float));
	s->cell = take(base, &used, h * sizeof(float));
	s->hidden = take(base, &used, n * widest * sizeof(float));
	s->query = take(base, &used, n * m->arc.out * sizeof(float));
	s->scale = take(base, &used, n * sizeof(float));
	s->bytes = take(base, &used, n * widest);
	s->layers[0] = take(base, &used, n * 2 * h);
	s->layers[1] = take(base, &used, n * 2 * h);
	return used;
}

int chy_workspace_init(struct chy_workspace *space, const struct chy_text_model *model)
{
	size_t size = lay_out(space, model, NULL);

	space->memory = aligned_alloc(64, size);
	if (!space->memory)
		return CHY_EMEM;
	lay_out(space, model, space->memory);
	return CHY_OK;
}

void chy_workspace_fini(struct chy_workspace *space)
{
	free(space->memory);
	space->memory = NULL;
}

/* The rows of a word lie anywhere in a table that no cache holds: asked for while
 * those of the word before are added. */
static void call_up(const struct chy_text_model *m, const struct chy_workspace *s, size_t t)
{
	size_t width = m->sizes.embedding;

	for (size_t i = 0; i < s->row_count[t]; i++) {
		size_t row = s->rows[t][i];

		for (size_t k = 0; row < m->sizes.rows && k < width; k += 64)
			__builtin_prefetch(m->embedding + row * width + k);
	}
}

static void embed(const struct chy_text_model *m, struct chy_workspace *s, size_t n)
{
	size_t width = m->sizes.embedding;

	memset(s->embedded, 0, n * width * sizeof(float));
	for (size_t t = 0; t < n; t++) {
		if (t + 1 < n)
			call_up(m, s, t + 1);
		for (size_t i = 0; i < s->row_count[t]; i++) {
			size_t row = s->rows[t][i];

			/* A damaged table may name a row that there is not. */
			if (row < m->sizes.rows)
				m->kernel->add_row(m->embedding + row * width,
					m->embedding_scale[row], width, s->embedded + t * width);
		}
	}
}

/* One direction of one layer, from the input's bytes to half of the output's
 * rows. */
static void read_layer(const struct chy_text_model *m, struct chy_workspace *s,
	const struct chy_lstm *lstm, const uint8_t *in, size_t n, bool back, uint8_t *out)
{
	size_t h = lstm->recurrent.in;
	const float step = STATE_STEP;
	uint8_t *state = s->bytes; /* of the step before */

	m->kernel->multiply(&lstm->input, in, s->scale, n, s->gates, 4 * h, false);
	memset(s->cell, 0, h * sizeof(float));
	for (size_t i = 0; i < n; i++) {
		size_t t = back ? n - 1 - i : i;
		float *gates = s->gates + t * 4 * h;

		if (i)
			m->kernel->multiply(&lstm->recurrent, state, &step, 1, gates, 4 * h, true);
		m->kernel->cells(gates, s->cell, state, h);
		memcpy(out + t * 2 * h, state, h);
	}
}

static void read_layers(const struct chy_text_model *m, struct chy_workspace *s, size_t n)
{
	size_t h = m->sizes.hidden;
	const uint8_t *in = s->layers[1];

	/* The first layer's input takes the room of the second's output. */
	m->kernel->quantise(s->embedded, n, m->sizes.embedding, s->layers[1], s->scale);
	for (uint32_t l = 0; l < m->sizes.layers; l++) {
		uint8_t *out = s->layers[l & 1];

		read_layer(m, s, &m->forth[l], in, n, false, out);
		read_layer(m, s, &m->back[l], in, n, true, out + h);
		for (size_t t = 0; t < n; t++)
			s->scale[t] = STATE_STEP;
		if (l == m->sizes.tag_layer) {
			m->kernel->multiply(&m->tag_hidden, out, s->scale, n, s->hidden,
				m->tag_hidden.out, false);
			m->kernel->leaky(s->hidden, n * m->tag_hidden.out);
		}
		in = out;
	}
	m->kernel->multiply(&m->parse, in, s->scale, n, s->parsed, m->parse.out, false);
	m->kernel->leaky(s->parsed, n * m->parse.out);
}

void chy_network_ends(
	const struct chy_text_model *model, struct chy_workspace *space, size_t n, float *out)
{
	const struct chy_text_model *m = model;
	struct chy_workspace *s = space;
	const uint8_t *in = s->layers[1];
	uint8_t *states = s->layers[0];
	size_t h = m->sizes.ends;

	embed(m, s, n);
	m->kernel->quantise(s->embedded, n, m->sizes.embedding, s->layers[1], s->scale);
	read_layer(m, s, &m->end_forth, in, n, false, states);
	read_layer(m, s, &m->end_back, in, n, true, states + h);
	for (size_t t = 0; t < n; t++)
		s->scale[t] = STATE_STEP;
	m->kernel->multiply(&m->end, states, s->scale, n, s->hidden, m->end.out, false);
	for (size_t t = 0; t < n; t++)
		out[t] = s->hidden[t * m->end.out];
}

static void classify(const struct chy_text_model *m, struct chy_workspace *s, size_t n)
{
	m->kernel->quantise(s->hidden, n, m->tag_hidden.out, s->bytes, s->scale);
	m->kernel->multiply(&m->tag, s->bytes, s->scale, n, s->tags, m->tag.out, false);
	m->kernel->multiply(&m->script, s->bytes, s->scale, n, s->scripts, m->script.out, false);
}

static void score_arcs(const struct chy_text_model *m, struct chy_workspace *s, size_t n)
{
	size_t arc = m->sizes.arc, p = m->parse.out;

	for (size_t t = 0; t < n; t++)
		memcpy(s->embedded + t * arc, s->parsed + t * p, arc * sizeof(float));
	m->kernel->quantise(s->embedded, n, arc, s->bytes, s->scale);
	m->kernel->multiply(&m->arc, s->bytes, s->scale, n, s->query, m->arc.out, false);
	for (size_t d = 1; d < n; d++)
		m->kernel->dots(s->query + d * m->arc.out, s->parsed + arc, p, n, arc,
			s->arcs + (d - 1) * n);
}

void chy_network_run(const struct chy_text_model *model, struct chy_workspace *space, size_t n)
{
	n++; /* the root */
	embed(model, space, n);
	read_layers(model, space, n);
	classify(model, space, n);
	score_arcs(model, space, n);
}

static size_t best_of(const float *scores, size_t count)
{
	size_t best = 0;

	for (size_t i = 1; i < count; i++)
		best = scores[i] > scores[best] ? i : best;
	return best;
}

void chy_network_relations(const struct chy_text_model *model, struct chy_workspace *space,
	const int32_t *heads, size_t n, uint32_t *out)
{
	const struct chy_text_model *m = model;
	size_t width = m->sizes.label, p = m->parse.out;
	const float *labels = space->parsed + 2 * (size_t)m->sizes.arc;
	float *scores = space->hidden;

	for (size_t d = 0; d < n; d++) {
		const float *a = labels + (d + 1) * p;
		const float *b = labels + (size_t)(heads[d] + 1) * p + width;
		float *pair = space->embedded + d * 3 * width;

		memcpy(pair, a, width * sizeof(float));
		memcpy(pair + width, b, width * sizeof(float));
		for (size_t i = 0; i < width; i++)
			pair[2 * width + i] = a[i] * b[i];
	}
	m->kernel->quantise(space->embedded, n, 3 * width, space->bytes, space->scale);
	m->kernel->multiply(
		&m->relation, space->bytes, space->scale, n, scores, m->relation.out, false);
	for (size_t d = 0; d < n; d++)
		out[d] = (uint32_t)best_of(scores + d * m->relation.out, m->sizes.relations);
}
