/* The articles of examples/inbox, which the demo shows. */
#include <dirent.h>

#include "fixture.h"

static void take_example(const char *name)
{
	const char *source = getenv("CHY_SOURCE");
	struct chy_buffer bytes;
	char path[1200];

	snprintf(path, sizeof(path), "%s/examples/inbox/%s", source ? source : ".", name);
	chy_buffer_init(&bytes);
	assert_int_equal(chy_buffer_read_file(&bytes, path, 1 << 20, NULL), 0);
	if (take_bytes(bytes.data, bytes.size, name))
		fail_msg("%s: %s", name, fixture.fault.detail);
	chy_buffer_fini(&bytes);
}

static struct chy_hash id_of(const char *name)
{
	take_example(name);
	return fixture.articles.articles[0].id;
}

static void check_example(const char *name)
{
	take_example(name);
	assert_int_equal(fixture.articles.refusal_count, 0);
	for (size_t i = 0; i < fixture.articles.count; i++) {
		const struct chy_article *article = &fixture.articles.articles[i];

		if (!article->date.size || !article->source.size || !article->title.size)
			fail_msg("%s: without date, outlet or title", name);
		if (strncmp(name, article->date.data, 4) != 0)
			fail_msg(
				"%s is of %.*s", name, (int)article->date.size, article->date.data);
		assert_null(memmem(article->text.data, article->text.size, "\xef\xbf\xbd", 3));
	}
}

static void each_has_its_date_outlet_and_title(void **state)
{
	const char *source = getenv("CHY_SOURCE");
	struct dirent *entry;
	char path[1200];
	DIR *directory;
	int count = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/examples/inbox", source ? source : ".");
	directory = opendir(path);
	assert_non_null(directory);
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.') {
			check_example(entry->d_name);
			count++;
		}
	closedir(directory);
	assert_true(count >= 24);
}

static void a_copy_in_another_encoding_is_the_same_document(void **state)
{
	struct chy_hash one = id_of("2013-11-02-dois-mais-dois.txt");
	struct chy_hash other = id_of("2013-11-02-copia-de-arquivo.txt");

	(void)state;
	assert_true(chy_hash_equal(&one, &other));
}

static void a_corrected_article_is_another_document(void **state)
{
	struct chy_hash one = id_of("2022-06-08-tratado.txt");
	struct chy_hash other = id_of("2022-06-08-tratado-corrigido.txt");

	(void)state;
	assert_false(chy_hash_equal(&one, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(each_has_its_date_outlet_and_title, forget_after),
		cmocka_unit_test_teardown(
			a_copy_in_another_encoding_is_the_same_document, forget_after),
		cmocka_unit_test_teardown(a_corrected_article_is_another_document, forget_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
