package io.ashlar.simulation;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Which of the writes that were not durable at a crash reach the medium.
///
/// @param kept positions, in [DiskState#unsynced], of the writes that reach it whole
/// @param tear the one write that reaches it in part, if any
public record CrashChoice(BitSet kept, @Nullable Tear tear) {

  /// A write of which only the sectors from `firstSector` up to `endSector` reach the medium.
  ///
  /// @param write its position in [DiskState#unsynced]
  public record Tear(int write, int firstSector, int endSector) {}

  /// None reaches the medium.
  public static CrashChoice loseAll() {
    return new CrashChoice(new BitSet(), null);
  }

  /// The oldest `count` reach the medium.
  public static CrashChoice keepFirst(int count) {
    BitSet kept = new BitSet();
    kept.set(0, count);
    return new CrashChoice(kept, null);
  }

  public static CrashChoice keepAll(DiskState state) {
    return keepFirst(state.unsynced().size());
  }

  /// Each reaches the medium or not as the coin falls, and one of them may tear.
  public static CrashChoice random(DiskState state, SplittableRandom random) {
    int count = state.unsynced().size();
    BitSet kept = new BitSet();
    for (int i = 0; i < count; i++) {
      kept.set(i, random.nextBoolean());
    }
    if (count == 0 || random.nextBoolean()) {
      return new CrashChoice(kept, null);
    }
    int torn = random.nextInt(count);
    kept.clear(torn);
    int sectors = state.unsynced().get(torn).sectors();
    int first = random.nextInt(sectors);
    int end = first + 1 + random.nextInt(sectors - first);
    return new CrashChoice(kept, new Tear(torn, first, end));
  }

  /// Every choice worth trying at this crash point: the writes before the last `lastMax` reach the
  /// medium, of the last ones every subset does; and the newest is torn in each way that [#tearsOf]
  /// lists, once with all others kept and once with all of the last ones lost.
  public static List<CrashChoice> enumerate(DiskState state, int lastMax) {
    int count = state.unsynced().size();
    int last = Math.min(count, lastMax);
    List<CrashChoice> choices = new ArrayList<>();
    for (int subset = 0; subset < 1 << last; subset++) {
      BitSet kept = keepFirst(count - last).kept;
      for (int i = 0; i < last; i++) {
        kept.set(count - last + i, (subset >>> i & 1) != 0);
      }
      choices.add(new CrashChoice(kept, null));
    }
    if (count > 0) {
      for (Tear tear : tearsOf(count - 1, state.unsynced().getLast().sectors())) {
        choices.add(new CrashChoice(keepFirst(count - 1).kept, tear));
        choices.add(new CrashChoice(keepFirst(count - last).kept, tear));
      }
    }
    return choices;
  }

  /// A write's tears: its first sector only, all but its last, half, all but its first, its last
  /// only. A write of one sector does not tear.
  static List<Tear> tearsOf(int write, int sectors) {
    List<Tear> tears = new ArrayList<>();
    if (sectors > 1) {
      tears.add(new Tear(write, 0, 1));
      tears.add(new Tear(write, 1, sectors));
    }
    if (sectors > 2) {
      tears.add(new Tear(write, 0, sectors - 1));
      tears.add(new Tear(write, sectors - 1, sectors));
    }
    if (sectors > 3) {
      tears.add(new Tear(write, 0, sectors / 2));
    }
    return tears;
  }
}
