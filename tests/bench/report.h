#pragma once
// What a measurement says: figures with their bound and target, printed for people or as JSON.

#include <string>
#include <vector>

namespace ferry::bench {

enum class Target { None, AtLeast, Below };

struct Figure {
    std::string name;  ///< stable: "intake.requests"
    double value = 0;
    std::string unit;
    Target target = Target::None;
    double limit = 0;  ///< of the target
    double bound = 0;  ///< what the machine does without the hub, same unit, same run; 0: none
    std::string note;  ///< what the bound is, or what the figure is made of
};

/// Threads: one.
class Report {
  public:
    Report(bool is_quick, bool is_json) : is_quick_(is_quick), is_json_(is_json) {}

    /// Prints the figure (unless JSON is wanted, which comes at the end).
    void add(Figure figure);
    /// A benchmark did not run to its end: fails in quick runs as well.
    void fail(const std::string& what);
    void heading(const std::string& text) const;
    /// Prints what is left; the exit code: 0, or 1 if a target was missed or a benchmark failed.
    int finish() const;
    bool isQuick() const { return is_quick_; }

  private:
    static bool holds(const Figure& figure);

    const bool is_quick_;  ///< shows that all runs; judges no figure
    const bool is_json_;
    std::vector<Figure> figures_;
    std::vector<std::string> failures_;
};

}  // namespace ferry::bench
