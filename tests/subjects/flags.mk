# What single subjects are built with beyond the usual.
$(SUBJECTS)/fortified: SUBJECT_FLAGS = -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
# A sanitizer would be counted with the rest.
$(SUBJECTS)/costs: SUBJECT_SAN =
$(SUBJECTS)/costs: SUBJECT_LIBS = $(DOOR_LIBS)
$(SUBJECTS)/static_linked: SUBJECT_FLAGS = -static
$(SUBJECTS)/static_linked: SUBJECT_SAN =
$(SUBJECTS)/symbols_chain: SUBJECT_LIBS = -rdynamic
# A sanitizer's runtime takes the unwinder's functions over, which is what this subject is to show.
$(SUBJECTS)/thrower: SUBJECT_SAN =
$(SUBJECTS)/libthrower.so: SUBJECT_SAN =
# What an interpreter keeps to its end, a sanitizer calls leaked.
$(SUBJECTS)/embedding: SUBJECT_SAN =
# The sanitizers refuse RTLD_DEEPBIND, which this subject is about.
$(SUBJECTS)/entry_hidden: SUBJECT_SAN =
$(SUBJECTS)/libentry.so: SUBJECT_LIBS = -Wl,-z,lazy -Wl,-z,relro
# A made-up client library and those who call it: lazily bound, bound at start with full RELRO, in
# C++ through its frames, and from a plug-in.
DOOR = $(SUBJECTS)/libdoor.so
DOOR_USERS = $(addprefix $(SUBJECTS)/,costs handles_door handles_door_now handles_throw libplugdoor.so)
DOOR_LIBS = $(DOOR) -Wl,-rpath,'$$ORIGIN'
$(DOOR_USERS): $(DOOR)
$(DOOR): SUBJECT_FLAGS = -fexceptions
$(DOOR): SUBJECT_LIBS = -Wl,-soname,libdoor.so
$(SUBJECTS)/handles_door: SUBJECT_LIBS = $(DOOR_LIBS) -Wl,-z,lazy -Wl,-z,norelro
$(SUBJECTS)/handles_door_now: SUBJECT_LIBS = $(DOOR_LIBS) -Wl,-z,now -Wl,-z,relro
$(SUBJECTS)/handles_throw: SUBJECT_LIBS = $(DOOR_LIBS) -Wl,-z,now -Wl,-z,relro
$(SUBJECTS)/libplugdoor.so: SUBJECT_LIBS = $(DOOR_LIBS) -Wl,-z,lazy
# A sanitizer's runtime takes the unwinder's functions over; the library goes with what throws.
$(SUBJECTS)/handles_throw $(DOOR): SUBJECT_SAN =
# It leaks handles on purpose.
$(SUBJECTS)/handles_door: SUBJECT_SAN =
# facts.h initialises in C's manner.
$(SUBJECTS)/handles_throw: SUBJECT_FLAGS = -Wno-missing-field-initializers
# Clients in C, of Debian's own libraries. They leak on purpose and run under strace, which the leak
# sanitizer cannot.
$(addprefix $(SUBJECTS)/handles_,libpq curl hiredis mariadb bio odbc): SUBJECT_SAN =
$(SUBJECTS)/handles_libpq: SUBJECT_FLAGS = -I/usr/include/postgresql
$(SUBJECTS)/handles_libpq: SUBJECT_LIBS = -lpq
$(SUBJECTS)/handles_curl: SUBJECT_LIBS = -lcurl
$(SUBJECTS)/gallery_handles: SUBJECT_LIBS = -lcurl -lhiredis
$(SUBJECTS)/gallery_handles: SUBJECT_SAN =
$(SUBJECTS)/handles_hiredis: SUBJECT_LIBS = -lhiredis
$(SUBJECTS)/handles_mariadb: SUBJECT_FLAGS = -isystem /usr/include/mariadb
$(SUBJECTS)/handles_mariadb: SUBJECT_LIBS = -lmariadb
$(SUBJECTS)/handles_bio: SUBJECT_LIBS = -lssl -lcrypto
$(SUBJECTS)/handles_odbc: SUBJECT_LIBS = -lodbc
# In a child whose environment is wiped, AddressSanitizer complains that it is not the first library.
$(SUBJECTS)/missed $(SUBJECTS)/processes: SUBJECT_SAN =
# They give up what a sanitizer needs: /proc, the address space, system calls.
$(addprefix $(SUBJECTS)/,surroundings confined): SUBJECT_SAN =
# It forbids itself children, of which the leak sanitizer needs one, and glibc keeps a stream that
# could not be reopened.
$(SUBJECTS)/entry_failing: SUBJECT_SAN =
# The unwinder without the rest of the library; its own frames are part of what is compared.
UNWINDER = $(patsubst %,$(BUILD)/obj/preload/%.o,unwind unwind_path frame_rule frame_table signals guard filters)
$(SUBJECTS)/unwinding: $(UNWINDER)
$(SUBJECTS)/unwinding: SUBJECT_FLAGS = -Ipreload
$(SUBJECTS)/unwinding: SUBJECT_LIBS = $(UNWINDER) -rdynamic -Wl,-rpath,'$$ORIGIN'
$(SUBJECTS)/unwinding: SUBJECT_SAN =
$(SUBJECTS)/libunwound.so $(SUBJECTS)/libunwound_else.so: SUBJECT_SAN =
