/* Archives for tests, made from lines that a reviewer can read. One JSON
 * object a line; `#` begins a comment line:
 *
 *   {"add":"tokyo", "title":…, "date":…, "source":…, "text":…, "events":[…]}
 *       a document, which later lines call by this name, and its first coding
 *   {"sight":"tokyo", "path":"copy.txt"}   the same document once more
 *   {"code":"tokyo", "events":[…]}         a later coding
 *   {"withdraw":"tokyo", "author":…, "reason":…}
 *   {"correct":"tokyo", "event":"E3.1", "change":{…}, "author":…, "reason":…}
 *   {"reject":"broken.pdf", "reason":…, "code":"unsupported"}
 *
 * Events say what differs from an empty one; sides may be codes ("RUS"); the
 * bytes of a sentence are found in the document's text, which is also its
 * original. */
#pragma once

#include "chancery/archive.h"

struct script;

/* Names of documents are kept between calls. */
struct script *script_new(struct chy_archive *archive);
void script_free(struct script *script);

/* Appends what the lines say, each line in a transaction of its own. */
int script_run(struct script *script, const char *lines, struct chy_fault *fault);

/* The id of a document by its name; NULL where there is none. */
const char *script_document(const struct script *script, const char *name);
