#include <string.h>
#include <unicode/unorm2.h>

#include "internal.h"

enum { LONGEST_CLUSTER = 256 };

/* Characters that print nothing and that scrapers and word processors leave
 * behind: soft hyphens, zero-width spaces, direction marks, controls. */
static bool invisible(uint32_t point)
{
	return point == 0xad || point == 0x200b || point == 0x200e || point == 0x200f ||
	       (point >= 0x202a && point <= 0x202e) || (point >= 0x2060 && point <= 0x2064) ||
	       (point >= 0x2066 && point <= 0x2069) || point == 0xfeff ||
	       (point < 0x20 && point != '\t' && point != '\n') ||
	       (point >= 0x7f && point < 0xa0) || (point & 0xfffe) == 0xfffe ||
	       (point >= 0xfdd0 && point <= 0xfdef);
}

/* Joiners shape Arabic and Indic letters, but are junk between Latin ones. */
static bool stray_joiner(uint32_t point, const struct trace *out)
{
	struct chy_str before = trace_str(out);

	return (point == 0x200c || point == 0x200d) &&
	       (!before.size || (unsigned char)before.data[before.size - 1] < 0x80);
}

static bool line_end(uint32_t point)
{
	return point == '\r' || point == '\f' || point == '\v' || point == 0x85 ||
	       point == 0x2028 || point == 0x2029;
}

bool chy_blank(uint32_t point)
{
	return point == ' ' || (point >= '\t' && point <= '\r') || point == 0xa0 ||
	       point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x202f ||
	       point == 0x205f || point == 0x3000;
}

/* From a boundary to the next: what may compose. A cluster that is longer than
 * any language's is cut, so that its ordering stays cheap. */
static size_t cluster_end(const UNormalizer2 *nfc, struct chy_str text, size_t at)
{
	size_t start = at;

	chy_utf8_next(text.data, text.size, &at);
	while (at < text.size && at - start < LONGEST_CLUSTER - 4) {
		size_t next = at;
		uint32_t point = chy_utf8_next(text.data, text.size, &next);

		if (point < 0x300 || unorm2_hasBoundaryBefore(nfc, (UChar32)point))
			break;
		at = next;
	}
	return at;
}

static int32_t to_utf16(struct chy_str text, UChar *out)
{
	int32_t n = 0;

	for (size_t at = 0; at < text.size;) {
		uint32_t point = chy_utf8_next(text.data, text.size, &at);

		if (point > 0xffff) {
			out[n++] = (UChar)(0xd7c0 + (point >> 10));
			out[n++] = (UChar)(0xdc00 | (point & 0x3ff));
		} else {
			out[n++] = (UChar)point;
		}
	}
	return n;
}

static size_t to_utf8(const UChar *text, int32_t size, char *out)
{
	size_t used = 0;

	for (int32_t i = 0; i < size; i++) {
		uint32_t point = text[i];
		char bytes[4];
		unsigned n;

		if (point >= 0xd800 && point < 0xdc00 && i + 1 < size)
			point = 0x10000 + ((point - 0xd800) << 10) + (text[++i] - 0xdc00u);
		n = chy_utf8_put(point, bytes);
		memcpy(out + used, bytes, n);
		used += n;
	}
	return used;
}

static void compose(const UNormalizer2 *nfc, const struct trace *from, size_t start, size_t end,
	struct trace *out)
{
	UChar wide[LONGEST_CLUSTER + 8], composed[2 * LONGEST_CLUSTER + 16];
	char utf8[4 * LONGEST_CLUSTER + 64];
	struct chy_str text = {trace_str(from).data + start, end - start};
	UErrorCode status = U_ZERO_ERROR;
	int32_t size = unorm2_normalize(nfc, wide, to_utf16(text, wide), composed,
		(int32_t)(sizeof(composed) / sizeof(UChar)), &status);
	size_t used;

	if (U_FAILURE(status) || size > LONGEST_CLUSTER) {
		trace_add_slice(out, from, start, end);
		return;
	}
	used = to_utf8(composed, size, utf8);
	if (used == text.size && memcmp(utf8, text.data, used) == 0)
		trace_add_slice(out, from, start, end);
	else
		trace_add_instead(out, utf8, used, from, start, end);
}

/* A run that is NFC as it stands: visible ASCII, but for its last letter when
 * a mark may follow. */
static size_t plain_run(struct chy_str text, size_t at)
{
	size_t start = at;

	while (at < text.size && ((text.data[at] >= 0x20 && text.data[at] < 0x7f) ||
					 text.data[at] == '\n' || text.data[at] == '\t'))
		at++;
	if (at < text.size && at > start && (unsigned char)text.data[at] >= 0x80)
		at--;
	return at;
}

/* What is no plain run, from `at`: returns where the next begins. */
static size_t take_special(const UNormalizer2 *nfc, const struct trace *from, size_t at,
	bool separators, struct trace *out)
{
	struct chy_str text = trace_str(from);
	size_t end = at;
	uint32_t point = chy_utf8_next(text.data, text.size, &end);

	if (line_end(point) && (separators || point == '\r')) {
		if (point == '\r' && end < text.size && text.data[end] == '\n')
			end++;
		trace_add_instead(out, "\n", 1, from, at, end);
		return end;
	}
	if ((invisible(point) && point != 0x85) || stray_joiner(point, out))
		return end;
	end = cluster_end(nfc, text, at);
	/* Where nothing follows that composes, and the letter is Latin, it is NFC. */
	if (point < 0x300 && end - at <= 2)
		trace_add_slice(out, from, at, end);
	else
		compose(nfc, from, at, end, out);
	return end;
}

int chy_normalise(const struct trace *from, struct trace *out, bool separators)
{
	UErrorCode status = U_ZERO_ERROR;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
	struct chy_str text = trace_str(from);
	size_t at = 0;

	if (U_FAILURE(status))
		return CHY_EMEM;
	while (at < text.size) {
		size_t end = plain_run(text, at);

		if (end > at)
			trace_add_slice(out, from, at, end);
		at = end > at ? end : take_special(nfc, from, at, separators, out);
	}
	return trace_failed(out) ? CHY_EMEM : CHY_OK;
}

void chy_add_words(struct trace *out, const struct trace *text, size_t start, size_t end)
{
	struct chy_str all = trace_str(text);
	size_t run = start, at = start;
	bool any = false;

	while (at < end) {
		size_t first = at, after;

		if (!chy_blank(chy_utf8_next(all.data, end, &at)))
			continue;
		trace_add_slice(out, text, run, first);
		any = any || first > run;
		for (after = at; after < end; at = after)
			if (!chy_blank(chy_utf8_next(all.data, end, &after)))
				break;
		run = at;
		if (any && at < end && at - first == 1 && all.data[first] == ' ')
			trace_add_slice(out, text, first, at);
		else if (any && at < end)
			trace_add_instead(out, " ", 1, text, first, at);
	}
	trace_add_slice(out, text, run, end);
}
