// What programs around QuickFIX say on standard output: a line at a time, whichever thread says it.
#pragma once

#include <quickfix/FieldMap.h>

#include <iostream>
#include <mutex>
#include <string>

inline void say(const std::string& line) {
    static std::mutex output;
    std::lock_guard<std::mutex> lock(output);
    std::cout << line << "\n" << std::flush;
}

inline std::string field(const FIX::FieldMap& map, int tag) { return map.isSetField(tag) ? map.getField(tag) : std::string("-"); }
