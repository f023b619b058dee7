#ifndef LC_SHIMS_H
#define LC_SHIMS_H
#endif
