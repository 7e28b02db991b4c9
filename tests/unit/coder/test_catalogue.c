#include "test.h"

#include "chancery/coder.h"

static struct chy_catalogue *catalogue;

static int set_up(void **state)
{
	(void)state;
	return chy_catalogue_open(&catalogue, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	chy_catalogue_close(catalogue);
	return 0;
}

static void what_people_type_becomes_a_code(void **state)
{
	static const struct {
		const char *typed, *code;
	} cases[] = {{"RUS", "RUS"}, {"rus", "RUS"}, {"Rússia", "RUS"}, {"russia", "RUS"},
		{"russo", "RUS"}, {"Moscovo", "RUS"}, {"Moscou", "RUS"}, {"JAPAN", "JPN"},
		{"Japón", "JPN"}, {"ONU", "UNO"}, {"UNSC", "UNO"}, {"União Europeia", "EUU"},
		{"unita", "AGO-UNITA"}, {"Bosnian Serbs", "BIH-SRB"}, {" irão ", "IRN"},
		{"Guiné-Bissau", "GNB"}, {"BIH-SRB", "BIH-SRB"}, {"Atlantis", ""}, {"", ""}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct chy_str code =
			chy_catalogue_actor_code(catalogue, chy_str_from(cases[i].typed));

		if (!chy_str_is(code, cases[i].code))
			fail_msg("%s became %.*s", cases[i].typed, (int)code.size, code.data);
	}
}

static void a_code_has_its_name_in_the_readers_language(void **state)
{
	static const struct {
		const char *code, *language, *name;
	} cases[] = {{"JPN", "pt", "Japão"}, {"JPN", "es", "Japón"}, {"JPN", "en", "Japan"},
		{"JPN", "fr", "Japan"}, {"IRN", "pt", "Irão"}, {"IRN", "br", "Irã"},
		{"UNO", "pt", "Nações Unidas"}, {"XXX", "pt", ""}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct chy_str name = chy_catalogue_actor_name(
			catalogue, chy_str_from(cases[i].code), cases[i].language);

		if (!chy_str_is(name, cases[i].name))
			fail_msg("%s in %s became %.*s", cases[i].code, cases[i].language,
				(int)name.size, name.data);
	}
}

static void a_dispute_is_found_by_its_id_with_its_claimants(void **state)
{
	const struct chy_dispute *dispute = chy_catalogue_find(catalogue, CHY_STR("kuril-islands"));

	(void)state;
	assert_non_null(dispute);
	assert_true(chy_str_is(dispute->issue, "territorial"));
	assert_int_equal(dispute->claimant_count, 3);
	assert_true(chy_str_is(dispute->claimants[0], "RUS"));
	assert_null(chy_catalogue_find(catalogue, CHY_STR("atlantis")));
	assert_null(chy_catalogue_find(catalogue, CHY_STR("")));
}

static void the_disputes_can_be_gone_through(void **state)
{
	size_t count = chy_catalogue_dispute_count(catalogue);

	(void)state;
	assert_true(count > 200);
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(
			chy_catalogue_find(catalogue, chy_catalogue_dispute(catalogue, i)->id),
			chy_catalogue_dispute(catalogue, i));
	assert_null(chy_catalogue_dispute(catalogue, count));
}

static void categories_and_their_names_belong_together(void **state)
{
	enum chy_category category;

	(void)state;
	for (int i = 0; i < CHY_CATEGORY_COUNT; i++) {
		assert_int_equal(
			chy_category_from_name(
				chy_str_from(chy_category_name((enum chy_category)i)), &category),
			CHY_OK);
		assert_int_equal(category, i);
	}
	assert_int_equal(chy_category_from_name(CHY_STR("agree"), &category), CHY_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_people_type_becomes_a_code),
		cmocka_unit_test(a_code_has_its_name_in_the_readers_language),
		cmocka_unit_test(a_dispute_is_found_by_its_id_with_its_claimants),
		cmocka_unit_test(the_disputes_can_be_gone_through),
		cmocka_unit_test(categories_and_their_names_belong_together),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
