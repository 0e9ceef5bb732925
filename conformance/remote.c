/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The case's side of the peer's control connection. */
#include "remote.h"
#include "peer.h"
#include <stdarg.h>

static SOCKET control = INVALID_SOCKET;
static char answer[64 * 1024];

/* The port of a peer of our own.  It comes through a named pipe because the child inherits nothing:
 * sockets are inheritable, and a copy of one in the peer would change what the case sees. */
static unsigned start_peer(void)
{
    char name[64], arguments[96], text[64] = "";
    unsigned port = 0;
    HANDLE pipe;
    DWORD n;

    snprintf(name, sizeof(name), "\\\\.\\pipe\\sluice-conformance-%lu", GetCurrentProcessId());
    pipe = CreateNamedPipeA(name, PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE | PIPE_WAIT, 1, 256, 256, 0,
                            NULL);
    ck_assert_msg(pipe != INVALID_HANDLE_VALUE, "CreateNamedPipe: error %lu", GetLastError());
    snprintf(arguments, sizeof(arguments), "--peer %s", name);
    CloseHandle(start_self(arguments));
    if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
        ck_abort_msg("ConnectNamedPipe: error %lu", GetLastError());
    if (ReadFile(pipe, text, sizeof(text) - 1, &n, NULL))
        sscanf(text, "PORT %u", &port);
    CloseHandle(pipe);
    ck_assert_msg(port != 0, "the peer did not start");
    return port;
}

static void connect_peer(void)
{
    char text[16] = "";
    struct address a;
    unsigned port;

    if (GetEnvironmentVariableA("SLUICE_PEER", text, sizeof(text)) && atoi(text) > 0)
        port = (unsigned)atoi(text);
    else
        port = start_peer();
    a = loopback(AF_INET, port);
    control = new_socket(AF_INET, SOCK_STREAM);
    assert_works(connect(control, &a.sa, a.len));
}

static void exchange(const char *line, int length)
{
    int used = 0;

    if (control == INVALID_SOCKET)
        connect_peer();
    ck_assert_int_eq(send(control, line, length, 0), length);
    do {
        int n = recv(control, answer + used, (int)sizeof(answer) - 1 - used, 0);

        ck_assert_msg(n > 0, "the peer's control connection: %d, %s", n,
                      wsa_name(WSAGetLastError()));
        used += n;
    } while (answer[used - 1] != '\n' && used < (int)sizeof(answer) - 1);
    answer[used - 1] = 0;
}

static void ask(const char *format, va_list arguments)
{
    static char line[64 * 1024];
    int length = vsnprintf(line, sizeof(line) - 1, format, arguments);

    ck_assert_int_gt(length, 0);
    line[length] = '\n';
    exchange(line, length + 1);
}

const char *peer(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    ask(format, arguments);
    va_end(arguments);
    return answer;
}

const char *peer_ok(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    ask(format, arguments);
    va_end(arguments);
    ck_assert_msg(!strncmp(answer, "OK", 2), "the peer, asked to %s, said %s", format, answer);
    return answer[2] ? answer + 3 : answer + 2;
}

const char *loopback_text(int family)
{
    return family == AF_INET6 ? "::1" : "127.0.0.1";
}

struct crowd peer_open(int family, unsigned port, int n, int ms)
{
    struct crowd c = {0};
    const char *text = peer_ok("open %s %u %d %d", loopback_text(family), port, n, ms);

    ck_assert_int_eq(
        sscanf(text, "%d %d %d %d %d", &c.first, &c.established, &c.refused, &c.reset, &c.waiting),
        5);
    return c;
}

struct crowd peer_state(int first, int n, int ms)
{
    struct crowd c = {.first = first};
    const char *text = peer_ok("state %d %d %d", first, n, ms);

    ck_assert_int_eq(
        sscanf(text, "%d %d %d %d %d", &c.established, &c.refused, &c.reset, &c.ended, &c.waiting),
        5);
    return c;
}

int peer_connect(int family, unsigned port)
{
    struct crowd c = peer_open(family, port, 1, 5000);

    ck_assert_msg(c.established == 1, "the peer's connection is not established");
    return c.first;
}

int peer_listen(int family, int backlog, unsigned *port)
{
    int k;

    ck_assert_int_eq(
        sscanf(peer_ok("listen %s %d", loopback_text(family), backlog), "%d %u", &k, port), 2);
    return k;
}

int peer_udp(int family, unsigned *port)
{
    int k;

    ck_assert_int_eq(sscanf(peer_ok("udp %s", loopback_text(family)), "%d %u", &k, port), 2);
    return k;
}

int peer_accept(int k)
{
    int connection;

    ck_assert_int_eq(sscanf(peer_ok("accept %d 5000", k), "%d", &connection), 1);
    return connection;
}

int peer_queue_of(unsigned port, int *waiting, int *limit)
{
    if (!strcmp(peer("queue %u", port), "UNSUPPORTED"))
        return 0;
    ck_assert_msg(sscanf(answer, "OK %d %d", waiting, limit) == 2, "queue of port %u: %s", port,
                  answer);
    return 1;
}

void connect_hanging(SOCKET s, int family)
{
    struct address a;
    unsigned port;

    peer_listen(family, 0, &port);
    ck_assert_int_gt(peer_open(family, port, 6, 300).waiting, 0);
    a = loopback(family, port);
    assert_fails(connect(s, &a.sa, a.len), WSAEWOULDBLOCK);
}

char *make_pattern(int length)
{
    char *bytes = malloc((size_t)length);

    ck_assert_ptr_nonnull(bytes);
    for (int i = 0; i < length; i++)
        bytes[i] = (char)peer_pattern((size_t)i);
    return bytes;
}

DWORD WINAPI read_pattern(void *s)
{
    unsigned char bytes[65536];
    DWORD total = 0;
    int n;

    while ((n = recv((SOCKET)s, (char *)bytes, sizeof(bytes), 0)) > 0)
        for (int i = 0; i < n; i++, total++)
            if (bytes[i] != peer_pattern(total))
                return total;
    return total;
}

void send_pattern(SOCKET s, int length)
{
    char *bytes = make_pattern(length);

    assert_returns(send(s, bytes, length, 0), length);
    free(bytes);
}

void recv_pattern(SOCKET s, int length)
{
    char bytes[16384];

    for (int done = 0, n; done < length;) {
        int want = length - done < (int)sizeof(bytes) ? length - done : (int)sizeof(bytes);

        n = recv(s, bytes, want, 0);
        ck_assert_msg(n > 0, "recv after %d of %d bytes: %d, %s", done, length, n,
                      wsa_name(WSAGetLastError()));
        for (int i = 0; i < n; i++, done++)
            ck_assert_msg((unsigned char)bytes[i] == peer_pattern((size_t)done), "wrong byte at %d",
                          done);
    }
}

unsigned peer_port(int k)
{
    char text[64];
    unsigned port;

    ck_assert_int_eq(sscanf(peer_ok("local %d", k), "%63s %u", text, &port), 2);
    return port;
}

void exchange_bytes(SOCKET s, int k)
{
    peer_ok("fill %d 1 64 5000", k);
    recv_pattern(s, 64);
    send_pattern(s, 64);
    peer_ok("drain %d 1 64 5000", k);
}

void assert_depth(SOCKET listener, int family, int n)
{
    unsigned port = port_of(listener);
    struct crowd c = peer_open(family, port, n, 10000);
    int waiting, limit;
    SOCKET *s = calloc((size_t)n, sizeof(*s));

    ck_assert_msg(c.established == n, "%d of %d connections are established", c.established, n);
    ck_assert_msg(peer_open(family, port, 1, 400).established == 0,
                  "connection %d is established, too", n + 1);
    if (peer_queue_of(port, &waiting, &limit))
        ck_assert_int_eq(waiting, n);
    peer_ok("fill %d %d 64 10000", c.first, n);
    for (int i = 0; i < n; i++) {
        s[i] = accept(listener, NULL, NULL);
        ck_assert_msg(s[i] != INVALID_SOCKET, "accept number %d of %d: %s", i + 1, n,
                      wsa_name(WSAGetLastError()));
        recv_pattern(s[i], 64);
        send_pattern(s[i], 64);
    }
    peer_ok("drain %d %d 64 10000", c.first, n);
    for (int i = 0; i < n; i++)
        assert_works(closesocket(s[i]));
    free(s);
}

SOCKET pair_up(int family, int *k)
{
    SOCKET l = listener(family, 5), s;

    *k = peer_connect(family, port_of(l));
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    assert_works(closesocket(l));
    return s;
}

SOCKET connect_to_peer(int *k)
{
    unsigned port;
    int l = peer_listen(AF_INET, 5, &port);
    struct address a = loopback(AF_INET, port);
    SOCKET s = new_socket(AF_INET, SOCK_STREAM);

    assert_works(connect(s, &a.sa, a.len));
    *k = peer_accept(l);
    return s;
}
