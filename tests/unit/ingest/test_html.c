#include "fixture.h"

#define P1 "O ministro dos Negócios Estrangeiros da Rússia chegou ontem a Tóquio para dois dias."
#define P2 "Os dois governos concordaram em voltar a reunir-se no princípio do próximo ano."
#define P3                                                                                         \
	"O Japão reivindica quatro ilhas que a União Soviética ocupou em mil novecentos e "     \
	"quarenta."
#define STORY "<p>" P1 "</p><p>" P2 "</p><p>" P3 "</p>"
#define TEXT P1 "\n\n" P2 "\n\n" P3

static void the_story_is_read_and_the_rest_left_behind(void **state)
{
	static const char *const pages[] = {
		/* an article element among menus, scripts, related links, comments */
		"<html><head><style>p{a:b}</style><script>var a = '<p>não</p>';"
		"</script></head><body><nav><ul><li><a "
		"href=/>Início</a></li></ul></nav><article>" STORY
		"<aside class=related><p>Leia também isto, que é uma frase longa que não "
		"interessa.</p></aside></article><div id=comments><p>Um leitor diz aqui que não "
		"concorda com nada disto, e di-lo longamente, com muitas palavras.</p></div>"
		"<footer><p>Todos os direitos reservados a esta casa editora desde sempre.</p>"
		"</footer></body></html>",
		/* div soup, with the classes of many systems */
		"<body><div class='site-header'><div class='main-menu'>Um menu que parece uma "
		"frase longa, com ponto no fim e tudo.</div></div><div class='wrap has-sidebar'>"
		"<div class='post-content'>" STORY "<div class='share-buttons'><p>Partilhe este "
		"artigo com os seus amigos nas redes sociais todas.</p></div></div><div "
		"class='sidebar-right'><p>Uma coluna ao lado com uma frase longa que não é do "
		"artigo.</p></div></div><div class='cookie-notice'><p>Usamos cookies para "
		"melhorar a sua experiência nesta página, como todos.</p></div></body>",
		/* paragraphs by line breaks, in a table */
		"<table><tr><td><a href=a>Mundo</a><br><a href=b>Desporto</a></td><td>" P1
		"<br><br>" P2 "<br>" P3 "</td></tr></table>",
		/* figures, captions, hidden parts, a dateline's label before, tags after */
		"<article><p class=byline>Por Ana Silva</p><span>29 Abril 2013</span><figure><img "
		"src=a><figcaption>O ministro à chegada, ontem à noite, ao aeroporto de Tóquio."
		"</figcaption></figure>" STORY "<p style='display:none'>Um texto escondido que "
		"ninguém deve ler, nem o programa.</p><p>Rússia</p></article>",
		/* links inside of text stay, paragraphs that are links go */
		"<article><p>O ministro dos <a href=a>Negócios Estrangeiros</a> da Rússia chegou "
		"<b>ontem</b> a <a href=b>Tóquio</a> para dois dias.</p><p><a href=c>Leia também: "
		"as ilhas Curilas explicadas em dez perguntas e respostas.</a></p><p>" P2
		"</p><p>" P3 "</p></article>",
		/* sections inside one article */
		"<article itemscope><div itemprop=articleBody><section><p>" P1 "</p></section>"
		"<section><p>" P2 "</p></section><section><p>" P3 "</p></section></div></article>",
		/* comments and conditional comments, unclosed elements */
		"<body><!-- <p>não > não</p> --><div><p>" P1 "<p>" P2 "<!--[if IE]><p>x</p>"
		"<![endif]--><p>" P3 "</div>",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pages); i++)
		assert_str(only(pages[i], "a.html")->text, TEXT);
}

static void a_page_says_title_date_source_url_and_language(void **state)
{
	static const char *const pages[] = {
		"<html lang=pt-PT><head><title>Abe em Moscovo | Gazeta</title><meta "
		"property='og:title' content='Abe em Moscovo | Gazeta'><meta "
		"property='og:site_name' content=Gazeta><meta property='article:published_time' "
		"content='2013-04-29T23:05:00+01:00'><meta property='article:modified_time' "
		"content='2013-05-01'><link rel=canonical href='https://g.example/1'></head><body>"
		"<article><h1>Abe em Moscovo</h1>" STORY "</article></body>",
		"<html><head><title>Gazeta - Abe em Moscovo</title><script "
		"type='application/ld+json'>{\"@context\":\"https://schema.org\",\"@graph\":["
		"{\"@type\":\"WebSite\",\"@id\":\"#s\",\"name\":\"Gazeta\",\"url\":"
		"\"https://g.example/\"},{\"@type\":[\"NewsArticle\"],\"headline\":"
		"\"Abe em Moscovo\",\"datePublished\":\"2013-04-29\",\"inLanguage\":\"pt-BR\","
		"\"publisher\":{\"@id\":\"#s\"},\"mainEntityOfPage\":{\"@id\":"
		"\"https://g.example/1\"}}]}</script></head><body><article>" STORY
		"</article></body>",
		"<html><head><meta name=DC.date.issued content=29/04/2013><meta name=DC.publisher "
		"content=Gazeta><meta http-equiv=content-language content=pt><meta property=og:url "
		"content='https://g.example/1'><title>Abe em Moscovo - Gazeta</title></head>"
		"<body><div class=story>" STORY "</div></body>",
		"<html lang=pt><head><title>Abe em Moscovo :: Gazeta</title><meta name=publisher "
		"content=Gazeta><meta property=og:url content='https://g.example/1'></head><body>"
		"<h1 class=logo>Gazeta</h1><article><time datetime='2013-04-29T10:00'>ontem"
		"</time>" STORY "</article></body>",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		const struct chy_article *article = only(pages[i], "");

		assert_str(article->title, "Abe em Moscovo");
		assert_str(article->date, "2013-04-29");
		assert_int_equal(article->date_from, CHY_DATE_METADATA);
		assert_str(article->source, "Gazeta");
		assert_str(article->url, "https://g.example/1");
		assert_str(article->language, "pt");
		assert_str(article->text, "Abe em Moscovo\n\n" TEXT);
		assert_int_equal(article->media, CHY_MEDIA_HTML);
	}
}

static void an_unreadable_date_gives_way_to_the_next(void **state)
{
	const struct chy_article *article =
		only("<html><head><meta property='article:published_time' content='ontem'><meta "
		     "name=date content='2013-04-29'></head><body><article>" STORY "</article>",
			"");

	(void)state;
	assert_str(article->date, "2013-04-29");
	assert_str(chy_json_str(article->fields, "article:published_time"), "ontem");
}

static void entities_are_read_and_keep_their_place(void **state)
{
	static const char page[] =
		"<article><p>Os l&iacute;deres reuniram-se &mdash; disse a R&#250;ssia &#x2014; em "
		"T&oacute;quio &amp; voltam &agrave; mesa em breve, &lt;se "
		"puderem&gt;.</p></article>";
	const struct chy_article *article = only(page, "");
	const char *word = memmem(article->text.data, article->text.size, "R\xc3\xbassia", 7);
	uint32_t at = (uint32_t)(word - article->text.data);
	uint64_t first, last;

	(void)state;
	assert_str(article->text,
		"Os líderes reuniram-se — disse a Rússia — em Tóquio & voltam à mesa em breve, <se "
		"puderem>.");
	chy_map_span(&article->map, at, at + 7, &first, &last);
	assert_int_equal(last - first, strlen("R&#250;ssia"));
	assert_memory_equal(page + first, "R&#250;ssia", last - first);
	chy_map_span(&article->map, at + 1, at + 3, &first, &last);
	assert_memory_equal(page + first, "&#250;", 6);
	assert_int_equal(last - first, 6);
}

static void text_built_by_scripts_is_taken_from_json_ld(void **state)
{
	const struct chy_article *article =
		only("<html><head><script type='application/ld+json'>{\"@type\":\"NewsArticle\","
		     "\"headline\":\"Abe em Moscovo\",\"articleBody\":\"" P1 "\\n\\n" P2
		     "\"}</script></head><body><div id=root></div></body></html>",
			"");

	(void)state;
	assert_str(article->text, "Abe em Moscovo\n\n" P1 "\n\n" P2);
}

static void a_page_without_text_is_refused(void **state)
{
	(void)state;
	assert_int_equal(
		take("<html><head></head><body><script>x</script></body></html>", ""), CHY_EINPUT);
	assert_true(fixture.fault.detail[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_story_is_read_and_the_rest_left_behind, forget_after),
		cmocka_unit_test_teardown(
			a_page_says_title_date_source_url_and_language, forget_after),
		cmocka_unit_test_teardown(an_unreadable_date_gives_way_to_the_next, forget_after),
		cmocka_unit_test_teardown(entities_are_read_and_keep_their_place, forget_after),
		cmocka_unit_test_teardown(
			text_built_by_scripts_is_taken_from_json_ld, forget_after),
		cmocka_unit_test_teardown(a_page_without_text_is_refused, forget_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
