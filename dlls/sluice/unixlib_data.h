/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of unixlib.h for what moves data or waits for it. Included by it only. */
#ifndef SLUICE_UNIXLIB_DATA_H
#define SLUICE_UNIXLIB_DATA_H

#define UNIX_BUFFERS_MAX 64

struct unix_buffer {
    u64_a8 address;
    uint32_t length;
    uint32_t reserved;
};

/* recvmsg() on the kept descriptor.  WSAEWOULDBLOCK after wait_ms milliseconds with nothing;
 * WSAEMSGSIZE with all results stored: the datagram was cut. */
struct receive_params {
    u64_a8 handle;
    u64_a8 buffers;       /* in: array of struct unix_buffer */
    u64_a8 control;       /* in: room for control messages, in memory of the provider's; 0: none */
    u64_a8 moved;         /* out: bytes */
    uint32_t count;       /* in: of buffers, 1..UNIX_BUFFERS_MAX */
    uint32_t flags;       /* in: MSG_PEEK, MSG_OOB; out: flags of what came (Windows' numbers) */
    int32_t is_stream;    /* in: 0 or 1; a stream names no sender */
    int32_t wait_ms;      /* in: 0 or more */
    uint32_t control_len; /* in: bytes; out: length used */
    int32_t address_len;  /* out: of address, 0: none */
    uint8_t address[28];  /* out: Windows sockaddr of the sender */
    int16_t hears;        /* in: 0 or 1: errors are queued; one is the result of a receive */
    int16_t heard;        /* out: 1: there was an error, told or not */
    uint32_t word;        /* in: sizeof(SIZE_T) of the program, the form of control messages */
    uint32_t reserved;
};

/* sendmsg() on the kept descriptor, a stream repeatedly until all has gone.  Where it fails,
 * `moved` may be above 0.  WSAEWOULDBLOCK after wait_ms milliseconds in which nothing went. */
struct send_params {
    u64_a8 handle;
    u64_a8 buffers;      /* in: array of struct unix_buffer */
    u64_a8 moved;        /* out: bytes */
    uint32_t count;      /* in: of buffers, 1..UNIX_BUFFERS_MAX */
    uint32_t flags;      /* in: MSG_OOB */
    int32_t is_stream;   /* in: 0 or 1 */
    int32_t wait_ms;     /* in: 0 or more */
    int32_t address_len; /* in: of address, 0: the connected peer */
    uint8_t address[28]; /* in: Windows sockaddr */
};

/* One poll() over kept descriptors, waiting up to wait_ms milliseconds for one of the flags asked
 * for. WSAENOBUFS. */
struct poll_params {
    u64_a8 entries; /* in, out: array of struct poll_entry */
    uint32_t count;
    int32_t wait_ms;  /* in: 0 or more */
    uint32_t ready;   /* out: entries that have a flag asked for */
    uint32_t hosts;   /* out: entries that the host has to be asked about */
    uint32_t notable; /* out: of those that are ready, the ones with READY_RESET or READY_OOB */
    int32_t is_over;  /* out: 1 where it waited to the end */
};
struct poll_entry {
    u64_a8 handle;
    uint32_t asked; /* in: enum ready_flag (xlat/ready.h) */
    uint32_t
        state; /* in: enum ready_kind; out: flags found, READY_HOST alone, or READY_CLOSE alone */
};

/* What FIONREAD and SIOCATMARK ask, of the kept descriptor.  DIRECT_GONE, DIRECT_HOST. */
struct unread_params {
    u64_a8 handle;
    int32_t bytes;   /* out */
    int32_t at_mark; /* out: 1 where no urgent data waits, or it comes in line */
};

/* Gives the kernel's receive buffer at least a size, whatever SO_RCVBUF says to the program. */
struct receive_room_params {
    u64_a8 handle;
    int32_t room; /* in: bytes; the kernel doubles it for its own bookkeeping */
    int32_t reserved;
};

/* What the kernel knows of a stream's urgent data (struct urgent_seen of xlat/urgent.h).  WSAEOPNOTSUPP where
 * it does not tell, or holds an error; WSAEWOULDBLOCK where data came too fast for one picture. */
struct urgent_look_params {
    u64_a8 handle;
    u64_a8 cookie;     /* out: SO_COOKIE; 0: none */
    u64_a8 position;   /* out */
    u64_a8 end;        /* out */
    u64_a8 mark;       /* out */
    int32_t state;     /* out: enum urgent_state */
    int32_t is_inline; /* out */
    int32_t byte;      /* out */
    int32_t reserved;
};

/* Takes an urgent byte that was received with MSG_OOB out of the queue, where it is the first there. */
struct drop_urgent_params {
    u64_a8 handle;
    int32_t is_data; /* in: 0: the kernel's mark, SO_OOBINLINE off; 1: the kernel takes it for common data */
    int32_t reserved;
};

/* sendmsg() of one datagram with control messages; it does not wait.  The codes of sendmsg(), and
 * WSAEINVAL for a control message that is malformed or not one of a send. */
struct send_message_params {
    u64_a8 handle;
    u64_a8 buffers; /* in: array of struct unix_buffer */
    u64_a8 control; /* in: control messages as Windows has them, in memory of the provider's */
    u64_a8 sent;    /* out: bytes */
    uint32_t count; /* in: of buffers, 1..UNIX_BUFFERS_MAX */
    uint32_t control_len; /* in: bytes */
    int32_t address_len;  /* in: of address, 0: the connected peer */
    uint8_t address[28];  /* in: Windows sockaddr */
    uint32_t word;        /* in: sizeof(SIZE_T) of the program, the form of control messages */
    uint32_t reserved;
};

/* Has tend_wait tell of what arrives at a connected datagram socket, errors too. WSAENOTSOCK,
 * WSAEMFILE; WSAENOTCONN: not connected. */
struct tend_params {
    u64_a8 handle;
    int32_t raise;  /* in: 1: only put an error on it that is none of the peer's, for the host to meet */
    int32_t raised; /* out: 1: it is there, until tend_look with `forget` */
};

/* Waits; an arrival is told of once.  Another thread's wait may get it. */
#define TEND_EVENTS 16
struct tend_wait_params {
    u64_a8 handles[TEND_EVENTS]; /* out */
    uint32_t count;              /* out: 0: the time is over, or a signal came */
    uint32_t errors;             /* out: a bit for each handle */
    int32_t wait_ms;             /* in: -1: for ever */
    uint32_t reserved;
};

/* WSAENOTSOCK, WSAEMFILE. */
struct tend_look_params {
    u64_a8 handle;
    int32_t forget;   /* in: 1: the errors of the socket are gone first */
    int32_t readable; /* out: 1: a receive would not wait */
};

_Static_assert(sizeof(struct unix_buffer) == 16, "one layout for every compiler");
_Static_assert(sizeof(struct receive_params) == 96, "one layout for every compiler");
_Static_assert(sizeof(struct send_params) == 72, "one layout for every compiler");
_Static_assert(sizeof(struct poll_params) == 32, "one layout for every compiler");
_Static_assert(sizeof(struct poll_entry) == 16, "one layout for every compiler");
_Static_assert(sizeof(struct unread_params) == 16, "one layout for every compiler");
_Static_assert(sizeof(struct receive_room_params) == 16, "one layout for every compiler");
_Static_assert(sizeof(struct urgent_look_params) == 56, "one layout for every compiler");
_Static_assert(sizeof(struct drop_urgent_params) == 16, "one layout for every compiler");
_Static_assert(sizeof(struct send_message_params) == 80, "one layout for every compiler");
_Static_assert(sizeof(struct tend_params) == 16, "one layout for every compiler");
_Static_assert(sizeof(struct tend_wait_params) == 144, "one layout for every compiler");
_Static_assert(sizeof(struct tend_look_params) == 16, "one layout for every compiler");

#endif
