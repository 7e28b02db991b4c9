#include "fixture.h"

static struct chy_map_segment segments[] = {
	{0, 10, 0, 10, 10}, /* kept */
	{10, 12, 10, 11, 1}, /* a letter of one byte */
	{12, 14, 30, 38, 1}, /* an entity, after a gap */
	{16, 26, 100, 120, 10}, /* UTF-16 */
	{26, 30, 12, 16, 4}, /* from before */
};
static const struct chy_map map = {segments, COUNT_OF(segments)};

static void a_span_is_the_smallest_that_holds_the_text(void **state)
{
	static const struct {
		uint32_t start, end;
		uint64_t first, last;
	} cases[] = {
		{0, 10, 0, 10},
		{3, 7, 3, 7},
		{9, 11, 9, 11},
		{11, 12, 10, 11}, /* half a letter is the letter */
		{13, 14, 30, 38},
		{10, 14, 10, 38},
		{14, 16, 38, 38}, /* put in: an empty span */
		{17, 18, 102, 104},
		{12, 18, 30, 104},
		{20, 28, 12, 120}, /* out of order */
		{5, 5, 5, 5},
		{30, 40, 16, 16},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint64_t first, last;

		chy_map_span(&map, cases[i].start, cases[i].end, &first, &last);
		if (cases[i].start == cases[i].end) {
			assert_int_equal(first, last);
			continue;
		}
		assert_int_equal(first, cases[i].first);
		assert_int_equal(last, cases[i].last);
	}
}

static void a_map_reads_back_as_it_was_written(void **state)
{
	struct chy_arena arena;
	struct chy_buffer text;
	struct chy_map again;

	(void)state;
	chy_arena_init(&arena);
	chy_buffer_init(&text);
	assert_int_equal(chy_map_encode(&map, &text), 0);
	assert_int_equal(chy_map_decode((struct chy_str){text.data, text.size}, &arena, &again), 0);
	assert_int_equal(again.count, map.count);
	for (size_t i = 0; i < map.count; i++) {
		assert_int_equal(again.segments[i].text_start, segments[i].text_start);
		assert_int_equal(again.segments[i].text_end, segments[i].text_end);
		assert_int_equal(again.segments[i].original_start, segments[i].original_start);
		assert_int_equal(again.segments[i].original_end, segments[i].original_end);
		assert_int_equal(again.segments[i].units, segments[i].units);
	}
	assert_true(text.size < 48);
	chy_buffer_fini(&text);
	chy_arena_fini(&arena);
}

static void a_text_that_was_kept_has_a_map_of_a_few_letters(void **state)
{
	struct chy_buffer text;

	(void)state;
	chy_buffer_init(&text);
	assert_int_equal(chy_map_encode(&only("Uma linha só, sem fim\n", "")->map, &text), 0);
	assert_true(text.size <= 4);
	chy_buffer_fini(&text);
}

static void what_is_no_map_is_refused(void **state)
{
	static const char *const texts[] = {
		"A", /* too few letters */
		"!!!!", /* no letters of base64url */
		"AA", /* an empty segment */
		"gA", /* a number that does not end */
		"BwABBA", /* units that do not divide */
		"Bf____8P", /* beyond any text */
		"_____________________w",
	};
	struct chy_arena arena;
	struct chy_map out;

	(void)state;
	chy_arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (chy_map_decode(chy_str_from(texts[i]), &arena, &out) != CHY_EINPUT)
			fail_msg("%s was read", texts[i]);
	chy_arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_span_is_the_smallest_that_holds_the_text),
		cmocka_unit_test(a_map_reads_back_as_it_was_written),
		cmocka_unit_test_teardown(
			a_text_that_was_kept_has_a_map_of_a_few_letters, forget_after),
		cmocka_unit_test(what_is_no_map_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
