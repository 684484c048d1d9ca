/* Goal: no released field of the ABI moves. Method: this file compiles only if every offset and
 * size in C99 is the one of the released layout. */
#include <ferry/ferry.h>

#define FERRY_JOIN_INNER(a, b) a##b
#define FERRY_JOIN(a, b) FERRY_JOIN_INNER(a, b)
#define FERRY_REQUIRE(condition) \
    typedef char FERRY_JOIN(ferry_layout_line_, __LINE__)[(condition) ? 1 : -1]
#define FERRY_LAYOUT_SIZE(type, size) FERRY_REQUIRE(sizeof(type) == (size));
#define FERRY_LAYOUT_FIELD(type, field, offset) FERRY_REQUIRE(offsetof(type, field) == (offset));

/* Lines of the two files share numbers, so the check of the pointer size has its own name. */
typedef char ferry_layout_pointer[sizeof(void*) == 8 ? 1 : -1];

#include "layout_1_0.inc"

/* For the test program, which could not see otherwise that this file was compiled. */
int ferryLayoutHolds(void);
int ferryLayoutHolds(void) { return 1; }
