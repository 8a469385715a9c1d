#!/usr/bin/env bash
# An installed stackctl has all its parts, and a program of somebody else builds on its library.
. "$(dirname "$0")/lib.sh"
[ -f "${STACKCTL_BUILD:-}/cmake_install.cmake" ] || skip "no release build; build the preset 'release'"

prefix=$work/prefix
must run cmake --install "$STACKCTL_BUILD" --prefix "$prefix"
check "the program" test -x "$prefix/bin/stackctl"
check "the manual" test -f "$prefix/share/man/man1/stackctl.1"
for header in "$STACKCTL_SOURCE"/include/stackctl/*.h; do
    check "$(basename "$header")" test -f "$prefix/include/stackctl/$(basename "$header")"
done
library=$(find "$prefix" -name 'libstackctl.so.0')
check "the library" test -n "$library"
run sh -c "nm -D --defined-only '$library' | awk '{ print \$3 }' | grep -v '^stk_' | grep -v '^STACKCTL_'"
check "the library exports stk_ names only" test -z "$out"
run "$prefix/bin/stackctl" version
expect_status 0
if command -v mandoc > /dev/null; then
    run mandoc -Tlint -Wwarning "$prefix/share/man/man1/stackctl.1"
    expect_status 0
fi

command -v pkg-config > /dev/null || skip "no pkg-config"
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name stackctl.pc)")
export PKG_CONFIG_PATH
cat > "$work/user.c" << 'END'
#include <stackctl/error.h>
#include <stdio.h>

int main(void)
{
    struct stk_error err = { 0 };
    stk_fail(&err, STK_ECONFLICT, (struct stk_src){ 0 }, "port %d is taken", 80);
    printf("%s, exit %d\n", err.msg, stk_code_info(err.code)->exit_status);
    stk_error_clear(&err);
    return 0;
}
END
must run sh -c "cc -Wall -Werror -o '$work/user' '$work/user.c' \$(pkg-config --cflags --libs stackctl)"
LD_LIBRARY_PATH=$(dirname "$library") run "$work/user"
expect_status 0
expect out contains "port 80 is taken, exit 6"
