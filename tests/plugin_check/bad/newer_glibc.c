/* Stands in for a glibc that is newer than this system's, while FAULT_NEWER_GLIBC is linked. */
int getpid(void);
int getpid(void) { return 1; }
