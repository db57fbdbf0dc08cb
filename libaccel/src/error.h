/* SPDX-License-Identifier: MIT */
/*
 * Error messages.  A function that fails returns a negative errno and leaves one line for the
 * calling thread that says what was wrong, where, and what to do; accel_error_message() hands it to
 * the application.
 */
#ifndef LIBACCEL_ERROR_H
#define LIBACCEL_ERROR_H

#define ERROR_SIZE 512	/* of a message, with the 0 behind it */

/*
 * Sets the thread's message (truncated at 511 bytes) and returns err, so that callers write
 * `return error(-EINVAL, …)`.
 */
int error(int err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "context: " before the thread's message and returns err. */
int error_in(int err, const char *format, ...) __attribute__((format(printf, 2, 3)));

const char *error_message(void);

/*
 * For functions that applications call.  What runs out of memory deep inside may return -ENOMEM
 * without a message: error_memory() returns err, and when it is -ENOMEM and nobody has said so since
 * error_mark(), says that there is no memory for `what`.
 */
unsigned int error_mark(void);
int error_memory(int err, unsigned int mark, const char *what);

/*
 * Around what may fail within a call that succeeds all the same: error_restore() takes back what was
 * said since error_save(), because a message stays until the application's next call that fails.
 */
struct error_state {
	char message[ERROR_SIZE];
	unsigned int no_memory;
};
void error_save(struct error_state *state);
void error_restore(const struct error_state *state);

#endif
