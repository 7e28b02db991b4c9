/* Marks of pages are what an array of one byte a page says. */
#include "page_set.h"

#include "test.h"

enum { LAST = 1000003, LOOKS = 200000 };

/* Some pages of all parts of a file, many of them more than once. */
static uint64_t some_page(uint64_t i)
{
	uint64_t mixed = i % (LOOKS / 2) * 0x9e3779b97f4a7c15u;

	return i % 5 ? mixed >> 40 : (mixed >> 32) % (LAST + 1);
}

static void each_page_has_its_own_marks(void **state)
{
	unsigned char *plain = calloc(LAST + 1, 1);
	struct chy_page_set set;

	(void)state;
	assert_non_null(plain);
	assert_true(chy_page_set_init(&set, LAST));
	for (uint64_t i = 0; i < LOOKS; i++) {
		uint64_t page = some_page(i) % (LAST + 1);
		unsigned mark = i & 3;

		assert_int_equal(chy_page_mark(&set, page), plain[page]);
		assert_true(chy_page_set_mark(&set, page, mark));
		plain[page] |= (unsigned char)mark;
	}
	for (uint64_t page = 0; page <= LAST; page++)
		assert_int_equal(chy_page_mark(&set, page), plain[page]);
	chy_page_set_fini(&set);
	free(plain);
}

static void the_first_and_the_last_page_are_pages(void **state)
{
	static const uint64_t lasts[] = {0, 1, 255, 256, 257, 1023};

	(void)state;
	for (size_t i = 0; i < sizeof(lasts) / sizeof(lasts[0]); i++) {
		struct chy_page_set set;

		assert_true(chy_page_set_init(&set, lasts[i]));
		assert_int_equal(chy_page_mark(&set, lasts[i]), 0);
		assert_true(chy_page_set_mark(&set, 0, 1));
		assert_true(chy_page_set_mark(&set, lasts[i], 2));
		assert_int_equal(chy_page_mark(&set, 0), lasts[i] ? 1 : 3);
		assert_int_equal(chy_page_mark(&set, lasts[i]), lasts[i] ? 2 : 3);
		chy_page_set_fini(&set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_page_has_its_own_marks),
		cmocka_unit_test(the_first_and_the_last_page_are_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
