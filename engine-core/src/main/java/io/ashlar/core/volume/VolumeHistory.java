package io.ashlar.core.volume;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.WriteId;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/// How far one replica has a volume's history: the write id of the last record that it has durably,
/// and where the latest epochs began.
///
/// Write ids are the sequence. Their counters go on without a gap across epochs, and each epoch
/// begins with a record of its own that takes the first of its ids and names the last id before.
/// Two replicas that name the same (epoch, id) hold the same up to there, because an epoch has one
/// primary and its records are taken in order only. And an id whose counter is not below that of
/// the beginning of a later epoch is no part of the history: its primary died before the others had
/// it.
///
/// In a checkpoint:
///
/// ```
/// 0         4         8             16            24
/// +---------+---------+-------------+-------------+------------------+
/// | version | epochs  | durable     | ahead       | first id (8) *   |
/// +---------+---------+-------------+-------------+------------------+
/// ```
///
/// with the first id of each known epoch, the oldest first. `ahead` is 0, or the last id of the
/// records that a replica which catches up has durably beyond a gap: it takes part in what is
/// written now, and fetches what it missed in between. Below 0 it is -1 less the id up to where
/// nothing is in doubt, while a replica that lacked something leads and writes anew what it has
/// that is no part of the history.
public final class VolumeHistory {
  /// Epochs whose beginning is kept. A replica that was away for more catches up from the start.
  public static final int EPOCHS_MAX = 64;

  /// Longest encoding.
  public static final int BYTES_MAX = 24 + EPOCHS_MAX * Long.BYTES;

  private static final int VERSION = 1;
  private static final int EPOCHS_OFFSET = Integer.BYTES;
  private static final int DURABLE_OFFSET = EPOCHS_OFFSET + Integer.BYTES;
  private static final int AHEAD_OFFSET = DURABLE_OFFSET + Long.BYTES;
  private static final int FIRSTS_OFFSET = AHEAD_OFFSET + Long.BYTES;

  private static final long NO_TAIL = -1;

  private final long[] firsts = new long[EPOCHS_MAX];
  private int epochs;
  private long sequenced;
  private long durable;
  private long ahead;
  private boolean isCatchingUp;

  /// Up to where nothing here is beyond doubt, while an epoch began here behind a gap; [#NO_TAIL]
  /// else.
  private long tailFrom = NO_TAIL;

  /// The last id that was given to a record here, durable or not; 0 for none.
  public long sequenced() {
    return sequenced;
  }

  /// The last id that is durable here: the end of the contiguous prefix. 0 for none.
  public long durable() {
    return durable;
  }

  /// The last id that is durable here beyond a gap; 0 if there is none.
  public long ahead() {
    return ahead;
  }

  /// Whether everything that was appended is durable.
  public boolean isSettled() {
    return sequenced == Math.max(durable, ahead);
  }

  /// Whether what is here may hold, beside the history, what is no part of it: an epoch began here
  /// behind a gap, and not all beyond that was written anew.
  public boolean hasTail() {
    return tailFrom != NO_TAIL;
  }

  /// Up to where there is no doubt of what is here.
  public long certain() {
    return hasTail() ? Math.min(tailFrom, durable) : durable;
  }

  /// Whether records beyond a gap were taken here, durably or not.
  public boolean isCatchingUp() {
    return isCatchingUp;
  }

  /// The newest epoch whose beginning is durable here; 0 if the volume never had one of its own.
  public int epoch() {
    return epochs == 0 ? 0 : WriteId.epoch(firsts[epochs - 1]);
  }

  /// The epoch of the last id that was given.
  public int sequencedEpoch() {
    return WriteId.epoch(sequenced);
  }

  /// Takes so many ids in a row.
  ///
  /// @param epoch that of the last id, or a newer one
  /// @return the first
  public long take(int epoch, int count) {
    Check.that(epoch >= sequencedEpoch(), "epochs do not go back", epoch, sequencedEpoch());
    long first = WriteId.of(epoch, WriteId.counter(sequenced) + 1);
    long counter = WriteId.counter(sequenced) + count;
    Check.that(counter <= WriteId.COUNTER_MAX, "write counter fits 40 bits", counter);
    sequenced = WriteId.of(epoch, counter);
    return first;
  }

  /// Whether a record whose first id this is comes next in the epoch of the last.
  public boolean isNext(long writeId) {
    return writeId == sequenced + 1;
  }

  /// A record that another replica sequenced was appended.
  ///
  /// @param lastWriteId the last of its ids
  public void passed(long lastWriteId) {
    sequenced = Math.max(sequenced, lastWriteId);
  }

  /// A record is durable, live or in replay.
  ///
  /// @param lastWriteId the last of its ids
  public void onDurable(long lastWriteId) {
    if (ahead != 0) {
      ahead = Math.max(ahead, lastWriteId);
    } else {
      durable = Math.max(durable, lastWriteId);
    }
    sequenced = Math.max(sequenced, lastWriteId);
  }

  /// A record was appended by which this replica takes part again, from the id after `start` on.
  public void rejoining(long start) {
    sequenced = start;
    isCatchingUp = true;
  }

  /// The record by which this replica takes part again is durable, live or in replay.
  ///
  /// @param common up to where this history and the primary's are one
  /// @param primary the primary's history
  public void onRejoined(long start, long common, VolumeHistory primary) {
    System.arraycopy(primary.firsts, 0, firsts, 0, primary.epochs);
    epochs = primary.epochs;
    durable = common;
    ahead = start;
    tailFrom = NO_TAIL;
    isCatchingUp = true;
    sequenced = Math.max(sequenced, start);
  }

  /// An epoch is to begin here though something is missing: it begins behind the prefix, and what
  /// lies beyond the gap is no part of the history.
  public void beginBehindPrefix() {
    if (isCatchingUp) {
      isCatchingUp = false;
      sequenced = durable;
    }
  }

  /// A record was appended that says that nothing is missing any more.
  public void levelling() {
    isCatchingUp = false;
  }

  /// The record that says that nothing is missing up to `last` is durable, live or in replay.
  public void onLevel(long last) {
    ahead = 0;
    tailFrom = NO_TAIL;
    durable = last;
    isCatchingUp = false;
    sequenced = Math.max(sequenced, last);
  }

  /// The record that begins an epoch is durable, live or in replay; one that is known already does
  /// nothing.
  ///
  /// @param first the record's id, and the first of its epoch
  public void onEpoch(long first) {
    if (WriteId.epoch(first) <= epoch()) {
      return;
    }
    if (ahead != 0) {
      tailFrom = durable;
      ahead = 0;
      isCatchingUp = false;
      // Epochs that began beyond the gap are no part of what goes on here.
      while (epochs > 0 && WriteId.counter(firsts[epochs - 1]) >= WriteId.counter(first)) {
        epochs--;
      }
    }
    if (epochs == EPOCHS_MAX) {
      System.arraycopy(firsts, 1, firsts, 0, EPOCHS_MAX - 1);
      epochs--;
    }
    firsts[epochs++] = first;
    onDurable(first);
  }

  /// Whether an id is part of the history as far as it is known here: its epoch is, and no later
  /// one began at its counter or below. Ids of epochs that are forgotten are.
  public boolean contains(long writeId) {
    int i = epochs - 1;
    while (i >= 0 && WriteId.epoch(firsts[i]) > WriteId.epoch(writeId)) {
      i--;
    }
    boolean isKnown = i < 0 || WriteId.epoch(firsts[i]) == WriteId.epoch(writeId);
    boolean isInTime = i == epochs - 1 || WriteId.counter(writeId) < WriteId.counter(firsts[i + 1]);
    return isKnown && isInTime;
  }

  /// Whether all epochs that are known here began at an id or before it, by epoch and by counter.
  public boolean hasBegunBy(long writeId) {
    long newest = epochs == 0 ? 0 : firsts[epochs - 1];
    return newest <= writeId && WriteId.counter(newest) <= WriteId.counter(writeId);
  }

  /// Up to where this history and another are one: where the newest epoch that both know of ends in
  /// the one that has less of it. 0 if there is none, or not any more.
  public long commonWith(VolumeHistory other) {
    for (int i = epochs - 1; i >= 0; i--) {
      int same = other.indexOf(firsts[i]);
      if (same >= 0 && firsts[i] <= other.certain()) {
        return commonWith(Math.min(other.certain(), other.endOf(same)));
      }
    }
    return 0;
  }

  /// As [#commonWith(VolumeHistory)] for one that ends with `prefix`, in an epoch that both know
  /// of: the smaller of `prefix` and the last id that this history has of its epoch. 0 if the epoch
  /// is not known here (any more).
  public long commonWith(long prefix) {
    int epoch = WriteId.epoch(prefix);
    for (int i = epochs - 1; i >= 0; i--) {
      if (WriteId.epoch(firsts[i]) == epoch) {
        return Math.min(prefix, endOf(i));
      }
    }
    return 0;
  }

  private int indexOf(long first) {
    for (int i = epochs - 1; i >= 0; i--) {
      if (firsts[i] == first) {
        return i;
      }
    }
    return -1;
  }

  private long endOf(int index) {
    return index == epochs - 1
        ? Math.max(durable, ahead)
        : WriteId.of(WriteId.epoch(firsts[index]), WriteId.counter(firsts[index + 1]) - 1);
  }

  /// Writes what is durable at the start of `target`.
  ///
  /// @return how many bytes it took
  public int encode(MutableDirectBuffer target) {
    target.putInt(0, VERSION);
    target.putInt(EPOCHS_OFFSET, epochs);
    target.putLong(DURABLE_OFFSET, durable);
    target.putLong(AHEAD_OFFSET, hasTail() ? -1 - tailFrom : ahead);
    for (int i = 0; i < epochs; i++) {
      target.putLong(FIRSTS_OFFSET + i * Long.BYTES, firsts[i]);
    }
    return FIRSTS_OFFSET + epochs * Long.BYTES;
  }

  /// Reads what [#encode] wrote, which was proved to be whole.
  ///
  /// @return what makes no sense in it, or null
  public @Nullable String decode(DirectBuffer source, int length) {
    if (length < FIRSTS_OFFSET || source.getInt(0) != VERSION) {
      return "a history of no known form";
    }
    int count = source.getInt(EPOCHS_OFFSET);
    if (count < 0 || count > EPOCHS_MAX || length != FIRSTS_OFFSET + count * Long.BYTES) {
      return "a history with " + count + " epochs in " + length + " bytes";
    }
    long before = 0;
    for (int i = 0; i < count; i++) {
      long first = source.getLong(FIRSTS_OFFSET + i * Long.BYTES);
      boolean later =
          WriteId.epoch(first) > WriteId.epoch(before)
              && WriteId.counter(first) > WriteId.counter(before);
      if (first < 0 || !later) {
        return "a history whose epochs are out of order";
      }
      firsts[i] = first;
      before = first;
    }
    return decodeEnds(source, count, before);
  }

  private @Nullable String decodeEnds(DirectBuffer source, int count, long lastFirst) {
    long end = source.getLong(DURABLE_OFFSET);
    long told = source.getLong(AHEAD_OFFSET);
    long beyond = Math.max(0, told);
    if (told < 0 && -1 - told > end) {
      return "a history with a tail beyond its end";
    }
    long last = beyond == 0 ? end : beyond;
    if (last < lastFirst || last < end) {
      return "a history that ends before it began";
    }
    epochs = count;
    durable = end;
    ahead = beyond;
    tailFrom = told < 0 ? -1 - told : NO_TAIL;
    isCatchingUp = beyond != 0;
    sequenced = last;
    return null;
  }

  @Override
  public String toString() {
    return "history in epoch %d to %s%s"
        .formatted(
            epoch(),
            WriteId.text(durable),
            ahead == 0 ? "" : ", beyond a gap to " + WriteId.text(ahead));
  }
}
