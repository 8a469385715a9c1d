#include "merge.h"
struct node *merge(struct load *ld, struct node *base, struct node *over)
{
    (void)over;
    return ld ? base : base;
}
