/* Plain text: an optional header block, then a headline, then paragraphs.
 *
 * A header block is `Name: value` lines with at least one known name (field
 * names: data/ingest/fields.tsv), up to a blank line; or `---` lines around
 * such. The first line is a headline when it is short, ends no sentence, and
 * something follows. Lines are paragraphs, unless the text is hard-wrapped:
 * then blank lines part them. */
#include <string.h>

#include "internal.h"

enum { LONGEST_HEADLINE = 220, WRAPPED_AT = 60 };

struct lines {
	const struct trace *text;
	size_t at; /* where the next line begins */
};

static bool next_line(struct lines *lines, size_t *start, size_t *end)
{
	struct chy_str text = trace_str(lines->text);
	const char *newline;

	if (lines->at >= text.size)
		return false;
	newline = memchr(text.data + lines->at, '\n', text.size - lines->at);
	*start = lines->at;
	*end = newline ? (size_t)(newline - text.data) : text.size;
	lines->at = *end + 1;
	return true;
}

static struct chy_str slice(const struct trace *trace, size_t start, size_t end)
{
	return (struct chy_str){trace_str(trace).data + start, end - start};
}

/* `Name: value`, where a name is a word or two. */
static bool header_line(struct chy_str line, struct chy_str *name, size_t *value_at)
{
	const char *colon = line.size ? memchr(line.data, ':', line.size) : NULL;
	size_t size = colon ? (size_t)(colon - line.data) : 0;

	if (!size || size > 40 || line.data[0] == ' ' || line.data[0] == '\t')
		return false;
	if (size + 1 < line.size && line.data[size + 1] != ' ' && line.data[size + 1] != '\t')
		return false;
	for (size_t i = 0; i < size; i++)
		if (line.data[i] == '.' || line.data[i] == '"' || line.data[i] == ',')
			return false;
	*name = chy_str_trim((struct chy_str){line.data, size});
	*value_at = size + 1;
	return true;
}

static void trimmed(const struct trace *text, size_t *start, size_t *end)
{
	struct chy_str part = chy_str_trim(slice(text, *start, *end));

	*start = (size_t)(part.data - trace_str(text).data);
	*end = *start + part.size;
}

static void take_header(struct chy_reading *reading, struct chy_draft *draft, struct chy_str name,
	size_t start, size_t end)
{
	const char *field = chy_field_of(name);
	const struct trace *text = &reading->text;

	trimmed(text, &start, &end);
	if (end > start + 1 && (trace_str(text).data[start] == '"') &&
		trace_str(text).data[end - 1] == '"') {
		start++;
		end--;
	}
	if (field && strcmp(field, "title") == 0 && !draft->title.text.size)
		trace_add_slice(&draft->title, text, start, end);
	else
		chy_set_field(reading, draft, name, slice(text, start, end), CHY_DATE_HEADER);
}

/* Where the block ends and the text begins; 0 where there is no block. */
static size_t block_end(const struct trace *text, bool *fenced)
{
	struct lines lines = {text, 0};
	size_t start, end, value, known = 0, count = 0;
	struct chy_str name;

	*fenced = false;
	while (next_line(&lines, &start, &end)) {
		struct chy_str line = slice(text, start, end);
		bool fence = chy_str_is(chy_str_trim(line), "---");

		if (fence && !count && !*fenced) {
			*fenced = true;
			continue;
		}
		if (fence || (!chy_str_trim(line).size && !*fenced))
			return known ? lines.at : 0;
		if (header_line(line, &name, &value)) {
			known += chy_field_of(name) != NULL;
			count++;
		} else if (!count || (line.data[0] != ' ' && line.data[0] != '\t' && !*fenced)) {
			return 0;
		}
	}
	return 0;
}

static size_t read_block(struct chy_reading *reading, struct chy_draft *draft)
{
	const struct trace *text = &reading->text;
	struct lines lines = {text, 0};
	bool fenced;
	size_t until = block_end(text, &fenced), start, end, value, from = 0, to = 0;
	struct chy_str name, pending = {NULL, 0};

	if (!until)
		return 0;
	while (lines.at < until && next_line(&lines, &start, &end)) {
		struct chy_str line = slice(text, start, end);

		if (header_line(line, &name, &value)) {
			if (pending.data)
				take_header(reading, draft, pending, from, to);
			pending = name;
			from = start + value;
			to = end;
		} else if (pending.data && line.size &&
			   (line.data[0] == ' ' || line.data[0] == '\t')) {
			to = end; /* a folded line */
		}
	}
	if (pending.data)
		take_header(reading, draft, pending, from, to);
	return until;
}

static bool ends_sentence(struct chy_str line)
{
	static const char *const ends[] = {
		".", "!", "\xe2\x80\xa6", ";", ".\"", ".\xe2\x80\x9d", ".\xc2\xbb", ".)"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (chy_str_ends(line, ends[i]))
			return true;
	return false;
}

/* Many lines that end in the middle of a sentence at about the same length:
 * wrapped by a program. */
static bool hard_wrapped(const struct trace *text, size_t from)
{
	struct lines lines = {text, from};
	size_t start, end, full = 0, open = 0, count = 0, longest = 0;

	while (next_line(&lines, &start, &end)) {
		struct chy_str line = chy_str_trim(slice(text, start, end));

		if (!line.size)
			continue;
		count++;
		if (line.size > longest)
			longest = line.size;
		if (line.size >= WRAPPED_AT - 10) {
			full++;
			open += !ends_sentence(line);
		}
	}
	return count >= 4 && longest <= 110 && full * 2 > count && open * 2 > full;
}

/* Collapses white space inside, so that no paragraph holds a line end. */
static void add_words(struct trace *out, const struct trace *text, size_t start, size_t end)
{
	const char *data = trace_str(text).data;
	size_t at = start;

	while (at < end) {
		size_t run = at;

		while (run < end && data[run] != '\n' && data[run] != '\t')
			run++;
		trace_add_slice(out, text, at, run);
		at = run;
		while (at < end && (data[at] == '\n' || data[at] == '\t' || data[at] == ' '))
			at++;
		if (at < end)
			trace_add_instead(out, " ", 1, text, run, at);
	}
}

/* A line that goes on from the one before: a word broken by a hyphen is
 * joined. */
static void join_line(struct trace *out, const struct trace *text, size_t start, size_t end)
{
	struct chy_str so_far = trace_str(out);

	if (chy_str_ends(so_far, "-") && so_far.size > 1 && so_far.data[so_far.size - 2] != ' ') {
		out->text.size--;
		out->text.data[out->text.size] = '\0';
		if (out->count)
			out->segments[out->count - 1].text_end -=
				out->segments[out->count - 1].text_end > out->text.size;
		if (out->count && out->segments[out->count - 1].units > 1) {
			out->segments[out->count - 1].units--;
			out->segments[out->count - 1].original_end--;
		}
	} else {
		trace_add_free(out, " ", 1);
	}
	add_words(out, text, start, end);
}

static void read_body(struct chy_draft *draft, const struct trace *text, size_t from)
{
	struct lines lines = {text, from};
	bool wrapped = hard_wrapped(text, from), open = false;
	size_t start, end;

	while (next_line(&lines, &start, &end)) {
		trimmed(text, &start, &end);
		if (start == end) {
			open = false;
			continue;
		}
		if (open && wrapped) {
			join_line(&draft->text, text, start, end);
			continue;
		}
		if (draft->text.text.size)
			trace_add_free(&draft->text, "\n\n", 2);
		add_words(&draft->text, text, start, end);
		open = true;
	}
}

/* The first line, where it is a headline: *from is moved behind it. */
static void read_headline(struct chy_draft *draft, const struct trace *text, size_t *from)
{
	struct lines lines = {text, *from};
	size_t start, end;
	struct chy_str line, rest;

	do {
		if (!next_line(&lines, &start, &end))
			return;
		trimmed(text, &start, &end);
	} while (start == end);
	line = slice(text, start, end);
	rest = chy_str_trim(slice(
		text, lines.at < trace_str(text).size ? lines.at : end, trace_str(text).size));
	if (line.size > LONGEST_HEADLINE || ends_sentence(line) || !rest.size)
		return;
	if (hard_wrapped(text, *from)) {
		struct lines next = lines;
		size_t a, b;

		/* In a wrapped text a headline stands by itself. */
		if (next_line(&next, &a, &b) && chy_str_trim(slice(text, a, b)).size)
			return;
	}
	add_words(&draft->title, text, start, end);
	*from = lines.at;
}

void chy_read_body(struct chy_draft *draft, const struct trace *text)
{
	read_body(draft, text, 0);
}

int chy_read_plain(struct chy_reading *reading, struct chy_draft *draft)
{
	size_t from = read_block(reading, draft);

	if (!draft->title.text.size)
		read_headline(draft, &reading->text, &from);
	read_body(draft, &reading->text,
		from < trace_str(&reading->text).size ? from : trace_str(&reading->text).size);
	return trace_failed(&draft->text) || trace_failed(&draft->title) ? CHY_EMEM : CHY_OK;
}
