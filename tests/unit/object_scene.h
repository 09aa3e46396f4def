/*
 * Objects and sockets of a hand-made model, joined by links and completed by the real matcher, for
 * the tests of what is said about objects. Failures abort the test. One thread.
 */
#ifndef SOCKLIFE_TESTS_OBJECT_SCENE_H
#define SOCKLIFE_TESTS_OBJECT_SCENE_H

#include <stdint.h>

#include "hand_model.h"
#include "render.h"
#include "verdict.h"

struct object_scene {
	struct hand_model hand;
	struct verdict verdict;
	char *text; /* the report, once rendered */
	enum render_timelines timelines;
};

void object_scene_init(struct object_scene *scene);
void object_scene_release(struct object_scene *scene);

/* An object created at `created_ns`, its constructor done 1 ms later; its index. */
uint32_t object_scene_object(struct object_scene *scene, const char *class_name,
			     enum trace_role role, int64_t created_ns);
/* Made in a method of `parent`. */
uint32_t object_scene_child(struct object_scene *scene, uint32_t parent, const char *class_name,
			    enum trace_role role);
void object_scene_gone(struct object_scene *scene, uint32_t object, enum trace_object_end end,
		       int64_t ended_ns);
/* hand_socket(), moved so that connecting begins at `connect_ns`; its index. */
uint32_t object_scene_socket(struct object_scene *scene, int64_t connect_ns);
/* Still open when the process ended. */
uint32_t object_scene_socket_open(struct object_scene *scene, int64_t connect_ns);
void object_scene_peer_closes(struct object_scene *scene, uint32_t socket, int64_t last_io_ns,
			      int64_t peer_closed_ns);
/* Owners are added innermost first. */
struct model_link *object_scene_owner(struct object_scene *scene, uint32_t socket, uint32_t object);
struct model_link *object_scene_user(struct object_scene *scene, uint32_t socket, uint32_t object,
				     int64_t time_ns);

void object_scene_match(struct object_scene *scene);
/* Matches, and gives the verdict's text. */
const char *object_scene_verdict(struct object_scene *scene, uint32_t object);
/* Matches, and gives the text report. */
const char *object_scene_report(struct object_scene *scene);
/* Matches, and gives what `show` says of one of them. */
const char *object_scene_show_object(struct object_scene *scene, uint32_t object);
const char *object_scene_show_socket(struct object_scene *scene, uint32_t socket);

#endif
