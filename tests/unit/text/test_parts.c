/* The parts of the pipeline by themselves. */
#include "checks.h"

#include <float.h>

#include "agree.h"
#include "kernel.h"
#include "lemma.h"
#include "rows.h"
#include "tree.h"

static uint32_t seed = 7;

static float draw(void)
{
	seed = seed * 1664525u + 1013904223u;
	return (float)(seed >> 8) / (float)(1 << 24) * 2 - 1;
}

static bool is_tree(const int32_t *heads, size_t n)
{
	size_t roots = 0;

	for (size_t i = 0; i < n; i++) {
		int32_t at = (int32_t)i;
		size_t steps = 0;

		roots += heads[i] < 0;
		while (at >= 0 && steps++ <= n)
			at = heads[at];
		if (at >= 0)
			return false;
	}
	return roots == 1;
}

static float sum_of(const float *scores, const int32_t *heads, size_t n)
{
	float sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += scores[i * (n + 1) + (size_t)(heads[i] + 1)];
	return sum;
}

/* The best of all trees, by trying them. */
static float best_by_trying(const float *scores, size_t n)
{
	int32_t heads[6];
	size_t total = 1;
	float best = -FLT_MAX;

	for (size_t i = 0; i < n; i++)
		total *= n + 1;
	for (size_t code = 0; code < total; code++) {
		size_t rest = code;
		bool own = false;
		float sum;

		for (size_t i = 0; i < n; i++, rest /= n + 1) {
			heads[i] = (int32_t)(rest % (n + 1)) - 1;
			own = own || heads[i] == (int32_t)i;
		}
		if (own || !is_tree(heads, n))
			continue;
		sum = sum_of(scores, heads, n);
		best = sum > best ? sum : best;
	}
	return best;
}

static void the_best_tree_is_found(void **state)
{
	struct chy_arena arena;

	(void)state;
	chy_arena_init(&arena);
	for (int i = 0; i < 400; i++) {
		size_t n = 1 + (size_t)i % 5;
		float scores[30], copy[30];
		int32_t heads[5];

		for (size_t k = 0; k < n * (n + 1); k++)
			copy[k] = scores[k] = draw() * 10;
		assert_int_equal(chy_tree_decode(copy, n, &arena, heads), CHY_OK);
		assert_true(is_tree(heads, n));
		assert_float_equal(sum_of(scores, heads, n), best_by_trying(scores, n), 0.1);
	}
	chy_arena_fini(&arena);
}

static void large_tables_give_trees(void **state)
{
	enum { N = 256 };
	static float scores[N * (N + 1)];
	static int32_t heads[N];
	struct chy_arena arena;

	(void)state;
	chy_arena_init(&arena);
	for (int i = 0; i < 10; i++) {
		for (size_t k = 0; k < N * (N + 1); k++)
			scores[k] = i < 5 ? draw() : 0;
		assert_int_equal(chy_tree_decode(scores, N, &arena, heads), CHY_OK);
		assert_true(is_tree(heads, N));
	}
	chy_arena_fini(&arena);
}

static void lemmas_are_edits_of_forms(void **state)
{
	static const char *const cases[][2] = {
		{"negociações", "negociação"},
		{"foi", "ser"},
		{"Lisboa", "Lisboa"},
		{"EUA", "EUA"},
		{"MAILSON", "Mailson"},
		{"as", "o"},
		{"Pequenos", "pequeno"},
		{"went", "go"},
		{"é", "ser"},
		{"São", "ser"},
		{"à", "a"},
		{".", "."},
	};
	struct chy_arena arena;

	(void)state;
	chy_arena_init(&arena);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct chy_script script;

		assert_true(chy_script_find(
			chy_str_from(cases[i][0]), chy_str_from(cases[i][1]), &script));
		assert_true(chy_str_is(
			chy_script_apply(&script, chy_str_from(cases[i][0]), &arena), cases[i][1]));
	}
	chy_arena_fini(&arena);
}

static void a_script_serves_other_forms(void **state)
{
	struct chy_script script;
	struct chy_arena arena;

	(void)state;
	chy_arena_init(&arena);
	assert_true(chy_script_find(CHY_STR("acusaram"), CHY_STR("acusar"), &script));
	assert_true(chy_script_fits(&script, CHY_STR("assinaram")));
	assert_true(chy_str_is(chy_script_apply(&script, CHY_STR("assinaram"), &arena), "assinar"));
	assert_false(chy_script_fits(&script, CHY_STR("m")));
	chy_arena_fini(&arena);
}

static void folding_is_blind_to_case_quotes_and_digits(void **state)
{
	static const char *const cases[][2] = {
		{"Ação", "ação"},
		{"«", "\xe2\x80\x9c"},
		{"1998", "2013"},
		{"—", "–"},
		{"don’t", "don't"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct chy_folded a, b;

		chy_fold_form(chy_str_from(cases[i][0]), &a);
		chy_fold_form(chy_str_from(cases[i][1]), &b);
		assert_true(a.hash == b.hash);
	}
}

struct sums {
	float product[7][32], quantised_scale[3], cells[32], dots[5], leaky[32], row[32],
		exponentials[32];
	uint8_t bytes[3][32], state[32];
	size_t top;
};

/* Everything a kernel can do, on the same numbers. */
static void use_kernel(const struct chy_kernel *kernel, struct sums *out)
{
	static int8_t weights[32 * 32];
	static float scale[32], bias[32], x[3 * 32], gates[4 * 32], rows[5 * 32];
	static int32_t sum[32];
	static uint8_t in[7 * 32];
	static const float x_scale[7] = {.1f, .2f, .3f, .4f, .5f, .6f, .7f};
	struct chy_matrix m = {32, 32, weights, scale, bias, sum};

	memset(out, 0, sizeof(*out));
	seed = 3;
	for (size_t i = 0; i < sizeof(weights); i++)
		weights[i] = (int8_t)(draw() * 127);
	for (size_t i = 0; i < 32; i++) {
		scale[i] = draw();
		bias[i] = draw();
		sum[i] = (int32_t)(draw() * 10000);
		out->cells[i] = draw();
		out->leaky[i] = draw();
	}
	for (size_t i = 0; i < 3 * 32; i++)
		x[i] = draw() * 3;
	for (size_t i = 0; i < 4 * 32; i++)
		gates[i] = draw() * 12;
	for (size_t i = 0; i < 5 * 32; i++)
		rows[i] = draw();
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(draw() * 127 + 128);
	kernel->multiply(&m, in, x_scale, 7, out->product[0], 32, false);
	kernel->multiply(&m, in, x_scale, 7, out->product[0], 32, true);
	kernel->quantise(x, 3, 32, out->bytes[0], out->quantised_scale);
	kernel->cells(gates, out->cells, out->state, 32);
	kernel->dots(x, rows, 32, 5, 32, out->dots);
	kernel->leaky(out->leaky, 32);
	kernel->add_row(weights, .03f, 32, out->row);
	out->top = kernel->exponentials(rows, 32, out->exponentials);
}

static void every_processor_gives_the_same_bits(void **state)
{
	struct sums plain, other;

	(void)state;
	use_kernel(&chy_kernel_plain, &plain);
	use_kernel(chy_kernel_choose(), &other);
	assert_memory_equal(&plain, &other, sizeof(plain));
#if defined(__x86_64__)
	if (!__builtin_cpu_supports("avx2"))
		skip();
	use_kernel(&chy_kernel_avx2, &other);
	assert_memory_equal(&plain, &other, sizeof(plain));
#endif
}

/* "a carta que chegou": a letter that came. */
enum { LETTER, THAT, CAME, PARTS };

static void write_clause(struct chy_word *words)
{
	const struct chy_word clause[PARTS] = {
		{.form = CHY_STR("carta"),
			.upos = CHY_UPOS_NOUN,
			.feats = CHY_STR("Gender=Fem|Number=Sing"),
			.deprel = CHY_STR("root"),
			.head = -1},
		{.form = CHY_STR("que"),
			.upos = CHY_UPOS_PRON,
			.feats = CHY_STR("Gender=Masc|Number=Sing|PronType=Rel"),
			.deprel = CHY_STR("nsubj"),
			.head = CAME},
		{.form = CHY_STR("chegou"),
			.upos = CHY_UPOS_VERB,
			.deprel = CHY_STR("acl:relcl"),
			.head = LETTER},
	};

	memcpy(words, clause, sizeof(clause));
}

static void a_relative_pronoun_is_bound_to_what_its_clause_is_about(void **state)
{
	struct chy_word words[PARTS];
	int32_t subjects[PARTS];
	struct chy_clause_view view = {words, PARTS, subjects};
	struct chy_bond bonds[CHY_BONDS_MAX];

	(void)state;
	write_clause(words);
	chy_agree_view(&view);
	assert_int_equal(chy_agree_bonds(&view, THAT, bonds), 2);
	assert_int_equal(bonds[0].kind, CHY_BOND_RELATIVE);
	assert_int_equal(bonds[0].partner, LETTER);
}

static void a_pronoun_is_bound_to_the_subject_of_its_verb(void **state)
{
	struct chy_word words[PARTS];
	int32_t subjects[PARTS];
	struct chy_clause_view view = {words, PARTS, subjects};
	struct chy_bond bonds[CHY_BONDS_MAX];

	(void)state;
	write_clause(words);
	words[LETTER].head = CAME;
	words[LETTER].deprel = CHY_STR("nsubj");
	words[THAT].feats = CHY_STR("Case=Acc");
	words[THAT].deprel = CHY_STR("expl");
	words[CAME].head = -1;
	chy_agree_view(&view);
	assert_int_equal(chy_agree_bonds(&view, THAT, bonds), 2);
	assert_int_equal(bonds[0].kind, CHY_BOND_SUBJECT);
	assert_int_equal(bonds[0].partner, LETTER);
}

/* The tag of "que" after a look, where the network held the masculine for
 * likelier by so much, and the treebank the feminine beside a feminine. */
static uint32_t look_again(float likelier)
{
	static const char tags[3][CHY_TAG_SIZE] = {"NOUN Gender=Fem|Number=Sing",
		"PRON Gender=Masc|Number=Sing|PronType=Rel",
		"PRON Gender=Fem|Number=Sing|PronType=Rel"};
	uint8_t upos[] = {CHY_UPOS_NOUN, CHY_UPOS_PRON, CHY_UPOS_PRON}, kinds[3];
	struct chy_agree_slot slots[2] = {0};
	const uint32_t no_lemmas[1] = {0};
	struct chy_text_model model = {.tags = tags,
		.tag_upos = upos,
		.tag_agreement = kinds,
		.lemmas = no_lemmas,
		.agree = slots,
		.agree_mask = 1};
	const float logits[PARTS * 3] = {9, 0, 0, 0, likelier, 0, 9, 0, 0};
	uint32_t chosen[PARTS] = {0, 1, 0};
	struct chy_word words[PARTS];
	int32_t subjects[PARTS];
	struct chy_clause_view view = {words, PARTS, subjects};
	const struct chy_bond bond = {CHY_BOND_RELATIVE, THAT, LETTER};
	uint64_t key;

	write_clause(words);
	for (int i = 0; i < 3; i++)
		kinds[i] = chy_agree_kind(chy_str_from(strchr(tags[i], ' ') + 1));
	key = chy_agree_key(&view, &bond, true);
	slots[key & 1].key = key;
	slots[key & 1].odds[kinds[2]][kinds[0]] = 2 * CHY_AGREE_STEPS;
	slots[key & 1].odds[kinds[1]][kinds[0]] = -2 * CHY_AGREE_STEPS;
	model.sizes.tags = 3;
	chy_agree(&model, &view, logits, 3, chosen);
	return chosen[THAT];
}

static void agreement_decides_between_tags_that_are_nearly_as_likely(void **state)
{
	(void)state;
	assert_int_equal(look_again(1), 2);
}

static void agreement_does_not_overrule_what_the_network_is_sure_of(void **state)
{
	(void)state;
	assert_int_equal(look_again(4), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_best_tree_is_found),
		cmocka_unit_test(large_tables_give_trees),
		cmocka_unit_test(lemmas_are_edits_of_forms),
		cmocka_unit_test(a_script_serves_other_forms),
		cmocka_unit_test(folding_is_blind_to_case_quotes_and_digits),
		cmocka_unit_test(every_processor_gives_the_same_bits),
		cmocka_unit_test(a_relative_pronoun_is_bound_to_what_its_clause_is_about),
		cmocka_unit_test(a_pronoun_is_bound_to_the_subject_of_its_verb),
		cmocka_unit_test(agreement_decides_between_tags_that_are_nearly_as_likely),
		cmocka_unit_test(agreement_does_not_overrule_what_the_network_is_sure_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
