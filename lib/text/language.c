/* Languages: which there are, and which one a text is in. */
#include "chancery/text.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <libexttextcat/textcat.h>

#include "chancery/data.h"

/* A few kilobytes tell; more only costs. */
enum { ENOUGH = 4096, LETTERS_NEEDED = 25 };

static const char *const languages[] = {"pt", "en", "es", NULL};

static struct {
	pthread_mutex_t lock; /* the library's handle is for one at a time */
	void *handle;
} guesser = {PTHREAD_MUTEX_INITIALIZER, NULL};

const char *const *chy_text_languages(void)
{
	return languages;
}

/* The library wants its list of fingerprints and a prefix for their paths;
 * ours names our languages and those that are easily taken for them. */
static int open_guesser(struct chy_fault *fault)
{
	char directory[4096], list[4200];

	if (chy_data_directory(directory, sizeof(directory), fault))
		return CHY_EABSENT;
	snprintf(list, sizeof(list), "%s/models/languages.conf", directory);
	guesser.handle = special_textcat_Init(list, CHY_TEXTCAT_DIRECTORY "/");
	if (!guesser.handle)
		return chy_fault_set(fault, CHY_EABSENT, list, 0,
			"or a fingerprint that it names in " CHY_TEXTCAT_DIRECTORY);
	return CHY_OK;
}

int chy_text_prepare(struct chy_fault *fault)
{
	int result = CHY_OK;

	pthread_mutex_lock(&guesser.lock);
	if (!guesser.handle)
		result = open_guesser(fault);
	pthread_mutex_unlock(&guesser.lock);
	return result;
}

static bool enough_letters(struct chy_str text)
{
	size_t letters = 0;

	for (size_t i = 0; i < text.size && letters < LETTERS_NEEDED; i++) {
		unsigned char c = (unsigned char)text.data[i];

		letters += c >= 0x80 || ((c | 32u) - 0x61u) < 26u;
	}
	return letters >= LETTERS_NEEDED;
}

/* The library answers "[pt--utf8][gl--utf8]", the likeliest first. */
static int first_language(const char *answer, char out[8])
{
	size_t size;

	if (!answer || answer[0] != '[')
		return CHY_NOT_FOUND;
	size = strcspn(answer + 1, "-]");
	if (!size || size >= 8)
		return CHY_NOT_FOUND;
	memcpy(out, answer + 1, size);
	out[size] = '\0';
	return CHY_OK;
}

int chy_text_guess_language(struct chy_str text, char out[8])
{
	struct chy_fault fault;
	int result;

	if (text.size > ENOUGH) {
		text.size = ENOUGH;
		while (text.size && ((unsigned char)text.data[text.size] & 0xc0) == 0x80)
			text.size--;
	}
	if (!enough_letters(text))
		return CHY_NOT_FOUND;
	result = chy_text_prepare(&fault);
	if (result)
		return result;
	pthread_mutex_lock(&guesser.lock);
	result = first_language(textcat_Classify(guesser.handle, text.data, text.size), out);
	pthread_mutex_unlock(&guesser.lock);
	return result;
}
