// Probe: prefill of 128 new rows a sequence on tensor cores, checked against plain float32 and timed. See README.md.
//
//   prefill [--check] [--time] [--sweep] [--plant NAME] [--small]
#include <algorithm>
#include <cmath>
#include "check.cuh"
#include "timing.cuh"

int main(int count, char** arguments)
{
    bool check = false, time = false, sweep = false, small = false;
    std::string plant;
    for (int i = 1; i < count; i++)
    {
        const std::string a = arguments[i];
        if (a == "--check") check = true;
        else if (a == "--time") time = true;
        else if (a == "--sweep") sweep = true;
        else if (a == "--small") small = true;
        else if (a == "--plant" && i + 1 < count) plant = arguments[++i], check = small = true;
        else
        {
            fprintf(stderr, "usage: prefill [--check [--small]] [--time] [--sweep] [--plant window|tau|page|part]\n");
            return 2;
        }
    }
    if (!check && !time && !sweep) check = time = true;
    if (check && !check_all(small, plant))
    {
        fprintf(stderr, "prefill: WRONG; no figures\n");
        return 1;
    }
    return (sweep || time) && !time_all(sweep) ? 1 : 0;
}
