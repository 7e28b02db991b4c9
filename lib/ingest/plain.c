/* Plain text: an optional header block, then a headline, then paragraphs.
 *
 * A header block is `Name: value` lines up to a blank line, the first or any
 * two of them with a known name (data/ingest/header.tsv); a line that begins
 * with a blank goes on from the one before. Front matter is the same between
 * two lines `---`, where lists and comments may stand too. */
#include <string.h>

#include "internal.h"
#include "names.h"

enum { LONGEST_NAME = 40, MOST_HEADERS = 200 };

struct cursor {
	const struct trace *text;
	size_t at; /* where the next line begins */
	size_t start, end; /* the line */
};

static bool next_line(struct cursor *cursor)
{
	struct chy_str text = trace_str(cursor->text);
	const char *newline;

	if (cursor->at >= text.size)
		return false;
	newline = memchr(text.data + cursor->at, '\n', text.size - cursor->at);
	cursor->start = cursor->at;
	cursor->end = newline ? (size_t)(newline - text.data) : text.size;
	cursor->at = cursor->end + 1;
	return true;
}

static struct chy_str line_of(const struct cursor *cursor)
{
	return (struct chy_str){
		trace_str(cursor->text).data + cursor->start, cursor->end - cursor->start};
}

static bool folded(struct chy_str line)
{
	return line.size && (line.data[0] == ' ' || line.data[0] == '\t');
}

/* `Name: value`, where a name is a word or a few. */
static bool header_line(struct chy_str line, struct chy_str *name, size_t *value_at)
{
	const char *colon = line.size ? memchr(line.data, ':', line.size) : NULL;
	size_t size = colon ? (size_t)(colon - line.data) : 0;

	if (!size || size > LONGEST_NAME || folded(line))
		return false;
	if (size + 1 < line.size && line.data[size + 1] != ' ' && line.data[size + 1] != '\t')
		return false;
	for (size_t i = 0; i < size; i++)
		if (strchr(".\",;!?()", line.data[i]))
			return false;
	*name = chy_str_trim((struct chy_str){line.data, size});
	*value_at = size + 1;
	return name->size > 0;
}

/* Where the block that begins here ends and the text begins; 0 for none. */
static size_t block_end(const struct trace *text)
{
	struct cursor cursor = {.text = text};
	size_t known = 0, count = 0, value;
	struct chy_str name;
	bool first = false;

	while (next_line(&cursor) && count < MOST_HEADERS) {
		struct chy_str line = line_of(&cursor);
		bool blank = !chy_str_trim(line).size;

		/* Front matter that nobody closed is a header block too. */
		if (!count && (blank || chy_str_is(chy_str_trim(line), "---")))
			continue;
		if (blank)
			return first || known > 1 ? cursor.at : 0;
		if (header_line(line, &name, &value)) {
			bool means = chy_name_find(&names_header, name) != NULL;

			first = first || (!count && means);
			known += means;
			count++;
		} else if (!count || !folded(line)) {
			/* No blank line: the text begins here. */
			return known > 1 ? cursor.start : 0;
		}
	}
	return first || known > 1 ? text->text.size : 0;
}

/* The same for front matter; *from is its first line. */
static size_t front_end(const struct trace *text, size_t *from)
{
	struct cursor cursor = {.text = text};
	size_t count = 0, value;
	struct chy_str name;

	while (next_line(&cursor) && !chy_str_trim(line_of(&cursor)).size)
		;
	if (!chy_str_is(chy_str_trim(line_of(&cursor)), "---"))
		return 0;
	*from = cursor.at;
	for (size_t i = 0; i < MOST_HEADERS && next_line(&cursor); i++) {
		struct chy_str line = chy_str_trim(line_of(&cursor));

		if (chy_str_is(line, "---") || chy_str_is(line, "..."))
			return count ? cursor.at : 0;
		count += header_line(line, &name, &value);
	}
	return 0;
}

static void trim_value(const struct trace *text, size_t *start, size_t *end)
{
	struct chy_str all = trace_str(text);
	struct chy_str value = chy_str_trim((struct chy_str){all.data + *start, *end - *start});
	char quote = value.size > 1 ? value.data[0] : 0;

	if ((quote == '"' || quote == '\'') && value.data[value.size - 1] == quote)
		value = (struct chy_str){value.data + 1, value.size - 2};
	*start = (size_t)(value.data - all.data);
	*end = *start + value.size;
}

static void take_header(struct chy_reading *reading, struct chy_draft *draft, struct chy_str name,
	size_t start, size_t end)
{
	const struct trace *text = &reading->text;
	const struct name *known = chy_name_find(&names_header, name);

	trim_value(text, &start, &end);
	if (chy_name_means(known, "charset"))
		return; /* the bytes have been decoded: it has been heeded */
	if (chy_name_means(known, "title") && !draft->title.text.size)
		chy_add_words(&draft->title, text, start, end);
	else
		chy_set_field(reading, draft, &names_header, name,
			(struct chy_str){trace_str(text).data + start, end - start},
			CHY_DATE_HEADER);
}

static void read_headers(
	struct chy_reading *reading, struct chy_draft *draft, size_t from, size_t until)
{
	struct cursor cursor = {.text = &reading->text, .at = from};
	struct chy_str name, pending = {NULL, 0};
	size_t value, start = 0, end = 0;

	while (cursor.at < until && next_line(&cursor)) {
		struct chy_str line = line_of(&cursor);

		if (header_line(line, &name, &value)) {
			if (pending.data)
				take_header(reading, draft, pending, start, end);
			pending = name;
			start = cursor.start + value;
			end = cursor.end;
		} else if (pending.data && (folded(line) || chy_str_starts(line, "- "))) {
			end = cursor.end;
		}
	}
	if (pending.data)
		take_header(reading, draft, pending, start, end);
}

int chy_read_plain(struct chy_reading *reading, struct chy_draft *draft)
{
	size_t size = reading->text.text.size, from = 0, until = front_end(&reading->text, &from);

	if (!until)
		until = block_end(&reading->text);
	if (until)
		read_headers(reading, draft, from, until);
	chy_add_paragraphs(&draft->text, &reading->text, until < size ? until : size, size);
	if (!draft->title.text.size)
		chy_take_headline(draft);
	return trace_failed(&draft->text) || trace_failed(&draft->title) ? CHY_EMEM : CHY_OK;
}
