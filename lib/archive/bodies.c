#include <string.h>
#include <zstd.h>

#include "internal.h"

/* Level 3 is zstd's own default: news shrinks to about 45 %, at a speed that
 * the disk does not reach. */
enum { LEVEL = 3 };
/* No body is larger than a file that ingest would take. */
static const unsigned long long largest = 1ull << 30;

static int reserve(struct chy_buffer *out, size_t size)
{
	static const char zeros[4096];

	while (size && !out->failed) {
		size_t part = size < sizeof(zeros) ? size : sizeof(zeros);

		chy_buffer_add(out, zeros, part);
		size -= part;
	}
	return out->failed ? CHY_EMEM : CHY_OK;
}

int chy_body_pack(struct chy_str bytes, struct chy_buffer *out)
{
	size_t size;

	chy_buffer_clear(out);
	if (reserve(out, ZSTD_compressBound(bytes.size)))
		return CHY_EMEM;
	size = ZSTD_compress(out->data, out->size, bytes.data, bytes.size, LEVEL);
	if (ZSTD_isError(size))
		return CHY_EMEM;
	out->size = size;
	return CHY_OK;
}

int chy_body_unpack(struct chy_str packed, const struct chy_hash *hash, struct chy_buffer *out,
	struct chy_fault *fault)
{
	unsigned long long size = ZSTD_getFrameContentSize(packed.data, packed.size);
	char hex[CHY_HASH_HEX];
	struct chy_hash found;
	size_t start = out->size, got;

	chy_hash_to_hex(hash, hex);
	if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > largest)
		return chy_fault_set(fault, CHY_EDAMAGED, hex, 0, "the body's frame is malformed");
	if (reserve(out, (size_t)size))
		return chy_fault_set(fault, CHY_EMEM, hex, 0, NULL);
	got = ZSTD_decompress(out->data + start, (size_t)size, packed.data, packed.size);
	if (!ZSTD_isError(got) && got == size) {
		chy_hash_of(out->data + start, got, &found);
		if (chy_hash_equal(&found, hash))
			return CHY_OK;
	}
	out->size = start;
	return chy_fault_set(
		fault, CHY_EDAMAGED, hex, 0, "the body's bytes contradict the hash that names it");
}
