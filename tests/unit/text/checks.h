/* What holds of every analysis, whatever the text. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chancery/text.h"

static inline bool is_white(const char *text, uint32_t *at, uint32_t end)
{
	static const char *const wide[] = {"\xc2\xa0", "\xe2\x80\xa8", "\xe2\x80\xa9",
		"\xe3\x80\x80", "\xe2\x80\x8b", "\xef\xbb\xbf", "\xc2\x85", "\xe1\x9a\x80",
		"\xe2\x80\xaf", "\xe2\x81\x9f"};
	unsigned char c = (unsigned char)text[*at];

	if (c <= ' ' || c == 0x7f) {
		(*at)++;
		return true;
	}
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++) {
		size_t size = strlen(wide[i]);

		if (*at + size <= end && memcmp(text + *at, wide[i], size) == 0) {
			*at += (uint32_t)size;
			return true;
		}
	}
	/* U+2000 to U+200A, and the C1 controls */
	if (*at + 3 <= end && c == 0xe2 && (unsigned char)text[*at + 1] == 0x80 &&
		(unsigned char)text[*at + 2] >= 0x80 && (unsigned char)text[*at + 2] <= 0x8a) {
		*at += 3;
		return true;
	}
	if (*at + 2 <= end && c == 0xc2 && (unsigned char)text[*at + 1] < 0xa0) {
		*at += 2;
		return true;
	}
	return false;
}

/* Nothing but white space from one place to another. */
static inline void assert_white(const char *text, uint32_t from, uint32_t to)
{
	while (from < to)
		assert_true(is_white(text, &from, to));
}

/* One root, no cycle, heads inside. */
static inline void assert_tree(const struct chy_sentence *s)
{
	size_t roots = 0;

	for (size_t i = 0; i < s->word_count; i++) {
		int32_t at = (int32_t)i;
		size_t steps = 0;

		assert_in_range(s->words[i].head + 1, 0, s->word_count);
		roots += s->words[i].head < 0;
		while (at >= 0 && steps <= s->word_count) {
			at = s->words[at].head;
			steps++;
		}
		assert_true(steps <= s->word_count);
		assert_true(s->words[i].form.size > 0);
		assert_true(s->words[i].lemma.size > 0);
		assert_true(s->words[i].deprel.size > 0);
		assert_true(s->words[i].head >= 0 || chy_word_is(&s->words[i], "root"));
		assert_true((unsigned)s->words[i].upos < CHY_UPOS_COUNT);
	}
	assert_int_equal(roots, 1);
}

/* The tokens cover the sentence, the words the tokens. */
static inline void assert_tokens(const struct chy_analysis *a, const struct chy_sentence *s)
{
	uint32_t at = s->start, word = 0;

	assert_true(s->token_count > 0);
	assert_int_equal(s->tokens[0].start, s->start);
	assert_int_equal(s->tokens[s->token_count - 1].end, s->end);
	for (size_t t = 0; t < s->token_count; t++) {
		const struct chy_token *token = &s->tokens[t];

		assert_true(token->start >= at && token->end > token->start);
		assert_white(a->text.data, at, token->start);
		if (t)
			assert_int_equal(s->tokens[t - 1].space_after, token->start > at);
		assert_int_equal(token->first_word, word);
		assert_true(token->word_count > 0);
		for (uint32_t w = 0; w < token->word_count; w++)
			assert_int_equal(s->words[word + w].token, t);
		word += token->word_count;
		at = token->end;
	}
	assert_int_equal(word, s->word_count);
}

static inline void assert_sound(const struct chy_analysis *a)
{
	uint32_t at = 0, paragraph = 0;

	for (size_t i = 0; i < a->sentence_count; i++) {
		const struct chy_sentence *s = &a->sentences[i];

		assert_true(s->start >= at && s->end > s->start && s->end <= a->text.size);
		assert_white(a->text.data, at, s->start);
		assert_null(memchr(a->text.data + s->start, '\n', s->end - s->start));
		assert_true(s->paragraph == paragraph || s->paragraph == paragraph + 1);
		paragraph = s->paragraph;
		assert_tokens(a, s);
		assert_tree(s);
		at = s->end;
	}
	assert_white(a->text.data, at, (uint32_t)a->text.size);
}

/* Models, opened once for all tests of a program. */
static inline struct chy_text_model *model_of(const char *language)
{
	static struct {
		char language[8];
		struct chy_text_model *model;
	} open[4];

	for (size_t i = 0; i < 4; i++) {
		struct chy_fault fault = {0};

		if (open[i].model && strcmp(open[i].language, language) == 0)
			return open[i].model;
		if (open[i].model)
			continue;
		snprintf(open[i].language, sizeof(open[i].language), "%s", language);
		if (chy_text_open(language, &open[i].model, &fault))
			fail_msg("%s: %s %s", language, fault.subject, fault.detail);
		return open[i].model;
	}
	return NULL;
}
