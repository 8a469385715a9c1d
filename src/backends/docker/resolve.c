/* resolve.c — finds what a ref names: by its id, else by its labels. */
#include "resolve.h"

#include <string.h>

#include "labels.h"
#include "shares.h"
#include "words.h"

static const char *const collections[] = { [STK_SERVICE] = "/containers",
                                           [STK_IMAGE] = "/images",
                                           [STK_NETWORK] = "/networks",
                                           [STK_VOLUME] = "/volumes" };

const char *stk_ref_id(const struct stk_ref *ref)
{
    if (ref->id && *ref->id)
        return ref->id;
    return ref->kind == STK_IMAGE ? ref->name : NULL;
}

static void add_label(json_t *labels, const char *key, const char *value)
{
    STK_CLEANUP(stk_charp) char *text = stk_printf("%s=%s", key, value);
    json_array_append_new(labels, json_string(text));
}

static json_t *labels_of(const struct stk_docker *docker, const struct stk_ref *ref)
{
    json_t *labels = json_array();
    if (docker->project)
        add_label(labels, STK_LABEL_PROJECT, docker->project);
    if (ref->kind == STK_NETWORK)
        add_label(labels, STK_LABEL_NETWORK, ref->name);
    if (ref->kind == STK_VOLUME)
        add_label(labels, STK_LABEL_VOLUME, ref->name);
    if (ref->kind == STK_SERVICE) {
        STK_CLEANUP(stk_charp) char *number = stk_printf("%u", ref->index);
        add_label(labels, STK_LABEL_SERVICE, ref->name);
        add_label(labels, STK_LABEL_NUMBER, number);
        add_label(labels, STK_LABEL_ONEOFF, "False");
    }
    return labels;
}

void stk_find(struct stk_task *task, int step, const struct stk_ref *ref)
{
    STK_CLEANUP(stk_charp)
    char *filter = stk_url_filters(json_pack("{s:o}", "label", labels_of(task->docker, ref)));
    bool containers = ref->kind == STK_SERVICE;
    task->call.list = ref->kind != STK_VOLUME; /* volumes come in an object, or as null in it */
    stk_task_go(task, step, "GET", NULL, "%s%s?%sfilters=%s", collections[ref->kind],
                containers ? "/json" : "", containers ? "all=1&" : "", filter);
}

static bool is_leftover(const json_t *container)
{
    return stk_replaced_name(stk_container_name(stk_json_get(container, "Names")));
}

static bool is_previous(const json_t *container)
{
    return stk_name_is_previous(stk_container_name(stk_json_get(container, "Names")),
                                stk_json_text(container, "Id"));
}

const json_t *stk_found(enum stk_kind kind, const json_t *answer)
{
    const json_t *list = kind == STK_VOLUME ? stk_json_get(answer, "Volumes") : answer;
    for (size_t i = 0; kind == STK_SERVICE && i < stk_json_n(list); i++)
        if (!is_leftover(stk_json_at(list, i)))
            return stk_json_at(list, i);
    if (kind != STK_SERVICE)
        return stk_json_at(list, 0);
    for (size_t i = 0; i < stk_json_n(list); i++)
        if (!is_previous(stk_json_at(list, i)))
            return stk_json_at(list, i);
    return NULL;
}

char *stk_found_id(enum stk_kind kind, const json_t *answer)
{
    const char *id = stk_json_text(stk_found(kind, answer), kind == STK_VOLUME ? "Name" : "Id");
    return id ? stk_strdup(id) : NULL;
}

void stk_look(struct stk_task *task, int step, enum stk_kind kind, const char *id)
{
    STK_CLEANUP(stk_charp) char *escaped = stk_url_escape(id);
    task->call.needs = kind == STK_VOLUME ? "Name" : "Id";
    bool json = kind == STK_SERVICE || kind == STK_IMAGE;
    stk_task_go(task, step, "GET", NULL, "%s/%s%s", collections[kind], escaped,
                json ? "/json" : "");
}

void stk_see_one(struct stk_seeing *seeing, struct stk_ref ref, const json_t *found)
{
    size_t before = seeing->n;
    switch (ref.kind) {
    case STK_SERVICE:
        stk_see_detailed(seeing, found);
        break;
    case STK_NETWORK:
        stk_see_network(seeing, found);
        break;
    case STK_VOLUME:
        stk_see_volume(seeing, found);
        break;
    case STK_IMAGE:
        stk_see_image(seeing, ref.name, found);
        return;
    }
    if (seeing->n == before)
        stk_see_absent(seeing, ref);
}
