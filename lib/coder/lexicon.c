#include "lexicon.h"

#include <string.h>

static int damaged(struct chy_lexicon *lexicon, const char *name, struct chy_fault *fault)
{
	chy_lexicon_close(lexicon);
	return chy_fault_set(fault, CHY_EDAMAGED, name, 0, "it is no lexicon of this edition");
}

int chy_lexicon_open(const char *name, struct chy_lexicon *out, struct chy_fault *fault)
{
	const struct chy_lex_header *header;
	int result = chy_data_map(name, &out->mapping, fault);

	if (result)
		return result;
	header = out->mapping.data;
	if (out->mapping.size < sizeof(*header) || memcmp(header->magic, CHY_LEX_MAGIC, 8) != 0 ||
		header->order != CHY_LEX_ORDER || header->sections > CHY_LEX_SECTIONS)
		return damaged(out, name, fault);
	for (uint32_t i = 0; i < header->sections; i++) {
		const struct chy_lex_section *s = &header->section[i];

		if ((uint64_t)s->at + (uint64_t)s->rows * s->stride > out->mapping.size)
			return damaged(out, name, fault);
	}
	out->header = header;
	return CHY_OK;
}

void chy_lexicon_close(struct chy_lexicon *lexicon)
{
	chy_unmap(&lexicon->mapping);
	lexicon->header = NULL;
}

static const struct chy_lex_section *section_of(const struct chy_lexicon *lexicon, const char *name)
{
	for (uint32_t i = 0; i < lexicon->header->sections; i++)
		if (strncmp(lexicon->header->section[i].name, name, 12) == 0)
			return &lexicon->header->section[i];
	return NULL;
}

const void *chy_lexicon_rows(
	const struct chy_lexicon *lexicon, const char *section, size_t stride, size_t *out_count)
{
	const struct chy_lex_section *found = section_of(lexicon, section);

	*out_count = found && found->stride == stride ? found->rows : 0;
	return found ? (const char *)lexicon->mapping.data + found->at : NULL;
}

struct chy_str chy_lexicon_text(const struct chy_lexicon *lexicon, struct chy_lex_ref ref)
{
	/* "text" is the first section. */
	const struct chy_lex_section *text = &lexicon->header->section[0];

	if ((uint64_t)ref.at + ref.size > text->rows)
		return (struct chy_str){"", 0};
	return (struct chy_str){(const char *)lexicon->mapping.data + text->at + ref.at, ref.size};
}

size_t chy_lexicon_find(const struct chy_lexicon *lexicon, const void *rows, size_t count,
	size_t stride, struct chy_str key)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct chy_lex_ref *ref =
			(const void *)((const char *)rows + middle * stride);

		if (chy_str_compare(chy_lexicon_text(lexicon, *ref), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct chy_lex_index chy_lexicon_index(const struct chy_lexicon *lexicon, const char *section)
{
	struct chy_lex_index index;

	index.slots = chy_lexicon_rows(lexicon, section, sizeof(*index.slots), &index.count);
	if (index.count & (index.count - 1))
		index.count = 0;
	return index;
}

static bool hash_of(struct chy_str word, uint32_t *out)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < word.size; i++) {
		if (word.data[i] == ' ' || word.data[i] == '-')
			return false;
		hash = (hash ^ (unsigned char)word.data[i]) * 16777619u;
	}
	*out = hash;
	return word.size > 0;
}

static bool begins_with_word(struct chy_str key, struct chy_str word)
{
	return key.size >= word.size && memcmp(key.data, word.data, word.size) == 0 &&
	       (key.size == word.size || key.data[word.size] == ' ' || key.data[word.size] == '-');
}

bool chy_lexicon_first(const struct chy_lexicon *lexicon, struct chy_lex_index index,
	const struct chy_lex_word *rows, size_t count, struct chy_str word, size_t *out_row)
{
	uint32_t at;

	if (!index.count || !hash_of(word, &at))
		return false;
	*out_row = count;
	for (size_t steps = 0; steps < index.count; steps++, at++) {
		size_t row = index.slots[at & (index.count - 1)];

		if (!row || row > count)
			break;
		if (!begins_with_word(chy_lexicon_text(lexicon, rows[row - 1].key), word))
			continue;
		*out_row = row - 1;
		break;
	}
	return true;
}
