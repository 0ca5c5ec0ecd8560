package io.ashlar.daemon.volume;

import io.ashlar.core.volume.VolumeId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A [VolumeRegistry] in a map.
public final class FakeVolumeRegistry implements VolumeRegistry {
  private final Map<VolumeId, VolumeRecord> records = new LinkedHashMap<>();

  @Override
  public List<VolumeRecord> records() {
    return new ArrayList<>(records.values());
  }

  @Override
  public void put(VolumeRecord volume) {
    records.put(volume.id(), volume);
  }

  @Override
  public void remove(VolumeId id) {
    records.remove(id);
  }
}
