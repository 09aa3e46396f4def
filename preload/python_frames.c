#include "python_frames.h"

#include <string.h>

#include "python_codes.h"
#include "python_functions.h"

/*
 * From 3.11 a frame object points at the frame proper behind its f_back (pycore_frame.h), whose
 * header is 9 words before its locals so far; up to 3.10 the locals are the object's last member.
 */
#define FRAME_POINTER_WORD 3
#define LOCALS_WORD_FIRST  6
#define LOCALS_WORD_LAST   12

static size_t locals_word;
static ssize_t back_offset, code_offset; /* of frame objects, where no function tells (3.8) */
static ssize_t instruction_offset;       /* to 3.9 */

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
	bool is_understood = function && python_functions_start(function);

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

static bool members_find(void)
{
	const struct python_type *type = python.PyFrame_Type;

	back_offset = python_member_offset(type, "f_back");
	code_offset = python_member_offset(type, "f_code");
	instruction_offset = python_member_offset(type, "f_lasti");
	return python.PyFrame_GetBack || (back_offset && code_offset);
}

bool python_frames_start(void)
{
	struct python_object *names = python.PyDict_New(), *mark = python.PyDict_New();
	bool is_understood = names && mark && trial_run(names, mark) && members_find() &&
			     python_codes_start();

	if (names)
		python.Py_DecRef(names);
	if (mark)
		python.Py_DecRef(mark);
	python.PyErr_Clear();
	return is_understood;
}

/* ---- reading frames ---- */

static struct python_object *member_get(struct python_object *object, ssize_t offset_bytes)
{
	struct python_object *value;

	memcpy(&value, (char *)object + offset_bytes, sizeof(value));
	if (value)
		python.Py_IncRef(value);
	return value;
}

struct python_object *python_frame_back(struct python_object *frame)
{
	return python.PyFrame_GetBack ? python.PyFrame_GetBack(frame)
				      : member_get(frame, back_offset);
}

struct python_object *python_frame_code(struct python_object *frame)
{
	return python.PyFrame_GetCode ? python.PyFrame_GetCode(frame)
				      : member_get(frame, code_offset);
}

/* Of the instruction that is being carried out; -1: the interpreter does not tell. */
static int frame_instruction(struct python_object *frame)
{
	int instruction = -1;

	if (python.PyFrame_GetLasti)
		return python.PyFrame_GetLasti(frame);
	if (instruction_offset)
		memcpy(&instruction, (char *)frame + instruction_offset, sizeof(instruction));
	return instruction;
}

/*
 * Where the line of an instruction is kept, or may be put: free, its own, or in the end another's.
 * A function that calls has instructions at all distances.
 */
static struct python_code_line *code_line(struct python_code *code, int instruction)
{
	uint32_t hash = (uint32_t)instruction / 2 * UINT32_C(0x9e3779b1);
	uint32_t first = hash >> (32 - PYTHON_LINE_BITS);

	for (uint32_t i = 0; i < PYTHON_LINE_PROBES; i++) {
		struct python_code_line *at = &code->lines[(first + i) % PYTHON_LINES];

		if (!at->line || at->instruction == instruction)
			return at;
	}
	return &code->lines[first];
}

/* Line tables are read from their beginning every time, so the last answers are kept. */
int python_frame_line(struct python_object *frame, struct python_code *code)
{
	int instruction = frame_instruction(frame);
	struct python_code_line *kept;

	if (instruction < 0)
		return python.PyFrame_GetLineNumber(frame);
	kept = code_line(code, instruction);
	if (!kept->line || kept->instruction != instruction) {
		kept->instruction = instruction;
		kept->line = python.PyFrame_GetLineNumber(frame);
	}
	return kept->line;
}

struct python_object *python_frame_local(struct python_object *frame, int index)
{
	return (frame_words(frame) + locals_word)[index];
}

/* A variable that inner functions use is a cell: up to 3.10 elsewhere, then in place. */
const struct python_object *python_frame_first_argument(struct python_object *frame,
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
