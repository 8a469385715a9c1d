/* doctor_images.c — the examinations of the images that a stack asks for: is each there, or can it be pulled, and is it
 * for this engine's machine. Those that are built are doctor_stack.c's. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "doctor.h"
#include "stackctl/docker/image.h"
#include "text.h"
#include "together.h"

enum { REGISTRY_MS = 15000 };

/* One image, however many services have it. */
struct wanted {
    const struct stk_service *service; /* the first */
    const char *platform;              /* or NULL: the engine's own */
    struct stk_image_req here;
    struct stk_digest_req there;
    bool asked; /* its registry */
};

static bool is_made_here(const struct stk_spec *spec, const char *image)
{
    for (size_t i = 0; i < spec->n_services; i++)
        if (spec->services[i].build.set && stk_streq(spec->services[i].image, image))
            return true;
    return false;
}

static bool is_wanted(const struct stk_spec *spec, const struct wanted *v, size_t n,
                      const struct stk_service *service)
{
    if (!service->image || !*service->image || is_made_here(spec, service->image))
        return false;
    for (size_t i = 0; i < n; i++)
        if (stk_streq(v[i].service->image, service->image) &&
            stk_streq(v[i].service->platform, service->platform))
            return false;
    return true;
}

static const char *machine(const struct doctor *doctor)
{
    const struct stk_about_req *about = &doctor->about;
    return *about->os && *about->arch
               ? stk_arena_printf(doctor->cli->arena, "%s/%s", about->os, about->arch)
               : NULL;
}

static struct wanted *collect(struct doctor *doctor, size_t *ret_n)
{
    const struct stk_spec *spec = doctor->cli->spec;
    struct wanted *v = stk_alloc((spec->n_services + 1) * sizeof(*v));
    size_t n = 0;
    for (size_t i = 0; i < spec->n_services; i++) {
        const struct stk_service *service = &spec->services[i];
        if (is_wanted(spec, v, n, service))
            v[n++] = (struct wanted){ .service = service,
                                      .platform =
                                          service->platform ? service->platform : machine(doctor) };
    }
    *ret_n = n;
    return v;
}

static bool is_absent(const struct wanted *wanted)
{
    return wanted->here.op.err.code == STK_EABSENT;
}

static bool is_never(const struct wanted *wanted)
{
    return stk_streq(wanted->service->pull_policy, "never");
}

/* All at a time: first the engine, then the registries of what it has not. */
static int ask(struct doctor *doctor, struct wanted *v, size_t n)
{
    struct cli *cli = doctor->cli;
    struct together engine = { .cli = cli }, registries = { .cli = cli };
    for (size_t i = 0; i < n; i++) {
        v[i].here.name = v[i].service->image;
        together_add(&engine, &v[i].here.op);
        stk_docker_image(cli->docker, &v[i].here);
    }
    int rc = together_run(&engine);
    for (size_t i = 0; !rc && i < n; i++) {
        v[i].asked = is_absent(&v[i]) && !is_never(&v[i]) && !cli->o.offline;
        if (!v[i].asked)
            continue;
        v[i].there = (struct stk_digest_req){ .op = { .timeout_ms = REGISTRY_MS },
                                              .name = v[i].service->image };
        together_add(&registries, &v[i].there.op);
        stk_docker_digest(cli->docker, &v[i].there);
    }
    return rc ? rc : together_run(&registries);
}

/* "linux/arm64/v8" is what "linux/arm64" asks for. */
static bool fits(const char *has, const char *wants)
{
    size_t n = wants ? strlen(wants) : 0;
    return !n || (strncmp(has, wants, n) == 0 && (!has[n] || has[n] == '/' || has[n] == ' ')) ||
           stk_starts(has, "unknown");
}

static bool any_fits(const char *list, const char *wants)
{
    bool fine = !*list; /* the registry does not say */
    for (; *list && !fine; list += strcspn(list, " "), list += *list == ' ')
        fine = fits(list, wants);
    return fine;
}

/* Where each word comes from: the engine hands on what its resolver or the registry said. */
static const struct {
    const char *says, *what, *fix;
} troubles[] = {
    { "no such host", "dns",
      "a nameserver in /etc/resolv.conf that knows it, or \"dns\" in /etc/docker/daemon.json" },
    { "server misbehaving", "dns",
      "a nameserver that answers: see /etc/resolv.conf on the engine's machine" },
    { "on [::1]:53", "dns", "a nameserver in /etc/resolv.conf of the engine's machine" },
    { "denied", "images", "docker login, if it is private; else mend the name" },
    { "nauthorized", "images", "docker login, if it is private; else mend the name" },
    { "not found", "images", "mend the name or the tag" },
    { "manifest unknown", "images", "mend the name or the tag" },
    { "x509", "images", "the registry's certificate in /etc/docker/certs.d" },
};

static void tell_unpullable(struct doctor *doctor, const struct wanted *wanted)
{
    const struct stk_service *service = wanted->service;
    const char *why = wanted->there.op.err.msg, *what = "images";
    const char *fix = "the network, or the proxy, of the engine's machine";
    for (size_t i = 0; i < STK_LEN(troubles); i++)
        if (strstr(why, troubles[i].says)) {
            what = troubles[i].what;
            fix = troubles[i].fix;
            break;
        }
    STK_CLEANUP(stk_charp)
    char *text = stk_printf("%s (%s:%u)", fix, service->image_src.file, service->image_src.line);
    doctor_tell(doctor, what, HEALTH_ERROR, STK_EIMAGE, text,
                "'%s' of service '%s' is not here and cannot be pulled: %s", service->image,
                service->name, why);
}

static void tell_absent(struct doctor *doctor, const struct wanted *wanted)
{
    const struct stk_service *service = wanted->service;
    STK_CLEANUP(stk_charp) char *pull = stk_printf("docker pull %s", service->image);
    if (is_never(wanted))
        doctor_tell(doctor, "images", HEALTH_ERROR, STK_EIMAGE, pull,
                    "'%s' of service '%s' is not here, and its pull_policy is never",
                    service->image, service->name);
    else
        doctor_tell(doctor, "images", HEALTH_ERROR, STK_EIMAGE, pull,
                    "'%s' of service '%s' is not here, and nothing is asked of registries",
                    service->image, service->name);
}

static void tell_platform(struct doctor *doctor, const struct wanted *wanted, const char *has)
{
    const struct stk_service *service = wanted->service;
    STK_CLEANUP(stk_charp)
    char *fix = is_absent(wanted)
                    ? stk_printf("another image, or platform: at %s:%u", service->image_src.file,
                                 service->image_src.line)
                    : stk_printf("docker pull --platform %s %s", wanted->platform, service->image);
    doctor_tell(doctor, "images", HEALTH_WARNING, STK_OK, fix,
                "'%s' of service '%s' is for %s, not for %s", service->image, service->name, has,
                wanted->platform);
}

/* True when there is nothing to tell. */
static bool check(struct doctor *doctor, const struct wanted *wanted)
{
    const struct stk_error *err = &wanted->here.op.err;
    if (err->code && !is_absent(wanted)) {
        doctor_tell(doctor, "images", HEALTH_WARNING, STK_OK, NULL,
                    "'%s' of service '%s' cannot be looked at: %s", wanted->service->image,
                    wanted->service->name, err->msg);
        return false;
    }
    if (is_absent(wanted) && !wanted->asked) {
        tell_absent(doctor, wanted);
        return false;
    }
    if (wanted->asked && wanted->there.op.err.code) {
        tell_unpullable(doctor, wanted);
        return false;
    }
    const char *has = wanted->asked ? wanted->there.platforms : wanted->here.platform;
    bool fine = wanted->asked ? any_fits(has, wanted->platform) : fits(has, wanted->platform);
    if (!fine)
        tell_platform(doctor, wanted, has);
    return fine;
}

void doctor_images(struct doctor *doctor)
{
    size_t n = 0, pulls = 0;
    bool fine = true;
    if (!doctor->engine)
        return;
    struct wanted *v = collect(doctor, &n);
    bool asked = ask(doctor, v, n) == 0;
    for (size_t i = 0; i < n; i++) {
        if (asked)
            fine &= check(doctor, &v[i]);
        pulls += v[i].asked;
        stk_image_clear(&v[i].here);
        stk_error_clear(&v[i].there.op.err);
    }
    free(v);
    if (n && asked && fine)
        doctor_tell(doctor, "images", HEALTH_OK, STK_OK, NULL,
                    "%zu, %zu of them to be pulled, all to be had", n, pulls);
}
