package io.ashlar.core.recovery;

import io.ashlar.core.base.Check;
import org.jspecify.annotations.Nullable;

/// Recovery's decision table: what the next expected group means, by what was found in its place.
/// Exactly one row matches each input; a test walks them all.
public enum TailCase {
  /// Whole: replay it.
  WHOLE(true, true, null, Action.REPLAY),
  /// Its header is whole, its payload is not, and nothing says that it was ever durable: a torn
  /// write, never acked.
  TORN(true, false, false, Action.END),
  /// Its header is whole, its payload is not, though it was durable: bit rot. The header tells
  /// which blocks; reads of them will fail, all others go on.
  ROTTEN_PAYLOAD(true, false, true, Action.REPLAY_DAMAGED),
  /// Nothing there, and nothing says that there ever was: the log's end.
  ABSENT(false, null, false, Action.END),
  /// Nothing readable there, though it was durable: which blocks it held is not known, so nobody
  /// may be served.
  LOST_HEADER(false, null, true, Action.REFUSE);

  /// What recovery does.
  public enum Action {
    REPLAY,
    REPLAY_DAMAGED,
    END,
    REFUSE
  }

  private enum Wanted {
    YES,
    NO,
    ANY;

    static Wanted of(@Nullable Boolean value) {
      return value == null ? ANY : value ? YES : NO;
    }

    boolean accepts(boolean value) {
      return this == ANY || (this == YES) == value;
    }
  }

  private final Wanted header;
  private final Wanted payload;
  private final Wanted wasDurable;
  private final Action action;

  TailCase(boolean header, @Nullable Boolean payload, @Nullable Boolean wasDurable, Action action) {
    this.header = Wanted.of(header);
    this.payload = Wanted.of(payload);
    this.wasDurable = Wanted.of(wasDurable);
    this.action = action;
  }

  public Action action() {
    return action;
  }

  boolean accepts(boolean headerSound, boolean payloadSound, boolean durable) {
    return header.accepts(headerSound)
        && payload.accepts(payloadSound)
        && wasDurable.accepts(durable);
  }

  /// The row for a group.
  ///
  /// @param headerSound whether a header with the expected sequence was found
  /// @param payloadSound whether its payloads match their checksums
  /// @param durable whether a later header says that this sequence was durable
  public static TailCase of(boolean headerSound, boolean payloadSound, boolean durable) {
    TailCase match = null;
    for (TailCase row : values()) {
      if (row.accepts(headerSound, payloadSound, durable)) {
        Check.that(match == null, "exactly one row matches");
        match = row;
      }
    }
    return Check.present(match, "a row matches every input");
  }
}
