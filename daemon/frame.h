/* What goes over the pipe between daemon and worker: a frame is the length of
 * a JSON header and of the bytes after it, each u32 big-endian, then both.
 *
 * To the worker: {"name","time","date","article_bytes","from"} and the file's
 * bytes. From it, without bytes: {"ready"} once; for a file {"begin":N,"next"},
 * then {"article","next"} or {"refusal","next"} for each of its N things from
 * the one that "from" names, then {"end"}; where nothing can be read {"end",
 * "code","reason"} alone. "next" is where in the file the next thing lies.
 *
 * A document to be coded again: {"again":true,"document","date","source",
 * "language","map"} and its text; the answer is {"coded"}, as an article has
 * it, or {"coded":null,"reason"}. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "chancery/json.h"

enum { FRAME_HEAD = 8, LARGEST_ANSWER = 16 << 20 };

static inline void frame_put(unsigned char out[FRAME_HEAD], size_t header, size_t payload)
{
	for (int i = 0; i < 4; i++) {
		out[i] = (unsigned char)(header >> (24 - 8 * i));
		out[4 + i] = (unsigned char)(payload >> (24 - 8 * i));
	}
}

static inline void frame_get(const unsigned char in[FRAME_HEAD], size_t *header, size_t *payload)
{
	*header = *payload = 0;
	for (int i = 0; i < 4; i++) {
		*header = *header << 8 | in[i];
		*payload = *payload << 8 | in[4 + i];
	}
}
