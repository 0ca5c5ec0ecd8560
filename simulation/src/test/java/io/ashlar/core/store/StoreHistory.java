package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All that a workload did to a store, in the order in which it took effect, and the judgement of
/// what a recovery found.
///
/// The store publishes in the order of its log and completes requests as it publishes, so the order
/// of completion in the run that was not crashed is the order of the log. A recovered store must
/// hold exactly what some prefix of that order made, one that holds at least everything acked at
/// the crash and nothing submitted after it: so nothing acked is lost, nothing is there in part,
/// and nothing overtakes what it followed.
final class StoreHistory {
  /// What a change does.
  enum Kind {
    DATA,
    CREATE,
    DELETE,
    RESIZE
  }

  /// One change of the store's state.
  static final class Change {
    final Kind kind;
    final int layer;
    final int first;
    final long[] values;

    /// Made of several records, so that a crash may leave a part of it.
    final boolean isComposite;

    private int submittedAt;
    private int completedAt = Integer.MAX_VALUE;

    Change(Kind kind, int layer, int first, long[] values, boolean isComposite) {
      this.kind = kind;
      this.layer = layer;
      this.first = first;
      this.values = values;
      this.isComposite = isComposite;
    }

    /// A volume comes, or has so many sectors from now on.
    static Change ofVolume(Kind kind, int layer, int sectors) {
      return new Change(kind, layer, 0, new long[sectors], false);
    }

    boolean overlaps(int otherLayer, int otherFirst, int count) {
      return kind != Kind.DATA
          ? layer == otherLayer
          : layer == otherLayer && first < otherFirst + count && otherFirst < first + values.length;
    }

    private void apply(StoreState state) {
      switch (kind) {
        case CREATE -> state.create(layer, values.length);
        case DELETE -> state.delete(layer);
        case RESIZE -> state.resize(layer, values.length);
        case DATA -> {
          long[] sectors = state.volumes.get(layer);
          if (sectors != null) {
            System.arraycopy(values, 0, sectors, first, values.length);
          }
        }
      }
    }
  }

  /// A read under way, and all that it may return: what was there when it was submitted, what
  /// became durable since, and any part of a composite that was under way meanwhile: its parts
  /// become durable one by one, before all of it is acked.
  static final class Read {
    final int layer;
    final int first;
    private final long[] before;
    private final List<Change> since = new ArrayList<>();

    private Read(int layer, int first, long[] before) {
      this.layer = layer;
      this.first = first;
      this.before = before;
    }

    /// Whether the sector at `index` of the read may have been found so.
    boolean mayReturn(int index, long value) {
      return before[index] == value || isPartOf(since, layer, first + index, value);
    }
  }

  /// What had happened at a crash.
  ///
  /// @param saved by layer, the newest reservation key that was acked as saved
  /// @param registered by layer, the newest reservation key
  record Moment(
      int submitted, int completed, Map<Integer, Long> saved, Map<Integer, Long> registered) {}

  /// What recovery found.
  record Found(StoreState state, Map<Integer, Long> reservations) {}

  private final List<Change> submitted = new ArrayList<>();
  private final List<Change> completed = new ArrayList<>();
  private final List<Change> pending = new ArrayList<>();
  private final List<Change> claimed = new ArrayList<>();
  private final List<Change> composites = new ArrayList<>();
  private final Map<Integer, Long> saved = new TreeMap<>();
  private final Map<Integer, Long> registered = new TreeMap<>();
  private final StoreState now = new StoreState();
  private final List<Read> reads = new ArrayList<>();

  private final StoreState judged = new StoreState();
  private int judgedThrough;

  void submit(Change change) {
    change.submittedAt = submitted.size();
    submitted.add(change);
    pending.add(change);
    if (change.isComposite) {
      composites.add(change);
      for (Read read : reads) {
        read.since.add(change);
      }
    }
  }

  void complete(Change change) {
    change.completedAt = completed.size();
    completed.add(change);
    pending.remove(change);
    change.apply(now);
    for (Read read : reads) {
      read.since.add(change);
    }
  }

  /// Begins a read.
  Read read(int layer, int first, int sectors) {
    long[] all = Check.present(now.volumes.get(layer), "a volume that is read");
    Read read = new Read(layer, first, Arrays.copyOfRange(all, first, first + sectors));
    for (Change change : pending) {
      if (change.isComposite) {
        read.since.add(change);
      }
    }
    reads.add(read);
    return read;
  }

  void end(Read read) {
    reads.remove(read);
  }

  /// The change was refused: its volume is on its way out. A composite may be there in part.
  void refuse(Change change) {
    pending.remove(change);
  }

  /// Keeps other changes away from a range that is being read.
  void claim(Change range) {
    claimed.add(range);
  }

  void release(Change range) {
    claimed.remove(range);
  }

  /// The device failed: what was under way is unknown. It was sequenced in the order of its coming,
  /// where the workload has nothing but writes and unmaps of whole blocks.
  void assumeUnknownFollow() {
    for (Change change : submitted) {
      if (change.completedAt == Integer.MAX_VALUE) {
        change.completedAt = completed.size();
        completed.add(change);
      }
    }
  }

  void register(int layer, long key) {
    registered.put(layer, key);
  }

  void save(int layer, long key) {
    saved.merge(layer, key, Math::max);
  }

  boolean isPending(int layer, int first, int count) {
    return pending.stream().anyMatch(change -> change.overlaps(layer, first, count))
        || isClaimed(layer, first, count);
  }

  /// Whether nothing else may be done to a range: a composite is, or somebody claimed it.
  boolean isTaken(int layer, int first, int count) {
    return isClaimed(layer, first, count)
        || pending.stream()
            .anyMatch(change -> change.isComposite && change.overlaps(layer, first, count));
  }

  private boolean isClaimed(int layer, int first, int count) {
    return claimed.stream().anyMatch(range -> range.overlaps(layer, first, count));
  }

  int pending() {
    return pending.size();
  }

  /// What the store holds if everything that completed is done and nothing else.
  StoreState now() {
    return now;
  }

  Moment moment() {
    return new Moment(
        submitted.size(), completed.size(), new TreeMap<>(saved), new TreeMap<>(registered));
  }

  /// What is wrong with what a recovery found. Moments are judged in their order.
  ///
  /// @return a sentence, or an empty string
  String complaint(Moment at, Found found) {
    Check.that(judgedThrough <= at.completed, "moments are judged in order", judgedThrough);
    for (; judgedThrough < at.completed; judgedThrough++) {
      completed.get(judgedThrough).apply(judged);
    }
    String reservations = reservationComplaint(at, found);
    return reservations.isEmpty() ? stateComplaint(at, found.state) : reservations;
  }

  private static String reservationComplaint(Moment at, Found found) {
    for (Map.Entry<Integer, Long> one : found.reservations.entrySet()) {
      long least = at.saved.getOrDefault(one.getKey(), 0L);
      long most = at.registered.getOrDefault(one.getKey(), 0L);
      if (one.getValue() < least || one.getValue() > most) {
        return "layer %d has reservation key %d, saved was %d, registered %d"
            .formatted(one.getKey(), one.getValue(), least, most);
      }
    }
    return "";
  }

  private String stateComplaint(Moment at, StoreState found) {
    StoreState state = judged.copy();
    String first = null;
    for (int prefix = at.completed; ; prefix++) {
      String difference = difference(state, found, looseAt(at, prefix));
      if (difference.isEmpty()) {
        return "";
      }
      first = first == null ? difference : first;
      boolean isLast =
          prefix == completed.size() || completed.get(prefix).submittedAt >= at.submitted;
      if (isLast) {
        return "no prefix of the log is what was found (%d to %d changes); with the shortest: %s"
            .formatted(at.completed, prefix, first);
      }
      completed.get(prefix).apply(state);
    }
  }

  /// Composite changes of which a part may be there.
  private List<Change> looseAt(Moment at, int prefix) {
    List<Change> loose = new ArrayList<>();
    for (Change change : composites) {
      if (change.submittedAt < at.submitted && change.completedAt >= prefix) {
        loose.add(change);
      }
    }
    return loose;
  }

  private static String difference(StoreState expected, StoreState found, List<Change> loose) {
    if (!expected.volumes.keySet().equals(found.volumes.keySet())) {
      return "volumes are %s and not %s"
          .formatted(found.volumes.keySet(), expected.volumes.keySet());
    }
    for (Map.Entry<Integer, long[]> volume : expected.volumes.entrySet()) {
      int layer = volume.getKey();
      String difference = difference(layer, volume.getValue(), found.volumes.get(layer), loose);
      if (!difference.isEmpty()) {
        return difference;
      }
    }
    return "";
  }

  private static String difference(
      int layer, long[] expected, long @Nullable [] found, List<Change> loose) {
    if (found == null || found.length != expected.length) {
      return "layer %d has another size".formatted(layer);
    }
    for (int sector = 0; sector < expected.length; sector++) {
      boolean isRight =
          found[sector] == expected[sector]
              || found[sector] == StoreState.NOT_READ
              || isPartOf(loose, layer, sector, found[sector]);
      if (!isRight) {
        return "layer %d sector %d is %x and not %x"
            .formatted(layer, sector, found[sector], expected[sector]);
      }
    }
    return "";
  }

  private static boolean isPartOf(List<Change> loose, int layer, int sector, long value) {
    for (Change change : loose) {
      boolean isData = change.kind == Kind.DATA && change.overlaps(layer, sector, 1);
      if (isData && change.values[sector - change.first] == value) {
        return true;
      }
    }
    return false;
  }
}
