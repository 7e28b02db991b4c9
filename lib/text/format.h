/* How a model lies on disk: a head, a list of sections, and flat little-endian
 * arrays at multiples of 64 bytes, so that it can be mapped and used as it is.
 * docs/language-core.md says what each section is for. */
#pragma once

#include <stdint.h>

#define CHY_MODEL_MAGIC "CHYTEXT"

enum {
	CHY_MODEL_VERSION = 1,
	CHY_MODEL_ALIGN = 64,
	CHY_MODEL_SECTIONS_MAX = 96,
	CHY_TILE = 16, /* outputs that a matrix keeps together */
	CHY_QUAD = 4, /* inputs that lie side by side in a tile */
};

struct chy_model_section {
	char name[16];
	uint64_t offset, size;
};

struct chy_model_head {
	char magic[8];
	uint32_t version, section_count;
	char language[8];
	char name[64];
	struct chy_model_section sections[CHY_MODEL_SECTIONS_MAX];
};

/* Section "sizes". */
struct chy_model_sizes {
	uint32_t rows, buckets, embedding, hidden, layers, tag_layer, tag_hidden, arc, label;
	uint32_t tags, scripts, relations, ends;
	/* How much likelier sentences end in text that has lost its line ends:
	 * hundredths of log odds. */
	uint32_t lost_lines;
	uint32_t reserved[2];
};

/* Section "lemmas": an open-addressing table from form and tag to script. A
 * slot is 22 bits of the hash, never all 0, and 10 of the script; 0 is free. */
enum { CHY_LEMMA_SCRIPT_BITS = 10 };

/* Sections "tags" and "relations": this many bytes each, terminated. A tag is
 * its universal tag, a space, its features. */
enum { CHY_TAG_SIZE = 128, CHY_RELATION_SIZE = 24 };

/* Section "agree", which a model may lack: an open-addressing table from a
 * kind of pair of words (agree.h) to the log odds that the gender and number of
 * the one (first index) go with those of the other. Key 0 is free. */
enum { CHY_AGREE_KINDS = 16 };

struct chy_agree_slot {
	uint64_t key;
	int8_t odds[CHY_AGREE_KINDS][CHY_AGREE_KINDS];
};
