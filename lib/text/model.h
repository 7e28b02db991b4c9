/* A language's model, mapped and checked. */
#pragma once

#include "chancery/data.h"
#include "chancery/text.h"
#include "format.h"
#include "kernel.h"
#include "lemma.h"
#include "rows.h"
#include "segment.h"

enum { CHY_LAYERS_MAX = 4 };

struct chy_lstm {
	struct chy_matrix input, recurrent;
};

struct chy_text_model {
	struct chy_mapping mapping;
	const struct chy_model_head *head;
	const struct chy_kernel *kernel;
	struct chy_model_sizes sizes;
	struct chy_row_table rows;
	const int8_t *embedding;
	const float *embedding_scale; /* of each row */
	struct chy_lstm forth[CHY_LAYERS_MAX], back[CHY_LAYERS_MAX];
	struct chy_lstm end_forth, end_back; /* where sentences end */
	struct chy_matrix end;
	struct chy_matrix tag_hidden, tag, script, parse, arc, relation;
	const char (*tags)[CHY_TAG_SIZE], (*relations)[CHY_RELATION_SIZE];
	/* Of each tag, in the model's own memory: its universal tag, and its
	 * gender and number as chy_agree_kind has them. */
	uint8_t *tag_upos, *tag_agreement;
	const struct chy_script *scripts;
	const uint32_t *lemmas;
	uint32_t lemma_mask;
	const struct chy_agree_slot *agree; /* NULL: no agreement was learnt */
	uint32_t agree_mask;
	struct chy_segmenter segmenter;
};

/* Opens a model file by its path. */
int chy_model_open(const char *path, struct chy_text_model **out, struct chy_fault *fault);

/* A section of at least size bytes; NULL with a fault where there is none. */
const void *chy_model_section(const struct chy_text_model *model, const char *name, uint64_t size,
	uint64_t *out_size, struct chy_fault *fault);

/* The hash of a form with a tag, for "lemmas": its lower half says where to
 * begin, its upper half what the slot holds beside the script. */
uint64_t chy_lemma_hash(struct chy_str form, uint32_t tag);
uint32_t chy_lemma_check(uint64_t hash);
/* The script that training saw with this form and tag; NULL for none. */
const struct chy_script *chy_lemma_known(
	const struct chy_text_model *model, struct chy_str form, uint32_t tag);
