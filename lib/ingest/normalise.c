#include <string.h>
#include <unicode/unorm2.h>

#include "internal.h"

enum { LONGEST_CLUSTER = 256 };

/* Characters that print nothing and that scrapers leave behind. */
static bool invisible(uint32_t point)
{
	return point == 0xad || point == 0x200b || point == 0x2060 || point == 0xfeff ||
	       point == 0x200e || point == 0x200f;
}

/* From a boundary to the next: what may compose. */
static size_t cluster_end(const UNormalizer2 *nfc, struct chy_str text, size_t at)
{
	size_t start = at;

	chy_utf8_next(text.data, text.size, &at);
	while (at < text.size && at - start < LONGEST_CLUSTER) {
		size_t next = at;
		uint32_t point = chy_utf8_next(text.data, text.size, &next);

		if (unorm2_hasBoundaryBefore(nfc, (UChar32)point))
			break;
		at = next;
	}
	return at;
}

static void compose(const UNormalizer2 *nfc, const struct trace *from, size_t start, size_t end,
	struct trace *out)
{
	UChar wide[LONGEST_CLUSTER + 8], composed[2 * LONGEST_CLUSTER + 16];
	char utf8[4 * LONGEST_CLUSTER + 64], bytes[4];
	struct chy_str text = trace_str(from);
	UErrorCode status = U_ZERO_ERROR;
	int32_t n = 0, size;
	size_t used = 0;

	for (size_t at = start; at < end;) {
		uint32_t point = chy_utf8_next(text.data, text.size, &at);

		if (point > 0xffff) {
			wide[n++] = (UChar)(0xd7c0 + (point >> 10));
			wide[n++] = (UChar)(0xdc00 | (point & 0x3ff));
		} else {
			wide[n++] = (UChar)point;
		}
	}
	size = unorm2_normalize(
		nfc, wide, n, composed, (int32_t)(sizeof(composed) / sizeof(UChar)), &status);
	if (U_FAILURE(status) || size > LONGEST_CLUSTER) {
		trace_add_slice(out, from, start, end);
		return;
	}
	for (int32_t i = 0; i < size; i++) {
		uint32_t point = composed[i];

		if (point >= 0xd800 && point < 0xdc00 && i + 1 < size)
			point = 0x10000 + ((point - 0xd800) << 10) + (composed[++i] - 0xdc00u);
		n = (int32_t)chy_utf8_put(point, bytes);
		memcpy(utf8 + used, bytes, (size_t)n);
		used += (size_t)n;
	}
	if (used == end - start && memcmp(utf8, text.data + start, used) == 0)
		trace_add_slice(out, from, start, end);
	else
		trace_add_instead(out, utf8, used, from, start, end);
}

/* A run that is NFC as it stands is copied whole; ASCII always is, unless a
 * mark follows its last letter. */
static size_t plain_run(struct chy_str text, size_t at)
{
	size_t start = at;

	while (at < text.size && (unsigned char)text.data[at] < 0x80 && text.data[at] != '\r')
		at++;
	if (at < text.size && at > start && text.data[at] != '\r')
		at--;
	return at;
}

int chy_normalise(const struct trace *from, struct trace *out)
{
	UErrorCode status = U_ZERO_ERROR;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
	struct chy_str text = trace_str(from);
	size_t at = 0;

	if (U_FAILURE(status))
		return CHY_EMEM;
	while (at < text.size) {
		size_t end = plain_run(text, at), first = at;

		if (end > at) {
			trace_add_slice(out, from, at, end);
			at = end;
			continue;
		}
		if (text.data[at] == '\r') {
			end = at + 1 + (at + 1 < text.size && text.data[at + 1] == '\n');
			trace_add_instead(out, "\n", 1, from, at, end);
			at = end;
			continue;
		}
		end = cluster_end(nfc, text, at);
		if (!invisible(chy_utf8_next(text.data, text.size, &first)))
			compose(nfc, from, at, end, out);
		at = end;
	}
	return trace_failed(out) ? CHY_EMEM : CHY_OK;
}
