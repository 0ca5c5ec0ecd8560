package io.ashlar.core.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;

/// Counts references per place and fails if one is removed that was not added.
final class CountingLedger implements SpaceLedger {
  /// References to a place: "address/generation/units".
  Map<String, Integer> tree = new TreeMap<>();

  Map<String, Integer> delta = new TreeMap<>();

  @Override
  public void treeAdded(long address, int generation, int units) {
    add(tree, address, generation, units);
  }

  @Override
  public void treeRemoved(long address, int generation, int units) {
    remove(tree, address, generation, units);
  }

  @Override
  public void deltaAdded(long address, int generation, int units) {
    add(delta, address, generation, units);
  }

  @Override
  public void deltaRemoved(long address, int generation, int units) {
    remove(delta, address, generation, units);
  }

  static void add(Map<String, Integer> counts, long address, int generation, int units) {
    counts.merge(key(address, generation, units), 1, Integer::sum);
  }

  private static void remove(Map<String, Integer> counts, long address, int generation, int units) {
    String key = key(address, generation, units);
    assertThat(counts).as("removed what was added").containsKey(key);
    counts.computeIfPresent(key, (place, count) -> count == 1 ? null : count - 1);
  }

  private static String key(long address, int generation, int units) {
    return address + "/" + generation + "/" + units;
  }
}
