/*
 * The enumerations of a trace, made from the lists in trace_records.def and trace_values.def. Part
 * of trace_format.h, which is what to include.
 */
#ifndef SOCKLIFE_TRACE_ENUMS_H
#define SOCKLIFE_TRACE_ENUMS_H

enum trace_record_kind {
#define TRACE_RECORD(number, NAME, type, text) TRACE_##NAME = (number),
#include "trace_records.def"
#undef TRACE_RECORD
};

#define TRACE_ORIGIN(number, NAME, word) TRACE_ORIGIN_##NAME = (number),
enum trace_origin {
#include "trace_values.def"
};
#define TRACE_END(number, NAME, word) TRACE_END_##NAME = (number),
enum trace_end {
#include "trace_values.def"
};
#define TRACE_EVENT_KIND(number, NAME, word) TRACE_EVENT_##NAME = (number),
enum trace_event_kind {
#include "trace_values.def"
};
#define TRACE_LOST_REASON(number, NAME, words) TRACE_LOST_##NAME = (number),
enum trace_lost_reason {
#include "trace_values.def"
	TRACE_LOST_REASON_COUNT = 16 /* room in the file header */
};
#define TRACE_SNAPSHOT_REASON(number, NAME, word) TRACE_SNAPSHOT_##NAME = (number),
enum trace_snapshot_reason {
#include "trace_values.def"
};
#define TRACE_MARK_KIND(number, NAME, word) TRACE_MARK_##NAME = (number),
enum trace_mark_kind {
#include "trace_values.def"
};
#define TRACE_PROCESS_END(number, NAME, word) TRACE_PROCESS_END_##NAME = (number),
enum trace_process_end {
#include "trace_values.def"
};
#define TRACE_CHILD_KIND(number, NAME, word) TRACE_CHILD_##NAME = (number),
enum trace_child_kind {
#include "trace_values.def"
};
#define TRACE_ROLE(number, NAME, word) TRACE_ROLE_##NAME = (number),
enum trace_role {
#include "trace_values.def"
};
#define TRACE_RUNTIME(number, NAME, word) TRACE_RUNTIME_##NAME = (number),
enum trace_runtime {
#include "trace_values.def"
};
#define TRACE_OBJECT_END(number, NAME, word) TRACE_OBJECT_END_##NAME = (number),
enum trace_object_end {
#include "trace_values.def"
};
#define TRACE_LINK_KIND(number, NAME, word) TRACE_LINK_##NAME = (number),
enum trace_link_kind {
#include "trace_values.def"
};
#define TRACE_MATCH(number, NAME, word) TRACE_MATCH_##NAME = (number),
enum trace_match {
#include "trace_values.def"
};

#endif
