package io.ashlar.core.store;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// What the volumes of a store hold, as a model: by layer, one number for each sector of 512 bytes.
/// A sector of number 0 is all zeroes; what any other looks like is [SectorContent]'s to say.
final class StoreState {
  /// In a state that was read back: this sector was not looked at.
  static final long NOT_READ = -1;

  final TreeMap<Integer, long[]> volumes = new TreeMap<>();

  StoreState copy() {
    StoreState copy = new StoreState();
    for (Map.Entry<Integer, long[]> volume : volumes.entrySet()) {
      copy.volumes.put(volume.getKey(), volume.getValue().clone());
    }
    return copy;
  }

  void create(int layer, int sectors) {
    volumes.put(layer, new long[sectors]);
  }

  void delete(int layer) {
    volumes.remove(layer);
  }

  void resize(int layer, int sectors) {
    volumes.computeIfPresent(layer, (key, old) -> Arrays.copyOf(old, sectors));
  }
}
