/* From bytes to articles: whatever the file, reading it ends, stays within its
 * memory, and what it gives holds together. The first byte chooses the name
 * that the file has. */
#include <stdlib.h>
#include <string.h>

#include "chancery/ingest.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_map(const struct chy_article *article, size_t size)
{
	const struct chy_map *map = &article->map;
	uint32_t end = 0;

	for (size_t i = 0; i < map->count; i++) {
		const struct chy_map_segment *segment = &map->segments[i];

		require(segment->text_start >= end && segment->text_end > segment->text_start);
		require(segment->original_end >= segment->original_start);
		require(segment->original_end <= size && segment->units > 0);
		require((segment->text_end - segment->text_start) % segment->units == 0);
		require((segment->original_end - segment->original_start) % segment->units == 0);
		end = segment->text_end;
	}
	require(end <= article->text.size);
}

static void check_spelled_map(const struct chy_article *article, struct chy_arena *arena)
{
	struct chy_buffer text;
	struct chy_map again;

	chy_buffer_init(&text);
	require(chy_map_encode(&article->map, &text) == CHY_OK);
	require(chy_map_decode((struct chy_str){text.data ? text.data : "", text.size}, arena,
			&again) == CHY_OK);
	require(again.count == article->map.count);
	for (size_t i = 0; i < again.count; i++) {
		const struct chy_map_segment *a = &again.segments[i];
		const struct chy_map_segment *b = &article->map.segments[i];

		require(a->text_start == b->text_start && a->text_end == b->text_end &&
			a->original_start == b->original_start &&
			a->original_end == b->original_end && a->units == b->units);
	}
	chy_buffer_fini(&text);
}

static void check_article(const struct chy_article *article, size_t size, struct chy_arena *arena)
{
	struct chy_str text = article->text, title = article->title;

	require(text.size > 0 && chy_utf8_valid(text.data, text.size, NULL));
	require(text.size >= title.size && memcmp(text.data, title.data, title.size) == 0);
	require(!memmem(text.data, text.size, "\n\n\n", 3));
	require(!memchr(text.data, '\0', text.size) && !memchr(text.data, '\r', text.size));
	require(article->original_start <= article->original_end);
	require(article->original_end <= size);
	require((article->date.size != 0) == (article->date_from != CHY_DATE_NONE));
	check_map(article, size);
	check_spelled_map(article, arena);
	json_decref(chy_article_to_json(article));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"a.txt", "a.html", "a.json", "a.jsonl", ""};
	struct chy_ingest_limits limits = chy_ingest_default_limits;
	struct chy_ingest_input input = {.file_time = INT64_MIN, .limits = &limits};
	struct chy_articles articles;
	struct chy_fault fault = {0};
	struct chy_arena arena;

	if (!size)
		return 0;
	limits.articles = 1000;
	input.name = chy_str_from(names[data[0] % 5]);
	input.bytes = data + 1;
	input.size = size - 1;
	chy_arena_init(&arena);
	if (chy_ingest(&input, &arena, &articles, &fault) == CHY_OK) {
		require(articles.count > 0);
		for (size_t i = 0; i < articles.count; i++)
			check_article(&articles.articles[i], input.size, &arena);
		chy_articles_fini(&articles);
	} else {
		require(fault.code < 0);
	}
	chy_arena_fini(&arena);
	return 0;
}
