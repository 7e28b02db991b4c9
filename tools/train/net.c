#include "net.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAK 0.1f

const struct rates window_rates = {
	.embedding = 0.3f, .layer = 0.4f, .recurrent = 0.25f, .mlp = 0.4f, .word = 1.0f};

uint64_t net_random(struct net *net)
{
	uint64_t z = net->seed += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static float uniform(struct net *net)
{
	return (float)(net_random(net) >> 40) * (1.0f / 16777216.0f);
}

static struct param *param(
	struct net *net, const char *name, size_t rows, size_t columns, float range)
{
	struct param *p = &net->params[net->param_count++];
	size_t n = rows * columns;

	*p = (struct param){.name = name, .rows = rows, .columns = columns};
	p->w = must_alloc(n, sizeof(float));
	p->g = must_alloc(n, sizeof(float));
	p->m = must_alloc(n, sizeof(float));
	p->v = must_alloc(n, sizeof(float));
	for (size_t i = 0; range > 0 && i < n; i++)
		p->w[i] = (2 * uniform(net) - 1) * range;
	return p;
}

static struct param *matrix(struct net *net, const char *name, size_t rows, size_t columns)
{
	/* Glorot and Bengio 2010 */
	return param(net, name, rows, columns, sqrtf(6.0f / (float)(rows + columns)));
}

static void init_lstm(
	struct net *net, struct lstm *lstm, size_t in, size_t h, const char *const *names)
{
	float range = sqrtf(6.0f / (float)(in + h));

	lstm->input = param(net, names[0], in, 4 * h, range);
	lstm->recurrent = param(net, names[1], h, 4 * h, sqrtf(3.0f / (float)h));
	lstm->bias = param(net, names[2], 1, 4 * h, 0);
	for (size_t i = 0; i < h; i++) /* gates in the order in, forget, new, out */
		lstm->bias->w[h + i] = 1;
}

static void sum_tag_weights(struct net *net)
{
	size_t tags = net->sizes.tags, values = net->sizes.values;

	memcpy(net->tag_weights, net->tag->w, net->tag->rows * tags * sizeof(float));
	for (size_t k = 0; k < net->tag->rows; k++) {
		for (size_t t = 0; t < tags; t++) {
			const struct tag_values *v = &net->tag_values[t];

			for (uint32_t i = 0; i < v->count; i++)
				net->tag_weights[k * tags + t] +=
					net->value->w[k * values + v->at[i]];
		}
	}
}

/* The gradient of the values, from that of the tags. */
static void share_tag_gradient(struct net *net)
{
	size_t tags = net->sizes.tags, values = net->sizes.values;

	for (size_t k = 0; k < net->tag->rows; k++) {
		for (size_t t = 0; t < tags; t++) {
			const struct tag_values *v = &net->tag_values[t];

			for (uint32_t i = 0; i < v->count; i++)
				net->value->g[k * values + v->at[i]] += net->tag->g[k * tags + t];
		}
	}
}

void net_refresh(struct net *net)
{
	sum_tag_weights(net);
	for (size_t i = 0; i < net->param_count; i++) {
		struct param *p = &net->params[i];

		const float *w = p == net->tag ? net->tag_weights : p->w;

		if (p == net->embedding || p == net->value || p->rows == 1)
			continue;
		pack(&p->forward, w, p->rows, p->columns, p->columns, 1);
		pack(&p->backward, w, p->columns, p->rows, 1, p->columns);
	}
}

void net_init(struct net *net, const struct sizes *sizes, const struct tag_values *tag_values,
	uint64_t seed)
{
	static const char *const names[LAYERS_MAX][6] = {{"f0x", "f0h", "f0b", "b0x", "b0h", "b0b"},
		{"f1x", "f1h", "f1b", "b1x", "b1h", "b1b"},
		{"f2x", "f2h", "f2b", "b2x", "b2h", "b2b"},
		{"f3x", "f3h", "f3b", "b3x", "b3h", "b3b"}};
	static const char *const end_names[] = {"sfx", "sfh", "sfb", "sbx", "sbh", "sbb"};
	size_t state = 2 * (size_t)sizes->hidden;
	size_t parse = 2 * (size_t)sizes->arc + 2 * (size_t)sizes->label;

	*net = (struct net){.sizes = *sizes, .seed = seed, .tag_values = tag_values};
	net->embedding = param(net, "embedding", sizes->rows, sizes->embedding, 0.05f);
	for (size_t l = 0; l < sizes->layers; l++) {
		struct layer *layer = &net->layers[l];

		layer->width = l ? state : sizes->embedding;
		init_lstm(net, &layer->forth, layer->width, sizes->hidden, names[l]);
		init_lstm(net, &layer->back, layer->width, sizes->hidden, names[l] + 3);
	}
	net->tag_hidden = matrix(net, "tagh", state, sizes->tag_hidden);
	net->tag_bias = param(net, "taghb", 1, sizes->tag_hidden, 0);
	net->tag = matrix(net, "tag", sizes->tag_hidden, sizes->tags);
	net->value = matrix(net, "value", sizes->tag_hidden, sizes->values);
	net->tag_weights = must_alloc((size_t)sizes->tag_hidden * sizes->tags, sizeof(float));
	net->tag_out_bias = param(net, "tagb", 1, sizes->tags, 0);
	net->script = matrix(net, "script", sizes->tag_hidden, sizes->scripts);
	net->script_bias = param(net, "scriptb", 1, sizes->scripts, 0);
	net->parse = matrix(net, "parse", state, parse);
	net->parse_bias = param(net, "parseb", 1, parse, 0);
	net->arc = matrix(net, "arc", sizes->arc, sizes->arc);
	net->arc_bias = param(net, "arcb", 1, sizes->arc, 0);
	net->relation = matrix(net, "rel", 3 * (size_t)sizes->label, sizes->relations);
	net->relation_bias = param(net, "relb", 1, sizes->relations, 0);
	net->ends.width = sizes->embedding;
	init_lstm(net, &net->ends.forth, sizes->embedding, sizes->ends, end_names);
	init_lstm(net, &net->ends.back, sizes->embedding, sizes->ends, end_names + 3);
	net->end = matrix(net, "end", 2 * (size_t)sizes->ends, 1);
	net->end_bias = param(net, "endb", 1, 1, 0);
	net->row_touched = must_alloc(sizes->rows, 1);
	net->row_trained = must_alloc(sizes->rows, 1);
	net->touched = must_alloc(sizes->rows, sizeof(*net->touched));
	net_refresh(net);
}

/* Buffers for N words. */
static void grow_floats(float **p, size_t count)
{
	free(*p);
	*p = must_alloc(count, sizeof(float));
}

static void reserve_layer(struct layer *layer, size_t n)
{
	struct lstm *both[] = {&layer->forth, &layer->back};
	size_t h = layer->forth.recurrent->rows;

	for (int d = 0; d < 2; d++) {
		grow_floats(&both[d]->gates, n * 4 * h);
		grow_floats(&both[d]->cell, n * h);
		grow_floats(&both[d]->cell_tanh, n * h);
		grow_floats(&both[d]->previous, n * h);
		grow_floats(&both[d]->mask, BATCH_MAX * h);
	}
	grow_floats(&layer->in, n * layer->width);
	grow_floats(&layer->mask, BATCH_MAX * layer->width);
	grow_floats(&layer->out, n * 2 * h);
	grow_floats(&layer->d_out, n * 2 * h);
}

static void reserve(struct net *net, size_t n)
{
	const struct sizes *s = &net->sizes;
	size_t h = s->hidden, parse = 2 * (size_t)s->arc + 2 * (size_t)s->label;
	size_t widest = 4 * h;

	if (n <= net->capacity)
		return;
	net->capacity = n = n + n / 4;
	widest = widest > s->tags ? widest : s->tags;
	widest = widest > s->scripts ? widest : s->scripts;
	widest = widest > parse ? widest : parse;
	for (size_t l = 0; l < s->layers; l++)
		reserve_layer(&net->layers[l], n);
	grow_floats(&net->end_logits, n);
	grow_floats(&net->end_mask, BATCH_MAX * 2 * s->ends);
	reserve_layer(&net->ends, n);
	grow_floats(&net->embedded, n * s->embedding);
	grow_floats(&net->embedded_mask, n * s->embedding);
	grow_floats(&net->tag_in, n * 2 * h);
	grow_floats(&net->tag_in_mask, BATCH_MAX * 2 * h);
	grow_floats(&net->tags, n * s->tag_hidden);
	grow_floats(&net->tags_mask, n * s->tag_hidden);
	grow_floats(&net->tag_logits, n * s->tags);
	grow_floats(&net->script_logits, n * s->scripts);
	grow_floats(&net->parse_in, n * 2 * h);
	grow_floats(&net->parse_in_mask, BATCH_MAX * 2 * h);
	grow_floats(&net->parsed, n * parse);
	grow_floats(&net->parsed_mask, BATCH_MAX * parse);
	grow_floats(&net->query, n * s->arc);
	grow_floats(&net->pair, n * 3 * s->label);
	grow_floats(&net->relation_logits, n * s->relations);
	grow_floats(&net->scratch, n * widest);
	grow_floats(&net->scratch2, n * widest);
	free(net->unknown);
	net->unknown = must_alloc(n, 1);
}

static void draw_mask(struct net *net, float *mask, size_t count, float rate)
{
	float keep = 1 / (1 - rate);

	for (size_t i = 0; i < count; i++)
		mask[i] = !net->training ? 1 : uniform(net) < rate ? 0 : keep;
}

/* out[t][b] = in[t][b] * mask[b] for rows of a width. */
static void apply_mask(
	const struct batch *batch, const float *in, const float *mask, size_t width, float *out)
{
	assert(batch->count);
	for (size_t n = 0; n < batch->length * batch->count; n++) {
		const float *m = mask + n % batch->count * width;

		for (size_t i = 0; i < width; i++)
			out[n * width + i] = in[n * width + i] * m[i];
	}
}

static void linear(const struct param *w, const struct param *bias, const float *in, size_t n,
	size_t in_step, float *out, size_t out_step)
{
	multiply(n, in, in_step, 1, &w->forward, out, out_step, false);
	for (size_t r = 0; bias && r < n; r++) {
		for (size_t i = 0; i < w->columns; i++)
			out[r * out_step + i] += bias->w[i];
	}
}

/* d_in may be NULL; else it is written, or added to. */
static void linear_back(struct net *net, struct param *w, struct param *bias, const float *in,
	size_t n, size_t in_step, const float *d_out, size_t out_step, float *d_in, bool add)
{
	pack(&net->packed, d_out, n, w->columns, out_step, 1);
	multiply(w->rows, in, 1, in_step, &net->packed, w->g, w->columns, true);
	for (size_t r = 0; bias && r < n; r++) {
		for (size_t i = 0; i < w->columns; i++)
			bias->g[i] += d_out[r * out_step + i];
	}
	if (d_in)
		multiply(n, d_out, out_step, 1, &w->backward, d_in, in_step, add);
}

/* Row i of word n as this batch sees it: in upper case where its sentence
 * pretends to be a headline, its own row forgotten where it pretends to be
 * unknown (UINT32_MAX: no row). */
static uint32_t row_seen(
	const struct net *net, const struct example *e, size_t n, size_t i, size_t count)
{
	size_t t;
	uint32_t row;

	assert(count);
	t = n / count;
	row = e->rows[t][i];

	if (net->unknown[n] && i == 0)
		return CHY_ROW_UNKNOWN;
	if (net->unknown[n] && i + 1 == e->row_count[t])
		return UINT32_MAX;
	if (i == 1 && net->shouted[n % count] && (row - CHY_ROW_SHAPE) % 16 <= CHY_SHAPE_CAPITAL)
		return row - (row - CHY_ROW_SHAPE) % 16 + net->shouted[n % count];
	return row;
}

/* A few sentences pretend to be in capitals, or with each word capitalised. */
static void draw_shouted(struct net *net, size_t count)
{
	for (size_t b = 0; b < count; b++) {
		float chance = uniform(net);

		net->shouted[b] = 0;
		if (net->training && chance < 0.03f)
			net->shouted[b] = chance < 0.02f ? CHY_SHAPE_UPPER : CHY_SHAPE_CAPITAL;
	}
}

static void embed(struct net *net, const struct batch *batch)
{
	size_t width = net->sizes.embedding, total = batch->length * batch->count;

	assert(batch->count && batch->count <= BATCH_MAX);
	memset(net->embedded, 0, total * width * sizeof(float));
	draw_shouted(net, batch->count);
	for (size_t n = 0; n < total; n++) {
		const struct example *e = batch->examples[n % batch->count];
		size_t t = n / batch->count;
		float *out = net->embedded + n * width;

		if (t >= e->count)
			continue;
		net->unknown[n] =
			net->training && t &&
			uniform(net) <
				net->dropout.word / (net->dropout.word + (float)e->frequency[t]);
		for (size_t i = 0; i < e->row_count[t]; i++) {
			uint32_t row = row_seen(net, e, n, i, batch->count);

			if (row == UINT32_MAX)
				continue;
			for (size_t k = 0; k < width; k++)
				out[k] += net->embedding->w[row * width + k];
		}
	}
	draw_mask(net, net->embedded_mask, total * width, net->dropout.embedding);
	for (size_t i = 0; i < total * width; i++)
		net->embedded[i] *= net->embedded_mask[i];
}

static void embed_back(struct net *net, const struct batch *batch, const float *d)
{
	size_t width = net->sizes.embedding, total = batch->length * batch->count;

	assert(batch->count);
	for (size_t n = 0; n < total; n++) {
		const struct example *e = batch->examples[n % batch->count];
		const float *mask = net->embedded_mask + n * width;
		size_t t = n / batch->count;

		for (size_t i = 0; t < e->count && i < e->row_count[t]; i++) {
			uint32_t row = row_seen(net, e, n, i, batch->count);
			float *g;

			if (row == UINT32_MAX)
				continue;
			if (!net->row_touched[row]) {
				net->row_touched[row] = net->row_trained[row] = 1;
				net->touched[net->touched_count++] = row;
			}
			g = net->embedding->g + row * width;
			for (size_t k = 0; k < width; k++)
				g[k] += d[n * width + k] * mask[k];
		}
	}
}

static inline float sigmoid(float x)
{
	return 1 / (1 + expf(-x));
}

/* One time step for all sentences; out has 2H columns, of which it gets H. */
static void lstm_cells(
	struct lstm *lstm, const struct batch *batch, size_t t, const float *before, float *out)
{
	size_t h = lstm->recurrent->rows, count = batch->count;

	for (size_t b = 0; b < count; b++) {
		size_t n = t * count + b;
		float *g = lstm->gates + n * 4 * h, *c = lstm->cell + n * h;
		float *th = lstm->cell_tanh + n * h, *o = out + n * 2 * h;
		const float *c0 = before ? before + b * h : NULL;

		if (t >= batch->examples[b]->count) {
			memset(c, 0, h * sizeof(float));
			memset(o, 0, h * sizeof(float));
			continue;
		}
		for (size_t k = 0; k < 2 * h; k++)
			g[k] = sigmoid(g[k]);
		for (size_t k = 2 * h; k < 3 * h; k++)
			g[k] = tanhf(g[k]);
		for (size_t k = 3 * h; k < 4 * h; k++)
			g[k] = sigmoid(g[k]);
		for (size_t k = 0; k < h; k++)
			c[k] = g[k] * g[2 * h + k] + (c0 ? g[h + k] * c0[k] : 0);
		for (size_t k = 0; k < h; k++)
			th[k] = tanhf(c[k]);
		for (size_t k = 0; k < h; k++)
			o[k] = th[k] * g[3 * h + k];
	}
}

static void lstm_run(struct lstm *lstm, const struct layer *layer, const struct batch *batch,
	bool back, float *out)
{
	size_t h = lstm->recurrent->rows, count = batch->count, length = batch->length;

	linear(lstm->input, lstm->bias, layer->in, length * count, layer->width, lstm->gates,
		4 * h);
	for (size_t s = 0; s < length; s++) {
		size_t t = back ? length - 1 - s : s, last = back ? t + 1 : t - 1;
		float *previous = lstm->previous + t * count * h;

		if (!s) {
			memset(previous, 0, count * h * sizeof(float));
			lstm_cells(lstm, batch, t, NULL, out);
			continue;
		}
		for (size_t b = 0; b < count; b++) {
			for (size_t k = 0; k < h; k++)
				previous[b * h + k] =
					lstm->mask[b * h + k] * out[(last * count + b) * 2 * h + k];
		}
		multiply(count, previous, h, 1, &lstm->recurrent->forward,
			lstm->gates + t * count * 4 * h, 4 * h, true);
		lstm_cells(lstm, batch, t, lstm->cell + last * count * h, out);
	}
}

/* Gates become their gradients. dc and dh are carried from step to step. */
static void cells_back(struct lstm *lstm, const struct batch *batch, size_t t, const float *before,
	const float *d_out, float *dh, float *dc)
{
	size_t h = lstm->recurrent->rows, count = batch->count;

	for (size_t b = 0; b < count; b++) {
		size_t n = t * count + b;
		float *g = lstm->gates + n * 4 * h, *e = dc + b * h;
		const float *th = lstm->cell_tanh + n * h, *c0 = before ? before + b * h : NULL;

		if (t >= batch->examples[b]->count) {
			memset(g, 0, 4 * h * sizeof(float));
			memset(e, 0, h * sizeof(float));
			continue;
		}
		for (size_t k = 0; k < h; k++) {
			float i = g[k], f = g[h + k], z = g[2 * h + k], o = g[3 * h + k];
			float d = d_out[n * 2 * h + k] + dh[b * h + k];
			float c = e[k] + d * o * (1 - th[k] * th[k]);

			g[k] = c * z * i * (1 - i);
			g[h + k] = c0 ? c * c0[k] * f * (1 - f) : 0;
			g[2 * h + k] = c * i * (1 - z * z);
			g[3 * h + k] = d * th[k] * o * (1 - o);
			e[k] = c * f;
		}
	}
}

/* Adds to d_in (as wide as the layer's input) where it is not NULL. */
static void lstm_back(struct net *net, struct lstm *lstm, const struct layer *layer,
	const struct batch *batch, bool back, const float *d_out, float *d_in, bool add)
{
	size_t h = lstm->recurrent->rows, count = batch->count, length = batch->length;
	float *dh = must_alloc(2 * count * h, sizeof(float)), *dc = dh + count * h;

	for (size_t s = length; s-- > 0;) {
		size_t t = back ? length - 1 - s : s, last = back ? t + 1 : t - 1;

		cells_back(lstm, batch, t, s ? lstm->cell + last * count * h : NULL, d_out, dh, dc);
		if (!s)
			break;
		multiply(count, lstm->gates + t * count * 4 * h, 4 * h, 1,
			&lstm->recurrent->backward, dh, h, false);
		for (size_t i = 0; i < count * h; i++)
			dh[i] *= lstm->mask[i];
	}
	free(dh);
	linear_back(net, lstm->recurrent, NULL, lstm->previous, length * count, h, lstm->gates,
		4 * h, NULL, false);
	linear_back(net, lstm->input, lstm->bias, layer->in, length * count, layer->width,
		lstm->gates, 4 * h, d_in, add);
}

static void leaky(float *x, size_t count)
{
	for (size_t i = 0; i < count; i++)
		x[i] = x[i] > 0 ? x[i] : LEAK * x[i];
}

static void leaky_back(const float *y, float *d, size_t count)
{
	for (size_t i = 0; i < count; i++)
		d[i] *= y[i] > 0 ? 1 : LEAK;
}

/* The layer's states from its input, which was put there. */
static void read_layer(struct net *net, const struct batch *batch, struct layer *layer)
{
	size_t h = layer->forth.recurrent->rows;

	draw_mask(net, layer->forth.mask, batch->count * h, net->dropout.recurrent);
	draw_mask(net, layer->back.mask, batch->count * h, net->dropout.recurrent);
	lstm_run(&layer->forth, layer, batch, false, layer->out);
	lstm_run(&layer->back, layer, batch, true, layer->out + h);
}

static void run_layer(struct net *net, const struct batch *batch, size_t l)
{
	struct layer *layer = &net->layers[l];
	size_t total = batch->length * batch->count;

	draw_mask(net, layer->mask, batch->count * layer->width, l ? net->dropout.layer : 0);
	if (l)
		apply_mask(batch, net->layers[l - 1].out, layer->mask, layer->width, layer->in);
	else
		memcpy(layer->in, net->embedded, total * layer->width * sizeof(float));
	read_layer(net, batch, layer);
}

static void run_layers(struct net *net, const struct batch *batch)
{
	for (size_t l = 0; l < net->sizes.layers; l++)
		run_layer(net, batch, l);
}

static void run_tags(struct net *net, const struct batch *batch)
{
	const struct sizes *s = &net->sizes;
	size_t h = 2 * (size_t)s->hidden, n = batch->length * batch->count;

	draw_mask(net, net->tag_in_mask, batch->count * h, net->dropout.layer);
	apply_mask(batch, net->layers[s->tag_layer].out, net->tag_in_mask, h, net->tag_in);
	linear(net->tag_hidden, net->tag_bias, net->tag_in, n, h, net->tags, s->tag_hidden);
	leaky(net->tags, n * s->tag_hidden);
	draw_mask(net, net->tags_mask, n * s->tag_hidden, net->dropout.mlp);
	for (size_t i = 0; i < n * s->tag_hidden; i++)
		net->tags[i] *= net->tags_mask[i];
	linear(net->tag, net->tag_out_bias, net->tags, n, s->tag_hidden, net->tag_logits, s->tags);
	linear(net->script, net->script_bias, net->tags, n, s->tag_hidden, net->script_logits,
		s->scripts);
}

static size_t parse_width(const struct net *net)
{
	return 2 * (size_t)net->sizes.arc + 2 * (size_t)net->sizes.label;
}

static void run_parse(struct net *net, const struct batch *batch)
{
	const struct sizes *s = &net->sizes;
	size_t h = 2 * (size_t)s->hidden, n = batch->length * batch->count, p = parse_width(net);

	draw_mask(net, net->parse_in_mask, batch->count * h, net->dropout.layer);
	apply_mask(batch, net->layers[s->layers - 1].out, net->parse_in_mask, h, net->parse_in);
	linear(net->parse, net->parse_bias, net->parse_in, n, h, net->parsed, p);
	leaky(net->parsed, n * p);
	draw_mask(net, net->parsed_mask, batch->count * p, net->dropout.mlp);
	apply_mask(batch, net->parsed, net->parsed_mask, p, net->parsed);
	linear(net->arc, net->arc_bias, net->parsed, n, p, net->query, s->arc);
}

void net_run(struct net *net, const struct batch *batch)
{
	reserve(net, batch->length * batch->count);
	embed(net, batch);
	run_layers(net, batch);
	run_tags(net, batch);
	run_parse(net, batch);
}

static float dot(const float *a, const float *b, size_t n)
{
	float sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

void net_arcs(const struct net *net, const struct batch *batch, size_t b, float *out)
{
	size_t n = batch->examples[b]->count, a = net->sizes.arc, p = parse_width(net);

	for (size_t d = 1; d < n; d++) {
		const float *q = net->query + (d * batch->count + b) * a;

		for (size_t h = 0; h < n; h++)
			out[(d - 1) * n + h] =
				dot(q, net->parsed + (h * batch->count + b) * p + a, a);
	}
}

static void make_pair(const float *dependent, const float *head, size_t width, float *out)
{
	for (size_t i = 0; i < width; i++) {
		out[i] = dependent[i];
		out[width + i] = head[i];
		out[2 * width + i] = dependent[i] * head[i];
	}
}

static const float *label_of(const struct net *net, const struct batch *batch, size_t b, size_t t)
{
	return net->parsed + (t * batch->count + b) * parse_width(net) + 2 * net->sizes.arc;
}

static uint32_t best(const float *scores, size_t count)
{
	size_t top = 0;

	for (size_t i = 1; i < count; i++)
		top = scores[i] > scores[top] ? i : top;
	return (uint32_t)top;
}

uint32_t net_relation(struct net *net, const struct batch *batch, size_t b, size_t d, size_t h)
{
	size_t width = net->sizes.label;

	make_pair(label_of(net, batch, b, d), label_of(net, batch, b, h) + width, width, net->pair);
	linear(net->relation, net->relation_bias, net->pair, 1, 3 * width, net->relation_logits,
		net->sizes.relations);
	return best(net->relation_logits, net->sizes.relations);
}

uint32_t net_tag(const struct net *net, const struct batch *batch, size_t b, size_t d)
{
	return best(net->tag_logits + (d * batch->count + b) * net->sizes.tags, net->sizes.tags);
}

const float *net_scripts(const struct net *net, const struct batch *batch, size_t b, size_t d)
{
	return net->script_logits + (d * batch->count + b) * net->sizes.scripts;
}

/* Scores become the gradient of their cross-entropy; returns the loss. */
static float cross_entropy(float *scores, size_t count, size_t right, float weight)
{
	float top = scores[best(scores, count)], sum = 0, loss;

	loss = top - scores[right];
	for (size_t i = 0; i < count; i++)
		sum += scores[i] = expf(scores[i] - top);
	loss += logf(sum);
	for (size_t i = 0; i < count; i++)
		scores[i] *= weight / sum;
	scores[right] -= weight;
	return loss;
}

/* Arcs of sentence b: adds to the gradients of queries and heads. */
static void learn_arcs(struct net *net, const struct batch *batch, size_t b, float weight,
	float *d_query, float *d_parsed)
{
	const struct example *e = batch->examples[b];
	size_t n = e->count, a = net->sizes.arc, p = parse_width(net);
	float *scores = must_alloc(n * n, sizeof(float));

	net_arcs(net, batch, b, scores);
	for (size_t d = 1; d < n; d++) {
		float *row = scores + (d - 1) * n, *dq = d_query + (d * batch->count + b) * a;
		const float *q = net->query + (d * batch->count + b) * a;

		row[d] = -1e9f;
		net->loss[0] += cross_entropy(row, n, (size_t)e->heads[d], weight);
		for (size_t h = 0; h < n; h++) {
			size_t at = (h * batch->count + b) * p + a;

			for (size_t i = 0; i < a; i++) {
				dq[i] += row[h] * net->parsed[at + i];
				d_parsed[at + i] += row[h] * q[i];
			}
		}
	}
	free(scores);
}

/* The pairs of words and their right heads, one after another. */
static size_t fill_pairs(struct net *net, const struct batch *batch)
{
	size_t width = net->sizes.label, rows = 0;

	for (size_t b = 0; b < batch->count; b++) {
		const struct example *e = batch->examples[b];

		for (size_t d = 1; d < e->count; d++, rows++)
			make_pair(label_of(net, batch, b, d),
				label_of(net, batch, b, (size_t)e->heads[d]) + width, width,
				net->pair + rows * 3 * width);
	}
	return rows;
}

static void grade_relations(struct net *net, const struct batch *batch, float weight)
{
	size_t count = net->sizes.relations, rows = 0;

	for (size_t b = 0; b < batch->count; b++) {
		const struct example *e = batch->examples[b];

		for (size_t d = 1; d < e->count; d++, rows++)
			net->loss[1] += cross_entropy(net->relation_logits + rows * count, count,
				(size_t)e->relations[d], weight);
	}
}

/* What the gradient of a pair is to its dependent and its head. */
static void pair_back(
	const float *pair, const float *d_pair, size_t width, float *d_dependent, float *d_head)
{
	for (size_t i = 0; i < width; i++) {
		d_dependent[i] += d_pair[i] + d_pair[2 * width + i] * pair[width + i];
		d_head[i] += d_pair[width + i] + d_pair[2 * width + i] * pair[i];
	}
}

/* Relations under the right heads, all words of the batch at once. */
static void learn_relations(
	struct net *net, const struct batch *batch, float weight, float *d_parsed)
{
	size_t width = net->sizes.label, rows = fill_pairs(net, batch), row = 0;
	size_t p = parse_width(net);
	float *d_pair = net->scratch2, *d_label = d_parsed + 2 * (size_t)net->sizes.arc;

	linear(net->relation, net->relation_bias, net->pair, rows, 3 * width, net->relation_logits,
		net->sizes.relations);
	grade_relations(net, batch, weight);
	linear_back(net, net->relation, net->relation_bias, net->pair, rows, 3 * width,
		net->relation_logits, net->sizes.relations, d_pair, false);
	for (size_t b = 0; b < batch->count; b++) {
		const struct example *e = batch->examples[b];

		for (size_t d = 1; d < e->count; d++, row++)
			pair_back(net->pair + row * 3 * width, d_pair + row * 3 * width, width,
				d_label + (d * batch->count + b) * p,
				d_label + ((size_t)e->heads[d] * batch->count + b) * p + width);
	}
}

static void learn_parse(struct net *net, const struct batch *batch, float weight)
{
	const struct sizes *s = &net->sizes;
	size_t h = 2 * (size_t)s->hidden, n = batch->length * batch->count, p = parse_width(net);
	float *d_parsed = must_alloc(n * p, sizeof(float));
	float *d_query = must_alloc(n * s->arc, sizeof(float));

	for (size_t b = 0; b < batch->count; b++)
		learn_arcs(net, batch, b, weight, d_query, d_parsed);
	learn_relations(net, batch, weight, d_parsed);
	linear_back(
		net, net->arc, net->arc_bias, net->parsed, n, p, d_query, s->arc, d_parsed, true);
	apply_mask(batch, d_parsed, net->parsed_mask, p, d_parsed);
	leaky_back(net->parsed, d_parsed, n * p);
	linear_back(net, net->parse, net->parse_bias, net->parse_in, n, h, d_parsed, p,
		net->scratch, false);
	apply_mask(batch, net->scratch, net->parse_in_mask, h, net->layers[s->layers - 1].d_out);
	free(d_parsed);
	free(d_query);
}

static void learn_classes(struct net *net, const struct batch *batch, float weight)
{
	const struct sizes *s = &net->sizes;

	for (size_t n = 0; n < batch->length * batch->count; n++) {
		const struct example *e = batch->examples[n % batch->count];
		size_t t = n / batch->count;
		float *tags = net->tag_logits + n * s->tags;
		float *scripts = net->script_logits + n * s->scripts;

		if (t && t < e->count && e->tags[t] >= 0)
			net->loss[2] += cross_entropy(tags, s->tags, (size_t)e->tags[t], weight);
		else
			memset(tags, 0, s->tags * sizeof(float));
		if (t && t < e->count && e->scripts[t] >= 0)
			net->loss[3] +=
				cross_entropy(scripts, s->scripts, (size_t)e->scripts[t], weight);
		else
			memset(scripts, 0, s->scripts * sizeof(float));
	}
}

static void learn_tags(struct net *net, const struct batch *batch, float weight)
{
	const struct sizes *s = &net->sizes;
	size_t h = 2 * (size_t)s->hidden, n = batch->length * batch->count;
	float *d = net->scratch2, *d_layer = net->layers[s->tag_layer].d_out;

	learn_classes(net, batch, weight);
	linear_back(net, net->tag, net->tag_out_bias, net->tags, n, s->tag_hidden, net->tag_logits,
		s->tags, d, false);
	linear_back(net, net->script, net->script_bias, net->tags, n, s->tag_hidden,
		net->script_logits, s->scripts, d, true);
	for (size_t i = 0; i < n * s->tag_hidden; i++)
		d[i] *= net->tags_mask[i];
	leaky_back(net->tags, d, n * s->tag_hidden);
	linear_back(net, net->tag_hidden, net->tag_bias, net->tag_in, n, h, d, s->tag_hidden,
		net->scratch, false);
	apply_mask(batch, net->scratch, net->tag_in_mask, h, net->scratch);
	for (size_t i = 0; i < n * h; i++)
		d_layer[i] += net->scratch[i];
}

static void layers_back(struct net *net, const struct batch *batch)
{
	size_t h = net->sizes.hidden;

	for (size_t l = net->sizes.layers; l-- > 0;) {
		struct layer *layer = &net->layers[l];
		float *d_in = net->scratch;

		/* Tags add to the gradient of their layer when it is at hand. */
		if (l == net->sizes.tag_layer)
			learn_tags(net, batch, 1 / (float)net->loss_words);
		lstm_back(net, &layer->forth, layer, batch, false, layer->d_out, d_in, false);
		lstm_back(net, &layer->back, layer, batch, true, layer->d_out + h, d_in, true);
		if (l)
			apply_mask(
				batch, d_in, layer->mask, layer->width, net->layers[l - 1].d_out);
	}
	embed_back(net, batch, net->scratch);
}

void net_learn(struct net *net, const struct batch *batch)
{
	double words = 0;

	for (size_t b = 0; b < batch->count; b++)
		words += batch->examples[b]->count - 1;
	net->loss_words = words;
	net_run(net, batch);
	learn_parse(net, batch, 1 / (float)words);
	layers_back(net, batch);
}

void net_run_ends(struct net *net, const struct batch *batch)
{
	size_t h = 2 * (size_t)net->sizes.ends, total = batch->length * batch->count;
	struct layer *layer = &net->ends;
	struct rates usual = net->dropout;

	net->dropout = window_rates;
	reserve(net, total);
	embed(net, batch);
	memcpy(layer->in, net->embedded, total * layer->width * sizeof(float));
	read_layer(net, batch, layer);
	draw_mask(net, net->end_mask, batch->count * h, net->dropout.mlp);
	apply_mask(batch, layer->out, net->end_mask, h, net->parse_in);
	linear(net->end, net->end_bias, net->parse_in, total, h, net->end_logits, 1);
	net->dropout = usual;
}

/* Logits become gradients. */
static void learn_ends(struct net *net, const struct batch *batch)
{
	size_t total = batch->length * batch->count;
	float weight = 0;

	for (size_t b = 0; b < batch->count; b++)
		weight += (float)batch->examples[b]->count;
	weight = 1 / weight;
	for (size_t n = 0; n < total; n++) {
		const struct example *e = batch->examples[n % batch->count];
		size_t t = n / batch->count;
		float p = sigmoid(net->end_logits[n]);

		if (t >= e->count || e->ends[t] < 0) {
			net->end_logits[n] = 0;
			continue;
		}
		net->loss[4] -= logf((e->ends[t] ? p : 1 - p) + 1e-9f);
		net->end_logits[n] = weight * (p - (float)e->ends[t]);
	}
}

void net_learn_ends(struct net *net, const struct batch *batch)
{
	size_t h = 2 * (size_t)net->sizes.ends, total = batch->length * batch->count;
	struct layer *layer = &net->ends;

	net_run_ends(net, batch);
	learn_ends(net, batch);
	linear_back(net, net->end, net->end_bias, net->parse_in, total, h, net->end_logits, 1,
		layer->d_out, false);
	apply_mask(batch, layer->d_out, net->end_mask, h, layer->d_out);
	lstm_back(net, &layer->forth, layer, batch, false, layer->d_out, net->scratch, false);
	lstm_back(net, &layer->back, layer, batch, true, layer->d_out + h / 2, net->scratch, true);
	embed_back(net, batch, net->scratch);
}

static float gradient_norm(const struct net *net)
{
	double sum = 0;

	for (size_t i = 0; i < net->param_count; i++) {
		const struct param *p = &net->params[i];

		if (p == net->embedding)
			continue;
		sum += dot(p->g, p->g, p->rows * p->columns);
	}
	for (size_t i = 0; i < net->touched_count; i++) {
		const float *g = net->embedding->g + net->touched[i] * net->sizes.embedding;

		sum += dot(g, g, net->sizes.embedding);
	}
	return sqrtf((float)sum);
}

static void adam(struct param *p, size_t from, size_t count, float rate, float scale)
{
	const float first = 0.9f, second = 0.95f;
	float *w = p->w + from, *g = p->g + from, *m = p->m + from, *v = p->v + from;

	for (size_t i = 0; i < count; i++) {
		float d = g[i] * scale;

		m[i] = first * m[i] + (1 - first) * d;
		v[i] = second * v[i] + (1 - second) * d * d;
		w[i] -= rate * m[i] / (sqrtf(v[i]) + 1e-8f);
		g[i] = 0;
	}
}

void net_update(struct net *net, float rate)
{
	float norm, scale, bias1, bias2;

	share_tag_gradient(net);
	norm = gradient_norm(net);
	scale = norm > 5 ? 5 / norm : 1;
	net->step++;
	bias1 = 1 - powf(0.9f, (float)net->step);
	bias2 = 1 - powf(0.95f, (float)net->step);
	rate *= sqrtf(bias2) / bias1;
	for (size_t i = 0; i < net->param_count; i++) {
		struct param *p = &net->params[i];

		if (p != net->embedding)
			adam(p, 0, p->rows * p->columns, rate, scale);
	}
	for (size_t i = 0; i < net->touched_count; i++) {
		uint32_t row = net->touched[i];

		adam(net->embedding, row * (size_t)net->sizes.embedding, net->sizes.embedding, rate,
			scale);
		net->row_touched[row] = 0;
	}
	net->touched_count = 0;
	net_refresh(net);
}

void net_average(struct net *net, float share)
{
	for (size_t i = 0; i < net->param_count; i++) {
		struct param *p = &net->params[i];
		size_t n = p->rows * p->columns;

		if (!p->mean) {
			p->mean = must_alloc(n, sizeof(float));
			memcpy(p->mean, p->w, n * sizeof(float));
		}
		for (size_t k = 0; k < n; k++)
			p->mean[k] += share * (p->w[k] - p->mean[k]);
	}
}

void net_settle(struct net *net)
{
	for (size_t i = 0; i < net->param_count; i++) {
		struct param *p = &net->params[i];

		if (p->mean)
			memcpy(p->w, p->mean, p->rows * p->columns * sizeof(float));
	}
	net_refresh(net);
}
