/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* requests_datagrams.h: those operations of requests.c that move datagrams. */
#ifndef TESTS_REQUESTS_DATAGRAMS_H
#define TESTS_REQUESTS_DATAGRAMS_H

void do_sendto(void);
void do_recvfrom(void);
void do_wsasendto(void); /* of two parts */
void do_wsarecvfrom(void);
void do_sendmsg(void);
void do_recvmsg(void);

/* With a packet information and a time to live as control messages. */
void do_sendmsg_control(void);
void do_recvmsg_control(void);

/* Before and after a batch of do_recvmsg_control. */
void fill_controls(void);
void no_controls(void);

#endif
