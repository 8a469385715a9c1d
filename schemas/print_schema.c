/* print_schema.c — writes the JSON Schema of stack files, for editors, to the file named. */
#include <stdio.h>
#include <stdlib.h>

#include "schema.h"

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "w") : NULL;
    if (!file) {
        perror(argc == 2 ? argv[1] : "usage: print_schema FILE");
        return 1;
    }
    char *text = schema_print();
    int failed = fprintf(file, "%s\n", text) < 0;
    free(text);
    return fclose(file) != 0 || failed;
}
