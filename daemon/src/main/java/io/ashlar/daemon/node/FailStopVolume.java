package io.ashlar.daemon.node;

import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeLayer;
import java.util.function.Consumer;

/// A volume whose first exception is the shard's end. Targets submit from their channels' handlers,
/// where an exception would cost one connection and leave a store serving that has found itself
/// broken.
final class FailStopVolume extends VolumeLayer {
  private final Consumer<Throwable> onBroken;

  /// @param onBroken stops the shard; the exception goes on to the submitter afterwards
  FailStopVolume(BlockVolume volume, Consumer<Throwable> onBroken) {
    super(volume);
    this.onBroken = onBroken;
  }

  @Override
  public void submit(BlockRequest request) {
    request.source = behind(request.source);
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
