// Tells ThreadSanitizer of the locks that it does not see, in scripts/test-threads alone.
//
// The fast paths of Synchronization.Mutex are inlined into our code, and so are instrumented with it. Its slow paths, taken
// where two threads want a mutex at once, lie in a library that is not: whoever got the mutex there would seem to race
// with whoever had it before. These definitions come before the library's, say what happens, and call them.
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

void __tsan_acquire(void *address);
void __tsan_release(void *address);

static void *next(const char *symbol) {
    void *found = dlsym(RTLD_NEXT, symbol);
    if (!found) abort();
    return found;
}

SWIFT void lock_slow(uint32_t thread, SELF mutex) __asm__(LOCK_SLOW);
SWIFT void lock_slow(uint32_t thread, SELF mutex) {
    ((SWIFT void (*)(uint32_t, SELF))next(LOCK_SLOW))(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF mutex) __asm__(UNLOCK_SLOW);
SWIFT void unlock_slow(SELF mutex) {
    __tsan_release(mutex);
    ((SWIFT void (*)(SELF))next(UNLOCK_SLOW))(mutex);
}
