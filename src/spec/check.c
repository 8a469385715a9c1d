#include "model.h"
void model_check(struct load *ld, struct model *m)
{
    (void)ld, (void)m;
}
