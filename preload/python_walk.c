#include "python_walk.h"

#include "python_classes.h"
#include "python_codes.h"
#include "python_frames.h"
#include "python_objects.h"
#include "python_slots.h"

#define WALK_MAX 512 /* frames looked at for objects; fewer are kept */

static __thread struct python_walk *published;

static void object_add(struct python_walk *walk, uint32_t id)
{
	for (size_t i = 0; i < walk->object_count; i++) {
		if (walk->objects[i] == id)
			return;
	}
	if (id && walk->object_count < RECORDER_OBJECTS_MAX)
		walk->objects[walk->object_count++] = id;
}

/*
 * What a walk has met, before anything is recorded about it. A finalizer may run at any moment of
 * anybody's: those behind it have nothing to do with what it does.
 */
struct findings {
	const struct python_object *objects[RECORDER_OBJECTS_MAX];
	size_t count;
	const struct python_object *parent;
};

/*
 * Whether a function is called with instances of tracked classes is decided once, at its first
 * sight: looking every first argument's class up would cost more than the rest of the walk.
 */
static bool is_wanted(const struct python_object *first, struct python_code *code)
{
	if (python_object_find(first))
		return true;
	if (code->is_method_known && !code->is_method_of_class)
		return false;
	code->is_method_of_class = python_class_resolve(first->type) != NULL;
	code->is_method_known = true;
	return code->is_method_of_class;
}

static void findings_add(struct findings *findings, const struct python_object *object)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->objects[i] == object)
			return;
	}
	if (findings->count < RECORDER_OBJECTS_MAX)
		findings->objects[findings->count++] = object;
}

/*
 * weakref.finalize registers its callback as a weak reference's, which gives it that reference; a
 * program that calls it itself gives nothing (Lib/weakref.py: `def __call__(self, _=None)`).
 */
static bool is_finalizer(struct python_object *frame, const struct python_code *code)
{
	return code->is_del || code->is_at_exit ||
	       (code->is_weak_call && code->identity.argument_count > 1 &&
		python_frame_local(frame, 1) != python._Py_NoneStruct);
}

static void frame_add(struct python_walk *walk, struct findings *findings,
		      struct python_object *frame, struct python_code *code)
{
	const struct python_object *first = python_frame_first_argument(frame, code), *proxy;

	if (walk->frame_count < RECORDER_FRAMES_MAX)
		walk->frames[walk->frame_count++] =
			TRACE_FRAME_MAKE(code->id, (uint32_t)python_frame_line(frame, code));
	walk->outermost_self = first;
	walk->is_at_exit |= code->is_at_exit;
	if (walk->is_in_del)
		return;
	walk->is_in_del = is_finalizer(frame, code);
	if (!first || !is_wanted(first, code))
		return;
	findings_add(findings, first);
	proxy = python_object_proxy(first);
	if (proxy)
		findings_add(findings, proxy);
	if (!findings->parent && code->is_method)
		findings->parent = first;
}

static struct python_code *code_of(struct python_object *frame)
{
	struct python_object *object = python_frame_code(frame);
	struct python_code *code = object ? python_code_of(object) : NULL;

	if (object)
		python.Py_DecRef(object); /* the frame holds it */
	return code;
}

/* New; NULL if the frame drives no greenlet that waits for it. */
static struct python_object *greenlet_frame(struct python_object *frame,
					    const struct python_code *code)
{
	struct python_object *greenlet, *waiting;

	if (code->greenlet_index < 0)
		return NULL;
	greenlet = python_frame_local(frame, code->greenlet_index);
	waiting = greenlet ? python.PyObject_GetAttrString(greenlet, "gr_frame") : NULL;
	python.PyErr_Clear();
	if (waiting && waiting->type != python.PyFrame_Type) {
		python.Py_DecRef(waiting);
		return NULL;
	}
	return waiting;
}

/* Takes over the reference to the frame. */
static void frames_add(struct python_walk *walk, struct findings *findings,
		       struct python_object *frame, bool is_in_greenlet)
{
	for (size_t i = 0; frame && i < WALK_MAX; i++) {
		struct python_code *code = code_of(frame);
		struct python_object *back, *waiting = NULL;

		/* Who waits in the greenlet is further in than the coroutine that it waits for. */
		if (code && !is_in_greenlet)
			waiting = greenlet_frame(frame, code);
		if (waiting)
			frames_add(walk, findings, waiting, true);
		if (code)
			frame_add(walk, findings, frame, code);
		else
			walk->outermost_self = NULL;
		back = python_frame_back(frame);
		python.Py_DecRef(frame);
		frame = back;
	}
	if (frame)
		python.Py_DecRef(frame);
}

static void walk_frames(struct python_walk *walk, struct findings *findings)
{
	struct python_object *frame = python.PyEval_GetFrame();

	if (frame)
		python.Py_IncRef(frame);
	frames_add(walk, findings, frame, false);
}

/* Frame objects that 3.11 makes on demand could set the collector off in the middle of a hook. */
static bool collector_stop(void)
{
	return python.PyGC_Disable && python.PyGC_Disable();
}

static void findings_record(struct python_walk *walk, const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct python_object *object = findings->objects[i];
		struct python_instance *instance = python_object_find(object);
		uint32_t id = instance ? python_object_id(instance) : python_object_adopt(object);

		if (instance)
			python_object_seen_at_work(instance);
		object_add(walk, id);
		if (object == findings->parent)
			walk->parent = id;
	}
}

void python_walk_run(struct python_walk *walk)
{
	struct python_object *type, *value, *trace;
	struct findings findings = {.count = 0};
	struct python_walk *outer;
	bool was_collecting = collector_stop();

	walk->frame_count = walk->object_count = 0;
	walk->parent = 0;
	walk->is_in_del = walk->is_at_exit = false;
	walk->outermost_self = NULL;
	python.PyErr_Fetch(&type, &value, &trace);
	walk_frames(walk, &findings);
	/* One written in C: there is no frame to tell who is behind it. */
	if (python_slots_is_finalizing() && !walk->is_in_del)
		findings = (struct findings){.count = 0};
	outer = python_walk_publish(walk);
	findings_record(walk, &findings);
	python_walk_publish(outer);
	python.PyErr_Restore(type, value, trace);
	if (was_collecting)
		python.PyGC_Enable();
}

struct python_walk *python_walk_publish(struct python_walk *walk)
{
	struct python_walk *before = published;

	published = walk;
	return before;
}

struct python_walk *python_walk_published(void)
{
	return published;
}
