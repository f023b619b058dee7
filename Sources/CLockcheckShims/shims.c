#include "lc_shims.h"

uint8_t lc_recording_on = 0;
