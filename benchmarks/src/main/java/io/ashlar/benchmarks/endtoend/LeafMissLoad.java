package io.ashlar.benchmarks.endtoend;

import java.io.IOException;
import java.time.Duration;

/// A load of which the daemon's own metrics must show that it missed the index's memory.
final class LeafMissLoad implements Contender {
  private final NvmeLoad load;
  private final DaemonProcess daemon;
  private long misses;
  private long operations;

  LeafMissLoad(NvmeLoad load, DaemonProcess daemon) {
    this.load = load;
    this.daemon = daemon;
  }

  @Override
  public String name() {
    return load.name();
  }

  /// The warm-up's misses are counted with its operations, so that the share is right.
  @Override
  public Sample measure(Duration duration) throws IOException {
    long before = daemon.indexPageMisses();
    Sample sample = load.measure(duration);
    misses += daemon.indexPageMisses() - before;
    double seconds = (duration.toNanos() + NvmeLoad.WARM_UP.toNanos()) / 1e9;
    operations += (long) (sample.operationsPerSecond() * seconds);
    return sample;
  }

  /// Index pages read from the device for each operation of all rounds so far, about.
  double missesPerOperation() {
    return operations == 0 ? Double.NaN : (double) misses / operations;
  }
}
