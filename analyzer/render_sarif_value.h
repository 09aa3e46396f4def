/*
 * The values that a SARIF log is made of. Each is NULL when there is no memory. Thread-safe.
 */
#ifndef SOCKLIFE_RENDER_SARIF_VALUE_H
#define SOCKLIFE_RENDER_SARIF_VALUE_H

#include <jansson.h>

struct finding_place;
struct frame;

#define SARIF_BASE_ID "%SRCROOT%"

json_t *sarif_message_value(const char *text);
/* Takes the story over. */
json_t *sarif_rule_value(const char *id, const char *summary, json_t *story, const char *level);
/* Either may be NULL; a place without a file is told by its function. JSON null when there is
 * nothing to tell. */
json_t *sarif_location_value(const struct finding_place *place, const struct frame *at);
/* A folder's URI, which ends with a slash. */
json_t *sarif_folder_value(const char *path);

#endif
