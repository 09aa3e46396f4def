/*
 * Strict UTF-8 (RFC 3629). Text in a trace comes from other programs and may be any bytes, so
 * every renderer asks here before it lets a byte through. Thread-safe, independent of the locale.
 */
#ifndef SOCKLIFE_UTF8_H
#define SOCKLIFE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Bytes of the character at `bytes`, and its code point; 0 when those bytes are no character
 * (overlong, surrogate, beyond U+10FFFF, cut off, or size_bytes is 0).
 */
size_t utf8_decode(const char *bytes, size_t size_bytes, uint32_t *code_point);

#endif
