#include "chancery/hash.h"

#include "chancery/error.h"
#include "test.h"

/* The value for "abc" was computed with b2sum -l 256 of GNU coreutils. */
static const char abc[] = "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319";

static void the_hash_is_blake2b_256(void **state)
{
	struct chy_hash hash;
	char hex[CHY_HASH_HEX];

	(void)state;
	chy_hash_of("abc", 3, &hash);
	assert_string_equal(chy_hash_to_hex(&hash, hex), abc);
}

static void pieces_give_the_same_as_the_whole(void **state)
{
	struct chy_hasher hasher;
	struct chy_hash hash;
	char hex[CHY_HASH_HEX];

	(void)state;
	chy_hasher_init(&hasher);
	chy_hasher_add(&hasher, "a", 1);
	chy_hasher_add(&hasher, "", 0);
	chy_hasher_add(&hasher, "bc", 2);
	chy_hasher_finish(&hasher, &hash);
	assert_string_equal(chy_hash_to_hex(&hash, hex), abc);
}

static void hexadecimal_is_read_in_either_case_and_nothing_else(void **state)
{
	struct chy_hash a, b;
	char upper[CHY_HASH_HEX], wrong[CHY_HASH_HEX];

	(void)state;
	for (size_t i = 0; i < sizeof(upper); i++)
		upper[i] = abc[i] >= 'a' ? (char)(abc[i] - 32) : abc[i];
	assert_int_equal(chy_hash_from_hex(abc, &a), 0);
	assert_int_equal(chy_hash_from_hex(upper, &b), 0);
	assert_true(chy_hash_equal(&a, &b));
	memcpy(wrong, abc, sizeof(wrong));
	wrong[10] = 'g';
	assert_int_equal(chy_hash_from_hex(wrong, &b), CHY_EINPUT);
	assert_int_equal(chy_hash_from_hex(abc + 1, &b), CHY_EINPUT);
	assert_int_equal(chy_hash_from_hex("", &b), CHY_EINPUT);
	assert_true(chy_hash_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_is_blake2b_256),
		cmocka_unit_test(pieces_give_the_same_as_the_whole),
		cmocka_unit_test(hexadecimal_is_read_in_either_case_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
