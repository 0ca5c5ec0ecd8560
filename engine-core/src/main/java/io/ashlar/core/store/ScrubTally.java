package io.ashlar.core.store;

import org.agrona.collections.LongHashSet;

/// Counts what scrubbing finds. A damage counts once per pass, however often the pass comes by (it
/// may be stopped and go on); and once in all while pass after pass meets it at the same place.
final class ScrubTally {
  /// What a damage is to the tally.
  enum Sighting {
    /// No pass met it before, or the one before met it no more.
    NEW,
    /// The pass before met it already.
    KNOWN,
    /// This pass met it already.
    REPEATED
  }

  /// What is damaged.
  enum Kind {
    BLOCK(0),
    PAGE(1),
    REPAIRED_PAGE(2),
    FAILED_READ(3);

    private final int mark;

    /// @param mark tells damages of several kinds at one place apart
    Kind(int mark) {
      this.mark = mark;
    }

    private ScrubFindings one() {
      return switch (this) {
        case BLOCK -> new ScrubFindings(1, 0, 0, 0);
        case PAGE -> new ScrubFindings(0, 1, 0, 0);
        case REPAIRED_PAGE -> new ScrubFindings(0, 1, 1, 0);
        case FAILED_READ -> new ScrubFindings(0, 0, 0, 1);
      };
    }
  }

  /// Damages that are remembered of a pass; beyond them each counts whenever it is met.
  static final int DAMAGES_MAX = 1 << 16;

  private LongHashSet known = new LongHashSet();
  private LongHashSet seen = new LongHashSet();
  private ScrubFindings inAll = ScrubFindings.NONE;
  private ScrubFindings byPass = ScrubFindings.NONE;

  /// A pass begins; not when one goes on.
  void beginPass() {
    known = seen;
    seen = new LongHashSet();
    byPass = ScrubFindings.NONE;
  }

  /// Counts a damage.
  ///
  /// @param place of what is damaged: a byte offset on the device, the beginning of a sector
  Sighting note(Kind kind, long place) {
    long damage = place + kind.mark;
    if (seen.contains(damage)) {
      return Sighting.REPEATED;
    }
    byPass = byPass.plus(kind.one());
    if (seen.size() < DAMAGES_MAX) {
      seen.add(damage);
    }
    if (known.contains(damage)) {
      return Sighting.KNOWN;
    }
    inAll = inAll.plus(kind.one());
    return Sighting.NEW;
  }

  /// Since the start.
  ScrubFindings inAll() {
    return inAll;
  }

  /// By the present pass, or the last one.
  ScrubFindings byPass() {
    return byPass;
  }
}
