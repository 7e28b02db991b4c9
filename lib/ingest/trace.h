/* Text that knows where it came from: every step of reading (decoding,
 * entities, joining of lines, normalising) takes traced text and gives traced
 * text, so that the map to the file's bytes is kept by construction. */
#pragma once

#include "chancery/ingest.h"

struct trace {
	struct chy_buffer text;
	struct chy_map_segment *segments;
	size_t count, capacity;
	bool failed; /* memory ran out; sticky, as in the buffer */
};

void trace_init(struct trace *trace);
void trace_fini(struct trace *trace);
void trace_clear(struct trace *trace);

/* Appends bytes that stand for units equal pieces of [start, end) of the file. */
void trace_add(struct trace *trace, const char *bytes, size_t size, uint64_t start, uint64_t end,
	uint32_t units);

/* Appends a kept run: one byte of the file for each byte. */
void trace_add_same(struct trace *trace, const char *bytes, size_t size, uint64_t start);

/* Appends bytes that stand nowhere in the file. */
void trace_add_free(struct trace *trace, const char *bytes, size_t size);

/* Appends from's text [start, end) with its origins. */
void trace_add_slice(struct trace *trace, const struct trace *from, size_t start, size_t end);

/* Appends bytes whose origin is that of from's text [start, end) as a whole. */
void trace_add_instead(struct trace *trace, const char *bytes, size_t size,
	const struct trace *from, size_t start, size_t end);

/* Takes the end off: size bytes stay. The cut must lie between characters. */
void trace_cut(struct trace *trace, size_t size);

bool trace_failed(const struct trace *trace);
struct chy_str trace_str(const struct trace *trace);
struct chy_map trace_map(const struct trace *trace);

/* The trace's text and map, copied into the arena; CHY_EMEM. */
int trace_keep(const struct trace *trace, struct chy_arena *arena, struct chy_str *out_text,
	struct chy_map *out_map);
