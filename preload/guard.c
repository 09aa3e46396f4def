#include "guard.h"

__thread unsigned int guard_depth __attribute__((tls_model("initial-exec")));
