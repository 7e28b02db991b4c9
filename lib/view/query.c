/* Words, "phrases", begin*, -without, one OR other. */
#include "query.h"

#include <string.h>

#include "token.h"

enum { SHORTEST = 2 }; /* letters of a beginning */

struct parser {
	struct chy_str text;
	size_t at;
	struct chy_query *query;
	bool joins; /* an OR stands before what comes */
};

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int refuse(struct chy_fault *fault, const char *why)
{
	return chy_fault_set(fault, CHY_EINPUT, NULL, 0, "%s", why);
}

/* What stands between quotation marks, or up to the next blank. */
static bool take_item(struct parser *p, struct chy_str *out, bool *out_quoted, bool *out_prefix)
{
	const char *data = p->text.data;
	size_t from = p->at, to;

	*out_quoted = data[from] == '"';
	*out_prefix = false;
	if (*out_quoted) {
		const char *end = memchr(data + from + 1, '"', p->text.size - from - 1);

		if (!end)
			return false;
		*out = (struct chy_str){data + from + 1, (size_t)(end - data) - from - 1};
		p->at = (size_t)(end - data) + 1;
		return true;
	}
	for (to = from; to < p->text.size && !is_blank(data[to]) && data[to] != '"';)
		to++;
	p->at = to;
	*out = (struct chy_str){data + from, to - from};
	if (out->size && out->data[out->size - 1] == '*') {
		out->size--;
		*out_prefix = true;
	}
	return true;
}

static int add_words(struct parser *p, struct chy_str item, bool prefix, struct chy_fault *fault)
{
	struct chy_query *q = p->query;
	struct chy_query_phrase *phrase = &q->phrases[q->phrase_count];
	char folded[CHY_STEM];
	struct chy_str word;
	size_t at = 0;

	*phrase = (struct chy_query_phrase){q->word_count, 0, q->clause_count};
	while (chy_next_word(item, &at, &word)) {
		if (!chy_fold_word(word, folded))
			continue;
		if (q->word_count == CHY_QUERY_WORDS)
			return refuse(fault, "more than 32 words are looked for");
		q->words[q->word_count++] = (struct chy_query_word){word, false, q->phrase_count};
		phrase->count++;
	}
	if (!prefix || !phrase->count)
		return CHY_OK;
	word = q->words[q->word_count - 1].text;
	if (chy_fold_word(word, folded) < SHORTEST)
		return refuse(fault, "a beginning has two letters at least");
	/* A star behind a full stop begins no word. */
	q->words[q->word_count - 1].prefix = word.data + word.size == item.data + item.size;
	return CHY_OK;
}

/* One more phrase: of a clause of its own, or, behind an OR, of the last one. */
static int add_phrase(
	struct parser *p, struct chy_str item, bool prefix, bool without, struct chy_fault *fault)
{
	struct chy_query *q = p->query;
	int result = add_words(p, item, prefix, fault);

	if (result || !q->phrases[q->phrase_count].count)
		return result; /* signs alone are nothing to look for */
	if (p->joins) {
		q->phrases[q->phrase_count].clause = q->clause_count - 1;
	} else {
		q->without[q->clause_count++] = without;
	}
	p->joins = false;
	q->phrase_count++;
	return CHY_OK;
}

static int take_next(struct parser *p, struct chy_fault *fault)
{
	bool without = p->text.data[p->at] == '-', quoted, prefix;
	struct chy_query *q = p->query;
	struct chy_str item;

	p->at += without;
	if (p->at == p->text.size || is_blank(p->text.data[p->at]))
		return CHY_OK; /* a dash */
	if (!take_item(p, &item, &quoted, &prefix))
		return refuse(fault, "a quotation mark is not closed");
	if (without && p->joins)
		return refuse(fault, "OR stands between two words");
	if (quoted || without || !chy_str_is(item, "OR"))
		return add_phrase(p, item, prefix, without, fault);
	if (!q->clause_count || q->without[q->clause_count - 1] || p->joins)
		return refuse(fault, "OR stands between two words");
	p->joins = true;
	return CHY_OK;
}

int chy_query_parse(struct chy_str text, struct chy_query *out, struct chy_fault *fault)
{
	struct parser p = {.text = text, .query = out};
	bool any = false;
	int result = CHY_OK;

	memset(out, 0, sizeof(*out));
	if (!chy_utf8_valid(text.data, text.size, NULL))
		return refuse(fault, "the words are not UTF-8");
	while (p.at < text.size && !result) {
		if (is_blank(text.data[p.at]))
			p.at++;
		else
			result = take_next(&p, fault);
	}
	if (result)
		return result;
	if (p.joins)
		return refuse(fault, "OR stands between two words");
	for (unsigned i = 0; i < out->clause_count; i++)
		any |= !out->without[i];
	return any ? CHY_OK : refuse(fault, "there is no word to look for");
}
