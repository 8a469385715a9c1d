/* replay.c — runs the seeds of a fuzz target once, without libFuzzer: every file of the directories
 * given. */
#include <dirent.h>
#include <string.h>

#include "fuzz.h"

static int replay(const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        return 1;
    }
    size_t n = fread(bytes, 1, sizeof(bytes), f);
    fclose(f);
    uint8_t *exact = malloc(n ? n : 1); /* so that a read past the end is seen */
    if (!exact)
        abort();
    memcpy(exact, bytes, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    return 0;
}

static int replay_all(const char *dir)
{
    DIR *d = opendir(dir);
    int failed = 0;
    unsigned n = 0;
    if (!d) {
        perror(dir);
        return 1;
    }
    for (struct dirent *e; (e = readdir(d));) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        if (*e->d_name != '.') {
            failed |= replay(path);
            n++;
        }
    }
    closedir(d);
    printf("%s: %u seeds\n", dir, n);
    return failed || n == 0;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    for (int i = 1; i < argc; i++)
        failed |= replay_all(argv[i]);
    return failed;
}
