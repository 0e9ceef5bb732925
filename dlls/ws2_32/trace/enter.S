/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between a thunk and trace_call(); see trace.h.
 *
 * x86-64: r10 is the row's number, all else as at the function's entry.  The first four arguments go to the room
 * that every caller leaves for them, below the others: so they lie one behind the other.
 * i386: eax is the number; the arguments lie so already, and this code takes them away as the function would. */
#ifdef __x86_64__
    .text
    .globl trace_enter
    .def trace_enter; .scl 2; .type 32; .endef
    .p2align 4
trace_enter:
    .seh_proc trace_enter
    subq $40, %rsp
    .seh_stackalloc 40
    .seh_endprologue
    leaq trace_wanted(%rip), %r11
    cmpb $0, (%r11,%r10)
    je pass_on
    movq %rcx, 48(%rsp)
    movq %rdx, 56(%rsp)
    movq %r8, 64(%rsp)
    movq %r9, 72(%rsp)
    movl %r10d, %ecx
    leaq 48(%rsp), %rdx
    movq 40(%rsp), %r8
    call trace_call
    addq $40, %rsp
    ret
pass_on:
    addq $40, %rsp
    leaq trace_functions(%rip), %r11
    jmp *(%r11,%r10,8)
    .seh_endproc

/* ULONG_PTR trace_invoke(void *function, const ULONG_PTR *arguments, unsigned count) */
    .globl trace_invoke
    .def trace_invoke; .scl 2; .type 32; .endef
    .p2align 4
trace_invoke:
    .seh_proc trace_invoke
    pushq %rsi
    .seh_pushreg %rsi
    pushq %rdi
    .seh_pushreg %rdi
    subq $104, %rsp
    .seh_stackalloc 104
    .seh_endprologue
    movq %rcx, %rax
    movq %rdx, %r10
    movl %r8d, %ecx
    subl $4, %ecx
    jle 1f
    leaq 32(%rdx), %rsi
    leaq 32(%rsp), %rdi
    rep movsq
1:  movq (%r10), %rcx
    movq 8(%r10), %rdx
    movq 16(%r10), %r8
    movq 24(%r10), %r9
    call *%rax
    .globl trace_invoked
trace_invoked:
    addq $104, %rsp
    popq %rdi
    popq %rsi
    ret
    .seh_endproc
#else
    .text
    .globl _trace_enter
    .p2align 4
_trace_enter:
    cmpb $0, _trace_wanted(%eax)
    jne 1f
    jmp *_trace_functions(,%eax,4)
1:  pushl %ebp
    movl %esp, %ebp
    pushl %eax
    pushl 4(%ebp)
    leal 8(%ebp), %ecx
    pushl %ecx
    pushl %eax
    call _trace_call
    addl $12, %esp
    popl %ecx
    leave
    /* Takes the arguments from the stack: the return address goes to their end. */
    movl _trace_sizes(,%ecx,4), %ecx
    popl %edx
    addl %ecx, %esp
    jmp *%edx

/* ULONG_PTR trace_invoke(void *function, const ULONG_PTR *arguments, unsigned count) */
    .globl _trace_invoke
    .p2align 4
_trace_invoke:
    pushl %ebp
    movl %esp, %ebp
    movl 12(%ebp), %edx
    movl 16(%ebp), %ecx
    jmp 2f
1:  pushl -4(%edx,%ecx,4)
    decl %ecx
2:  testl %ecx, %ecx
    jnz 1b
    call *8(%ebp)
    .globl _trace_invoked
_trace_invoked:
    leave
    ret
#endif
