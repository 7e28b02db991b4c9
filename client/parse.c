/* parse: the syntax trees, as CoNLL-U, JSON or a drawing. */
#include <string.h>
#include <unistd.h>

#include "chancery/conllu.h"
#include "chancery/ingest.h"
#include "client.h"

struct parse {
	const char *language, *format;
	bool gold_tokens;
	struct chy_text_model *model;
};

static json_t *word_json(const struct chy_word *word, size_t number)
{
	return json_pack("{s:i, s:s%, s:s%, s:s, s:s%, s:i, s:s%}", "id", (int)number, "form",
		word->form.data, word->form.size, "lemma", word->lemma.data ? word->lemma.data : "",
		word->lemma.size, "upos", chy_upos_name(word->upos), "feats",
		word->feats.data ? word->feats.data : "", word->feats.size, "head", word->head + 1,
		"deprel", word->deprel.data ? word->deprel.data : "", word->deprel.size);
}

static void print_json(const struct chy_analysis *analysis)
{
	for (size_t i = 0; i < analysis->sentence_count; i++) {
		const struct chy_sentence *s = &analysis->sentences[i];
		json_t *words = json_array(), *sentence;

		for (size_t w = 0; w < s->word_count; w++)
			json_array_append_new(words, word_json(&s->words[w], w + 1));
		sentence = json_pack("{s:s%, s:I, s:I, s:o}", "text",
			analysis->text.data + s->start, (size_t)(s->end - s->start), "start",
			(json_int_t)s->start, "end", (json_int_t)s->end, "words", words);
		json_dumpf(sentence, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(sentence);
	}
}

static int print_analysis(const struct parse *parse, const struct chy_analysis *analysis)
{
	struct chy_buffer out;
	int result = CHY_OK;

	if (strcmp(parse->format, "json") == 0) {
		print_json(analysis);
		return 0;
	}
	chy_buffer_init(&out);
	if (strcmp(parse->format, "conllu") == 0)
		result = chy_conllu_write(analysis, &out);
	for (size_t i = 0;
		!result && strcmp(parse->format, "text") == 0 && i < analysis->sentence_count;
		i++) {
		result = chy_tree_draw(&analysis->sentences[i], &out);
		chy_buffer_add_char(&out, '\n');
	}
	if (!result && out.size)
		fwrite(out.data, 1, out.size, stdout);
	chy_buffer_fini(&out);
	return result ? EXIT_ARCHIVE : 0;
}

static int open_model(struct parse *parse, struct chy_str text)
{
	char guess[8] = "";
	const char *language = parse->language;
	struct chy_fault fault;

	if (parse->model)
		return 0;
	if (!language && chy_text_guess_language(text, guess) == CHY_OK)
		language = guess;
	if (!language)
		return usage_error("the language cannot be told from the text; say --language pt");
	return chy_text_open(language, &parse->model, &fault) ? tell(&fault) : 0;
}

static int analyse_gold(struct parse *parse, struct chy_str text, struct chy_arena *arena,
	struct chy_analysis *out, struct chy_fault *fault)
{
	int result = chy_conllu_read(text, arena, out, fault);

	for (size_t i = 0; i < out->sentence_count && !result; i++)
		result = chy_text_parse_words(parse->model, &out->sentences[i], arena);
	return result;
}

static int parse_text(struct parse *parse, struct chy_str text, const char *name)
{
	struct chy_analysis analysis = {0};
	struct chy_fault fault = {0};
	struct chy_arena arena;
	int status = open_model(parse, text), result;

	if (status)
		return status;
	chy_arena_init(&arena);
	result = parse->gold_tokens ? analyse_gold(parse, text, &arena, &analysis, &fault)
				    : chy_text_analyse(parse->model, text, &arena, &analysis);
	if (result) {
		if (!fault.code)
			chy_fault_set(&fault, result, name, 0,
				result == CHY_EINPUT ? "the text is not UTF-8" : NULL);
		status = tell_of_file(&fault);
	} else {
		status = print_analysis(parse, &analysis);
	}
	chy_arena_fini(&arena);
	return status;
}

static int parse_file(struct parse *parse, const char *path)
{
	struct chy_buffer bytes;
	struct chy_fault fault;
	int result, status;

	chy_buffer_init(&bytes);
	result = strcmp(path, "-") == 0
			 ? chy_buffer_read_fd(&bytes, STDIN_FILENO, (size_t)256 << 20, &fault)
			 : chy_buffer_read_file(&bytes, path, (size_t)256 << 20, &fault);
	status = result ? tell_of_file(&fault)
			: parse_text(parse,
				  (struct chy_str){bytes.data ? bytes.data : "", bytes.size}, path);
	chy_buffer_fini(&bytes);
	return status;
}

static bool is_read(const char *language)
{
	const char *const *languages = chy_text_languages();

	while (*languages && strcmp(*languages, language) != 0)
		languages++;
	return *languages;
}

int run_parse(struct client *client, int argc, char **argv)
{
	struct parse parse = {.format = "conllu"};
	const struct option_spec specs[] = {{"--language", &parse.language, NULL},
		{"--lang", &parse.language, NULL}, {"--format", &parse.format, NULL},
		{"--gold-tokens", NULL, &parse.gold_tokens}};
	static const char *const formats[] = {"conllu", "json", "text"};
	int rest,
		status = read_options(client, command_named("parse"), specs, 4, argc, argv, &rest);
	bool known = false;

	if (status)
		return status < 0 ? 0 : status;
	for (size_t i = 0; i < 3; i++)
		known |= strcmp(formats[i], parse.format) == 0;
	if (!known)
		return usage_error(
			"parse has no format '%s'; take conllu, json or text", parse.format);
	if (parse.language && !is_read(parse.language))
		return usage_error(
			"--language %s is not read here; take pt, en or es", parse.language);
	if (!rest)
		status = parse_file(&parse, "-");
	for (int i = 0; i < rest && !status; i++)
		status = parse_file(&parse, argv[i]);
	chy_text_close(parse.model);
	return status;
}
