#include "scan.h"

#include <ctype.h>
#include <string.h>

void chy_scan_space(struct scanner *scanner)
{
	while (scanner->at < scanner->text.size &&
		memchr(" \t\r\n", scanner->text.data[scanner->at], 4))
		scanner->at++;
}

char chy_scan_peek(struct scanner *scanner)
{
	chy_scan_space(scanner);
	return scanner->at < scanner->text.size ? scanner->text.data[scanner->at] : '\0';
}

bool chy_scan_string(struct scanner *scanner, size_t *from, size_t *to)
{
	struct chy_str text = scanner->text;
	size_t at = scanner->at;

	if (at >= text.size || text.data[at] != '"')
		return false;
	*from = ++at;
	while (at < text.size && text.data[at] != '"')
		at += text.data[at] == '\\' ? 2 : 1;
	if (at >= text.size)
		return false;
	*to = at;
	scanner->at = at + 1;
	return true;
}

/* A number or a name, up to what ends it. */
static void skip_word(struct scanner *scanner)
{
	while (scanner->at < scanner->text.size &&
		!memchr(",:{}[]\" \t\r\n", scanner->text.data[scanner->at], 11))
		scanner->at++;
}

/* One token of a value, counting how deep it lies. */
static bool skip_token(struct scanner *scanner, size_t *depth)
{
	size_t from, to;

	switch (chy_scan_peek(scanner)) {
	case '\0':
		return false;
	case '"':
		return chy_scan_string(scanner, &from, &to);
	case '{':
	case '[':
		scanner->at++;
		if (++*depth <= scanner->depth_limit)
			return true;
		scanner->too_deep = true;
		return false;
	case '}':
	case ']':
		scanner->at++;
		return (*depth)-- > 0;
	case ',':
	case ':':
		scanner->at++;
		return *depth > 0;
	default:
		skip_word(scanner);
		return true;
	}
}

bool chy_scan_value(struct scanner *scanner)
{
	size_t depth = 0;

	do {
		if (!skip_token(scanner, &depth))
			return false;
	} while (depth);
	return true;
}

bool chy_scan_element(struct scanner *scanner, size_t value[2])
{
	while (chy_scan_peek(scanner) == ',')
		scanner->at++;
	if (chy_scan_peek(scanner) == '\0' || chy_scan_peek(scanner) == ']')
		return false;
	value[0] = scanner->at;
	if (!chy_scan_value(scanner))
		return false;
	value[1] = scanner->at;
	return true;
}

bool chy_scan_member(struct scanner *scanner, size_t name[2], size_t value[2])
{
	while (chy_scan_peek(scanner) == ',')
		scanner->at++;
	if (!chy_scan_string(scanner, &name[0], &name[1]) || chy_scan_peek(scanner) != ':')
		return false;
	scanner->at++;
	chy_scan_space(scanner);
	value[0] = scanner->at;
	if (!chy_scan_value(scanner))
		return false;
	value[1] = scanner->at;
	return true;
}

/* Four hexadecimal digits; U+FFFD where they are none. */
static uint32_t hexadecimal(struct chy_str text, size_t at)
{
	uint32_t value = 0;

	if (at + 4 > text.size)
		return 0xfffd;
	for (size_t i = 0; i < 4; i++) {
		int c = tolower((unsigned char)text.data[at + i]);

		if (!isxdigit(c))
			return 0xfffd;
		value = value << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return value;
}

/* The code point of `\uXXXX`, or of two that are a surrogate pair. */
static uint32_t escaped_point(struct chy_str text, size_t at, size_t *used)
{
	uint32_t point = hexadecimal(text, at + 2);

	*used = 6;
	if (point < 0xd800 || point > 0xdfff)
		return point ? point : 0xfffd;
	if (point < 0xdc00 && at + 8 <= text.size && text.data[at + 6] == '\\' &&
		text.data[at + 7] == 'u') {
		uint32_t low = hexadecimal(text, at + 8);

		if (low >= 0xdc00 && low <= 0xdfff) {
			*used = 12;
			return 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	return 0xfffd;
}

/* The escape at `at`, which begins with a backslash: its length and its text. */
static size_t unescape(struct chy_str text, size_t at, char out[4], unsigned *size)
{
	static const char from[] = "nrtbf", to[] = "\n\n\t  ";
	char c = text.data[at + 1];
	const char *found = c ? strchr(from, c) : NULL;
	size_t used;

	if (c == 'u') {
		*size = chy_utf8_put(escaped_point(text, at, &used), out);
		return used;
	}
	out[0] = found ? to[found - from] : c;
	*size = 1;
	return 2;
}

void chy_unescape(const struct trace *source, size_t from, size_t to, struct trace *out)
{
	struct chy_str text = {trace_str(source).data, to};

	while (from < to) {
		const char *slash = memchr(text.data + from, '\\', to - from);
		size_t run = slash ? (size_t)(slash - text.data) : to, used;
		unsigned size;
		char bytes[4];

		trace_add_slice(out, source, from, run);
		if (run + 1 >= to)
			return;
		used = unescape(text, run, bytes, &size);
		from = run + used < to ? run + used : to;
		/* "\r\n" is one line end. */
		if (text.data[run + 1] == 'r' && from + 1 < to && text.data[from] == '\\' &&
			text.data[from + 1] == 'n')
			continue;
		trace_add_instead(out, bytes, size, source, run, from);
	}
}
