#include "lc_shims.h"
