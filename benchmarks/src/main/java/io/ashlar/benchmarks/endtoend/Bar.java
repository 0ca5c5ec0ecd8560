package io.ashlar.benchmarks.endtoend;

/// What a row must reach: a figure, the bound that the same run gave it, and which side is good.
///
/// @param what the figure in words
/// @param figure what was measured
/// @param bound what it is held against
/// @param relation whether the figure must reach the bound or stay within it
record Bar(String what, double figure, double bound, Relation relation) {
  /// Which side of the bound is good.
  enum Relation {
    AT_LEAST("≥"),
    AT_MOST("≤");

    private final String sign;

    Relation(String sign) {
      this.sign = sign;
    }
  }

  boolean isReached() {
    return relation == Relation.AT_LEAST ? figure >= bound : figure <= bound;
  }

  /// "p50 in µs: 18.2 (bar ≤ 22.0): reached".
  String sentence() {
    if (Double.isNaN(figure) || Double.isNaN(bound)) {
      return what + ": not measured";
    }
    return "%s: %,.1f (bar %s %,.1f): %s"
        .formatted(what, figure, relation.sign, bound, isReached() ? "reached" : "MISSED");
  }
}
