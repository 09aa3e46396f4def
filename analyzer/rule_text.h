/*
 * The parts of messages that several rules share. Raw bytes, as everything in a finding: renderers
 * escape. Private to rule*.c. One thread.
 */
#ifndef SOCKLIFE_RULE_TEXT_H
#define SOCKLIFE_RULE_TEXT_H

#include <stdint.h>
#include <stdio.h>

struct rule_row;
struct rule_scene;

/* "the connection to 127.0.0.1:5432", "3 connections to db.example:5432", "4 connections". */
void rule_text_sockets(const struct rule_scene *scene, const struct rule_row *row, FILE *out);
/* " of requests.sessions.Session"; nothing without an object. */
void rule_text_holder(const struct rule_scene *scene, const struct rule_row *row, FILE *out);
/* "was" or "were", "is" or "are" …: by the row's count. */
const char *rule_text_verb(const struct rule_row *row, const char *one, const char *many);
/* "1.04 s" */
void rule_text_duration(int64_t duration_ns, FILE *out);

#endif
