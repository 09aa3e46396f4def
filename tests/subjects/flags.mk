# What single subjects are built with beyond the usual.
$(SUBJECTS)/fortified: SUBJECT_FLAGS = -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
$(SUBJECTS)/static_linked: SUBJECT_FLAGS = -static
$(SUBJECTS)/static_linked: SUBJECT_SAN =
$(SUBJECTS)/symbols_chain: SUBJECT_LIBS = -rdynamic
# A sanitizer's runtime takes the unwinder's functions over, which is what this subject is to show.
$(SUBJECTS)/thrower: SUBJECT_SAN =
$(SUBJECTS)/libthrower.so: SUBJECT_SAN =
# The sanitizers refuse RTLD_DEEPBIND, which this subject is about.
$(SUBJECTS)/entry_hidden: SUBJECT_SAN =
