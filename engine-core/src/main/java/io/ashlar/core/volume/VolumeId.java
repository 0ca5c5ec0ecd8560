package io.ashlar.core.volume;

import java.util.UUID;

/// A volume's identity for ever: never reused, the same on every replica and in every protocol's
/// names.
public record VolumeId(UUID uuid) implements Comparable<VolumeId> {
  @Override
  public int compareTo(VolumeId other) {
    return uuid.compareTo(other.uuid);
  }

  @Override
  public String toString() {
    return uuid.toString();
  }
}
