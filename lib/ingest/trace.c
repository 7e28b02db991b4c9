#include "trace.h"

#include <stdlib.h>
#include <string.h>

void trace_init(struct trace *trace)
{
	*trace = (struct trace){0};
}

void trace_fini(struct trace *trace)
{
	chy_buffer_fini(&trace->text);
	free(trace->segments);
	*trace = (struct trace){0};
}

void trace_clear(struct trace *trace)
{
	chy_buffer_clear(&trace->text);
	trace->count = 0;
	trace->failed = false;
}

bool trace_failed(const struct trace *trace)
{
	return trace->failed || trace->text.failed;
}

struct chy_str trace_str(const struct trace *trace)
{
	return (struct chy_str){trace->text.data ? trace->text.data : "", trace->text.size};
}

struct chy_map trace_map(const struct trace *trace)
{
	return (struct chy_map){trace->segments, trace->count};
}

/* Whether b goes on where a ends, in pieces of the same sizes. */
static bool continues(const struct chy_map_segment *a, const struct chy_map_segment *b)
{
	return a->text_end == b->text_start && a->original_end == b->original_start &&
	       (a->text_end - a->text_start) / a->units ==
		       (b->text_end - b->text_start) / b->units &&
	       (a->original_end - a->original_start) / a->units ==
		       (b->original_end - b->original_start) / b->units;
}

static void add_segment(struct trace *trace, struct chy_map_segment segment)
{
	struct chy_map_segment *last = trace->count ? &trace->segments[trace->count - 1] : NULL;

	if (last && continues(last, &segment)) {
		last->text_end = segment.text_end;
		last->original_end = segment.original_end;
		last->units += segment.units;
		return;
	}
	if (!trace->segments || trace->count == trace->capacity) {
		size_t capacity = trace->capacity ? 2 * trace->capacity : 16;
		void *grown = realloc(trace->segments, capacity * sizeof(*trace->segments));

		if (!grown) {
			trace->failed = true;
			return;
		}
		trace->segments = grown;
		trace->capacity = capacity;
	}
	trace->segments[trace->count++] = segment;
}

void trace_add(struct trace *trace, const char *bytes, size_t size, uint64_t start, uint64_t end,
	uint32_t units)
{
	size_t at = trace->text.size;

	if (!size)
		return;
	if (size > UINT32_MAX - at) {
		trace->failed = true;
		return;
	}
	chy_buffer_add(&trace->text, bytes, size);
	if (!trace_failed(trace))
		add_segment(trace, (struct chy_map_segment){
					   (uint32_t)at, (uint32_t)(at + size), start, end, units});
}

void trace_add_same(struct trace *trace, const char *bytes, size_t size, uint64_t start)
{
	trace_add(trace, bytes, size, start, start + size, (uint32_t)size);
}

void trace_add_free(struct trace *trace, const char *bytes, size_t size)
{
	if (size > UINT32_MAX - trace->text.size)
		trace->failed = true;
	else
		chy_buffer_add(&trace->text, bytes, size);
}

/* The first segment that ends after offset. */
static size_t segment_after(const struct chy_map *map, size_t offset)
{
	size_t low = 0, high = map->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->segments[middle].text_end > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The part of a segment that holds text [start, end), widened to whole units
 * of the original; both lie inside the segment. */
static struct chy_map_segment part(
	const struct chy_map_segment *segment, uint32_t start, uint32_t end)
{
	uint32_t text_unit = (segment->text_end - segment->text_start) / segment->units;
	uint64_t unit = (segment->original_end - segment->original_start) / segment->units;
	uint32_t first = (start - segment->text_start) / text_unit;
	uint32_t last = (end - segment->text_start + text_unit - 1) / text_unit;
	bool whole = (end - start) == (last - first) * text_unit;

	return (struct chy_map_segment){start, end, segment->original_start + first * unit,
		segment->original_start + last * unit, whole ? last - first : 1};
}

static uint32_t lesser(size_t a, size_t b)
{
	return (uint32_t)(a < b ? a : b);
}

static uint32_t greater(size_t a, size_t b)
{
	return (uint32_t)(a > b ? a : b);
}

void trace_add_slice(struct trace *trace, const struct trace *from, size_t start, size_t end)
{
	struct chy_map map = trace_map(from);
	size_t at = trace->text.size;

	if (start >= end)
		return;
	trace_add_free(trace, from->text.data + start, end - start);
	for (size_t i = segment_after(&map, start);
		i < map.count && map.segments[i].text_start < end && !trace_failed(trace); i++) {
		const struct chy_map_segment *segment = &map.segments[i];
		struct chy_map_segment piece = part(segment, greater(segment->text_start, start),
			lesser(segment->text_end, end));

		piece.text_start = (uint32_t)(piece.text_start - start + at);
		piece.text_end = (uint32_t)(piece.text_end - start + at);
		add_segment(trace, piece);
	}
}

void trace_add_instead(struct trace *trace, const char *bytes, size_t size,
	const struct trace *from, size_t start, size_t end)
{
	struct chy_map map = trace_map(from);
	uint64_t first, last;

	chy_map_span(&map, (uint32_t)start, (uint32_t)end, &first, &last);
	trace_add(trace, bytes, size, first, last, 1);
}

void trace_cut(struct trace *trace, size_t size)
{
	if (size >= trace->text.size)
		return;
	trace->text.size = size;
	trace->text.data[size] = '\0';
	while (trace->count && trace->segments[trace->count - 1].text_start >= size)
		trace->count--;
	if (trace->count && trace->segments[trace->count - 1].text_end > size) {
		struct chy_map_segment *last = &trace->segments[trace->count - 1];

		*last = part(last, last->text_start, (uint32_t)size);
	}
}

void chy_map_span(const struct chy_map *map, uint32_t start, uint32_t end, uint64_t *out_start,
	uint64_t *out_end)
{
	size_t i = segment_after(map, start);
	uint64_t first = UINT64_MAX, last = 0;

	for (size_t j = i; j < map->count && map->segments[j].text_start < end; j++) {
		const struct chy_map_segment *segment = &map->segments[j];
		struct chy_map_segment piece = part(segment, greater(segment->text_start, start),
			lesser(segment->text_end, end));

		if (piece.original_start < first)
			first = piece.original_start;
		if (piece.original_end > last)
			last = piece.original_end;
	}
	if (first == UINT64_MAX)
		first = last = i ? map->segments[i - 1].original_end : 0;
	*out_start = first;
	*out_end = last;
}

int trace_keep(const struct trace *trace, struct chy_arena *arena, struct chy_str *out_text,
	struct chy_map *out_map)
{
	struct chy_str text = trace_str(trace);
	struct chy_map map = {NULL, trace->count};
	char *copy = chy_arena_copy(arena, text.data, text.size);

	if (out_map)
		map.segments = chy_arena_array(
			arena, struct chy_map_segment, trace->count ? trace->count : 1);
	if (trace_failed(trace) || !copy || (out_map && !map.segments))
		return CHY_EMEM;
	if (out_map && trace->count)
		memcpy(map.segments, trace->segments, trace->count * sizeof(*map.segments));
	*out_text = (struct chy_str){copy, text.size};
	if (out_map)
		*out_map = map;
	return CHY_OK;
}
