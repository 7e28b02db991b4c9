#include "page.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>

#include "names.h"

/* A page has some thousand elements, and a tag a dozen attributes; more is
 * made to exhaust the reader (libxml2 compares each attribute with all before). */
enum { MOST_NODES = 400000, MOST_ATTRIBUTES = 300, LONGEST_ENTITY = 64 };

struct builder {
	struct chy_reading *reading;
	struct page *page;
	htmlParserCtxtPtr context;
	struct node *current;
	size_t depth, nodes;
	size_t done; /* of the source: the end of what gave the last event */
	int result;
};

bool chy_node_is(const struct node *node, const char *name)
{
	return node && node->name && strcmp(node->name, name) == 0;
}

struct chy_str chy_node_attribute(const struct node *node, const char *name)
{
	for (const char **at = node->attributes; at && at[0]; at += 2)
		if (strcmp(at[0], name) == 0)
			return chy_str_from(at[1]);
	return (struct chy_str){NULL, 0};
}

struct node *chy_node_next(struct node *node, const struct node *root, bool into)
{
	if (into && node->first)
		return node->first;
	while (node && node != root && !node->next)
		node = node->parent;
	return node && node != root ? node->next : NULL;
}

/* -- what an element is for ------------------------------------------------ */

/* The words of one class: the last that means something decides. */
static const struct name *class_meaning(struct chy_str class)
{
	const struct name *meaning = NULL;
	size_t start = 0;

	for (size_t at = 0; at <= class.size; at++) {
		bool inside = at < class.size && (isalpha((unsigned char)class.data[at]) ||
							 (unsigned char)class.data[at] >= 0x80);
		bool hump = inside && at > start && isupper((unsigned char)class.data[at]) &&
			    islower((unsigned char)class.data[at - 1]);

		if (inside && !hump)
			continue;
		if (at > start) {
			const struct name *word = chy_name_find(
				&names_layout, (struct chy_str){class.data + start, at - start});

			if (chy_name_means(word, "about"))
				return NULL;
			meaning = word ? word : meaning;
		}
		start = hump ? at : at + 1;
	}
	return meaning;
}

static void read_classes(struct node *node, struct chy_str classes)
{
	struct chy_str rest = classes, class;

	while (chy_str_split(&rest, ' ', &class)) {
		const struct name *meaning = class_meaning(class);

		if (chy_name_means(meaning, "out") && node->layout <= CHY_BLOCK)
			node->layout = CHY_OUT_BY_CLASS;
		node->body = node->body || chy_name_means(meaning, "body");
	}
}

static bool hidden(const struct node *node)
{
	struct chy_str style = chy_node_attribute(node, "style");

	if (chy_node_attribute(node, "hidden").data ||
		chy_str_is(chy_node_attribute(node, "aria-hidden"), "true"))
		return true;
	return style.size && (memmem(style.data, style.size, "display:none", 12) ||
				     memmem(style.data, style.size, "display: none", 13));
}

static void judge(struct node *node)
{
	char element[24] = "<";
	const struct name *meaning = NULL;

	if (strlen(node->name) < sizeof(element) - 3) {
		strcat(strcat(element, node->name), ">");
		meaning = chy_name_find(&names_layout, chy_str_from(element));
	}
	if (chy_name_means(meaning, "block"))
		node->layout = CHY_BLOCK;
	if (chy_name_means(meaning, "out") || hidden(node))
		node->layout = CHY_OUT;
	if (node->layout == CHY_OUT || chy_node_is(node, "html") || chy_node_is(node, "body"))
		return;
	read_classes(node, chy_node_attribute(node, "class"));
	read_classes(node, chy_node_attribute(node, "id"));
	read_classes(node, chy_node_attribute(node, "role"));
	if (chy_str_is(chy_node_attribute(node, "itemprop"), "articleBody")) {
		node->body = true;
		node->layout = CHY_BLOCK;
	}
	if (chy_node_is(node, "article") || chy_node_is(node, "main") || chy_node_is(node, "h1"))
		node->layout = CHY_BLOCK;
}

/* -- building -------------------------------------------------------------- */

static size_t place(const struct builder *builder)
{
	const xmlParserInput *input = builder->context->input;
	size_t at = input ? (size_t)input->consumed + (size_t)(input->cur - input->base) : 0;
	size_t size = builder->page->source->text.size;

	return at < size ? at : size;
}

static void fail(struct builder *builder, int result)
{
	if (!builder->result)
		builder->result = result;
	xmlStopParser(builder->context);
}

static struct node *add_node(struct builder *builder)
{
	struct node *parent = builder->current;
	struct node *node = chy_arena_alloc(builder->reading->arena, sizeof(*node));

	if (!node) {
		fail(builder, CHY_EMEM);
		return NULL;
	}
	if (++builder->nodes > MOST_NODES) {
		fail(builder, chy_fault_set(builder->reading->fault, CHY_ELIMIT, "elements", 0,
				      "the page has more than %d elements", MOST_NODES));
		return NULL;
	}
	node->parent = parent;
	if (parent && parent->last)
		parent->last->next = node;
	else if (parent)
		parent->first = node;
	if (parent)
		parent->last = node;
	return node;
}

static const char **keep_attributes(struct builder *builder, const xmlChar **attributes)
{
	struct chy_arena *arena = builder->reading->arena;
	const char **kept;
	size_t count = 0;

	while (attributes && attributes[count])
		count += 2;
	if (!count)
		return NULL;
	kept = (const char **)chy_arena_array(arena, char *, count + 1);
	for (size_t i = 0; kept && i < count; i++) {
		const char *text = attributes[i] ? (const char *)attributes[i] : "";

		kept[i] = chy_arena_copy(arena, text, strlen(text));
		if (!kept[i])
			kept = NULL;
	}
	if (!kept)
		fail(builder, CHY_EMEM);
	return kept;
}

static void start_element(void *data, const xmlChar *name, const xmlChar **attributes)
{
	struct builder *builder = data;
	struct node *node = builder->result ? NULL : add_node(builder);

	if (!node)
		return;
	node->name = chy_arena_copy(builder->reading->arena, name, strlen((const char *)name));
	node->attributes = keep_attributes(builder, attributes);
	node->from = builder->done;
	node->to = builder->done = place(builder);
	if (!node->name || builder->result) {
		node->name = "";
		fail(builder, CHY_EMEM);
		return;
	}
	judge(node);
	if (!builder->page->root)
		builder->page->root = node;
	builder->current = node;
	if (++builder->depth > builder->reading->limits->depth)
		fail(builder, chy_fault_set(builder->reading->fault, CHY_ELIMIT, "depth", 0,
				      "its elements nest deeper than the %zu allowed",
				      builder->reading->limits->depth));
}

static void end_element(void *data, const xmlChar *name)
{
	struct builder *builder = data;

	(void)name;
	builder->done = place(builder);
	/* The root stays open, so that what follows it has a parent. */
	if (builder->result || !builder->current || !builder->current->parent)
		return;
	builder->current = builder->current->parent;
	builder->depth--;
}

/* `&#150;` is a dash to every browser: what numbers from 128 to 159 mean is
 * Windows-1252 (the HTML standard, 13.2.5.80). */
static size_t as_windows(const char *bytes, size_t size, char out[4])
{
	static const uint16_t points[32] = {0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020,
		0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0, 0x17d, 0, 0, 0x2018, 0x2019, 0x201c,
		0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0, 0x17e,
		0x178};
	unsigned char last = size == 2 ? (unsigned char)bytes[1] : 0;

	if (size != 2 || (unsigned char)bytes[0] != 0xc2 || last >= 0xa0 || !points[last & 31])
		return 0;
	return chy_utf8_put(points[last & 31], out);
}

/* Where the characters that the parser gives stand: just before its place as
 * they are, or else as an entity that ends there. */
static void add_characters(struct builder *builder, const char *bytes, size_t size)
{
	const struct trace *source = builder->page->source;
	struct trace *text = &builder->page->text;
	const char *data = source->text.data;
	size_t end = place(builder), start = end, windows;
	char other[4];

	if (size <= end && memcmp(data + end - size, bytes, size) == 0) {
		trace_add_slice(text, source, end - size, end);
	} else if (size == 1 && end < source->text.size && data[end] == bytes[0]) {
		trace_add_slice(text, source, end, end + 1);
	} else {
		while (start > builder->done && end - start < LONGEST_ENTITY && start > 0)
			if (data[--start] == '&')
				break;
		windows = as_windows(bytes, size, other);
		trace_add_instead(text, windows ? other : bytes, windows ? windows : size, source,
			start, end);
	}
	builder->done = end;
}

static void characters(void *data, const xmlChar *bytes, int size)
{
	struct builder *builder = data;
	struct node *node;
	size_t from = builder->page->text.text.size;

	if (builder->result || !builder->current || size <= 0)
		return;
	add_characters(builder, (const char *)bytes, (size_t)size);
	if (trace_failed(&builder->page->text)) {
		fail(builder, CHY_EMEM);
		return;
	}
	node = builder->current->last;
	if (!node || node->name)
		node = add_node(builder);
	if (!node)
		return;
	if (!node->to)
		node->from = from;
	node->to = builder->page->text.text.size;
}

static void unheard(void *data, const char *message, ...)
{
	(void)data;
	(void)message;
}

/* Past a tag that begins at `at`; counts its attributes. */
static size_t past_tag(struct chy_str text, size_t at, size_t *attributes)
{
	char quote = 0;
	bool inside = true;

	for (*attributes = 0; at < text.size; at++) {
		char c = text.data[at];

		if (quote) {
			quote = c == quote ? 0 : quote;
			continue;
		}
		if (c == '>')
			return at;
		if ((c == '"' || c == '\'') && text.data[at - 1] != ' ')
			quote = c;
		if (isspace((unsigned char)c) || c == '/' || c == '"' || c == '\'') {
			inside = false;
		} else if (!inside) {
			inside = true;
			++*attributes;
		}
	}
	return at;
}

static size_t past(struct chy_str text, size_t at, const char *what)
{
	size_t size = strlen(what);

	for (; at + size <= text.size; at++)
		if (strncasecmp(text.data + at, what, size) == 0)
			return at + size;
	return text.size;
}

static bool too_many_attributes(struct chy_str text)
{
	size_t at = 0, count;

	while (at < text.size) {
		const char *open = memchr(text.data + at, '<', text.size - at);
		struct chy_str rest;

		if (!open)
			return false;
		at = (size_t)(open - text.data);
		rest = (struct chy_str){open, text.size - at};
		if (chy_str_starts(rest, "<!--")) {
			at = past(text, at + 4, "-->");
			continue;
		}
		if (rest.size < 2 || !isalpha((unsigned char)rest.data[1])) {
			at++;
			continue;
		}
		at = past_tag(text, at + 1, &count);
		if (count > MOST_ATTRIBUTES)
			return true;
		if (rest.size > 7 && strncasecmp(rest.data, "<script", 7) == 0)
			at = past(text, at, "</script");
		else if (rest.size > 6 && strncasecmp(rest.data, "<style", 6) == 0)
			at = past(text, at, "</style");
	}
	return false;
}

static int run(struct builder *builder, struct chy_str text)
{
	htmlParserCtxtPtr context = htmlCreateMemoryParserCtxt(text.data, (int)text.size);

	if (!context)
		return CHY_EMEM;
	builder->context = context;
	htmlCtxtUseOptions(context, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
					    HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
	*context->sax = (htmlSAXHandler){.startElement = start_element,
		.endElement = end_element,
		.characters = characters,
		.ignorableWhitespace = characters,
		.cdataBlock = characters,
		.warning = unheard,
		.error = unheard,
		.fatalError = unheard};
	context->userData = builder;
	/* The bytes are UTF-8 already, whatever the page declares. */
	context->charset = XML_CHAR_ENCODING_UTF8;
	htmlParseDocument(context);
	if (context->myDoc)
		xmlFreeDoc(context->myDoc);
	htmlFreeParserCtxt(context);
	return builder->result;
}

/* Sizes of what is inside, from the leaves up; as deep as the page's limit. */
static void add_sizes(struct node *node, bool link)
{
	link = link || chy_node_is(node, "a");
	for (struct node *child = node->first; child; child = child->next) {
		if (!child->name) {
			node->text_size += child->to - child->from;
			node->link_size += link ? child->to - child->from : 0;
			continue;
		}
		add_sizes(child, link);
		if (child->layout >= CHY_OUT)
			continue;
		node->text_size += child->text_size;
		node->link_size += child->link_size;
	}
}

int chy_page_parse(struct chy_reading *reading, const struct trace *source, struct page *out)
{
	struct builder builder = {.reading = reading, .page = out};
	struct chy_str text = trace_str(source);
	int result;

	*out = (struct page){.source = source};
	trace_init(&out->text);
	if (text.size > INT32_MAX / 2)
		return chy_fault_set(
			reading->fault, CHY_ELIMIT, "file_bytes", 0, "the page is too large");
	if (too_many_attributes(text))
		return chy_fault_set(reading->fault, CHY_ELIMIT, "attributes", 0,
			"a tag has more than %d attributes", MOST_ATTRIBUTES);
	if (!text.size)
		return CHY_OK;
	result = run(&builder, text);
	if (!result && out->root)
		add_sizes(out->root, false);
	return result;
}

void chy_page_fini(struct page *page)
{
	trace_fini(&page->text);
}

void chy_node_text(const struct page *page, struct node *node, struct trace *out)
{
	for (struct node *at = node; at; at = chy_node_next(at, node, true))
		if (!at->name)
			trace_add_slice(out, &page->text, at->from, at->to);
}

int chy_add_clean(struct trace *out, const struct trace *raw)
{
	struct trace clean;
	int result;

	trace_init(&clean);
	result = chy_normalise(raw, &clean, true);
	if (!result)
		chy_add_words(out, &clean, 0, clean.text.size);
	trace_fini(&clean);
	return result ? result : trace_failed(out) ? CHY_EMEM : CHY_OK;
}

int chy_html_prepare(void)
{
	static const char sample[] = "<p title='&amp;'>&eacute; &#233; <b>x</b>";
	struct chy_arena arena;
	struct chy_fault fault;
	struct chy_reading reading = {.limits = &chy_ingest_default_limits, .fault = &fault};
	struct trace source;
	struct page page;
	int result;

	xmlInitParser();
	chy_arena_init(&arena);
	reading.arena = &arena;
	trace_init(&source);
	trace_add_same(&source, sample, sizeof(sample) - 1, 0);
	result = chy_page_parse(&reading, &source, &page);
	chy_page_fini(&page);
	trace_fini(&source);
	chy_arena_fini(&arena);
	return result;
}
