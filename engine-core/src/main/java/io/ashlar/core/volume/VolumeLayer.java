package io.ashlar.core.volume;

import io.ashlar.core.reservation.ReservationTable;
import org.jspecify.annotations.Nullable;

/// A volume that stands before another one and looks like it: a limit, a meter, a guard.
public abstract class VolumeLayer implements BlockVolume {
  /// The volume that this one stands before.
  protected final BlockVolume volume;

  protected VolumeLayer(BlockVolume volume) {
    this.volume = volume;
  }

  @Override
  public final VolumeId id() {
    return volume.id();
  }

  @Override
  public final VolumeGeometry geometry() {
    return volume.geometry();
  }

  @Override
  public final ReservationTable reservations() {
    return volume.reservations();
  }

  /// A copy's source as the volume behind this layer knows it: the store copies between volumes of
  /// its own, and sources come with the same layers as targets.
  protected final @Nullable BlockVolume behind(@Nullable BlockVolume source) {
    return source instanceof VolumeLayer layer && layer.getClass() == getClass()
        ? layer.volume
        : source;
  }
}
