#include "python_frames.h"

#include <string.h>

#include "python_codes.h"
#include "python_classes.h"
#include "python_objects.h"
#include "python_slots.h"

/*
 * From 3.11 a frame object points at the frame proper behind its f_back (pycore_frame.h), whose
 * header is 9 words before its locals so far; up to 3.10 the locals are the object's last member.
 */
#define FRAME_POINTER_WORD 3
#define LOCALS_WORD_FIRST  6
#define LOCALS_WORD_LAST   12
#define WALK_MAX           512 /* frames looked at for objects; fewer are kept */

static size_t locals_word;
static __thread struct python_walk *published;

static struct python_object **frame_words(struct python_object *frame)
{
	struct python_object **words = (struct python_object **)(void *)frame;

	return python.minor_version > 10 ? (void *)words[FRAME_POINTER_WORD] : words;
}

/* ---- the trial ---- */

static struct python_object *trial_call(struct python_object *self, struct python_object *arguments,
					struct python_object *keywords)
{
	struct python_object *frame = python.PyEval_GetFrame(), **words;
	size_t word = LOCALS_WORD_FIRST, last = LOCALS_WORD_LAST;

	(void)arguments;
	(void)keywords;
	if (python.minor_version <= 10)
		word = last = (size_t)frame->type->basic_size / sizeof(void *) - 1;
	words = frame_words(frame);
	for (; words && word <= last; word++) {
		if (words[word] == self)
			locals_word = word;
	}
	python.Py_IncRef(self);
	return self;
}

static const struct python_method trial_method = {
	"trial", trial_call, PYTHON_METHOD_VARARGS | PYTHON_METHOD_KEYWORDS, NULL};

/* Defines f, whose argument is the very object that trial_call() looks for, and calls it. */
static struct python_object *trial_define(struct python_object *names, struct python_object *mark)
{
	static const char source[] = "def f(first):\n return trial()\n";
	const int file_input = 257; /* Include/compile.h */
	struct python_object *trial = python.PyCFunction_NewEx(&trial_method, mark, NULL);
	struct python_object *code = python.Py_CompileString(source, "<socklife>", file_input);
	struct python_object *nothing = NULL;

	if (trial && code && !python.PyDict_SetItemString(names, "trial", trial) &&
	    !python.PyDict_SetItemString(names, "__builtins__", python.PyEval_GetBuiltins()))
		nothing = python.PyEval_EvalCode(code, names, names);
	if (trial)
		python.Py_DecRef(trial);
	if (code)
		python.Py_DecRef(code);
	if (nothing)
		python.Py_DecRef(nothing);
	return nothing ? python.PyDict_GetItemString(names, "f") : NULL;
}

static bool trial_run(struct python_object *names, struct python_object *mark)
{
	struct python_object *function = trial_define(names, mark);
	struct python_object *arguments = python.PyTuple_New(1), *result = NULL;
	bool is_understood = function && python_slots_start(function);

	if (is_understood && arguments) {
		python.Py_IncRef(mark);
		python.PyTuple_SetItem(arguments, 0, mark);
		result = python.PyObject_CallObject(function, arguments);
	}
	if (arguments)
		python.Py_DecRef(arguments);
	if (result)
		python.Py_DecRef(result);
	return result && locals_word;
}

bool python_frames_start(void)
{
	struct python_object *names = python.PyDict_New(), *mark = python.PyDict_New();
	bool is_understood = names && mark && trial_run(names, mark) && python_codes_start();

	if (names)
		python.Py_DecRef(names);
	if (mark)
		python.Py_DecRef(mark);
	python.PyErr_Clear();
	return is_understood;
}

/* ---- the walk ---- */

static struct python_object *frame_back(struct python_object *frame)
{
	struct python_object *back;

	if (python.PyFrame_GetBack)
		return python.PyFrame_GetBack(frame);
	back = python.PyObject_GetAttrString(frame, "f_back");
	if (back && back->type != frame->type) { /* None */
		python.Py_DecRef(back);
		back = NULL;
	}
	return back;
}

static struct python_object *frame_code(struct python_object *frame)
{
	return python.PyFrame_GetCode ? python.PyFrame_GetCode(frame)
				      : python.PyObject_GetAttrString(frame, "f_code");
}

/* Line tables are read from their beginning every time, so the last few answers are kept. */
static int frame_line(struct python_object *frame, struct python_code *code)
{
	int instruction, line;
	size_t slot;

	if (!python.PyFrame_GetLasti)
		return python.PyFrame_GetLineNumber(frame);
	instruction = python.PyFrame_GetLasti(frame);
	slot = (unsigned int)instruction / 2 % PYTHON_CODE_LINES;
	if (code->lines[slot].line && code->lines[slot].instruction == instruction)
		return code->lines[slot].line;
	line = python.PyFrame_GetLineNumber(frame);
	code->lines[slot].instruction = instruction;
	code->lines[slot].line = line;
	return line;
}

/* Borrowed. A variable that inner functions use is a cell: up to 3.10 elsewhere, then in place. */
static const struct python_object *first_argument(struct python_object *frame,
						  const struct python_code *code)
{
	struct python_object **locals = frame_words(frame) + locals_word, *first;

	if (!code->identity.argument_count)
		return NULL;
	first = locals[code->cell_index < 0 ? 0 : code->cell_index];
	if (first && first->type == python.PyCell_Type)
		memcpy(&first, (char *)first + sizeof(*first), sizeof(first)); /* ob_ref */
	return first;
}

static void object_add(struct python_walk *walk, uint32_t id)
{
	for (size_t i = 0; i < walk->object_count; i++) {
		if (walk->objects[i] == id)
			return;
	}
	if (id && walk->object_count < RECORDER_OBJECTS_MAX)
		walk->objects[walk->object_count++] = id;
}

/* What a walk has met, before anything is recorded about it. */
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

static void walk_frame(struct python_walk *walk, struct findings *findings,
		       struct python_object *frame)
{
	struct python_object *object = frame_code(frame);
	struct python_code *code = object ? python_code_of(object) : NULL;
	const struct python_object *first;

	if (object)
		python.Py_DecRef(object); /* the frame holds it */
	walk->outermost_self = NULL;
	if (!code)
		return;
	if (walk->frame_count < RECORDER_FRAMES_MAX)
		walk->frames[walk->frame_count++] =
			TRACE_FRAME_MAKE(code->id, (uint32_t)frame_line(frame, code));
	walk->is_in_del = walk->is_in_del || code->is_del;
	first = first_argument(frame, code);
	walk->outermost_self = first;
	if (!first || !is_wanted(first, code))
		return;
	findings_add(findings, first);
	if (!findings->parent && code->is_method)
		findings->parent = first;
}

static void walk_frames(struct python_walk *walk, struct findings *findings)
{
	struct python_object *frame = python.PyEval_GetFrame();

	if (frame)
		python.Py_IncRef(frame);
	for (size_t i = 0; frame && i < WALK_MAX; i++) {
		struct python_object *back;

		walk_frame(walk, findings, frame);
		back = frame_back(frame);
		python.Py_DecRef(frame);
		frame = back;
	}
	if (frame)
		python.Py_DecRef(frame);
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
	walk->is_in_del = false;
	walk->outermost_self = NULL;
	python.PyErr_Fetch(&type, &value, &trace);
	walk_frames(walk, &findings);
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
