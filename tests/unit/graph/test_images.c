/* test_images.c — the images of a stack: those that services run, and those that are only mounted. */
#include "test.h"

#include "graph.h"

START_TEST(an_image_that_is_mounted_is_needed_too)
{
    struct stk_mount mounts[] = { { .type = STK_MOUNT_IMAGE,
                                    .source = "data:1",
                                    .target = "/data",
                                    .src = { "compose.yaml", 7, 9 } },
                                  { .type = STK_MOUNT_IMAGE, .source = "web:1", .target = "/web" } };
    struct stk_service services[] = { { .name = "web",
                                        .image = "web:1",
                                        .image_src = { "compose.yaml", 3, 12 },
                                        .replicas = 1,
                                        .volumes = mounts,
                                        .n_volumes = 2 } };
    struct stk_spec spec = { .project = "shop", .services = services, .n_services = 1 };
    struct stk_graph *graph = stk_graph_build(&spec);
    ck_assert_uint_eq(graph->n, 3);
    ck_assert_str_eq(graph->v[0].unit.name, "data:1");
    ck_assert_uint_eq(graph->v[0].unit.src.line, 7);
    ck_assert_str_eq(graph->v[0].unit.image.service, "web");
    ck_assert_str_eq(graph->v[1].unit.name, "web:1");
    ck_assert_uint_eq(graph->v[1].unit.src.line, 3);
    ck_assert_uint_eq(graph->v[2].n_needs, 3);
    stk_graph_free(graph);
}
END_TEST

STK_TESTS("images", an_image_that_is_mounted_is_needed_too)
