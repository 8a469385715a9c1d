/* Templates of --format. */
#include <jansson.h>

#include "buf.h"
#include "template.h"
#include "test.h"

static void expect(const char *template, const char *wanted)
{
    json_t *objects = json_loads("[{\"Name\":\"a\",\"State\":\"running\",\"Ports\":[80]},"
                                 "{\"Name\":\"longer\",\"State\":\"exited\",\"Ports\":[]}]",
                                 0, NULL);
    struct stk_buf out;
    const char *wrong = NULL;
    stk_buf_init(&out, STK_MIB);
    ck_assert_msg(template_check(template, json_array_get(objects, 0), &wrong), "%s", template);
    template_print(&out, template, objects);
    ck_assert_str_eq(out.bytes, wanted);
    stk_buf_clear(&out);
    json_decref(objects);
}

START_TEST(fields_are_filled_in)
{
    expect("{{.Name}}", "a\nlonger\n");
    expect("{{ .Name }}: {{.State}}!", "a: running!\nlonger: exited!\n");
    expect("{{.Name}}\\t{{json .State}}", "a\t\"running\"\nlonger\t\"exited\"\n");
    expect("{{.Ports}} {{json .Ports}}", "[80] [80]\n[] []\n");
    expect("table {{.Name}}\\t{{.State}}", "NAME     STATE\na        running\nlonger   exited\n");
    expect("{{json .}}", "{\"Name\":\"a\",\"State\":\"running\",\"Ports\":[80]}\n"
                         "{\"Name\":\"longer\",\"State\":\"exited\",\"Ports\":[]}\n");
    expect("no field", "no field\nno field\n");
}
END_TEST

START_TEST(what_is_no_such_template_is_told)
{
    static const char *const wrong[] = { "{{.Nope}}", "a {{range .}}", "{{.Name", "{{Name}}",
                                         "{{.}}" };
    json_t *example = json_loads("{\"Name\":\"a\"}", 0, NULL);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const char *place = NULL;
        ck_assert_msg(!template_check(wrong[i], example, &place), "%s", wrong[i]);
        ck_assert(place && place[0] == '{' && place[1] == '{');
    }
    json_decref(example);
}
END_TEST

STK_TESTS("template", fields_are_filled_in, what_is_no_such_template_is_told)
