package io.ashlar.daemon.node;

import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import java.util.function.Consumer;

/// A volume whose first exception is the shard's end. Targets submit from their channels' handlers,
/// where an exception would cost one connection and leave a store serving that has found itself
/// broken.
final class FailStopVolume implements BlockVolume {
  private final BlockVolume volume;
  private final Consumer<Throwable> onBroken;

  /// @param onBroken stops the shard; the exception goes on to the submitter afterwards
  FailStopVolume(BlockVolume volume, Consumer<Throwable> onBroken) {
    this.volume = volume;
    this.onBroken = onBroken;
  }

  @Override
  public VolumeId id() {
    return volume.id();
  }

  @Override
  public VolumeGeometry geometry() {
    return volume.geometry();
  }

  @Override
  public ReservationTable reservations() {
    return volume.reservations();
  }

  @Override
  public void submit(BlockRequest request) {
    if (request.source instanceof FailStopVolume source) {
      request.source = source.volume; // each layer knows the one below it
    }
    try {
      volume.submit(request);
    } catch (RuntimeException | Error broken) {
      onBroken.accept(broken);
      throw broken;
    }
  }

  @Override
  public boolean abort(BlockRequest request) {
    try {
      return volume.abort(request);
    } catch (RuntimeException | Error broken) {
      onBroken.accept(broken);
      throw broken;
    }
  }
}
