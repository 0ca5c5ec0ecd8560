package io.ashlar.simulation.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Checks any history of a block, by looking for an order that explains it: values may be written
/// more than once, as zeroes are. Exponential in how many operations overlap: J. M. Wing and C.
/// Gong, "Testing and Verifying Concurrent Objects" (1993), with what G. Lowe added in "Testing for
/// linearizability" (2017), that no state is entered twice.
final class RegisterSearch {
  /// An operation's start or end, in a list from which whole operations are taken and put back.
  private static final class Event {
    private final int operation;
    private final boolean isStart;
    private final long atNs;
    private @Nullable Event end;
    private @Nullable Event before;
    private @Nullable Event after;

    Event(int operation, boolean isStart, long atNs) {
      this.operation = operation;
      this.isStart = isStart;
      this.atNs = atNs;
    }

    void unlink() {
      if (before != null) {
        before.after = after;
      }
      if (after != null) {
        after.before = before;
      }
    }

    void relink() {
      if (before != null) {
        before.after = this;
      }
      if (after != null) {
        after.before = this;
      }
    }
  }

  private record Step(Event start, long valueBefore) {}

  private record Reached(BitSet done, long value) {}

  private final List<Operation> operations;
  private final Event head = new Event(-1, true, Long.MIN_VALUE);
  private final Deque<Step> path = new ArrayDeque<>();
  private final Set<Reached> seen = new HashSet<>();
  private final BitSet done = new BitSet();
  private long value;
  private int furthest;
  private @Nullable Operation obstacle;

  private RegisterSearch(List<Operation> operations) {
    this.operations = operations;
    link(operations);
  }

  /// What is wrong with the history, or null.
  static @Nullable String complaint(List<Operation> operations) {
    RegisterSearch search = new RegisterSearch(operations);
    return search.finds() ? null : search.obstacle + ": no order of operations explains it";
  }

  private void link(List<Operation> all) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Event start = new Event(i, true, all.get(i).startNs());
      start.end = new Event(i, false, all.get(i).finishNs());
      events.add(start);
      events.add(start.end);
    }
    // Of what happens at one time starts come first: those operations overlap.
    events.sort(
        Comparator.comparingLong((Event each) -> each.atNs).thenComparing(each -> !each.isStart));
    Event last = head;
    for (Event each : events) {
      each.before = last;
      last.after = each;
      last = each;
    }
  }

  private boolean finds() {
    Event at = head.after;
    while (head.after != null) {
      Event next = at == null ? null : at.isStart ? take(at) : null;
      if (next != null) {
        at = next == head ? head.after : next;
      } else if (at != null && at.isStart) {
        at = at.after;
      } else {
        // An operation has ended that could not be placed: something before it was placed wrongly.
        noteObstacle(at);
        Step step = path.poll();
        if (step == null) {
          return false;
        }
        at = putBack(step).after;
      }
    }
    return true;
  }

  /// Lets the operation that starts here happen now, if it can and leads somewhere new.
  ///
  /// @return where to go on, or null
  private @Nullable Event take(Event start) {
    Operation operation = operations.get(start.operation);
    if (!operation.isWrite() && operation.value() != value) {
      return null;
    }
    long after = operation.isWrite() ? operation.value() : value;
    done.set(start.operation);
    if (!seen.add(new Reached((BitSet) done.clone(), after))) {
      done.clear(start.operation);
      return null;
    }
    path.push(new Step(start, value));
    value = after;
    start.unlink();
    endOf(start).unlink();
    return head;
  }

  private Event putBack(Step step) {
    endOf(step.start).relink();
    step.start.relink();
    done.clear(step.start.operation);
    value = step.valueBefore;
    return step.start;
  }

  private void noteObstacle(@Nullable Event end) {
    if (end != null && path.size() >= furthest) {
      furthest = path.size();
      obstacle = operations.get(end.operation);
    }
  }

  private static Event endOf(Event start) {
    Event end = start.end;
    if (end == null) {
      throw new IllegalStateException("a start has its end");
    }
    return end;
  }
}
