/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ldap_bind: `ldap_bind PORT` makes a simple bind to an LDAP server on 127.0.0.1 through
 * wldap32.dll. Exit status: the LDAP code (0: success, 81: server down). */
#include <windows.h>
#include <winldap.h>

#include <stdlib.h>

int main(int argc, char **argv)
{
    char host[] = "127.0.0.1", name[] = "cn=test", word[] = "word";
    LDAP *ldap = argc == 2 ? ldap_initA(host, atoi(argv[1])) : NULL;
    ULONG error;

    if (!ldap)
        return 255;
    error = ldap_simple_bind_sA(ldap, name, word);
    ldap_unbind(ldap);
    return (int)error;
}
