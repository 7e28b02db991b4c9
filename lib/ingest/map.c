/* The map as a string for a record: for each segment LEB128 numbers, the whole
 * in base64url without padding. The first number is the length of its text
 * times four, plus 1 where its place is not just after the segment before
 * (then follow the gap in the text and the zigzag gap in the original), plus 2
 * where it is no kept run (then follow its units and its original length). */
#include <string.h>

#include "chancery/ingest.h"

enum { MOVED = 1, CHANGED = 2 };

static void add_number(struct chy_buffer *out, uint64_t number)
{
	while (number >= 0x80) {
		chy_buffer_add_char(out, (char)(0x80 | (number & 0x7f)));
		number >>= 7;
	}
	chy_buffer_add_char(out, (char)number);
}

static void add_segment(struct chy_buffer *out, const struct chy_map_segment *segment,
	uint32_t text_end, uint64_t original_end)
{
	uint32_t size = segment->text_end - segment->text_start;
	uint64_t original = segment->original_end - segment->original_start;
	uint32_t gap = segment->text_start - text_end;
	int64_t moved = (int64_t)(segment->original_start - original_end);
	unsigned flags = (gap || moved ? MOVED : 0) |
			 (segment->units != size || original != size ? CHANGED : 0);

	add_number(out, (uint64_t)size << 2 | flags);
	if (flags & MOVED) {
		add_number(out, gap);
		add_number(out, (uint64_t)moved << 1 ^ (uint64_t)(moved < 0 ? -1 : 0));
	}
	if (flags & CHANGED) {
		add_number(out, segment->units);
		add_number(out, original);
	}
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void add_base64(struct chy_buffer *out, const struct chy_buffer *bytes)
{
	for (size_t i = 0; i < bytes->size; i += 3) {
		size_t left = bytes->size - i < 3 ? bytes->size - i : 3;
		uint32_t group = 0;

		for (size_t j = 0; j < left; j++)
			group |= (uint32_t)(unsigned char)bytes->data[i + j] << (16 - 8 * j);
		for (size_t j = 0; j <= left; j++)
			chy_buffer_add_char(out, digits[group >> (18 - 6 * j) & 63]);
	}
}

int chy_map_encode(const struct chy_map *map, struct chy_buffer *out)
{
	struct chy_buffer bytes;
	uint32_t text_end = 0;
	uint64_t original_end = 0;
	bool failed;

	chy_buffer_init(&bytes);
	for (size_t i = 0; i < map->count; i++) {
		add_segment(&bytes, &map->segments[i], text_end, original_end);
		text_end = map->segments[i].text_end;
		original_end = map->segments[i].original_end;
	}
	add_base64(out, &bytes);
	failed = bytes.failed || out->failed;
	chy_buffer_fini(&bytes);
	return failed ? CHY_EMEM : CHY_OK;
}

/* The bytes of base64url, written to out (3/4 of its length); false where
 * a character or the length is wrong. */
static bool read_base64(struct chy_str text, unsigned char *out, size_t *out_size)
{
	uint32_t group = 0;
	size_t size = 0;

	if (text.size % 4 == 1)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		const char *at = text.data[i] ? strchr(digits, text.data[i]) : NULL;

		if (!at)
			return false;
		group = group << 6 | (uint32_t)(at - digits);
		if (i % 4)
			out[size++] = (unsigned char)(group >> (6 - 2 * (i % 4)));
	}
	*out_size = size;
	return true;
}

struct reader {
	const unsigned char *bytes;
	size_t size, at;
	bool bad;
};

static uint64_t number(struct reader *reader)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 63; shift += 7) {
		unsigned char byte;

		if (reader->at == reader->size)
			break;
		byte = reader->bytes[reader->at++];
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
	reader->bad = true;
	return 0;
}

/* One segment after the one that ends at the given places; false when what is
 * read contradicts itself. Places are kept below 2^62, so sums cannot wrap. */
static bool read_segment(struct reader *reader, uint32_t text_end, uint64_t original_end,
	struct chy_map_segment *out)
{
	uint64_t head = number(reader), size = head >> 2, gap = 0, moved = 0;
	uint64_t units = size, original = size, limit = (uint64_t)1 << 62, start;

	if (head & MOVED) {
		gap = number(reader);
		moved = number(reader);
	}
	if (head & CHANGED) {
		units = number(reader);
		original = number(reader);
	}
	if (reader->bad || !size || gap > UINT32_MAX || size > UINT32_MAX ||
		text_end + gap + size > UINT32_MAX || !units || units > size || size % units ||
		original % units || original >= limit)
		return false;
	start = original_end + (moved >> 1 ^ (moved & 1 ? UINT64_MAX : 0));
	if (start >= limit || start + original >= limit)
		return false;
	*out = (struct chy_map_segment){(uint32_t)(text_end + gap),
		(uint32_t)(text_end + gap + size), start, start + original, (uint32_t)units};
	return true;
}

int chy_map_decode(struct chy_str encoded, struct chy_arena *arena, struct chy_map *out)
{
	unsigned char *bytes = chy_arena_alloc(arena, encoded.size + 1);
	struct chy_map map = {chy_arena_array(arena, struct chy_map_segment, encoded.size + 1), 0};
	struct reader reader = {bytes, 0, 0, false};
	uint32_t text_end = 0;
	uint64_t original_end = 0;

	if (!bytes || !map.segments)
		return CHY_EMEM;
	if (!read_base64(encoded, bytes, &reader.size))
		return CHY_EINPUT;
	while (reader.at < reader.size) {
		struct chy_map_segment *segment = &map.segments[map.count];

		if (!read_segment(&reader, text_end, original_end, segment))
			return CHY_EINPUT;
		text_end = segment->text_end;
		original_end = segment->original_end;
		map.count++;
	}
	*out = map;
	return CHY_OK;
}
