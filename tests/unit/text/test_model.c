/* Damaged model files are named and do no harm. */
#include "checks.h"

#include <unistd.h>

#include "model.h"

static struct chy_buffer original;

static int read_original(void **state)
{
	char path[4200];

	(void)state;
	snprintf(path, sizeof(path), "%s/models/pt.model", getenv("CHANCERY_DATA"));
	chy_buffer_init(&original);
	return chy_buffer_read_file(&original, path, 64u << 20, NULL);
}

static int free_original(void **state)
{
	(void)state;
	chy_buffer_fini(&original);
	return 0;
}

static void write_file(const char *path, const char *data, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	fclose(file);
}

/* Opens the file; where that works, the model must be safe to use. */
static int try_model(const char *path)
{
	struct chy_text_model *model = NULL;
	struct chy_fault fault = {0};
	struct chy_analysis a;
	struct chy_arena arena;
	int result = chy_model_open(path, &model, &fault);

	if (result) {
		assert_null(model);
		assert_true(fault.code == result);
		return result;
	}
	chy_arena_init(&arena);
	assert_int_equal(
		chy_text_analyse(
			model, CHY_STR("O Sr. Silva disse-lhe que foi à ilha. E foi."), &arena, &a),
		CHY_OK);
	chy_arena_fini(&arena);
	chy_text_close(model);
	return CHY_OK;
}

static void short_files_are_refused(void **state)
{
	char path[] = "/tmp/chy-model-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (size_t part = 0; part < 16; part++) {
		write_file(path, original.data, original.size * part / 16);
		assert_int_equal(try_model(path), CHY_EDAMAGED);
	}
	unlink(path);
}

static void newer_models_are_refused_as_such(void **state)
{
	char path[] = "/tmp/chy-model-XXXXXX";
	struct chy_model_head head;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	memcpy(&head, original.data, sizeof(head));
	head.version = CHY_MODEL_VERSION + 1;
	write_file(path, (const char *)&head, sizeof(head));
	assert_int_equal(try_model(path), CHY_EVERSION);
	unlink(path);
}

static void changed_heads_do_no_harm(void **state)
{
	char path[] = "/tmp/chy-model-XXXXXX";
	uint32_t seed = 1;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (int i = 0; i < 60; i++) {
		size_t at;
		char old;

		seed = seed * 1664525u + 1013904223u;
		at = (seed >> 8) % (sizeof(struct chy_model_head) + 512);
		old = original.data[at];
		original.data[at] = (char)(seed >> 3);
		write_file(path, original.data, original.size);
		original.data[at] = old;
		try_model(path);
	}
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_files_are_refused),
		cmocka_unit_test(newer_models_are_refused_as_such),
		cmocka_unit_test(changed_heads_do_no_harm),
	};

	return cmocka_run_group_tests(tests, read_original, free_original);
}
