/* Reads one file given as a string; what it gives lives until the next. */
#pragma once

#include "../test.h"
#include "chancery/ingest.h"

struct fixture {
	struct chy_arena arena;
	struct chy_articles articles;
	struct chy_fault fault;
	int result;
};

static struct fixture fixture;

static inline void forget(void)
{
	chy_articles_fini(&fixture.articles);
	chy_arena_fini(&fixture.arena);
	fixture = (struct fixture){0};
}

static inline int forget_after(void **state)
{
	(void)state;
	forget();
	return 0;
}

static inline int take_input(const struct chy_ingest_input *input)
{
	forget();
	chy_arena_init(&fixture.arena);
	fixture.result = chy_ingest(input, &fixture.arena, &fixture.articles, &fixture.fault);
	return fixture.result;
}

static inline int take_bytes(const void *bytes, size_t size, const char *name)
{
	return take_input(&(struct chy_ingest_input){
		.bytes = bytes, .size = size, .name = chy_str_from(name), .file_time = INT64_MIN});
}

static inline int take(const char *text, const char *name)
{
	return take_bytes(text, strlen(text), name);
}

/* The only article of a file that must be readable. */
static inline const struct chy_article *only(const char *text, const char *name)
{
	if (take(text, name))
		fail_msg("refused: %s", fixture.fault.detail);
	assert_int_equal(fixture.articles.count, 1);
	return &fixture.articles.articles[0];
}

static inline void assert_str(struct chy_str text, const char *expected)
{
	char *copy = strndup(text.data ? text.data : "", text.size);

	assert_string_equal(copy, expected);
	free(copy);
}
