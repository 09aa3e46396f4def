#include "frame_rule.h"

#include <stddef.h>

#include "frame_table.h"

/* DWARF 5, section 7.24, and the GNU extensions of Linux Standard Base Core 5.0 */
enum frame_operation {
	FRAME_NOP,
	FRAME_ADVANCE_1 = 0x02,
	FRAME_ADVANCE_2,
	FRAME_ADVANCE_4,
	FRAME_OFFSET_EXTENDED,
	FRAME_RESTORE_EXTENDED,
	FRAME_UNDEFINED,
	FRAME_SAME_VALUE,
	FRAME_REMEMBER = 0x0a,
	FRAME_RECALL,
	FRAME_CFA,
	FRAME_CFA_REGISTER,
	FRAME_CFA_OFFSET,
	FRAME_ARGUMENTS_SIZE = 0x2e, /* of no use here */
	/* the upper two bits, with the operand in the others */
	FRAME_ADVANCE = 0x40,
	FRAME_OFFSET = 0x80,
	FRAME_RESTORE = 0xc0,
	FRAME_UPPER = 0xc0
};

#define REGISTER_FRAME_POINTER  6
#define REGISTER_STACK_POINTER  7
#define REGISTER_RETURN_ADDRESS 16

#define FRAME_WORD_BYTES   8
#define FRAME_REMEMBER_MAX 8

enum saved_kind { SAVED_UNCHANGED, SAVED_AT_OFFSET, SAVED_UNDEFINED };

struct saved {
	enum saved_kind kind;
	int64_t offset; /* from the CFA */
};

/* A row of the table. Of all registers these three matter. */
struct row {
	uint64_t cfa_register;
	int64_t cfa_offset;
	struct saved frame_pointer, stack_pointer, return_address;
};

struct machine {
	const struct frame_entry *entry;
	uint64_t address;  /* whose row is wanted */
	uint64_t location; /* where the rows so far begin */
	struct row row, initial, remembered[FRAME_REMEMBER_MAX];
	unsigned int remembered_count;
	bool is_done, is_unfit;
};

static struct saved *row_saved(struct row *row, uint64_t number)
{
	switch (number) {
	case REGISTER_FRAME_POINTER:
		return &row->frame_pointer;
	case REGISTER_STACK_POINTER:
		return &row->stack_pointer;
	case REGISTER_RETURN_ADDRESS:
		return &row->return_address;
	default:
		return NULL;
	}
}

static void machine_save(struct machine *machine, uint64_t number, struct saved saved)
{
	struct saved *place = row_saved(&machine->row, number);

	if (place != NULL)
		*place = saved;
}

static void machine_save_at(struct machine *machine, uint64_t number, uint64_t factor)
{
	machine_save(machine, number,
		     (struct saved){SAVED_AT_OFFSET,
				    (int64_t)(factor * (uint64_t)machine->entry->data_unit)});
}

static void machine_restore(struct machine *machine, uint64_t number)
{
	const struct saved *initial = row_saved(&machine->initial, number);

	if (initial != NULL)
		machine_save(machine, number, *initial);
}

static void machine_remember(struct machine *machine)
{
	if (machine->remembered_count == FRAME_REMEMBER_MAX)
		machine->is_unfit = true;
	else
		machine->remembered[machine->remembered_count++] = machine->row;
}

static void machine_recall(struct machine *machine)
{
	if (machine->remembered_count == 0)
		machine->is_unfit = true;
	else
		machine->row = machine->remembered[--machine->remembered_count];
}

/* The next row begins. */
static void machine_advance(struct machine *machine, uint64_t units)
{
	machine->location += units * machine->entry->code_unit;
	machine->is_done = machine->location > machine->address;
}

/* All but the three operations that hold their operand themselves. */
static void machine_operate(struct machine *machine, uint8_t operation, struct frame_bytes *bytes)
{
	uint64_t number;

	switch (operation) {
	case FRAME_NOP:
		break;
	case FRAME_ADVANCE_1:
		machine_advance(machine, frame_bytes_fixed(bytes, 1));
		break;
	case FRAME_ADVANCE_2:
		machine_advance(machine, frame_bytes_fixed(bytes, 2));
		break;
	case FRAME_ADVANCE_4:
		machine_advance(machine, frame_bytes_fixed(bytes, 4));
		break;
	case FRAME_OFFSET_EXTENDED:
		number = frame_bytes_uleb(bytes);
		machine_save_at(machine, number, frame_bytes_uleb(bytes));
		break;
	case FRAME_RESTORE_EXTENDED:
		machine_restore(machine, frame_bytes_uleb(bytes));
		break;
	case FRAME_UNDEFINED:
		machine_save(machine, frame_bytes_uleb(bytes), (struct saved){SAVED_UNDEFINED, 0});
		break;
	case FRAME_SAME_VALUE:
		machine_save(machine, frame_bytes_uleb(bytes), (struct saved){SAVED_UNCHANGED, 0});
		break;
	case FRAME_REMEMBER:
		machine_remember(machine);
		break;
	case FRAME_RECALL:
		machine_recall(machine);
		break;
	case FRAME_CFA:
		machine->row.cfa_register = frame_bytes_uleb(bytes);
		machine->row.cfa_offset = (int64_t)frame_bytes_uleb(bytes);
		break;
	case FRAME_CFA_REGISTER:
		machine->row.cfa_register = frame_bytes_uleb(bytes);
		break;
	case FRAME_CFA_OFFSET:
		machine->row.cfa_offset = (int64_t)frame_bytes_uleb(bytes);
		break;
	case FRAME_ARGUMENTS_SIZE:
		frame_bytes_uleb(bytes);
		break;
	default:
		machine->is_unfit = true;
	}
}

/* Until a row begins behind the address. */
static void machine_run(struct machine *machine, struct frame_bytes bytes)
{
	while (bytes.at < bytes.end && !machine->is_done && !machine->is_unfit && !bytes.is_bad) {
		uint8_t operation = frame_bytes_u8(&bytes);
		uint8_t operand = operation & (uint8_t)~FRAME_UPPER;

		switch (operation & FRAME_UPPER) {
		case FRAME_ADVANCE:
			machine_advance(machine, operand);
			break;
		case FRAME_OFFSET:
			machine_save_at(machine, operand, frame_bytes_uleb(&bytes));
			break;
		case FRAME_RESTORE:
			machine_restore(machine, operand);
			break;
		default:
			machine_operate(machine, operation, &bytes);
		}
	}
	if (bytes.is_bad)
		machine->is_unfit = true;
}

static struct frame_rule row_rule(const struct row *row)
{
	struct frame_rule rule = {.cfa_offset = row->cfa_offset};

	if (row->return_address.kind == SAVED_UNDEFINED) {
		rule.kind = FRAME_RULE_OUTERMOST;
		return rule;
	}
	if (row->return_address.kind != SAVED_AT_OFFSET ||
	    row->return_address.offset != -FRAME_WORD_BYTES ||
	    row->stack_pointer.kind != SAVED_UNCHANGED ||
	    row->frame_pointer.kind == SAVED_UNDEFINED)
		return rule;
	if (row->frame_pointer.kind == SAVED_AT_OFFSET)
		rule.saved_offset = row->frame_pointer.offset;
	if (row->cfa_register == REGISTER_STACK_POINTER)
		rule.kind = FRAME_RULE_STACK;
	if (row->cfa_register == REGISTER_FRAME_POINTER)
		rule.kind = FRAME_RULE_FRAME;
	return rule;
}

bool frame_rule_start(void)
{
	return frame_table_start();
}

/* A return address may be the first byte of the next function, so it is the call that is asked of.
 */
struct frame_rule frame_rule_find(uintptr_t address)
{
	const struct frame_rule unfit = {.kind = FRAME_RULE_UNFIT};
	struct frame_entry entry;
	struct machine machine = {.entry = &entry, .address = address - 1};

	if (!frame_table_find(address - 1, &entry) ||
	    entry.return_register != REGISTER_RETURN_ADDRESS)
		return unfit;
	machine.location = entry.start;
	machine_run(&machine, entry.common);
	machine.initial = machine.row;
	machine_run(&machine, entry.own);
	return machine.is_unfit ? unfit : row_rule(&machine.row);
}
