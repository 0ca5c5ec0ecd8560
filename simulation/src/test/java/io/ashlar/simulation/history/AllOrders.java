package io.ashlar.simulation.history;

import java.util.ArrayList;
import java.util.List;

/// Tries every order of a handful of operations: slow, and too simple to be wrong.
final class AllOrders {
  private AllOrders() {}

  /// Whether some order explains the operations, which begin with a block of zeroes.
  static boolean explain(List<Operation> operations) {
    return explain(new ArrayList<>(operations), 0);
  }

  private static boolean explain(List<Operation> left, long value) {
    if (left.stream().noneMatch(Operation::isKnown)) {
      return true;
    }
    for (int i = 0; i < left.size(); i++) {
      Operation next = left.get(i);
      boolean isFirst = left.stream().noneMatch(other -> other.finishNs() < next.startNs());
      boolean fits = next.isWrite() || next.value() == value;
      if (isFirst && fits) {
        List<Operation> rest = new ArrayList<>(left);
        rest.remove(i);
        if (explain(rest, next.isWrite() ? next.value() : value)) {
          return true;
        }
      }
    }
    return false;
  }
}
