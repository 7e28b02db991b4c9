/* The files of tests/hostile, each with what is to come of it: expected.tsv. */
#include <errno.h>

#include "fixture.h"

static const char *directory(char *out, size_t size, const char *name)
{
	const char *source = getenv("CHY_SOURCE");

	snprintf(out, size, "%s/tests/hostile/%s", source ? source : ".", name);
	return out;
}

static const char *outcome_of(int result)
{
	switch (result) {
	case CHY_OK:
		return "taken";
	case CHY_EINPUT:
		return "input";
	case CHY_ELIMIT:
		return "limit";
	case CHY_EUNSUPPORTED:
		return "unsupported";
	default:
		return "other";
	}
}

/* What came of the file in one line: `taken 1+0 Title | first bytes of text`,
 * with line ends as `/`, or `input: detail`. */
static void describe(char *out, size_t size)
{
	const struct chy_articles *articles = &fixture.articles;
	struct chy_str text;
	int used;

	if (fixture.result) {
		snprintf(out, size, "%s: %s", outcome_of(fixture.result), fixture.fault.detail);
		return;
	}
	text = articles->articles[0].text;
	used = snprintf(out, size, "taken %zu+%zu %.*s %.*s| ", articles->count,
		articles->refusal_count, (int)articles->articles[0].charset.size,
		articles->articles[0].charset.data, (int)articles->articles[0].date.size,
		articles->articles[0].date.data);
	for (size_t i = 0; i < text.size && i < 160 && (size_t)used + 2 < size; i++)
		out[used++] = text.data[i] == '\n' ? '/' : text.data[i];
	out[used] = '\0';
}

static void try_file(const char *name, const char *expected)
{
	char path[1200], found[1024], file[128];
	struct chy_buffer bytes;

	snprintf(file, sizeof(file), "files/%s", name);
	chy_buffer_init(&bytes);
	if (chy_buffer_read_file(&bytes, directory(path, sizeof(path), file), 1 << 24, NULL))
		fail_msg("%s: %s", path, strerror(errno));
	take_bytes(bytes.data, bytes.size, name);
	describe(found, sizeof(found));
	chy_buffer_fini(&bytes);
	if (getenv("CHY_RENEW"))
		printf("%s\t%s\n", name, found);
	else if (strcmp(found, expected) != 0)
		fail_msg("%s\nexpected %s\nfound    %s", name, expected, found);
}

static void each_file_comes_to_what_the_table_says(void **state)
{
	char path[1200], line[2048];
	FILE *table = fopen(directory(path, sizeof(path), "expected.tsv"), "r");
	int count = 0;

	(void)state;
	assert_non_null(table);
	while (fgets(line, sizeof(line), table)) {
		char *tab = strchr(line, '\t');

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || !tab)
			continue;
		*tab = '\0';
		try_file(line, tab + 1);
		count++;
	}
	fclose(table);
	assert_true(count > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(each_file_comes_to_what_the_table_says, forget_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
