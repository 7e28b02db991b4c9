#include "plain_break.h"

#include <string.h>

/* Classes of UAX 14; no text is shown whose letters are of others. */
enum kind { OTHER, LETTER, DIGIT, INFIX, CLOSE, OPEN, QUOTE, HYPHEN, EXCLAIM };

static bool is_letter(uint32_t code)
{
	uint32_t lower = code | 0x20;

	return (lower >= 'a' && lower <= 'z') ||
	       (code >= 0xc0 && code < 0x250 && code != 0xd7 && code != 0xf7) ||
	       code == 0x2192; /* an arrow */
}

static bool is_quote(uint32_t code)
{
	return code == '"' || code == '\'' || code == 0xab || code == 0xbb || code == 0x2018 ||
	       code == 0x2019 || code == 0x201c || code == 0x201d;
}

static enum kind kind_of(uint32_t code)
{
	if (is_letter(code))
		return LETTER;
	if (code >= '0' && code <= '9')
		return DIGIT;
	if (is_quote(code))
		return QUOTE;
	if (code == '.' || code == ',' || code == ':' || code == ';')
		return INFIX;
	if (code == '(' || code == '[')
		return OPEN;
	if (code == ')' || code == ']')
		return CLOSE;
	if (code == '!' || code == '?')
		return EXCLAIM;
	return code == '-' ? HYPHEN : OTHER;
}

enum answer { UNSURE, NEVER, MAY };

/* Between two that stand side by side; before: what precedes them. */
static enum answer inside(enum kind before, enum kind a, enum kind b)
{
	if (a == OTHER || b == OTHER)
		return UNSURE;
	if (b == INFIX || b == CLOSE || b == EXCLAIM || b == QUOTE || a == OPEN || a == QUOTE)
		return NEVER;
	if (b == HYPHEN)
		return a == LETTER || a == DIGIT ? NEVER : UNSURE;
	if (b == LETTER || b == DIGIT) {
		if (a == LETTER || a == DIGIT || a == INFIX || a == CLOSE)
			return NEVER;
		if (a == HYPHEN && (before == LETTER || before == DIGIT))
			return b == DIGIT ? NEVER : MAY;
	}
	return b == OPEN && (a == LETTER || a == DIGIT) ? NEVER : UNSURE;
}

/* Between two with blanks between. */
static enum answer across(enum kind a, enum kind b)
{
	if (a != LETTER && a != DIGIT && a != INFIX && a != CLOSE && a != EXCLAIM && a != QUOTE)
		return UNSURE;
	if (b == OPEN)
		return a == QUOTE ? UNSURE : MAY;
	return b == LETTER || b == DIGIT || b == QUOTE ? MAY : UNSURE;
}

static enum kind kind_before(struct chy_str text, size_t end)
{
	size_t at = end;

	while (at && ((unsigned char)text.data[--at] & 0xc0) == 0x80)
		;
	return end ? kind_of(chy_utf8_next(text.data, text.size, &at)) : OTHER;
}

static enum kind kind_at(struct chy_str text, size_t at)
{
	return at < text.size ? kind_of(chy_utf8_next(text.data, text.size, &at)) : OTHER;
}

/* Whether the line may end at `end`, before the blanks that are there. */
static bool may_end(struct chy_str text, size_t end)
{
	size_t at = end;

	while (at < text.size && text.data[at] == ' ')
		at++;
	return across(kind_before(text, end), kind_at(text, at)) == MAY;
}

/* The last break inside the word that begins at `from` and goes on at `limit`;
 * false where it is not sure whether there is one. */
static bool break_inside(struct chy_str text, size_t from, size_t limit, size_t *out)
{
	enum kind before = OTHER, last = OTHER;

	for (size_t at = from; at <= limit;) {
		size_t start = at;
		enum kind next = kind_of(chy_utf8_next(text.data, text.size, &at));
		enum answer answer = start == from ? NEVER : inside(before, last, next);

		if (answer == UNSURE || next == OTHER)
			return false;
		if (answer == MAY)
			*out = start;
		before = last;
		last = next;
	}
	return true;
}

bool chy_plain_break(struct chy_str text, size_t limit, size_t *out_end)
{
	size_t blank = limit, end, inner = 0;

	if (limit >= text.size)
		return false;
	for (size_t i = 0; i <= limit; i++)
		if ((unsigned char)text.data[i] < ' ')
			return false;
	while (blank && text.data[blank] != ' ')
		blank--;
	end = blank;
	while (end && text.data[end - 1] == ' ')
		end--;
	if (!end || !may_end(text, end))
		return false;
	if (blank < limit && !break_inside(text, blank + 1, limit, &inner))
		return false;
	*out_end = inner ? inner : end;
	return true;
}
