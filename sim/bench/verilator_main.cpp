// SPDX-License-Identifier: Apache-2.0
// verilator_main.cpp - main() of Verilator's model: one time after the other, the waveform, and
// what was counted of lines and bits, into +coverage=FILE.
//
// Verilator's own main() would write all of a waveform or nothing; which clocks it shall hold, the
// harness says (window.h), and which instances, the $dumpvars of +scopes=FILE.
#include <cstdio>
#include <string>

#include <Vese_bench.h>
#include <verilated.h>
#if VM_COVERAGE
#include <verilated_cov.h>
#endif

#if VM_TRACE_FST
#include <verilated_fst_c.h>
using Waveform = VerilatedFstC;
#elif VM_TRACE
#include <verilated_vcd_c.h>
using Waveform = VerilatedVcdC;
#endif

extern "C" void ese_window(const char *window);
extern "C" int ese_traced(void);

namespace {

#if VM_TRACE || VM_COVERAGE

// What follows +NAME= on the command line.
std::string plusarg(VerilatedContext &context, const std::string &name)
{
    const std::string word = context.commandArgsPlusMatch((name + "=").c_str());
    return word.empty() ? word : word.substr(name.size() + 2);
}

#endif

#if VM_COVERAGE

// Of each instance by itself: their sum would not tell one that went up from one that went down.
void write_coverage(VerilatedContext &context)
{
    context.coveragep()->forcePerInstance(true);
    context.coveragep()->write(plusarg(context, "coverage").c_str());
}

#else

void write_coverage(VerilatedContext &) {}

#endif

#if VM_TRACE

// An instance, so many levels deep; 0: with all that is below it.  With which of the two its names
// begin depends on the version of Verilator.
void add_scope(Waveform &waveform, int levels, const std::string &path)
{
    const int all = 1000;
    waveform.dumpvars(levels != 0 ? levels : all, path);
    waveform.dumpvars(levels != 0 ? levels : all, " " + path);
}

void add_scopes(Waveform &waveform, const std::string &name)
{
    char path[1024];
    int levels;
    std::FILE *file = std::fopen(name.c_str(), "r");
    if (file == nullptr)
        return;
    while (std::fscanf(file, " $dumpvars(%d, %1023[^)]);", &levels, path) == 2)
        add_scope(waveform, levels, path);
    std::fclose(file);
}

class Tracer {
    const std::string name;
    Waveform waveform;

public:
    Tracer(VerilatedContext &context, Vese_bench &bench) : name(plusarg(context, "trace"))
    {
        if (name.empty())
            return;
        bench.trace(&waveform, 0);
        add_scopes(waveform, plusarg(context, "scopes"));
        ese_window(plusarg(context, "trace_window").c_str());
    }

    void dump(uint64_t time)
    {
        if (ese_traced() && !waveform.isOpen())
            waveform.open(name.c_str());
        if (ese_traced())
            waveform.dump(time);
        else
            close();
    }

    void close()
    {
        if (waveform.isOpen())
            waveform.close();
    }
};

#else

struct Tracer {
    Tracer(VerilatedContext &, Vese_bench &) {}
    void dump(uint64_t) {}
    void close() {}
};

#endif

} // namespace

int main(int argc, char **argv)
{
    VerilatedContext context;
    context.commandArgs(argc, argv);
    context.traceEverOn(VM_TRACE);
    Vese_bench bench{&context, ""};
    Tracer tracer{context, bench};
    while (!context.gotFinish()) {
        bench.eval();
        tracer.dump(context.time());
        if (!bench.eventsPending())
            break;
        context.time(bench.nextTimeSlot());
    }
    bench.final();
    tracer.close();
    write_coverage(context);
    return 0;
}
