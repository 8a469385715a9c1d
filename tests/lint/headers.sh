#!/bin/sh
# headers.sh COMPILER FOLDER — each public header compiles alone, as C and, where there is a compiler, as C++.
set -eu
status=0
check() { # LANGUAGE STANDARD COMPILER
    for header in "$folder"/stackctl/*.h; do
        echo "#include \"stackctl/$(basename "$header")\"" |
            "$3" -x "$1" -std="$2" -Wall -Wextra -Werror -I "$folder" -fsyntax-only - || {
            echo "$(basename "$header") does not compile alone as $1"
            status=1
        }
    done
}
folder=$2
check c gnu11 "$1"
! command -v c++ > /dev/null || check c++ c++17 c++
exit $status
