package io.ashlar.simulation.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All that happened to one block, in the order in which it was noted.
public final class BlockHistory {
  private final List<Operation> operations = new ArrayList<>();

  public BlockHistory() {
    operations.add(Operation.INITIAL);
  }

  public void add(Operation operation) {
    operations.add(operation);
  }

  /// Why no register can have behaved like this, as a sentence; null if one can.
  public @Nullable String complaint() {
    Map<Long, Integer> writes = new HashMap<>();
    Map<Long, Integer> reads = new HashMap<>();
    for (Operation each : operations) {
      (each.isWrite() ? writes : reads).merge(each.value(), 1, Integer::sum);
    }
    List<Operation> telling = new ArrayList<>();
    boolean isAmbiguous = false;
    for (Operation each : operations) {
      if (!each.isWrite() && !writes.containsKey(each.value())) {
        return each + ": nobody wrote that";
      }
      boolean tells = each.isKnown() || reads.containsKey(each.value());
      if (tells) {
        telling.add(each);
        isAmbiguous |= each.isWrite() && writes.getOrDefault(each.value(), 0) > 1;
      }
    }
    return isAmbiguous ? RegisterSearch.complaint(telling) : Zones.complaint(telling);
  }
}
