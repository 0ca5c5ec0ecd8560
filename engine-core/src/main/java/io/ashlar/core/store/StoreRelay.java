package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.segment.Group;
import io.ashlar.core.segment.LogListener;
import org.jspecify.annotations.Nullable;

/// Ties the knot between parts that need each other: volumes are made before the paths they use,
/// the log before the store that listens to it.
final class StoreRelay implements VolumePaths, LogListener {
  private final int epoch;
  private final MappingOperation mapping;
  private @Nullable LogStore store;
  private @Nullable StoreParts parts;

  StoreRelay(int epoch, MappingOperation mapping) {
    this.epoch = epoch;
    this.mapping = mapping;
  }

  void connect(LogStore store, StoreParts parts) {
    this.store = store;
    this.parts = parts;
  }

  private StoreParts parts() {
    return Check.present(parts, "volumes serve once the store is open");
  }

  private LogStore store() {
    return Check.present(store, "the log is written once the store is open");
  }

  @Override
  public ReadPath reads() {
    return parts().reads();
  }

  @Override
  public WritePath writes() {
    return parts().writes();
  }

  @Override
  public AtomicUpdates updates() {
    return parts().updates();
  }

  @Override
  public CompositeOperations composites() {
    return parts().composites();
  }

  @Override
  public MappingOperation mapping() {
    return mapping;
  }

  @Override
  public int epoch() {
    return epoch;
  }

  @Override
  public boolean isFailed() {
    return store().isFailed();
  }

  @Override
  public boolean isSpaceExhausted(boolean fullOfLiveData) {
    return store().isSpaceExhausted(fullOfLiveData);
  }

  @Override
  public void onDurable(Group group) {
    store().onDurable(group);
  }

  @Override
  public void onFailed(Group group, DeviceRequest request) {
    store().onFailed(group, request);
  }
}
