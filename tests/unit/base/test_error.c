#include "chancery/error.h"

#include <errno.h>

#include "test.h"

static void a_fault_keeps_its_facts(void **state)
{
	struct chy_fault fault;

	(void)state;
	errno = ENOENT;
	assert_int_equal(
		chy_fault_set(&fault, CHY_EINPUT, "a.json", 7, "no %s", "title"), CHY_EINPUT);
	assert_int_equal(fault.code, CHY_EINPUT);
	assert_int_equal(fault.os_error, 0);
	assert_int_equal(fault.at, 7);
	assert_string_equal(fault.subject, "a.json");
	assert_string_equal(fault.detail, "no title");
}

static void the_systems_word_is_kept_for_its_faults(void **state)
{
	struct chy_fault fault;
	char sentence[256];

	(void)state;
	errno = EACCES;
	chy_fault_set(&fault, CHY_EACCESS, "/srv/inbox", 0, NULL);
	assert_int_equal(fault.os_error, EACCES);
	assert_string_equal(chy_fault_sentence(&fault, sentence, sizeof(sentence)),
		"/srv/inbox: permission denied (Permission denied)");
}

static void nobody_need_ask_for_the_fault(void **state)
{
	(void)state;
	assert_int_equal(chy_fault_set(NULL, CHY_EMEM, NULL, 0, NULL), CHY_EMEM);
}

static void long_subjects_are_cut_and_terminated(void **state)
{
	struct chy_fault fault;
	char path[2000], sentence[64];

	(void)state;
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	chy_fault_set(&fault, CHY_EINPUT, path, 0, "%s", path);
	assert_int_equal(strlen(fault.subject), sizeof(fault.subject) - 1);
	assert_int_equal(strlen(fault.detail), sizeof(fault.detail) - 1);
	assert_int_equal(strlen(chy_fault_sentence(&fault, sentence, sizeof(sentence))), 63);
}

static void errno_values_have_their_codes(void **state)
{
	static const struct {
		int os_error, code;
	} cases[] = {{0, 0}, {ENOENT, CHY_EABSENT}, {ENOSPC, CHY_ENOSPACE}, {EDQUOT, CHY_ENOSPACE},
		{EROFS, CHY_EACCESS}, {EACCES, CHY_EACCESS}, {ENOMEM, CHY_EMEM}, {EIO, CHY_EIO},
		{EAGAIN, CHY_EBUSY}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(chy_error_from_errno(cases[i].os_error), cases[i].code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_keeps_its_facts),
		cmocka_unit_test(the_systems_word_is_kept_for_its_faults),
		cmocka_unit_test(nobody_need_ask_for_the_fault),
		cmocka_unit_test(long_subjects_are_cut_and_terminated),
		cmocka_unit_test(errno_values_have_their_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
