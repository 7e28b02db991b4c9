#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/hash.h"
#include "internal.h"

static const struct {
	const char *language;
	unsigned bit;
} languages[] = {{"pt", CHY_LEX_PT}, {"en", CHY_LEX_EN}, {"es", CHY_LEX_ES}};

static unsigned bit_of(const char *language)
{
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		if (strcmp(languages[i].language, language) == 0)
			return languages[i].bit;
	return 0;
}

int chy_coder_open(const char *language, struct chy_coder **out, struct chy_fault *fault)
{
	struct chy_coder *coder;
	char name[24];
	int result;

	if (!bit_of(language))
		return chy_fault_set(fault, CHY_EUNSUPPORTED, language, 0, "no coder reads it");
	coder = calloc(1, sizeof(*coder));
	if (!coder)
		return chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
	snprintf(coder->language, sizeof(coder->language), "%s", language);
	snprintf(name, sizeof(name), "%s.lex", coder->language);
	coder->bit = bit_of(language);
	result = chy_catalogue_open(&coder->catalogue, fault);
	if (!result)
		result = chy_lexicon_open(name, &coder->lexicon, fault);
	if (result) {
		chy_catalogue_close(coder->catalogue);
		free(coder);
		return result;
	}
	coder->frames = chy_lexicon_rows(
		&coder->lexicon, "frame", sizeof(*coder->frames), &coder->frame_count);
	coder->words = chy_lexicon_rows(
		&coder->lexicon, "word", sizeof(*coder->words), &coder->word_count);
	coder->word_index = chy_lexicon_index(&coder->lexicon, "wordindex");
	*out = coder;
	return CHY_OK;
}

void chy_coder_close(struct chy_coder *coder)
{
	if (!coder)
		return;
	chy_catalogue_close(coder->catalogue);
	chy_lexicon_close(&coder->lexicon);
	free(coder);
}

json_t *chy_coder_identity(const struct chy_coder *coder)
{
	struct chy_hasher hasher;
	struct chy_hash hash;
	char hex[CHY_HASH_HEX];

	chy_hasher_init(&hasher);
	chy_hasher_add(&hasher, coder->lexicon.header->hash, CHY_HASH_SIZE);
	chy_hasher_add(&hasher, coder->catalogue->lexicon.header->hash, CHY_HASH_SIZE);
	chy_hasher_finish(&hasher, &hash);
	return json_pack("{s:s, s:s, s:s}", "name", "chancery", "version", CHY_VERSION, "data",
		chy_hash_to_hex(&hash, hex));
}

static int set_date(struct chy_document *document, struct chy_str date)
{
	struct chy_edtf edtf;
	int64_t last;

	if (!date.size)
		return CHY_OK;
	if (chy_edtf_parse(date, &edtf) || edtf.interval || !edtf.from.day)
		return CHY_EINPUT;
	document->dated = true;
	document->date = edtf.from;
	chy_edtf_bounds(&edtf, &document->day, &last);
	return CHY_OK;
}

/* Names over the whole text before speech and acts, so that what the text
 * explains later is known too. */
static int read_lines(struct chy_document *document)
{
	const struct chy_analysis *analysis = document->input->analysis;
	size_t n = analysis->sentence_count;

	document->lines = chy_arena_array(document->arena, struct chy_line, n + 1);
	document->named =
		chy_arena_array(document->arena, bool, document->coder->catalogue->actor_count + 1);
	if (document->input->explain)
		document->misses = chy_arena_array(document->arena, struct chy_reason, n + 1);
	if (!document->lines || !document->named || (document->input->explain && !document->misses))
		return CHY_EMEM;
	for (size_t i = 0; i < n; i++) {
		if (!chy_line_init(document, &document->lines[i], &analysis->sentences[i]))
			return CHY_EMEM;
		document->line_count = i + 1;
		chy_find_names(document, &document->lines[i]);
		chy_find_dates(document, &document->lines[i]);
	}
	for (size_t i = 0; i < n; i++)
		chy_find_holders(document, &document->lines[i]);
	for (size_t i = 0; i < n; i++)
		chy_mend(document, &document->lines[i]);
	chy_find_main_pair(document);
	for (size_t i = 0; i < n; i++) {
		chy_find_speaker(document, &document->lines[i]);
		chy_find_acts(document, &document->lines[i], (uint32_t)i + 1);
	}
	return CHY_OK;
}

int chy_coder_code(const struct chy_coder *coder, const struct chy_coder_input *input,
	struct chy_arena *arena, struct chy_events *out)
{
	struct chy_document *document = chy_arena_alloc(arena, sizeof(*document));
	int result;

	if (!document)
		return CHY_EMEM;
	document->coder = coder;
	document->input = input;
	document->arena = arena;
	result = set_date(document, input->date);
	if (!result)
		result = read_lines(document);
	if (result)
		return result;
	chy_finish(document);
	if (document->out_of_memory)
		return CHY_EMEM;
	*out = (struct chy_events){document->events, document->event_count, NULL, 0};
	chy_collect_misses(document, out);
	return CHY_OK;
}
