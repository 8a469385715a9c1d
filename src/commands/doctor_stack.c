/* doctor_stack.c — the examinations of a stack file: does it load, has it its variables, are its host ports
 * free, is there what its images are built from. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "doctor.h"
#include "listener.h"
#include "needs.h"
#include "text.h"

static const struct stk_diag *first_error(const struct stk_diags *diags)
{
    for (size_t i = 0; i < diags->n; i++)
        if (diags->v[i].severity == STK_ERROR)
            return &diags->v[i];
    return NULL;
}

/* Whether there is one that can be gone on with. */
static bool check_file(struct doctor *doctor)
{
    struct cli *cli = doctor->cli;
    struct stk_spec_opts opts = stk_cli_spec_opts(cli);
    int code = cli->spec ? 0 : stk_spec_load(&opts, &cli->spec, &cli->diags);
    if (code == 0) {
        cli->project = cli->spec->project;
        doctor_tell(doctor, "file", HEALTH_OK, STK_OK, NULL, "%s: project '%s', %zu services",
                    cli->spec->files.n ? cli->spec->files.v[0] : "", cli->project,
                    cli->spec->n_services);
        return true;
    }
    const struct stk_diag *d = first_error(&cli->diags);
    bool none = code == -STK_ENOFILE && !opts.files.n && !getenv("COMPOSE_FILE");
    if (none)
        doctor_tell(doctor, "file", HEALTH_NOTE, STK_OK, "stackctl init writes a first one",
                    "no stack file here");
    else if (d->src.line)
        doctor_tell(doctor, "file", HEALTH_ERROR, d->code, "stackctl config -q shows them all",
                    "%s:%u:%u: %s", d->src.file, d->src.line, d->src.col, d->msg);
    else
        doctor_tell(doctor, "file", HEALTH_ERROR, d->code, NULL, "%s", d->msg);
    return false;
}

static void check_variables(struct doctor *doctor)
{
    struct need *v = NULL;
    size_t n = 0, missing = 0;
    const char *dir = NULL;
    struct stk_diags diags = { 0 };
    int code = needs_find(doctor->cli, &v, &n, &dir, &diags);
    stk_diags_clear(&diags);
    if (code)
        return;
    for (size_t i = 0; i < n; i++) {
        if (v[i].state != NEED_MISSING)
            continue;
        STK_CLEANUP(stk_charp)
        char *fix = stk_printf("stackctl env init, or write %s=... into .env", v[i].name);
        doctor_tell(doctor, "variables", v[i].why ? HEALTH_ERROR : HEALTH_WARNING, STK_ECONFIG, fix,
                    "%s is not set%s", v[i].name, v[i].why ? ", and the file requires it" : "");
        missing++;
    }
    if (!missing && n)
        doctor_tell(doctor, "variables", HEALTH_OK, STK_OK, NULL, "%zu, all have a value", n);
}

static bool is_any(const char *ip)
{
    return !ip || !*ip || stk_streq(ip, "0.0.0.0") || stk_streq(ip, "::");
}

static bool publishes(const struct stk_status *st, const struct stk_port *port, unsigned number)
{
    for (size_t i = 0; i < st->n_ports; i++) {
        const struct stk_published *p = &st->ports[i];
        if (p->published == number && stk_streq(p->protocol, port->protocol) &&
            (is_any(p->host_ip) || is_any(port->host_ip) || stk_streq(p->host_ip, port->host_ip)))
            return true;
    }
    return false;
}

static const struct stk_status *holder(const struct stk_seen *seen, const struct stk_port *port,
                                       unsigned number)
{
    for (size_t i = 0; seen && i < seen->n; i++)
        if (seen->v[i].ref.kind == STK_SERVICE && publishes(&seen->v[i], port, number))
            return &seen->v[i];
    return NULL;
}

/* True when it can be had, or is ours already. */
static bool check_port(struct doctor *doctor, const struct stk_service *service,
                       const struct stk_port *port, unsigned number)
{
    struct cli *cli = doctor->cli;
    const struct stk_status *held = holder(doctor->seen, port, number);
    if (held && stk_streq(held->project, cli->project))
        return true;
    STK_CLEANUP(stk_charp) char *fix = NULL;
    if (held) {
        fix = held->project
                  ? stk_printf("stackctl -p %s stop %s, or another port at %s:%u", held->project,
                               held->ref.name, port->src.file, port->src.line)
                  : stk_printf("docker stop %s, or another port at %s:%u", held->name,
                               port->src.file, port->src.line);
        doctor_tell(doctor, "ports", HEALTH_ERROR, STK_ECONFLICT, fix,
                    "%u of service '%s' is held by container '%s'%s%s%s", number, service->name,
                    held->name, held->project ? " (project '" : "",
                    held->project ? held->project : "", held->project ? "')" : "");
        return false;
    }
    if (!doctor->engine || !stk_runtime_sees_ports(cli->rt) ||
        stk_port_is_free(port->host_ip, number, port->protocol))
        return true;
    STK_CLEANUP(stk_charp) char *who = stk_port_listener(number, port->protocol);
    fix = stk_printf("end it, or another port at %s:%u", port->src.file, port->src.line);
    doctor_tell(doctor, "ports", HEALTH_ERROR, STK_ECONFLICT, fix,
                "%u of service '%s' is held by %s", number, service->name,
                who ? who : "a process of this machine");
    return false;
}

static void check_ports(struct doctor *doctor)
{
    const struct stk_spec *spec = doctor->cli->spec;
    size_t n = 0;
    bool fine = true;
    for (size_t i = 0; i < spec->n_services; i++) {
        const struct stk_service *service = &spec->services[i];
        for (size_t k = 0; k < service->n_ports; k++) {
            int64_t number = 0;
            const char *published = service->ports[k].published;
            if (!published || !stk_parse_int(published, &number) || number < 1)
                continue; /* the engine picks a free one */
            fine &= check_port(doctor, service, &service->ports[k], (unsigned)number);
            n++;
        }
    }
    if (n && fine)
        doctor_tell(doctor, "ports", HEALTH_OK, STK_OK, NULL, "%zu fixed, all to be had", n);
}

static bool is_url(const char *context)
{
    return strstr(context, "://") || stk_starts(context, "git@") ||
           stk_starts(context, "github.com/");
}

static bool check_build(struct doctor *doctor, const struct stk_service *service)
{
    const struct stk_build *build = &service->build;
    struct stat st;
    if (!build->context || is_url(build->context))
        return true;
    if (stat(build->context, &st) != 0 || !S_ISDIR(st.st_mode)) {
        doctor_tell(doctor, "build", HEALTH_ERROR, STK_EBUILD, "a context: that is there",
                    "service '%s' is built from '%s', which is no folder", service->name,
                    build->context);
        return false;
    }
    if (build->dockerfile_inline)
        return true;
    const char *name = build->dockerfile ? build->dockerfile : "Dockerfile";
    STK_CLEANUP(stk_charp)
    char *path = *name == '/' ? stk_strdup(name) : stk_printf("%s/%s", build->context, name);
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
        return true;
    doctor_tell(doctor, "build", HEALTH_ERROR, STK_EBUILD, "write it, or say dockerfile: NAME",
                "service '%s' is built by '%s', which is not there", service->name, path);
    return false;
}

static void check_builds(struct doctor *doctor)
{
    const struct stk_spec *spec = doctor->cli->spec;
    size_t n = 0;
    bool fine = true;
    for (size_t i = 0; i < spec->n_services; i++) {
        if (!spec->services[i].build.set)
            continue;
        fine &= check_build(doctor, &spec->services[i]);
        n++;
    }
    if (n && fine)
        doctor_tell(doctor, "build", HEALTH_OK, STK_OK, NULL, "%zu images, all can be begun", n);
}

void doctor_stack(struct doctor *doctor)
{
    check_variables(doctor);
    if (!check_file(doctor))
        return;
    check_ports(doctor);
    check_builds(doctor);
    doctor_images(doctor);
}
