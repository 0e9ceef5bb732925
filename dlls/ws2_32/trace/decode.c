/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers, names, flags and strings; see decode.h. */

#include "trace/decode.h"

#include "pe/guard.h"

static decoder *const decoders[] = {
#define ENTRY(kind) [DECODE_##kind] = decode_##kind,
    DECODE_KINDS(ENTRY)
#undef ENTRY
};

void decode_argument(struct text *text, const struct traced *call, unsigned index)
{
    const struct trace_kind kind = call->row->arguments[index];
    struct decoded d = {call, call->arguments[index], 0, 0};

    if (kind.of) {
        d.other = call->arguments[kind.of - 1];
        if (!d.other || !guard_get(d.other_at, (const DWORD *)d.other))
            d.other_at = 0;
    }
    decoders[kind.kind](text, &d);
}

void decode_S(struct text *text, const struct decoded *d)
{
    if (d->value == INVALID_SOCKET)
        text_add(text, "INVALID_SOCKET");
    else
        text_add(text, "0x%llx", (unsigned long long)d->value);
}

void decode_N(struct text *text, const struct decoded *d)
{
    text_add(text, "%d", (int)d->value);
}

void decode_U(struct text *text, const struct decoded *d)
{
    text_add(text, "%u", (unsigned)d->value);
}

void decode_X(struct text *text, const struct decoded *d)
{
    text_add(text, "0x%x", (unsigned)d->value);
}

void decode_B(struct text *text, const struct decoded *d)
{
    if ((DWORD)d->value > 1)
        decode_U(text, d);
    else
        text_add(text, (DWORD)d->value ? "TRUE" : "FALSE");
}

void decode_P(struct text *text, const struct decoded *d)
{
    text_pointer(text, d->value);
}

void decode_N_AT(struct text *text, const struct decoded *d)
{
    int value;

    if (d->value && guard_get(value, (const int *)d->value))
        text_add(text, "%d", value);
    else
        text_pointer(text, d->value);
}

void decode_P_AT(struct text *text, const struct decoded *d)
{
    ULONG_PTR value;

    if (d->value && guard_get(value, (const ULONG_PTR *)d->value)) {
        text_add(text, "[");
        text_pointer(text, value);
        text_add(text, "]");
    } else {
        text_pointer(text, d->value);
    }
}

void decode_STR(struct text *text, const struct decoded *d)
{
    text_string(text, d->value, false);
}

void decode_WSTR(struct text *text, const struct decoded *d)
{
    text_string(text, d->value, true);
}

/* What a call that failed left there is nobody's text. */
void decode_TEXT(struct text *text, const struct decoded *d)
{
    if (d->call->failed || !(DWORD)d->other)
        text_pointer(text, d->value);
    else
        text_string(text, d->value, false);
}

void decode_WTEXT(struct text *text, const struct decoded *d)
{
    if (d->call->failed || !(DWORD)d->other)
        text_pointer(text, d->value);
    else
        text_string(text, d->value, true);
}

void decode_FAM(struct text *text, const struct decoded *d)
{
    text_name(text, NAMES_FAMILY, "AF_", (int)d->value);
}

void decode_TYPE(struct text *text, const struct decoded *d)
{
    text_name(text, NAMES_FAMILY, "SOCK_", (int)d->value);
}

void decode_PROTO(struct text *text, const struct decoded *d)
{
    if ((int)d->value)
        text_name(text, NAMES_FAMILY, "IPPROTO_", (int)d->value);
    else
        text_add(text, "0");
}

void decode_LEVEL(struct text *text, const struct decoded *d)
{
    if ((int)d->value == SOL_SOCKET)
        text_add(text, "SOL_SOCKET");
    else
        text_name(text, NAMES_FAMILY, "IPPROTO_", (int)d->value);
}

void decode_HOW(struct text *text, const struct decoded *d)
{
    static const char *const ways[] = {"SD_RECEIVE", "SD_SEND", "SD_BOTH"};

    if ((DWORD)d->value < 3)
        text_add(text, "%s", ways[(DWORD)d->value]);
    else
        decode_N(text, d);
}

void decode_IOCTL(struct text *text, const struct decoded *d)
{
    text_name(text, NAMES_IOCTL, "", (int)d->value);
}

void decode_OPT(struct text *text, const struct decoded *d)
{
    static const struct {
        int level;
        const char *prefix;
    } levels[] = {{SOL_SOCKET, "SO_"}, {6, "TCP_"}, {0, "IP_"}, {41, "IPV6_"}, {17, "UDP_"}};

    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        if (levels[i].level == (int)d->other) {
            text_name(text, NAMES_OPTION, levels[i].prefix, (int)d->value);
            return;
        }
    decode_N(text, d);
}

void decode_MSG(struct text *text, const struct decoded *d)
{
    text_flags(text, NAMES_MESSAGE, "MSG_", (DWORD)d->value);
}

void decode_MSG_AT(struct text *text, const struct decoded *d)
{
    DWORD value;

    if (d->value && guard_get(value, (const DWORD *)d->value))
        text_flags(text, NAMES_MESSAGE, "MSG_", value);
    else
        text_pointer(text, d->value);
}

void decode_FD(struct text *text, const struct decoded *d)
{
    text_flags(text, NAMES_EVENT, "FD_", (DWORD)d->value);
}

void decode_AI(struct text *text, const struct decoded *d)
{
    text_flags(text, NAMES_NAME, "AI_", (DWORD)d->value);
}

void decode_NI(struct text *text, const struct decoded *d)
{
    static const DWORD flags = 0x1f; /* the list has sizes too */

    if ((DWORD)d->value & ~flags)
        decode_X(text, d);
    else
        text_flags(text, NAMES_NAME, "NI_", (DWORD)d->value);
}

void decode_WSAF(struct text *text, const struct decoded *d)
{
    text_flags(text, NAMES_SOCKET_FLAG, "WSA_", (DWORD)d->value);
}

static void add_error(struct text *text, DWORD error)
{
    const char *name = name_find(NAMES_ERROR, "WSA", (int32_t)error);

    if (!name)
        name = name_find(NAMES_ERROR, "ERROR_", (int32_t)error);
    if (name)
        text_add(text, "%s (%lu)", name, error);
    else
        text_add(text, "ERROR_%lu (%lu)", error, error);
}

void decode_ERR(struct text *text, const struct decoded *d)
{
    DWORD error;

    if (d->value && guard_get(error, (const DWORD *)d->value))
        text_add(text, "[%lu]", error);
    else
        text_pointer(text, d->value);
}

static void add_success(struct text *text, const struct traced *call)
{
    const struct decoded d = {call, call->result, 0, 0};

    switch (call->row->result) {
    case RESULT_SOCK:
        decode_S(text, &d);
        break;
    case RESULT_TRUTH:
        decode_B(text, &d);
        break;
    case RESULT_POINTER:
        decode_P(text, &d);
        break;
    case RESULT_STRING:
        decode_STR(text, &d);
        break;
    case RESULT_BITS:
        decode_X(text, &d);
        break;
    case RESULT_NOTHING:
        text_add(text, "void");
        break;
    case RESULT_WAIT:
        if ((DWORD)call->result == WSA_WAIT_TIMEOUT)
            text_add(text, "WSA_WAIT_TIMEOUT");
        else if ((DWORD)call->result == WSA_WAIT_IO_COMPLETION)
            text_add(text, "WSA_WAIT_IO_COMPLETION");
        else
            decode_N(text, &d);
        break;
    default:
        decode_N(text, &d);
    }
}

void decode_result(struct text *text, const struct traced *call)
{
    static const char *const failures[] = {
        [RESULT_NUMBER] = "SOCKET_ERROR", [RESULT_NUMBER_ERRNO] = "SOCKET_ERROR",
        [RESULT_SOCK] = "INVALID_SOCKET", [RESULT_TRUTH] = "FALSE",
        [RESULT_POINTER] = "NULL",        [RESULT_STRING] = "NULL",
        [RESULT_WAIT] = "WSA_WAIT_FAILED"};

    if (!call->failed) {
        add_success(text, call);
        return;
    }
    if (call->row->result == RESULT_CODE)
        text_add(text, "%d ", (int)call->result);
    else
        text_add(text, "%s ", failures[call->row->result]);
    add_error(text, call->error);
}
