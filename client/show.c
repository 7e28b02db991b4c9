/* show, source: one event or document. */
#include <stdlib.h>
#include <string.h>

#include "client.h"

static bool is_event_id(const char *typed)
{
	return (typed[0] | 32) == 'e' && typed[1] >= '0' && typed[1] <= '9' && strchr(typed, '.');
}

int begin_one(struct client *client, const char *name, const struct option_spec *specs, size_t n,
	int argc, char **argv)
{
	int rest, status = read_options(client, command_named(name), specs, n, argc, argv, &rest);

	if (status)
		return status;
	if (rest != 1)
		return usage_error("%s takes one id (E12.3, or a document's)", name);
	status = refuse_rows(client, name);
	return status ? status : open_archive(client);
}

int find_event(struct client *client, const char *typed, json_t **out)
{
	struct chy_fault fault;
	int result =
		chy_view_event_at(client->view, chy_str_from(typed), client->as_of, out, &fault);
	json_int_t superseded;

	if (result == CHY_EINPUT)
		return usage_error("'%s' is no event's id; they look like E12.3", typed);
	if (result < 0)
		return tell(&fault);
	if (result || (client->as_of && strtoull(typed + 1, NULL, 10) > client->as_of)) {
		if (!result)
			json_decref(*out);
		fprintf(stderr, "chancery: the archive has no event %s\n", typed);
		return EXIT_NOTHING;
	}
	superseded = json_integer_value(json_object_get(*out, "superseded"));
	if (client->as_of && (uint64_t)superseded > client->as_of)
		json_object_set_new(*out, "superseded", json_null());
	else if (superseded)
		fprintf(stderr,
			"chancery: record %lld took %s back; what was known before is told by "
			"--as-of %lld\n",
			superseded, typed, superseded - 1);
	return 0;
}

/* A body of the archive by its hexadecimal hash. */
static int fetch(struct client *client, struct chy_str hex, struct chy_buffer *out)
{
	struct chy_snapshot *snapshot;
	struct chy_fault fault;
	struct chy_hash hash;
	int result;

	if (!hex.data || chy_hash_from_hex(hex.data, &hash)) {
		chy_fault_set(&fault, CHY_EDAMAGED, "views.mdb", 0, "a row names no body");
		return tell(&fault);
	}
	if (chy_snapshot_open(client->archive, &snapshot, &fault))
		return tell(&fault);
	result = chy_snapshot_blob(snapshot, &hash, out, &fault);
	chy_snapshot_close(snapshot);
	if (result == CHY_NOT_FOUND)
		chy_fault_set(&fault, CHY_EDAMAGED, hex.data, 0, "the body is missing");
	return result ? tell(&fault) : 0;
}

static int show_original(struct client *client, const json_t *document)
{
	const json_t *range = json_object_get(document, "original_range");
	size_t first = (size_t)json_integer_value(json_array_get(range, 0));
	size_t last = (size_t)json_integer_value(json_array_get(range, 1));
	struct chy_buffer bytes;
	int status;

	chy_buffer_init(&bytes);
	status = fetch(client, chy_json_str(document, "original"), &bytes);
	if (!status && last >= first && last <= bytes.size)
		fwrite(bytes.data + first, 1, last - first, stdout);
	else if (!status)
		fwrite(bytes.data, 1, bytes.size, stdout);
	chy_buffer_fini(&bytes);
	return status;
}

void print_member(struct client *client, const json_t *object, const char *key)
{
	struct chy_buffer cell;

	chy_buffer_init(&cell);
	cell_text(client, object, key, true, &cell);
	if (cell.size)
		printf("  %-12s %s\n", key, cell.data);
	chy_buffer_fini(&cell);
}

void print_members(struct client *client, const json_t *object, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		print_member(client, object, keys[i]);
}

int article_of(struct client *client, struct chy_str document, json_t **out)
{
	struct chy_buffer content;
	struct chy_fault fault;
	int status;

	chy_buffer_init(&content);
	status = fetch(client, document, &content);
	if (!status && chy_json_parse(content.data, content.size, out, &fault))
		status = tell(&fault);
	chy_buffer_fini(&content);
	return status;
}

static int show_document(struct client *client, const json_t *document)
{
	static const char *const keys[] = {"document", "title", "date", "date_from", "source",
		"url", "language", "path", "media", "charset", "recorded", "events"};
	struct chy_str text;
	json_t *article;
	int status = article_of(client, chy_json_str(document, "document"), &article);

	if (status)
		return status;
	print_members(client, document, keys, sizeof(keys) / sizeof(keys[0]));
	printf("  %-12s %zu\n\n", "sightings",
		json_array_size(json_object_get(document, "sightings")));
	text = chy_json_str(article, "text");
	while (text.size) {
		struct chy_str line;

		chy_str_split(&text, '\n', &line);
		if (line.size)
			print_wrapped(client, line, 0);
		else
			putchar('\n');
	}
	json_decref(article);
	return 0;
}

static const char *const event_keys[] = {"id", "event", "mode", "cameo", "score", "actor",
	"recipient", "date", "date_text", "due", "aux", "context", "place", "dispute", "speaker",
	"medium", "sentence", "trigger", "rule", "confidence", "document", "title", "source",
	"reported", "recorded", "superseded"};

/* What may begin a document's id, or a sentence on all ids that can be shown. */
static int check_document_id(const char *typed)
{
	size_t n = strlen(typed);

	if (n >= 4 && strspn(typed, "0123456789abcdefABCDEF") == n)
		return 0;
	return usage_error("'%s' is no id: an event's is E12.3, a happening's H and sixteen digits "
			   "(0 to 9, a to f), a document's four or more of its 64 hexadecimal "
			   "digits",
		typed);
}

int run_show(struct client *client, int argc, char **argv)
{
	bool original = false;
	const struct option_spec specs[] = {{"--original", NULL, &original}};
	struct chy_fault fault;
	struct chy_hash id;
	json_t *found;
	int result, status = begin_one(client, "show", specs, 1, argc, argv);

	if (status)
		return status < 0 ? 0 : status;
	if (original && (is_happening_id(argv[0]) || is_event_id(argv[0])))
		return usage_error(
			"--original shows the bytes of a document: name one, not %s", argv[0]);
	if (is_happening_id(argv[0]))
		return show_happening(client, argv[0]);
	if (is_event_id(argv[0])) {
		status = find_event(client, argv[0], &found);
		if (status)
			return status;
		if (!print_as_json(client, found))
			print_members(client, found, event_keys,
				sizeof(event_keys) / sizeof(event_keys[0]));
		json_decref(found);
		return 0;
	}
	status = check_document_id(argv[0]);
	if (!status)
		status = find_document(client, argv[0], &id);
	if (status)
		return status;
	result = chy_view_document(client->view, &id, &found, &fault);
	if (result < 0)
		return tell(&fault);
	if (result || (client->as_of && (uint64_t)json_integer_value(
						json_object_get(found, "seq")) > client->as_of)) {
		fprintf(stderr, "chancery: the archive had no document %s\n", argv[0]);
		if (!result)
			json_decref(found);
		return EXIT_NOTHING;
	}
	status = recall_document(client, found);
	if (!status && original)
		status = show_original(client, found);
	else if (!status && !print_as_json(client, found))
		status = show_document(client, found);
	json_decref(found);
	return status;
}

/* The paragraph that holds the sentence, and where in it that stands. */
static bool find_paragraph(
	struct chy_str text, struct chy_str sentence, struct chy_str *out, size_t *out_at)
{
	const char *at =
		sentence.size ? memmem(text.data, text.size, sentence.data, sentence.size) : NULL;
	const char *start = at, *end = at;

	if (!at)
		return false;
	while (start > text.data && start[-1] != '\n')
		start--;
	end += sentence.size;
	while (end < text.data + text.size && *end != '\n')
		end++;
	*out = (struct chy_str){start, (size_t)(end - start)};
	*out_at = (size_t)(at - start);
	return true;
}

static void print_source(struct client *client, const json_t *event, struct chy_str text)
{
	struct chy_str sentence = chy_json_str(event, "sentence"), paragraph;
	const json_t *bytes = json_object_get(event, "bytes");
	struct chy_buffer marked;
	size_t at;

	print_member(client, event, "title");
	print_member(client, event, "source");
	print_member(client, event, "reported");
	print_member(client, event, "url");
	print_member(client, event, "document");
	printf("  %-12s %lld to %lld\n\n", "bytes", json_integer_value(json_array_get(bytes, 0)),
		json_integer_value(json_array_get(bytes, 1)));
	if (!find_paragraph(text, sentence, &paragraph, &at)) {
		print_wrapped(client, sentence, 0);
		return;
	}
	chy_buffer_init(&marked);
	chy_buffer_add(&marked, paragraph.data, at);
	chy_buffer_add_str(&marked, CHY_STR("[["));
	chy_buffer_add_str(&marked, sentence);
	chy_buffer_add_str(&marked, CHY_STR("]]"));
	chy_buffer_add(
		&marked, paragraph.data + at + sentence.size, paragraph.size - at - sentence.size);
	print_wrapped(client, (struct chy_str){marked.data, marked.size}, 0);
	chy_buffer_fini(&marked);
}

int run_source(struct client *client, int argc, char **argv)
{
	json_t *event, *article;
	struct chy_str paragraph = {"", 0};
	size_t at;
	int status = begin_one(client, "source", NULL, 0, argc, argv);

	if (!status)
		status = find_event(client, argv[0], &event);
	if (status)
		return status < 0 ? 0 : status;
	status = article_of(client, chy_json_str(event, "document"), &article);
	if (status) {
		json_decref(event);
		return status;
	}
	if (client->format == FORMAT_JSON || client->format == FORMAT_JSONL) {
		find_paragraph(chy_json_str(article, "text"), chy_json_str(event, "sentence"),
			&paragraph, &at);
		json_object_set_new(
			event, "paragraph", json_stringn(paragraph.data, paragraph.size));
		print_as_json(client, event);
	} else {
		print_source(client, event, chy_json_str(article, "text"));
	}
	json_decref(article);
	json_decref(event);
	return 0;
}
