#include "render_sarif_value.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finding_place.h"
#include "render_json_value.h"
#include "symbols.h"

/* What may stand in a path of a URI as it is: unreserved characters (RFC 3986, 2.3) and slashes. */
static bool is_plain(char character)
{
	return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
	       (character >= '0' && character <= '9') ||
	       (character != '\0' && strchr("-._~/", character) != NULL);
}

static json_t *uri_value(const char *start, const char *path, const char *end)
{
	size_t size = strlen(start) + 3 * strlen(path) + strlen(end) + 1;
	char *text = malloc(size), *to = text;
	json_t *value;

	if (text == NULL)
		return NULL;
	to = stpcpy(to, start);
	for (; *path != '\0'; path++) {
		if (is_plain(*path))
			*to++ = *path;
		else
			to += sprintf(to, "%%%02X", (unsigned int)(unsigned char)*path);
	}
	strcpy(to, end);
	value = json_string(text);
	free(text);
	return value;
}

json_t *sarif_folder_value(const char *path)
{
	return uri_value("file://", path, strcmp(path, "/") == 0 ? "" : "/");
}

json_t *sarif_message_value(const char *text)
{
	return json_pack("{s:o}", "text", json_value_text(text));
}

json_t *sarif_rule_value(const char *id, const char *summary, json_t *story, const char *level)
{
	return json_pack("{s:s, s:o, s:{s:o}, s:{s:s}}", "id", id, "shortDescription",
			 sarif_message_value(summary), "fullDescription", "text", story,
			 "defaultConfiguration", "level", level);
}

static json_t *artifact_value(const struct finding_place *place)
{
	if (!place->is_relative)
		return json_pack("{s:o}", "uri", uri_value("file://", place->path, ""));
	return json_pack("{s:o, s:s}", "uri", uri_value("", place->path, ""), "uriBaseId",
			 SARIF_BASE_ID);
}

static json_t *physical_value(const struct finding_place *place)
{
	json_t *value = json_pack("{s:o}", "artifactLocation", artifact_value(place));

	if (value != NULL && place->line != 0)
		json_value_set(value, "region",
			       json_pack("{s:I}", "startLine", (json_int_t)place->line));
	return value;
}

json_t *sarif_location_value(const struct finding_place *place, const struct frame *at)
{
	bool has_function = at != NULL && at->function != NULL;
	json_t *value;

	if (place == NULL && !has_function)
		return NULL;
	value = json_object();
	if (place != NULL)
		json_value_set(value, "physicalLocation", physical_value(place));
	if (has_function)
		json_value_set(value, "logicalLocations",
			       json_pack("[{s:o, s:s}]", "name", json_value_text(at->function),
					 "kind", "function"));
	return value;
}
