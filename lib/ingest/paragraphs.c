/* Lines to paragraphs, and the headline.
 *
 * A blank line always parts paragraphs. A single newline does too, unless a
 * program has wrapped the text. It has, where
 *   - no line is longer than 200 characters,
 *   - at four of five line ends inside blocks the next word would not have
 *     fitted into the longest line, and
 *   - a third of them stand in the middle of a sentence: no full stop before,
 *     a small letter or a digit after.
 * Then lines are joined, but for one that was left short and ends a sentence,
 * and for an indented next one. A word broken by a hyphen is joined; the
 * hyphen stays where data/ingest/hyphens.tsv knows the part before or after.
 *
 * A first paragraph is a headline when it has at most 200 characters, is no
 * dateline, and does not read like running text: with a full stop at its end
 * it must be one short sentence. */
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>

#include "internal.h"
#include "names.h"

enum { WIDEST = 200, LONGEST_HEADLINE = 200, LONGEST_SENTENCE = 120, LONGEST_WORD = 64 };

/* One line; from and to without the white space around it. */
struct line {
	uint32_t from, to;
	uint32_t width, first_word; /* characters: of it, of its first word */
	bool indented;
};

struct lines {
	struct line *list;
	size_t count, capacity;
};

static struct chy_str between(const struct trace *text, size_t start, size_t end)
{
	return (struct chy_str){trace_str(text).data + start, end - start};
}

static uint32_t first_point(struct chy_str text)
{
	size_t at = 0;

	return text.size ? chy_utf8_next(text.data, text.size, &at) : 0;
}

static void measure(struct chy_str words, struct line *line)
{
	for (size_t at = 0; at < words.size;) {
		uint32_t point = chy_utf8_next(words.data, words.size, &at);

		if (point == ' ' && !line->first_word)
			line->first_word = line->width;
		line->width++;
	}
	if (!line->first_word)
		line->first_word = line->width;
}

static bool add_line(struct lines *lines, const struct trace *text, size_t start, size_t end)
{
	struct chy_str whole = between(text, start, end), words = chy_str_trim(whole);
	struct line line = {.from = (uint32_t)(start + (size_t)(words.data - whole.data))};

	line.to = line.from + (uint32_t)words.size;
	line.indented = line.from > start + 1 || (whole.size && whole.data[0] == '\t');
	measure(words, &line);
	if (lines->count == lines->capacity) {
		size_t capacity = lines->capacity ? 2 * lines->capacity : 64;
		void *grown = realloc(lines->list, capacity * sizeof(*lines->list));

		if (!grown)
			return false;
		lines->list = grown;
		lines->capacity = capacity;
	}
	lines->list[lines->count++] = line;
	return true;
}

static bool cut_lines(struct lines *lines, const struct trace *text, size_t from, size_t end)
{
	const char *data = trace_str(text).data;

	while (from < end) {
		const char *newline = memchr(data + from, '\n', end - from);
		size_t stop = newline ? (size_t)(newline - data) : end;

		if (!add_line(lines, text, from, stop))
			return false;
		from = stop + 1;
	}
	return true;
}

/* Past closing quotes and brackets at the end, the last character. */
static uint32_t last_point(struct chy_str text)
{
	static const char *const closing[] = {
		"\"", "'", ")", "]", "\xe2\x80\x9d", "\xe2\x80\x99", "\xc2\xbb"};
	uint32_t point = 0;

	for (size_t i = 0; i < sizeof(closing) / sizeof(closing[0]); i++)
		if (text.size && chy_str_ends(text, closing[i])) {
			text.size -= strlen(closing[i]);
			i = (size_t)-1;
		}
	for (size_t back = 1; back <= 4 && back <= text.size; back++) {
		size_t at = text.size - back;

		point = chy_utf8_next(text.data, text.size, &at);
		if (at == text.size && (unsigned char)text.data[text.size - back] >> 6 != 2)
			break;
	}
	return point;
}

static bool ends_sentence(struct chy_str text)
{
	uint32_t last = last_point(text);

	return last == '.' || last == '!' || last == '?' || last == 0x2026;
}

static bool goes_on(struct chy_str before, struct chy_str after)
{
	UChar32 first = (UChar32)first_point(after);

	return !ends_sentence(before) && (u_islower(first) || u_isdigit(first));
}

static bool full(const struct line *line, const struct line *next, uint32_t widest)
{
	return line->width + 1 + next->first_word > widest;
}

static uint32_t widest_of(const struct lines *lines)
{
	uint32_t widest = 0;

	for (size_t i = 0; i < lines->count; i++)
		/* An address of the web breaks any measure. */
		if (lines->list[i].width > widest &&
			lines->list[i].first_word < lines->list[i].width)
			widest = lines->list[i].width;
	return widest;
}

/* The width that a program has wrapped the text at; 0 where none has. */
static uint32_t wrapped_at(const struct lines *lines, const struct trace *text)
{
	uint32_t widest = widest_of(lines);
	size_t inner = 0, filled = 0, open = 0;

	for (size_t i = 0; i + 1 < lines->count; i++) {
		const struct line *line = &lines->list[i], *next = line + 1;

		if (!line->width || !next->width)
			continue;
		inner++;
		filled += full(line, next, widest) ||
			  (text->text.data[line->to - 1] == '-' && line->width + 12 > widest);
		open += goes_on(
			between(text, line->from, line->to), between(text, next->from, next->to));
	}
	return inner && widest <= WIDEST && filled * 5 >= inner * 4 && open * 3 >= inner ? widest
											 : 0;
}

static struct chy_str last_word(const struct trace *out, size_t end)
{
	size_t start = end;

	while (start > 0 && end - start < LONGEST_WORD && out->text.data[start - 1] != ' ' &&
		out->text.data[start - 1] != '-' && out->text.data[start - 1] != '\n')
		start--;
	return between(out, start, end);
}

static struct chy_str first_word(const struct trace *text, size_t start, size_t end)
{
	struct chy_str all = between(text, start, end);
	size_t at = 0, size = 0;

	while (at < all.size && u_isalpha((UChar32)chy_utf8_next(all.data, all.size, &at)))
		size = at;
	all.size = size;
	return all;
}

/* Whether a word is broken here, so that it is written on without a blank;
 * *keep_hyphen where the hyphen is the word's own. */
static bool broken_word(const struct trace *out, const struct trace *text, const struct line *next,
	bool *keep_hyphen)
{
	struct chy_str so_far = trace_str(out), after = first_word(text, next->from, next->to);
	struct chy_str before;

	if (so_far.size < 2 || !chy_str_ends(so_far, "-") || so_far.data[so_far.size - 2] == ' ' ||
		so_far.data[so_far.size - 2] == '-' || !after.size)
		return false;
	before = last_word(out, so_far.size - 1);
	*keep_hyphen = !u_islower((UChar32)first_point(after)) ||
		       chy_name_means(chy_name_find(&names_hyphens, after), "after") ||
		       chy_name_means(chy_name_find(&names_hyphens, before), "before");
	return true;
}

static void join(struct trace *out, const struct trace *text, const struct line *next)
{
	size_t start = next->from;
	bool keep_hyphen = true;

	/* `reuniram-` and `-se`: the hyphen that is written twice is one. */
	if (chy_str_ends(trace_str(out), "-") && text->text.data[start] == '-' &&
		next->to > start + 1)
		start++;
	else if (!broken_word(out, text, next, &keep_hyphen))
		trace_add_instead(out, " ", 1, text, start - 1, start);
	else if (!keep_hyphen)
		trace_cut(out, out->text.size - 1);
	chy_add_words(out, text, start, next->to);
}

/* Whether the line before runs on into this one. */
static bool runs_on(
	const struct trace *text, const struct line *line, const struct line *next, uint32_t widest)
{
	struct chy_str before = between(text, line->from, line->to);

	if (!widest || !line->width || next->indented)
		return false;
	return full(line, next, widest) || goes_on(before, between(text, next->from, next->to));
}

static void add_paragraph(struct trace *out, const struct trace *text, const struct line *line)
{
	size_t before = out->text.size, start;

	if (before)
		trace_add_free(out, "\n\n", 2);
	start = out->text.size;
	chy_add_words(out, text, line->from, line->to);
	/* A line of blanks other than ASCII's is empty too. */
	if (out->text.size == start)
		trace_cut(out, before);
}

void chy_add_paragraphs(struct trace *out, const struct trace *text, size_t from, size_t end)
{
	struct lines lines = {0};
	uint32_t widest;

	if (!cut_lines(&lines, text, from, end)) {
		out->failed = true;
		free(lines.list);
		return;
	}
	widest = wrapped_at(&lines, text);
	for (size_t i = 0; i < lines.count; i++) {
		const struct line *line = &lines.list[i];

		if (!line->width)
			continue;
		if (i && runs_on(text, line - 1, line, widest)) {
			join(out, text, line);
			continue;
		}
		add_paragraph(out, text, line);
	}
	free(lines.list);
}

/* Whether a sentence ends inside: a stop after a word of more than three
 * letters (shorter ones are abbreviations), then a capital. */
static bool holds_sentence_end(struct chy_str text)
{
	size_t word = 0;

	for (size_t i = 0; i + 2 < text.size; i++) {
		struct chy_str rest = {text.data + i + 2, text.size - i - 2};

		if (text.data[i] == ' ')
			word = i + 1;
		if (strchr(".!?", text.data[i]) && text.data[i] && text.data[i + 1] == ' ' &&
			i - word > 3 && u_isupper((UChar32)first_point(rest)))
			return true;
	}
	return false;
}

static bool headline(struct chy_str text)
{
	struct line line = {0};
	struct chy_dateline dateline;

	measure(text, &line);
	if (!text.size || line.width > LONGEST_HEADLINE ||
		(chy_read_dateline(text, &dateline) && (dateline.source.size || dateline.dated)))
		return false;
	return !ends_sentence(text) || last_point(text) == '?' ||
	       (line.width <= LONGEST_SENTENCE && !holds_sentence_end(text));
}

void chy_take_headline(struct chy_draft *draft)
{
	struct chy_str text = trace_str(&draft->text);
	const char *gap = text.size ? memmem(text.data, text.size, "\n\n", 2) : NULL;
	size_t end = gap ? (size_t)(gap - text.data) : text.size;
	struct chy_dateline line;
	struct trace rest;

	if (chy_read_dateline(text, &line) && line.alone)
		return; /* the headline may come after it */
	/* A text of one line that ends a sentence is that sentence. */
	if (!headline((struct chy_str){text.data, end}) ||
		(!gap && ends_sentence((struct chy_str){text.data, end})))
		return;
	trace_add_slice(&draft->title, &draft->text, 0, end);
	trace_init(&rest);
	if (gap)
		trace_add_slice(&rest, &draft->text, end + 2, text.size);
	trace_fini(&draft->text);
	draft->text = rest;
}

/* A headline that the header gives is often written again above the text. */
void chy_drop_second_title(struct chy_draft *draft)
{
	struct chy_str title = trace_str(&draft->title), text = trace_str(&draft->text);
	struct trace rest;

	if (text.size < title.size + 2 || !title.size ||
		memcmp(text.data, title.data, title.size) != 0 || text.data[title.size] != '\n')
		return;
	trace_init(&rest);
	trace_add_slice(&rest, &draft->text, title.size + 2, text.size);
	trace_fini(&draft->text);
	draft->text = rest;
}
