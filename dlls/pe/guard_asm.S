/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leaf functions whose faults a handler turns into a return value of 0.
 *
 * x86-64: the handler is named in the function's unwind data; it moves the instruction pointer to the
 * function's own failure label, the stack being as it was.  i386: a registration record on the stack. */
#ifdef __x86_64__

/* int guard_copy_raw(void *to rcx, const void *from rdx, size_t len r8) */
    .text
    .globl guard_copy_raw
    .def guard_copy_raw; .scl 2; .type 32; .endef
    .seh_proc guard_copy_raw
    .seh_handler guard_fault, @except
guard_copy_raw:
    pushq %rdi
    .seh_pushreg %rdi
    pushq %rsi
    .seh_pushreg %rsi
    .seh_endprologue
    cmpq $4, %r8                /* counts, flags: a string instruction takes longer to begin */
    je guard_copy_4
    cmpq $8, %r8
    je guard_copy_8
    cmpq $16, %r8               /* one WSABUF */
    je guard_copy_16
    movq %rcx, %rdi
    movq %rdx, %rsi
    movq %r8, %rcx
    rep movsb
    movl $1, %eax
guard_copy_out:
    popq %rsi
    popq %rdi
    ret
guard_copy_4:
    movl (%rdx), %eax
    movl %eax, (%rcx)
    movl $1, %eax
    jmp guard_copy_out
guard_copy_8:
    movq (%rdx), %rax
    movq %rax, (%rcx)
    movl $1, %eax
    jmp guard_copy_out
guard_copy_16:
    movq (%rdx), %rax
    movq 8(%rdx), %rdx
    movq %rax, (%rcx)
    movq %rdx, 8(%rcx)
    movl $1, %eax
    jmp guard_copy_out
    .seh_handlerdata
    .rva guard_copy_failed
    .text
guard_copy_failed:
    xorl %eax, %eax
    jmp guard_copy_out
    .seh_endproc

/* int guard_touch_raw(void *at rcx, int write edx): reads, and if asked writes back, one byte */
    .globl guard_touch_raw
    .def guard_touch_raw; .scl 2; .type 32; .endef
    .seh_proc guard_touch_raw
    .seh_handler guard_fault, @except
guard_touch_raw:
    subq $8, %rsp
    .seh_stackalloc 8
    .seh_endprologue
    movb (%rcx), %al
    testl %edx, %edx
    jz guard_touch_done
    lock orb $0, (%rcx)
guard_touch_done:
    movl $1, %eax
guard_touch_out:
    addq $8, %rsp
    ret
    .seh_handlerdata
    .rva guard_touch_failed
    .text
guard_touch_failed:
    xorl %eax, %eax
    jmp guard_touch_out
    .seh_endproc

#else /* i386, cdecl */

    .text
    .globl _guard_copy_raw
_guard_copy_raw:
    pushl %esi
    pushl %edi
    movl 12(%esp), %edi
    movl 16(%esp), %esi
    movl 20(%esp), %ecx
    pushl $guard_copy_failed
    pushl $_guard_fault
    pushl %fs:0
    movl %esp, %fs:0
    rep movsb
    movl $1, %eax
guard_copy_out:
    popl %fs:0
    addl $8, %esp
    popl %edi
    popl %esi
    ret
guard_copy_failed:
    xorl %eax, %eax
    jmp guard_copy_out

    .globl _guard_touch_raw
_guard_touch_raw:
    movl 4(%esp), %ecx
    movl 8(%esp), %edx
    pushl $guard_touch_failed
    pushl $_guard_fault
    pushl %fs:0
    movl %esp, %fs:0
    movb (%ecx), %al
    testl %edx, %edx
    jz guard_touch_done
    lock orb $0, (%ecx)
guard_touch_done:
    movl $1, %eax
guard_touch_out:
    popl %fs:0
    addl $8, %esp
    ret
guard_touch_failed:
    xorl %eax, %eax
    jmp guard_touch_out

#endif
