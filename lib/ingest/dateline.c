/* The dateline at the beginning of a report: `MOSCOVO, 1 nov (Lusa) —`,
 * `LISBOA (Reuters) - `, `Brasília, 3/11/2013 (EFE).-`, `MADRID — `. It is
 * taken for one only where every word before the dash could be of a place or a
 * date. A day with its year that stands alone is one too. */
#include <string.h>

#include <unicode/uchar.h>

#include "internal.h"
#include "names.h"

enum { LONGEST_HEAD = 120, LONGEST_OUTLET = 48, MOST_WORDS = 12 };

/* Past a dash that parts the dateline from the text, and white space around
 * it; 0 where there is none at `at`. A short hyphen wants blanks about it. */
static size_t past_dash(struct chy_str text, size_t at, bool after_bracket)
{
	static const char *const dashes[] = {"\xe2\x80\x94", "\xe2\x80\x93", "--", "- "};
	size_t start = at;

	if (after_bracket && at < text.size && text.data[at] == '.')
		at++;
	while (at < text.size && text.data[at] == ' ')
		at++;
	for (size_t i = 0; i < sizeof(dashes) / sizeof(dashes[0]); i++) {
		struct chy_str rest = {text.data + at, text.size - at};

		if (chy_str_starts(rest, dashes[i]) && (at > start || after_bracket || i < 3))
			return at + strlen(dashes[i]);
	}
	return after_bracket && at < text.size && text.data[at] == '-' ? at + 1 : 0;
}

/* A word of a place or of a date: capitalised, or a number, or short (`de`),
 * or a month. */
static bool word_fits(struct chy_str word)
{
	size_t at = 0;
	UChar32 first = (UChar32)chy_utf8_next(word.data, word.size, &at);

	while (word.size && strchr(".,", word.data[word.size - 1]))
		word.size--;
	return u_isupper(first) || u_isdigit(first) || word.size <= 3 ||
	       chy_name_find(&names_months, word);
}

static bool words_fit(struct chy_str head)
{
	struct chy_str rest = head, word;
	int words = 0;

	while (chy_str_split(&rest, ' ', &word))
		if (word.size && (!word_fits(word) || ++words > MOST_WORDS))
			return false;
	return true;
}

static bool head_fits(struct chy_str head)
{
	size_t at = 0;

	return head.size && u_isupper((UChar32)chy_utf8_next(head.data, head.size, &at)) &&
	       words_fit(head);
}

/* The parts of what stands in brackets: a day, and whoever is left. */
static void read_bracket(struct chy_str inside, struct chy_dateline *out)
{
	struct chy_str rest = inside, part;

	while (chy_str_split(&rest, ',', &part)) {
		part = chy_str_trim(part);
		if (!out->dated && chy_read_date(part, &out->date) == CHY_OK)
			out->dated = true;
		else if (!out->source.size && part.size && part.size <= LONGEST_OUTLET)
			out->source = part;
	}
}

/* Whether a name could be an outlet's: a letter in it, and a capital first. */
static bool outlet_fits(struct chy_str name)
{
	size_t at = 0;
	UChar32 first;

	if (!name.size)
		return true;
	first = (UChar32)chy_utf8_next(name.data, name.size, &at);
	return u_isupper(first) || u_isdigit(first);
}

/* `MOSCOVO`: a name of at least four letters, all capitals. */
static bool in_capitals(struct chy_str head)
{
	size_t letters = 0;

	for (size_t at = 0; at < head.size;) {
		UChar32 point = (UChar32)chy_utf8_next(head.data, head.size, &at);

		if (u_islower(point))
			return false;
		letters += u_isupper(point) != 0;
	}
	return letters >= 4;
}

/* A report begins with a capital; what goes on with a small letter was cut by
 * a dash of its own. */
static bool begins_small(struct chy_str text, size_t at)
{
	return at < text.size && u_islower((UChar32)chy_utf8_next(text.data, text.size, &at));
}

static size_t find_dash(struct chy_str text, size_t limit)
{
	for (size_t at = 1; at < limit; at++)
		if (text.data[at] == '(')
			return 0;
		else if ((text.data[at] == ' ' || (unsigned char)text.data[at] == 0xe2) &&
			 past_dash(text, at, false))
			return at;
	return 0;
}

static bool begins_day(struct chy_str text)
{
	struct chy_str rest = text, word;
	size_t at = 0;

	return text.size && chy_str_split(&rest, ' ', &word) &&
	       (u_isdigit((UChar32)chy_utf8_next(text.data, text.size, &at)) ||
		       chy_name_find(&names_months, word));
}

/* `12 de março de 2014`, `Lisboa, 12/3/2014`: a paragraph of its own, with its
 * year, that other text follows. */
static bool read_alone(struct chy_str text, struct chy_dateline *out)
{
	const char *newline = text.size ? memchr(text.data, '\n', text.size) : NULL;
	struct chy_str line = {text.data, newline ? (size_t)(newline - text.data) : 0};
	struct chy_str day = line, before;

	if (line.size > LONGEST_OUTLET || !words_fit(line))
		return false;
	while (!begins_day(day))
		if (!chy_str_split(&day, ',', &before) || !(day = chy_str_trim(day)).size)
			return false;
	if (chy_read_date(day, &out->date) || !out->date.year)
		return false;
	out->dated = out->alone = true;
	for (out->end = line.size; out->end < text.size && text.data[out->end] == '\n';)
		out->end++;
	return true;
}

bool chy_read_dateline(struct chy_str text, struct chy_dateline *out)
{
	size_t limit = text.size < LONGEST_HEAD ? text.size : LONGEST_HEAD;
	const char *open = limit ? memchr(text.data, '(', limit) : NULL, *close = NULL;
	struct chy_dateline line = {0};
	struct chy_str head;
	size_t dash;

	*out = line;
	if (read_alone(text, out))
		return true;
	if (open)
		close = memchr(open, ')', (size_t)(text.data + text.size - open));
	if (close && close - open <= LONGEST_OUTLET)
		line.end = past_dash(text, (size_t)(close - text.data) + 1, true);
	if (line.end) {
		head = (struct chy_str){text.data, (size_t)(open - text.data)};
		read_bracket((struct chy_str){open + 1, (size_t)(close - open) - 1}, &line);
	} else {
		dash = find_dash(text, limit);
		head = (struct chy_str){text.data, dash};
		line.end = dash ? past_dash(text, dash, false) : 0;
	}
	head = chy_str_trim(head);
	if (!head_fits(head) || !outlet_fits(line.source))
		return false;
	if (!line.dated && chy_read_date(head, &line.date) == CHY_OK)
		line.dated = true;
	while (line.end < text.size && text.data[line.end] == ' ')
		line.end++;
	if (!line.source.size && !line.dated &&
		(!in_capitals(head) || begins_small(text, line.end)))
		return false;
	*out = line;
	return true;
}
