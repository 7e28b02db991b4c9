#include "save.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>

#include "format.h"
#include "kernel.h"
#include "model.h"

static void stop(const char *path, const char *what)
{
	fprintf(stderr, "%s: %s\n", path, what);
	exit(1);
}

bool checkpoint_read(struct net *net, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct sizes sizes;

	if (!file)
		return false;
	if (fread(&sizes, sizeof(sizes), 1, file) != 1 ||
		memcmp(&sizes, &net->sizes, sizeof(sizes)) != 0)
		stop(path, "made with other settings or treebanks");
	for (size_t i = 0; i < net->param_count; i++) {
		struct param *p = &net->params[i];

		if (fread(p->w, sizeof(float), p->rows * p->columns, file) != p->rows * p->columns)
			stop(path, "too short");
	}
	if (fread(net->row_trained, 1, net->sizes.rows, file) != net->sizes.rows)
		stop(path, "too short");
	fclose(file);
	net_refresh(net);
	return true;
}

void checkpoint_write(const struct net *net, const char *path)
{
	FILE *file = fopen(path, "wb");

	if (!file)
		stop(path, "cannot be written");
	fwrite(&net->sizes, sizeof(net->sizes), 1, file);
	for (size_t i = 0; i < net->param_count; i++)
		fwrite(net->params[i].w, sizeof(float),
			net->params[i].rows * net->params[i].columns, file);
	fwrite(net->row_trained, 1, net->sizes.rows, file);
	if (fclose(file))
		stop(path, "cannot be written");
}

struct model_writer {
	struct chy_model_head head;
	struct chy_buffer body;
};

struct model_writer *model_writer_new(const char *language, const char *name)
{
	struct model_writer *writer = must_alloc(1, sizeof(*writer));

	memcpy(writer->head.magic, CHY_MODEL_MAGIC, sizeof(writer->head.magic));
	writer->head.version = CHY_MODEL_VERSION;
	snprintf(writer->head.language, sizeof(writer->head.language), "%s", language);
	snprintf(writer->head.name, sizeof(writer->head.name), "%s", name);
	chy_buffer_init(&writer->body);
	return writer;
}

static void pad(struct chy_buffer *body, size_t before)
{
	while ((before + body->size) % CHY_MODEL_ALIGN)
		chy_buffer_add_char(body, '\0');
}

void model_writer_add(struct model_writer *writer, const char *name, const void *data, size_t size)
{
	struct chy_model_section *section;

	if (writer->head.section_count == CHY_MODEL_SECTIONS_MAX ||
		strlen(name) >= sizeof(section->name))
		stop(name, "one section too many, or too long a name");
	section = &writer->head.sections[writer->head.section_count++];
	pad(&writer->body, sizeof(writer->head));
	memcpy(section->name, name, strlen(name));
	section->offset = sizeof(writer->head) + writer->body.size;
	section->size = size;
	chy_buffer_add(&writer->body, data, size);
}

void model_writer_write(struct model_writer *writer, const char *path)
{
	FILE *file = fopen(path, "wb");

	if (!file || writer->body.failed)
		stop(path, "cannot be written");
	fwrite(&writer->head, sizeof(writer->head), 1, file);
	fwrite(writer->body.data, 1, writer->body.size, file);
	if (fclose(file))
		stop(path, "cannot be written");
	printf("%s: %zu bytes\n", path, sizeof(writer->head) + writer->body.size);
	chy_buffer_fini(&writer->body);
	free(writer);
}

static float largest(const float *values, size_t count, size_t step)
{
	float top = 1e-8f;

	for (size_t i = 0; i < count; i++)
		top = fabsf(values[i * step]) > top ? fabsf(values[i * step]) : top;
	return top;
}

/* One output's weights into its place in its tile. */
static void save_output(
	const struct param *p, size_t output, int8_t *tile, float *scale, int32_t *sum)
{
	float step = largest(p->w + output, p->rows, p->columns) / 127;
	size_t lane = output % CHY_TILE;
	int32_t total = 0;

	for (size_t k = 0; k < p->rows; k++) {
		int value = (int)lrintf(p->w[k * p->columns + output] / step);

		tile[(k / CHY_QUAD * CHY_TILE + lane) * CHY_QUAD + k % CHY_QUAD] = (int8_t)value;
		total += value;
	}
	*scale = step;
	*sum = 128 * total;
}

static void save_matrix(struct model_writer *writer, const char *name, const struct param *weights,
	const struct param *bias)
{
	size_t in = weights->rows, out = weights->columns;
	size_t padded = (out + CHY_TILE - 1) / CHY_TILE * CHY_TILE;
	int8_t *bytes = must_alloc(in * padded, 1);
	float *outputs = must_alloc(padded * 3, sizeof(float));
	char section[32];

	for (size_t o = 0; o < padded; o++) {
		int32_t sum = 0;

		if (o < out)
			save_output(weights, o, bytes + o / CHY_TILE * CHY_TILE * in, &outputs[o],
				&sum);
		/* A padded output is never the best. */
		outputs[padded + o] = o >= out ? -1e4f : bias ? bias->w[o] : 0;
		memcpy(&outputs[2 * padded + o], &sum, sizeof(sum));
	}
	snprintf(section, sizeof(section), "%s.w", name);
	model_writer_add(writer, section, bytes, in * padded);
	snprintf(section, sizeof(section), "%s.o", name);
	model_writer_add(writer, section, outputs, padded * 3 * sizeof(float));
	free(bytes);
	free(outputs);
}

static void save_embedding(struct model_writer *writer, const struct net *net)
{
	size_t rows = net->sizes.rows, width = net->sizes.embedding;
	int8_t *bytes = must_alloc(rows * width, 1);
	float *scale = must_alloc(rows, sizeof(float));

	for (size_t r = 0; r < rows; r++) {
		const float *row = net->embedding->w + r * width;

		if (!net->row_trained[r]) /* chance would only disturb */
			continue;
		scale[r] = largest(row, width, 1) / 127;
		for (size_t k = 0; k < width; k++)
			bytes[r * width + k] = (int8_t)lrintf(row[k] / scale[r]);
	}
	model_writer_add(writer, "emb.w", bytes, rows * width);
	model_writer_add(writer, "emb.s", scale, rows * sizeof(float));
	free(bytes);
	free(scale);
}

static void save_names(
	struct model_writer *writer, const char *section, const struct names *names, size_t size)
{
	char *out = must_alloc(names->count, size);

	for (size_t i = 0; i < names->count; i++) {
		if (names->items[i].size > size)
			stop(names->items[i].text, "too long a name");
		memcpy(out + i * size, names->items[i].text, names->items[i].size);
	}
	model_writer_add(writer, section, out, names->count * size);
	free(out);
}

static void save_weights(struct model_writer *writer, const struct net *net)
{
	struct param tag = *net->tag;
	char name[16];

	for (uint32_t l = 0; l < net->sizes.layers; l++) {
		const struct lstm *both[] = {&net->layers[l].forth, &net->layers[l].back};

		for (int d = 0; d < 2; d++) {
			snprintf(name, sizeof(name), "%c%ux", "fb"[d], l);
			save_matrix(writer, name, both[d]->input, both[d]->bias);
			snprintf(name, sizeof(name), "%c%uh", "fb"[d], l);
			save_matrix(writer, name, both[d]->recurrent, NULL);
		}
	}
	save_matrix(writer, "sfx", net->ends.forth.input, net->ends.forth.bias);
	save_matrix(writer, "sfh", net->ends.forth.recurrent, NULL);
	save_matrix(writer, "sbx", net->ends.back.input, net->ends.back.bias);
	save_matrix(writer, "sbh", net->ends.back.recurrent, NULL);
	save_matrix(writer, "end", net->end, net->end_bias);
	save_matrix(writer, "tagh", net->tag_hidden, net->tag_bias);
	tag.w = net->tag_weights;
	save_matrix(writer, "tag", &tag, net->tag_out_bias);
	save_matrix(writer, "script", net->script, net->script_bias);
	save_matrix(writer, "parse", net->parse, net->parse_bias);
	save_matrix(writer, "arc", net->arc, net->arc_bias);
	save_matrix(writer, "rel", net->relation, net->relation_bias);
}

void save_network(
	struct model_writer *writer, const struct net *net, const struct inventory *inventory)
{
	const struct sizes *s = &net->sizes;
	struct chy_model_sizes sizes = {.rows = s->rows,
		.buckets = inventory->table.buckets,
		.embedding = s->embedding,
		.hidden = s->hidden,
		.layers = s->layers,
		.tag_layer = s->tag_layer,
		.tag_hidden = s->tag_hidden,
		.arc = s->arc,
		.label = s->label,
		.tags = s->tags,
		.scripts = s->scripts,
		.relations = s->relations,
		.ends = s->ends};

	model_writer_add(writer, "sizes", &sizes, sizeof(sizes));
	model_writer_add(writer, "slots", inventory->slots,
		(inventory->table.slot_mask + (size_t)1) * sizeof(*inventory->slots));
	save_embedding(writer, net);
	save_weights(writer, net);
	save_names(writer, "tags", &inventory->tags, CHY_TAG_SIZE); /* far shorter, all */
	save_names(writer, "relations", &inventory->relations, CHY_RELATION_SIZE);
	save_names(writer, "scripts", &inventory->scripts, sizeof(struct chy_script));
}

/* Counts of a form, tag and script; the most frequent script wins. */
struct lemma_count {
	uint64_t hash;
	uint32_t script, count;
};

static int by_hash_then_count(const void *a, const void *b)
{
	const struct lemma_count *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return (x->script > y->script) - (x->script < y->script);
}

static void count_lemmas(struct names *seen, const struct treebank *treebank)
{
	for (size_t s = 0; s < treebank->count; s++) {
		const struct example *e = &treebank->examples[s];

		for (uint32_t i = 1; i < e->count; i++) {
			struct lemma_count key = {0};

			if (e->scripts[i] < 0 || e->tags[i] < 0)
				continue;
			key.hash = chy_lemma_hash(
				e->sentence->words[i - 1].form, (uint32_t)e->tags[i]);
			key.script = (uint32_t)e->scripts[i];
			names_add(seen, &key, sizeof(key));
		}
	}
}

void save_lemmas(struct model_writer *writer, const struct inventory *inventory,
	const struct treebank *treebanks, size_t count)
{
	struct names seen = {0};
	struct lemma_count *sorted;
	uint32_t *slots;
	uint32_t slot_count = 1024;

	(void)inventory;
	for (size_t i = 0; i < count; i++)
		count_lemmas(&seen, &treebanks[i]);
	sorted = must_alloc(seen.count, sizeof(*sorted));
	for (size_t i = 0; i < seen.count; i++) {
		memcpy(&sorted[i], seen.items[i].text, sizeof(*sorted));
		sorted[i].count = seen.items[i].count;
	}
	qsort(sorted, seen.count, sizeof(*sorted), by_hash_then_count);
	while (slot_count < seen.count * 3 / 2)
		slot_count *= 2;
	slots = must_alloc(slot_count, sizeof(*slots));
	for (size_t i = 0; i < seen.count; i++) {
		uint32_t at = (uint32_t)sorted[i].hash & (slot_count - 1);

		if (i && sorted[i].hash == sorted[i - 1].hash)
			continue;
		while (slots[at])
			at = (at + 1) & (slot_count - 1);
		slots[at] = chy_lemma_check(sorted[i].hash) | sorted[i].script;
	}
	model_writer_add(writer, "lemmas", slots, slot_count * sizeof(*slots));
	free(slots);
	free(sorted);
	names_fini(&seen);
}
