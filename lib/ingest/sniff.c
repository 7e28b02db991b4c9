/* What a file is that is no text, by its first bytes. */
#include <string.h>

#include "internal.h"

static const struct {
	size_t at, size;
	const char *magic, *what;
} signatures[] = {
	{0, 4, "\x89PNG", "a PNG picture"},
	{0, 3, "\xff\xd8\xff", "a JPEG picture"},
	{0, 4, "GIF8", "a GIF picture"},
	{8, 4, "WEBP", "a WebP picture"},
	{0, 4, "II*\0", "a TIFF picture"},
	{0, 4, "MM\0*", "a TIFF picture"},
	{0, 5, "%PDF-", "a PDF document"},
	{0, 4, "%!PS", "a PostScript document"},
	{0, 5, "{\\rtf", "a Rich Text document"},
	{0, 4, "PK\x03\x04", "a ZIP archive or an office document"},
	{0, 4, "PK\x05\x06", "an empty ZIP archive"},
	{0, 4, "\x7f\x45LF", "a program (ELF)"},
	{0, 4, "MZ\x90\0", "a program (Windows)"},
	{0, 4, "\xca\xfe\xba\xbe", "a program (Java or Mach-O)"},
	{0, 4, "\xcf\xfa\xed\xfe", "a program (Mach-O)"},
	{0, 4, "\0asm", "a program (WebAssembly)"},
	{0, 2, "\x1f\x8b", "gzip-compressed data"},
	{0, 3, "BZh", "bzip2-compressed data"},
	{0, 6, "\xfd\x37zXZ\0", "xz-compressed data"},
	{0, 4, "\x28\xb5\x2f\xfd", "zstd-compressed data"},
	{0, 6, "7z\xbc\xaf\x27\x1c", "a 7z archive"},
	{0, 6, "Rar!\x1a\x07", "a RAR archive"},
	{257, 5, "ustar", "a tar archive"},
	{0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"},
	{0, 15, "SQLite format 3", "an SQLite database"},
	{0, 4, "OggS", "Ogg audio or video"},
	{0, 3, "ID3", "MP3 audio"},
	{0, 4, "fLaC", "FLAC audio"},
	{8, 4, "WAVE", "WAVE audio"},
	{4, 4, "ftyp", "MP4 audio or video"},
	{0, 4, "\x1a\x45\xdf\xa3", "Matroska video"},
	{0, 4, "wOFF", "a web font"},
};

const char *chy_no_text(const struct chy_ingest_input *input)
{
	for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++)
		if (input->size >= signatures[i].at + signatures[i].size &&
			memcmp((const char *)input->bytes + signatures[i].at, signatures[i].magic,
				signatures[i].size) == 0)
			return signatures[i].what;
	return NULL;
}
