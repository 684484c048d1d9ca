/* Small helpers, and what a plugin must not do to its process. */
#ifndef CHECKED_PROCESS_H
#define CHECKED_PROCESS_H

#define _GNU_SOURCE
#include <ferry/ferry.h>

#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STR(text) { text, sizeof(text) - 1 }

static ferry_str str(const char* text) {
    ferry_str result = {text, 0};
    result.size = strlen(text);
    return result;
}
static ferry_bytes toBytes(ferry_str text) {
    return (ferry_bytes){(const uint8_t*)text.data, text.size};
}
static const ferry_field* fieldAt(ferry_fields fields, size_t i) {
    return (const ferry_field*)((const char*)fields.first + i * fields.stride);
}
static ferry_str field(ferry_fields fields, const char* name) {
    size_t i;
    for (i = 0; i < fields.count; ++i) {
        const ferry_field* found = fieldAt(fields, i);
        if (found->name.size == strlen(name) && memcmp(found->name.data, name, found->name.size) == 0)
            return found->value;
    }
    return (ferry_str){NULL, 0};
}

#ifdef FAULT_THREAD
static void* wait(void* none) {
    pause();
    return none;
}
#endif

static void disturbProcess(void) {
    static int done;
#ifdef FAULT_SLEEPS
    const struct timespec moment = {0, 1};
    nanosleep(&moment, NULL);
#endif
    if (done++ > 0) return;
#ifdef FAULT_THREAD
    pthread_t thread;
    pthread_create(&thread, NULL, wait, NULL);
#endif
#ifdef FAULT_DESCRIPTOR
    /* dup, so that no file is opened for it. */
    (void)!dup(2);
#endif
#ifdef FAULT_CHILD
    if (fork() == 0) _exit(0);
#endif
#ifdef FAULT_SIGNAL
    signal(SIGTERM, SIG_IGN);
#endif
#ifdef FAULT_LOCALE
    setlocale(LC_ALL, "C.UTF-8");
#endif
#ifdef FAULT_ENVIRONMENT
    setenv("CHECKED", "1", 1);
#endif
}

#endif
