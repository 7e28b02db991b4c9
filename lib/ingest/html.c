/* A page to a draft. */
#include <string.h>

#include "page.h"
#include "scan.h"

/* The text that JSON-LD holds, for pages whose story is built by scripts. */
static int article_body(struct page *page, struct trace *out)
{
	struct scanner scanner;
	size_t from, to;
	struct trace text, body;
	const char *found;
	int result = CHY_OK;

	for (struct node *node = page->root; node && !result;
		node = chy_node_next(node, page->root, true)) {
		if (!chy_node_is(node, "script") ||
			!chy_str_starts(chy_node_attribute(node, "type"), "application/ld+json"))
			continue;
		trace_init(&text);
		trace_init(&body);
		chy_node_text(page, node, &text);
		scanner = (struct scanner){.text = trace_str(&text)};
		found = text.text.size ? memmem(scanner.text.data, scanner.text.size,
						 "\"articleBody\"", 13)
				       : NULL;
		scanner.at = found ? (size_t)(found - scanner.text.data) + 13 : scanner.text.size;
		if (chy_scan_peek(&scanner) == ':') {
			scanner.at++;
			chy_scan_space(&scanner);
			if (chy_scan_string(&scanner, &from, &to))
				chy_unescape(&text, from, to, &body);
		}
		trace_clear(&text);
		result = chy_normalise(&body, &text, true);
		if (!result && text.text.size > 2 * out->text.size) {
			trace_cut(out, 0);
			chy_add_paragraphs(out, &text, 0, text.text.size);
		}
		trace_fini(&text);
		trace_fini(&body);
	}
	return result;
}

static int read_page(struct chy_reading *reading, struct page *page, struct chy_draft *draft)
{
	struct titles titles = {.count = 0};
	const struct node *heading = NULL;
	int result = chy_page_metadata(reading, page, draft, &titles);

	if (!result && !draft->title.text.size)
		chy_choose_title(draft, &titles, &heading);
	for (size_t i = 0; i < titles.count; i++)
		trace_fini(&titles.list[i].text);
	if (!result)
		result = chy_page_story(reading, page, heading, &draft->text);
	if (!result)
		result = article_body(page, &draft->text);
	return result;
}

int chy_read_html(struct chy_reading *reading, const struct trace *source, struct chy_draft *draft)
{
	struct page page;
	int result = chy_page_parse(reading, source, &page);

	if (!result && page.root)
		result = read_page(reading, &page, draft);
	chy_page_fini(&page);
	if (!result && (trace_failed(&draft->text) || trace_failed(&draft->title)))
		result = CHY_EMEM;
	return result;
}

static bool has_blocks(struct page *page)
{
	for (struct node *node = page->root; node; node = chy_node_next(node, page->root, true))
		if (node->name && (chy_node_is(node, "br") || chy_node_is(node, "div") ||
					  chy_node_is(node, "li") ||
					  (chy_node_is(node, "p") && node->to > node->from &&
						  page->source->text.data[node->from] == '<')))
			return true;
	return false;
}

int chy_read_fragment(struct chy_reading *reading, const struct trace *piece, struct trace *out)
{
	struct trace raw, clean;
	struct page page;
	int result = chy_page_parse(reading, piece, &page);

	if (!result && page.root && has_blocks(&page)) {
		result = chy_page_paragraphs(&page, page.root, out);
	} else if (!result && page.root) {
		/* No element parts paragraphs, so line ends do. */
		trace_init(&raw);
		trace_init(&clean);
		chy_node_text(&page, page.root, &raw);
		result = chy_normalise(&raw, &clean, true);
		if (!result)
			chy_add_paragraphs(out, &clean, 0, clean.text.size);
		trace_fini(&raw);
		trace_fini(&clean);
	}
	chy_page_fini(&page);
	return result ? result : trace_failed(out) ? CHY_EMEM : CHY_OK;
}
