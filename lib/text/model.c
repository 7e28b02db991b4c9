#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agree.h"

/* What no honest model exceeds: keeps sums of sizes far from overflow. */
enum { SIZE_LIMIT = 1 << 20, WIDTH_LIMIT = 2048 };

struct opener {
	struct chy_text_model *model;
	const char *path;
	struct chy_fault *fault;
};

static int damaged(const struct opener *o, const char *what)
{
	return chy_fault_set(o->fault, CHY_EDAMAGED, o->path, 0, "%s", what);
}

const void *chy_model_section(const struct chy_text_model *model, const char *name, uint64_t size,
	uint64_t *out_size, struct chy_fault *fault)
{
	const struct chy_model_head *head = model->head;

	for (uint32_t i = 0; i < head->section_count; i++) {
		const struct chy_model_section *s = &head->sections[i];

		if (strncmp(s->name, name, sizeof(s->name)) != 0)
			continue;
		if (s->offset % CHY_MODEL_ALIGN || s->offset > model->mapping.size ||
			s->size > model->mapping.size - s->offset || s->size < size)
			break;
		if (out_size)
			*out_size = s->size;
		return (const char *)model->mapping.data + s->offset;
	}
	chy_fault_set(fault, CHY_EDAMAGED, name, 0, "a part of the model is absent or short");
	return NULL;
}

static int open_matrix(const struct opener *o, const char *name, uint32_t in, uint32_t out,
	struct chy_matrix *matrix)
{
	char section[16];
	const char *outputs;

	out = (out + CHY_TILE - 1) / CHY_TILE * CHY_TILE;
	matrix->in = in;
	matrix->out = out;
	snprintf(section, sizeof(section), "%s.w", name);
	matrix->weights = chy_model_section(o->model, section, (uint64_t)in * out, NULL, o->fault);
	snprintf(section, sizeof(section), "%s.o", name);
	outputs = chy_model_section(o->model, section, (uint64_t)out * 12, NULL, o->fault);
	if (!matrix->weights || !outputs)
		return CHY_EDAMAGED;
	matrix->scale = (const float *)outputs;
	matrix->bias = matrix->scale + out;
	matrix->sum = (const int32_t *)(matrix->bias + out);
	return CHY_OK;
}

static bool width_is_usable(uint32_t width)
{
	return width && width <= WIDTH_LIMIT && width % CHY_TILE == 0;
}

static bool sizes_are_usable(const struct chy_model_sizes *s)
{
	return width_is_usable(s->embedding) && width_is_usable(s->hidden) &&
	       width_is_usable(s->tag_hidden) && width_is_usable(s->arc) &&
	       width_is_usable(s->label) && width_is_usable(s->ends) && s->ends <= s->hidden &&
	       s->embedding <= 2 * s->hidden && s->layers && s->layers <= CHY_LAYERS_MAX &&
	       s->tag_layer < s->layers && s->buckets && s->buckets < SIZE_LIMIT &&
	       s->rows < SIZE_LIMIT && s->rows && s->tags && s->tags < WIDTH_LIMIT && s->scripts &&
	       s->scripts < 1u << CHY_LEMMA_SCRIPT_BITS && s->relations &&
	       s->relations < WIDTH_LIMIT;
}

static int open_layers(const struct opener *o)
{
	struct chy_text_model *m = o->model;
	uint32_t h = m->sizes.hidden;
	char name[16];
	int result = CHY_OK;

	for (uint32_t l = 0; !result && l < m->sizes.layers; l++) {
		uint32_t in = l ? 2 * h : m->sizes.embedding;

		for (int part = 0; !result && part < 4; part++) {
			struct chy_lstm *lstm = part < 2 ? &m->forth[l] : &m->back[l];

			snprintf(name, sizeof(name), "%c%u%c", part < 2 ? 'f' : 'b', l,
				part % 2 ? 'h' : 'x');
			result = open_matrix(o, name, part % 2 ? h : in, 4 * h,
				part % 2 ? &lstm->recurrent : &lstm->input);
		}
	}
	return result;
}

static int open_ends(const struct opener *o)
{
	struct chy_text_model *m = o->model;
	uint32_t h = m->sizes.ends, in = m->sizes.embedding;
	int result = open_matrix(o, "sfx", in, 4 * h, &m->end_forth.input);

	if (!result)
		result = open_matrix(o, "sfh", h, 4 * h, &m->end_forth.recurrent);
	if (!result)
		result = open_matrix(o, "sbx", in, 4 * h, &m->end_back.input);
	if (!result)
		result = open_matrix(o, "sbh", h, 4 * h, &m->end_back.recurrent);
	return result ? result : open_matrix(o, "end", 2 * h, 1, &m->end);
}

static int open_matrices(const struct opener *o)
{
	struct chy_text_model *m = o->model;
	const struct chy_model_sizes *s = &m->sizes;
	uint32_t state = 2 * s->hidden;
	int result = open_layers(o);

	if (!result)
		result = open_ends(o);
	if (!result)
		result = open_matrix(o, "tagh", state, s->tag_hidden, &m->tag_hidden);
	if (!result)
		result = open_matrix(o, "tag", s->tag_hidden, s->tags, &m->tag);
	if (!result)
		result = open_matrix(o, "script", s->tag_hidden, s->scripts, &m->script);
	if (!result)
		result = open_matrix(o, "parse", state, 2 * s->arc + 2 * s->label, &m->parse);
	if (!result)
		result = open_matrix(o, "arc", s->arc, s->arc, &m->arc);
	if (!result)
		result = open_matrix(o, "rel", 3 * s->label, s->relations, &m->relation);
	return result;
}

/* A table of a power of two of slots. */
static const void *open_table(
	const struct opener *o, const char *name, size_t slot_size, uint32_t *out_mask)
{
	uint64_t size = 0, slots;
	const void *out = chy_model_section(o->model, name, slot_size, &size, o->fault);

	slots = size / slot_size;
	if (out && (slots & (slots - 1) || slots > UINT32_MAX)) {
		damaged(o, name);
		return NULL;
	}
	*out_mask = (uint32_t)slots - 1;
	return out;
}

/* A language without agreement worth a look has no such table. */
static int open_agreement(const struct opener *o)
{
	struct chy_text_model *m = o->model;
	const struct chy_model_head *head = m->head;

	for (uint32_t i = 0; i < head->section_count; i++) {
		if (strncmp(head->sections[i].name, "agree", sizeof(head->sections[i].name)) != 0)
			continue;
		m->agree = open_table(o, "agree", sizeof(*m->agree), &m->agree_mask);
		return m->agree ? CHY_OK : CHY_EDAMAGED;
	}
	return CHY_OK;
}

static int open_tables(const struct opener *o)
{
	struct chy_text_model *m = o->model;
	const struct chy_model_sizes *s = &m->sizes;

	m->rows.buckets = s->buckets;
	m->rows.slots = open_table(o, "slots", sizeof(struct chy_row_slot), &m->rows.slot_mask);
	m->lemmas = open_table(o, "lemmas", sizeof(uint32_t), &m->lemma_mask);
	m->embedding =
		chy_model_section(m, "emb.w", (uint64_t)s->rows * s->embedding, NULL, o->fault);
	m->embedding_scale =
		chy_model_section(m, "emb.s", (uint64_t)s->rows * sizeof(float), NULL, o->fault);
	m->tags = chy_model_section(m, "tags", (uint64_t)s->tags * CHY_TAG_SIZE, NULL, o->fault);
	m->relations = chy_model_section(
		m, "relations", (uint64_t)s->relations * CHY_RELATION_SIZE, NULL, o->fault);
	m->scripts = chy_model_section(
		m, "scripts", (uint64_t)s->scripts * sizeof(struct chy_script), NULL, o->fault);
	if (!m->rows.slots || !m->lemmas || !m->embedding || !m->embedding_scale || !m->tags ||
		!m->relations || !m->scripts)
		return CHY_EDAMAGED;
	return open_agreement(o);
}

/* Names must end inside their fields, and tags be universal ones. */
static int check_names(const struct opener *o)
{
	struct chy_text_model *m = o->model;

	m->tag_upos = malloc(m->sizes.tags);
	m->tag_agreement = malloc(m->sizes.tags);
	if (!m->tag_upos || !m->tag_agreement)
		return CHY_EMEM;
	for (uint32_t i = 0; i < m->sizes.tags; i++) {
		const char *space = memchr(m->tags[i], ' ', CHY_TAG_SIZE);
		enum chy_upos upos;

		if (!space || !memchr(space, '\0', (size_t)(m->tags[i] + CHY_TAG_SIZE - space)))
			return damaged(o, "tags");
		if (chy_upos_from_name(
			    (struct chy_str){m->tags[i], (size_t)(space - m->tags[i])}, &upos))
			return damaged(o, "tags");
		m->tag_upos[i] = (uint8_t)upos;
		m->tag_agreement[i] = chy_agree_kind(chy_str_from(space + 1));
	}
	for (uint32_t i = 0; i < m->sizes.relations; i++) {
		if (!m->relations[i][0] || !memchr(m->relations[i], '\0', CHY_RELATION_SIZE))
			return damaged(o, "relations");
	}
	return CHY_OK;
}

static int check_head(const struct opener *o)
{
	const struct chy_model_head *head = o->model->head;

	if (o->model->mapping.size < sizeof(*head) ||
		memcmp(head->magic, CHY_MODEL_MAGIC, sizeof(head->magic)) != 0)
		return damaged(o, "not a language model");
	if (head->version > CHY_MODEL_VERSION)
		return chy_fault_set(o->fault, CHY_EVERSION, o->path, head->version, NULL);
	if (head->version != CHY_MODEL_VERSION || head->section_count > CHY_MODEL_SECTIONS_MAX ||
		!memchr(head->name, '\0', sizeof(head->name)) ||
		!memchr(head->language, '\0', sizeof(head->language)))
		return damaged(o, "head of the model");
	return CHY_OK;
}

static int open_parts(const struct opener *o)
{
	struct chy_text_model *m = o->model;
	const struct chy_model_sizes *sizes;
	int result = check_head(o);

	if (result)
		return result;
	sizes = chy_model_section(m, "sizes", sizeof(*sizes), NULL, o->fault);
	if (!sizes)
		return CHY_EDAMAGED;
	if (!sizes_are_usable(sizes))
		return damaged(o, "sizes");
	m->sizes = *sizes;
	m->kernel = chy_kernel_choose();
	result = open_matrices(o);
	if (!result)
		result = open_tables(o);
	if (!result)
		result = check_names(o);
	if (!result)
		result = chy_segmenter_open(m, o->fault);
	return result;
}

int chy_model_open(const char *path, struct chy_text_model **out, struct chy_fault *fault)
{
	struct chy_text_model *model = calloc(1, sizeof(*model));
	struct opener opener = {model, path, fault};
	int result;

	if (!model)
		return CHY_EMEM;
	result = chy_map_file(path, &model->mapping, fault);
	if (!result) {
		model->head = model->mapping.data;
		result = open_parts(&opener);
	}
	if (result) {
		chy_text_close(model);
		return result;
	}
	*out = model;
	return CHY_OK;
}

static bool is_a_language(const char *language)
{
	for (const char *const *known = chy_text_languages(); *known; known++) {
		if (strcmp(*known, language) == 0)
			return true;
	}
	return false;
}

int chy_text_open(const char *language, struct chy_text_model **out, struct chy_fault *fault)
{
	char directory[4096], path[4200];
	int result;

	if (!is_a_language(language))
		return chy_fault_set(fault, CHY_EUNSUPPORTED, language, 0, "a language");
	result = chy_data_directory(directory, sizeof(directory), fault);
	if (result)
		return result;
	snprintf(path, sizeof(path), "%s/models/%s.model", directory, language);
	return chy_model_open(path, out, fault);
}

void chy_text_close(struct chy_text_model *model)
{
	if (!model)
		return;
	chy_unmap(&model->mapping);
	free(model->tag_upos);
	free(model->tag_agreement);
	free(model);
}

const char *chy_text_language(const struct chy_text_model *model)
{
	return model->head->language;
}

const char *chy_text_model_name(const struct chy_text_model *model)
{
	return model->head->name;
}

uint64_t chy_lemma_hash(struct chy_str form, uint32_t tag)
{
	return chy_model_hash(form.data, form.size, 7 + (uint64_t)tag);
}

uint32_t chy_lemma_check(uint64_t hash)
{
	uint32_t check = (uint32_t)(hash >> 32) >> CHY_LEMMA_SCRIPT_BITS;

	return (check ? check : 1) << CHY_LEMMA_SCRIPT_BITS;
}

const struct chy_script *chy_lemma_known(
	const struct chy_text_model *m, struct chy_str form, uint32_t tag)
{
	const uint32_t scripts = (1u << CHY_LEMMA_SCRIPT_BITS) - 1;
	uint64_t hash = chy_lemma_hash(form, tag);
	uint32_t check = chy_lemma_check(hash), at = (uint32_t)hash & m->lemma_mask;

	for (uint32_t tries = 0; tries <= m->lemma_mask; tries++) {
		uint32_t slot = m->lemmas[at];

		if (!slot)
			return NULL;
		if ((slot & ~scripts) == check && (slot & scripts) < m->sizes.scripts)
			return &m->scripts[slot & scripts];
		at = (at + 1) & m->lemma_mask;
	}
	return NULL;
}
