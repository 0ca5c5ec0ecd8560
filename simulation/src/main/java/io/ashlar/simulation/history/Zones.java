package io.ashlar.simulation.history;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Checks a block's history in which no value is written twice, in O(n log n): P. B. Gibbons and E.
/// Korach, "Testing Shared Memories", SIAM Journal on Computing 26 (1997).
///
/// A write and the reads that saw it are a group. If one of them ended before another began, the
/// block must have held the value from the first end to the last start: a *forward* zone. Otherwise
/// all of them overlap, and the value was there at some moment from the last start to the first
/// end: a *backward* zone. A register exists exactly if forward zones do not overlap and none
/// contains a backward one.
final class Zones {
  private Zones() {}

  private static final class Group {
    private @Nullable Operation write;
    private long firstFinishNs = Long.MAX_VALUE;
    private long lastStartNs = Long.MIN_VALUE;
    private Operation earliest = Operation.INITIAL;

    void add(Operation operation) {
      if (operation.isWrite()) {
        write = operation;
      }
      if (operation.finishNs() <= firstFinishNs) {
        firstFinishNs = operation.finishNs();
        earliest = operation;
      }
      lastStartNs = Math.max(lastStartNs, operation.startNs());
    }

    boolean isForward() {
      return firstFinishNs < lastStartNs;
    }

    @Override
    public String toString() {
      return "{"
          + write
          + ", which "
          + (isForward() ? "held" : "was there at a moment")
          + " from "
          + Math.min(firstFinishNs, lastStartNs)
          + " to "
          + Math.max(firstFinishNs, lastStartNs)
          + "}";
    }
  }

  /// What is wrong with the history, or null.
  static @Nullable String complaint(List<Operation> operations) {
    Map<Long, Group> groups = new LinkedHashMap<>();
    for (Operation each : operations) {
      groups.computeIfAbsent(each.value(), value -> new Group()).add(each);
    }
    NavigableMap<Long, Group> forward = new TreeMap<>();
    for (Group each : groups.values()) {
      Operation write = each.write;
      if (write == null) {
        return each.earliest + ": nobody wrote that";
      }
      if (each.earliest.finishNs() < write.startNs()) {
        return each.earliest + ": that was not written before " + write.startNs();
      }
      if (each.isForward()) {
        Group other = forward.put(each.firstFinishNs, each);
        if (other != null) {
          return both(other, each);
        }
      }
    }
    return complaint(groups, forward);
  }

  private static @Nullable String complaint(
      Map<Long, Group> groups, NavigableMap<Long, Group> forward) {
    Group before = null;
    for (Group each : forward.values()) {
      if (before != null && each.firstFinishNs < before.lastStartNs) {
        return both(before, each);
      }
      before = each;
    }
    for (Group each : groups.values()) {
      Map.Entry<Long, Group> around = forward.lowerEntry(each.lastStartNs);
      boolean isInside =
          !each.isForward() && around != null && each.firstFinishNs < around.getValue().lastStartNs;
      if (isInside) {
        return both(around.getValue(), each);
      }
    }
    return null;
  }

  private static String both(Group one, Group other) {
    return one + " and " + other + " cannot both be";
  }
}
