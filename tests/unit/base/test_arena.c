#include "chancery/arena.h"

#include "test.h"

static void memory_is_zeroed_and_aligned(void **state)
{
	struct chy_arena arena;

	(void)state;
	chy_arena_init(&arena);
	for (size_t size = 1; size < 300000; size = size * 3 + 1) {
		unsigned char *bytes = chy_arena_alloc(&arena, size);

		assert_non_null(bytes);
		assert_int_equal((uintptr_t)bytes % 16, 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(bytes[i], 0);
		memset(bytes, 0xff, size);
	}
	chy_arena_fini(&arena);
}

static void memory_is_zeroed_again_after_a_clear(void **state)
{
	struct chy_arena arena;
	unsigned char *bytes;

	(void)state;
	chy_arena_init(&arena);
	memset(chy_arena_alloc(&arena, 1000), 0xff, 1000);
	memset(chy_arena_alloc(&arena, 1000000), 0xff, 1000000);
	chy_arena_clear(&arena);
	assert_int_equal(arena.used, 0);
	bytes = chy_arena_alloc(&arena, 2000);
	for (size_t i = 0; i < 2000; i++)
		assert_int_equal(bytes[i], 0);
	chy_arena_fini(&arena);
}

static void objects_do_not_overlap(void **state)
{
	struct chy_arena arena;
	unsigned char *objects[3000];

	(void)state;
	chy_arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(objects); i++) {
		size_t size = i % 7 == 0 ? 70000 : i % 97 + 8;

		objects[i] = chy_arena_alloc(&arena, size);
		memset(objects[i], (int)(i % 251), size);
	}
	for (size_t i = 0; i < COUNT_OF(objects); i++)
		for (size_t j = 0; j < i % 97 + 8; j++)
			assert_int_equal(objects[i][j], i % 251);
	chy_arena_fini(&arena);
}

static void an_impossible_size_is_refused(void **state)
{
	struct chy_arena arena;

	(void)state;
	chy_arena_init(&arena);
	assert_null(chy_arena_alloc(&arena, SIZE_MAX));
	assert_null(chy_arena_alloc(&arena, SIZE_MAX - 20));
	assert_null(chy_arena_copy(&arena, "", SIZE_MAX));
	chy_arena_fini(&arena);
}

static void text_is_copied_and_formatted(void **state)
{
	struct chy_arena arena;

	(void)state;
	chy_arena_init(&arena);
	assert_string_equal(chy_arena_copy(&arena, "Lisboa e Porto", 6), "Lisboa");
	assert_string_equal(chy_arena_copy(&arena, NULL, 0), "");
	assert_string_equal(chy_arena_printf(&arena, "%s-%d", "E", 12), "E-12");
	chy_arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned),
		cmocka_unit_test(memory_is_zeroed_again_after_a_clear),
		cmocka_unit_test(objects_do_not_overlap),
		cmocka_unit_test(an_impossible_size_is_refused),
		cmocka_unit_test(text_is_copied_and_formatted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
