/* A page as a tree whose text knows its place in the source. libxml2's HTML
 * parser gives the events; the tree is ours, in the arena. */
#pragma once

#include "internal.h"

enum chy_layout {
	CHY_INLINE,
	CHY_BLOCK,
	CHY_OUT, /* no part of an article by its element */
	CHY_OUT_BY_CLASS
};

struct node {
	struct node *parent, *first, *last, *next;
	const char *name; /* of the element, lower case; NULL for text */
	const char **attributes; /* name, value, …, NULL; NULL where there are none */
	size_t from, to; /* a text's part of page->text; an element's tag in the source */
	enum chy_layout layout;
	bool body; /* its class says that it holds the article */
	size_t text_size, link_size; /* of all that is inside and not left out */
	int score;
};

struct page {
	const struct trace *source;
	struct trace text; /* all text of the page, in order */
	struct node *root; /* NULL where there is nothing */
};

/* Everything but page->text is in the arena. CHY_ELIMIT, CHY_EMEM. */
int chy_page_parse(struct chy_reading *reading, const struct trace *source, struct page *out);
void chy_page_fini(struct page *page);

bool chy_node_is(const struct node *node, const char *name);
struct chy_str chy_node_attribute(const struct node *node, const char *name);
/* The next node in document order, below root; NULL past it. */
struct node *chy_node_next(struct node *node, const struct node *root, bool into);
/* All text below a node, as it stands. */
void chy_node_text(const struct page *page, struct node *node, struct trace *out);

/* Appends one paragraph from traced text: normalised, white space collapsed. */
int chy_add_clean(struct trace *out, const struct trace *raw);

/* What the page says about itself; titles are added to the list. */
struct title {
	struct trace text;
	int rank; /* the lower, the better */
	struct node *heading; /* the h1 that it is of, or NULL */
};
struct titles {
	struct title list[24];
	size_t count;
};
int chy_page_metadata(struct chy_reading *reading, struct page *page, struct chy_draft *draft,
	struct titles *titles);
void chy_choose_title(
	struct chy_draft *draft, const struct titles *titles, const struct node **out_heading);
/* The paragraphs of the page's story, without the heading. */
int chy_page_story(struct chy_reading *reading, struct page *page, const struct node *heading,
	struct trace *out);
/* The paragraphs of all that is below a node. */
int chy_page_paragraphs(struct page *page, struct node *root, struct trace *out);
