/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DisconnectEx, and TransmitFile and TransmitPackets where they disconnect.  Sources: their pages;
 * tests are Wine's, which were run on Windows. */
#include "overlap.h"

enum { ROOM = sizeof(struct sockaddr_in) + 16 };

/* An accepted socket s of our listener l, whose other end is the native peer's k. */
struct server {
    SOCKET l, s;
    int k;
};

static struct server start(void)
{
    struct server server;

    winsock();
    server.l = listener(AF_INET, 5);
    server.k = peer_connect(AF_INET, port_of(server.l));
    server.s = accept(server.l, NULL, NULL);
    ck_assert(server.s != INVALID_SOCKET);
    return server;
}

/* It pends and makes its packet; the peer sees the end behind the data. */
CASE(disconnectex, packet)
{
    struct server v = start();
    LPFN_DISCONNECTEX disconnect_ex = (LPFN_DISCONNECTEX)extension(v.s, (GUID)WSAID_DISCONNECTEX);
    HANDLE port = CreateIoCompletionPort((HANDLE)v.s, NULL, 5, 0);
    WSAOVERLAPPED ov = {0};

    ck_assert(
        SetFileCompletionNotificationModes((HANDLE)v.s, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    assert_returns(send(v.s, "abc", 3, 0), 3);
    assert_refused(disconnect_ex(v.s, &ov, 0, 0), WSA_IO_PENDING);
    ck_assert_uint_eq(packet(port, 5, &ov, 0), 0);
    ck_assert_str_eq(peer_ok("read %d 10 5000", v.k), "616263");
    ck_assert_str_eq(peer("read %d 10 5000", v.k), "EOF");
    assert_fails(send(v.s, "x", 1, 0), WSAESHUTDOWN);
}

CASE(disconnectex, refused)
{
    struct server v = start();
    LPFN_DISCONNECTEX disconnect_ex = (LPFN_DISCONNECTEX)extension(v.s, (GUID)WSAID_DISCONNECTEX);
    SOCKET fresh = new_socket(AF_INET, SOCK_STREAM), u = bound(AF_INET, SOCK_DGRAM);

    assert_refused(disconnect_ex(INVALID_SOCKET, NULL, 0, 0), WSAENOTSOCK);
    assert_refused(disconnect_ex(fresh, NULL, 0, 0), WSAENOTCONN);
    assert_refused(disconnect_ex(u, NULL, 0, 0), WSAENOTCONN);
    assert_refused(disconnect_ex(v.s, NULL, 0x100, 0), WSAEINVAL);
    assert_refused(disconnect_ex(v.s, NULL, 0, 1), WSAEINVAL);
    ck_assert(disconnect_ex(v.s, NULL, 0, 0));
}

/* The peer receives these bytes, in as many pieces as they come. */
static void peer_reads(int k, const char *hex)
{
    char got[64] = "";

    while (strlen(got) < strlen(hex))
        strncat(got, peer_ok("read %d 16 5000", k), sizeof(got) - strlen(got) - 1);
    ck_assert_str_eq(got, hex);
}

/* Accepts into v->s once more and talks to the new client, which is left in v->k. */
static void accept_again(struct server *v)
{
    LPFN_ACCEPTEX accept_ex = (LPFN_ACCEPTEX)extension(v->l, (GUID)WSAID_ACCEPTEX);
    WSAOVERLAPPED ov = with_event();
    char buffer[2 * ROOM];
    DWORD count;

    assert_started_bool(accept_ex(v->l, v->s, buffer, 0, ROOM, ROOM, &count, &ov));
    v->k = peer_connect(AF_INET, port_of(v->l));
    ck_assert_int_eq(finish(v->l, &ov, &count), 0);
    assert_works(
        setsockopt(v->s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&v->l, sizeof(v->l)));
    exchange_bytes(v->s, v->k);
}

/* An AcceptEx that is given up leaves the socket free for the next. */
static void accept_in_vain(const struct server *v)
{
    LPFN_ACCEPTEX accept_ex = (LPFN_ACCEPTEX)extension(v->l, (GUID)WSAID_ACCEPTEX);
    WSAOVERLAPPED ov = with_event();
    char buffer[2 * ROOM];
    DWORD count;

    assert_refused(accept_ex(v->l, v->s, buffer, 0, ROOM, ROOM, &count, &ov), WSA_IO_PENDING);
    ck_assert(CancelIoEx((HANDLE)v->l, &ov));
    assert_code(finish(v->l, &ov, &count), WSA_OPERATION_ABORTED);
}

/* TF_REUSE_SOCKET: not connected any more, and AcceptEx takes the socket again, as often as wanted;
 * whoever ends first. */
CASE(disconnectex, reuse)
{
    struct server v = start();
    LPFN_DISCONNECTEX disconnect_ex = (LPFN_DISCONNECTEX)extension(v.s, (GUID)WSAID_DISCONNECTEX);
    WSAOVERLAPPED ov = with_event();
    DWORD count;
    char byte;

    for (int i = 0; i < 4; i++) {
        doing("turn %d", i);
        if (i & 1) { /* the peer ends first */
            peer_ok("shut %d w", v.k);
            assert_returns(recv(v.s, &byte, 1, 0), 0);
        }
        if (i & 2) {
            ck_assert(disconnect_ex(v.s, NULL, TF_REUSE_SOCKET, 0));
        } else {
            assert_refused(disconnect_ex(v.s, &ov, TF_REUSE_SOCKET, 0), WSA_IO_PENDING);
            ck_assert_int_eq(finish(v.s, &ov, &count), 0);
        }
        ck_assert_str_eq(peer("read %d 10 5000", v.k), "EOF");
        assert_fails(send(v.s, "x", 1, 0), WSAENOTCONN);
        assert_fails(recv(v.s, &byte, 1, 0), WSAENOTCONN);
        if (i == 1)
            accept_in_vain(&v);
        accept_again(&v);
    }
}

/* The second connection is a whole one: half closed by us, it still receives. */
CASE(disconnectex, reuse_half_close)
{
    struct server v = start();
    LPFN_DISCONNECTEX disconnect_ex = (LPFN_DISCONNECTEX)extension(v.s, (GUID)WSAID_DISCONNECTEX);
    WSAOVERLAPPED ov = with_event();
    char data[8];
    DWORD count;

    peer_ok("shut %d w", v.k);
    assert_returns(recv(v.s, data, 1, 0), 0);
    ck_assert(disconnect_ex(v.s, NULL, TF_REUSE_SOCKET, 0));
    accept_again(&v);
    assert_fails(start_recv(v.s, data, sizeof(data), 0, &ov), WSA_IO_PENDING);
    assert_works(shutdown(v.s, SD_SEND));
    ck_assert_str_eq(peer("read %d 10 5000", v.k), "EOF");
    assert_fails(send(v.s, "x", 1, 0), WSAESHUTDOWN);
    peer_ok("send %d 6162 1000", v.k);
    ck_assert_int_eq(finish(v.s, &ov, &count), 0);
    ck_assert_uint_eq(count, 2);
    peer_ok("shut %d w", v.k);
    assert_returns(recv(v.s, data, 1, 0), 0);
}

/* TransmitFile with TF_DISCONNECT, alone and with TF_REUSE_SOCKET: the end comes behind the file.
 */
CASE(disconnectex, transmit_file)
{
    struct server v = start();
    LPFN_TRANSMITFILE transmit_file = (LPFN_TRANSMITFILE)extension(v.s, (GUID)WSAID_TRANSMITFILE);
    TRANSMIT_FILE_BUFFERS blocks = {"head", 4, "tail", 4};
    WSAOVERLAPPED ov = with_event();
    DWORD count;

    assert_refused(transmit_file(v.s, NULL, 0, 0, NULL, &blocks, 0x8000), WSAEINVAL);
    assert_started_bool(
        transmit_file(v.s, NULL, 0, 0, &ov, &blocks, TF_DISCONNECT | TF_REUSE_SOCKET));
    ck_assert_int_eq(finish(v.s, &ov, &count), 0);
    ck_assert_uint_eq(count, 8);
    peer_reads(v.k, "686561647461696c");
    ck_assert_str_eq(peer("read %d 8 5000", v.k), "EOF");
    accept_again(&v);
    ck_assert(transmit_file(v.s, NULL, 0, 0, NULL, &blocks, TF_DISCONNECT));
    peer_reads(v.k, "686561647461696c");
    ck_assert_str_eq(peer("read %d 8 5000", v.k), "EOF");
}
