/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exported functions made from the rows of a table: their arguments are taken as numbers a1, a2 ...
 * of a pointer's size, whatever types the Windows headers give them. */
#ifndef SLUICE_API_RAW_H
#define SLUICE_API_RAW_H

/* The forms: type of the result, and its value on failure. */
#define RESULT_minus_one          int
#define FAILURE_minus_one(e)      SOCKET_ERROR
#define RESULT_error_code         int
#define FAILURE_error_code(e)     (e)
#define RESULT_false_value        BOOL
#define FAILURE_false_value(e)    FALSE
#define RESULT_null_pointer       void *
#define FAILURE_null_pointer(e)   NULL
#define RESULT_null_handle        HANDLE
#define FAILURE_null_handle(e)    NULL
#define RESULT_invalid_socket     SOCKET
#define FAILURE_invalid_socket(e) INVALID_SOCKET

/* Parameter lists by number of arguments; an argument is read only where it is lpErrno. */
#define ARG(n)    __attribute__((unused)) ULONG_PTR a##n
#define PARAMS_0  void
#define PARAMS_1  ARG(1)
#define PARAMS_2  PARAMS_1, ARG(2)
#define PARAMS_3  PARAMS_2, ARG(3)
#define PARAMS_4  PARAMS_3, ARG(4)
#define PARAMS_5  PARAMS_4, ARG(5)
#define PARAMS_6  PARAMS_5, ARG(6)
#define PARAMS_7  PARAMS_6, ARG(7)
#define PARAMS_8  PARAMS_7, ARG(8)
#define PARAMS_9  PARAMS_8, ARG(9)
#define PARAMS_10 PARAMS_9, ARG(10)
#define PARAMS_11 PARAMS_10, ARG(11)
#define PARAMS_12 PARAMS_11, ARG(12)

/* The same as the items of an array. */
#define ARGUMENTS_1  a1
#define ARGUMENTS_2  ARGUMENTS_1, a2
#define ARGUMENTS_3  ARGUMENTS_2, a3
#define ARGUMENTS_4  ARGUMENTS_3, a4
#define ARGUMENTS_5  ARGUMENTS_4, a5
#define ARGUMENTS_6  ARGUMENTS_5, a6
#define ARGUMENTS_7  ARGUMENTS_6, a7
#define ARGUMENTS_8  ARGUMENTS_7, a8
#define ARGUMENTS_9  ARGUMENTS_8, a9
#define ARGUMENTS_10 ARGUMENTS_9, a10
#define ARGUMENTS_11 ARGUMENTS_10, a11
#define ARGUMENTS_12 ARGUMENTS_11, a12

/*
 * The symbol is set by hand because the Windows headers declare most of these names with their real
 * types, which the table does not know. i386: stdcall's decoration, the bytes of the arguments.
 */
#ifdef __i386__
#define SYMBOL(name, nargs) "_" #name STACK_##nargs
#define STACK_0             "@0"
#define STACK_1             "@4"
#define STACK_2             "@8"
#define STACK_3             "@12"
#define STACK_4             "@16"
#define STACK_5             "@20"
#define STACK_6             "@24"
#define STACK_7             "@28"
#define STACK_8             "@32"
#define STACK_9             "@36"
#define STACK_10            "@40"
#define STACK_11            "@44"
#define STACK_12            "@48"
#else
#define SYMBOL(name, nargs) #name
#endif

#endif
