package io.ashlar.core.index;

/// What a search for changes found. Allocated once by its owner and reused.
public final class ChangedRun {
  /// What the blocks of a run have in common.
  public enum Kind {
    /// Nothing of them is newer than what was asked for.
    UNCHANGED,
    /// Each is newer, and has an entry of its own.
    BLOCKS,
    /// All are unmapped as of the same, newer, write id.
    UNMAPPED
  }

  Kind kind = Kind.UNCHANGED;
  long start;
  long end;
  long writeId;
  final PagePlace damage = new PagePlace();

  public Kind kind() {
    return kind;
  }

  /// First block of the run. Blocks before it, from where the search began, are unchanged.
  public long start() {
    return start;
  }

  /// The block after the run's last: where to go on.
  public long end() {
    return end;
  }

  /// UNMAPPED: as of when.
  public long writeId() {
    return writeId;
  }

  /// After [LookupResult#DAMAGED]: the page that cannot be used.
  public PagePlace damage() {
    return damage;
  }

  void set(Kind kind, long start, long end, long writeId) {
    this.kind = kind;
    this.start = start;
    this.end = end;
    this.writeId = writeId;
  }
}
